#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""test_loader - the real loader against a real PostgreSQL: exactly once, whatever is killed or stopped."""
import os
import signal
import socket
import struct
import subprocess
import threading
import time

import psycopg2
import pytest

from harness import (COLUMNS, Loader, act, counts, end, frame, is_copying, load, loader_spec, maintain, one,
                     query, rows_of, states, wait_until)


def test_append_adds_and_accounts(pg, dataset):
    first = load(pg, 1, 1000, dataset=dataset)
    second = load(pg, 2, 500, dataset=dataset, epoch=2, account_received=500)
    assert first["load_no"] == 1 and first["rows"] == 1000 and not first["already"]
    assert second["account"] == {"received": 500, "inserted": 500, "updated": 0, "unchanged": 0,
                                 "deduplicated": 0, "refused": 0}
    assert counts(pg, dataset) == {1: 1000, 2: 500}
    assert query(pg, f"select _row, id, what from gold_default.{dataset} where _load = 2 order by 1 limit 1"
                 ) == [(1, 2000000, "load 2")]
    row = query(pg, "select state, mode, rows, by, silver, file, contract_version, relation"
                    " from _millrace.loads where dataset = %s and no = 2", dataset)[0]
    assert row[:6] == ("live", "append", 500, "ann", ["/silver/2.parquet"], {"name": "a.csv"})
    assert one(pg, "select count(*) from _millrace.temps where target = %s", f"default.{dataset}") == 0


def test_the_transform_role_reads_gold(pg, dataset):
    load(pg, 1, 10, dataset=dataset)
    with pg.connect("millrace_transform") as c, c.cursor() as cur:
        cur.execute(f"select count(*) from gold_default.{dataset}")
        assert cur.fetchone() == (10,)
        cur.execute("select no from _millrace.load_states where dataset = %s", (dataset,))
        assert cur.fetchall() == [(1,)]
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cur.execute("delete from _millrace.loads")


def test_the_same_run_again_is_already_loaded(pg, dataset):
    spec = loader_spec(pg, 1, dataset=dataset)
    for epoch, already in ((1, False), (2, True), (3, True)):
        child = Loader({**spec, "epoch": epoch})
        if not already:
            child.send(frame(rows_of(1, 100)), end(100))
        code, last = child.finish()
        assert (code, last["already"], last["rows"]) == (0, already, 100)
    assert counts(pg, dataset) == {1: 100}


def test_another_run_with_the_same_number_is_refused(pg, dataset):
    load(pg, 1, 10, dataset=dataset)
    child = Loader(loader_spec(pg, 1, dataset=dataset, epoch=2))
    child.send(frame(rows_of(1, 10)), end(10))
    code, last = child.finish()
    assert code == 70 and last["code"] == "load.exists"
    assert counts(pg, dataset) == {1: 10}


def test_nulls_and_empty_text_stay_apart(pg, dataset):
    child = Loader(loader_spec(pg, 1, dataset=dataset))
    child.send(frame([(1, 1, ""), (2, 2, None), (3, None, "ä€")]), end(3))
    assert child.finish()[0] == 0
    assert query(pg, f"select _row, id, what from gold_default.{dataset} order by 1") == [
        (1, 1, ""), (2, 2, None), (3, None, "ä€")]


def test_an_empty_load_is_a_load(pg, dataset):
    assert load(pg, 1, 0, dataset=dataset)["rows"] == 0
    assert states(pg, dataset) == {1: "live"}
    assert counts(pg, dataset) == {}


@pytest.mark.parametrize("mode", ["append", "replace"])
@pytest.mark.parametrize("torn", ["nothing", "head", "body", "no end", "wrong count", "too long"])
def test_torn_frames_commit_nothing(pg, dataset, mode, torn):
    whole = frame(rows_of(1, 1000))
    sent = {"nothing": b"", "head": whole[:2], "body": whole[:5000], "no end": whole,
            "wrong count": whole + end(999), "too long": struct.pack("<I", 0xFFFFFF00)}[torn]
    child = Loader(loader_spec(pg, 1, dataset=dataset, mode=mode))
    child.send(sent)
    code, last = child.finish()
    assert code == 70
    # A pipe that ends early is the engine's story to tell.
    assert (last is None) == (torn in ("nothing", "head", "body", "no end"))
    assert states(pg, dataset) == {}
    load(pg, 2, 10, dataset=dataset, mode=mode, epoch=2)
    assert counts(pg, dataset) == {2: 10}
    assert one(pg, "select count(*) from _millrace.temps where target = %s", f"default.{dataset}") == 0


