/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parse - a Pratt parser: each operator binds with a strength, everything else is a prefix.
 *
 *	1 or   2 and   3 not   4 = <> < <= > >= is in between (do not chain)   5 ||   6 + -   7 * /
 *% 8 unary minus
 */
#include "expr/literal.h"

#include "base/text.h"

#include <string.h>
#include <strings.h>

enum {
	BIND_OR = 1,
	BIND_AND,
	BIND_NOT,
	BIND_COMPARE,
	BIND_CONCAT,
	BIND_ADD,
	BIND_MUL,
	BIND_NEGATE
};

struct parse {
	struct lex lex;
	struct lex_token tok; /* the one token of look-ahead */
	struct arena *a;
	struct expr_fault *fault;
	int depth;      /* nesting now */
	size_t n_nodes; /* made so far */
};

/* A list of arguments while it grows. */
struct args {
	struct expr **items;
	size_t n, room;
};

static int parse_at(struct parse *p, int bind, struct expr **out);

static int advance(struct parse *p)
{
	return lex_next(&p->lex, &p->tok);
}

static int fault_here(struct parse *p, const char *hint, const char *message)
{
	return lex_fault(p->fault, p->tok.pos, p->tok.len, hint, "%s", message);
}

static bool is_word(const struct lex_token *t, const char *word)
{
	return t->kind == LEX_WORD && strcasecmp(t->text, word) == 0;
}

static const char *const reserved[] = {
	"and",
	"or",
	"not",
	"is",
	"in",
	"between",
	"case",
	"when",
	"then",
	"else",
	"end",
	"true",
	"false",
	"null",
};

static bool is_reserved(const struct lex_token *t)
{
	for (size_t i = 0; i < ARRAY_SIZE(reserved); i++) {
		if (is_word(t, reserved[i]))
			return true;
	}
	return false;
}

static void args_add(struct parse *p, struct args *args, struct expr *e)
{
	if (args->n == args->room) {
		const size_t room = args->room == 0 ? 4 : args->room * 2;
		struct expr **items = arena_alloc(p->a, room * sizeof(struct expr *));

		if (args->n > 0)
			memcpy(items, args->items, args->n * sizeof(struct expr *));
		args->items = items;
		args->room = room;
	}
	args->items[args->n++] = e;
}

/* A node over its arguments; its place in the text runs from pos to the token just read. */
static int node(
    struct parse *p, enum expr_node kind, size_t pos, const struct args *args, struct expr **out)
{
	struct expr *e = arena_alloc(p->a, sizeof(*e));
	int height = 0;

	if (++p->n_nodes > EXPR_MAX_NODES)
		return lex_fault(p->fault, pos, 0, NULL, "the expression has more than %d parts",
		    EXPR_MAX_NODES);
	e->node = kind;
	e->pos = pos;
	if (args != NULL) {
		e->args = args->items;
		e->n_args = args->n;
	}
	for (size_t i = 0; i < e->n_args; i++) {
		const struct expr *arg = e->args[i];

		height = arg->height > height ? arg->height : height;
		if (arg->pos + arg->len > pos + e->len)
			e->len = arg->pos + arg->len - pos;
	}
	e->height = height + 1;
	if (e->height > EXPR_MAX_DEPTH)
		return lex_fault(p->fault, pos, 0, "long chains of `or` read better as in (...)",
		    "the expression is nested more than %d deep", EXPR_MAX_DEPTH);
	*out = e;
	return 0;
}

static int need(struct parse *p, enum lex_kind kind, const char *message)
{
	if (p->tok.kind != kind)
		return fault_here(p, NULL, message);
	return advance(p);
}

static int need_word(struct parse *p, const char *word)
{
	if (!is_word(&p->tok, word))
		return lex_fault(
		    p->fault, p->tok.pos, p->tok.len, NULL, "expected `%s` here", word);
	return advance(p);
}

static int leaf(struct parse *p, enum expr_node kind, const struct lex_token *t, struct expr **out)
{
	if (node(p, kind, t->pos, NULL, out) != 0)
		return -1;
	(*out)->text = t->text;
	(*out)->len = t->len;
	return 0;
}

static int literal(
    struct parse *p, const struct lex_token *t, struct expr_type type, struct expr **out)
{
	if (leaf(p, EXPR_LITERAL, t, out) != 0)
		return -1;
	(*out)->type = type;
	return 0;
}

