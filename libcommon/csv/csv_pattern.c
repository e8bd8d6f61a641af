/* SPDX-License-Identifier: Apache-2.0 */
/* csv_pattern - check a declared format, and read cells by it. */
#include "csv/csv_pattern.h"

#include "csv/csv_month.h"

enum { YEAR_PIVOT = 69 }; /* %y: from here on 19.., POSIX */

/* A cell being read. */
struct reader {
	const char *p;
	size_t n, at;
	struct csv_time_written *w;
	const struct csv_month_names *months; /* NULL = not looked up yet */
	const char *locale;
	unsigned day_of_year; /* %j, 0 none */
	unsigned half;        /* %p: 1 AM, 2 PM, 0 none */
	const char *next;     /* rest of the format behind the directive */
};

/* A number of least..most digits; returns the digits taken, 0 when there are too few. */
static size_t take_number(const struct reader *r, size_t least, size_t most, unsigned *out)
{
	const char *p = r->p + r->at;
	const size_t n = r->n - r->at;
	unsigned value = 0;
	size_t i = 0;
	while (i < n && i < most && (unsigned char)(p[i] - '0') < 10)
		value = value * 10 + (unsigned)(p[i++] - '0');
	*out = value;
	return i < least ? 0 : i;
}

static size_t take_short_year(const struct reader *r)
{
	const size_t used = take_number(r, 2, 2, &r->w->year);
	r->w->year += r->w->year < YEAR_PIVOT ? 2000 : 1900;
	return used;
}

static size_t take_padded_day(struct reader *r)
{
	const size_t blank = r->at < r->n && r->p[r->at] == ' ' ? 1 : 0;
	r->at += blank;
	const size_t used = take_number(r, 1, 2 - blank, &r->w->day);
	r->at -= blank;
	return used == 0 ? 0 : used + blank;
}

static size_t take_month(struct reader *r)
{
	if (r->months == NULL)
		r->months = csv_month_find(r->locale);
	if (r->months == NULL)
		return 0;
	size_t used = csv_month_take(r->months, r->p + r->at, r->n - r->at, &r->w->month);
	const size_t end = r->at + used;
	if (used > 0 && end < r->n && r->p[end] == '.' && *r->next != '.')
		used++;
	return used;
}

/* Letters of any language, and a hyphen between them as in "segunda-feira": which day they name is
 * not looked at, the date says it. */
static size_t take_weekday(const struct reader *r)
{
	const char *p = r->p + r->at;
	const size_t n = r->n - r->at;
	size_t i = 0;
	while (i < n && ((unsigned char)((p[i] | 32) - 'a') < 26 || (unsigned char)p[i] >= 128 ||
			    (i > 0 && p[i] == '-' && *r->next != '-')))
		i++;
	if (i < 2)
		return 0;
	return i < n && p[i] == '.' && *r->next != '.' ? i + 1 : i;
}

/* AM, PM, A.M., P.M. */
static size_t take_half(struct reader *r)
{
	const char *p = r->p + r->at;
	const size_t n = r->n - r->at;
	const char first = n > 0 ? (char)(p[0] | 32) : '\0';
	if (first != 'a' && first != 'p')
		return 0;
	r->half = first == 'a' ? 1 : 2;
	if (n >= 2 && (p[1] | 32) == 'm')
		return 2;
	return n >= 4 && p[1] == '.' && (p[2] | 32) == 'm' && p[3] == '.' ? 4 : 0;
}

static size_t take_directive(struct reader *r, char d)
{
	struct csv_time_written *w = r->w;
	switch (d) {
	case 'Y':
		return take_number(r, 4, 4, &w->year);
	case 'y':
		return take_short_year(r);
	case 'm':
		return take_number(r, 1, 2, &w->month);
	case 'b':
	case 'B':
	case 'h':
		return take_month(r);
	case 'd':
		return take_number(r, 1, 2, &w->day);
	case 'e':
		return take_padded_day(r);
	case 'j':
		return take_number(r, 1, 3, &r->day_of_year);
	case 'H':
	case 'I':
		return take_number(r, 1, 2, &w->hour);
	case 'a':
	case 'A':
		return take_weekday(r);
	case 'p':
		return take_half(r);
	case 'M':
		return take_number(r, 1, 2, &w->minute);
	case 'S':
		return take_number(r, 1, 2, &w->second);
	case 'f':
		return csv_time_fraction(r->p + r->at, r->n - r->at, &w->us);
	case 'z':
		return csv_time_offset(r->p + r->at, r->n - r->at, w);
	default:
		return r->at < r->n && r->p[r->at] == d ? 1 : 0;
	}
}

