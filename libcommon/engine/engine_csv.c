/* SPDX-License-Identifier: Apache-2.0 */
/* engine_csv - types, nulls and UUIDs of a batch on their way to DuckDB. */
#include "engine/engine_csv.h"

#include <string.h>

_Static_assert(
    sizeof(struct csv_text) == sizeof(struct engine_text), "texts are handed over as they are");
_Static_assert(sizeof(struct csv_duration) == sizeof(struct engine_interval),
    "durations are handed over as they are");

struct engine_column engine_csv_column(const struct csv_column *c)
{
	static const enum engine_type types[CSV_TYPE_COUNT_] = {
		[CSV_TEXT] = ENGINE_TEXT,
		[CSV_INTEGER] = ENGINE_I64,
		[CSV_DECIMAL] = ENGINE_DECIMAL,
		[CSV_DOUBLE] = ENGINE_F64,
		[CSV_BOOLEAN] = ENGINE_BOOL,
		[CSV_DATE] = ENGINE_DATE,
		[CSV_TIMESTAMP] = ENGINE_TIMESTAMP,
		[CSV_TIMESTAMPTZ] = ENGINE_TIMESTAMPTZ,
		[CSV_TIME] = ENGINE_TIME,
		[CSV_DURATION] = ENGINE_INTERVAL,
		[CSV_UUID] = ENGINE_UUID,
		[CSV_JSON] = ENGINE_TEXT,
	};
	const bool narrow = c->precision <= CSV_DECIMAL_NARROW;
	return (struct engine_column){
		.name = c->name,
		.type = types[c->type],
		.precision = narrow ? CSV_DECIMAL_NARROW : CSV_DECIMAL_MAX,
		.scale = c->scale,
	};
}

void engine_csv_place(struct csv_batch *b, const struct engine_chunk *chunk, size_t first)
{
	for (size_t c = 0; c < b->n_columns; c++)
		b->columns[c].data = chunk->v[first + c].data;
}

/* DuckDB keeps the highest bit of a UUID turned over. */
static void flip_uuids(struct csv_batch *b, size_t column)
{
	unsigned __int128 *v = b->columns[column].data;
	for (size_t r = 0; r < b->rows; r++)
		v[r] ^= ENGINE_UUID_FLIP;
}

void engine_csv_hand_over(struct csv_batch *b, struct engine_chunk *chunk, size_t first)
{
	for (size_t c = 0; c < b->n_columns; c++) {
		struct engine_vector *v = &chunk->v[first + c];
		if (b->schema->columns[c].type == CSV_UUID)
			flip_uuids(b, c);
		if (b->columns[c].nulls == 0)
			continue;
		engine_set_null(v, 0); /* makes the bits writable */
		memcpy(v->validity, b->columns[c].valid, (b->rows + 63) / 64 * sizeof(uint64_t));
	}
}
