# SPDX-License-Identifier: Apache-2.0
"""chaos - kill what can be killed while files are loaded, then look at the books.

--rounds N    SIGKILL of each daemon, of a task's engine and loader, at random moments
--sweep N     then SIGKILL at each k-th call (k up to N) of each kind in each daemon
--seed S      makes the same history again
"""
import argparse
import pathlib
import random
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "stack/local"))

from books import Books  # noqa: E402
from faults import CALLS, DAEMONS, VICTIMS, KillAtCall, kill  # noqa: E402
from known import add_dataset  # noqa: E402
from load import DATASET, Batch, send, wait_for_end  # noqa: E402
from suite import Suite  # noqa: E402

SETTINGS = {
    "MILLRACE_LEASE": "2s", "MILLRACE_RENEW": "500ms", "MILLRACE_SWEEP": "500ms",
    "MILLRACE_UPLOAD_ORPHAN_GRACE": "2s",
    "MILLRACE_VALIDATION_TIDY": "500ms", "MILLRACE_VALIDATION_ORPHAN_GRACE": "2s",
    "MILLRACE_TRANSFORM_MAINTAIN": "1s", "MILLRACE_TRANSFORM_GRACE": "500ms",
}
ROUND_S = 60      # every run ends within this after the last fault
CLEAN_S = 90      # and everything temporary is gone
TAKEOVER_S = 30   # between a worker's death and the next claim of its task


class Chaos:
    def __init__(self, suite, seed):
        self.suite, self.rng = suite, random.Random(seed)
        self.person = suite.session()
        self.books = Books(suite)
        self.batches = []
        self.passed = self.failed = 0
        add_dataset(self.person, DATASET)

    def one_file(self, rows, fault):
        """Send a file while fault() does its work; the run must end well. Returns the sentence of the fault."""
        batch = Batch(len(self.batches) + 1, rows)
        self.batches.append(batch)
        said = []
        thread = threading.Thread(target=lambda: said.append(fault()))
        thread.start()
        try:
            send(self.person, batch)
        finally:
            thread.join()
        run = wait_for_end(self.person, batch, ROUND_S)
        assert run["state"] in ("done", "done_with_rejects"), f"{batch.name}: {run['headline']} {run['reason']}"
        return said[0]

    def tell(self, what, faults):
        if faults:
            self.failed += 1
            print(f"FAIL {what}\n  " + "\n  ".join(faults[:10]), flush=True)
        else:
            self.passed += 1
            print(f"ok   {what}", flush=True)

    def attempt(self, what, act):
        """Run one round and the quick books; a fault is told and the history goes on."""
        try:
            said = act()
            self.tell(f"{what}: {said or 'nothing to kill'}", self.books.faults(self.batches))
        except (AssertionError, TimeoutError) as e:
            self.tell(what, [str(e)])

    def random_round(self, n):
        victim = VICTIMS[n % len(VICTIMS)]
        rows = self.rng.choice((200, 20_000, 60_000))
        delay_s = self.rng.random() * 0.8 if victim in DAEMONS else 0

        def fault():
            time.sleep(delay_s)
            return kill(self.suite, victim, self.rng)

        self.attempt(f"round {n + 1}, {rows} rows", lambda: self.one_file(rows, fault))

    def sweep(self, most):
        """SIGKILL at the k-th call, k = 1, 2, … until a whole file passes untouched or k is most."""
        for service in DAEMONS:
            strikes = 0
            for call in CALLS:
                for k in range(1, most + 1):
                    with KillAtCall(self.suite, service, call, k) as trap:
                        self.attempt(f"{service} {call} #{k}", lambda: self.one_file(2_000, lambda: f"at {call}"))
                    self.suite.wait_ready()
                    strikes += trap.struck
                    if not trap.struck:
                        break
            self.tell(f"{service} was struck {strikes} times", [] if strikes else ["the traps did nothing"])

    def takeovers(self):
        """I7: seconds from a lost lease's last sign of life to the next claim."""
        late = self.books.rows(
            "select task_id, extract(epoch from next_at - at) from (select task_id, at, to_state, lead(at) over w"
            " next_at, lead(to_state) over w next_state, from_state from jobs.history where task_id is not null"
            " window w as (partition by task_id order by id)) h where from_state = 'running' and to_state in"
            " ('queued', 'waiting') and next_at - at > %s * interval '1 second'", TAKEOVER_S)
        self.tell(f"each lost task was taken over within {TAKEOVER_S} s", [f"{t}: {s} s" for t, s in late])

    def close_books(self):
        self.suite.wait_ready()
        self.takeovers()
        self.tell("nothing temporary is left", self.books.wait_until_clean(CLEAN_S))
        self.tell(f"gold holds {len(self.batches)} files exactly once", self.books.faults(self.batches))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--sweep", type=int, default=0, metavar="K")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    args = parser.parse_args()
    print(f"chaos: seed {args.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="millrace-chaos-", dir="/var/tmp") as scratch:
        pathlib.Path(scratch).chmod(0o755)  # the suite's processes are another user's
        with Suite(pathlib.Path(scratch) / "suite", settings=SETTINGS) as suite:
            chaos = Chaos(suite, args.seed)
            for n in range(args.rounds):
                chaos.random_round(n)
            if args.sweep:
                chaos.sweep(args.sweep)
            chaos.close_books()
    print(f"chaos: {chaos.passed} passed, {chaos.failed} failed")
    sys.exit(chaos.failed > 0)


if __name__ == "__main__":
    main()
