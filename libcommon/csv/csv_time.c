/* SPDX-License-Identifier: Apache-2.0 */
/* csv_time - date and timestamp cells. */
#include "csv/csv_time.h"

#include <stdio.h>

#define US_PER_S   INT64_C(1000000)
#define US_PER_DAY (INT64_C(86400) * US_PER_S)

static const uint8_t month_days[13] = { 0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

/* A point in time as it is written. */
struct civil {
	unsigned year, month, day, hour, minute, second, us;
	int offset_s;    /* east of UTC */
	bool has_offset; /* one was written */
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

static inline bool date_exists(const struct civil *c)
{
	if (c->year < 1 || c->year > 9999 || c->month < 1 || c->month > 12 || c->day < 1)
		return false;
	const unsigned last = month_days[c->month] + (c->month == 2 && is_leap(c->year) ? 1U : 0U);
	return c->day <= last;
}

static inline bool time_exists(const struct civil *c)
{
	return c->hour < 24 && c->minute < 60 && c->second < 60;
}

int32_t csv_time_days(int year, unsigned month, unsigned day)
{
	const int y = month <= 2 ? year - 1 : year;
	const int era = (y >= 0 ? y : y - 399) / 400;
	const unsigned yoe = (unsigned)(y - era * 400);
	const unsigned doy = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
	const unsigned doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
	return era * 146097 + (int)doe - 719468;
}

static int64_t civil_us(const struct civil *c)
{
	const int64_t days = csv_time_days((int)c->year, c->month, c->day);
	const int64_t seconds =
	    (int64_t)(c->hour * 3600 + c->minute * 60 + c->second) - (int64_t)c->offset_s;
	return days * US_PER_DAY + seconds * US_PER_S + (int64_t)c->us;
}

static inline bool take_date(const char *p, size_t n, struct civil *c)
{
	unsigned century;
	unsigned rest;
	if (n < 10 || p[4] != '-' || p[7] != '-')
		return false;
	if (!two_digits(p, &century) || !two_digits(p + 2, &rest) ||
	    !two_digits(p + 5, &c->month) || !two_digits(p + 8, &c->day))
		return false;
	c->year = century * 100 + rest;
	return date_exists(c);
}

bool csv_time_date(const char *p, size_t n, int32_t *out)
{
	struct civil c;
	if (n != 10 || !take_date(p, n, &c))
		return false;
	*out = csv_time_days((int)c.year, c.month, c.day);
	return true;
}

/* 1 to 6 digits behind the point, as microseconds; returns the digits taken. */
static size_t take_fraction(const char *p, size_t n, unsigned *out_us)
{
	static const unsigned scale[7] = { 0, 100000, 10000, 1000, 100, 10, 1 };
	unsigned value = 0;
	size_t i = 0;
	while (i < n && i < 6 && (unsigned char)(p[i] - '0') < 10)
		value = value * 10 + (unsigned)(p[i++] - '0');
	*out_us = value * scale[i];
	return i;
}

/* Z, +HH, +HHMM, +HH:MM; returns the bytes taken, 0 when none of them stands there. */
static size_t take_offset(const char *p, size_t n, struct civil *c)
{
	unsigned hour;
	unsigned minute = 0;
	c->has_offset = true;
	if (n >= 1 && (p[0] == 'Z' || p[0] == 'z'))
		return 1;
	if (n < 3 || (p[0] != '+' && p[0] != '-') || !two_digits(p + 1, &hour))
		return 0;
	size_t used = 3;
	if (n >= 6 && p[3] == ':' && two_digits(p + 4, &minute))
		used = 6;
	else if (n >= 5 && two_digits(p + 3, &minute))
		used = 5;
	else
		minute = 0;
	if (hour > 15 || minute > 59)
		return 0;
	const int seconds = (int)(hour * 3600 + minute * 60);
	c->offset_s = p[0] == '-' ? -seconds : seconds;
	return used;
}

/* Returns the bytes of the time of day, 0 when there is none. */
static size_t take_time(const char *p, size_t n, struct civil *c)
{
	if (n < 5 || p[2] != ':' || !two_digits(p, &c->hour) || !two_digits(p + 3, &c->minute))
		return 0;
	if (n < 8 || p[5] != ':')
		return 5;
	if (!two_digits(p + 6, &c->second))
		return 0;
	if (n < 10 || p[8] != '.')
		return 8;
	const size_t digits = take_fraction(p + 9, n - 9, &c->us);
	return digits == 0 ? 0 : 9 + digits;
}

bool csv_time_stamp(const char *p, size_t n, bool zoned, int64_t *out)
{
	struct civil c = { 0 };
	if (n < 16 || !take_date(p, n, &c) || (p[10] != 'T' && p[10] != ' '))
		return false;
	const size_t used = take_time(p + 11, n - 11, &c);
	if (used == 0 || !time_exists(&c))
		return false;
	size_t at = 11 + used;
	if (at < n)
		at += take_offset(p + at, n - at, &c);
	if (at != n || c.has_offset != zoned)
		return false;
	*out = civil_us(&c);
	return true;
}

/* A number of least..most digits at p; returns the digits taken, 0 when there are too few. */
static size_t take_number(const char *p, size_t n, size_t least, size_t most, unsigned *out)
{
	unsigned value = 0;
	size_t i = 0;
	while (i < n && i < most && (unsigned char)(p[i] - '0') < 10)
		value = value * 10 + (unsigned)(p[i++] - '0');
	*out = value;
	return i < least ? 0 : i;
}

static size_t take_directive(char d, const char *p, size_t n, struct civil *c)
{
	switch (d) {
	case 'Y':
		return take_number(p, n, 4, 4, &c->year);
	case 'm':
		return take_number(p, n, 1, 2, &c->month);
	case 'd':
		return take_number(p, n, 1, 2, &c->day);
	case 'H':
		return take_number(p, n, 1, 2, &c->hour);
	case 'M':
		return take_number(p, n, 1, 2, &c->minute);
	case 'S':
		return take_number(p, n, 1, 2, &c->second);
	case 'f':
		return take_fraction(p, n, &c->us);
	case 'z':
		return take_offset(p, n, c);
	default:
		return n > 0 && p[0] == d ? 1 : 0;
	}
}

bool csv_time_pattern(const char *p, size_t n, const char *format, bool zoned, int64_t *out_us)
{
	struct civil c = { 0 };
	size_t at = 0;
	for (const char *f = format; *f != '\0'; f++) {
		size_t used;
		if (*f == '%') {
			f++;
			used = take_directive(*f, p + at, n - at, &c);
		} else {
			used = at < n && p[at] == *f ? 1 : 0;
		}
		if (used == 0)
			return false;
		at += used;
	}
	if (at != n || !date_exists(&c) || !time_exists(&c) || c.has_offset != zoned)
		return false;
	*out_us = civil_us(&c);
	return true;
}

int csv_time_check_format(const char *format, enum csv_type type, struct err *err)
{
	unsigned seen[128] = { 0 };
	for (const char *f = format; *f != '\0'; f++) {
		if (*f != '%')
			continue;
		f++;
		if (*f == '\0' || strchr("YmdHMSfz%", *f) == NULL)
			return err_set(err, ERR_INPUT,
			    "format \"%s\": only %%Y %%m %%d %%H %%M %%S %%f %%z %%%% are known",
			    format);
		if (seen[(unsigned char)*f]++ > 0 && *f != '%')
			return err_set(
			    err, ERR_INPUT, "format \"%s\": %%%c stands twice", format, *f);
	}
	if (!seen['Y'] || !seen['m'] || !seen['d'])
		return err_set(err, ERR_INPUT, "format \"%s\": needs %%Y, %%m and %%d", format);
	if (type == CSV_DATE && (seen['H'] || seen['M'] || seen['S'] || seen['f'] || seen['z']))
		return err_set(err, ERR_INPUT, "format \"%s\": a date has no time of day", format);
	if (type == CSV_TIMESTAMP && seen['z'])
		return err_set(
		    err, ERR_INPUT, "format \"%s\": %%z needs the type timestamptz", format);
	if (type == CSV_TIMESTAMPTZ && !seen['z'])
		return err_set(err, ERR_INPUT, "format \"%s\": timestamptz needs %%z", format);
	return 0;
}

/* Inverse of csv_time_days. */
static void civil_from_days(int32_t days, int *out_year, unsigned *out_month, unsigned *out_day)
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
	civil_from_days(days, &year, &month, &day);
	(void)snprintf(out, 16, "%04d-%02u-%02u", year % 10000, month % 100, day % 100);
}

void csv_time_format_stamp(int64_t us, bool zoned, char *out)
{
	int64_t days = us / US_PER_DAY;
	int64_t rest = us % US_PER_DAY;
	if (rest < 0) {
		rest += US_PER_DAY;
		days--;
	}
	char date[16];
	csv_time_format_date((int32_t)days, date);
	const unsigned s = (unsigned)(rest / US_PER_S);
	const unsigned fraction = (unsigned)(rest % US_PER_S);
	char tail[16] = "";
	if (fraction != 0)
		(void)snprintf(tail, sizeof(tail), ".%06u", fraction);
	(void)snprintf(out, 40, "%.10sT%02u:%02u:%02u%.7s%s", date, s / 3600, s / 60 % 60, s % 60,
	    tail, zoned ? "Z" : "");
}
