# SPDX-License-Identifier: Apache-2.0
# l_heart - the scanner and the contract in the suite: packed and encoded files, keys in two passes, repairs,
# a look at a file before it is sent, and at a draft before it counts.
import gzip
import http.client
import json
import os
import signal
import threading

import pytest

ID = {"name": "id", "type": "integer"}
PACKED = {
    "gzip": lambda text: gzip.compress(text.encode()),
    "UTF-16": lambda text: text.encode("utf-16"),
    "Windows-1252": lambda text: text.encode("cp1252"),
    "UTF-16 in gzip": lambda text: gzip.compress(text.encode("utf-16-le")),
}


@pytest.fixture(autouse=True)
def own_books(scene):
    """The files here are none of the scene's own: their rows are looked at by each test."""
    yield
    scene.expected.clear()


def publish(scene, name, doc):
    """Save and publish a contract; its version."""
    now = scene.person.get(f"/api/datasets/{name}/contract").json()["draft"]
    headers = {} if now is None else {"If-Match": now["etag"]}
    drafted = scene.person.put(f"/api/datasets/{name}/contract/draft", {"doc": doc}, headers=headers)
    assert drafted.status in (200, 201), drafted
    answer = scene.person.post(f"/api/datasets/{name}/contract/publish")
    assert answer.status == 200, answer
    return answer.json()["version"]


def send(scene, name, body):
    answer = scene.person.request("PUT", f"/api/uploads/f.csv?dataset={name}", body)
    assert answer.status == 201, answer
    scene.runs.append(answer.json()["run_id"])
    return scene.runs[-1]


def preview(scene, name):
    """The last event of a trial of the draft."""
    answer = scene.person.request("POST", f"/api/datasets/{name}/contract/preview", b"")
    assert answer.status == 200, answer
    event, data = answer.text.strip().split("\n\n")[-1].split("\n")
    return event.removeprefix("event: "), json.loads(data.removeprefix("data: "))


@pytest.mark.parametrize("how", sorted(PACKED))
def test_packed_and_encoded_files_give_the_same_rows(scene, how):
    text = "id,town\n" + "".join(f"{n},Köln {n}\n" for n in range(5000)) + "x,Ulm\n"
    for suffix, body in (("_plain", text.encode()), ("_packed", PACKED[how](text))):
        name = scene.dataset(contract=False, suffix=suffix)
        publish(scene, name, {"fields": [ID, {"name": "town"}]})
        run = scene.wait_run(send(scene, name, body), "done_with_rejects")
        assert run["account"]["check"] == {"read": 5001, "good": 5000, "repaired": 0, "rejected": 1}
        item, = scene.person.get(f"/api/datasets/{name}/rejects").json()["items"]
        assert (item["line"], item["raw"], item["rule"]) == (5002, "x,Ulm", "type.integer")
    plain, packed = (scene.sql(f"select md5(string_agg(id || town, ',' order by id)) from gold_default.{n}")
                     for n in (name.replace("_packed", "_plain"), name))
    assert plain == packed


