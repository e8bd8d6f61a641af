# SPDX-License-Identifier: Apache-2.0
"""bench - figures as ratios in one interleaved run; prints a table and writes build/bench.json.

bench.py [LINE...]   lines: load upload auth footprint small, and without a suite check check-cost
                     check-parquet check-extremes check-memory (default: all)
"""
import argparse
import json
import pathlib
import platform
import sys
import tempfile

import check
import stage
from lines import LINES

KNOWN = {**check.LINES, **LINES}


def show(r):
    if "ratio" in r:
        goal = f"goal {r['goal']}" if r["goal"] else "stated"
        mark = "" if not r["goal"] else "  ok" if r["met"] else "  MISSED"
        return (f"{r['line']}: {r['ratio']}x ({r['least']} .. {r['most']}, {r['rounds']} rounds;"
                f" {r['ours']} against {r['peer']} {r['unit']}; {goal}){mark}")
    return f"{r['line']}: {r['ours']} {r['unit']} (goal {r['goal']}){'  ok' if r['ours'] <= r['goal'] else '  MISSED'}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("line", nargs="*", help=f"of {' '.join(KNOWN)}")
    parser.add_argument("--rows", type=int, default=3_000_000)
    parser.add_argument("--upload-bytes", type=int, default=1 << 30)
    parser.add_argument("--check-rows", type=int, default=5_000_000)
    parser.add_argument("--check-times", type=int, default=18, help="how often check-memory reads its file")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    unknown = set(options.line) - set(KNOWN)
    if unknown:
        parser.error(f"no such line: {' '.join(unknown)}")
    wanted = options.line or KNOWN
    results = []

    def measure(name, *places):
        print(f"{name} …", file=sys.stderr, flush=True)
        for result in KNOWN[name](*places, options):
            results.append(result)
            print(show(result), flush=True)

    with tempfile.TemporaryDirectory(prefix="millrace-bench-", dir="/var/tmp") as directory:
        scratch = pathlib.Path(directory)
        scratch.chmod(0o755)
        for name in (n for n in wanted if n in check.LINES):
            measure(name, scratch)
        for left in scratch.glob("*.csv"):
            left.unlink()
        served = [n for n in wanted if n in LINES]
        if served:
            with stage.suite(scratch / "suite") as suite:
                for name in served:
                    measure(name, suite, suite.session())
    out = stage.ROOT / "build/bench.json"
    out.write_text(json.dumps({"machine": platform.processor() or platform.machine(), "results": results},
                              indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
