/* SPDX-License-Identifier: Apache-2.0 */
/* check_call - a function call: the function, the count and the types of its arguments. */
#include "expr/check.h"

#include "base/near.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

static const char *const units[] = {
	"year",
	"quarter",
	"month",
	"week",
	"day",
	"hour",
	"minute",
	"second",
};

enum { UNIT_DAY = 4 }; /* index of the finest unit a date has */

static int unknown_function(struct check *c, const struct expr *e)
{
	struct near near;
	char hint[120] = "";

	near_init(&near, e->text);
	for (size_t i = 0; function_at(i) != NULL; i++)
		near_try(&near, function_at(i)->name);
	if (near.best != NULL)
		(void)snprintf(hint, sizeof(hint), "did you mean `%s`?", near.best);
	return lex_fault(
	    c->fault, e->pos, strlen(e->text), hint, "unknown function `%.64s`", e->text);
}

static int check_count(struct check *c, const struct expr *e)
{
	const int n = (int)e->n_args;
	char hint[120];

	if (n >= e->fn->min_args && n <= e->fn->max_args)
		return 0;
	(void)snprintf(hint, sizeof(hint), "write %s", e->fn->signature);
	return lex_fault(c->fault, e->pos, e->len, hint, "%s takes %s%d argument%s, here are %d",
	    e->fn->name,
	    e->fn->min_args == e->fn->max_args ? ""
	    : n < e->fn->min_args              ? "at least "
					       : "at most ",
	    n < e->fn->min_args ? e->fn->min_args : e->fn->max_args,
	    (n < e->fn->min_args ? e->fn->min_args : e->fn->max_args) == 1 ? "" : "s", n);
}

static int unit_index(const char *word)
{
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		if (strcmp(units[i], word) == 0)
			return (int)i;
	}
	return -1;
}

static bool is_temporal(struct expr_type type)
{
	return type.kind == EXPR_T_DATE || type.kind == EXPR_T_TIMESTAMP ||
	       type.kind == EXPR_T_TIMESTAMPTZ;
}

static bool is_literal(const struct expr *e, enum expr_type_kind kind)
{
	return e->node == EXPR_LITERAL && e->type.kind == kind;
}

/* Can this value be written as text the same way on every dialect? */
static bool is_printable(struct expr_type type)
{
	return type.kind == EXPR_T_TEXT || type.kind == EXPR_T_INTEGER ||
	       type.kind == EXPR_T_BOOLEAN || type.kind == EXPR_T_DATE;
}

static bool is_small_integer(const struct expr *e)
{
	int64_t v;

	return is_literal(e, EXPR_T_INTEGER) && text_parse_i64(e->text, &v) == 0 &&
	       v <= EXPR_MAX_SCALE;
}

/* Does this argument fit the letter? out_want says what would. */
static bool fits(char letter, const struct expr *arg, const char **out_want)
{
	const struct expr_type type = arg->type;

	switch (letter) {
	case 't':
		*out_want = "text";
		return type.kind == EXPR_T_TEXT || type.kind == EXPR_T_NULL;
	case 'n':
		*out_want = "a number";
		return expr_is_number(type);
	case 'i':
		*out_want = "an integer";
		return type.kind == EXPR_T_INTEGER || type.kind == EXPR_T_NULL;
	case 'd':
		*out_want = "a date or a timestamp";
		return is_temporal(type);
	case 's':
		*out_want = "text, integer, boolean or date";
		return is_printable(type);
	case 'L':
		*out_want = "a whole number from 0 to 38, written out";
		return is_small_integer(arg);
	case 'u':
		*out_want =
		    "a unit written out: 'year', 'quarter', 'month', 'week', 'day', 'hour', ...";
		return is_literal(arg, EXPR_T_TEXT) && unit_index(arg->text) >= 0;
	default: /* a, c */
		*out_want = "a value";
		return type.kind != EXPR_T_NULL || letter == 'c';
	}
}

static char letter_of(const struct expr_function *fn, size_t i)
{
	const size_t n = strlen(fn->params);

	return fn->params[i < n ? i : n - 1];
}

/* Conversions an argument needs before it goes into the text. */
static void convert(struct check *c, struct expr **slot, char letter)
{
	const struct expr_type text = { .kind = EXPR_T_TEXT };
	const struct expr_type integer = { .kind = EXPR_T_INTEGER };
	const struct expr_type naive = { .kind = EXPR_T_TIMESTAMP };

	if (letter == 't' || letter == 's')
		check_cast(c, slot, text);
	if (letter == 'i')
		check_cast(c, slot, integer);
	if (letter == 'd' && (*slot)->type.kind == EXPR_T_TIMESTAMPTZ)
		check_cast(c, slot, naive); /* in UTC */
}

