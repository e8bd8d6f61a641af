/* SPDX-License-Identifier: Apache-2.0 */
/* csv_cells - typing a column; one loop for each type. */
#include "csv/csv_cells.h"

#include <stdlib.h>

#include "base/mem.h"
#include "csv/csv_explain.h"
#include "csv/csv_json.h"
#include "csv/csv_mask.h"
#include "csv/csv_normal.h"
#include "csv/csv_number.h"
#include "csv/csv_plain.h"
#include "csv/csv_time.h"
#include "csv/csv_value.h"

enum { PAGE_BYTES = 256 << 10 };

/* The first eight bytes of a cell, what is behind it as zeros. */
static inline uint64_t key_of(const char *p, size_t n)
{
	uint64_t key;
	uint64_t keep;
	memcpy(&key, p, sizeof(key));
	memcpy(&keep, csv_text_keep + 16 - (n < 8 ? n : 8), sizeof(keep));
	return key & keep;
}

static void add_word(struct csv_cells *t, const char *word)
{
	char padded[8 + 1] = "";
	const size_t n = strlen(word);
	memcpy(padded, word, n < 8 ? n : 8);
	t->words[t->n_words++] =
	    (struct csv_cells_word){ .key = key_of(padded, n), .word = word, .n = n };
	t->lengths |= UINT64_C(1) << (n < 63 ? n : 63);
	const size_t most = t->n_words == 1 || n > t->least + t->span ? n : t->least + t->span;
	t->least = n < t->least ? n : t->least;
	t->span = most - t->least;
}

void csv_cells_init(struct csv_cells *t, const struct csv_schema *schema)
{
	size_t n = 1;
	*t =
	    (struct csv_cells){ .schema = schema, .bits = csv_mask_ops()->bits, .least = SIZE_MAX };
	for (size_t i = 0; schema->missing != NULL && schema->missing[i] != NULL; i++)
		n++;
	t->words = mem_array(n, sizeof(*t->words));
	if (schema->missing == NULL)
		add_word(t, "");
	for (size_t i = 0; i + 1 < n; i++)
		add_word(t, schema->missing[i]);
}

static void free_pages(struct csv_cells_page *page)
{
	while (page != NULL) {
		struct csv_cells_page *next = page->next;
		free(page);
		page = next;
	}
}

void csv_cells_done(struct csv_cells *t)
{
	free_pages(t->pages);
	t->pages = NULL;
	free(t->words);
	t->words = NULL;
}

void csv_cells_reset(struct csv_cells *t, struct csv_batch *b, const struct csv_block *block)
{
	t->block = block->data;
	t->dialect = &block->dialect;
	t->from = 0;
	for (size_t c = 0; c < b->n_columns; c++) {
		const int there = t->schema->columns[c].file_column >= 0 ? 0xff : 0;
		memset(b->columns[c].valid, there, b->cap / 8);
		b->columns[c].nulls = 0;
	}
	if (t->pages == NULL)
		return;
	struct csv_cells_page *first = t->pages;
	free_pages(first->next);
	first->next = NULL;
	first->n = 0;
	if (first->alloc > PAGE_BYTES) {
		free(first);
		t->pages = NULL;
	}
}

/* n bytes that stay where they are until the next reset, with padding behind. */
static char *page_take(struct csv_cells *t, size_t n)
{
	struct csv_cells_page *page = t->pages;
	if (page == NULL || page->alloc - page->n < n + CSV_PAD_BYTES) {
		const size_t alloc =
		    n + CSV_PAD_BYTES > PAGE_BYTES ? n + CSV_PAD_BYTES : PAGE_BYTES;
		page = mem_resize(NULL, sizeof(*page) + alloc);
		page->next = t->pages;
		page->n = 0;
		page->alloc = alloc;
		t->pages = page;
	}
	return page->bytes + page->n;
}

static void page_keep(struct csv_cells *t, const char *p, size_t n)
{
	struct csv_cells_page *page = t->pages;
	memset(page->bytes + (p - page->bytes) + n, 0, CSV_PAD_BYTES);
	page->n += n;
}

/* A cell whose bytes are not its text: doubled or escaped quotes. */
static struct csv_text changed_text(struct csv_cells *t, const struct csv_cell *cell)
{
	const size_t n = cell->n & ~CSV_CELL_DOUBLED;
	const uint8_t *p = t->block + cell->at;
	if ((cell->n & CSV_CELL_DOUBLED) == 0)
		return csv_text_make((const char *)p, n);
	char *plain = page_take(t, n);
	const size_t used = csv_row_unquote(p, n, t->dialect, plain);
	page_keep(t, plain, used);
	return csv_text_make(plain, used);
}

