# SPDX-License-Identifier: Apache-2.0
"""suite - the scanner through `millrace check`, against three other readers and against itself.

usage: suite.py [GROUP...]     groups: slow python duckdb types keys repairs torn threads doors (default: all)
CSV_CASES (200) files for each group, CSV_SEED (20261120) chooses them. A failing file is kept.
"""
import csv
import gzip
import io
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import traceback

import make
import repair
import typed
from command import check, dialect_args, text_contract
from duck import Duck, literal
from slow import Dialect, Slow, latin

CASES = int(os.environ.get("CSV_CASES", "200"))
SEED = int(os.environ.get("CSV_SEED", "20261120"))


class Differs(Exception):
    """Two readers disagree; carries what each of them said."""


def same(what, ours, theirs):
    if ours == theirs:
        return
    for i, (a, b) in enumerate(zip(ours, theirs)):
        if a != b:
            raise Differs(f"{what} {i}: we say {a!r}, they say {b!r}")
    raise Differs(f"{what}: we have {len(ours)}, they have {len(theirs)}: "
                  f"{list(ours[len(theirs):][:2])!r} {list(theirs[len(ours):][:2])!r}")


# --- against the slow reader: any dialect, torn files, bad bytes -------------------------------

def verdicts(data, d):
    """(good rows as cells, (line, rule) of the bad ones, cells of the header) by the slow reader."""
    slow = Slow(data, latin(d))
    rows, good, bad = list(slow.data_rows()), [], []
    for row in rows:
        why = slow.rule(row, slow.width)
        if why:
            bad.append((row.line, why))
        else:
            good.append([c.encode("latin-1").decode() for c in row.cells])
    return good, bad, slow.header


def against_slow(r, keep):
    d = make.dialect(r)
    data = keep(make.whole(r, d, header=1), d)
    good, bad, header = verdicts(data, d)
    names = [c.encode("latin-1").decode() for c in header]
    got = check(data, text_contract(names), dialect_args(d) + ["--dialect", "encoding=utf-8"], r.choice([1, 2, 3]))
    same("good row", got.rows(), good)
    same("reject", got.rejects(), bad)
    if got.code != (1 if bad else 0):
        raise Differs(f"exit {got.code} with {len(bad)} bad rows")


# --- against Python's csv module, where both read the same -------------------------------------

def python_dialect(r):
    escaped = r.random() < 0.3
    return {"delimiter": r.choice(",;\t|"), "quotechar": r.choice(['"', '"', "'"]),
            "lineterminator": r.choice(["\n", "\r\n"]), "doublequote": not escaped,
            "escapechar": "\\" if escaped else None,
            "quoting": csv.QUOTE_ALL if escaped else r.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC])}


def written(r, options, most=30):
    """(bytes, cells) of a file as Python's writer makes it; rows inside cells are not whole lines."""
    width = r.randint(2, 7)
    d = Dialect(quote=options["quotechar"])
    rows = [[make.cell(r, d).replace("x\ny\nz", "xy") for _ in range(width)] for _ in range(r.randint(0, most))]
    for row in rows:  # one line end in a row: more could be taken for swallowed rows (csv_row.h)
        for i in range(width):
            if i:
                row[i] = row[i].replace("\n", "").replace("\r", "")
        row[0] = row[0].replace("\r", "").replace("\n", "", row[0].count("\n") - 1) if "\n" in row[0] else \
            row[0].replace("\r", "")
    text = io.StringIO(newline="")
    csv.writer(text, **options).writerows([[f"h{i}" for i in range(width)]] + rows)
    return text.getvalue().encode(), rows


def against_python(r, keep):
    options = python_dialect(r)
    data, rows = written(r, options)
    d = Dialect(delimiter=options["delimiter"], quote=options["quotechar"], escape=options["escapechar"] or "")
    keep(data, d)
    again = list(csv.reader(io.StringIO(data.decode(), newline=""), **options))
    same("row of Python's own", again[1:], rows)
    got = check(data, text_contract(again[0]), dialect_args(d), r.choice([1, 2]))
    same("good row", got.rows(), rows)
    same("reject", got.rejects(), [])


# --- against DuckDB -----------------------------------------------------------------------------

def duck_read(path, d, extra=""):
    return (f"read_csv({literal(str(path))}, header = true, auto_detect = false, delim = {literal(d.delimiter)},"
            f" quote = {literal(d.quote)}, escape = {literal(d.escape or d.quote)}, parallel = false,"
            f" null_padding = false, {extra})")


def against_duckdb(r, keep):
    options = python_dialect(r)
    data, rows = written(r, options)
    d = Dialect(delimiter=options["delimiter"], quote=options["quotechar"], escape=options["escapechar"] or "")
    keep(data, d)
    names = [f"h{i}" for i in range(len(rows[0]))] if rows else ["h0", "h1"]
    if not rows:
        return
    columns = "columns = {" + ", ".join(f"{literal(n)}: 'VARCHAR'" for n in names) + "}"
    with tempfile.NamedTemporaryFile(suffix=".csv") as file:
        file.write(data)
        file.flush()
        theirs = DUCK.rows(f"from {duck_read(file.name, d, columns)}")
    got = check(data, text_contract(names), dialect_args(d), r.choice([1, 2]))
    same("good row", got.rows(), [[c or "" for c in row] for row in theirs])


