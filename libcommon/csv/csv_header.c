/* SPDX-License-Identifier: Apache-2.0 */
/* csv_header - unique names from the first row. */
#include "csv/csv_header.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/text.h"
#include "csv/csv_encoding.h"

enum { SUFFIX_BYTES = 16 };

/* A cell as UTF-8 text; new. */
static char *cell_text(
    const struct csv_row_window *w, const struct csv_cell *cell, enum csv_encoding encoding)
{
	const size_t n = cell->n & ~CSV_CELL_DOUBLED;
	char *plain = mem_alloc(n + 1);
	size_t used = n;
	if ((cell->n & CSV_CELL_DOUBLED) != 0)
		used = csv_row_unquote(w->p + cell->at, n, w->dialect, plain);
	else
		memcpy(plain, w->p + cell->at, n);
	char *text = mem_alloc(3 * used + 1);
	text[csv_encoding_utf8(encoding, (const uint8_t *)plain, used, text)] = '\0';
	free(plain);
	return text;
}

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

int csv_header_read(const struct csv_row_window *w, size_t at, const struct csv_row *row,
    enum csv_encoding encoding, struct csv_header *out, struct err *err)
{
	if (row->cells > CSV_MAX_COLUMNS)
		return err_set_code(err, ERR_INPUT, "header.columns",
		    "the header has %zu columns, at most %d are read", row->cells, CSV_MAX_COLUMNS);
	if (encoding == CSV_UTF8 && !text_is_utf8(w->p + at, row->n))
		return err_set_code(err, ERR_INPUT, "header.encoding",
		    "the header row is not UTF-8; save the file as UTF-8");
	struct csv_cell *cells = mem_array(row->cells, sizeof(*cells));
	out->n = csv_row_cells(w, at, row, cells, row->cells);
	out->names = mem_array(out->n, sizeof(*out->names));
	out->written = mem_array(out->n, sizeof(*out->written));
	struct taken *t = mem_alloc(sizeof(*t));
	t->names = out->names;
	for (size_t i = 0; i < out->n; i++) {
		out->written[i] = cell_text(w, &cells[i], encoding);
		out->names[i] = name_of(t, i, out->written[i]);
	}
	free(t);
	free(cells);
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
