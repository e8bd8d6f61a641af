/* SPDX-License-Identifier: Apache-2.0 */
/* csv_zone_rule - parse a POSIX TZ rule and find its days. */
#include "csv/csv_zone_rule.h"

#include "csv/csv_time.h"

enum { DAY_S = 86400, HOUR_S = 3600, MOST_HOURS = 167, SUNDAY = 4 /* 1970-01-04 */ };

static bool take_number(const char **p, int most, int *out)
{
	int value = 0;
	const char *start = *p;
	for (; **p >= '0' && **p <= '9' && value <= most; (*p)++)
		value = value * 10 + (**p - '0');
	*out = value;
	return *p != start && value <= most;
}

/* [+-]hh[:mm[:ss]] */
static bool take_time(const char **p, int32_t *out)
{
	int hour;
	int minute = 0;
	int second = 0;
	const bool minus = **p == '-';
	*p += minus || **p == '+' ? 1 : 0;
	if (!take_number(p, MOST_HOURS, &hour))
		return false;
	if (**p == ':') {
		(*p)++;
		if (!take_number(p, 59, &minute))
			return false;
	}
	if (**p == ':') {
		(*p)++;
		if (!take_number(p, 59, &second))
			return false;
	}
	const int32_t seconds = hour * HOUR_S + minute * 60 + second;
	*out = minus ? -seconds : seconds;
	return true;
}

/* CEST or <+03>; the name itself is not kept. */
static bool take_name(const char **p)
{
	const char *start = *p;
	if (**p == '<') {
		while (**p != '\0' && **p != '>')
			(*p)++;
		if (**p != '>')
			return false;
		(*p)++;
		return true;
	}
	while ((**p | 32) >= 'a' && (**p | 32) <= 'z')
		(*p)++;
	return *p - start >= 3;
}

static bool take_part(const char **p, int least, int most, int *out)
{
	return take_number(p, most, out) && *out >= least;
}

static bool take_month_day(const char **p, struct csv_zone_day *d)
{
	if (!take_part(p, 1, 12, &d->month) || **p != '.')
		return false;
	(*p)++;
	if (!take_part(p, 1, 5, &d->week) || **p != '.')
		return false;
	(*p)++;
	return take_part(p, 0, 6, &d->day);
}

static bool take_day(const char **p, struct csv_zone_day *d)
{
	*d = (struct csv_zone_day){ .kind = 'N', .time_s = 2 * HOUR_S };
	if (**p == 'M' || **p == 'J')
		d->kind = *(*p)++;
	if (d->kind == 'M' ? !take_month_day(p, d)
			   : !take_part(p, d->kind == 'J' ? 1 : 0, 365, &d->day))
		return false;
	if (**p != '/')
		return true;
	(*p)++;
	return take_time(p, &d->time_s);
}

bool csv_zone_rule_parse(const char *text, struct csv_zone_rule *out)
{
	struct csv_zone_rule r = { .has_summer = true };
	const char *p = text;
	if (!take_name(&p) || !take_time(&p, &r.standard_s))
		return false;
	r.standard_s = -r.standard_s;
	r.summer_s = r.standard_s + HOUR_S;
	if (*p == '\0') {
		r.has_summer = false;
		*out = r;
		return true;
	}
	if (!take_name(&p))
		return false;
	if (*p != ',') {
		if (!take_time(&p, &r.summer_s))
			return false;
		r.summer_s = -r.summer_s;
	}
	if (*p++ != ',' || !take_day(&p, &r.start) || *p++ != ',' || !take_day(&p, &r.end) ||
	    *p != '\0')
		return false;
	*out = r;
	return true;
}

static int32_t day_of(const struct csv_zone_day *d, int year)
{
	const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	const int32_t first = csv_time_days(year, 1, 1);
	if (d->kind == 'N')
		return first + d->day;
	if (d->kind == 'J')
		return first + d->day - 1 + (leap && d->day >= 60 ? 1 : 0);
	const struct csv_time_month *m = &csv_time_months[leap][d->month];
	const int32_t month_start = first + m->before;
	const int32_t weekday = ((month_start - (SUNDAY - 1)) % 7 + 7) % 7; /* 0 = Sunday */
	int32_t day = (d->day - weekday + 7) % 7 + (d->week - 1) * 7;
	while (day >= m->days)
		day -= 7;
	return month_start + day;
}

int64_t csv_zone_rule_day(const struct csv_zone_day *d, int year)
{
	return (int64_t)day_of(d, year) * DAY_S + d->time_s;
}
