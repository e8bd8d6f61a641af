# SPDX-License-Identifier: Apache-2.0
# test_upload - the daemon as clients see it, from a first byte to what dies in the middle.
import concurrent.futures
import http.client
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import time

import pytest
import redis as redis_client

from conftest import Proxy, new_id, token, wait_for

DATA = b"a,b\n" + b"".join(b"%d,x\n" % i for i in range(20000))


def bytes_of(n, seed=1):
    return random.Random(seed).randbytes(n)


# --- a. basics ---

def test_a_tus(bench):
    d = bench.daemon().start()
    r = d.ask("OPTIONS", "/api/uploads")
    assert (r.status, r.headers["Tus-Version"], r.headers["Tus-Extension"]) == (204, "1.0.0", "creation,expiration")
    where = d.begin(len(DATA))
    assert d.head(where).number("Upload-Offset") == 0
    r = d.patch(where, 0, DATA[:1000])
    assert (r.status, r.number("Upload-Offset")) == (204, 1000)
    r = d.head(where)
    assert (r.status, r.number("Upload-Offset"), r.number("Upload-Length")) == (200, 1000, len(DATA))
    assert r.headers["Cache-Control"] == "no-store" and "GMT" in r.headers["Upload-Expires"]
    r = d.patch(where, 1000, DATA[1000:])
    assert (r.status, r.number("Upload-Offset"), r.number("Millrace-Run-No")) == (204, len(DATA), 1)
    row = bench.check_finished(where, DATA)
    assert r.headers["Millrace-Run-Id"] == row["run_id"]
    u = d.ask("GET", where).json
    assert (u["state"], u["offset"], u["run_no"], u["dataset"], u["domain"], u["created_by"]) == (
        "finished", len(DATA), 1, "online_sales", "default", "sara")
    stream = redis_client.Redis(port=bench.redis).xrange("millrace:runs")
    assert any(row["run_id"].encode() in b"".join(v for v in e[1].values()) for e in stream)
    assert d.head(where).number("Upload-Offset") == len(DATA)
    assert d.patch(where, len(DATA), b"").code == "upload.finished"


def test_a_put(bench):
    d = bench.daemon().start()
    r = d.ask("PUT", "/api/uploads/my%20file.csv?dataset=online_sales", DATA)
    assert r.status == 201, r.raw
    bench.check_finished(r.headers["Location"], DATA)
    assert r.json["filename"] == "my file.csv"
    r = d.ask("PUT", "/api/uploads/b.csv?dataset=default.online_sales", iter([DATA, b"9,z\n"]))
    assert r.status == 201 and r.json["length"] == len(DATA) + 4
    bench.check_finished(r.headers["Location"], DATA + b"9,z\n")


def test_a_curl(bench, tmp_path):
    d = bench.daemon().start()
    (tmp_path / "c.csv").write_bytes(DATA)
    for args in (["-T", str(tmp_path / "c.csv"), f"http://127.0.0.1:{d.port}/api/uploads/?dataset=online_sales"],
                 ["-T", "-", "-H", "Expect: 100-continue",
                  f"http://127.0.0.1:{d.port}/api/uploads/piped.csv?dataset=online_sales&again=true"]):
        if args[1] != "-":
            args[2] = args[2].replace("/?", "/c.csv?")
        out = subprocess.run(["curl", "-sS", "-w", "\n%{http_code}", "-H", f"X-Millrace-Token: {token()}", *args],
                             input=DATA, stdout=subprocess.PIPE, check=True).stdout.decode().rsplit("\n", 1)
        assert out[1] == "201", out
        bench.check_finished("/" + json.loads(out[0])["upload_id"], DATA)


def test_a_empty(bench):
    d = bench.daemon().start()
    r = d.create(0)
    assert (r.status, r.headers["Millrace-Run-No"]) == (201, "1")
    bench.check_finished(r.headers["Location"], b"")
    assert d.ask("PUT", "/api/uploads/e.csv?dataset=online_sales&again=true", b"").status == 201


