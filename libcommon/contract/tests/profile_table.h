/* SPDX-License-Identifier: Apache-2.0 */
/* profile_table - a table in memory, profiled in pieces or as a whole. */
#ifndef PROFILE_TABLE_H
#define PROFILE_TABLE_H

#include "contract/profile.h"

/* A table in memory: values of every column, row after row. */
struct profile_table {
	struct csv_schema schema;
	struct csv_column columns[13];
	char *values[13]; /* rows values of each column; texts point into texts */
	bool *null[13];
	char *texts;
	size_t rows;
};

/* profile_table_random - the next of one long row of numbers. */
uint64_t profile_table_random(void);

/* profile_table_column - one more column with room for t->rows values; set those before. */
void profile_table_column(
    struct profile_table *t, enum csv_type type, uint8_t precision, uint8_t scale);

/* profile_table_done - free what the table holds. */
void profile_table_done(struct profile_table *t);

/* profile_table_put - set a value of the column's type; t->null says which count. */
void profile_table_put(struct profile_table *t, size_t column, size_t row, const void *value);

/* profile_table_feed - rows of the table, by their numbers, as one settled batch. */
void profile_table_feed(struct contract_profile *p, const struct profile_table *t,
    struct csv_batch *b, const uint32_t *rows, size_t n);

/* profile_table_json - the profile of all rows, in the arena. */
const char *profile_table_json(const struct profile_table *t, struct arena *a);

#endif
