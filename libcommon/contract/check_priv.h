/* SPDX-License-Identifier: Apache-2.0 */
/* check_priv - what the files of the check share; only check*.c include this. */
#ifndef CONTRACT_CHECK_PRIV_H
#define CONTRACT_CHECK_PRIV_H

#include "contract/check.h"
#include "csv/csv_explain.h"
#include "expr/eval.h"

enum { CHECK_SHOWN_BYTES = CSV_QUOTED_BYTES + 16 };

struct contract_pattern_use;

struct contract_checker {
	const struct contract *c;
	struct contract_pattern_use *patterns;
	struct expr_eval **rules;          /* one for each rule */
	struct contract_key_value *values; /* keys of a batch; NULL before the first */
	size_t values_cap;
};

/* check_show - a value of a column; out has CHECK_SHOWN_BYTES; returns out. */
const char *check_show(const struct csv_column *c, const struct contract_value *v, char *out);

/* check_show_cell - the same as its cell stood in the file, where that is no text: "1.000,50". A
 * repaired row's value is shown instead. */
const char *check_show_cell(const struct csv_batch *b, size_t slot, const struct csv_column *c,
    const struct contract_value *v, char *out);

#endif