def test_a_list(bench):
    d = bench.daemon().start()
    made = [d.begin(10 + i).split("/")[-1] for i in range(5)]
    seen, cursor = [], ""
    while cursor is not None:
        page = d.ask("GET", "/api/uploads?state=open&limit=2" + (f"&cursor={cursor}" if cursor else "")).json
        seen += [u["upload_id"] for u in page["items"]]
        cursor = page["next_cursor"]
    assert seen == made[::-1]
    assert d.ask("GET", "/api/uploads?state=finished").json["items"] == []
    assert d.ask("GET", "/api/uploads?dataset=sales.leads").json["items"] == []
    for bad in ("state=x", "limit=0", "cursor=abc", "dataset=A!"):
        assert d.ask("GET", f"/api/uploads?{bad}").status == 400


# --- b. refusals ---

def test_b_who(bench):
    d = bench.daemon().start()
    where = d.begin(10)
    c = http.client.HTTPConnection("127.0.0.1", d.port)
    c.request("GET", where)
    assert c.getresponse().status == 401
    assert d.ask("GET", where, who=token({"default": ["analyst"]})).status == 403
    assert d.ask("GET", where, who=token({}, admin=True)).status == 403
    other = token({"sales": ["data_manager"]})
    for r in (d.ask("GET", where, who=other), d.patch(where, 0, b"x", who=other),
              d.ask("POST", where + "/finish", b"{}", who=other)):
        assert (r.status, r.code) == (404, "upload.unknown")
    assert d.head(where, who=other).status == 404
    assert d.ask("GET", "/api/uploads", who=other).json["items"] == []
    assert d.create(10, who=other).code == "dataset.unknown"
    assert d.create(10, dataset="sales.leads").code == "dataset.unknown"
    assert d.create(10, dataset="sales.leads", who=other).status == 201


def test_b_create(bench):
    d = bench.daemon().start()
    assert (d.create(10, dataset="nowhere").status, d.create(10, dataset="No!").code) == (404, "dataset.unknown")
    assert d.create(10, dataset="summary").code == "dataset.derived"
    assert (d.create(3 << 30).status, d.create(3 << 30).code) == (413, "upload.too_large")
    assert d.create("x").code == "field.invalid"
    assert d.create(10, headers={"Tus-Resumable": "0.2.2"}).status == 412
    assert d.create(10, headers={"Tus-Resumable": "0.2.2"}).headers["Tus-Version"] == "1.0.0"
    for bad in ("filename", "filename !!", "dataset ZA==", "filename YQ==,filename YQ==,dataset ZA==", "",
                "filename YQBi,dataset ZA==", "filename YQo=,dataset ZA==", ",,"):
        assert d.create(10, headers={"Upload-Metadata": bad}).code == "field.invalid", bad
    assert d.create(10, headers={"Upload-Metadata": "x " + "A" * 5000}).code == "upload.metadata_too_large"
    assert d.create(10, filename="x" * 256).code == "field.invalid"
    assert d.create(10, again="maybe").code == "field.invalid"
    assert d.create(10, headers={"Upload-Defer-Length": "1"}).status == 400
    assert bench.sql("select 1 from upload.uploads") == []


def test_b_patch(bench):
    d = bench.daemon().start()
    where = d.begin(100)
    assert d.patch(where, 0, b"x" * 10).status == 204
    r = d.patch(where, 5, b"x")
    assert (r.status, r.code, r.number("Upload-Offset")) == (409, "upload.offset", 10)
    assert d.patch(where, 10, b"x" * 91).code == "upload.too_long"
    assert d.patch(where, 10, iter([b"x" * 91])).code == "upload.too_long"
    assert d.patch(where, 10, b"x", headers={"Content-Type": "text/csv"}).status == 415
    assert d.patch(where, 10, b"x", headers={"Tus-Resumable": "2"}).status == 412
    assert d.patch(where, "", b"x").status == 400
    assert d.head(where).number("Upload-Offset") == 10
    assert d.patch(f"/api/uploads/{new_id()}", 0, b"x").status == 404
    assert d.patch("/api/uploads/nonsense", 0, b"x").status == 404
    r = d.patch(where, 10, iter([b"y" * 50, b"z" * 40]))  # chunked, exactly to the end
    assert r.status == 204
    bench.check_finished(where, b"x" * 10 + b"y" * 50 + b"z" * 40)


