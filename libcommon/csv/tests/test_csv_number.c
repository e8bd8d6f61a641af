/* SPDX-License-Identifier: Apache-2.0 */
/* test_csv_number - integers, decimals and doubles, exact at every edge. */
#include "csv/csv_number.h"

#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* A cell with the padding the parsers ask for; what stands behind it must not matter. */
static const char *padded(const char *text)
{
	static char room[512];
	memset(room, '7', sizeof(room));
	memcpy(room, text, strlen(text));
	return room;
}

static void test_integers(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool ok;
		int64_t want;
	} cases[] = {
		{ "0", true, 0 },
		{ "-0", true, 0 },
		{ "+7", true, 7 },
		{ "00000000000000000000000012", true, 12 },
		{ "12345678", true, 12345678 },
		{ "123456789", true, 123456789 },
		{ "1234567890123456", true, 1234567890123456 },
		{ "9223372036854775807", true, INT64_MAX },
		{ "-9223372036854775808", true, INT64_MIN },
		{ "9223372036854775808", false, 0 },
		{ "-9223372036854775809", false, 0 },
		{ "18446744073709551616", false, 0 },
		{ "99999999999999999999", false, 0 },
		{ "", false, 0 },
		{ "-", false, 0 },
		{ "+-1", false, 0 },
		{ "1.0", false, 0 },
		{ " 1", false, 0 },
		{ "1 ", false, 0 },
		{ "1,000", false, 0 },
		{ "0x10", false, 0 },
		{ "1e3", false, 0 },
		{ "1234567:", false, 0 },
		{ "/2345678", false, 0 },
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		int64_t got = 42;
		const bool ok =
		    csv_number_integer(padded(cases[i].text), strlen(cases[i].text), &got);
		if (ok != cases[i].ok || got != (ok ? cases[i].want : 42))
			fail_msg("\"%s\": %d %" PRId64, cases[i].text, ok, got);
	}
}

static void test_decimals(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		unsigned precision, scale;
		bool ok;
		int64_t want;
	} cases[] = {
		{ "1.5", 18, 2, true, 150 },
		{ "-1.5", 18, 2, true, -150 },
		{ ".5", 18, 2, true, 50 },
		{ "5.", 18, 2, true, 500 },
		{ "1.50000", 18, 2, true, 150 },
		{ "1.505", 18, 2, false, 0 },
		{ "007.10", 3, 2, true, 710 },
		{ "9.99", 3, 2, true, 999 },
		{ "10.00", 3, 2, false, 0 },
		{ "999999999999999999", 18, 0, true, 999999999999999999 },
		{ "0.999999999999999999", 18, 18, true, 999999999999999999 },
		{ "1000000000000000000", 18, 0, false, 0 },
		{ "1.2.3", 18, 2, false, 0 },
		{ ".", 18, 2, false, 0 },
		{ "-", 18, 2, false, 0 },
		{ "1e2", 18, 2, true, 10000 },
		{ "1E-3", 18, 3, true, 1 },
		{ "1E-3", 18, 2, false, 0 },
		{ "-1.50e+1", 18, 0, true, -15 },
		{ "+.5e1", 18, 0, true, 5 },
		{ "100e-2", 1, 0, true, 1 },
		{ "1e15", 18, 2, true, 100000000000000000 },
		{ "1e16", 18, 2, false, 0 },
		{ "1020304.00e-2", 18, 2, true, 1020304 },
		{ "0.000e999999", 18, 2, true, 0 },
		{ "1e-1000000", 18, 2, false, 0 },
		{ "1e", 18, 2, false, 0 },
		{ "1e+", 18, 2, false, 0 },
		{ "e5", 18, 2, false, 0 },
		{ ".e5", 18, 2, false, 0 },
		{ "-e5", 18, 2, false, 0 },
		{ "1e1.5", 18, 2, false, 0 },
		{ "1e1e1", 18, 2, false, 0 },
		{ "1.2.3e1", 18, 2, false, 0 },
		{ "1 e1", 18, 2, false, 0 },
		{ "1,5", 18, 2, false, 0 },
		{ "x0", 18, 2, false, 0 },
		{ "1.x", 18, 2, false, 0 },
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		int64_t narrow = 42;
		__int128 wide = 42;
		const char *p = padded(cases[i].text);
		const size_t n = strlen(cases[i].text);
		const int64_t want = cases[i].ok ? cases[i].want : 42;
		const bool a =
		    csv_number_decimal64(p, n, cases[i].precision, cases[i].scale, &narrow);
		const bool b = csv_number_decimal(p, n, cases[i].precision, cases[i].scale, &wide);
		if (a != cases[i].ok || b != a || narrow != want || wide != want)
			fail_msg("\"%s\": %d %d %" PRId64, cases[i].text, a, b, narrow);
	}
}