def test_rows_other_than_checked_are_refused(pg, dataset):
    child = Loader(loader_spec(pg, 1, dataset=dataset, account_received=11))
    child.send(frame(rows_of(1, 10)), end(10))
    code, last = child.finish()
    assert code == 70 and last["code"] == "load.account"
    assert states(pg, dataset) == {}


def test_a_value_the_table_cannot_take_is_the_datas_fault(pg, dataset):
    child = Loader(loader_spec(pg, 1, dataset=dataset))
    child.send(frame([(1, 1, "nul \0 byte")]), end(1))
    code, last = child.finish()
    assert (code, last["kind"], last["code"]) == (70, "input", "load.refused")
    assert states(pg, dataset) == {}


@pytest.mark.parametrize("mode", ["append", "replace"])
def test_kill_during_copy_leaves_nothing(pg, dataset, mode):
    load(pg, 1, 100, dataset=dataset, mode=mode)
    spec = loader_spec(pg, 2, dataset=dataset, mode=mode, epoch=2)
    child = Loader(spec)
    child.send(frame(rows_of(2, 5000)))
    wait_until(lambda: is_copying(pg, spec))
    child.kill()
    assert child.finish()[0] == -signal.SIGKILL
    assert counts(pg, dataset) == {1: 100}
    child = Loader({**spec, "epoch": 3})
    child.send(frame(rows_of(2, 50)), end(50))
    assert child.finish()[0] == 0
    assert counts(pg, dataset) == ({1: 100, 2: 50} if mode == "append" else {2: 50})
    assert one(pg, "select count(*) from _millrace.temps where target = %s", f"default.{dataset}") == 0
    assert one(pg, "select count(*) from pg_tables where tablename like 'tmp%%'") == 0


@pytest.mark.parametrize("mode", ["append", "replace"])
def test_kill_at_the_commit_is_all_or_nothing(pg, dataset, mode):
    """SIGKILL right after the loader said that it commits, again and again."""
    done = 0
    for no in range(1, 13):
        spec = loader_spec(pg, no, dataset=dataset, mode=mode, epoch=2 * no)
        child = Loader(spec)
        child.send(frame(rows_of(no, 20)), end(20))
        child.wait_for("committing")
        if no % 2:
            time.sleep(0.0004 * no)
        child.kill()
        child.finish()
        again = Loader({**spec, "epoch": 2 * no + 1})
        try:
            again.send(frame(rows_of(no, 20)), end(20))
        except BrokenPipeError:
            pass
        code, last = again.finish()
        assert code == 0, again.log_text
        done += last["already"]
        assert counts(pg, dataset)[no] == 20
    assert set(states(pg, dataset)) == set(range(1, 13))
    maintain(pg, 3600)
    assert one(pg, "select count(*) from _gold.generations where dataset = %s and not published"
                   " and dropped_at is null", dataset) == 0
    assert one(pg, "select count(*) from _millrace.temps where target = %s", f"default.{dataset}") == 0


def test_a_stale_epoch_is_refused(pg, dataset):
    load(pg, 1, 10, dataset=dataset, epoch=5)
    child = Loader(loader_spec(pg, 2, dataset=dataset, epoch=4))
    code, last = child.finish()
    assert (code, last["kind"], last["code"]) == (70, "lost", "load.lost")
    assert counts(pg, dataset) == {1: 10}


