# SPDX-License-Identifier: Apache-2.0
"""harness - the transform daemon for real: private PostgreSQL and Redis, silver made by DuckDB, HTTP."""
import base64
import ctypes
import glob
import hashlib
import hmac
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid

import psycopg2
import psycopg2.extras
import requests

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../../.."))
sys.path.insert(0, ROOT + "/stack/local")

from places import Ports  # noqa: E402

free_port = Ports().take  # none of those the kernel gives to outgoing connections
BIN = os.environ.get("MILLRACE_BUILD", os.path.join(ROOT, "build/release/bin"))
PG = sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]
KEY = "5a" * 32
SCHEMAS = [("jobs", "job-orchestrator"), ("catalog", "validation"), ("auth", "auth-gateway")]


def wait_until(what, seconds=20, why="it did not come to pass"):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        got = what()
        if got:
            return got
        time.sleep(0.02)
    raise AssertionError(why() if callable(why) else why)


class Duck:
    """DuckDB by its C API, only to make Parquet files."""

    def __init__(self):
        self.lib = ctypes.CDLL(os.path.join(ROOT, "build/vendor/duckdb/libduckdb.so"))
        self.db, self.con = ctypes.c_void_p(), ctypes.c_void_p()
        assert self.lib.duckdb_open(None, ctypes.byref(self.db)) == 0
        assert self.lib.duckdb_connect(self.db, ctypes.byref(self.con)) == 0

    def run(self, sql):
        result = ctypes.create_string_buffer(256)
        self.lib.duckdb_result_error.restype = ctypes.c_char_p
        if self.lib.duckdb_query(self.con, sql.encode(), result) != 0:
            raise AssertionError(self.lib.duckdb_result_error(result))


def token(domains=None, admin=False, name="sara", key=KEY, service="transform"):
    def b64(raw):
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
    now = int(time.time())
    claims = {"iss": "millrace-gateway", "aud": service, "sub": "0190b1d2-0000-7000-8000-000000000001",
              "name": name, "adm": admin, "dom": {"default": ["data_manager"]} if domains is None else domains,
              "iat": now, "nbf": now, "exp": now + 60}
    text = b64(b'{"alg":"HS256","typ":"JWT"}') + "." + b64(json.dumps(claims).encode())
    return text + "." + b64(hmac.new(bytes.fromhex(key), text.encode(), hashlib.sha256).digest())


