#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""test_engine_validate - the real engine on real files: the planned bad rows and no others, silver that holds
every good row, the same at any number of threads, and words for what cannot be read."""
import csv
import decimal
import gzip
import hashlib
import io
import json
import os
import struct
import subprocess
import sys

import pytest

from harness import ROOT, Child

RETAIL = os.path.join(ROOT, "docs/examples/retail")
FIELDS = [{"name": "id", "type": "integer", "constraints": {"required": True}}, {"name": "text"}]


@pytest.fixture
def scratch(tmp_path):
    """A new empty directory each time it is called."""
    made = []

    def make():
        made.append(tmp_path / f"scratch-{len(made)}")
        made[-1].mkdir()
        return made[-1]
    return make


@pytest.fixture(scope="session")
def sales(tmp_path_factory):
    """The example of 100,000 rows and what a checker must find in it."""
    where = tmp_path_factory.mktemp("retail")
    subprocess.run([sys.executable, RETAIL + "/generate.py", where / "online_sales.csv", "--plan",
                    where / "plan.json"], check=True)
    return where / "online_sales.csv", json.loads((where / "plan.json").read_text())


def contract(name="contract.json"):
    with open(os.path.join(RETAIL, name), encoding="utf-8") as f:
        return json.load(f)


def start(path, doc, scratch, references=(), **more):
    """The child of one run; references: text of each foreign key's values."""
    given = []
    for key, text in references:
        given.append({"key": key, "file": str(scratch / f"reference-{key}.csv")})
        (scratch / f"reference-{key}.csv").write_text(text)
    more.setdefault("references", given)
    data = path.read_bytes()
    spec = {"task": "validate", "input": str(path), "input_bytes": len(data),
            "sha256": hashlib.sha256(data).hexdigest(), "scratch": str(scratch), "contract": doc,
            "dataset": "d", "budget_pct": 1, "budget_after_rows": 1000, "threads": 2,
            "memory_bytes": 256 << 20, "wall_ms": 60000, **more}
    return Child("engine", spec)


def validate(path, doc, scratch, references=(), **more):
    """Exit code and last report line of one run."""
    return start(path, doc, scratch, references, **more).finish()


def write(tmp_path, data):
    path = tmp_path / "file.csv"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def rejects(scratch):
    with open(scratch / "rejects.jsonl", encoding="utf-8") as f:
        return [json.loads(line) for line in f]


def places(rows):
    return [(r["row"], r["line"], r["rule"], r["column"]) for r in rows]


def ask(sql, result, scratch, columns):
    """Rows of SQL over the silver of a result, every cell as text."""
    spec = {"task": "load", "sql": f"select 1::bigint as _row, * from ({sql}) as t({','.join(columns)})", "has_row": True,
            "columns": [{"name": c, "type": "text"} for c in columns], "threads": 1,
            "memory_bytes": 256 << 20, "wall_ms": 60000, "scratch": str(scratch),
            "sources": [{"name": "silver", "files": [str(scratch / s["file"]) for s in result["silver"]]}]}
    data_r, data_w = os.pipe()
    child = Child("engine", spec, data_out=data_w)
    os.close(data_w)
    with os.fdopen(data_r, "rb") as f:
        data = f.read()
    code, last = child.finish()
    assert code == 0, last
    rows, at = [], 0
    while (n := struct.unpack_from("<I", data, at)[0]) != 0xFFFFFFFF:
        end, at = at + 4 + n, at + 4
        while at < end:
            cells, at = struct.unpack_from(">h", data, at)[0], at + 2
            row = []
            for _ in range(cells):
                size, at = struct.unpack_from(">i", data, at)[0], at + 4
                row.append(None if size < 0 else data[at:at + size])
                at += max(size, 0)
            rows.append([None if c is None else c.decode() for c in row[1:]])
    return rows


def test_exactly_the_planned_rows_are_refused(sales, scratch):
    path, plan = sales
    where = scratch()
    code, result = validate(path, contract(), where)
    assert code == 0 and result["verdict"] == "good"
    assert result["account"] == {"read": 100000, "good": 99746, "repaired": 0, "rejected": 254}
    assert places(rejects(where)) == [(p["row"], p["line"], p["rule"], p["column"]) for p in plan]
    assert sum(r["count"] for r in result["rules"]) == 254
    assert sum(s["rows"] for s in result["silver"]) == 99746
    data = path.read_bytes()
    line = at = 0
    for r in rejects(where):
        line, at = line + data.count(b"\n", at, r["offset"]), r["offset"]
        raw = data[r["offset"]:r["offset"] + r["length"]]
        assert raw.decode(errors="replace") == r["raw"]
        assert data[r["offset"] - 1:r["offset"]] == b"\n"
        assert line + 1 == r["line"]