def test_b_shorter_than_declared(bench):
    """The client says 1,000 and leaves after 300: those count, and the rest may follow."""
    d = bench.daemon().start()
    data = bytes_of(1000)
    where = d.begin(1000)
    d.half_patch(where, 0, data[:300], 1000).close()
    wait_for(lambda: d.head(where).number("Upload-Offset") == 300)
    assert d.patch(where, 300, data[300:]).status == 204
    bench.check_finished(where, data)
    s = socket.create_connection(("127.0.0.1", d.port))
    s.sendall((f"PUT /api/uploads/p.csv?dataset=online_sales HTTP/1.1\r\nHost: x\r\nX-Millrace-Token: {token()}\r\n"
               "Content-Length: 1000\r\n\r\nabc").encode())
    wait_for(lambda: bench.sql("select 1 from upload.uploads where state = 'open'"))
    s.close()
    wait_for(lambda: bench.sql("select 1 from upload.uploads where state = 'failed' and reason->>'code' = 'upload.aborted'"))
    wait_for(lambda: not list((bench.objects / ".uploads").iterdir()))


# --- c. again and again ---

def test_c_idempotent_create(bench):
    d = bench.daemon().start()
    key = {"Idempotency-Key": "k1"}
    first = d.begin(10, headers=key)
    assert d.begin(10, headers=key) == first
    assert d.create(11, headers=key).code == "idempotency.mismatch"
    assert d.begin(10, headers=key, who=token(user=new_id())) != first
    own = new_id()
    assert d.begin(10, upload_id=own) == d.begin(10, upload_id=own) == f"/api/uploads/{own}"
    r = d.create(10, upload_id=own, who=token(user=new_id()))
    assert (r.status, r.code) == (409, "idempotency.mismatch")


def test_c_idempotent_put(bench):
    d, e = bench.daemon().start(), bench.daemon().start()
    key = {"Idempotency-Key": "put-1"}
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        got = list(pool.map(lambda i: (d, e)[i % 2].ask("PUT", "/api/uploads/a.csv?dataset=online_sales", DATA,
                                                        headers=key), range(16)))
    assert {r.status for r in got} <= {200, 201, 423}
    assert sum(r.status == 201 for r in got) == 1
    r = e.ask("PUT", "/api/uploads/a.csv?dataset=online_sales", DATA, headers=key)
    assert r.status == 200
    bench.check_finished(r.headers["Location"], DATA)
    assert len(bench.sql("select 1 from jobs.runs")) == 1
    assert d.ask("PUT", "/api/uploads/b.csv?dataset=online_sales", DATA, headers=key).code == "idempotency.mismatch"


def test_c_broken_put_again(bench):
    d = bench.daemon().start()
    s = socket.create_connection(("127.0.0.1", d.port))
    s.sendall((f"PUT /api/uploads/p.csv?dataset=online_sales HTTP/1.1\r\nHost: x\r\nX-Millrace-Token: {token()}\r\n"
               "Idempotency-Key: again\r\nContent-Length: 1000\r\n\r\nabc").encode())
    wait_for(lambda: bench.sql("select 1 from upload.uploads where state = 'open'"))
    s.close()
    wait_for(lambda: bench.sql("select 1 from upload.uploads where state = 'failed'"))
    r = d.ask("PUT", "/api/uploads/p.csv?dataset=online_sales", DATA, headers={"Idempotency-Key": "again"})
    assert r.status == 201
    bench.check_finished(r.headers["Location"], DATA)


