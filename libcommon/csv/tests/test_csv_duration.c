/* SPDX-License-Identifier: Apache-2.0 */
/* test_csv_duration - what is a duration, how it is shown again, and how long it is. */
#include "csv/csv_duration.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void test_cells(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool ok;
		struct csv_duration want;
	} cases[] = {
		{ "P1Y2M3DT4H5M6S", true, { 14, 3, 14706000000 } },
		{ "-P1Y2M3DT4H5M6S", true, { -14, -3, -14706000000 } },
		{ "PT0S", true, { 0, 0, 0 } },
		{ "P0D", true, { 0, 0, 0 } },
		{ "P2W", true, { 0, 14, 0 } },
		{ "P1Y1W1D", true, { 12, 8, 0 } },
		{ "P1M", true, { 1, 0, 0 } },
		{ "PT1M", true, { 0, 0, 60000000 } },
		{ "PT36H", true, { 0, 0, 129600000000 } },
		{ "PT1.5H", true, { 0, 0, 5400000000 } },
		{ "PT0,25M", true, { 0, 0, 15000000 } },
		{ "PT0.000001S", true, { 0, 0, 1 } },
		{ "PT1.5000000000S", true, { 0, 0, 1500000 } },
		{ "PT0.0000001S", false, { 0, 0, 0 } },
		{ "P1.0Y", true, { 12, 0, 0 } },
		{ "P1.5Y", false, { 0, 0, 0 } },
		{ "P0.5D", false, { 0, 0, 0 } },
		{ "P0.5W", false, { 0, 0, 0 } },
		{ "P2.000W", true, { 0, 14, 0 } },
		{ "PT1.5H3M", false, { 0, 0, 0 } },
		{ "P178956970Y7M", true, { INT32_MAX, 0, 0 } },
		{ "P178956970Y8M", false, { 0, 0, 0 } },
		{ "P2147483648D", false, { 0, 0, 0 } },
		{ "PT9223372036854S", true, { 0, 0, 9223372036854000000 } },
		{ "PT9223372036855S", false, { 0, 0, 0 } },
		{ "P1234567890123456789D", false, { 0, 0, 0 } },
		{ "", false, { 0, 0, 0 } },
		{ "P", false, { 0, 0, 0 } },
		{ "-P", false, { 0, 0, 0 } },
		{ "PT", false, { 0, 0, 0 } },
		{ "P1", false, { 0, 0, 0 } },
		{ "P1DT", false, { 0, 0, 0 } },
		{ "1D", false, { 0, 0, 0 } },
		{ "P-1D", false, { 0, 0, 0 } },
		{ "+P1D", false, { 0, 0, 0 } },
		{ "P1D1Y", false, { 0, 0, 0 } },
		{ "P1D1D", false, { 0, 0, 0 } },
		{ "P1H", false, { 0, 0, 0 } },
		{ "PT1D", false, { 0, 0, 0 } },
		{ "PTT1S", false, { 0, 0, 0 } },
		{ "p1d", false, { 0, 0, 0 } },
		{ "P1D ", false, { 0, 0, 0 } },
		{ "P.5D", false, { 0, 0, 0 } },
		{ "PT1.S", false, { 0, 0, 0 } },
		{ "1:30:00", false, { 0, 0, 0 } },
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct csv_duration got = { 42, 42, 42 };
		const struct csv_duration none = { 42, 42, 42 };
		const struct csv_duration *want = cases[i].ok ? &cases[i].want : &none;
		const char *text = cases[i].text;
		size_t at;
		const bool ok = csv_duration_parse(text, strlen(text), &got);
		if (ok != cases[i].ok || memcmp(&got, want, sizeof(got)) != 0)
			fail_msg("\"%s\": %d %d %d %lld", text, ok, got.months, got.days,
			    (long long)got.us);
		const char *why = csv_duration_why(text, strlen(text), &at);
		if ((why[0] == '\0') != ok || at > strlen(text))
			fail_msg("\"%s\": %s at %zu", text, why, at);
	}
}

static void test_a_torn_cell_is_not_read_further(void **state)
{
	(void)state;
	struct csv_duration got;
	assert_true(csv_duration_parse("P1DT2H", 3, &got));
	assert_int_equal(got.us, 0);
	assert_false(csv_duration_parse("P12D", 3, &got));
}

static void test_shown(void **state)
{
	(void)state;
	static const struct {
		struct csv_duration d;
		const char *text;
	} cases[] = {
		{ { 14, 3, 14706500000 }, "P1Y2M3DT4H5M6.5S" },
		{ { -14, -3, -14706000001 }, "-P1Y2M3DT4H5M6.000001S" },
		{ { 0, 0, 0 }, "PT0S" },
		{ { 0, 7, 0 }, "P7D" },
		{ { 0, 0, 5400000000 }, "PT1H30M" },
		{ { 1, -1, 0 }, "P1M-1DT0.000000S" },
		{ { INT32_MIN, INT32_MIN, INT64_MIN },
		    "-P178956970Y8M2147483648DT2562047788H54.775808S" },
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char text[CSV_DURATION_TEXT_BYTES];
		struct csv_duration again;
		csv_duration_format(&cases[i].d, text);
		assert_string_equal(text, cases[i].text);
		if (csv_duration_parse(text, strlen(text), &again))
			assert_memory_equal(&again, &cases[i].d, sizeof(again));
	}
}

static void test_order(void **state)
{
	(void)state;
	const struct csv_duration month = { 1, 0, 0 };
	const struct csv_duration days = { 0, 30, 0 };
	const struct csv_duration more = { 0, 30, 1 };
	const struct csv_duration less = { -1, 0, 0 };
	assert_int_equal(csv_duration_compare(&month, &days), 0);
	assert_true(csv_duration_compare(&month, &more) < 0);
	assert_true(csv_duration_compare(&days, &less) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cells),
		cmocka_unit_test(test_a_torn_cell_is_not_read_further),
		cmocka_unit_test(test_shown),
		cmocka_unit_test(test_order),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