def test_silver_holds_every_good_row(sales, scratch):
    path, plan = sales
    where = scratch()
    _, result = validate(path, contract(), where)
    bad = {p["line"] for p in plan}
    units = revenue = rows = line = 0
    with open(path, encoding="utf-8", errors="surrogateescape", newline="") as f:
        text = f.read().splitlines(keepends=True)
    good = []
    skip = False
    for line, part in enumerate(text, 1):
        skip = skip and part.startswith("or leave")
        if line not in bad and not skip:
            good.append(part)
        skip = line in bad
    for row in csv.DictReader(good):
        rows += 1
        units += int(row["units"])
        revenue += decimal.Decimal(row["revenue"])
    assert rows == 99746
    got = ask("select count(*)::varchar, sum(units)::varchar, sum(revenue)::varchar from silver", result,
              where, ["n", "u", "r"])
    assert got == [[str(rows), str(units), str(revenue)]]
    got = ask("select count(*)::varchar as n from (select _row, lag(_row) over () as before, _offset,"
              " lag(_offset) over () as start from silver) where before >= _row or start >= _offset", result,
              where, ["n"])
    assert got == [["0"]]


def test_threads_change_nothing(sales, scratch):
    path, _ = sales
    seen = []
    for threads in (1, 2, 3):
        where = scratch()
        _, result = validate(path, contract(), where, threads=threads)
        del result["silver"][0]["bytes"]
        seen.append((result["account"], result["rules"], [s["rows"] for s in result["silver"]],
                     (where / "rejects.csv").read_bytes(), (where / "rejects.jsonl").read_bytes()))
    assert len(seen[0][2]) > 1
    assert seen[0] == seen[1] == seen[2]


def test_last_ranges_of_a_large_file_are_smaller(scratch, tmp_path):
    """So that no thread waits long for the last one; the same at any number of threads, with two passes too."""
    row = "{},%s\n" % ("x" * 1000)
    path = write(tmp_path, "id,text\n" + "".join(map(row.format, range(130_000))))
    keyed = {"fields": FIELDS, "primaryKey": ["id"]}
    ranges = []
    for doc, threads in (({"fields": FIELDS}, 1), ({"fields": FIELDS}, 3), (keyed, 3)):
        code, result = validate(path, doc, scratch(), threads=threads)
        assert (code, result["account"]["good"]) == (0, 130_000)
        ranges.append([s["rows"] for s in result["silver"]])
    first, last = ranges[0][0], ranges[0][-2]
    assert first > 7_500 and last < 0.6 * first
    assert len([r for r in ranges[0] if r > 0.9 * first]) > 10 and ranges[0] == ranges[1] == ranges[2]


def test_rejects_can_be_mended_and_sent_back(sales, scratch, tmp_path):
    path, _ = sales
    where = scratch()
    validate(path, contract(), where)
    with open(where / "rejects.csv", encoding="utf-8", newline="") as f:
        rows = list(csv.reader(f))
    assert rows[0][:6] == ["_reject", "_line", "_column", "_rule", "_message", "order_id"]
    assert [r[0] for r in rows[1:]] == [str(i) for i in range(1, 255)]
    mended = [r[5:] for r in rows[1:] if r[3] == "enum"]
    for r in mended:
        r[4] = r[4].rstrip("?")
    again = tmp_path / "mended.csv"
    with open(again, "w", encoding="utf-8", newline="") as f:
        csv.writer(f).writerows([rows[0][5:], *mended])
    _, result = validate(again, contract(), scratch())
    assert result["account"]["good"] == len(mended) == result["account"]["read"]


@pytest.mark.parametrize("drafted", [False, True])
def test_further_tables_are_told(scratch, tmp_path, drafted):
    """Ten behind the first: more than the sniffer keeps."""
    path = write(tmp_path, "id,text\n" + "1,x\n" * 30 + "\na,b,c\n1,2,3\n\nk,l\n4,5\n" * 5)
    where = scratch()
    code, result = validate(path, None if drafted else {"fields": FIELDS}, where)
    assert code == 0 and result["account"]["read"] == 30, result
    dialect = json.loads((where / "report.json").read_text())["dialect"]
    assert [(table["line"], table["columns"]) for table in dialect["tables"]] == [
        (33 + 3 * i, 2 if i % 2 else 3) for i in range(10)]
    assert dialect["more_tables"] == 0


