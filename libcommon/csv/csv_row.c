/* SPDX-License-Identifier: Apache-2.0 */
/* csv_row - where a row ends, torn quotes included. */
#include "csv/csv_row.h"

/* How reading one record went. */
enum reading {
	READ_CLOSED,
	READ_TEXT_AFTER, /* text behind a closing quote */
	READ_OPEN,       /* a quote is open at the end of the file or past the limit */
	READ_MORE,       /* the window ended first */
};

struct record {
	enum reading reading;
	size_t end;   /* closed: first byte of the line end */
	size_t next;  /* closed: start of the following line */
	size_t cells; /* closed */
	size_t fault; /* first byte that was not understood; an open quote's position */
	bool multi;   /* a line end stands inside a quoted cell */
};

static size_t find(const struct csv_row_window *w, size_t at, char c, size_t limit)
{
	const uint8_t *hit = memchr(w->p + at, c, limit - at);
	return hit == NULL ? limit : (size_t)(hit - w->p);
}

/* Past the closing quote of a cell that opens at `open`, or the limit when it stays open. */
static size_t close_quote(const struct csv_row_window *w, size_t open, size_t limit)
{
	size_t at = open + 1;
	while (at < limit) {
		at = find(w, at, w->quote, limit);
		if (at == limit)
			return limit + 1;
		if (at + 1 < limit && w->p[at + 1] == (uint8_t)w->quote) {
			at += 2;
			continue;
		}
		return at + 1;
	}
	return limit + 1;
}

static size_t skip_plain(const struct csv_row_window *w, size_t at, size_t limit)
{
	const uint8_t delimiter = (uint8_t)w->delimiter;
	while (at < limit && w->p[at] != delimiter && w->p[at] != '\n')
		at++;
	return at;
}

static bool has_newline(const struct csv_row_window *w, size_t from, size_t to)
{
	return memchr(w->p + from, '\n', to - from) != NULL;
}

/* The line end at `at`: 1 LF, 2 CR LF, 0 none. */
static size_t line_end(const struct csv_row_window *w, size_t at, size_t limit)
{
	if (at < limit && w->p[at] == '\n')
		return 1;
	if (at + 1 < limit && w->p[at] == '\r' && w->p[at + 1] == '\n')
		return 2;
	return 0;
}

/* A quoted cell at `at`; on success at moves behind its closing quote. */
static bool read_quoted(
    const struct csv_row_window *w, size_t *at, size_t end, bool end_is_eof, struct record *r)
{
	const size_t open = *at;
	const size_t cap = open + 3 + CSV_MAX_FIELD_BYTES;
	const size_t limit = cap < end ? cap : end;
	const size_t close = close_quote(w, open, limit);
	const bool at_window_end = limit == end && !end_is_eof;
	r->fault = open;
	if (close > limit || (close == limit && at_window_end)) {
		r->reading = at_window_end ? READ_MORE : READ_OPEN;
		return false;
	}
	if (close - open - 2 > CSV_MAX_FIELD_BYTES) {
		r->reading = READ_OPEN;
		return false;
	}
	r->multi = r->multi || has_newline(w, open, close);
	*at = close;
	return true;
}

/* Behind a closing quote at `at`: true when the cell ends properly there. */
static bool ends_cell(const struct csv_row_window *w, size_t at, size_t end, bool eof)
{
	if (at == end)
		return true;
	if (w->p[at] == (uint8_t)w->delimiter || w->p[at] == '\n')
		return true;
	if (w->p[at] == '\r')
		return (at + 1 == end && eof) || (at + 1 < end && w->p[at + 1] == '\n');
	return false;
}

/* Reads one record strictly, up to `end` of the window. */
static void read_record(
    const struct csv_row_window *w, size_t at, size_t end, bool eof, struct record *r)
{
	*r = (struct record){ .reading = READ_CLOSED };
	for (;;) {
		const bool quoted = at < end && w->p[at] == (uint8_t)w->quote;
		if (quoted) {
			if (!read_quoted(w, &at, end, eof, r))
				return;
			if (!ends_cell(w, at, end, eof)) {
				const bool cut = !eof && at + 1 == end && w->p[at] == '\r';
				r->reading = cut ? READ_MORE : READ_TEXT_AFTER;
				r->fault = at;
				return;
			}
		} else {
			at = skip_plain(w, at, end);
		}
		r->cells++;
		if (at < end && w->p[at] == (uint8_t)w->delimiter) {
			at++;
			continue;
		}
		break;
	}
	if (at == end && !eof) {
		r->reading = READ_MORE;
		r->fault = at;
		return;
	}
	if (at < end && w->p[at] == '\r') {
		r->end = at++;
	} else {
		const bool cr = at > 0 && w->p[at - 1] == '\r';
		r->end = cr ? at - 1 : at;
	}
	r->next = at < end && w->p[at] == '\n' ? at + 1 : at;
}

/* Rule 1: the quote that is open at the line's end when text behind a closing quote is let pass;
 * `end` when the line is complete by itself. */
static size_t open_quote(const struct csv_row_window *w, size_t at, size_t end)
{
	while (at < end) {
		if (w->p[at] == (uint8_t)w->quote) {
			const size_t close = close_quote(w, at, end);
			if (close > end)
				return at;
			at = close;
		}
		at = skip_plain(w, at, end) + 1;
	}
	return end;
}

/* Is the line a row of the file's width with a torn quote of its own? Quotes are taken as text. */
static bool is_torn_row(const struct csv_row_window *w, size_t at)
{
	const size_t end = find(w, at, '\n', w->n);
	if (open_quote(w, at, end) == end)
		return false;
	size_t cells = 1;
	for (size_t i = at; i < end; i++)
		cells += w->p[i] == (uint8_t)w->delimiter;
	return cells == w->columns;
}

