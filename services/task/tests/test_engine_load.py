#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""test_engine_load - the real engine process: values arrive as they were, and nothing else gets out."""
import datetime
import decimal
import os
import shutil
import signal
import tempfile

import pytest

from harness import Child, Loader, loader_spec, one, query

ALL_TYPES = [
    {"name": "i", "type": "integer"}, {"name": "d", "type": "decimal", "precision": 38, "scale": 9},
    {"name": "p", "type": "decimal", "precision": 12, "scale": 2}, {"name": "f", "type": "double"},
    {"name": "b", "type": "boolean"}, {"name": "day", "type": "date"},
    {"name": "at", "type": "timestamp"}, {"name": "atz", "type": "timestamptz"},
    {"name": "what \"odd\" name", "type": "text"},
]
ID = [{"name": "id", "type": "integer"}]


@pytest.fixture
def scratch():
    path = tempfile.mkdtemp(prefix="millrace-engine-")
    yield path
    shutil.rmtree(path)


def engine_spec(scratch, sql, columns=None, **more):
    return {"task": "load", "sql": sql, "sources": [], "columns": columns or ID, "has_row": False,
            "memory_bytes": 200 << 20, "threads": 1, "wall_ms": 60000, "scratch": scratch, **more}


def run_engine(spec):
    child = Child("engine", spec)
    code, last = child.finish()
    return code, last, child


def pipe_load(pg, spec, **loader):
    r, w = os.pipe()
    engine = Child("engine", spec, data_out=w)
    os.close(w)
    child = Child("loader", loader_spec(pg, columns=spec["columns"], has_row=spec["has_row"], **loader),
                  data_in=r)
    os.close(r)
    return engine, child


def load(pg, spec, **loader):
    engine, child = pipe_load(pg, spec, **loader)
    ends = engine.finish(), child.finish()
    assert [e[0] for e in ends] == [0, 0], (ends, engine.log_text, child.log_text)
    return ends[0][1], ends[1][1]


def test_every_type_arrives_as_it_was(pg, dataset, scratch):
    sql = """select * from (values
        (9223372036854775807, 99999999999999999999999999999.999999999::decimal(38,9), 1234567890.12::decimal(12,2),
         1.5e300::double, true, date '9999-12-31', timestamp '1999-12-31 23:59:59.999999',
         timestamptz '2026-11-20 10:00:00+02', 'ä€\U0001F600 longer than twelve bytes'),
        (-9223372036854775808, -0.000000001, -0.05, 'nan'::double, false, date '0001-01-01',
         timestamp '1970-01-01 00:00:00', timestamptz '1969-12-31 23:59:59.999999+00', ''),
        (null, null, null, null, null, null, null, null, null),
        (0, 0, 0, '-inf'::double, false, date '1970-01-01', timestamp '2000-01-01', timestamptz '2000-01-01 00:00:00+00', 'x')
        ) t(i, d, p, f, b, day, "at", atz, "what ""odd"" name")"""
    sent, loaded = load(pg, engine_spec(scratch, sql, ALL_TYPES), no=1, dataset=dataset)
    assert sent["rows"] == loaded["rows"] == 4
    rows = query(pg, f"select i, d, p, f::text, b, day, at, atz, \"what \"\"odd\"\" name\", _row"
                     f" from gold_default.{dataset} order by i nulls last")
    zone = datetime.timezone.utc
    dec = decimal.Decimal
    assert rows[3] == (None,) * 10
    assert rows[0] == (-9223372036854775808, dec("-0.000000001"), dec("-0.05"), "NaN", False,
                       datetime.date(1, 1, 1), datetime.datetime(1970, 1, 1),
                       datetime.datetime(1969, 12, 31, 23, 59, 59, 999999, zone), "", None)
    assert rows[2] == (9223372036854775807, dec("99999999999999999999999999999.999999999"),
                       dec("1234567890.12"), "1.5e+300", True, datetime.date(9999, 12, 31),
                       datetime.datetime(1999, 12, 31, 23, 59, 59, 999999),
                       datetime.datetime(2026, 11, 20, 8, 0, 0, tzinfo=zone),
                       "ä€\U0001F600 longer than twelve bytes", None)
    assert rows[1][1:4] == (dec("0E-9"), dec("0.00"), "-Infinity")


def test_many_frames_keep_count_and_order(pg, dataset, scratch):
    spec = engine_spec(scratch, "select i + 1 as _row, i as id from range(300000) t(i)", has_row=True)
    for mode in ("append", "replace"):
        name = f"{dataset}_{mode}"
        assert load(pg, spec, no=1, dataset=name, mode=mode)[1]["rows"] == 300000
        assert query(pg, f"select count(*), count(distinct id), min(_row), max(_row), bool_and(_row = id + 1)"
                         f" from gold_default.{name}") == [(300000, 300000, 1, 300000, True)]


