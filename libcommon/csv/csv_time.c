/* SPDX-License-Identifier: Apache-2.0 */
/* csv_time - ISO dates, times and timestamps, and the calendar behind them. */
#include "csv/csv_time.h"

#include <stdio.h>

#include "csv/csv_pattern.h"
#include "csv/csv_zone.h"

const struct csv_time_month csv_time_months[2][16] = {
	{ { 0, 0 }, { 0, 31 }, { 31, 28 }, { 59, 31 }, { 90, 30 }, { 120, 31 }, { 151, 30 },
	    { 181, 31 }, { 212, 31 }, { 243, 30 }, { 273, 31 }, { 304, 30 }, { 334, 31 } },
	{ { 0, 0 }, { 0, 31 }, { 31, 29 }, { 60, 31 }, { 91, 30 }, { 121, 31 }, { 152, 30 },
	    { 182, 31 }, { 213, 31 }, { 244, 30 }, { 274, 31 }, { 305, 30 }, { 335, 31 } },
};

static inline bool two_digits(const char *p, unsigned *out)
{
	const unsigned a = (unsigned char)(p[0] - '0');
	const unsigned b = (unsigned char)(p[1] - '0');
	*out = a * 10 + b;
	return a < 10 && b < 10;
}

static inline bool is_leap(unsigned y)
{
	return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
}

bool csv_time_day_exists(const struct csv_time_written *w)
{
	return w->year >= 1 && w->year <= 9999 && w->month <= 12 && w->day >= 1 &&
	       w->day <= csv_time_months[is_leap(w->year)][w->month].days;
}

bool csv_time_clock_exists(const struct csv_time_written *w)
{
	return w->hour < 24 && w->minute < 60 && w->second < 60;
}

int32_t csv_time_days(int year, unsigned month, unsigned day)
{
	const unsigned y = (unsigned)year;
	const unsigned before = y - 1;
	const unsigned days = 365 * before + before / 4 - before / 100 + before / 400;
	return (int32_t)(days + csv_time_months[is_leap(y)][month].before + day) - 719163;
}

int64_t csv_time_us(const struct csv_time_written *w)
{
	const int64_t days = csv_time_days((int)w->year, w->month, w->day);
	const int64_t seconds =
	    (int64_t)(w->hour * 3600 + w->minute * 60 + w->second) - (int64_t)w->offset_s;
	return days * CSV_TIME_US_PER_DAY + seconds * CSV_TIME_US_PER_S + (int64_t)w->us;
}

/* Eight digits in one word, those that are not there are zeros behind. */
size_t csv_time_fraction(const char *p, size_t n, unsigned *out_us)
{
	const uint64_t v = csv_swar_load(p);
	const uint64_t stop = csv_swar_not_digits(v);
	const size_t run = stop == 0 ? 8 : (size_t)__builtin_ctzll(stop) / 8;
	size_t digits = run < n ? run : n;
	digits = digits < 6 ? digits : 6;
	const uint64_t kept = (UINT64_C(1) << (digits * 8)) - 1;
	*out_us = (unsigned)(csv_swar_value((v & kept) | (CSV_SWAR_ZEROS & ~kept)) / 100);
	while (digits >= 6 && digits < n && p[digits] == '0')
		digits++;
	return digits;
}

/* Z, +HH, +HHMM, +HH:MM. */
static inline size_t take_offset(const char *p, size_t n, int *out_s)
{
	unsigned hour = 0;
	unsigned minute = 0;
	size_t used = 3;
	if (n >= 1 && (p[0] == 'Z' || p[0] == 'z'))
		used = 1;
	else if (n < 3 || (p[0] != '+' && p[0] != '-') || !two_digits(p + 1, &hour))
		return 0;
	else if (n >= 6 && p[3] == ':' && two_digits(p + 4, &minute))
		used = 6;
	else if (n >= 5 && two_digits(p + 3, &minute))
		used = 5;
	else
		minute = 0;
	if (hour > 15 || minute > 59)
		return 0;
	const int seconds = (int)(hour * 3600 + minute * 60);
	*out_s = p[0] == '-' ? -seconds : seconds;
	return used;
}

size_t csv_time_offset(const char *p, size_t n, struct csv_time_written *w)
{
	const size_t used = take_offset(p, n, &w->offset_s);
	w->has_offset = w->has_offset || used > 0;
	return used;
}

