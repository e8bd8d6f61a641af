# SPDX-License-Identifier: Apache-2.0
"""make - random CSV files: dialects, cells that hold everything awkward, and tears."""

from slow import Dialect, Slow, Unusable, latin

DELIMITERS = [",", ",", ";", "\t", "|", " ", "||", ", ", "::", "~^~", "\u00a7"]
PIECES = ["a", "bc", "7", " ", "  ", "\t", ",", ";", "|", ":", "'", '"', '""', "\\", '\\"', "\\\\", "#", "//",
          "\u00e4", "\u20ac", "\U0001f600", "\n", "\r\n", "\r", "x\ny\nz", "-1.5", "2026-11-20", ""]


def dialect(r):
    """A dialect whose parts differ from each other."""
    while True:
        d = Dialect(delimiter=r.choice(DELIMITERS), quote=r.choice(['"'] * 6 + ["'", "|", ""]),
                    comment=r.choice([""] * 5 + ["#", "//"]),
                    line_end=r.choice(["lf", "lf", "lf", "cr", "mixed"]), skip_space=r.random() < 0.2)
        if d.quote and r.random() < 0.25:
            d.escape = r.choice(["\\", "^", d.quote])
        marks = [m for m in (d.delimiter, d.quote, d.escape if d.escape != d.quote else "", d.comment) if m]
        if sum(len(set(m)) for m in marks) == len(set("".join(marks))):
            return d


def ends_of(d, r):
    return {"lf": r.choice([["\n"], ["\r\n"], ["\n", "\r\n"]]), "cr": ["\r"],
            "mixed": ["\n", "\r\n", "\r"]}[d.line_end]


def write_cell(text, d, r):
    """A cell as a careful writer has it; without a quote it loses what it cannot hold."""
    special = [d.delimiter, "\n", "\r", d.quote]
    needs = any(s and s in text for s in special) or text[:1] in (" ", "\t") or \
        (d.comment and text.startswith(d.comment))
    if not d.quote:
        for s in [d.delimiter, "\n", "\r", d.comment]:
            text = text.replace(s, "_") if s else text
        return text.replace(d.delimiter[:1], "_") if d.delimiter else text
    if not needs and r.random() < 0.8:
        return text
    if d.escape and d.escape != d.quote:
        text = text.replace(d.escape, d.escape * 2)
        pair = r.choice([d.quote * 2, d.escape + d.quote])
    else:
        pair = d.quote * 2
    return d.quote + text.replace(d.quote, pair) + d.quote


def cell(r, d):
    text = "".join(r.choices(PIECES, k=r.choice([0, 1, 1, 1, 2, 4])))
    return text.replace(d.quote, "") if d.quote and r.random() < 0.5 else text


def tear(text, d, r):
    """Something a broken writer or a cut transfer does."""
    at = r.randrange(len(text) + 1)
    what = r.randrange(7)
    if what == 0:
        return text[:at] + (d.quote or '"') + text[at:]
    if what == 1:
        at = text.find(d.quote, at) if d.quote else -1
        return text if at < 0 else text[:at] + text[at + 1:]
    if what == 2:
        return text[:at] + d.delimiter + text[at:]
    if what == 3:
        return text[:at] + r.choice(["\n", "\r", "\r\n"]) + text[at:]
    if what == 4:
        return text[:at] + text[at + r.randint(1, 9):]
    if what == 5:
        return text[:at] + r.choice(PIECES) + text[at:]
    return text[:at]


def rows(r, d, width=None):
    width = width or r.choice([1, 2, 3, 3, 4, 5, 8])
    return [[cell(r, d) for _ in range(width)] for _ in range(r.choice([0, 1, 3, 3, 10, 10, 30, 150]))]


def file(r, d, width=None, spare_header=False):
    """A whole file as text, header first, and the cells it was written from; None when it was torn."""
    cells = rows(r, d, width)
    width = len(cells[0]) if cells else r.randint(1, 4)
    header = [f"h{i}" for i in range(width)]
    ends = ends_of(d, r)
    text, head = "", 0
    for row in [header] + cells:
        text += d.delimiter.join(write_cell(c, d, r) for c in row) + r.choice(ends)
        head = head or len(text)
        if r.random() < 0.03:
            text += r.choice(ends)
        if d.comment and r.random() < 0.05:
            text += d.comment + " said " + (d.quote or "") + r.choice(ends)
    if r.random() < 0.3:
        text = text.removesuffix(ends[0])
    tears = r.choice([0, 0, 1, 1, 2, 5])
    head = head if spare_header or r.random() < 0.9 else 0
    for _ in range(tears if head < len(text) else 0):
        text = text[:head] + tear(text[head:], d, r)
    return text, None if tears else cells


