/* SPDX-License-Identifier: Apache-2.0 */
/* test_columns - what a column may be, and its types on both sides. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "columns.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_types_on_both_sides),
		cmocka_unit_test(test_what_is_refused),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
