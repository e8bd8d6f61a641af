/* SPDX-License-Identifier: Apache-2.0 */
/* csv_sniff_table - where the table begins and ends. */
#include "csv/csv_sniff_table.h"

#include <math.h>
#include <strings.h>

#include "csv/csv_sniff_cut.h"
#include "csv/csv_sniff_trailer.h"

enum { WIDTHS = 32, WIDTHS_TRIED = 5, HEADER_ABOVE = 30, TITLES = 3, COMPARED = 64 };

struct width {
	size_t cells, rows;
};

/* The most frequent widths, most rows first. */
static size_t count_widths(const struct csv_view *v, struct width *out)
{
	size_t n = 0;
	for (size_t i = 0; i < v->n_rows; i++) {
		const struct csv_view_row *row = &v->rows[i];
		size_t at = 0;
		if (row->bad)
			continue;
		while (at < n && out[at].cells != row->cells)
			at++;
		if (at == n && n == WIDTHS)
			continue;
		if (at == n)
			out[n++] = (struct width){ row->cells, 0 };
		out[at].rows++;
		for (; at > 0 && out[at].rows > out[at - 1].rows; at--) {
			const struct width swap = out[at];
			out[at] = out[at - 1];
			out[at - 1] = swap;
		}
	}
	return n;
}

struct stretch {
	size_t from, to;
	double sum;
};

/* The stretch of the front in which rows of a width outweigh others most (Kadane). */
static struct stretch find_stretch(const struct csv_view *v, size_t width)
{
	struct stretch best = { 0 };
	double sum = 0;
	size_t from = 0;
	for (size_t i = 0; i < v->front_rows; i++) {
		const struct csv_view_row *row = &v->rows[i];
		const bool regular = !row->bad && row->cells == width;
		if (sum < 0) {
			sum = 0;
			from = i;
		}
		sum += regular ? 1 : -1;
		if (regular && sum >= best.sum)
			best = (struct stretch){ from, i + 1, sum };
	}
	while (best.from < best.to && (v->rows[best.from].bad || v->rows[best.from].cells != width))
		best.from++;
	return best;
}

static double rows_behind(const struct csv_view *v, size_t width)
{
	double sum = 0;
	for (size_t i = v->front_rows; i < v->n_rows; i++)
		sum += !v->rows[i].bad && v->rows[i].cells == width ? 1 : -0.5;
	return sum > 0 ? sum : 0;
}

/* A row of names: every cell filled, none of a strict kind. */
static bool is_names(const struct csv_view_row *row)
{
	return !row->bad && row->strict == 0 && row->filled == row->cells && row->cells > 1;
}

/* Takes in rows above the stretch that belong to the table. */
static void reach_up(struct csv_view *v)
{
	if (v->from == 0)
		return;
	const struct csv_view_row *first = &v->rows[0];
	if (csv_view_is_regular(v, first) &&
	    (first->filled * 2 >= first->cells || first->strict > 0)) {
		v->from = 0;
		return;
	}
	for (size_t i = 0; i < v->from; i++) {
		if (v->rows[i].cells == v->width && is_names(&v->rows[i])) {
			v->from = i;
			return;
		}
	}
	const struct csv_view_row *above = &v->rows[v->from - 1];
	const struct csv_view_row *top = &v->rows[v->from];
	const size_t apart =
	    above->cells > v->width ? above->cells - v->width : v->width - above->cells;
	if (!top->after_blank && top->strict > 0 && is_names(above) && apart <= v->width / 4 + 1 &&
	    (v->width > 2 || above->cells > v->width))
		v->from--;
}

/* Takes in a row above the table whose quotes are wrong, if it is the header or data but for that.
 * A table with a header of its own needs none, and in a pair two words may be anything. */
static void reach_torn(struct csv_view *v)
{
	if (v->from == 0)
		return;
	const struct csv_view_row *top = &v->rows[v->from];
	const bool named = is_names(top) && v->from + 1 < v->n_rows && top[1].strict > 0;
	if (named || top->after_blank || (v->width == 2 && top->strict == 0))
		return;
	if (csv_cut_fits(v, top - 1))
		v->from--;
}

/* Does a small table with a header of its own stand at row i, ended by a blank line? A block of
 * two columns is taken for metadata unless its first column holds values. */