@pytest.mark.parametrize("dialect, text", [
    ({"delimiter": ";", "footer": 1}, "id;text\n1;a\nx;b\nTotal;1\n"),
    ({"encoding": "windows-1252", "preamble": 1}, "junk\nid,text\n1,ä\nx,ö\n".encode("cp1252")),
    ({"encoding": "shift_jis", "quote": "'"}, "id,text\n1,'a,b'\nx,'c,カ'\n".encode("shift_jis")),
])
def test_rejects_come_back_in_our_dialect_not_the_files(scratch, tmp_path, dialect, text):
    doc = {"fields": FIELDS, "millrace": {"budget_pct": 100, "dialect": dialect}}
    where = scratch()
    validate(write(tmp_path, text), doc, where)
    mended = (where / "rejects.csv").read_bytes().replace(b",x,", b",7,").replace(b"\n", b"\r\n")
    _, result = validate(write(tmp_path, mended), doc, scratch())
    assert result["account"] == {"read": 1, "good": 1, "repaired": 0, "rejected": 0}
    assert result["dialect"]["rejects_file"] and result["dialect"]["delimiter"] == "comma"


def test_a_draft_of_a_rejects_file_is_of_the_files_own_columns(scratch, tmp_path):
    path = write(tmp_path, "_reject,_line,_column,_rule,_message,id,town\n1,4,id,type.integer,x,7,Ulm\n")
    where = scratch()
    _, result = validate(path, None, where, auto_publish=True)
    assert result["verdict"] == "good" and result["account"]["good"] == 1, result
    assert [(c["name"], c["type"]) for c in result["columns"]] == [("id", "integer"), ("town", "text")]
    draft = json.loads((where / "draft.json").read_text(encoding="utf-8"))
    assert [f["name"] for f in draft["doc"]["fields"]] == ["id", "town"]


def test_messy_file_from_draft_to_rows(scratch, tmp_path):
    plan = tmp_path / "plan.json"
    path = tmp_path / "messy.csv"
    subprocess.run([sys.executable, RETAIL + "/generate.py", path, "--plan", plan], check=True)
    with open(os.path.join(RETAIL, "messy.csv"), "rb") as f:
        assert f.read() == path.read_bytes()
    where = scratch()
    code, result = validate(path, None, where)
    assert code == 0 and result["verdict"] == "draft" and result["silver"] == []
    draft = json.loads((where / "draft.json").read_text(encoding="utf-8"))
    assert draft["evidence"]["dialect"]["encoding"] == "windows-1252"
    where = scratch()
    _, result = validate(path, draft["doc"], where)
    assert result["verdict"] == "good"
    assert result["account"] == {"read": 120, "good": 108, "repaired": 0, "rejected": 12}
    want = [(p["row"], p["line"], p["rule"], p["column"]) for p in json.loads(plan.read_text())]
    assert places(rejects(where)) == want
    got = ask("select distinct customer from silver order by 1", result, where, ["c"])
    assert ["Müller & Söhne"] in got and ['Hotel "Zur Post"'] in got


def test_a_draft_has_read_rows_and_judged_none(scratch, tmp_path):
    path = write(tmp_path, "id,town\n" + "".join(f"{n},Ulm\n" for n in range(200)) + "200,Ulm,more\n")
    where = scratch()
    code, result = validate(path, None, where)
    assert code == 0 and result["verdict"] == "draft"
    assert result["account"] == {"read": 201, "good": 0, "repaired": 0, "rejected": 0}
    draft = json.loads((where / "draft.json").read_text(encoding="utf-8"))
    assert (draft["evidence"]["rows"], draft["evidence"]["rows_refused"]) == (201, 1)


def test_over_the_budget_nothing_is_left_to_load(scratch, tmp_path):
    path = tmp_path / "failing.csv"
    subprocess.run([sys.executable, RETAIL + "/generate.py", path], check=True)
    where = scratch()
    code, result = validate(path, contract(), where)
    assert code == 0 and result["verdict"] == "over_budget"
    assert result["reason"]["text"] == "50 of 400 rows rejected (12.5 %), this dataset allows 1 %"
    assert result["silver"] == [] and not list(where.glob("silver*"))
    assert len(rejects(where)) == 50
    assert not list(where.glob("*.spool"))


