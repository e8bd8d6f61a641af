/* SPDX-License-Identifier: Apache-2.0 */
/* csv_torn - torn quotes: is one torn, and where does its row end? */
#include "csv/csv_torn.h"

/* What stands on a line, when a row is read from its start. */
enum line_kind {
	LINE_NO_ROW,
	LINE_GOOD, /* a row of the file's width */
	LINE_BAD,  /* a bad row of one line */
	LINE_TORN,
};

/* A quoted cell of several lines, and where it stands. */
struct quoted {
	size_t open, close;    /* its quote; behind the closing one */
	size_t before, behind; /* cells of its record */
	size_t inside, last;   /* starts of its second line and of the one it closes in */
};

/* The lines among which a torn row's end is looked for. */
struct horizon {
	size_t lines;
	size_t end; /* start of the line behind the last of them */
	bool eof;   /* there is none */
};

/* What is read from each of these lines. */
struct outlook {
	size_t start[CSV_ROW_PROBE_LINES + 1]; /* the last: the horizon's end */
	size_t rows[CSV_ROW_PROBE_LINES + 1];  /* good ones up to there, from this line on */
	size_t most[CSV_ROW_PROBE_LINES + 1];  /* the same from the best of this line and later */
	bool reads[CSV_ROW_PROBE_LINES + 1];   /* as a row, good or with a torn quote of its own */
};

size_t csv_torn_open(const struct csv_reader *r, size_t at, size_t end)
{
	while (at < end) {
		at = csv_reader_open(r, at, end);
		if (at < end && r->p[at] == r->quote) {
			const size_t close = csv_reader_close(r, at, end);
			if (close > end)
				return at;
			at = close;
		}
		at = csv_reader_plain(r, at, end);
		if (!csv_reader_is_delimiter(r, at, end))
			break;
		at += r->delimiter_n;
	}
	return end;
}

static size_t count_delimiters(const struct csv_reader *r, size_t at, size_t end)
{
	size_t count = 0;
	while (r->delimiter_n > 0 && at < end) {
		const uint8_t *hit = memchr(r->p + at, r->delimiter[0], end - at);
		if (hit == NULL)
			break;
		at = (size_t)(hit - r->p);
		const bool whole = csv_reader_is_delimiter(r, at, end);
		count += whole ? 1 : 0;
		at += whole ? r->delimiter_n : 1;
	}
	return count;
}

/* Has the line the file's width, quotes taken as text? */
static bool has_width(const struct csv_reader *r, size_t at, size_t end)
{
	return count_delimiters(r, at, end) + 1 == r->columns;
}

/* Is the line [at, end) a row by itself? */
static bool is_row(const struct csv_reader *r, size_t at, size_t end)
{
	if (memchr(r->p + at, r->quote, end - at) == NULL)
		return has_width(r, at, end);
	struct csv_record line;
	csv_reader_record(r, at, end, true, &line);
	return line.reading == CSV_READ_CLOSED && !line.multi && line.cells == r->columns;
}

/* Are there so many lines in [at, end)? */
static bool has_lines(const struct csv_reader *r, size_t at, size_t end, size_t lines)
{
	for (; lines > 0 && at < end; lines--)
		at = csv_reader_after(r, csv_reader_stop(r, at, end), end);
	return lines == 0;
}

/* Are the lines inside the cell rows rather than text, `least` or more; all: without another? */
static bool are_rows(const struct csv_reader *r, const struct quoted *c, size_t least, bool all)
{
	size_t rows = 0;
	size_t others = 0;
	for (size_t at = c->inside; at < c->last && rows + others < CSV_ROW_INSIDE_LINES;) {
		const size_t stop = csv_reader_stop(r, at, c->last);
		const bool row = is_row(r, at, stop);
		at = csv_reader_after(r, stop, c->last);
		rows += row ? 1 : 0;
		others += row ? 0 : 1;
		/* What is text, as a rule, shows early. */
		if (!row && others == 1 && rows < CSV_ROW_PROBE_ROWS &&
		    !has_lines(r, at, c->last, CSV_ROW_PROBE_ROWS - rows))
			return false;
		if (others == CSV_ROW_INSIDE_LINES / 2 || (others > 0 && all))
			return false;
	}
	return rows >= (others > 0 ? CSV_ROW_PROBE_ROWS : least) && rows > others;
}

