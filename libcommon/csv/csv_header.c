/* SPDX-License-Identifier: Apache-2.0 */
/* csv_header - unique names from the first rows. */
#include "csv/csv_header.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "base/mem.h"
#include "base/text.h"

enum { SUFFIX_BYTES = 16 };

/* What is read so far. */
struct reading {
	const struct csv_row_window *w;
	size_t at;    /* of the window: the next line */
	int64_t line; /* physical line there */
	char **parts; /* cells joined so far; n of them */
	size_t n;
};

/* Names given so far, by hash: a header of 4,096 equal names must not take minutes. */
struct taken {
	char **names;
	uint16_t slots[4 * CSV_MAX_COLUMNS]; /* index of a name + 1, 0 = free */
};

/* The slot of a name: its own, or the free one where it belongs (FNV-1a, linear probing). */
static uint16_t *taken_slot(struct taken *t, const char *name)
{
	uint32_t hash = 2166136261U;
	for (const char *c = name; *c != '\0'; c++)
		hash = (hash ^ (uint8_t)*c) * 16777619U;
	size_t at = hash % ARRAY_SIZE(t->slots);
	while (t->slots[at] != 0 && strcmp(t->names[t->slots[at] - 1], name) != 0)
		at = (at + 1) % ARRAY_SIZE(t->slots);
	return &t->slots[at];
}

/* The name of column i: blanks off, never empty, not yet taken; new. */
static char *name_of(struct taken *t, size_t i, const char *written)
{
	const char *start = written + strspn(written, " \t");
	size_t n = strlen(start);
	while (n > 0 && (start[n - 1] == ' ' || start[n - 1] == '\t'))
		n--;
	char *name = mem_alloc(n + 2 * SUFFIX_BYTES);
	const size_t room = n + 2 * SUFFIX_BYTES;
	if (n == 0)
		n = (size_t)snprintf(name, room, "column_%zu", i + 1);
	else
		memcpy(name, start, n);
	for (size_t k = 2; *taken_slot(t, name) != 0; k++)
		(void)snprintf(name + n, room - n, "_%zu", k);
	*taken_slot(t, name) = (uint16_t)(i + 1);
	return name;
}

/* Adds a cell to what stands above it: as it is, or behind a blank. */
static void join(char **part, const struct csv_row_window *w, const struct csv_cell *cell)
{
	const size_t n = cell->n & ~CSV_CELL_DOUBLED;
	const size_t had = *part == NULL ? 0 : strlen(*part);
	char *text = mem_resize(*part, had + n + 2);
	size_t to = had;
	size_t used = n;
	if (had > 0 && n > 0)
		text[to++] = ' ';
	if ((cell->n & CSV_CELL_DOUBLED) != 0)
		used = csv_row_unquote(w->p + cell->at, n, w->dialect, text + to);
	else
		memcpy(text + to, w->p + cell->at, n);
	text[to + used] = '\0';
	*part = text;
}

/* The next row, blank lines and comments passed over; r->at stands on it. */
static int next_row(struct reading *r, struct csv_row *row, struct err *err)
{
	size_t blank;
	while (r->at < r->w->n && (blank = csv_row_blank(r->w, r->at)) > 0) {
		r->at += blank;
		r->line++;
	}
	row->kind = CSV_ROW_MORE;
	if (r->at < r->w->n)
		csv_row_find(r->w, r->at, row);
	if (row->kind == CSV_ROW_MORE || row->n > CSV_MAX_HEADER_BYTES)
		return err_set_code(err, ERR_INPUT, "header.length",
		    "line %lld: the header row is longer than 1 MiB or its quotes do not close",
		    (long long)r->line);
	return 0;
}

static int check_row(const struct reading *r, const struct csv_row *row, struct err *err)
{
	if (row->kind != CSV_ROW_WHOLE)
		return err_set_code(err, ERR_INPUT, "header.quote",
		    "line %lld: a quote in the header row is not closed properly",
		    (long long)r->line);
	if (row->cells > CSV_MAX_COLUMNS)
		return err_set_code(err, ERR_INPUT, "header.columns",
		    "the header has %zu columns, at most %d are read", row->cells, CSV_MAX_COLUMNS);
	return 0;
}

