# SPDX-License-Identifier: Apache-2.0
# c_redis - Redis is a doorbell: killed, wiped, doubled or full of rubbish, the work goes on.
import random
import signal

import pytest

STREAMS = ("millrace:runs", "millrace:tasks:validate", "millrace:tasks:load", "millrace:events", "millrace:auth")


def test_redis_dead_from_upload_to_rows(scene):
    data = scene.dataset()
    scene.suite.stop_redis()
    try:
        runs = [scene.upload(data, scene.file(500))["run_id"] for _ in range(3)]
        for run in runs:
            scene.wait_run(run)
    finally:
        scene.suite.restart_redis()


def test_redis_killed_mid_run(scene):
    data = scene.dataset()
    run = scene.catch(data, "validate").run
    scene.suite.kill("redis", 0, signal.SIGKILL)
    scene.resume_all()
    scene.wait_run(run)
    scene.wait_run(scene.upload(data, scene.file(10))["run_id"])


@pytest.mark.parametrize("kind", ["validate", "load"])
def test_redis_wiped_mid_run(scene, kind):
    data = scene.dataset()
    scene.upload(data, scene.file(1000))
    scene.catch(data, kind)
    scene.redis().flushall()
    scene.resume_all()
    for run in scene.runs:
        scene.wait_run(run)


def test_redis_wiped_between_upload_and_run(scene):
    """Nobody has heard of the upload when Redis loses all it knew."""
    data = scene.dataset()
    for service in ("job-orchestrator", "validation", "transform"):
        scene.suite.stop_service(service)
    run = scene.upload(data, scene.file(100))["run_id"]
    scene.redis().flushall()
    for service in ("job-orchestrator", "validation", "transform"):
        scene.suite.start_service(service)
    scene.wait_run(run)


def test_every_ring_twice(scene):
    data = scene.dataset()
    r = scene.redis()
    runs = [scene.upload(data, scene.file(20000))["run_id"] for _ in range(3)]
    for _ in range(60):
        for stream in STREAMS[:3]:
            for _, fields in r.xrevrange(stream, count=5):
                r.xadd(stream, fields)
        for run in runs:
            envelope = b"\x08\x01\x12\x24" + run.encode()
            for stream in STREAMS[:3]:
                r.xadd(stream, {"e": envelope})
    for run in runs:
        scene.wait_run(run)


def test_rubbish_in_every_stream(scene):
    data = scene.dataset()
    r = scene.redis()
    rng = random.Random(7)
    run = scene.upload(data, scene.file(20000))["run_id"]
    for stream in STREAMS:
        for n in range(20):
            r.xadd(stream, {"e": rng.randbytes(rng.randrange(200))})
            r.xadd(stream, {"not an envelope": str(n)})
        r.xadd(stream, {"e": b"x" * 10_000_000})
        r.xadd(stream, {"e": b"\x08\x63\x12\x24" + run.encode()})  # min_reader 99
        r.xadd(stream, {"e": b"\x08\x01\x12\x24" + b"0193406a-1f7e-7ac1-8b0a-6d5c4b3a2918"})  # nobody's run
    scene.wait_run(run)
    scene.wait_run(scene.upload(data, scene.file(10))["run_id"])
    counted = sum(float(line.split()[-1]) for service in ("validation", "transform", "job-orchestrator")
                  for i in (0, 1) for line in scene.suite.ask_internal(service, i, "/metrics")[1].splitlines()
                  if line.startswith("millrace_ring_refused_total"))
    assert counted >= 60
    r.flushall()


@pytest.mark.parametrize("key", STREAMS)
def test_a_stream_of_another_type(scene, key):
    data = scene.dataset()
    r = scene.redis()
    r.delete(key)
    r.set(key, "no stream at all")
    try:
        scene.wait_run(scene.upload(data, scene.file(50))["run_id"])
    finally:
        r.delete(key)


def test_in_calm_the_ring_finds_the_work(scene):
    data = scene.dataset()
    def claimed(found):
        return sum(float(line.split()[-1]) for service in ("validation", "transform") for i in (0, 1)
                   for line in scene.suite.ask_internal(service, i, "/metrics")[1].splitlines()
                   if line.startswith("millrace_tasks_claimed_total") and f'found="{found}"' in line)
    scene.wait_run(scene.upload(data, scene.file(10))["run_id"])
    before = claimed("ring"), claimed("poll")
    for _ in range(8):
        scene.wait_run(scene.upload(data, scene.file(10))["run_id"])
    assert claimed("ring") - before[0] >= 12 and claimed("poll") - before[1] <= 4
