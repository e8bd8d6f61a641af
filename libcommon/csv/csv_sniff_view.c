/* SPDX-License-Identifier: Apache-2.0 */
/* csv_sniff_view - the rows of a light sample, their table, its score. */
#include "csv/csv_sniff_view.h"

#include <stdlib.h>

#include "base/mem.h"
#include "csv/csv_sniff_table.h"

void csv_view_init(struct csv_view *v, const struct csv_light *light)
{
	*v = (struct csv_view){ .light = light };
	v->cells = mem_array(CSV_VIEW_CELLS, sizeof(*v->cells));
	v->rows = mem_array(CSV_VIEW_ROWS, sizeof(*v->rows));
}

void csv_view_done(struct csv_view *v)
{
	free(v->cells);
	free(v->rows);
	free(v->columns);
	*v = (struct csv_view){ 0 };
}

size_t csv_view_columns(const struct csv_view *v)
{
	return v->width < CSV_VIEW_CELLS ? v->width : CSV_VIEW_CELLS;
}

struct csv_look csv_view_look(const struct csv_view *v, size_t cell)
{
	const struct csv_probe_cell *c = &v->cells[cell];
	return csv_look_at(v->light->p + c->at, c->n, c->marks);
}

uint32_t csv_view_value(const uint8_t *p, size_t n)
{
	uint32_t hash = 2166136261U;
	for (size_t i = 0; i < n && i < 64; i++)
		hash = (hash ^ p[i]) * 16777619U;
	return (hash ^ (hash >> 15)) & 511;
}

static void mix(uint64_t *hash, uint64_t v)
{
	*hash = (*hash ^ v) * UINT64_C(0x9E3779B97F4A7C15);
	*hash ^= *hash >> 29;
}

/* Looks at the cells of a row that was just read. */
static void judge_row(struct csv_view *v, const struct csv_probe_row *row, struct csv_view_row *out)
{
	const size_t n = row->cells < CSV_VIEW_CELLS ? row->cells : CSV_VIEW_CELLS;
	for (size_t i = 0; i < n; i++) {
		const struct csv_probe_cell *c = &v->cells[i];
		const struct csv_look look = csv_view_look(v, i);
		const bool strict = csv_kind_is_strict(look.kind);
		out->good += look.good;
		out->filled += look.kind != CSV_KIND_EMPTY;
		out->strict += strict;
		out->typed += look.good >= 85 || look.kind == CSV_KIND_EMPTY;
		out->first_strict = out->first_strict || (i == 0 && strict);
		v->led += i > 0 && (look.led || c->led) && look.kind != CSV_KIND_EMPTY;
		v->behind += i > 0 && look.kind != CSV_KIND_EMPTY;
		mix(&v->hash, ((uint64_t)c->at << 32) | c->n);
		if ((c->marks & CSV_CELL_ESCAPES) != 0)
			mix(&v->hash, 1);
	}
	v->quoted += row->quoted;
	mix(&v->hash, row->cells);
}

/* All rows up to a limit. */
static void read_rows(struct csv_view *v, size_t limit)
{
	const struct csv_light *l = v->light;
	struct csv_probe reader;
	struct csv_probe_row row;
	bool after_blank = false;
	bool gap = false;
	size_t line = l->line;
	const bool eof = limit == l->n && l->end;
	csv_probe_init(&reader, &v->dialect);
	for (size_t at = 0; at < limit && v->n_rows < CSV_VIEW_ROWS; at = row.next) {
		csv_probe_read(&reader, l->p, limit, eof, at, &row, v->cells, CSV_VIEW_CELLS);
		gap = gap || (at < l->front && row.next >= l->front && row.next < limit);
		line += row.lines;
		if (row.open && v->n_rows > 0)
			break;
		if (row.blank || row.comment) {
			after_blank = after_blank || row.blank;
			v->comments += row.comment;
			continue;
		}
		struct csv_view_row *out = &v->rows[v->n_rows++];
		*out = (struct csv_view_row){
			.at = (uint32_t)at,
			.next = (uint32_t)row.next,
			.cells = (uint32_t)row.cells,
			.line = (uint32_t)(line - row.lines),
			.lines = (uint32_t)row.lines,
			.bad = row.bad,
			.after_blank = after_blank,
			.after_gap = at >= l->front && gap,
		};
		after_blank = false;
		gap = gap && at < l->front;
		v->front_rows += at < l->front;
		if (row.bad)
			mix(&v->hash, at);
		else
			judge_row(v, &row, out);
	}
}

size_t csv_view_cells(struct csv_view *v, const struct csv_view_row *row)
{
	struct csv_probe reader;
	struct csv_probe_row again;
	csv_probe_init(&reader, &v->dialect);
	csv_probe_read(
	    &reader, v->light->p, row->next, true, row->at, &again, v->cells, CSV_VIEW_CELLS);
	return again.cells < CSV_VIEW_CELLS ? again.cells : CSV_VIEW_CELLS;
}

