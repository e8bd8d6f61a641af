/* SPDX-License-Identifier: Apache-2.0 */
/* shape_time - dates and times in the notations people use. */
#include <string.h>

#include "contract/shape_priv.h"
#include "csv/csv_month.h"
#include "csv/csv_time.h"

enum {
	YEAR_PIVOT = 69, /* as csv_pattern has it */
	FRACTION_DIGITS = 6,
	TIME_LEAST = 4, /* 9:42 */
	TIME_MOST = 48, /* bytes; longer cells are no dates */
	MONTH_MOST = 15,
};

const char *const shape_languages[SHAPE_LANGUAGES] = { "en", "de", "fr", "es", "it", "pt", "nl",
	"pl", "sv", "da", "no", "cs", "fi" };

/* A cell from left to right. */
struct cursor {
	const char *p;
	size_t n, at;
};

/* One to four digits; returns how many, 0 = none. */
static size_t take_digits(struct cursor *c, size_t most, unsigned *out)
{
	size_t used = 0;
	*out = 0;
	while (used < most && c->at + used < c->n && shape_is_digit(c->p[c->at + used]))
		*out = *out * 10 + (unsigned)(c->p[c->at + used++] - '0');
	c->at += used;
	return used;
}

static bool take(struct cursor *c, char wanted)
{
	const bool there = c->at < c->n && c->p[c->at] == wanted;
	c->at += there ? 1 : 0;
	return there;
}

static bool day_exists(unsigned year, unsigned month, unsigned day)
{
	const struct csv_time_written w = { .year = year, .month = month, .day = day };
	return csv_time_day_exists(&w);
}

/* :SS or :SS.f behind minutes; returns the clock. */
static int take_seconds(struct cursor *c, unsigned *out)
{
	unsigned fraction;
	if (!take(c, ':'))
		return SHAPE_CLOCK_HM;
	if (take_digits(c, 2, out) != 2)
		return -1;
	if (!take(c, '.'))
		return SHAPE_CLOCK_HMS;
	const size_t digits = take_digits(c, FRACTION_DIGITS, &fraction);
	return digits == 0 ? -1 : SHAPE_CLOCK_HMSF;
}

/* A time that fills the rest of the cell; -1: there is none. short_hour: one digit of hour. */
static int take_clock(struct cursor *c, bool *out_short_hour)
{
	unsigned hour;
	unsigned minute;
	unsigned second = 0;
	const size_t digits = take_digits(c, 2, &hour);
	*out_short_hour = digits == 1;
	if (digits == 0 || !take(c, ':') || take_digits(c, 2, &minute) != 2)
		return -1;
	const int clock = take_seconds(c, &second);
	if (clock < 0 || hour > 23 || minute > 59 || second > 59)
		return -1;
	if (c->at == c->n)
		return clock;
	if (clock == SHAPE_CLOCK_HMSF || hour < 1 || hour > 12 || c->n - c->at != 3 ||
	    !take(c, ' '))
		return -1;
	const char half = (char)(c->p[c->at] | 0x20);
	if ((half != 'a' && half != 'p') || (c->p[c->at + 1] | 0x20) != 'm')
		return -1;
	return clock == SHAPE_CLOCK_HM ? SHAPE_CLOCK_HM_PM : SHAPE_CLOCK_HMS_PM;
}

static bool time_of_day(const char *p, size_t n, struct contract_shape_of *out)
{
	static const uint8_t shapes[SHAPE_CLOCK_COUNT_][2] = {
		[SHAPE_CLOCK_HM] = { SHAPE_TIME_HM, SHAPE_TIME_H_M },
		[SHAPE_CLOCK_HMS] = { SHAPE_TIME_HMS, SHAPE_TIME_H_MS },
		[SHAPE_CLOCK_HMSF] = { SHAPE_TIME_HMSF, SHAPE_TEXT },
		[SHAPE_CLOCK_HM_PM] = { SHAPE_TIME_HM_PM, SHAPE_TIME_HM_PM },
		[SHAPE_CLOCK_HMS_PM] = { SHAPE_TIME_HMS_PM, SHAPE_TIME_HMS_PM },
	};
	struct cursor c = { p, n, 0 };
	bool short_hour;
	const int clock = take_clock(&c, &short_hour);
	out->shape = clock < 0 ? SHAPE_TEXT : shapes[clock][short_hour ? 1 : 0];
	return out->shape != SHAPE_TEXT;
}