static int number(struct parse *p, struct expr **out)
{
	const struct lex_token t = p->tok;
	struct expr_type type;

	if (literal_number(&t, &type, p->fault) != 0 || literal(p, &t, type, out) != 0)
		return -1;
	return advance(p);
}

/* date '2026-01-31' and its kin: word is the token before the string, which is the current token.
 */
static int temporal(struct parse *p, const struct lex_token *word, struct expr **out)
{
	struct lex_token t = p->tok;
	struct expr_type type;

	if (literal_temporal(word->text, &t, p->a, &type, p->fault) != 0)
		return -1;
	t.len = t.pos + t.len - word->pos;
	t.pos = word->pos;
	if (literal(p, &t, type, out) != 0)
		return -1;
	return advance(p);
}

static int list(struct parse *p, struct args *args)
{
	for (;;) {
		struct expr *e;

		if (parse_at(p, 0, &e) != 0)
			return -1;
		args_add(p, args, e);
		if (p->tok.kind != LEX_COMMA)
			return 0;
		if (advance(p) != 0)
			return -1;
	}
}

/* name(...): the name is read, the current token is the opening bracket. */
static int call(struct parse *p, const struct lex_token *name, struct expr **out)
{
	struct args args = { 0 };
	bool star = false;

	if (advance(p) != 0)
		return -1;
	if (p->tok.kind == LEX_OP && p->tok.op == EXPR_OP_MUL) {
		star = true;
		if (advance(p) != 0)
			return -1;
	} else if (p->tok.kind != LEX_CLOSE && list(p, &args) != 0) {
		return -1;
	}
	const size_t end = p->tok.pos + p->tok.len;

	if (need(p, LEX_CLOSE, "expected , or ) here") != 0 ||
	    node(p, EXPR_CALL, name->pos, &args, out) != 0)
		return -1;
	(*out)->text = name->text;
	(*out)->star = star;
	(*out)->len = end - name->pos;
	return 0;
}

static int case_when(struct parse *p, size_t pos, struct expr **out)
{
	struct args args = { 0 };
	bool has_else = false;
	struct expr *e;

	if (!is_word(&p->tok, "when"))
		return fault_here(
		    p, "case when amount > 0 then 'in' else 'out' end", "expected `when` here");
	while (is_word(&p->tok, "when")) {
		if (advance(p) != 0 || parse_at(p, 0, &e) != 0 || need_word(p, "then") != 0)
			return -1;
		args_add(p, &args, e);
		if (parse_at(p, 0, &e) != 0)
			return -1;
		args_add(p, &args, e);
	}
	if (is_word(&p->tok, "else")) {
		if (advance(p) != 0 || parse_at(p, 0, &e) != 0)
			return -1;
		args_add(p, &args, e);
		has_else = true;
	}
	const size_t end = p->tok.pos + p->tok.len;

	if (need_word(p, "end") != 0 || node(p, EXPR_CASE, pos, &args, out) != 0)
		return -1;
	(*out)->has_else = has_else;
	(*out)->len = end - pos;
	return 0;
}

static int reserved_word(struct parse *p, const struct lex_token *t, struct expr **out)
{
	if (is_word(t, "true") || is_word(t, "false"))
		return literal(p, t, (struct expr_type){ .kind = EXPR_T_BOOLEAN }, out);
	if (is_word(t, "null"))
		return literal(p, t, (struct expr_type){ .kind = EXPR_T_NULL }, out);
	if (is_word(t, "case"))
		return case_when(p, t->pos, out);
	return lex_fault(p->fault, t->pos, t->len, "a column of that name needs double quotes",
	    "`%s` cannot stand here", t->text);
}

static int word(struct parse *p, struct expr **out)
{
	const struct lex_token t = p->tok;

	if (advance(p) != 0)
		return -1;
	if (is_reserved(&t))
		return reserved_word(p, &t, out);
	if (p->tok.kind == LEX_STRING &&
	    (is_word(&t, "date") || is_word(&t, "timestamp") || is_word(&t, "timestamptz")))
		return temporal(p, &t, out);
	if (p->tok.kind == LEX_OPEN)
		return call(p, &t, out);
	return leaf(p, EXPR_COLUMN, &t, out);
}

static int unary(struct parse *p, enum expr_node kind, int bind, struct expr **out)
{
	const size_t pos = p->tok.pos;
	struct args args = { 0 };
	struct expr *e;

	if (advance(p) != 0 || parse_at(p, bind, &e) != 0)
		return -1;
	args_add(p, &args, e);
	return node(p, kind, pos, &args, out);
}

