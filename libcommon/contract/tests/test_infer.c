/* SPDX-License-Identifier: Apache-2.0 */
/* test_infer - types chosen for columns, names given, evidence told; a draft is a contract. */
#include "fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "contract/infer_name.h"
#include "kit/json.h"

struct infer_case {
	const char *name, *cells; /* one cell a line */
	const char *want;         /* type [ours precision scale] [format] */
};

static const struct infer_case cases[] = {
	{ "integers", "1\n-2\n+30\n", "integer" },
	{ "64 bits and more", "1\n9223372036854775808\n", "number decimal 38 0" },
	{ "decimals", "1\n2.50\n-.125\n", "number decimal 18 3" },
	{ "wide decimals", "1234567890123456.789\n", "number decimal 38 3" },
	{ "exponents", "1\n2.5\n1e5\n", "number double" },
	{ "leading zeros are ids", "0123\n4567\n", "string" },
	{ "zero itself is a number", "0\n0.5\n-0\n", "number decimal 18 1" },
	{ "true and false", "true\nFalse\n", "boolean" },
	{ "yes and no", "yes\nNO\n", "boolean" },
	{ "0 and 1 are integers", "0\n1\n", "integer" },
	{ "ISO dates", "2026-01-31\n2026-02-28\n", "date" },
	{ "dates with points", "31.01.2026\n1.2.2026\n", "date %d.%m.%Y" },
	{ "day first", "31/01/2026\n01/02/2026\n", "date %d/%m/%Y" },
	{ "month first", "01/31/2026\n01/02/2026\n", "date %m/%d/%Y" },
	{ "timestamps", "2026-01-31 10:00\n2026-01-31T10:00:01.5\n", "datetime" },
	{ "zoned timestamps", "2026-01-31T10:00Z\n", "datetime timestamptz" },
	{ "dates and timestamps", "2026-01-31 10:00\n2026-01-31\n", "string" },
	{ "words", "a\n1\n", "string" },
	{ "nothing but empty cells", ",\n,\n", "string" },
	{ "one misfit of 20", "1\n2\n3\n4\n5\n6\n7\n8\n9\n1\n2\n3\n4\n5\n6\n7\n8\n9\n1\nx\n",
	    "integer" },
	{ "one leading zero of 20 is no misfit but an id",
	    "11\n2\n3\n4\n5\n6\n7\n8\n9\n1\n2\n3\n4\n5\n6\n7\n8\n9\n1\n01\n", "string" },
	{ "one misfit of 19", "1\n2\n3\n4\n5\n6\n7\n8\n9\n1\n2\n3\n4\n5\n6\n7\n8\n9\nx\n",
	    "string" },
};

static const char *describe(const cJSON *field, struct arena *a)
{
	const cJSON *ours = cJSON_GetObjectItemCaseSensitive(field, "millrace");
	const char *text = js_str(field, "type");
	if (js_str(ours, "type") != NULL)
		text = arena_printf(a, "%s %s", text, js_str(ours, "type"));
	if (js_i64(ours, "precision", 0) > 0)
		text = arena_printf(a, "%s %d %d", text, (int)js_i64(ours, "precision", 0),
		    (int)js_i64(ours, "scale", 0));
	if (js_str(field, "format") != NULL)
		text = arena_printf(a, "%s %s", text, js_str(field, "format"));
	return text;
}

static void test_types(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct arena *a = arena_new(4 << 20);
		const char *text = strchr(cases[i].cells, ',') == NULL
				       ? arena_printf(a, "h\n%s", cases[i].cells)
				       : arena_printf(a, "h,i\n%s", cases[i].cells);
		cJSON *draft = fixture_draft(text, false, a);
		const cJSON *doc = cJSON_GetObjectItemCaseSensitive(draft, "doc");
		const cJSON *fields = cJSON_GetObjectItemCaseSensitive(doc, "fields");
		const char *got = describe(cJSON_GetArrayItem(fields, 0), a);
		if (strcmp(got, cases[i].want) != 0)
			fail_msg("%s: %s, want %s", cases[i].name, got, cases[i].want);
		struct contract c;
		struct err err = { 0 };
		if (contract_parse(doc, a, &c, NULL, &err) != 0)
			fail_msg("%s: the draft is no contract: %s", cases[i].name, err.msg);
		arena_free(&a);
	}
}

