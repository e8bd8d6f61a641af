# SPDX-License-Identifier: Apache-2.0
# test_daemon - two replicas of the daemon on a real PostgreSQL and Redis: rings, sweeps, API, live events.
import base64
import hashlib
import hmac
import http.client
import json
import os
import signal
import subprocess
import time
import uuid

import pytest
import redis

from bare import BareRedis, connect, free_port, migrate
from conftest import ROOT, wait_for
from test_runs_sql import GOOD

BINARY = os.path.join(os.environ.get("MILLRACE_BUILD", f"{ROOT}/build/release/bin"), "millrace-job-orchestrator")
KEY = "11" * 32


def token(domains, admin=False, name="sara"):
    """As the gateway makes it."""
    part = lambda d: base64.urlsafe_b64encode(d).rstrip(b"=")
    now = int(time.time())
    claims = {"iss": "millrace-gateway", "aud": "job-orchestrator", "sub": str(uuid.uuid4()), "name": name,
              "adm": admin, "dom": domains, "iat": now, "nbf": now, "exp": now + 60}
    text = part(b'{"alg":"HS256","typ":"JWT"}') + b"." + part(json.dumps(claims).encode())
    return (text + b"." + part(hmac.new(bytes.fromhex(KEY), text, hashlib.sha256).digest())).decode()


MANAGER = {"default": ["data_manager"]}


class Daemon:
    def __init__(self, i, pg, redis_port, where):
        self.port, self.internal = free_port(), free_port()
        key = where / "key"
        key.write_text(KEY)
        self.env = {"PATH": "/usr/bin:/bin", "ASAN_OPTIONS": "detect_leaks=0", "MILLRACE_DB": f"host=127.0.0.1 port={pg} dbname=millrace",
                    "MILLRACE_REDIS": f"127.0.0.1:{redis_port}", "MILLRACE_SWEEP": "300ms",
                    "MILLRACE_JOB_ORCHESTRATOR_LISTEN": f"127.0.0.1:{self.port}",
                    "MILLRACE_JOB_ORCHESTRATOR_INTERNAL_LISTEN": f"127.0.0.1:{self.internal}",
                    "MILLRACE_JOB_ORCHESTRATOR_INSTANCE": f"job-orchestrator-{i}",
                    "MILLRACE_JOB_ORCHESTRATOR_TOKEN_KEY_FILE": str(key),
                    "MILLRACE_JOB_ORCHESTRATOR_DRAIN": "2s"}
        self.log = where / f"log{i}"
        self.process = None

    def start(self):
        self.process = subprocess.Popen([BINARY], env=self.env, stderr=open(self.log, "ab"))
        wait_for(self.is_ready)
        return self

    def is_ready(self):
        assert self.process.poll() is None, self.log.read_text()
        try:
            c = http.client.HTTPConnection("127.0.0.1", self.internal, timeout=2)
            c.request("GET", "/readyz")
            return c.getresponse().status == 200
        except OSError:
            return False

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(20) == 0, self.log.read_text()

    def ask(self, method, path, body=None, domains=MANAGER, headers=None, **who):
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        c.request(method, path, json.dumps(body) if body is not None else None,
                  {"X-Millrace-Token": token(domains, **who), "Content-Type": "application/json", **(headers or {})})
        r = c.getresponse()
        text = r.read()
        return r.status, json.loads(text) if text else None

    def events(self, domains=MANAGER, **who):
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        c.request("GET", "/api/events", headers={"X-Millrace-Token": token(domains, **who)})
        r = c.getresponse()
        assert r.status == 200 and r.getheader("Content-Type") == "text/event-stream"
        return Events(r)


