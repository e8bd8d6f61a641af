# SPDX-License-Identifier: Apache-2.0
"""check - `millrace check` against DuckDB's read_csv and against itself; needs no running suite."""
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import stage

sys.path.insert(0, str(stage.ROOT / "tests/csv"))

from command import BIN  # noqa: E402
from duck import Duck, literal  # noqa: E402

# name, SQL type, field of the contract, expression over the row number i.
COLUMNS = [
    ("order_id", "BIGINT", {"type": "integer"}, "i"),
    ("customer", "INTEGER", {"type": "integer"}, "hash(i) % 900000 + 100000"),
    ("sku", "VARCHAR", {"type": "string"}, "'S-' || lpad((hash(i + 1) % 100000)::varchar, 6, '0')"),
    ("quantity", "INTEGER", {"type": "integer"}, "hash(i + 2) % 500"),
    ("price", "DECIMAL(12,2)", {"type": "number", "millrace": {"type": "decimal", "precision": 12, "scale": 2}},
     "((hash(i + 3) % 10000000) / 100)::decimal(12,2)"),
    ("weight", "DOUBLE", {"type": "number", "millrace": {"type": "double"}}, "round((hash(i + 4) % 1000000) / 997, 5)"),
    ("paid", "BOOLEAN", {"type": "boolean"}, "hash(i + 5) % 3 = 0"),
    ("ordered_on", "DATE", {"type": "date"}, "date '2015-01-01' + (hash(i + 6) % 4000)::integer"),
    ("shipped_at", "TIMESTAMP", {"type": "datetime", "format": "%Y-%m-%d %H:%M:%S"},
     "timestamp '2015-01-01 00:00:00' + to_seconds(hash(i + 7) % 340000000)"),
    ("country", "VARCHAR", {"type": "string"}, "['DE', 'FR', 'IT', 'ES', 'PL'][(hash(i + 8) % 5 + 1)::integer]"),
    ("note", "VARCHAR", {"type": "string"}, "{note}"),
    ("email", "VARCHAR", {"type": "string"}, "'u' || (hash(i + 10) % 1000000) || '@example.com'"),
]
QUOTED = "case when hash(i + 9) % 5 = 0 then 'door, ring ' else 'door; ring ' end || hash(i) % 9"
PLAIN = "'door; ring ' || hash(i) % 9"


def write(path, rows, note=QUOTED, bad=False):
    """The file, by seed; with bad, one row in a hundred has a wrong quantity."""
    if path.exists():
        return path
    parts = []
    for name, _, _, expression in COLUMNS:
        expression = expression.replace("{note}", note)
        if bad and name == "quantity":
            expression = f"case when i % 100 = 7 then 'many' else ({expression})::varchar end"
        parts.append(f"{expression} as {name}")
    duck = Duck(2)
    duck.rows(f"copy (select {', '.join(parts)} from range(1, {rows + 1}) t(i)) to {literal(str(path))} (header, delimiter ',')")
    duck.close()
    return path


def contract(path, text=False, **more):
    fields = [{"name": name, **({"type": "string"} if text else field)} for name, _, field, _ in COLUMNS]
    path.write_text(json.dumps({"fields": fields, "missingValues": [""], "millrace": {"budget_pct": 100}, **more}),
                    encoding="utf-8")
    return path


def ours(file, *args, stdin=None):
    """(seconds, report) of one run."""
    with tempfile.TemporaryDirectory(dir=pathlib.Path(file).parent if file != "-" else None) as scratch:
        report = pathlib.Path(scratch) / "report.json"
        start = time.monotonic()
        done = subprocess.run([BIN, "check", file, "--quiet", "--fail-on", "never", "--report", report, *args], stdin=stdin,
                              capture_output=True, check=False)
        seconds = time.monotonic() - start
        if done.returncode not in (0, 1, 2):
            raise SystemExit(f"bench: millrace check: exit {done.returncode}: {done.stderr.decode()[-500:]}")
        return seconds, json.loads(report.read_text(encoding="utf-8"))


