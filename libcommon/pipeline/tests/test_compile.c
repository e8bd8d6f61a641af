/* SPDX-License-Identifier: Apache-2.0 */
/* test_compile - what is compiled, run on the real DuckDB: rows, types, meaning of the language. */
#include "pipeline_fixture.h"

#include "engine/engine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct fixture {
	char dir[32];
	struct engine *engine;
	struct engine_conn *con;
};

static const char make_sales[] =
    "CREATE TABLE online_sales AS SELECT * FROM (VALUES "
    "(1::BIGINT, 0::BIGINT, 1::BIGINT, TIMESTAMP '2026-01-01 23:30:00', DATE '2026-01-01', "
    "'north', "
    "'pen', 2::BIGINT, 1.50::DECIMAL(6,2), TIMESTAMPTZ '2026-01-01 23:30:00+00', 0.5::DOUBLE, "
    "true), "
    "(2, 40, 2, TIMESTAMP '2026-01-01 08:00:00', DATE '2026-01-01', 'north', 'Pen', 3, 1.50, "
    "TIMESTAMPTZ '2026-01-02 01:00:00+03:30', -2.5, false), "
    "(3, 80, 3, TIMESTAMP '2026-01-02 08:00:00', DATE '2026-01-02', 'süd', 'ink', -1, 9.99, NULL, "
    "NULL, "
    "NULL), "
    "(4, 120, 4, TIMESTAMP '2026-02-28 00:00:00', DATE '2026-02-28', NULL, 'it''s', 5, 0.01, "
    "TIMESTAMPTZ '2026-02-28 00:00:00+00', 1e10, true)"
    ") v(_row, _offset, order_id, sold_at, day, region, product, quantity, unit_price, seen_at, "
    "weight, "
    "paid)";

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct err err = { 0 };

	(void)snprintf(f->dir, sizeof(f->dir), "/tmp/pipeline-XXXXXX");
	if (mkdtemp(f->dir) == NULL)
		return -1;
	const struct engine_conf c = { .threads = 1, .memory_bytes = 256 << 20, .scratch = f->dir };

	if (engine_open(&c, &f->engine, &err) != 0 ||
	    engine_connect(f->engine, &f->con, &err) != 0 ||
	    engine_exec(f->con, &err, "%s", make_sales) != 0) {
		print_error("%s\n", err.msg);
		return -1;
	}
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	engine_disconnect(&f->con);
	engine_close(&f->engine);
	(void)rmdir(f->dir);
	free(f);
	return 0;
}

/* Run the compiled pipeline into table got. */
static void into_got(struct fixture *f, const struct pipeline *p, enum pipeline_rows rows)
{
	struct err err = { 0 };
	struct buf b;

	assert_non_null(p);
	if (p->n_problems > 0)
		fail_msg("%s: %s", p->problems[0].message, p->problems[0].hint);
	buf_init(&b, 1 << 20);
	pipeline_compile(p, rows, &b);
	if (engine_exec(f->con, &err, "CREATE OR REPLACE TABLE got AS %s", b.data) != 0)
		fail_msg("%s\n%s", err.msg, b.data);
	buf_done(&b);
}

/* How many rows of got hold: 1 makes the sentence true for a single row. */
static void expect(struct fixture *f, int64_t want, const char *from_where)
{
	struct err err = { 0 };
	int64_t got = -1;

	if (engine_i64(f->con, &got, &err, "SELECT count(*) FROM %s", from_where) != 0)
		fail_msg("%s: %s", from_where, err.msg);
	if (got != want)
		fail_msg("%s: %lld rows", from_where, (long long)got);
}

