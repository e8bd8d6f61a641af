#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""test_large_loads - a large load gets a table of its own without an index; maintenance adds that."""
import contextlib
import threading

import psycopg2
import pytest

from harness import (COLUMNS, Child, Loader, act, counts, end, frame, is_copying, load, loader_spec, maintain, one,
                     query, rows_of, states, wait_until)

LARGE = 5000  # rows; 1,000,000 outside this file


@pytest.fixture(scope="module", autouse=True)
def small_is_large(pg):
    was = one(pg, "select pg_get_functiondef('_millrace.is_large'::regproc)")
    query(pg, was.replace("1000000", str(LARGE)))
    yield
    query(pg, was)


@pytest.fixture(autouse=True)
def nothing_bare(pg):
    maintain(pg, 3600)  # what the tests before left without an index


def large(pg, no, **more):
    return load(pg, no, LARGE, account_received=LARGE, epoch=no, **more)


def relation_of(pg, dataset):
    return one(pg, "select relation from _gold.heads where dataset = %s", dataset)


def parts(pg, dataset):
    """Numbers of the loads that have a table of their own."""
    return [n for n, in query(pg, "select no from _gold.parts where dataset = %s order by 1", dataset)]


def indexes(pg, table):
    """[(name, valid)]"""
    return query(pg, "select indexrelid::regclass::text, indisvalid from pg_index where indrelid = %s::regclass",
                 f"_gold.{table}")


def plan(pg, sql, *params):
    """EXPLAIN of a statement whose parameters come as the daemon sends them."""
    with contextlib.closing(pg.connect("millrace_transform")) as c, c.cursor() as cur:
        cur.execute(f"prepare p as {sql}")
        cur.execute(f"explain (analyze, buffers, costs off) execute p ({', '.join(map(str, params))})")
        return "\n".join(r[0] for r in cur.fetchall())


def test_a_large_append_stands_beside_the_heap(pg, dataset):
    load(pg, 1, 10, dataset=dataset)
    large(pg, 2, dataset=dataset)
    load(pg, 3, 20, dataset=dataset, epoch=3, account_received=20)
    assert counts(pg, dataset) == {1: 10, 2: LARGE, 3: 20}
    heap = relation_of(pg, dataset)
    assert one(pg, f"select count(*) from only _gold.{heap}") == 30
    assert one(pg, f"select count(*) from _gold.{heap}_l2") == LARGE and indexes(pg, f"{heap}_l2") == []
    with pytest.raises(psycopg2.errors.CheckViolation):
        query(pg, f"insert into _gold.{heap}_l2 (_load, _row) values (3, 1)")
    assert act(pg, "undo", dataset, 2)["rows"] == LARGE
    assert counts(pg, dataset) == {1: 10, 3: 20}
    large_again = Loader(loader_spec(pg, 2, dataset=dataset, epoch=4, account_received=LARGE))
    large_again.send(frame(rows_of(2, LARGE)), end(LARGE))
    assert large_again.finish()[0] == 0
    assert counts(pg, dataset) == {1: 10, 2: LARGE, 3: 20} and states(pg, dataset)[2] == "live"


@pytest.mark.parametrize("mode", ["append", "replace"])
def test_maintenance_makes_the_index_once(pg, dataset, mode):
    large(pg, 1, dataset=dataset, mode=mode)
    heap = relation_of(pg, dataset)
    table = heap + ("_l1" if mode == "append" else "_g%d" % one(
        pg, "select generation from _gold.heads where dataset = %s", dataset))
    assert indexes(pg, table) == []
    assert maintain(pg, 3600)["indexes"] == 1
    assert len(indexes(pg, table)) == 1 and indexes(pg, table)[0][1]
    assert maintain(pg, 3600)["indexes"] == 0
    assert counts(pg, dataset) == {1: LARGE}