static int take_row(struct reading *r, struct err *err)
{
	struct csv_row row;
	if (next_row(r, &row, err) != 0 || check_row(r, &row, err) != 0)
		return -1;
	if (memchr(r->w->p + r->at, '\0', row.n) != NULL)
		return err_set_code(err, ERR_INPUT, "header.encoding",
		    "line %lld: the header row holds a NUL byte; remove it", (long long)r->line);
	if (!text_is_utf8(r->w->p + r->at, row.n))
		return err_set_code(err, ERR_INPUT, "header.encoding",
		    "the header row is not UTF-8; save the file as UTF-8");
	struct csv_cell *cells = mem_array(row.cells, sizeof(*cells));
	const size_t n = csv_row_cells(r->w, r->at, &row, cells, row.cells);
	if (n > r->n)
		r->parts = mem_resize(r->parts, n * sizeof(*r->parts));
	for (; r->n < n; r->n++)
		r->parts[r->n] = NULL;
	for (size_t i = 0; i < n; i++)
		join(&r->parts[i], r->w, &cells[i]);
	free(cells);
	r->at = row.next;
	r->line += (int64_t)row.lines;
	return 0;
}

/* Without header rows: as many columns without a name as the first whole row has cells. */
static int count_columns(struct reading *r, struct err *err)
{
	struct reading look = *r;
	struct csv_row row;
	for (size_t i = 1;; i++) {
		if (next_row(&look, &row, err) != 0)
			return -1;
		/* A torn row's end shows only by the width, which is what is looked for. */
		const size_t next = csv_row_line(r->w, look.at);
		if (row.kind == CSV_ROW_WHOLE || next == 0 || next >= r->w->n ||
		    i == CSV_HEADER_LOOK_ROWS)
			break;
		look.at = next;
		look.line++;
	}
	if (check_row(&look, &row, err) != 0)
		return -1;
	r->n = row.cells;
	r->parts = mem_array(r->n, sizeof(*r->parts));
	return 0;
}

static int read_rows(struct reading *r, struct err *err)
{
	if (r->w->dialect->header_rows == 0)
		return count_columns(r, err);
	for (uint32_t i = 0; i < r->w->dialect->header_rows; i++) {
		if (take_row(r, err) != 0)
			return -1;
	}
	return 0;
}

int csv_header_read(const struct csv_row_window *w, size_t at, int64_t line, struct csv_header *out,
    struct err *err)
{
	struct reading r = { .w = w, .at = at, .line = line };
	if (read_rows(&r, err) != 0) {
		for (size_t i = 0; i < r.n; i++)
			free(r.parts[i]);
		free(r.parts);
		return -1;
	}
	out->n = r.n;
	out->next = r.at;
	out->lines = (size_t)(r.line - line);
	out->written = r.parts;
	out->names = mem_array(r.n, sizeof(*out->names));
	struct taken *t = mem_alloc(sizeof(*t));
	t->names = out->names;
	for (size_t i = 0; i < r.n; i++) {
		if (r.parts[i] == NULL)
			r.parts[i] = mem_dup("");
		out->names[i] = name_of(t, i, r.parts[i]);
	}
	free(t);
	return 0;
}

void csv_header_done(struct csv_header *h)
{
	for (size_t i = 0; i < h->n; i++) {
		free(h->names[i]);
		free(h->written[i]);
	}
	free(h->names);
	free(h->written);
	*h = (struct csv_header){ 0 };
}

static bool is_among(const char *written, const char *const *names)
{
	const char *start = written + strspn(written, " \t");
	size_t n = strlen(start);
	while (n > 0 && (start[n - 1] == ' ' || start[n - 1] == '\t'))
		n--;
	for (; *names != NULL; names++) {
		if (strlen(*names) == n && strncasecmp(*names, start, n) == 0)
			return true;
	}
	return false;
}

bool csv_header_is_expected(
    const struct csv_row_window *w, size_t at, int64_t line, const char *const *names)
{
	struct csv_dialect dialect = *w->dialect;
	struct csv_row_window one = *w;
	struct csv_header header = { 0 };
	struct err err = { 0 };
	size_t found = 0;
	dialect.header_rows = 1;
	one.dialect = &dialect;
	if (csv_header_read(&one, at, line, &header, &err) != 0)
		return false;
	for (size_t i = 0; i < header.n; i++)
		found += is_among(header.written[i], names);
	const bool most = found * 2 > header.n;
	csv_header_done(&header);
	return most;
}
