#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""sniffers - how often do other sniffers read the random files of test_csv_sniff_random cell for cell?

usage: sniffers.py BINARY [LIMIT]     (BINARY: build/<mode>/tests/libcommon-csv-test_csv_sniff_random)

Needs `pip install clevercsv duckdb` in the Python that runs it; what is not there is left out. Each sniffer's
dialect is used with Python's csv module to read the file; preamble, comments and footer are forgiven: the
table's rows have to stand somewhere in what was read, one behind the other. Plain files (one of , ; tab | as
delimiter, double quotes, LF or CR LF, nothing around the table) are counted apart.
"""
import csv
import io
import os
import re
import subprocess
import sys
import tempfile

csv.field_size_limit(1 << 24)


def rows_of(text, delimiter, quote, escape):
    options = {"delimiter": delimiter, "doublequote": not escape or escape == quote}
    options["escapechar"] = escape if escape and escape != quote else None
    if quote:
        options["quotechar"] = quote
    else:
        options["quoting"] = csv.QUOTE_NONE
    return [r for r in csv.reader(io.StringIO(text, newline=""), **options) if r]


def by_python(path, text):
    d = csv.Sniffer().sniff(text)
    return [r for r in csv.reader(io.StringIO(text, newline=""), d) if r]


def by_clevercsv(path, text):
    import clevercsv
    d = clevercsv.Sniffer().sniff(text)
    return rows_of(text, d.delimiter or ",", d.quotechar, d.escapechar)


def by_duckdb(path, text):
    import duckdb
    found = duckdb.sql(f"select Delimiter, Quote, Escape from sniff_csv('{path}')").fetchone()
    delimiter, quote, escape = ("" if c in ("\\0", "(empty)", None) else c for c in found)
    if len(delimiter) == 1:
        return rows_of(text, delimiter, quote, escape)
    have = duckdb.sql(f"select * from read_csv('{path}', all_varchar=true, header=false)").fetchall()
    return [[c or "" for c in r] for r in have]


def holds(have, want):
    for at in range(len(have) - len(want) + 1):
        if have[at:at + len(want)] == want:
            return True
    return False


def main():
    binary, limit = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 2000
    with tempfile.TemporaryDirectory() as where:
        ours = subprocess.run([binary], env={**os.environ, "SNIFF_DUMP": where}, capture_output=True, text=True,
                              errors="replace", check=False)
        missed = {int(seed) for seed in re.findall(r"^seed (\d+):", ours.stdout + ours.stderr, flags=re.M)}
        hits, plain = {"millrace": [0, 0, 0]}, 0
        for number in range(1, limit + 1):
            path = f"{where}/{number:04}.csv"
            text = open(path, encoding="utf-8", newline="").read()
            easy = os.path.exists(path[:-4] + ".plain")
            cells = open(path[:-4] + (".plain" if easy else ".cells"), encoding="utf-8", newline="").read()
            want = [row.split("\x1f\x1f") for row in cells.split("\x1e")[:-1]]
            plain += easy
            hits["millrace"][0] += number not in missed
            hits["millrace"][1] += number not in missed and easy
            for name, sniff in (("csv.Sniffer", by_python), ("clevercsv", by_clevercsv), ("duckdb", by_duckdb)):
                count = hits.setdefault(name, [0, 0, 0])
                try:
                    hit = holds(sniff(path, text), want)
                except ImportError:
                    count[2] += 1
                    continue
                except Exception:  # a sniffer that gives up has missed
                    hit = False
                count[0] += hit
                count[1] += hit and easy
        print(f"{limit} files, {plain} of them plain")
        for name, (hit, easy, absent) in hits.items():
            if absent == 0:
                print(f"{name}: {100 * hit / limit:.1f} % of all, {100 * easy / plain:.1f} % of the plain ones")


main()