def test_pages_and_undo_read_their_load_alone(pg, dataset):
    """A deep page of one large load reads a few pages of its table, and neither the heap nor the other loads."""
    load(pg, 1, 10, dataset=dataset)
    for no in (2, 3, 4):
        load(pg, no, 40000, dataset=dataset, epoch=no, account_received=40000)
    heap = relation_of(pg, dataset)
    page = (f"select id from gold_default.{dataset} where _load = $1::bigint and _row > $2::bigint"
            " and _row <= 39300 order by _load, _row limit 101")
    bare = plan(pg, page, 3, 39000)
    assert f"{heap}_l3" in bare and f"{heap}_l2" not in bare and f"{heap}_l4" not in bare, bare
    assert maintain(pg, 3600)["indexes"] == 3
    deep = plan(pg, page, 3, 39000)
    assert "Bitmap Index Scan" in deep and f"{heap}_l3" in deep and f"{heap}_l2" not in deep, deep
    undo = plan_of_undo(pg, heap, 3)
    assert f"Delete on {heap}_l3" in undo and f"{heap}_l2" not in undo, undo
    assert act(pg, "undo", dataset, 3)["rows"] == 40000
    assert counts(pg, dataset) == {1: 10, 2: 40000, 4: 40000}


def plan_of_undo(pg, heap, no):
    """How plpgsql's EXECUTE ... USING plans undo_v1's DELETE."""
    with contextlib.closing(pg.connect()) as c, c.cursor() as cur:
        cur.execute("create function pg_temp.plan(p_sql text, p_no bigint) returns setof text language plpgsql"
                    " as $$ begin return query execute p_sql using p_no; end $$")
        cur.execute("select pg_temp.plan(%s, %s)", (f"explain delete from _gold.{heap} where _load = $1", no))
        return "\n".join(r[0] for r in cur.fetchall())


def test_a_killed_maintenance_leaves_no_half_index(pg, dataset):
    large(pg, 1, dataset=dataset)
    part = relation_of(pg, dataset) + "_l1"
    holder = pg.connect(autocommit=False)
    holder.cursor().execute(f"lock table _gold.{part} in row exclusive mode")  # CREATE INDEX waits for it
    child = Child("loader", {"task": "maintain", "conninfo": f"host=127.0.0.1 port={pg.port} dbname=millrace",
                             "user": "millrace_loader", "password": None, "application_name": "maintain killed",
                             "grace_s": 3600})
    at_it = "select count(*) from pg_stat_activity where application_name = 'maintain killed'"
    wait_until(lambda: one(pg, at_it + " and query like '%%index_v1%%' and wait_event_type = 'Lock'") == 1)
    child.kill()
    child.finish()
    query(pg, "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'maintain killed'")
    wait_until(lambda: one(pg, at_it) == 0)
    holder.close()
    assert indexes(pg, part) == [] and counts(pg, dataset) == {1: LARGE}
    assert maintain(pg, 3600)["indexes"] == 1
    assert [valid for _, valid in indexes(pg, part)] == [True]
    assert one(pg, "select count(*) from pg_index where not indisvalid") == 0


def test_maintenance_goes_on_when_a_table_is_in_use(pg, dataset):
    large(pg, 1, dataset=dataset)
    part = relation_of(pg, dataset) + "_l1"
    holder = pg.connect(autocommit=False)
    holder.cursor().execute(f"lock table _gold.{part} in row exclusive mode")
    assert maintain(pg, 3600)["waiting"] == 1
    holder.close()
    assert maintain(pg, 3600)["indexes"] == 1


def test_a_killed_large_load_is_done_again_in_its_table(pg, dataset):
    load(pg, 1, 10, dataset=dataset)
    spec = loader_spec(pg, 2, dataset=dataset, epoch=2, account_received=LARGE)
    child = Loader(spec)
    child.send(frame(rows_of(2, LARGE)))
    wait_until(lambda: is_copying(pg, spec))
    child.kill()
    child.finish()
    assert counts(pg, dataset) == {1: 10}
    child = Loader({**spec, "epoch": 3})
    child.send(frame(rows_of(2, LARGE)), end(LARGE))
    assert child.finish()[0] == 0
    assert counts(pg, dataset) == {1: 10, 2: LARGE}
    assert parts(pg, dataset) == [2]