def test_one_row_longer_than_a_frame(pg, dataset, scratch):
    spec = engine_spec(scratch, "select repeat('x', 3000000) as what union all select 'y'",
                       [{"name": "what", "type": "text"}])
    assert load(pg, spec, no=1, dataset=dataset)[1]["rows"] == 2
    assert query(pg, f"select length(what) from gold_default.{dataset} order by 1") == [(1,), (3000000,)]


def test_an_empty_source_is_an_empty_table(pg, dataset, scratch):
    spec = engine_spec(scratch, "select count(*) as id from src where what = 'x'")
    spec["sources"] = [{"name": "src", "files": [], "columns": [{"name": "what", "type": "text"}]}]
    load(pg, spec, no=1, dataset=dataset)
    assert one(pg, f"select id from gold_default.{dataset}") == 0


@pytest.mark.parametrize("sql", [
    "select content as id from read_text('/etc/passwd')",
    "select count(*) as id from glob('/etc/*')",
    "select 1 as id) t; copy (select 1) to '/tmp/millrace-out'; select * from (select 1 as id",
    "select no_such_column as id",
    "select 'text' as id",
])
def test_sql_that_reaches_out_or_fails_is_the_inputs_fault(scratch, sql):
    code, last, _ = run_engine(engine_spec(scratch, sql))
    assert code == 70 and last["kind"] == "input", last
    assert not os.path.exists("/tmp/millrace-out")


def test_dates_postgresql_cannot_hold_are_refused(scratch):
    code, last, _ = run_engine(engine_spec(scratch, "select 'infinity'::date as day",
                                           [{"name": "day", "type": "date"}]))
    assert (code, last["kind"], last["code"]) == (70, "input", "load.range")
    assert "day" in last["text"]


def test_the_wall_clock_ends_an_endless_query(scratch):
    spec = engine_spec(scratch, "select sum(a.i * b.i % 7)::bigint as id from range(10000000) a(i), range(1000000) b(i)",
                       wall_ms=300)
    code, last, _ = run_engine(spec)
    assert (code, last["kind"]) == (70, "timeout")


def test_memory_is_bounded_and_said_so(scratch):
    sql = "select list(i)[1] as id from range(100000000) t(i)"
    code, last, _ = run_engine(engine_spec(scratch, sql, memory_bytes=50 << 20))
    assert code == 70 and last["code"] == "engine.memory", last


def test_a_loader_that_is_done_ends_the_engine_quietly(scratch):
    r, w = os.pipe()
    child = Child("engine", engine_spec(scratch, "select i as id from range(10000000) t(i)"), data_out=w)
    os.close(w)
    os.read(r, 1 << 16)
    os.close(r)
    code, last = child.finish()
    assert code == 0 and last["peer_gone"], child.log_text


def test_a_killed_engine_commits_nothing(pg, dataset, scratch):
    spec = engine_spec(scratch, "select i as id from range(50000000) t(i)")
    engine, child = pipe_load(pg, spec, no=1, dataset=dataset)
    engine.wait_for("progress")
    engine.kill()
    assert engine.finish()[0] == -signal.SIGKILL
    assert child.finish() == (70, None)  # the engine's end is the story
    assert one(pg, "select count(*) from _millrace.loads where dataset = %s", dataset) == 0


def test_an_engine_error_wins_over_the_loaders(pg, dataset, scratch):
    sql = "select case when i < 3000000 then '1' else 'x' end::bigint as id from range(3000010) t(i)"
    engine, child = pipe_load(pg, engine_spec(scratch, sql), no=1, dataset=dataset)
    assert engine.finish()[1]["kind"] == "input"
    assert child.finish() == (70, None)


def test_the_process_is_shut_in(scratch):
    r, w = os.pipe()
    child = Child("engine", engine_spec(scratch, "select i as id from range(100000000) t(i)"), data_out=w)
    os.close(w)
    os.read(r, 1)
    with open(f"/proc/{child.pid}/status", encoding="ascii") as f:
        status = dict(line.split(":\t") for line in f.read().splitlines() if ":\t" in line)
    assert status["NoNewPrivs"] == "1" and status["Seccomp"] == "2"
    with open(f"/proc/{child.pid}/limits", encoding="ascii") as f:
        assert any(line.startswith("Max core file size") and line.split()[4] == "0" for line in f)
    os.close(r)
    child.finish()


def test_a_specification_that_is_none_is_an_internal_fault(scratch):
    for spec in ({}, {"task": "nothing", "scratch": scratch}, {"task": "load", "scratch": scratch}):
        code, last, _ = run_engine(spec)
        assert code == 70 and last["t"] == "error", last


def test_a_loader_told_twice_needs_no_engine(pg, dataset, scratch):
    spec = loader_spec(pg, 1, dataset=dataset, columns=ID, has_row=False)
    load_one = engine_spec(scratch, "select 1 as id")
    assert load(pg, load_one, **{k: v for k, v in spec.items() if k not in ("columns", "has_row")})[1]["rows"] == 1
    again = Loader(spec)
    code, last = again.finish()
    assert code == 0 and last["already"]
