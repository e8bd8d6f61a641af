/* SPDX-License-Identifier: Apache-2.0 */
/*
 * engine_csv - columns of the scanner as columns of DuckDB, without a copy.
 *
 * A source's fill places the batch on the chunk, has the scanner read into it, and hands the rows
 * over:
 *
 *	engine_csv_place(b, chunk, first);
 *	... csv_scan_next(scan, b), checks, csv_batch_settle(b) ...
 *	chunk->rows = b->rows;
 *	engine_csv_hand_over(b, chunk, first);
 *
 * `first` is the chunk's column where those of the batch begin.
 */
#ifndef ENGINE_ENGINE_CSV_H
#define ENGINE_ENGINE_CSV_H

#include "csv/csv_batch.h"
#include "engine/engine.h"

/* engine_csv_column - how a column crosses to DuckDB; decimals up to 18 digits are 64 bits on both
 * sides. The name is borrowed. */
struct engine_column engine_csv_column(const struct csv_column *c);

/* engine_csv_place - let the batch's values be written straight into the chunk's vectors, which
 * have room for b->cap rows. */
void engine_csv_place(struct csv_batch *b, const struct engine_chunk *chunk, size_t first);

/* engine_csv_hand_over - what DuckDB wants to know besides the values: nulls, and UUIDs in its own
 * order. Once for the rows of a settled batch. */
void engine_csv_hand_over(struct csv_batch *b, struct engine_chunk *chunk, size_t first);

#endif