def test_empty_parts_go_after_their_grace(pg, dataset):
    large(pg, 1, dataset=dataset)
    large(pg, 2, dataset=dataset)
    spec = loader_spec(pg, 3, dataset=dataset, epoch=3, account_received=LARGE)
    child = Loader(spec)
    child.send(frame(rows_of(3, 100)))
    wait_until(lambda: is_copying(pg, spec))
    act(pg, "undo", dataset, 1)
    maintain(pg, 0)
    assert parts(pg, dataset) == [1, 2, 3], "a loader is at this target"
    child.close_data()
    child.finish()
    wait_until(lambda: one(pg, "select count(*) from pg_stat_activity where application_name = %s",
                           spec["application_name"]) == 0)
    maintain(pg, 3600)
    assert parts(pg, dataset) == [1, 2, 3], "their grace is not over"
    reader = pg.connect(autocommit=False)
    reader.cursor().execute(f"select count(*) from gold_default.{dataset}")
    assert maintain(pg, 0)["parts"] == 0, "somebody reads"
    reader.close()
    assert maintain(pg, 0)["parts"] == 2
    assert parts(pg, dataset) == [2]
    assert counts(pg, dataset) == {2: LARGE}
    large_again = Loader(loader_spec(pg, 1, dataset=dataset, epoch=4, account_received=LARGE))
    large_again.send(frame(rows_of(1, LARGE)), end(LARGE))
    assert large_again.finish()[0] == 0
    assert counts(pg, dataset) == {1: LARGE, 2: LARGE}


def test_a_part_takes_new_columns_and_widened_ones(pg, dataset):
    large(pg, 1, dataset=dataset)
    wide = [{"name": "id", "type": "decimal", "precision": 38, "scale": 2}, COLUMNS[1],
            {"name": "extra", "type": "text"}]
    child = Loader(loader_spec(pg, 2, dataset=dataset, epoch=2, columns=wide))
    child.send(end(0))
    assert child.finish()[0] == 0
    assert one(pg, f"select count(*) from gold_default.{dataset} where extra is null and id > 0.5") == LARGE
    assert query(pg, f"select id::text from gold_default.{dataset} where _row = 1") == [("1000000.00",)]


def test_the_parts_of_a_first_load_that_died_go_with_its_heap(pg, dataset):
    spec = loader_spec(pg, 1, dataset=dataset, account_received=LARGE)
    child = Loader(spec)
    child.send(frame(rows_of(1, 100)))
    wait_until(lambda: is_copying(pg, spec))
    child.kill()
    child.finish()
    wait_until(lambda: one(pg, "select count(*) from pg_stat_activity where application_name = %s",
                           spec["application_name"]) == 0)
    assert parts(pg, dataset) == [1]
    assert maintain(pg, 3600)["temps"] >= 1
    assert parts(pg, dataset) == []
    assert one(pg, "select count(*) from pg_class where relname like %s", f"{dataset}\\_%") == 0


def test_no_more_than_128_tables(pg, dataset):
    load(pg, 1, 10, dataset=dataset)
    heap = relation_of(pg, dataset)
    query(pg, "insert into _gold.parts (part, relation, domain, dataset, no)"
              " select %s || n, %s, 'default', %s, -n from generate_series(1, 128) n", f"{heap}_l-", heap, dataset)
    large(pg, 2, dataset=dataset)
    assert one(pg, f"select count(*) from only _gold.{heap}") == LARGE + 10
    query(pg, "delete from _gold.parts where dataset = %s", dataset)


def test_readers_see_large_loads_whole(pg, dataset):
    """Loads and undoes under readers at REPEATABLE READ: each load wholly or not at all, twice the same."""
    load(pg, 1, 10, dataset=dataset)
    faults, looks, stop = [], [], threading.Event()

    def read():
        with contextlib.closing(pg.connect("millrace_transform", autocommit=False)) as c, c.cursor() as cur:
            c.set_session(isolation_level="REPEATABLE READ", readonly=True)
            while not stop.is_set():
                seen = []
                for _ in range(2):
                    cur.execute(f"select _load, count(*) from gold_default.{dataset} group by 1 order by 1")
                    seen.append(cur.fetchall())
                c.rollback()
                looks.append(len(seen[0]))
                if seen[0] != seen[1] or any(n != (10 if no == 1 else LARGE) for no, n in seen[0]):
                    faults.append(seen)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for r in readers:
        r.start()
    try:
        for no in range(2, 10):
            large(pg, no, dataset=dataset)
            if no % 2:
                act(pg, "undo", dataset, no)
            maintain(pg, 3600)
    finally:
        stop.set()
        for r in readers:
            r.join()
    assert not faults, faults[:3]
    assert {1, 2, 3} <= set(looks)
