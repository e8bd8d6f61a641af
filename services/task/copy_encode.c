/* SPDX-License-Identifier: Apache-2.0 */
/* copy_encode - the hot loop of a load: one switch for each field, no call that libc could not
 * inline. */
#include "copy_encode.h"

#include <endian.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum {
	GROUP = 10000, /* numeric digits are base 10000 */
	GROUP_DIGITS = 4,
	GROUPS_MAX = 12,        /* 38 digits, aligned to the point on both sides */
	FIXED_FIELD_BYTES = 48, /* the longest field that is no text: numeric, 4 + 8 + 2 * 12 */
	DAYS_1970_TO_2000 = 10957,
};

#define US_1970_TO_2000 INT64_C(946684800000000)

/* What PostgreSQL can hold, in its own counting (date.h, timestamp.h). */
#define PG_DATE_MIN (-2451545)
#define PG_DATE_END 2145031949
#define PG_TIME_MIN INT64_C(-211813488000000000)
#define PG_TIME_END INT64_C(9223371331200000000)

static uint8_t *put_u16(uint8_t *p, unsigned v)
{
	const uint16_t be = htobe16((uint16_t)v);
	memcpy(p, &be, sizeof(be));
	return p + sizeof(be);
}

static uint8_t *put_u32(uint8_t *p, uint32_t v)
{
	const uint32_t be = htobe32(v);
	memcpy(p, &be, sizeof(be));
	return p + sizeof(be);
}

static uint8_t *put_u64(uint8_t *p, uint64_t v)
{
	const uint64_t be = htobe64(v);
	memcpy(p, &be, sizeof(be));
	return p + sizeof(be);
}

static uint8_t *put_i64_field(uint8_t *p, int64_t v)
{
	return put_u64(put_u32(p, sizeof(v)), (uint64_t)v);
}

/* Digits of v in base 10000, least significant group first; their number. */
static int split_u64(uint64_t v, uint16_t *groups)
{
	int n = 0;

	for (; v != 0; v /= GROUP)
		groups[n++] = (uint16_t)(v % GROUP);
	return n;
}

static int split_u128(unsigned __int128 v, uint16_t *groups)
{
	int n = 0;

	for (; v > UINT64_MAX; v /= GROUP)
		groups[n++] = (uint16_t)(v % GROUP);
	return n + split_u64((uint64_t)v, groups + n);
}

/* groups[n] (least significant first), fraction groups counted in n_fraction, as one numeric field.
 */
static uint8_t *put_groups(
    uint8_t *p, const uint16_t *groups, int n, int n_fraction, bool negative, int scale)
{
	int low = 0;

	while (low < n && groups[low] == 0)
		low++;
	const int digits = n - low;
	p = put_u32(p, (uint32_t)(8 + 2 * digits));
	p = put_u16(p, (unsigned)digits);
	p = put_u16(p, digits == 0 ? 0 : (unsigned)(n - n_fraction - 1));
	p = put_u16(p, negative && digits > 0 ? 0x4000 : 0);
	p = put_u16(p, (unsigned)scale);
	for (int i = n - 1; i >= low; i--)
		p = put_u16(p, groups[i]);
	return p;
}

/* 10^k that moves the point to a group border: scale 2 needs 10^2, scale 4 none. */
static const uint16_t align_factor[GROUP_DIGITS] = { 1, 1000, 100, 10 };

static uint8_t *put_numeric64(uint8_t *p, int64_t value, int scale)
{
	uint16_t groups[GROUPS_MAX];
	const bool negative = value < 0;
	const uint64_t magnitude = negative ? -(uint64_t)value : (uint64_t)value;
	const uint16_t factor = align_factor[scale % GROUP_DIGITS];
	const int n_fraction = (scale + GROUP_DIGITS - 1) / GROUP_DIGITS;
	uint64_t aligned;
	int n;

	if (!__builtin_mul_overflow(magnitude, factor, &aligned))
		n = split_u64(aligned, groups);
	else
		n = split_u128((unsigned __int128)magnitude * factor, groups);
	return put_groups(p, groups, n, n_fraction, negative, scale);
}

/* A magnitude near 10^38 times 1000 passes 128 bits: the lowest group is split off first. */
static uint8_t *put_numeric128(uint8_t *p, __int128 value, int scale)
{
	if (value >= INT64_MIN && value <= INT64_MAX)
		return put_numeric64(p, (int64_t)value, scale);
	uint16_t groups[GROUPS_MAX];
	const bool negative = value < 0;
	const unsigned __int128 magnitude =
	    negative ? -(unsigned __int128)value : (unsigned __int128)value;
	const uint16_t factor = align_factor[scale % GROUP_DIGITS];
	const unsigned below = GROUP / factor; /* the lowest group takes magnitude % below */
	int n = split_u128(magnitude / below, groups + 1) + 1;
	groups[0] = (uint16_t)((unsigned)(magnitude % below) * factor);
	const int n_fraction = (scale + GROUP_DIGITS - 1) / GROUP_DIGITS;
	return put_groups(p, groups, n, n_fraction, negative, scale);
}

size_t copy_encode_numeric(__int128 value, int scale, uint8_t *out)
{
	return (size_t)(put_numeric128(out, value, scale) - out);
}

static uint8_t *put_decimal(uint8_t *p, const struct engine_vector *v, size_t row)
{
	if (v->precision <= 4)
		return put_numeric64(p, ((const int16_t *)v->data)[row], v->scale);
	if (v->precision <= 9)
		return put_numeric64(p, ((const int32_t *)v->data)[row], v->scale);
	if (v->precision <= 18)
		return put_numeric64(p, ((const int64_t *)v->data)[row], v->scale);
	return put_numeric128(p, ((const __int128 *)v->data)[row], v->scale);
}