static void take_cell(struct csv_view_column *c, const struct csv_view *v, size_t i)
{
	const struct csv_probe_cell *cell = &v->cells[i];
	const struct csv_look look = csv_view_look(v, i);
	c->kinds[look.kind]++;
	if (look.kind == CSV_KIND_EMPTY)
		return;
	c->shortest = c->filled == 0 || cell->n < c->shortest ? cell->n : c->shortest;
	c->longest = cell->n > c->longest ? cell->n : c->longest;
	c->filled++;
	c->led += look.led || cell->led;
	const uint32_t bit = csv_view_value(v->light->p + cell->at, cell->n);
	c->seen[bit / 64] |= UINT64_C(1) << (bit % 64);
}

/* Words, codes and prose are one kind of column. */
static void settle_column(struct csv_view_column *c)
{
	uint32_t text = 0;
	uint32_t most = 0;
	for (unsigned k = CSV_KIND_NUMBER; k < CSV_KIND_COUNT_; k++) {
		if (!csv_kind_is_strict(k))
			text += c->kinds[k];
		else if (c->kinds[k] > most) {
			most = c->kinds[k];
			c->kind = (uint8_t)k;
		}
	}
	c->strict = most > 0 && (uint64_t)most * 5 >= (uint64_t)c->filled * 4;
	if (text > 0 && !c->strict)
		c->kind = CSV_KIND_TEXT;
}

/* Leading rows that may be headers are left out: few in a short table, so that something is left.
 */
static size_t rows_held_back(size_t regular)
{
	if (regular <= 1)
		return 0;
	return regular <= 4 ? 1 : regular <= 8 ? 2 : 4;
}

static void judge_columns(struct csv_view *v)
{
	const size_t n = csv_view_columns(v);
	if (n == 0)
		return;
	if (n > v->columns_alloc) {
		v->columns = mem_resize(v->columns, n * sizeof(*v->columns));
		v->columns_alloc = n;
	}
	memset(v->columns, 0, n * sizeof(*v->columns));
	v->headers = rows_held_back(v->regular);
	size_t skip = v->headers;
	const size_t every = v->regular / CSV_VIEW_TYPED + 1;
	for (size_t i = v->from, k = 0; i < v->to; i++) {
		if (!csv_view_is_regular(v, &v->rows[i]))
			continue;
		if (skip > 0) {
			skip--;
			continue;
		}
		if (k++ % every != 0)
			continue;
		const size_t cells = csv_view_cells(v, &v->rows[i]);
		for (size_t c = 0; c < cells && c < n; c++)
			take_cell(&v->columns[c], v, c);
	}
	for (size_t c = 0; c < n; c++)
		settle_column(&v->columns[c]);
}

/* Does the table's first row differ in kind where columns have a strict one? */
static bool is_evident(struct csv_view *v)
{
	int votes = 0;
	if (v->regular < 2)
		return false;
	const size_t n = csv_view_cells(v, &v->rows[v->from]);
	for (size_t c = 0; c < n && c < csv_view_columns(v); c++) {
		const struct csv_look look = csv_view_look(v, c);
		if (!v->columns[c].strict || look.kind == CSV_KIND_EMPTY)
			continue;
		votes += csv_kind_is_strict(look.kind) ? -1 : 1;
	}
	return votes > 0;
}

/* 0..1: how much columns keep their kind; a column of words counts less than one of numbers. */
static double constancy(const struct csv_view *v)
{
	const size_t n = csv_view_columns(v);
	double sum = 0;
	double of = 0;
	for (size_t c = 0; c < n; c++) {
		const struct csv_view_column *column = &v->columns[c];
		if (column->filled == 0)
			continue;
		uint32_t most = 0;
		for (unsigned k = CSV_KIND_NUMBER; k <= CSV_KIND_AMOUNT; k++)
			most = column->kinds[k] > most ? column->kinds[k] : most;
		const double strict = (double)most / column->filled;
		sum += strict >= 0.8 ? strict : strict > 0.1 ? 0.7 * (1 - strict) : 0.85;
		of++;
	}
	return of == 0 ? 0.85 : sum / of;
}

/* Columns that hold nothing at all, or the same mark everywhere: what stands around them may be one
 * delimiter. */
static double empty_columns(const struct csv_view *v)
{
	const size_t n = csv_view_columns(v);
	size_t empty = 0;
	for (size_t c = 0; c < n; c++) {
		const struct csv_view_column *column = &v->columns[c];
		const bool mark =
		    column->kinds[CSV_KIND_ODD] == column->filled && column->longest == 1;
		empty += column->filled == 0 ? column->kinds[CSV_KIND_EMPTY] > 0 : mark;
	}
	return n == 0 ? 0 : (double)empty / (double)n;
}

static bool has_strict_column(const struct csv_view *v)
{
	for (size_t c = 0; c < csv_view_columns(v); c++) {
		if (v->columns[c].strict)
			return true;
	}
	return false;
}

/* A first line of names between usual delimiters is no name of one column. */
static bool splits(const struct csv_view *v, const struct csv_view_row *row)
{
	for (size_t i = row->at; row->strict == 0 && i < row->next; i++) {
		if (strchr(",;\t|", v->light->p[i]) != NULL)
			return true;
	}
	return false;
}

