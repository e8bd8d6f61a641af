/* SPDX-License-Identifier: Apache-2.0 */
/* lex - tokens of an expression; only files of expr/ include this. */
#ifndef EXPR_LEX_H
#define EXPR_LEX_H

#include "expr/node.h"

enum lex_kind {
	LEX_END,
	LEX_WORD,    /* bare name or keyword; text as written */
	LEX_QUOTED,  /* "name"; text without quotes */
	LEX_STRING,  /* 'value'; text without quotes */
	LEX_INTEGER, /* digits */
	LEX_DECIMAL, /* digits with a point */
	LEX_DOUBLE,  /* digits with an exponent */
	LEX_OP,      /* op says which */
	LEX_OPEN,
	LEX_CLOSE,
	LEX_COMMA,
};

struct lex_token {
	enum lex_kind kind;
	enum expr_op op;  /* LEX_OP */
	size_t pos;       /* first byte */
	size_t len;       /* bytes in the source, quotes included */
	const char *text; /* NUL-terminated, arena; NULL for punctuation */
};

struct lex {
	const char *s;   /* source; borrowed */
	size_t n;        /* its bytes */
	size_t at;       /* next byte */
	struct arena *a; /* for token texts */
	struct expr_fault *fault;
};

/* lex_next - the next token (LEX_END at the end); -1 with the fault filled. */
int lex_next(struct lex *l, struct lex_token *out) MUST_CHECK;

/* lex_fault - fill a fault; hint may be NULL. Returns -1 always. */
int lex_fault(struct expr_fault *f, size_t pos, size_t len, const char *hint, const char *fmt, ...)
    PRINTF_LIKE(5, 6);

#ifndef LEX_HERE /* as err_set: callers in other files know that it is -1 */
#define lex_fault(...) err_minus_one(lex_fault(__VA_ARGS__))
#endif

#endif
