# SPDX-License-Identifier: Apache-2.0
"""slow - CSV read slowly, from the words of libcommon/csv/csv_row.h and csv_dialect.h alone.

It shares nothing with the scanner: a file is one string, a cell is one regular expression. What both
must agree on is what the headers say. Bytes are taken as Latin-1 characters, so that positions are bytes.
"""
import itertools
import re
from dataclasses import dataclass, field

INSIDE_LINES, PROBE_BYTES, PROBE_LINES, PROBE_ROWS = 16, 1 << 20, 64, 8


@dataclass
class Dialect:
    delimiter: str = ","
    quote: str = '"'
    escape: str = ""
    comment: str = ""
    line_end: str = "lf"  # lf, cr, mixed
    skip_space: bool = False
    preamble: int = 0
    header: int = 1
    footer: int = 0
    first_table: bool = False


def latin(d):
    """The dialect over bytes, as the slow reader takes it."""
    return Dialect(**{k: v.encode().decode("latin-1") if isinstance(v, str) else v for k, v in vars(d).items()})


@dataclass
class Record:
    """One record read strictly."""
    state: str  # closed, open, text_after
    cells: list = field(default_factory=list)
    end: int = 0  # of the text
    next: int = 0
    multi: bool = False


@dataclass
class Row:
    kind: str  # whole, quote (rule 1), torn (rule 3)
    start: int
    end: int
    next: int
    cells: list
    line: int = 0
    lines: int = 1


def unique(names):
    """Names of columns: an empty one becomes column_N, one that stood before name_2, name_3 ..."""
    given = []
    for i, name in enumerate(names):
        name = name or f"column_{i + 1}"
        numbered = (f"{name}_{n}" for n in itertools.count(2))
        given.append(name if name not in given else next(x for x in numbered if x not in given))
    return given


class Unusable(Exception):
    """A header that nobody can read."""


