/* SPDX-License-Identifier: Apache-2.0 */
/* csv_scan - the rows of a block to cells, the cells to columns. */
#include "csv/csv_scan.h"

#include <stdlib.h>

#include "base/mem.h"
#include "csv/csv_cells.h"
#include "csv/csv_encoding.h"

/* Bit i is set when p[i] is a delimiter, a quote or LF. */
static inline uint64_t special_bytes(const uint8_t *p, char delimiter, char quote)
{
	uint64_t mask = 0;
	for (unsigned i = 0; i < 64; i++) {
		const bool hit =
		    p[i] == (uint8_t)delimiter || p[i] == (uint8_t)quote || p[i] == '\n';
		mask |= (uint64_t)hit << i;
	}
	return mask;
}

/* The special bytes of the block, 64 at a time. */
struct specials {
	size_t base;   /* of the word */
	uint64_t mask; /* bits not yet taken */
};

struct csv_scan {
	const struct csv_schema *schema;
	const struct csv_block *block;
	struct csv_row_window window;
	size_t at;            /* next byte to read */
	int64_t row, line;    /* of the next row */
	bool skipped_pending; /* the block's skipped row is not handed out yet */
	struct specials specials;
	struct csv_cell **to; /* for each file column: where its cells go */
	struct csv_cell
	    *cells; /* wanted columns after each other, cap cells each; one more for all others */
	struct csv_cell *row_cells; /* cells of one row on the slow path */
	size_t cap;
	struct csv_cells typed; /* typing of a column */
};

struct csv_scan *csv_scan_new(const struct csv_schema *schema)
{
	struct csv_scan *s = mem_alloc(sizeof(*s));
	struct csv_batch *probe = csv_batch_new(schema);
	s->cap = probe->cap;
	csv_batch_free(&probe);
	s->schema = schema;
	s->cells = mem_array((schema->n_columns + 1) * s->cap, sizeof(*s->cells));
	s->row_cells = mem_array(schema->file_columns, sizeof(*s->row_cells));
	s->to = mem_array(schema->file_columns, sizeof(struct csv_cell *));
	for (size_t c = 0; c < schema->file_columns; c++)
		s->to[c] = s->cells + schema->n_columns * s->cap;
	for (size_t c = 0; c < schema->n_columns; c++) {
		if (schema->columns[c].file_column >= 0)
			s->to[schema->columns[c].file_column] = s->cells + c * s->cap;
	}
	csv_cells_init(&s->typed, schema);
	return s;
}

void csv_scan_free(struct csv_scan **s)
{
	if (*s == NULL)
		return;
	csv_cells_done(&(*s)->typed);
	free((*s)->cells);
	free((*s)->row_cells);
	free((*s)->to);
	free(*s);
	*s = NULL;
}

static void look_at(struct csv_scan *s, size_t at)
{
	const struct csv_row_window *w = &s->window;
	s->specials.base = at & ~(size_t)63;
	s->specials.mask =
	    special_bytes(w->p + s->specials.base, w->dialect->delimiter[0], w->dialect->quote);
	s->specials.mask &= ~UINT64_C(0) << (at & 63);
}

void csv_scan_begin(struct csv_scan *s, const struct csv_block *block)
{
	s->block = block;
	s->window = (struct csv_row_window){
		.p = block->data,
		.n = block->n,
		.eof = true,
		.dialect = &block->dialect,
		.columns = s->schema->file_columns,
	};
	s->at = 0;
	s->row = block->first_row;
	s->line = block->first_line;
	s->skipped_pending = block->has_skipped;
	if (block->n > 0)
		look_at(s, 0);
}

/* The next special byte at or after the last one taken; the window's end when there is none. */
static inline size_t next_special(struct csv_scan *s)
{
	struct specials *k = &s->specials;
	const struct csv_row_window *w = &s->window;
	while (k->mask == 0) {
		k->base += 64;
		if (k->base >= w->n)
			return w->n;
		k->mask =
		    special_bytes(w->p + k->base, w->dialect->delimiter[0], w->dialect->quote);
	}
	const size_t at = k->base + (size_t)__builtin_ctzll(k->mask);
	k->mask &= k->mask - 1;
	return at < w->n ? at : w->n;
}

