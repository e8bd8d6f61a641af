/* SPDX-License-Identifier: Apache-2.0 */
/* test_csv_time - every day of the calendar, and what is not a time. */
#include "csv/csv_time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <time.h>

#include <cmocka.h>

#include "csv/csv_pattern.h"

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
		{ "1970-01-01T00:00:00.123456000", false, true, 123456 },
		{ "1970-01-01T00:00:00.1234560001", false, false, 0 },
		{ "1970-01-01T00:00:00.x", false, false, 0 },
		{ "1970-01-01T00:00:0", false, false, 0 },
		{ "1970-01-01T00:00:", false, false, 0 },
		{ "1970-01-01T00", false, false, 0 },
		{ "1970-01-01T00:00:00z", true, true, 0 },
		{ "1970-01-01T00:00:00+01:60", true, false, 0 },
		{ "1970-02-29T00:00:00", false, false, 0 },
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
		{ "%d %b %Y", "2 Jan 1970", CSV_DATE, true, 86400000000 },
		{ "%d %B %Y", "02 JANUARY 1970", CSV_DATE, true, 86400000000 },
		{ "%d-%b-%y", "02-Jan.-70", CSV_DATE, true, 86400000000 },
		{ "%d.%b.%Y", "2.jan.1970", CSV_DATE, true, 86400000000 },
		{ "%b %e, %Y", "Jan  2, 1970", CSV_DATE, true, 86400000000 },
		{ "%d %b %Y", "2 Ja 1970", CSV_DATE, false, 0 },
		{ "%d%b%Y", "31Apr1970", CSV_DATE, false, 0 },
		{ "%Y%j", "1970002", CSV_DATE, true, 86400000000 },
		{ "%Y-%j", "1970-366", CSV_DATE, false, 0 },
		{ "%Y-%j", "1972-366", CSV_DATE, true, 1095 * INT64_C(86400000000) },
		{ "%Y-%j", "1970-0", CSV_DATE, false, 0 },
		{ "%m/%d/%Y %I:%M %p", "1/1/1970 12:01 AM", CSV_TIMESTAMP, true, 60000000 },
		{ "%m/%d/%Y %I:%M%p", "1/1/1970 12:00p.m.", CSV_TIMESTAMP, true, 43200000000 },
		{ "%m/%d/%Y %I:%M %p", "1/1/1970 13:00 PM", CSV_TIMESTAMP, false, 0 },
		{ "%m/%d/%Y %I:%M %p", "1/1/1970 0:30 am", CSV_TIMESTAMP, false, 0 },
		{ "%F %T", "1970-01-01 00:00:01", CSV_TIMESTAMP, true, 1000000 },
		{ "%FT%T.%f%z", "1970-01-01T00:00:01.5000000Z", CSV_TIMESTAMPTZ, true, 1500000 },
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
		{ "%x-%m-%d", CSV_DATE }, { "%Y-%m-%d %H", CSV_DATE }, { "%Y-%m-%d%", CSV_DATE },
		{ "%Y-%m-%d %z", CSV_TIMESTAMP }, { "%Y-%m-%d", CSV_TIMESTAMPTZ },
		{ "%y-%Y-%m-%d", CSV_DATE }, { "%Y-%m-%b", CSV_DATE }, { "%Y-%j-%d", CSV_DATE },
		{ "%F %I:%M", CSV_TIMESTAMP }, { "%F %H:%M %p", CSV_TIMESTAMP },
		{ "%F %H %I %p", CSV_TIMESTAMP }, { "%F %M", CSV_TIMESTAMP },
		{ "%F %H %S", CSV_TIMESTAMP }, { "%F %H:%M.%f", CSV_TIMESTAMP },
		{ "%F %F", CSV_DATE }, { "%H:%M %d", CSV_TIME }, { "12", CSV_TIME },
		{ "%H%z", CSV_TIME }, { "%F %Q", CSV_DATE } };
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct err err = { 0 };
		assert_int_equal(csv_time_check_format(cases[i].format, cases[i].type, &err), -1);
		assert_int_equal(err.kind, ERR_INPUT);
	}
}

static void test_times_of_day(void **state)
{
	(void)state;
	static const struct {
		const char *format, *text;
		bool ok;
		int64_t want;
	} cases[] = {
		{ NULL, "00:00", true, 0 },
		{ NULL, "23:59:59.999999", true, 86399999999 },
		{ NULL, "07:05:03", true, 25503000000 },
		{ NULL, "7:05", false, 0 },
		{ NULL, "24:00", false, 0 },
		{ NULL, "12:60", false, 0 },
		{ NULL, "12:00:60", false, 0 },
		{ NULL, "12:00 ", false, 0 },
		{ NULL, "12:00Z", false, 0 },
		{ NULL, "", false, 0 },
		{ "%I:%M %p", "1:05 pm", true, 47100000000 },
		{ "%H%M", "0700", true, 25200000000 },
		{ "%H%M", "2500", false, 0 },
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct err err = { 0 };
		struct csv_time_stop stop;
		const struct csv_column c = { .type = CSV_TIME, .format = cases[i].format };
		const char *text = padded(cases[i].text);
		const size_t n = strlen(cases[i].text);
		int64_t got = 42;
		int64_t plain = 42;
		assert_int_equal(csv_pattern_check(&c, &err), 0);
		const bool ok = csv_time_column(text, n, &c, &got, &stop) == CSV_TIME_GOOD;
		if (ok != cases[i].ok || got != (ok ? cases[i].want : 42))
			fail_msg("\"%s\": %d %lld", cases[i].text, ok, (long long)got);
		if (c.format == NULL && (csv_time_of_day(text, n, &plain) != ok || plain != got))
			fail_msg("\"%s\": the two ways differ", cases[i].text);
	}
}

