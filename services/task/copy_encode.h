/* SPDX-License-Identifier: Apache-2.0 */
/*
 * copy_encode - rows of DuckDB chunks as tuples of PostgreSQL's binary COPY format.
 *
 * Only tuples: the signature in front and the trailer behind are the loader's, so that tuples may
 * be spread over several COPY streams. Big-endian; numeric as base-10000 digits without leading or
 * trailing zero groups (what numeric_send writes), dates in days and timestamps in microseconds
 * since 2000-01-01. 32-bit integers widen to bigint. Infinite dates and times, and those PostgreSQL
 * cannot hold, are refused. Source: PostgreSQL 15, src/backend/commands/copyto.c,
 * utils/adt/numeric.c, date.h.
 *
 * Rate: at least 4 M rows of 11 columns for each CPU second (tests/bench).
 */
#ifndef TASK_COPY_ENCODE_H
#define TASK_COPY_ENCODE_H

#include "engine/engine.h"

/* A byte buffer that only grows; the tuples stand in p[0..n). */
struct copy_buf {
	uint8_t *p;
	size_t n;
	size_t alloc;
};

/* copy_buf_done - give the memory back. */
void copy_buf_done(struct copy_buf *b);

/*
 * copy_encode_rows - append rows [from, from + some) of a chunk until the buffer holds at least
 * stop_bytes or the chunk ends.
 *
 * columns   chunk->n_columns of them: names for messages; a text is written as jsonb where its type
 *           is ENGINE_JSON
 * from      first row
 *
 * Returns the number of rows encoded (at least 1 when there is one), or -1.
 * Errors  ERR_INPUT (code "load.range") a value PostgreSQL cannot hold; the message names the
 * column
 */
int copy_encode_rows(const struct engine_chunk *chunk, const struct engine_column *columns,
    size_t from, size_t stop_bytes, struct copy_buf *b, struct err *err) MUST_CHECK;

/* copy_encode_numeric - one numeric as field (length and body) into out (at least 48 bytes); its
 * size. */
size_t copy_encode_numeric(__int128 value, int scale, uint8_t *out);

#endif