static const char *composite(char d)
{
	return d == 'F' ? "%Y-%m-%d" : d == 'T' ? "%H:%M:%S" : d == 'R' ? "%H:%M" : NULL;
}

static bool take_format(struct reader *r, const char *format, struct csv_time_stop *stop)
{
	for (const char *f = format; *f != '\0'; f++) {
		stop->literal = *f != '%';
		f += stop->literal ? 0 : 1;
		const char *inner = stop->literal ? NULL : composite(*f);
		if (inner != NULL) {
			if (!take_format(r, inner, stop))
				return false;
			continue;
		}
		stop->at = r->at;
		stop->expected = *f;
		r->next = f + 1;
		size_t used;
		if (stop->literal)
			used = r->at < r->n && r->p[r->at] == *f ? 1 : 0;
		else
			used = take_directive(r, *f);
		if (used == 0)
			return false;
		r->at += used;
	}
	return true;
}

/* %j to month and day; day 0 or 366 of a common year leave a day that does not exist. */
static void place_day_of_year(struct reader *r)
{
	struct csv_time_written first = { .year = r->w->year, .month = 2, .day = 29 };
	const struct csv_time_month *months = csv_time_months[csv_time_day_exists(&first)];
	unsigned month = 12;
	while (month > 1 && months[month].before >= r->day_of_year)
		month--;
	r->w->month = month;
	r->w->day = r->day_of_year - months[month].before;
}

/* 12-hour clocks: 12 AM is 0, 12 PM is 12. */
static bool place_half(struct reader *r)
{
	if (r->half == 0)
		return true;
	if (r->w->hour < 1 || r->w->hour > 12)
		return false;
	r->w->hour = r->w->hour % 12 + (r->half == 2 ? 12 : 0);
	return true;
}

enum csv_time_fault csv_pattern_take(const char *p, size_t n, const struct csv_column *c,
    struct csv_time_written *out, struct csv_time_stop *out_stop)
{
	struct reader r = { .p = p, .n = n, .w = out, .locale = c->locale };
	bool by_day = false;
	if (!take_format(&r, c->format, out_stop))
		return CSV_TIME_EXPECTED;
	out_stop->at = r.at;
	if (r.at != n)
		return CSV_TIME_MORE;
	by_day = out->month == 0 && out->day == 0 && out->year != 0;
	if (by_day)
		place_day_of_year(&r);
	if (!csv_time_day_exists(out))
		return CSV_TIME_NO_DAY;
	return place_half(&r) && csv_time_clock_exists(out) ? CSV_TIME_GOOD : CSV_TIME_NO_CLOCK;
}

bool csv_time_pattern(const char *p, size_t n, const char *format, bool zoned, int64_t *out_us)
{
	const struct csv_column c = { .type = zoned ? CSV_TIMESTAMPTZ : CSV_TIMESTAMP,
		.format = format };
	struct csv_time_stop stop;
	return csv_time_column(p, n, &c, out_us, &stop) == CSV_TIME_GOOD;
}

/* What a format names; by_ says how often. */
struct named {
	unsigned year, month, day, day_of_year, hour24, hour12, half, minute, second, fraction,
	    offset, weekday;
};

static unsigned *part_of(struct named *s, char d)
{
	switch (d) {
	case 'Y':
	case 'y':
		return &s->year;
	case 'm':
	case 'b':
	case 'B':
	case 'h':
		return &s->month;
	case 'd':
	case 'e':
		return &s->day;
	case 'j':
		return &s->day_of_year;
	case 'H':
		return &s->hour24;
	case 'I':
		return &s->hour12;
	case 'p':
		return &s->half;
	case 'M':
		return &s->minute;
	case 'S':
		return &s->second;
	case 'f':
		return &s->fraction;
	case 'z':
		return &s->offset;
	case 'a':
	case 'A':
		return &s->weekday;
	default:
		return NULL;
	}
}