def types_against_duckdb(r, keep):
    """The same cells are refused, and nothing else, in columns of several types."""
    names, kinds = zip(*[(f"c{i}", r.choice(list(typed.KINDS))) for i in range(r.randint(1, 5))])
    rows = [[typed.cell(r, kind) for kind in kinds] for _ in range(r.randint(1, 60))]
    data = keep(("\n".join([",".join(names)] + [",".join(row) for row in rows]) + "\n").encode(), Dialect())
    wrong = set()
    for c, kind in enumerate(kinds):
        cells = ", ".join(f"({i}, {literal(row[c])})" for i, row in enumerate(rows))
        wrong |= {int(i) for (i,) in DUCK.rows(
            f"select i from (values {cells}) t(i, v) where v <> '' and try_cast(v as {typed.KINDS[kind].sql}) is null")}
    if any(len(row) == 1 and row[0] == "" for row in rows):
        return  # a line without a byte is no row
    got = check(data, typed.contract(names, kinds), dialect_args(Dialect()), r.choice([1, 2]))
    same("line of reject", [line for line, _ in got.rejects()], sorted(i + 2 for i in wrong))


# --- keys, against sets ---------------------------------------------------------------------------

KEYED = {"fields": [{"name": "id", "type": "integer"}, {"name": "code", "type": "string", "constraints": {"unique": True}},
                    {"name": "parent", "type": "integer"}, {"name": "part", "type": "string"}],
         "primaryKey": ["id", "part"],
         "foreignKeys": [{"fields": "parent", "reference": {"resource": "", "fields": "id"}}],
         "missingValues": [""], "millrace": {"budget_pct": 100}}


def key_rules(rows):
    """{row: rule} of the rows that break a key, each key judged among the rows that are otherwise good."""
    good = [(n, row) for n, row in enumerate(rows) if row[0].lstrip("-").isdigit() and row[3]]
    ids, codes, primary, found = {int(row[0]) for _, row in good}, set(), set(), {}
    for n, (ident, code, parent, part) in good:
        if parent and int(parent) not in ids:
            found[n] = "foreign_key"
        if (int(ident), part) in primary:
            found[n] = "primary_key"
        if code and code in codes:
            found[n] = "unique"
        primary.add((int(ident), part))
        codes |= {code} - {""}
    return found, [n for n in range(len(rows)) if n not in dict(good)]


def keys_against_sets(r, keep):
    span = r.choice([3, 40, 4000])
    rows = [[r.choice(["{}", "0{}", "x"] if r.random() < 0.2 else ["{}"]).format(r.randrange(span)),
             r.choice(["", f"c{r.randrange(span * 4)}"]), r.choice(["", str(r.randrange(span + 2))]),
             r.choice(["a", "b", "c" * 80, ""] if r.random() < 0.1 else ["a", "b", "c"])]
            for _ in range(r.choice([1, 20, 500, 20000]))]
    data = keep(("id,code,parent,part\n" + "".join(",".join(row) + "\n" for row in rows)).encode(), Dialect())
    found, wrong = key_rules(rows)
    got = check(data, KEYED, dialect_args(Dialect()), r.choice([1, 2, 3]), pipe=r.random() < 0.3)
    rejects = [(line - 2, rule) for line, rule in got.rejects()]
    same("row broken by a key", [x for x in rejects if x[0] in found], sorted(found.items()))
    same("row refused", [n for n, _ in rejects], sorted([*found, *wrong]))


# --- repairs, against the rules' words ------------------------------------------------------------

def repairs(r, keep):
    kinds = [r.choice(list(repair.CELLS)) for _ in range(r.randint(2, 6))]
    rows = [row for row in (repair.row(r, kinds) for _ in range(r.choice([1, 10, 80]))) if row != [""]]
    names = [f"c{i}" for i in range(len(kinds))]
    data = keep("".join(",".join(row) + "\n" for row in [names] + rows).encode(), Dialect())
    good, bad, counts = [], [], {}
    for line, row in enumerate(rows, 2):
        cells, rule = repair.repaired(kinds, row)
        if cells is None or not repair.all_fit(kinds, cells):
            bad.append(line)
            continue
        good.append(cells)
        if rule:
            counts[rule] = counts.get(rule, 0) + 1
    contract = {"fields": [{"name": n, "type": k} for n, k in zip(names, kinds)], "missingValues": [""],
                "millrace": {"budget_pct": 100}}
    got = check(data, contract, dialect_args(Dialect()) + ["--bad-rows", "repair"], r.choice([1, 2]))
    same("row kept", got.rows(), good)
    same("line of reject", [line for line, _ in got.rejects()], bad)
    books = got.report["account"]
    same("books", [books[k] for k in ("read", "good", "repaired", "rejected")],
         [len(rows), len(good) - sum(counts.values()), sum(counts.values()), len(bad)])
    same("repairs", sorted((x["rule"], x["count"]) for x in got.report["repairs"]["by_rule"]), sorted(counts.items()))


