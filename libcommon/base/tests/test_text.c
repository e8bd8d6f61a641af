/* SPDX-License-Identifier: Apache-2.0 */
/* test_text - names, numbers, sizes, hex, base64, UTF-8. */
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void names(void **state)
{
	(void)state;
	char longest[TEXT_NAME_MAX_BYTES + 2];
	memset(longest, 'a', sizeof(longest));
	longest[TEXT_NAME_MAX_BYTES] = '\0';
	assert_true(text_is_name("a"));
	assert_true(text_is_name("online_sales2"));
	assert_true(text_is_name(longest));
	longest[TEXT_NAME_MAX_BYTES] = 'a';
	longest[TEXT_NAME_MAX_BYTES + 1] = '\0';
	assert_false(text_is_name(longest));
	static const char *const bad[] = { "", "A", "1a", "_a", "a-b", "a.b", "a b", "\xc3\xa4" };
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_false(text_is_name(bad[i]));
	assert_false(text_is_name(NULL));
}

static void numbers(void **state)
{
	(void)state;
	int64_t v = 7;
	assert_int_equal(text_parse_i64("-9223372036854775808", &v), 0);
	assert_true(v == INT64_MIN);
	assert_int_equal(text_parse_i64("007", &v), 0);
	assert_int_equal(v, 7);
	static const char *const bad[] = { "", "-", "+1", " 1", "1 ", "0x1", "9223372036854775808",
		"1.0" };
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(text_parse_i64(bad[i], &v), -1);
		assert_int_equal(v, 7);
	}
	assert_int_equal(text_parse_i64(NULL, &v), -1);
}

static void sizes(void **state)
{
	(void)state;
	static const struct {
		const char *in;
		uint64_t want;
	} good[] = { { "4096", 4096 }, { "1MB", 1000000 }, { "256KiB", 262144 },
		{ "64GiB", 64ull << 30 }, { "0", 0 }, { "2TiB", 2ull << 40 }, { "3kB", 3000 } };
	uint64_t v = 0;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		assert_int_equal(text_parse_bytes(good[i].in, &v), 0);
		assert_true(v == good[i].want);
	}
	static const char *const bad[] = { "", "-1", "1XB", "1 KiB", "99999999999TiB", "KiB" };
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(text_parse_bytes(bad[i], &v), -1);
}

static void hex(void **state)
{
	(void)state;
	const uint8_t bytes[] = { 0x00, 0xab, 0xff };
	char out[7];
	uint8_t back[3];
	text_hex(bytes, sizeof(bytes), out);
	assert_string_equal(out, "00abff");
	assert_int_equal(text_unhex("00ABff", back, 3), 0);
	assert_memory_equal(back, bytes, 3);
	assert_int_equal(text_unhex("00abf", back, 3), -1);
	assert_int_equal(text_unhex("00abfg", back, 3), -1);
	assert_int_equal(text_unhex(NULL, back, 3), -1);
}

static void base64(void **state)
{
	(void)state;
	static const struct {
		const char *plain, *url;
	} cases[] = { { "", "" }, { "f", "Zg" }, { "fo", "Zm8" }, { "foo", "Zm9v" },
		{ "foob", "Zm9vYg" }, { "\xfb\xff", "-_8" } };
	char out[16];
	uint8_t back[16];
	size_t n;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const size_t len = strlen(cases[i].plain);
		text_base64url((const uint8_t *)cases[i].plain, len, out);
		assert_string_equal(out, cases[i].url);
		assert_int_equal(text_unbase64(out, strlen(out), back, sizeof(back), &n), 0);
		assert_int_equal(n, len);
		assert_memory_equal(back, cases[i].plain, len);
	}
	assert_int_equal(text_unbase64("Zm9vYg==", 8, back, sizeof(back), &n), 0);
	assert_int_equal(n, 4);
	assert_int_equal(text_unbase64("+/8=", 4, back, sizeof(back), &n), 0);
	static const char *const bad[] = { "Z", "Zg=", "Z===", "Zm=v", "Zh", "Zm9v Zg", "=",
		"====" };
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(text_unbase64(bad[i], strlen(bad[i]), back, sizeof(back), &n), -1);
	assert_int_equal(text_unbase64("Zm9v", 4, back, 2, &n), -1);
}

static void utf8(void **state)
{
	(void)state;
	static const struct {
		const char *s;
		bool want;
	} cases[] = { { "abc", true }, { "\xc3\xa4", true }, { "\xe2\x82\xac", true },
		{ "\xf4\x8f\xbf\xbf", true }, { "\xf4\x90\x80\x80", false }, { "\xc0\xaf", false },
		{ "\xc1\xbf", false }, { "\xe0\x80\x80", false }, { "\xed\xa0\x80", false },
		{ "\xed\x9f\xbf", true }, { "\xf0\x80\x80\x80", false }, { "\x80", false },
		{ "\xe2\x82", false }, { "\xf8\x88\x80\x80\x80", false } };
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(text_is_utf8(cases[i].s, strlen(cases[i].s)), cases[i].want);
	assert_true(text_is_utf8("", 0));
}

static void comparing(void **state)
{
	(void)state;
	assert_true(text_equal_ct("abc", "abc", 3));
	assert_false(text_equal_ct("abc", "abd", 3));
	assert_true(text_equal_ct("", "", 0));
	assert_true(text_is_prefix("unix:/x", "unix:"));
	assert_false(text_is_prefix("uni", "unix:"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(numbers),
		cmocka_unit_test(sizes),
		cmocka_unit_test(hex),
		cmocka_unit_test(base64),
		cmocka_unit_test(utf8),
		cmocka_unit_test(comparing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