class Slow:
    """The rows of a text in a dialect."""

    def __init__(self, data, dialect):
        self.t, self.d = data.decode("latin-1"), dialect
        self.width, self.header = 0, []  # known once data_rows has read them
        self.ended = False  # another table stands behind the data
        d = dialect
        stop = {"lf": "\n", "cr": "\r", "mixed": "\r\n"}[d.line_end]
        self.stop = re.compile(f"[{stop}]")
        # A CR with nothing behind it is half of a CR LF.
        self.eol = re.compile({"lf": r"\r?\n|\r?\Z", "cr": r"\r|\Z", "mixed": r"\r\n|\n|\r|\Z"}[d.line_end])
        delimiter = re.escape(d.delimiter) if d.delimiter else "(?!)"
        self.delimiter = re.compile(delimiter)
        self.blanks = re.compile(rf"(?:(?!{delimiter})[ \t])*" if d.skip_space else "")
        # In LF files a CR is text unless LF or the end follows; what ends the row is looked for
        # at every character.
        self.plain = re.compile(rf"(?:(?!{delimiter}|{self.not_text()}).)*", re.S)
        if d.quote:
            q = re.escape(d.quote)
            if d.escape and d.escape != d.quote:
                e = re.escape(d.escape)
                inside = rf"[^{q}{e}]|{q}{q}|{e}[{q}{e}]|{e}(?![{q}{e}])"
                self.pair = re.compile(rf"{q}({q})|{e}([{q}{e}])")
            else:
                inside = rf"[^{q}]|{q}{q}"
                self.pair = re.compile(rf"{q}({q})")
            self.quoted = re.compile(rf"{q}((?:{inside})*){q}(?!{q})", re.S)

    def not_text(self):
        return {"lf": r"\r?\n|\r\Z", "cr": r"\r", "mixed": r"[\r\n]"}[self.d.line_end]

    # --- lines -----------------------------------------------------------------------------

    def line_stop(self, at, limit):
        """Where the line at `at` stops; limit when it does not."""
        m = self.stop.search(self.t, at, limit)
        return m.start() if m else limit

    def line_after(self, stop, limit):
        """Start of the line behind a stop."""
        if stop >= limit:
            return limit
        return stop + (2 if self.d.line_end == "mixed" and self.t[stop:stop + 2] == "\r\n" else 1)

    def line_starts(self, at, end):
        """Starts of the lines behind the one at `at`, before end."""
        while True:
            stop = self.line_stop(at, end)
            if stop == end:
                return
            at = self.line_after(stop, end)
            if at >= end:
                return
            yield at

    def no_row(self, at):
        """The line is empty or a comment: start of the next line; None otherwise."""
        m = self.eol.match(self.t, at)
        if m and at < len(self.t):
            return m.end()
        if self.d.comment and self.t.startswith(self.d.comment, at):
            stop = self.line_stop(at, len(self.t))
            return self.line_after(stop, len(self.t))
        return None

    # --- records ---------------------------------------------------------------------------

    def unquote(self, inside):
        return self.pair.sub(lambda m: m.group(1) or m.group(2), inside)

    def record(self, at):
        r = Record("closed")
        while True:
            at = self.blanks.match(self.t, at).end()
            if self.d.quote and self.t.startswith(self.d.quote, at):
                m = self.quoted.match(self.t, at)
                if not m:
                    r.state = "open"
                    return r
                r.cells.append(self.unquote(m.group(1)))
                r.multi = r.multi or bool(self.stop.search(m.group()))
                at = m.end()
            else:
                m = self.plain.match(self.t, at)
                r.cells.append(m.group())
                at = m.end()
            if self.delimiter.match(self.t, at):
                at += len(self.d.delimiter)
                continue
            m = self.eol.match(self.t, at)
            if not m:
                r.state = "text_after"
                return r
            r.end, r.next = at, m.end()
            return r

    def alone(self, start, stop):
        """The record of one line as if the file were that line."""
        other = Slow(b"", self.d)
        other.t = self.t[start:stop]
        return other.record(0)

    # --- the three rules -------------------------------------------------------------------

    def open_at_end(self, start, stop):
        """Is a quote open at the end of the line when text behind closing quotes is let pass?"""
        line, at = self.t[start:stop], 0
        while True:
            at = self.blanks.match(line, at).end()
            if self.d.quote and line.startswith(self.d.quote, at):
                m = self.quoted.match(line, at)
                if not m:
                    return True
                at = m.end()
            m = self.delimiter.search(line, at)
            if not m:
                return False
            at = m.end()

    def spans(self, start, end):
        """Where the cells of a closed record stand: (start, end) each, quotes included."""
        at, found = start, []
        while True:
            at = self.blanks.match(self.t, at).end()
            m = self.quoted.match(self.t, at) if self.d.quote and self.t.startswith(self.d.quote, at) else None
            m = m or self.plain.match(self.t, at)
            found.append(m.span())
            m = self.delimiter.match(self.t, m.end(), end)
            if not m:
                return found
            at = m.end()

    def swallowed(self, start, r, columns):
        """Rule 2: does a cell of several lines hold rows, and do the lines at its edges look like rows?"""
        spans = self.spans(start, r.end)
        for i, (opens, closes) in enumerate(spans):
            starts = list(self.line_starts(opens, closes))
            if not starts or columns < 2:
                continue
            first = i + 1 + len(self.delimiter.findall(self.t, opens, starts[0]))
            last = len(self.delimiter.findall(self.t, starts[-1], closes)) + len(spans) - i
            bare = self.blanks.match(self.t, starts[-1]).end() == closes - 1
            if min(first, last) < columns or bare:
                continue
            lines = [self.alone(s, self.line_stop(s, closes)) for s in starts[:-1][:INSIDE_LINES]]
            rows = sum(x.state == "closed" and not x.multi and len(x.cells) == columns for x in lines)
            one_edge = columns - 1 in (i, len(spans) - i - 1)
            if rows == len(lines) and rows >= PROBE_ROWS:
                return True
            if columns == 2 or max(first, last) > columns:
                continue
            if rows == len(lines) and rows >= 2 and not one_edge or rows >= PROBE_ROWS and rows > len(lines) - rows:
                return True
        return False

    def is_good(self, start, r, columns):
        return r.state == "closed" and len(r.cells) == columns and not (r.multi and self.swallowed(start, r, columns))

    def reads(self, at, columns):
        """Would a row of its own begin on this line: a good one, or one of the file's width that tears a quote?"""
        r, stop = self.record(at), self.line_stop(at, len(self.t))
        if self.is_good(at, r, columns):
            return True
        torn = r.multi if r.state == "closed" else self.open_at_end(at, stop)
        return torn and len(self.delimiter.findall(self.t, at, stop)) + 1 == columns

    def horizon(self, start):
        """The text up to the end of the lines that are looked at from this one on."""
        ends = [*itertools.islice(self.line_starts(start, len(self.t)), PROBE_LINES), len(self.t)][:PROBE_LINES]
        near = [end for end in ends if self.line_end_at(end) - start < PROBE_BYTES]
        seen = Slow(b"", self.d)
        seen.t = self.t[:max(near + ends[:1])]
        return seen

    def line_end_at(self, following):
        """Where the line end before a line start stands; at the end of the file one may be missing."""
        pair = self.d.line_end == "mixed" and self.t.startswith("\r\n", following - 2)
        return following - (2 if pair else 1)

    def good_rows(self, at, columns, known):
        """How many good rows are read from a line start up to the end of the text, torn ones given up in turn."""
        if at >= len(self.t):
            return 0
        if at not in known:
            r, stop = self.record(at), self.line_stop(at, len(self.t))
            if self.no_row(at) is not None:
                known[at] = self.good_rows(self.no_row(at), columns, known)
            elif self.is_good(at, r, columns):
                known[at] = 1 + self.good_rows(r.next, columns, known)
            elif r.multi if r.state == "closed" else self.open_at_end(at, stop):
                known[at] = max([self.good_rows(x, columns, known) for x in self.line_starts(at, len(self.t))], default=0)
            else:
                known[at] = self.good_rows(self.line_after(stop, len(self.t)), columns, known)
        return known[at]

    def resume(self, start, columns, closed):
        """Rule 3: the line start at which a torn row ends. closed: where its quotes close all the same, or None."""
        candidates = []
        for at in self.line_starts(start, len(self.t)):
            if at == closed:
                return closed
            candidates.append(at)
            if self.no_row(at) is not None:
                continue
            seen = self.horizon(at)
            if seen.reads(at, columns):
                break
            candidates = []
        else:
            return len(self.t)
        known = {}
        from_here = [x for x in seen.line_starts(at, len(seen.t)) if seen.first_row(x) is not None]
        candidates += [x for x in from_here if seen.reads(seen.first_row(x), columns)]
        rows = {x: seen.good_rows(x, columns, known) for x in candidates}
        rival = closed is not None and closed <= len(seen.t)
        best = max((x for x in candidates if not rival or x < closed), key=lambda x: (rows[x], -x))
        if rival and rows[best] < seen.good_rows(closed, columns, known) + PROBE_ROWS:
            return closed
        return best

    def first_row(self, at):
        """The first line from here on that is a row; None at the end."""
        while at < len(self.t) and self.no_row(at) is not None:
            at = self.no_row(at)
        return at if at < len(self.t) else None

    def row(self, start, columns):
        """The row at `start`; columns 0: the width is not known yet."""
        r = self.record(start)
        if r.state == "closed" and (columns == 0 or not r.multi or self.is_good(start, r, columns)):
            return self.placed("whole", start, r.next, r.cells)
        stop = self.line_stop(start, len(self.t))
        if not self.open_at_end(start, stop):
            return self.placed("quote", start, self.line_after(stop, len(self.t)), [])
        believed = r.state == "closed" and not self.swallowed(start, r, columns)
        return self.placed("torn", start, self.resume(start, columns, r.next if believed else None), [])

    def placed(self, kind, start, following, cells):
        end = following
        if self.d.line_end != "cr" and end > start and self.t[end - 1] == "\n":
            end -= 1
        if end > start and self.t[end - 1] == "\r":
            end -= 1
        lines = 1 + sum(1 for _ in self.line_starts(start, following))
        return Row(kind, start, end, following, cells, lines=lines)

    def table_ends(self, at):
        """Does any row stand behind the blank line at `at`?"""
        while at < len(self.t):
            skipped = self.no_row(at)
            if skipped is None:
                return True
            at = skipped
        return False

    def rows(self, at=0, line=1, columns=0):
        """All rows from a line start; with columns 0 the first one says how wide they are."""
        first = at
        while at < len(self.t):
            skipped = self.no_row(at)
            if skipped is not None:
                first = skipped if first == at else first
                if self.d.first_table and columns and at > first and self.t[at] in "\r\n" and self.table_ends(at):
                    self.ended = True
                    return
                at, line = skipped, line + 1
                continue
            row = self.row(at, columns)
            row.line = line
            columns = columns or len(row.cells)
            at, line = row.next, line + row.lines
            yield row

    def data_rows(self):
        """The data: preamble, header and footer taken off."""
        at, line = 0, 1
        for _ in range(self.d.preamble):
            at, line = self.line_after(self.line_stop(at, len(self.t)), len(self.t)), line + 1
        names = []
        while len(names) < self.d.header:
            if at >= len(self.t):
                raise Unusable("the file ends before its header does")
            skipped = self.no_row(at)
            row = None if skipped is not None else self.row(at, 0)
            at, line = (skipped, line + 1) if row is None else (row.next, line + row.lines)
            names += [] if row is None else [row.cells]
            if row is not None and self.rule(row, len(row.cells)):
                raise Unusable(f"line {line}: header")
        if names:
            self.width = max(map(len, names))
            joined = [[row[i].strip(" \t") for row in names if i < len(row)] for i in range(self.width)]
            self.header = unique([" ".join(filter(None, parts)) for parts in joined])
        else:
            self.width = next((len(r.cells) for r in self.rows(at) if r.kind == "whole"), 0)
            self.header = [f"column_{i + 1}" for i in range(self.width)]
        rows = list(self.rows(at, line, self.width))
        return rows if self.ended else rows[:max(0, len(rows) - self.d.footer)]

    def rule(self, row, width):
        """Why a row is refused; None when it is good."""
        if row.kind != "whole":
            return "row.quote"
        if len(row.cells) != width:
            return "row.cells"
        try:
            self.t[row.start:row.end].encode("latin-1").decode()
        except UnicodeDecodeError:
            return "encoding.utf8"
        return None