static int group(struct parse *p, struct expr **out)
{
	const size_t pos = p->tok.pos;

	if (advance(p) != 0 || parse_at(p, 0, out) != 0)
		return -1;
	const size_t end = p->tok.pos + p->tok.len;

	if (need(p, LEX_CLOSE, "expected ) here") != 0)
		return -1;
	(*out)->pos = pos;
	(*out)->len = end - pos;
	return 0;
}

static int one_token(struct parse *p, enum expr_node kind, struct expr **out)
{
	const struct lex_token t = p->tok;

	if (advance(p) != 0)
		return -1;
	if (kind == EXPR_COLUMN)
		return leaf(p, kind, &t, out);
	return literal(p, &t, (struct expr_type){ .kind = EXPR_T_TEXT }, out);
}

static int prefix(struct parse *p, struct expr **out)
{
	if (is_word(&p->tok, "not"))
		return unary(p, EXPR_NOT, BIND_NOT, out);
	switch (p->tok.kind) {
	case LEX_WORD:
		return word(p, out);
	case LEX_QUOTED:
		return one_token(p, EXPR_COLUMN, out);
	case LEX_STRING:
		return one_token(p, EXPR_LITERAL, out);
	case LEX_INTEGER:
	case LEX_DECIMAL:
	case LEX_DOUBLE:
		return number(p, out);
	case LEX_OPEN:
		return group(p, out);
	case LEX_OP:
		if (p->tok.op == EXPR_OP_SUB)
			return unary(p, EXPR_NEGATE, BIND_NEGATE, out);
		return fault_here(p, NULL, "an operator without anything before it");
	case LEX_END:
		return fault_here(p, NULL, "the expression ends too early");
	case LEX_CLOSE:
	case LEX_COMMA:
		break;
	}
	return fault_here(p, NULL, "expected a column, a value or a function here");
}

static int bind_of(const struct lex_token *t)
{
	static const int binds[] = {
		[EXPR_OP_NONE] = 0,
		[EXPR_OP_OR] = BIND_OR,
		[EXPR_OP_AND] = BIND_AND,
		[EXPR_OP_EQ] = BIND_COMPARE,
		[EXPR_OP_NE] = BIND_COMPARE,
		[EXPR_OP_LT] = BIND_COMPARE,
		[EXPR_OP_LE] = BIND_COMPARE,
		[EXPR_OP_GT] = BIND_COMPARE,
		[EXPR_OP_GE] = BIND_COMPARE,
		[EXPR_OP_CONCAT] = BIND_CONCAT,
		[EXPR_OP_ADD] = BIND_ADD,
		[EXPR_OP_SUB] = BIND_ADD,
		[EXPR_OP_MUL] = BIND_MUL,
		[EXPR_OP_DIV] = BIND_MUL,
		[EXPR_OP_MOD] = BIND_MUL,
	};

	if (t->kind == LEX_OP)
		return binds[t->op];
	if (is_word(t, "or"))
		return BIND_OR;
	if (is_word(t, "and"))
		return BIND_AND;
	if (is_word(t, "is") || is_word(t, "in") || is_word(t, "between") || is_word(t, "not"))
		return BIND_COMPARE;
	return 0;
}

static int binary(struct parse *p, int bind, struct expr *left, struct expr **out)
{
	struct args args = { 0 };
	enum expr_op op = p->tok.op;
	struct expr *right;

	if (p->tok.kind == LEX_WORD)
		op = is_word(&p->tok, "or") ? EXPR_OP_OR : EXPR_OP_AND;
	if (advance(p) != 0 || parse_at(p, bind, &right) != 0)
		return -1;
	args_add(p, &args, left);
	args_add(p, &args, right);
	if (node(p, EXPR_BINARY, left->pos, &args, out) != 0)
		return -1;
	(*out)->op = op;
	return 0;
}

static int is_null(struct parse *p, struct expr *left, struct expr **out)
{
	struct args args = { 0 };
	bool negated = false;

	if (advance(p) != 0)
		return -1;
	if (is_word(&p->tok, "not")) {
		negated = true;
		if (advance(p) != 0)
			return -1;
	}
	const size_t end = p->tok.pos + p->tok.len;

	if (need_word(p, "null") != 0)
		return -1;
	args_add(p, &args, left);
	if (node(p, EXPR_IS_NULL, left->pos, &args, out) != 0)
		return -1;
	(*out)->negated = negated;
	(*out)->len = end - left->pos;
	return 0;
}

