/* SPDX-License-Identifier: Apache-2.0 */
/*
 * infer - a contract draft from a whole file, with the evidence for every choice.
 *
 * All cells are looked at. A column gets the narrowest type that takes its cells; a few
 * misfits (per cent of its values, at least 20 values for one) do not make it fall: they
 * would be rejected and are shown. For each type that fell, the first three cells that
 * killed it are kept. Cells with a leading zero keep a column text; whole numbers past 64
 * bits become decimal(38,0). Numbers with a decimal comma or grouped digits, two-digit years
 * and month names are taken only without a single misfit. What can be read two ways
 * (01/03/2026, 1,234) is called ambiguous; other columns of the file decide, and are named.
 * Words for null (NA, NULL, - ...) are nulls when a column of another type than text proves
 * it and no column speaks against it. A column without a null is required. Few distinct
 * texts are proposed as an enum in the evidence, as a constraint only when that is strong.
 *
 *	struct contract_infer *i = contract_infer_new(header, n);
 *	... contract_infer_batch(i, batch) for every settled batch of an all-text scan ...
 *	contract_infer_merge(i, of_another_thread);
 *	cJSON *draft = contract_infer_draft(i, &how, a);   {"doc": {...}, "evidence": {...}}
 *
 * One per thread: the draft depends on the set of rows alone. Names: the header in lower
 * case, other characters than letters, digits and _ as one _, a letter in front; duplicates
 * get _2; the header stays as an alias when it differs. Of a file of refused rows that comes back
 * (csv_mend.h) the five columns in front are left out, as contract_match does.
 */
#ifndef CONTRACT_INFER_H
#define CONTRACT_INFER_H

#include <cjson/cJSON.h>

#include "base/arena.h"
#include "csv/csv_batch.h"
#include "csv/csv_sniff.h"

enum {
	CONTRACT_INFER_SHOWN = 3,           /* cells kept of each shape */
	CONTRACT_ENUM_SHOWN = 20,           /* most distinct texts that are proposed as an enum */
	CONTRACT_ENUM_REPEATS = 10,         /* least values for each of them */
	CONTRACT_ENUM_STRONG = 8,           /* most distinct texts that become a constraint ... */
	CONTRACT_ENUM_STRONG_ROWS = 100000, /* ... when there are so many values ... */
	CONTRACT_ENUM_STRONG_PCT = 1,       /* ... and each is at least so many per cent of them */
};

/* Misfits a type survives, in per cent: a person looks at the draft, or nobody does. */
#define CONTRACT_MISFIT_PCT      5.0
#define CONTRACT_MISFIT_AUTO_PCT 0.5

struct contract_infer;

struct contract_infer_how {
	bool unattended; /* auto_publish: fewer misfits, no budget proposed, no ambiguous dates */
	const struct csv_sniff_result *sniffed; /* for the dialect's evidence; may be NULL */
	int64_t row_rejects;                    /* rows refused for their shape so far */
};

/* contract_infer_new - for a file with so many columns; header is borrowed until
 * contract_infer_free. Five columns of ours are passed over, unless there are no others. */
struct contract_infer *contract_infer_new(
    const char *const *header, size_t file_columns) MUST_CHECK;

/* contract_infer_free - *i becomes NULL. */
void contract_infer_free(struct contract_infer **i);

/* contract_infer_schema - the columns a draft is made of, all as text and named by their headers,
 * for csv_scan_new; lives as long as i. */
const struct csv_schema *contract_infer_schema(const struct contract_infer *i);

/* contract_infer_batch - take in the good rows of a settled batch of that schema. */
void contract_infer_batch(struct contract_infer *i, const struct csv_batch *b);

/* contract_infer_merge - add the rows of another inference over the same header, which stays as it
 * is. No row may be in both. */
void contract_infer_merge(struct contract_infer *i, const struct contract_infer *other);

/* contract_infer_draft - the draft and its evidence, in the arena. */
cJSON *contract_infer_draft(const struct contract_infer *i, const struct contract_infer_how *how,
    struct arena *a) MUST_CHECK;

#endif