static int count_parts(const char *whole, const char *format, struct named *s, struct err *err)
{
	for (const char *f = format; *f != '\0'; f++) {
		if (*f != '%' || *++f == '%')
			continue;
		if (*f != '\0' && composite(*f) != NULL) {
			if (count_parts(whole, composite(*f), s, err) != 0)
				return -1;
			continue;
		}
		unsigned *part = part_of(s, *f);
		if (part == NULL)
			return err_set(err, ERR_INPUT,
			    "format \"%.60s\": known are %%Y %%y %%m %%b %%B %%d %%e %%a %%A %%j "
			    "%%H %%I "
			    "%%p %%M %%S %%f %%z %%F %%T %%R %%%%",
			    whole);
		if ((*part)++ > 0)
			return err_set(err, ERR_INPUT,
			    "format \"%.60s\": %%%c names a part that stands there already", whole,
			    *f);
	}
	return 0;
}

static const char *wrong_clock(const struct named *s)
{
	if (s->hour24 + s->hour12 > 1)
		return "names the hour twice";
	if (s->hour12 != s->half)
		return "%I and %p belong together";
	if (s->hour24 + s->hour12 == 0 && s->minute + s->second + s->fraction > 0)
		return "needs %H or %I";
	if (s->minute == 0 && s->second + s->fraction > 0)
		return "needs %M";
	return s->second == 0 && s->fraction > 0 ? "needs %S" : NULL;
}

static const char *wrong_day(const struct named *s)
{
	if (s->day_of_year > 0)
		return s->year == 0            ? "needs %Y"
		       : s->month + s->day > 0 ? "names the day twice"
					       : NULL;
	return s->year == 0 || s->month == 0 || s->day == 0 ? "needs %Y, %m and %d" : NULL;
}

static const char *wrong_parts(const struct csv_column *c, const struct named *s)
{
	const unsigned clock =
	    s->hour24 + s->hour12 + s->half + s->minute + s->second + s->fraction;
	const unsigned day = s->year + s->month + s->day + s->day_of_year + s->weekday;
	if (c->type == CSV_TIME && (day > 0 || s->offset > 0))
		return "a time of day has no date and no offset";
	if (c->type == CSV_TIME && clock == 0)
		return "needs %H";
	if (c->type == CSV_DATE && (clock > 0 || s->offset > 0))
		return "a date has no time of day";
	if (c->type == CSV_TIMESTAMP && s->offset > 0)
		return "%z needs the type timestamptz";
	if (c->type == CSV_TIMESTAMPTZ && s->offset == 0 && c->zone == NULL)
		return "timestamptz needs %z, or a zone for the column";
	const char *why = c->type == CSV_TIME ? NULL : wrong_day(s);
	return why != NULL ? why : wrong_clock(s);
}

int csv_pattern_check(const struct csv_column *c, struct err *err)
{
	struct named s = { 0 };
	if (csv_month_find(c->locale) == NULL)
		return err_set(err, ERR_INPUT, "locale \"%.20s\" is not known: we have %s",
		    c->locale, csv_month_locales());
	if (c->format == NULL)
		return 0;
	if (count_parts(c->format, c->format, &s, err) != 0)
		return -1;
	const char *why = wrong_parts(c, &s);
	if (why != NULL)
		return err_set(err, ERR_INPUT, "format \"%.60s\": %s", c->format, why);
	return 0;
}

bool csv_pattern_has_offset(const struct csv_column *c)
{
	const char *f = c->format == NULL ? NULL : strchr(c->format, '%');
	while (f != NULL && f[1] != 'z')
		f = f[1] == '\0' ? NULL : strchr(f + 2, '%');
	return f != NULL;
}

int csv_time_check_format(const char *format, enum csv_type type, struct err *err)
{
	const struct csv_column c = { .type = type, .format = format };
	return csv_pattern_check(&c, err);
}