static void test_summary(void **state)
{
	struct fixture *f = *state;
	struct arena *a = arena_new(4 << 20);

	into_got(
	    f, fixture_read(fixture_summary, strlen(fixture_summary), a), PIPELINE_NUMBER_ROWS);
	expect(f, 2, "got");
	expect(f, 1,
	    "got WHERE _row = 1 AND day = DATE '2026-01-01' AND region = 'north' AND product = "
	    "'PEN' AND "
	    "units = 5 AND revenue = 7.50 AND typeof(revenue) = 'DECIMAL(38,2)' AND "
	    "typeof(units) = 'BIGINT'");
	expect(
	    f, 1, "got WHERE _row = 2 AND region IS NULL AND product = 'IT''S' AND revenue = 0.05");
	expect(f, 1, "(DESCRIBE got) WHERE column_name = '_row' AND column_type = 'BIGINT'");
	arena_free(&a);
}

static void test_identity_keeps_rows(void **state)
{
	struct fixture *f = *state;
	struct arena *a = arena_new(4 << 20);

	into_got(f, pipeline_identity("online_sales", false, fixture_columns, fixture_n_columns, a),
	    PIPELINE_KEEP_ROW);
	expect(
	    f, 0, "((SELECT * EXCLUDE _offset FROM online_sales) EXCEPT ALL (SELECT * FROM got))");
	expect(f, 4, "got");
	arena_free(&a);
}

static void test_filter_keeps_or_numbers(void **state)
{
	static const char doc[] =
	    "{\"steps\":[{\"id\":\"s\",\"type\":\"source\",\"dataset\":\"online_sales\"},"
	    "{\"id\":\"f\",\"type\":\"filter\",\"input\":\"s\",\"where\":\"paid\"},"
	    "{\"id\":\"t\",\"type\":\"target\",\"input\":\"f\",\"dataset\":\"o\",\"mode\":"
	    "\"append\"}]}";
	struct fixture *f = *state;
	struct arena *a = arena_new(4 << 20);
	const struct pipeline *p = fixture_read(doc, strlen(doc), a);

	assert_true(pipeline_keeps_rows(p));
	into_got(f, p, PIPELINE_KEEP_ROW);
	expect(f, 2, "got WHERE _row IN (1, 4)");
	expect(f, 2, "got");
	into_got(f, p, PIPELINE_NUMBER_ROWS);
	expect(f, 2, "got WHERE _row IN (1, 2)");
	arena_free(&a);
}

/* A total without groups is one row, over no rows too. */
static void test_total(void **state)
{
	static const char doc[] =
	    "{\"steps\":[{\"id\":\"s\",\"type\":\"source\",\"dataset\":\"online_sales\"},"
	    "{\"id\":\"f\",\"type\":\"filter\",\"input\":\"s\",\"where\":\"quantity > 1000\"},"
	    "{\"id\":\"a\",\"type\":\"aggregate\",\"input\":\"f\",\"measures\":[{\"name\":\"n\","
	    "\"expr\":"
	    "\"count()\"},{\"name\":\"s\",\"expr\":\"sum(quantity)\"}]},"
	    "{\"id\":\"t\",\"type\":\"target\",\"input\":\"a\",\"dataset\":\"o\",\"mode\":"
	    "\"replace\"}]}";
	struct fixture *f = *state;
	struct arena *a = arena_new(4 << 20);

	into_got(f, fixture_read(doc, strlen(doc), a), PIPELINE_NUMBER_ROWS);
	expect(f, 1, "got WHERE n = 0 AND s IS NULL");
	arena_free(&a);
}

static void test_counts(void **state)
{
	struct fixture *f = *state;
	struct arena *a = arena_new(4 << 20);
	const struct pipeline *p = fixture_read(fixture_summary, strlen(fixture_summary), a);
	const int64_t wanted[] = { 4, 3 };
	struct err err = { 0 };
	int64_t got;
	struct buf b;

	buf_init(&b, 1 << 20);
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++) {
		buf_reset(&b);
		assert_true(pipeline_compile_count(p, i, &b));
		if (engine_i64(f->con, &got, &err, "%s", b.data) != 0)
			fail_msg("%s\n%s", err.msg, b.data);
		assert_int_equal(got, wanted[i]);
	}
	assert_false(pipeline_compile_count(p, 2, &b));
	assert_false(pipeline_compile_count(p, 3, &b));
	buf_done(&b);
	arena_free(&a);
}

