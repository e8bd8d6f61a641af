# SPDX-License-Identifier: Apache-2.0
"""scene - what a scenario does and asks: files whose truth is known, runs, rows, processes, books."""
import collections
import contextlib
import json
import os
import pathlib
import re
import signal
import subprocess
import time

import psycopg2

from known import KnownFile, add_dataset
from session import ENDED


# A process that was stopped at its work: the run, who holds its task under which epoch, its pid.
Caught = collections.namedtuple("Caught", "run service i pid epoch")


class Scene:
    count = 0

    def __init__(self, suite, name):
        self.suite = suite
        Scene.count += 1
        self.name = re.sub("[^a-z0-9]+", "_", name.lower())[5:35].strip("_") + f"_{Scene.count}"
        self.person = suite.session()
        self.runs = []
        self.expected = {}  # dataset -> {run id: (rows, units)}
        self.stopped = set()
        self.seed = 0

    # ---- making things ----

    def dataset(self, mode="append", contract=True, suffix="", **more):
        name = self.name + suffix
        add_dataset(self.person, name, mode, contract, **more)
        self.expected[name] = {}
        return name

    def publish_sum(self, source):
        """A pipeline that sums units of `source` into a table of its own; its name."""
        name = (source[:40] + "_sum").replace("__", "_")
        doc = {"name": name, "description": "", "steps": [
            {"id": "s", "type": "source", "dataset": source},
            {"id": "a", "type": "aggregate", "input": "s", "group_by": [],
             "measures": [{"name": "units", "expr": "sum(units)"}]},
            {"id": "t", "type": "target", "input": "a", "dataset": name, "mode": "replace"}]}
        made = self.person.put(f"/api/pipelines/{name}", {"doc": doc})
        assert made.status in (200, 201), made
        answer = self.person.post(f"/api/pipelines/{name}/publish", {"note": "made by a test"},
                                  headers={"If-Match": f'"{made.json()["etag"]}"'})
        assert answer.status == 200, answer
        return name

    def file(self, rows=1000, bad=0.0, pad=0):
        self.seed += 1
        return KnownFile(f"{self.name}_{self.seed}.csv", rows, f"{self.name}{self.seed}", bad, pad)

    def curl(self, dataset, file, expect=True):
        """As anybody would: curl -T, with the session's cookie; the upload document."""
        person = self.person
        done = subprocess.run(
            ["curl", "-sS", "--fail-with-body", "-T", "-", "-b", person.cookie, "-H", f"X-CSRF-Token: {person.csrf}",
             f"{self.suite.url}/api/uploads/{file.name}?dataset={dataset}"],
            input=file.bytes, capture_output=True, check=False)
        assert done.returncode == 0, (done.stdout, done.stderr)
        return self.took(dataset, file, json.loads(done.stdout), expect)

    def upload(self, dataset, file, expect=True, deadline_s=60):
        """Until it is taken, whatever dies on the way; equal bytes already taken count as taken."""
        deadline = time.monotonic() + deadline_s
        answer = None
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                answer = self.person.request("PUT", f"/api/uploads/{file.name}?dataset={dataset}", file.bytes)
                if answer.status == 201:
                    return self.took(dataset, file, answer.json(), expect)
                if answer.status == 409 and answer.json().get("duplicate_of"):
                    doc = {"run_id": answer.json()["duplicate_of"]["run_id"]}
                    return self.took(dataset, file, doc, expect)
            time.sleep(0.1)
        raise TimeoutError(f"{file.name} not taken: {answer}")

    def took(self, dataset, file, doc, expect):
        self.runs.append(doc["run_id"])
        if expect:
            self.expected[dataset][doc["run_id"]] = (file.good, file.units)
        return doc

    # ---- asking ----

    def sql(self, query, *params):
        with contextlib.closing(psycopg2.connect(self.suite.dsn())) as c, c.cursor() as cur:
            cur.execute(query, params or None)
            return cur.fetchall()

    def run(self, run_id):
        """From the table, so that it can be asked while everything else is down."""
        return self.sql("select jobs.run_json(r) from jobs.runs r where id = %s", run_id)[0][0]

    def wait(self, condition, timeout_s=60, what="condition"):
        deadline = time.monotonic() + timeout_s
        while True:
            with contextlib.suppress(psycopg2.OperationalError):
                value = condition()
                if value:
                    return value
            if time.monotonic() > deadline:
                raise TimeoutError(f"{what} did not come within {timeout_s} s; runs: "
                                   + str([self.run(r)["headline"] for r in self.runs]))
            time.sleep(0.02)

    def wait_run(self, run_id, *states, timeout_s=60):
        """Its document once it ended; `states` are those that are right."""
        doc = self.wait(lambda: (d := self.run(run_id))["state"] in ENDED and d, timeout_s, f"end of run {run_id}")
        assert doc["state"] in (states or ("done", "done_with_rejects")), doc["headline"]
        return doc

    def wait_task(self, run_id, kind, state, timeout_s=30):
        """The task once it is in this state, in which it stays for a while."""
        def find():
            task = [t for t in self.run(run_id)["tasks"] if t["kind"] == kind][0]
            return task["state"] == state and task
        return self.wait(find, timeout_s, f"{kind} {state}")

    def rows(self, dataset):
        """run number -> (rows, units) in gold, {} while there is no table."""
        if self.sql("select to_regclass(%s)", f"gold_default.{dataset}")[0][0] is None:
            return {}
        return {no: (n, int(units or 0)) for no, n, units in self.sql(
            f"select _load, count(*), sum(units) from gold_default.{dataset} group by 1")}

    # ---- processes ----

    def catch(self, dataset, kind, role="engine", expect=True):
        """Upload until a process that works on the file's task was stopped; goes on with resume_all().

        A file may be done before it is looked at: each is bigger than the one before.
        """
        for rows in (150000, 300000, 600000):
            run = self.upload(dataset, self.file(rows, pad=40), expect)["run_id"]
            caught = self.stop_process(run, kind, role)
            if caught:
                return caught
            self.wait_run(run)
        raise AssertionError(f"each {kind} was done before it was seen")

    def stop_process(self, run_id, kind, role):
        """The Caught once it stands still; None when the task was over before."""
        service = {"validate": "validation", "load": "transform"}[kind]
        with contextlib.closing(psycopg2.connect(self.suite.dsn())) as c, c.cursor() as cursor:
            c.autocommit = True
            while True:
                found = [self.roles(service, i).get(role) for i in (0, 1)]
                cursor.execute("select state, worker, epoch from jobs.tasks where run_id = %s and kind = %s",
                               [run_id, kind])
                state, worker, epoch = cursor.fetchone()
                i = int(worker.partition("/")[0].rpartition("-")[2]) - 1 if state == "running" else None
                if i is not None and found[i]:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(found[i], signal.SIGSTOP)
                        self.stopped.add(found[i])
                        return Caught(run_id, service, i, found[i], epoch)
                if state in ("done", "failed", "cancelled", "skipped", "dead"):
                    return None
                time.sleep(0.002)

    def children(self, service, i):
        """Pids of a daemon's millrace-task processes."""
        pid = self.suite.pid(service, i)
        if pid is None:
            return []
        with contextlib.suppress(OSError):
            return [int(p) for p in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        return []

    def roles(self, service, i):
        """'engine' and 'loader' -> pid of a daemon's children."""
        found = {}
        for pid in self.children(service, i):
            with contextlib.suppress(OSError):
                words = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
                if words[0].endswith(b"millrace-task"):  # not one that has just begun or ended
                    found[words[1].decode()] = pid
        return found

    def stop_tree(self, service, i):
        """SIGSTOP a daemon and its children, as a frozen machine."""
        pids = [self.suite.pid(service, i), *self.children(service, i)]
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        self.stopped.update(pids)
        return pids

    def resume_all(self):
        for pid in self.stopped:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
        self.stopped.clear()

    def redis(self):
        import redis  # pylint: disable=import-outside-toplevel
        return redis.Redis(port=self.suite.redis_port, username="operator",
                           password=self.suite.places.secret("redis-operator"))

    # ---- the books (failure-model 2.3) ----

    def close_books(self):
        self.each_file_once()
        self.history_is_a_path()
        self.no_error_lines()

    def each_file_once(self):
        for dataset, runs in self.expected.items():
            want = {self.run(run)["no"]: truth for run, truth in runs.items() if truth[0]}
            if self.sql("select mode from catalog.datasets where domain = 'default' and name = %s",
                        dataset)[0][0] == "replace" and want:
                want = {max(want): want[max(want)]}
            assert self.rows(dataset) == want

    def history_is_a_path(self):
        edges = set(self.sql("select machine, from_state, to_state from jobs.transitions"))
        for run in self.runs:
            at = {}
            for task, a, b in self.sql("select task_id, from_state, to_state from jobs.history"
                                       " where run_id = %s order by id", run):
                assert at.get(task, "") == a and ("task" if task else "run", a, b) in edges, (run, task, a, b)
                at[task] = b

    def nothing_is_left(self):
        """Temporary files and tables go at once, with the next attempt or with maintenance; looked at last."""
        scratch = pathlib.Path(self.suite.places.scratch)
        left = lambda: [*scratch.iterdir(), *self.sql("select relation from _millrace.temps")]
        self.wait(lambda: not left(), 90, "end of temporary things")

    def no_error_lines(self):
        """A line at level error means that a person must act; none of these faults needs one."""
        for log in pathlib.Path(self.suite.places.logs).glob("*-[12].log"):
            errors = [line for line in log.read_text(errors="replace").splitlines() if '"lvl":"error"' in line]
            assert not errors, f"{log.name}: {errors[:3]}"