def test_a_torn_archive_is_no_half_load(scene):
    name = scene.dataset(contract=False)
    publish(scene, name, {"fields": [ID]})
    whole = gzip.compress(("id\n" + "".join(f"{n * 7919}\n" for n in range(300000))).encode())
    for body in (whole[:-4], whole[:len(whole) // 2], whole[:5000] + b"\0" * 20 + whole[5020:]):
        run = scene.wait_run(send(scene, name, body), "failed")
        assert run["reason"]["code"] == "file.archive", run
    assert scene.person.get(f"/api/tables/{name}").status == 404
    scene.wait_run(send(scene, name, whole), "done")


def test_keys_hold_across_a_killed_check(scene):
    """Two passes: a kill between or within them changes nothing of what is refused."""
    name = scene.dataset(contract=False)
    publish(scene, name, {"fields": [ID, {"name": "what"}], "primaryKey": "id", "millrace": {"budget_pct": 50}})
    body = ("id,what\n" + "".join(f"{n % 900000},{'x' * 20}\n" for n in range(1000000))).encode()
    run = send(scene, name, body)
    caught = scene.stop_process(run, "validate", "engine")
    if caught:
        os.kill(caught.pid, signal.SIGKILL)
        scene.stopped.discard(caught.pid)
    doc = scene.wait_run(run, "done_with_rejects", timeout_s=120)
    assert doc["account"]["check"] == {"read": 1000000, "good": 900000, "repaired": 0, "rejected": 100000}
    first = scene.person.get(f"/api/datasets/{name}/rejects", limit=1).json()["items"][0]
    assert (first["row"], first["rule"]) == (900001, "primary_key") and "row 1 " in first["message"] + " "


def test_repaired_rows_are_loaded_and_told(scene):
    name = scene.dataset(contract=False)
    publish(scene, name, {"fields": [ID, {"name": "town"}, {"name": "units", "type": "integer"}],
                          "millrace": {"bad_rows": "repair", "budget_pct": 50}})
    run = scene.wait_run(send(scene, name, b"id,town,units\n1,Ulm,5\n2,Ulm\n3,Ulm,5,,\n4,Bad, Urach,7\nx,Ulm,5\n"),
                         "done_with_rejects")
    account = run["account"]["check"]
    assert account == {"read": 5, "good": 1, "repaired": 3, "rejected": 1}
    assert run["account"]["load"]["received"] == 4
    assert scene.sql(f"select id, town, units from gold_default.{name} order by id") == \
        [(1, "Ulm", 5), (2, "Ulm", None), (3, "Ulm", 5), (4, "Bad, Urach", 7)]
    report = scene.person.get(f"/api/reports/{run['id']}").json()
    assert [r["rule"] for r in report["repairs"]["rows"]] == ["repair.pad", "repair.surplus", "repair.join"]
    assert report["repairs"]["count"] == 3 and report["rejects"]["total"] == 1


def test_foreign_keys_follow_what_is_live(scene):
    there = scene.dataset(contract=False, suffix="_there")
    name = scene.dataset(contract=False)
    publish(scene, there, {"fields": [ID]})
    publish(scene, name, {"fields": [{"name": "a", "type": "integer"}], "millrace": {"budget_pct": 100},
                          "foreignKeys": [{"fields": "a", "reference": {"resource": there, "fields": "id"}}]})
    run = scene.wait_run(send(scene, name, b"a\n1\n"), "failed")
    assert run["reason"]["code"] == "reference.unknown"
    live = scene.wait_run(send(scene, there, b"id\n1\n2\n"), "done")
    assert scene.wait_run(send(scene, name, b"a\n1\n3\n"))["account"]["check"]["rejected"] == 1
    assert scene.person.post(f"/api/loads/{there}/{live['no']}/undo").status in (200, 202)
    scene.wait(lambda: scene.sql(f"select count(*) from gold_default.{there}") == [(0,)], 30, "the undo")
    assert scene.wait_run(send(scene, name, b"a\n1\n2\n"))["account"]["check"]["rejected"] == 2


def test_a_trial_tells_what_a_check_then_finds(scene):
    name = scene.dataset(contract=False, error_budget_pct=100)
    publish(scene, name, {"fields": [ID, {"name": "units", "type": "integer"}]})
    body = ("id,units\n" + "".join(f"{n % 4500},{n % 100 if n % 50 else 'x'}\n" for n in range(5000))).encode()
    scene.wait_run(send(scene, name, body))
    doc = {"fields": [{**ID, "constraints": {"unique": True}},
                      {"name": "units", "type": "string", "constraints": {"pattern": "[0-8]?[0-9]|x"}}]}
    drafted = scene.person.put(f"/api/datasets/{name}/contract/draft", {"doc": doc})
    assert drafted.status == 201, drafted
    event, told = preview(scene, name)
    assert event == "result" and told["whole"]
    assert scene.person.post(f"/api/datasets/{name}/contract/publish").status == 200
    answer = scene.person.request("PUT", f"/api/uploads/again.csv?dataset={name}&again=true", body)
    scene.runs.append(answer.json()["run_id"])
    run = scene.wait_run(scene.runs[-1])
    assert run["account"]["check"] == told["draft"]["account"]
    before = told["published"]["account"]["rejected"]
    assert run["account"]["check"]["rejected"] == before + told["fails"]["count"] - told["passes"]["count"]
    report = scene.person.get(f"/api/reports/{run['id']}").json()
    counted = {(r["rule"], r["column"]): r["count"] for r in report["rules"]}
    for r in told["fails"]["rules"]:
        assert r["count"] <= counted[(r["rule"], r["column"])]


def test_looks_and_trials_do_not_hold_up_a_daemon(scene):
    """While several are at work, the replicas answer as ever; what is too much is told to come again."""
    name = scene.dataset(contract=False)
    body = ("id,units\n" + "".join(f"{n},{n % 97}\n" for n in range(400000))).encode()
    publish(scene, name, {"fields": [ID, {"name": "units", "type": "integer"}]})
    scene.wait_run(send(scene, name, body))
    assert scene.person.put(f"/api/datasets/{name}/contract/draft", {"doc": {"fields": [
        {**ID, "constraints": {"unique": True}}, {"name": "units", "type": "integer"}]}}).status == 201
    seen = []

    def look():
        seen.append(scene.person.request("POST", "/api/inspect?whole=false", body[:4 << 20]).status)

    def tried():
        seen.append(scene.person.request("POST", f"/api/datasets/{name}/contract/preview", b"").status)
    threads = [threading.Thread(target=f) for f in (look, tried) * 6]
    [t.start() for t in threads]
    for _ in range(20):
        assert scene.person.get(f"/api/datasets/{name}").status == 200
    [t.join() for t in threads]
    assert set(seen) <= {200, 503} and seen.count(200) >= 4, seen


def test_a_trial_ends_with_its_daemon_and_the_other_takes_the_next(scene):
    name = scene.dataset(contract=False)
    publish(scene, name, {"fields": [ID]})
    scene.wait_run(send(scene, name, ("id\n" + "".join(f"{n}\n" for n in range(1000000))).encode()))
    assert scene.person.put(f"/api/datasets/{name}/contract/draft", {"doc": {"fields": [
        {**ID, "constraints": {"unique": True}}]}}).status == 201
    person = scene.person
    connection = http.client.HTTPConnection("127.0.0.1", person.port, timeout=30)
    connection.request("POST", f"/api/datasets/{name}/contract/preview", b"", {
        "Host": f"localhost:{person.port}", "Cookie": person.cookie, "X-CSRF-Token": person.csrf})
    answer = connection.getresponse()
    assert answer.status == 200
    for i in (0, 1):
        if "engine" in scene.roles("validation", i):
            scene.suite.kill("validation", i, signal.SIGKILL)
    answer.read()
    connection.close()
    event, told = scene.wait(lambda: retried(scene, name), 60, "a trial by the other")
    assert event == "result" and told["fails"]["count"] == 0


def retried(scene, name):
    try:
        return preview(scene, name)
    except (AssertionError, OSError, http.client.HTTPException, ValueError):
        return None
