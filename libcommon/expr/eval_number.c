/* SPDX-License-Identifier: Apache-2.0 */
/* eval_number - exact arithmetic, conversions between numbers, functions of numbers. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "csv/csv_time.h"
#include "expr/eval_call.h"

static const char BEYOND_64[] = "the result is beyond 64 bits";
static const char BEYOND_38[] = "the result has more than 38 digits";

#define E18 ((__int128)1000000000000000000)
#define E36 (E18 * E18)

static const __int128 powers[EXPR_MAX_SCALE + 1] = {
	1,
	10,
	100,
	1000,
	10000,
	100000,
	1000000,
	10000000,
	100000000,
	1000000000,
	10000000000,
	100000000000,
	1000000000000,
	10000000000000,
	100000000000000,
	1000000000000000,
	10000000000000000,
	100000000000000000,
	E18,
	E18 * 10,
	E18 * 100,
	E18 * 1000,
	E18 * 10000,
	E18 * 100000,
	E18 * 1000000,
	E18 * 10000000,
	E18 * 100000000,
	E18 * 1000000000,
	E18 * 10000000000,
	E18 * 100000000000,
	E18 * 1000000000000,
	E18 * 10000000000000,
	E18 * 100000000000000,
	E18 * 1000000000000000,
	E18 * 10000000000000000,
	E18 * 100000000000000000,
	E36,
	E36 * 10,
	E36 * 100,
};

__int128 eval_power(int n)
{
	return powers[n];
}

static bool has_digits(__int128 v, int precision)
{
	const __int128 limit = eval_power(precision);
	return v < limit && v > -limit;
}

/* Halves away from zero. */
static __int128 divide_rounding(__int128 v, __int128 by)
{
	const __int128 half = by / 2;
	return v >= 0 ? (v / by) + (v % by >= half ? 1 : 0)
		      : (v / by) - (-(v % by) >= half ? 1 : 0);
}

bool eval_rescale(__int128 value, int from, int to, int precision, __int128 *out)
{
	__int128 v = value;
	if (to < from)
		v = divide_rounding(value, eval_power(from - to));
	else if (to > from && __builtin_mul_overflow(value, eval_power(to - from), &v))
		return false;
	*out = v;
	return has_digits(v, precision);
}

/* Within 2^53 one division is exact enough; beyond, whole and fraction apart keep the digits. */
static double double_of(__int128 v, int scale)
{
	const __int128 exact = INT64_C(1) << 53;
	const __int128 power = eval_power(scale);
	if (scale == 0 || (v <= exact && v >= -exact))
		return (double)v / (double)power;
	const __int128 whole = v / power;
	const __int128 rest = v % power;
	return (double)whole + (double)rest / (double)power;
}

static int cast_to_text(
    struct expr_eval *ev, struct expr_type from, const struct expr_value *x, struct expr_value *out)
{
	enum { BYTES = 32 };
	char *p = eval_text(ev, BYTES);
	if (p == NULL)
		return -1;
	if (from.kind == EXPR_T_BOOLEAN)
		(void)snprintf(p, BYTES, "%s", x->b ? "true" : "false");
	else if (from.kind == EXPR_T_DATE)
		csv_time_format_date((int32_t)x->i, p);
	else
		(void)snprintf(p, BYTES, "%lld", (long long)x->i);
	out->text.n = strlen(p);
	out->text.p = p;
	return 0;
}

static int cast_to_decimal(struct expr_eval *ev, struct expr_type from, struct expr_type to,
    const struct expr_value *x, struct expr_value *out)
{
	const __int128 v = from.kind == EXPR_T_INTEGER ? x->i : x->d;
	if (!eval_rescale(v, from.scale, to.scale, expr_precision(to), &out->d))
		return eval_fail(ev, BEYOND_38);
	return 0;
}

int eval_cast(struct expr_eval *ev, struct expr_type from, struct expr_type to,
    const struct expr_value *x, struct expr_value *out)
{
	const int64_t day_us = INT64_C(86400000000);
	*out = *x;
	if (to.kind == EXPR_T_DECIMAL)
		return cast_to_decimal(ev, from, to, x, out);
	if (to.kind == EXPR_T_DOUBLE)
		out->f = from.kind == EXPR_T_INTEGER ? (double)x->i : double_of(x->d, from.scale);
	else if (to.kind == EXPR_T_TIMESTAMP && from.kind == EXPR_T_DATE)
		out->i = x->i * day_us;
	else if (to.kind == EXPR_T_TEXT && from.kind != EXPR_T_TEXT)
		return cast_to_text(ev, from, x, out);
	return 0;
}

