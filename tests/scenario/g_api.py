# SPDX-License-Identifier: Apache-2.0
# g_api - docs/api/openapi.yaml is true: every operation is called, every answer is as it says.
import base64
import json
import uuid

from checked import DOC, Checked
from known import CONTRACT

TUS = {"Tus-Resumable": "1.0.0"}


def test_every_operation_answers_as_documented(scene):
    person = Checked.of(scene.person)
    data = datasets(person, scene.name)
    scene.expected[data] = {}
    run = uploads(person, scene, data)
    contracts(person, scene.name + "_b")
    rejects(person, scene, data, run)
    looks(person, data)
    pipelines(person, scene, data)
    loads(person, scene, data)
    runs(person, scene, data, run)
    door(person, scene)
    assert DOC.never_called() == []


def datasets(person, name):
    assert person.get("/api/domains").status == 200
    assert person.post("/api/domains", {"name": name[:40]}).status == 201
    assert person.post("/api/datasets", {"name": name, "error_budget_pct": 50}).status == 201
    assert person.post("/api/datasets", {"name": name, "error_budget_pct": 50}).status == 200
    assert person.get("/api/datasets", q=name).json()["items"][0]["name"] == name
    assert person.get(f"/api/datasets/{name}").status == 200
    answer = person.request("PATCH", f"/api/datasets/{name}", json={"description": "by a test"})
    assert answer.json()["description"] == "by a test"
    assert person.get("/api/datasets/not_there").json()["code"] == "dataset.unknown"
    assert person.post("/api/datasets", {"name": name + "_gone"}).status == 201
    assert person.request("DELETE", f"/api/datasets/{name}_gone").status == 204
    publish(person, name)
    return name


def publish(person, name):
    draft = person.put(f"/api/datasets/{name}/contract/draft", {"doc": CONTRACT})
    assert draft.status == 201, draft
    answer = person.post(f"/api/datasets/{name}/contract/publish", {}, headers={"If-Match": draft.json()["etag"]})
    assert answer.json()["version"] == 1


def contracts(person, name):
    assert person.post("/api/datasets", {"name": name}).status == 201
    assert person.get(f"/api/datasets/{name}/contract").json() == {"published": None, "draft": None}
    publish(person, name)
    draft = person.put(f"/api/datasets/{name}/contract/draft", {"doc": CONTRACT}).json()
    stale = person.put(f"/api/datasets/{name}/contract/draft", {"doc": CONTRACT}, headers={"If-Match": '"0"'})
    assert stale.status == 412, stale
    faulty = person.put(f"/api/datasets/{name}/contract/draft", {"doc": {"fields": [{"name": "a", "type": "?"}]}},
                        headers={"If-Match": draft["etag"]})
    assert faulty.status in (400, 422) and faulty.json()["errors"], faulty
    assert person.request("DELETE", f"/api/datasets/{name}/contract/draft",
                          headers={"If-Match": draft["etag"]}).status == 204
    assert len(person.get(f"/api/datasets/{name}/contract/versions").json()["items"]) == 1
    assert person.get(f"/api/datasets/{name}/contract/versions/1").json()["version"] == 1
    assert person.get(f"/api/datasets/{name}/contract").json()["published"]["version"] == 1


