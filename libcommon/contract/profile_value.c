/* SPDX-License-Identifier: Apache-2.0 */
/* profile_value - take, compare, hash and show single values. */
#include "contract/profile_value.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "csv/csv_duration.h"
#include "csv/csv_number.h"
#include "csv/csv_time.h"
#include "csv/csv_uuid.h"

enum { DAYS_OF_MONTH = 30, SHOWN_BYTES = 96 }; /* a duration has up to 80 */

size_t profile_value_bytes(const struct csv_column *c)
{
	return csv_type_is_text(c->type) ? sizeof(struct profile_text) : csv_value_bytes(c);
}

uint64_t profile_value_hash_text(const struct csv_text *t)
{
	if (csv_text_n(t) <= CSV_INLINE_BYTES)
		return XXH3_64bits(t, sizeof(*t));
	return XXH3_64bits(t->far.p, t->far.n);
}

static struct profile_text take_text(const struct csv_text *t)
{
	const size_t n = csv_text_n(t);
	struct profile_text out = { .hash = profile_value_hash_text(t), .n = (uint32_t)n };
	memcpy(out.p, csv_text_p(t), n < sizeof(out.p) ? n : sizeof(out.p));
	return out;
}

union profile_value profile_value_load(const struct csv_column *c, const void *kept)
{
	union profile_value v;
	memset(&v, 0, sizeof(v));
	memcpy(&v, kept, profile_value_bytes(c));
	if (c->type == CSV_DOUBLE)
		v.real += 0.0;
	return v;
}

union profile_value profile_value_take(const struct csv_column *c, const void *data, size_t slot)
{
	if (!csv_type_is_text(c->type))
		return profile_value_load(c, (const char *)data + slot * csv_value_bytes(c));
	union profile_value v;
	v.text = take_text(&((const struct csv_text *)data)[slot]);
	return v;
}

static int compare_texts(const struct profile_text *x, const struct profile_text *y)
{
	const size_t nx = x->n < sizeof(x->p) ? x->n : sizeof(x->p);
	const size_t ny = y->n < sizeof(y->p) ? y->n : sizeof(y->p);
	const int order = memcmp(x->p, y->p, nx < ny ? nx : ny);
	if (order != 0 || nx != ny)
		return order != 0 ? order : (nx > ny) - (nx < ny);
	return (int)(x->n > nx) - (int)(y->n > ny); /* the one that was cut is the longer one */
}

static __int128 duration_us(const struct csv_duration *d)
{
	const int64_t days = (int64_t)d->months * DAYS_OF_MONTH + d->days;
	return (__int128)days * CSV_TIME_US_PER_DAY + d->us;
}

/* Spellings of one length (P1M, P30D) differ by their months, then days. */
static int compare_durations(const struct csv_duration *x, const struct csv_duration *y)
{
	const __int128 ux = duration_us(x);
	const __int128 uy = duration_us(y);
	if (ux != uy)
		return ux < uy ? -1 : 1;
	if (x->months != y->months)
		return x->months < y->months ? -1 : 1;
	return (x->days > y->days) - (x->days < y->days);
}

static int compare_reals(double x, double y)
{
	if (isnan(x) || isnan(y))
		return (int)isnan(x) - (int)isnan(y);
	return (x > y) - (x < y);
}

int profile_value_compare(
    const struct csv_column *c, const union profile_value *x, const union profile_value *y)
{
	switch (c->type) {
	case CSV_TEXT:
	case CSV_JSON:
		return compare_texts(&x->text, &y->text);
	case CSV_DOUBLE:
		return compare_reals(x->real, y->real);
	case CSV_BOOLEAN:
		return (int)x->truth - (int)y->truth;
	case CSV_DATE:
		return (x->days > y->days) - (x->days < y->days);
	case CSV_DURATION:
		return compare_durations(&x->duration, &y->duration);
	case CSV_UUID:
		return (x->uuid > y->uuid) - (x->uuid < y->uuid);
	case CSV_DECIMAL:
		if (csv_value_bytes(c) > sizeof(x->whole))
			return (x->wide > y->wide) - (x->wide < y->wide);
		break;
	case CSV_INTEGER:
	case CSV_TIMESTAMP:
	case CSV_TIMESTAMPTZ:
	case CSV_TIME:
	case CSV_TYPE_COUNT_:
		break;
	}
	return (x->whole > y->whole) - (x->whole < y->whole);
}