static bool is_word(const struct csv_cells *t, const char *p, size_t n)
{
	const uint64_t key = key_of(p, n);
	for (size_t i = 0; i < t->n_words; i++) {
		const struct csv_cells_word *w = &t->words[i];
		if (w->key == key && w->n == n && (n <= 8 || memcmp(w->word, p, n) == 0))
			return true;
	}
	return false;
}

/* What every cell is asked first; beside the loop, because values are written in between. */
struct first_look {
	const char *block;
	size_t least, span;
};

static CSV_ALWAYS struct first_look first_look(const struct csv_cells *t)
{
	return (struct first_look){ (const char *)t->block, t->least, t->span };
}

static CSV_ALWAYS bool is_missing(
    const struct csv_cells *t, const struct first_look *look, const char *p, size_t n)
{
	return __builtin_expect(n - look->least <= look->span, 0) &&
	       (t->lengths >> (n < 63 ? n : 63) & 1) != 0 && is_word(t, p, n);
}

static void fault_text(
    struct csv_cells *t, struct csv_batch *b, size_t c, size_t slot, const char *p, size_t n)
{
	const struct csv_column *column = &t->schema->columns[c];
	char message[CSV_MESSAGE_BYTES];
	csv_explain(column, p, n, message);
	csv_batch_fault(b, slot, column->file_column, csv_type_rule(column->type), "%s", message);
}

static void fault_type(
    struct csv_cells *t, struct csv_batch *b, size_t c, size_t slot, const struct csv_cell *cell)
{
	if (b->fault_of[slot] >= 0)
		return;
	const struct csv_text text = changed_text(t, cell);
	fault_text(t, b, c, slot, csv_text_p(&text), csv_text_n(&text));
}

static inline void set_null(struct csv_vector *v, size_t slot)
{
	v->valid[slot / 64] &= ~(UINT64_C(1) << (slot % 64));
	v->nulls++;
}

/* The loop of a column: `parse` is an expression over p, n and slot that is true on success. */
#define TYPE_COLUMN(parse)                                                                         \
	{                                                                                          \
		const struct first_look look = first_look(t);                                      \
		const size_t rows = b->rows;                                                       \
		for (size_t slot = t->from; slot < rows; slot++) {                                 \
			const struct csv_cell cell = cells[slot];                                  \
			const char *const p = look.block + cell.at;                                \
			const size_t n = cell.n & ~CSV_CELL_DOUBLED;                               \
			if (is_missing(t, &look, p, n))                                            \
				set_null(v, slot);                                                 \
			else if (!(parse))                                                         \
				fault_type(t, b, c, slot, &cells[slot]);                           \
		}                                                                                  \
	}

static CSV_ALWAYS void type_text(
    struct csv_cells *t, struct csv_batch *b, size_t c, const struct csv_cell *cells)
{
	struct csv_vector *v = &b->columns[c];
	struct csv_text *out = v->data;
	const struct first_look look = first_look(t);
	const size_t rows = b->rows;
	for (size_t slot = t->from; slot < rows; slot++) {
		const struct csv_cell cell = cells[slot];
		const char *const p = look.block + cell.at;
		if (is_missing(t, &look, p, cell.n & ~CSV_CELL_DOUBLED)) {
			set_null(v, slot);
			out[slot] = (struct csv_text){ 0 };
		} else if ((cell.n & CSV_CELL_DOUBLED) != 0) {
			out[slot] = changed_text(t, &cells[slot]);
		} else {
			out[slot] = csv_text_make(p, cell.n);
		}
	}
}

static CSV_ALWAYS void type_decimal(
    struct csv_cells *t, struct csv_batch *b, size_t c, const struct csv_cell *cells)
{
	struct csv_vector *v = &b->columns[c];
	const unsigned precision = t->schema->columns[c].precision;
	const unsigned scale = t->schema->columns[c].scale;
	int64_t *narrow = v->data;
	__int128 *wide = v->data;
	if (precision <= CSV_DECIMAL_NARROW)
		TYPE_COLUMN(csv_number_decimal64(p, n, precision, scale, &narrow[slot]))
	else
		TYPE_COLUMN(csv_number_decimal(p, n, precision, scale, &wide[slot]))
}