bool shape_time(const char *p, size_t n, struct contract_shape_of *out)
{
	int32_t days;
	int64_t us;
	if (n < TIME_LEAST || n > TIME_MOST)
		return false;
	if (p[1] == ':' || p[2] == ':')
		return time_of_day(p, n, out);
	if (n < 10 || p[4] != '-')
		return false;
	if (csv_time_date(p, n, &days))
		out->shape = SHAPE_DATE_ISO;
	else if (csv_time_stamp(p, n, false, &us))
		out->shape = SHAPE_STAMP;
	else if (csv_time_stamp(p, n, true, &us))
		out->shape = SHAPE_STAMP_ZONED;
	else
		return false;
	return true;
}

/* Letters at the cursor: ASCII and whatever is not. */
static size_t word_length(const struct cursor *c)
{
	size_t n = 0;
	while (c->at + n < c->n && n <= MONTH_MOST &&
	       (shape_is_letter(c->p[c->at + n]) || (uint8_t)c->p[c->at + n] >= 0x80))
		n++;
	return n;
}

static void ask_languages(struct shape_month *m)
{
	m->languages = 0;
	m->month = 0;
	for (size_t i = 0; i < SHAPE_LANGUAGES; i++) {
		unsigned month;
		const size_t used =
		    csv_month_take(csv_month_find(shape_languages[i]), m->word, m->n, &month);
		if (used != m->n || (m->month != 0 && m->month != month))
			continue;
		m->month = (uint8_t)month;
		m->languages |= (uint16_t)(1U << i);
	}
}

/* A month by its name, `by` and a digit; languages are asked once for each name. */
static const struct shape_month *take_month(struct contract_shaper *s, struct cursor *c, char by)
{
	const size_t n = word_length(c);
	if (n < 3 || n > MONTH_MOST)
		return NULL;
	const char *word = c->p + c->at;
	const char *behind = word + n + (word[n] == '.' ? 1 : 0); /* of a short name */
	if (behind + 1 >= c->p + c->n || behind[0] != by || !shape_is_digit(behind[1]))
		return NULL;
	const unsigned hash =
	    ((uint8_t)word[0] * 31U + (uint8_t)word[1]) * 31U + (uint8_t)word[2] * 7U + (unsigned)n;
	struct shape_month *m = &s->months[hash % ARRAY_SIZE(s->months)];
	if (m->n != n || memcmp(m->word, word, n) != 0) {
		memset(m, 0, sizeof(*m));
		memcpy(m->word, word, n);
		m->n = (uint8_t)n;
		ask_languages(m);
	}
	c->at = (size_t)(behind + 1 - c->p);
	return m->languages == 0 ? NULL : m;
}

/* A year that ends the date: four digits, or two when *out_short may be. */
static bool take_year(struct cursor *c, unsigned *out, bool *out_short)
{
	const size_t digits = take_digits(c, 4, out);
	*out_short = digits == 2;
	if (*out_short)
		*out += *out < YEAR_PIVOT ? 2000 : 1900;
	return digits == 4 || digits == 2;
}

