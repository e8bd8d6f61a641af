# SPDX-License-Identifier: Apache-2.0
# conftest - a private PostgreSQL with the schema jobs, a connection for each role, helpers for runs.
import json
import os
import sys
import time
import uuid

import psycopg2
import psycopg2.extras
import pytest

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../../.."))
sys.path.insert(0, ROOT + "/stack/local")

from bare import BarePostgres, connect, migrate  # noqa: E402


@pytest.fixture(scope="session")
def schema():
    """The port of a server with our schema and that of gold."""
    server = BarePostgres("-c max_connections=80")
    migrate(server.port, "job-orchestrator")
    migrate(server.port, "transform", "0001_gold")
    yield server.port
    server.close()


# Who works at what, and who starts what.
WORKER = {"validate": "millrace_catalog", "load": "millrace_transform"}
STARTER = {"upload": "millrace_upload", "publish": "millrace_catalog", "manual": "millrace_jobs",
           "derived": "millrace_transform", "redo": "millrace_transform"}


class Jobs:
    """What services do, each as its own role; every test has a target of its own."""

    def __init__(self, port, target):
        self.port, self.target = port, target
        self.open = {}

    def sql(self, role, query, *params, connection=None):
        c = connection or self.open.setdefault(role, None) or connect(self.port, role)
        if connection is None:
            self.open[role] = c
        with c.cursor(cursor_factory=psycopg2.extras.RealDictCursor) as cur:
            cur.execute(query, params)
            return [dict(r) for r in cur.fetchall()] if cur.description else []

    def admin(self, query, *params):
        return self.sql("postgres", query, *params)

    def upload(self, upload=None, target=None, run=None, trigger="upload", kind="arrival", spec=None):
        spec = spec or {"dataset": "d", "object": {"key": "k", "bytes": 10, "sha256": "x", "filename": "f.csv"}}
        return self.sql(STARTER[trigger], "select * from jobs.create_run_v1(%s, %s, 'default', %s, %s, %s, %s, 'sara')",
                        run or str(uuid.uuid4()), upload or (str(uuid.uuid4()) if kind == "arrival" else None),
                        target or self.target, kind, trigger, json.dumps(spec))[0]

    def pipeline(self, **more):
        return self.upload(kind="pipeline", trigger="manual", spec={"pipeline": "p", "pipeline_version": 3}, **more)

    def claim(self, kind, worker="w-1", lease=60000, connection=None):
        got = self.sql(WORKER[kind], "select * from jobs.claim_task_v1(%s, %s, %s)", kind, worker, lease,
                       connection=connection)
        return {**got[0], "kind": kind} if got else None

    def finish(self, task, outcome="done", output=None, reason=None, connection=None):
        return self.sql(WORKER[task["kind"]], "select jobs.finish_task_v1(%s, %s, %s, %s, %s) as s", task["task_id"],
                        task["epoch"], outcome, json.dumps(output or {}), json.dumps(reason) if reason else None,
                        connection=connection)[0]["s"]

    def renew(self, task, lease=60000, progress=None):
        return self.sql(WORKER[task["kind"]], "select jobs.renew_task_v1(%s, %s, %s, %s) as s", task["task_id"],
                        task["epoch"], lease, json.dumps(progress) if progress else None)[0]["s"]

    def release(self, task):
        return self.sql(WORKER[task["kind"]], "select jobs.release_task_v1(%s, %s) as s", task["task_id"], task["epoch"])

    def cancel(self, run, grace=60000):
        return self.sql("millrace_jobs", "select jobs.cancel_run(%s, '{default}', 'tom', %s) as s", run, grace)[0]["s"]

    def retry(self, run):
        return self.sql("millrace_jobs", "select * from jobs.retry_run(%s, %s, '{default}', 'tom')", run,
                        str(uuid.uuid4()))[0]

    def run(self, run):
        return self.sql("millrace_jobs", "select jobs.get_run(%s, '{default}') as d", run)[0]["d"]

    def sweep(self):
        return [r["run_id"] for r in self.sql("millrace_jobs", "select * from jobs.sweep_v1()")]

    def task(self, run, kind):
        return [t for t in self.run(run)["tasks"] if t["kind"] == kind][0]

    def lapse(self, task):
        self.admin("update jobs.tasks set lease_until = clock_timestamp() - interval '1 s' where id = %s", task["task_id"])

    def due(self, run):
        """The pause of a waiting task is over."""
        self.admin("update jobs.tasks set ready_at = clock_timestamp() where run_id = %s and state = 'waiting'", run)
        self.sweep()

    def replay(self, run):
        """History replayed against the edges; returns the run's states in order."""
        edges = {(e["machine"], e["from_state"], e["to_state"])
                 for e in self.admin("select machine, from_state, to_state from jobs.transitions")}
        at = {}
        for h in self.admin("select task_id, from_state, to_state from jobs.history where run_id = %s order by id", run):
            machine = "task" if h["task_id"] else "run"
            assert at.get(h["task_id"], "") == h["from_state"]
            assert (machine, h["from_state"], h["to_state"]) in edges
            at[h["task_id"]] = h["to_state"]
        assert at[None] == self.run(run)["state"]
        return at


@pytest.fixture
def jobs(schema, request):
    admin = connect(schema)
    with admin.cursor() as cur:  # nothing of another test can be claimed
        # Daemons may be at work: rows are locked in their order, and truncate would lock tables in one of its own.
        cur.execute("set session_replication_role = replica")
        for table in ("targets", "runs", "tasks", "logs", "history", "idempotency"):
            cur.execute(f"delete from jobs.{table}")
    admin.close()
    j = Jobs(schema, "t_" + request.node.name.split("[")[0].replace("test_", "")[:40])
    yield j
    for c in j.open.values():
        if c:
            c.close()


def wait_for(what, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        got = what()
        if got:
            return got
        time.sleep(0.01)
    raise AssertionError("did not happen in time")