/* An expression over the row with this order_id, and its value as DuckDB's text (NULL = null). */
static const struct {
	const char *expr;
	int order_id;
	const char *value;
} meanings[] = {
	{ "7 / 2", 1, "3.5" },
	{ "quantity / 0", 1, NULL },
	{ "weight / 0.0", 1, NULL },
	{ "7 % 0", 1, NULL },
	{ "-7 % 3", 1, "-1" },
	{ "div(-7, 2)", 1, "-3" },
	{ "div(7, 0)", 1, NULL },
	{ "0.1 + 0.2 = 0.3", 1, "true" },
	{ "unit_price * 1.055", 1, "1.58250" },
	{ "quantity + 0.25", 1, "2.25" },
	{ "unit_price + unit_price", 3, "19.98" },
	{ "9999 * unit_price * 100 + 0.00", 3, "9989001.00" },
	{ "least(unit_price, 1.2345)", 1, "1.2345" },
	{ "round(unit_price * 1.055, 2)", 1, "1.58" },
	{ "round(2.5)", 1, "3" },
	{ "round(-2.5)", 1, "-3" },
	{ "round(unit_price, 5)", 1, "1.50" },
	{ "round(quantity, 2)", 1, "2" },
	{ "round(weight)", 2, "-3.0" },
	{ "integer(weight)", 2, "-3" },
	{ "integer(2.5)", 1, "3" },
	{ "decimal(weight, 3)", 1, "0.500" },
	{ "abs(weight)", 2, "2.5" },
	{ "floor(unit_price)", 3, "9" },
	{ "ceil(-1.5)", 1, "-1" },
	{ "floor(weight)", 2, "-3.0" },
	{ "-quantity", 1, "-2" },
	{ "double(quantity)", 1, "2.0" },
	{ "text(quantity) || '!'", 1, "2!" },
	{ "upper(region)", 3, "SÜD" },
	{ "length(region)", 3, "3" },
	{ "trim('  a b ')", 1, "a b" },
	{ "substr('abcdef', 2, 3)", 1, "bcd" },
	{ "substr('abcdef', -2)", 1, "ef" },
	{ "replace('a-b-c', '-', '')", 1, "abc" },
	{ "concat(region, '/', quantity, '/', day, '/', paid)", 4, "/5/2026-02-28/true" },
	{ "region || 'x'", 4, NULL },
	{ "contains(product, '''s')", 4, "true" },
	{ "starts_with(product, 'it')", 4, "true" },
	{ "ends_with(product, 'en')", 1, "true" },
	{ "contains('100%', '%')", 1, "true" },
	{ "coalesce(region, 'none')", 4, "none" },
	{ "nullif(quantity, 2)", 1, NULL },
	{ "greatest(quantity, 2.5)", 1, "2.5" },
	{ "least(weight, 7)", 3, "7.0" },
	{ "year(sold_at)", 1, "2026" },
	{ "month(seen_at)", 4, "2" },
	{ "day(day)", 4, "28" },
	{ "date(sold_at)", 1, "2026-01-01" },
	{ "date(seen_at)", 2, "2026-01-01" },
	{ "date_trunc('month', day)", 4, "2026-02-01" },
	{ "date_trunc('hour', sold_at)", 1, "2026-01-01 23:00:00" },
	{ "date_trunc('day', seen_at) = timestamptz '2026-01-01T00:00:00Z'", 2, "true" },
	{ "timestamptz '2026-01-01 03:30+03:30' = timestamptz '2026-01-01 00:00Z'", 1, "true" },
	{ "sold_at >= day", 1, "true" },
	{ "sold_at < timestamp '2026-01-01 23:30:00.000001'", 1, "true" },
	{ "day between date '2026-01-01' and date '2026-01-31'", 3, "true" },
	{ "region = 'north' or paid", 4, "true" },
	{ "region = 'north' and paid", 4, NULL },
	{ "not (region = 'north')", 4, NULL },
	{ "region in ('north', 'west')", 4, NULL },
	{ "quantity not in (1, 2.5)", 1, "true" },
	{ "region is null", 4, "true" },
	{ "case when quantity > 2 then 'many' when quantity > 0 then 'few' end", 1, "few" },
	{ "case when quantity > 2 then 'many' end", 1, NULL },
	{ "case when paid then 1 else 2.50 end", 1, "1.00" },
	{ "9223372036854775807", 1, "9223372036854775807" },
	{ "9223372036854775808 - 1", 1, "9223372036854775807" },
	{ "1e400 = 1", 0, NULL }, /* order_id 0: must be refused by the parser */
	{ "'a' < 'B'", 1, "false" },
	{ "'é' = 'e'", 1, "false" },
	{ "1.5e3", 1, "1500.0" },
};