/* What the fast path found: a row up to `end`, or a quote. */
struct fast_row {
	bool quote;
	size_t end, cells;
};

/* Cells of a row without quotes, straight into their columns. */
static inline struct fast_row fast_cells(struct csv_scan *s, size_t slot)
{
	const uint8_t *p = s->window.p;
	const uint8_t delimiter = (uint8_t)s->window.dialect->delimiter[0];
	const size_t width = s->schema->file_columns;
	struct fast_row r = { 0 };
	size_t start = s->at;
	for (;;) {
		const size_t at = next_special(s);
		const bool ended = at == s->window.n || p[at] == '\n';
		if (!ended && p[at] != delimiter) {
			r.quote = true;
			return r;
		}
		size_t end = at;
		if (ended && end > s->at && p[end - 1] == '\r')
			end--;
		if (r.cells < width) {
			struct csv_cell *cell = s->to[r.cells] + slot;
			cell->at = (uint32_t)start;
			cell->n = (uint32_t)(end - start);
		}
		r.cells++;
		start = at + 1;
		if (ended) {
			r.end = at;
			return r;
		}
	}
}

static void empty_cells(struct csv_scan *s, size_t slot)
{
	for (size_t c = 0; c < s->schema->n_columns; c++)
		s->cells[c * s->cap + slot] = (struct csv_cell){ .at = (uint32_t)s->at };
}

static void fault_width(struct csv_scan *s, struct csv_batch *b, size_t slot, size_t cells)
{
	const size_t want = s->schema->file_columns;
	csv_batch_fault(b, slot, -1, CSV_RULE_CELLS, "the row has %zu cell%s, the header has %zu",
	    cells, cells == 1 ? "" : "s", want);
}

static void fault_shape(
    struct csv_scan *s, struct csv_batch *b, size_t slot, const struct csv_row *row)
{
	const size_t at = row->at_fault - s->at + 1;
	if (row->kind == CSV_ROW_LONG_CELL)
		csv_batch_fault(b, slot, -1, CSV_RULE_FIELD, "a cell is longer than 16 MiB");
	else if (row->kind == CSV_ROW_BAD_QUOTE)
		csv_batch_fault(b, slot, -1, CSV_RULE_QUOTE,
		    "byte %zu of the row: text stands behind a closing quote", at);
	else if (row->lines == 1)
		csv_batch_fault(b, slot, -1, CSV_RULE_QUOTE,
		    "byte %zu of the row: a quote opens here and is never properly closed", at);
	else
		csv_batch_fault(b, slot, -1, CSV_RULE_QUOTE,
		    "byte %zu of the row: a quote opens here and is never properly closed; %zu "
		    "lines go "
		    "with it",
		    at, row->lines);
}

static bool is_line_blank(const struct csv_scan *s)
{
	const uint8_t c = s->window.p[s->at];
	return (c == '\n' || c == '\r') && csv_row_blank(&s->window, s->at) > 0;
}

/* Row by the exact rules; moves behind it. Returns its length. */
static size_t slow_row(struct csv_scan *s, struct csv_batch *b, size_t slot)
{
	struct csv_row row;
	csv_row_find(&s->window, s->at, &row);
	const size_t width = s->schema->file_columns;
	if (row.kind != CSV_ROW_WHOLE) {
		fault_shape(s, b, slot, &row);
		empty_cells(s, slot);
	} else if (row.cells != width) {
		fault_width(s, b, slot, row.cells);
		empty_cells(s, slot);
	} else {
		(void)csv_row_cells(&s->window, s->at, &row, s->row_cells, width);
		for (size_t c = 0; c < width; c++)
			s->to[c][slot] = s->row_cells[c];
	}
	s->line += (int64_t)row.lines;
	s->at = row.next;
	if (s->at < s->window.n)
		look_at(s, s->at);
	return row.n;
}

