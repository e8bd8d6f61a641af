/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile - what the good rows of a file hold, column by column.
 *
 * One profile per thread, merged in any order; every figure depends on the set of good rows alone,
 * never on threads, blocks or the order in which batches came. Memory is bounded by the constants
 * below for each profile, whatever the file's size.
 *
 *	struct contract_profile *p = contract_profile_new(schema);
 *	... contract_profile_batch(p, batch) for every settled batch ...
 *	contract_profile_merge(p, other);
 *	cJSON *json = contract_profile_json(p, a);
 *
 * Exact: rows, nulls, min, max, mean (of doubles to one unit in its last place), lengths in
 * characters. Distinct
 * values are counted exactly up to CONTRACT_PROFILE_EXACT of them (fewer in wide files, see
 * CONTRACT_PROFILE_EXACT_ALL), with HyperLogLog above it. Top values are exact as long as distinct
 * is. All else (top values above it, quantiles, histogram, the sample shown) is read off a sample
 * of whole rows: those whose hashed row number is below 2^-level, with the least level that keeps
 * them within CONTRACT_PROFILE_SAMPLE_ROWS and CONTRACT_PROFILE_SAMPLE_BYTES; a file that fits is
 * taken whole and its figures are exact. Each part says whether it is exact.
 * Source: Flajolet et al. 2007 and Ertl 2017 (estimator) for HyperLogLog; Neal 2015, "Fast exact
 * summation using small and large superaccumulators", for doubles.
 */
#ifndef CONTRACT_PROFILE_H
#define CONTRACT_PROFILE_H

#include <cjson/cJSON.h>

#include "base/arena.h"
#include "csv/csv_batch.h"

enum {
	CONTRACT_PROFILE_REGISTERS = 4096,    /* of HyperLogLog: standard error 1.04/64 = 1.6 % */
	CONTRACT_PROFILE_EXACT = 512,         /* distinct values counted exactly, a column */
	CONTRACT_PROFILE_EXACT_LEAST = 32,    /* however many columns there are */
	CONTRACT_PROFILE_EXACT_ALL = 1 << 16, /* the same over all columns */
	CONTRACT_PROFILE_SAMPLE_ROWS = 8192,  /* rows of the sample */
	CONTRACT_PROFILE_SAMPLE_BYTES = 4 << 20, /* its memory */
	CONTRACT_PROFILE_TEXT_BYTES = 44,        /* of a text that is shown; longer ones are cut */
	CONTRACT_PROFILE_BINS = 20,              /* of a histogram, about */
	CONTRACT_PROFILE_TOP = 10,               /* most frequent values listed */
	CONTRACT_PROFILE_SHOWN = 10,             /* values of the sample listed */
	CONTRACT_PROFILE_FULL_COLUMNS = 60,    /* more: no histogram, no sample, three top values */
	CONTRACT_PROFILE_SOME_COLUMNS = 160,   /* more: no top values, no quantiles */
	CONTRACT_PROFILE_LISTED_COLUMNS = 500, /* more are not listed */
};

struct contract_profile;

/* contract_profile_new - new empty profile of batches of this schema (borrowed until free). */
struct contract_profile *contract_profile_new(const struct csv_schema *schema) MUST_CHECK;

/*
 * contract_profile_after - new empty profile for rows that come behind those of `before`.
 *
 * What later rows cannot change is not looked for again: it samples no finer, and knows which
 * columns have too many values to keep. It may only be merged into `before`, or into what that was
 * merged into; the figures are then those of a profile from contract_profile_new.
 */
struct contract_profile *contract_profile_after(const struct contract_profile *before) MUST_CHECK;

/* contract_profile_free - give it back; *p becomes NULL, which is accepted. */
void contract_profile_free(struct contract_profile **p);

/*
 * contract_profile_batch - take in the good rows of a settled batch of the profile's schema.
 *
 * Cost  about 3 ns for a number, 6 ns for a text
 */
void contract_profile_batch(struct contract_profile *p, const struct csv_batch *b);

/* contract_profile_merge - add the rows of another profile of an equal schema, which stays as it
 * is. No row may be in both. */
void contract_profile_merge(struct contract_profile *p, const struct contract_profile *other);

/*
 * contract_profile_json - the profile as JSON, in the arena.
 *
 *	{"rows": n, "sampled_rows": n, "columns": [{"name", "type", "values", "nulls",
 *	    "distinct": {"count", "exact", "error_pct"},
 *	    "min": {"value"}, "max": {"value"}, "mean": {"value"},     numbers and times; texts no
 *mean "length": {"min", "max"},                                  characters, of texts and JSON
 *	    "top": {"exact", "of", "error_pct", "values": [{"value", "count"}]},
 *	    "quantiles": {"exact", "p05", "p25", "p50", "p75", "p95"}, each {"value"}
 *	    "histogram": {"exact", "of", "edges": {"value": [...]}, "counts": [...]},
 *	    "sample": [{"row", "value"}]}], "columns_left_out": n}
 *
 * Values are strings as the contract would write them, under the key "value", which is where cells
 * of the file may stand, and nowhere else. counts of a part that is not exact are of its "of"
 * sampled values; error_pct there is the standard error of a share, in per cent of the values. Bin
 *i of a histogram holds edges[i] <= v < edges[i + 1], the last one its upper edge too. NaN and
 * infinities are counted as "not_finite" and left out of all but distinct and top.
 */
cJSON *contract_profile_json(const struct contract_profile *p, struct arena *a) MUST_CHECK;

#endif
