#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""test_pipelines - drafts, versions, derived datasets and the runs that loads start."""
import json
import uuid

import jsonschema

from conftest import FIELDS, rows_sql
from harness import ROOT, token, wait_until


def summary(source, target, where="quantity > 0"):
    return {"name": target, "description": "per day", "steps": [
        {"id": "sales", "type": "source", "dataset": source},
        {"id": "sold", "type": "filter", "input": "sales", "where": where},
        {"id": "sums", "type": "aggregate", "input": "sold",
         "group_by": [{"name": "day", "expr": "day"}, {"name": "region", "expr": "coalesce(region, 'none')"}],
         "measures": [{"name": "units", "expr": "sum(quantity)"},
                      {"name": "revenue", "expr": "sum(quantity * price)"}]},
        {"id": "out", "type": "target", "input": "sums", "dataset": target, "mode": "replace"}]}


def put(world, name, doc, etag=None, **kw):
    headers = {"If_Match": etag} if etag else {}
    return world.call("PUT", f"/api/pipelines/{name}", {"doc": doc}, **headers, **kw)


def publish(world, name, etag=None, body=None):
    headers = {"If_Match": etag} if etag else {}
    return world.call("POST", f"/api/pipelines/{name}/publish", body, **headers)


def start(world, name):
    ref = world.sql("select transform.pipeline_for_run_v1('default', %s) as p", name, user="millrace_jobs")[0]["p"]
    run = str(uuid.uuid4())
    world.sql("select * from jobs.create_run_v1(%s, null, 'default', %s, 'pipeline', 'manual', %s, 'sara')", run,
              ref["target"], json.dumps(ref), user="millrace_jobs")
    return run


def test_draft_publish_run(world, sales):
    world.wait_run(world.arrival(sales, rows_sql(100)))
    p = f"sum_{sales}"
    doc = summary(sales, p)
    jsonschema.validate(doc, json.load(open(f"{ROOT}/docs/api/pipeline.schema.json", encoding="utf-8")))
    made = put(world, p, doc)
    assert made.status_code == 201, made.text
    body = made.json()
    assert body["draft"]["doc"] == doc and body["draft"]["problems"] == [] and body["published"] is None
    assert made.headers["ETag"] == f'"{body["etag"]}"'
    assert world.sql("select transform.pipeline_for_run_v1('default', %s) as p", p)[0]["p"] is None
    published = publish(world, p, body["etag"], {"note": "first"})
    assert published.status_code == 200, published.text
    v = published.json()
    assert (v["version"], v["note"], v["target"], v["mode"], v["sources"]) == (1, "first", p, "replace", [sales])
    assert publish(world, p, body["etag"]).json() == v, "again is the same version"
    after = world.get(f"/api/pipelines/{p}")
    assert after["draft"] is None and after["version"] == 1 and after["published"]["doc"] == doc
    derived = world.sql("select catalog.dataset_v1('default', %s) as d", p)[0]["d"]
    assert derived["kind"] == "derived" and derived["contract"]["fields"][3] == {
        "name": "revenue", "type": "number", "millrace": {"type": "decimal", "precision": 38, "scale": 2}}

    doc = world.wait_run(start(world, p))
    assert doc["state"] == "done" and doc["pipeline"] == p and doc["pipeline_version"] == 1, doc
    got = world.get(f"/api/tables/{p}/rows")
    want = world.sql(f"select day::text, coalesce(region, 'none') as region, sum(quantity) as units,"
                     f" sum(quantity * price)::text as revenue from gold_default.{sales} where quantity > 0"
                     f" group by 1, 2 order by 1, 2")
    assert got["items"] == [[r["day"], r["region"], int(r["units"]), r["revenue"]] for r in want]
    output = world.sql("select output from jobs.tasks where run_id = %s", doc["id"])[0]["output"]
    assert output["steps"] == [
        {"step": "sales", "type": "source", "in": 100, "out": 100},
        {"step": "sold", "type": "filter", "in": 100, "out": 80, "dropped": 20},
        {"step": "sums", "type": "aggregate", "in": 80, "out": len(want)},
        {"step": "out", "type": "target", "in": len(want), "out": len(want)}]


