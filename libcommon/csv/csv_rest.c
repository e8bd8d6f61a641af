/* SPDX-License-Identifier: Apache-2.0 */
/* csv_rest - the tables behind the first. */
#include "csv/csv_rest.h"

/* The row below is not in the window yet. */
#define UNKNOWN SIZE_MAX

void csv_rest_init(struct csv_rest *r, const struct csv_dialect *d, int64_t line)
{
	*r = (struct csv_rest){ .dialect = *d, .line = line };
	/* Which rows at the very end are no data does not matter where none is. */
	r->dialect.footer_rows = 0;
}

void csv_rest_done(struct csv_rest *r)
{
	csv_odd_rows_done(&r->odd);
}

static void keep(struct csv_rest *r, const struct csv_sniff_table *table)
{
	if (r->found.n < CSV_REST_TABLES)
		r->found.at[r->found.n] = *table;
	r->found.n++;
}

static void end_table(struct csv_rest *r)
{
	keep(r, &r->table);
	r->table = (struct csv_sniff_table){ 0 };
	r->lone = 0;
}

static bool is_empty_line(const struct csv_row_window *w, size_t at)
{
	return w->p[at] == '\n' || w->p[at] == '\r';
}

/* Cells of the row at `at`; 0 when there is none, or a bad one. */
static size_t cells_at(const struct csv_row_window *w, size_t at)
{
	struct csv_row row;
	size_t blank;
	while (at < w->n && (blank = csv_row_blank(w, at)) > 0) {
		if (is_empty_line(w, at))
			return 0;
		at += blank;
	}
	if (at >= w->n)
		return w->eof ? 0 : UNKNOWN;
	csv_row_find(w, at, &row);
	if (row.kind == CSV_ROW_MORE)
		return UNKNOWN;
	return row.kind == CSV_ROW_WHOLE ? row.cells : 0;
}

/* Does a table begin with this row? 1 yes, 0 no, -1 more bytes are needed. */
static int begins(
    const struct csv_rest *r, const struct csv_row_window *w, const struct csv_row *row)
{
	if (row->kind != CSV_ROW_WHOLE)
		return 0;
	if (r->dialect.delimiter[0] == '\0')
		return 1;
	if (row->cells == 1)
		return r->lone == CSV_REST_TITLES;
	const size_t below = cells_at(w, row->next);
	if (below == UNKNOWN)
		return -1;
	return row->cells > 2 ? below <= row->cells : below == 2;
}

/* The row at hand, and of one cell those right above it, are a table. */
static void begin_table(struct csv_rest *r, size_t cells)
{
	const bool lone = cells == 1 && r->lone > 0;
	r->table = (struct csv_sniff_table){
		.line = lone ? r->lone_line : r->line,
		.columns = cells,
		.rows = lone ? (size_t)r->lone : 0,
	};
}

/* A title, a remark, or the first line of a row that cannot be read: how far it reaches depends on
 * a width that nobody knows yet. */
static size_t pass_row(
    struct csv_rest *r, const struct csv_row_window *w, const struct csv_row *row)
{
	const bool whole = row->kind == CSV_ROW_WHOLE;
	const size_t next = whole ? row->next : csv_row_line(w, 0);
	if (r->lone == 0)
		r->lone_line = r->line;
	r->lone = whole && row->cells == 1 ? r->lone + 1 : 0;
	if (r->first.line == 0)
		r->first = (struct csv_sniff_table){ r->line, row->cells, 1 };
	r->line += whole ? (int64_t)row->lines : 1;
	return next > 0 ? next : w->n;
}

/* One line or row between tables; a row that begins one is left to read_table. */
static size_t read_between(struct csv_rest *r, const struct csv_row_window *w)
{
	struct csv_row row;
	const size_t blank = csv_row_blank(w, 0);
	if (blank > 0) {
		r->lone = is_empty_line(w, 0) ? 0 : r->lone;
		r->line++;
		return blank;
	}
	csv_row_find(w, 0, &row);
	const int found = row.kind == CSV_ROW_MORE ? -1 : begins(r, w, &row);
	if (found == 0)
		return pass_row(r, w, &row);
	if (found == 1)
		begin_table(r, row.cells);
	return 0;
}

static size_t read_table(struct csv_rest *r, const struct csv_row_window *w)
{
	const struct csv_walk k = csv_walk_rows(w, &r->odd);
	r->table.rows += (size_t)k.rows;
	r->line += k.lines;
	if (k.table_ended)
		end_table(r);
	return k.end;
}

size_t csv_rest_read(struct csv_rest *r, const struct csv_row_window *w)
{
	struct csv_row_window left = *w;
	left.dialect = &r->dialect;
	while (left.n > 0) {
		const size_t columns = left.columns = r->table.columns;
		const size_t step = columns > 0 ? read_table(r, &left) : read_between(r, &left);
		left.p += step;
		left.n -= step;
		if (step == 0 && r->table.columns == columns)
			break;
	}
	return w->n - left.n;
}

void csv_rest_finish(struct csv_rest *r)
{
	if (r->table.columns > 0)
		end_table(r);
	if (r->found.n == 0 && r->first.line > 0)
		keep(r, &r->first);
}