class Events:
    def __init__(self, answer):
        self.answer = answer

    def next(self):
        name = data = None
        for raw in self.answer:
            line = raw.decode().rstrip("\n")
            if line.startswith("event: "):
                name = line[7:]
            elif line.startswith("data: "):
                data = json.loads(line[6:])
            elif not line and name:
                return name, data
        raise EOFError

    def until(self, wanted):
        """The first event for which wanted(name, data)."""
        for _ in range(200):
            name, data = self.next()
            if wanted(name, data):
                return data
        raise AssertionError("never told")


@pytest.fixture(scope="module")
def redis_server():
    server = BareRedis()
    r = redis.Redis(port=server.port)
    def up():
        try:
            return r.ping()
        except redis.ConnectionError:
            return False
    wait_for(up)
    yield server.port
    server.close()


@pytest.fixture(scope="module")
def daemons(schema, redis_server, tmp_path_factory):
    migrate(schema, "auth-gateway", "0001_auth")
    connect(schema).cursor().execute("""set role millrace_transform_owner;
        create function transform.pipeline_for_run_v1(p_domain text, p_name text) returns jsonb language sql as
        $$ select case p_name when 'sums' then '{"pipeline": "sums", "pipeline_version": 7, "target": "totals"}'::jsonb end $$;
        grant execute on function transform.pipeline_for_run_v1(text, text) to millrace_jobs; reset role""")
    where = tmp_path_factory.mktemp("daemons")
    made = [Daemon(i, schema, redis_server, where).start() for i in (1, 2)]
    yield made
    for d in made:
        d.stop()
        log = d.log.read_text()
        assert '"lvl":"error"' not in log, log


@pytest.fixture
def doorbell(redis_server):
    r = redis.Redis(port=redis_server)
    r.flushall()
    return r


def put_ring(r, run):
    """The envelope with a run id: field 2, length-delimited."""
    r.xadd("millrace:runs", {"e": b"\x12\x24" + run.encode()})


def test_a_changed_run_is_rung_for_at_once(daemons, jobs, doorbell):
    run = jobs.upload()["run_id"]
    put_ring(doorbell, run)
    wait_for(lambda: doorbell.xlen("millrace:tasks:validate") >= 1)
    assert run.encode() in doorbell.xrange("millrace:tasks:validate")[0][1][b"e"]
    wait_for(lambda: doorbell.xlen("millrace:events") >= 1)


def test_the_sweep_rings_after_a_wipe_and_not_without_end(daemons, jobs, doorbell):
    for _ in range(3):
        jobs.upload()
    wait_for(lambda: doorbell.xlen("millrace:tasks:validate") >= 3)
    time.sleep(1.5)  # several sweeps of two replicas
    assert doorbell.xlen("millrace:tasks:validate") <= 6
    doorbell.flushall()
    wait_for(lambda: doorbell.xlen("millrace:tasks:validate") >= 3)


def test_the_sweep_takes_tasks_from_dead_workers(daemons, jobs, doorbell):
    run = jobs.upload()["run_id"]
    jobs.claim("validate", lease=1)
    wait_for(lambda: jobs.task(run, "validate")["state"] == "queued")


def test_garbage_in_the_stream_hurts_nobody(daemons, jobs, doorbell):
    for e in (b"\xff\xff\xff", b"", b"x" * 100000, b"\x12\x24" + b"z" * 36):
        doorbell.xadd("millrace:runs", {"e": e})
        doorbell.xadd("millrace:events", {"e": e})
    doorbell.xadd("millrace:runs", {"other": "field"})
    run = jobs.upload()["run_id"]
    put_ring(doorbell, run)
    wait_for(lambda: doorbell.xlen("millrace:runs") == 0)
    wait_for(lambda: doorbell.xlen("millrace:tasks:validate") >= 1)