static struct expr *checked(const char *text, struct arena *a)
{
	const struct expr_scope scope = { .columns = fixture_columns, .n = fixture_n_columns };
	struct expr_fault fault;
	struct expr *e = NULL;

	if (expr_parse(text, strlen(text), a, &e, &fault) != 0 ||
	    expr_check(e, &scope, a, &fault) != 0)
		return NULL;
	return e;
}

static void check_meaning(struct fixture *f, size_t i)
{
	struct arena *a = arena_new(4 << 20);
	const struct expr *e = checked(meanings[i].expr, a);
	struct err err = { 0 };
	int64_t same = 0;
	struct buf b;
	struct buf type;

	if (e == NULL && meanings[i].order_id == 0) {
		arena_free(&a);
		return;
	}
	if (e == NULL)
		fail_msg("%s: refused", meanings[i].expr);
	buf_init(&b, 1 << 20);
	buf_init(&type, 1 << 20);
	expr_print(e, EXPR_DUCKDB, &b);
	expr_print_type(expr_type_of(e), EXPR_DUCKDB, &type);
	if (strcmp(type.data, "TIMESTAMPTZ") == 0) {
		buf_reset(&type);
		buf_adds(&type, "TIMESTAMP WITH TIME ZONE");
	}
	const char *want =
	    meanings[i].value != NULL ? engine_quote_text(a, meanings[i].value) : "NULL";

	if (engine_i64(f->con, &same, &err,
		"SELECT CAST(CAST(%s AS VARCHAR) IS NOT DISTINCT FROM %s AND typeof(%s) = '%s' AS "
		"BIGINT) "
		"FROM online_sales WHERE order_id = %d",
		b.data, want, b.data, type.data, meanings[i].order_id) != 0)
		fail_msg("%s: %s\n%s", meanings[i].expr, err.msg, b.data);
	if (same != 1)
		fail_msg("%s is not %s (or no %s): %s", meanings[i].expr, want, type.data, b.data);
	buf_done(&type);
	buf_done(&b);
	arena_free(&a);
}

static void test_meanings(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(meanings); i++)
		check_meaning(*state, i);
}

/* Arithmetic that does not fit fails; it never wraps. */
static void test_overflow_fails(void **state)
{
	static const char *const exprs[] = {
		"9223372036854775807 + quantity",
		"quantity * 9223372036854775807",
		"99999999999999999999999999999999999999 + unit_price",
		"integer(1e300)",
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(exprs); i++) {
		struct arena *a = arena_new(4 << 20);
		const struct expr *e = checked(exprs[i], a);
		struct err err = { 0 };
		struct buf b;

		assert_non_null(e);
		buf_init(&b, 1 << 20);
		expr_print(e, EXPR_DUCKDB, &b);
		if (engine_exec(f->con, &err, "SELECT %s FROM online_sales", b.data) == 0)
			fail_msg("%s: went through", exprs[i]);
		buf_done(&b);
		arena_free(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_summary),
		cmocka_unit_test(test_identity_keeps_rows),
		cmocka_unit_test(test_filter_keeps_or_numbers),
		cmocka_unit_test(test_total),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_meanings),
		cmocka_unit_test(test_overflow_fails),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