/* Fills a time of day; stop->at counts from p. */
static enum csv_time_fault take_clock(
    const char *p, size_t n, struct csv_time_written *w, struct csv_time_stop *stop)
{
	static const char directives[] = "HMS";
	unsigned *const parts[] = { &w->hour, &w->minute, &w->second };
	stop->literal = false;
	for (size_t i = 0; i < 3; i++) {
		const size_t at = i * 3;
		stop->at = at;
		stop->expected = directives[i];
		if (n < at + 2 || !two_digits(p + at, parts[i]))
			return CSV_TIME_EXPECTED;
		stop->at = at + 2;
		if (i == 1 && (n == 5 || p[5] != ':'))
			return CSV_TIME_GOOD;
		stop->expected = ':';
		stop->literal = true;
		if (i == 0 && (n < 3 || p[2] != ':'))
			return CSV_TIME_EXPECTED;
		stop->literal = false;
	}
	if (n < 9 || p[8] != '.')
		return CSV_TIME_GOOD;
	stop->expected = 'f';
	const size_t digits = csv_time_fraction(p + 9, n - 9, &w->us);
	stop->at = 9 + digits;
	if (digits == 0)
		return CSV_TIME_EXPECTED;
	return stop->at < n && (unsigned char)(p[stop->at] - '0') < 10 ? CSV_TIME_RANGE
								       : CSV_TIME_GOOD;
}

static enum csv_time_fault take_date(
    const char *p, size_t n, struct csv_time_written *w, struct csv_time_stop *stop)
{
	static const char shape[] = "YYYY-mm-dd";
	for (size_t i = 0; i < sizeof(shape) - 1; i++) {
		const bool digit = i < n && (unsigned char)(p[i] - '0') < 10;
		stop->at = i;
		stop->expected = shape[i];
		stop->literal = shape[i] == '-';
		if (stop->literal ? i >= n || p[i] != '-' : !digit)
			return CSV_TIME_EXPECTED;
	}
	unsigned century = 0;
	(void)(two_digits(p, &century) && two_digits(p + 2, &w->year) &&
	       two_digits(p + 5, &w->month) && two_digits(p + 8, &w->day));
	w->year += century * 100;
	stop->at = 10;
	return csv_time_day_exists(w) ? CSV_TIME_GOOD : CSV_TIME_NO_DAY;
}

/* ISO with everything; an offset stays where it was found. */
static enum csv_time_fault take_stamp(
    const char *p, size_t n, struct csv_time_written *w, struct csv_time_stop *stop)
{
	enum csv_time_fault fault = take_date(p, n, w, stop);
	if (fault != CSV_TIME_GOOD)
		return fault;
	stop->expected = 'T';
	stop->literal = true;
	if (n < 11 || (p[10] != 'T' && p[10] != ' '))
		return CSV_TIME_EXPECTED;
	fault = take_clock(p + 11, n - 11, w, stop);
	stop->at += 11;
	if (fault != CSV_TIME_GOOD)
		return fault;
	if (!csv_time_clock_exists(w))
		return CSV_TIME_NO_CLOCK;
	if (stop->at == n)
		return CSV_TIME_GOOD;
	stop->at += csv_time_offset(p + stop->at, n - stop->at, w);
	return stop->at == n ? CSV_TIME_GOOD : CSV_TIME_MORE;
}

/* Whole seconds and what may stand behind them, for all but odd cells. */
static inline bool quick_stamp(const char *p, size_t n, bool zoned, int64_t *out)
{
	uint64_t bad = (uint64_t)(n < 19) | (uint64_t)(p[10] != 'T' && p[10] != ' ');
	const int64_t days = csv_time_day(p, &bad);
	const int64_t seconds = csv_time_clock(p + 11, &bad);
	unsigned us = 0;
	int offset_s = 0;
	size_t at = 19;
	if (bad != 0)
		return false;
	if (n > 20 && p[19] == '.')
		at += 1 + csv_time_fraction(p + 20, n - 20, &us);
	const size_t offset = zoned ? take_offset(p + at, n - at, &offset_s) : 0;
	if (at == 20 || at + offset != n || (offset == 0) == zoned)
		return false;
	*out = (days * 86400 + seconds - offset_s) * CSV_TIME_US_PER_S + (int64_t)us;
	return true;
}

bool csv_time_any_stamp(const char *p, size_t n, bool zoned, int64_t *out)
{
	if (quick_stamp(p, n, zoned, out))
		return true;
	struct csv_time_written w = { 0 };
	struct csv_time_stop stop;
	if (take_stamp(p, n, &w, &stop) != CSV_TIME_GOOD || w.has_offset != zoned)
		return false;
	*out = csv_time_us(&w);
	return true;
}

bool csv_time_utc(const char *p, size_t n, int64_t *out)
{
	return n > 0 && p[n - 1] == 'Z' && csv_time_any_stamp(p, n, true, out);
}

bool csv_time_of_day(const char *p, size_t n, int64_t *out)
{
	struct csv_time_written w = { .year = 1970, .month = 1, .day = 1 };
	struct csv_time_stop stop;
	if (take_clock(p, n, &w, &stop) != CSV_TIME_GOOD || stop.at != n ||
	    !csv_time_clock_exists(&w))
		return false;
	*out = csv_time_us(&w);
	return true;
}