static size_t first_table_at(const struct csv_view *v, size_t i)
{
	const size_t width = v->rows[i].cells;
	size_t to = i + 1;
	if (!is_names(&v->rows[i]))
		return 0;
	while (to < v->from && !v->rows[to].bad && v->rows[to].cells == width &&
	       !v->rows[to].after_blank && v->rows[to].strict > 0 &&
	       (width > 2 || v->rows[to].first_strict))
		to++;
	const bool ends = to < v->n_rows && v->rows[to].after_blank && v->rows[to].cells != width;
	return ends && to - i >= 3 ? to : 0;
}

static void take_first_table(struct csv_view *v)
{
	for (size_t i = 0; i < v->from; i++) {
		const size_t to = first_table_at(v, i);
		if (to == 0)
			continue;
		v->width = v->rows[i].cells;
		v->from = i;
		v->to = to;
		return;
	}
}

/* Do rows i and i + 1 have as many cells, two at least? */
static bool is_block(const struct csv_view *v, size_t i)
{
	const struct csv_view_row *row = &v->rows[i];
	return i + 1 < v->front_rows && !row->bad && row->cells >= 2 && !row[1].bad &&
	       row[1].cells == row->cells && !row[1].after_blank;
}

/* Is the table one of names above rows that hold values all? n: rows from its first on. */
static bool is_typed(const struct csv_view *v, size_t n)
{
	if (n < 3 || !is_names(&v->rows[v->from]))
		return false;
	for (size_t i = v->from + 1; i < v->from + n; i++) {
		const struct csv_view_row *row = &v->rows[i];
		if (row->bad || row->cells != v->width || row->strict == 0 || row->after_blank)
			return false;
	}
	return true;
}

/* Behind titles of one or two cells, names above rows. Returns their row, 0 for none. */
static size_t behind_titles(const struct csv_view *v, size_t i)
{
	size_t at = i;
	while (at < v->front_rows && at < i + TITLES && !v->rows[at].bad &&
	       v->rows[at].cells != v->width && v->rows[at].cells <= 2 && v->rows[at].strict == 0 &&
	       !is_block(v, at))
		at++;
	if (at == i || v->width < 2 || !is_block(v, at) || !is_names(&v->rows[at]))
		return 0;
	return v->rows[at].cells != v->width || is_typed(v, 3) ? at : 0;
}

static bool is_same_text(const struct csv_view *v, size_t a, size_t b)
{
	const struct csv_view_row *x = &v->rows[a];
	const struct csv_view_row *y = &v->rows[b];
	size_t n = x->next - x->at;
	size_t m = y->next - y->at;
	while (n > 0 && strchr("\r\n", v->light->p[x->at + n - 1]) != NULL)
		n--;
	while (m > 0 && strchr("\r\n", v->light->p[y->at + m - 1]) != NULL)
		m--;
	return n == m && memcmp(v->light->p + x->at, v->light->p + y->at, n) == 0;
}

/* Does a cell of row b lack the strict kind that the same cell of row a has? */
static bool is_other_kind(struct csv_view *v, size_t a, size_t b)
{
	uint8_t kinds[COMPARED];
	size_t n = csv_view_cells(v, &v->rows[a]);
	n = n < COMPARED ? n : COMPARED;
	for (size_t c = 0; c < n; c++)
		kinds[c] = (uint8_t)csv_view_look(v, c).kind;
	(void)csv_view_cells(v, &v->rows[b]);
	for (size_t c = 0; c < n; c++) {
		const enum csv_kind kind = csv_view_look(v, c).kind;
		if (csv_kind_is_strict(kinds[c]) && kind != CSV_KIND_EMPTY && kind != kinds[c])
			return true;
	}
	return false;
}

/* Names in the middle of rows that all hold values, behind the first blank line: another table of
 * the same width when they are the first one's names once more, or when the row below is none of
 * the first table either. Else that is left to a person. */
static bool begins_same(struct csv_view *v, size_t i)
{
	if (v->rows[i].cells != v->width || !is_block(v, i) || !is_names(&v->rows[i]) ||
	    i < v->from + 2 || !is_typed(v, i - v->from))
		return false;
	if (is_same_text(v, v->from, i) || is_other_kind(v, v->from + 1, i + 1))
		return true;
	v->maybe_line = v->rows[i].line;
	return false;
}

/* The first row of another table that begins at row i, behind a blank line and maybe a title; 0 for
 * none. */