static int in_list(struct parse *p, struct expr *left, bool negated, struct expr **out)
{
	struct args args = { 0 };

	args_add(p, &args, left);
	if (advance(p) != 0 || need(p, LEX_OPEN, "expected ( here: in (1, 2)") != 0 ||
	    list(p, &args) != 0)
		return -1;
	const size_t end = p->tok.pos + p->tok.len;

	if (need(p, LEX_CLOSE, "expected , or ) here") != 0 ||
	    node(p, EXPR_IN, left->pos, &args, out) != 0)
		return -1;
	(*out)->negated = negated;
	(*out)->len = end - left->pos;
	return 0;
}

static int between(struct parse *p, struct expr *left, bool negated, struct expr **out)
{
	struct args args = { 0 };
	struct expr *low;
	struct expr *high;

	if (advance(p) != 0 || parse_at(p, BIND_COMPARE, &low) != 0 || need_word(p, "and") != 0 ||
	    parse_at(p, BIND_COMPARE, &high) != 0)
		return -1;
	args_add(p, &args, left);
	args_add(p, &args, low);
	args_add(p, &args, high);
	if (node(p, EXPR_BETWEEN, left->pos, &args, out) != 0)
		return -1;
	(*out)->negated = negated;
	return 0;
}

static int infix(struct parse *p, int bind, struct expr *left, struct expr **out)
{
	bool negated = false;

	if (is_word(&p->tok, "is"))
		return is_null(p, left, out);
	if (is_word(&p->tok, "not")) {
		negated = true;
		if (advance(p) != 0)
			return -1;
	}
	if (is_word(&p->tok, "in"))
		return in_list(p, left, negated, out);
	if (is_word(&p->tok, "between"))
		return between(p, left, negated, out);
	if (negated)
		return fault_here(p, "not in (...), not between, or not before the comparison",
		    "expected `in` or `between` here");
	return binary(p, bind, left, out);
}

/* Parse what binds stronger than bind. */
static int parse_at(struct parse *p, int bind, struct expr **out)
{
	struct expr *left;

	if (++p->depth > EXPR_MAX_DEPTH)
		return lex_fault(p->fault, p->tok.pos, p->tok.len, NULL,
		    "the expression is nested more than %d deep", EXPR_MAX_DEPTH);
	if (prefix(p, &left) != 0)
		return -1;
	for (int next = bind_of(&p->tok); next > bind; next = bind_of(&p->tok)) {
		struct expr *whole = NULL;

		if (infix(p, next, left, &whole) != 0)
			return -1;
		left = whole;
		if (next == BIND_COMPARE && bind_of(&p->tok) == BIND_COMPARE)
			return fault_here(p,
			    "join comparisons with and, or put brackets around one",
			    "comparisons do not chain");
	}
	p->depth--;
	*out = left;
	return 0;
}

static int trailing(struct parse *p)
{
	if (p->tok.kind == LEX_STRING || p->tok.kind == LEX_WORD || p->tok.kind == LEX_QUOTED)
		return fault_here(
		    p, "an operator is missing before it", "this does not belong here");
	return fault_here(p, NULL, "this does not belong here");
}

static int check_text(const char *text, size_t n, struct expr_fault *fault)
{
	if (n > EXPR_MAX_BYTES)
		return lex_fault(fault, EXPR_MAX_BYTES, n - EXPR_MAX_BYTES, NULL,
		    "the expression is longer than %d bytes", EXPR_MAX_BYTES);
	for (size_t i = 0; i < n; i++) {
		const unsigned char c = (unsigned char)text[i];

		if (c == 0x7f || (c < 0x20 && c != '\t' && c != '\n' && c != '\r'))
			return lex_fault(fault, i, 1, NULL, "a control character");
	}
	if (!text_is_utf8(text, n))
		return lex_fault(fault, 0, n, NULL, "the expression is not UTF-8");
	return 0;
}

int expr_parse(
    const char *text, size_t n, struct arena *a, struct expr **out, struct expr_fault *fault)
{
	struct parse p = {
		.lex = { .s = text, .n = n, .a = a, .fault = fault }, .a = a, .fault = fault
	};
	struct expr *e;

	if (check_text(text, n, fault) != 0 || advance(&p) != 0)
		return -1;
	if (p.tok.kind == LEX_END)
		return lex_fault(fault, 0, 0, NULL, "the expression is empty");
	if (parse_at(&p, 0, &e) != 0)
		return -1;
	if (p.tok.kind != LEX_END)
		return trailing(&p);
	*out = e;
	return 0;
}
