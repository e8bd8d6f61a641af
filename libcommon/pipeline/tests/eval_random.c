/* SPDX-License-Identifier: Apache-2.0 */
/* eval_random - random expressions over the columns of test_eval_differential. */
#include "eval_random.h"

#include <stdlib.h>

unsigned random_pick(unsigned n)
{
	return (unsigned)random() % n;
}

static void one_of(struct buf *out, const char *const *words, unsigned n)
{
	buf_adds(out, words[random_pick(n)]);
}

void random_day(struct buf *out, int depth)
{
	static const char *const leaves[] = { "day", "day", "date '2024-02-29'", "date(at)" };
	static const char *const units[] = { "year", "quarter", "month", "week", "day" };
	if (depth == 0 || random_pick(2) == 0) {
		one_of(out, leaves, 4);
		return;
	}
	switch (random_pick(4)) {
	case 0:
		buf_adds(out, "add_days(");
		random_day(out, depth - 1);
		buf_adds(out, ", j)");
		break;
	case 1:
		buf_adds(out, "add_months(");
		random_day(out, depth - 1);
		buf_adds(out, ", j)");
		break;
	case 2:
		buf_printf(out, "date_trunc('%s', ", units[random_pick(5)]);
		random_day(out, depth - 1);
		buf_adds(out, ")");
		break;
	default:
		buf_adds(out, "coalesce(day, ");
		random_day(out, depth - 1);
		buf_adds(out, ")");
	}
}

static void integer_of(struct buf *out, int depth)
{
	static const char *const parts[] = { "year(", "month(", "day(", "weekday(" };
	if (random_pick(2) == 0) {
		one_of(out, parts, 4);
		random_day(out, depth - 1);
	} else if (random_pick(2) == 0) {
		buf_adds(out, "days_between(");
		random_day(out, depth - 1);
		buf_adds(out, ", ");
		random_day(out, depth - 1);
	} else {
		buf_adds(out, "length(");
		random_text(out, depth - 1);
	}
	buf_adds(out, ")");
}

void random_number(struct buf *out, int depth)
{
	static const char *const leaves[] = { "i", "j", "amount", "fine", "rate", "7", "-2", "0.5",
		"1e2", "12.345" };
	static const char *const ops[] = { " + ", " - ", " * ", " / ", " % " };
	static const char *const functions[] = { "abs(", "floor(", "ceil(", "round(", "integer(",
		"double(", "- (" };
	if (depth == 0 || random_pick(4) == 0) {
		one_of(out, leaves, 10);
		return;
	}
	switch (random_pick(5)) {
	case 0:
	case 1:
		buf_addc(out, '(');
		random_number(out, depth - 1);
		one_of(out, ops, 5);
		random_number(out, depth - 1);
		buf_addc(out, ')');
		break;
	case 2:
		one_of(out, functions, 7);
		random_number(out, depth - 1);
		buf_addc(out, ')');
		break;
	case 3:
		integer_of(out, depth);
		break;
	default:
		buf_adds(out, "case when ");
		random_condition(out, depth - 1);
		buf_adds(out, " then ");
		random_number(out, depth - 1);
		buf_adds(out, " else j end");
	}
}

void random_text(struct buf *out, int depth)
{
	static const char *const leaves[] = { "word", "word", "'a'", "''",
		"'\xc3\xb6 long enough'" };
	static const char *const functions[] = { "lower(", "upper(", "trim(", "text(" };
	if (depth == 0 || random_pick(3) == 0) {
		one_of(out, leaves, 5);
		return;
	}
	switch (random_pick(5)) {
	case 0:
		one_of(out, functions, 4);
		break;
	case 1:
		buf_adds(out, "substr(");
		random_text(out, depth - 1);
		buf_printf(out, ", %d, %d)", (int)random_pick(12) - 5, (int)random_pick(9) - 2);
		return;
	case 2:
		buf_adds(out, "replace(");
		random_text(out, depth - 1);
		buf_adds(out, ", 'a', ");
		random_text(out, 0);
		buf_adds(out, ")");
		return;
	case 3:
		buf_adds(out, "concat(word, j, paid, day, ");
		break;
	default:
		buf_adds(out, "(word || ");
	}
	random_text(out, depth - 1);
	buf_addc(out, ')');
}

static void comparison(struct buf *out, int depth)
{
	static const char *const ops[] = { " = ", " <> ", " < ", " <= ", " > ", " >= " };
	void (*const kinds[])(struct buf *, int) = { random_number, random_text, random_day };
	void (*const kind)(struct buf *, int) = kinds[random_pick(3)];
	kind(out, depth - 1);
	if (random_pick(4) == 0) {
		buf_adds(out, random_pick(2) == 0 ? " between " : " not between ");
		kind(out, depth - 1);
		buf_adds(out, " and ");
		kind(out, 0);
	} else if (random_pick(4) == 0) {
		buf_adds(out, random_pick(2) == 0 ? " in (" : " not in (");
		kind(out, depth - 1);
		buf_adds(out, ", ");
		kind(out, 0);
		buf_adds(out, ")");
	} else {
		one_of(out, ops, 6);
		kind(out, depth - 1);
	}
}

void random_condition(struct buf *out, int depth)
{
	static const char *const tests[] = { "contains(", "starts_with(", "ends_with(" };
	if (depth <= 0) {
		buf_adds(out, "paid");
		return;
	}
	buf_addc(out, '(');
	switch (random_pick(5)) {
	case 0:
		random_condition(out, depth - 1);
		buf_adds(out, random_pick(2) == 0 ? " and " : " or ");
		random_condition(out, depth - 1);
		break;
	case 1:
		buf_adds(out, "not ");
		random_condition(out, depth - 1);
		break;
	case 2:
		random_number(out, depth - 1);
		buf_adds(out, random_pick(2) == 0 ? " is null" : " is not null");
		break;
	case 3:
		one_of(out, tests, 3);
		random_text(out, depth - 1);
		buf_adds(out, ", ");
		random_text(out, 0);
		buf_adds(out, ")");
		break;
	default:
		comparison(out, depth);
	}
	buf_addc(out, ')');
}
