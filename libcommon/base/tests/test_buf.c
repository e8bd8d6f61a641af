/* SPDX-License-Identifier: Apache-2.0 */
/* test_buf - appends, the cap, JSON strings. */
#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void appends_and_stays_terminated(void **state)
{
	(void)state;
	struct buf b;
	buf_init(&b, 1000);
	assert_string_equal(b.data, "");
	buf_adds(&b, "ab");
	buf_addc(&b, 'c');
	buf_printf(&b, "%d-%s", 7, "x");
	buf_add(&b, NULL, 0);
	assert_string_equal(b.data, "abc7-x");
	buf_consume(&b, 3);
	assert_string_equal(b.data, "7-x");
	buf_consume(&b, 3);
	assert_int_equal(b.n, 0);
	buf_done(&b);
	buf_done(&b);
}

static void remembers_a_refused_append(void **state)
{
	(void)state;
	struct err err = { 0 };
	struct buf b;
	buf_init(&b, 4);
	buf_adds(&b, "1234");
	assert_int_equal(buf_check(&b, &err), 0);
	buf_addc(&b, '5');
	buf_adds(&b, "");
	assert_string_equal(b.data, "1234");
	assert_int_equal(buf_check(&b, &err), -1);
	assert_int_equal(err.kind, ERR_TOO_LARGE);
	buf_reset(&b);
	buf_printf(&b, "%s", "abcd");
	assert_int_equal(buf_check(&b, &err), 0);
	buf_printf(&b, "%d", 5);
	assert_int_equal(buf_check(&b, &err), -1);
	buf_done(&b);
}

static void writes_json_strings(void **state)
{
	(void)state;
	static const struct {
		const char *name, *in, *want;
		size_t n;
	} cases[] = {
		{ "plain", "abc", "\"abc\"", 3 },
		{ "empty", "", "\"\"", 0 },
		{ "quote and backslash", "a\"b\\", "\"a\\\"b\\\\\"", 4 },
		{ "short escapes", "\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\"", 5 },
		{ "control", "\x01\x7f", "\"\\u0001\\u007f\"", 2 },
		{ "NUL", "a\0b", "\"a\\u0000b\"", 3 },
		{ "umlaut", "\xc3\xa4", "\"\xc3\xa4\"", 2 },
		{ "emoji", "\xf0\x9f\x98\x80", "\"\xf0\x9f\x98\x80\"", 4 },
		{ "broken byte",
		    "a\xff"
		    "b",
		    "\"a\xef\xbf\xbd"
		    "b\"",
		    3 },
		{ "cut sequence", "\xc3", "\"\xef\xbf\xbd\"", 1 },
		{ "surrogate", "\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"", 3 },
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct buf b;
		buf_init(&b, 100);
		buf_add_json_string(&b, cases[i].in, cases[i].n);
		if (strcmp(b.data, cases[i].want) != 0)
			fail_msg("%s: %s", cases[i].name, b.data);
		buf_done(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(appends_and_stays_terminated),
		cmocka_unit_test(remembers_a_refused_append),
		cmocka_unit_test(writes_json_strings),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
