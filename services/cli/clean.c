/* SPDX-License-Identifier: Apache-2.0 */
/* clean - good rows, mostly copied as they are. */
#include "clean.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "csv/csv_mend.h"
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

/* alone: the row has no other cell; empty, it would be a blank line, which is no row. */
static void put_cell(
    const struct cli_clean *c, struct buf *out, const char *p, size_t n, bool alone)
{
	if (c->quote_all || (alone && n == 0))
		put_quoted(out, p, n);
	else
		csv_mend_cell(out, p, n);
}

int cli_clean_header(struct cli_clean *c, const char *const *names, size_t n, struct err *err)
{
	struct buf line;
	buf_init(&line, HEADER_BYTES);
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_addc(&line, ',');
		put_cell(c, &line, names[i], strlen(names[i]), n == 1);
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
	size_t from, to;        /* bytes of the block that are copied together; empty when equal */
	struct csv_cell *cells; /* of one row; owned */
};

static void flush(struct walk *w)
{
	buf_add(w->out, w->view->block->data + w->from, w->to - w->from);
	w->from = w->to;
}

/* Rows of a file like ours are copied line by line, and lines that follow each other together. */
static bool take_plain(struct walk *w, size_t at)
{
	const struct csv_block *b = w->view->block;
	const uint8_t *p = b->data + at;
	const uint8_t *lf = memchr(p, '\n', b->n - at);
	const size_t n = lf == NULL ? b->n - at : (size_t)(lf - p);
	if (n == 0 || memchr(p, '"', n) != NULL || memchr(p, '\r', n) != NULL)
		return false;
	if (w->to != at) {
		flush(w);
		w->from = at;
	}
	w->to = at + n + (lf != NULL);
	if (lf == NULL) {
		flush(w);
		buf_addc(w->out, '\n');
	}
	return true;
}

static void put_read_cell(
    struct walk *w, const struct csv_dialect *d, const struct csv_cell *cell, bool alone)
{
	const uint8_t *p = w->view->block->data + cell->at;
	const size_t n = cell->n & ~CSV_CELL_DOUBLED;
	char small[512];
	if ((cell->n & CSV_CELL_DOUBLED) == 0) {
		put_cell(w->c, w->out, (const char *)p, n, alone);
		return;
	}
	char *plain = n <= sizeof(small) ? small : mem_alloc(n);
	put_cell(w->c, w->out, plain, csv_row_unquote(p, n, d, plain), alone);
	if (plain != small)
		free(plain);
}

static void take_cells(struct walk *w, size_t at)
{
	const struct csv_block *b = w->view->block;
	const size_t width = w->view->schema->file_columns;
	const struct csv_row_window window = {
		.p = b->data, .n = b->n, .eof = true, .dialect = &b->dialect, .columns = width
	};
	struct csv_row row;
	flush(w);
	if (w->cells == NULL)
		w->cells = mem_array(width, sizeof(*w->cells));
	csv_row_find(&window, at, &row);
	const size_t n = csv_row_cells(&window, at, &row, w->cells, width);
	for (size_t i = 0; i < n && i < width; i++) {
		if (i > 0)
			buf_addc(w->out, ',');
		put_read_cell(w, &b->dialect, &w->cells[i], width == 1);
	}
	buf_addc(w->out, '\n');
}

static bool is_plain(const struct csv_dialect *d)
{
	return strcmp(d->delimiter, ",") == 0 && (d->quote == '"' || d->quote == '\0') &&
	       !d->skip_space && d->line_end == CSV_LINE_LF;
}

static int render(void *arg, const struct contract_run_view *view, struct buf *out, struct err *err)
{
	const struct cli_clean *c = arg;
	struct walk w = { .c = c, .view = view, .out = out };
	const bool plain = !c->quote_all && is_plain(&view->block->dialect);
	(void)err;
	for (size_t i = 0; i < view->batch->rows; i++) {
		const size_t at = view->batch->at[i];
		if (!plain || !take_plain(&w, at))
			take_cells(&w, at);
	}
	flush(&w);
	free(w.cells);
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