/* Are the lines at the cell's edges rows too, the delimiters in it counted, and those inside? */
static bool holds_rows(const struct csv_reader *r, const struct quoted *c)
{
	const size_t first = c->before + 1 + count_delimiters(r, c->open, c->inside);
	const size_t last = count_delimiters(r, c->last, c->close) + 1 + c->behind;
	/* A text that ends with a line end. */
	const bool bare = csv_reader_open(r, c->last, c->close) + 1 == c->close;
	if (first < r->columns || last < r->columns || bare)
		return false;
	const bool exact = first == r->columns && last == r->columns;
	const bool both_tell = c->before + 1 < r->columns && c->behind + 1 < r->columns;
	const bool sure = exact && r->columns > 2;
	return are_rows(r, c, sure && both_tell ? 2 : CSV_ROW_PROBE_ROWS, !sure);
}

static bool is_stop(const struct csv_reader *r, size_t at)
{
	return (r->p[at] == '\n' && r->line_end != CSV_LINE_CR) ||
	       (r->p[at] == '\r' && r->line_end != CSV_LINE_LF);
}

/* Has the cell swallowed rows? The lines of c are found out only where it has several. */
static bool has_swallowed(const struct csv_reader *r, struct quoted *c)
{
	const size_t stop = csv_reader_stop(r, c->open, c->close);
	if (stop == c->close)
		return false;
	c->inside = csv_reader_after(r, stop, c->close);
	for (c->last = c->close; !is_stop(r, c->last - 1);)
		c->last--;
	return holds_rows(r, c);
}

bool csv_torn_is_swallowed(const struct csv_reader *r, size_t at, const struct csv_record *record)
{
	struct quoted c = { 0 };
	while (r->columns >= 2 && c.before < record->cells) {
		c.open = csv_reader_open(r, at, record->end);
		if (c.open < record->end && r->p[c.open] == r->quote) {
			c.close = csv_reader_close(r, c.open, record->end);
			c.behind = record->cells - c.before - 1;
			if (has_swallowed(r, &c))
				return true;
			at = c.close;
		} else {
			at = csv_reader_plain(r, c.open, record->end);
		}
		at += r->delimiter_n;
		c.before++;
	}
	return false;
}

/* Start of the line behind the one at `at`; limit when the line does not end before. */
static size_t next_line(const struct csv_reader *r, size_t at, size_t limit)
{
	const size_t stop = csv_reader_stop(r, at, limit);
	return stop < limit ? csv_reader_after(r, stop, r->n) : limit;
}

/* May a quote be open at the end of the line? Quicker than csv_torn_open, and rather yes than no.
 */
static bool may_be_open(const struct csv_reader *r, size_t at, size_t end)
{
	const bool plain = r->delimiter_n == 1 && !r->skip_space;
	const uint8_t *hit;
	for (size_t i = at; i < end && (hit = memchr(r->p + i, r->quote, end - i)) != NULL;) {
		const size_t quote = (size_t)(hit - r->p);
		const bool opens = quote == at || r->p[quote - 1] == (uint8_t)r->delimiter[0];
		if (!plain)
			return true;
		i = opens ? csv_reader_close(r, quote, end) : quote + 1;
		if (i > end)
			return true;
	}
	return false;
}

/* Takes lines behind the horizon of a line at `at` into it; false: more bytes are needed. */
static bool extend(const struct csv_reader *r, size_t at, struct horizon *h)
{
	const size_t cap = at + CSV_ROW_PROBE_BYTES;
	while (h->lines < CSV_ROW_PROBE_LINES && h->end < r->n) {
		const size_t limit = h->lines > 0 && cap < r->n ? cap : r->n;
		const size_t stop = csv_reader_stop(r, h->end, limit);
		if (stop == limit && limit < r->n)
			return true;
		if (stop == limit && !r->eof)
			return false;
		const size_t next = stop < limit ? csv_reader_after(r, stop, r->n) : limit;
		h->end = next;
		h->lines++;
	}
	h->eof = r->eof && h->end == r->n;
	return h->lines == CSV_ROW_PROBE_LINES || r->eof;
}

/* The line at `at`, read no further than the horizon; a good row's next is set. */
static enum line_kind read_line(
    const struct csv_reader *r, const struct horizon *h, size_t at, size_t *next)
{
	struct csv_record record;
	if (csv_reader_skip(r, at, h->end, h->eof) > 0)
		return LINE_NO_ROW;
	csv_reader_record(r, at, h->end, h->eof, &record);
	const bool closed = record.reading == CSV_READ_CLOSED;
	*next = record.next;
	if (closed && record.cells == r->columns &&
	    (!record.multi || !csv_torn_is_swallowed(r, at, &record)))
		return LINE_GOOD;
	if (closed)
		return record.multi ? LINE_TORN : LINE_BAD;
	const size_t end = csv_reader_stop(r, at, h->end);
	return csv_torn_open(r, at, end) < end ? LINE_TORN : LINE_BAD;
}

