/* SPDX-License-Identifier: Apache-2.0 */
/* profile_priv - the inside of a profile, for the files that fill it and print it. */
#ifndef CONTRACT_PROFILE_PRIV_H
#define CONTRACT_PROFILE_PRIV_H

#include "contract/profile_distinct.h"
#include "contract/profile_sample.h"
#include "contract/profile_sum.h"
#include "contract/profile_value.h"

struct profile_column {
	int64_t values;     /* not null */
	int64_t not_finite; /* of them: NaN and infinities */
	bool has_extremes;  /* least and most are set */
	union profile_value least, most;
	uint64_t least_key, most_key; /* texts: the first eight bytes of these, as a number */
	uint32_t least_chars, most_chars;
	struct profile_sum sum;        /* whole numbers, decimals, dates and times */
	struct profile_real_sum *real; /* doubles: theirs; owned, else NULL */
	struct profile_distinct distinct;
};

struct contract_profile {
	const struct csv_schema *schema; /* borrowed */
	int64_t rows;
	struct profile_column *columns; /* owned */
	struct profile_sample sample;
	unsigned __int128 values[CSV_BATCH_ROWS]; /* of the column at hand, without its nulls */
	uint64_t hashes[CSV_BATCH_ROWS];          /* of these */
	double reals[CSV_BATCH_ROWS];             /* doubles: the finite ones */
};

/* profile_figures - extremes, sums and lengths of n values of a column, none of them null. */
void profile_figures(struct contract_profile *p, size_t column, const void *data, size_t n);

/* profile_widen - one value more for the extremes of a column. */
void profile_widen(
    struct profile_column *column, const struct csv_column *c, const union profile_value *v);

/* profile_hash - hashes of n values of a column into p->hashes. */
void profile_hash(
    struct contract_profile *p, const struct csv_column *c, const void *data, size_t n);

#endif
