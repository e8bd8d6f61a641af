# SPDX-License-Identifier: Apache-2.0
# b_kill - kill -9 of every daemon and of both task processes: nothing lost, nothing doubled, soon over.
import contextlib
import os
import signal
import time

import pytest

TAKEOVER_S = 30


@pytest.mark.parametrize("service", ["upload", "validation", "transform", "job-orchestrator", "auth-gateway"])
def test_both_replicas_of_a_daemon_killed_mid_run(scene, service):
    data = scene.dataset()
    runs = [scene.upload(data, scene.file(n, pad=40))["run_id"] for n in (1000, 120000)]
    scene.wait_task(runs[1], "load" if service == "transform" else "validate")
    for i in (0, 1):
        scene.suite.kill(service, i, signal.SIGKILL)
    runs.append(scene.upload(data, scene.file(100))["run_id"])
    for run in runs:
        scene.wait_run(run, timeout_s=60)


@pytest.mark.parametrize("role, kind", [("engine", "validate"), ("engine", "load"), ("loader", "load")])
def test_a_task_process_killed_is_one_failed_attempt(scene, role, kind):
    data = scene.dataset()
    run = scene.upload(data, scene.file(150000, pad=40))["run_id"]
    service, i = scene.holder(run, kind)
    pid = scene.wait(lambda: scene.roles(service, i).get(role), 20, f"{role} of {service}")
    os.kill(pid, signal.SIGKILL)
    doc = scene.wait_run(run)
    task = [t for t in doc["tasks"] if t["kind"] == kind][0]
    # Killed after its work was done, there is no second attempt.
    assert task["attempt"] == 2 or not scene.sql(
        "select 1 from jobs.history where run_id = %s and reason ->> 'code' = 'task.signal'", run)


def test_a_worker_killed_is_taken_over_soon(scene):
    data = scene.dataset()
    run = scene.upload(data, scene.file(150000, pad=40))["run_id"]
    service, i = scene.holder(run, "validate")
    start = time.monotonic()
    scene.suite.stop_service(service, 1 - i)  # so that nobody else has it
    scene.suite.kill(service, i, signal.SIGKILL)
    scene.suite.start_service(service, 1 - i)
    scene.wait(lambda: [t for t in scene.run(run)["tasks"] if t["attempt"] == 2 or t["kind"] == "load"
                        and t["state"] != "blocked"], TAKEOVER_S, "takeover")
    assert time.monotonic() - start < TAKEOVER_S
    scene.wait_run(run)


def test_a_poison_process_is_dead_after_five_attempts_and_hurts_nobody(scene):
    data, other = scene.dataset(), scene.dataset(suffix="_calm")
    run = scene.upload(data, scene.file(150000, pad=40), expect=False)["run_id"]
    calm = []
    deadline = time.monotonic() + 90
    while scene.run(run)["state"] in ("queued", "running") and time.monotonic() < deadline:
        for i in (0, 1):
            if holds(scene, run, i):
                for pid in scene.children("validation", i):
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
        if len(calm) < 3:
            calm.append(scene.upload(other, scene.file(10))["run_id"])
        time.sleep(0.05)
    doc = scene.wait_run(run, "failed")
    check = doc["tasks"][0]
    assert (check["state"], check["attempt"]) == ("dead", 5)
    assert "gave up after 5 attempts" in doc["headline"] and "signal 9" in doc["headline"]
    for one in calm:
        scene.wait_run(one)


def holds(scene, run, i):
    task = scene.run(run)["tasks"][0]
    return task["state"] == "running" and task["worker"].startswith(f"validation-{i + 1}")


def test_term_gives_work_back_at_once(scene):
    data = scene.dataset()
    run = scene.upload(data, scene.file(200000, pad=60))["run_id"]
    service, i = scene.holder(run, "validate")
    scene.suite.stop_service(service, i)
    scene.wait_run(run)
    assert scene.sql("select count(*) from jobs.history where run_id = %s and reason ->> 'code' = 'worker.lost'",
                     run) == [(0,)]
    scene.suite.start_service(service, i)
