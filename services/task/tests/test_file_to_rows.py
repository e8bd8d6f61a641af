#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""test_file_to_rows - a file through validate and load holds what `\\copy csv` of it holds."""
import hashlib
import io
import json
import os
import random
import shutil
import tempfile
import uuid

import pytest

from harness import Child, loader_spec, one, query

COLUMNS = [
    {"name": "i", "type": "integer"}, {"name": "p", "type": "decimal", "precision": 12, "scale": 2},
    {"name": "d", "type": "decimal", "precision": 38, "scale": 9}, {"name": "f", "type": "double"},
    {"name": "b", "type": "boolean"}, {"name": "day", "type": "date"}, {"name": "t", "type": "timestamp"},
    {"name": "tz", "type": "timestamptz"}, {"name": "clock", "type": "time"},
    {"name": "lasts", "type": "duration"}, {"name": "key", "type": "uuid"}, {"name": "doc", "type": "json"},
    {"name": "what", "type": "text"},
]
FIELD = {"integer": ("integer", None), "decimal": ("number", "decimal"), "double": ("number", "double"),
         "boolean": ("boolean", None), "date": ("date", None), "timestamp": ("datetime", "timestamp"),
         "timestamptz": ("datetime", "timestamptz"), "text": ("string", None), "time": ("time", None),
         "duration": ("duration", None), "uuid": ("string", "uuid"), "json": ("object", "json")}
TABLE = ("i bigint, p numeric(12,2), d numeric(38,9), f double precision, b boolean, day date, t timestamp,"
         " tz timestamptz, clock time, lasts text, key uuid, doc jsonb, what text")


def contract(columns=None):
    fields = []
    for c in columns or COLUMNS:
        kind, own = FIELD[c["type"]]
        millrace = {k: c[k] for k in ("precision", "scale") if k in c}
        if own:
            millrace["type"] = own
        fields.append({"name": c["name"], "type": kind, **({"millrace": millrace} if millrace else {})})
    return {"fields": fields, "missingValues": [""]}


def cell(rng, kind, i):
    if rng.random() < 0.08:
        return ""
    return {
        "i": lambda: str(rng.choice([0, -1, 2**63 - 1, -2**63, rng.randrange(-10**6, 10**6)])),
        "p": lambda: f"{rng.randrange(-10**12 + 1, 10**12) / 100:.2f}",
        "d": lambda: rng.choice(["0", "-0.000000001", "9" * 29 + "." + "9" * 9, "-" + "9" * 29,
                                 f"{rng.randrange(10**20)}.{rng.randrange(10**9):09d}"]),
        "f": lambda: rng.choice(["0.1", "-1e-300", "1.7976931348623157e308", repr(rng.random() * 1e9)]),
        "b": lambda: rng.choice(["true", "false"]),
        "day": lambda: f"{rng.randrange(1, 9999):04d}-{rng.randrange(1, 13):02d}-{rng.randrange(1, 29):02d}",
        "t": lambda: f"{rng.randrange(1900, 2100)}-02-28T23:59:{rng.randrange(60):02d}.{rng.randrange(10**6):06d}",
        "tz": lambda: f"20{rng.randrange(10, 40)}-06-30T12:00:00{rng.choice(['Z', '+05:30', '-08:00'])}",
        "clock": lambda: f"{rng.randrange(24):02d}:59:{rng.randrange(60):02d}{rng.choice(['', '.5', '.999999'])}",
        "lasts": lambda: rng.choice(["", "-"]) + rng.choice(["PT0S", "P1Y2M3DT4H5M6.000007S", "P2147483647D", "P3M",
                                                             f"PT{rng.randrange(10**6)}M", "P100Y11M"]),
        "key": lambda: rng.choice([str.lower, str.upper])(str(uuid.UUID(int=rng.choice(
            [0, 2**128 - 1, 2**127, rng.getrandbits(128)])))),
        "doc": lambda: '"' + json.dumps(rng.choice([{}, [1.50, None, True], {"a": {"b": "ä\u0001\\"}}, "text", 7,
                                                    1e300, {"long": "x" * 40}])).replace('"', '""') + '"',
        "what": lambda: rng.choice([f"row {i}", '"a ""quoted"", long cell, of more than twelve bytes"',
                                    '"two\nlines"', "ä€😀", "x" * rng.randrange(1, 3000)]),
    }[kind]()


def make_file(path, n, seed=7):
    rng = random.Random(seed)
    with open(path, "w", encoding="utf-8", newline="") as f:
        f.write(",".join(c["name"] for c in COLUMNS) + "\n")
        for i in range(n):
            f.write(",".join(cell(rng, c["name"], i) for c in COLUMNS) + "\n")


