#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""cases - files with the rows the slow reader finds in them, for test_csv_rules.

usage: cases.py SEED COUNT
Each case: "delimiter quote escape comment line_end skip_space file_bytes want_bytes" (words in hex, - for
none), the file, then its rows: "kind start length lines" and the cells of a whole row in brackets.
"""
import random
import sys

import make
from slow import Slow


def word(text):
    return text.encode().hex() or "-"


def shown(slow):
    out = []
    for row in slow.rows():
        cells = "".join(f"[{c}]" for c in row.cells) if row.kind == "whole" else ""
        out.append(f"{row.kind} {row.start} {row.end - row.start} {row.lines} {cells}\n")
    return "".join(out).encode("latin-1")


def latin(d):
    """The dialect over bytes, as the slow reader takes it."""
    return type(d)(**{k: v.encode().decode("latin-1") if isinstance(v, str) else v for k, v in vars(d).items()})


def main():
    r = random.Random(int(sys.argv[1]))
    for _ in range(int(sys.argv[2])):
        d = make.dialect(r)
        data = make.file(r, d)[0].encode()
        want = shown(Slow(data, latin(d)))
        words = [word(d.delimiter), word(d.quote), word(d.escape), word(d.comment), d.line_end, int(d.skip_space)]
        sys.stdout.buffer.write(" ".join(map(str, words + [len(data), len(want)])).encode() + b"\n" + data + want)


main()
