/* SPDX-License-Identifier: Apache-2.0 */
/* report - the outcome of a check as JSON: verdict, account, counts, dialect, columns, reason. */
#ifndef CONTRACT_REPORT_H
#define CONTRACT_REPORT_H

#include <cjson/cJSON.h>

#include "contract/match.h"
#include "contract/notes.h"
#include "contract/tally.h"
#include "csv/csv_split.h"

enum { CONTRACT_REPORT_RULES = 1000 }; /* most lines of counts by rule and column */

enum contract_verdict {
	CONTRACT_GOOD,        /* within the budget; the good rows may be loaded */
	CONTRACT_OVER_BUDGET, /* too many rejects */
	CONTRACT_UNUSABLE,    /* not CSV, or its header does not fit */
	CONTRACT_DRAFT,       /* there was no contract: a draft was inferred */
};

/* What is known of a check; parts that are not known are NULL. All borrowed. */
struct contract_outcome {
	enum contract_verdict verdict;
	const struct contract *contract;
	const struct contract_match *match;
	const struct contract_tally *tally;
	const struct contract_notes *notes; /* of the same rows */
	const struct csv_sniff_result *sniffed;
	const struct csv_split_rest *rest; /* of the same file */
	double budget_pct;                 /* that was in force */
	const struct err *fault;           /* why the file is unusable */
};

/* contract_verdict_name - "good", "over_budget", "unusable", "draft"; static. */
const char *contract_verdict_name(enum contract_verdict v);

/*
 * contract_report - {"verdict", "account", "rules": [{rule, column, count}], "columns": [{name,
 * type, precision, scale}], "dialect", "budget_pct", "ignored_columns", "absent_columns", "reason":
 * {code, params, text} or null}, with notes "repairs" and "changes" (notes.h), in the arena. The
 * dialect's tables are those of the whole file where it was read to its end, else what the sniffer
 * saw.
 */
cJSON *contract_report(const struct contract_outcome *o, struct arena *a) MUST_CHECK;

#endif
