/* SPDX-License-Identifier: Apache-2.0 */
/* csv_sniff_read - a forgiving reader of rows. */
#include "csv/csv_sniff_read.h"

void csv_probe_init(struct csv_probe *r, const struct csv_dialect *d)
{
	*r = (struct csv_probe){
		.d = d, .delimiter_n = strlen(d->delimiter), .comment_n = strlen(d->comment)
	};
	r->stops['\n'] = d->line_end != CSV_LINE_CR;
	r->stops['\r'] = d->line_end != CSV_LINE_LF;
	if (r->delimiter_n > 0)
		r->stops[(uint8_t)d->delimiter[0]] = 1;
}

static inline bool is_delimiter(const struct csv_probe *r, const uint8_t *p, size_t n, size_t at)
{
	if (at >= n || r->delimiter_n == 0 || p[at] != (uint8_t)r->d->delimiter[0])
		return false;
	return r->delimiter_n == 1 ||
	       (n - at >= r->delimiter_n && memcmp(p + at, r->d->delimiter, r->delimiter_n) == 0);
}

static inline bool is_line_end(const struct csv_probe *r, uint8_t c)
{
	return (c == '\n' || c == '\r') && r->stops[c] != 0 &&
	       !(r->delimiter_n > 0 && c == (uint8_t)r->d->delimiter[0]);
}

/* Behind a line end at `at`. */
static size_t past_line_end(const struct csv_probe *r, const uint8_t *p, size_t n, size_t at)
{
	const bool pair =
	    r->d->line_end == CSV_LINE_MIXED && p[at] == '\r' && at + 1 < n && p[at + 1] == '\n';
	return at + (pair ? 2 : 1);
}

size_t csv_probe_line(const struct csv_probe *r, const uint8_t *p, size_t n, size_t at)
{
	if (r->d->line_end == CSV_LINE_LF) {
		const uint8_t *hit = at < n ? memchr(p + at, '\n', n - at) : NULL;
		return hit == NULL ? n : (size_t)(hit - p) + 1;
	}
	while (at < n && !is_line_end(r, p[at]))
		at++;
	return at < n ? past_line_end(r, p, n, at) : n;
}

/* Skips blanks where the dialect says so. */
static inline size_t open_cell(const struct csv_probe *r, const uint8_t *p, size_t n, size_t at)
{
	while (r->d->skip_space && at < n && (p[at] == ' ' || p[at] == '\t') &&
	       !is_delimiter(r, p, n, at))
		at++;
	return at;
}

/* Past the closing quote of a cell that opens at `open`; 0 when it does not close within reach. */
static size_t close_cell(
    const struct csv_probe *r, const uint8_t *p, size_t n, size_t open, struct csv_probe_cell *cell)
{
	const uint8_t quote = (uint8_t)r->d->quote;
	const uint8_t escape = (uint8_t)r->d->escape;
	const size_t limit = n - open > CSV_PROBE_CELL_BYTES ? open + CSV_PROBE_CELL_BYTES : n;
	for (size_t at = open + 1; at < limit; at++) {
		const uint8_t c = p[at];
		if (c == quote) {
			if (at + 1 >= n || p[at + 1] != quote)
				return at + 1;
			cell->marks |= CSV_CELL_TWICE;
			at++;
		} else if (escape != 0 && c == escape && at + 1 < n &&
			   (p[at + 1] == quote || p[at + 1] == escape)) {
			cell->marks |= CSV_CELL_ESCAPES;
			at++;
		} else if (is_line_end(r, c)) {
			cell->marks |= CSV_CELL_LINES;
		}
	}
	return 0;
}

/* Does a cell end at `at`, behind its closing quote? */
static bool cell_ends(const struct csv_probe *r, const uint8_t *p, size_t n, bool eof, size_t at)
{
	if (at >= n || is_delimiter(r, p, n, at) || is_line_end(r, p[at]))
		return true;
	if (p[at] != '\r' || r->d->line_end != CSV_LINE_LF)
		return false;
	return at + 1 < n ? p[at + 1] == '\n' : eof;
}

