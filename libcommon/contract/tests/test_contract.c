/* SPDX-License-Identifier: Apache-2.0 */
/* test_contract - what a document may say, and every fault of one that may not. */
#include "fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "kit/json.h"

static void test_a_full_contract(void **state)
{
	(void)state;
	struct arena *a = arena_new(1 << 20);
	struct contract c;
	fixture_contract(
	    "{\"fields\":["
	    "{\"name\":\"id\",\"type\":\"integer\",\"title\":\"Id\",\"constraints\":{\"required\":"
	    "true,"
	    "\"minimum\":1,\"maximum\":\"9223372036854775807\"}},"
	    "{\"name\":\"amount\",\"type\":\"number\",\"millrace\":{\"type\":\"decimal\","
	    "\"precision\":12,"
	    "\"scale\":2,\"aliases\":[\"Amount EUR\"]},\"constraints\":{\"minimum\":0.05}},"
	    "{\"name\":\"any\",\"type\":\"number\"},"
	    "{\"name\":\"ratio\",\"type\":\"number\",\"millrace\":{\"type\":\"double\"}},"
	    "{\"name\":\"day\",\"type\":\"date\",\"format\":\"%d.%m.%Y\"},"
	    "{\"name\":\"at\",\"type\":\"datetime\",\"millrace\":{\"type\":\"timestamptz\"}},"
	    "{\"name\":\"size\",\"constraints\":{\"enum\":[\"S\",\"M\",\"L\"],\"unique\":false}},"
	    "{\"name\":\"ok\",\"type\":\"boolean\",\"trueValues\":[\"ja\"],\"falseValues\":["
	    "\"nein\"]}],"
	    "\"missingValues\":[\"\",\"n/a\"],"
	    "\"millrace\":{\"budget_pct\":2.5,\"extra_columns\":\"ignore\","
	    "\"dialect\":{\"delimiter\":\";\",\"encoding\":\"windows-1252\"}}}",
	    a, &c);
	assert_int_equal(c.n_fields, 8);
	assert_true(c.fields[0].required);
	assert_true(c.fields[0].maximum->number == INT64_MAX);
	assert_int_equal(c.fields[1].column.precision, 12);
	assert_true(c.fields[1].minimum->number == 5);
	assert_string_equal(c.fields[1].aliases[0], "Amount EUR");
	assert_int_equal(c.fields[2].column.precision, CONTRACT_DECIMAL_PRECISION);
	assert_int_equal(c.fields[2].column.scale, CONTRACT_DECIMAL_SCALE);
	assert_int_equal(c.fields[3].column.type, CSV_DOUBLE);
	assert_string_equal(c.fields[4].column.format, "%d.%m.%Y");
	assert_int_equal(c.fields[5].column.type, CSV_TIMESTAMPTZ);
	assert_int_equal(c.fields[6].column.type, CSV_TEXT);
	assert_int_equal(c.fields[6].n_allowed, 3);
	assert_string_equal(c.fields[7].column.yes[0], "ja");
	assert_string_equal(c.missing[1], "n/a");
	assert_true(c.budget_pct == 2.5);
	assert_int_equal(c.budget_after_rows, CONTRACT_BUDGET_AFTER_ROWS);
	assert_true(c.ignore_extra);
	assert_int_equal(c.dialect.set, CSV_SET_DELIMITER | CSV_SET_ENCODING);
	assert_string_equal(c.dialect.dialect.delimiter, ";");
	assert_string_equal(c.dialect.dialect.encoding, "windows-1252");
	arena_free(&a);
}

static void test_an_offset_in_a_format_makes_points_in_time(void **state)
{
	(void)state;
	struct arena *a = arena_new(1 << 20);
	struct contract c;
	fixture_contract(
	    "{\"fields\":["
	    "{\"name\":\"a\",\"type\":\"datetime\",\"format\":\"%Y-%m-%dT%H:%M:%S%z\"},"
	    "{\"name\":\"b\",\"type\":\"datetime\",\"format\":\"%F %%z %T\"},"
	    "{\"name\":\"c\",\"type\":\"datetime\",\"format\":\"default\"}]}",
	    a, &c);
	assert_int_equal(c.fields[0].column.type, CSV_TIMESTAMPTZ);
	assert_int_equal(c.fields[1].column.type, CSV_TIMESTAMP);
	assert_int_equal(c.fields[2].column.type, CSV_TIMESTAMP);
	arena_free(&a);
}

