# SPDX-License-Identifier: Apache-2.0
"""books - what must hold after the faults stopped (failure-model.md 2.3), read from tables and disk."""
import pathlib
import time

import psycopg2

from load import DATASET


class Books:
    """Checks of a suite's tables and directories; each returns a list of sentences, empty = all well."""

    def __init__(self, suite):
        self.suite = suite

    def rows(self, sql, *args):
        connection = psycopg2.connect(self.suite.dsn())
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql, args)
                return cursor.fetchall()
        finally:
            connection.close()

    def faults(self, batches):
        """Everything at once, for batches whose runs have ended."""
        return (self.each_batch_once(batches) + self.ledger_agrees() + self.history_follows_edges()
                + self.one_report_each(batches))

    def each_batch_once(self, batches):
        """I1, I2: gold holds the good rows of each batch once, and nothing else."""
        found = {no: (count, units) for no, count, units in self.rows(
            f"select _load, count(*), sum(units) from gold_default.{DATASET} group by 1")}
        runs = dict(self.rows("select id::text, no from jobs.runs where target = %s", DATASET))
        faults = []
        for batch in batches:
            got = found.pop(runs.get(batch.run_id), None)
            if got != (batch.good, batch.units):
                faults.append(f"{batch.name}: gold has {got}, should be {(batch.good, batch.units)}")
        return faults + [f"load #{no} holds rows of nobody: {what}" for no, what in found.items()]

    def ledger_agrees(self):
        """Each live load has as many rows as its ledger row says, and one run."""
        return [f"load #{no}: ledger {rows}, gold {count}" for no, rows, count in self.rows(
            "select l.no, l.rows, coalesce(g.n, 0) from _millrace.loads l left join"
            f" (select _load, count(*) n from gold_default.{DATASET} group by 1) g on g._load = l.no"
            " where l.dataset = %s and l.state = 'live' and l.rows <> coalesce(g.n, 0)", DATASET)]

    def history_follows_edges(self):
        """I5: every step is an edge, steps of one thing are a path, attempts stay within their limit."""
        faults = [f"no edge {machine} {a} -> {b}" for machine, a, b in self.rows(
            "select distinct case when h.task_id is null then 'run' else 'task' end, from_state, to_state"
            " from jobs.history h where not exists (select from jobs.transitions t where t.machine ="
            " case when h.task_id is null then 'run' else 'task' end"
            " and t.from_state = h.from_state and t.to_state = h.to_state)")]
        faults += [f"{thing}: {a} does not follow {b}" for thing, a, b in self.rows(
            "select * from (select coalesce(task_id, run_id), from_state, lag(to_state) over"
            " (partition by run_id, task_id order by id) before from jobs.history) h"
            " where before is not null and before <> from_state")]
        return faults + [f"task {t} took {n} attempts of {m}" for t, n, m in self.rows(
            "select id, attempt, max_attempts from jobs.tasks where attempt - retries > max_attempts")]

    def one_report_each(self, batches):
        return [f"{b.name}: rejects {found}, should be {b.bad}" for b in batches for found, in self.rows(
            "select rejects_total from catalog.reports where run_id = %s", b.run_id) if found != b.bad]

    def litter(self):
        """I6: temporary files and tables that nothing names."""
        found = [f"scratch {p.name}" for p in pathlib.Path(self.suite.places.scratch).iterdir()]
        uploads = pathlib.Path(self.suite.places.objects) / ".uploads"
        if uploads.is_dir():
            found += [f"upload {p.name}" for p in uploads.iterdir()]
        named = {pathlib.Path(p).name for p, in self.rows(
            "select s ->> 'path' from catalog.reports, jsonb_array_elements(silver) s union all"
            " select f.value from catalog.reports, jsonb_each_text(reject_files) f")}
        silver = pathlib.Path(self.suite.places.silver) / "default"
        if silver.is_dir():
            found += [f"silver {p.name}" for p in silver.iterdir() if p.name not in named]
        objects = {str(k) for k, in self.rows("select spec -> 'object' ->> 'key' from jobs.runs")}
        bronze = pathlib.Path(self.suite.places.objects) / "default"
        found += [f"bronze {p.name}" for p in bronze.iterdir()
                  if f"default/{p.name.removesuffix('.json')}" not in objects]
        return found + [f"table {t}" for t, in self.rows("select relation from _millrace.temps")]

    def wait_until_clean(self, timeout_s):
        """Litter that stays is a fault; what a sweeper takes away in time is not."""
        deadline = time.monotonic() + timeout_s
        while (left := self.litter()) and time.monotonic() < deadline:
            time.sleep(0.2)
        return left
