/* SPDX-License-Identifier: Apache-2.0 */
/* csv_duration - parse, show and compare durations. */
#include "csv/csv_duration.h"

#include <stdio.h>

enum { DAYS_PER_WEEK = 7, MONTHS_PER_YEAR = 12, DAYS_PER_MONTH = 30, MOST_DIGITS = 18 };

#define US_PER_S   INT64_C(1000000)
#define US_PER_DAY (INT64_C(86400) * US_PER_S)

/* Units in the order they may stand; those behind T come after `T`. */
enum unit { YEAR, MONTH, WEEK, DAY, HOUR, MINUTE, SECOND, UNITS };

static const char date_units[] = "YMWD";
static const char time_units[] = "HMS";

/* us of the units that may have a fraction; weeks only where the fraction gives whole days. */
static const int64_t unit_us[UNITS] = {
	[WEEK] = 7 * US_PER_DAY,
	[HOUR] = 3600 * US_PER_S,
	[MINUTE] = 60 * US_PER_S,
	[SECOND] = US_PER_S,
};

struct reader {
	const char *p;
	size_t n, at;
	bool in_time, fraction; /* T was seen; the last number had a fraction */
	int next;               /* first unit that may still come */
	int64_t months, days, us;
	const char *why;
};

/* One number with its unit as it is written. */
struct amount {
	int64_t whole;
	int64_t part;    /* digits behind the point */
	int64_t part_of; /* 10^digits, 1 = no fraction */
	enum unit unit;
};

static bool refuse(struct reader *r, const char *why)
{
	r->why = why;
	return false;
}

static bool take_digits(struct reader *r, int64_t *out, int64_t *out_power)
{
	const size_t start = r->at;
	int64_t value = 0;
	int64_t power = 1;
	for (; r->at < r->n && (unsigned char)(r->p[r->at] - '0') < 10; r->at++) {
		if (r->at - start == MOST_DIGITS)
			return refuse(r, "the number is too long");
		value = value * 10 + (r->p[r->at] - '0');
		power *= 10;
	}
	*out = value;
	*out_power = power;
	return r->at > start || refuse(r, "a number is missing");
}

static bool take_unit(struct reader *r, struct amount *a)
{
	const char *units = r->in_time ? time_units : date_units;
	if (r->at == r->n)
		return refuse(r, "the last number has no unit");
	const char *found = r->p[r->at] == '\0' ? NULL : strchr(units, r->p[r->at]);
	if (found == NULL)
		return refuse(r, r->in_time ? "behind T the units are H, M and S"
					    : "the units are Y, M, W and D, and H, M, S behind T");
	a->unit = (enum unit)((found - units) + (r->in_time ? HOUR : YEAR));
	if ((int)a->unit < r->next)
		return refuse(r, "units must come once and in the order Y M W D T H M S");
	r->next = (int)a->unit + 1;
	r->at++;
	return true;
}

static bool take_amount(struct reader *r, struct amount *a)
{
	int64_t power;
	a->part_of = 1;
	a->part = 0;
	if (r->fraction)
		return refuse(r, "only the last number may have a fraction");
	if (!take_digits(r, &a->whole, &power))
		return false;
	r->fraction = r->at < r->n && (r->p[r->at] == '.' || r->p[r->at] == ',');
	if (r->fraction) {
		r->at++;
		if (!take_digits(r, &a->part, &a->part_of))
			return false;
	}
	return take_unit(r, a);
}

static bool add_to(struct reader *r, int64_t *sum, int64_t amount, int64_t unit)
{
	int64_t product;
	if (__builtin_mul_overflow(amount, unit, &product) ||
	    __builtin_add_overflow(*sum, product, sum))
		return refuse(r, "it is too long");
	return true;
}

/* The fraction of a unit in us, or, of weeks, in days. */
static bool add_part(struct reader *r, const struct amount *a)
{
	const __int128 us = (__int128)a->part * unit_us[a->unit];
	if (a->part == 0)
		return true;
	if (unit_us[a->unit] == 0)
		return refuse(r, "a part of a year, a month or a day has no length of its own");
	if (us % a->part_of != 0)
		return refuse(r, "it is finer than a microsecond");
	const int64_t whole_us = (int64_t)(us / a->part_of);
	if (a->unit != WEEK)
		return add_to(r, &r->us, whole_us, 1);
	if (whole_us % US_PER_DAY != 0)
		return refuse(r, "a part of a day has no length of its own");
	return add_to(r, &r->days, whole_us / US_PER_DAY, 1);
}

static bool add_amount(struct reader *r, const struct amount *a)
{
	bool ok;
	if (a->unit == YEAR || a->unit == MONTH)
		ok = add_to(r, &r->months, a->whole, a->unit == YEAR ? MONTHS_PER_YEAR : 1);
	else if (a->unit == WEEK || a->unit == DAY)
		ok = add_to(r, &r->days, a->whole, a->unit == WEEK ? DAYS_PER_WEEK : 1);
	else
		ok = add_to(r, &r->us, a->whole, unit_us[a->unit]);
	return ok && add_part(r, a);
}

