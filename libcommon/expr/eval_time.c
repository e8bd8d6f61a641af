/* SPDX-License-Identifier: Apache-2.0 */
/* eval_time - functions of dates and times; everything in UTC, the Gregorian calendar. */
#include <string.h>

#include "csv/csv_time.h"
#include "expr/eval_call.h"

#define DAY_US    INT64_C(86400000000)
#define HOUR_US   INT64_C(3600000000)
#define MINUTE_US INT64_C(60000000)
#define SECOND_US INT64_C(1000000)

enum { YEARS_MAX = 5000000 }; /* keeps months far from overflow; days are bounded besides */

struct day {
	int year;
	unsigned month, day;
};

/* Days are 32 bits wide wherever a date is kept. */
static struct day day_of(int64_t days)
{
	struct day d;
	csv_time_civil((int32_t)days, &d.year, &d.month, &d.day);
	return d;
}

static int64_t floor_to(int64_t v, int64_t step)
{
	const int64_t rest = v % step;
	return v - (rest < 0 ? rest + step : rest);
}

/* Days of a date or a timestamp. */
static int64_t days_of(const struct expr *arg, const struct expr_value *x)
{
	return arg->type.kind == EXPR_T_DATE ? x->i : floor_to(x->i, DAY_US) / DAY_US;
}

static int run_year(struct expr_eval *ev, const struct expr *e, const struct expr_value *args,
    struct expr_value *out)
{
	(void)ev;
	out->i = day_of(days_of(e->args[0], &args[0])).year;
	return 0;
}

static int run_month(struct expr_eval *ev, const struct expr *e, const struct expr_value *args,
    struct expr_value *out)
{
	(void)ev;
	out->i = day_of(days_of(e->args[0], &args[0])).month;
	return 0;
}

static int run_day(struct expr_eval *ev, const struct expr *e, const struct expr_value *args,
    struct expr_value *out)
{
	(void)ev;
	out->i = day_of(days_of(e->args[0], &args[0])).day;
	return 0;
}

static int64_t weekday_of(int64_t days)
{
	return days + 3 - floor_to(days + 3, 7) + 1; /* day 0 was a Thursday */
}

static int run_weekday(struct expr_eval *ev, const struct expr *e, const struct expr_value *args,
    struct expr_value *out)
{
	(void)ev;
	out->i = weekday_of(days_of(e->args[0], &args[0]));
	return 0;
}

static int run_date(struct expr_eval *ev, const struct expr *e, const struct expr_value *args,
    struct expr_value *out)
{
	(void)ev;
	out->i = days_of(e->args[0], &args[0]);
	return 0;
}

static int run_days_between(struct expr_eval *ev, const struct expr *e,
    const struct expr_value *args, struct expr_value *out)
{
	(void)ev;
	out->i = days_of(e->args[1], &args[1]) - days_of(e->args[0], &args[0]);
	return 0;
}

/* First day of the unit; week from Monday. */
static int64_t trunc_days(const char *unit, int64_t days)
{
	const struct day d = day_of(days);
	if (strcmp(unit, "year") == 0)
		return csv_time_days(d.year, 1, 1);
	if (strcmp(unit, "quarter") == 0)
		return csv_time_days(d.year, (d.month - 1) / 3 * 3 + 1, 1);
	if (strcmp(unit, "month") == 0)
		return csv_time_days(d.year, d.month, 1);
	if (strcmp(unit, "week") == 0)
		return days - weekday_of(days) + 1;
	return days;
}

/* Microseconds of a unit of the clock, 0 for units of the calendar. */
static int64_t clock_us(const char *unit)
{
	if (strcmp(unit, "hour") == 0)
		return HOUR_US;
	if (strcmp(unit, "minute") == 0)
		return MINUTE_US;
	return strcmp(unit, "second") == 0 ? SECOND_US : 0;
}

static int run_date_trunc(struct expr_eval *ev, const struct expr *e, const struct expr_value *args,
    struct expr_value *out)
{
	(void)ev;
	const char *unit = e->args[0]->text;
	const int64_t step = clock_us(unit);
	if (step > 0)
		out->i = floor_to(args[1].i, step);
	else if (e->type.kind == EXPR_T_DATE)
		out->i = trunc_days(unit, args[1].i);
	else
		out->i = trunc_days(unit, days_of(e->args[1], &args[1])) * DAY_US;
	return 0;
}

static int64_t last_day_of(int year, unsigned month)
{
	return month == 12 ? 31 : csv_time_days(year, month + 1, 1) - csv_time_days(year, month, 1);
}

static int set_day(struct expr_eval *ev, int64_t days, struct expr_value *out)
{
	if (days <= -INT32_MAX || days >= INT32_MAX)
		return eval_fail(ev, "the date is out of range");
	out->i = days;
	return 0;
}

static int run_add_days(struct expr_eval *ev, const struct expr *e, const struct expr_value *args,
    struct expr_value *out)
{
	int64_t days;
	if (__builtin_add_overflow(days_of(e->args[0], &args[0]), args[1].i, &days))
		days = INT64_MAX;
	return set_day(ev, days, out);
}

/* The same day of another month, or that month's last. */
static int run_add_months(struct expr_eval *ev, const struct expr *e, const struct expr_value *args,
    struct expr_value *out)
{
	const struct day d = day_of(days_of(e->args[0], &args[0]));
	if (args[1].i > 12 * YEARS_MAX || args[1].i < -12 * YEARS_MAX)
		return set_day(ev, INT64_MAX, out);
	const int64_t month = d.year * INT64_C(12) + (int64_t)d.month - 1 + args[1].i;
	const int year = (int)(floor_to(month, 12) / 12);
	const unsigned of_year = (unsigned)(month - floor_to(month, 12)) + 1;
	const int64_t last = last_day_of(year, of_year);
	return set_day(
	    ev, csv_time_days(year, of_year, d.day > last ? (unsigned)last : d.day), out);
}

const struct eval_function eval_time_functions[] = {
	{ "year", run_year, false },
	{ "month", run_month, false },
	{ "day", run_day, false },
	{ "weekday", run_weekday, false },
	{ "date", run_date, false },
	{ "days_between", run_days_between, false },
	{ "date_trunc", run_date_trunc, false },
	{ "add_days", run_add_days, false },
	{ "add_months", run_add_months, false },
	{ NULL, NULL, false },
};
