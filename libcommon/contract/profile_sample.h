/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile_sample - whole rows drawn by a hash of their number.
 *
 * A row is in the sample when the hash of its number begins with `level` zero bits; the level is
 * the least at which the sample holds at most `cap` rows. So the sample depends on the set of rows
 * alone.
 */
#ifndef CONTRACT_PROFILE_SAMPLE_H
#define CONTRACT_PROFILE_SAMPLE_H

#include "csv/csv_batch.h"

struct profile_sample {
	const struct csv_schema *schema; /* borrowed */
	uint32_t cap, n, alloc;          /* rows */
	unsigned level;                  /* 0 = every row is here */
	size_t row_bytes;
	size_t *at; /* offset of a column's value in a row; its valid byte is at its index; owned */
	uint64_t *keys; /* hashes of row numbers; owned */
	int64_t *rows;  /* row numbers; owned */
	char *cells;    /* owned */
};

/* profile_sample_init, profile_sample_done - embedded; done accepts a zeroed one. */
void profile_sample_init(struct profile_sample *s, const struct csv_schema *schema);
void profile_sample_done(struct profile_sample *s);

/* profile_sample_batch - take in a settled batch. */
void profile_sample_batch(struct profile_sample *s, const struct csv_batch *b);

/* profile_sample_merge - add the rows of another sample. */
void profile_sample_merge(struct profile_sample *s, const struct profile_sample *other);

/* profile_sample_order - new list of the rows' indexes by ascending hash: a random order that is
 * the same each time. free(). */
uint32_t *profile_sample_order(const struct profile_sample *s) MUST_CHECK;

/* profile_sample_cell - kept value (profile_value_load) of a row by its index, NULL when null. */
const void *profile_sample_cell(const struct profile_sample *s, uint32_t index, size_t column);

#endif
