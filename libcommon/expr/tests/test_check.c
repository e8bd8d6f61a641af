/* SPDX-License-Identifier: Apache-2.0 */
/* test_check - what an expression prints as, what type it has, where it is wrong and what helps. */
#include "expr/expr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct expr_column columns[] = {
	{ "id", { .kind = EXPR_T_INTEGER } },
	{ "amount", { .kind = EXPR_T_DECIMAL, .scale = 2 } },
	{ "rate", { .kind = EXPR_T_DOUBLE } },
	{ "region", { .kind = EXPR_T_TEXT } },
	{ "sold", { .kind = EXPR_T_DATE } },
	{ "seen_at", { .kind = EXPR_T_TIMESTAMP } },
	{ "sent_at", { .kind = EXPR_T_TIMESTAMPTZ } },
	{ "paid", { .kind = EXPR_T_BOOLEAN } },
	{ "Odd \"name\"", { .kind = EXPR_T_TEXT } },
	{ "date", { .kind = EXPR_T_DATE } },
	{ "fine", { .kind = EXPR_T_DECIMAL, .scale = 30 } },
	{ "opens", { .kind = EXPR_T_TIME } },
	{ "lasts", { .kind = EXPR_T_DURATION } },
	{ "key", { .kind = EXPR_T_UUID } },
	{ "doc", { .kind = EXPR_T_JSON } },
};

static int run(
    const char *text, bool aggregates, struct arena *a, struct expr **out, struct expr_fault *fault)
{
	const struct expr_scope scope = {
		.columns = columns,
		.n = ARRAY_SIZE(columns),
		.aggregates = aggregates,
	};

	if (expr_parse(text, strlen(text), a, out, fault) != 0)
		return -1;
	return expr_check(*out, &scope, a, fault);
}

