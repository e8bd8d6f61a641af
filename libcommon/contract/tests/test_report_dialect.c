/* SPDX-License-Identifier: Apache-2.0 */
/* test_report_dialect - what a report says of a dialect, and that its words can be set again. */
#include "contract/report_dialect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"
#include "kit/json.h"

static cJSON *report(const char *text)
{
	const size_t n = strlen(text);
	const struct csv_given given = { 0 };
	struct csv_sniff_result r;
	struct err err = { 0 };
	uint8_t *padded = mem_alloc(n + CSV_PAD_BYTES);
	memcpy(padded, text, n);
	assert_int_equal(csv_sniff(padded, n, true, &given, &r, &err), 0);
	free(padded);
	return contract_report_dialect(&r);
}

static void test_dialect_and_evidence(void **state)
{
	(void)state;
	cJSON *o =
	    report("Sales\r\n\r\nid;name;price\r\n1;'Ann; B';1,50\r\n2;'Bob';2,50\r\n3;Cid;3,50\r\n"
		   "Total;;7,50\r\n");
	assert_string_equal(js_str(o, "delimiter"), "semicolon");
	assert_string_equal(js_str(o, "quote"), "single");
	assert_string_equal(js_str(o, "escape"), "none");
	assert_string_equal(js_str(o, "comment"), "none");
	assert_string_equal(js_str(o, "line_end"), "crlf");
	assert_int_equal(js_i64(o, "preamble_lines", -1), 2);
	assert_int_equal(js_i64(o, "header_rows", -1), 1);
	assert_int_equal(js_i64(o, "footer_rows", -1), 1);
	assert_false(js_bool(o, "first_table", true));
	const cJSON *chosen = cJSON_GetObjectItem(o, "chosen");
	assert_int_equal(js_i64(chosen, "columns", -1), 3);
	const cJSON *second = cJSON_GetObjectItem(o, "runner_up");
	assert_non_null(js_str(second, "delimiter"));
	assert_non_null(js_str(o, "why"));
	assert_non_null(js_str(o, "why_header"));
	assert_null(js_str(o, "doubt"));
	assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(o, "given")), 0);
	cJSON_Delete(o);
}

static void test_no_runner_up_and_other_tables(void **state)
{
	(void)state;
	cJSON *o = report("name\nx\ny\n");
	assert_string_equal(js_str(o, "delimiter"), "none");
	assert_true(cJSON_IsNull(cJSON_GetObjectItem(o, "runner_up")));
	assert_true(cJSON_IsNull(cJSON_GetObjectItem(o, "why")));
	cJSON_Delete(o);
	o = report("id,qty,n\n1,2,3\n2,3,4\n\ncode,day\nX,2026-01-01\nY,2026-01-02\n");
	assert_true(js_bool(o, "first_table", false));
	const cJSON *table = cJSON_GetArrayItem(cJSON_GetObjectItem(o, "tables"), 0);
	assert_int_equal(js_i64(table, "line", -1), 5);
	assert_int_equal(js_i64(table, "columns", -1), 2);
	assert_int_equal(js_i64(o, "more_tables", -1), 0);
	cJSON_Delete(o);
	o = contract_report_dialect(NULL);
	assert_true(cJSON_IsNull(o));
	cJSON_Delete(o);
}

/* What a check read takes the place of what the sniffer saw. */
static void test_tables_of_the_whole_file(void **state)
{
	(void)state;
	struct csv_rest_tables tables = { .n = CSV_REST_TABLES + 3 };
	for (size_t i = 0; i < CSV_REST_TABLES; i++)
		tables.at[i] = (struct csv_sniff_table){ (int64_t)i * 10 + 5, 2, 9 };
	cJSON *o = report("id,qty,n\n1,2,3\n2,3,4\n\ncode,day\nX,2026-01-01\nY,2026-01-02\n");
	contract_report_tables(o, &tables);
	const cJSON *list = cJSON_GetObjectItem(o, "tables");
	assert_int_equal(cJSON_GetArraySize(list), CSV_REST_TABLES);
	assert_int_equal(js_i64(cJSON_GetArrayItem(list, 15), "line", -1), 155);
	assert_int_equal(js_i64(cJSON_GetArrayItem(list, 15), "rows", -1), 9);
	assert_int_equal(js_i64(o, "more_tables", -1), 3);
	cJSON_Delete(o);
}

/* What a report says can be given to csv_given_set. */
static void test_words_can_be_set_again(void **state)
{
	(void)state;
	static const char *const keys[] = { "delimiter", "quote", "escape", "comment", "line_end" };
	static const char *const texts[] = { "id||n\n1||2\n3||4\n", "a\tb\n1\t\"x\"\"y\"\n2\tz\n",
		"a:b\nx:1\ny:2\n", "a^b\r1^2\r3^4\r", "# c\na,b\n1,2\n3,4\n",
		"a\xc2\xa7"
		"b\n1\xc2\xa7"
		"2\n" };
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct csv_given given = { 0 };
		struct err err = { 0 };
		cJSON *o = report(texts[i]);
		for (size_t k = 0; k < ARRAY_SIZE(keys); k++)
			assert_int_equal(
			    csv_given_set(&given, keys[k], js_str(o, keys[k]), &err), 0);
		char word[CSV_DIALECT_WORD_BYTES];
		assert_string_equal(
		    csv_dialect_word(given.dialect.delimiter, word), js_str(o, "delimiter"));
		cJSON_Delete(o);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dialect_and_evidence),
		cmocka_unit_test(test_no_runner_up_and_other_tables),
		cmocka_unit_test(test_tables_of_the_whole_file),
		cmocka_unit_test(test_words_can_be_set_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