/* Day, month and year as numbers; first and second stand before the cursor. */
static int numeric_date(struct cursor *c, char by, unsigned first)
{
	static const int forms[3][2] = { { SHAPE_DMY_POINT, SHAPE_DMY_POINT_2 },
		{ SHAPE_DMY_SLASH, SHAPE_DMY_SLASH_2 }, { SHAPE_DMY_DASH, -1 } };
	unsigned second;
	unsigned year;
	bool is_short;
	if (take_digits(c, 2, &second) == 0 || !take(c, by) || !take_year(c, &year, &is_short))
		return -1;
	const bool dmy = day_exists(year, second, first);
	const bool mdy = by != '.' && day_exists(year, first, second);
	const int form = forms[by == '.' ? 0 : by == '/' ? 1 : 2][is_short ? 1 : 0];
	if (form < 0 || (!dmy && !mdy))
		return -1;
	return form + (dmy && mdy ? 2 : mdy ? 1 : 0);
}

static int year_first(struct cursor *c, unsigned year)
{
	unsigned month;
	unsigned day;
	const char by = c->p[c->at];
	if ((by != '/' && by != '.') || !take(c, by) || take_digits(c, 2, &month) == 0 ||
	    !take(c, by) || take_digits(c, 2, &day) == 0 || !day_exists(year, month, day))
		return -1;
	return by == '/' ? SHAPE_YMD_SLASH : SHAPE_YMD_POINT;
}

/* Day, month by name, year; the cursor is behind the day. */
static int day_named(
    struct contract_shaper *s, struct cursor *c, unsigned day, struct contract_shape_of *out)
{
	unsigned year;
	bool is_short;
	const bool point = take(c, '.');
	const char by = c->at < c->n ? c->p[c->at] : '\0';
	if ((by != ' ' && (by != '-' || point)) || !take(c, by))
		return -1;
	const struct shape_month *m = take_month(s, c, by);
	if (m == NULL)
		return -1;
	if (!take_year(c, &year, &is_short) || (is_short && by == ' ') ||
	    !day_exists(year, m->month, day))
		return -1;
	out->languages = m->languages;
	if (by == '-')
		return is_short ? SHAPE_D_MON_2_DASH : SHAPE_D_MON_Y_DASH;
	return point ? SHAPE_D_POINT_MON : SHAPE_D_MON_Y;
}

/* Month by name, day, comma, year. */
static int month_first(struct contract_shaper *s, struct cursor *c, struct contract_shape_of *out)
{
	unsigned day;
	unsigned year;
	bool is_short;
	const struct shape_month *m = take_month(s, c, ' ');
	if (m == NULL)
		return -1;
	if (take_digits(c, 2, &day) == 0 || !take(c, ',') || !take(c, ' ') ||
	    !take_year(c, &year, &is_short) || is_short || !day_exists(year, m->month, day))
		return -1;
	out->languages = m->languages;
	return SHAPE_MON_D_Y;
}

static int take_date(struct contract_shaper *s, struct cursor *c, struct contract_shape_of *out)
{
	unsigned first;
	const size_t digits = take_digits(c, 4, &first);
	if (digits == 0)
		return month_first(s, c, out);
	if (c->at == c->n || digits == 3)
		return -1;
	if (digits == 4)
		return year_first(c, first);
	const char by = c->p[c->at];
	if ((by == '.' || by == '/' || by == '-') && c->at + 1 < c->n &&
	    shape_is_digit(c->p[c->at + 1])) {
		c->at++;
		return numeric_date(c, by, first);
	}
	return day_named(s, c, first, out);
}

bool shape_date(struct contract_shaper *s, const char *p, size_t n, struct contract_shape_of *out)
{
	struct cursor c = { p, n, 0 };
	bool short_hour;
	if (n > TIME_MOST)
		return false;
	int date = take_date(s, &c, out);
	if (date < 0)
		return false;
	if (date >= SHAPE_D_MON_Y && (out->languages & 1) == 0)
		date += SHAPE_NAMED_DATES;
	int clock = SHAPE_CLOCK_NONE;
	if (c.at < n)
		clock = take(&c, ' ') ? take_clock(&c, &short_hour) : -1;
	out->shape = (uint8_t)SHAPE_DATED_AS(date, clock < 0 ? 0 : clock);
	return clock >= 0;
}
