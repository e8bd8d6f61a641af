/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile_histogram - round edges between two extremes, and how many values lie between them.
 *
 * Bins are all of one width: 1, 2 or 5 times a power of ten for numbers; seconds, minutes, hours,
 * days, weeks (from Monday), months or years for dates and times. The width is the least that needs
 * at most CONTRACT_PROFILE_BINS + 1 bins.
 */
#ifndef CONTRACT_PROFILE_HISTOGRAM_H
#define CONTRACT_PROFILE_HISTOGRAM_H

#include "contract/profile_value.h"

enum { PROFILE_MOST_BINS = CONTRACT_PROFILE_BINS + 1 };

struct profile_histogram {
	size_t n;                                 /* bins */
	const char *edges[PROFILE_MOST_BINS + 1]; /* n + 1 of them, as values are shown; arena */
	int64_t counts[PROFILE_MOST_BINS];
};

/* profile_histogram_has - have values of this column a histogram? */
bool profile_histogram_has(const struct csv_column *c);

/*
 * profile_histogram_make - n values of a column into bins from least to most.
 *
 * values  each between least and most; finite
 */
void profile_histogram_make(const struct csv_column *c, const union profile_value *least,
    const union profile_value *most, const union profile_value *values, size_t n, struct arena *a,
    struct profile_histogram *out);

#endif