@pytest.mark.parametrize("mode", ["append", "replace"])
def test_a_stopped_loader_is_taken_over_and_publishes_nothing(pg, dataset, mode):
    load(pg, 1, 10, dataset=dataset, mode=mode)
    spec = loader_spec(pg, 2, dataset=dataset, mode=mode, epoch=2)
    old = Loader(spec)
    old.send(frame(rows_of(2, 3000)))
    wait_until(lambda: is_copying(pg, spec))
    old.kill(signal.SIGSTOP)
    began = time.monotonic()
    new = Loader({**spec, "epoch": 3})
    new.send(frame(rows_of(2, 30)), end(30))
    assert new.finish()[0] == 0
    assert time.monotonic() - began < 10
    old.kill(signal.SIGCONT)
    try:
        old.send(end(3000))
    except BrokenPipeError:
        pass
    assert old.finish()[0] == 70
    assert counts(pg, dataset)[2] == 30 and sum(counts(pg, dataset).values()) in (30, 40)


def test_an_older_loader_that_ends_late_is_fenced(pg, dataset):
    """The old one is not ended but overtaken: its own fence must stop it."""
    spec = loader_spec(pg, 1, dataset=dataset, epoch=1)
    old = Loader(spec)
    old.send(frame(rows_of(1, 10)))
    wait_until(lambda: is_copying(pg, spec))
    query(pg, "select _millrace.fence(%s, 2)", f"default.{dataset}")
    old.send(end(10))
    code, last = old.finish()
    assert (code, last["kind"]) == (70, "lost")
    assert states(pg, dataset) == {}


class Proxy:
    """A TCP proxy that can swallow what the server says, or cut, from the COMMIT on."""

    def __init__(self, port, at_commit):
        self.port, self.at_commit, self.armed = port, at_commit, True
        self.listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self.port))
            threading.Thread(target=self.pump, args=(client, server, True), daemon=True).start()
            threading.Thread(target=self.pump, args=(server, client, False), daemon=True).start()

    def pump(self, source, sink, from_client):
        try:
            while data := source.recv(1 << 16):
                if from_client and self.armed and b"commit\0" in data and self.saw_publish:
                    self.armed = False
                    if self.at_commit == "after":
                        sink.sendall(data)
                        source.close()
                    else:
                        source.close()
                        sink.close()
                    return
                if from_client and b"publish_v1" in data:
                    self.saw_publish = True
                sink.sendall(data)
        except OSError:
            pass
        for s in (source, sink):
            try:
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    saw_publish = False


@pytest.mark.parametrize("at_commit", ["after", "before"])
@pytest.mark.parametrize("mode", ["append", "replace"])
def test_an_unanswered_commit_is_settled_by_the_ledger(pg, dataset, mode, at_commit):
    proxy = Proxy(pg.port, at_commit)
    port = proxy.listener.getsockname()[1]
    spec = loader_spec(pg, 1, dataset=dataset, mode=mode,
                       conninfo=f"host=127.0.0.1 port={port} dbname=millrace")
    child = Loader(spec)
    child.send(frame(rows_of(1, 100)), end(100))
    code, last = child.finish()
    proxy.listener.close()
    if at_commit == "after":
        assert code == 0 and last["rows"] == 100, child.log_text
        assert counts(pg, dataset) == {1: 100}
    else:
        assert (code, last["kind"], last["code"]) == (70, "unavailable", "load.not_committed")
        assert states(pg, dataset) == {}


@pytest.mark.parametrize("mode", ["append", "replace"])
def test_a_lost_backend_is_unavailable(pg, dataset, mode):
    """What a restart of PostgreSQL with -m immediate looks like from here."""
    spec = loader_spec(pg, 1, dataset=dataset, mode=mode)
    child = Loader(spec)
    child.send(frame(rows_of(1, 100)))
    wait_until(lambda: is_copying(pg, spec))
    query(pg, "select pg_terminate_backend(pid) from pg_stat_activity where application_name = %s",
          spec["application_name"])
    try:
        child.send(frame(rows_of(1, 50000)), end(50100))
    except BrokenPipeError:
        pass
    code, last = child.finish()
    assert (code, last["kind"]) == (70, "unavailable")
    assert states(pg, dataset) == {}
    load(pg, 1, 10, dataset=dataset, mode=mode, epoch=2)
    assert counts(pg, dataset) == {1: 10}