# --- against what was written: torn and short rows, and no good one lost ---------------------------

def torn(r, keep):
    text, whole = make.losses(r, r.choice([300, 3000, 30000]), r.choice([0.005, 0.05]), r.choice([0, 0.005, 0.05]))
    data = keep(text.encode(), Dialect())
    got = check(data, text_contract(text.split("\n", 1)[0].split(",")), dialect_args(Dialect()), r.choice([1, 2, 3]))
    same("row that nothing was done to", [row[0] for row in got.rows()], whole)


# --- against itself -----------------------------------------------------------------------------

def big(r, size=6 << 20):
    """A file of many blocks with quotes, line ends in cells and tears."""
    d = Dialect(delimiter=r.choice([",", ";", "||"]), line_end=r.choice(["lf", "mixed"]))
    parts, at = [], 0
    while at < size:
        text, _ = make.file(r, d, width=4, spare_header=True)
        body = text.split("\n", 1)[-1]
        body = (body if body.endswith("\n") else body + "\n") * r.choice([1, 50, 300])
        parts.append(body)
        at += len(body)
    return d, (d.delimiter.join(["h0", "h1", "h2", "h3"]) + "\n" + "".join(parts)).encode()


def thread_counts(r, keep):
    d, data = big(r)
    keep(data, d)
    runs = [check(data, text_contract(["h0", "h1", "h2", "h3"]), dialect_args(d), n) for n in (1, 2, 3, 4)]
    for n, run in enumerate(runs[1:], 2):
        for what in ("code", "clean", "rejected"):
            if getattr(run, what) != getattr(runs[0], what):
                raise Differs(f"{what} is another one with {n} threads")
        if {**run.report, "file": None} != {**runs[0].report, "file": None}:  # named by its scratch directory
            raise Differs(f"the report is another one with {n} threads")


def doors(r, keep):
    """A pipe, archives and other encodings give the same rows as the plain file."""
    d = make.dialect(r)
    text, _ = make.file(r, d, spare_header=True)
    data = keep(text.encode(), d)
    names = [c.encode("latin-1").decode() for c in next(Slow(data, latin(d)).rows()).cells]
    args, contract = dialect_args(d), text_contract(names)
    plain = check(data, contract, args)
    others = {"pipe": (data, True, []), "gzip": (gzip.compress(data), False, []),
              "two gzip members": (gzip.compress(data[:len(data) // 2]) + gzip.compress(data[len(data) // 2:]), True, []),
              "zstd": (subprocess.run(["zstd", "-c"], input=data, capture_output=True, check=True).stdout, True, []),
              "UTF-8 mark": (b"\xef\xbb\xbf" + data, False, []),
              "UTF-16": (text.encode("utf-16"), False, []),
              "UTF-16BE": (text.encode("utf-16-be"), True, ["--dialect", "encoding=utf-16be"]),
              "UTF-32": (text.encode("utf-32"), False, [])}
    for name, (theirs, pipe, more) in others.items():
        got = check(theirs, contract, args + more, pipe=pipe)
        for what in ("code", "clean", "rejected"):
            if getattr(got, what) != getattr(plain, what):
                raise Differs(f"{name}: {what} is another one: {getattr(got, what)!r:.600}")


# --- running --------------------------------------------------------------------------------------

GROUPS = {"slow": (against_slow, 1), "python": (against_python, 1), "duckdb": (against_duckdb, 1),
          "types": (types_against_duckdb, 1), "keys": (keys_against_sets, 0.3), "repairs": (repairs, 1), "torn": (torn, 0.3),
          "threads": (thread_counts, 0.03), "doors": (doors, 0.2)}
DUCK = None


def run(name):
    """All cases of a group; the number that failed, at most five, which are printed."""
    fn, share = GROUPS[name]
    failed, count = 0, max(1, int(CASES * share))
    for case in range(count):
        kept = {}

        def keep(data, d, kept=kept):
            kept.update(data=data, dialect=d)
            return data

        try:
            fn(random.Random(f"{name} {SEED} {case}"), keep)
        except Exception as problem:  # pylint: disable=broad-except
            failed += 1
            path = pathlib.Path(tempfile.gettempdir()) / f"csv-{name}-{case}.csv"
            path.write_bytes(kept.get("data", b""))
            what = problem if isinstance(problem, Differs) else traceback.format_exc()
            print(f"csv {name} {case}: {what}\n  file {path}, {kept.get('dialect')}", flush=True)
            if failed == 5:
                break
    print(f"csv {name}: {count} files, {failed} failed", flush=True)
    return failed


def main():
    global DUCK
    DUCK = Duck()
    wanted = sys.argv[1:] or list(GROUPS)
    failed = sum(run(name) > 0 for name in wanted)
    print(f"csv: {len(wanted) - failed} passed, {failed} failed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