def test_c_duplicate(bench):
    d = bench.daemon().start()
    first = d.ask("PUT", "/api/uploads/a.csv?dataset=online_sales", DATA).json
    where = d.begin(len(DATA))
    r = d.patch(where, 0, DATA)
    assert (r.status, r.code) == (409, "upload.duplicate")
    assert r.json["duplicate_of"] == {"upload_id": first["upload_id"], "run_id": first["run_id"], "no": 1}
    u = d.ask("GET", where).json
    assert (u["state"], u["offset"], u["reason"]["code"], u["duplicate_of"]["no"]) == (
        "open", len(DATA), "upload.duplicate", 1)
    assert bench.runs(where) == []
    assert d.ask("POST", where + "/finish", b"{}").code == "upload.duplicate"
    assert d.patch(where, len(DATA), b"").code == "upload.duplicate"
    r = d.ask("POST", where + "/finish", b'{"again":true}')
    assert (r.status, r.json["state"], r.json["run_no"], r.json["duplicate_of"]) == (200, "finished", 2, None)
    bench.check_finished(where, DATA)
    assert d.ask("POST", where + "/finish", b'{"again":true}').json["run_no"] == 2
    assert d.ask("PUT", "/api/uploads/a.csv?dataset=online_sales", DATA).code == "upload.duplicate"
    assert d.ask("PUT", "/api/uploads/a.csv?dataset=online_sales&again=true", DATA).json["run_no"] == 3
    # A failed run's bytes may come again without a question.
    both = token({"default": ["data_manager"], "sales": ["data_manager"]})
    one = d.ask("PUT", "/api/uploads/a.csv?dataset=sales.leads", DATA, who=both).json
    bench.sql("set session_replication_role = replica; update jobs.runs set state = 'failed' where id = %s", one["run_id"])
    assert d.ask("PUT", "/api/uploads/a.csv?dataset=sales.leads", DATA, who=both).status == 201


def test_c_equal_bytes_at_once(bench):
    d, e = bench.daemon().start(), bench.daemon().start()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda i: (d, e)[i % 2].ask("PUT", f"/api/uploads/{i}.csv?dataset=online_sales", DATA), range(8)))
    assert sorted(r.status for r in got) == [201] + [409] * 7
    assert len(bench.sql("select 1 from jobs.runs")) == 1


# --- d. replicas ---

def test_d_any_replica(bench):
    d, e = bench.daemon().start(), bench.daemon().start()
    data = bytes_of(3_000_000)
    where = d.begin(len(data))
    at, i = 0, 0
    while at < len(data):
        n = 99_991 + 1000 * i
        r = (d, e)[i % 2].patch(where, at, data[at:at + n])
        assert r.status == 204
        at, i = r.number("Upload-Offset"), i + 1
    bench.check_finished(where, data)


@pytest.mark.parametrize("same", [True, False])
def test_d_takeover(bench, same):
    """A stalled writer is asked to stop; the new one goes on; no byte of the old one counts any more."""
    d, e = bench.daemon().start(), bench.daemon().start()
    data = bytes_of(500_000)
    where = d.begin(len(data))
    s = d.half_patch(where, 0, data[:100_000], len(data))
    wait_for(lambda: e.head(where).number("Upload-Offset") == 100_000)  # a checkpoint while it is open
    if same:
        assert d.patch(where, 100_000, data[100_000:200_000]).status == 204
    else:  # the old writer notices within a renewal; until then clients are sent away and come again
        answers = []
        wait_for(lambda: answers.append(e.patch(where, 100_000, data[100_000:200_000])) or
                 answers[-1].status != 423)
        assert answers[-1].status == 204 and {r.code for r in answers[:-1]} <= {"upload.locked"}
    assert b" 409 " in s.recv(4096)
    s.close()
    assert e.patch(where, 200_000, data[200_000:]).status == 204
    bench.check_finished(where, data)