def test_a_locked_table_is_waited_for_and_then_tried_again(pg, dataset):
    """Somebody holds the table while a column is to be added: busy, nothing lost, the next try works."""
    load(pg, 1, 10, dataset=dataset)
    relation = one(pg, "select relation from _gold.heads where dataset = %s", dataset)
    holder = pg.connect(autocommit=False)
    holder.cursor().execute(f"lock table _gold.{relation} in access share mode")
    began = time.monotonic()
    code, last = send_load(pg, 2, columns(("extra", "text")), [(1, 6, "b", "new")], dataset=dataset)
    assert (code, last["kind"]) == (70, "unavailable") and time.monotonic() - began < 20
    holder.close()
    assert send_load(pg, 3, columns(("extra", "text")), [(1, 6, "b", "new")], dataset=dataset)[0] == 0
    assert counts(pg, dataset) == {1: 10, 3: 1}


def test_no_server_is_unavailable(pg, dataset):
    child = Loader(loader_spec(pg, 1, dataset=dataset, conninfo="host=127.0.0.1 port=1 dbname=millrace"))
    code, last = child.finish()
    assert (code, last["kind"]) == (70, "unavailable")


def test_replace_shows_the_newest_and_flips_back_and_forth(pg, dataset):
    for no in (1, 2, 3):
        load(pg, no, no * 10, dataset=dataset, mode="replace", epoch=no)
        assert counts(pg, dataset) == {no: no * 10}
    assert states(pg, dataset) == {1: "superseded", 2: "superseded", 3: "live"}
    assert act(pg, "undo", dataset, 3) == {"state": "undone", "rows": 30, "shows": 2}
    assert counts(pg, dataset) == {2: 20}
    with pytest.raises(psycopg2.Error, match="it is not live"):
        act(pg, "undo", dataset, 3)
    assert act(pg, "undo", dataset, 2)["shows"] == 1
    assert act(pg, "undo", dataset, 1)["shows"] is None
    assert counts(pg, dataset) == {}
    assert act(pg, "redo", dataset, 3) == {"done": True, "state": "live", "rows": 30}
    assert counts(pg, dataset) == {3: 30}
    with pytest.raises(psycopg2.Error, match="a later load stands in its place"):
        act(pg, "redo", dataset, 2)


def test_a_late_replace_does_not_hide_a_later_file(pg, dataset):
    load(pg, 2, 20, dataset=dataset, mode="replace", epoch=1)
    assert load(pg, 1, 10, dataset=dataset, mode="replace", epoch=2)["state"] == "superseded"
    assert counts(pg, dataset) == {2: 20}
    assert act(pg, "undo", dataset, 2)["shows"] == 1
    assert counts(pg, dataset) == {1: 10}


def test_undo_append_and_redo_by_a_run(pg, dataset):
    load(pg, 1, 10, dataset=dataset)
    load(pg, 2, 20, dataset=dataset, epoch=2)
    assert act(pg, "undo", dataset, 1) == {"state": "undone", "rows": 10, "shows": None}
    assert counts(pg, dataset) == {2: 20}
    assert act(pg, "redo", dataset, 1) == {"done": False, "silver": ["/silver/1.parquet"],
                                           "mode": "append"}
    load(pg, 1, 10, dataset=dataset, epoch=3)
    assert counts(pg, dataset) == {1: 10, 2: 20}
    assert states(pg, dataset) == {1: "live", 2: "live"}
    assert [r[0] for r in query(pg, "select act from _millrace.acts where dataset = %s order by id",
                                dataset)] == ["load", "load", "undo", "redo"]


def test_undo_refuses_when_somebody_changed_the_rows(pg, dataset):
    load(pg, 1, 10, dataset=dataset)
    relation = one(pg, "select relation from _gold.heads where dataset = %s", dataset)
    query(pg, f"delete from _gold.{relation} where _row = 1")
    with pytest.raises(psycopg2.Error, match="somebody changed the table"):
        act(pg, "undo", dataset, 1)
    assert counts(pg, dataset) == {1: 9}


