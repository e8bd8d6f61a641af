/* SPDX-License-Identifier: Apache-2.0 */
/* test_csv_time - every day of the calendar, and what is not a time. */
#include "csv/csv_time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <time.h>

#include <cmocka.h>

static const char *padded(const char *text)
{
	static char room[256];
	memset(room, '1', sizeof(room));
	memcpy(room, text, strlen(text));
	return room;
}

static void test_every_day_against_libc(void **state)
{
	(void)state;
	const int32_t first = csv_time_days(1, 1, 1);
	const int32_t last = csv_time_days(9999, 12, 31);
	assert_int_equal(first, -719162);
	assert_int_equal(last, 2932896);
	for (int32_t day = first; day <= last; day++) {
		struct tm tm;
		char text[80];
		char shown[16];
		int32_t got;
		const time_t at = (time_t)day * 86400;
		(void)gmtime_r(&at, &tm);
		(void)snprintf(text, sizeof(text), "%04d-%02d-%02d", tm.tm_year + 1900,
		    tm.tm_mon + 1, tm.tm_mday);
		if (!csv_time_date(padded(text), 10, &got) || got != day)
			fail_msg("%s", text);
		csv_time_format_date(day, shown);
		if (strcmp(shown, text) != 0)
			fail_msg("%s shown as %s", text, shown);
	}
}

static void test_not_dates(void **state)
{
	(void)state;
	static const char *const texts[] = { "", "2026-1-01", "2026-13-01", "2026-00-01",
		"2026-01-00", "2026-01-32", "2026-02-29", "1900-02-29", "2026-04-31", "0000-01-01",
		"2026/01/01", "20260101", "2026-01-01 ", " 2026-01-01", "2026-01-01T00:00",
		"2O26-01-01", "01-01-2026" };
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		int32_t got = 42;
		if (csv_time_date(padded(texts[i]), strlen(texts[i]), &got) || got != 42)
			fail_msg("\"%s\" was read", texts[i]);
	}
}

static void test_stamps(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool zoned, ok;
		int64_t want;
	} cases[] = {
		{ "1970-01-01T00:00", false, true, 0 },
		{ "1970-01-01 00:00:01", false, true, 1000000 },
		{ "1970-01-01T00:00:00.000001", false, true, 1 },
		{ "1970-01-01T00:00:00.5", false, true, 500000 },
		{ "1969-12-31T23:59:59.999999", false, true, -1 },
		{ "2026-11-20T10:42:07", false, true, 1795171327000000 },
		{ "1970-01-01T00:00Z", true, true, 0 },
		{ "1970-01-01T00:00:00Z", true, true, 0 },
		{ "1970-01-01T05:30:00+05:30", true, true, 0 },
		{ "1970-01-01T05:30:00+0530", true, true, 0 },
		{ "1969-12-31T23:00:00-01", true, true, 0 },
		{ "1970-01-01T00:00:00.25+00:00", true, true, 250000 },
		{ "1970-01-01T00:00:00Z", false, false, 0 },
		{ "1970-01-01T00:00:00", true, false, 0 },
		{ "1970-01-01T24:00:00", false, false, 0 },
		{ "1970-01-01T23:59:60", false, false, 0 },
		{ "1970-01-01T00:60", false, false, 0 },
		{ "1970-01-01T00:00:00.", false, false, 0 },
		{ "1970-01-01T00:00:00.1234567", false, false, 0 },
		{ "1970-01-01T0:00:00", false, false, 0 },
		{ "1970-01-01", false, false, 0 },
		{ "1970-01-01x00:00:00", false, false, 0 },
		{ "1970-01-01T00:00:00+16:00", true, false, 0 },
		{ "1970-01-01T00:00:00+05:3", true, false, 0 },
		{ "1970-01-01T00:00:00 Z", true, false, 0 },
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		int64_t got = 42;
		const char *text = cases[i].text;
		const bool ok = csv_time_stamp(padded(text), strlen(text), cases[i].zoned, &got);
		if (ok != cases[i].ok || got != (ok ? cases[i].want : 42))
			fail_msg("\"%s\": %d %lld", text, ok, (long long)got);
	}
}

static void test_patterns(void **state)
{
	(void)state;
	static const struct {
		const char *format, *text;
		enum csv_type type;
		bool ok;
		int64_t want;
	} cases[] = {
		{ "%d.%m.%Y", "2.1.1970", CSV_DATE, true, 86400000000 },
		{ "%d/%m/%Y", "02/01/1970", CSV_DATE, true, 86400000000 },
		{ "%m/%d/%Y", "01/02/1970", CSV_DATE, true, 86400000000 },
		{ "%Y%m%d", "19700102", CSV_DATE, true, 86400000000 },
		{ "%d/%m/%Y", "31/02/1970", CSV_DATE, false, 0 },
		{ "%d/%m/%Y", "01/02/70", CSV_DATE, false, 0 },
		{ "%d/%m/%Y", "01/02/1970 ", CSV_DATE, false, 0 },
		{ "%d.%m.%Y %H:%M", "01.01.1970 00:01", CSV_TIMESTAMP, true, 60000000 },
		{ "%Y-%m-%d %H:%M:%S.%f", "1970-01-01 00:00:00.5", CSV_TIMESTAMP, true, 500000 },
		{ "%Y-%m-%d %H:%M%z", "1970-01-01 01:00+01:00", CSV_TIMESTAMPTZ, true, 0 },
		{ "%Y-%m-%d 100%%", "1970-01-01 100%", CSV_DATE, true, 0 },
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct err err = { 0 };
		int64_t got = 42;
		const char *text = cases[i].text;
		assert_int_equal(csv_time_check_format(cases[i].format, cases[i].type, &err), 0);
		const bool ok = csv_time_pattern(padded(text), strlen(text), cases[i].format,
		    cases[i].type == CSV_TIMESTAMPTZ, &got);
		if (ok != cases[i].ok || got != (ok ? cases[i].want : 42))
			fail_msg(
			    "\"%s\" as \"%s\": %d %lld", text, cases[i].format, ok, (long long)got);
	}
}

static void test_bad_formats(void **state)
{
	(void)state;
	static const struct {
		const char *format;
		enum csv_type type;
	} cases[] = { { "", CSV_DATE }, { "%Y-%m", CSV_DATE }, { "%Y-%m-%d-%d", CSV_DATE },
		{ "%y-%m-%d", CSV_DATE }, { "%Y-%m-%d %H", CSV_DATE }, { "%Y-%m-%d%", CSV_DATE },
		{ "%Y-%m-%d %z", CSV_TIMESTAMP }, { "%Y-%m-%d", CSV_TIMESTAMPTZ } };
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct err err = { 0 };
		assert_int_equal(csv_time_check_format(cases[i].format, cases[i].type, &err), -1);
		assert_int_equal(err.kind, ERR_INPUT);
	}
}

static void test_shown_stamps(void **state)
{
	(void)state;
	char text[40];
	csv_time_format_stamp(-1, false, text);
	assert_string_equal(text, "1969-12-31T23:59:59.999999");
	csv_time_format_stamp(1795171327000000, true, text);
	assert_string_equal(text, "2026-11-20T10:42:07Z");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_day_against_libc),
		cmocka_unit_test(test_not_dates),
		cmocka_unit_test(test_stamps),
		cmocka_unit_test(test_patterns),
		cmocka_unit_test(test_bad_formats),
		cmocka_unit_test(test_shown_stamps),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