/* Types without a loop of their own, and columns that declare a notation. */
static void type_any(
    struct csv_cells *t, struct csv_batch *b, size_t c, const struct csv_cell *cells)
{
	struct csv_vector *v = &b->columns[c];
	const struct csv_column *column = &t->schema->columns[c];
	const size_t bytes = csv_value_bytes(column);
	char *out = v->data;
	TYPE_COLUMN(csv_value_parse(column, p, n, out + slot * bytes))
}

/* The text of a quoted cell is not the bytes of the block. */
static void type_json(
    struct csv_cells *t, struct csv_batch *b, size_t c, const struct csv_cell *cells)
{
	struct csv_vector *v = &b->columns[c];
	const char *want = t->schema->columns[c].format;
	const struct csv_text *out = v->data;
	type_text(t, b, c, cells);
	for (size_t slot = t->from; slot < b->rows; slot++) {
		if (!csv_batch_is_null(b, c, slot) &&
		    !csv_json_check(csv_text_p(&out[slot]), csv_text_n(&out[slot]), want))
			fault_type(t, b, c, slot, &cells[slot]);
	}
}

static CSV_ALWAYS void type_date(
    struct csv_cells *t, struct csv_batch *b, size_t c, const struct csv_cell *cells)
{
	struct csv_vector *v = &b->columns[c];
	int32_t *out = v->data;
	TYPE_COLUMN(csv_time_date(p, n, &out[slot]))
}

static CSV_ALWAYS void type_stamp(
    struct csv_cells *t, struct csv_batch *b, size_t c, const struct csv_cell *cells)
{
	struct csv_vector *v = &b->columns[c];
	const struct csv_column *column = &t->schema->columns[c];
	int64_t *out = v->data;
	if (column->type == CSV_TIMESTAMPTZ)
		TYPE_COLUMN(csv_time_stamp(p, n, true, &out[slot]))
	else
		TYPE_COLUMN(csv_time_naive(p, n, &out[slot]))
}

/* A declared format that is ISO's: cells are written so, or are judged by the format. */
static CSV_ALWAYS void type_as_declared(
    struct csv_cells *t, struct csv_batch *b, size_t c, const struct csv_cell *cells)
{
	struct csv_vector *v = &b->columns[c];
	const struct csv_column *column = &t->schema->columns[c];
	const char between = csv_time_format_between(column->format);
	int32_t *days = v->data;
	int64_t *us = v->data;
	if (between == '-' && column->type == CSV_DATE)
		TYPE_COLUMN(
		    csv_time_date(p, n, &days[slot]) || csv_value_parse(column, p, n, &days[slot]))
	else if (between != '\0' && between != '-' && column->type == CSV_TIMESTAMP)
		TYPE_COLUMN(csv_time_stamp_between(p, n, between, &us[slot]) ||
			    csv_value_parse(column, p, n, &us[slot]))
	else
		type_any(t, b, c, cells);
}

/* The usual words, by their bytes at once; anything else is for csv_value_boolean. */
static inline bool usual_boolean(const char *p, size_t n, uint8_t *out)
{
	static const char yes[9] = "true";
	static const char no[9] = "false";
	const uint64_t key = key_of(p, n);
	const unsigned is_yes = key == key_of(yes, 4);
	const unsigned is_no = key == key_of(no, 5);
	*out = (uint8_t)is_yes;
	return ((is_yes | is_no) & (unsigned)(n <= 5)) != 0; /* no branch: either comes as often */
}

static CSV_ALWAYS void type_boolean(
    struct csv_cells *t, struct csv_batch *b, size_t c, const struct csv_cell *cells)
{
	struct csv_vector *v = &b->columns[c];
	const struct csv_column *column = &t->schema->columns[c];
	const bool usual = column->yes == NULL && column->no == NULL;
	uint8_t *out = v->data;
	TYPE_COLUMN((usual && usual_boolean(p, n, &out[slot])) ||
		    csv_value_boolean(p, n, column->yes, column->no, &out[slot]))
}

static CSV_ALWAYS void type_integer(
    struct csv_cells *t, struct csv_batch *b, size_t c, const struct csv_cell *cells)
{
	struct csv_vector *v = &b->columns[c];
	int64_t *out = v->data;
	TYPE_COLUMN(csv_number_integer(p, n, &out[slot]))
}

static CSV_ALWAYS void type_double(
    struct csv_cells *t, struct csv_batch *b, size_t c, const struct csv_cell *cells)
{
	struct csv_vector *v = &b->columns[c];
	double *out = v->data;
	TYPE_COLUMN(csv_number_double(p, n, &out[slot]))
}