@pytest.fixture
def work():
    path = tempfile.mkdtemp(prefix="millrace-file-")
    yield path
    shutil.rmtree(path)


def validate(work, name, doc=None, threads=2):
    path, scratch = f"{work}/{name}", f"{work}/{name}.scratch"
    os.mkdir(scratch)
    with open(path, "rb") as f:
        digest = hashlib.sha256(f.read()).hexdigest()
    child = Child("engine", {
        "task": "validate", "input": path, "input_bytes": os.path.getsize(path), "sha256": digest,
        "scratch": scratch, "contract": doc or contract(), "dataset": "x", "budget_pct": 1,
        "budget_after_rows": 1000, "threads": threads, "memory_bytes": 200 << 20, "wall_ms": 60000})
    code, last = child.finish()
    assert code == 0 and last["verdict"] == "good", (last, child.log_text)
    return [f"{scratch}/{s['file']}" for s in last["silver"]], last["account"]


def load(pg, work, dataset, sql, files, columns, received=None, has_row=True, source=None, no=1, **more):
    scratch = tempfile.mkdtemp(dir=work)
    r, w = os.pipe()
    engine = Child("engine", {
        "task": "load", "sql": sql, "sources": [{"name": "src", "files": files, **(source or {})}],
        "columns": columns, "has_row": has_row, "memory_bytes": 200 << 20, "threads": 2, "wall_ms": 60000,
        "scratch": scratch, **more.pop("engine", {})}, data_out=w)
    os.close(w)
    child = Child("loader", loader_spec(pg, no, epoch=no, dataset=dataset, columns=columns, has_row=has_row,
                                        account_received=received, **more), data_in=r)
    os.close(r)
    ends = engine.finish(), child.finish()
    assert [e[0] for e in ends] == [0, 0], (ends, engine.log_text, child.log_text)
    return ends[0][1], ends[1][1]


@pytest.mark.parametrize("mode", ["append", "replace"])
def test_a_file_holds_what_copy_csv_holds(pg, work, dataset, mode):
    make_file(f"{work}/a.csv", 6000)
    files, account = validate(work, "a.csv")
    assert account["read"] == account["good"] == 6000
    names = ", ".join(c["name"] for c in COLUMNS)
    load(pg, work, dataset, f"select _row, {names} from src", files, COLUMNS, received=6000, mode=mode)
    with pg.connect() as c, c.cursor() as cur, open(f"{work}/a.csv", encoding="utf-8", newline="") as f:
        cur.execute(f"set timezone = 'UTC'; create temp table want (n bigserial, {TABLE})")
        cur.copy_expert(f"copy want ({names}) from stdin csv header", io.StringIO(f.read()))
        cur.execute("alter table want alter lasts type interval using case when lasts like '-%'"
                    " then -substr(lasts, 2)::interval else lasts::interval end")  # it knows no sign before P
        gold = f"gold_default.{dataset}"
        for one_side, other in (("want", gold), (gold, "want")):
            rows = ("n" if one_side == "want" else "_row"), ("_row" if other == gold else "n")
            cur.execute(f"select {rows[0]}, {names} from {one_side} except all"
                        f" select {rows[1]}, {names} from {other} limit 3")
            assert cur.fetchall() == []
        cur.execute(f"select count(*) from {gold}")
        assert cur.fetchone() == (6000,)


def test_silver_of_an_older_contract_is_filled(pg, work, dataset):
    make_file(f"{work}/a.csv", 50)
    files, _ = validate(work, "a.csv")
    wider = COLUMNS + [{"name": "later", "type": "text"}]
    load(pg, work, dataset, "select _row, i, later from src", files, [COLUMNS[0], wider[-1]],
         source={"columns": wider, "fill": True})
    assert query(pg, f"select count(*), count(later), max(_row) from gold_default.{dataset}") == [(50, 0, 50)]


def test_an_aggregate_is_counted_step_by_step(pg, work, dataset):
    make_file(f"{work}/a.csv", 500)
    files, _ = validate(work, "a.csv")
    columns = [{"name": "b", "type": "boolean"}, {"name": "n", "type": "integer"},
               {"name": "total", "type": "decimal", "precision": 38, "scale": 2}]
    sent, _ = load(pg, work, dataset, "select b, count(*) as n, sum(p) as total from src group by b", files,
                   columns, has_row=False, mode="replace",
                   engine={"counts": ["select count(*) from src", ""]})
    assert sent["counts"] == [500, -1]
    assert one(pg, f"select sum(n) from gold_default.{dataset}") == 500