def test_a_load_an_undo_and_a_redo_start_derived_runs(world, sales):
    world.wait_run(world.arrival(sales, rows_sql(30)))
    p = f"sum_{sales}"
    publish(world, p, put(world, p, summary(sales, p)).json()["etag"])
    assert world.runs_of(p) == [], "publishing starts nothing"
    world.wait_run(world.arrival(sales, rows_sql(30, start=100)))
    (first,) = wait_until(lambda: world.runs_of(p))
    doc = world.wait_run(first)
    assert doc["trigger"] == "derived" and doc["state"] == "done" and doc["created_by"] == "sara", doc
    units = lambda: sum(r[2] for r in world.get(f"/api/tables/{p}/rows")["items"])
    assert units() == 120
    world.call("POST", f"/api/loads/{sales}/1/undo")
    assert len(world.runs_of(p)) == 2
    world.wait_run(world.runs_of(p)[1])
    assert units() == 60
    world.wait_run(world.call("POST", f"/api/loads/{sales}/1/redo").json()["run_id"])
    wait_until(lambda: len(world.runs_of(p)) == 3)
    world.wait_run(world.runs_of(p)[2])
    assert units() == 120
    loads = world.get(f"/api/loads?dataset={p}")["items"]
    assert [l["state"] for l in loads] == ["live", "superseded", "superseded"]
    assert loads[0]["pipeline"] == p and loads[0]["pipeline_version"] == 1


def test_a_missed_trigger_is_made_up(world, sales):
    """A daemon that dies between COMMIT and outcome leaves an act; the sweep starts the derived run once."""
    world.wait_run(world.arrival(sales, rows_sql(10)))
    p = f"sum_{sales}"
    publish(world, p, put(world, p, summary(sales, p)).json()["etag"])
    world.sql("delete from transform.triggered t using _millrace.acts a where a.id = t.act_id and a.dataset = %s",
              sales)
    got = world.sql("select transform.start_derived() as run_id", user="millrace_transform")
    assert len(got) == 1
    assert world.sql("select transform.start_derived() as run_id", user="millrace_transform") == []
    world.sql("delete from transform.triggered t using _millrace.acts a where a.id = t.act_id and a.dataset = %s",
              sales)
    assert world.sql("select transform.start_derived() as run_id", user="millrace_transform") == [], "same run id"
    world.wait_run(got[0]["run_id"])


def test_without_a_live_load_the_result_is_empty(world, sales):
    world.wait_run(world.arrival(sales, rows_sql(10)))
    p = f"sum_{sales}"
    publish(world, p, put(world, p, summary(sales, p)).json()["etag"])
    world.call("POST", f"/api/loads/{sales}/1/undo")
    doc = world.wait_run(world.runs_of(p)[0])
    assert doc["state"] == "done" and doc["account"]["load"]["inserted"] == 0, doc
    assert world.get(f"/api/tables/{p}/rows")["items"] == []


def test_columns_that_came_later_are_null_in_older_silver(world, sales):
    world.wait_run(world.arrival(sales, rows_sql(10)))
    world.contract(sales, 2, FIELDS + [{"name": "channel", "type": "string"}])
    p = f"by_channel_{sales}"
    doc = {"steps": [{"id": "s", "type": "source", "dataset": sales},
                     {"id": "a", "type": "aggregate", "input": "s",
                      "group_by": [{"name": "channel", "expr": "channel"}],
                      "measures": [{"name": "n", "expr": "count(*)"}]},
                     {"id": "t", "type": "target", "input": "a", "dataset": p, "mode": "append"}]}
    publish(world, p, put(world, p, doc).json()["etag"])
    run = world.wait_run(start(world, p))
    assert run["state"] == "done", run
    assert world.get(f"/api/tables/{p}/rows")["items"] == [[None, 10]]
    world.wait_run(world.arrival(sales, "select *, 'web' as channel from (" + rows_sql(4, start=50) + ")", version=2))
    world.wait_run(wait_until(lambda: world.runs_of(p)[1:])[0])
    assert world.get(f"/api/tables/{p}/rows?sort=n")["items"] == [["web", 4], [None, 10], [None, 10]]
    assert world.get(f"/api/tables/{sales}")["columns"][-1]["name"] == "channel"


