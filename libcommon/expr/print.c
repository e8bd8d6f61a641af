/* SPDX-License-Identifier: Apache-2.0 */
/*
 * print - a checked tree as SQL. Nothing of the source text passes: names are quoted, values are
 * typed literals in quotes, the rest comes from our tables.
 */
#include "expr/function.h"
#include "expr/node.h"

#include "base/die.h"

#include <string.h>

static void print(const struct expr *e, struct buf *out);

static void quoted(const char *s, char quote, struct buf *out)
{
	buf_addc(out, quote);
	for (; *s != '\0'; s++) {
		if (*s == quote)
			buf_addc(out, quote);
		buf_addc(out, *s);
	}
	buf_addc(out, quote);
}

void expr_print_name(const char *name, struct buf *out)
{
	quoted(name, '"', out);
}

static void cast_end(struct expr_type type, struct buf *out)
{
	buf_adds(out, " AS ");
	expr_print_type(type, EXPR_DUCKDB, out);
	buf_addc(out, ')');
}

static void print_literal(const struct expr *e, struct buf *out)
{
	if (e->type.kind == EXPR_T_NULL) {
		buf_adds(out, "NULL");
		return;
	}
	buf_adds(out, "CAST(");
	quoted(e->text, '\'', out);
	cast_end(e->type, out);
}

static void print_column(const struct expr *e, struct buf *out)
{
	expr_print_name(e->text, out);
}

static void print_not(const struct expr *e, struct buf *out)
{
	buf_adds(out, "(NOT ");
	print(e->args[0], out);
	buf_addc(out, ')');
}

static void print_negate(const struct expr *e, struct buf *out)
{
	buf_adds(out, "(- ");
	print(e->args[0], out);
	buf_addc(out, ')');
}

static const char *const operators[] = {
	[EXPR_OP_NONE] = "",
	[EXPR_OP_OR] = " OR ",
	[EXPR_OP_AND] = " AND ",
	[EXPR_OP_EQ] = " = ",
	[EXPR_OP_NE] = " <> ",
	[EXPR_OP_LT] = " < ",
	[EXPR_OP_LE] = " <= ",
	[EXPR_OP_GT] = " > ",
	[EXPR_OP_GE] = " >= ",
	[EXPR_OP_CONCAT] = " || ",
	[EXPR_OP_ADD] = " + ",
	[EXPR_OP_SUB] = " - ",
	[EXPR_OP_MUL] = " * ",
	[EXPR_OP_DIV] = " / ",
	[EXPR_OP_MOD] = " % ",
};

static void print_binary(const struct expr *e, struct buf *out)
{
	const bool divides = e->op == EXPR_OP_DIV || e->op == EXPR_OP_MOD;

	buf_addc(out, '(');
	print(e->args[0], out);
	buf_adds(out, operators[e->op]);
	if (divides)
		buf_adds(out, "nullif(");
	print(e->args[1], out);
	if (divides)
		buf_adds(out, ", 0)");
	buf_addc(out, ')');
}

static void print_is_null(const struct expr *e, struct buf *out)
{
	buf_addc(out, '(');
	print(e->args[0], out);
	buf_adds(out, e->negated ? " IS NOT NULL)" : " IS NULL)");
}

/* Arguments from the i-th on, with commas. */
static void print_list(const struct expr *e, size_t i, struct buf *out)
{
	const char *comma = "";

	for (; i < e->n_args; i++) {
		buf_adds(out, comma);
		print(e->args[i], out);
		comma = ", ";
	}
}

static void print_in(const struct expr *e, struct buf *out)
{
	buf_addc(out, '(');
	print(e->args[0], out);
	buf_adds(out, e->negated ? " NOT IN (" : " IN (");
	print_list(e, 1, out);
	buf_adds(out, "))");
}

static void print_between(const struct expr *e, struct buf *out)
{
	buf_addc(out, '(');
	print(e->args[0], out);
	buf_adds(out, e->negated ? " NOT BETWEEN " : " BETWEEN ");
	print(e->args[1], out);
	buf_adds(out, " AND ");
	print(e->args[2], out);
	buf_addc(out, ')');
}

static void print_case(const struct expr *e, struct buf *out)
{
	buf_adds(out, "(CASE");
	for (size_t i = 0; i + 1 < e->n_args; i += 2) {
		buf_adds(out, " WHEN ");
		print(e->args[i], out);
		buf_adds(out, " THEN ");
		print(e->args[i + 1], out);
	}
	if (e->has_else) {
		buf_adds(out, " ELSE ");
		print(e->args[e->n_args - 1], out);
	}
	buf_adds(out, " END)");
}

/* The function's text with $1..$9 and $* replaced. A literal unit or scale goes in bare: DuckDB
 * wants constants there, and both were checked against closed lists. */
static void print_argument(const struct expr *e, size_t i, struct buf *out)
{
	const size_t n = strlen(e->fn->params);
	const char letter = e->fn->params[i < n ? i : n - 1];

	if (letter == 'u')
		quoted(e->args[i]->text, '\'', out);
	else if (letter == 'L')
		buf_adds(out, e->args[i]->text);
	else
		print(e->args[i], out);
}

static void print_template(const struct expr *e, struct buf *out)
{
	const char *comma = "";

	for (const char *t = e->fn->duckdb; *t != '\0'; t++) {
		if (*t != '$') {
			buf_addc(out, *t);
			continue;
		}
		t++;
		if (*t != '*') {
			print_argument(e, (size_t)(*t - '1'), out);
			continue;
		}
		for (size_t i = 0; i < e->n_args; i++) {
			buf_adds(out, comma);
			print_argument(e, i, out);
			comma = ", ";
		}
	}
}

static void print_call(const struct expr *e, struct buf *out)
{
	if (e->fn->result == FUNCTION_WHOLE && e->type.kind == EXPR_T_INTEGER) {
		print(e->args[0], out); /* DuckDB's floor and ceil go through a double */
		return;
	}
	if (!e->fn->cast) {
		print_template(e, out);
		return;
	}
	buf_adds(out, "CAST(");
	print_template(e, out);
	cast_end(e->type, out);
}

static void print_cast(const struct expr *e, struct buf *out)
{
	buf_adds(out, "CAST(");
	print(e->args[0], out);
	cast_end(e->type, out);
}

static void (*const prints[])(const struct expr *e, struct buf *out) = {
	[EXPR_LITERAL] = print_literal,
	[EXPR_COLUMN] = print_column,
	[EXPR_NOT] = print_not,
	[EXPR_NEGATE] = print_negate,
	[EXPR_BINARY] = print_binary,
	[EXPR_IS_NULL] = print_is_null,
	[EXPR_IN] = print_in,
	[EXPR_BETWEEN] = print_between,
	[EXPR_CASE] = print_case,
	[EXPR_CALL] = print_call,
	[EXPR_CAST] = print_cast,
};

static void print(const struct expr *e, struct buf *out)
{
	prints[e->node](e, out);
}

void expr_print(const struct expr *e, enum expr_dialect dialect, struct buf *out)
{
	ASSERT(dialect == EXPR_DUCKDB);
	print(e, out);
}
