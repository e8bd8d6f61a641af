/* SPDX-License-Identifier: Apache-2.0 */
/* csv_row - where a row ends, torn quotes included. */
#include "csv/csv_row.h"

#include "csv/csv_record.h"

/* Rule 1: the quote that is open at the line's end when text behind a closing quote is let pass;
 * `end` when the line is complete by itself. */
static size_t open_quote(const struct csv_reader *r, size_t at, size_t end)
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

/* Behind the line at `at`, when it has the file's width and tears a quote of its own; 0 when not.
 * Quotes are taken as text. */
static size_t torn_row(const struct csv_reader *r, size_t at, size_t limit, bool eof)
{
	const size_t end = csv_reader_stop(r, at, limit);
	if ((end == limit && !eof) || open_quote(r, at, end) == end)
		return 0;
	size_t cells = 1;
	for (size_t i = at; i < end;) {
		const bool hit = csv_reader_is_delimiter(r, i, end);
		cells += hit ? 1 : 0;
		i += hit ? r->delimiter_n : 1;
	}
	if (cells != r->columns)
		return 0;
	return end < limit ? csv_reader_after(r, end, limit) : limit;
}

/* How many rows of the file's width can be read from a line start, one after the other. */
static size_t probe(const struct csv_reader *r, size_t at)
{
	const size_t cap = at + CSV_ROW_PROBE_BYTES;
	const size_t end = cap < r->n ? cap : r->n;
	const bool eof = end == r->n && r->eof;
	for (size_t rows = 0; rows < CSV_ROW_PROBE_ROWS;) {
		struct csv_record record;
		const size_t skip = at < end ? csv_reader_skip(r, at, end, eof) : 0;
		at += skip;
		if (skip > 0)
			continue;
		if (at == end)
			return eof && rows > 0 ? CSV_ROW_PROBE_ROWS : rows;
		csv_reader_record(r, at, end, eof, &record);
		const bool good = record.reading == CSV_READ_CLOSED && record.cells == r->columns;
		const size_t next = good ? record.next : torn_row(r, at, end, eof);
		if (next == 0)
			return rows;
		at = next;
		rows++;
	}
	return CSV_ROW_PROBE_ROWS;
}

/* Are the lines wholly inside a record of several lines rows of their own (rule 2)? */
static bool swallowed_rows(const struct csv_reader *r, size_t at, const struct csv_record *record)
{
	if (r->columns < 3)
		return false;
	size_t inside = 0;
	const size_t first = csv_reader_stop(r, at, record->end);
	size_t start = csv_reader_after(r, first, record->end);
	while (start < record->end) {
		const size_t end = csv_reader_stop(r, start, record->end);
		if (end >= record->end)
			break;
		struct csv_record line;
		csv_reader_record(r, start, end, true, &line);
		if (line.reading != CSV_READ_CLOSED || line.multi || line.cells != r->columns)
			return false;
		inside++;
		start = csv_reader_after(r, end, record->end);
	}
	return inside >= 2;
}

static size_t count_lines(const struct csv_reader *r, size_t from, size_t to)
{
	size_t lines = 0;
	for (size_t at = from; at < to; lines++) {
		const size_t stop = csv_reader_stop(r, at, to);
		at = stop < to ? csv_reader_after(r, stop, to) : to;
	}
	return lines == 0 ? 1 : lines;
}

static void end_at(const struct csv_reader *r, size_t at, size_t next, struct csv_row *out)
{
	size_t end = next;
	if (end > at && r->p[end - 1] == '\n' && r->line_end != CSV_LINE_CR)
		end--;
	if (end > at && r->p[end - 1] == '\r')
		end--;
	out->n = end - at;
	out->next = next;
	out->lines = count_lines(r, at, next);
}

/* Behind the blank lines and comments at a line start, if not far behind the limit: from each of
 * them the same rows are read. */
static size_t behind_blanks(const struct csv_reader *r, size_t at, size_t limit)
{
	size_t skip = 1;
	while (skip > 0 && at < r->n && at <= limit) {
		skip = csv_reader_skip(r, at, r->n, r->eof);
		at += skip;
	}
	return at;
}

/* Rule 3: gives up the quote; the row ends at the line start behind which most reads again. */
static void give_up(const struct csv_reader *r, size_t at, struct csv_row *out)
{
	const size_t cap = at + (size_t)CSV_MAX_ROW_BYTES;
	size_t best = r->n;
	size_t best_rows = 0;
	size_t tried = 0;
	size_t start = at;
	size_t behind = at;
	out->kind = CSV_ROW_TORN;
	while (tried < CSV_ROW_PROBE_LINES && best_rows < CSV_ROW_PROBE_ROWS) {
		const size_t stop = csv_reader_stop(r, start, r->n);
		start = stop < r->n ? csv_reader_after(r, stop, r->n) : r->n;
		const bool known = start < behind;
		if (!known)
			behind = behind_blanks(r, start, cap);
		if (!r->eof && r->n - behind < CSV_ROW_PROBE_BYTES) {
			out->kind = CSV_ROW_MORE;
			return;
		}
		if (start == r->n || start > cap) {
			best = best_rows == 0 ? start : best;
			break;
		}
		const size_t rows = known ? 0 : probe(r, behind);
		if (rows > best_rows) {
			best = start;
			best_rows = rows;
		}
		tried += best_rows > 0;
	}
	end_at(r, at, best, out);
}