static int integer_arithmetic(
    struct expr_eval *ev, enum expr_op op, int64_t x, int64_t y, struct expr_value *out)
{
	bool beyond = false;
	if (op == EXPR_OP_ADD)
		beyond = __builtin_add_overflow(x, y, &out->i);
	else if (op == EXPR_OP_SUB)
		beyond = __builtin_sub_overflow(x, y, &out->i);
	else if (op == EXPR_OP_MUL)
		beyond = __builtin_mul_overflow(x, y, &out->i);
	else if (y == 0)
		out->is_null = true;
	else if (x == INT64_MIN && y == -1)
		beyond = true; /* the quotient is, and DuckDB says so */
	else
		out->i = x % y;
	return beyond ? eval_fail(ev, BEYOND_64) : 0;
}

static int decimal_arithmetic(
    struct expr_eval *ev, enum expr_op op, __int128 x, __int128 y, struct expr_value *out)
{
	bool beyond = false;
	if (op == EXPR_OP_ADD)
		beyond = __builtin_add_overflow(x, y, &out->d);
	else if (op == EXPR_OP_SUB)
		beyond = __builtin_sub_overflow(x, y, &out->d);
	else if (op == EXPR_OP_MUL)
		beyond = __builtin_mul_overflow(x, y, &out->d);
	else if (y == 0)
		out->is_null = true;
	else
		out->d = x % y;
	if (beyond || (!out->is_null && !has_digits(out->d, EXPR_MAX_SCALE)))
		return eval_fail(ev, BEYOND_38);
	return 0;
}

static int double_arithmetic(enum expr_op op, double x, double y, struct expr_value *out)
{
	if (op == EXPR_OP_ADD)
		out->f = x + y;
	else if (op == EXPR_OP_SUB)
		out->f = x - y;
	else if (op == EXPR_OP_MUL)
		out->f = x * y;
	else if (y == 0)
		out->is_null = true;
	else
		out->f = op == EXPR_OP_DIV ? x / y : fmod(x, y);
	return 0;
}

/* A side of a product as a whole number: the other side may be a decimal. */
static __int128 whole_of(const struct expr *e, const struct expr_value *v)
{
	return e->type.kind == EXPR_T_INTEGER ? v->i : v->d;
}

int eval_arithmetic(struct expr_eval *ev, const struct expr *e, const struct expr_value *x,
    const struct expr_value *y, struct expr_value *out)
{
	if (e->type.kind == EXPR_T_INTEGER)
		return integer_arithmetic(ev, e->op, x->i, y->i, out);
	if (e->type.kind == EXPR_T_DECIMAL)
		return decimal_arithmetic(
		    ev, e->op, whole_of(e->args[0], x), whole_of(e->args[1], y), out);
	return double_arithmetic(e->op, x->f, y->f, out);
}

int eval_negate(
    struct expr_eval *ev, const struct expr *e, const struct expr_value *x, struct expr_value *out)
{
	if (e->type.kind == EXPR_T_DOUBLE)
		out->f = -x->f;
	else if (e->type.kind == EXPR_T_DECIMAL)
		out->d = -x->d;
	else if (__builtin_sub_overflow(INT64_C(0), x->i, &out->i))
		return eval_fail(ev, BEYOND_64);
	return 0;
}

static int run_abs(struct expr_eval *ev, const struct expr *e, const struct expr_value *args,
    struct expr_value *out)
{
	*out = args[0];
	if (e->type.kind == EXPR_T_DOUBLE)
		out->f = fabs(args[0].f);
	else if (e->type.kind == EXPR_T_DECIMAL)
		out->d = args[0].d < 0 ? -args[0].d : args[0].d;
	else if (args[0].i < 0)
		return eval_negate(ev, e, &args[0], out);
	return 0;
}