def test_unknown_load_is_not_found(pg, dataset):
    with pytest.raises(psycopg2.Error) as e:
        act(pg, "undo", dataset, 7)
    assert e.value.pgcode == "MR404"


def test_readers_see_old_or_new_rows_whole(pg, dataset):
    """50 replaces under readers at REPEATABLE READ: every sum is one load's, twice the same."""
    load(pg, 1, 300, dataset=dataset, mode="replace")
    stop, bad, seen = threading.Event(), [], set()

    def read():
        c = pg.connect(autocommit=False)
        c.set_session(isolation_level="REPEATABLE READ", readonly=True)
        cur = c.cursor()
        sql = f"select count(*), count(distinct _load), min(_load), sum(id) from gold_default.{dataset}"
        while not stop.is_set():
            cur.execute(sql)
            first = cur.fetchone()
            time.sleep(0.003)
            cur.execute(sql)
            if first[:2] != (300, 1) or cur.fetchone() != first:
                bad.append(first)
            seen.add(first[2])
            c.commit()
        c.close()

    readers = [threading.Thread(target=read) for _ in range(4)]
    for r in readers:
        r.start()
    for no in range(2, 52):
        load(pg, no, 300, dataset=dataset, mode="replace", epoch=no)
    stop.set()
    for r in readers:
        r.join()
    assert bad == [] and len(seen) > 5


def columns(*more):
    return COLUMNS + [dict(zip(("name", "type", "precision", "scale"), m)) for m in more]


def send_load(pg, no, cols, rows, **more):
    more = {"contract_version": no, **more}
    child = Loader(loader_spec(pg, no, columns=cols, epoch=no, **more))
    child.send(frame(rows), end(len(rows)))
    return child.finish()


@pytest.mark.parametrize("mode", ["append", "replace"])
def test_a_new_column_and_a_widened_one_keep_the_table(pg, dataset, mode):
    more = {"dataset": dataset, "mode": mode}
    assert send_load(pg, 1, COLUMNS, [(1, 5, "a")], **more)[0] == 0
    relation = one(pg, "select relation from _gold.heads where dataset = %s", dataset)
    assert send_load(pg, 2, columns(("extra", "text")), [(1, 6, "b", "new")], **more)[0] == 0
    # integer -> decimal: an ALTER TYPE, sent here without rows
    wide = [{"name": "id", "type": "decimal", "precision": 38, "scale": 2}, *columns(("extra", "text"))[1:]]
    assert send_load(pg, 3, wide, [], **more)[0] == 0
    assert one(pg, "select relation from _gold.heads where dataset = %s", dataset) == relation
    assert one(pg, "select format_type(atttypid, atttypmod) from pg_attribute where attname = 'id'"
                   " and attrelid = %s::regclass", f"gold_default.{dataset}") == "numeric(38,2)"
    shown = query(pg, f"select id, what, extra from gold_default.{dataset} order by id")
    if mode == "append":
        assert [tuple(map(str, r)) for r in shown] == [("5.00", "a", "None"), ("6.00", "b", "new")]
    # a column less: it stays, empty for new rows
    assert send_load(pg, 4, [COLUMNS[1]], [(1, "only what")], **more)[0] == 0
    assert query(pg, f"select id, extra from gold_default.{dataset} where _load = 4") == [(None, None)]


@pytest.mark.parametrize("mode", ["append", "replace"])
def test_another_type_is_a_new_table_behind_the_same_view(pg, dataset, mode):
    more = {"dataset": dataset, "mode": mode}
    assert send_load(pg, 1, COLUMNS, [(1, 5, "a")], **more)[0] == 0
    old = one(pg, "select relation from _gold.heads where dataset = %s", dataset)
    changed = [{"name": "id", "type": "text"}, COLUMNS[1]]
    assert send_load(pg, 2, changed, [(1, "five", "b")], **more)[0] == 0
    assert query(pg, f"select id, what from gold_default.{dataset}") == [("five", "b")]
    assert states(pg, dataset) == {1: "superseded", 2: "live"}
    assert one(pg, f"select count(*) from _gold.{old}") == 1
    # a run bound to the old contract comes late: it must not turn the table back
    code, last = send_load(pg, 3, COLUMNS, [(1, 5, "a")], **{**more, "contract_version": 1})
    assert (code, last["code"]) == (70, "load.contract_moved")


