# SPDX-License-Identifier: Apache-2.0
# b_kill - kill -9 of every daemon and of both task processes: nothing lost, nothing doubled, soon over.
import contextlib
import os
import signal
import threading
import time

import psycopg2
import pytest

TAKEOVER_S = 30


@pytest.mark.parametrize("service", ["upload", "validation", "transform", "job-orchestrator", "auth-gateway"])
def test_both_replicas_of_a_daemon_killed_mid_run(scene, service):
    data = scene.dataset()
    scene.upload(data, scene.file(1000))
    scene.catch(data, "load" if service == "transform" else "validate")
    for i in (0, 1):
        scene.suite.kill(service, i, signal.SIGKILL)
    scene.resume_all()
    scene.upload(data, scene.file(100))
    for run in scene.runs:
        scene.wait_run(run, timeout_s=60)


@pytest.mark.parametrize("role, kind", [("engine", "validate"), ("engine", "load"), ("loader", "load")])
def test_a_task_process_killed_is_one_failed_attempt(scene, role, kind):
    data = scene.dataset()
    caught = scene.catch(data, kind, role)
    os.kill(caught.pid, signal.SIGKILL)
    doc = scene.wait_run(caught.run)
    assert [t["attempt"] for t in doc["tasks"] if t["kind"] == kind] == [2]


def test_a_worker_killed_is_taken_over_soon(scene):
    data = scene.dataset()
    run, service, i, *_ = scene.catch(data, "validate")
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
    with Poison(scene, data):
        run = scene.upload(data, scene.file(400000, pad=40), expect=False)["run_id"]
        for n in range(3):
            scene.upload(other, scene.file(10))
        doc = scene.wait_run(run, "failed", timeout_s=120)
    check = doc["tasks"][0]
    assert (check["state"], check["attempt"]) == ("dead", 5)
    assert "gave up after 5 attempts" in doc["headline"] and "signal 9" in doc["headline"]
    for one in scene.expected[other]:
        scene.wait_run(one)


class Poison(threading.Thread):
    """Kills every process that checks a file of one dataset, some milliseconds after it was born."""

    def __init__(self, scene, dataset):
        super().__init__(name="poison")
        self.scene, self.dataset = scene, dataset
        self.killed, self.over = set(), threading.Event()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.join()

    def run(self):
        with contextlib.closing(psycopg2.connect(self.scene.suite.dsn())) as c, c.cursor() as cursor:
            c.autocommit = True
            while not self.over.wait(0.005):
                born = [{*self.scene.children("validation", i)} - self.killed for i in (0, 1)]
                if any(born):
                    cursor.execute("select t.worker from jobs.tasks t join jobs.runs r on r.id = t.run_id"
                                   " where r.target = %s and t.kind = 'validate' and t.state = 'running'",
                                   [self.dataset])
                    for worker, in cursor.fetchall():  # of the children seen before: they are this task's
                        self.kill(born[int(worker.partition("/")[0].rpartition("-")[2]) - 1])

    def kill(self, pids):
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                self.killed.add(pid)


def test_term_gives_work_back_at_once(scene):
    data = scene.dataset()
    run, service, i, *_ = scene.catch(data, "validate")
    scene.suite.stop_service(service, i)
    scene.wait_run(run)
    assert scene.sql("select count(*) from jobs.history where run_id = %s and reason ->> 'code' = 'worker.lost'",
                     run) == [(0,)]
    scene.suite.start_service(service, i)
