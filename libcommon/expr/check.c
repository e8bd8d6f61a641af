/* SPDX-License-Identifier: Apache-2.0 */
/* check - columns, functions and types of a tree; conversions become casts. */
#include "expr/check.h"

#include "base/near.h"

#include <stdio.h>
#include <string.h>

static const char *type_word(const struct expr *e)
{
	return expr_type_name(e->type.kind);
}

static int fault_at(struct check *c, const struct expr *e, const char *hint, const char *message)
{
	return lex_fault(c->fault, e->pos, e->len, hint, "%s", message);
}

void check_cast(struct check *c, struct expr **slot, struct expr_type type)
{
	struct expr *e = *slot;

	if (type.kind == EXPR_T_NULL || expr_type_same(e->type, type))
		return;
	struct expr *cast = arena_alloc(c->a, sizeof(*cast));

	cast->node = EXPR_CAST;
	cast->pos = e->pos;
	cast->len = e->len;
	cast->height = e->height + 1;
	cast->type = type;
	cast->args = arena_alloc(c->a, sizeof(struct expr *));
	cast->args[0] = e;
	cast->n_args = 1;
	*slot = cast;
}

/* What to write when two types do not meet. */
static const char *mixing_hint(const struct expr *a, const struct expr *b)
{
	const struct expr *text = a->type.kind == EXPR_T_TEXT ? a : b;
	const struct expr *other = text == a ? b : a;

	if (a->type.kind == EXPR_T_TIMESTAMPTZ || b->type.kind == EXPR_T_TIMESTAMPTZ)
		return "a time with a zone needs timestamptz '2026-01-31 10:42:07Z' beside it";
	if (text->type.kind != EXPR_T_TEXT)
		return NULL;
	if (text->node == EXPR_LITERAL && other->type.kind == EXPR_T_DATE)
		return "a date is written date '2026-01-31'";
	if (text->node == EXPR_LITERAL && other->type.kind == EXPR_T_TIMESTAMP)
		return "a time is written timestamp '2026-01-31 10:42:07'";
	if (text->node == EXPR_LITERAL && expr_is_number(other->type))
		return "numbers stand without quotes";
	return NULL;
}

int check_common(
    struct check *c, struct expr *e, size_t first, size_t step, struct expr_type *out_type)
{
	struct expr_type type = e->args[first]->type;

	for (size_t i = first + step; i < e->n_args; i += step) {
		if (!expr_type_common(type, e->args[i]->type, &type))
			return lex_fault(c->fault, e->args[i]->pos, e->args[i]->len,
			    mixing_hint(e->args[first], e->args[i]), "%s and %s do not go together",
			    expr_type_name(type.kind), type_word(e->args[i]));
	}
	for (size_t i = first; i < e->n_args; i += step)
		check_cast(c, &e->args[i], type);
	*out_type = type;
	return 0;
}

static int need_boolean(struct check *c, struct expr **slot)
{
	const struct expr_type boolean = { .kind = EXPR_T_BOOLEAN };

	if ((*slot)->type.kind != EXPR_T_BOOLEAN && (*slot)->type.kind != EXPR_T_NULL)
		return lex_fault(c->fault, (*slot)->pos, (*slot)->len, NULL,
		    "a condition is needed here, this is %s", type_word(*slot));
	check_cast(c, slot, boolean);
	return 0;
}

static int need_number(struct check *c, const struct expr *e)
{
	if (expr_is_number(e->type) || e->type.kind == EXPR_T_NULL)
		return 0;
	return lex_fault(
	    c->fault, e->pos, e->len, NULL, "a number is needed here, this is %s", type_word(e));
}

static int find_column(struct check *c, struct expr *e)
{
	struct near near;
	char hint[120] = "";

	near_init(&near, e->text);
	for (size_t i = 0; i < c->scope->n; i++) {
		if (strcmp(c->scope->columns[i].name, e->text) == 0) {
			e->type = c->scope->columns[i].type;
			e->column = i;
			return 0;
		}
		near_try(&near, c->scope->columns[i].name);
	}
	if (near.best != NULL)
		(void)snprintf(hint, sizeof(hint), "did you mean `%s`?", near.best);
	else if (e->text[0] != '\0' && function_find(e->text) != NULL)
		(void)snprintf(hint, sizeof(hint), "a function needs brackets: %s",
		    function_find(e->text)->signature);
	return lex_fault(c->fault, e->pos, e->len, hint, "unknown column `%.64s`", e->text);
}

