/* SPDX-License-Identifier: Apache-2.0 */
/* test_columns - what a column may be, and its types on both sides. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "columns.h"
#include "engine/engine.h"

static struct arena *arena;

static int parse(const char *json, struct columns *out, struct err *err)
{
	cJSON *doc = NULL;
	assert_int_equal(js_parse(json, strlen(json), arena, &doc, err), 0);
	return columns_parse(doc, arena, out, err);
}

static void test_types_on_both_sides(void **state)
{
	static const struct {
		const char *json, *duckdb, *pg;
	} cases[] = {
		{ "[{\"name\":\"a\",\"type\":\"integer\"}]", "BIGINT", "bigint" },
		{ "[{\"name\":\"a\",\"type\":\"decimal\",\"precision\":12,\"scale\":2}]",
		    "DECIMAL(12,2)", "numeric(12,2)" },
		{ "[{\"name\":\"a\",\"type\":\"decimal\"}]", "DECIMAL(38,9)", "numeric(38,9)" },
		{ "[{\"name\":\"a\",\"type\":\"double\"}]", "DOUBLE", "double precision" },
		{ "[{\"name\":\"a\",\"type\":\"boolean\"}]", "BOOLEAN", "boolean" },
		{ "[{\"name\":\"a\",\"type\":\"date\"}]", "DATE", "date" },
		{ "[{\"name\":\"a\",\"type\":\"timestamp\"}]", "TIMESTAMP",
		    "timestamp without time zone" },
		{ "[{\"name\":\"a\",\"type\":\"timestamptz\"}]", "TIMESTAMPTZ",
		    "timestamp with time zone" },
		{ "[{\"name\":\"a\",\"type\":\"text\"}]", "VARCHAR", "text" },
		{ "[{\"name\":\"a\",\"type\":\"time\"}]", "TIME", "time without time zone" },
		{ "[{\"name\":\"a\",\"type\":\"duration\"}]", "INTERVAL", "interval" },
		{ "[{\"name\":\"a\",\"type\":\"uuid\"}]", "UUID", "uuid" },
		{ "[{\"name\":\"a\",\"type\":\"json\"}]", "VARCHAR", "jsonb" },
	};
	struct columns cols;
	struct err err;
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(parse(cases[i].json, &cols, &err), 0);
		assert_int_equal(cols.n, 1);
		assert_string_equal(column_duckdb_type(&cols.c[0], arena), cases[i].duckdb);
		assert_string_equal(column_pg_type(&cols.c[0], arena), cases[i].pg);
	}
}

static void test_what_is_refused(void **state)
{
	static const struct {
		const char *name, *json, *code;
	} cases[] = {
		{ "none", "[]", "column.count" },
		{ "no array", "{}", "column.count" },
		{ "no type", "[{\"name\":\"a\"}]", "column.type" },
		{ "unknown type", "[{\"name\":\"a\",\"type\":\"int\"}]", "column.type" },
		{ "precision", "[{\"name\":\"a\",\"type\":\"decimal\",\"precision\":39}]",
		    "column.type" },
		{ "scale", "[{\"name\":\"a\",\"type\":\"decimal\",\"precision\":2,\"scale\":3}]",
		    "column.type" },
		{ "no name", "[{\"type\":\"text\"}]", "field.invalid" },
		{ "empty name", "[{\"name\":\"\",\"type\":\"text\"}]", "field.invalid" },
		{ "long name",
		    "[{\"name\":"
		    "\"0123456789012345678901234567890123456789012345678901234567890123\","
		    "\"type\":\"text\"}]",
		    "field.invalid" },
		{ "twice",
		    "[{\"name\":\"a\",\"type\":\"text\"},{\"name\":\"a\",\"type\":\"date\"}]",
		    "column.twice" },
		{ "our own", "[{\"name\":\"_row\",\"type\":\"text\"}]", "column.reserved" },
		{ "PostgreSQL's own", "[{\"name\":\"xmax\",\"type\":\"text\"}]",
		    "column.reserved" },
	};
	struct columns cols = { .n = 77 };
	struct err err;
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		print_message("  %s\n", cases[i].name);
		assert_int_equal(parse(cases[i].json, &cols, &err), -1);
		assert_int_equal(err.kind, ERR_INPUT);
		assert_string_equal(err.code, cases[i].code);
		assert_int_equal(cols.n, 77);
	}
}

static int set_up(void **state)
{
	(void)state;
	arena = arena_new(1 << 20);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

/* Parts that do not carry into each other, of either sign, and null. */
static void test_durations_survive_silver(void **state)
{
	char scratch[] = "/tmp/millrace-columns-XXXXXX";
	struct engine *engine = NULL;
	struct engine_conn *con = NULL;
	struct err err = { 0 };
	int64_t same = 0;
	(void)state;

	assert_non_null(mkdtemp(scratch));
	const struct engine_conf c = { .threads = 1, .memory_bytes = 64 << 20, .scratch = scratch };
	const char *file = engine_quote_text(arena, arena_printf(arena, "%s/d.parquet", scratch));
	assert_int_equal(engine_open(&c, &engine, &err), 0);
	assert_int_equal(engine_connect(engine, &con, &err), 0);
	assert_int_equal(
	    engine_exec(con, &err,
		"CREATE TABLE d AS SELECT i, CASE WHEN i = 7 THEN NULL ELSE to_months(14 * s) + "
		"to_days(-40 * s) + to_microseconds(s * 360184000001 * i) END AS \"d \"\"x\"\"\" "
		"FROM range(9) t(i), (VALUES (1), (-1)) u(s)"),
	    0);
	assert_int_equal(
	    engine_exec(con, &err, "COPY (SELECT * REPLACE (%s) FROM d) TO %s (FORMAT parquet)",
		column_duration_to_silver("\"d \"\"x\"\"\"", arena), file),
	    0);
	assert_int_equal(
	    engine_i64(con, &same, &err,
		"SELECT count(*) FROM ((SELECT i, \"d \"\"x\"\"\"::VARCHAR FROM d) EXCEPT ALL "
		"(SELECT i, \"d \"\"x\"\"\"::VARCHAR FROM (SELECT * REPLACE (%s) FROM "
		"read_parquet(%s))))",
		column_duration_from_silver("\"d \"\"x\"\"\"", arena), file),
	    0);
	assert_int_equal(same, 0);
	engine_disconnect(&con);
	engine_close(&engine);
	assert_int_equal(unlink(arena_printf(arena, "%s/d.parquet", scratch)), 0);
	(void)rmdir(arena_printf(arena, "%s/spill", scratch));
	assert_int_equal(rmdir(scratch), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_durations_survive_silver),
		cmocka_unit_test(test_types_on_both_sides),
		cmocka_unit_test(test_what_is_refused),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
