/* SPDX-License-Identifier: Apache-2.0 */
/* csv_scan - the rows of a block to batches of typed columns. */
#include "csv/csv_scan.h"

#include <stdlib.h>

#include "base/die.h"
#include "base/mem.h"
#include "csv/csv_encoding.h"
#include "csv/csv_scan_priv.h"

enum { SPARE_CELLS = 4 * CSV_MASK_WORD };

struct csv_scan *csv_scan_new(const struct csv_schema *schema)
{
	struct csv_scan *s = mem_alloc(sizeof(*s));
	s->cap = csv_batch_rows(schema);
	s->schema = schema;
	s->width = schema->file_columns;
	s->ops = csv_mask_ops();
	s->ends = mem_array((s->cap + 1) * s->width + SPARE_CELLS, sizeof(*s->ends));
	s->first = mem_array(s->cap, sizeof(*s->first));
	s->cells = mem_array(s->cap, sizeof(*s->cells));
	csv_cells_init(&s->typed, schema);
	return s;
}

void csv_scan_free(struct csv_scan **s)
{
	if (*s == NULL)
		return;
	csv_cells_done(&(*s)->typed);
	free((*s)->ends);
	free((*s)->first);
	free((*s)->suspects);
	free((*s)->cells);
	free((*s)->own_slots);
	free((*s)->own_cells);
	free(*s);
	*s = NULL;
}

void csv_scan_begin(struct csv_scan *s, const struct csv_block *block)
{
	s->block = block;
	s->window = (struct csv_row_window){
		.p = block->data,
		.n = block->n,
		.eof = true,
		.dialect = &block->dialect,
		.columns = s->width,
	};
	s->want = csv_mask_want_of(&block->dialect);
	s->at = 0;
	s->odd = s->hard = 0;
	s->row = block->first_row;
	s->line = block->first_line;
	s->mapped = block->lines.n > 0;
	s->skipped_pending = block->has_skipped;
}

/* Keeps the cells of a repaired row. */
static struct csv_cell *add_own_cells(struct csv_scan *s, size_t slot)
{
	if (s->n_own == s->own_alloc) {
		s->own_alloc = s->own_alloc == 0 ? 16 : s->own_alloc * 2;
		s->own_slots = mem_resize(s->own_slots, s->own_alloc * sizeof(*s->own_slots));
		s->own_cells =
		    mem_resize(s->own_cells, s->own_alloc * s->width * sizeof(*s->own_cells));
	}
	s->own_slots[s->n_own] = (uint32_t)slot;
	return s->own_cells + s->n_own * s->width;
}

const struct csv_cell *csv_scan_own_cells(const struct csv_scan *s, size_t slot)
{
	size_t low = 0;
	size_t high = s->n_own;
	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		if (s->own_slots[middle] < slot)
			low = middle + 1;
		else
			high = middle;
	}
	const bool found = low < s->n_own && s->own_slots[low] == slot;
	return found ? s->own_cells + low * s->width : NULL;
}

void csv_scan_wrong_width(struct csv_scan *s, struct csv_batch *b, size_t slot, size_t cells)
{
	struct csv_repair repair = { 0 };
	s->first[slot] = CSV_SCAN_NO_CELLS;
	if (s->schema->repair && csv_repair_row(s->schema, &s->window, b->at[slot], b->bytes[slot],
				     cells, add_own_cells(s, slot), &repair)) {
		s->n_own++;
		csv_batch_repaired(b, slot, &repair);
		return;
	}
	csv_batch_fault(b, slot, -1, CSV_RULE_CELLS, "the row has %zu cell%s, the header has %zu",
	    cells, cells == 1 ? "" : "s", s->width);
}

static void fault_shape(struct csv_batch *b, size_t slot, const struct csv_odd_row *row)
{
	const size_t at = (size_t)row->at_fault - row->at + 1;
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
		    "byte %zu of the row: a quote opens here and is never properly closed; %u "
		    "lines go with it",
		    at, row->lines);
}

/* The cells of an odd row that is whole. */
static void odd_cells(struct csv_scan *s, size_t slot, const struct csv_odd_row *o)
{
	const struct csv_row row = { .kind = o->kind, .n = o->n, .next = o->next };
	s->first[slot] = (uint32_t)s->n_ends | CSV_SCAN_DOUBLED;
	s->n_ends += csv_row_ends(&s->window, o->at, &row, s->ends + s->n_ends, s->width);
}

/* The encoding of the file for a message. */
static const char *encoding_of(const struct csv_scan *s)
{
	const char *name = s->window.dialect->encoding;
	return name[0] == '\0' || strcmp(name, "utf-8") == 0 ? "UTF-8" : name;
}

/* Is the row's text fit for use? NUL and broken UTF-8 are faults. */
static void check_text(struct csv_scan *s, struct csv_batch *b, size_t slot)
{
	const uint8_t *p = s->window.p + b->at[slot];
	const size_t n = b->bytes[slot];
	if (memchr(p, 0, n) != NULL)
		csv_batch_fault(b, slot, -1, CSV_RULE_NUL, "the row holds a NUL byte");
	else if (!csv_encoding_is_utf8(p, n))
		csv_batch_fault(
		    b, slot, -1, CSV_RULE_UTF8, "the row is not %s text", encoding_of(s));
}