/* NULL when PostgreSQL has no such day; DuckDB's infinities are outside the range too. */
static uint8_t *put_date(uint8_t *p, int32_t days)
{
	if (days < PG_DATE_MIN + DAYS_1970_TO_2000 || days >= PG_DATE_END)
		return NULL;
	return put_u32(put_u32(p, sizeof(days)), (uint32_t)(days - DAYS_1970_TO_2000));
}

static uint8_t *put_time(uint8_t *p, int64_t us)
{
	if (us < PG_TIME_MIN + US_1970_TO_2000 || us >= PG_TIME_END)
		return NULL;
	return put_i64_field(p, us - US_1970_TO_2000);
}

static uint8_t *put_text(uint8_t *p, const struct engine_text *t)
{
	p = put_u32(p, t->n);
	if (t->n <= sizeof(t->inlined)) {
		memcpy(p, t->inlined, sizeof(t->inlined)); /* room is reserved; one fixed copy */
		return p + t->n;
	}
	memcpy(p, t->ptr, t->n);
	return p + t->n;
}

static uint8_t *put_double(uint8_t *p, double d)
{
	uint64_t bits;

	memcpy(&bits, &d, sizeof(bits));
	return put_u64(put_u32(p, sizeof(bits)), bits);
}

/* jsonb_recv: a version byte before the text. */
static uint8_t *put_json(uint8_t *p, const struct engine_text *t)
{
	p = put_u32(p, t->n + 1);
	*p++ = 1;
	memcpy(p, engine_text_ptr(t), t->n);
	return p + t->n;
}

static uint8_t *put_interval(uint8_t *p, const struct engine_interval *v)
{
	p = put_u64(put_u32(p, sizeof(*v)), (uint64_t)v->us);
	return put_u32(put_u32(p, (uint32_t)v->days), (uint32_t)v->months);
}

static uint8_t *put_uuid(uint8_t *p, unsigned __int128 v)
{
	v ^= ENGINE_UUID_FLIP;
	p = put_u64(put_u32(p, sizeof(v)), (uint64_t)(v >> 64));
	return put_u64(p, (uint64_t)v);
}

/* One field; NULL when the value cannot be held. */
static uint8_t *put_field(
    uint8_t *p, const struct engine_vector *v, enum engine_type type, size_t row)
{
	if (engine_is_null(v, row))
		return put_u32(p, UINT32_MAX);
	switch (type) {
	case ENGINE_I64:
		return put_i64_field(p, ((const int64_t *)v->data)[row]);
	case ENGINE_I32:
		return put_i64_field(p, ((const int32_t *)v->data)[row]);
	case ENGINE_TEXT:
		return put_text(p, &((const struct engine_text *)v->data)[row]);
	case ENGINE_DECIMAL:
		return put_decimal(p, v, row);
	case ENGINE_DATE:
		return put_date(p, ((const int32_t *)v->data)[row]);
	case ENGINE_TIMESTAMP:
	case ENGINE_TIMESTAMPTZ:
		return put_time(p, ((const int64_t *)v->data)[row]);
	case ENGINE_F64:
		return put_double(p, ((const double *)v->data)[row]);
	case ENGINE_BOOL:
		p = put_u32(p, 1);
		*p = ((const bool *)v->data)[row] ? 1 : 0;
		return p + 1;
	case ENGINE_TIME:
		return put_i64_field(p, ((const int64_t *)v->data)[row]);
	case ENGINE_INTERVAL:
		return put_interval(p, &((const struct engine_interval *)v->data)[row]);
	case ENGINE_UUID:
		return put_uuid(p, ((const unsigned __int128 *)v->data)[row]);
	case ENGINE_JSON:
		return put_json(p, &((const struct engine_text *)v->data)[row]);
	case ENGINE_OTHER:
		break;
	}
	return NULL;
}

/* Bytes that rows [row, row + 1) may need at most. */
static size_t row_bound(const struct engine_chunk *chunk, size_t row)
{
	size_t n = 2 + chunk->n_columns * FIXED_FIELD_BYTES;

	for (size_t i = 0; i < chunk->n_columns; i++) {
		const struct engine_vector *v = &chunk->v[i];
		if (v->type == ENGINE_TEXT && !engine_is_null(v, row))
			n += ((const struct engine_text *)v->data)[row].n;
	}
	return n;
}

static void reserve(struct copy_buf *b, size_t more)
{
	if (b->alloc - b->n >= more)
		return;
	b->alloc = b->n + more + b->alloc / 2;
	b->p = mem_resize(b->p, b->alloc);
}

void copy_buf_done(struct copy_buf *b)
{
	free(b->p);
	*b = (struct copy_buf){ 0 };
}

int copy_encode_rows(const struct engine_chunk *chunk, const struct engine_column *columns,
    size_t from, size_t stop_bytes, struct copy_buf *b, struct err *err)
{
	size_t row = from;

	for (; row < chunk->rows && (row == from || b->n < stop_bytes); row++) {
		reserve(b, row_bound(chunk, row));
		uint8_t *p = put_u16(b->p + b->n, (unsigned)chunk->n_columns);
		for (size_t i = 0; i < chunk->n_columns; i++) {
			const enum engine_type type =
			    columns[i].type == ENGINE_JSON ? ENGINE_JSON : chunk->v[i].type;
			p = put_field(p, &chunk->v[i], type, row);
			if (p == NULL)
				return err_set_code(err, ERR_INPUT, "load.range",
				    "column %s holds a value that PostgreSQL cannot",
				    columns[i].name);
		}
		b->n = (size_t)(p - b->p);
	}
	return (int)(row - from);
}
