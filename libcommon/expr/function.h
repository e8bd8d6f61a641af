/* SPDX-License-Identifier: Apache-2.0 */
/*
 * function - the one table of functions: types and text per dialect, and what the editor shows.
 *
 * params has one letter an argument; the last one repeats up to max_args:
 *   t text   n number   i integer   d date, timestamp or timestamptz   a anything
 *   c anything, all such arguments widened to one type   s text, integer, boolean or date (as text)
 *   L a whole number written out, 0..38   u a unit of time written out ('month')
 * In the text, $1..$3 are arguments, $* all of them with commas.
 */
#ifndef EXPR_FUNCTION_H
#define EXPR_FUNCTION_H

#include "expr/expr.h"

enum { FUNCTION_MAX_ARGS = 64 };

enum function_result {
	FUNCTION_TEXT,
	FUNCTION_INTEGER,
	FUNCTION_DOUBLE,
	FUNCTION_BOOLEAN,
	FUNCTION_DATE,
	FUNCTION_FIRST,   /* type of the first argument */
	FUNCTION_TOTAL,   /* as the first, decimals with all 38 digits */
	FUNCTION_LAST,    /* type of the last argument */
	FUNCTION_COMMON,  /* what the c arguments were widened to */
	FUNCTION_WHOLE,   /* first argument's type, decimals without a fraction */
	FUNCTION_ROUNDED, /* first argument's type, decimals with the scale of argument 2 */
	FUNCTION_SCALED,  /* decimal with the scale of argument 2 */
};

struct expr_function {
	const char *name;   /* lower case */
	const char *params; /* see the head of this file */
	int min_args;
	int max_args;
	enum function_result result;
	bool aggregate;
	bool cast;             /* the dialect's own result type may differ: cast it */
	const char *duckdb;    /* text on DuckDB */
	const char *signature; /* for people: "substr(text, start, length)" */
	const char *help;      /* one sentence, with the treatment of null where it is special */
};

/* function_find - by name in any case; NULL when there is none. */
const struct expr_function *function_find(const char *name);

/* function_at - the i-th function, NULL behind the last; for near misses and lists. */
const struct expr_function *function_at(size_t i);

#endif