static void test_month_names(void **state)
{
	(void)state;
	static const struct {
		const char *locale, *text;
		unsigned month;
	} cases[] = { { "de", "2 März 2026", 3 }, { "de_AT.UTF-8", "2 JÄNNER 2026", 1 },
		{ "de", "2 Dez. 2026", 12 }, { "fr", "2 AOÛT 2026", 8 },
		{ "fr", "2 fevr. 2026", 2 }, { "fr-CA", "2 juil. 2026", 7 },
		{ "pl", "2 PAŹDZIERNIKA 2026", 10 }, { "cs", "2 ČERVENCE 2026", 7 },
		{ "cs", "2 června 2026", 6 }, { "es", "2 Sept 2026", 9 },
		{ "nb_NO", "2 des 2026", 12 }, { "pt", "2 março 2026", 3 },
		{ "it", "2 gen 2026", 1 }, { "fi", "2 kesäkuuta 2026", 6 },
		{ NULL, "2 May 2026", 5 }, { NULL, "2 Mai 2026", 0 },
		{ "de", "2 Octobre 2026", 0 } };
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct err err = { 0 };
		struct csv_time_stop stop;
		const struct csv_column c = {
			.type = CSV_DATE, .format = "%d %b %Y", .locale = cases[i].locale
		};
		int64_t got = 0;
		assert_int_equal(csv_pattern_check(&c, &err), 0);
		const bool ok = csv_time_column(padded(cases[i].text), strlen(cases[i].text), &c,
				    &got, &stop) == CSV_TIME_GOOD;
		if (ok != (cases[i].month != 0) ||
		    (ok && got / 86400000000 != csv_time_days(2026, cases[i].month, 2)))
			fail_msg("%s %s: %d", cases[i].locale, cases[i].text, ok);
	}
	struct err err = { 0 };
	const struct csv_column c = { .type = CSV_DATE, .format = "%d %b %Y", .locale = "xx" };
	assert_int_equal(csv_pattern_check(&c, &err), -1);
	assert_int_equal(err.kind, ERR_INPUT);
}

static void test_where_reading_stops(void **state)
{
	(void)state;
	static const struct {
		enum csv_type type;
		const char *format, *text;
		enum csv_time_fault fault;
		size_t at;
		char expected;
	} cases[] = {
		{ CSV_DATE, NULL, "2026-1-02", CSV_TIME_EXPECTED, 6, 'm' },
		{ CSV_DATE, NULL, "2026-01-02x", CSV_TIME_MORE, 10, 0 },
		{ CSV_DATE, NULL, "2026-04-31", CSV_TIME_NO_DAY, 0, 0 },
		{ CSV_TIMESTAMP, NULL, "2026-04-30T24:00", CSV_TIME_NO_CLOCK, 0, 0 },
		{ CSV_TIMESTAMP, NULL, "2026-04-30T12:00Z", CSV_TIME_GOOD, 0, 0 },
		{ CSV_TIMESTAMP, NULL, "2026-04-30T12:00+00:00", CSV_TIME_HAS_OFFSET, 0, 0 },
		{ CSV_TIMESTAMP, NULL, "2026-04-30T12:00z", CSV_TIME_HAS_OFFSET, 0, 0 },
		{ CSV_TIMESTAMP, NULL, "2026-04-30T12:00ZZ", CSV_TIME_MORE, 17, 0 },
		{ CSV_TIME, NULL, "12:00Z", CSV_TIME_MORE, 5, 0 },
		{ CSV_TIMESTAMPTZ, NULL, "2026-04-30T12:00", CSV_TIME_NO_OFFSET, 0, 0 },
		{ CSV_TIMESTAMP, NULL, "2026-04-30T12.00", CSV_TIME_EXPECTED, 13, ':' },
		{ CSV_TIMESTAMP, NULL, "2026-04-30T12:00:00.1234567", CSV_TIME_RANGE, 26, 'f' },
		{ CSV_DATE, "%d/%m/%Y", "31/12-2026", CSV_TIME_EXPECTED, 5, '/' },
		{ CSV_DATE, "%d/%m/%Y", "31/12/26", CSV_TIME_EXPECTED, 6, 'Y' },
	};
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct csv_column c = { .type = cases[i].type, .format = cases[i].format };
		struct csv_time_stop stop = { 0 };
		int64_t us;
		const enum csv_time_fault fault =
		    csv_time_column(padded(cases[i].text), strlen(cases[i].text), &c, &us, &stop);
		if (fault != cases[i].fault || stop.fault != fault ||
		    (cases[i].at != 0 && stop.at != cases[i].at) ||
		    (cases[i].expected != 0 && stop.expected != cases[i].expected))
			fail_msg("\"%s\": fault %d at %zu, %c", cases[i].text, (int)fault, stop.at,
			    stop.expected);
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
		cmocka_unit_test(test_times_of_day),
		cmocka_unit_test(test_month_names),
		cmocka_unit_test(test_where_reading_stops),
		cmocka_unit_test(test_shown_stamps),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
