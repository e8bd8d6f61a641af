#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""test_loads - arrivals, undo, redo, takeover: the ledger and the run tell the same story."""
import concurrent.futures
import signal

from conftest import FIELDS, rows_sql
from harness import token, wait_until


def load(world, dataset, n=100, **kw):
    run = world.arrival(dataset, rows_sql(n, **kw))
    return run, world.wait_run(run)


def loads(world, dataset):
    return world.get(f"/api/loads?dataset={dataset}")["items"]


def test_an_arrival_stands_in_the_table(world, sales):
    _, doc = load(world, sales, 100)
    assert doc["state"] == "done_with_rejects" and doc["load_no"] == 1, doc
    assert doc["account"]["load"] == {"received": 100, "inserted": 100, "updated": 0, "unchanged": 0,
                                      "deduplicated": 0, "refused": 0}
    assert doc["contract_version"] == 1
    table = world.get(f"/api/tables/{sales}")
    assert table["row_count"] == 100 and table["last_load"]["no"] == 1 and table["mode"] == "append"
    assert table["columns"][4] == {"name": "price", "type": "decimal", "precision": 10, "scale": 2}
    one = loads(world, sales)[0]
    assert one["state"] == "live" and one["rows"] == 100 and one["by"] == "sara" and one["contract_version"] == 1
    assert one["file"] == {"name": "f.csv", "bytes": 100, "sha256": "ab"}
    assert one["undo"] == {"possible": True, "reason": None}
    assert one["redo"] == {"possible": False, "reason": "it is not undone"}


def test_undo_and_redo_of_an_append(world, sales):
    load(world, sales, 100)
    load(world, sales, 50, start=1000)
    gone = world.call("POST", f"/api/loads/{sales}/1/undo").json()
    assert gone["load"]["state"] == "undone" and gone["row_count"] == 50 and gone["load"]["undone_by"] == "sara"
    assert world.call("POST", f"/api/loads/{sales}/1/undo").json() == gone, "again is the same"
    assert gone["load"]["redo"]["possible"]
    back = world.call("POST", f"/api/loads/{sales}/1/redo")
    assert back.status_code == 202, back.text
    doc = world.wait_run(back.json()["run_id"])
    assert doc["state"] == "done" and doc["load_no"] == 1 and doc["kind"] == "redo", doc
    assert world.get(f"/api/tables/{sales}")["row_count"] == 150
    assert [l["state"] for l in loads(world, sales)] == ["live", "live"]
    again = world.call("POST", f"/api/loads/{sales}/1/redo")
    assert again.status_code == 200, "what is live stays"


def test_a_redo_asked_for_twice_is_one_run(world, sales):
    load(world, sales, 10)
    world.call("POST", f"/api/loads/{sales}/1/undo")
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        runs = {r.json()["run_id"] for r in
                pool.map(lambda _: world.call("POST", f"/api/loads/{sales}/1/redo"), range(4))}
    runs.discard(None)  # answered after the first went through
    assert len(runs) == 1
    assert world.wait_run(runs.pop())["state"] == "done"
    world.call("POST", f"/api/loads/{sales}/1/undo")
    again = world.call("POST", f"/api/loads/{sales}/1/redo").json()["run_id"]
    assert world.wait_run(again)["state"] == "done"
    made = "select count(*) as n from jobs.runs where target = %s and kind = 'redo'"
    assert world.sql(made, sales)[0]["n"] == 2


def test_a_redo_with_a_key_is_one_run(world, sales):
    load(world, sales, 10)
    world.call("POST", f"/api/loads/{sales}/1/undo")
    runs = {world.call("POST", f"/api/loads/{sales}/1/redo", Idempotency_Key="k1").json()["run_id"]
            for _ in range(2)}
    runs.discard(None)
    assert len(runs) == 1
    world.wait_run(runs.pop())


def test_replace_and_flip_back(world, name):
    world.dataset(name, FIELDS, mode="replace")
    load(world, name, 100)
    load(world, name, 7)
    assert world.get(f"/api/tables/{name}")["row_count"] == 7
    assert [l["state"] for l in loads(world, name)] == ["live", "superseded"]
    gone = world.call("POST", f"/api/loads/{name}/2/undo").json()
    assert gone["row_count"] == 100
    assert len(world.get(f"/api/tables/{name}/rows?limit=500")["items"]) == 100
    back = world.call("POST", f"/api/loads/{name}/2/redo")
    assert back.status_code == 200 and back.json()["row_count"] == 7, back.text
    first = [l for l in loads(world, name) if l["no"] == 1][0]
    assert first["undo"] == {"possible": False, "reason": "it is not live"}
    refused = world.call("POST", f"/api/loads/{name}/1/undo")
    assert refused.status_code == 409 and refused.json()["code"] == "load.cannot_undo", refused.text


