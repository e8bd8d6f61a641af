/* SPDX-License-Identifier: Apache-2.0 */
/* csv_repair - pad, drop, join or split the cells of a row. */
#include "csv/csv_repair.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "csv/csv_encoding.h"
#include "csv/csv_normal.h"
#include "csv/csv_value.h"

/* A row under repair. */
struct row {
	const struct csv_schema *schema;
	const struct csv_row_window *w;
	const struct csv_cell *cells; /* as they stand, n of them */
	size_t n, width;
	size_t at;                           /* of the row in the window */
	const struct csv_column **column_of; /* file column -> column, NULL = nobody wants it */
};

static bool is_word(const char *const *words, const char *p, size_t n)
{
	if (words == NULL)
		return n == 0;
	for (; *words != NULL; words++) {
		if (strlen(*words) == n && memcmp(*words, p, n) == 0)
			return true;
	}
	return false;
}

/* Is the cell of the column's type, or null? JSON is taken as it comes. */
static bool fits(const struct row *r, size_t column, struct csv_cell cell)
{
	const struct csv_column *c = r->column_of[column];
	_Alignas(16) char value[32];
	char text[256 + CSV_PAD_BYTES] = "";
	const char *p = (const char *)r->w->p + cell.at;
	size_t n = cell.n;
	if (c == NULL || csv_type_is_text(c->type))
		return true;
	if ((cell.n & CSV_CELL_DOUBLED) != 0)
		return false;
	if (c->normal != 0) {
		if (CSV_NORMAL_BYTES(n) > 256)
			return false;
		n = csv_normal_text(c->normal, p, n, text);
		memset(text + n, 0, CSV_PAD_BYTES);
		p = text;
	}
	return is_word(r->schema->missing, p, n) || csv_value_parse(c, p, n, value);
}

static bool all_fit(const struct row *r, const struct csv_cell *cells)
{
	for (size_t i = 0; i < r->width; i++) {
		if (!fits(r, i, cells[i]))
			return false;
	}
	return true;
}

static bool is_quoted(const struct row *r, size_t i)
{
	const uint8_t quote = (uint8_t)r->w->dialect->quote;
	const size_t at = r->cells[i].at;
	return quote != 0 && at > r->at && r->w->p[at - 1] == quote;
}

static bool drop_surplus(const struct row *r, struct csv_cell *out, struct csv_repair *repair)
{
	for (size_t i = r->width; i < r->n; i++) {
		if (r->cells[i].n != 0)
			return false;
	}
	memcpy(out, r->cells, r->width * sizeof(*out));
	repair->rule = CSV_REPAIR_RULE_SURPLUS;
	(void)snprintf(repair->message, sizeof(repair->message),
	    "the row has %zu cells, the header has %zu: %zu empty at the end dropped", r->n,
	    r->width, r->n - r->width);
	return true;
}

/* The reading with the surplus cells joined into column i; false when one of them is quoted. */
static bool join_at(const struct row *r, size_t i, struct csv_cell *out)
{
	const size_t surplus = r->n - r->width;
	for (size_t k = i; k <= i + surplus; k++) {
		if (is_quoted(r, k))
			return false;
	}
	const struct csv_cell *last = &r->cells[i + surplus];
	memcpy(out, r->cells, i * sizeof(*out));
	out[i] =
	    (struct csv_cell){ .at = r->cells[i].at, .n = last->at + last->n - r->cells[i].at };
	memcpy(out + i + 1, last + 1, (r->width - i - 1) * sizeof(*out));
	return true;
}

static bool join(const struct row *r, struct csv_cell *out, struct csv_repair *repair)
{
	size_t found = 0;
	size_t at = 0;
	if (r->n - r->width > CSV_REPAIR_JOIN)
		return false;
	for (size_t i = 0; i < r->width && found < 2; i++) {
		const struct csv_column *c = r->column_of[i];
		if ((c == NULL || c->type == CSV_TEXT) && join_at(r, i, out) && all_fit(r, out)) {
			at = i;
			found++;
		}
	}
	if (found != 1 || !join_at(r, at, out))
		return false;
	repair->rule = CSV_REPAIR_RULE_JOIN;
	repair->file_column = (int)at;
	(void)snprintf(repair->message, sizeof(repair->message),
	    "%.60s: cells %zu to %zu are one text with a delimiter that is not quoted",
	    r->schema->header == NULL ? "" : r->schema->header[at], at + 1,
	    at + 1 + r->n - r->width);
	return true;
}

static bool may_cut(const struct row *r, char c)
{
	return memchr(",;\t| ", c, 5) != NULL && r->w->dialect->delimiter[0] != c;
}

/* The reading with cell i cut at byte `cut` of the window. */
static void cut_at(const struct row *r, size_t i, size_t cut, struct csv_cell *out)
{
	const struct csv_cell *whole = &r->cells[i];
	memcpy(out, r->cells, i * sizeof(*out));
	out[i] = (struct csv_cell){ .at = whole->at, .n = (uint32_t)cut - whole->at };
	out[i + 1] = (struct csv_cell){ .at = (uint32_t)cut + 1,
		.n = whole->at + whole->n - (uint32_t)cut - 1 };
	memcpy(out + i + 2, whole + 1, (r->n - i - 1) * sizeof(*out));
}

static bool is_typed(const struct row *r, size_t i)
{
	return r->column_of[i] != NULL && r->column_of[i]->type != CSV_TEXT;
}

