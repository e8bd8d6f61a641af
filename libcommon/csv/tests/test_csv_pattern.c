/* SPDX-License-Identifier: Apache-2.0 */
/* test_csv_pattern - dates and times in many formats, the same as Python's strptime reads. */
#include "csv/csv_pattern.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* Prints three lines a case: the format, the cell, and its us since 1970 or "no". Days and hours go
 * a little beyond the calendar; numbers come with and without their leading zero. */
static const char script[] =
    "import calendar, random\n"
    "from datetime import datetime, timedelta, timezone\n"
    "r = random.Random(11)\n"
    "def two(n): return str(n) if r.random() < .3 else '%02d' % n\n"
    "def any_case(s): return r.choice([str, str.upper, str.lower])(s)\n"
    "days = ['%d.%m.%Y', '%m/%d/%Y', '%Y-%m-%d', '%d-%b-%y', '%B %d, %Y', '%d %b %Y', '%Y/%j']\n"
    "clocks = ['', ' %H:%M', 'T%H:%M:%S', ' %I:%M %p', ' %H.%M.%S.%f', ' %H:%M%z', ' %I:%M:%S %p "
    "%z']\n"
    "for _ in range(12000):\n"
    "    f = r.choice(days) + r.choice(clocks)\n"
    "    year, month, day = r.randrange(1, 10000), r.randrange(1, 13), r.randrange(1, 32)\n"
    "    if '%y' in f: year = r.randrange(1969, 2069)\n"
    "    hour, minute, second = r.randrange(25), r.randrange(61), r.randrange(60)\n"
    "    month_name = r.choice([calendar.month_abbr, calendar.month_name])\n"
    "    if '%B' in f: month_name = calendar.month_name\n"
    "    if '%b' in f: month_name = calendar.month_abbr\n"
    "    sign, off_h, off_m = r.choice('+-'), r.randrange(15), r.choice([0, 30, 45])\n"
    "    parts = {'Y': '%04d' % year, 'y': '%02d' % (year % 100), 'm': two(month), 'd': two(day),\n"
    "             'b': any_case(month_name[month]), 'B': any_case(month_name[month]),\n"
    "             'j': '%03d' % r.randrange(1, 368), 'H': two(hour), 'I': two(hour % 13),\n"
    "             'p': any_case(r.choice(['AM', 'PM'])), 'M': two(minute), 'S': two(second),\n"
    "             'f': str(r.randrange(10 ** 6))[:r.randrange(1, 7)],\n"
    "             'z': r.choice(['Z', '%s%02d:%02d' % (sign, off_h, off_m), '%s%02d%02d' % (sign, "
    "off_h, off_m)])}\n"
    "    text, i = '', 0\n"
    "    while i < len(f):\n"
    "        text += parts[f[i + 1]] if f[i] == '%' else f[i]\n"
    "        i += 2 if f[i] == '%' else 1\n"
    "    try:\n"
    "        t = datetime.strptime(text, f)\n"
    "        if t.year != year: raise ValueError  # day 366 of a common year\n"
    "        zero = datetime(1970, 1, 1, tzinfo=timezone.utc if t.tzinfo else None)\n"
    "        d = t - zero\n"
    "        want = (d.days * 86400 + d.seconds) * 10 ** 6 + d.microseconds\n"
    "    except ValueError:\n"
    "        want = 'no'\n"
    "    print(f, text, want, sep='\\n')\n";

static bool read_line(FILE *in, char *out, size_t room)
{
	if (fgets(out, (int)room, in) == NULL)
		return false;
	out[strcspn(out, "\n")] = '\0';
	return true;
}

static void check_case(const char *format, const char *text, const char *want)
{
	struct err err = { 0 };
	struct csv_time_stop stop;
	struct csv_column c = { .format = format, .type = CSV_TIMESTAMP };
	char cell[256];
	char got[32] = "no";
	int64_t us;
	const size_t n = strlen(text);
	if (strstr(format, "%z") != NULL)
		c.type = CSV_TIMESTAMPTZ;
	memset(cell, '1', sizeof(cell));
	memcpy(cell, text, n);
	if (csv_pattern_check(&c, &err) != 0)
		fail_msg("%s", err.msg);
	if (csv_time_column(cell, n, &c, &us, &stop) == CSV_TIME_GOOD)
		(void)snprintf(got, sizeof(got), "%lld", (long long)us);
	if (strcmp(got, want) != 0)
		fail_msg("\"%s\" as \"%s\": %s, Python says %s", text, format, got, want);
}

static void test_formats_against_python(void **state)
{
	(void)state;
	char command[sizeof(script) + 64];
	char format[128];
	char text[128];
	char want[128];
	size_t seen = 0;
	size_t good = 0;
	(void)snprintf(command, sizeof(command), "/usr/bin/python3 - <<'END'\n%sEND\n", script);
	FILE *in = popen(command, "r");
	assert_non_null(in);
	while (read_line(in, format, sizeof(format)) && read_line(in, text, sizeof(text)) &&
	       read_line(in, want, sizeof(want))) {
		check_case(format, text, want);
		seen++;
		good += strcmp(want, "no") != 0;
	}
	assert_int_equal(pclose(in), 0);
	assert_true(seen == 12000 && good > 8000 && good < 11800);
}

/* One byte of a good cell becomes another that may be good there. */
static size_t spoil(char *cell, size_t n, uint32_t draw)
{
	static const char bytes[] = "0123456789-: T.Z";
	const uint32_t how = draw >> 16;
	if (how % 4 != 0)
		cell[draw % n] = bytes[how / 4 % (sizeof(bytes) - 1)];
	return how % 32 == 0 ? n - 1 : how % 64 == 1 ? n + 1 : n;
}

/* What is read without the format must be what the format reads. */
static void test_short_ways_against_formats(void **state)
{
	static const char *const formats[] = { "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%F %T",
		"%FT%T", "%Y-%m-%d", "%F" };
	uint32_t draw = 20261120;
	unsigned taken = 0;
	(void)state;
	for (unsigned i = 0; i < 400000; i++) {
		const char *format = formats[i % ARRAY_SIZE(formats)];
		const char between = csv_time_format_between(format);
		const bool date = between == '-';
		const struct csv_column c = { .type = date ? CSV_DATE : CSV_TIMESTAMP,
			.format = format };
		char cell[64] = "2024-02-29 23:59:58";
		struct csv_time_stop stop;
		int64_t want = 0;
		int64_t got = 0;
		int32_t days = 0;
		cell[10] = date ? '\0' : between;
		draw = draw * 1664525 + 1013904223;
		size_t n = spoil(cell, date ? 10 : 19, draw);
		draw = draw * 1664525 + 1013904223;
		n = spoil(cell, n, draw);
		const bool ok = date ? csv_time_date(cell, n, &days)
				     : csv_time_stamp_between(cell, n, between, &got);
		got = date ? days * CSV_TIME_US_PER_DAY : got;
		taken += ok;
		if (ok &&
		    (csv_time_column(cell, n, &c, &want, &stop) != CSV_TIME_GOOD || want != got))
			fail_msg("%.*s by %s", (int)n, cell, format);
	}
	assert_true(taken > 40000);
	assert_int_equal(csv_time_format_between("%d.%m.%Y"), 0);
	assert_int_equal(csv_time_format_between(NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_formats_against_python),
		cmocka_unit_test(test_short_ways_against_formats),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