static void test_evidence(void **state)
{
	(void)state;
	struct arena *a = arena_new(4 << 20);
	cJSON *draft = fixture_draft("n\n1\nN/A\n2\n3.5\nx\n", false, a);
	const cJSON *evidence = cJSON_GetObjectItemCaseSensitive(draft, "evidence");
	const cJSON *column =
	    cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(evidence, "columns"), 0);
	const cJSON *fell = cJSON_GetObjectItemCaseSensitive(column, "fell");
	assert_string_equal(js_str(column, "chosen"), "text");
	assert_string_equal(js_str(cJSON_GetArrayItem(fell, 0), "text"),
	    "why not integer: line 3 `N/A`, line 5 `3.5`, line 6 `x`");
	assert_string_equal(js_str(cJSON_GetArrayItem(fell, 1), "text"),
	    "why not decimal: line 3 `N/A`, line 6 `x`");
	assert_int_equal(js_i64(cJSON_GetArrayItem(fell, 0), "misfits", 0), 3);
	arena_free(&a);
}

static void test_ambiguous_dates_are_told(void **state)
{
	(void)state;
	struct arena *a = arena_new(4 << 20);
	cJSON *draft = fixture_draft("d\n01/03/2026\n02/04/2026\n", false, a);
	const cJSON *evidence = cJSON_GetObjectItemCaseSensitive(draft, "evidence");
	const cJSON *column =
	    cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(evidence, "columns"), 0);
	assert_non_null(js_str(column, "ambiguous"));
	assert_string_equal(js_str(column, "chosen"), "date (DD/MM/YYYY)");
	draft = fixture_draft("d\n01/03/2026\n02/04/2026\n", true, a);
	evidence = cJSON_GetObjectItemCaseSensitive(draft, "evidence");
	column = cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(evidence, "columns"), 0);
	assert_string_equal(js_str(column, "chosen"), "text");
	arena_free(&a);
}

static void test_required_and_budget(void **state)
{
	(void)state;
	struct arena *a = arena_new(4 << 20);
	cJSON *draft = fixture_draft("a,b\n1,\n2,x\n3\n4,y\n", false, a);
	const cJSON *doc = cJSON_GetObjectItemCaseSensitive(draft, "doc");
	const cJSON *fields = cJSON_GetObjectItemCaseSensitive(doc, "fields");
	const cJSON *constraints =
	    cJSON_GetObjectItemCaseSensitive(cJSON_GetArrayItem(fields, 0), "constraints");
	assert_true(js_bool(constraints, "required", false));
	assert_null(cJSON_GetObjectItemCaseSensitive(cJSON_GetArrayItem(fields, 1), "constraints"));
	const cJSON *ours = cJSON_GetObjectItemCaseSensitive(doc, "millrace");
	assert_int_equal(js_i64(ours, "budget_pct", 0), 30);
	arena_free(&a);
}

static void test_names(void **state)
{
	(void)state;
	static const char *const header[] = { "Order ID", "order-id", "Größe (cm)", "1st", "€",
		"_row", "ÄÖ", "Name", "XMin" };
	static const char *const want[] = { "order_id", "order_id_2", "groesse_cm", "c_1st",
		"column_5", "row", "aeoe", "name", "xmin_2" };
	struct arena *a = arena_new(1 << 20);
	const char *const *names = contract_infer_names(header, ARRAY_SIZE(header), a);
	for (size_t i = 0; i < ARRAY_SIZE(header); i++)
		assert_string_equal(names[i], want[i]);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_evidence),
		cmocka_unit_test(test_ambiguous_dates_are_told),
		cmocka_unit_test(test_required_and_budget),
		cmocka_unit_test(test_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