def uploads(person, scene, data):
    """By tus and by PUT, with the question about equal bytes; the run that has rejects."""
    file = scene.file(200, bad=0.1)
    assert person.request("OPTIONS", "/api/uploads").status == 204
    meta = ",".join(f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in (("filename", file.name),
                                                                               ("dataset", data)))
    answer = person.request("POST", "/api/uploads", headers={
        **TUS, "Upload-Length": str(len(file.bytes)), "Upload-Metadata": meta})
    assert answer.status == 201
    place = answer.headers["Location"]
    sent = {**TUS, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    assert person.request("PATCH", place, file.bytes, sent).status == 204
    assert person.request("PATCH", place, b"more", sent).status == 409
    assert person.request("HEAD", place, headers=TUS).headers["Upload-Offset"] == str(len(file.bytes))
    run = person.get(place).json()["run_id"]
    scene.took(data, file, {"run_id": run}, True)
    scene.wait_run(run, "done_with_rejects")
    again = person.request("PUT", f"/api/uploads/{file.name}?dataset={data}", file.bytes)
    assert again.json()["code"] == "upload.duplicate"
    items = person.get("/api/uploads", dataset=data).json()["items"]
    waits = [u for u in items if u["state"] != "finished"][0]
    done = person.post(f"/api/uploads/{waits['upload_id']}/finish", {"again": True})
    assert done.status == 200, done
    scene.took(data, file, {"run_id": done.json()["run_id"]}, True)
    scene.wait_run(done.json()["run_id"], "done_with_rejects")
    return run


def rejects(person, scene, data, run):
    found = person.get(f"/api/datasets/{data}/rejects", run=run, limit=2).json()
    assert len(found["items"]) == 2 and found["next_cursor"]
    rest = person.get(f"/api/datasets/{data}/rejects", run=run, cursor=found["next_cursor"], limit=500).json()
    total = person.get(f"/api/datasets/{data}/rejects/summary", run=run).json()
    assert total["total"] == 2 + len(rest["items"]) == sum(r["count"] for r in total["by_rule"])
    text = person.get(f"/api/datasets/{data}/rejects/download", run=run).text
    assert text.startswith("_reject,_line,_column,_rule,_message") and text.count("\n") == total["total"] + 1
    assert person.get(f"/api/datasets/{data}/repairs/download", run=run).json()["code"] == "repairs.none"
    assert person.get(f"/api/reports/{run}").json()["account"]["rejected"] == total["total"]


def looks(person, data):
    """At a file before it is sent, and at what a draft would change."""
    head = b"id,units,price,note\n1,2,3.50,x\n"
    found = person.request("POST", "/api/inspect", head).json()
    assert len(found["columns"]) == 4 and found["dataset"]["fits"]
    assert person.request("POST", "/api/inspect?whole=false", b"PK\3\4").json()["verdict"] == "unusable"
    assert person.request("POST", f"/api/datasets/{data}/contract/preview", b"").status == 409
    drafted = person.put(f"/api/datasets/{data}/contract/draft", {"doc": {"fields": [
        *CONTRACT["fields"][:3], {"name": "note", "type": "string", "constraints": {"maxLength": 1}}]}})
    assert drafted.status == 201, drafted
    path = f"/api/datasets/{data}/contract/preview"
    event, told = person.request("POST", path, b"").text.strip().split("\n\n")[-1].split("\n")
    assert event == "event: result", told
    DOC.check_schema("ContractPreview", json.loads(told.removeprefix("data: ")))
    assert person.request("DELETE", f"/api/datasets/{data}/contract/draft").status == 204


def pipelines(person, scene, data):
    name = scene.publish_sum(data)
    doc = person.get(f"/api/pipelines/{name}").json()["published"]["doc"]
    assert person.get("/api/pipelines").status == 200
    assert person.get(f"/api/pipelines/{name}/versions").json()["items"][0]["version"] == 1
    assert person.post("/api/pipelines/check", {"doc": doc}).json()["ok"]
    doc["steps"][1]["measures"][0]["expr"] = "sum(unitz)"
    problem = person.post("/api/pipelines/check", {"doc": doc}).json()["problems"][0]
    assert problem["step"] == "a" and problem["position"] == 4 and "units" in problem["hint"]
    etag = person.get(f"/api/pipelines/{name}").headers["ETag"]
    assert person.put(f"/api/pipelines/{name}", {"doc": doc}, headers={"If-Match": etag}).json()["draft"]["problems"]
    etag = person.get(f"/api/pipelines/{name}").headers["ETag"]
    assert person.post(f"/api/pipelines/{name}/publish", {}, headers={"If-Match": etag}).status in (400, 409, 422)
    answer = person.post("/api/runs", {"pipeline": name})
    assert answer.status == 201
    scene.runs.append(answer.json()["id"])
    scene.wait_run(answer.json()["id"])


def loads(person, scene, data):
    assert person.get("/api/tables").status == 200
    table = person.get(f"/api/tables/{data}").json()
    page = person.get(f"/api/tables/{data}/rows", sort="-units", filter="units:ge:10", limit=7).json()
    assert len(page["items"]) == 7 and page["next_cursor"]
    assert person.get(f"/api/tables/{data}/rows", filter="unitz:ge:10").status == 400
    items = person.get("/api/loads", dataset=data).json()["items"]
    no = items[0]["no"]
    undone = person.post(f"/api/loads/{data}/{no}/undo", {})
    assert undone.status == 200, undone
    assert person.get(f"/api/tables/{data}").json()["row_count"] == table["row_count"] - items[0]["rows"]
    redone = person.post(f"/api/loads/{data}/{no}/redo", {})
    assert redone.status in (200, 202), redone
    scene.wait(lambda: person.get(f"/api/tables/{data}").json()["row_count"] == table["row_count"], what="redo")


def runs(person, scene, data, run):
    assert person.get("/api/runs", target=data, limit=1).json()["next_cursor"]
    assert person.get(f"/api/runs/{run}").json()["state"] == "done_with_rejects"
    assert person.get(f"/api/runs/{run}/log").status == 200
    assert person.post(f"/api/runs/{run}/cancel", {}).status == 409
    assert person.post(f"/api/runs/{run}/retry", {}).status == 409
    assert person.get(f"/api/runs/{uuid.uuid4()}").json()["code"] == "run.unknown"
    failed = scene.upload(data, scene.file(50, bad=1.0), expect=False)["run_id"]
    scene.wait_run(failed, "failed")
    retried = person.post(f"/api/runs/{failed}/retry", {})
    assert retried.status == 201, retried
    scene.wait_run(retried.json()["id"], "failed")
    scene.runs.append(retried.json()["id"])
    scene.suite.stop_service("validation")
    try:
        waiting = scene.upload(data, scene.file(10), expect=False)["run_id"]
        answer = person.post(f"/api/runs/{waiting}/cancel", {})
        assert answer.json()["state"] == "cancelled", answer
    finally:
        scene.suite.start_service("validation")
    events = person.events()
    assert next(events)[0] == "snapshot"
    events.close()
    DOC.called.add("streamEvents")  # a stream: its documents are runs, checked as such above


def door(person, scene):
    assert person.get("/auth/session").json()["is_administrator"]
    assert person.get("/api/audit", limit=5).json()["items"]
    other = Checked(person.port)
    assert other.sign_in("admin", "wrong").status == 401
    assert other.sign_in("admin", scene.suite.admin_password).status == 200
    assert other.sign_out().status == 204