/* A row that is not simply closed: rules 1 to 3. */
static void judge(
    const struct csv_reader *r, size_t at, const struct csv_record *record, struct csv_row *out)
{
	const size_t line = csv_reader_stop(r, at, r->n);
	if (line == r->n && !r->eof) {
		out->kind = CSV_ROW_MORE;
		return;
	}
	const size_t open = open_quote(r, at, line);
	if (open == line) {
		out->kind =
		    record->reading == CSV_READ_OPEN ? CSV_ROW_LONG_CELL : CSV_ROW_BAD_QUOTE;
		out->at_fault = record->fault;
		end_at(r, at, line < r->n ? csv_reader_after(r, line, r->n) : line, out);
		return;
	}
	out->at_fault = open;
	give_up(r, at, out);
}

void csv_row_find(const struct csv_row_window *w, size_t at, struct csv_row *out)
{
	const struct csv_reader r = csv_reader_of(w);
	struct csv_record record = { .reading = CSV_READ_MORE };
	*out = (struct csv_row){ .kind = CSV_ROW_WHOLE };
	if (at < r.n)
		csv_reader_record(&r, at, r.n, r.eof, &record);
	if (record.reading == CSV_READ_MORE) {
		out->kind = CSV_ROW_MORE;
		return;
	}
	if (record.reading != CSV_READ_CLOSED) {
		judge(&r, at, &record, out);
		return;
	}
	const bool believed = !record.multi || w->columns == 0 ||
			      (record.cells == w->columns && !swallowed_rows(&r, at, &record));
	if (!believed) {
		judge(&r, at, &record, out);
		return;
	}
	out->n = record.end - at;
	out->next = record.next;
	out->cells = record.cells;
	out->paired = !record.stray && r.escape < 0;
	out->lines = record.multi ? count_lines(&r, at, record.next) : 1;
}

static bool needs_unquote(const struct csv_reader *r, const struct csv_cell *cell)
{
	const uint8_t *p = r->p + cell->at;
	return memchr(p, r->quote, cell->n) != NULL ||
	       (r->escape >= 0 && memchr(p, r->escape, cell->n) != NULL);
}

/* The cell at `at`; moves at behind it. */
static struct csv_cell take_cell(const struct csv_reader *r, size_t *at, size_t end)
{
	struct csv_cell cell = { 0 };
	size_t start = csv_reader_open(r, *at, end);
	if (start < end && r->p[start] == r->quote) {
		const size_t close = csv_reader_close(r, start, end);
		cell.at = (uint32_t)(start + 1);
		cell.n = (uint32_t)(close - start - 2);
		if (needs_unquote(r, &cell))
			cell.n |= CSV_CELL_DOUBLED;
		*at = close;
		return cell;
	}
	*at = csv_reader_plain(r, start, end);
	cell.at = (uint32_t)start;
	cell.n = (uint32_t)(*at - start);
	return cell;
}

size_t csv_row_cells(const struct csv_row_window *w, size_t at, const struct csv_row *row,
    struct csv_cell *out, size_t cap)
{
	const struct csv_reader r = csv_reader_of(w);
	const size_t end = at + row->n;
	for (size_t count = 0;; at += r.delimiter_n) {
		const struct csv_cell cell = take_cell(&r, &at, end);
		if (count < cap)
			out[count] = cell;
		count++;
		if (at >= end)
			return count;
	}
}

size_t csv_row_ends(
    const struct csv_row_window *w, size_t at, const struct csv_row *row, uint32_t *out, size_t cap)
{
	const struct csv_reader r = csv_reader_of(w);
	const size_t end = at + row->n;
	for (size_t count = 0;; at += r.delimiter_n) {
		(void)take_cell(&r, &at, end);
		if (count < cap)
			out[count] = (uint32_t)at;
		count++;
		if (at >= end)
			return count;
	}
}

size_t csv_row_unquote(const uint8_t *p, size_t n, const struct csv_dialect *d, char *out)
{
	size_t to = 0;
	for (size_t i = 0; i < n; i++) {
		const bool escapes = d->escape != '\0' && p[i] == (uint8_t)d->escape && i + 1 < n &&
				     (p[i + 1] == (uint8_t)d->quote || p[i + 1] == p[i]);
		if (escapes || (p[i] == (uint8_t)d->quote && i + 1 < n))
			i++;
		out[to++] = (char)p[i];
	}
	return to;
}

size_t csv_row_blank(const struct csv_row_window *w, size_t at)
{
	const struct csv_reader r = csv_reader_of(w);
	return at < r.n ? csv_reader_skip(&r, at, r.n, r.eof) : 0;
}

size_t csv_row_line(const struct csv_row_window *w, size_t at)
{
	const struct csv_reader r = csv_reader_of(w);
	const size_t stop = csv_reader_stop(&r, at, r.n);
	return stop < r.n ? csv_reader_after(&r, stop, r.n) : 0;
}
