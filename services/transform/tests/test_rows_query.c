/* SPDX-License-Identifier: Apache-2.0 */
/* test_rows_query - filters, sorts and cursors from text, and the SQL they become. */
#include "rows_query.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct expr_column columns[] = {
	{ "id", { .kind = EXPR_T_INTEGER } },
	{ "price", { .kind = EXPR_T_DECIMAL, .scale = 2 } },
	{ "odd \"n\": x;y", { .kind = EXPR_T_TEXT } },
	{ "at", { .kind = EXPR_T_TIMESTAMPTZ } },
	{ "-dash", { .kind = EXPR_T_TEXT } },
	{ "opens", { .kind = EXPR_T_TIME } },
	{ "lasts", { .kind = EXPR_T_DURATION } },
	{ "key", { .kind = EXPR_T_UUID } },
	{ "doc", { .kind = EXPR_T_JSON } },
	{ "_load", { .kind = EXPR_T_INTEGER } },
};

static struct rows_query query(void)
{
	return (struct rows_query){
		.domain = "default",
		.table = "sales",
		.columns = columns,
		.n_columns = ARRAY_SIZE(columns) - 1,
		.limit = 10,
	};
}

/* text, number of filters, or the message of the refusal (a part) */
static const struct {
	const char *text;
	size_t n;
	const char *refusal;
} filters[] = {
	{ "", 0, NULL },
	{ "id:eq:1", 1, NULL },
	{ "id:eq:1;price:lt:2.5;", 2, NULL },
	{ "filter=id:eq:1;filter=id:ne:2", 2, NULL },
	{ "odd \"n\"\\: x\\;y:eq:a:b", 1, NULL },
	{ "odd \"n\"\\: x\\;y:eq:", 1, NULL },
	{ "at:ge:2026-01-31T10:42:07.5+03:30", 1, NULL },
	{ "at:ge:2026-01-31", 1, NULL },
	{ "id:contains:abc", 1, NULL },
	{ "id:null;at:notnull", 2, NULL },
	{ "_load:eq:41", 1, NULL },
	{ "_load:eq:x", 0, "integer `x`" },
	{ "_row:eq:1", 0, "there is no column `_row`" },
	{ "price:eq:-0.5", 1, NULL },
	{ "nope:eq:1", 0, "there is no column `nope`" },
	{ "id", 0, "column:op:value is needed for `id`" },
	{ "id:like:1", 0, "unknown comparison `like`" },
	{ "id:eq", 0, "a value is missing behind `eq`" },
	{ "id:null:1", 0, "no value goes with `null`" },
	{ "id:eq:1.5", 0, "integer `1.5`" },
	{ "id:eq:9223372036854775808", 0, "integer" },
	{ "price:eq:1e5", 0, "decimal `1e5`" },
	{ "opens:lt:10:42:07.5", 1, NULL },
	{ "opens:lt:25:00", 0, "time `25:00`" },
	{ "opens:lt:00:00:00.00000000000000000000000000000000000", 0, "time" },
	{ "key:eq:0123abcd-ef45-6789-fedc-ba9876543210", 1, NULL },
	{ "key:eq:0123abcd", 0, "uuid `0123abcd`" },
	{ "doc:contains:abc;lasts:notnull", 2, NULL },
	{ "doc:eq:{}", 0, "json `{}`" },
	{ "lasts:eq:P1D", 0, "duration `P1D`" },
	{ "price:eq:.", 0, "decimal" },
	{ "at:eq:yesterday", 0, "timestamptz `yesterday`" },
	{ "at:eq:2026-01-31' or 1=1 --", 0, "timestamptz" },
	{ "id:eq:1;;id:eq:2", 0, "there is no column ``" },
	{ "id:eq:1;id:eq:1;id:eq:1;id:eq:1;id:eq:1;id:eq:1;id:eq:1;id:eq:1;id:eq:1", 0,
	    "more than 8" },
	{ "odd\xff:eq:1", 0, "not UTF-8" },
};

