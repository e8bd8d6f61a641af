/* SPDX-License-Identifier: Apache-2.0 */
/* function - the one table of functions. */
#include "expr/function.h"

#include <strings.h>

#define MANY FUNCTION_MAX_ARGS

/* One row a function: name, params, min, max, result, aggregate, cast, text, signature, help. */
static const struct expr_function functions[] = {
	{ "lower", "t", 1, 1, FUNCTION_TEXT, false, false, "lower($1)", "lower(text)",
	    "the text in lower case" },
	{ "upper", "t", 1, 1, FUNCTION_TEXT, false, false, "upper($1)", "upper(text)",
	    "the text in upper case" },
	{ "trim", "t", 1, 1, FUNCTION_TEXT, false, false, "trim($1)", "trim(text)",
	    "the text without blanks at both ends" },
	{ "length", "t", 1, 1, FUNCTION_INTEGER, false, true, "length($1)", "length(text)",
	    "count of characters (code points)" },
	{ "substr", "tii", 2, 3, FUNCTION_TEXT, false, false, "substr($*)",
	    "substr(text, start, length)",
	    "part of the text; the first character is 1, a negative start counts from the end" },
	{ "replace", "ttt", 3, 3, FUNCTION_TEXT, false, false, "replace($*)",
	    "replace(text, old, new)", "the text with each old part replaced" },
	{ "concat", "s", 1, MANY, FUNCTION_TEXT, false, false, "concat($*)", "concat(value, ...)",
	    "all values joined as text; null counts as empty" },
	{ "contains", "tt", 2, 2, FUNCTION_BOOLEAN, false, false, "contains($*)",
	    "contains(text, part)", "true when the part stands in the text" },
	{ "starts_with", "tt", 2, 2, FUNCTION_BOOLEAN, false, false, "starts_with($*)",
	    "starts_with(text, part)", "true when the text starts with the part" },
	{ "ends_with", "tt", 2, 2, FUNCTION_BOOLEAN, false, false, "suffix($*)",
	    "ends_with(text, part)", "true when the text ends with the part" },
	{ "coalesce", "c", 1, MANY, FUNCTION_COMMON, false, false, "coalesce($*)",
	    "coalesce(value, ...)", "the first value that is not null" },
	{ "nullif", "cc", 2, 2, FUNCTION_COMMON, false, false, "nullif($*)", "nullif(value, other)",
	    "null when both are equal, else the value" },
	{ "greatest", "c", 2, MANY, FUNCTION_COMMON, false, false, "greatest($*)",
	    "greatest(value, ...)", "the largest value; nulls are left out" },
	{ "least", "c", 2, MANY, FUNCTION_COMMON, false, false, "least($*)", "least(value, ...)",
	    "the smallest value; nulls are left out" },
	{ "round", "nL", 1, 2, FUNCTION_ROUNDED, false, true, "round($*)", "round(number, digits)",
	    "rounded, halves away from zero; digits is written out, 0 when left away" },
	{ "abs", "n", 1, 1, FUNCTION_FIRST, false, true, "abs($1)", "abs(number)",
	    "the number without its sign" },
	{ "floor", "n", 1, 1, FUNCTION_WHOLE, false, true, "floor($1)", "floor(number)",
	    "the next whole number below" },
	{ "ceil", "n", 1, 1, FUNCTION_WHOLE, false, true, "ceil($1)", "ceil(number)",
	    "the next whole number above" },
	{ "div", "ii", 2, 2, FUNCTION_INTEGER, false, true, "($1 // nullif($2, 0))", "div(a, b)",
	    "whole division, cut towards zero; null when b is 0" },
	{ "year", "d", 1, 1, FUNCTION_INTEGER, false, true, "year($1)", "year(date)",
	    "the year, in UTC" },
	{ "month", "d", 1, 1, FUNCTION_INTEGER, false, true, "month($1)", "month(date)",
	    "the month, 1 to 12, in UTC" },
	{ "day", "d", 1, 1, FUNCTION_INTEGER, false, true, "day($1)", "day(date)",
	    "the day of the month, 1 to 31, in UTC" },
	{ "date_trunc", "ud", 2, 2, FUNCTION_LAST, false, true, "date_trunc($*)",
	    "date_trunc('month', date)",
	    "the start of the year, quarter, month, week, day, hour, minute or second, in UTC" },
	{ "weekday", "d", 1, 1, FUNCTION_INTEGER, false, true, "isodow($1)", "weekday(date)",
	    "the day of the week, 1 Monday to 7 Sunday, in UTC" },
	{ "days_between", "d", 2, 2, FUNCTION_INTEGER, false, true,
	    "date_diff('day', CAST($1 AS DATE), CAST($2 AS DATE))", "days_between(from, to)",
	    "days from one date to another, negative when the second is earlier, in UTC" },
	{ "add_days", "di", 2, 2, FUNCTION_DATE, false, true,
	    "(CAST($1 AS DATE) + CAST($2 AS INTEGER))", "add_days(date, days)",
	    "the date so many days later, or earlier" },
	{ "add_months", "di", 2, 2, FUNCTION_DATE, false, true,
	    "(CAST($1 AS DATE) + to_months(CAST($2 AS INTEGER)))", "add_months(date, months)",
	    "the same day so many months later; a month that is too short gives its last day" },
	{ "date", "d", 1, 1, FUNCTION_DATE, false, true, "$1", "date(timestamp)",
	    "the day, in UTC" },
	{ "text", "s", 1, 1, FUNCTION_TEXT, false, false, "$1", "text(value)",
	    "the value as text" },
	{ "integer", "n", 1, 1, FUNCTION_INTEGER, false, true, "round($1)", "integer(number)",
	    "rounded to a whole number; fails the run beyond 64 bits" },
	{ "decimal", "nL", 2, 2, FUNCTION_SCALED, false, true, "$1", "decimal(number, scale)",
	    "rounded to this many digits behind the point, written out" },
	{ "double", "n", 1, 1, FUNCTION_DOUBLE, false, true, "$1", "double(number)",
	    "the number as a double" },
	{ "count", "a", 0, 1, FUNCTION_INTEGER, true, true, "count($*)", "count(value)",
	    "how many values are not null; count() and count(*) count rows" },
	{ "count_distinct", "a", 1, 1, FUNCTION_INTEGER, true, true, "count(distinct $1)",
	    "count_distinct(value)", "how many different values, null left out" },
	{ "sum", "n", 1, 1, FUNCTION_TOTAL, true, true, "sum($1)", "sum(number)",
	    "the sum, null when there is no value; fails the run beyond the type's range" },
	{ "avg", "n", 1, 1, FUNCTION_DOUBLE, true, true, "avg($1)", "avg(number)",
	    "the mean as a double, null left out" },
	{ "min", "a", 1, 1, FUNCTION_FIRST, true, true, "min($1)", "min(value)",
	    "the smallest value, null left out" },
	{ "max", "a", 1, 1, FUNCTION_FIRST, true, true, "max($1)", "max(value)",
	    "the largest value, null left out" },
};

const struct expr_function *function_at(size_t i)
{
	return i < ARRAY_SIZE(functions) ? &functions[i] : NULL;
}

const struct expr_function *function_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(functions); i++) {
		if (strcasecmp(functions[i].name, name) == 0)
			return &functions[i];
	}
	return NULL;
}
