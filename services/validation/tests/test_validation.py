# SPDX-License-Identifier: Apache-2.0
# test_validation - the catalog and its checks as a client sees them, on real daemons.
import gzip
import os
import pathlib
import threading
import time
import uuid

INTEGER = {"name": "a", "type": "integer"}


def code(answer):
    return answer.status, answer.json()["code"]


# ---- datasets ----

def test_a_create_can_be_repeated(catalog):
    name, me = catalog.new_name(), catalog.me
    body = {"name": name, "id": str(uuid.uuid4()), "mode": "replace", "description": "a\nb"}
    first, again = me.post("/api/datasets", body), me.post("/api/datasets", body)
    assert (first.status, again.status) == (201, 200)
    assert first.json()["id"] == again.json()["id"] == body["id"]
    assert first.json()["contract_state"] == "none" and first.json()["last_run"] is None
    assert code(me.post("/api/datasets", {**body, "mode": "append"})) == (409, "dataset.exists")
    assert code(me.post("/api/datasets", {**body, "id": str(uuid.uuid4())})) == (409, "dataset.exists")


def test_what_is_wrong_is_named(catalog):
    for body, want in (({"name": "Sales"}, "name.invalid"), ({"name": "x", "mode": "upsert"}, "field.invalid"),
                       ({"name": "x", "error_budget_pct": 101}, "field.invalid"), ({}, "field.invalid"),
                       ({"name": "x", "nmae": 1}, "field.unknown"), ({"name": "x", "id": "7"}, "field.invalid")):
        assert code(catalog.me.post("/api/datasets", body)) == (400, want), body


def test_a_change_needs_the_right_etag(catalog):
    name, me = catalog.dataset(), catalog.me
    path = f"/api/datasets/{name}"
    tag = me.get(path).headers["ETag"]
    answer = me.request("PATCH", path, json={"description": "neu"}, headers={"If-Match": tag})
    assert answer.status == 200 and answer.json()["description"] == "neu" and answer.headers["ETag"] != tag
    stale = me.request("PATCH", path, json={"auto_publish": True}, headers={"If-Match": tag})
    assert code(stale) == (412, "etag.mismatch")
    assert me.get(path).json()["auto_publish"] is False


def test_other_domains_do_not_exist(catalog):
    me, domain, keeper = catalog.me, catalog.new_name(), catalog.new_name()
    catalog.suite.add_user(keeper, "secret-word", administrator=True)
    assert catalog.suite.session(keeper, "secret-word").post("/api/domains", {"name": domain}).status == 201
    # An administrator sees every domain, but manages only those where he is a data manager: who made it, is one.
    assert code(me.post("/api/datasets", {"name": f"{domain}.sales"})) == (404, "domain.unknown")
    catalog.suite.add_user(f"m_{domain}", "secret-word", {domain: ["data_manager"]})
    manager = catalog.suite.session(f"m_{domain}", "secret-word")
    assert manager.post("/api/datasets", {"name": f"{domain}.sales"}).status == 201
    mine = catalog.dataset()
    for path in (f"/api/datasets/{mine}", f"/api/datasets/{mine}/contract", f"/api/datasets/{mine}/rejects",
                 f"/api/datasets/{mine}/rejects/summary", f"/api/datasets/{mine}/contract/versions"):
        assert code(manager.get(path)) == (404, "dataset.unknown"), path
    assert [d["name"] for d in manager.get("/api/datasets").json()["items"]] == ["sales"]
    assert [d["name"] for d in manager.get("/api/domains").json()["items"]] == [domain]
    assert me.get(f"/api/datasets/{domain}.sales").status == 200


