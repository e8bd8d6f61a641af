# SPDX-License-Identifier: Apache-2.0
# conftest - two replicas of upload on a private PostgreSQL and Redis, a tus client, a TCP proxy.
import base64
import contextlib
import hashlib
import hmac
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid

import psycopg2
import psycopg2.extras
import pytest

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../../.."))
sys.path.insert(0, ROOT + "/stack/local")

from bare import BarePostgres, BareRedis, connect, free_port, migrate  # noqa: E402

BINARY = os.path.join(os.environ.get("MILLRACE_BUILD", f"{ROOT}/build/release/bin"), "millrace-upload")
KEY = "22" * 32
SARA = "01890000-0000-7000-8000-00000000aaaa"


def wait_for(what, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        got = what()
        if got:
            return got
        time.sleep(0.02)
    raise AssertionError("did not happen in time")


@pytest.fixture(scope="session")
def postgres():
    server = BarePostgres()
    for service in ("job-orchestrator", "transform", "validation", "upload"):
        migrate(server.port, service)
    connect(server.port).cursor().execute(
        "insert into catalog.domains (name, created_by) values ('sales', 'test');"
        "insert into catalog.datasets (id, domain, name, kind, mode, created_by) values"
        "(gen_random_uuid(), 'default', 'online_sales', 'upload', 'append', 'test'),"
        "(gen_random_uuid(), 'sales', 'leads', 'upload', 'append', 'test'),"
        "(gen_random_uuid(), 'default', 'summary', 'derived', 'replace', 'test')")
    yield server.port
    server.close()


@pytest.fixture(scope="session")
def redis():
    server = BareRedis()
    yield server.port
    server.close()


def token(domains=None, admin=False, user=SARA):
    """As the gateway makes it."""
    part = lambda d: base64.urlsafe_b64encode(d).rstrip(b"=")
    now = int(time.time())
    claims = {"iss": "millrace-gateway", "aud": "upload", "sub": user, "name": "sara", "adm": admin,
              "dom": {"default": ["data_manager"]} if domains is None else domains, "iat": now, "nbf": now,
              "exp": now + 60}
    text = part(b'{"alg":"HS256","typ":"JWT"}') + b"." + part(json.dumps(claims).encode())
    return (text + b"." + part(hmac.new(bytes.fromhex(KEY), text, hashlib.sha256).digest())).decode()


class Reply:
    def __init__(self, response):
        self.status, self.headers, self.raw = response.status, response.headers, response.read()

    @property
    def json(self):
        return json.loads(self.raw)

    @property
    def code(self):
        return self.json["code"]

    def number(self, name):
        return int(self.headers[name])


class Daemon:
    def __init__(self, i, where, objects, pg, redis_port, **settings):
        self.port, self.internal, self.i = free_port(), free_port(), i
        (where / "key").write_text(KEY)
        self.log = where / f"log{i}"
        self.env = {"PATH": "/usr/bin:/bin", "ASAN_OPTIONS": "detect_leaks=0",
                    "MILLRACE_DB": f"host=127.0.0.1 port={pg} dbname=millrace",
                    "MILLRACE_REDIS": f"127.0.0.1:{redis_port}", "MILLRACE_OBJECT_DIR": str(objects),
                    "MILLRACE_SWEEP": "200ms", "MILLRACE_LEASE": "2s", "MILLRACE_UPLOAD_RENEW": "300ms",
                    "MILLRACE_UPLOAD_MIN_FREE": "1MiB", "MILLRACE_UPLOAD_MAX_BYTES": "2GiB",
                    "MILLRACE_UPLOAD_ORPHAN_GRACE": "1min", "MILLRACE_UPLOAD_INSTANCE": f"upload-{i}",
                    "MILLRACE_UPLOAD_LISTEN": f"127.0.0.1:{self.port}",
                    "MILLRACE_UPLOAD_INTERNAL_LISTEN": f"127.0.0.1:{self.internal}",
                    "MILLRACE_UPLOAD_TOKEN_KEY_FILE": str(where / "key"), "MILLRACE_UPLOAD_DRAIN": "3s"}
        self.env.update(settings)
        self.process = None

    def start(self, wrapper=()):
        self.process = subprocess.Popen(list(wrapper) + [BINARY], env=self.env, stderr=open(self.log, "ab"))
        wait_for(self.is_ready)
        return self

    def is_ready(self):
        assert self.process.poll() is None, self.log.read_text()
        with contextlib.suppress(OSError, http.client.HTTPException):
            c = http.client.HTTPConnection("127.0.0.1", self.internal, timeout=2)
            c.request("GET", "/readyz")
            return c.getresponse().status == 200
        return False

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            assert self.process.wait(20) == 0, self.log.read_text()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def ask(self, method, path, body=None, headers=None, who=None):
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        c.request(method, path, body=body, headers={"X-Millrace-Token": who or token(), **(headers or {})})
        r = Reply(c.getresponse())
        c.close()
        return r

    # --- tus ---

    def create(self, n, dataset="online_sales", filename="a.csv", headers=None, who=None, **meta):
        pairs = {"filename": filename, "dataset": dataset, **meta}
        text = ",".join(f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in pairs.items())
        return self.ask("POST", "/api/uploads", who=who, headers={
            "Tus-Resumable": "1.0.0", "Upload-Length": str(n), "Upload-Metadata": text, **(headers or {})})

    def begin(self, n, **more):
        r = self.create(n, **more)
        assert r.status == 201, r.raw
        return r.headers["Location"]

    def patch(self, where, offset, data, headers=None, who=None):
        return self.ask("PATCH", where, data, who=who, headers={
            "Tus-Resumable": "1.0.0", "Upload-Offset": str(offset),
            "Content-Type": "application/offset+octet-stream", **(headers or {})})

    def head(self, where, who=None):
        return self.ask("HEAD", where, headers={"Tus-Resumable": "1.0.0"}, who=who)

    def half_patch(self, where, offset, data, length):
        """A PATCH that says `length` and sends `data`; the socket stays open."""
        s = socket.create_connection(("127.0.0.1", self.port))
        s.sendall((f"PATCH {where} HTTP/1.1\r\nHost: x\r\nX-Millrace-Token: {token()}\r\nTus-Resumable: 1.0.0\r\n"
                   f"Upload-Offset: {offset}\r\nContent-Type: application/offset+octet-stream\r\n"
                   f"Content-Length: {length}\r\n\r\n").encode() + data)
        s.settimeout(20)
        return s


class Bench:
    """Two replicas over one directory, and the database beside them."""

    def __init__(self, where, pg, redis_port):
        self.where, self.pg, self.redis = where, pg, redis_port
        self.objects = where / "objects"
        self.daemons = []
        self.admin = connect(pg)

    def daemon(self, objects=None, pg=None, **settings):
        d = Daemon(len(self.daemons) + 1, self.where, objects or self.objects, pg or self.pg, self.redis, **settings)
        self.daemons.append(d)
        return d

    def sql(self, query, *params):
        with self.admin.cursor(cursor_factory=psycopg2.extras.RealDictCursor) as cur:
            cur.execute(query, params)
            return [dict(r) for r in cur.fetchall()] if cur.description else []

    def row(self, where):
        return self.sql("select * from upload.uploads where id = %s", where.split("/")[-1])[0]

    def runs(self, where):
        return self.sql("select * from jobs.runs where upload_id = %s", where.split("/")[-1])

    def object(self, row):
        return self.objects / row["domain"] / row["id"]

    def files(self):
        return sorted(str(p.relative_to(self.objects)) for p in self.objects.rglob("*") if p.is_file())

    def check_finished(self, where, data):
        """One run, one object with these bytes, its sidecar, nothing temporary."""
        row = self.row(where)
        assert row["state"] == "finished", row
        runs = self.runs(where)
        assert [r["id"] for r in runs] == [row["run_id"]]
        digest = hashlib.sha256(data).hexdigest()
        spec = runs[0]["spec"]["object"]
        assert (spec["sha256"], spec["bytes"], row["sha256"]) == (digest, len(data), digest)
        assert spec["key"] == f"{row['domain']}/{row['id']}"
        assert self.object(row).read_bytes() == data
        side = json.loads((self.object(row).parent / (row["id"] + ".json")).read_text())
        assert (side["upload_id"], side["sha256"], side["bytes"]) == (row["id"], digest, len(data))
        assert not (self.objects / ".uploads" / (row["id"] + ".part")).exists()
        return row


@pytest.fixture
def bench(tmp_path, postgres, redis):
    b = Bench(tmp_path, postgres, redis)
    b.sql("set session_replication_role = replica;"
          "truncate upload.uploads, jobs.logs, jobs.history, jobs.tasks, jobs.runs, jobs.targets")
    yield b
    b.admin.close()
    try:
        for d in b.daemons:
            if d.process:
                d.stop()
    finally:  # one that is left would sweep the next test's rows
        for d in b.daemons:
            if d.process and d.process.poll() is None:
                d.kill()


class Proxy:
    """TCP to PostgreSQL; when `swallow` is bytes, their first sight cuts the connection before the answer."""

    def __init__(self, port):
        self.target, self.swallow, self.cuts = port, None, 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            try:
                server = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                client.close()
                continue
            stop = threading.Event()
            for a, b, up in ((client, server, True), (server, client, False)):
                threading.Thread(target=self.pump, args=(a, b, up, stop), daemon=True).start()

    def pump(self, source, sink, up, stop):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if stop.is_set():
                    break
                if up and self.swallow and self.swallow in data:
                    self.swallow, self.cuts = None, self.cuts + 1
                    stop.set()
                    sink.sendall(data)  # the server gets it, the client never hears
                    time.sleep(0.3)
                    break
                sink.sendall(data)
        for s in (source, sink):
            with contextlib.suppress(OSError):
                s.shutdown(socket.SHUT_RDWR)


def new_id():
    return str(uuid.uuid4())