static size_t take_row(struct csv_scan *s, struct csv_batch *b, size_t slot)
{
	const size_t start = s->at;
	const struct fast_row r = fast_cells(s, slot);
	if (r.quote)
		return slow_row(s, b, slot);
	if (r.cells != s->schema->file_columns) {
		fault_width(s, b, slot, r.cells);
		empty_cells(s, slot);
	}
	s->line++;
	s->at = r.end < s->window.n ? r.end + 1 : r.end;
	const bool cr = r.end > start && s->window.p[r.end - 1] == '\r';
	return r.end - start - (cr ? 1 : 0);
}

/* Faults of the row's bytes as such; the rare ones. */
static void check_bytes(struct csv_scan *s, struct csv_batch *b, size_t slot, size_t n)
{
	const uint8_t *p = s->window.p + b->at[slot];
	if (n > CSV_MAX_ROW_BYTES)
		csv_batch_fault(b, slot, -1, CSV_RULE_LENGTH, "the row is longer than 64 MiB");
	if (s->block->has_nul && memchr(p, 0, n) != NULL)
		csv_batch_fault(b, slot, -1, CSV_RULE_NUL, "the row holds a NUL byte");
	if (!s->block->ascii && s->block->dialect.coding == CSV_UTF8 && !csv_encoding_is_utf8(p, n))
		csv_batch_fault(b, slot, -1, CSV_RULE_UTF8, "the row is not UTF-8 text");
	if (n <= CSV_MAX_FIELD_BYTES)
		return;
	for (size_t c = 0; c < s->schema->n_columns; c++) {
		if ((s->cells[c * s->cap + slot].n & ~CSV_CELL_DOUBLED) > CSV_MAX_FIELD_BYTES)
			csv_batch_fault(b, slot, s->schema->columns[c].file_column, CSV_RULE_FIELD,
			    "%.40s: the cell is longer than 16 MiB", s->schema->columns[c].name);
	}
}

static void take_rows(struct csv_scan *s, struct csv_batch *b)
{
	size_t slot = 0;
	const bool odd = s->block->has_nul || !s->block->ascii;
	while (slot < b->cap && s->at < s->window.n) {
		if (is_line_blank(s)) {
			s->at += csv_row_blank(&s->window, s->at);
			s->line++;
			if (s->at < s->window.n)
				look_at(s, s->at);
			continue;
		}
		b->row[slot] = s->row++;
		b->line[slot] = s->line;
		b->at[slot] = (uint32_t)s->at;
		b->offset[slot] = (int64_t)(s->block->offset + s->at);
		b->fault_of[slot] = -1;
		const size_t n = take_row(s, b, slot);
		b->length[slot] = (uint32_t)n;
		if (odd || n > CSV_MAX_FIELD_BYTES)
			check_bytes(s, b, slot, n);
		slot++;
	}
	b->rows = slot;
}

bool csv_scan_next(struct csv_scan *s, struct csv_batch *b)
{
	b->n_faults = 0;
	b->n_rejects = 0;
	b->block = s->block->data;
	b->skipped = s->skipped_pending ? &s->block->skipped : NULL;
	s->skipped_pending = false;
	take_rows(s, b);
	csv_cells_reset(&s->typed, s->block);
	for (size_t c = 0; c < s->schema->n_columns; c++)
		csv_cells_type(&s->typed, b, c, s->cells + c * s->cap);
	return b->rows > 0 || b->skipped != NULL;
}

size_t csv_scan_position(const struct csv_scan *s)
{
	return s->at;
}

struct span csv_scan_cell(const struct csv_scan *s, size_t column, size_t slot)
{
	const struct csv_cell *cell = &s->cells[column * s->cap + slot];
	return (struct span){ s->window.p + cell->at, cell->n & ~CSV_CELL_DOUBLED };
}