/* Reads the cell at *at and moves behind it; false when its quotes are wrong. */
static bool read_cell(const struct csv_probe *r, const uint8_t *p, size_t n, bool eof, size_t *at,
    struct csv_probe_cell *cell)
{
	size_t i = open_cell(r, p, n, *at);
	*cell = (struct csv_probe_cell){ .at = (uint32_t)i, .led = i > *at };
	if (i < n && r->d->quote != '\0' && p[i] == (uint8_t)r->d->quote) {
		const size_t close = close_cell(r, p, n, i, cell);
		if (close == 0 || !cell_ends(r, p, n, eof, close)) {
			*at = close == 0 ? i : close;
			return false;
		}
		cell->marks |= CSV_CELL_QUOTED;
		cell->at++;
		cell->n = (uint32_t)(close - i - 2);
		*at = close;
		return true;
	}
	for (; i < n; i++) {
		if (r->stops[p[i]] != 0 && (is_line_end(r, p[i]) || is_delimiter(r, p, n, i)))
			break;
	}
	cell->n = (uint32_t)(i - cell->at);
	*at = i;
	return true;
}

static bool is_comment(const struct csv_probe *r, const uint8_t *p, size_t n, size_t at)
{
	return r->comment_n > 0 && n - at >= r->comment_n &&
	       memcmp(p + at, r->d->comment, r->comment_n) == 0;
}

/* A line without cells: blank or comment. */
static bool read_other(
    const struct csv_probe *r, const uint8_t *p, size_t n, size_t at, struct csv_probe_row *row)
{
	row->comment = is_comment(r, p, n, at);
	if (row->comment) {
		row->next = csv_probe_line(r, p, n, at);
		row->end = row->next;
		return true;
	}
	const bool pair =
	    r->d->line_end == CSV_LINE_LF && p[at] == '\r' && at + 1 < n && p[at + 1] == '\n';
	row->blank = pair || is_line_end(r, p[at]);
	row->end = at;
	if (row->blank)
		row->next = pair ? at + 2 : past_line_end(r, p, n, at);
	return row->blank;
}

static size_t count_lines(const struct csv_probe *r, const uint8_t *p, size_t from, size_t to)
{
	size_t lines = 0;
	for (size_t at = from; at < to; lines++)
		at = csv_probe_line(r, p, to, at);
	return lines == 0 ? 1 : lines;
}

/* The row's last cell ends at `at`. */
static void end_row(const struct csv_probe *r, const uint8_t *p, size_t n, bool eof, size_t at,
    struct csv_probe_row *row)
{
	const bool crlf = r->d->line_end == CSV_LINE_LF && at < n && p[at] == '\r';
	const size_t stop = crlf ? at + 1 : at;
	row->end = at;
	row->open = stop >= n && !eof;
	row->next = stop < n ? past_line_end(r, p, n, stop) : n;
}

void csv_probe_read(const struct csv_probe *r, const uint8_t *p, size_t n, bool eof, size_t at,
    struct csv_probe_row *row, struct csv_probe_cell *out, size_t cap)
{
	struct csv_probe_cell cell;
	bool many_lines = false;
	*row = (struct csv_probe_row){ .at = at, .lines = 1 };
	if (read_other(r, p, n, at, row))
		return;
	for (;;) {
		if (!read_cell(r, p, n, eof, &at, &cell)) {
			row->bad = true;
			row->next = csv_probe_line(r, p, n, at);
			row->end = row->next;
			row->lines = count_lines(r, p, row->at, row->next);
			row->open = row->next == n && !eof;
			return;
		}
		many_lines = many_lines || (cell.marks & CSV_CELL_LINES) != 0;
		row->quoted += (cell.marks & CSV_CELL_QUOTED) != 0;
		if (row->cells < cap)
			out[row->cells] = cell;
		row->cells++;
		if (!is_delimiter(r, p, n, at))
			break;
		at += r->delimiter_n;
	}
	end_row(r, p, n, eof, at, row);
	if (r->d->line_end == CSV_LINE_LF && row->end > row->at && p[row->end - 1] == '\r' &&
	    (cell.marks & CSV_CELL_QUOTED) == 0) {
		row->end--;
		if (row->cells <= cap && cell.n > 0)
			out[row->cells - 1].n--;
	}
	if (many_lines)
		row->lines = count_lines(r, p, row->at, row->next);
}