uint64_t profile_value_hash(const struct csv_column *c, const union profile_value *v)
{
	if (csv_type_is_text(c->type))
		return v->text.hash;
	if (csv_value_bytes(c) == sizeof(v->wide))
		return XXH3_64bits(v, sizeof(v->wide));
	int64_t whole = v->whole;
	if (c->type == CSV_DATE)
		whole = v->days;
	else if (c->type == CSV_BOOLEAN)
		whole = v->truth;
	return profile_value_hash_whole(whole);
}

static const char *show_number(__int128 v, unsigned scale, struct arena *a)
{
	char text[CSV_NUMBER_SHOWN_BYTES];
	csv_number_show(v, scale, text);
	return arena_dup(a, text);
}

/* The shortest text that reads back as the same double. */
static const char *show_real(double v, struct arena *a)
{
	char text[SHOWN_BYTES];
	if (isnan(v))
		return "NaN";
	if (isinf(v))
		return v > 0 ? "INF" : "-INF";
	for (int digits = 15; digits <= 17; digits++) {
		(void)snprintf(text, sizeof(text), "%.*g", digits, v);
		if (strtod(text, NULL) == v)
			break;
	}
	return arena_dup(a, text);
}

/* Not in the middle of a character. */
static const char *show_text(const struct profile_text *t, struct arena *a)
{
	size_t n = t->n < sizeof(t->p) ? t->n : sizeof(t->p);
	if (t->n <= sizeof(t->p))
		return arena_dup_n(a, t->p, n);
	for (int i = 0; i < 3 && ((uint8_t)t->p[n - 1] & 0xC0) == 0x80; i++)
		n--;
	n -= (uint8_t)t->p[n - 1] >= 0xC0 ? 1 : 0;
	return arena_printf(a, "%.*s\u2026", (int)n, t->p);
}

static const char *show_stamp(const struct csv_column *c, int64_t us, struct arena *a)
{
	char text[SHOWN_BYTES];
	csv_time_format_stamp(us, c->type == CSV_TIMESTAMPTZ, text);
	return arena_dup(a, text);
}

const char *profile_value_show(
    const struct csv_column *c, const union profile_value *v, struct arena *a)
{
	char text[SHOWN_BYTES];
	switch (c->type) {
	case CSV_TEXT:
	case CSV_JSON:
		return show_text(&v->text, a);
	case CSV_DOUBLE:
		return show_real(v->real, a);
	case CSV_BOOLEAN:
		return v->truth != 0 ? "true" : "false";
	case CSV_DATE:
		csv_time_format_date(v->days, text);
		return arena_dup(a, text);
	case CSV_TIMESTAMP:
	case CSV_TIMESTAMPTZ:
		return show_stamp(c, v->whole, a);
	case CSV_TIME:
		csv_time_format_clock(v->whole, text);
		return arena_dup(a, text);
	case CSV_DURATION:
		csv_duration_format(&v->duration, text);
		return arena_dup(a, text);
	case CSV_UUID:
		csv_uuid_format(v->uuid, text);
		return arena_dup(a, text);
	case CSV_DECIMAL:
		return show_number(
		    csv_value_bytes(c) > sizeof(v->whole) ? v->wide : v->whole, c->scale, a);
	case CSV_INTEGER:
	case CSV_TYPE_COUNT_:
		break;
	}
	return show_number(v->whole, 0, a);
}
