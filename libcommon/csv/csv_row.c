/* SPDX-License-Identifier: Apache-2.0 */
/* csv_row - rows and their cells. */
#include "csv/csv_row.h"

#include "csv/csv_torn.h"

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

/* Rule 3: gives up the quote. */
static void give_up(const struct csv_reader *r, size_t at, size_t closed, struct csv_row *out)
{
	const size_t next = csv_torn_end(r, at, closed);
	out->kind = next == CSV_TORN_MORE ? CSV_ROW_MORE : CSV_ROW_TORN;
	if (out->kind == CSV_ROW_TORN)
		end_at(r, at, next, out);
}

/* A row that is not simply closed: rules 1 and 3. */
static void judge(const struct csv_reader *r, size_t at, const struct csv_record *record,
    size_t closed, struct csv_row *out)
{
	const size_t line = csv_reader_stop(r, at, r->n);
	if (line == r->n && !r->eof) {
		out->kind = CSV_ROW_MORE;
		return;
	}
	const size_t open = csv_torn_open(r, at, line);
	if (open == line) {
		out->kind =
		    record->reading == CSV_READ_OPEN ? CSV_ROW_LONG_CELL : CSV_ROW_BAD_QUOTE;
		out->at_fault = record->fault;
		end_at(r, at, line < r->n ? csv_reader_after(r, line, r->n) : line, out);
		return;
	}
	out->at_fault = open;
	give_up(r, at, closed, out);
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
		judge(&r, at, &record, SIZE_MAX, out);
		return;
	}
	if (record.multi && w->columns > 0) {
		const bool swallowed = csv_torn_is_swallowed(&r, at, &record);
		if (swallowed || record.cells != w->columns) {
			judge(&r, at, &record, swallowed ? SIZE_MAX : record.next, out);
			return;
		}
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