def test_auto_publish_checks_against_its_own_draft(scratch, tmp_path):
    path = write(tmp_path, "id,day\n" + "".join(f"{i},2026-01-02\n" for i in range(500)))
    where = scratch()
    _, result = validate(path, None, where, auto_publish=True)
    assert result["verdict"] == "good" and result["drafted"]
    assert result["account"]["good"] == 500
    assert [c["type"] for c in result["columns"]] == ["integer", "date"]
    assert (where / "draft.json").exists()


@pytest.mark.parametrize("unattended, done", [(False, "day first was taken, please check"), (True, "left as text")])
def test_the_report_of_a_draft_tells_what_can_be_read_in_two_ways(scratch, tmp_path, unattended, done):
    path = write(tmp_path, "id,Day\n" + "".join(f"{i},0{i % 9 + 1}/0{i % 8 + 1}/2026\n" for i in range(200)))
    where = scratch()
    _, result = validate(path, None, where, auto_publish=unattended)
    assert result["drafted"] and "ambiguous" not in result
    report = json.loads((where / "report.json").read_text(encoding="utf-8"))
    assert report["ambiguous"] == [{"column": "Day", "why": f"every date can be read day first and month first: {done}"}]
    draft = json.loads((where / "draft.json").read_text(encoding="utf-8"))
    where = scratch()
    validate(path, draft["doc"], where)
    assert "ambiguous" not in json.loads((where / "report.json").read_text(encoding="utf-8"))


TYPES = {"fields": [
    {"name": "i", "type": "integer"}, {"name": "d", "type": "number", "millrace": {"precision": 12, "scale": 2}},
    {"name": "w", "type": "number", "millrace": {"precision": 38, "scale": 10}},
    {"name": "f", "type": "number", "millrace": {"type": "double"}}, {"name": "b", "type": "boolean"},
    {"name": "a", "type": "date"}, {"name": "t", "type": "datetime"},
    {"name": "z", "type": "datetime", "millrace": {"type": "timestamptz"}}, {"name": "s"}, {"name": "absent"}],
    "millrace": {"missing_columns": "null",  # the file lacks "absent"
                 "dialect": {"footer": 0}}}      # its row of nulls is one


def test_every_type_crosses_exactly(scratch, tmp_path):
    path = write(tmp_path, "i,d,w,f,b,a,t,z,s\n"
                 "-9223372036854775808,-0.05,1234567890123456789012345678.0123456789,1e-300,true,0001-01-01,"
                 '1969-12-31 23:59:59.999999,2026-01-01T00:00+01:00,"twelve bytes and ""more"""\n'
                 ",,,,,,,,\n")
    where = scratch()
    _, result = validate(path, TYPES, where)
    assert result["account"]["good"] == 2, result
    assert result["absent_columns"] == ["absent"]
    names = ["_row", "_offset", *[f["name"] for f in TYPES["fields"]]]
    sql = ",".join(f"{n}::varchar as {n}" for n in names)
    got = ask(f"select {sql} from silver", result, where, [f"c{i}" for i in range(len(names))])
    assert got == [["1", "18", "-9223372036854775808", "-0.05", "1234567890123456789012345678.0123456789",
                    "1e-300", "true", "0001-01-01", "1969-12-31 23:59:59.999999", "2025-12-31 23:00:00+00",
                    'twelve bytes and "more"', None],
                   ["2", str(path.read_bytes().index(b"\n,,") + 1)] + [None] * 10]


@pytest.mark.parametrize("data, code, word", [
    (b"", "file.empty", "empty"),
    (b"\n\n", "file.empty", "header"),
    (b"PK\x03\x04junk", "file.binary", "ZIP"),
    (b"\x1f\x8b\x08\x00", "file.archive", "gzip"),
    (gzip.compress(b"id,text\n" + os.urandom(100000))[:-9], "file.archive", "gzip"),
    (b"text\na\n", "header.missing", "id"),
    (b"id,text,colour\n1,a,red\n", "header.extra", "colour"),
    (b"key,text\n1,a\n", "header.missing", "the file has key, text"),
    (b'id,"text\n1,a\n', "header.missing", "text"),
    (b"id," + b"c," * 5000 + b"text\n", "header.columns", "5002"),
])
def test_what_cannot_be_read_is_said_in_words(scratch, tmp_path, data, code, word):
    where = scratch()
    exit_code, result = validate(write(tmp_path, data), {"fields": FIELDS}, where)
    assert exit_code == 0 and result["verdict"] == "unusable"
    assert result["reason"]["code"] == code and word in result["reason"]["text"]
    assert json.loads((where / "report.json").read_text())["verdict"] == "unusable"