static void test_defaults(void **state)
{
	(void)state;
	struct arena *a = arena_new(1 << 20);
	struct contract c;
	fixture_contract("{\"fields\":[{\"name\":\"a\"}]}", a, &c);
	assert_string_equal(c.missing[0], "");
	assert_null(c.missing[1]);
	assert_true(c.budget_pct < 0);
	assert_false(c.ignore_extra);
	arena_free(&a);
}

struct fault_case {
	const char *json, *path;
	const char *part; /* of the message */
};

#define FIELD(rest) "{\"fields\":[{\"name\":\"a\"," rest "}]}"

static const struct fault_case faults[] = {
	{ "[]", "", "object" },
	{ "{}", "fields", "1 to 1590" },
	{ "{\"fields\":[]}", "fields", "1 to 1590" },
	{ "{\"fields\":7}", "fields", "array" },
	{ "{\"fields\":[7]}", "fields[0]", "object" },
	{ "{\"fields\":[{}]}", "fields[0].name", "1 to 63" },
	{ "{\"fields\":[{\"name\":\"\"}]}", "fields[0].name", "1 to 63" },
	{ "{\"fields\":[{\"name\":\"a\\nb\"}]}", "fields[0].name", "control" },
	{ "{\"fields\":[{\"name\":\"_ROW\"}]}", "fields[0].name", "ours" },
	{ "{\"fields\":[{\"name\":\"_load\"}]}", "fields[0].name", "ours" },
	{ "{\"fields\":[{\"name\":\"_gen\"}]}", "fields[0].name", "ours" },
	{ "{\"fields\":[{\"name\":\"_offset\"}]}", "fields[0].name", "ours" },
	{ "{\"fields\":[{\"name\":\"xmin\"}]}", "fields[0].name", "ours" },
	{ "{\"fields\":[{\"name\":\"ctid\"}]}", "fields[0].name", "ours" },
	{ "{\"fields\":[{\"name\":\"a\"},{\"name\":\"A\"}]}", "fields[1].name",
	    "case does not count" },
	{ FIELD("\"type\":\"money\""), "fields[0].type", "money" },
	{ FIELD("\"type\":7"), "fields[0].type", "string" },
	{ FIELD("\"type\":\"integer\",\"millrace\":{\"type\":\"double\"}"),
	    "fields[0].millrace.type", "does not go" },
	{ FIELD("\"type\":\"number\",\"millrace\":{\"precision\":39}"),
	    "fields[0].millrace.precision", "38" },
	{ FIELD("\"type\":\"number\",\"millrace\":{\"precision\":4,\"scale\":5}"),
	    "fields[0].millrace.scale", "0 to 4" },
	{ FIELD("\"type\":\"number\",\"millrace\":{\"scale\":1.5}"), "fields[0].millrace.scale",
	    "whole" },
	{ FIELD("\"type\":\"number\",\"decimalChar\":\"5\""), "fields[0].decimalChar", "no digit" },
	{ FIELD("\"type\":\"number\",\"groupChar\":\".\""), "fields[0].groupChar",
	    "decimal character as well" },
	{ FIELD("\"type\":\"date\",\"format\":\"%d.%m\""), "fields[0].format", "%Y" },
	{ FIELD("\"type\":\"string\",\"format\":\"phone\""), "fields[0].format", "email, uri" },
	{ FIELD("\"type\":\"integer\",\"format\":\"email\""), "fields[0].format", "no format" },
	{ FIELD("\"constraints\":{\"pattern\":\"(x\"}"), "fields[0].constraints.pattern",
	    "character 3" },
	{ FIELD("\"type\":\"integer\",\"constraints\":{\"pattern\":\"x\"}"),
	    "fields[0].constraints.pattern", "goes with strings" },
	{ FIELD("\"constraints\":{\"minLength\":3,\"maxLength\":2}"),
	    "fields[0].constraints.minLength", "above maxLength" },
	{ FIELD("\"type\":\"date\",\"constraints\":{\"maxLength\":2}"),
	    "fields[0].constraints.maxLength", "counts characters" },
	{ FIELD("\"type\":\"yearmonth\",\"constraints\":{\"minimum\":\"2026-13\"}"),
	    "fields[0].constraints.minimum", "2026-13" },
	{ FIELD("\"type\":\"geojson\",\"constraints\":{\"minLength\":2}"),
	    "fields[0].constraints.minLength", "counts characters" },
	{ FIELD("\"missingValues\":[\"-\"]"), "fields[0].missingValues", "v2" },
	{ FIELD("\"type\":\"time\",\"format\":\"%a %H\""), "fields[0].format", "no date" },
	{ FIELD("\"constraints\":{\"exclusiveMinimum\":1}"),
	    "fields[0].constraints.exclusiveMinimum", "nobody would check it" },
	{ FIELD("\"type\":\"datetime\",\"millrace\":{\"zone\":\"Europe/Berlin\"}"),
	    "fields[0].millrace.zone", "timestamptz" },
	{ FIELD(
	      "\"type\":\"datetime\",\"format\":\"%F %T%z\",\"millrace\":{\"type\":\"timestamp\"}"),
	    "fields[0].format", "%z needs the type timestamptz" },
	{ FIELD("\"millrace\":{\"normalise\":[\"shout\"]}"), "fields[0].millrace.normalise",
	    "shout" },
	{ FIELD("\"millrace\":{\"normalise\":[\"lower\",\"upper\"]}"),
	    "fields[0].millrace.normalise", "exclude" },
	{ FIELD("\"constraints\":{\"required\":\"yes\"}"), "fields[0].constraints.required",
	    "true or false" },
	{ FIELD("\"constraints\":{\"minimum\":\"b\"}"), "fields[0].constraints.minimum",
	    "no order" },
	{ FIELD("\"type\":\"integer\",\"constraints\":{\"minimum\":1.5}"),
	    "fields[0].constraints.minimum", "not a value of type integer" },
	{ FIELD("\"type\":\"integer\",\"constraints\":{\"minimum\":5,\"maximum\":4}"),
	    "fields[0].constraints.minimum", "above the maximum" },
	{ FIELD("\"type\":\"date\",\"constraints\":{\"maximum\":\"2026-02-30\"}"),
	    "fields[0].constraints.maximum", "2026-02-30" },
	{ FIELD("\"constraints\":{\"enum\":[]}"), "fields[0].constraints.enum", "1 to 10000" },
	{ FIELD("\"constraints\":{\"enum\":[\"a\",7]}"), "fields[0].constraints.enum", "string" },
	{ FIELD("\"millrace\":{\"aliases\":[7]}"), "fields[0].millrace.aliases", "strings" },
	{ FIELD("\"type\":\"boolean\",\"trueValues\":[\"x\"],\"falseValues\":[\"x\"]"),
	    "fields[0].trueValues", "means true and false" },
	{ "{\"fields\":[{\"name\":\"a\"}],\"missingValues\":[7]}", "missingValues", "strings" },
	{ "{\"fields\":[{\"name\":\"a\"}],\"primaryKey\":\"b\"}", "primaryKey", "no field \"b\"" },
	{ "{\"fields\":[{\"name\":\"a\"}],\"primaryKey\":7}", "primaryKey", "array of 1 to 16" },
	{ "{\"fields\":[{\"name\":\"a\"}],\"foreignKeys\":[{\"fields\":\"a\",\"reference\":"
	  "{\"resource\":\"\",\"fields\":[\"a\",\"b\"]}}]}",
	    "foreignKeys[0].reference.fields", "2 fields for 1" },
	{ "{\"fields\":[{\"name\":\"a\"}],\"fieldsMatch\":\"roughly\"}", "fieldsMatch",
	    "\"subset\"" },
	{ "{\"fields\":[{\"name\":\"a\"}],\"millrace\":{\"rules\":[{\"name\":\"r\",\"expr\":"
	  "\"a > b\"}]}}",
	    "millrace.rules[0].expr", "character 5: unknown column" },
	{ "{\"fields\":[{\"name\":\"a\"}],\"millrace\":{\"rules\":[{\"name\":\"r\",\"expr\":"
	  "\"length(a)\"}]}}",
	    "millrace.rules[0].expr", "must be a condition" },
	{ "{\"fields\":[{\"name\":\"a\"}],\"millrace\":{\"bad_rows\":\"drop\"}}",
	    "millrace.bad_rows", "\"repair\"" },
	{ "{\"fields\":[{\"name\":\"a\"}],\"millrace\":{\"budget_pc\":1}}", "millrace.budget_pc",
	    "did you mean \"budget_pct\"" },
	{ FIELD("\"millrace\":{\"colour\":1}"), "fields[0].millrace.colour", "nobody would" },
	{ "{\"resources\":[{},{}]}", "resources", "here are 2" },
	{ "{\"schema\":\"schema.json\"}", "schema", "not followed" },
	{ "{\"schema\":{\"fields\":[{\"name\":\"a\"}]},\"dialect\":{\"headerRows\":[2]}}",
	    "dialect.headerRows", "must be text" },
	{ "{\"fields\":[{\"name\":\"a\"}],\"millrace\":{\"budget_pct\":101}}",
	    "millrace.budget_pct", "100" },
	{ "{\"fields\":[{\"name\":\"a\"}],\"millrace\":{\"extra_columns\":\"x\"}}",
	    "millrace.extra_columns", "ignore" },
	{ "{\"fields\":[{\"name\":\"a\"}],\"millrace\":{\"missing_columns\":\"x\"}}",
	    "millrace.missing_columns", "null" },
	{ "{\"fields\":[{\"name\":\"a\"}],\"millrace\":{\"dialect\":{\"delimiter\":\"\\n\"}}}",
	    "millrace.dialect.delimiter", "line end" },
	{ "{\"fields\":[{\"name\":\"a\"}],\"millrace\":{\"dialect\":{\"encoding\":\"k oi8\"}}}",
	    "millrace.dialect.encoding", "utf-8" },
};

