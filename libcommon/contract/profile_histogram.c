/* SPDX-License-Identifier: Apache-2.0 */
/* profile_histogram - choose a round width, then count. */
#include "contract/profile_histogram.h"

#include <math.h>

#include "csv/csv_time.h"

enum {
	MONDAY = -3,
	FIRST_MONTH = 12,
	LAST_MONTH = 9999 * 12 + 11,
	SAFE_EXPONENT = 300
}; /* 1969-12-29 was a Monday */

/* A width: so many units from an origin, or so many months. */
struct width {
	__int128 units, origin;
	int months; /* not 0: this counts */
};

static __int128 floor_divide(__int128 v, __int128 by)
{
	const __int128 q = v / by;
	return q - (v % by < 0 ? 1 : 0);
}

static int32_t day_of(int month)
{
	return csv_time_days(month / 12, (unsigned)(month % 12) + 1, 1);
}

/* Months since year 0 of a day. */
static int month_of(int32_t days)
{
	int month = (int)floor_divide((__int128)days * 4800, 146097) + 1970 * 12;
	month = month < FIRST_MONTH ? FIRST_MONTH : month > LAST_MONTH ? LAST_MONTH : month;
	while (month > FIRST_MONTH && day_of(month) > days)
		month--;
	while (month < LAST_MONTH && day_of(month + 1) <= days)
		month++;
	return month;
}

static bool is_date(const struct csv_column *c)
{
	return c->type == CSV_DATE;
}

static __int128 number_of(const struct csv_column *c, const union profile_value *v)
{
	if (is_date(c))
		return v->days;
	return csv_value_bytes(c) > sizeof(v->whole) ? v->wide : v->whole;
}

static __int128 index_of(const struct csv_column *c, const struct width *w, __int128 v)
{
	if (w->months == 0)
		return floor_divide(v - w->origin, w->units);
	const __int128 days = is_date(c) ? v : floor_divide(v, CSV_TIME_US_PER_DAY);
	return month_of((int32_t)days) / w->months;
}

/* There are years 1 to 9999: edges outside are the first and the last value instead. */
static __int128 edge_of(const struct csv_column *c, const struct width *w, __int128 index,
    __int128 least, __int128 most)
{
	if (w->months == 0)
		return w->origin + index * w->units;
	const int month = (int)index * w->months;
	if (month < FIRST_MONTH || month > LAST_MONTH)
		return month < FIRST_MONTH ? least : most;
	const __int128 days = day_of(month);
	return is_date(c) ? days : days * CSV_TIME_US_PER_DAY;
}

static bool fits(const struct csv_column *c, const struct width *w, __int128 least, __int128 most)
{
	const unsigned __int128 first = (unsigned __int128)index_of(c, w, least);
	return (unsigned __int128)index_of(c, w, most) - first < PROFILE_MOST_BINS;
}

/* 1, 2, 5, 10, 20, 50 ... below a bound; returns whether one fits. */
static bool find_round(
    const struct csv_column *c, __int128 least, __int128 most, __int128 bound, struct width *out)
{
	static const int steps[] = { 1, 2, 5 };
	for (__int128 power = 1; power < bound; power *= 10) {
		for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
			*out = (struct width){ .units = power * steps[i] };
			if (out->units < bound && fits(c, out, least, most))
				return true;
		}
	}
	return false;
}

static bool find_listed(const struct csv_column *c, __int128 least, __int128 most,
    const int32_t *list, size_t n, int64_t unit, struct width *out)
{
	for (size_t i = 0; i < n; i++) {
		*out = (struct width){ .units = (__int128)list[i] * unit };
		if (fits(c, out, least, most))
			return true;
	}
	return false;
}

/* Days and weeks, then months and years; the last of these fits any two dates. */
static void find_calendar(
    const struct csv_column *c, __int128 least, __int128 most, struct width *out)
{
	static const int32_t days[] = { 1, 2, 7, 14 };
	static const int months[] = { 1, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 2400, 6000 };
	const int64_t unit = is_date(c) ? 1 : CSV_TIME_US_PER_DAY;
	for (size_t i = 0; i < ARRAY_SIZE(days); i++) {
		*out = (struct width){ (__int128)days[i] * unit, (__int128)MONDAY * unit, 0 };
		if (fits(c, out, least, most))
			return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(months); i++) {
		*out = (struct width){ .months = months[i] };
		if (fits(c, out, least, most))
			return;
	}
}