static bool take_all(struct reader *r, bool *minus)
{
	*minus = r->n > 0 && r->p[0] == '-';
	r->at = *minus ? 1 : 0;
	if (r->at == r->n || r->p[r->at] != 'P')
		return refuse(r, "a duration begins with P, as P1DT12H");
	r->at++;
	while (r->at < r->n) {
		struct amount a;
		if (r->p[r->at] == 'T' && !r->in_time) {
			r->in_time = true;
			r->next = HOUR;
			r->at++;
			if (r->at == r->n)
				return refuse(r, "nothing stands behind T");
			continue;
		}
		if (!take_amount(r, &a) || !add_amount(r, &a))
			return false;
	}
	if (r->next == 0)
		return refuse(r, "it has no numbers");
	if (r->months > INT32_MAX || r->days > INT32_MAX)
		return refuse(r, "it is too long");
	return true;
}

bool csv_duration_parse(const char *p, size_t n, struct csv_duration *out)
{
	struct reader r = { .p = p, .n = n };
	bool minus;
	if (!take_all(&r, &minus))
		return false;
	const int sign = minus ? -1 : 1;
	*out = (struct csv_duration){ (int32_t)(sign * r.months), (int32_t)(sign * r.days),
		sign * r.us };
	return true;
}

const char *csv_duration_why(const char *p, size_t n, size_t *out_at)
{
	struct reader r = { .p = p, .n = n, .why = "" };
	bool minus;
	(void)!take_all(&r, &minus);
	*out_at = r.at;
	return r.why;
}

struct text {
	char *p;
	size_t n;
};

static void add_unit(struct text *t, uint64_t value, char unit)
{
	if (value > 0)
		t->n += (size_t)snprintf(t->p + t->n, CSV_DURATION_TEXT_BYTES - t->n, "%llu%c",
		    (unsigned long long)value, unit);
}

static void add_seconds(struct text *t, uint64_t us)
{
	const unsigned fraction = (unsigned)(us % (uint64_t)US_PER_S);
	if (us == 0)
		return;
	t->n += (size_t)snprintf(
	    t->p + t->n, CSV_DURATION_TEXT_BYTES - t->n, "%u", (unsigned)(us / (uint64_t)US_PER_S));
	if (fraction != 0) {
		t->n += (size_t)snprintf(
		    t->p + t->n, CSV_DURATION_TEXT_BYTES - t->n, ".%06u", fraction);
		while (t->p[t->n - 1] == '0')
			t->n--;
	}
	t->p[t->n++] = 'S';
	t->p[t->n] = '\0';
}

static uint64_t magnitude(int64_t v)
{
	return v < 0 ? -(uint64_t)v : (uint64_t)v;
}

/* One sign for all; parts of the other sign are brought into the shown one by their minus. */
void csv_duration_format(const struct csv_duration *d, char *out)
{
	struct text t = { .p = out };
	const bool minus =
	    d->months <= 0 && d->days <= 0 && d->us <= 0 && (d->months | d->days | d->us) != 0;
	const bool mixed = !minus && (d->months < 0 || d->days < 0 || d->us < 0);
	if (mixed) {
		(void)snprintf(out, CSV_DURATION_TEXT_BYTES, "P%dM%dDT%s%lld.%06uS", d->months,
		    d->days, d->us < 0 ? "-" : "",
		    (long long)(magnitude(d->us) / (uint64_t)US_PER_S),
		    (unsigned)(magnitude(d->us) % (uint64_t)US_PER_S));
		return;
	}
	const uint64_t months = magnitude(d->months);
	const uint64_t us = magnitude(d->us);
	t.n = (size_t)snprintf(out, CSV_DURATION_TEXT_BYTES, "%sP", minus ? "-" : "");
	add_unit(&t, months / MONTHS_PER_YEAR, 'Y');
	add_unit(&t, months % MONTHS_PER_YEAR, 'M');
	add_unit(&t, magnitude(d->days), 'D');
	if (us > 0 || (d->months | d->days) == 0)
		t.n += (size_t)snprintf(out + t.n, CSV_DURATION_TEXT_BYTES - t.n, "T");
	const uint64_t hour = (uint64_t)unit_us[HOUR];
	const uint64_t minute = (uint64_t)unit_us[MINUTE];
	add_unit(&t, us / hour, 'H');
	add_unit(&t, us % hour / minute, 'M');
	add_seconds(&t, us % minute);
	if (us == 0 && (d->months | d->days) == 0)
		(void)snprintf(out + t.n, CSV_DURATION_TEXT_BYTES - t.n, "0S");
}

static __int128 length_us(const struct csv_duration *d)
{
	return ((__int128)d->months * DAYS_PER_MONTH + d->days) * US_PER_DAY + d->us;
}

int csv_duration_compare(const struct csv_duration *x, const struct csv_duration *y)
{
	const __int128 a = length_us(x);
	const __int128 b = length_us(y);
	return (a > b) - (a < b);
}
