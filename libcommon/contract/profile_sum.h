/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile_sum - sums without rounding, so that they do not depend on the order of the values.
 *
 * Whole numbers of 128 bits and doubles; up to 2^62 of them. A double is added to an integer of
 * 2,176 bits in chunks of 32. Source: Neal 2015, "Fast exact summation using small and large
 * superaccumulators", the small one.
 */
#ifndef CONTRACT_PROFILE_SUM_H
#define CONTRACT_PROFILE_SUM_H

#include "base/arena.h"

enum { PROFILE_CHUNKS = 68, PROFILE_MEAN_DIGITS = 6 };

/* high * 2^64 + low */
struct profile_sum {
	__int128 high;
	unsigned __int128 low;
};

/* Chunk i counts 2^(32 i - 1075); between batches all but the last are 0..2^32-1. */
struct profile_real_sum {
	int64_t chunks[PROFILE_CHUNKS];
};

/* profile_sum_add - add one value, or the sum of some. */
static inline void profile_sum_add(struct profile_sum *s, __int128 v)
{
	s->high += v >> 64;
	s->low += (uint64_t)v;
}

/* profile_sum_merge - add another sum. */
void profile_sum_merge(struct profile_sum *s, const struct profile_sum *other);

/*
 * profile_sum_mean - sum / n with PROFILE_MEAN_DIGITS more digits than the values have, rounded
 * half away from zero, without trailing zeros; arena.
 *
 * n      at least 1
 * scale  digits behind the point of the values, 0..38
 */
const char *profile_sum_mean(
    const struct profile_sum *s, int64_t n, unsigned scale, struct arena *a);

/* profile_sum_mean_whole - sum / n rounded down; for values whose mean fits 64 bits. */
int64_t profile_sum_mean_whole(const struct profile_sum *s, int64_t n);

/* profile_real_sum_add - add n finite doubles. */
void profile_real_sum_add(struct profile_real_sum *s, const double *v, size_t n);

/* profile_real_sum_merge - add another sum. */
void profile_real_sum_merge(struct profile_real_sum *s, const struct profile_real_sum *other);

/* profile_real_sum_mean - sum / n to the nearest double but for one unit in its last place. */
double profile_real_sum_mean(const struct profile_real_sum *s, int64_t n);

#endif