/* Does a row of the file's width start here, whole or torn? Looks no further than the probe. */
static bool probe(const struct csv_row_window *w, size_t at)
{
	const size_t cap = at + CSV_ROW_PROBE_BYTES;
	const size_t end = cap < w->n ? cap : w->n;
	struct record r;
	read_record(w, at, end, end == w->n && w->eof, &r);
	return (r.reading == READ_CLOSED && r.cells == w->columns) || is_torn_row(w, at);
}

/* Are the lines wholly inside a record of several lines rows of their own (rule 2)? */
static bool swallowed_rows(const struct csv_row_window *w, size_t at, const struct record *r)
{
	if (w->columns < 3)
		return false;
	size_t inside = 0;
	size_t start = find(w, at, '\n', r->end) + 1;
	while (start < r->end) {
		const size_t end = find(w, start, '\n', r->end);
		if (end == r->end)
			break;
		struct record line;
		read_record(w, start, end, true, &line);
		if (line.reading != READ_CLOSED || line.multi || line.cells != w->columns)
			return false;
		inside++;
		start = end + 1;
	}
	return inside >= 2;
}

static size_t count_lines(const struct csv_row_window *w, size_t from, size_t to)
{
	size_t lines = 0;
	for (size_t at = from; at < to; lines++)
		at = find(w, at, '\n', to) + 1;
	return lines == 0 ? 1 : lines;
}

static void end_at(const struct csv_row_window *w, size_t at, size_t next, struct csv_row *out)
{
	size_t end = next;
	if (end > at && w->p[end - 1] == '\n')
		end--;
	if (end > at && w->p[end - 1] == '\r')
		end--;
	out->n = end - at;
	out->next = next;
	out->lines = count_lines(w, at, next);
}

/* Rule 3: gives up the quote and looks for the next line start that reads as a row. */
static void give_up(const struct csv_row_window *w, size_t at, struct csv_row *out)
{
	const size_t cap = at + (size_t)CSV_MAX_ROW_BYTES;
	size_t start = at;
	out->kind = CSV_ROW_TORN;
	for (;;) {
		start = find(w, start, '\n', w->n);
		if (start == w->n)
			break;
		start++;
		if (start == w->n && !w->eof)
			break;
		if (!w->eof && w->n - start < CSV_ROW_PROBE_BYTES) {
			out->kind = CSV_ROW_MORE;
			return;
		}
		if (start == w->n || start > cap || probe(w, start)) {
			end_at(w, at, start, out);
			return;
		}
	}
	if (!w->eof) {
		out->kind = CSV_ROW_MORE;
		return;
	}
	end_at(w, at, w->n, out);
}

/* A row that is not simply closed: rules 1 to 3. */
static void judge(
    const struct csv_row_window *w, size_t at, const struct record *r, struct csv_row *out)
{
	const size_t line = find(w, at, '\n', w->n);
	if (line == w->n && !w->eof) {
		out->kind = CSV_ROW_MORE;
		return;
	}
	const size_t open = open_quote(w, at, line);
	if (open == line) {
		out->kind = r->reading == READ_OPEN ? CSV_ROW_LONG_CELL : CSV_ROW_BAD_QUOTE;
		out->at_fault = r->fault;
		end_at(w, at, line < w->n ? line + 1 : line, out);
		return;
	}
	out->at_fault = open;
	give_up(w, at, out);
}

void csv_row_find(const struct csv_row_window *w, size_t at, struct csv_row *out)
{
	struct record r;
	*out = (struct csv_row){ .kind = CSV_ROW_WHOLE };
	read_record(w, at, w->n, w->eof, &r);
	if (r.reading == READ_MORE) {
		out->kind = CSV_ROW_MORE;
		return;
	}
	if (r.reading != READ_CLOSED) {
		judge(w, at, &r, out);
		return;
	}
	const bool believed =
	    !r.multi || w->columns == 0 || (r.cells == w->columns && !swallowed_rows(w, at, &r));
	if (!believed) {
		judge(w, at, &r, out);
		return;
	}
	out->n = r.end - at;
	out->next = r.next;
	out->cells = r.cells;
	out->lines = r.multi ? count_lines(w, at, r.next) : 1;
}

size_t csv_row_cells(const struct csv_row_window *w, size_t at, const struct csv_row *row,
    struct csv_cell *out, size_t cap)
{
	const size_t end = at + row->n;
	size_t count = 0;
	for (;; at++) {
		struct csv_cell cell = { 0 };
		if (at < end && w->p[at] == (uint8_t)w->quote) {
			const size_t close = close_quote(w, at, end);
			cell.at = (uint32_t)(at + 1);
			cell.n = (uint32_t)(close - at - 2);
			if (memchr(w->p + cell.at, w->quote, cell.n) != NULL)
				cell.n |= CSV_CELL_DOUBLED;
			at = close;
		} else {
			cell.at = (uint32_t)at;
			at = skip_plain(w, at, end);
			cell.n = (uint32_t)(at - cell.at);
		}
		if (count < cap)
			out[count] = cell;
		count++;
		if (at >= end)
			return count;
	}
}

size_t csv_row_unquote(const uint8_t *p, size_t n, char quote, char *out)
{
	size_t to = 0;
	for (size_t i = 0; i < n; i++) {
		out[to++] = (char)p[i];
		if (p[i] == (uint8_t)quote)
			i++;
	}
	return to;
}

size_t csv_row_blank(const struct csv_row_window *w, size_t at)
{
	const size_t end = line_end(w, at, w->n);
	if (end != 0)
		return end;
	return w->eof && at + 1 == w->n && w->p[at] == '\r' ? 1 : 0;
}