/* text, type (decimal with its scale), SQL */
static const struct {
	const char *text;
	const char *type;
	const char *sql;
} good[] = {
	{ "id", "integer", "\"id\"" },
	{ "12", "integer", "CAST('12' AS BIGINT)" },
	{ "007", "integer", "CAST('007' AS BIGINT)" },
	{ "1.50", "decimal(2)", "CAST('1.50' AS DECIMAL(38,2))" },
	{ ".5", "decimal(1)", "CAST('.5' AS DECIMAL(38,1))" },
	{ "9223372036854775808", "decimal(0)", "CAST('9223372036854775808' AS DECIMAL(38,0))" },
	{ "1e3", "double", "CAST('1e3' AS DOUBLE)" },
	{ "'it''s'", "text", "CAST('it''s' AS VARCHAR)" },
	{ "TRUE", "boolean", "CAST('TRUE' AS BOOLEAN)" },
	{ "date '2024-02-29'", "date", "CAST('2024-02-29' AS DATE)" },
	{ "date", "date", "\"date\"" },
	{ "timestamptz '2026-01-31T10:42:07.5+03:30'", "timestamptz",
	    "CAST('2026-01-31 10:42:07.5+03:30' AS TIMESTAMPTZ)" },
	{ "\"Odd \"\"name\"\"\"", "text", "\"Odd \"\"name\"\"\"" },
	{ "id + 1", "integer", "(\"id\" + CAST('1' AS BIGINT))" },
	{ "id + amount", "decimal(2)", "(CAST(\"id\" AS DECIMAL(38,2)) + \"amount\")" },
	{ "amount * 1.055", "decimal(5)", "(\"amount\" * CAST('1.055' AS DECIMAL(38,3)))" },
	{ "amount * rate", "double", "(CAST(\"amount\" AS DOUBLE) * \"rate\")" },
	{ "id / 2", "double",
	    "(CAST(\"id\" AS DOUBLE) / nullif(CAST(CAST('2' AS BIGINT) AS DOUBLE), 0))" },
	{ "id % 2", "integer", "(\"id\" % nullif(CAST('2' AS BIGINT), 0))" },
	{ "-id", "integer", "(- \"id\")" },
	{ "1 - - 1", "integer", "(CAST('1' AS BIGINT) - (- CAST('1' AS BIGINT)))" },
	{ "id = 1 or id = 2 and not paid", "boolean",
	    "((\"id\" = CAST('1' AS BIGINT)) OR ((\"id\" = CAST('2' AS BIGINT)) AND (NOT "
	    "\"paid\")))" },
	{ "not id = 1", "boolean", "(NOT (\"id\" = CAST('1' AS BIGINT)))" },
	{ "(id + 1) * 2", "integer", "((\"id\" + CAST('1' AS BIGINT)) * CAST('2' AS BIGINT))" },
	{ "region || '-' || region", "text",
	    "((\"region\" || CAST('-' AS VARCHAR)) || \"region\")" },
	{ "region is not null", "boolean", "(\"region\" IS NOT NULL)" },
	{ "region not in ('a', 'b')", "boolean",
	    "(\"region\" NOT IN (CAST('a' AS VARCHAR), CAST('b' AS VARCHAR)))" },
	{ "id between 1 and 2.5 and paid", "boolean",
	    "((CAST(\"id\" AS DECIMAL(38,1)) BETWEEN CAST(CAST('1' AS BIGINT) AS DECIMAL(38,1)) "
	    "AND "
	    "CAST('2.5' AS DECIMAL(38,1))) AND \"paid\")" },
	{ "sold < timestamp '2026-01-31 10:42'", "boolean",
	    "(CAST(\"sold\" AS TIMESTAMP) < CAST('2026-01-31 10:42:00' AS TIMESTAMP))" },
	{ "case when id > 0 then 1 else 2.5 end", "decimal(1)",
	    "(CASE WHEN (\"id\" > CAST('0' AS BIGINT)) THEN CAST(CAST('1' AS BIGINT) AS "
	    "DECIMAL(38,1)) "
	    "ELSE CAST('2.5' AS DECIMAL(38,1)) END)" },
	{ "case when paid then null else 'x' end", "text",
	    "(CASE WHEN \"paid\" THEN CAST(NULL AS VARCHAR) ELSE CAST('x' AS VARCHAR) END)" },
	{ "case when paid then 1 end", "integer",
	    "(CASE WHEN \"paid\" THEN CAST('1' AS BIGINT) END)" },
	{ "LOWER(region)", "text", "lower(\"region\")" },
	{ "substr(region, 1, 2)", "text",
	    "substr(\"region\", CAST('1' AS BIGINT), CAST('2' AS BIGINT))" },
	{ "coalesce(amount, 0)", "decimal(2)",
	    "coalesce(\"amount\", CAST(CAST('0' AS BIGINT) AS DECIMAL(38,2)))" },
	{ "round(amount, 1)", "decimal(1)", "CAST(round(\"amount\", 1) AS DECIMAL(38,1))" },
	{ "round(amount)", "decimal(0)", "CAST(round(\"amount\") AS DECIMAL(38,0))" },
	{ "decimal(rate, 3)", "decimal(3)", "CAST(\"rate\" AS DECIMAL(38,3))" },
	{ "year(sent_at)", "integer", "CAST(year(CAST(\"sent_at\" AS TIMESTAMP)) AS BIGINT)" },
	{ "date_trunc('month', sold)", "date", "CAST(date_trunc('month', \"sold\") AS DATE)" },
	{ "concat(region, id, sold)", "text",
	    "concat(\"region\", CAST(\"id\" AS VARCHAR), CAST(\"sold\" AS VARCHAR))" },
	{ "opens", "time", "\"opens\"" },
	{ "key = key and lasts <> lasts", "boolean",
	    "((\"key\" = \"key\") AND (\"lasts\" <> \"lasts\"))" },
	{ "doc is not null", "boolean", "(\"doc\" IS NOT NULL)" },
	{ "case when paid then doc end", "json", "(CASE WHEN \"paid\" THEN \"doc\" END)" },
	{ "coalesce(opens, null)", "time", "coalesce(\"opens\", CAST(NULL AS TIME))" },
	{ "length(region) > 3", "boolean",
	    "(CAST(length(\"region\") AS BIGINT) > CAST('3' AS BIGINT))" },
};

static const struct {
	const char *text;
	const char *type;
	const char *sql;
} measures[] = {
	{ "count(*)", "integer", "CAST(count() AS BIGINT)" },
	{ "count()", "integer", "CAST(count() AS BIGINT)" },
	{ "count_distinct(region)", "integer", "CAST(count(distinct \"region\") AS BIGINT)" },
	{ "sum(amount * id)", "decimal(2)", "CAST(sum((\"amount\" * \"id\")) AS DECIMAL(38,2))" },
	{ "sum(amount) / count()", "double",
	    "(CAST(CAST(sum(\"amount\") AS DECIMAL(38,2)) AS DOUBLE) / "
	    "nullif(CAST(CAST(count() AS BIGINT) AS DOUBLE), 0))" },
	{ "max(sold)", "date", "CAST(max(\"sold\") AS DATE)" },
	{ "coalesce(sum(id), 0)", "integer",
	    "coalesce(CAST(sum(\"id\") AS BIGINT), CAST('0' AS BIGINT))" },
};

