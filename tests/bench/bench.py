# SPDX-License-Identifier: Apache-2.0
"""bench - figures as ratios in one interleaved run; prints a table and writes build/bench.json.

bench.py [LINE...]   lines: load upload auth footprint small (default: all)
"""
import argparse
import json
import pathlib
import platform
import sys
import tempfile

import stage
from lines import LINES


def show(r):
    if "ratio" in r:
        goal = f"goal {r['goal']}" if r["goal"] else "stated"
        mark = "" if not r["goal"] else "  ok" if r["met"] else "  MISSED"
        return (f"{r['line']}: {r['ratio']}x ({r['least']} .. {r['most']}, {r['rounds']} rounds;"
                f" {r['ours']} against {r['peer']} {r['unit']}; {goal}){mark}")
    return f"{r['line']}: {r['ours']} {r['unit']} (goal {r['goal']}){'  ok' if r['ours'] <= r['goal'] else '  MISSED'}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("line", nargs="*", help=f"of {' '.join(LINES)}")
    parser.add_argument("--rows", type=int, default=3_000_000)
    parser.add_argument("--upload-bytes", type=int, default=1 << 30)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    unknown = set(options.line) - set(LINES)
    if unknown:
        parser.error(f"no such line: {' '.join(unknown)}")
    results = []
    with tempfile.TemporaryDirectory(prefix="millrace-bench-", dir="/var/tmp") as scratch:
        pathlib.Path(scratch).chmod(0o755)
        with stage.suite(pathlib.Path(scratch) / "suite") as suite:
            for name in options.line or LINES:
                print(f"{name} …", file=sys.stderr, flush=True)
                for result in LINES[name](suite, suite.session(), options):
                    results.append(result)
                    print(show(result), flush=True)
    out = stage.ROOT / "build/bench.json"
    out.write_text(json.dumps({"machine": platform.processor() or platform.machine(), "results": results},
                              indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
