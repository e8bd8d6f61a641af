#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""cases - files with what the slow reader finds in them, for test_csv_rules.

usage: cases.py rows|scan SEED COUNT
Each case is a line "delimiter quote escape comment line_end skip_space preamble header footer first_table
file_bytes want_bytes" (marks in hex, - for none), the file, and what is wanted:
  rows  every row from the front: "kind start length lines" and the cells of a whole row in brackets
  scan  data rows: "row line start" and the cells, or "!row line start length rule"
"""
import random
import sys

import make
from slow import Slow, latin


def word(text):
    return text.encode().hex() or "-"


def bracketed(row):
    return "".join(f"[{c}]" for c in row.cells)


def rows(data, d):
    out = []
    for row in Slow(data, latin(d)).rows():
        cells = bracketed(row) if row.kind == "whole" else ""
        out.append(f"{row.kind} {row.start} {row.end - row.start} {row.lines} {cells}\n")
    return out


def scan(data, d):
    slow = Slow(data, latin(d))
    for number, row in enumerate(slow.data_rows(), 1):
        why = slow.rule(row, slow.width)
        if why:
            yield f"!{number} {row.line} {row.start} {row.end - row.start} {why}\n"
        else:
            yield f"{number} {row.line} {row.start} {bracketed(row)}\n"


def main():
    form, r = sys.argv[1], random.Random(int(sys.argv[2]))
    for _ in range(int(sys.argv[3])):
        d = make.dialect(r)
        if form == "rows":
            data = (make.wreck(r, d) if r.random() < 0.4 else make.file(r, d)[0]).encode()
            want = rows(data, d)
        else:
            data = make.whole(r, d)
            want = scan(data, d)
        want = "".join(want).encode("latin-1")
        words = [word(d.delimiter), word(d.quote), word(d.escape), word(d.comment), d.line_end, int(d.skip_space),
                 d.preamble, d.header, d.footer, int(d.first_table), len(data), len(want)]
        sys.stdout.buffer.write(" ".join(map(str, words)).encode() + b"\n" + data + want)


main()