static bool split(const struct row *r, struct csv_cell *out, struct csv_repair *repair)
{
	size_t found = 0;
	size_t at = 0;
	size_t cut = 0;
	for (size_t i = 0; i < r->n && found < 2; i++) {
		const struct csv_cell *c = &r->cells[i];
		if (is_quoted(r, i) || (!is_typed(r, i) && !is_typed(r, i + 1)))
			continue;
		const size_t end = c->at + (c->n < 256 ? c->n : 256);
		for (size_t k = c->at; k < end && found < 2; k++) {
			if (!may_cut(r, (char)r->w->p[k]))
				continue;
			cut_at(r, i, k, out);
			if (!all_fit(r, out))
				continue;
			at = i;
			cut = k;
			found++;
		}
	}
	if (found != 1)
		return false;
	cut_at(r, at, cut, out);
	const char c = (char)r->w->p[cut];
	repair->rule = CSV_REPAIR_RULE_SPLIT;
	repair->file_column = (int)at;
	(void)snprintf(repair->message, sizeof(repair->message),
	    "%.60s: cell %zu holds two, cut at a %s",
	    r->schema->header == NULL ? "" : r->schema->header[at], at + 1,
	    c == ','    ? "comma"
	    : c == ';'  ? "semicolon"
	    : c == '\t' ? "tab"
	    : c == '|'  ? "pipe"
			: "blank");
	return true;
}

/* Empty cells stand where the row ends. */
static void pad_cells(const struct row *r, struct csv_cell *out)
{
	const struct csv_cell *last = &r->cells[r->n - 1];
	memcpy(out, r->cells, r->n * sizeof(*out));
	for (size_t i = r->n; i < r->width; i++)
		out[i] = (struct csv_cell){ .at = last->at + (last->n & ~CSV_CELL_DOUBLED) };
}

static bool pad(const struct row *r, struct csv_cell *out, struct csv_repair *repair)
{
	if (2 * r->n < r->width)
		return false;
	pad_cells(r, out);
	repair->rule = CSV_REPAIR_RULE_PAD;
	(void)snprintf(repair->message, sizeof(repair->message),
	    "the row has %zu cell%s, the header has %zu: %zu empty added at the end", r->n,
	    r->n == 1 ? "" : "s", r->width, r->width - r->n);
	return true;
}

static bool too_few(const struct row *r, struct csv_cell *out, struct csv_repair *repair)
{
	if (r->n + 1 == r->width) {
		pad_cells(r, out);
		if (!all_fit(r, out) && split(r, out, repair))
			return true;
	}
	return pad(r, out, repair);
}

/* One cell as the file's dialect writes it. */
static void put_cell(struct buf *out, const struct csv_dialect *d, const char *p, size_t n)
{
	bool plain = d->quote == '\0' || n == 0;
	const size_t length = strlen(d->delimiter);
	if (!plain) {
		plain = memchr(p, d->quote, n) == NULL && memchr(p, '\n', n) == NULL &&
			memchr(p, '\r', n) == NULL &&
			(length == 0 || memmem(p, n, d->delimiter, length) == NULL);
	}
	if (plain) {
		buf_add(out, p, n);
		return;
	}
	buf_addc(out, d->quote);
	for (size_t i = 0; i < n; i++) {
		if (p[i] == d->quote)
			buf_addc(out, d->escape != '\0' ? d->escape : d->quote);
		buf_addc(out, p[i]);
	}
	buf_addc(out, d->quote);
}

static void put_after(const struct row *r, const struct csv_cell *cells, struct csv_repair *repair)
{
	const struct csv_dialect *d = r->w->dialect;
	struct buf out;
	buf_init(&out, CSV_RAW_BYTES);
	for (size_t i = 0; i < r->width && !out.overflow; i++) {
		const size_t n = cells[i].n & ~CSV_CELL_DOUBLED;
		const uint8_t *p = r->w->p + cells[i].at;
		if (i > 0)
			buf_adds(&out, d->delimiter);
		if ((cells[i].n & CSV_CELL_DOUBLED) == 0) {
			put_cell(&out, d, (const char *)p, n);
			continue;
		}
		char *plain = mem_alloc(n);
		put_cell(&out, d, plain, csv_row_unquote(p, n, d, plain));
		free(plain);
	}
	repair->after_n = out.overflow ? csv_encoding_cut(out.data, out.n) : out.n;
	repair->after = mem_alloc(out.n + 1);
	memcpy(repair->after, out.data, out.n);
	buf_done(&out);
}

static void find_columns(struct row *r)
{
	for (size_t i = 0; i < r->schema->n_columns; i++) {
		const struct csv_column *c = &r->schema->columns[i];
		if (c->file_column >= 0)
			r->column_of[c->file_column] = c;
	}
}

bool csv_repair_row(const struct csv_schema *schema, const struct csv_row_window *w, size_t at,
    size_t n, size_t cells, struct csv_cell *out_cells, struct csv_repair *out)
{
	const size_t width = schema->file_columns;
	if (cells > width + CSV_REPAIR_SURPLUS || n > CSV_MAX_FIELD_BYTES)
		return false;
	struct csv_cell *all = mem_array(cells, sizeof(*all));
	struct row r = { .schema = schema, .w = w, .cells = all, .width = width, .at = at };
	const struct csv_row row = { .kind = CSV_ROW_WHOLE, .n = n };
	r.column_of = mem_array(width, sizeof(struct csv_column *));
	r.n = csv_row_cells(w, at, &row, all, cells);
	find_columns(&r);
	out->file_column = -1;
	const bool found = r.n == cells && (cells > width ? drop_surplus(&r, out_cells, out) ||
								join(&r, out_cells, out)
							  : too_few(&r, out_cells, out));
	if (found)
		put_after(&r, out_cells, out);
	free(r.column_of);
	free(all);
	return found;
}