def test_start_a_pipeline_once(daemons, jobs):
    a, b = daemons
    key = {"Idempotency-Key": str(uuid.uuid4())}
    tok = token(MANAGER)
    same = lambda d, body: d.ask("POST", "/api/runs", body, headers={**key, "X-Millrace-Token": tok})
    status, run = same(a, {"pipeline": "sums"})
    assert status == 201 and run["kind"] == "pipeline" and run["target"] == "totals" and run["pipeline_version"] == 7
    status, again = same(b, {"pipeline": "default.sums"})
    assert (status, again["id"]) == (200, run["id"])
    assert a.ask("POST", "/api/runs", {"pipeline": "nothing"})[1]["code"] == "pipeline.unknown"
    assert a.ask("POST", "/api/runs", {"pipeline": "other.sums"})[0] == 404
    assert a.ask("POST", "/api/runs", {"pipe": "sums"})[0] == 400
    assert a.ask("POST", "/api/runs", {"pipeline": "sums"}, {"default": ["analyst"]})[0] == 403
    audit = jobs.admin("select action, object, actor_name from auth.audit")
    assert {"action": "run.start", "object": f"run {run['id']}", "actor_name": "sara"} in audit


def test_lists_by_keyset_and_filter(daemons, jobs):
    made = [jobs.upload()["run_id"] for _ in range(5)]
    jobs.cancel(made[0])
    seen, cursor = [], ""
    while True:
        status, page = daemons[0].ask("GET", f"/api/runs?limit=2&cursor={cursor}")
        assert status == 200
        seen += [r["id"] for r in page["items"]]
        cursor = page["next_cursor"]
        if not cursor:
            break
    assert seen == made[::-1]
    ids = lambda q: [r["id"] for r in daemons[1].ask("GET", f"/api/runs?{q}")[1]["items"]]
    assert ids("state=cancelled,failed") == [made[0]]
    assert ids(f"target={jobs.target}") == made[::-1] and ids("target=nothing") == []
    assert daemons[0].ask("GET", "/api/runs?state=odd")[0] == 400
    assert daemons[0].ask("GET", "/api/runs?cursor=1.x")[0] == 400


def test_elsewhere_is_nowhere(daemons, jobs):
    run = jobs.upload()["run_id"]
    other = {"elsewhere": ["data_manager"]}
    for method, path in (("GET", ""), ("POST", "/cancel"), ("POST", "/retry"), ("GET", "/log")):
        assert daemons[0].ask(method, f"/api/runs/{run}{path}", domains=other)[0] == 404
    assert daemons[0].ask("GET", "/api/runs", domains=other)[1]["items"] == []
    assert daemons[0].ask("GET", f"/api/runs/{run}", domains={}, admin=True)[0] == 200
    assert daemons[0].ask("GET", "/api/runs/nonsense")[0] == 404


def test_cancel_and_retry(daemons, jobs):
    run = jobs.upload()["run_id"]
    status, doc = daemons[0].ask("POST", f"/api/runs/{run}/cancel")
    assert (status, doc["state"], doc["headline"]) == (200, "cancelled", "Cancelled by sara; nothing was published")
    status, again = daemons[0].ask("POST", f"/api/runs/{run}/retry")
    assert status == 201 and again["retry_of"] == run
    status, same = daemons[1].ask("POST", f"/api/runs/{run}/retry")
    assert (status, same["id"]) == (200, again["id"])
    assert daemons[1].ask("POST", f"/api/runs/{again['id']}/retry")[1]["code"] == "run.state"


def test_log_by_level_and_cursor(daemons, jobs):
    run = jobs.upload()["run_id"]
    task = jobs.claim("validate")
    lines = json.dumps([{"level": "info", "msg": "one"}, {"level": "warn", "msg": "two"}, {"level": "info", "msg": "3"}])
    jobs.sql("millrace_catalog", "select jobs.log_task_v1(%s, %s, %s)", task["task_id"], task["epoch"], lines)
    page = daemons[0].ask("GET", f"/api/runs/{run}/log?limit=2")[1]
    assert [l["msg"] for l in page["items"]] == ["one", "two"]
    page = daemons[0].ask("GET", f"/api/runs/{run}/log?cursor={page['next_cursor']}")[1]
    assert [l["msg"] for l in page["items"]] == ["3"] and page["next_cursor"] is None
    page = daemons[0].ask("GET", f"/api/runs/{run}/log?level=warn,error")[1]
    assert [l["msg"] for l in page["items"]] == ["two"]