def test_a_missing_silver_file_fails_with_the_reason(world, sales):
    run = world.arrival(sales, rows_sql(5))
    # The daemon may be faster than we are: take the file before the claim by holding a run in front.
    doc = world.wait_run(run)
    assert doc["state"].startswith("done")
    world.call("POST", f"/api/loads/{sales}/1/undo")
    path = world.sql("select silver[1] as s from _millrace.loads where dataset = %s", sales)[0]["s"]
    import os
    os.unlink(path)
    back = world.call("POST", f"/api/loads/{sales}/1/redo").json()
    doc = world.wait_run(back["run_id"])
    assert doc["state"] == "failed" and doc["reason"]["code"] == "silver.gone", doc
    assert world.get(f"/api/tables/{sales}")["row_count"] == 0
    once_more = world.call("POST", f"/api/loads/{sales}/1/redo").json()["run_id"]
    assert once_more != back["run_id"], "after a failed one a new one"
    world.wait_run(once_more)


def test_foreign_and_unknown_things_are_404(world, sales):
    load(world, sales, 1)
    other = token({"elsewhere": ["data_manager"]})
    for method, path in [("GET", f"/api/tables/{sales}"), ("GET", f"/api/tables/{sales}/rows"),
                         ("POST", f"/api/loads/{sales}/1/undo"), ("GET", f"/api/loads?dataset={sales}")]:
        r = world.call(method, path, tok=other)
        assert r.status_code == 404, (path, r.text)
    assert world.get("/api/loads", tok=other)["items"] == []
    assert world.get("/api/tables", tok=other)["items"] == []
    assert world.call("POST", f"/api/loads/{sales}/9/undo").status_code == 404
    assert world.call("POST", f"/api/loads/{sales}/x/undo").status_code == 404
    assert world.call("GET", "/api/tables/nope").status_code == 404
    reader = token({"default": ["analyst"]})
    assert world.call("POST", f"/api/loads/{sales}/1/undo", tok=reader).status_code == 403
    assert world.call("GET", "/api/tables", tok="x").status_code == 401


def test_loads_page(world, sales):
    for i in range(5):
        load(world, sales, 3, start=i * 10)
    got, cursor = [], ""
    while cursor is not None:
        page = world.get(f"/api/loads?dataset={sales}&limit=2&cursor={cursor}")
        got += [l["no"] for l in page["items"]]
        cursor = page["next_cursor"]
    assert got == [5, 4, 3, 2, 1]
    assert world.call("GET", "/api/loads?cursor=abc").json()["code"] == "cursor.invalid"


def test_a_killed_daemon_leaves_each_load_once(world, sales):
    """Killed while loads run; the next one takes over and every row stands once."""
    runs = [world.arrival(sales, rows_sql(20000, start=i * 20000)) for i in range(4)]
    for _ in range(3):
        wait_until(lambda: world.sql("select 1 from jobs.tasks where run_id = any(%s::uuid[]) and kind = 'load'"
                                     " and state = 'running'", runs) or
                   all(world.run_doc(r)["load_no"] for r in runs))
        world.stop(how=signal.SIGKILL)
        world.start()
    for r in runs:
        # The orchestrator is not here: its sweep is ours.
        def ended(r=r):
            world.sql("select * from jobs.sweep_v1()", user="millrace_jobs")
            return world.run_doc(r)["state"] == "done_with_rejects"
        wait_until(ended, 40, lambda r=r: f"{world.run_doc(r)}")
    count = world.sql(f"select count(*) as n, count(distinct order_id) as d from gold_default.{sales}")[0]
    assert (count["n"], count["d"]) == (80000, 80000)
    assert world.sql("select count(*) as n from _millrace.loads where dataset = %s", sales)[0]["n"] == 4


def test_old_generations_are_dropped_after_the_grace(world, name):
    world.dataset(name, FIELDS, mode="replace")
    for n in (5, 6, 7, 8):
        load(world, name, n)
    world.stop()
    world.start(MILLRACE_TRANSFORM_KEEP="0s")
    try:
        kept = lambda: world.sql("select count(*) as n from _gold.generations where dataset = %s"
                                 " and dropped_at is null", name)[0]["n"]
        wait_until(lambda: kept() == 2, 20, lambda: world.log()[-2000:])
    finally:
        world.stop()
        world.start()
    assert world.get(f"/api/tables/{name}")["row_count"] == 8
    assert world.call("POST", f"/api/loads/{name}/4/undo").json()["row_count"] == 7, "the newest hidden one stays"
    refused = [l for l in loads(world, name) if l["no"] == 3][0]["undo"]
    assert refused["possible"] is False and "no longer kept" in refused["reason"], refused


def test_a_large_load_gets_its_index_soon(world, sales):
    """The daemon's housekeeping sees a table without an index and has it made; undo takes its rows out."""
    was = world.sql("select pg_get_functiondef('_millrace.is_large'::regproc) as sql")[0]["sql"]
    world.sql(was.replace("1000000", "5000"))
    try:
        load(world, sales, 6000)
        heap = world.sql("select relation from _gold.heads where dataset = %s", sales)[0]["relation"]
        made = "select indisvalid from pg_index where indrelid = %s::regclass"
        wait_until(lambda: [r["indisvalid"] for r in world.sql(made, f"_gold.{heap}_l1")] == [True])
        page = world.get(f"/api/tables/{sales}/rows?limit=1")
        assert page["positions"] == [{"load": 1, "row": 1}] and page["row_count"] == 6000
        assert world.call("POST", f"/api/loads/{sales}/1/undo").json()["row_count"] == 0
    finally:
        world.sql(was)
