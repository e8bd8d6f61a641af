/* SPDX-License-Identifier: Apache-2.0 */
/* test_json - what the JSON door lets in, and how members are read and written. */
#include "kit/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kit/json_scan.h"

enum { ARENA_BYTES = 8 << 20 };

static int setup(void **state)
{
	*state = arena_new(ARENA_BYTES);
	return 0;
}

static int teardown(void **state)
{
	struct arena *a = *state;
	arena_free(&a);
	return 0;
}

static cJSON *parse(struct arena *a, const char *text)
{
	cJSON *v = NULL;
	struct err err = { 0 };
	if (js_parse(text, strlen(text), a, &v, &err) != 0)
		fail_msg("%s: %s", text, err.msg);
	return v;
}

static void accepts_json(void **state)
{
	static const char *const good[] = { "{}", "[]", " [1, -0, 1.5e+3, true, false, null] ",
		"\"\"", "0", "{\"a\":{\"a\":1}}", "[\"\\u00e4\\ud83d\\ude00\\n\"]",
		"\"\xc3\xa4\"" };
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		(void)parse(*state, good[i]);
}

static void refuses_what_is_not_json(void **state)
{
	static const char *const bad[] = { "", " ", "{", "}", "[1,]", "{\"a\":1,}", "[1 2]", "01",
		"1.", ".5", "+1", "-", "1e", "NaN", "Infinity", "tru", "\"a", "'a'", "\"\\x\"",
		"\"\\u12\"", "\"\\ud83d\"", "\"\\ude00\"", "\"\\u0000\"", "\"\t\"", "{a:1}",
		"{1:1}", "{\"a\" 1}", "[1]]", "1 1", "\xef\xbb\xbf{}", "\"\xff\"", "\"\xc0\xaf\"",
		"{\"a\":1,\"b\":2,\"a\":3}", "[{\"x\":[{\"y\":1,\"y\":1}]}]", "nul", "// c\n1",
		"[-]", "0x1", "\"\\ud83dx\"" };
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct err err = { 0 };
		cJSON *v = NULL;
		if (js_parse(bad[i], strlen(bad[i]), *state, &v, &err) == 0)
			fail_msg("accepted: %s", bad[i]);
		assert_int_equal(err.kind, ERR_INPUT);
		assert_string_equal(err.code, "json.invalid");
		assert_null(v);
	}
	struct err err = { 0 };
	cJSON *v = NULL;
	assert_int_equal(js_parse("1\0", 2, *state, &v, &err), -1);
}

static void refuses_bombs_before_they_grow(void **state)
{
	static char text[2 * JS_MAX_VALUES + 10];
	struct err err = { 0 };
	cJSON *v = NULL;
	memset(text, '[', JS_MAX_DEPTH + 1);
	assert_int_equal(js_parse(text, JS_MAX_DEPTH + 1, *state, &v, &err), -1);
	assert_string_equal(err.code, "json.too_large");
	assert_int_equal(err.kind, ERR_TOO_LARGE);
	text[0] = '[';
	for (size_t i = 0; i < JS_MAX_VALUES; i++)
		memcpy(text + 1 + 2 * i, i + 1 < JS_MAX_VALUES ? "1," : "1]", 2);
	assert_int_equal(js_parse(text, 1 + 2 * JS_MAX_VALUES, *state, &v, &err), -1);
	assert_string_equal(err.code, "json.too_large");
	assert_null(v);
}

static void reads_members(void **state)
{
	const cJSON *o = parse(*state, "{\"s\":\"x\",\"n\":7,\"big\":\"9223372036854775807\",\"f\":"
				       "1.5,\"b\":true,\"z\":null,\"e\":1e300}");
	assert_string_equal(js_str(o, "s"), "x");
	assert_null(js_str(o, "n"));
	assert_null(js_str(o, "S"));
	assert_int_equal(js_i64(o, "n", -1), 7);
	assert_true(js_i64(o, "big", -1) == INT64_MAX);
	assert_int_equal(js_i64(o, "f", -1), -1);
	assert_int_equal(js_i64(o, "e", -1), -1);
	assert_int_equal(js_i64(o, "s", -1), -1);
	assert_int_equal(js_i64(o, "none", -1), -1);
	assert_true(js_bool(o, "b", false));
	assert_true(js_bool(o, "n", true));
	assert_null(js_str(NULL, "s"));
}

static void needs_strings_in_bounds(void **state)
{
	const cJSON *o = parse(*state, "{\"s\":\"abc\",\"c\":\"a\\nb\",\"n\":1}");
	const char *s = NULL;
	struct err err = { 0 };
	assert_int_equal(js_need_str(o, "s", 1, 3, &s, &err), 0);
	assert_string_equal(s, "abc");
	static const struct {
		const char *name;
		size_t min, max;
	} bad[] = { { "s", 4, 9 }, { "s", 0, 2 }, { "c", 1, 9 }, { "n", 0, 9 }, { "none", 0, 9 } };
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(js_need_str(o, bad[i].name, bad[i].min, bad[i].max, &s, &err), -1);
		assert_string_equal(err.code, "field.invalid");
		assert_true(strncmp(err.msg, bad[i].name, strlen(bad[i].name)) == 0);
	}
}

static void names_the_unknown_member_and_its_neighbour(void **state)
{
	static const char *const names[] = { "name", "mode", NULL };
	struct err err = { 0 };
	assert_int_equal(js_only(parse(*state, "{\"name\":1}"), names, &err), 0);
	assert_int_equal(js_only(parse(*state, "{\"nmae\":1}"), names, &err), -1);
	assert_string_equal(err.code, "field.unknown");
	assert_non_null(strstr(err.msg, "did you mean name"));
	assert_int_equal(js_only(parse(*state, "{\"entirely\":1}"), names, &err), -1);
	assert_null(strstr(err.msg, "did you mean"));
}

static void writes_members(void **state)
{
	cJSON *o = js_object(*state);
	js_add_i64(o, "small", (int64_t)1 << 53);
	js_add_i64(o, "big", INT64_MIN);
	js_add_i64(o, "n", -5);
	assert_true(js_i64(o, "small", 0) == (int64_t)1 << 53);
	js_add_str(o, "s", "x");
	js_add_str(o, "none", NULL);
	js_add_raw(o, "raw", "{\"a\": [1]}");
	js_add_raw(o, "no_raw", NULL);
	cJSON_AddItemToObject(o, "list", cJSON_CreateArray());
	assert_string_equal(js_print(*state, o),
	    "{\"small\":9007199254740992,\"big\":\"-9223372036854775808\",\"n\":-5,\"s\":\"x\","
	    "\"none\":"
	    "null,"
	    "\"raw\":{\"a\": [1]},\"no_raw\":null,\"list\":[]}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(accepts_json, setup, teardown),
		cmocka_unit_test_setup_teardown(refuses_what_is_not_json, setup, teardown),
		cmocka_unit_test_setup_teardown(refuses_bombs_before_they_grow, setup, teardown),
		cmocka_unit_test_setup_teardown(reads_members, setup, teardown),
		cmocka_unit_test_setup_teardown(needs_strings_in_bounds, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    names_the_unknown_member_and_its_neighbour, setup, teardown),
		cmocka_unit_test_setup_teardown(writes_members, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