static bool reads(
    const struct csv_reader *r, const struct horizon *h, size_t at, enum line_kind kind)
{
	return kind == LINE_GOOD ||
	       (kind == LINE_TORN && has_width(r, at, csv_reader_stop(r, at, h->end)));
}

/* The line of the horizon, from i on, that starts at `at`. */
static size_t line_of(const struct outlook *o, size_t i, size_t at)
{
	while (o->start[i] < at)
		i++;
	return i;
}

/* From the last line to the first, so that each is read once: what follows it is known. */
static void look_out(
    const struct csv_reader *r, const struct horizon *h, size_t first, struct outlook *o)
{
	o->start[0] = first;
	for (size_t i = 0; i < h->lines; i++)
		o->start[i + 1] = next_line(r, o->start[i], h->end);
	o->rows[h->lines] = o->most[h->lines] = 0;
	o->reads[h->lines] = false;
	for (size_t i = h->lines; i-- > 0;) {
		size_t next = 0;
		const enum line_kind kind = read_line(r, h, o->start[i], &next);
		o->rows[i] = o->rows[i + 1];
		o->reads[i] = reads(r, h, o->start[i], kind);
		if (kind == LINE_NO_ROW)
			o->reads[i] = o->reads[i + 1];
		else if (kind == LINE_GOOD)
			o->rows[i] = 1 + o->rows[line_of(o, i + 1, next)];
		else if (kind == LINE_TORN)
			o->rows[i] = o->most[i + 1];
		o->most[i] = o->rows[i] > o->most[i + 1] ? o->rows[i] : o->most[i + 1];
	}
}

/* Does a line inside a row of several lines read as a row? */
static bool reads_inside(
    const struct csv_reader *r, const struct horizon *h, size_t at, size_t behind)
{
	for (; at < behind; at = next_line(r, at, h->end)) {
		size_t next;
		if (reads(r, h, at, read_line(r, h, at, &next)))
			return true;
	}
	return false;
}

/* Do the rows from `at` on, up to the horizon or to a torn one, which goes on where it is best,
 * pass over no line that reads? Then none later has more good rows: all that follows it follows
 * here. */
static bool passes_none(const struct csv_reader *r, const struct horizon *h, size_t at)
{
	for (size_t next = at; at < h->end; at = next) {
		size_t behind = 0;
		next = next_line(r, at, h->end);
		if (!may_be_open(r, at, next))
			continue;
		const enum line_kind kind = read_line(r, h, at, &behind);
		if (kind == LINE_TORN)
			return true;
		if (kind == LINE_GOOD && reads_inside(r, h, next, behind))
			return false;
		next = kind == LINE_GOOD ? behind : next;
	}
	return true;
}

/* The best line of the horizon that begins at `first`, which reads. */
static size_t best_line(
    const struct csv_reader *r, const struct horizon *h, size_t first, size_t closed)
{
	struct outlook o = { 0 };
	const bool rival = closed <= h->end;
	if (!rival && passes_none(r, h, first))
		return first;
	look_out(r, h, first, &o);
	const size_t lines = rival ? line_of(&o, 0, closed) : h->lines;
	size_t best = 0;
	for (size_t i = 1; i < lines; i++) {
		if (o.reads[i] && o.rows[i] > o.rows[best])
			best = i;
	}
	return rival && o.rows[best] < o.rows[lines] + CSV_ROW_PROBE_ROWS ? closed : o.start[best];
}

size_t csv_torn_end(const struct csv_reader *r, size_t at, size_t closed)
{
	const size_t cap = at + (size_t)CSV_MAX_ROW_BYTES;
	struct horizon h = { 0 };
	size_t start = next_line(r, at, r->n);
	size_t behind = start; /* the row before and what is no row behind it */
	for (h.end = start; start < r->n; start = next_line(r, start, r->n)) {
		size_t next;
		if (start > cap || start >= closed)
			return start;
		if (!extend(r, start, &h))
			return CSV_TORN_MORE;
		const enum line_kind kind = read_line(r, &h, start, &next);
		if (reads(r, &h, start, kind)) {
			const size_t best = best_line(r, &h, start, closed);
			return best == start ? behind : best;
		}
		h.lines--;
		if (kind != LINE_NO_ROW)
			behind = next_line(r, start, r->n);
	}
	return r->eof ? r->n : CSV_TORN_MORE;
}