/* The cell as its column writes it, without a look at offsets. */
static enum csv_time_fault take_written(const char *p, size_t n, const struct csv_column *c,
    struct csv_time_written *w, struct csv_time_stop *stop)
{
	enum csv_time_fault fault;
	if (c->format != NULL)
		return csv_pattern_take(p, n, c, w, stop);
	if (c->type == CSV_TIMESTAMP || c->type == CSV_TIMESTAMPTZ)
		return take_stamp(p, n, w, stop);
	if (c->type == CSV_DATE)
		fault = take_date(p, n, w, stop);
	else
		fault = take_clock(p, n, w, stop);
	if (fault != CSV_TIME_GOOD)
		return fault;
	if (stop->at != n)
		return CSV_TIME_MORE;
	return csv_time_clock_exists(w) ? CSV_TIME_GOOD : CSV_TIME_NO_CLOCK;
}

/* A local time without offset in the column's zone. */
static enum csv_time_fault take_zone(
    const struct csv_column *c, struct csv_time_written *w, int64_t *out_us)
{
	int64_t utc_s;
	if (c->zone == NULL)
		return CSV_TIME_NO_OFFSET;
	const int64_t us = csv_time_us(w);
	const int64_t local_s = (us - (int64_t)w->us) / CSV_TIME_US_PER_S;
	if (csv_zone_utc(c->zone, local_s, &utc_s) == CSV_ZONE_GAP)
		return CSV_TIME_GAP;
	*out_us = utc_s * CSV_TIME_US_PER_S + (int64_t)w->us;
	return CSV_TIME_GOOD;
}

enum csv_time_fault csv_time_column(const char *p, size_t n, const struct csv_column *c,
    int64_t *out_us, struct csv_time_stop *out_stop)
{
	struct csv_time_written w = { 0 };
	int64_t us = 0;
	if (c->type == CSV_TIME)
		w = (struct csv_time_written){ .year = 1970, .month = 1, .day = 1 };
	enum csv_time_fault fault = take_written(p, n, c, &w, out_stop);
	const bool utc = c->type == CSV_TIMESTAMP && w.has_offset && p[n - 1] == 'Z';
	if (fault == CSV_TIME_GOOD && w.has_offset && c->type != CSV_TIMESTAMPTZ && !utc)
		fault = CSV_TIME_HAS_OFFSET;
	else if (fault == CSV_TIME_GOOD && !w.has_offset && c->type == CSV_TIMESTAMPTZ)
		fault = take_zone(c, &w, &us);
	else if (fault == CSV_TIME_GOOD)
		us = csv_time_us(&w);
	out_stop->fault = fault;
	if (fault == CSV_TIME_GOOD)
		*out_us = us;
	return fault;
}

char csv_time_format_between(const char *format)
{
	static const struct {
		const char *format;
		char between;
	} known[] = { { "%Y-%m-%d %H:%M:%S", ' ' }, { "%Y-%m-%dT%H:%M:%S", 'T' }, { "%F %T", ' ' },
		{ "%FT%T", 'T' }, { "%Y-%m-%d", '-' }, { "%F", '-' } };
	for (size_t i = 0; format != NULL && i < ARRAY_SIZE(known); i++) {
		if (strcmp(format, known[i].format) == 0)
			return known[i].between;
	}
	return '\0';
}

/* Source: Hinnant's civil_from_days. */
void csv_time_civil(int32_t days, int *out_year, unsigned *out_month, unsigned *out_day)
{
	const int z = days + 719468;
	const int era = (z >= 0 ? z : z - 146096) / 146097;
	const unsigned doe = (unsigned)(z - era * 146097);
	const unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	const unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	const unsigned mp = (5 * doy + 2) / 153;
	*out_day = doy - (153 * mp + 2) / 5 + 1;
	*out_month = mp < 10 ? mp + 3 : mp - 9;
	*out_year = (int)yoe + era * 400 + (*out_month <= 2 ? 1 : 0);
}

void csv_time_format_date(int32_t days, char *out)
{
	int year;
	unsigned month;
	unsigned day;
	csv_time_civil(days, &year, &month, &day);
	(void)snprintf(out, 16, "%04d-%02u-%02u", year % 10000, month % 100, day % 100);
}

void csv_time_format_clock(int64_t us, char *out)
{
	const unsigned s = (unsigned)(us / CSV_TIME_US_PER_S);
	const unsigned fraction = (unsigned)(us % CSV_TIME_US_PER_S);
	char tail[16] = "";
	if (fraction != 0)
		(void)snprintf(tail, sizeof(tail), ".%06u", fraction);
	(void)snprintf(out, 24, "%02u:%02u:%02u%.7s", s / 3600 % 100, s / 60 % 60, s % 60, tail);
}

void csv_time_format_stamp(int64_t us, bool zoned, char *out)
{
	int64_t days = us / CSV_TIME_US_PER_DAY;
	int64_t rest = us % CSV_TIME_US_PER_DAY;
	if (rest < 0) {
		rest += CSV_TIME_US_PER_DAY;
		days--;
	}
	char date[16];
	char clock[24];
	csv_time_format_date((int32_t)days, date);
	csv_time_format_clock(rest, clock);
	(void)snprintf(out, 40, "%.10sT%.15s%s", date, clock, zoned ? "Z" : "");
}
