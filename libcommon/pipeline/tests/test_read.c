/* SPDX-License-Identifier: Apache-2.0 */
/* test_read - every mistake of a document is told, with its step, field and place. */
#include "pipeline_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define SOURCE "{\"id\":\"s\",\"type\":\"source\",\"dataset\":\"online_sales\"}"
#define TARGET(i)                                                                                  \
	",{\"id\":\"t\",\"type\":\"target\",\"input\":\"" i                                        \
	"\",\"dataset\":\"out\",\"mode\":\"append\"}"
#define STEPS(s) "{\"steps\":[" s "]}"

/* What the problems of a document look like, one a line: step field position+length message (hint).
 */
static const struct {
	const char *name, *doc, *problems;
} cases[] = {
	{ "right", STEPS(SOURCE TARGET("s")), "" },
	{ "no object", "[1]", "- - -1+-1 a pipeline is an object\n" },
	{ "no steps", "{}", "- steps -1+-1 a pipeline needs a list of steps\n" },
	{ "no target", STEPS(SOURCE),
	    "s - -1+-1 nothing reads this step (take it out, or let a step read it)\n"
	    "- steps -1+-1 a pipeline needs a target\n" },
	{ "near member", "{\"stepz\":[],\"steps\":[" SOURCE TARGET("s") "]}",
	    "- - -1+-1 unknown member `stepz` (did you mean `steps`?)\n" },
	{ "near type", STEPS(SOURCE ",{\"id\":\"f\",\"type\":\"fliter\"}" TARGET("f")),
	    "f type -1+-1 unknown step `fliter` (did you mean `filter`?)\n"
	    "s - -1+-1 nothing reads this step (take it out, or let a step read it)\n" },
	{ "near input",
	    STEPS("{\"id\":\"sales\",\"type\":\"source\",\"dataset\":\"online_sales\"}" TARGET(
		"slaes")),
	    "t input -1+-1 there is no step `slaes` (did you mean `sales`?)\n"
	    "sales - -1+-1 nothing reads this step (take it out, or let a step read it)\n" },
	{ "ring",
	    STEPS("{\"id\":\"a\",\"type\":\"filter\",\"input\":\"b\",\"where\":\"true\"},"
		  "{\"id\":\"b\",\"type\":\"filter\",\"input\":\"a\",\"where\":\"true\"}" TARGET(
		      "b")),
	    "a input -1+-1 the steps run in a ring\n" },
	{ "twice", STEPS(SOURCE "," SOURCE TARGET("s")),
	    "s id -1+-1 another step is called `s` too\n"
	    "s - -1+-1 nothing reads this step (take it out, or let a step read it)\n" },
	{ "two targets",
	    STEPS(SOURCE TARGET("s") ",{\"id\":\"u\",\"type\":\"target\",\"input\":\"s\","
				     "\"dataset\":\"o\",\"mode\":\"replace\"}"),
	    "u - -1+-1 a pipeline has one target, `t` is it\n" },
	{ "unknown dataset",
	    STEPS("{\"id\":\"s\",\"type\":\"source\",\"dataset\":\"nope\"}" TARGET("s")),
	    "s dataset -1+-1 there is no dataset `nope`\n" },
	{ "derived dataset",
	    STEPS("{\"id\":\"s\",\"type\":\"source\",\"dataset\":\"derived\"}" TARGET("s")),
	    "s dataset -1+-1 `derived` is a derived dataset\n" },
	{ "bad mode",
	    STEPS(SOURCE ",{\"id\":\"t\",\"type\":\"target\",\"input\":\"s\",\"dataset\":\"out\","
			 "\"mode\":\"merge\"}"),
	    "t mode -1+-1 unknown mode `merge` (append or replace)\n" },
	{ "target is source",
	    STEPS(SOURCE ",{\"id\":\"t\",\"type\":\"target\",\"input\":\"s\","
			 "\"dataset\":\"online_sales\",\"mode\":\"append\"}"),
	    "t dataset -1+-1 `online_sales` is a source of this pipeline\n" },
	{ "all at once",
	    STEPS(SOURCE
		",{\"id\":\"f\",\"type\":\"filter\",\"input\":\"s\",\"where\":\"qantity > 0\"},"
		"{\"id\":\"a\",\"type\":\"aggregate\",\"input\":\"f\",\"group_by\":["
		"{\"name\":\"day\",\"expr\":\"yaer(sold_at)\"},{\"name\":\"_x\",\"expr\":"
		"\"region\"}"
		"],"
		"\"measures\":[{\"name\":\"n\",\"expr\":\"sum(region)\"},"
		"{\"name\":\"n\",\"expr\":\"count(\"},{\"name\":\"day\",\"exp\":\"1\"}]}" TARGET(
		    "a")),
	    "a group_by[1].name -1+-1 names that start with _ are ours\n"
	    "a measures[1].expr 6+0 the expression ends too early\n"
	    "a measures[2] -1+-1 unknown member `exp` (did you mean `expr`?)\n"
	    "a measures[2].expr -1+-1 `expr` is missing\n"
	    "f where 0+7 unknown column `qantity` (did you mean `quantity`?)\n"
	    "a group_by[0].expr 0+4 unknown function `yaer` (did you mean `year`?)\n"
	    "a measures[0].expr 4+6 sum needs a number here, this is text (write sum(number))\n" },
	{ "no condition",
	    STEPS(SOURCE ",{\"id\":\"f\",\"type\":\"filter\",\"input\":\"s\","
			 "\"where\":\"quantity\"}" TARGET("f")),
	    "f where 0+8 a condition is needed here, this is integer\n" },
	{ "always null",
	    STEPS(SOURCE ",{\"id\":\"a\",\"type\":\"aggregate\",\"input\":\"s\",\"group_by\":["
			 "{\"name\":\"x\",\"expr\":\"null\"}]}" TARGET("a")),
	    "a group_by[0].expr -1+-1 it is always null: a column needs a type\n" },
	{ "nothing out",
	    STEPS(SOURCE ",{\"id\":\"a\",\"type\":\"aggregate\",\"input\":\"s\"}" TARGET("a")),
	    "a - -1+-1 neither group_by nor measures: nothing comes out\n" },
	{ "same name twice",
	    STEPS(SOURCE ",{\"id\":\"a\",\"type\":\"aggregate\",\"input\":\"s\",\"group_by\":["
			 "{\"name\":\"x\",\"expr\":\"day\"}],\"measures\":[{\"name\":\"x\","
			 "\"expr\":\"count()\"}]}" TARGET("a")),
	    "a measures[0].name -1+-1 another column is called `x` too\n" },
	{ "wrong kinds",
	    "{\"name\":7,\"description\":[],\"steps\":[7,{\"id\":\"A B\",\"type\":\"source\"}]}",
	    "- name -1+-1 not a name\n"
	    "- description -1+-1 not a text of at most 2000 bytes\n"
	    " - -1+-1 a step is an object\n"
	    "A B id -1+-1 `A B` is not a name (a to z, 0 to 9 and _, at most 48, a letter first)\n"
	    "A B dataset -1+-1 `dataset` is missing\n"
	    "A B - -1+-1 nothing reads this step (take it out, or let a step read it)\n" },
};