def test_lists_come_in_pages(catalog):
    made = {catalog.dataset() for _ in range(5)}
    seen, cursor = [], None
    while True:
        page = catalog.me.get("/api/datasets", limit=2, cursor=cursor).json()
        assert len(page["items"]) <= 2
        seen += [d["name"] for d in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert made <= set(seen) and len(seen) == len(set(seen))
    one = made.pop()
    assert [d["name"] for d in catalog.me.get("/api/datasets", q=one[2:]).json()["items"]] == [one]


def test_a_dataset_with_live_rows_stays(catalog):
    name, me = catalog.dataset(), catalog.me
    catalog.contract(name, INTEGER)
    run = catalog.ended(catalog.send(name, "a\n1\n"))
    assert code(me.request("DELETE", f"/api/datasets/{name}")) == (409, "dataset.not_empty")
    assert me.post(f"/api/loads/{name}/{run['no']}/undo").status in (200, 202)
    assert me.request("DELETE", f"/api/datasets/{name}").status == 204
    assert code(me.get(f"/api/datasets/{name}")) == (404, "dataset.unknown")


def undo(catalog, name, no):
    assert catalog.me.post(f"/api/loads/{name}/{no}/undo").status == 200


def test_a_deleted_dataset_is_forgotten_and_can_be_made_anew(catalog):
    """Its head was at version 2 of a contract; the new one starts at 1, with another type."""
    for mode in ("append", "replace"):
        name, me = catalog.dataset(mode=mode), catalog.me
        catalog.contract(name, INTEGER)
        first = catalog.ended(catalog.send(name, "a\n1\n"))
        catalog.contract(name, {"name": "a", "type": "boolean"})
        second = catalog.ended(catalog.send(name, "a\ntrue\n"))
        undo(catalog, name, second["no"])
        assert me.request("DELETE", f"/api/datasets/{name}").status == 204
        assert me.get(f"/api/tables/{name}").status == 404
        assert name not in [t["name"] for t in me.get("/api/tables", limit=500).json()["items"]]
        assert me.get("/api/loads", dataset=name).json()["items"] == []
        assert code(me.post(f"/api/loads/{name}/{first['no']}/redo")) == (404, "load.unknown")
        assert me.post("/api/datasets", {"name": name, "mode": mode}).status == 201
        catalog.contract(name, {"name": "a", "type": "date"})
        run = catalog.ended(catalog.send(name, "a\n2026-01-02\n"))
        assert run["state"] == "done" and run["no"] > second["no"], run
        assert [load["no"] for load in me.get("/api/loads", dataset=name).json()["items"]] == [run["no"]]
        assert me.get(f"/api/tables/{name}").json()["row_count"] == 1
        left = catalog.psql(f"select relname from pg_class where relnamespace = '_gold'::regnamespace and "
                            f"relkind in ('r', 'p') and relname ~ '^{name}_[0-9]+$'").split()
        assert len(left) == 1, "the tables of the deleted one are gone"


def test_a_deleted_datasets_files_stay_away(catalog):
    name, me = catalog.dataset(), catalog.me
    assert catalog.ended(catalog.send(name, "a\n1\n"))["state"] == "needs_person"
    assert me.request("DELETE", f"/api/datasets/{name}").status == 204
    assert me.post("/api/datasets", {"name": name}).status == 201
    waiting = catalog.send(name, "a\n2\n")
    assert catalog.ended(waiting)["state"] == "needs_person"
    started = me.post(f"/api/datasets/{name}/contract/publish").json()["started_runs"]
    assert [catalog.ended(run)["retry_of"] for run in started] == [waiting]
    again = catalog.ended(catalog.send(name, "a\n1\n"))
    assert again["state"] == "done", "equal bytes were never loaded into this dataset"
    assert code(me.request("PUT", f"/api/uploads/f.csv?dataset={name}", b"a\n1\n")) == (409, "upload.duplicate")


# ---- contracts ----

def test_all_faults_of_a_draft_are_listed(catalog):
    answer = catalog.me.put(f"/api/datasets/{catalog.dataset()}/contract/draft",
                            {"doc": {"fields": [{"name": "a", "type": "foo"}, {"name": "A", "type": "integer"},
                                                {"name": "b", "type": "date", "constraints": {"minimum": "x"}}]}})
    assert code(answer) == (400, "contract.invalid")
    assert len(answer.json()["errors"]) >= 3


def test_two_people_cannot_overwrite_each_other(catalog):
    name, me = catalog.dataset(), catalog.me
    path = f"/api/datasets/{name}/contract/draft"
    first = me.put(path, {"doc": {"fields": [INTEGER]}})
    assert first.status == 201
    assert code(me.put(path, {"doc": {"fields": [INTEGER]}})) == (412, "etag.mismatch")
    tag = {"If-Match": first.headers["ETag"]}
    assert me.put(path, {"doc": {"fields": [INTEGER, {"name": "b", "type": "string"}]}}, headers=tag).status == 200
    assert code(me.post(f"/api/datasets/{name}/contract/publish", headers=tag)) == (412, "etag.mismatch")
    assert me.post(f"/api/datasets/{name}/contract/publish").json() == {"version": 1, "started_runs": []}
    assert code(me.post(f"/api/datasets/{name}/contract/publish")) == (409, "contract.no_draft")
    # A new draft never has an old one's tag.
    assert me.put(path, {"doc": {"fields": [INTEGER]}}).headers["ETag"] not in tag.values()
    versions = me.get(f"/api/datasets/{name}/contract/versions").json()["items"]
    assert [v["version"] for v in versions] == [1] and len(versions[0]["doc"]["fields"]) == 2


def test_files_that_waited_start_when_the_contract_comes(catalog):
    name, me = catalog.dataset(), catalog.me
    waiting = [catalog.send(name, f"Order ID,Sold\n{n},2026-01-02\n{n + 1},2026-01-03\n") for n in (1, 10, 20)]
    for run in waiting:
        doc = catalog.ended(run)
        assert doc["state"] == "needs_person" and doc["reason"]["code"] == "contract.needed", doc
    draft = me.get(f"/api/datasets/{name}/contract").json()["draft"]
    assert draft["source"] == "inferred" and draft["evidence"]
    assert [(f["name"], f["type"]) for f in draft["doc"]["fields"]] == [("order_id", "integer"), ("sold", "date")]
    started = me.post(f"/api/datasets/{name}/contract/publish", headers={"If-Match": draft["etag"]}).json()
    docs = [catalog.ended(run) for run in started["started_runs"]]
    assert [d["state"] for d in docs] == ["done"] * 3
    assert [d["retry_of"] for d in docs] == waiting, "in upload order, each for its own"
    assert me.get(f"/api/tables/{name}").json()["row_count"] == 6


def test_publishing_while_files_arrive_loses_none(catalog):
    """A check that infers a draft while another person publishes must not wait for ever."""
    name, runs = catalog.dataset(), []
    sender = threading.Thread(target=lambda: runs.extend(catalog.send(name, f"a\n{n}\n") for n in range(12)))
    sender.start()
    catalog.contract(name, INTEGER)
    sender.join()
    catalog.suite.wait(lambda: catalog.psql(
        "select count(*) from jobs.runs r where target = '%s' and state not in ('done', 'needs_person')"
        % name).strip() == "0", 60, "end of all runs")
    catalog.suite.wait(lambda: catalog.me.get(f"/api/tables/{name}").json().get("row_count") == 12, 30, "12 rows")
    assert catalog.psql("select count(*) from jobs.runs r where target = '%s' and state = 'needs_person' and not "
                        "exists (select from jobs.runs n where n.retry_of = r.id)" % name).strip() == "0"


def test_auto_publish_asks_nobody(catalog):
    name = catalog.dataset(auto_publish=True)
    doc = catalog.ended(catalog.send(name, "a;b\n1;x\n2;y\n"))
    assert doc["state"] == "done" and doc["contract_version"] == 1, doc
    contract = catalog.me.get(f"/api/datasets/{name}/contract").json()
    assert contract["published"]["version"] == 1 and contract["draft"] is None


def test_headers_that_postgresql_wants_for_itself(catalog):
    """xmin and xmax of a bounding box are PostgreSQL's own columns in every table."""
    name = catalog.dataset(auto_publish=True)
    doc = catalog.ended(catalog.send(name, "xmin,ymin,xmax,ymax\n1,2,3,4\n"))
    assert doc["state"] == "done", doc
    columns = [c["name"] for c in catalog.me.get(f"/api/tables/{name}").json()["columns"]]
    assert columns == ["xmin_2", "ymin", "xmax_2", "ymax"]
    drafted = catalog.me.put(f"/api/datasets/{name}/contract/draft", {"doc": {"fields": [{"name": "xmin"}]}})
    assert code(drafted) == (400, "contract.invalid")


def test_a_run_keeps_the_version_it_began_with(catalog):
    name = catalog.dataset()
    catalog.contract(name, INTEGER)
    first = catalog.ended(catalog.send(name, "a\n1\n"))
    catalog.contract(name, INTEGER, {"name": "b", "type": "string"})
    second = catalog.ended(catalog.send(name, "a,b\n1,x\n"))
    assert (first["contract_version"], second["contract_version"]) == (1, 2)


def test_cells_are_for_those_with_a_right_to_rows(catalog):
    """An administrator without a role in the domain sees what was found, but no cell (design: roles)."""
    name, me = catalog.dataset(), catalog.me
    good = [f"{n},2026-01-02" for n in range(40)]
    text = "\n".join(["a,b", *good, "hidden-cell,hidden-day", *good[:20]]) + "\n"
    draft = catalog.send(name, text)
    assert catalog.ended(draft)["state"] == "needs_person"
    keeper = catalog.new_name()
    catalog.suite.add_user(keeper, "secret-word", administrator=True)
    admin = catalog.suite.session(keeper, "secret-word")
    mine, theirs = (who.get(f"/api/datasets/{name}/contract") for who in (me, admin))
    assert (mine.status, theirs.status) == (200, 200)
    assert "hidden-cell" in mine.text and "hidden" not in theirs.text
    column = theirs.json()["draft"]["evidence"]["columns"][0]
    misfit, = column["would_be_rejected"]
    assert column["header"] == "a" and column["values"] == 61 and misfit["misfits"] == 1
    assert misfit["first"] == [{"line": 42}]
    assert me.post(f"/api/datasets/{name}/contract/publish").status == 200
    checked = me.get("/api/runs", target=name, limit=1).json()["items"][0]["id"]
    catalog.ended(checked)
    for run in (draft, checked):
        for path in (f"/api/runs/{run}", f"/api/runs/{run}/log", f"/api/reports/{run}",
                     f"/api/datasets/{name}/rejects/summary", f"/api/datasets/{name}/contract/versions",
                     f"/api/loads?dataset={name}", f"/api/tables/{name}"):
            assert "hidden" not in admin.get(path).text, path
    assert admin.get(f"/api/datasets/{name}/rejects").status == 403
    counts = admin.get(f"/api/reports/{checked}").json()["profile"]["columns"][1]
    assert counts["distinct"]["count"] == 1 and "2026" not in str(counts)
    assert "2026-01-02" in str(me.get(f"/api/reports/{checked}").json()["profile"])


def test_the_report_of_a_draft_tells_what_can_be_read_in_two_ways(catalog):
    name, me = catalog.dataset(), catalog.me
    run = catalog.send(name, "id,Day\n" + "".join(f"{n},0{n % 9 + 1}/0{n % 8 + 1}/2026\n" for n in range(99)))
    assert catalog.ended(run)["state"] == "needs_person"
    report = me.get(f"/api/reports/{run}").json()
    assert [a["column"] for a in report["ambiguous"]] == ["Day"]
    assert "day first was taken, please check" in report["ambiguous"][0]["why"] and "ambiguous" not in report["detail"]
    assert me.post(f"/api/datasets/{name}/contract/publish").status == 200
    checked = me.get("/api/runs", target=name, limit=1).json()["items"][0]["id"]
    assert catalog.ended(checked)["state"] == "done"
    assert me.get(f"/api/reports/{checked}").json()["ambiguous"] == []


def test_a_report_of_many_columns_is_whole(catalog):
    """A profile of 900 columns holds more values than documents of people may."""
    name, me = catalog.dataset(auto_publish=True), catalog.me
    header = ",".join(f"c{n}" for n in range(900))
    run = catalog.ended(catalog.send(name, header + "\n" + "".join(",".join(["7"] * 900) + "\n" for _ in range(20))))
    assert run["state"] == "done", run
    profile = me.get(f"/api/reports/{run['id']}").json()["profile"]
    assert len(profile["columns"]) + profile["columns_left_out"] == 900


def test_packed_and_encoded_files_are_loaded(catalog):
    text = "id,town\n" + "".join(f"{n},Köln\n" for n in range(50))
    for data in (gzip.compress(text.encode()), text.encode("utf-16"), text.encode("cp1252")):
        name = catalog.dataset(auto_publish=True)
        run = catalog.me.request("PUT", f"/api/uploads/f.csv?dataset={name}", data).json()["run_id"]
        assert catalog.ended(run)["state"] == "done", catalog.me.get(f"/api/runs/{run}").text
        rows = catalog.me.get(f"/api/tables/{name}/rows", limit=1).json()["items"]
        assert rows[0][-1] == "Köln" or "Köln" in rows[0]


# ---- checks and rejects ----

def test_rejects_are_listed_counted_and_given_back(catalog):
    name, me = catalog.dataset(error_budget_pct=100), catalog.me
    catalog.contract(name, INTEGER, {"name": "b", "type": "integer", "constraints": {"required": True}})
    run = catalog.ended(catalog.send(name, "a,b\n1,1\nx,2\n3,\n4,4\n5,5,5\n"))
    assert run["state"] == "done_with_rejects"
    assert run["account"]["check"] == {"read": 5, "good": 2, "repaired": 0, "rejected": 3}
    items = me.get(f"/api/datasets/{name}/rejects", run=run["id"]).json()["items"]
    assert [(i["seq"], i["line"], i["row"], i["raw"]) for i in items] == \
        [(1, 3, 2, "x,2"), (2, 4, 3, "3,"), (3, 6, 5, "5,5,5")]
    assert items[0]["column"] == "a" and items[0]["no"] == run["no"] and items[0]["offset"] == 8
    page = me.get(f"/api/datasets/{name}/rejects", limit=2).json()
    rest = me.get(f"/api/datasets/{name}/rejects", limit=2, cursor=page["next_cursor"]).json()
    assert [i["seq"] for i in page["items"] + rest["items"]] == [1, 2, 3] and rest["next_cursor"] is None
    only = me.get(f"/api/datasets/{name}/rejects", column="a").json()["items"]
    assert [i["seq"] for i in only] == [1]
    assert [(i["cell"], i["shape"]) for i in items] == \
        [({"at": 0, "length": 1}, "a"), ({"at": 2, "length": 0}, ""), (None, None)]
    assert [i["seq"] for i in me.get(f"/api/datasets/{name}/rejects", shape="a").json()["items"]] == [1]
    summary = me.get(f"/api/datasets/{name}/rejects/summary").json()
    assert (summary["total"], summary["stored"]) == (3, 3)
    assert sum(r["count"] for r in summary["by_rule"]) == 3
    answer = me.get(f"/api/datasets/{name}/rejects/download", run=run["id"])
    lines = answer.text.splitlines()
    assert answer.status == 200 and lines[0] == "_reject,_line,_column,_rule,_message,a,b" and len(lines) == 4
    report = me.get(f"/api/reports/{run['id']}").json()
    assert report["verdict"] == "good" and report["account"] == run["account"]["check"]
    assert report["rejects"] == {"total": 3, "stored": 3}
    assert {"rule": "type.integer", "column": "a", "shape": "a", "count": 1} in report["shapes"]
    assert [(c["name"], c["values"], c["max"]["value"]) for c in report["profile"]["columns"]] == \
        [("a", 2, "4"), ("b", 2, "4")]


def log_of(catalog, run):
    return [line["msg"] for line in catalog.me.get(f"/api/runs/{run}/log").json()["items"]]


def test_a_draft_judges_no_row(catalog):
    name, me = catalog.dataset(), catalog.me
    for data, told in (("a\n" + "1\n" * 20, "20 rows read to infer a contract, none is judged yet"),
                       ("a,b\n" + "1,2\n" * 20 + "1,2,3\n",
                        "21 rows read to infer a contract, none is judged yet; 1 of them cannot be cut into the columns")):
        run = catalog.ended(catalog.send(name, data))
        read = {"read": data.count("\n") - 1, "good": 0, "repaired": 0, "rejected": 0}
        assert run["state"] == "needs_person" and run["account"]["check"] == read
        assert [a["action"] for a in run["next"]] == ["publish_contract"]
        report = me.get(f"/api/reports/{run['id']}").json()
        assert (report["verdict"], report["account"], report["rejects"]["total"]) == ("draft", read, 0)
        lines = log_of(catalog, run["id"])
        assert told in lines and not [line for line in lines if " good" in line], lines


def mending(catalog):
    """A dataset whose bad rows are repaired and whose towns are trimmed."""
    name = catalog.dataset()
    doc = {"fields": [{"name": "a", "type": "integer"}, {"name": "town", "millrace": {"normalise": ["trim"]}}],
           "millrace": {"bad_rows": "repair", "budget_pct": 100}}
    assert catalog.me.put(f"/api/datasets/{name}/contract/draft", {"doc": doc}).status == 201
    assert catalog.me.post(f"/api/datasets/{name}/contract/publish").status == 200
    return name


def test_repaired_rows_are_named_in_log_and_headline(catalog):
    name = mending(catalog)
    run = catalog.ended(catalog.send(name, "a,town\n" + "1,Ulm,,\n" * 20))
    assert run["account"]["check"] == {"read": 20, "good": 0, "repaired": 20, "rejected": 0}
    assert run["headline"] == f"20 rows loaded into {name}; 20 rows repaired", run
    assert "20 rows read: 0 good, 20 repaired, 0 rejected" in log_of(catalog, run["id"])


def test_raw_rows_of_a_report_are_for_those_with_a_right_to_them(catalog):
    """An analyst reads published rows, not the bytes of the file."""
    name = mending(catalog)
    run = catalog.ended(catalog.send(name, "a,town\n1, Ulm \n2,Hull,,\n3,Ulm\n"))
    reader = catalog.suite.add_user(catalog.new_name(), "secret-word", domains={"default": ["analyst"]})
    mine, theirs = (who.get(f"/api/reports/{run['id']}").json()
                    for who in (catalog.me, catalog.suite.session(reader, "secret-word")))
    assert mine["repairs"]["rows"][0]["before"] == "2,Hull,," and mine["changes"][0]["examples"]
    assert theirs["repairs"] == {k: v for k, v in mine["repairs"].items() if k != "rows"}
    assert theirs["changes"] == [{"column": "town", "count": 1}] and theirs["profile"] == mine["profile"]
    answer = catalog.suite.session(reader, "secret-word").get(f"/api/datasets/{name}/repairs/download", run=run["id"])
    assert code(answer) == (403, "auth.denied"), answer.text


def test_all_repairs_can_be_had(catalog):
    """Beyond the 1,000 of the report, for thirty days; a run that repaired nothing has no file."""
    name, me = mending(catalog), catalog.me
    run = catalog.ended(catalog.send(name, "a,town\n" + "".join(f"{n},Ulm,,\n" for n in range(1500)) + "x,Ulm\n"))
    path = f"/api/datasets/{name}/repairs/download"
    answer = me.get(path, run=run["id"])
    lines = answer.text.splitlines()
    assert answer.status == 200 and lines[0] == "_repair,_row,_line,_offset,_rule,_message,_before,_after"
    assert len(lines) == 1501 and lines[1500].startswith("1500,1500,1501,") and lines[1500].endswith(',"1499,Ulm,,","1499,Ulm"')
    repairs = me.get(f"/api/reports/{run['id']}").json()["repairs"]
    assert (repairs["count"], len(repairs["rows"]), repairs["kept"]) == (1500, 1000, True)
    catalog.psql(f"update catalog.reports set created_at = now() - interval '31 days' where run_id = '{run['id']}'")
    catalog.suite.wait(lambda: me.get(path, run=run["id"]).status == 404, 30, "removal of the file")
    catalog.suite.wait(lambda: code(me.get(path, run=run["id"])) == (404, "repairs.none"), 30, "removal of its name")
    assert not any(word in f for f in all_files(catalog.silver) if run["id"] in f for word in ("repairs", "rejects"))
    assert me.get(f"/api/reports/{run['id']}").json()["repairs"]["kept"] is False
    other = catalog.ended(catalog.send(name, "a,town\n1,Ulm\n"))
    assert code(me.get(path, run=other["id"])) == (404, "repairs.none")
    assert me.get(f"/api/reports/{other['id']}").json()["repairs"]["kept"] is False


def test_repairs_without_rejects_are_kept(catalog):
    name = mending(catalog)
    run = catalog.ended(catalog.send(name, "a,town\n1,Ulm\n2,Hull,,\n3,Ulm\n"))
    assert run["account"]["check"] == {"read": 3, "good": 2, "repaired": 1, "rejected": 0}
    assert catalog.me.get(f"/api/datasets/{name}/repairs/download").text.count("\n") == 2
    assert code(catalog.me.get(f"/api/datasets/{name}/rejects/download", run=run["id"])) == (404, "rejects.none")


def test_over_the_budget_nothing_is_loaded(catalog):
    name = catalog.dataset()
    catalog.contract(name, INTEGER)
    run = catalog.ended(catalog.send(name, "a\n" + "x\n" * 10 + "1\n" * 90))
    assert run["state"] == "failed" and run["load_no"] is None
    assert catalog.me.get(f"/api/datasets/{name}/rejects/summary").json()["total"] > 0
    assert catalog.me.get(f"/api/tables/{name}").status == 404


def test_what_cannot_be_read_is_said_in_words(catalog):
    name = catalog.dataset()
    catalog.contract(name, INTEGER)
    for text in ("", "a\x00b\n", "z\n1\n", "\x7fELF\x02\x01\x01\x00"):
        run = catalog.ended(catalog.send(name, text))
        assert run["state"] == "failed" and run["reason"]["text"], text
    assert catalog.ended(catalog.send(name, "a\n"))["state"] == "done", "a header alone is a file of no rows"


def test_a_dataset_deleted_while_its_file_waits(catalog):
    name = catalog.dataset()
    catalog.psql(f"delete from catalog.datasets where name = '{name}'")
    answer = catalog.me.request("PUT", f"/api/uploads/f.csv?dataset={name}", b"a\n1\n")
    assert code(answer) == (404, "dataset.unknown")


# ---- the disk ----

def all_files(where):
    return {str(p) for p in pathlib.Path(where).rglob("*") if p.is_file()}


def test_the_disk_is_tidied(catalog):
    name = catalog.dataset(error_budget_pct=100)
    catalog.contract(name, INTEGER)
    run = catalog.ended(catalog.send(name, "a\n1\nx\n"))
    kept = {f for f in all_files(catalog.silver) if run["id"] in f}
    assert len(kept) == 3  # silver, rejects as CSV and as Parquet
    stray = [catalog.silver / "default" / f"{uuid.uuid4()}-7-0.parquet",
             catalog.silver / "default" / f"{run['id']}-99999.rejects.csv.part"]
    for path in stray:
        path.write_text("left by a crash")
        os.utime(path, (1, 1))
    task, epoch = catalog.psql(f"select id || '-' || epoch from jobs.tasks where run_id = '{run['id']}' "
                               "and kind = 'validate'").strip().rsplit("-", 1)
    scratch = catalog.scratch / f"{task}-{epoch}"
    making = catalog.scratch / "not-yet"  # so that it is there whole before it is tidied
    making.mkdir()
    (making / "silver-0.parquet").write_text("half")
    owner = os.stat(catalog.scratch)
    for path in (making, making / "silver-0.parquet"):
        os.chown(path, owner.st_uid, owner.st_gid)
    making.rename(scratch)
    foreign = catalog.scratch / "not-ours"
    foreign.mkdir()
    catalog.suite.wait(lambda: not any(p.exists() for p in [*stray, scratch]), 30, "tidying")
    assert kept <= all_files(catalog.silver) and foreign.exists()


def test_a_file_is_young_from_its_renaming(catalog):
    """A long check wrote its first files long ago, and names them just before its COMMIT."""
    written = catalog.silver / "default" / ".still-writing"
    written.write_text("by a check that took longer than the grace")
    os.utime(written, (1, 1))
    named = written.with_name(f"{uuid.uuid4()}-7-0.parquet")
    began = time.monotonic()
    written.rename(named)
    catalog.suite.wait(lambda: not named.exists(), 30, "tidying")
    assert time.monotonic() - began > 1.9, "the grace is two seconds"


def test_a_file_lost_from_the_disk_is_gone(catalog):
    """Its path is on record, so that is not the 404 of a run that had none."""
    name = mending(catalog)
    run = catalog.ended(catalog.send(name, "a,town\n1,Ulm,,\n2,Ulm\n3,Hull\nx,Ulm\n"))
    for word in ("rejects", "repairs"):
        path = f"/api/datasets/{name}/{word}/download"
        assert catalog.me.get(path, run=run["id"]).status == 200
        for lost in (f for f in all_files(catalog.silver) if run["id"] in f and f.endswith(f"{word}.csv")):
            pathlib.Path(lost).unlink()
        assert code(catalog.me.get(path, run=run["id"])) == (410, f"{word}.expired")


def test_rejects_are_kept_thirty_days(catalog):
    name = catalog.dataset(error_budget_pct=100)
    catalog.contract(name, INTEGER)
    run = catalog.ended(catalog.send(name, "a\n1\nx\n"))
    catalog.psql("update catalog.reports set created_at = now() - interval '31 days' "
                 f"where run_id = '{run['id']}'")
    catalog.suite.wait(lambda: not any("rejects" in f for f in all_files(catalog.silver) if run["id"] in f), 30,
                       "removal of the files")
    catalog.suite.wait(lambda: code(catalog.me.get(f"/api/datasets/{name}/rejects/download"))
                       == (404, "rejects.none"), 30, "removal of the rows")
    assert catalog.me.get(f"/api/datasets/{name}/rejects").json()["items"] == []
    assert catalog.me.get(f"/api/datasets/{name}/rejects/summary").json()["total"] == 1
    assert any(run["id"] in f for f in all_files(catalog.silver)), "checked rows stay"
