# SPDX-License-Identifier: Apache-2.0
"""stage - what every line of the bench needs: a suite with default settings, a dataset, a file sent by
tus in large pieces, times of a run, medians of interleaved rounds."""
import base64
import json
import mmap
import os
import pathlib
import statistics
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "stack/local"))

from session import ENDED  # noqa: E402
from suite import Suite  # noqa: E402

from data import RETAIL  # noqa: E402

# WAL segments are kept for use again: a round that makes them anew is slower than one that does not.
POSTGRES = "shared_buffers = '1GB'\nmax_wal_size = '16GB'\nmin_wal_size = '8GB'\ncheckpoint_timeout = '30min'\n"
# Between two looks at a run. Its time is the database's own, so that no look is needed for it, while each
# one goes through four daemons on the cores that are measured; the other side has none of them.
LOOK_S = 0.5
LOAD_BYTES = 3 << 30  # more than a step's file, silver, table and WAL


def suite(directory, **kw):
    """No limits of pace: the bench is one person at one address."""
    return Suite(directory, rate=10_000_000, postgres=POSTGRES,
                 settings={"MILLRACE_AUTH_GATEWAY_SESSION_RATE": "0"}, **kw)


def make_dataset(person, name, mode):
    doc = json.loads((RETAIL / "contract.json").read_text(encoding="utf-8"))
    need(person.post("/api/datasets", {"name": name, "mode": mode}), 200, 201)
    draft = need(person.put(f"/api/datasets/{name}/contract/draft", {"doc": doc.get("doc", doc)}), 200, 201)
    need(person.post(f"/api/datasets/{name}/contract/publish", {}, headers={"If-Match": draft["etag"]}), 200)


def need(answer, *statuses):
    if answer.status not in statuses:
        raise SystemExit(f"bench: {answer!r}")
    return answer.json() if answer.body else None


def begin(person, dataset, name, size):
    meta = ",".join(f"{k} {base64.b64encode(v.encode()).decode()}"
                    for k, v in (("filename", name), ("dataset", dataset), ("again", "true")))
    answer = person.request("POST", "/api/uploads", headers={
        "Tus-Resumable": "1.0.0", "Upload-Length": str(size), "Upload-Metadata": meta})
    need(answer, 201)
    return answer.headers["Location"]


def put_file(person, path, dataset, look_s=LOOK_S):
    """A whole file through the door; the document of its run, looked at every look_s, when that has ended."""
    size = pathlib.Path(path).stat().st_size
    place = begin(person, dataset, pathlib.Path(path).name, size)
    with open(path, "rb") as body:
        answer = person.request("PATCH", place, body=body, headers={
            "Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Length": str(size),
            "Content-Type": "application/offset+octet-stream"})
    need(answer, 204)
    run_id = need(person.get(place), 200)["run_id"]
    while True:
        run = need(person.get(f"/api/runs/{run_id}"), 200)
        if run["state"] in ENDED:
            return run
        time.sleep(look_s)


def seconds_of(suite_, run_id):
    """From finished upload (the run is made in its transaction) to the ended run."""
    return float(suite_.psql("select extract(epoch from finished_at - created_at) from jobs.runs"
                             f" where id = '{run_id}'"))


def calm(suite_):
    """Before a timed step of either side: nothing of the step before is still to be done by anybody."""
    suite_.wait(lambda: suite_.psql("select count(*) from _millrace.bare_tables_v1()").strip() == "0", 60,
                "the index of the last load")
    tables = suite_.psql(  # what autovacuum would come for in the midst of the next step
        "select format('%I.%I', schemaname, relname) from pg_stat_user_tables"
        " where n_dead_tup + n_ins_since_vacuum + n_mod_since_analyze > 100000").split()
    for table in tables:
        suite_.psql(f"vacuum analyze {table}")
    suite_.wait(lambda: suite_.psql("select count(*) from pg_stat_activity"
                                    " where backend_type = 'autovacuum worker'").strip() == "0", 60, "autovacuum's end")
    suite_.psql("checkpoint")
    os.sync()
    touch_memory(LOAD_BYTES)
    try:
        suite_.wait(lambda: busy_share() < 0.1, 60, "a quiet machine")
    except TimeoutError as problem:
        print(f"  measuring all the same: {problem}", file=sys.stderr)


def touch_memory(size):
    """Ask for memory and give it back. A virtual machine gets pages that its host took back only one fault of the
    host's at a time; who comes first after a pause, or needs more than was used before, would pay for it."""
    mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | mmap.MAP_POPULATE).close()


def busy_share():
    """Of all processors over half a second, as /proc/stat counts it."""
    def look():
        times = [int(n) for n in pathlib.Path("/proc/stat").read_text(encoding="ascii").split("\n")[0].split()[1:9]]
        return sum(times), times[3] + times[4]

    total, idle = look()
    time.sleep(0.5)
    total_then, idle_then = look()
    return 1 - (idle_then - idle) / max(1, total_then - total)


class Ratios:
    """Interleaved rounds of (ours, theirs); prints the median ratio with its spread."""

    def __init__(self, name, goal, unit="s", higher_is_better=False):
        self.name, self.goal, self.unit, self.higher = name, goal, unit, higher_is_better
        self.pairs = []

    def add(self, ours, theirs):
        self.pairs.append((ours, theirs))

    def result(self):
        ratios = [a / b for a, b in self.pairs]
        median = statistics.median(ratios)
        met = median >= self.goal if self.higher else median <= self.goal
        return {"line": self.name, "ratio": round(median, 3), "least": round(min(ratios), 3),
                "most": round(max(ratios), 3), "goal": self.goal, "met": met, "rounds": len(ratios),
                "ours": round(statistics.median(a for a, _ in self.pairs), 4),
                "peer": round(statistics.median(b for _, b in self.pairs), 4), "unit": self.unit}
