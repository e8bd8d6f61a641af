# SPDX-License-Identifier: Apache-2.0
# f_readers - whoever reads during replaces sees the old rows or the new ones, whole.
import contextlib
import threading

import psycopg2

REPLACES = 50


class Reader(threading.Thread):
    """Sums the table twice in one REPEATABLE READ transaction, again and again."""

    def __init__(self, scene, table):
        super().__init__()
        self.dsn, self.table = scene.suite.dsn(), table
        self.seen, self.faults, self.stop = set(), [], threading.Event()

    def run(self):
        with contextlib.closing(psycopg2.connect(self.dsn)) as c:
            c.set_session(isolation_level="REPEATABLE READ", readonly=True)
            while not self.stop.is_set():
                sums = []
                with c.cursor() as cur:
                    for _ in range(2):
                        cur.execute(f"select count(*), sum(units)::bigint, count(distinct _load) from {self.table}")
                        sums.append(cur.fetchone())
                c.rollback()
                if sums[0] != sums[1] or sums[0][2] != 1:
                    self.faults.append(sums)
                self.seen.add(sums[0][:2])


def test_a_reader_never_sees_a_mix(scene):
    data = scene.dataset(mode="replace")
    scene.wait_run(scene.upload(data, scene.file(2000))["run_id"])
    readers = [Reader(scene, f"gold_default.{data}") for _ in range(3)]
    [r.start() for r in readers]
    try:
        files = [scene.file(1500 + n) for n in range(REPLACES)]
        runs = [scene.upload(data, f)["run_id"] for f in files]
        for run in runs:
            scene.wait_run(run, timeout_s=120)
    finally:
        for r in readers:
            r.stop.set()
            r.join()
    truth = set(scene.expected[data].values())
    for r in readers:
        assert not r.faults and r.seen <= truth and len(r.seen) > 1
