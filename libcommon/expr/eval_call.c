/* SPDX-License-Identifier: Apache-2.0 */
/* eval_call - literals and functions of a tree are made ready; functions over any type. */
#include "expr/eval_call.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "csv/csv_time.h"
#include "expr/function.h"
#include "expr/lex.h"

void expr_eval_type(const struct csv_column *c, struct expr_type *out)
{
	static const enum expr_type_kind kinds[CSV_TYPE_COUNT_] = {
		[CSV_TEXT] = EXPR_T_TEXT,
		[CSV_INTEGER] = EXPR_T_INTEGER,
		[CSV_DECIMAL] = EXPR_T_DECIMAL,
		[CSV_DOUBLE] = EXPR_T_DOUBLE,
		[CSV_BOOLEAN] = EXPR_T_BOOLEAN,
		[CSV_DATE] = EXPR_T_DATE,
		[CSV_TIMESTAMP] = EXPR_T_TIMESTAMP,
		[CSV_TIMESTAMPTZ] = EXPR_T_TIMESTAMPTZ,
		[CSV_TIME] = EXPR_T_TIME,
		[CSV_DURATION] = EXPR_T_DURATION,
		[CSV_UUID] = EXPR_T_UUID,
		[CSV_JSON] = EXPR_T_JSON,
	};
	*out = (struct expr_type){ .kind = kinds[c->type] };
	if (c->type == CSV_DECIMAL)
		*out = (struct expr_type){
			.kind = EXPR_T_DECIMAL, .scale = c->scale, .precision = c->precision
		};
}

static int compare_text(const struct expr_value *x, const struct expr_value *y)
{
	const size_t n = x->text.n < y->text.n ? x->text.n : y->text.n;
	const int order = n == 0 ? 0 : memcmp(x->text.p, y->text.p, n);
	return order != 0 ? order : (x->text.n > y->text.n) - (x->text.n < y->text.n);
}

int eval_compare(struct expr_type type, const struct expr_value *x, const struct expr_value *y)
{
	switch (type.kind) {
	case EXPR_T_TEXT:
		return compare_text(x, y);
	case EXPR_T_DECIMAL:
	case EXPR_T_DURATION:
	case EXPR_T_UUID:
		return (x->d > y->d) - (x->d < y->d);
	case EXPR_T_BOOLEAN:
		return (int)x->b - (int)y->b;
	case EXPR_T_DOUBLE:
		if (isnan(x->f) || isnan(y->f))
			return (isnan(x->f) ? 1 : 0) - (isnan(y->f) ? 1 : 0);
		return (x->f > y->f) - (x->f < y->f);
	case EXPR_T_NULL:
	case EXPR_T_INTEGER:
	case EXPR_T_DATE:
	case EXPR_T_TIMESTAMP:
	case EXPR_T_TIMESTAMPTZ:
	case EXPR_T_TIME:
	case EXPR_T_JSON: /* never compared */
	case EXPR_T_COUNT_:
		break;
	}
	return (x->i > y->i) - (x->i < y->i);
}

static int run_coalesce(struct expr_eval *ev, const struct expr *e, const struct expr_value *args,
    struct expr_value *out)
{
	(void)ev;
	*out = args[e->n_args - 1];
	for (size_t i = 0; i < e->n_args; i++) {
		if (args[i].is_null)
			continue;
		*out = args[i];
		return 0;
	}
	return 0;
}

static int run_nullif(struct expr_eval *ev, const struct expr *e, const struct expr_value *args,
    struct expr_value *out)
{
	(void)ev;
	*out = args[0];
	if (!args[0].is_null && !args[1].is_null &&
	    eval_compare(e->args[0]->type, &args[0], &args[1]) == 0)
		out->is_null = true;
	return 0;
}

/* The largest (sign 1) or smallest (sign -1) value that is not null. */
static void pick(
    const struct expr *e, const struct expr_value *args, int sign, struct expr_value *out)
{
	*out = (struct expr_value){ .is_null = true };
	for (size_t i = 0; i < e->n_args; i++) {
		if (args[i].is_null)
			continue;
		if (out->is_null || sign * eval_compare(e->type, &args[i], out) > 0)
			*out = args[i];
	}
}

