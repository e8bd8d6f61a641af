/* SPDX-License-Identifier: Apache-2.0 */
/* profile_sample - a bounded sample of rows, raising its bar when it is full. */
#include "contract/profile_sample.h"

#include <stdlib.h>

#include "base/mem.h"
#include "contract/profile_value.h"

enum { FIRST_ROWS = 256, LEAST_ROWS = 16 };

void profile_sample_init(struct profile_sample *s, const struct csv_schema *schema)
{
	*s = (struct profile_sample){ .schema = schema, .row_bytes = schema->n_columns };
	s->at = mem_array(schema->n_columns, sizeof(*s->at));
	for (size_t c = 0; c < schema->n_columns; c++) {
		s->at[c] = s->row_bytes;
		s->row_bytes += profile_value_bytes(&schema->columns[c]);
	}
	const size_t fit = CONTRACT_PROFILE_SAMPLE_BYTES / (s->row_bytes + 1);
	s->cap = fit < LEAST_ROWS ? LEAST_ROWS : (uint32_t)fit;
	s->cap = s->cap > CONTRACT_PROFILE_SAMPLE_ROWS ? CONTRACT_PROFILE_SAMPLE_ROWS : s->cap;
}

void profile_sample_done(struct profile_sample *s)
{
	free(s->at);
	free(s->keys);
	free(s->rows);
	free(s->cells);
	*s = (struct profile_sample){ 0 };
}

static inline uint64_t row_key(int64_t row)
{
	return profile_value_mix((uint64_t)row * UINT64_C(0x9E3779B97F4A7C15));
}

static inline bool is_in(uint64_t key, unsigned level)
{
	return level == 0 || key >> (64 - level) == 0;
}

static void raise_level(struct profile_sample *s, unsigned level)
{
	s->level = level;
	uint32_t to = 0;
	for (uint32_t from = 0; s->cells != NULL && from < s->n; from++) {
		if (!is_in(s->keys[from], level))
			continue;
		if (to != from) {
			s->keys[to] = s->keys[from];
			s->rows[to] = s->rows[from];
			memcpy(s->cells + to * s->row_bytes, s->cells + from * s->row_bytes,
			    s->row_bytes);
		}
		to++;
	}
	s->n = to;
}

/* Room for one more row of this key; NULL when it is not in the sample after all. */
static char *add(struct profile_sample *s, uint64_t key, int64_t row)
{
	while (s->n == s->cap && is_in(key, s->level))
		raise_level(s, s->level + 1);
	if (!is_in(key, s->level))
		return NULL;
	if (s->n == s->alloc) {
		s->alloc = s->alloc == 0 ? FIRST_ROWS : s->alloc * 2;
		s->alloc = s->alloc > s->cap ? s->cap : s->alloc;
		s->keys = mem_resize(s->keys, s->alloc * sizeof(*s->keys));
		s->rows = mem_resize(s->rows, s->alloc * sizeof(*s->rows));
		s->cells = mem_resize(s->cells, s->alloc * s->row_bytes + 1);
	}
	s->keys[s->n] = key;
	s->rows[s->n] = row;
	return s->cells + s->n++ * s->row_bytes;
}

static void take_row(
    const struct profile_sample *s, const struct csv_batch *b, size_t slot, char *out)
{
	for (size_t c = 0; c < b->n_columns; c++) {
		const bool null = csv_batch_is_null(b, c, slot);
		const struct csv_column *column = &s->schema->columns[c];
		out[c] = null ? 0 : 1;
		if (null)
			continue;
		const union profile_value v = profile_value_take(column, b->columns[c].data, slot);
		memcpy(out + s->at[c], &v, profile_value_bytes(column));
	}
}

void profile_sample_batch(struct profile_sample *s, const struct csv_batch *b)
{
	for (size_t slot = 0; slot < b->rows; slot++) {
		const uint64_t key = row_key(b->row[slot]);
		if (!is_in(key, s->level))
			continue;
		char *out = add(s, key, b->row[slot]);
		if (out != NULL)
			take_row(s, b, slot, out);
	}
}

void profile_sample_merge(struct profile_sample *s, const struct profile_sample *other)
{
	if (other->level > s->level)
		raise_level(s, other->level);
	for (uint32_t i = 0; i < other->n; i++) {
		char *out = add(s, other->keys[i], other->rows[i]);
		if (out != NULL)
			memcpy(out, other->cells + i * other->row_bytes, s->row_bytes);
	}
}

static int compare_keys(const void *x, const void *y, void *keys)
{
	const uint64_t a = ((const uint64_t *)keys)[*(const uint32_t *)x];
	const uint64_t b = ((const uint64_t *)keys)[*(const uint32_t *)y];
	return (a > b) - (a < b);
}

uint32_t *profile_sample_order(const struct profile_sample *s)
{
	uint32_t *order = mem_array(s->n, sizeof(*order));
	for (uint32_t i = 0; i < s->n; i++)
		order[i] = i;
	qsort_r(order, s->n, sizeof(*order), compare_keys, s->keys);
	return order;
}

const void *profile_sample_cell(const struct profile_sample *s, uint32_t index, size_t column)
{
	const char *row = s->cells + index * s->row_bytes;
	return row[column] != 0 ? row + s->at[column] : NULL;
}