def test_etags(world, sales):
    p = f"tag_{sales}"
    first = put(world, p, summary(sales, p)).json()["etag"]
    assert put(world, p, summary(sales, p)).status_code == 428
    second = put(world, p, summary(sales, p, "quantity > 1"), first)
    assert second.status_code == 200
    assert put(world, p, summary(sales, p), first).status_code == 412
    assert put(world, p, summary(sales, p), "abc").status_code == 412
    assert publish(world, p, first).status_code == 412
    assert put(world, f"new_{sales}", summary(sales, f"new_{sales}"), '"1"').status_code == 412
    assert publish(world, p, second.json()["etag"]).status_code == 200
    nothing = publish(world, p)
    assert nothing.status_code == 409 and nothing.json()["code"] == "pipeline.no_draft", nothing.text


def test_a_wrong_draft_is_kept_but_not_published(world, sales):
    p = f"bad_{sales}"
    saved = put(world, p, summary(sales, p, "qantity > 0"))
    assert saved.status_code == 201
    (problem,) = saved.json()["draft"]["problems"]
    assert problem == {"step": "sold", "field": "where", "position": 0, "length": 7,
                       "message": "unknown column `qantity`", "hint": "did you mean `quantity`?"}
    refused = publish(world, p)
    assert refused.status_code in (400, 422) and refused.json()["code"] == "pipeline.invalid", refused.text
    assert refused.json()["problems"] == [problem]
    assert refused.json()["errors"] == [{"field": "sold.where",
                                         "message": "unknown column `qantity` (did you mean `quantity`?)"}]
    assert put(world, p, summary(sales, "other"), saved.json()["etag"]).status_code in (400, 422)


def test_one_pipeline_writes_a_target(world, sales):
    a, b = f"one_{sales}", f"two_{sales}"
    publish(world, a, put(world, a, summary(sales, a)).json()["etag"])
    doc = summary(sales, a)
    doc["name"] = b
    taken = publish(world, b, put(world, b, doc).json()["etag"])
    assert taken.status_code == 409 and taken.json()["code"] == "pipeline.target_taken", taken.text
    fed = summary(sales, b)
    world.dataset(f"fed_{sales}", FIELDS)
    fed["steps"][3]["dataset"] = f"fed_{sales}"
    etag = world.get(f"/api/pipelines/{b}")["etag"]
    refused = publish(world, b, put(world, b, fed, etag).json()["etag"])
    assert refused.status_code == 409 and refused.json()["code"] == "dataset.not_derived", refused.text
    assert world.get(f"/api/pipelines/{b}")["version"] is None, "nothing of it stays"


def test_check_tells_columns_and_problems(world, sales):
    good = world.call("POST", "/api/pipelines/check", {"doc": summary(sales, "x")}).json()
    assert good["ok"] and good["columns"][3] == {"name": "revenue", "type": "decimal", "precision": 38, "scale": 2}
    assert [s["id"] for s in good["steps"]] == ["sales", "sold", "sums", "out"]
    bad = world.call("POST", "/api/pipelines/check", {"doc": summary("nope", "x"), "domain": "default"}).json()
    assert not bad["ok"] and bad["problems"][0]["message"] == "there is no dataset `nope`" and bad["columns"] == []
    assert world.call("POST", "/api/pipelines/check", {}).status_code in (400, 422)
    assert world.call("POST", "/api/pipelines/check", {"doc": {}, "domain": "elsewhere"}).status_code == 404
    derived = world.call("POST", "/api/pipelines/check", {"doc": 7}).json()
    assert derived["problems"][0]["message"] == "a pipeline is an object"