static size_t other_at(struct csv_view *v, size_t i)
{
	if (!v->rows[i].after_blank || v->rows[i].bad)
		return 0;
	if (v->rows[i].cells != v->width && is_block(v, i))
		return i;
	if (v->rows[i].cells == v->width && v->light->blank_ends && is_block(v, i))
		return i;
	if (begins_same(v, i)) {
		v->blank_ends = true;
		return i;
	}
	return behind_titles(v, i);
}

/* Rows of hardly any content above the first full one, as spreadsheets write titles. */
static void leave_padded_titles(struct csv_view *v)
{
	if (v->width < 3 || v->to - v->from < 3 || v->rows[v->from].strict > 0)
		return;
	for (size_t i = v->from; i < v->to && i < v->from + HEADER_ABOVE; i++) {
		const struct csv_view_row *row = &v->rows[i];
		if (row->cells == v->width && row->filled * 2 > v->width) {
			v->from = i;
			return;
		}
		if (row->filled > 2 || row->filled * 3 > v->width + 1 || row->bad)
			return;
	}
}

/* Rows a stretch outweighs others by. Names in the file's first row and a later one that keeps them
 * are two, whatever stands between: else a bad row outbids the two around it by its surplus cells.
 */
static double rows_of(const struct csv_view *v, const struct stretch *s)
{
	const bool kept = s->from == 0 && s->to > 1 && is_names(&v->rows[0]);
	return kept && s->sum < 2 ? 2 : s->sum;
}

/* What a stretch is worth: rows, and columns a little. A lone row proves little however wide. */
static double value_of(double rows, size_t cells, bool split)
{
	const double wide = split ? sqrt((double)cells - 0.9) : 1;
	return rows * (rows <= 1 && wide > 2 ? 2 : wide);
}

void csv_table_find(struct csv_view *v)
{
	struct width widths[WIDTHS];
	const size_t n = count_widths(v, widths);
	const bool split = v->dialect.delimiter[0] != '\0';
	double most = -1;
	v->from = v->to = v->table_end = v->width = v->maybe_line = 0;
	v->blank_ends = false;
	for (size_t i = 0; i < n && i < WIDTHS_TRIED; i++) {
		const struct stretch s = find_stretch(v, widths[i].cells);
		const size_t cells = widths[i].cells;
		const double value = value_of(rows_of(v, &s) + rows_behind(v, cells), cells, split);
		if (value <= most)
			continue;
		most = value;
		v->from = s.from;
		v->to = s.to;
		v->width = cells;
	}
	if (v->width == 0)
		v->to = v->front_rows;
	if (v->light->top || !split) {
		v->from = 0;
	} else {
		reach_up(v);
		reach_torn(v);
		take_first_table(v);
		leave_padded_titles(v);
	}
	for (size_t i = v->from + 1; i < v->to; i++) {
		if (other_at(v, i) > 0 || (v->light->blank_ends && v->rows[i].after_blank))
			v->to = i;
	}
	v->table_end = v->to;
	bool other = v->light->blank_ends && v->to < v->front_rows;
	for (size_t i = v->to; i < v->front_rows && !other; i++)
		other = other_at(v, i) > 0;
	/* What stands irregular at the end is told footers from data later; here it is data that
	 * was cut. */
	if (!other && v->front_rows < v->n_rows)
		v->to = v->n_rows;
}

/* Behind the end of the first table names above rows are enough. */
static size_t next_at(struct csv_view *v, size_t i)
{
	const size_t at = other_at(v, i);
	const bool names = v->rows[i].after_blank && is_block(v, i) && is_names(&v->rows[i]);
	return at > 0 ? at : names ? i : 0;
}

size_t csv_table_others(struct csv_view *v, struct csv_sniff_table *out, size_t cap)
{
	size_t n = 0;
	for (size_t i = v->table_end; i < v->front_rows; i++) {
		const size_t at = next_at(v, i);
		if (at == 0)
			continue;
		const size_t width = v->rows[at].cells;
		size_t to = at;
		while (to < v->front_rows && v->rows[to].cells == width &&
		       (to == at || !v->rows[to].after_blank))
			to++;
		if (n < cap)
			out[n] = (struct csv_sniff_table){ v->rows[at].line, width, to - at };
		n++;
		i = to - 1;
	}
	return n;
}