static int check_column(struct check *c, struct expr *e)
{
	if (find_column(c, e) != 0)
		return -1;
	if (c->scope->aggregates && !c->in_aggregate)
		return lex_fault(c->fault, e->pos, e->len,
		    "put it into sum(...), max(...) or group_by",
		    "`%.64s` has many values in a group", e->text);
	return 0;
}

static int check_literal(struct check *c, struct expr *e)
{
	(void)c;
	(void)e; /* the parser typed it */
	return 0;
}

static int check_not(struct check *c, struct expr *e)
{
	e->type.kind = EXPR_T_BOOLEAN;
	return need_boolean(c, &e->args[0]);
}

static int check_negate(struct check *c, struct expr *e)
{
	e->type = e->args[0]->type;
	return need_number(c, e->args[0]);
}

static int check_logic(struct check *c, struct expr *e)
{
	e->type.kind = EXPR_T_BOOLEAN;
	if (need_boolean(c, &e->args[0]) != 0)
		return -1;
	return need_boolean(c, &e->args[1]);
}

/* The same JSON has many texts. */
static int refuse_json(struct check *c, const struct expr *e, struct expr_type type)
{
	if (type.kind != EXPR_T_JSON)
		return 0;
	return fault_at(
	    c, e, "only is null and is not null can be asked of it", "json cannot be compared");
}

static int check_compare(struct check *c, struct expr *e)
{
	struct expr_type type;

	if (check_common(c, e, 0, 1, &type) != 0 || refuse_json(c, e, type) != 0)
		return -1;
	if (type.kind == EXPR_T_BOOLEAN && e->op != EXPR_OP_EQ && e->op != EXPR_OP_NE)
		return fault_at(c, e, NULL, "true and false have no order");
	e->type.kind = EXPR_T_BOOLEAN;
	return 0;
}

/* `amount = null` is a slip, whatever the other side is. */
static int refuse_null(struct check *c, const struct expr *e)
{
	for (size_t i = 0; i < e->n_args; i++) {
		if (e->args[i]->type.kind == EXPR_T_NULL)
			return fault_at(c, e->args[i], "write is null or is not null",
			    "comparing with null is never true");
	}
	return 0;
}

static int check_concat(struct check *c, struct expr *e)
{
	const struct expr_type text = { .kind = EXPR_T_TEXT };

	for (size_t i = 0; i < 2; i++) {
		if (e->args[i]->type.kind != EXPR_T_TEXT && e->args[i]->type.kind != EXPR_T_NULL)
			return lex_fault(c->fault, e->args[i]->pos, e->args[i]->len,
			    "concat(...) takes numbers and dates too", "|| joins texts, this is %s",
			    type_word(e->args[i]));
		check_cast(c, &e->args[i], text);
	}
	e->type = text;
	return 0;
}

/* DuckDB keeps a product of two decimals of up to 18 digits within 18 digits and fails beyond: a
 * side of 38 digits makes it use all 38. */
static void widen_product(struct check *c, struct expr *e)
{
	enum { NARROW = 18 };
	struct expr_type wide = e->args[0]->type;
	if (wide.kind != EXPR_T_DECIMAL || e->args[1]->type.kind != EXPR_T_DECIMAL ||
	    expr_precision(wide) + expr_precision(e->args[1]->type) <= NARROW)
		return;
	wide.precision = 0;
	check_cast(c, &e->args[0], wide);
}

/* Decimals keep every digit of a product; past 38 there is no type for it. */
static int check_product(struct check *c, struct expr *e)
{
	struct expr_type type;

	(void)expr_type_common(e->args[0]->type, e->args[1]->type, &type);
	type.precision = 0;
	if (type.kind == EXPR_T_DECIMAL) {
		type.scale = e->args[0]->type.scale + e->args[1]->type.scale;
		if (type.scale > EXPR_MAX_SCALE)
			return lex_fault(c->fault, e->pos, e->len,
			    "round one side first: decimal(x, 2)",
			    "the product has %d digits behind the point, 38 is the most",
			    type.scale);
		widen_product(c, e);
	} else {
		check_cast(c, &e->args[0], type);
		check_cast(c, &e->args[1], type);
	}
	e->type = type;
	return 0;
}

