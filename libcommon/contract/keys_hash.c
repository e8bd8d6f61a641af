/* SPDX-License-Identifier: Apache-2.0 */
/* keys_hash - the typed values of a key as one 128-bit number. */
#include "contract/keys_hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

enum {
	TEXT_BYTES = 64,             /* longer texts enter a key by their own hash */
	PART_BYTES = TEXT_BYTES + 8, /* most bytes of a part */
	DAYS_A_MONTH = 30,
};

#define DAY_US (INT64_C(86400) * 1000000)

/* What stands before each part, so that parts of different types or lengths never look alike. */
enum tag {
	TAG_NUMBER = 1,
	TAG_DOUBLE,
	TAG_TEXT,
	TAG_LONG_TEXT,
	TAG_DURATION,
	TAG_OTHER = 32, /* and the type */
};

static size_t put(uint8_t *out, uint8_t tag, const void *p, size_t n)
{
	out[0] = tag;
	memcpy(out + 1, p, n);
	return n + 1;
}

static size_t put_number(uint8_t *out, __int128 v, uint8_t scale)
{
	const size_t n = put(out, TAG_NUMBER, &v, sizeof(v));
	out[n] = scale;
	return n + 1;
}

/* Without the zeros behind the point: 5, 5.0 and 5.00 become one. */
static size_t put_narrow(uint8_t *out, int64_t v, uint8_t scale)
{
	for (; scale > 0 && v % 10 == 0; scale--)
		v /= 10;
	return put_number(out, v, scale);
}

static size_t put_wide(uint8_t *out, __int128 v, uint8_t scale)
{
	for (; scale > 0 && v % 10 == 0; scale--)
		v /= 10;
	return put_number(out, v, scale);
}

static size_t put_double(uint8_t *out, double v)
{
	if (v == 0)
		v = 0; /* of either sign */
	else if (v != v)
		v = __builtin_nan("");
	return put(out, TAG_DOUBLE, &v, sizeof(v));
}

static size_t put_text(uint8_t *out, const struct csv_text *t)
{
	const uint32_t n = (uint32_t)csv_text_n(t);
	if (n > TEXT_BYTES) {
		const XXH128_hash_t h = XXH3_128bits(csv_text_p(t), n);
		size_t used = put(out, TAG_LONG_TEXT, &h, sizeof(h));
		memcpy(out + used, &n, sizeof(n));
		return used + sizeof(n);
	}
	const size_t used = put(out, TAG_TEXT, &n, sizeof(n));
	memcpy(out + used, csv_text_p(t), n);
	return used + n;
}

static size_t put_duration(uint8_t *out, const struct csv_duration *d)
{
	const int64_t days = (int64_t)d->months * DAYS_A_MONTH + d->days;
	const __int128 us = (__int128)days * DAY_US + d->us;
	return put(out, TAG_DURATION, &us, sizeof(us));
}

/* One value; returns the bytes written, at most PART_BYTES. */
static size_t put_value(uint8_t *out, const struct csv_column *c, const void *data, size_t slot)
{
	if (c->type == CSV_TEXT || c->type == CSV_JSON)
		return put_text(out, (const struct csv_text *)data + slot);
	if (c->type == CSV_INTEGER)
		return put_narrow(out, ((const int64_t *)data)[slot], 0);
	if (c->type == CSV_DECIMAL && c->precision <= CSV_DECIMAL_NARROW)
		return put_narrow(out, ((const int64_t *)data)[slot], c->scale);
	if (c->type == CSV_DECIMAL)
		return put_wide(out, ((const __int128 *)data)[slot], c->scale);
	if (c->type == CSV_DOUBLE)
		return put_double(out, ((const double *)data)[slot]);
	if (c->type == CSV_DURATION)
		return put_duration(out, (const struct csv_duration *)data + slot);
	const size_t n = csv_value_bytes(c);
	return put(out, (uint8_t)(TAG_OTHER + c->type), (const uint8_t *)data + slot * n, n);
}

bool contract_keys_comparable(enum csv_type a, enum csv_type b)
{
	const bool numbers =
	    (a == CSV_INTEGER || a == CSV_DECIMAL) && (b == CSV_INTEGER || b == CSV_DECIMAL);
	return a == b || numbers;
}

static bool has_null(const struct contract_key_columns *key, const struct csv_batch *b, size_t slot)
{
	for (size_t i = 0; i < key->n; i++)
		if (csv_batch_is_null(b, key->column[i], slot))
			return true;
	return false;
}

size_t contract_keys_hash(const struct contract_key_columns *key, const struct csv_batch *b,
    struct contract_key_value *out)
{
	uint8_t bytes[CONTRACT_KEY_PARTS * PART_BYTES];
	size_t n_out = 0;
	for (size_t slot = 0; slot < b->rows; slot++) {
		if (has_null(key, b, slot))
			continue;
		size_t n = 0;
		for (size_t i = 0; i < key->n; i++) {
			const size_t c = key->column[i];
			n += put_value(bytes + n, &b->schema->columns[c], b->columns[c].data, slot);
		}
		const XXH128_hash_t h = XXH3_128bits(bytes, n);
		out[n_out++] = (struct contract_key_value){
			.hi = h.high64, .lo = h.low64, .row = b->row[slot]
		};
	}
	return n_out;
}