/* A cell in its normal form, and padded: the text of the cell itself where nothing changed. */
static struct csv_text normal_text(
    struct csv_cells *t, struct csv_batch *b, size_t c, size_t slot, const struct csv_cell *cell)
{
	const struct csv_text text = changed_text(t, cell);
	const struct span before = { (const uint8_t *)csv_text_p(&text), csv_text_n(&text) };
	char *room = page_take(t, CSV_NORMAL_BYTES(before.n));
	const size_t n =
	    csv_normal_text(t->schema->columns[c].normal, (const char *)before.p, before.n, room);
	page_keep(t, room, n);
	if (n != before.n || memcmp(room, before.p, n) != 0)
		csv_batch_changed(b, c, slot, before, (struct span){ (const uint8_t *)room, n });
	return csv_text_make(room, n);
}

/* Columns that are normalised: every cell is copied, changed and then read by csv_value. */
static void type_normal(
    struct csv_cells *t, struct csv_batch *b, size_t c, const struct csv_cell *cells)
{
	struct csv_vector *v = &b->columns[c];
	const struct csv_column *column = &t->schema->columns[c];
	const size_t bytes = csv_value_bytes(column);
	char *out = v->data;
	const struct first_look look = first_look(t);
	for (size_t slot = t->from; slot < b->rows; slot++) {
		const struct csv_text text = normal_text(t, b, c, slot, &cells[slot]);
		char *value = out + slot * bytes;
		char near[CSV_INLINE_BYTES + CSV_PAD_BYTES] = "";
		const char *p = csv_text_p(&text);
		const size_t n = csv_text_n(&text);
		if (is_missing(t, &look, p, n)) {
			set_null(v, slot);
			memset(value, 0, bytes);
			continue;
		}
		if (n <= CSV_INLINE_BYTES) {
			memcpy(near, p, n);
			p = near;
		}
		if (!csv_value_parse(column, p, n, value))
			fault_text(t, b, c, slot, p, n);
		else if (csv_type_is_text(column->type))
			memcpy(value, &text, sizeof(text));
	}
}

/* Does a loop of one type do for the column? */
static bool is_simple(const struct csv_column *c)
{
	return c->format == NULL && c->zone == NULL && !csv_plain_is_needed(c);
}

/* Cells in the type's own notation, or nearly so. */
static CSV_ALWAYS void type_simple(
    struct csv_cells *t, struct csv_batch *b, size_t c, const struct csv_cell *cells)
{
	const struct csv_column *column = &t->schema->columns[c];
	if (!is_simple(column) && column->type != CSV_JSON) {
		type_as_declared(t, b, c, cells);
		return;
	}
	switch (column->type) {
	case CSV_INTEGER:
		type_integer(t, b, c, cells);
		break;
	case CSV_DECIMAL:
		type_decimal(t, b, c, cells);
		break;
	case CSV_DOUBLE:
		type_double(t, b, c, cells);
		break;
	case CSV_BOOLEAN:
		type_boolean(t, b, c, cells);
		break;
	case CSV_DATE:
		type_date(t, b, c, cells);
		break;
	case CSV_TIMESTAMP:
	case CSV_TIMESTAMPTZ:
		type_stamp(t, b, c, cells);
		break;
	case CSV_TIME:
	case CSV_DURATION:
	case CSV_UUID:
		type_any(t, b, c, cells);
		break;
	case CSV_JSON:
		type_json(t, b, c, cells);
		break;
	case CSV_TEXT:
	case CSV_TYPE_COUNT_:
		type_text(t, b, c, cells);
		break;
	}
}

/* The same code, once for processors that shift without a detour. */
CSV_MASK_BITS static void type_bits(
    struct csv_cells *t, struct csv_batch *b, size_t c, const struct csv_cell *cells)
{
	type_simple(t, b, c, cells);
}

static void type_plain(
    struct csv_cells *t, struct csv_batch *b, size_t c, const struct csv_cell *cells)
{
	type_simple(t, b, c, cells);
}

void csv_cells_type(
    struct csv_cells *t, struct csv_batch *b, size_t c, const struct csv_cell *cells)
{
	struct csv_vector *v = &b->columns[c];
	const struct csv_column *column = &t->schema->columns[c];
	if (column->file_column < 0) {
		memset(v->data, 0, b->rows * csv_value_bytes(column));
		v->nulls = b->rows;
		return;
	}
	if (column->normal != 0) {
		type_normal(t, b, c, cells);
		return;
	}
	if (t->bits)
		type_bits(t, b, c, cells);
	else
		type_plain(t, b, c, cells);
}
