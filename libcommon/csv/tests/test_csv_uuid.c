/* SPDX-License-Identifier: Apache-2.0 */
/* test_csv_uuid - every character that is no hex digit, and the way back to text. */
#include "csv/csv_uuid.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const char sample[] = "0123abCD-ef45-6789-FEDC-ba9876543210";

static bool parse(const char *text, size_t n, unsigned __int128 *out)
{
	char room[128];
	memset(room, '7', sizeof(room));
	memcpy(room, text, strlen(text));
	return csv_uuid_parse(room, n, out);
}

static void test_the_value(void **state)
{
	(void)state;
	unsigned __int128 v = 0;
	char shown[CSV_UUID_BYTES + 1];
	assert_true(parse(sample, 36, &v));
	assert_true((uint64_t)(v >> 64) == UINT64_C(0x0123abcdef456789));
	assert_true((uint64_t)v == UINT64_C(0xfedcba9876543210));
	csv_uuid_format(v, shown);
	assert_string_equal(shown, "0123abcd-ef45-6789-fedc-ba9876543210");
}

static void test_lengths(void **state)
{
	(void)state;
	unsigned __int128 v = 42;
	for (size_t n = 0; n <= 64; n++) {
		if (n != 36 && (parse(sample, n, &v) || v != 42))
			fail_msg("%zu characters", n);
	}
	assert_false(parse("{0123abcd-ef45-6789-fedc-ba9876543210}", 38, &v));
	assert_false(parse("0123abcdef456789fedcba9876543210", 32, &v));
}

static void test_every_byte_in_every_place(void **state)
{
	(void)state;
	for (size_t at = 0; at < 36; at++) {
		for (int c = 0; c < 256; c++) {
			char text[sizeof(sample)];
			unsigned __int128 v = 42;
			memcpy(text, sample, sizeof(sample));
			text[at] = (char)c;
			const bool hyphen = at == 8 || at == 13 || at == 18 || at == 23;
			const bool want = hyphen ? c == '-' : c < 128 && isxdigit(c) != 0;
			char room[128] = "";
			memcpy(room, text, 36);
			if (csv_uuid_parse(room, 36, &v) != want || (!want && v != 42))
				fail_msg("byte %d at %zu", c, at);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_value),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_every_byte_in_every_place),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
