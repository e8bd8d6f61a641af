/* SPDX-License-Identifier: Apache-2.0 */
/* eval_call - what the files of the evaluation share; only files of expr/ include this. */
#ifndef EXPR_EVAL_CALL_H
#define EXPR_EVAL_CALL_H

#include "expr/eval.h"
#include "expr/node.h"

/* Memory of texts made for the row at hand. */
struct eval_page {
	struct eval_page *next;
	size_t n, alloc;
	char bytes[];
};

struct expr_eval {
	const struct expr *e;
	const size_t *columns;
	const struct csv_batch *b;
	size_t slot;
	struct eval_page *pages; /* newest first; owned */
	size_t text_bytes;       /* taken for this row */
	char why[EXPR_EVAL_WHY_BYTES];
};

/* A function: its arguments are evaluated and none of them is null unless it takes nulls. */
typedef int (*eval_fn)(struct expr_eval *ev, const struct expr *e, const struct expr_value *args,
    struct expr_value *out);

struct eval_function {
	const char *name; /* as in the table of functions */
	eval_fn run;
	bool takes_nulls;
};

/* eval_fail - no value; says why. Returns -1. */
int eval_fail(struct expr_eval *ev, const char *why);

/* eval_text - n bytes for a text that lives as long as the row; NULL (eval_fail done) over
 * EXPR_EVAL_TEXT_BYTES a row. */
char *eval_text(struct expr_eval *ev, size_t n);

/* eval_function_find - by the name in the table; NULL for aggregates. */
const struct eval_function *eval_function_find(const char *name);

/* eval_compare - below 0, 0, above 0; neither is null; NaN is equal to itself and above all. */
int eval_compare(struct expr_type type, const struct expr_value *x, const struct expr_value *y);

/* eval_cast - a conversion the checker put in; x is not null. */
int eval_cast(struct expr_eval *ev, struct expr_type from, struct expr_type to,
    const struct expr_value *x, struct expr_value *out);

/* eval_arithmetic - + - * / %; neither side is null. */
int eval_arithmetic(struct expr_eval *ev, const struct expr *e, const struct expr_value *x,
    const struct expr_value *y, struct expr_value *out);

/* eval_negate - unary minus. */
int eval_negate(
    struct expr_eval *ev, const struct expr *e, const struct expr_value *x, struct expr_value *out);

/* eval_power - 10^n, 0 <= n <= 38. */
__int128 eval_power(int n);

/* eval_rescale - a decimal from one scale to another, rounding halves away from zero; false when it
 * has more than precision digits then. */
bool eval_rescale(__int128 value, int from, int to, int precision, __int128 *out);

/* The functions by kind, each list ended by a NULL name. */
extern const struct eval_function eval_number_functions[];
extern const struct eval_function eval_text_functions[];
extern const struct eval_function eval_time_functions[];

#endif
