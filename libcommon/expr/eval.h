/* SPDX-License-Identifier: Apache-2.0 */
/*
 * eval - the value of a checked expression for one row of a batch.
 *
 * The meaning is that of the SQL expr_print gives (test_eval compares the two on DuckDB):
 * three-valued logic, exact integers and decimals, text by bytes, times in UTC. What has no value -
 * a sum beyond 64 bits, a date beyond year 9999 - is an error of that row, never a wrong number.
 *
 *	expr_eval_prepare(e, &scope, a, &fault)                      once, after expr_check
 *	struct expr_eval *ev = expr_eval_new(e, scope_to_batch);     one a thread
 *	expr_eval_batch(ev, batch);
 *	for each slot: expr_eval_row(ev, slot, &value)
 *
 * A prepared tree is read-only: threads share it.
 */
#ifndef EXPR_EVAL_H
#define EXPR_EVAL_H

#include "csv/csv_batch.h"
#include "expr/expr.h"

enum { EXPR_EVAL_TEXT_BYTES = 64 << 20, EXPR_EVAL_WHY_BYTES = 120 };

/* A value; which member counts is said by the type of its expression. */
struct expr_value {
	bool is_null;
	union {
		int64_t i;  /* integer; date: days; time, timestamp, timestamptz: us */
		__int128 d; /* decimal: value * 10^scale; duration, uuid: in an order */
		double f;   /* double */
		bool b;     /* boolean */
		struct {
			const char *p;
			size_t n;
		} text; /* text and json: UTF-8, not NUL-terminated; lives until the next row */
	};
};

struct expr_eval;

/* expr_eval_type - the type a column of a batch has in expressions. */
void expr_eval_type(const struct csv_column *c, struct expr_type *out);

/*
 * expr_eval_prepare - read literals and find functions, so that rows need not.
 *
 * e  a tree of expr_check; changed in place
 * a  values of literals are placed there
 *
 * Returns 0, or -1 with fault filled: an aggregate, or a literal beyond its type.
 */
int expr_eval_prepare(struct expr *e, struct arena *a, struct expr_fault *fault) MUST_CHECK;

/*
 * expr_eval_new - a thread's means to evaluate one prepared tree.
 *
 * columns  for each column of the scope the tree was checked against, its column in batches;
 *          borrowed
 */
struct expr_eval *expr_eval_new(const struct expr *e, const size_t *columns) MUST_CHECK;

/* expr_eval_free - give it back, *ev becomes NULL. */
void expr_eval_free(struct expr_eval **ev);

/* expr_eval_batch - the rows that follow are of this batch; borrowed. */
void expr_eval_batch(struct expr_eval *ev, const struct csv_batch *b);

/*
 * expr_eval_row - the value for one slot.
 *
 * out  its text lives until the next call
 *
 * Returns 0, or -1 when there is no value: expr_eval_why says why in plain words.
 */
int expr_eval_row(struct expr_eval *ev, size_t slot, struct expr_value *out) MUST_CHECK;

/* expr_eval_why - why the last row had no value, e.g. "the sum is beyond 64 bits". */
const char *expr_eval_why(const struct expr_eval *ev);

#endif
