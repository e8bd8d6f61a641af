/* SPDX-License-Identifier: Apache-2.0 */
/* profile_table - values column by column, fed row after row. */
#include "profile_table.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "kit/json.h"

static uint64_t seed = 1;

uint64_t profile_table_random(void)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	uint64_t x = seed;
	x = (x ^ (x >> 33)) * UINT64_C(0xFF51AFD7ED558CCD);
	return x ^ (x >> 33);
}

void profile_table_column(
    struct profile_table *t, enum csv_type type, uint8_t precision, uint8_t scale)
{
	struct csv_column *c = &t->columns[t->schema.n_columns];
	*c = (struct csv_column){ .name = csv_type_name(type),
		.type = type,
		.file_column = (int)t->schema.n_columns,
		.precision = precision,
		.scale = scale };
	t->values[t->schema.n_columns] = mem_array(t->rows + 1, csv_value_bytes(c));
	t->null[t->schema.n_columns] = mem_array(t->rows + 1, sizeof(bool));
	t->schema.n_columns++;
	t->schema.file_columns++;
	t->schema.columns = t->columns;
}

void profile_table_done(struct profile_table *t)
{
	for (size_t c = 0; c < t->schema.n_columns; c++) {
		free(t->values[c]);
		free(t->null[c]);
	}
	free(t->texts);
}

void profile_table_put(struct profile_table *t, size_t column, size_t row, const void *value)
{
	const size_t size = csv_value_bytes(&t->columns[column]);
	memcpy(t->values[column] + row * size, value, size);
}

void profile_table_feed(struct contract_profile *p, const struct profile_table *t,
    struct csv_batch *b, const uint32_t *rows, size_t n)
{
	for (size_t c = 0; c < t->schema.n_columns; c++) {
		const size_t size = csv_value_bytes(&t->columns[c]);
		struct csv_vector *v = &b->columns[c];
		v->nulls = 0;
		memset(v->valid, 0xFF, b->cap / 8);
		for (size_t i = 0; i < n; i++) {
			memcpy((char *)v->data + i * size, t->values[c] + rows[i] * size, size);
			if (!t->null[c][rows[i]])
				continue;
			memset((char *)v->data + i * size, 0xEE, size);
			v->valid[i / 64] &= ~(UINT64_C(1) << (i % 64));
			v->nulls++;
		}
	}
	for (size_t i = 0; i < n; i++)
		b->row[i] = (int64_t)rows[i] + 1;
	b->rows = n;
	contract_profile_batch(p, b);
}

const char *profile_table_json(const struct profile_table *t, struct arena *a)
{
	struct contract_profile *p = contract_profile_new(&t->schema);
	struct csv_batch *b = csv_batch_new(&t->schema);
	uint32_t rows[CSV_BATCH_ROWS];
	for (size_t at = 0; at < t->rows;) {
		size_t n = 0;
		for (; n < b->cap && at < t->rows; n++)
			rows[n] = (uint32_t)at++;
		profile_table_feed(p, t, b, rows, n);
	}
	const char *text = js_print(a, contract_profile_json(p, a));
	csv_batch_free(&b);
	contract_profile_free(&p);
	return text;
}