/* text, position, length, message (a part), hint (a part) */
static const struct {
	const char *text;
	size_t pos, len;
	const char *message, *hint;
} bad[] = {
	{ "", 0, 0, "is empty", "" },
	{ "amont > 0", 0, 5, "unknown column `amont`", "did you mean `amount`?" },
	{ "Region = 'x'", 0, 6, "unknown column `Region`", "did you mean `region`?" },
	{ "lenght(region)", 0, 6, "unknown function `lenght`", "did you mean `length`?" },
	{ "zzz", 0, 3, "unknown column `zzz`", "" },
	{ "count > 3", 0, 5, "unknown column `count`", "a function needs brackets" },
	{ "sum(amount) > 3", 0, 11, "sum cannot stand here", "measures" },
	{ "id == 1", 3, 2, "unknown sign `==`", "write =" },
	{ "doc = doc", 0, 9, "json cannot be compared", "is null" },
	{ "doc in (doc)", 0, 12, "json cannot be compared", "is null" },
	{ "lasts + 1", 0, 5, "a number is needed here, this is duration", "" },
	{ "concat(region, key)", 15, 3, "needs text, integer, boolean or date here, this is uuid",
	    "" },
	{ "opens > '10:00'", 8, 7, "time and text do not go together", "" },
	{ "id = 'x", 5, 2, "no closing '", "" },
	{ "id = 1 = 2", 7, 1, "do not chain", "" },
	{ "id +", 4, 0, "ends too early", "" },
	{ "(id", 3, 0, "expected )", "" },
	{ "id 5", 3, 1, "does not belong", "" },
	{ "id region", 3, 6, "does not belong", "operator is missing" },
	{ "sold > '2026-01-01'", 7, 12, "date and text", "date '2026-01-31'" },
	{ "id = '7'", 5, 3, "integer and text", "without quotes" },
	{ "sent_at > seen_at", 10, 7, "timestamptz and timestamp", "timestamptz" },
	{ "date '2026-02-30'", 5, 12, "not a date", "date '2026-01-31'" },
	{ "timestamp '2026-01-31 25:00'", 10, 18, "not a timestamp", "" },
	{ "id and paid", 0, 2, "a condition is needed here, this is integer", "" },
	{ "region + 1", 0, 6, "a number is needed here, this is text", "" },
	{ "region = null", 9, 4, "never true", "is null" },
	{ "id in (1, 'x')", 10, 3, "integer and text", "quotes" },
	{ "upper(id)", 6, 2, "upper needs text here, this is integer", "upper(text)" },
	{ "upper()", 0, 7, "takes 1 argument, here are 0", "upper(text)" },
	{ "upper(region, region)", 0, 21, "takes 1 argument, here are 2", "" },
	{ "date_trunc('hour', sold)", 11, 6, "a date has no hours", "" },
	{ "date_trunc('moon', sold)", 11, 6, "a unit", "" },
	{ "round(amount, id)", 14, 2, "whole number", "" },
	{ "fine * fine", 0, 11, "60 digits behind the point", "decimal(x, 2)" },
	{ "1e999", 0, 5, "range of double", "" },
	{ "123456789012345678901234567890123456789", 0, 39, "more than 38 digits", "" },
	{ "12abc", 0, 3, "not a number", "quote" },
	{ "id; drop table x", 2, 1, "unknown sign `;`", "" },
	{ "id -- x", 3, 2, "unknown sign `--`", "" },
	{ "end", 0, 3, "`end` cannot stand here", "quotes" },
	{ "case when id then 1 end", 10, 2, "a condition is needed", "" },
	{ "case when paid then 1 else 'x' end", 27, 3, "integer and text", "" },
	{ "paid < true", 0, 11, "no order", "" },
	{ "upper(*)", 0, 8, "only count takes *", "" },
	{ "id\001", 2, 1, "control character", "" },
	{ "\xff", 0, 1, "not UTF-8", "" },
};

static const struct {
	const char *text;
	const char *message;
} bad_measures[] = {
	{ "amount", "many values in a group" },
	{ "sum(amount) + id", "many values in a group" },
	{ "sum(max(id))", "max inside another aggregate" },
	{ "sum(region)", "sum needs a number here, this is text" },
};