static int check_args(struct check *c, struct expr *e)
{
	for (size_t i = 0; i < e->n_args; i++) {
		const char *want;
		char hint[120];

		if (fits(letter_of(e->fn, i), e->args[i], &want))
			continue;
		(void)snprintf(hint, sizeof(hint), "write %s", e->fn->signature);
		return lex_fault(c->fault, e->args[i]->pos, e->args[i]->len, hint,
		    "%s needs %s here, this is %s", e->fn->name, want,
		    expr_type_name(e->args[i]->type.kind));
	}
	return 0;
}

static int check_unit(struct check *c, const struct expr *e)
{
	if (letter_of(e->fn, 0) != 'u' || e->args[1]->type.kind != EXPR_T_DATE ||
	    unit_index(e->args[0]->text) <= UNIT_DAY)
		return 0;
	return lex_fault(c->fault, e->args[0]->pos, e->args[0]->len, NULL, "a date has no %ss",
	    e->args[0]->text);
}

/* The written-out scale of argument 2, at most the decimal's own. */
static int scale_of(const struct expr *e, int most)
{
	int64_t v = 0;

	if (e->n_args < 2 || text_parse_i64(e->args[1]->text, &v) != 0)
		return 0;
	return v < most ? (int)v : most;
}

static struct expr_type first_type(const struct expr *e)
{
	return e->n_args > 0 ? e->args[0]->type : (struct expr_type){ .kind = EXPR_T_NULL };
}

static struct expr_type result_of(const struct expr *e, struct expr_type common)
{
	struct expr_type type = first_type(e);

	switch (e->fn->result) {
	case FUNCTION_TEXT:
		return (struct expr_type){ .kind = EXPR_T_TEXT };
	case FUNCTION_INTEGER:
		return (struct expr_type){ .kind = EXPR_T_INTEGER };
	case FUNCTION_DOUBLE:
		return (struct expr_type){ .kind = EXPR_T_DOUBLE };
	case FUNCTION_BOOLEAN:
		return (struct expr_type){ .kind = EXPR_T_BOOLEAN };
	case FUNCTION_DATE:
		return (struct expr_type){ .kind = EXPR_T_DATE };
	case FUNCTION_FIRST:
		return type;
	case FUNCTION_TOTAL:
		type.precision = 0;
		return type;
	case FUNCTION_LAST:
		return e->args[e->n_args - 1]->type;
	case FUNCTION_COMMON:
		return common;
	case FUNCTION_WHOLE:
		type.scale = 0;
		type.precision = 0;
		return type;
	case FUNCTION_ROUNDED:
		type.precision = 0;
		type.scale = type.kind == EXPR_T_DECIMAL ? scale_of(e, type.scale) : 0;
		return type;
	case FUNCTION_SCALED:
		break;
	}
	return (struct expr_type){ .kind = EXPR_T_DECIMAL, .scale = scale_of(e, EXPR_MAX_SCALE) };
}

static int enter_aggregate(struct check *c, const struct expr *e)
{
	if (!c->scope->aggregates)
		return lex_fault(c->fault, e->pos, e->len,
		    "aggregate steps have it in their measures", "%s cannot stand here",
		    e->fn->name);
	if (c->in_aggregate)
		return lex_fault(
		    c->fault, e->pos, e->len, NULL, "%s inside another aggregate", e->fn->name);
	c->in_aggregate = true;
	return 0;
}

static int check_inner(struct check *c, struct expr *e)
{
	for (size_t i = 0; i < e->n_args; i++) {
		if (check_node(c, e->args[i]) != 0)
			return -1;
	}
	return 0;
}

/* Types of the arguments and of the result; the arguments are checked already. */
static int check_types(struct check *c, struct expr *e)
{
	struct expr_type common = { .kind = EXPR_T_NULL };

	if (check_args(c, e) != 0 || check_unit(c, e) != 0)
		return -1;
	if (e->fn->params[0] == 'c' && check_common(c, e, 0, 1, &common) != 0)
		return -1;
	e->type = result_of(e, common);
	for (size_t i = 0; i < e->n_args; i++)
		convert(c, &e->args[i], letter_of(e->fn, i));
	return 0;
}

int check_call(struct check *c, struct expr *e)
{
	const bool outside = !c->in_aggregate;

	e->fn = function_find(e->text);
	if (e->fn == NULL)
		return unknown_function(c, e);
	if (e->star && strcmp(e->fn->name, "count") != 0)
		return lex_fault(c->fault, e->pos, e->len, NULL, "only count takes *");
	if (check_count(c, e) != 0 || (e->fn->aggregate && enter_aggregate(c, e) != 0) ||
	    check_inner(c, e) != 0)
		return -1;
	if (e->fn->aggregate && outside)
		c->in_aggregate = false;
	return check_types(c, e);
}