def test_versions_and_lists(world, sales):
    p = f"ver_{sales}"
    for i in range(3):
        etag = world.get(f"/api/pipelines/{p}")["etag"] if i else None
        saved = put(world, p, summary(sales, p, f"quantity > {i}"), etag)
        assert publish(world, p, saved.json()["etag"]).json()["version"] == i + 1
    page = world.get(f"/api/pipelines/{p}/versions?limit=2")
    assert [v["version"] for v in page["items"]] == [3, 2]
    rest = world.get(f"/api/pipelines/{p}/versions?limit=2&cursor={page['next_cursor']}")
    assert [v["version"] for v in rest["items"]] == [1] and rest["next_cursor"] is None
    names, cursor = [], ""
    while cursor is not None:
        got = world.get(f"/api/pipelines?limit=2&cursor={cursor}")
        names += [i["name"] for i in got["items"]]
        cursor = got["next_cursor"]
    assert p in names and names == sorted(names) and len(names) == len(set(names))
    (item,) = [i for i in world.get("/api/pipelines?limit=500")["items"] if i["name"] == p]
    assert item["version"] == 3 and item["target"] == p and item["has_draft"] is False
    assert world.get("/api/pipelines", tok=token({"elsewhere": ["analyst"]}))["items"] == []
    assert world.call("GET", f"/api/pipelines/{p}", tok=token({"elsewhere": ["analyst"]})).status_code == 404
    assert put(world, p, summary(sales, p), tok=token({"default": ["analyst"]})).status_code == 403


def test_a_contract_change_fails_the_run_in_words(world, sales):
    world.wait_run(world.arrival(sales, rows_sql(3)))
    p = f"old_{sales}"
    publish(world, p, put(world, p, summary(sales, p)).json()["etag"])
    world.contract(sales, 2, [f for f in FIELDS if f["name"] != "price"])
    doc = world.wait_run(start(world, p))
    assert doc["state"] == "failed" and doc["reason"]["code"] == "pipeline.invalid", doc
    assert "price" in doc["reason"]["text"]


def test_acts_are_in_the_audit_trail(world, sales):
    world.wait_run(world.arrival(sales, rows_sql(3)))
    world.call("POST", f"/api/loads/{sales}/1/undo")
    rows = world.sql("select actor_name, result from auth.audit where action = 'load.undo' and object = %s",
                     f"default.{sales} #1")
    assert rows == [{"actor_name": "sara", "result": "ok"}]


def test_a_document_at_the_limits_is_answered(world, sales):
    """The widest expressions a body can carry are refused or checked; the daemon goes on."""
    steps = [{"id": "s0", "type": "source", "dataset": sales}]
    for i in range(198):
        where = "order_id in (" + ",".join(["1"] * 1900) + ")" if i < 100 else "quantity > 0"
        steps.append({"id": f"s{i + 1}", "type": "filter", "input": f"s{i}", "where": where})
    steps.append({"id": "t", "type": "target", "input": "s198", "dataset": f"wide_{sales}", "mode": "append"})
    r = world.call("POST", "/api/pipelines/check", {"doc": {"steps": steps}})
    assert r.status_code == 200 and any("65536 bytes" in p["message"] for p in r.json()["problems"]), r.text[:300]
    deep = [dict(s, where="quantity > 0") if s["type"] == "filter" else s for s in steps]
    p = f"wide_{sales}"
    saved = put(world, p, {"steps": deep})
    assert saved.json()["draft"]["problems"] == []
    publish(world, p)
    world.wait_run(world.arrival(sales, rows_sql(10)))
    doc = world.wait_run(wait_until(lambda: world.runs_of(p))[0], 40)
    assert doc["state"] == "done" and doc["account"]["load"]["inserted"] == 8, doc


def test_versions_page_by_bytes(world, sales):
    p = f"long_{sales}"
    for i in range(5):
        etag = world.get(f"/api/pipelines/{p}")["etag"] if i else None
        assert publish(world, p, put(world, p, summary(sales, p), etag).json()["etag"]).status_code == 200
    world.sql("update transform.pipeline_versions set doc = json_build_object('pad', repeat('x', 1500000))"
              " where pipeline = %s", p)
    got, cursor = [], ""
    while cursor is not None:
        page = world.get(f"/api/pipelines/{p}/versions?cursor={cursor}")
        got.append([v["version"] for v in page["items"]])
        cursor = page["next_cursor"]
    assert got == [[5, 4], [3, 2], [1]]


def test_an_overflow_fails_the_run_in_words(world, sales):
    world.wait_run(world.arrival(sales, rows_sql(10)))
    p = f"over_{sales}"
    doc = summary(sales, p)
    doc["steps"][2]["measures"] = [{"name": "m", "expr": "sum(order_id * 9223372036854775807)"}]
    publish(world, p, put(world, p, doc).json()["etag"])
    run = world.wait_run(start(world, p))
    assert run["state"] == "failed" and "verflow" in run["reason"]["text"], run
