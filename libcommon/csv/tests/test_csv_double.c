/* SPDX-License-Identifier: Apache-2.0 */
/* test_csv_double - the same bits as strtod, on random and on hard cells. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "csv/csv_number.h"

enum { CELL_BYTES = 2000 };

static uint64_t seed = 0x9e3779b97f4a7c15;

static uint64_t next_random(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

/* More by hand: CSV_DOUBLE_CASES=50000000. */
static int cases(void)
{
	const char *wanted = getenv("CSV_DOUBLE_CASES");
	return wanted == NULL ? 100000 : (int)strtol(wanted, NULL, 10);
}

static uint64_t bits_of(double v)
{
	uint64_t bits;
	memcpy(&bits, &v, sizeof(bits));
	return bits;
}

static double random_double(void)
{
	double v;
	do {
		const uint64_t bits = next_random();
		memcpy(&v, &bits, sizeof(v));
	} while (!isfinite(v));
	return v;
}

static void check(const char *text)
{
	char room[CELL_BYTES + CSV_PAD_BYTES];
	const size_t n = strlen(text);
	const double want = strtod(text, NULL);
	memset(room + n, '7', sizeof(room) - n);
	memcpy(room, text, n);
	double got = 0;
	double thorough = 0;
	const bool ok = csv_number_double(room, n, &got);
	const bool again = csv_number_any_double(room, n, &thorough);
	if (ok != again || ok != (bool)isfinite(want) || bits_of(got) != bits_of(thorough) ||
	    (ok && bits_of(got) != bits_of(want)))
		fail_msg("\"%s\": %d %.17g, strtod %.17g", text, ok, got, want);
}

static void test_shortest_and_longer_notations(void **state)
{
	(void)state;
	char text[CELL_BYTES];
	for (int i = 0; i < cases(); i++) {
		(void)snprintf(
		    text, sizeof(text), "%.*g", (int)(next_random() % 25) + 1, random_double());
		check(text);
		const double small = (double)(int64_t)next_random() / 1e17;
		(void)snprintf(text, sizeof(text), "%.*f", (int)(next_random() % 20), small);
		check(text);
	}
}

static void test_any_digits_and_power(void **state)
{
	(void)state;
	char text[CELL_BYTES];
	for (int i = 0; i < cases(); i++) {
		const uint64_t digits = next_random() >> (next_random() % 64);
		const int power = (int)(next_random() % 700) - 360;
		(void)snprintf(text, sizeof(text), "%llue%d", (unsigned long long)digits, power);
		check(text);
		(void)snprintf(text, sizeof(text), "%llu.%019llue%d", (unsigned long long)digits,
		    (unsigned long long)next_random() % 10000000000000000000ULL, power);
		check(text);
	}
}

/* The exact middle between two doubles, and the next cell above and below it. */
static void check_middle(double v)
{
	char text[CELL_BYTES];
	const long double middle = ((long double)v + (long double)nextafter(v, INFINITY)) / 2.0L;
	const int n = snprintf(text, sizeof(text) - 8, "%.800Le", middle);
	char *exponent = strchr(text, 'e');
	assert_true(n > 0 && exponent != NULL);
	check(text);
	char tail[16];
	memcpy(tail, exponent, strlen(exponent) + 1);
	(void)snprintf(exponent, 32, "1%s", tail);
	check(text);
	char *last = exponent - 1;
	while (*last == '0' || *last == '.')
		last--;
	*last = (char)(*last - 1);
	check(text);
}

static void test_middles(void **state)
{
	(void)state;
	for (int i = 0; i < cases() / 50; i++) {
		check_middle(fabs(random_double()));
		check_middle(ldexp((double)(next_random() >> 11), (int)(next_random() % 140) - 70));
		const uint64_t subnormal = next_random() >> (12 + next_random() % 52);
		double v;
		memcpy(&v, &subnormal, sizeof(v));
		check_middle(v);
	}
}

static void test_middles_of_few_digits(void **state)
{
	(void)state;
	char text[CELL_BYTES];
	/* 2^53 + 2k + 1 times small powers of ten stand exactly between two doubles. */
	for (int i = 0; i < cases(); i++) {
		const uint64_t odd = (UINT64_C(1) << 53) + (next_random() % (1 << 20)) * 2 + 1;
		(void)snprintf(text, sizeof(text), "%llu%s", (unsigned long long)odd,
		    i % 3 == 0   ? ""
		    : i % 3 == 1 ? ".0000"
				 : "00e-2");
		check(text);
		(void)snprintf(text, sizeof(text), "%llu.5e%d",
		    (unsigned long long)(next_random() >> (10 + next_random() % 8)),
		    (int)(next_random() % 30) - 6);
		check(text);
	}
}

static void test_hard_cells(void **state)
{
	(void)state;
	static const char *const texts[] = { "2.2250738585072011e-308", "2.2250738585072012e-308",
		"2.2250738585072014e-308", "4.9406564584124654e-324", "2.4703282292062327e-324",
		"2.4703282292062328e-324", "1.7976931348623157e308", "1.7976931348623158e308",
		"1.7976931348623159e308", "179769313486231580793728971405301e276",
		"7.2057594037927933e16", "9007199254740993", "9223372036854775807", "5e-324",
		"1090544144181609348671888949248", "6250000000000000000000000000000000e-12",
		"8.988465674311580536566680e307", "1448997445238699",
		"0.500000000000000166533453693773481063544750213623046875",
		"3.518437208883201171875e13", "62.5364939768271845828", "8.10109172351e-10",
		"1.50000000000000011102230246251565", "31245270191439438e54", "3e-342", "1e-343",
		"9.999999999999999999e-343", "1e308", "1e309", "12345678901234567890e289",
		"6.8985865317742005e-309", "247032822920623272e-341", "184467440737095516150e-1",
		"0.000000000000000000000000000000000000000000000000000000001e380", "0e999", "-0.0",
		"000000000000000000000000000000001.50000000000000000000000000000000" };
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		check(texts[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shortest_and_longer_notations),
		cmocka_unit_test(test_any_digits_and_power),
		cmocka_unit_test(test_middles),
		cmocka_unit_test(test_middles_of_few_digits),
		cmocka_unit_test(test_hard_cells),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