/* The row that csv_row judged when the block was cut. Returns whether it took the slot. */
static bool take_odd(struct csv_scan *s, struct csv_batch *b, size_t slot)
{
	const struct csv_odd_row *o = &s->block->odd.at[s->hard++];
	s->odd = s->hard;
	s->at = o->next;
	if (o->kind == CSV_ROW_NONE) {
		s->line++;
		return false;
	}
	csv_scan_place(s, b, slot, o->at, o->n, o->next);
	s->first[slot] = CSV_SCAN_NO_CELLS;
	if (o->kind != CSV_ROW_WHOLE)
		fault_shape(b, slot, o);
	else if (o->cells != s->width)
		csv_scan_wrong_width(s, b, slot, o->cells);
	else
		odd_cells(s, slot, o);
	check_text(s, b, slot);
	s->line += o->lines;
	return true;
}

/* A row too long to be let pass, or with a cell that is. */
static void check_length(struct csv_scan *s, struct csv_batch *b, size_t slot)
{
	if (b->bytes[slot] > CSV_MAX_ROW_BYTES)
		csv_batch_fault(b, slot, -1, CSV_RULE_LENGTH, "the row is longer than 64 MiB");
	for (size_t c = 0; c < s->schema->n_columns && b->fault_of[slot] < 0; c++) {
		const struct csv_column *column = &s->schema->columns[c];
		if (column->file_column < 0)
			continue;
		const struct csv_cell cell =
		    csv_sweep_cell(s, b, slot, (size_t)column->file_column);
		if ((cell.n & ~CSV_CELL_DOUBLED) > CSV_MAX_FIELD_BYTES)
			csv_batch_fault(b, slot, column->file_column, CSV_RULE_FIELD,
			    "%.40s: the cell is longer than 16 MiB", column->name);
	}
}

/* The first slot of the stripe whose row reaches behind `at`. */
static size_t slot_at(const struct csv_batch *b, size_t from, size_t at)
{
	size_t low = from;
	size_t high = b->rows;
	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		if ((size_t)b->at[middle] + b->bytes[middle] <= at)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Rows that lie in suspect words, each once. */
static void check_suspects(struct csv_scan *s, struct csv_batch *b)
{
	size_t next = s->typed.from;
	for (size_t i = 0; i < s->n_suspects; i++) {
		const size_t at = s->suspects[i];
		for (size_t slot = slot_at(b, next, at);
		     slot < b->rows && b->at[slot] < at + CSV_MASK_WORD; slot++) {
			check_text(s, b, slot);
			next = slot + 1;
		}
	}
}

/* Rows with cells too many may fill the room for cells before all slots are taken. Where one row
 * has room the sweep gets on by one at least (csv_sweep.c, take_word). */
static bool has_room(const struct csv_scan *s)
{
	return s->n_ends + s->width <= s->cap * s->width;
}

/* The next rows of the batch, at most a stripe. */
static void take_rows(struct csv_scan *s, struct csv_batch *b)
{
	const struct csv_odd_rows *odd = &s->block->odd;
	const size_t from = b->rows;
	size_t slot = from;
	s->n_suspects = 0;
	s->stop = b->cap - from < CSV_SCAN_STRIPE ? b->cap : from + CSV_SCAN_STRIPE;
	while (slot < s->stop && s->at < s->window.n && !s->full) {
		while (s->hard < odd->n && odd->at[s->hard].paired)
			s->hard++;
		const bool left = s->hard < odd->n;
		const size_t before = s->at;
		s->full = !has_room(s);
		if (s->full)
			break;
		if (left && odd->at[s->hard].at == s->at)
			slot += take_odd(s, b, slot);
		else
			slot = csv_sweep(s, b, slot, left ? odd->at[s->hard].at : s->window.n);
		ASSERT(s->at > before);
		if (slot == 0) { /* nothing but blank lines so far */
			s->n_ends = 0;
			s->full = false;
		}
	}
	b->rows = slot;
	for (slot = from; slot < b->rows; slot++) {
		if (b->bytes[slot] > CSV_MAX_FIELD_BYTES)
			check_length(s, b, slot);
	}
	check_suspects(s, b);
}

static void type_columns(struct csv_scan *s, struct csv_batch *b)
{
	s->even = b->rows > s->typed.from && csv_sweep_is_even(s, b);
	for (size_t c = 0; c < s->schema->n_columns; c++) {
		const int file_column = s->schema->columns[c].file_column;
		if (file_column >= 0)
			csv_sweep_column(s, b, (size_t)file_column);
		csv_cells_type(&s->typed, b, c, s->cells);
	}
}

bool csv_scan_next(struct csv_scan *s, struct csv_batch *b)
{
	csv_batch_clear(b);
	b->block = s->block->data;
	b->dialect = &s->block->dialect;
	s->batch = b;
	b->skipped = s->skipped_pending ? &s->block->skipped : NULL;
	s->skipped_pending = false;
	s->n_ends = 0;
	s->n_own = 0;
	s->full = false;
	csv_cells_reset(&s->typed, b, s->block);
	while (b->rows < b->cap && s->at < s->window.n && !s->full) {
		s->typed.from = b->rows;
		take_rows(s, b);
		type_columns(s, b);
	}
	return b->rows > 0 || b->skipped != NULL;
}

size_t csv_scan_position(const struct csv_scan *s)
{
	return s->at;
}

struct span csv_scan_cell(const struct csv_scan *s, size_t column, size_t slot)
{
	const struct csv_batch *b = s->batch;
	const int file_column = s->schema->columns[column].file_column;
	if (file_column < 0)
		return (struct span){ s->window.p + b->at[slot], 0 };
	const struct csv_cell cell = csv_sweep_cell(s, b, slot, (size_t)file_column);
	return (struct span){ s->window.p + cell.at, cell.n & ~CSV_CELL_DOUBLED };
}