/* Down (sign -1) or up (sign 1) to a whole number. */
static int to_whole(
    const struct expr *e, const struct expr_value *x, int sign, struct expr_value *out)
{
	*out = *x;
	if (e->type.kind == EXPR_T_DOUBLE)
		out->f = sign < 0 ? floor(x->f) : ceil(x->f);
	if (e->type.kind != EXPR_T_DECIMAL)
		return 0;
	const __int128 power = eval_power(e->args[0]->type.scale);
	out->d = x->d / power;
	if (x->d % power != 0 && (x->d > 0) == (sign > 0))
		out->d += sign;
	return 0;
}

static int run_floor(struct expr_eval *ev, const struct expr *e, const struct expr_value *args,
    struct expr_value *out)
{
	(void)ev;
	return to_whole(e, &args[0], -1, out);
}

static int run_ceil(struct expr_eval *ev, const struct expr *e, const struct expr_value *args,
    struct expr_value *out)
{
	(void)ev;
	return to_whole(e, &args[0], 1, out);
}

static double round_double(double v, int64_t digits)
{
	const double power = pow(10, (double)digits);
	const double rounded = round(v * power) / power;
	return isfinite(rounded) ? rounded : v;
}

static int run_round(struct expr_eval *ev, const struct expr *e, const struct expr_value *args,
    struct expr_value *out)
{
	*out = args[0];
	if (e->type.kind == EXPR_T_DOUBLE)
		out->f = round_double(args[0].f, e->n_args > 1 ? args[1].i : 0);
	else if (e->type.kind == EXPR_T_DECIMAL && !eval_rescale(args[0].d, e->args[0]->type.scale,
						       e->type.scale, EXPR_MAX_SCALE, &out->d))
		return eval_fail(ev, BEYOND_38);
	return 0;
}

static int run_div(struct expr_eval *ev, const struct expr *e, const struct expr_value *args,
    struct expr_value *out)
{
	(void)e;
	out->is_null = args[1].i == 0;
	if (args[0].i == INT64_MIN && args[1].i == -1)
		return eval_fail(ev, BEYOND_64);
	if (!out->is_null)
		out->i = args[0].i / args[1].i;
	return 0;
}

static int run_integer(struct expr_eval *ev, const struct expr *e, const struct expr_value *args,
    struct expr_value *out)
{
	const struct expr_type from = e->args[0]->type;
	__int128 v = args[0].i;
	if (from.kind == EXPR_T_DOUBLE) {
		const double rounded = round(args[0].f);
		const double limit = 9223372036854775808.0; /* 2^63 */
		if (!(rounded >= -limit && rounded < limit))
			return eval_fail(ev, BEYOND_64);
		v = (int64_t)rounded;
	} else if (from.kind == EXPR_T_DECIMAL) {
		(void)eval_rescale(args[0].d, from.scale, 0, EXPR_MAX_SCALE, &v);
	}
	if (v < INT64_MIN || v > INT64_MAX)
		return eval_fail(ev, BEYOND_64);
	out->i = (int64_t)v;
	return 0;
}

static int run_decimal(struct expr_eval *ev, const struct expr *e, const struct expr_value *args,
    struct expr_value *out)
{
	const struct expr_type from = e->args[0]->type;
	if (from.kind != EXPR_T_DOUBLE)
		return cast_to_decimal(ev, from, e->type, &args[0], out);
	const double v = round(args[0].f * (double)eval_power(e->type.scale));
	if (!(fabs(v) < 1e38))
		return eval_fail(ev, BEYOND_38);
	out->d = (__int128)v;
	return 0;
}

static int run_double(struct expr_eval *ev, const struct expr *e, const struct expr_value *args,
    struct expr_value *out)
{
	const struct expr_type from = e->args[0]->type;
	*out = args[0];
	return from.kind == EXPR_T_DOUBLE ? 0 : eval_cast(ev, from, e->type, &args[0], out);
}

const struct eval_function eval_number_functions[] = {
	{ "abs", run_abs, false },
	{ "floor", run_floor, false },
	{ "ceil", run_ceil, false },
	{ "round", run_round, false },
	{ "div", run_div, false },
	{ "integer", run_integer, false },
	{ "decimal", run_decimal, false },
	{ "double", run_double, false },
	{ NULL, NULL, false },
};
