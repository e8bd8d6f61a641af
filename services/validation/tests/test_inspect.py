# SPDX-License-Identifier: Apache-2.0
# test_inspect - what a file is, before it is uploaded; what a draft would change, before it is published.
import gzip
import http.client
import json
import time

import pytest

ID = {"name": "id", "type": "integer"}
AMOUNT = {"name": "amount", "type": "integer"}


def inspect(catalog, data, **query):
    answer = catalog.me.request("POST", "/api/inspect" + ("?whole=false" if query else ""), data)
    assert answer.status == 200, answer
    return answer.json()


def code(answer):
    return answer.status, answer.json()["code"]


# ---- inspect ----

def test_a_file_is_judged_within_a_second(catalog):
    data = b"Order ID;Sold;Price\n" + b"".join(b"%d;2026-01-%02d;%d,50\n" % (n, n % 28 + 1, n) for n in range(200000))
    inspect(catalog, data[:1000])
    began = time.monotonic()
    found = inspect(catalog, data[:4 << 20], whole="false")
    assert time.monotonic() - began < 1.5, "on a busy machine, too"
    assert (found["verdict"], found["dialect"]["delimiter"], found["whole"]) == ("table", "semicolon", False)
    assert found["dialect"]["runner_up"]["delimiter"] == "comma" and found["dialect"]["why"]
    assert [(c["name"], c["header"], c["type"]) for c in found["columns"]] == \
        [("order_id", "Order ID", "integer"), ("sold", "Sold", "date"), ("price", "Price", "number")]
    assert found["columns"][2]["decimalChar"] == ","
    assert found["rows"][0] == ["0", "2026-01-01", "0,50"] and len(found["rows"]) == 20
    assert found["rows_refused"] == 0, "the torn last line is none of it"