static void type_text(struct expr_type t, char *out, size_t n)
{
	if (t.kind == EXPR_T_DECIMAL)
		(void)snprintf(out, n, "decimal(%d)", t.scale);
	else
		(void)snprintf(out, n, "%s", expr_type_name(t.kind));
}

static void check_good(const char *text, bool aggregates, const char *type, const char *sql)
{
	struct arena *a = arena_new(1 << 20);
	struct expr_fault fault = { 0 };
	struct expr *e = NULL;
	struct buf b;
	char got[32];

	buf_init(&b, 1 << 20);
	if (run(text, aggregates, a, &e, &fault) != 0)
		fail_msg("%s: %s", text, fault.message);
	type_text(expr_type_of(e), got, sizeof(got));
	expr_print(e, EXPR_DUCKDB, &b);
	if (strcmp(got, type) != 0 || strcmp(b.data, sql) != 0)
		fail_msg("%s\n got  %s %s\n want %s %s", text, got, b.data, type, sql);
	buf_done(&b);
	arena_free(&a);
}

static void test_prints(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		check_good(good[i].text, false, good[i].type, good[i].sql);
}

static void test_measures(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(measures); i++)
		check_good(measures[i].text, true, measures[i].type, measures[i].sql);
}

static void test_faults(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct arena *a = arena_new(1 << 20);
		struct expr_fault f = { 0 };
		struct expr *e = NULL;

		if (run(bad[i].text, false, a, &e, &f) == 0)
			fail_msg("%s: accepted", bad[i].text);
		if (f.pos != bad[i].pos || f.len != bad[i].len ||
		    !strstr(f.message, bad[i].message) || !strstr(f.hint, bad[i].hint))
			fail_msg(
			    "%s: at %zu+%zu %s (%s)", bad[i].text, f.pos, f.len, f.message, f.hint);
		arena_free(&a);
	}
}

static void test_measure_faults(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad_measures); i++) {
		struct arena *a = arena_new(1 << 20);
		struct expr_fault f = { 0 };
		struct expr *e = NULL;

		if (run(bad_measures[i].text, true, a, &e, &f) == 0 ||
		    !strstr(f.message, bad_measures[i].message))
			fail_msg("%s: %s", bad_measures[i].text, f.message);
		arena_free(&a);
	}
}

/* n copies of unit, then the rest. */
static int repeated(const char *unit, size_t n, const char *rest, struct expr_fault *f)
{
	struct arena *a = arena_new(8 << 20);
	struct expr *e = NULL;
	struct buf b;

	buf_init(&b, 1 << 20);
	for (size_t i = 0; i < n; i++)
		buf_adds(&b, unit);
	buf_adds(&b, rest);
	const int rc = run(b.data, false, a, &e, f);

	buf_done(&b);
	arena_free(&a);
	return rc;
}

static void test_limits(void **state)
{
	struct expr_fault f;

	(void)state;
	assert_int_equal(repeated("id + ", 100, "1", &f), 0);
	assert_int_equal(repeated("id + ", 200, "1", &f), -1);
	assert_non_null(strstr(f.message, "nested more than 128"));
	assert_int_equal(repeated("(", 200, "1", &f), -1);
	assert_non_null(strstr(f.message, "nested more than 128"));
	assert_int_equal(repeated("not ", 500, "paid", &f), -1);
	assert_int_equal(repeated(" ", 9000, "1", &f), -1);
	assert_non_null(strstr(f.message, "longer than 8192"));
	assert_int_equal(repeated("(id in (1,1,1)) or ", 80, "paid", &f), 0);
}

/* Whatever stands in a text or a name stays inside its quotes. */
static void test_injection(void **state)
{
	const struct expr_column evil[] = { { "x\"; drop table y; --", { .kind = EXPR_T_TEXT } } };
	const struct expr_scope scope = { .columns = evil, .n = 1 };
	const char *text = "\"x\"\"; drop table y; --\" = '''; drop table z; --'";
	struct arena *a = arena_new(1 << 20);
	struct expr_fault f;
	struct expr *e;
	struct buf b;

	(void)state;
	buf_init(&b, 4096);
	assert_int_equal(expr_parse(text, strlen(text), a, &e, &f), 0);
	assert_int_equal(expr_check(e, &scope, a, &f), 0);
	expr_print(e, EXPR_DUCKDB, &b);
	assert_string_equal(
	    b.data, "(\"x\"\"; drop table y; --\" = CAST('''; drop table z; --' AS VARCHAR))");
	buf_done(&b);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_prints),
		cmocka_unit_test(test_measures),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_measure_faults),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_injection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
