# SPDX-License-Identifier: Apache-2.0
# e_stopped - a worker stands still past its lease, another takes over, the first goes on: it publishes nothing.
import pytest


@pytest.mark.parametrize("kind", ["validate", "load"])
def test_a_stopped_worker_publishes_nothing(scene, kind):
    data = scene.dataset()
    run, service, i, _, epoch = scene.catch(data, kind)
    stopped = scene.stop_tree(service, i)
    doc = scene.wait_run(run, timeout_s=90)
    task = [t for t in doc["tasks"] if t["kind"] == kind][0]
    assert task["epoch"] != epoch and not task["worker"].startswith(f"{service}-{i + 1}")
    before = scene.rows(data)
    scene.resume_all()
    scene.wait(lambda: not [p for p in stopped[1:] if alive(p)], 30, "end of the old attempt")
    assert scene.rows(data) == before
    assert scene.run(run)["version"] == doc["version"]
    left = scene.sql("select count(*) from jobs.history where task_id = %s and epoch = %s and to_state = 'done'",
                     task["id"], epoch)
    assert left == [(0,)]


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as f:
            return f.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_stopped_orchestrator_is_not_missed(scene):
    data = scene.dataset()
    scene.stop_tree("job-orchestrator", 0)
    runs = [scene.upload(data, scene.file(500))["run_id"] for _ in range(3)]
    for run in runs:
        scene.wait_run(run)
    scene.resume_all()