static void told(const struct pipeline *p, struct buf *out)
{
	for (size_t i = 0; i < p->n_problems; i++) {
		const struct pipeline_problem *q = &p->problems[i];

		buf_printf(out, "%s %s %d+%d %s", q->step != NULL ? q->step : "-",
		    q->field != NULL ? q->field : "-", (int)q->position, (int)q->length,
		    q->message);
		if (q->hint != NULL)
			buf_printf(out, " (%s)", q->hint);
		buf_addc(out, '\n');
	}
}

static void test_problems(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct arena *a = arena_new(4 << 20);
		struct pipeline *p = fixture_read(cases[i].doc, strlen(cases[i].doc), a);
		struct buf b;

		if (p == NULL)
			fail_msg("%s: not read", cases[i].name);
		buf_init(&b, 1 << 20);
		told(p, &b);
		if (strcmp(b.data, cases[i].problems) != 0)
			fail_msg(
			    "%s\n got:\n%s want:\n%s", cases[i].name, b.data, cases[i].problems);
		buf_done(&b);
		arena_free(&a);
	}
}

static void test_columns_and_sources(void **state)
{
	struct arena *a = arena_new(4 << 20);
	struct pipeline *p = fixture_read(fixture_summary, strlen(fixture_summary), a);

	(void)state;
	assert_non_null(p);
	assert_int_equal(p->n_problems, 0);
	assert_string_equal(p->name, "sales_summary");
	assert_int_equal(p->n_sources, 1);
	assert_string_equal(p->sources[0], "online_sales");
	assert_true(p->target->replace);
	assert_false(pipeline_keeps_rows(p));
	assert_string_equal(
	    js_print(a, pipeline_columns_json(p->target->columns, p->target->n_columns, a)),
	    "[{\"name\":\"day\",\"type\":\"date\"},{\"name\":\"region\",\"type\":\"text\"},"
	    "{\"name\":\"product\",\"type\":\"text\"},{\"name\":\"units\",\"type\":\"integer\"},"
	    "{\"name\":\"revenue\",\"type\":\"decimal\",\"precision\":38,\"scale\":2}]");
	arena_free(&a);
}

static void test_account(void **state)
{
	struct arena *a = arena_new(4 << 20);
	struct pipeline *p = fixture_read(fixture_summary, strlen(fixture_summary), a);
	const int64_t counts[] = { 100, 90, -1, -1 };

	(void)state;
	assert_string_equal(js_print(a, pipeline_account(p, counts, 7, a)),
	    "[{\"step\":\"sales\",\"type\":\"source\",\"in\":100,\"out\":100},"
	    "{\"step\":\"sold\",\"type\":\"filter\",\"in\":100,\"out\":90,\"dropped\":10},"
	    "{\"step\":\"sums\",\"type\":\"aggregate\",\"in\":90,\"out\":7},"
	    "{\"step\":\"summary\",\"type\":\"target\",\"in\":7,\"out\":7}]");
	arena_free(&a);
}