static int check_arithmetic(struct check *c, struct expr *e)
{
	const struct expr_type number = { .kind = EXPR_T_DOUBLE };

	if (need_number(c, e->args[0]) != 0 || need_number(c, e->args[1]) != 0)
		return -1;
	if (e->op == EXPR_OP_DIV) {
		check_cast(c, &e->args[0], number);
		check_cast(c, &e->args[1], number);
		e->type = number;
		return 0;
	}
	if (e->op == EXPR_OP_MUL)
		return check_product(c, e);
	if (check_common(c, e, 0, 1, &e->type) != 0)
		return -1;
	e->type.precision = 0; /* a sum of two 12-digit numbers has 13 */
	check_cast(c, &e->args[0], e->type);
	check_cast(c, &e->args[1], e->type);
	return 0;
}

static int check_binary(struct check *c, struct expr *e)
{
	if (e->op <= EXPR_OP_AND)
		return check_logic(c, e);
	if (e->op <= EXPR_OP_GE)
		return refuse_null(c, e) != 0 ? -1 : check_compare(c, e);
	if (e->op == EXPR_OP_CONCAT)
		return check_concat(c, e);
	return check_arithmetic(c, e);
}

static int check_is_null(struct check *c, struct expr *e)
{
	(void)c;
	e->type.kind = EXPR_T_BOOLEAN;
	return 0;
}

/* in and between: all sides of one type. */
static int check_among(struct check *c, struct expr *e)
{
	struct expr_type type;

	if (refuse_null(c, e) != 0 || check_common(c, e, 0, 1, &type) != 0 ||
	    refuse_json(c, e, type) != 0)
		return -1;
	if (e->node == EXPR_BETWEEN && type.kind == EXPR_T_BOOLEAN)
		return fault_at(c, e, NULL, "true and false have no order");
	e->type.kind = EXPR_T_BOOLEAN;
	return 0;
}

static int check_case(struct check *c, struct expr *e)
{
	const size_t pairs = e->n_args / 2;
	struct expr_type type = { .kind = EXPR_T_NULL };

	for (size_t i = 0; i < pairs; i++) {
		if (need_boolean(c, &e->args[i * 2]) != 0)
			return -1;
	}
	for (size_t i = 1; i < e->n_args + 1; i += 2) {
		const size_t at = i < e->n_args ? i : e->n_args - 1; /* the last one is the else */

		if (i >= e->n_args && !e->has_else)
			break;
		if (!expr_type_common(type, e->args[at]->type, &type))
			return lex_fault(c->fault, e->args[at]->pos, e->args[at]->len, NULL,
			    "the branches give %s and %s", expr_type_name(type.kind),
			    type_word(e->args[at]));
	}
	for (size_t i = 0; i < pairs; i++)
		check_cast(c, &e->args[i * 2 + 1], type);
	if (e->has_else)
		check_cast(c, &e->args[e->n_args - 1], type);
	e->type = type;
	return 0;
}

static int check_cast_node(struct check *c, struct expr *e)
{
	(void)c;
	(void)e; /* made with its type */
	return 0;
}

static int (*const checks[])(struct check *c, struct expr *e) = {
	[EXPR_LITERAL] = check_literal,
	[EXPR_COLUMN] = check_column,
	[EXPR_NOT] = check_not,
	[EXPR_NEGATE] = check_negate,
	[EXPR_BINARY] = check_binary,
	[EXPR_IS_NULL] = check_is_null,
	[EXPR_IN] = check_among,
	[EXPR_BETWEEN] = check_among,
	[EXPR_CASE] = check_case,
	[EXPR_CALL] = check_call,
	[EXPR_CAST] = check_cast_node,
};

int check_node(struct check *c, struct expr *e)
{
	for (size_t i = 0; e->node != EXPR_CALL && i < e->n_args; i++) {
		if (check_node(c, e->args[i]) != 0)
			return -1;
	}
	return checks[e->node](c, e);
}

int expr_check(
    struct expr *e, const struct expr_scope *scope, struct arena *a, struct expr_fault *fault)
{
	struct check c = { .scope = scope, .a = a, .fault = fault };

	return check_node(&c, e);
}

struct expr_type expr_type_of(const struct expr *e)
{
	return e->type;
}
