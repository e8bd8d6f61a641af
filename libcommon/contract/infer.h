/* SPDX-License-Identifier: Apache-2.0 */
/*
 * infer - a contract draft from a whole file, with the evidence for every choice.
 *
 * All cells are looked at. A column gets the narrowest type that takes its cells; a few
 * misfits (per cent of the column's values, at least 20 values for one misfit) do not make
 * it fall: they would be rejected and are shown. Cells with a leading zero keep a column
 * text. Dates that can be read day first and month first are called ambiguous. A column
 * without an empty cell is required.
 *
 *	struct contract_infer *i = contract_infer_new(header, n);
 *	... contract_infer_batch(i, batch) for every settled batch of an all-text scan ...
 *	cJSON *draft = contract_infer_draft(i, &how, a);   {"doc": {...}, "evidence": {...}}
 *
 * Names: the header in lower case, other characters than letters, digits and _ as one _, a
 * letter in front; duplicates get _2; the header stays as an alias when it differs.
 */
#ifndef CONTRACT_INFER_H
#define CONTRACT_INFER_H

#include <cjson/cJSON.h>

#include "base/arena.h"
#include "csv/csv_batch.h"
#include "csv/csv_sniff.h"

enum { CONTRACT_INFER_SHOWN = 3 }; /* cells kept of each shape */

/* Misfits a type survives, in per cent: a person looks at the draft, or nobody does. */
#define CONTRACT_MISFIT_PCT      5.0
#define CONTRACT_MISFIT_AUTO_PCT 0.5

struct contract_infer;

struct contract_infer_how {
	bool unattended; /* auto_publish: fewer misfits, no budget proposed, no ambiguous dates */
	const struct csv_sniff_result *sniffed; /* for the dialect's evidence; may be NULL */
	int64_t row_rejects;                    /* rows refused for their shape so far */
};

/* contract_infer_new - for a file with n columns; header is borrowed until contract_infer_free. */
struct contract_infer *contract_infer_new(const char *const *header, size_t n) MUST_CHECK;

/* contract_infer_free - *i becomes NULL. */
void contract_infer_free(struct contract_infer **i);

/* contract_infer_schema - all columns as text, for csv_scan_new; lives as long as i. */
const struct csv_schema *contract_infer_schema(const struct contract_infer *i);

/* contract_infer_batch - take in the good rows of a settled batch of that schema. */
void contract_infer_batch(struct contract_infer *i, const struct csv_batch *b);

/* contract_infer_draft - the draft and its evidence, in the arena. */
cJSON *contract_infer_draft(const struct contract_infer *i, const struct contract_infer_how *how,
    struct arena *a) MUST_CHECK;

#endif