def test_odd_files_end_with_an_account(scratch, tmp_path):
    for data, read, good in [
        (b"id,text\n", 0, 0),
        (b"id,text\n1," + b"x" * 10_000_000 + b"\n2,b\n", 2, 2),
        (b"id,text\n1," + b"x" * 20_000_000 + b"\n2,b\n", 2, 1),
        (b"id,text\n" + b"\"" * 100_001 + b"\n2,b\n", 2, 1),
        (b"\xef\xbb\xbfid;text\r\n1;a\r\n", 1, 1),
    ]:
        doc = {"fields": FIELDS, "millrace": {"budget_pct": 100}}
        if b'""' in data:  # too little of the file is regular to tell
            doc["millrace"]["dialect"] = {"delimiter": ",", "quote": '"'}
        code, result = validate(write(tmp_path, data), doc, scratch())
        assert code == 0 and result["verdict"] == "good", result
        assert (result["account"]["read"], result["account"]["good"]) == (read, good)


@pytest.mark.parametrize("more", [{"sha256": "0" * 64}, {"input_bytes": 17}])
def test_another_object_than_the_uploaded_one_is_no_result(scratch, tmp_path, more):
    code, last = validate(write(tmp_path, "id,text\n1,a\n"), {"fields": FIELDS}, scratch(), **more)
    assert code == 70 and last["t"] == "error"
    assert last["kind"] == "input" and last["code"] == "object.corrupt"


def test_a_wrong_contract_is_told(scratch, tmp_path):
    code, last = validate(write(tmp_path, "id\n1\n"), {"fields": []}, scratch())
    assert code == 70 and last["code"] == "contract.invalid"


def test_spent_budget_stops_early_at_the_same_place(scratch, tmp_path):
    """20 MB whose first range is all bad: the rest is not judged, whatever the threads."""
    good = "".join(f"{i},{'x' * 90}\n" for i in range(100000))
    path = write(tmp_path, "id,text\n" + "bad,row\n" * 600000 + good * 2)
    seen = []
    for threads in (1, 3):
        code, result = validate(path, {"fields": FIELDS}, scratch(), threads=threads)
        assert code == 0 and result["verdict"] == "over_budget"
        seen.append(result["account"])
    assert seen[0] == seen[1]
    assert seen[0]["read"] < 600000


@pytest.mark.skipif(os.getuid() != 0, reason="mounting needs root")
def test_a_full_disk_is_no_space(scratch, sales):
    path, _ = sales
    where = scratch()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", where], check=False).returncode:
        pytest.skip("no mount here")
    try:
        code, last = validate(path, contract(), where)
    finally:
        subprocess.run(["umount", "-l", where], check=True)
    assert code == 70 and last["kind"] == "no_space", last


# ---- keys ----

KEYED = {"fields": [{"name": "id", "type": "integer"}, {"name": "customer", "type": "integer"}],
         "primaryKey": "id", "millrace": {"budget_pct": 100},
         "foreignKeys": [{"fields": "customer", "reference": {"resource": "customers", "fields": "no"}}]}


def test_keys_name_both_rows_and_miss_none(scratch, tmp_path):
    path = write(tmp_path, "id,customer\n1,10\n2,11\n1,10\n3,\n4,99\n2,10\nx,10\n05,11\n5,11\n")
    seen = []
    for threads in (1, 3):
        where = scratch()
        code, result = validate(path, KEYED, where, references=[(1, "no\n10\n11\n")], threads=threads)
        assert code == 0 and result["verdict"] == "good", result
        assert result["account"] == {"read": 9, "good": 4, "repaired": 0, "rejected": 5}
        seen.append([(r["row"], r["rule"], r["column"], r["message"]) for r in rejects(where)])
    assert seen[0] == seen[1]
    assert [(row, rule) for row, rule, _, _ in seen[0]] == [
        (3, "primary_key"), (5, "foreign_key"), (6, "primary_key"), (7, "type.integer"), (9, "primary_key")]
    assert seen[0][0][3] == "id: row 3 has the same value as row 1"
    assert "customers" in seen[0][1][3] and seen[0][4][3] == "id: row 9 has the same value as row 8"