static int run_greatest(struct expr_eval *ev, const struct expr *e, const struct expr_value *args,
    struct expr_value *out)
{
	(void)ev;
	pick(e, args, 1, out);
	return 0;
}

static int run_least(struct expr_eval *ev, const struct expr *e, const struct expr_value *args,
    struct expr_value *out)
{
	(void)ev;
	pick(e, args, -1, out);
	return 0;
}

static const struct eval_function any_functions[] = {
	{ "coalesce", run_coalesce, true },
	{ "nullif", run_nullif, true },
	{ "greatest", run_greatest, true },
	{ "least", run_least, true },
	{ NULL, NULL, false },
};

const struct eval_function *eval_function_find(const char *name)
{
	const struct eval_function *const lists[] = {
		any_functions,
		eval_number_functions,
		eval_text_functions,
		eval_time_functions,
	};
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		for (const struct eval_function *f = lists[i]; f->name != NULL; f++) {
			if (strcmp(f->name, name) == 0)
				return f;
		}
	}
	return NULL;
}

/* Digits with or without a point, of at most 38 digits, as the lexer let them pass. */
static __int128 decimal_of(const char *text)
{
	__int128 v = 0;
	for (; *text != '\0'; text++) {
		if (*text != '.')
			v = v * 10 + (*text - '0');
	}
	return v;
}

/* The parsers of cells read some bytes more than the cell has. */
static int64_t time_of(const struct expr *e)
{
	char padded[64 + CSV_PAD_BYTES] = "";
	const size_t n = strlen(e->text);
	int32_t days = 0;
	int64_t us = 0;
	bool good;
	memcpy(padded, e->text, n < 64 ? n : 64);
	if (e->type.kind == EXPR_T_DATE)
		good = csv_time_date(padded, n, &days);
	else
		good = csv_time_stamp(padded, n, e->type.kind == EXPR_T_TIMESTAMPTZ, &us);
	(void)good; /* the lexer let no other text pass */
	return e->type.kind == EXPR_T_DATE ? days : us;
}

static int prepare_literal(struct expr *e, struct arena *a, struct expr_fault *fault)
{
	struct expr_value *v = arena_alloc(a, sizeof(*v));
	*v = (struct expr_value){ .is_null = e->type.kind == EXPR_T_NULL };
	e->value = v;
	switch (e->type.kind) {
	case EXPR_T_INTEGER:
		if (text_parse_i64(e->text, &v->i) != 0)
			return lex_fault(
			    fault, e->pos, e->len, NULL, "a whole number beyond 64 bits");
		break;
	case EXPR_T_DECIMAL:
		v->d = decimal_of(e->text);
		break;
	case EXPR_T_DOUBLE:
		v->f = strtod(e->text, NULL);
		break;
	case EXPR_T_BOOLEAN:
		v->b = e->text[0] == 't' || e->text[0] == 'T';
		break;
	case EXPR_T_DATE:
	case EXPR_T_TIMESTAMP:
	case EXPR_T_TIMESTAMPTZ:
		v->i = time_of(e);
		break;
	case EXPR_T_TEXT:
		v->text.p = e->text;
		v->text.n = strlen(e->text);
		break;
	case EXPR_T_TIME: /* have no literals */
	case EXPR_T_DURATION:
	case EXPR_T_UUID:
	case EXPR_T_JSON:
	case EXPR_T_NULL:
	case EXPR_T_COUNT_:
		break;
	}
	return 0;
}

int expr_eval_prepare(struct expr *e, struct arena *a, struct expr_fault *fault)
{
	for (size_t i = 0; i < e->n_args; i++) {
		if (expr_eval_prepare(e->args[i], a, fault) != 0)
			return -1;
	}
	if (e->node == EXPR_LITERAL)
		return prepare_literal(e, a, fault);
	if (e->node != EXPR_CALL)
		return 0;
	e->call = eval_function_find(e->fn->name);
	if (e->call == NULL)
		return lex_fault(
		    fault, e->pos, e->len, NULL, "%s cannot stand in a rule of rows", e->fn->name);
	return 0;
}