/* Columns to a contract and back are the same columns. */
static void test_contract_round_trip(void **state)
{
	struct arena *a = arena_new(4 << 20);
	cJSON *contract = js_object(a);
	struct expr_column *back;
	struct err err = { 0 };
	size_t n;

	(void)state;
	cJSON_AddItemReferenceToObject(contract, "fields",
	    pipeline_contract_of_columns(fixture_columns, fixture_n_columns, a));
	assert_int_equal(pipeline_columns_of_contract(contract, a, &back, &n, &err), 0);
	assert_int_equal(n, fixture_n_columns);
	for (size_t i = 0; i < n; i++) {
		assert_string_equal(back[i].name, fixture_columns[i].name);
		assert_true(expr_type_same(back[i].type, fixture_columns[i].type));
	}
	arena_free(&a);
}

static void test_types_of_fields(void **state)
{
	static const struct {
		const char *field;
		enum expr_type_kind kind;
		int scale;
	} fields[] = {
		{ "{}", EXPR_T_TEXT, 0 },
		{ "{\"type\":\"any\"}", EXPR_T_TEXT, 0 },
		{ "{\"type\":\"string\",\"format\":\"email\"}", EXPR_T_TEXT, 0 },
		{ "{\"type\":\"string\",\"format\":\"uuid\"}", EXPR_T_UUID, 0 },
		{ "{\"type\":\"string\",\"millrace\":{\"type\":\"uuid\"}}", EXPR_T_UUID, 0 },
		{ "{\"type\":\"string\",\"millrace\":{\"type\":\"json\"}}", EXPR_T_JSON, 0 },
		{ "{\"type\":\"object\"}", EXPR_T_JSON, 0 },
		{ "{\"type\":\"array\"}", EXPR_T_JSON, 0 },
		{ "{\"type\":\"geopoint\"}", EXPR_T_TEXT, 0 },
		{ "{\"type\":\"geopoint\",\"format\":\"array\"}", EXPR_T_JSON, 0 },
		{ "{\"type\":\"year\"}", EXPR_T_INTEGER, 0 },
		{ "{\"type\":\"integer\"}", EXPR_T_INTEGER, 0 },
		{ "{\"type\":\"integer\",\"millrace\":{\"type\":\"decimal\"}}", EXPR_T_DECIMAL, 0 },
		{ "{\"type\":\"number\"}", EXPR_T_DECIMAL, 9 },
		{ "{\"type\":\"number\",\"millrace\":{\"type\":\"double\"}}", EXPR_T_DOUBLE, 0 },
		{ "{\"type\":\"datetime\"}", EXPR_T_TIMESTAMP, 0 },
		{ "{\"type\":\"time\"}", EXPR_T_TIME, 0 },
		{ "{\"type\":\"duration\"}", EXPR_T_DURATION, 0 },
	};
	struct arena *a = arena_new(1 << 20);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		struct expr_column *columns = NULL;
		struct err err = { 0 };
		size_t n = 0;
		cJSON *contract = js_object(a);
		cJSON *list = cJSON_AddArrayToObject(contract, "fields");
		cJSON *field = cJSON_Parse(fields[i].field);
		js_add_str(field, "name", "x");
		cJSON_AddItemToArray(list, field);
		assert_int_equal(pipeline_columns_of_contract(contract, a, &columns, &n, &err), 0);
		if (columns[0].type.kind != fields[i].kind ||
		    columns[0].type.scale != fields[i].scale)
			fail_msg("%s: %s(%d)", fields[i].field,
			    expr_type_name(columns[0].type.kind), columns[0].type.scale);
	}
	for (int kind = EXPR_T_INTEGER; kind < EXPR_T_COUNT_; kind++) {
		const struct expr_column one = { "x", { .kind = (enum expr_type_kind)kind } };
		struct expr_column *back = NULL;
		struct err err = { 0 };
		size_t n = 0;
		cJSON *contract = js_object(a);
		cJSON_AddItemReferenceToObject(
		    contract, "fields", pipeline_contract_of_columns(&one, 1, a));
		assert_int_equal(pipeline_columns_of_contract(contract, a, &back, &n, &err), 0);
		assert_int_equal(back[0].type.kind, kind);
	}
	arena_free(&a);
}

static void test_env_failure_is_an_error(void **state)
{
	const char *doc =
	    STEPS("{\"id\":\"s\",\"type\":\"source\",\"dataset\":\"broken\"}" TARGET("s"));
	struct arena *a = arena_new(4 << 20);

	(void)state;
	assert_null(fixture_read(doc, strlen(doc), a));
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_problems),
		cmocka_unit_test(test_columns_and_sources),
		cmocka_unit_test(test_types_of_fields),
		cmocka_unit_test(test_account),
		cmocka_unit_test(test_contract_round_trip),
		cmocka_unit_test(test_env_failure_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
