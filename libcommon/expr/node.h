/* SPDX-License-Identifier: Apache-2.0 */
/* node - the tree between parser, checker and printer; only files of expr/ include this. */
#ifndef EXPR_NODE_H
#define EXPR_NODE_H

#include "expr/expr.h"

enum expr_node {
	EXPR_LITERAL, /* text, type; no arguments */
	EXPR_COLUMN,  /* text = name */
	EXPR_NOT,     /* 1 argument */
	EXPR_NEGATE,  /* 1 argument: minus */
	EXPR_BINARY,  /* op, 2 arguments */
	EXPR_IS_NULL, /* 1 argument, negated */
	EXPR_IN,      /* the value, then the list; negated */
	EXPR_BETWEEN, /* value, low, high; negated */
	EXPR_CASE,    /* when, then, when, then, ..., else when has_else */
	EXPR_CALL,    /* text = name, fn after the check */
	EXPR_CAST,    /* 1 argument, made by the checker: to type */
};

enum expr_op {
	EXPR_OP_NONE,
	EXPR_OP_OR,
	EXPR_OP_AND,
	EXPR_OP_EQ,
	EXPR_OP_NE,
	EXPR_OP_LT,
	EXPR_OP_LE,
	EXPR_OP_GT,
	EXPR_OP_GE,
	EXPR_OP_CONCAT,
	EXPR_OP_ADD,
	EXPR_OP_SUB,
	EXPR_OP_MUL,
	EXPR_OP_DIV,
	EXPR_OP_MOD,
};

struct expr_function;
struct expr_value;
struct eval_function;

struct expr {
	enum expr_node node;
	enum expr_op op; /* EXPR_BINARY */
	bool negated;    /* is NOT null, NOT in, NOT between */
	bool has_else;   /* EXPR_CASE: the last argument is the else */
	bool star;       /* EXPR_CALL: count(*) */
	int height;      /* 1 for a leaf */
	size_t pos;      /* where it stands in the text */
	size_t len;
	const char *text;   /* name, or value of a literal as text; arena */
	struct expr **args; /* arena */
	size_t n_args;
	const struct expr_function *fn;   /* EXPR_CALL after the check */
	size_t column;                    /* EXPR_COLUMN after the check: index in the scope */
	const struct expr_value *value;   /* EXPR_LITERAL once prepared for evaluation; arena */
	const struct eval_function *call; /* EXPR_CALL once prepared for evaluation */
	struct expr_type type;            /* literals after the parse, all after the check */
};

#endif