def test_a_row_that_breaks_several_keys_names_all(scratch, tmp_path):
    fields = [{"name": n, "constraints": {"unique": True}} for n in ("a", "b", "c")]
    text = "a,b,c\n" + "".join(f"a{n},b{n},c{n}\n" for n in range(400)) + "".join(f"a{n},b{n + 1},d{n}\n" for n in range(300))
    where = scratch()
    code, result = validate(write(tmp_path, text), {"fields": fields, "millrace": {"budget_pct": 100}}, where)
    assert code == 0 and result["account"] == {"read": 700, "good": 400, "repaired": 0, "rejected": 300}
    assert [(r["row"], r["rule"], r["column"], r["message"]) for r in rejects(where)] == [
        (n + 401, "unique", "a", f"a: row {n + 401} has the same value as row {n + 1}; b: the same value as row {n + 2}")
        for n in range(300)]


def test_keys_of_many_rows_spill(scratch, tmp_path):
    """6 M keys of 32 bytes do not fit into the 64 MiB they are given."""
    path = tmp_path / "file.csv"
    with open(path, "w", encoding="ascii") as f:
        f.write("id\n")
        for at in range(0, 6_000_000, 100_000):
            f.write("".join(f"{n * 7 % 6000011}\n" for n in range(at, at + 100_000)))
        f.write("7\n")
    doc = {"fields": [{"name": "id", "type": "integer", "constraints": {"unique": True}}]}
    where = scratch()
    code, result = validate(path, doc, where)
    assert code == 0 and result["account"] == {"read": 6000001, "good": 6000000, "repaired": 0, "rejected": 1}
    assert [(r["row"], r["rule"], r["message"]) for r in rejects(where)] == \
        [(6000001, "unique", "id: row 6000001 has the same value as row 2")]
    assert not [f for f in where.iterdir() if f.suffix not in (".parquet", ".csv", ".jsonl", ".json")]


@pytest.mark.parametrize("doc, more", [
    ({"fields": [{"name": "id", "constraints": {"unique": True}}]}, {}),
    (None, {"auto_publish": True}),
], ids=["keys", "draft"])
def test_progress_goes_on_through_both_passes(scratch, tmp_path, doc, more):
    """Half a row for each reading, as with the bytes: neither stands still while the other moves, nor begins again."""
    n = 2_000_000
    path = write(tmp_path, "id\n" + "".join(f"{i:015}\n" for i in range(n)))
    child = start(path, doc, scratch(), threads=1, **more)
    code, result = child.finish()
    assert code == 0 and result["account"]["good"] == n, result
    told = [line for line in child.lines if line["t"] == "progress"]
    assert told[0]["rows"] == (1 << 20) // 16 // 2, "the first block, read once"
    assert (1 << 19) - 32 <= told[0]["bytes"] <= 1 << 19, "not the sample that was read before it"
    for earlier, later in zip(told, told[1:]):
        assert earlier["rows"] < later["rows"] <= n, told
        assert earlier["bytes"] <= later["bytes"] <= path.stat().st_size, told


def test_values_a_foreign_key_points_to_must_be_given(scratch, tmp_path):
    code, last = validate(write(tmp_path, "id,customer\n1,10\n"), KEYED, scratch())
    assert code == 70 and (last["kind"], last["code"]) == ("input", "reference.missing")


# ---- encodings, archives, rules over rows ----

@pytest.mark.parametrize("pack", [
    lambda text: gzip.compress(text.encode()),
    lambda text: text.encode("utf-16"),
    lambda text: text.encode("utf-16-be"),
    lambda text: text.encode("cp1252"),
    lambda text: gzip.compress(text.encode("utf-16")),
])
def test_packed_and_encoded_files_are_read(scratch, tmp_path, pack):
    text = "id,town\n" + "".join(f"{n},Köln\n" for n in range(3000)) + "x,Köln\n"
    path = write(tmp_path, pack(text))
    where = scratch()
    code, result = validate(path, {"fields": [FIELDS[0], {"name": "town"}]}, where)
    assert code == 0 and result["verdict"] == "good", result
    assert result["account"]["good"] == 3000
    assert [(r["line"], r["raw"], r["rule"]) for r in rejects(where)] == [(3002, "x,Köln", "type.integer")]
    got = ask("select distinct town from silver", result, where, ["town"])
    assert got == [["Köln"]]