def account(report):
    """(read, rejected) wherever the report keeps them."""
    books = report.get("account") or report.get("check") or report
    return int(books["read"]), int(books["rejected"])


class Peer:
    """DuckDB with one schema over one file."""

    def __init__(self, threads):
        self.duck = Duck(threads)

    def read(self, file, text=False):
        columns = ", ".join(f"{literal(n)}: {literal('VARCHAR' if text else sql)}" for n, sql, _, _ in COLUMNS)
        return (f"read_csv({literal(str(file))}, header = true, auto_detect = false, delim = ',', quote = '\"',"
                f" escape = '\"', columns = {{{columns}}}, store_rejects = true, rejects_limit = 0)")

    def seconds(self, file, text=False):
        """(seconds, (read, rejected)) with every column used."""
        for table in ("reject_scans", "reject_errors"):
            self.duck.rows(f"drop table if exists {table}")
        counts = ", ".join(f"count({name})" for name, _, _, _ in COLUMNS)
        start = time.monotonic()
        good = int(self.duck.rows(f"select count(*), {counts} from {self.read(file, text)}")[0][0])
        seconds = time.monotonic() - start
        bad = int(self.duck.rows("select count(distinct line) from reject_errors")[0][0])
        return seconds, (good + bad, bad)

    def parquet(self, file, out):
        start = time.monotonic()
        self.duck.rows(f"copy (from {self.read(file)}) to {literal(str(out))} (format parquet)")
        return time.monotonic() - start


def against_duckdb(scratch, options, text):
    file, doc = write(scratch / "bad.csv", options.check_rows, bad=True), contract(scratch / f"c{int(text)}.json", text)
    results = []
    for threads, goal in ((1, 2.0 if text else 2.5), (2, 2.0)):
        line = stage.Ratios(f"check {'all text' if text else '12 typed columns'}, {options.check_rows:,} rows, {threads} thread(s), "
                            "rows/s of DuckDB store_rejects", goal, "rows/s", True)
        for _ in range(options.rounds):
            theirs, answer = Peer(threads).seconds(file, text)
            mine, report = ours(file, "--contract", doc, "--threads", str(threads), "--rejects", scratch / "rejects.csv")
            if account(report) != answer:
                raise SystemExit(f"bench: we say {account(report)}, DuckDB {answer}")
            line.add(options.check_rows / mine, options.check_rows / theirs)
        results.append(line.result())
    return results


def typed(scratch, options):
    """The same typed columns with rejects, every column used; then all text."""
    return against_duckdb(scratch, options, False) + against_duckdb(scratch, options, True)


def itself(scratch, options):
    """What a profile, bad rows and quotes cost, against the same file without."""
    doc = contract(scratch / "c0.json")
    plain = write(scratch / "plain.csv", options.check_rows, PLAIN)
    quoted = write(scratch / "quoted.csv", options.check_rows)
    bad = write(scratch / "bad.csv", options.check_rows, bad=True)
    results = []
    for what, goal, left, right in (("profile", 1.5, (quoted, "--profile"), (quoted,)),
                                    ("1 % bad rows", 1.25, (bad, "--rejects", scratch / "rejects.csv"), (quoted,)),
                                    ("20 % quoted cells in a column", 1.3, (quoted,), (plain,))):
        line = stage.Ratios(f"check with {what}, against without", goal)
        for _ in range(options.rounds):
            base = ours(right[0], "--contract", doc, "--threads", "1", *right[1:])[0]
            line.add(ours(left[0], "--contract", doc, "--threads", "1", *left[1:])[0], base)
        results.append(line.result())
    return results