/* Words that begin a row of totals or end a file; letters of any case. */
static bool is_total_word(const uint8_t *p, size_t n)
{
	static const char *const words[] = { "total", "totals", "grand total", "subtotal", "sum",
		"sum:", "summe", "gesamt", "gesamtsumme", "zwischensumme", "insgesamt", "saldo",
		"endsaldo", "somme", "totale", "somma", "suma", "totaal", "average", "mean",
		"mittelwert", "durchschnitt", "eof", "end", "ende", "end of file",
		"end of report" };
	while (n > 0 && strchr(" *-=#:<>[]", p[0]) != NULL) {
		p++;
		n--;
	}
	while (n > 0 && strchr(" *-=#:<>[].", p[n - 1]) != NULL)
		n--;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		const size_t len = strlen(words[i]);
		if (len == n && strncasecmp((const char *)p, words[i], n) == 0)
			return true;
	}
	return false;
}

/* A line that tells how many rows stand above it, with the header or without. Of a file that is
 * seen in pieces no more is known than how many rows were seen. */
static bool is_count(struct csv_view *v, const struct csv_view_row *row)
{
	struct csv_trailer told;
	size_t end = csv_view_cells(v, row);
	size_t first = 0;
	while (end > 0 && csv_view_look(v, end - 1).kind == CSV_KIND_EMPTY)
		end--;
	while (first < end && csv_view_look(v, first).kind == CSV_KIND_EMPTY)
		first++;
	if (first == end)
		return false;
	const struct csv_probe_cell *last = &v->cells[end - 1];
	const size_t at = v->cells[first].at;
	const size_t above = (size_t)(row - v->rows) - v->from;
	if (!csv_trailer_read(v->light->p + at, last->at + last->n - at, &told))
		return false;
	if (!v->light->whole)
		return told.framed && told.rows >= v->n_rows;
	return told.rows == above || told.rows + 1 == above;
}

/* A row of the table's width that is no data: no content, a count of the rows with nothing beside
 * it, or totals in a row with gaps. */
static bool is_total(struct csv_view *v, const struct csv_view_row *row)
{
	if (row->filled == 0 || (row->filled == 1 && row->cells > 1 && is_count(v, row)))
		return true;
	const size_t n = csv_view_cells(v, row);
	size_t first = 0;
	while (first < n && csv_view_look(v, first).kind == CSV_KIND_EMPTY)
		first++;
	const struct csv_probe_cell *cell = &v->cells[first];
	if (first == n || !is_total_word(v->light->p + cell->at, cell->n))
		return false;
	const struct csv_view_column *column = &v->columns[first];
	const bool other_kind = first < csv_view_columns(v) && column->strict;
	size_t usual = 0;
	for (size_t c = 0; c < csv_view_columns(v); c++)
		usual += v->columns[c].filled > 0;
	return other_kind || row->filled < usual;
}

/* Two or more of the characters that lines are drawn with. */
static bool is_rule(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (strchr("-=*#_+", p[i]) == NULL)
			return false;
	}
	return n >= 2;
}

/* A row of another width that is no torn piece of data: behind a blank line, totals, a count of the
 * rows, or words in few cells below a column of numbers, dates and the like. */
static bool is_remark(struct csv_view *v, const struct csv_view_row *row)
{
	if (row->after_blank || row->filled == 0 || is_count(v, row))
		return true;
	const size_t n = csv_view_cells(v, row);
	const struct csv_look look = csv_view_look(v, 0);
	const uint8_t *p = v->light->p + v->cells[0].at;
	if (is_total_word(p, v->cells[0].n) || is_rule(p, v->cells[0].n))
		return true;
	if (n * 2 > v->width || csv_kind_is_strict(look.kind))
		return false;
	return v->columns[0].strict; /* below a text it may be the row a broken transfer cut */
}

size_t csv_table_footer(struct csv_view *v)
{
	size_t n = 0;
	if (!v->light->end)
		return 0;
	while (v->n_rows - n > v->from + 1 && n < CSV_FOOTER_ROWS) {
		const struct csv_view_row *row = &v->rows[v->n_rows - 1 - n];
		const bool regular = row->cells == v->width;
		/* A bad row is a reject, not a remark. */
		if (row->bad || (!regular && !is_remark(v, row)))
			return 0;
		if (regular && !is_total(v, row))
			break;
		n++;
	}
	return n == CSV_FOOTER_ROWS ? 0 : n;
}