def test_d_stopped_writer(bench):
    """A writer that is stopped holds the lock; it publishes nothing when it comes back."""
    d, e = bench.daemon().start(), bench.daemon().start()
    data = bytes_of(300_000)
    where = d.begin(len(data))
    s = d.half_patch(where, 0, data[:100_000], len(data))
    wait_for(lambda: e.head(where).number("Upload-Offset") == 100_000)
    d.process.send_signal(signal.SIGSTOP)
    began = time.monotonic()
    r = e.patch(where, 100_000, data[100_000:])
    assert (r.status, r.code) == (423, "upload.locked") and r.number("Retry-After") > 0
    assert time.monotonic() - began < 10, "a pool thread is not held up while it stands still"
    s.sendall(b"\0" * 100_000)  # other bytes than the client's file
    d.process.send_signal(signal.SIGCONT)
    r = wait_for(lambda: (lambda r: r if r.status != 423 else None)(e.patch(where, 100_000, data[100_000:])))
    assert r.status == 204, r.raw
    bench.check_finished(where, data)
    s.close()


# --- e. deaths ---

def test_e_kill_in_the_middle(bench):
    d, e = bench.daemon().start(), bench.daemon()
    data = bytes_of(200_000_000)
    where = d.begin(len(data))
    s = d.half_patch(where, 0, data[:150_000_000], len(data))
    wait_for(lambda: bench.row(where)["bytes"] > 0)
    d.kill()
    s.close()
    e.start()
    at = e.head(where).number("Upload-Offset")
    part = bench.objects / ".uploads" / (where.split("/")[-1] + ".part")
    assert 64 << 20 <= at <= part.stat().st_size
    assert e.patch(where, at, data[at:]).status == 204
    bench.check_finished(where, data)


# fdatasync and fsync of part, object, directories, sidecar; both renames; every statement, the ring.
FINISH_CALLS = ["fdatasync:1"] + [f"fsync:{i}" for i in range(1, 7)] + ["renameat:1", "renameat:2"] + [
    f"sendto:{i}" for i in range(1, 16)]


def attach_killer(d, call, when):
    """strace that kills the daemon at its when-th call from now on."""
    tracer = subprocess.Popen(["strace", "-f", "-qq", "-o", "/dev/null", "-p", str(d.process.pid), "-e", f"trace={call}",
                               "-e", f"inject={call}:signal=KILL:when={when}"])
    status = lambda t: f"TracerPid:\t{tracer.pid}" in open(f"/proc/{d.process.pid}/task/{t}/status").read()
    wait_for(lambda: all(status(t) for t in os.listdir(f"/proc/{d.process.pid}/task")))
    return tracer


@pytest.mark.skipif(not shutil.which("strace"), reason="needs strace")
@pytest.mark.parametrize("call", FINISH_CALLS)
def test_e_kill_at_each_step(bench, call):
    """kill -9 at one call after another of the only PATCH: the upload ends finished, once."""
    name, when = call.split(":")
    d, e = bench.daemon(MILLRACE_SWEEP="10min", MILLRACE_UPLOAD_RENEW="1min").start(), bench.daemon().start()
    where = e.begin(len(DATA))
    tracer = attach_killer(d, name, when)
    try:
        answer = d.patch(where, 0, DATA).status
        d.kill()  # it did not come so far
    except (http.client.HTTPException, OSError):
        answer = None
    assert answer in (None, 204)
    d.process.wait()
    tracer.wait()
    at = wait_for(lambda: e.head(where)).number("Upload-Offset")
    if at < len(DATA):
        wait_for(lambda: e.patch(where, at, DATA[at:]).status == 204)
    wait_for(lambda: bench.row(where)["state"] == "finished")
    bench.check_finished(where, DATA)
    assert len(bench.sql("select 1 from jobs.runs")) == 1


