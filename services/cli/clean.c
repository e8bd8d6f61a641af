/* SPDX-License-Identifier: Apache-2.0 */
/* clean - good rows, mostly copied as they are. */
#include "clean.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "csv/csv_mend.h"
#include "csv/csv_normal.h"
#include "csv/csv_row.h"

enum { HEADER_BYTES = 8 << 20 };

int cli_clean_open(struct cli_clean *c, const char *path, bool quote_all, struct err *err)
{
	c->quote_all = quote_all;
	return cli_output_open(&c->out, path, err);
}

static void put_quoted(struct buf *out, const char *p, size_t n)
{
	buf_addc(out, '"');
	for (size_t at = 0; at < n;) {
		const char *quote = memchr(p + at, '"', n - at);
		const size_t end = quote == NULL ? n : (size_t)(quote - p) + 1;
		buf_add(out, p + at, end - at);
		if (quote != NULL)
			buf_addc(out, '"');
		at = end;
	}
	buf_addc(out, '"');
}

/* Where a cell stands. */
struct place {
	const struct csv_dialect *from; /* of the file it comes from */
	bool first, alone;              /* of its row */
};

/* Bare, some cells would be lost on people who say again what they said of the file: the only one
 * of a row that is empty makes a blank line, which is no row; a comment mark in front makes a
 * comment; blanks in front are skipped with skip_space. */
static bool hides(const struct place *at, const char *p, size_t n)
{
	const size_t mark = strlen(at->from->comment);
	if (n == 0)
		return at->alone;
	if (at->first && mark > 0 && n >= mark && memcmp(p, at->from->comment, mark) == 0)
		return true;
	return at->from->skip_space && (p[0] == ' ' || p[0] == '\t');
}

static void put_cell(
    const struct cli_clean *c, struct buf *out, const char *p, size_t n, const struct place *at)
{
	if (c->quote_all || hides(at, p, n))
		put_quoted(out, p, n);
	else
		csv_mend_cell(out, p, n);
}

int cli_clean_header(struct cli_clean *c, const struct csv_dialect *from, const char *const *names,
    size_t n, struct err *err)
{
	struct buf line;
	buf_init(&line, HEADER_BYTES);
	const size_t first = csv_mend_columns(names, n);
	for (size_t i = first; i < n; i++) {
		const struct place at = { from, i == first, n == first + 1 };
		if (i > first)
			buf_addc(&line, ',');
		put_cell(c, &line, names[i], strlen(names[i]), &at);
	}
	buf_addc(&line, '\n');
	int rc = buf_check(&line, err);
	if (rc == 0)
		rc = cli_output_write(&c->out, line.data, line.n, err);
	buf_done(&line);
	return rc;
}

/* A walk over the good rows of a batch. */
struct walk {
	const struct cli_clean *c;
	const struct contract_run_view *view;
	struct buf *out;
	size_t first;           /* columns of ours in a file of refused rows that came back */
	size_t from, to;        /* bytes of the block that are copied together; empty when equal */
	struct csv_cell *cells; /* of one row; owned */
	uint8_t *normal;        /* of each column, bits of enum csv_normal; NULL = none; owned */
};

static void flush(struct walk *w)
{
	buf_add(w->out, w->view->block->data + w->from, w->to - w->from);
	w->from = w->to;
}

/* Are the quotes of a row those we would write: none that could be left out, doubled inside? */
static bool is_minimal(const uint8_t *p, size_t n)
{
	const uint8_t *const end = p + n;
	const uint8_t *start = p;
	const uint8_t *quote;
	while ((quote = memchr(start, '"', (size_t)(end - start))) != NULL) {
		bool wanted = false;
		if (quote > p && quote[-1] != ',')
			return false;
		for (start = quote + 1; start < end; start++) {
			const bool doubled = start + 1 < end && start[1] == '"';
			if (*start == '"' && !doubled)
				break;
			wanted = wanted || *start == ',' || *start == '\n' || *start == '"';
			start += *start == '"';
		}
		if (start == end || !wanted || (start + 1 < end && start[1] != ','))
			return false;
		start++;
	}
	return true;
}

/* Rows of a file like ours are copied line by line, and lines that follow each other together. */
static bool take_plain(struct walk *w, size_t at, size_t n)
{
	const struct csv_block *b = w->view->block;
	const uint8_t *p = b->data + at;
	if (n == 0 || memchr(p, '\r', n) != NULL || !is_minimal(p, n))
		return false;
	if (w->to != at) {
		flush(w);
		w->from = at;
	}
	w->to = at + n;
	if (w->to < b->n && p[n] == '\n') {
		w->to++;
		return true;
	}
	flush(w);
	buf_addc(w->out, '\n');
	return true;
}

