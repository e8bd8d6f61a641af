# SPDX-License-Identifier: Apache-2.0
# a_basic - a file dropped becomes rows, exactly once, and everything about it can be asked.
import json
import threading
import time


def test_curl_to_rows(scene):
    data = scene.dataset()
    file = scene.file(1000, bad=0.01)
    run = scene.curl(data, file)["run_id"]
    doc = scene.wait_run(run, "done_with_rejects")
    assert doc["account"]["check"] == {"read": 1000, "good": file.good, "repaired": 0, "rejected": file.bad}
    assert doc["account"]["load"]["inserted"] == file.good
    assert doc["headline"].startswith(f"{file.good} rows loaded into {data}; {file.bad} of 1,000 rows rejected")
    page = scene.person.get(f"/api/tables/{data}/rows", limit=5).json()
    assert len(page["items"]) == 5 and page["row_count"] == file.good
    assert scene.person.get(f"/api/runs/{run}").json()["load_no"] == 1
    rejects = scene.person.get(f"/api/datasets/{data}/rejects", run=run).json()["items"]
    assert len(rejects) == file.bad and rejects[0]["column"] == "units" and rejects[0]["line"] > 1


def test_ten_rows_take_a_moment(scene):
    data = scene.dataset()
    scene.wait_run(scene.upload(data, scene.file(10))["run_id"])  # the table is there
    took = []
    for _ in range(5):
        start = time.monotonic()
        scene.wait_run(scene.upload(data, scene.file(10))["run_id"])
        took.append(time.monotonic() - start)
    assert min(took) < 5, took  # the figure itself is measured by tests/bench


def test_files_load_in_upload_order(scene):
    data = scene.dataset(mode="replace")
    runs = [scene.upload(data, scene.file(n))["run_id"] for n in (20000, 10, 5000, 10)]
    ends = [scene.wait_run(r)["finished_at"] for r in runs]
    assert ends == sorted(ends)


def test_many_uploads_at_once(scene):
    data = scene.dataset()
    threads = [threading.Thread(target=scene.upload, args=(data, scene.file(200))) for _ in range(12)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    numbers = sorted(scene.wait_run(r)["no"] for r in scene.runs)
    assert numbers == list(range(1, 13))


def test_equal_bytes_are_asked_about(scene):
    data = scene.dataset()
    file = scene.file(100)
    run = scene.upload(data, file)["run_id"]
    scene.wait_run(run)
    answer = scene.person.request("PUT", f"/api/uploads/{file.name}?dataset={data}", file.bytes)
    assert answer.status == 409 and answer.json()["code"] == "upload.duplicate"
    assert answer.json()["duplicate_of"]["run_id"] == run


def test_a_pipeline_runs_once_for_each_key_and_after_each_load(scene):
    data = scene.dataset()
    first = scene.file(1000)
    scene.wait_run(scene.upload(data, first)["run_id"])
    name = scene.publish_sum(data)
    key = {"Idempotency-Key": scene.name}
    answers = [scene.person.post("/api/runs", {"pipeline": name}, headers=key) for _ in range(3)]
    assert [a.status for a in answers] == [201, 200, 200]
    assert len({a.json()["id"] for a in answers}) == 1
    scene.runs.append(answers[0].json()["id"])
    scene.wait_run(scene.runs[-1])
    assert scene.sql(f"select units::bigint from gold_default.{name}") == [(first.units,)]
    second = scene.file(500)
    scene.wait_run(scene.upload(data, second)["run_id"])
    scene.wait(lambda: scene.sql(f"select units::bigint from gold_default.{name}") == [(first.units + second.units,)],
               what="derived rows")


def test_the_stream_tells_a_run_from_beginning_to_end(scene):
    data = scene.dataset()
    events = scene.person.events()
    name, snapshot = next(events)
    assert name == "snapshot" and isinstance(snapshot["runs"], list)
    run = scene.upload(data, scene.file(30000))["run_id"]
    states, versions = [], []
    for name, event in events:
        if name == "run" and event["id"] == run:
            states.append(event["state"])
            versions.append(event["version"])
            if event["state"] in ("done", "failed"):
                break
    events.close()
    assert states[-1] == "done" and versions == sorted(versions)


def test_cancel_leaves_nothing(scene):
    data = scene.dataset()
    run = scene.catch(data, "validate", expect=False).run
    answer = scene.person.post(f"/api/runs/{run}/cancel", {})
    assert answer.status == 200, answer
    scene.resume_all()
    doc = scene.wait_run(run, "cancelled", timeout_s=20)
    assert doc["headline"] == "Cancelled by admin; nothing was published"


def test_retry_after_cancel_loads_the_file(scene):
    data = scene.dataset()
    run = scene.catch(data, "validate").run
    scene.person.post(f"/api/runs/{run}/cancel", {})
    scene.resume_all()
    scene.wait_run(run, "cancelled")
    answer = scene.person.post(f"/api/runs/{run}/retry", {})
    assert answer.status == 201, answer
    again = answer.json()["id"]
    scene.expected[data][again] = scene.expected[data].pop(run)
    scene.runs.append(again)
    assert scene.wait_run(again)["retry_of"] == run
    assert json.loads(scene.person.post(f"/api/runs/{run}/retry", {}).body)["id"] == again