static void test_a_decimal_of_38_digits(void **state)
{
	(void)state;
	__int128 got;
	const char *nines = "99999999999999999999999999999999999999";
	__int128 want = 0;
	for (int i = 0; i < 38; i++)
		want = want * 10 + 9;
	assert_true(csv_number_decimal(padded(nines), 38, 38, 0, &got));
	assert_true(got == want);
	assert_true(csv_number_decimal(
	    padded("-0.00000000000000000000000000000000000001"), 41, 38, 38, &got));
	assert_true(got == -1);
	assert_false(
	    csv_number_decimal(padded("999999999999999999999999999999999999999"), 39, 38, 0, &got));
}

/* Cells of every length over the characters of numbers, inline and thorough. */
static void test_the_inline_ways_agree_with_the_thorough_ones(void **state)
{
	(void)state;
	static const char any[] = "00123456789999..-+e,";
	uint64_t seed = 0x2545f4914f6cdd1d;
	for (int i = 0; i < 400000; i++) {
		char text[32];
		const size_t n = (size_t)(i % 24);
		for (size_t k = 0; k < n; k++) {
			seed = seed * 6364136223846793005 + 1442695040888963407;
			const bool odd = (seed >> 60) == 0 || k == 0;
			text[k] = any[(seed >> 33) % (odd ? sizeof(any) - 1 : 16)];
		}
		text[n] = '\0';
		const char *p = padded(text);
		int64_t a[4] = { 1, 1, 1, 1 };
		__int128 wide[2] = { 1, 1 };
		const bool ok =
		    csv_number_integer(p, n, &a[0]) == csv_number_any_integer(p, n, &a[1]) &&
		    csv_number_decimal64(p, n, 12, 3, &a[2]) ==
			csv_number_any_decimal64(p, n, 12, 3, &a[3]) &&
		    csv_number_decimal(p, n, 38, 9, &wide[0]) ==
			csv_number_any_decimal(p, n, 38, 9, &wide[1]);
		if (!ok || a[0] != a[1] || a[2] != a[3] || wide[0] != wide[1])
			fail_msg("\"%s\": the two ways differ", text);
	}
}

static bool same_double(double a, double b)
{
	uint64_t x;
	uint64_t y;
	memcpy(&x, &a, sizeof(x));
	memcpy(&y, &b, sizeof(y));
	return x == y;
}

static void check_double(const char *text)
{
	double got = 0;
	const double want = strtod(text, NULL);
	const bool ok = csv_number_double(padded(text), strlen(text), &got);
	if (ok != (bool)isfinite(want) || (ok && !same_double(got, want)))
		fail_msg("\"%s\": %d %.17g, strtod %.17g", text, ok, got, want);
}

static void test_hard_doubles(void **state)
{
	(void)state;
	static const char *const texts[] = { "0", "-0", "1", "0.1", "123456789012345678",
		"9007199254740993", "9007199254740992.5", "1e22", "1e23", "8.5e22", "1e-22",
		"1e-23", "1.7976931348623157e308", "1.7976931348623159e308", "4.9e-324",
		"2.4703282292062327e-324", "2.2250738585072011e-308", "1e400", "1e-400",
		"0.000000000000000000000000000000000000001", "5e-1", "+1.5E+3",
		"179769313486231580793728971405301e276",
		"1.00000000000000011102230246251565404236316680908203125",
		"1.00000000000000011102230246251565404236316680908203124",
		"100000000000000000000000000", "0.1e1000000000000",
		"12345678901234567890123456789012345678901234567890" };
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		check_double(texts[i]);
}

static void test_random_doubles(void **state)
{
	(void)state;
	uint64_t seed = 0x9e3779b97f4a7c15;
	for (int i = 0; i < 200000; i++) {
		char text[64];
		seed ^= seed << 13;
		seed ^= seed >> 7;
		seed ^= seed << 17;
		double value;
		memcpy(&value, &seed, sizeof(value));
		if (!isfinite(value))
			continue;
		(void)snprintf(text, sizeof(text), "%.*g", (int)(seed % 18) + 1, value);
		check_double(text);
		(void)snprintf(
		    text, sizeof(text), "%.*f", (int)(seed % 9), (double)(seed % 1000003) / 997.0);
		check_double(text);
	}
}

static void test_not_doubles(void **state)
{
	(void)state;
	static const char *const texts[] = { "", "-", ".", "e5", "1e", "1e+", "0x1p3", "nan", "inf",
		"infinity", "1.2.3", "1 ", " 1", "1,5", "1e5.5", "--1" };
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		double got = 42;
		if (csv_number_double(padded(texts[i]), strlen(texts[i]), &got) ||
		    !same_double(got, 42))
			fail_msg("\"%s\" was read as %g", texts[i], got);
	}
	double word;
	assert_true(csv_number_double(padded("NaN"), 3, &word) && isnan(word));
	assert_true(csv_number_double(padded("-INF"), 4, &word) && same_double(word, -INFINITY));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_integers),
		cmocka_unit_test(test_decimals),
		cmocka_unit_test(test_a_decimal_of_38_digits),
		cmocka_unit_test(test_the_inline_ways_agree_with_the_thorough_ones),
		cmocka_unit_test(test_hard_doubles),
		cmocka_unit_test(test_random_doubles),
		cmocka_unit_test(test_not_doubles),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