def test_rows_are_judged_whole_by_rules(scratch, tmp_path):
    doc = {"fields": [{"name": "a", "type": "date"}, {"name": "b", "type": "date"}], "millrace": {
        "budget_pct": 100, "rules": [{"name": "ends", "expr": "b >= a", "message": "ends before it starts"}]}}
    where = scratch()
    validate(write(tmp_path, "a,b\n2026-01-01,2026-01-02\n2026-01-02,2026-01-01\n2026-01-02,\n"), doc, where)
    assert [(r["row"], r["rule"], r["column"]) for r in rejects(where)] == [(2, "rule", None)]
    assert "ends before it starts" in rejects(where)[0]["message"]


# ---- what the report holds for people ----

def test_the_report_counts_and_shows(scratch, tmp_path):
    rows = [f"{n},{n % 7}" for n in range(1, 2001)]
    rows[10] = '"31.02.2026",a'
    rows[20] = "12.03.2026,b"
    rows[30] = 'n/a,"x, ""y"""'
    path = write(tmp_path, "id,what\n" + "\n".join(rows) + "\n")
    doc = {"fields": [{"name": "id", "type": "integer"}, {"name": "what"}]}
    seen = []
    for threads in (1, 3):
        where = scratch()
        _, result = validate(path, doc, where, threads=threads)
        report = json.loads((where / "report.json").read_text())
        assert {k: v for k, v in report.items() if k not in ("profile", "shapes", "repairs", "changes")} == \
            {k: v for k, v in result.items() if k not in ("t", "silver")}
        seen.append((report["profile"], report["shapes"]))
    assert seen[0] == seen[1]
    assert report["shapes"] == [
        {"rule": "type.integer", "column": "id", "shape": "99.99.9999", "count": 2},
        {"rule": "type.integer", "column": "id", "shape": "a/a", "count": 1}]
    for r in rejects(where):
        cell = r["raw"][r["cell_at"]:r["cell_at"] + r["cell_length"]]
        assert cell in ("31.02.2026", "12.03.2026", "n/a")
    number, text = report["profile"]["columns"]
    assert report["profile"]["rows"] == 1997 and number["nulls"] == 0
    assert (number["min"]["value"], number["max"]["value"]) == ("1", "2000")
    assert number["distinct"]["count"] >= 1900 and text["distinct"] == {"count": 7, "exact": True, "error_pct": 0}


def test_some_rejects_of_every_rule_are_shown(scratch, tmp_path):
    text = "id,what\n" + "x,\n" * 1500 + "y,1,2\n" * 100
    where = scratch()
    validate(write(tmp_path, text), {"fields": FIELDS[:1] + [{"name": "what"}], "millrace": {"budget_pct": 100}},
             where)
    seqs = [r["seq"] for r in rejects(where)]
    assert seqs == list(range(1, 1001)) + list(range(1501, 1521))


def test_some_rejects_of_every_listed_shape_are_shown(scratch, tmp_path):
    """What a person opens by its shape must not be empty, however far behind the first thousand it stands."""
    cells = ["x"] * 1500 + ["03.04.2026"] * 30 + ["n/a"] + ["1;2"] * 3
    cells += [cell for n in range(600) for cell in [f"{n:010b}".replace("0", "-").replace("1", "/")] * 2] + ["n/a"] * 8
    path = write(tmp_path, "id,what\n" + "".join(f"{cell},{n}\n" for n, cell in enumerate(cells)))
    seen = []
    for threads in (1, 3):
        where = scratch()
        _, result = validate(path, {"fields": FIELDS[:1] + [{"name": "what"}], "millrace": {"budget_pct": 100}},
                             where, threads=threads)
        shown = rejects(where)
        assert result["rejects_stored"] == len(shown) == len({r["seq"] for r in shown}) <= 4500
        for r in shown:
            assert r["raw"] == f"{cells[r['seq'] - 1]},{r['seq'] - 1}" and r["row"] == r["seq"]
        seen.append(shown)
    assert seen[0] == seen[1]
    shapes = json.loads((where / "report.json").read_text())["shapes"]
    assert len(shapes) == 500
    for shape in shapes:
        n = len([r for r in shown if r["shape"] == shape["shape"]])
        assert n >= min(shape["count"], 5), shape
    assert [r["seq"] for r in shown if r["shape"] == "a/a"] == [1531, 2735, 2736, 2737, 2738]