def parquet(scratch, options):
    """To Parquet with two threads."""
    file, doc = write(scratch / "quoted.csv", options.check_rows), contract(scratch / "c0.json")
    line = stage.Ratios(f"check --clean Parquet, {options.check_rows:,} rows, 2 threads, rows/s of DuckDB csv -> parquet", 1.3,
                        "rows/s", True)
    for _ in range(options.rounds):
        theirs = Peer(2).parquet(file, scratch / "theirs.parquet")
        mine, _ = ours(file, "--contract", doc, "--threads", "2", "--clean", scratch / "ours.parquet")
        duck = Duck()
        sums = ["select count(*), sum(order_id), sum(price), max(shipped_at), count(note) from " + literal(str(scratch / name))
                for name in ("ours.parquet", "theirs.parquet")]
        if duck.rows(sums[0]) != duck.rows(sums[1]):
            raise SystemExit("bench: the two Parquet files differ")
        line.add(options.check_rows / mine, options.check_rows / theirs)
    return [line.result()]


def extremes(scratch, options):
    """One line of 1 GB, 100,000 columns: seconds to a verdict."""
    results = []
    cases = {"a file of one line of 1 GB": lambda out: [out.write(b"a,b\n")] + [out.write(b"x" * (1 << 20)) for _ in range(1024)],
             "a file of 100,000 columns": lambda out: out.write(b"\n".join([b",".join([b"c%d" % i for i in range(100000)])] * 3))}
    for what, fill in cases.items():
        path = scratch / "extreme.csv"
        with open(path, "wb") as out:
            fill(out)
        start = time.monotonic()
        done = subprocess.run([BIN, "check", path, "--quiet"], capture_output=True, timeout=120, check=False)
        seconds = time.monotonic() - start
        if done.returncode not in (1, 2) or not done.stderr:
            raise SystemExit(f"bench: {what}: exit {done.returncode}, {done.stderr!r}")
        results.append({"line": f"{what}, to its verdict", "ours": round(seconds, 2), "goal": 10, "unit": "s"})
        path.unlink()
    return results


def memory(scratch, options):
    """Peak memory while a file goes by again and again, and with a primary key; the time of a file of 10 rows."""
    file = write(scratch / "quoted.csv", options.check_rows)
    body = f"head -n 1 {file}; for i in $(seq {options.check_times}); do tail -n +2 {file}; done"
    feed = subprocess.Popen(["bash", "-c", body], stdout=subprocess.PIPE)
    long = peak("-", contract(scratch / "c0.json"), feed.stdout)
    feed.stdout.close()
    feed.wait()
    keyed = peak(file, contract(scratch / "key.json", primaryKey="order_id"), None)
    gigabytes = file.stat().st_size * options.check_times / 1e9
    small = scratch / "small.csv"
    small.write_text("a,b,c\n" + "1,x,2026-11-20\n" * 10, encoding="utf-8")
    times = [small_run(small) for _ in range(51)]
    return [{"line": f"peak RSS of check over {gigabytes:.1f} GB, 2 threads", "ours": long, "goal": 24, "unit": "MB"},
            {"line": f"peak RSS with a primary key of {options.check_rows:,} values", "ours": keyed, "goal": 24, "unit": "MB"},
            {"line": "check of a file of 10 rows", "ours": round(statistics.median(times) * 1e3, 1), "goal": 10, "unit": "ms"}]


def peak(file, doc, stdin):
    """Most resident MB of one run."""
    run = subprocess.Popen([BIN, "check", file, "--contract", doc, "--quiet", "--threads", "2"], stdin=stdin)
    most = 0
    while run.poll() is None:
        most = max(most, high_water(run.pid))
        time.sleep(0.02)
    if run.returncode != 0:
        raise SystemExit(f"bench: millrace check: exit {run.returncode}")
    return round(most / 1e6, 1)


def small_run(path):
    start = time.monotonic()
    pid = os.posix_spawn(BIN, [str(BIN), "check", str(path), "--quiet"], os.environ)
    os.waitpid(pid, 0)
    return time.monotonic() - start


def high_water(pid):
    """VmHWM in bytes; 0 when the process is gone."""
    try:
        status = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in status.split("\n") if line.startswith("VmHWM")), 0)


LINES = {"check": typed, "check-cost": itself, "check-parquet": parquet, "check-extremes": extremes, "check-memory": memory}
