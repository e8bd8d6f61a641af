# SPDX-License-Identifier: Apache-2.0
"""test_outputs - a file appears whole or not at all, whatever happens."""
import json
import os
import pathlib
import signal
import stat
import subprocess
import threading

import pytest

from conftest import BIN, WAIT_S

OLD = "what was there before\n"
OUTPUTS = ["c.csv", "m.csv", "p.json", "r.csv"]
WRITE = ("--bad-rows", "repair", "--clean", "c.csv", "--rejects", "r.csv", "--repairs", "m.csv", "--report", "p.json")


class Feed:
    """A pipe into the command that stays open after some rows."""

    def __init__(self, place, *words):
        self.run = place.start("check", "-", *words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.run.stdin.write(b"a,b\n" + b"1,2\n" * 3000000)
        self.run.stdin.flush()

    def end(self, number):
        self.run.send_signal(number)
        self.run.stdin.close()
        self.run.stdin = None
        _, err = self.run.communicate(timeout=WAIT_S)
        return self.run.returncode, err.decode()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signals_leave_nothing(place, number):
    place.write("c.csv", OLD)
    before = place.names()
    code, err = Feed(place, *WRITE).end(number)
    assert code == -number
    assert place.names() == before
    assert place.read("c.csv") == OLD
    if number != signal.SIGKILL:
        assert err == "millrace: stopped; no output was written\n"


def test_full_disk(place):
    done = place.run("check", "orders.csv", "--clean", "/dev/full", "--rejects", "r.csv")
    assert done.code == 2
    assert done.err == "millrace: write /dev/full: No space left on device\n"
    assert "r.csv" not in place.names()


def test_full_disk_for_repairs(place):
    words = ("check", "orders.csv", "--bad-rows", "repair", "--clean", "c.csv")
    done = place.run(*words, "--repairs", "/dev/full")
    assert (done.code, done.err) == (2, "millrace: write /dev/full: No space left on device\n")
    assert place.run(*words, "--repairs", "nowhere/r.csv").code == 2
    assert place.run(*words[:-1], "/dev/full", "--repairs", "r.csv").code == 2
    assert place.names() == ["orders.csv", "sales.json"]


@pytest.fixture(scope="session")
def fail_nth(tmp_path_factory):
    library = tmp_path_factory.mktemp("fail") / "fail_nth.so"
    source = pathlib.Path(__file__).parent / "fail_nth.c"
    subprocess.run(["gcc", "-D_GNU_SOURCE", "-shared", "-fPIC", "-Wall", "-Werror", "-o", library, source], check=True)
    return str(library)


@pytest.mark.parametrize("what", ["read", "write", "fsync", "rename"])
def test_the_nth_call_fails(place, fail_nth, what):
    """n = 1, 2, 3 ... until nothing fails any more: each output is whole, or what it was before."""
    place.write("in.csv", "id,day,amount,note\n" + "1,2026-01-01,1.50,some text to fill a few blocks\nx,y\n" * 60000 +
                "1,2026-01-01,1.50\n" * 2000)
    words = ("check", "in.csv", "-c", "sales.json", "-q", *WRITE)
    assert place.run(*words).code == 1
    whole = {name: place.read(name) for name in OUTPUTS}
    for n in range(1, 200):
        for name in OUTPUTS:
            place.write(name, OLD)
        done = place.run(*words, env={"LD_PRELOAD": fail_nth, "FAIL_WHAT": what, "FAIL_AT": str(n)})
        for name in OUTPUTS:
            assert place.read(name) in (OLD, whole[name]), (what, n, name)
        assert not [name for name in place.names() if name.startswith(".")]
        if done.code == 1:
            break
        assert done.code in (2, 78) and done.err.startswith("millrace: "), (what, n, done)
    assert n > 2 and all(place.read(name) == whole[name] for name in OUTPUTS)


def test_all_is_on_the_disk_before_the_first_name(place, fail_nth):
    """And a directory is synced once, however many names it got."""
    (place.path / "other").mkdir()
    words = ("check", "orders.csv", "-q", *WRITE, "--rejects", "other/r.csv")
    place.run(*words, env={"LD_PRELOAD": fail_nth, "CALLS_TO": "calls"})
    assert place.read("calls").split() == ["fsync"] * 4 + ["rename"] * 4 + ["fsync"] * 2


@pytest.mark.parametrize("what,last,step", [("open64", 20, 1), ("lseek64", 8, 1), ("pwrite64", 4, 1), ("pread64", 8, 1), ("malloc", 1000, 9)])
def test_the_nth_call_fails_or_is_done_without(place, fail_nth, what, last, step):
    """Where there is another way it is taken; without memory we end at once. Never half an output."""
    keys = {"primaryKey": "id", "foreignKeys": [{"fields": ["note"], "reference": {"resource": "notes.csv", "fields": ["note"]}}]}
    place.contract("keys.json", **keys)
    place.write("notes.csv", "note\nhello\n")
    words = ("check", "-", "-c", "keys.json", "--profile", *WRITE)
    rows = place.read("orders.csv").encode()
    usual = place.run(*words, stdin=rows)
    assert usual.code == 1
    whole = {name: place.read(name) for name in OUTPUTS}
    codes = set()
    for n in range(1, last, step):
        for name in OUTPUTS:
            place.write(name, OLD)
        done = place.run(*words, stdin=rows, env={"LD_PRELOAD": fail_nth, "FAIL_WHAT": what, "FAIL_AT": str(n)})
        codes.add(done.code)
        for name in OUTPUTS:
            assert place.read(name) in ([whole[name]] if done.code == 1 else [OLD, whole[name]]), (what, n, name)
        assert not [name for name in place.names() if name.startswith(".")]
        assert done.code in (1, 2) or (what, done.code) == ("malloc", -signal.SIGABRT), (what, n, done)
        assert done.code != 1 or done.out == usual.out
        assert done.code == 1 or done.err, (what, n)
    assert what in ("pwrite64", "pread64") or codes - {1}


def test_a_system_without_links_to_nameless_files(place, fail_nth):
    place.write("c.csv", OLD).chmod(0o600)
    done = place.run("check", "orders.csv", "--clean", "c.csv", env={"LD_PRELOAD": fail_nth, "FAIL_WHAT": "linkat", "FAIL_AT": "1"})
    assert done.code == 1 and place.read("c.csv").startswith("id,day")
    assert stat.S_IMODE((place.path / "c.csv").stat().st_mode) == 0o600
    assert place.names() == ["c.csv", "orders.csv", "sales.json"]


@pytest.mark.parametrize("option", ["--clean", "--rejects", "--repairs", "--report"])
def test_nowhere_to_write(place, option):
    done = place.run("check", "orders.csv", "--bad-rows", "repair", option, "nowhere/out")
    assert done.code == 2
    assert "nowhere/out: No such file or directory" in done.err
    assert place.run("check", "orders.csv", "--bad-rows", "repair", option, ".").code == 2


def test_reader_that_goes_away(place):
    place.write("in.csv", "a,b\n" + "1,2\n" * 1000000)
    run = place.start("check", "in.csv", "--clean", "-", "-q", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    run.stdout.read(10)
    run.stdout.close()
    assert run.wait(timeout=WAIT_S) == -signal.SIGPIPE
    assert run.stderr.read() == b""


@pytest.mark.parametrize("words", [
    ("infer", "orders.csv"), ("infer", "orders.csv", "--json"), ("sniff", "orders.csv"), ("sniff", "orders.csv", "--json"),
    ("rules",), ("rules", "type.date"), ("rules", "--json"), ("check", "orders.csv"), ("check", "orders.csv", "--json"),
    ("check", "orders.csv", "--clean", "-"), ("--help",), ("-h",), ("help",), ("--version",), ("check", "--help"), ("rules", "-h")])
def test_what_is_printed_must_arrive(place, words):
    with open("/dev/full", "w", encoding="utf-8") as full:
        run = place.start(*words, stdout=full, stderr=subprocess.PIPE)
        assert run.wait(timeout=WAIT_S) == 2
        assert b"No space left on device" in run.stderr.read()
    run = place.start(*words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    run.stdout.close()
    assert run.wait(timeout=WAIT_S) in (-signal.SIGPIPE, 0, 1)
    assert run.stderr.read() == b""


def test_mode_and_links_stay(place):
    old = place.write("real.csv", OLD)
    old.chmod(0o640)
    (place.path / "link.csv").symlink_to("real.csv")
    assert place.run("check", "orders.csv", "--clean", "link.csv").code == 1
    assert (place.path / "link.csv").is_symlink()
    assert place.read("real.csv").startswith("id,day")
    assert stat.S_IMODE(old.stat().st_mode) == 0o640
    mask = os.umask(0)
    os.umask(mask)
    place.run("check", "orders.csv", "--clean", "new.csv")
    assert stat.S_IMODE((place.path / "new.csv").stat().st_mode) == 0o666 & ~mask


def test_to_a_fifo(place):
    os.mkfifo(place.path / "fifo")
    seen = []
    reader = threading.Thread(target=lambda: seen.append((place.path / "fifo").read_text(encoding="utf-8")))
    reader.start()
    assert place.run("check", "orders.csv", "--clean", "fifo").code == 1
    reader.join(WAIT_S)
    assert seen[0].startswith("id,day") and seen[0].count("\n") == 5


def test_spool_of_a_pipe_that_fails(place):
    place.contract("k.json", [{"name": "a", "type": "integer"}], primaryKey="a")
    done = place.run("check", "-", "-c", "k.json", stdin=b"a\n1\n", env={"TMPDIR": str(place.path / "absent")})
    assert done.code == 2
    assert "absent" in done.err


def parquet_rows(path, sql="select * from"):
    import sys
    sys.path.insert(0, str(BIN.parents[3] / "tests/csv"))
    duck = pytest.importorskip("duck")
    return duck.Duck().rows(f"{sql} '{path}'")


def test_parquet(place):
    assert place.run("check", "orders.csv", "-c", "sales.json", "--clean", "c.parquet").code == 1
    rows = parquet_rows(place.path / "c.parquet")
    assert [row[0] for row in rows] == ["1", "5"] and rows[1][3] == 'say "hi"'
    place.write("none.csv", "id,day,amount,note\n")
    assert place.run("check", "none.csv", "-c", "sales.json", "--clean", "n.parquet").code == 0
    assert parquet_rows(place.path / "n.parquet", "select count(*) from")[0][0] == "0"


def test_parquet_in_order_at_any_number_of_threads(place):
    rows = 1500000
    place.write("in.csv", "a,b\n" + "".join(f"{i},text number {i} or so, long\n".replace(", long", " long") for i in range(rows)))
    place.contract("c.json", [{"name": "a", "type": "integer"}, {"name": "b", "type": "string"}])
    seen = set()
    for threads in (1, 3):
        assert place.run("check", "in.csv", "-c", "c.json", "-t", str(threads), "--clean", "c.parquet").code == 0
        seen.add((place.path / "c.parquet").read_bytes())
    assert len(seen) == 1
    assert parquet_rows(place.path / "c.parquet", "select count(*), sum(a), count(distinct b) from")[0] == (
        str(rows), str(rows * (rows - 1) // 2), str(rows))


def test_parquet_without_duckdb(place):
    done = place.run("check", "orders.csv", "--clean", "c.parquet", env={"MILLRACE_DUCKDB_LIB": "/nowhere/libduckdb.so"})
    assert done.code == 2
    assert "/nowhere/libduckdb.so" in done.err
    assert "c.parquet" not in place.names()


def test_report_is_printed_and_written(place):
    done = place.run("check", "orders.csv", "-c", "sales.json", "--json", "--report", "p.json")
    assert done.code == 1 and json.loads(done.out)["account"]["read"] == 5
    assert place.read("p.json") == done.out
    assert place.run("check", "orders.csv", "--json", "--report", "-").code == 64


@pytest.mark.parametrize("option", ["--clean", "--rejects", "--repairs", "--report"])
@pytest.mark.parametrize("name", ["orders.csv", "./orders.csv", "link.csv", "hard.csv", "sales.json"])
def test_what_is_read_is_not_overwritten(place, option, name):
    (place.path / "link.csv").symlink_to("orders.csv")
    os.link(place.path / "orders.csv", place.path / "hard.csv")
    before = place.read(name)
    words = ("-c", "sales.json", "--bad-rows", "repair", "--fail-on", "never", option, name)
    done = place.run("check", "orders.csv", *words)
    what = "contract" if name == "sales.json" else "file that is checked"
    assert (done.code, done.err) == (64, f"millrace: {name}: an output cannot take the place of the {what}\n")
    assert place.read(name) == before
    with open(place.path / "orders.csv", "rb") as f:
        done = subprocess.run([BIN, "check", "-", *words], cwd=place.path, stdin=f, capture_output=True, timeout=WAIT_S,
                              check=False)
    assert done.returncode == 64


@pytest.mark.parametrize("name", ["o.PARQUET", "o.Parquet"])
def test_parquet_by_any_case_of_its_name(place, name):
    assert place.run("check", "orders.csv", "--fail-on", "never", "--clean", name).code == 0
    assert (place.path / name).read_bytes()[:4] == b"PAR1"


def test_parquet_names_differ_in_more_than_case(place):
    place.write("in.csv", "id,ID,id_2,Id,\u00e4,\u00c4\n1,2,3,4,5,6\n")
    done = place.run("check", "in.csv", "--clean", "o.parquet", "--report", "p.json", "-d", "header=1")
    assert done.code == 0, done.err
    assert "ID is written to Parquet as ID_2: names there differ in more than case\n" in done.out
    renamed = [(r["column"], r["written"]) for r in json.loads(place.read("p.json"))["renamed_columns"]]
    assert renamed == [("ID", "ID_2"), ("id_2", "id_2_2"), ("Id", "Id_3")]
    assert b"id_2_2" in (place.path / "o.parquet").read_bytes()


def test_parquet_of_rows_that_come_back(place):
    place.write("in.csv", "_reject,_line,_column,_rule,_message,id\n1,2,id,x,y,3\n")
    assert place.run("check", "in.csv", "--clean", "o.parquet").code == 0
    assert b"_reject" not in (place.path / "o.parquet").read_bytes()