def test_packed_and_encoded_fronts_are_read(catalog):
    text = "id,town\n" + "".join(f"{n},Köln\n" for n in range(200000))
    for data in (text.encode("utf-16"), text.encode("cp1252"), gzip.compress(text.encode())):
        for part in (data, data[:len(data) // 2 + 1]):
            found = inspect(catalog, part, whole="false")
            assert [c["type"] for c in found["columns"]] == ["integer", "string"], found
            assert found["rows"][5] == ["5", "Köln"] and found["rows_refused"] == 0
    assert found["compression"] == "gzip" and found["encoding"] == "utf-8"


def test_the_best_dataset_is_named(catalog):
    name, other = catalog.dataset(), catalog.dataset()
    catalog.contract(name, {"name": "order_id", "type": "integer", "millrace": {"aliases": ["Bestell Nr"]}},
                     {"name": f"only_{name}", "type": "string"})
    catalog.contract(other, {"name": f"only_{name}", "type": "string"}, AMOUNT, ID)
    found = inspect(catalog, f"bestell nr,Only_{name.upper()}\n1,x\n".encode())
    assert found["dataset"] == {"dataset": name, "domain": "default", "matched": 2, "columns": 2, "fields": 2,
                                "fits": True}
    assert other not in str(found["other_datasets"]), "one of three is too little"
    assert inspect(catalog, b"nobody,knows\n1,2\n")["dataset"] is None


@pytest.mark.parametrize("data, word", [
    (b"", "empty"), (b"PK\x03\x04junk", "ZIP"), (b"\x1f\x8b\x08\x00", "gzip"), (b"\n\n\n", ""),
    (b"\x89PNG\r\n\x1a\n" + b"\x00" * 100, ""),
])
def test_what_is_no_table_is_said(catalog, data, word):
    found = inspect(catalog, data)
    assert found["verdict"] == "unusable" and word in found["reason"]["text"]
    assert found["dataset"] is None and found["other_datasets"] == []


@pytest.mark.parametrize("data", [
    b"a" * (5 << 20), b"\"" * (1 << 20), b"," * (1 << 20), b"a,b\n" * 1_500_000, b"\xff\xfe" + b"\x00\xd8" * 5000,
    b"x,y\n\"1,2\n" * 1000, ("a,b\n" + "é" * 3_000_000).encode(), b"id," + b"c," * 5000 + b"\n1\n",
])
def test_no_front_takes_long(catalog, data):
    began = time.monotonic()
    found = inspect(catalog, data)
    assert found["verdict"] in ("table", "unusable") and time.monotonic() - began < 5


def test_who_may_not_upload_may_not_look(catalog):
    keeper = catalog.new_name()
    catalog.suite.add_user(keeper, "secret-word", administrator=True)
    admin = catalog.suite.session(keeper, "secret-word")
    assert admin.request("POST", "/api/inspect", b"a\n1\n").status == 403


def test_whole_is_true_or_false(catalog):
    for word in ("maybe", "True", "0", "", "true", "false"):
        answer = catalog.me.request("POST", f"/api/inspect?whole={word}", b"a\n1\n")
        if word in ("true", "false"):
            assert answer.status == 200, answer
        else:
            assert code(answer) == (400, "field.invalid"), word


def test_nothing_is_kept(catalog):
    inspect(catalog, b"a\n1\n")
    catalog.suite.wait(lambda: not [p for p in catalog.scratch.iterdir() if p.name.endswith("-0")], 10, "an empty scratch")


# ---- foreign keys ----

def test_foreign_keys_point_to_the_rows_of_another_dataset(catalog):
    customers, orders, me = catalog.dataset(), catalog.dataset(error_budget_pct=100), catalog.me
    catalog.contract(customers, {"name": "no", "type": "integer"},
                     {"name": "rate", "type": "number", "millrace": {"precision": 12, "scale": 4}},
                     {"name": "since", "type": "date"})
    assert catalog.ended(catalog.send(customers, "no,rate,since\n10,1.5,2026-01-02\n11,2.25,\n"))["state"] == "done"
    doc = {"fields": [ID, {"name": "customer", "type": "integer"}, {"name": "rate", "type": "number", "millrace": {
               "precision": 9, "scale": 2}}, {"name": "day", "type": "date"}], "primaryKey": "id",
           "foreignKeys": [{"fields": "customer", "reference": {"resource": customers, "fields": "no"}},
                           {"fields": ["rate", "day"], "reference": {"resource": f"default.{customers}",
                                                                     "fields": ["rate", "since"]}}]}
    assert me.put(f"/api/datasets/{orders}/contract/draft", {"doc": doc}).status == 201
    assert me.post(f"/api/datasets/{orders}/contract/publish").status == 200
    run = catalog.ended(catalog.send(orders, "id,customer,rate,day\n1,10,1.50,2026-01-02\n2,99,,\n1,10,,\n3,,,\n"
                                             "4,11,1.5,2026-01-03\n5,11,2.25,\n"))
    assert run["account"]["check"] == {"read": 6, "good": 3, "repaired": 0, "rejected": 3}, run
    items = me.get(f"/api/datasets/{orders}/rejects").json()["items"]
    assert [(i["row"], i["rule"]) for i in items] == [(2, "foreign_key"), (3, "primary_key"), (5, "foreign_key")]
    assert customers in items[0]["message"] and "row 1" in items[1]["message"]


@pytest.mark.parametrize("resource, fields, word", [
    ("nobody_knows_it", "id", "nobody_knows_it"), ("elsewhere.things", "id", "stay within the domain"),
    (None, "_load", "_load"), (None, "nope", "nope"), ("x'; drop table y; --", "id", "drop"),
])
def test_a_foreign_key_to_nothing_is_said_in_words(catalog, resource, fields, word):
    there, name = catalog.dataset(auto_publish=True), catalog.dataset()
    assert catalog.ended(catalog.send(there, "id\n1\n2\n"))["state"] == "done"
    doc = {"fields": [ID], "foreignKeys": [{"fields": "id", "reference": {"resource": resource or there,
                                                                          "fields": fields}}]}
    drafted = catalog.me.put(f"/api/datasets/{name}/contract/draft", {"doc": doc})
    if drafted.status == 400:  # the contract itself may refuse such a name
        return
    assert catalog.me.post(f"/api/datasets/{name}/contract/publish").status == 200
    run = catalog.ended(catalog.send(name, "id\n1\n"))
    assert run["state"] == "failed" and run["reason"]["code"] == "reference.unknown", run
    assert word in run["reason"]["text"]


# ---- what a draft would change ----

def draft(catalog, name, doc):
    now = catalog.me.get(f"/api/datasets/{name}/contract").json()["draft"]
    headers = {} if now is None else {"If-Match": now["etag"]}
    answer = catalog.me.put(f"/api/datasets/{name}/contract/draft", {"doc": doc}, headers=headers)
    assert answer.status in (200, 201), answer
    return answer.headers["ETag"]


def preview(catalog, name, **headers):
    """The events of one preview."""
    answer = catalog.me.request("POST", f"/api/datasets/{name}/contract/preview", b"", headers=headers)
    if answer.status != 200:
        return answer
    assert answer.headers["Content-Type"] == "text/event-stream"
    events = []
    for block in answer.text.strip().split("\n\n"):
        event, data = block.split("\n")
        events.append((event.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return events


def test_a_draft_shows_what_it_would_change(catalog):
    name, me = catalog.dataset(error_budget_pct=100), catalog.me
    catalog.contract(name, ID, {**AMOUNT, "constraints": {"maximum": "900"}})
    run = catalog.ended(catalog.send(name, "id,amount\n1,5\n2,950\n3,999\nx,1\n4,5\n"))
    tag = draft(catalog, name, {"fields": [{**ID, "constraints": {"unique": True, "maximum": "3"}},
                                           {**AMOUNT, "constraints": {"maximum": "960"}}]})
    (event, result), = [e for e in preview(catalog, name, **{"If-Match": tag}) if e[0] != "progress"]
    assert event == "result" and result["whole"] and result["rows"] == 5
    assert (result["run_id"], result["no"], result["file"]["name"]) == (run["id"], run["no"], "f.csv")
    assert result["published"]["account"]["rejected"] == 3 and result["draft"]["account"]["rejected"] == 3
    assert result["fails"] == {"count": 1, "rules": [{"rule": "maximum", "column": "id", "count": 1, "examples": [
        {"row": 5, "line": 6, "message": result["fails"]["rules"][0]["examples"][0]["message"], "raw": "4,5",
         "cell": {"at": 0, "length": 1}}]}]}
    assert result["passes"]["count"] == 1
    assert [(r["rule"], r["column"], r["examples"][0]["raw"]) for r in result["passes"]["rules"]] == \
        [("maximum", "amount", "2,950")]
    assert me.get(f"/api/datasets/{name}/contract").json()["published"]["version"] == 1, "nothing was published"
    assert code(preview(catalog, name, **{"If-Match": '"1"'})) == (412, "etag.mismatch")


def test_a_draft_that_does_not_fit_the_file(catalog):
    name = catalog.dataset()
    catalog.contract(name, ID)
    catalog.ended(catalog.send(name, "id\n1\n"))
    draft(catalog, name, {"fields": [ID, {"name": "nope"}]})
    event, result = preview(catalog, name)[-1]
    assert event == "result" and result["published"]["verdict"] == "good"
    assert result["draft"]["verdict"] == "unusable" and "nope" in result["draft"]["reason"]["text"]


def test_a_first_draft_has_nothing_before_it(catalog):
    name = catalog.dataset()
    assert catalog.ended(catalog.send(name, "id\n1\nx\n2\n3\n"))["state"] == "needs_person"
    draft(catalog, name, {"fields": [ID]})
    event, result = preview(catalog, name)[-1]
    assert event == "result" and result["published"] is None
    assert result["fails"]["count"] == 1 and result["passes"]["count"] == 0


def test_previews_need_a_file_and_a_draft(catalog):
    name = catalog.dataset()
    assert code(preview(catalog, name)) == (409, "contract.no_draft")
    draft(catalog, name, {"fields": [ID]})
    assert code(preview(catalog, name)) == (404, "preview.no_object")
    assert code(catalog.me.request("POST", "/api/datasets/nobody/contract/preview", b"")) == (404, "dataset.unknown")


def test_a_preview_reads_what_foreign_keys_point_to(catalog):
    there, name = catalog.dataset(auto_publish=True), catalog.dataset()
    assert catalog.ended(catalog.send(there, "id\n1\n2\n"))["state"] == "done"
    catalog.contract(name, ID)
    assert catalog.ended(catalog.send(name, "id\n1\n7\n"))["state"] == "done"
    key = {"fields": "id", "reference": {"resource": there, "fields": "id"}}
    draft(catalog, name, {"fields": [ID], "foreignKeys": [key]})
    event, result = preview(catalog, name)[-1]
    assert event == "result" and [(r["rule"], r["count"]) for r in result["fails"]["rules"]] == [("foreign_key", 1)]
    key["reference"]["resource"] = "nobody_knows_it"
    draft(catalog, name, {"fields": [ID], "foreignKeys": [key]})
    event, problem = preview(catalog, name)[-1]
    assert (event, problem["code"]) == ("problem", "reference.unknown") and "nobody_knows_it" in problem["text"]


def test_closing_the_stream_ends_the_task(catalog):
    """A large file: the task is at work when the client goes."""
    name, me = catalog.dataset(auto_publish=True), catalog.me
    text = "id,amount\n" + "".join(f"{n},{n % 997}\n" for n in range(3_000_000))
    assert catalog.ended(catalog.send(name, text))["state"] == "done"
    draft(catalog, name, {"fields": [{**ID, "constraints": {"unique": True}}, AMOUNT]})
    connection = http.client.HTTPConnection("127.0.0.1", catalog.suite.http_port, timeout=30)
    connection.request("POST", f"/api/datasets/{name}/contract/preview", b"", {
        "Host": f"localhost:{catalog.suite.http_port}", "Cookie": me.cookie, "X-CSRF-Token": me.csrf})
    answer = connection.getresponse()
    assert answer.status == 200
    assert answer.readline().startswith(b"event: progress")
    answer.close()
    connection.close()
    catalog.suite.wait(lambda: not [p for p in catalog.scratch.iterdir() if p.name.endswith("-0")], 10,
                       "the end of the task")
