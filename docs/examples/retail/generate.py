#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""generate - the files of the retail example, the same bytes every time.

usage: generate.py OUT.csv [--kind sales|messy|failing] [--rows N] [--plan PLAN.json]

sales    100,000 orders of an online shop, 254 of them bad in ways that files really are; --rows N makes
         any number, with the same share of bad rows (tests/bench uses 3,000,000)
messy    120 rows with semicolons and Windows-1252, 12 of them bad: to drop on the page
failing  400 rows of a till that writes prices with a decimal comma: over the error budget
The kind is taken from OUT's name when it is not given. --plan writes what a checker must find: a list of
{row, line, rule, column}, column null for the row as a whole.
"""
import argparse
import json
import os
import random

SEED = 20261120
BLOCK = 100_000        # rows that are made; more rows repeat them under new order numbers
BAD_IN_BLOCK = 254
HEADER = ("order_id", "order_date", "ordered_at", "customer_id", "region", "product", "channel", "units",
          "unit_price", "revenue", "note")
REGIONS = ("north", "south", "east", "west", "online")
CHANNELS = ("web", "app", "phone", "store")
PRODUCTS = {"Espresso machine": 24900, "Kettle 1.7 l": 3995, "Toaster": 4490, "Desk lamp": 5900,
            "Office chair": 18900, "Standing desk": 44900, "Bookshelf": 12900, "Rug 160 x 230": 15900,
            "Bed linen": 6990, "Cushion": 1990, "Wall clock": 2490, "Plant pot": 1290, "Frying pan": 3990,
            "Knife set": 8990, "Wine glasses, 6": 2990, "Storage box": 1490, "Curtain": 3490,
            "Mirror": 7900, "Side table": 8900, "Floor lamp": 9900}
NOTES = ("", "", "", "", "gift wrap", "leave at the door", "call first", "Größe prüfen",
         "2nd floor, left", 'says "urgent"', "ring twice\nor leave with the neighbour")


def cell(text):
    """As CSV: quoted only where it must be."""
    return '"' + text.replace('"', '""') + '"' if any(c in text for c in ',"\n') else text


def euros(cents):
    return f"{cents // 100}.{cents % 100:02d}"


def order(r):
    """The cells of one good order behind its number."""
    day = f"2026-{r.randint(7, 9):02d}-{r.randint(1, 30):02d}"
    product = r.choice(tuple(PRODUCTS))
    units = min(20, 1 + int(r.expovariate(0.6)))
    price = PRODUCTS[product] * r.choice((100, 100, 100, 90, 80)) // 100
    clock = f"{r.randint(6, 22):02d}:{r.randint(0, 59):02d}:{r.randint(0, 59):02d}"
    return [day, f"{day} {clock}", f"C{r.randint(1, 30000):06d}", r.choice(REGIONS), product,
            r.choice(CHANNELS), str(units), euros(price), euros(price * units), r.choice(NOTES)]


def replaced(cells, name, text):
    at = HEADER.index(name) - 1
    return "," + ",".join(cell(c) for c in cells[:at] + [text] + cells[at + 1:])


def joined(cells):
    return "," + ",".join(cell(c) for c in cells)


def without_note(cells):
    return joined(cells[:-1] + [""])


# Ways to be bad: rule, column, the row's text behind its number.
SALES_FAULTS = (
    ("type.integer", "units", lambda c: replaced(c, "units", "three")),
    ("type.decimal", "unit_price", lambda c: replaced(c, "unit_price", c[7].replace(".", ","))),
    ("type.date", "order_date", lambda c: replaced(c, "order_date", "2026-09-31")),
    ("type.timestamp", "ordered_at", lambda c: replaced(c, "ordered_at", "yesterday")),
    ("required", "customer_id", lambda c: replaced(c, "customer_id", "")),
    ("enum", "region", lambda c: replaced(c, "region", c[3] + "?")),
    ("minimum", "units", lambda c: replaced(c, "units", "-1")),
    ("maximum", "units", lambda c: replaced(c, "units", "5000")),
    ("type.decimal", "revenue", lambda c: replaced(c, "revenue", "EUR " + c[8])),
    ("row.cells", None, lambda c: joined(c[:6])),
    ("row.cells", None, lambda c: without_note(c) + ",moved here,from another sheet"),
    ("row.quote", None, lambda c: joined(c[:-1]) + ',"gift wrap'),
    ("row.quote", None, lambda c: joined(c[:-1]) + ',"gift" wrap'),
    ("encoding.utf8", None, lambda c: joined(c[:-1]) + ",Gr\udcf6\udcdfe"),
)


def sales_block():
    """(text behind the order number, fault or None) of BLOCK rows; bad ones never stand side by side."""
    r = random.Random(SEED)
    width = BLOCK // BAD_IN_BLOCK
    bad = {k * width + r.randint(1, width - 2): SALES_FAULTS[k % len(SALES_FAULTS)]
           for k in range(BAD_IN_BLOCK)}
    for i in range(BLOCK):
        cells = order(r)
        fault = bad.get(i)
        yield (fault[2](cells) if fault else joined(cells)) + "\n", fault


def write_sales(out, rows):
    block = list(sales_block())
    plan = []
    line = 2
    out.write(",".join(HEADER) + "\n")
    for start in range(0, rows, BLOCK):
        part = block[:min(BLOCK, rows - start)]
        out.write("".join([f"{start + i + 1}{text}" for i, (text, _) in enumerate(part)]))
        for i, (text, fault) in enumerate(part):
            if fault:
                plan.append({"row": start + i + 1, "line": line, "rule": fault[0], "column": fault[1]})
            line += text.count("\n")
    return plan


def write_rows(out, rows):
    """Rows of (text, rule, column) after the header that was written; returns the plan."""
    plan = []
    line = 2
    for number, (text, rule, column) in enumerate(rows, 1):
        out.write(text + "\n")
        if rule:
            plan.append({"row": number, "line": line, "rule": rule, "column": column})
        line += text.count("\n") + 1
    return plan


MESSY_HEADER = ("Order No", "Order date", "Customer", "Item", "Qty", "Unit price", "Paid", "Comment")
MESSY_FAULTS = {
    7: ("type.integer", "Qty", 4, "two"), 18: ("type.integer", "Qty", 4, "2 pcs"),
    29: ("type.decimal", "Unit price", 5, "19,90"), 37: ("type.decimal", "Unit price", 5, "tbd"),
    46: ("type.date", "Order date", 1, "2026-13-04"), 58: ("type.date", "Order date", 1, "last week"),
    66: ("type.boolean", "Paid", 6, "maybe"), 74: ("type.boolean", "Paid", 6, "?"),
    83: ("row.cells", None, None, "short"), 91: ("row.cells", None, None, "long"),
    102: ("row.quote", None, None, "torn"), 113: ("row.cells", None, None, "short"),
}
CUSTOMERS = ("Müller & Söhne", "Café Zoë", "Åse Lindqvist", "O'Neill; Sons", "José Peña", "Smith Ltd",
             'Hotel "Zur Post"', "Anna Berg")


def messy_rows():
    r = random.Random(SEED + 1)
    for i in range(1, 121):
        cells = [str(7000 + i), f"2026-10-{r.randint(1, 31):02d}", r.choice(CUSTOMERS),
                 r.choice(tuple(PRODUCTS)), str(r.randint(1, 9)), euros(r.randint(990, 49900)),
                 r.choice(("true", "false")), r.choice(("", "", "please call", "€ price agreed"))]
        rule, column, at, text = MESSY_FAULTS.get(i, (None, None, None, ""))
        if at is not None:
            cells[at] = text
        row = ";".join('"' + c.replace('"', '""') + '"' if ";" in c or '"' in c else c for c in cells)
        if text == "short":
            row = ";".join(cells[:5]).replace("O'Neill; Sons", "Smith Ltd").replace('"', "")
        elif text == "long":
            row += ";;see page 2"
        elif text == "torn":
            row = ";".join(cells[:2] + ["Smith Ltd"] + cells[3:7]) + ';"call before noon'
        yield row, rule, column


def write_messy(out):
    out.write(";".join(MESSY_HEADER) + "\n")
    return write_rows(out, messy_rows())


def failing_rows():
    """Every eighth row comes from a till with a decimal comma."""
    r = random.Random(SEED + 2)
    for i in range(1, 401):
        cells = order(r)
        if i % 8 == 3:
            yield (f"{200000 + i}" + replaced(cells, "unit_price", cells[7].replace(".", ",")),
                   "type.decimal", "unit_price")
        else:
            yield f"{200000 + i}" + joined(cells), None, None


def write_failing(out):
    out.write(",".join(HEADER) + "\n")
    return write_rows(out, failing_rows())


def main():
    parser = argparse.ArgumentParser(description="Makes the files of the retail example.")
    parser.add_argument("out")
    parser.add_argument("--kind", choices=("sales", "messy", "failing"))
    parser.add_argument("--rows", type=int, default=BLOCK)
    parser.add_argument("--plan")
    args = parser.parse_args()
    name = os.path.basename(args.out)
    kind = args.kind or next((k for k in ("messy", "failing") if name.startswith(k)), "sales")
    encoding = "cp1252" if kind == "messy" else "utf-8"
    with open(args.out, "w", encoding=encoding, errors="surrogateescape", newline="") as out:
        if kind == "sales":
            plan = write_sales(out, args.rows)
        else:
            plan = write_messy(out) if kind == "messy" else write_failing(out)
    if args.plan:
        with open(args.plan, "w", encoding="utf-8") as out:
            json.dump(plan, out)


if __name__ == "__main__":
    main()