def test_e_commit_unknown(bench):
    proxy = Proxy(bench.pg)
    d = bench.daemon(pg=proxy.port).start()
    where = d.begin(len(DATA))
    assert d.patch(where, 0, DATA[:-1]).status == 204
    proxy.swallow = b"commit\0"
    r = d.patch(where, len(DATA) - 1, DATA[-1:])
    assert (r.status, proxy.cuts) == (204, 1), r.raw
    bench.check_finished(where, DATA)


def test_e_database_away(bench):
    """No claim without the database, and nothing is lost when it goes in the middle of a body."""
    proxy = Proxy(bench.pg)
    d = bench.daemon(pg=proxy.port).start()
    where = d.begin(len(DATA))
    s = d.half_patch(where, 0, DATA[:1000], len(DATA))
    wait_for(lambda: bench.row(where)["bytes"] == 1000)
    proxy.target = 1
    bench.sql("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'millrace_upload'")
    s.sendall(DATA[1000:])
    assert b" 503 " in s.recv(4096)
    s.close()
    proxy.target = bench.pg
    at = wait_for(lambda: (lambda r: r if r.status == 200 else None)(d.head(where))).number("Upload-Offset")
    assert d.patch(where, at, DATA[at:]).status == 204
    bench.check_finished(where, DATA)


def test_e_term_in_the_middle(bench):
    """TERM lets a running upload go on for the drain time, then keeps what came."""
    d, e = bench.daemon().start(), bench.daemon().start()
    where = d.begin(len(DATA))
    s = d.half_patch(where, 0, DATA[:5000], len(DATA))
    wait_for(lambda: bench.row(where)["epoch"] == 1)
    d.stop()
    s.close()
    assert e.head(where).number("Upload-Offset") == 5000
    assert e.patch(where, 5000, DATA[5000:]).status == 204
    bench.check_finished(where, DATA)


# --- f. the disk ---

@pytest.fixture
def small_disk(tmp_path):
    if os.getuid() != 0:
        pytest.skip("needs root to mount")
    where = tmp_path / "disk"
    where.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", where], stderr=subprocess.DEVNULL).returncode:
        pytest.skip("cannot mount here")
    yield where
    subprocess.run(["umount", "-l", where], check=True)


def test_f_full(bench, small_disk):
    bench.objects = small_disk / "objects"
    d = bench.daemon().start()
    r = d.create(15 << 20)
    assert r.status == 201
    where = r.headers["Location"]
    assert (d.create(16 << 20).status, d.create(16 << 20).code) == (507, "upload.no_space")
    assert d.create(16 << 20).headers["Retry-After"]
    filler = small_disk / "filler"
    filler.write_bytes(b"x" * (10 << 20))
    data = bytes_of(15 << 20)
    r = d.patch(where, 0, data)
    assert (r.status, r.code) == (507, "upload.no_space")
    assert d.patch(where, 0, data[:1 << 20]).status == 204
    # Nothing was promised for a chunked body: the disk ends in the middle of it.
    r = d.ask("PUT", "/api/uploads/c.csv?dataset=online_sales", iter([data[i:i + 65536] for i in range(0, len(data), 65536)]))
    assert (r.status, r.code) == (507, "upload.no_space")
    r = d.patch(where, 1 << 20, iter([data[i:i + 65536] for i in range(1 << 20, len(data), 65536)]))
    assert (r.status, r.code) == (507, "upload.no_space")
    at = d.head(where).number("Upload-Offset")
    assert 1 << 20 <= at < len(data)
    assert bench.sql("select 1 from jobs.runs") == []
    filler.unlink()
    assert d.patch(where, at, data[at:]).status == 204  # without a restart
    bench.check_finished(where, data)
    wait_for(lambda: len(bench.files()) == 2)


# --- g. what is left ---