def test_shown_rejects_stay_within_what_the_supervisor_reads(scratch, tmp_path):
    path = write(tmp_path, "id,text\n" + f"x,{chr(1) * 4000}\n" * 900)  # six times as long in JSON
    where = scratch()
    code, result = validate(path, {"fields": FIELDS, "millrace": {"budget_pct": 100}}, where, budget_pct=100)
    assert code == 0 and result["rejects_stored"] < 900
    size = (where / "rejects.jsonl").stat().st_size
    assert (11 << 20) < size < (12 << 20) + 65536


def test_repairs_and_changes_stand_apart_from_rejects(scratch, tmp_path):
    doc = {"fields": [{"name": "id", "type": "integer"},
                      {"name": "town", "type": "string", "millrace": {"normalise": ["trim"]}},
                      {"name": "day", "type": "date"}],
           "millrace": {"bad_rows": "repair", "budget_pct": 100}}
    rows = [f"{n},Ulm,2026-01-02" for n in range(1000)]
    rows[3] = "3,Ulm"
    rows[4] = "4,Ulm,2026-01-02,,"
    rows[5] = "5, Ulm ,2026-01-02"
    rows[6] = "x,Ulm,2026-01-02"
    path = write(tmp_path, "id,town,day\n" + "\n".join(rows) + "\n")
    seen = []
    for threads in (1, 3):
        where = scratch()
        code, result = validate(path, doc, where, threads=threads)
        assert code == 0 and result["account"] == {"read": 1000, "good": 997, "repaired": 2, "rejected": 1}
        assert sum(s["rows"] for s in result["silver"]) == 999
        seen.append(json.loads((where / "report.json").read_text()))
        with open(where / "repairs.csv", encoding="utf-8", newline="") as f:
            lines = list(csv.DictReader(f))
        assert [(r["_repair"], r["_row"], r["_line"], r["_rule"], r["_before"], r["_after"]) for r in lines] == \
            [("1", "4", "5", "repair.pad", "3,Ulm", "3,Ulm,"), ("2", "5", "6", "repair.surplus", "4,Ulm,2026-01-02,,", "4,Ulm,2026-01-02")]
        assert not list(where.glob("*.spool"))
    assert seen[0] == seen[1]
    repairs, changes = seen[0]["repairs"], seen[0]["changes"]
    assert [(r["line"], r["rule"], r["before"]) for r in repairs["rows"]] == \
        [(5, "repair.pad", "3,Ulm"), (6, "repair.surplus", "4,Ulm,2026-01-02,,")]
    assert [(c["column"], c["count"]) for c in changes] == [("town", 1)]
    assert changes[0]["examples"][0]["before"] == " Ulm " and changes[0]["examples"][0]["after"] == "Ulm"


def test_all_repairs_of_all_ranges_are_written(scratch, tmp_path):
    """In the order of the file, numbered, the same at any number of threads; no file without repairs."""
    doc = {"fields": [{"name": "id", "type": "integer"}, {"name": "text"}, {"name": "day", "type": "date"}],
           "millrace": {"bad_rows": "repair", "budget_pct": 100}}
    count = 150000
    path = write(tmp_path, "id,text,day\n" + "".join(
        f'{n},"a, {n} and ""more"" of it, so that two ranges are filled",2026-01-02{",," if n % 50 == 0 else ""}\n'
        for n in range(count)))
    assert path.stat().st_size > 8 << 20, "more than one range"
    seen = set()
    for threads in (1, 3):
        where = scratch()
        _, result = validate(path, doc, where, threads=threads)
        assert result["account"]["repaired"] == count // 50 and len(result["silver"]) > 1
        seen.add((where / "repairs.csv").read_bytes())
        assert not list(where.glob("*.spool"))
    assert len(seen) == 1
    lines = list(csv.DictReader(io.StringIO(seen.pop().decode(), newline="")))
    assert [int(r["_repair"]) for r in lines] == list(range(1, count // 50 + 1))
    assert [int(r["_row"]) for r in lines] == list(range(1, count + 1, 50))
    assert all(r["_before"] == r["_after"] + ",," and r["_before"].startswith(f'{int(r["_row"]) - 1},"a, ') for r in lines)
    where = scratch()
    validate(write(tmp_path, "id,text,day\n1,a,2026-01-02\n"), doc, where)
    assert not (where / "repairs.csv").exists()
