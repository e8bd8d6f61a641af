/* SPDX-License-Identifier: Apache-2.0 */
/* test_csv_explain - the words for every way a cell can be refused. */
#include "csv/csv_explain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "csv/csv_value.h"
#include "csv/csv_zone.h"

static const char *const yes[] = { "ja", "J", NULL };
static const char *const no[] = { "nein", NULL };

struct words_case {
	const char *cell, *want; /* want: behind "c: `cell` is not " */
	struct csv_column column;
};

static const struct words_case cases[] = {
	{ "1e400", "a number: it is larger than 1.8e308, or not a number", { .type = CSV_DOUBLE } },
	{ "1e", "a number: its exponent has no digits", { .type = CSV_DOUBLE } },
	{ "-", "a number: it has no digits", { .type = CSV_DOUBLE } },
	{ "1,5", "a number: found `,` at character 2", { .type = CSV_DOUBLE } },
	{ "0012.3400",
	    "a decimal: 2 digits before the point, at most 1 are allowed "
	    "(millrace.precision less scale)",
	    { .type = CSV_DECIMAL, .precision = 3, .scale = 2 } },
	{ "1.2300400",
	    "a decimal: 5 digits behind the point, at most 2 are allowed "
	    "(millrace.scale)",
	    { .type = CSV_DECIMAL, .precision = 3, .scale = 2 } },
	{ "NaN", "a decimal: millrace.type double reads it",
	    { .type = CSV_DECIMAL, .precision = 3, .scale = 2 } },
	{ "-INF", "a decimal: millrace.type double reads it",
	    { .type = CSV_DECIMAL, .precision = 3, .scale = 2 } },
	{ "1e-3", "a decimal: it does not fit decimal(3,2); millrace.type double reads it",
	    { .type = CSV_DECIMAL, .precision = 3, .scale = 2 } },
	{ "1e", "a decimal: found `e` at character 2",
	    { .type = CSV_DECIMAL, .precision = 3, .scale = 2 } },
	{ "1.234,5", "a decimal: a point is not the decimal sign of this column, at character 2",
	    { .type = CSV_DECIMAL, .precision = 9, .scale = 2, .decimal_char = ',' } },
	{ "1.23,5", "a decimal: a group has not three digits, at character 5",
	    { .type = CSV_DECIMAL, .precision = 9, .decimal_char = ',', .group_char = '.' } },
	{ "\xe2\x82\xac 1.234x5", "a decimal: found `x` at character 8",
	    { .type = CSV_DECIMAL,
		.precision = 9,
		.group_char = '.',
		.decimal_char = ',',
		.not_bare = true } },
	{ "5.00-", "a decimal: a sign behind the number, at character 5",
	    { .type = CSV_DECIMAL, .precision = 9, .scale = 2, .not_bare = true } },
	{ "yes", "true or false: expected `ja`, `J`, `nein`",
	    { .type = CSV_BOOLEAN, .yes = yes, .no = no } },
	{ "2026-02-30", "a date: there is no such day", { .type = CSV_DATE } },
	{ "2026-02-03 ", "a date: text behind its end, at character 11, expected YYYY-MM-DD",
	    { .type = CSV_DATE } },
	{ "3 Mrz 2026", "a date: expected the format %d %b %Y, the name of a month at character 3",
	    { .type = CSV_DATE, .format = "%d %b %Y" } },
	{ "3-Mar-2026", "a date: expected the format %d %b %Y, a blank at character 2",
	    { .type = CSV_DATE, .format = "%d %b %Y" } },
	{ "25:00", "a time of day: there is no such time of day", { .type = CSV_TIME } },
	{ "7:00", "a time of day: expected HH:MM:SS", { .type = CSV_TIME } },
	{ "2026-01-01T00:00+01:00",
	    "a timestamp: it has an offset, the column has none (millrace.type timestamptz reads "
	    "it)",
	    { .type = CSV_TIMESTAMP } },
	{ "2026-01-01T00:00:00.1234567", "a timestamp: it is finer than a microsecond",
	    { .type = CSV_TIMESTAMP } },
	{ "P1D2Y",
	    "a duration: units must come once and in the order Y M W D T H M S, at character 5",
	    { .type = CSV_DURATION } },
	{ "1:30", "a duration: a duration begins with P, as P1DT12H, at character 1",
	    { .type = CSV_DURATION } },
	{ "123", "a UUID: it has 3 characters, a UUID has 36", { .type = CSV_UUID } },
	{ "0123abcx", "a UUID: found `x` at character 8", { .type = CSV_UUID } },
	{ "[1,]", "JSON: a value is missing here, at character 4", { .type = CSV_JSON } },
	{ "[]", "JSON: an object is wanted here, at character 1",
	    { .type = CSV_JSON, .format = "object" } },
};

static void test_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char cell[256] = "";
		char message[CSV_MESSAGE_BYTES];
		char want[512];
		_Alignas(16) char value[16];
		struct csv_column c = cases[i].column;
		const size_t n = strlen(cases[i].cell);
		c.name = "c";
		memcpy(cell, cases[i].cell, n);
		assert_false(csv_value_parse(&c, cell, n, value));
		csv_explain(&c, cell, n, message);
		(void)snprintf(
		    want, sizeof(want), "c: `%s` is not %s", cases[i].cell, cases[i].want);
		assert_string_equal(message, want);
	}
}

static void test_a_gap_names_its_zone(void **state)
{
	(void)state;
	struct err err = { 0 };
	struct csv_zone *z = NULL;
	char cell[128] = "2026-03-29T02:30:00";
	char message[CSV_MESSAGE_BYTES];
	assert_int_equal(csv_zone_open("Europe/Berlin", &z, &err), 0);
	const struct csv_column c = { .name = "c", .type = CSV_TIMESTAMPTZ, .zone = z };
	csv_explain(&c, cell, strlen(cell), message);
	assert_string_equal(message, "c: `2026-03-29T02:30:00` is not a timestamp with offset: "
				     "clocks in Europe/Berlin were put forward over this time");
	csv_zone_free(&z);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_a_gap_names_its_zone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