def test_g_expiry(bench):
    d = bench.daemon(MILLRACE_UPLOAD_KEEP="1s").start()
    where = d.begin(100)
    assert d.patch(where, 0, b"x" * 10).status == 204
    wait_for(lambda: bench.row(where)["state"] == "expired")
    wait_for(lambda: bench.files() == [])
    r = d.patch(where, 10, b"x")
    assert (r.status, r.code) == (410, "upload.expired")
    assert d.head(where).status == 410
    assert d.ask("GET", where).json["reason"]["code"] == "upload.expired"


def test_g_waiting_duplicate_expires(bench):
    d = bench.daemon(MILLRACE_UPLOAD_KEEP="2s").start()
    first = d.ask("PUT", "/api/uploads/a.csv?dataset=online_sales", DATA).json
    where = d.begin(len(DATA))
    assert d.patch(where, 0, DATA).status == 409
    wait_for(lambda: bench.row(where)["state"] == "expired")
    wait_for(lambda: bench.files() == [f"default/{first['upload_id']}", f"default/{first['upload_id']}.json"])


def test_g_killed_put(bench):
    d, e = bench.daemon().start(), bench.daemon().start()
    s = socket.create_connection(("127.0.0.1", d.port))
    s.sendall((f"PUT /api/uploads/p.csv?dataset=online_sales HTTP/1.1\r\nHost: x\r\nX-Millrace-Token: {token()}\r\n"
               "Content-Length: 1000\r\n\r\nabc").encode())
    wait_for(lambda: bench.sql("select 1 from upload.uploads where state = 'open'"))
    d.kill()
    wait_for(lambda: bench.sql("select 1 from upload.uploads where state = 'failed'"))
    wait_for(lambda: bench.files() == [])
    r = e.patch(f"/api/uploads/{bench.sql('select id from upload.uploads')[0]['id']}", 3, b"x")
    assert (r.status, r.code) == (410, "upload.failed")
    assert e.is_ready()
    s.close()


def test_g_orphans(bench):
    """An old part without a row goes; an object whose row is gone comes back with a run; one without
    a sidecar goes."""
    d = bench.daemon().start()
    first = d.ask("PUT", "/api/uploads/a.csv?dataset=online_sales", DATA).json
    d.stop()
    key = bench.objects / "default" / first["upload_id"]
    bench.sql("set session_replication_role = replica;"
              "truncate upload.uploads, jobs.logs, jobs.history, jobs.tasks, jobs.runs, jobs.targets")
    bare, part = bench.objects / "default" / new_id(), bench.objects / ".uploads" / (new_id() + ".part")
    bare.write_bytes(b"1")
    part.write_bytes(b"1")
    d = bench.daemon(MILLRACE_UPLOAD_ORPHAN_GRACE="1s").start()
    wait_for(lambda: bench.sql("select 1 from upload.uploads where id = %s and state = 'finished'", first["upload_id"]))
    wait_for(lambda: not bare.exists() and not part.exists())
    assert key.exists()
    bench.check_finished("/" + first["upload_id"], DATA)


# --- h. many and slow ---

def test_h_many_slow_uploads(bench):
    """200 open uploads at once: memory per connection is small and constant; nobody else waits."""
    d = bench.daemon().start()
    where = [d.begin(1_000_000) for _ in range(200)]
    rss = lambda: int([l for l in open(f"/proc/{d.process.pid}/status") if l.startswith("RssAnon")][0].split()[1])
    before = rss()
    open_ones = [d.half_patch(w, 0, b"x" * 2000, 1_000_000) for w in where]
    wait_for(lambda: bench.sql("select count(*) as n from upload.uploads where bytes >= 2000")[0]["n"] == 200)
    began = time.monotonic()
    assert d.ask("PUT", "/api/uploads/q.csv?dataset=online_sales", DATA).status == 201
    assert time.monotonic() - began < 10
    assert rss() - before < 200 * 48 or "asan" in os.environ.get("MILLRACE_BUILD", ""), (before, rss())
    for s in open_ones:
        s.close()
