# SPDX-License-Identifier: Apache-2.0
"""harness - the transform daemon for real: private PostgreSQL and Redis, silver made by DuckDB, HTTP."""
import base64
import ctypes
import hashlib
import hmac
import json
import os
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

from bare import BarePostgres, BareRedis, connect, free_port, migrate  # noqa: E402

BIN = os.environ.get("MILLRACE_BUILD", os.path.join(ROOT, "build/release/bin"))
KEY = "5a" * 32


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
        self.postgres, self.redis = BarePostgres(), BareRedis()
        for service in ("job-orchestrator", "validation", "auth-gateway"):
            migrate(self.postgres.port, service)
        self.port, self.inner = free_port(), free_port()

    def sql(self, query, *params, user="postgres"):
        c = connect(self.postgres.port, user)
        try:
            with c.cursor(cursor_factory=psycopg2.extras.RealDictCursor) as cur:
                cur.execute(query, params or None)
                return [dict(r) for r in cur.fetchall()] if cur.description else []
        finally:
            c.close()

    def env(self, **more):
        key = os.path.join(self.dir, "transform.key")
        with open(key, "w", encoding="utf-8") as f:
            f.write(KEY)
        return {"PATH": os.environ["PATH"], "MILLRACE_DB": f"host=127.0.0.1 port={self.postgres.port} dbname=millrace",
                "MILLRACE_REDIS": f"127.0.0.1:{self.redis.port}", "MILLRACE_TRANSFORM_TOKEN_KEY_FILE": key,
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
            self.stop(name)
        self.redis.close()
        self.postgres.close()
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