static struct width find_width(const struct csv_column *c, __int128 least, __int128 most)
{
	static const int32_t seconds[] = { 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600,
		7200, 10800, 21600, 43200 };
	const bool clock =
	    c->type == CSV_TIME || c->type == CSV_TIMESTAMP || c->type == CSV_TIMESTAMPTZ;
	struct width w;
	if (clock &&
	    (find_round(c, least, most, CSV_TIME_US_PER_S, &w) ||
		find_listed(c, least, most, seconds, ARRAY_SIZE(seconds), CSV_TIME_US_PER_S, &w)))
		return w;
	if (clock || is_date(c))
		find_calendar(c, least, most, &w);
	else if (!find_round(c, least, most, (__int128)1 << 124, &w))
		w = (struct width){ .units = (__int128)1 << 124 };
	return w;
}

static const char *show_edge(const struct csv_column *c, __int128 v, struct arena *a)
{
	struct csv_column shown = *c;
	union profile_value value = { .wide = v };
	if (c->type == CSV_INTEGER || c->type == CSV_DECIMAL)
		shown = (struct csv_column){ .type = CSV_DECIMAL,
			.precision = CSV_DECIMAL_MAX,
			.scale = c->type == CSV_DECIMAL ? c->scale : 0 };
	else if (is_date(c))
		value.days = (int32_t)v;
	else
		value.whole = (int64_t)v;
	return profile_value_show(&shown, &value, a);
}

static void make_whole(const struct csv_column *c, __int128 least, __int128 most,
    const union profile_value *values, size_t n, struct arena *a, struct profile_histogram *out)
{
	const struct width w = find_width(c, least, most);
	const __int128 first = index_of(c, &w, least);
	out->n = (size_t)(index_of(c, &w, most) - first) + 1;
	for (size_t i = 0; i <= out->n; i++)
		out->edges[i] = show_edge(c, edge_of(c, &w, first + (__int128)i, least, most), a);
	for (size_t i = 0; i < n; i++)
		out->counts[index_of(c, &w, number_of(c, &values[i])) - first]++;
}

/* Edge i of doubles: a whole multiple of 1, 2 or 5 times a power of ten, divided where that is
 * below 1, since 0.1 itself is no double. */
static double real_edge(double multiple, double step, int exponent)
{
	return exponent < 0 ? multiple * step / pow(10, -exponent)
			    : multiple * step * pow(10, exponent);
}

/* Returns the number of bins, 0 when no round width keeps its edges apart. */
static size_t round_edges(double least, double most, double *edges)
{
	static const double steps[] = { 1, 2, 5, 10 };
	const int exponent = (int)floor(log10((most - least) / PROFILE_MOST_BINS));
	if (exponent < -SAFE_EXPONENT || exponent > SAFE_EXPONENT)
		return 0;
	for (size_t s = 0; s < ARRAY_SIZE(steps); s++) {
		const double width = real_edge(1, steps[s], exponent);
		const double first = floor(least / width);
		const double bins = floor(most / width) - first + 1;
		if (!(bins <= PROFILE_MOST_BINS) || fabs(first) > 1e15)
			continue;
		for (size_t i = 0; i <= (size_t)bins; i++)
			edges[i] = real_edge(first + (double)i, steps[s], exponent);
		return (size_t)bins;
	}
	return 0;
}

static size_t real_edges(double least, double most, double *edges)
{
	size_t n = most > least && isfinite(most - least) ? round_edges(least, most, edges) : 0;
	bool apart = n > 0 && edges[0] <= least && edges[n] >= most;
	for (size_t i = 0; i < n; i++)
		apart = apart && edges[i] < edges[i + 1];
	if (apart)
		return n;
	edges[0] = least;
	edges[1] = most;
	return 1;
}

static void make_real(double least, double most, const struct csv_column *c,
    const union profile_value *values, size_t n, struct arena *a, struct profile_histogram *out)
{
	double edges[PROFILE_MOST_BINS + 1] = { 0 };
	out->n = real_edges(least, most, edges);
	for (size_t i = 0; i <= out->n; i++) {
		const union profile_value v = { .real = edges[i] };
		out->edges[i] = profile_value_show(c, &v, a);
	}
	for (size_t i = 0; i < n; i++) {
		size_t bin = 0;
		while (bin + 1 < out->n && values[i].real >= edges[bin + 1])
			bin++;
		out->counts[bin]++;
	}
}

bool profile_histogram_has(const struct csv_column *c)
{
	return !csv_type_is_text(c->type) && c->type != CSV_BOOLEAN && c->type != CSV_UUID &&
	       c->type != CSV_DURATION;
}

void profile_histogram_make(const struct csv_column *c, const union profile_value *least,
    const union profile_value *most, const union profile_value *values, size_t n, struct arena *a,
    struct profile_histogram *out)
{
	*out = (struct profile_histogram){ 0 };
	if (c->type == CSV_DOUBLE)
		make_real(least->real, most->real, c, values, n, a, out);
	else
		make_whole(c, number_of(c, least), number_of(c, most), values, n, a, out);
}