class World:
    """Servers, schemas, one daemon; closed by close()."""

    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="millrace-transform-")
        os.chmod(self.dir, 0o755)
        self.procs = {}
        self.duck = Duck()
        self.silver = os.path.join(self.dir, "silver", "default")
        os.makedirs(self.silver)
        self._postgres()
        self._redis()
        self._schemas()
        self.port, self.inner = free_port(), free_port()

    def _as(self):
        return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.getuid() == 0 else []

    def pg_tool(self, tool, *args):
        subprocess.run(self._as() + [f"{PG}/{tool}", *args], check=True, cwd="/", stdout=subprocess.DEVNULL)

    def _postgres(self):
        self.pg_port = free_port()
        self.pg_dir = os.path.join(self.dir, "pg")
        os.mkdir(self.pg_dir)
        if os.getuid() == 0:
            shutil.chown(self.pg_dir, pwd.getpwnam("postgres").pw_uid)
        self.pg_tool("initdb", "-D", self.pg_dir + "/data", "-A", "trust", "-U", "postgres", "--no-sync")
        self.start_postgres()

    def start_postgres(self):
        options = f"-p {self.pg_port} -k {self.pg_dir} -c listen_addresses=127.0.0.1 -c fsync=off"
        self.pg_tool("pg_ctl", "-D", self.pg_dir + "/data", "-w", "-o", options, "-l", self.pg_dir + "/log", "start")

    def _redis(self):
        self.redis_port = free_port()
        self.procs["redis"] = subprocess.Popen(
            ["redis-server", "--port", str(self.redis_port), "--bind", "127.0.0.1", "--save", "", "--dir", self.dir],
            stdout=subprocess.DEVNULL)

    def connect(self, user="postgres", database="millrace"):
        c = psycopg2.connect(host="127.0.0.1", port=self.pg_port, user=user, dbname=database)
        c.autocommit = True
        return c

    def sql(self, query, *params, user="postgres"):
        c = self.connect(user)
        try:
            with c.cursor(cursor_factory=psycopg2.extras.RealDictCursor) as cur:
                cur.execute(query, params or None)
                return [dict(r) for r in cur.fetchall()] if cur.description else []
        finally:
            c.close()

    def _schemas(self):
        c = self.connect(database="postgres")
        c.cursor().execute("create database millrace")
        c.close()
        self.sql(open(f"{ROOT}/stack/postgres/bootstrap.sql", encoding="utf-8").read())
        for schema, service in SCHEMAS:
            for path in sorted(glob.glob(f"{ROOT}/services/{service}/migrations/*.sql")):
                self.sql(f"set role millrace_{schema}_owner;" + open(path, encoding="utf-8").read())

    def env(self, **more):
        key = os.path.join(self.dir, "transform.key")
        with open(key, "w", encoding="utf-8") as f:
            f.write(KEY)
        return {"PATH": os.environ["PATH"], "MILLRACE_DB": f"host=127.0.0.1 port={self.pg_port} dbname=millrace",
                "MILLRACE_REDIS": f"127.0.0.1:{self.redis_port}", "MILLRACE_TRANSFORM_TOKEN_KEY_FILE": key,
                "MILLRACE_TRANSFORM_LISTEN": f"127.0.0.1:{self.port}",
                "MILLRACE_TRANSFORM_INTERNAL_LISTEN": f"127.0.0.1:{self.inner}",
                "MILLRACE_SILVER_DIR": os.path.join(self.dir, "silver"),
                "MILLRACE_SCRATCH_DIR": os.path.join(self.dir, "scratch"),
                "MILLRACE_TASK_PATH": os.path.join(BIN, "millrace-task"), "MILLRACE_LEASE": "2s",
                "MILLRACE_RENEW": "500ms", "MILLRACE_SWEEP": "200ms", "MILLRACE_TRANSFORM_MAINTAIN": "1s",
                "MILLRACE_TRANSFORM_KEEP": "3600s", "MILLRACE_TRANSFORM_MEMORY": "200MiB", **more}

    def migrate(self):
        subprocess.run([os.path.join(BIN, "millrace-transform"), "--migrate"], check=True, env=self.env())

    def start(self, name="transform", **more):
        log = open(os.path.join(self.dir, name + ".log"), "ab")
        self.procs[name] = subprocess.Popen([os.path.join(BIN, "millrace-transform")], env=self.env(**more),
                                            stderr=log)
        wait_until(self.is_ready, 15, lambda: "the daemon is not ready: " + self.log(name)[-3000:])

    def log(self, name="transform"):
        with open(os.path.join(self.dir, name + ".log"), encoding="utf-8") as f:
            return f.read()

    def is_ready(self):
        try:
            return requests.get(f"http://127.0.0.1:{self.inner}/readyz", timeout=2).status_code == 200
        except requests.ConnectionError:
            return False

    def stop(self, name="transform", how=signal.SIGTERM):
        p = self.procs.pop(name)
        p.send_signal(how)
        return p.wait(30)

    def close(self):
        for name in list(self.procs):
            self.stop(name, signal.SIGTERM if name != "redis" else signal.SIGKILL)
        self.pg_tool("pg_ctl", "-D", self.pg_dir + "/data", "-w", "-m", "immediate", "stop")
        shutil.rmtree(self.dir)

    # --- HTTP ---

    def call(self, method, path, body=None, tok=None, **headers):
        h = {"X-Millrace-Token": tok or token(), "Host": "millrace"}
        h.update({k.replace("_", "-"): v for k, v in headers.items()})
        return requests.request(method, f"http://127.0.0.1:{self.port}{path}", json=body, headers=h, timeout=30)

    def get(self, path, **kw):
        r = self.call("GET", path, **kw)
        assert r.status_code == 200, r.text
        return r.json()

    # --- what the neighbours do ---

    def dataset(self, name, fields, mode="append"):
        i = str(uuid.uuid4())
        self.sql("insert into catalog.datasets (id, domain, name, kind, mode, created_by)"
                 " values (%s, 'default', %s, 'upload', %s, 'sara')", i, name, mode)
        self.contract(name, 1, fields)

    def contract(self, name, version, fields):
        self.sql("insert into catalog.contracts (dataset_id, version, doc, published_by)"
                 " select id, %s, %s, 'sara' from catalog.datasets where name = %s", version,
                 json.dumps({"fields": fields}), name)

    def arrival(self, dataset, rows_sql, version=1):
        """A checked file: silver in place, the load task queued. The run's id."""
        run = str(uuid.uuid4())
        name = f"{run}-1-0.parquet"
        path = os.path.join(self.silver, name)
        self.duck.run(f"copy (select row_number() over () as _row, row_number() over () * 10 as _offset, *"
                      f" from ({rows_sql})) to '{path}' (format parquet)")
        spec = {"dataset": dataset, "object": {"key": "default/x", "bytes": 100, "sha256": "ab", "filename": "f.csv"}}
        self.sql("select * from jobs.create_run_v1(%s, %s, 'default', %s, 'arrival', 'upload', %s, 'sara')", run,
                 str(uuid.uuid4()), dataset, json.dumps(spec), user="millrace_upload")
        self.rows = self.count(path)
        output = {"account": {"read": self.rows + 1, "good": self.rows, "repaired": 0, "rejected": 1},
                  "contract_version": version, "silver": [{"path": path, "rows": self.rows, "bytes": 1}]}
        task = self.sql("select * from jobs.claim_task_v1('validate', 'v-1', 60000)", user="millrace_catalog")[0]
        assert task["run_id"] == run
        self.sql("select jobs.finish_task_v1(%s, %s, 'done', %s, null)", task["task_id"], task["epoch"],
                 json.dumps(output), user="millrace_catalog")
        return run

    def count(self, path):
        table = "n" + uuid.uuid4().hex
        self.duck.run(f"create table {table} as select count(*)::bigint as n from '{path}'")
        result = ctypes.create_string_buffer(256)
        self.duck.lib.duckdb_query(self.duck.con, f"select n from {table}".encode(), result)
        self.duck.lib.duckdb_value_int64.restype = ctypes.c_int64
        return self.duck.lib.duckdb_value_int64(result, ctypes.c_uint64(0), ctypes.c_uint64(0))

    def run_doc(self, run):
        return self.sql("select jobs.get_run(%s, '{default}') as d", run, user="millrace_jobs")[0]["d"]

    def wait_run(self, run, seconds=20):
        ended = {"done", "done_with_rejects", "failed", "cancelled", "needs_person"}
        doc = {}

        def look():
            doc.update(self.run_doc(run))
            return doc["state"] in ended
        wait_until(look, seconds, lambda: f"run {run} is {doc.get('state')}: {doc} {self.log()[-3000:]}")
        return doc

    def runs_of(self, target):
        rows = self.sql("select id from jobs.runs where target = %s order by no", target)
        return [r["id"] for r in rows]
