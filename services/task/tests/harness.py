# SPDX-License-Identifier: Apache-2.0
"""harness - a private PostgreSQL with the gold schema, and millrace-task started as the supervisor does."""
import contextlib
import json
import os
import signal
import struct
import sys
import tempfile
import time
import uuid

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../../.."))
sys.path.insert(0, ROOT + "/stack/local")

from bare import BarePostgres, migrate  # noqa: E402

TASK = os.path.join(os.environ.get("MILLRACE_BUILD", os.path.join(ROOT, "build/release/bin")), "millrace-task")
END = struct.pack("<I", 0xFFFFFFFF)


def postgres():
    """A server of its own with the gold schema."""
    server = BarePostgres()
    migrate(server.port, "transform", "0001_gold", "0007_types", "0009_parts")
    return server


class Child:
    """One millrace-task; reports and log are read by finish()."""

    def __init__(self, role, spec, data_in=None, data_out=None):
        spec_r, spec_w = os.pipe()
        report_r, report_w = os.pipe()
        log = tempfile.TemporaryFile()
        null = os.open("/dev/null", os.O_RDWR)
        fds = [spec_r, null if data_out is None else data_out, log.fileno(), report_w,
               null if data_in is None else data_in]
        high = [os.dup2(fd, 100 + i, inheritable=False) for i, fd in enumerate(fds)]
        actions = [(os.POSIX_SPAWN_DUP2, fd, i) for i, fd in enumerate(high)]
        env = {"PATH": "/usr/bin", "LANG": "C.UTF-8", "TSAN_OPTIONS": os.environ.get("TSAN_OPTIONS", "")}
        self.pid = os.posix_spawn(TASK, [TASK, role], env, file_actions=actions)
        for fd in [*high, spec_r, report_w, null]:
            os.close(fd)
        self.report = os.fdopen(report_r, "rb")
        self.log = log
        with os.fdopen(spec_w, "wb") as f:
            f.write(json.dumps(spec).encode())
        self.lines = []

    def next_line(self):
        line = self.report.readline()
        if line:
            self.lines.append(json.loads(line))
            return self.lines[-1]
        return None

    def wait_for(self, t):
        """Read reports up to the first of this kind."""
        while (line := self.next_line()) is not None:
            if line["t"] == t:
                return line
        raise AssertionError(f"no {t} in {self.lines}")

    def kill(self, sig=signal.SIGKILL):
        os.kill(self.pid, sig)

    def finish(self):
        """Exit code (negative: signal), the last report line."""
        while self.next_line() is not None:
            pass
        self.report.close()
        _, status = os.waitpid(self.pid, 0)
        self.log.seek(0)
        self.log_text = self.log.read().decode()
        code = os.waitstatus_to_exitcode(status)
        assert code != 66, self.log_text  # ThreadSanitizer saw a race
        return code, self.lines[-1] if self.lines else None


def field(value):
    if value is None:
        return struct.pack(">i", -1)
    if isinstance(value, int):
        return struct.pack(">iq", 8, value)
    raw = value.encode()
    return struct.pack(">i", len(raw)) + raw


def tuples(rows):
    """Binary COPY tuples of integers and texts."""
    return b"".join(struct.pack(">h", len(r)) + b"".join(field(v) for v in r) for r in rows)


def frame(rows):
    body = tuples(rows)
    return struct.pack("<I", len(body)) + body


def end(rows):
    return END + struct.pack("<Q", rows)


COLUMNS = [{"name": "id", "type": "integer"}, {"name": "what", "type": "text"}]


def loader_spec(pg, no, epoch=1, dataset="sales", mode="append", **more):
    task = str(uuid.uuid4())
    spec = {
        "task": "load", "conninfo": f"host=127.0.0.1 port={pg.port} dbname=millrace",
        "user": "millrace_loader", "password": None,
        "application_name": f"millrace-load {task} {epoch}", "domain": "default", "dataset": dataset,
        "mode": mode, "no": no, "run_id": str(uuid.uuid4()), "task_id": task, "epoch": epoch,
        "columns": COLUMNS, "has_row": True, "silver": [f"/silver/{no}.parquet"], "by": "ann",
        "file": {"name": "a.csv"}, "contract_version": 1, "pipeline": None, "pipeline_version": None,
        "account_received": None,
    }
    return {**spec, **more}


class Loader(Child):
    """A loader whose frames the test writes."""

    def __init__(self, spec):
        data_r, self.data = os.pipe()
        super().__init__("loader", spec, data_in=data_r)
        os.close(data_r)

    def send(self, *chunks):
        for c in chunks:
            view = memoryview(c)
            while view:
                view = view[os.write(self.data, view):]

    def close_data(self):
        if self.data is not None:
            os.close(self.data)
            self.data = None

    def finish(self):
        self.close_data()
        return super().finish()


def rows_of(no, n):
    """Rows (_row, id, what) of load no."""
    return [(i + 1, no * 1000000 + i, f"load {no}") for i in range(n)]


def load(pg, no, n, **more):
    """One whole load; its result line."""
    child = Loader(loader_spec(pg, no, **more))
    child.send(frame(rows_of(no, n)), end(n))
    code, last = child.finish()
    assert code == 0, (last, child.log_text)
    return last


def query(pg, sql, *args):
    with contextlib.closing(pg.connect()) as c, c.cursor() as cur:
        cur.execute(sql, args)
        return cur.fetchall() if cur.description else None


def one(pg, sql, *args):
    return query(pg, sql, *args)[0][0]


def counts(pg, dataset):
    """{load: rows} as the view shows it."""
    return dict(query(pg, f"select _load, count(*) from gold_default.{dataset} group by 1"))


def states(pg, dataset):
    return dict(query(pg, "select no, state from _millrace.loads where dataset = %s", dataset))


def wait_until(what, seconds=15):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if what():
            return
        time.sleep(0.02)
    raise AssertionError("it did not come to pass")


def is_copying(pg, spec):
    return one(pg, "select count(*) from pg_stat_activity where application_name = %s"
                   " and query like 'copy %%' and state = 'active'", spec["application_name"]) > 0


def act(pg, name, dataset, no):
    return one(pg, f"select _millrace.{name}_v1('default', %s, %s, 'bob')", dataset, no)


def maintain(pg, grace_s):
    child = Child("loader", {"task": "maintain", "conninfo": f"host=127.0.0.1 port={pg.port} dbname=millrace",
                             "user": "millrace_loader", "password": None, "application_name": "maintain",
                             "grace_s": grace_s})
    code, last = child.finish()
    assert code == 0, child.log_text
    return last