def test_a_failed_first_load_makes_no_table(pg, dataset):
    child = Loader(loader_spec(pg, 1, dataset=dataset))
    child.send(frame(rows_of(1, 10)))
    child.finish()
    assert one(pg, "select to_regclass(%s)", f"gold_default.{dataset}") is None


def test_maintenance_drops_old_generations_and_keeps_the_last_undo(pg, dataset):
    for no in (1, 2, 3, 4):
        load(pg, no, no * 10, dataset=dataset, mode="replace", epoch=no)
    assert maintain(pg, 3600)["generations"] == 0
    assert maintain(pg, 0)["generations"] >= 2
    kept = query(pg, "select load_no from _gold.generations where dataset = %s and dropped_at is null"
                     " order by 1", dataset)
    assert kept == [(3,), (4,)]
    assert act(pg, "undo", dataset, 4)["shows"] == 3
    with pytest.raises(psycopg2.Error, match="no longer kept"):
        act(pg, "undo", dataset, 3)
    assert counts(pg, dataset) == {3: 30}


def test_maintenance_drops_tables_of_dead_loads(pg, dataset):
    spec = loader_spec(pg, 1, dataset=dataset, mode="replace")
    child = Loader(spec)
    child.send(frame(rows_of(1, 100)))
    wait_until(lambda: is_copying(pg, spec))
    child.kill()
    child.finish()
    wait_until(lambda: one(pg, "select count(*) from pg_stat_activity where application_name = %s",
                           spec["application_name"]) == 0)
    assert maintain(pg, 3600)["temps"] >= 2
    assert one(pg, "select count(*) from _millrace.temps where target = %s", f"default.{dataset}") == 0


def test_seal_tells_the_orchestrator_the_truth(pg, dataset):
    spec = loader_spec(pg, 1, dataset=dataset, epoch=1)
    sql = "select _millrace.seal_v1('default', %s, %s, %s)"
    assert one(pg, sql, dataset, 2, spec["run_id"]) is None
    child = Loader(spec)
    assert child.finish()[1]["kind"] == "lost"
    child = Loader({**spec, "epoch": 3})
    child.send(frame(rows_of(1, 10)), end(10))
    assert child.finish()[0] == 0
    sealed = one(pg, sql, dataset, 4, spec["run_id"])
    assert sealed["load_no"] == 1 and sealed["account"]["inserted"] == 10


def test_a_term_at_the_commit_does_not_blur_it(pg, dataset):
    child = Loader(loader_spec(pg, 1, dataset=dataset))
    child.send(frame(rows_of(1, 100)), end(100))
    child.wait_for("committing")
    child.kill(signal.SIGTERM)
    code, last = child.finish()
    assert last["t"] == "result" or code == -signal.SIGTERM
    assert counts(pg, dataset) == {1: 100}


def test_the_loader_runs_no_other_program(pg, dataset):
    spec = loader_spec(pg, 1, dataset=dataset)
    child = Loader(spec)
    child.send(frame(rows_of(1, 10)))
    wait_until(lambda: is_copying(pg, spec))
    with open(f"/proc/{child.pid}/status", encoding="ascii") as f:
        status = dict(line.split(":\t") for line in f.read().splitlines() if ":\t" in line)
    assert status["NoNewPrivs"] == "1" and status["Seccomp"] == "2"
    child.kill()
    child.finish()


if __name__ == "__main__":
    raise SystemExit(subprocess.call(["/usr/bin/python3", "-m", "pytest", "-q", os.path.abspath(__file__)]))