static void test_filters(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(filters); i++) {
		struct arena *a = arena_new(1 << 20);
		struct rows_query q = query();
		struct err err = { 0 };
		const int rc = rows_query_parse_filter(&q, filters[i].text, a, &err);

		if (filters[i].refusal == NULL && (rc != 0 || q.n_filters != filters[i].n))
			fail_msg(
			    "%s: %d, %zu filters, %s", filters[i].text, rc, q.n_filters, err.msg);
		if (filters[i].refusal != NULL &&
		    (rc == 0 || strstr(err.msg, filters[i].refusal) == NULL ||
			err.kind != ERR_INPUT))
			fail_msg("%s: %s", filters[i].text, err.msg);
		arena_free(&a);
	}
}

static void test_escapes(void **state)
{
	struct arena *a = arena_new(1 << 20);
	struct rows_query q = query();
	struct err err = { 0 };

	(void)state;
	assert_int_equal(
	    rows_query_parse_filter(&q, "odd \"n\"\\: x\\;y:eq:a\\;b\\\\c:d", a, &err), 0);
	assert_int_equal(q.filters[0].column, 2);
	assert_string_equal(q.filters[0].value, "a;b\\c:d");
	arena_free(&a);
}

static void test_sort(void **state)
{
	struct rows_query q = query();
	struct err err = { 0 };

	(void)state;
	assert_int_equal(rows_query_parse_sort(&q, "-price", &err), 0);
	assert_true(q.descending && q.sort_column == 1);
	assert_int_equal(rows_query_parse_sort(&q, "-dash", &err), 0);
	assert_true(!q.descending && q.sort_column == 4);
	assert_int_equal(rows_query_parse_sort(&q, "--dash", &err), 0);
	assert_true(q.descending && q.sort_column == 4);
	assert_int_equal(rows_query_parse_sort(&q, "nope", &err), -1);
	assert_string_equal(err.code, "sort.invalid");
}

static void test_cursors(void **state)
{
	static const struct {
		const char *sort;
		const char *after[ROWS_CURSOR_PARTS];
		int rc;
	} cases[] = {
		{ NULL, { NULL, NULL, NULL, NULL }, 0 },
		{ NULL, { NULL, NULL, "1", "2" }, 0 },
		{ NULL, { NULL, NULL, "1", NULL }, -1 },
		{ NULL, { NULL, NULL, "1", "x" }, -1 },
		{ NULL, { NULL, "7", "1", "2" }, -1 },
		{ NULL, { "id", "7", "1", "2" }, -1 },
		{ "id", { "id", "7", "1", "2" }, 0 },
		{ "id", { "id", NULL, "1", "2" }, 0 },
		{ "-id", { "id", "7", "1", "2" }, -1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct rows_query q = query();
		struct err err = { 0 };

		if (cases[i].sort != NULL)
			assert_int_equal(rows_query_parse_sort(&q, cases[i].sort, &err), 0);
		memcpy(q.after, cases[i].after, sizeof(q.after));
		assert_int_equal(rows_query_check_cursor(&q, &err), cases[i].rc);
	}
}

/* Values are parameters, names are quoted: nothing of either is ever SQL. */
static void test_sql(void **state)
{
	struct arena *a = arena_new(1 << 20);
	struct rows_query q = query();
	struct rows_sql sql;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(
	    rows_query_parse_filter(&q, "odd \"n\"\\: x\\;y:eq:'\\; drop table x;id:null", a, &err),
	    0);
	rows_query_estimate(&q, a, &sql);
	assert_string_equal(sql.text,
	    "explain (format json) select 1 from \"gold_default\".\"sales\" where true and "
	    "\"odd \"\"n\"\": x;y\" collate \"C\" = $1::text and \"id\" is null");
	assert_int_equal(sql.n, 1);
	assert_string_equal(sql.params[0], "'; drop table x");
	q.n_filters = 0;
	assert_int_equal(rows_query_parse_sort(&q, "-price", &err), 0);
	q.after[1] = "1.5";
	q.after[2] = "3";
	q.after[3] = "4";
	rows_query_page(&q, a, &sql);
	assert_non_null(strstr(sql.text, " where true and (\"price\" < $1::numeric or \"price\" is "
					 "null or (\"price\" = $2::numeric and "
					 "(_load, _row) > ($3::bigint, $4::bigint))) order by "
					 "\"price\" desc nulls last, _load, _row "
					 "limit 11) q) p"));
	assert_int_equal(sql.n, 4);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_filters),
		cmocka_unit_test(test_escapes),
		cmocka_unit_test(test_sort),
		cmocka_unit_test(test_cursors),
		cmocka_unit_test(test_sql),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