def mishap(r, d, width):
    """A line or some lines that are no row, or one of several lines."""
    text = [r.choice("abc") + str(i) for i in range(width)]
    tearable = r.randrange(width)
    what = r.randrange(8)
    if what < 3:
        text[tearable] = (d.quote + text[tearable], text[tearable] + d.quote, d.quote + d.delimiter + "x")[what]
    elif what == 3:
        text = text[:r.randrange(width) + 1]
    elif what == 4:
        text += ["more"] * r.randint(1, 2)
    else:
        lines = [r.choice(["text", "a" + d.delimiter + "b", d.delimiter.join(text), d.delimiter.join(text), ""])
                 for _ in range(r.choice([2, 3, 5, 12, 20, 66]))]
        text[tearable] = d.quote + "\n".join(lines) + d.quote
        text = text[:width - r.randint(0, 1)]
    return d.delimiter.join(text)


def wreck(r, d):
    """A file of plain rows in which mishaps of all kinds stand near each other, header first."""
    width, end = r.choice([1, 2, 3, 3, 4, 5]), ends_of(d, r)[0]
    rate, count = r.choice([0.02, 0.1, 0.5]), r.choice([5, 30, 150])
    row = d.delimiter.join(["1"] * width)
    lines = [d.delimiter.join(f"h{i}" for i in range(width))]
    lines += [mishap(r, d, width) if d.quote and r.random() < rate else r.choice([row] * 30 + [""]) for _ in range(count)]
    return end.join(line.replace("\n", end) for line in lines) + r.choice([end, ""])


def losses(r, rows, torn, short):
    """A comma file of rows of five cells, some with an open quote or too few cells; the ids of all others."""
    lines, whole, left, rate = ["id,name,n,note,day"], [], 0, r.choice([0, 0.2, 1])
    for i in range(rows):
        note = f'"text, {r.randrange(99)} of it"' if r.random() < rate else f"text {r.randrange(99)}"
        cells = [str(i), f"name{r.randrange(999)}", str(r.randrange(9)), note, "2026-11-20"]
        left = left or (r.randint(1, 5) if r.random() < short else 0)
        if left:
            left, cells = left - 1, cells[:r.randint(1, 4)]
        elif r.random() < torn:
            at = r.randrange(5)
            cells[at] = '"' + cells[at].strip('"')
        else:
            whole.append(str(i))
        lines.append(",".join(cells))
    return "\n".join(lines) + "\n", whole


def spoil(data, head, r):
    """Bytes that are not UTF-8, behind the header."""
    for _ in range(r.choice([0, 0, 0, 1, 3]) if head < len(data) else 0):
        at = r.randrange(head, len(data) + 1)
        data = data[:at] + r.choice([b"\xff", b"\xc3", b"\xe2\x82", b"\xed\xa0\x80", b"\xc0\x80"]) + data[at:]
    return data


def more_tables(r, d, width):
    """What may stand behind a table: blank lines, with rows of this width or of another behind them."""
    end, text = ends_of(d, r)[0], ""
    for _ in range(r.choice([1, 1, 2])):
        rows_ = rows(r, d, r.choice([width, width + 1, 1]))
        text += end * r.choice([1, 2]) + "".join(d.delimiter.join(write_cell(c, d, r) for c in row) + end for row in rows_)
    return text


def any_file(r, d, header=None):
    """Bytes with all a dialect knows: preamble, header rows or none, footer, tables, broken UTF-8."""
    ends = ends_of(d, r)
    d.preamble, d.footer = r.choice([0, 0, 1, 3]), r.choice([0, 0, 0, 1, 2])
    d.header = r.choice([1, 1, 2, 3] if header else [1, 1, 2, 0])
    d.first_table = r.random() < 0.25
    front = "".join(r.choice(["Report of the day", "", 'a "torn" one', "x" + d.delimiter + "y", (d.quote or "'") + "open"])
                    + ends[0] for _ in range(d.preamble))
    for i in range(d.header - 1):
        front += d.delimiter.join(["group", "", d.quote + "a" + d.delimiter.strip() + "b" + d.quote][:r.randint(1, 3)]) + ends[0]
    text = wreck(r, d) if r.random() < 0.3 else file(r, d, spare_header=True)[0]
    head = next(Slow(text.encode(), latin(d)).rows())
    if d.first_table and r.random() < 0.7:
        text += ends[0] * (not text.endswith(ends[0])) + more_tables(r, d, len(head.cells))
    return spoil((front + text).encode(), len(front.encode()) + head.next, r)


def whole(r, d, header=None):
    """A file with all a dialect knows whose header can be read."""
    while True:
        data = any_file(r, d, header)
        try:
            Slow(data, latin(d)).data_rows()
            return data
        except Unusable:
            pass
