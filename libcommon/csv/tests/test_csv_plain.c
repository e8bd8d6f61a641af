/* SPDX-License-Identifier: Apache-2.0 */
/* test_csv_plain - numbers of other locales, and what must not be guessed. */
#include "csv/csv_plain.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "csv/csv_value.h"

enum { REFUSED = 424242 };

struct number_case {
	const char *text;
	int64_t want; /* hundredths, REFUSED = not a number here */
};

static void check(const struct csv_column *like, const struct number_case *cases, size_t n)
{
	struct csv_column c = *like;
	struct err err = { 0 };
	c.type = CSV_DECIMAL;
	c.precision = 18;
	c.scale = 2;
	assert_int_equal(csv_value_check_column(&c, &err), 0);
	for (size_t i = 0; i < n; i++) {
		char room[128] = "";
		int64_t got = REFUSED;
		const size_t length = strlen(cases[i].text);
		memset(room, '9', sizeof(room));
		memcpy(room, cases[i].text, length);
		const bool ok = csv_value_parse(&c, room, length, &got);
		if (ok != (cases[i].want != REFUSED) || got != cases[i].want)
			fail_msg("\"%s\": %d %lld", cases[i].text, ok, (long long)got);
	}
}

static void test_decimal_comma(void **state)
{
	(void)state;
	static const struct number_case cases[] = { { "1,5", 150 }, { "-1234,56", -123456 },
		{ ",5", 50 }, { "5,", 500 }, { "12", 1200 }, { "1.5", REFUSED },
		{ "1,2,3", REFUSED }, { "1.234,5", REFUSED }, { "", REFUSED }, { ",", REFUSED },
		{ "1,5 ", REFUSED } };
	check(&(struct csv_column){ .decimal_char = ',' }, cases, ARRAY_SIZE(cases));
}

static void test_groups(void **state)
{
	(void)state;
	static const struct number_case english[] = { { "1,234,567.89", 123456789 },
		{ "1234567.89", 123456789 }, { "-12,345", -1234500 }, { "999", 99900 },
		{ "1,23", REFUSED }, { "1,5", REFUSED }, { "1234,567", REFUSED },
		{ "1,2345", REFUSED }, { "1,234567", REFUSED }, { ",123", REFUSED },
		{ "12,34,567", REFUSED }, { "1,234.5,6", REFUSED }, { "1,,234", REFUSED },
		{ "1,23.5", REFUSED }, { "1,234,", REFUSED } };
	static const struct number_case german[] = { { "1.234.567,89", 123456789 },
		{ "1.234", 123400 }, { "1.23", REFUSED }, { "1,234.5", REFUSED } };
	static const struct number_case french[] = { { "1 234,5", 123450 },
		{ "1\xc2\xa0"
		  "234,5",
		    123450 },
		{ "1\xe2\x80\xaf"
		  "234\xe2\x80\xaf"
		  "567",
		    123456700 },
		{ " 234", REFUSED }, { "1  234", REFUSED } };
	static const struct number_case swiss[] = { { "1'234.50", 123450 }, { "1\xe2\x80\x99"
									      "234.50",
										123450 } };
	check(&(struct csv_column){ .group_char = ',' }, english, ARRAY_SIZE(english));
	check(&(struct csv_column){ .decimal_char = ',', .group_char = '.' }, german,
	    ARRAY_SIZE(german));
	check(&(struct csv_column){ .decimal_char = ',', .group_char = ' ' }, french,
	    ARRAY_SIZE(french));
	check(&(struct csv_column){ .group_char = '\'' }, swiss, ARRAY_SIZE(swiss));
}

static void test_text_around_the_digits(void **state)
{
	(void)state;
	static const struct number_case cases[] = { { "$12.50", 1250 }, { "12.50 EUR", 1250 },
		{ "\xe2\x82\xac"
		  "95",
		    9500 },
		{ "95 %", 9500 }, { "-$5", -500 }, { "$-5", -500 },
		{ "\xe2\x88\x92"
		  "5",
		    -500 },
		{ "- 5", -500 }, { "+5", 500 }, { " 7 ", 700 }, { "$.50", 50 }, { "Rs.500", 50000 },
		{ "Rs. 500", 50000 }, { "5.", 500 }, { "$1,234.50", 123450 }, { "(5.00)", REFUSED },
		{ "5.00-", REFUSED }, { "5-7", REFUSED }, { "--5", REFUSED }, { "A-5", REFUSED },
		{ "12abc34", REFUSED }, { "EUR", REFUSED }, { "", REFUSED },
		{ "5 \xe2\x88\x92", REFUSED } };
	check(
	    &(struct csv_column){ .not_bare = true, .group_char = ',' }, cases, ARRAY_SIZE(cases));
}

static void test_other_types(void **state)
{
	(void)state;
	struct csv_column c = { .type = CSV_INTEGER, .group_char = '.', .decimal_char = ',' };
	char room[128] = "1.234.567";
	int64_t whole;
	double real;
	assert_true(csv_value_parse(&c, room, 9, &whole));
	assert_int_equal(whole, 1234567);
	c.type = CSV_DOUBLE;
	memcpy(room, "1.234,5e-1", 10);
	assert_true(csv_value_parse(&c, room, 10, &real));
	assert_true(real == 123.45);
	memcpy(room, "-INF", 4);
	assert_true(csv_value_parse(&c, room, 4, &real));
	assert_true(real < 0);
}

static void test_long_numbers(void **state)
{
	(void)state;
	static char room[2 * CSV_PLAIN_BYTES + CSV_PAD_BYTES];
	const struct csv_column c = { .type = CSV_INTEGER, .decimal_char = ',' };
	int64_t whole = 0;
	memset(room, '0', sizeof(room));
	room[CSV_PLAIN_BYTES - 1] = '7';
	assert_true(csv_value_parse(&c, room, CSV_PLAIN_BYTES, &whole));
	assert_int_equal(whole, 7);
	assert_false(csv_value_parse(&c, room, CSV_PLAIN_BYTES + 1, &whole));
}

static void test_columns_that_cannot_be(void **state)
{
	(void)state;
	static const struct csv_column columns[] = {
		{ .type = CSV_DECIMAL, .decimal_char = ',', .group_char = ',' },
		{ .type = CSV_DECIMAL, .group_char = '.' },
		{ .type = CSV_DECIMAL, .decimal_char = '5' },
		{ .type = CSV_DECIMAL, .decimal_char = 'x' },
		{ .type = CSV_DECIMAL, .decimal_char = '-' },
		{ .type = CSV_DECIMAL, .decimal_char = ' ' },
		{ .type = CSV_INTEGER, .group_char = '\n' },
		{ .type = CSV_TEXT, .group_char = ',' },
		{ .type = CSV_TEXT, .format = "%Y" },
		{ .type = CSV_JSON, .format = "text" },
		{ .type = CSV_DATE, .format = "%Y" },
		{ .type = CSV_TEXT, .normal = CSV_LOWER | CSV_UPPER },
	};
	for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
		struct err err = { 0 };
		if (csv_value_check_column(&columns[i], &err) != -1 || err.kind != ERR_INPUT)
			fail_msg("column %zu was let pass", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decimal_comma),
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_text_around_the_digits),
		cmocka_unit_test(test_other_types),
		cmocka_unit_test(test_long_numbers),
		cmocka_unit_test(test_columns_that_cannot_be),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