/* Lines that are a value as they stand: one column of dates is not two columns of numbers. A comma
 * in a number proves nothing when the first line is a number, too. */
static double typed_lines(const struct csv_view *v)
{
	const struct csv_view_row *first = &v->rows[v->from];
	const bool comma_first = first->strict > 0;
	if (splits(v, first))
		return 0;
	size_t typed = 0;
	size_t lines = 0;
	for (size_t i = v->from + 1; i < v->to; i++) {
		const struct csv_view_row *row = &v->rows[i];
		const bool comma = memchr(v->light->p + row->at, ',', row->next - row->at) != NULL;
		typed += row->strict > 0 && !(comma && comma_first);
		lines++;
	}
	return lines == 0 ? 0 : (double)typed / (double)lines;
}

/* Sums over the rows of the table. */
struct sums {
	double regular_bytes, bytes, outside;
	double good, cells, typed;
};

/* From the median of the rows' bytes by line, rounded up to a power of two. */
static size_t heaviest_line(const struct csv_view *v)
{
	size_t counts[33] = { 0 };
	size_t half = v->n_rows / 2;
	unsigned bits = 0;
	for (size_t i = 0; i < v->n_rows; i++) {
		const uint32_t bytes = (v->rows[i].next - v->rows[i].at) / v->rows[i].lines;
		counts[bytes == 0 ? 0 : 32 - (unsigned)__builtin_clz(bytes)]++;
	}
	for (; bits < ARRAY_SIZE(counts) - 1 && counts[bits] <= half; bits++)
		half -= counts[bits];
	return (size_t)CSV_VIEW_HEAVY << bits;
}

static struct sums add_up(struct csv_view *v)
{
	struct sums s = { 0 };
	v->regular = v->bad = v->table_rows = 0;
	v->line_bytes = heaviest_line(v);
	for (size_t i = 0; i < v->n_rows; i++) {
		const struct csv_view_row *row = &v->rows[i];
		const double bytes =
		    (double)csv_view_weight(row->next - row->at, row->lines, v->line_bytes);
		if (i < v->from || i >= v->to) {
			s.outside += bytes;
			continue;
		}
		v->table_rows++;
		v->bad += row->bad;
		s.bytes += bytes;
		if (!csv_view_is_regular(v, row))
			continue;
		v->regular++;
		s.regular_bytes += bytes;
		s.good += row->good;
		s.typed += row->typed;
		s.cells += row->cells < CSV_VIEW_CELLS ? row->cells : CSV_VIEW_CELLS;
	}
	return s;
}

/* A lone line above a table without a header of its own: then the line is the header, and the
 * delimiter is wrong. */
static double above(const struct csv_view *v)
{
	if (v->from == 0 || v->rows[v->from].after_blank || v->evident || v->width < 2)
		return 1;
	return 0.6;
}

static void score(struct csv_view *v, const struct sums *s)
{
	v->score = v->rho = v->typed_pct = 0;
	if (s->cells == 0 || s->bytes == 0)
		return;
	/* By bytes, because wrong quotes make few rows of many lines; by rows, because one huge row
	 * is one row. */
	const double rho =
	    (s->regular_bytes / s->bytes + (double)v->regular / (double)v->table_rows) / 2;
	v->rho = rho;
	const double good = s->good / s->cells / 100;
	const double kept = 0.8 + 0.2 * constancy(v);
	v->typed_pct = s->typed * 100 / s->cells;
	const double share = s->outside / (s->outside + s->bytes);
	const double cover = 1 - (v->prior < 0.9 ? 0.8 : 0.4) * share;
	if (v->width < 2) {
		const double whole = typed_lines(v) >= 0.9 ? 0.97 : 0.55;
		v->score = rho * rho * good * kept * cover * v->prior * whole *
			   (v->dialect.delimiter[0] == '\0' ? 1 : 0.4);
		return;
	}
	const double wide = (1 - 0.25 / (double)v->width) * (1 - 0.15 * empty_columns(v));
	const bool weak = v->prior < 0.9 && !has_strict_column(v);
	const double part = (double)v->regular / (double)v->n_rows;
	const double few = v->regular > 1 || v->n_rows == 1 ? (part < 0.5 ? 0.5 + part : 1)
			   : v->n_rows == 2                 ? 0.8
							    : 0.3;
	v->score =
	    rho * rho * good * kept * cover * wide * v->prior * above(v) * few * (weak ? 0.6 : 1);
}

void csv_view_read(struct csv_view *v, const struct csv_dialect *d, double prior, size_t limit)
{
	v->dialect = *d;
	v->prior = prior;
	v->n_rows = v->front_rows = v->comments = 0;
	v->led = v->behind = v->quoted = 0;
	v->hash = 0;
	read_rows(v, limit);
	csv_table_find(v);
	const struct sums s = add_up(v);
	judge_columns(v);
	v->evident = v->n_rows > 0 && is_evident(v);
	score(v, &s);
}
