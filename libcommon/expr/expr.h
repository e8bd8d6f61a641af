/* SPDX-License-Identifier: Apache-2.0 */
/*
 * expr - the typed expression language of pipelines and row rules.
 *
 * SQL-like scalars over the columns of one scope: literals ('text', 12, 1.50, 1e3, true, null,
 * date '2026-01-31'), columns (bare or "quoted"), and or not, = <> < <= > >=, + - * / %, ||, is
 *null, in (...), between, case when, functions. Text is parsed, checked against a scope, printed
 *for one dialect; what is printed never holds a piece of the source text: names are quoted, values
 *are typed literals, so nothing can be injected.
 *
 * Meaning, the same on every dialect: three-valued logic as in SQL, a filter keeps only what is
 *true;
 * `/` always gives a double and null when the divisor is 0, `%` and div() give null then too;
 *integer and decimal arithmetic is exact or fails the run, never wraps; text compares by bytes.
 * Types do not mix silently: only integer < decimal < double and date < timestamp widen.
 *
 *	struct expr_fault fault;
 *	struct expr *e = NULL;
 *	if (expr_parse(text, n, a, &e, &fault) != 0 || expr_check(e, &scope, a, &fault) != 0)
 *		... fault.pos, fault.len, fault.message, fault.hint
 *	expr_print(e, EXPR_DUCKDB, &sql);
 *
 * Pure: no I/O, no state; trees live in the arena. Any thread.
 */
#ifndef EXPR_EXPR_H
#define EXPR_EXPR_H

#include "base/arena.h"
#include "base/buf.h"

enum {
	EXPR_MAX_BYTES = 8192, /* length of one expression */
	EXPR_MAX_DEPTH = 128,  /* height of its tree; DuckDB refuses 1000 */
	EXPR_MAX_NODES = 2000, /* parts of its tree */
	EXPR_MAX_SCALE = 38,   /* digits behind the point of a decimal */
};

enum expr_type_kind {
	EXPR_T_NULL, /* only the literal null and what is made of nothing else */
	EXPR_T_INTEGER,
	EXPR_T_DECIMAL,
	EXPR_T_DOUBLE,
	EXPR_T_BOOLEAN,
	EXPR_T_DATE,
	EXPR_T_TIMESTAMP,
	EXPR_T_TIMESTAMPTZ,
	EXPR_T_TEXT,
	EXPR_T_TIME, /* from here on: no literals, no conversions; passed on and compared */
	EXPR_T_DURATION,
	EXPR_T_UUID,
	EXPR_T_JSON, /* not even compared */
	EXPR_T_COUNT_,
};

struct expr_type {
	enum expr_type_kind kind;
	int scale;     /* decimal: digits behind the point, 0..38; else 0 */
	int precision; /* decimal: all digits; 0 = 38, what every result of arithmetic has */
};

enum expr_dialect { EXPR_DUCKDB };

/* What is wrong with an expression, and where. */
struct expr_fault {
	size_t pos;        /* byte offset of the part meant */
	size_t len;        /* its length in bytes; 0 at the end of the text */
	char message[200]; /* lower case, no period */
	char hint[160];    /* what to write instead, or "" */
};

/* One column an expression may name. */
struct expr_column {
	const char *name; /* 1..63 bytes; borrowed */
	struct expr_type type;
};

/* What an expression may name. */
struct expr_scope {
	const struct expr_column *columns; /* borrowed */
	size_t n;                          /* count of columns */
	bool aggregates; /* a measure: aggregates allowed, bare columns only inside them */
};

struct expr;

/*
 * expr_parse - text to tree.
 *
 * text, n  UTF-8 without NUL, at most EXPR_MAX_BYTES; borrowed
 * a        the tree is placed here
 * out      written only on success; arena
 * fault    filled exactly when -1 is returned
 *
 * Returns 0, or -1 with fault filled.
 */
int expr_parse(const char *text, size_t n, struct arena *a, struct expr **out,
    struct expr_fault *fault) MUST_CHECK;

/*
 * expr_check - resolve columns and functions, give every part a type, make conversions explicit.
 *
 * e      a tree of expr_parse; changed in place; check it once
 * scope  what may be named; borrowed during the call, names of columns as long as the tree
 *
 * Returns 0, or -1 with fault filled (the tree is then of no use).
 */
int expr_check(struct expr *e, const struct expr_scope *scope, struct arena *a,
    struct expr_fault *fault) MUST_CHECK;

/* expr_type_of - type of a checked tree. */
struct expr_type expr_type_of(const struct expr *e);

/* expr_print - append a checked tree as one scalar of the dialect, in parentheses where needed. */
void expr_print(const struct expr *e, enum expr_dialect dialect, struct buf *out);

/* expr_print_name - append a quoted identifier ("a""b"). */
void expr_print_name(const char *name, struct buf *out);

/* expr_type_name - "integer", "decimal", ...; static memory. */
const char *expr_type_name(enum expr_type_kind kind);

/* expr_type_find - inverse of expr_type_name without "null"; false when the word is unknown. */
bool expr_type_find(const char *name, enum expr_type_kind *out);

/* expr_print_type - append the dialect's name of a type, e.g. DECIMAL(38,2). */
void expr_print_type(struct expr_type type, enum expr_dialect dialect, struct buf *out);

/* expr_precision - all digits of a decimal. */
int expr_precision(struct expr_type type);

/* expr_is_number - integer, decimal or double. */
bool expr_is_number(struct expr_type type);

/* expr_type_same - same kind and, for decimals, same scale and precision. */
bool expr_type_same(struct expr_type a, struct expr_type b);

/*
 * expr_type_common - the type both widen to without loss of kind: null gives way to anything.
 *
 * out  written only when true is returned
 */
bool expr_type_common(struct expr_type a, struct expr_type b, struct expr_type *out);

#endif