static void test_faults(void **state)
{
	(void)state;
	size_t wrong = 0;
	for (size_t i = 0; i < ARRAY_SIZE(faults); i++) {
		struct arena *a = arena_new(1 << 20);
		struct contract c;
		struct contract_faults f;
		struct err err = { 0 };
		cJSON *doc = NULL;
		assert_int_equal(
		    js_parse(faults[i].json, strlen(faults[i].json), a, &doc, &err), 0);
		f.n = 0;
		assert_int_equal(contract_parse(doc, a, &c, &f, &err) == 0 && f.n == 0, 0);
		if (f.n != 1 || strcmp(f.list[0].path, faults[i].path) != 0 ||
		    strstr(f.list[0].message, faults[i].part) == NULL) {
			wrong++;
			print_error("%s\ngot %zu faults, first %s: %s\n", faults[i].json, f.n,
			    f.list[0].path, f.list[0].message);
		}
		assert_int_equal(err.kind, ERR_INPUT);
		assert_string_equal(err.code, "contract.invalid");
		arena_free(&a);
	}
	assert_int_equal(wrong, 0);
}

static void test_all_faults_at_once(void **state)
{
	(void)state;
	static const char json[] =
	    "{\"fields\":[{\"name\":\"\",\"type\":\"x\"},{\"name\":\"b\",\"constraints\":{"
	    "\"maxItems\":1}}],\"millrace\":{\"budget_pct\":-1}}";
	struct arena *a = arena_new(1 << 20);
	struct contract c;
	struct contract_faults f;
	struct err err = { 0 };
	cJSON *doc = NULL;
	assert_int_equal(js_parse(json, strlen(json), a, &doc, &err), 0);
	assert_int_equal(contract_parse(doc, a, &c, &f, &err), -1);
	assert_int_equal(f.n, 4);
	assert_string_equal(f.list[0].path, "fields[0].name");
	assert_string_equal(f.list[1].path, "fields[0].type");
	assert_string_equal(f.list[2].path, "fields[1].constraints.maxItems");
	assert_string_equal(f.list[3].path, "millrace.budget_pct");
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_full_contract),
		cmocka_unit_test(test_an_offset_in_a_format_makes_points_in_time),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_all_faults_at_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