def test_every_replica_tells_its_browsers(daemons, jobs, doorbell):
    before = jobs.upload()["run_id"]
    streams = [d.events() for d in daemons]
    for s in streams:
        name, data = s.next()
        assert name == "snapshot" and before in [r["id"] for r in data["runs"]]
    run = jobs.upload()["run_id"]
    put_ring(doorbell, run)
    for s in streams:
        assert s.until(lambda n, d: n == "run" and d["id"] == run)["state"] == "queued"
    task = jobs.claim("validate")
    while task["run_id"] != run:
        task = jobs.claim("validate")
    jobs.finish(task, output=GOOD)  # nobody rang: the table is looked at anyway
    for s in streams:
        s.until(lambda n, d: n == "run" and d["id"] == run and d["tasks"][0]["state"] == "done")


def test_progress_reaches_the_browser_and_only_its_domain(daemons, jobs, doorbell):
    run = jobs.upload()["run_id"]
    jobs.claim("validate")
    mine, other = daemons[0].events(), daemons[0].events({"elsewhere": ["analyst"]})
    assert mine.next()[0] == "snapshot" and other.next() == ("snapshot", {"runs": []})
    progress = (b"\x12\x24" + run.encode() + b"\x22\x08progress"
                b"\x32\x0b\x08\x02\x10\x0a\x18\x14\x20\x05\x30\xe8\x07")  # check 10/20 bytes, 5 rows, 1 s
    wait_for(lambda: jobs.run(run)["state"] == "running")
    doorbell.xadd("millrace:events", {"e": progress})
    doorbell.xadd("millrace:events", {"e": progress})
    got = mine.until(lambda n, d: n == "progress")
    assert (got["run_id"], got["stage"], got["bytes"], got["bytes_total"]) == (run, "check", 10, 20)
    assert (got["rate"], got["eta_ms"]) == (5, 1000)
    late = jobs.upload()["run_id"]
    mine.until(lambda n, d: n == "run" and d["id"] == late)
    other.answer.fp.raw._sock.settimeout(0.3)
    with pytest.raises(TimeoutError):
        other.next()


def test_streams_live_on_without_redis(daemons, jobs, doorbell, redis_server):
    stream = daemons[0].events()
    stream.next()
    doorbell.execute_command("CLIENT", "PAUSE", "4000")
    try:
        run = jobs.upload()["run_id"]
        stream.until(lambda n, d: n == "run" and d["id"] == run)
        jobs.renew(jobs.claim("validate"), progress={"stage": "check", "bytes": 3, "bytes_total": 9, "rows": 1, "rejects": 0})
        stream.until(lambda n, d: n == "progress" and d["run_id"] == run and d["bytes"] == 3)
    finally:
        doorbell.execute_command("CLIENT", "UNPAUSE")


def test_a_stream_ends_so_that_the_session_is_looked_at(schema, daemons, redis_server, tmp_path):
    """Who signed out hears no more after that; the browser of everybody else comes back by itself."""
    short = Daemon(3, schema, redis_server, tmp_path)
    short.env["MILLRACE_JOB_ORCHESTRATOR_STREAM"] = "1s"
    short.start()
    try:
        stream, began = short.events(), time.monotonic()
        assert stream.next()[0] == "snapshot"
        with pytest.raises(EOFError):
            while True:
                stream.next()
        assert 0.9 < time.monotonic() - began < 14  # before the first heartbeat
        assert daemons[0].events().next()[0] == "snapshot"
    finally:
        short.stop()


def test_no_token_no_answer(daemons):
    c = http.client.HTTPConnection("127.0.0.1", daemons[0].port)
    c.request("GET", "/api/runs")
    assert c.getresponse().status == 401
