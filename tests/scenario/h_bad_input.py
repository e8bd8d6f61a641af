# SPDX-License-Identifier: Apache-2.0
# h_bad_input - what people really send: a clear problem or a finished run that says why, no daemon dead,
# memory flat, and the next good file loads.
import base64
import pathlib
import re

import pytest

HEAD = b"id,units,price,note\n"
GOOD = b"1,2,3.50,fine\n"

FILES = {  # name: (bytes, end of the run, what its sentence must say)
    "empty": (b"", "failed", "empty"),
    "header only": (HEAD, "done", "0 rows"),
    "one line of 10 MB": (HEAD + b"1,2,3.50," + b"x" * 10_000_000 + b"\n", "done", "1 row"),
    "binary junk": (bytes(range(256)) * 4000, "failed", ""),
    "a ZIP archive": (b"PK\x03\x04" + b"\0" * 5000, "failed", "ZIP"),
    "NUL bytes all over": (HEAD + b"1,2,3.50,a\0b\n" * 2000, "failed", "NUL"),
    "a few NUL bytes": (HEAD + b"1,2,3.50,a\0b\n" * 3 + GOOD * 2000, "done_with_rejects", "3 of 2,003 rows rejected"),
    "a missing column": (b"id,price,note\n1,3.50,x\n", "failed", "units"),
    "an extra column": (b"id,units,price,note,more\n1,2,3.50,x,y\n", "failed", "more"),
    "a renamed column": (b"id,pieces,price,note\n1,2,3.50,x\n", "failed", "pieces"),
}


@pytest.fixture
def memory(scene):
    """Resident bytes of every daemon must be where they were."""
    before = resident(scene)
    yield
    after = resident(scene)
    grown = {who: after[who] - before[who] for who in before if after.get(who, 0) - before[who] > 8 << 20}
    assert not grown, grown


def resident(scene):
    found = {}
    for who, process in scene.suite.daemons.items():
        text = pathlib.Path(f"/proc/{process.pid()}/status").read_text(encoding="ascii")
        found[who] = int(re.search(r"RssAnon:\s+(\d+)", text).group(1)) << 10
    return found


@pytest.mark.parametrize("what", sorted(FILES))
def test_a_bad_file_ends_in_a_sentence(scene, memory, what):
    body, state, words = FILES[what]
    pids = [p.pid() for p in scene.suite.daemons.values()]
    data = scene.dataset()
    answer = scene.person.request("PUT", f"/api/uploads/{what.replace(' ', '_')}.csv?dataset={data}", body)
    assert answer.status == 201, answer
    scene.runs.append(answer.json()["run_id"])
    run = scene.wait_run(scene.runs[-1], state)
    assert words in run["headline"], run["headline"]
    assert state != "failed" or run["reason"]["text"], run
    scene.expected.clear()
    assert [p.pid() for p in scene.suite.daemons.values()] == pids
    good = scene.dataset(suffix="_next")
    scene.wait_run(scene.upload(good, scene.file(10))["run_id"])


def test_a_new_datasets_first_file_becomes_a_draft(scene):
    data = scene.dataset(contract=False)
    run = scene.upload(data, scene.file(100), expect=False)["run_id"]
    doc = scene.wait_run(run, "needs_person")
    assert "contract" in doc["headline"], doc["headline"]
    draft = scene.person.get(f"/api/datasets/{data}/contract").json()["draft"]
    assert [f["name"] for f in draft["doc"]["fields"]] == ["id", "units", "price", "note"]
    assert draft["source"] == "inferred" and draft["evidence"]
    answer = scene.person.post(f"/api/datasets/{data}/contract/publish", {}, headers={"If-Match": draft["etag"]})
    started = answer.json()["started_runs"]
    assert len(started) == 1
    scene.runs += started
    assert scene.wait_run(started[0])["account"]["load"]["inserted"] == 100
    scene.expected.clear()


def test_auto_publish_needs_nobody(scene):
    data = scene.dataset(contract=False, auto_publish=True)
    file = scene.file(100)
    scene.wait_run(scene.upload(data, file)["run_id"], "done")
    assert scene.person.get(f"/api/datasets/{data}").json()["contract_version"] == 1


def test_a_body_of_another_length_is_no_object(scene):
    data = scene.dataset()
    person = scene.person
    tus = {"Tus-Resumable": "1.0.0"}
    meta = "filename eC5jc3Y=,dataset " + base64.b64encode(data.encode()).decode()
    answer = person.request("POST", "/api/uploads", headers={**tus, "Upload-Length": "20", "Upload-Metadata": meta})
    place = answer.headers["Location"]
    piece = {**tus, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    longer = person.request("PATCH", place, b"x" * 21, piece)
    assert longer.status in (400, 409, 413), longer
    assert person.request("HEAD", place, headers=tus).headers["Upload-Offset"] == "0"
    assert person.request("PATCH", place, b"y" * 5, piece).status == 204
    wrong = person.request("PATCH", place, b"z" * 5, piece)
    assert wrong.status == 409 and "5" in wrong.json()["detail"], wrong
    assert person.get(place).json()["run_id"] is None


def test_an_unknown_dataset_is_said(scene):
    answer = scene.person.request("PUT", "/api/uploads/x.csv?dataset=nowhere", GOOD)
    assert answer.status == 404 and answer.json()["code"] == "dataset.unknown"
    assert "nowhere" in answer.json()["detail"]


BODIES = {
    "2 MB": (b'{"name":"' + b"a" * 2_000_000 + b'"}', 413),
    "a bomb of brackets": (b"[" * 60_000, 413),
    "too many values": (b'{"name":[' + b"0," * 25_000 + b"0]}", 413),
    "not JSON": (b"{name: x}", 400),
    "something behind": (b'{"name":"abc"} x', 400),
    "a name twice": (b'{"name":"abc","name":"abd"}', 400),
    "an unknown member": (b'{"name":"abc","nmae":"x"}', 400),
    "not UTF-8": (b'{"name":"\xff"}', 400),
    "a bad name": (b'{"name":"../../etc"}', 400),
}


@pytest.mark.parametrize("what", sorted(BODIES))
def test_a_bad_document_is_a_problem(scene, memory, what):
    body, status = BODIES[what]
    answer = scene.person.request("POST", "/api/datasets", body, {"Content-Type": "application/json"})
    assert answer.status == status, answer
    assert answer.headers["Content-Type"].startswith("application/problem+json"), answer.headers
    problem = answer.json()
    assert problem["code"] and problem["detail"], problem


def test_an_over_long_header_is_refused_at_the_door(scene):
    answer = scene.person.request("GET", "/api/runs", headers={"X-Long": "a" * 70_000})
    assert answer.status in (400, 431, 494), answer
