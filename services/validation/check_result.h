/* SPDX-License-Identifier: Apache-2.0 */
/* check_result - read what the engine left in its scratch directory and said in its result line. */
#ifndef VALIDATION_CHECK_RESULT_H
#define VALIDATION_CHECK_RESULT_H

#include "kit/json.h"

enum check_verdict { CHECK_GOOD, CHECK_OVER_BUDGET, CHECK_UNUSABLE, CHECK_DRAFT };

/* The engine's result. Trees are borrowed from the result line, texts live in the arena. */
struct check_result {
	enum check_verdict verdict;
	const char *verdict_name;   /* as the line has it */
	const cJSON *account;       /* {read, good, repaired, rejected} */
	const cJSON *columns;       /* [{name, type}] of silver */
	const cJSON *silver;        /* [{file, rows, bytes}] */
	const cJSON *rules;         /* [{rule, column, count}] */
	const cJSON *dialect;       /* or NULL */
	const cJSON *reason;        /* {code, params, text}, or NULL */
	const char *detail;         /* report.json as text, NULL when there is none */
	const char *rejects;        /* JSON array of the first rejects; "[]" */
	const char *draft;          /* contract document as text, NULL when nothing was inferred */
	const char *evidence;       /* of the draft, NULL without */
	int64_t rejected, repaired; /* of the account */
	int64_t unread;             /* rows a draft was inferred without: refused for their shape */
};

/*
 * check_result_read - check the result line and read the files beside it.
 *
 * line     the result; borrowed, outlives out
 * scratch  directory of the engine's files
 *
 * Errors  ERR_INTERNAL  the engine broke its promise: no known verdict, an account that does not
 * add up (read = good + repaired + rejected; of a draft only read is not 0), silver rows that are
 * not the good ones ERR_INPUT     code "check.too_wide": a draft too large to be kept
 */
int check_result_read(const cJSON *line, const char *scratch, struct arena *a,
    struct check_result *out, struct err *err) MUST_CHECK;

/*
 * check_result_lines - the lines of a JSONL text as a JSON array; lines that are no JSON object are
 * left out, at most max are taken.
 */
const char *check_result_lines(const char *text, size_t max, struct arena *a);

#endif