/* A cell's text without its quotes; room for the text, or for the normalised one. */
static void put_read_cell(
    struct walk *w, const struct csv_row_window *from, const struct csv_cell *cell, size_t column)
{
	const struct place at = { from->dialect, column == w->first,
		w->view->schema->file_columns == w->first + 1 };
	const char *p = (const char *)from->p + cell->at;
	size_t n = cell->n & ~CSV_CELL_DOUBLED;
	const unsigned normal = w->normal == NULL ? 0 : w->normal[column];
	char small[1024];
	if ((cell->n & CSV_CELL_DOUBLED) == 0 && normal == 0) {
		put_cell(w->c, w->out, p, n, &at);
		return;
	}
	const size_t want = n + (normal == 0 ? 0 : CSV_NORMAL_BYTES(n));
	char *room = want <= sizeof(small) ? small : mem_alloc(want);
	if ((cell->n & CSV_CELL_DOUBLED) != 0) {
		n = csv_row_unquote((const uint8_t *)p, n, from->dialect, room);
		p = room;
	}
	if (normal != 0) {
		const size_t behind = p == room ? n : 0;
		n = csv_normal_text(normal, p, n, room + behind);
		p = room + behind;
	}
	put_cell(w->c, w->out, p, n, &at);
	if (room != small)
		free(room);
}

/* The row at a byte of a window, cell by cell. */
static void take_cells(struct walk *w, const struct csv_row_window *from, size_t at)
{
	const size_t width = w->view->schema->file_columns;
	struct csv_row row;
	flush(w);
	if (w->cells == NULL)
		w->cells = mem_array(width, sizeof(*w->cells));
	csv_row_find(from, at, &row);
	const size_t n = csv_row_cells(from, at, &row, w->cells, width);
	for (size_t i = w->first; i < n && i < width; i++) {
		if (i > w->first)
			buf_addc(w->out, ',');
		put_read_cell(w, from, &w->cells[i], i);
	}
	buf_addc(w->out, '\n');
}

static void take_block_row(struct walk *w, size_t at)
{
	const struct csv_block *b = w->view->block;
	const struct csv_row_window window = { .p = b->data,
		.n = b->n,
		.eof = true,
		.dialect = &b->dialect,
		.columns = w->view->schema->file_columns };
	take_cells(w, &window, at);
}

/* A repaired row is what the repair made of it. */
static void take_repair(struct walk *w, const struct csv_repair *r)
{
	char *text = mem_alloc(r->after_n + CSV_PAD_BYTES);
	memcpy(text, r->after, r->after_n);
	const struct csv_row_window window = { .p = (const uint8_t *)text,
		.n = r->after_n,
		.eof = true,
		.dialect = &w->view->block->dialect,
		.columns = w->view->schema->file_columns };
	take_cells(w, &window, 0);
	free(text);
}

/* How the cells of each column of the file are normalised; NULL = none is. New. */
static uint8_t *normal_of(const struct csv_schema *schema)
{
	uint8_t *normal = NULL;
	for (size_t i = 0; i < schema->n_columns; i++) {
		const struct csv_column *c = &schema->columns[i];
		if (c->normal == 0 || c->file_column < 0)
			continue;
		if (normal == NULL)
			normal = mem_alloc(schema->file_columns);
		normal[c->file_column] = c->normal;
	}
	return normal;
}

static bool is_plain(const struct csv_dialect *d)
{
	return strcmp(d->delimiter, ",") == 0 && d->quote == '"' && d->escape == '\0' &&
	       !d->skip_space && d->line_end == CSV_LINE_LF;
}

static int render(void *arg, const struct contract_run_view *view, struct buf *out, struct err *err)
{
	const struct cli_clean *c = arg;
	const struct csv_batch *batch = view->batch;
	struct walk w = { .c = c, .view = view, .out = out };
	w.normal = normal_of(view->schema);
	w.first = csv_mend_columns(view->schema->header, view->schema->file_columns);
	const bool plain =
	    !c->quote_all && w.normal == NULL && w.first == 0 && is_plain(&view->block->dialect);
	size_t repair = 0;
	(void)err;
	for (size_t i = 0; i < batch->rows; i++) {
		const bool repaired =
		    repair < batch->n_repairs && batch->repairs[repair].row == batch->row[i];
		if (repaired)
			take_repair(&w, &batch->repairs[repair++]);
		else if (!plain || !take_plain(&w, batch->at[i], batch->bytes[i]))
			take_block_row(&w, batch->at[i]);
	}
	flush(&w);
	free(w.cells);
	free(w.normal);
	return 0;
}

static int deliver(void *arg, const struct buf *rendered, struct err *err)
{
	struct cli_clean *c = arg;
	return cli_output_write(&c->out, rendered->data, rendered->n, err);
}

struct contract_sink cli_clean_sink(struct cli_clean *c)
{
	return (struct contract_sink){ .arg = c, .render = render, .deliver = deliver };
}
