/* SPDX-License-Identifier: Apache-2.0 */
/* profile_figures - extremes, sums, lengths and hashes, one loop for each form of value. */
#include <limits.h>
#include <math.h>

#include "contract/profile_priv.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#define HIGH_BITS UINT64_C(0x8080808080808080)

static uint64_t first_bytes(const char *p)
{
	uint64_t v;
	memcpy(&v, p, sizeof(v));
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	v = __builtin_bswap64(v);
#endif
	return v;
}

void profile_widen(
    struct profile_column *column, const struct csv_column *c, const union profile_value *v)
{
	const bool text = csv_type_is_text(c->type);
	if (!column->has_extremes || profile_value_compare(c, v, &column->least) < 0) {
		column->least = *v;
		column->least_key = text ? first_bytes(v->text.p) : 0;
	}
	if (!column->has_extremes || profile_value_compare(c, v, &column->most) > 0) {
		column->most = *v;
		column->most_key = text ? first_bytes(v->text.p) : 0;
	}
	column->has_extremes = true;
}

/* Least, most and sum of one form of whole number. */
#define WHOLE_FIGURES(form, member)                                                                \
	do {                                                                                       \
		const form *v = data;                                                              \
		union profile_value least = { 0 };                                                 \
		union profile_value most = { 0 };                                                  \
		form low = v[0];                                                                   \
		form high = low;                                                                   \
		__int128 sum = 0;                                                                  \
		for (size_t i = 0; i < n; i++) {                                                   \
			const form x = v[i];                                                       \
			low = x < low ? x : low;                                                   \
			high = x > high ? x : high;                                                \
			sum += x;                                                                  \
		}                                                                                  \
		least.member = low;                                                                \
		most.member = high;                                                                \
		profile_widen(column, c, &least);                                                  \
		profile_widen(column, c, &most);                                                   \
		profile_sum_add(&column->sum, sum);                                                \
	} while (0)

/* 38 digits fill 127 bits: the sum is kept wider after each value. */
static void wide_figures(
    struct profile_column *column, const struct csv_column *c, const __int128 *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const union profile_value x = { .wide = v[i] };
		profile_sum_add(&column->sum, x.wide);
		if (!column->has_extremes || x.wide < column->least.wide ||
		    x.wide > column->most.wide)
			profile_widen(column, c, &x);
	}
}

static void real_figures(struct contract_profile *p, struct profile_column *column,
    const struct csv_column *c, const double *v, size_t n)
{
	size_t finite = 0;
	for (size_t i = 0; i < n; i++) {
		p->reals[finite] = v[i] + 0.0; /* -0 becomes 0 */
		finite += isfinite(v[i]) ? 1 : 0;
	}
	column->not_finite += (int64_t)(n - finite);
	if (finite == 0)
		return;
	union profile_value least = { .real = p->reals[0] };
	union profile_value most = { .real = p->reals[0] };
	for (size_t i = 1; i < finite; i++) {
		least.real = p->reals[i] < least.real ? p->reals[i] : least.real;
		most.real = p->reals[i] > most.real ? p->reals[i] : most.real;
	}
	profile_widen(column, c, &least);
	profile_widen(column, c, &most);
	profile_real_sum_add(column->real, p->reals, finite);
}

/* Durations and UUIDs: no sum, and seldom enough for the plain way. */
static void other_figures(
    struct profile_column *column, const struct csv_column *c, const void *data, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const union profile_value v = profile_value_take(c, data, i);
		profile_widen(column, c, &v);
	}
}

/* Bytes of a word that are inside a character, counted from its lowest bits upwards. */
static inline uint32_t inner_bytes(uint64_t v)
{
	const uint64_t inner = (v >> 7) & (~v >> 6) & UINT64_C(0x0101010101010101);
	return (uint32_t)((inner * UINT64_C(0x0101010101010101)) >> 56);
}

/* Short texts are padded with zeros, which are characters of their own: they are not inside. Read
 * as the two words they were written as: a load across two stores would wait for both. */
static inline uint32_t short_characters(const struct csv_text *t)
{
	uint64_t words[2];
	const uint32_t n = (uint32_t)csv_text_n(t);
	memcpy(words, t, sizeof(words));
	words[0] &= ~(uint64_t)UINT32_MAX; /* the length */
	if (((words[0] | words[1]) & HIGH_BITS) == 0)
		return n;
	return n - inner_bytes(words[0]) - inner_bytes(words[1]);
}

/* Words from the front and one that ends with the text, of which the bytes seen before are cut. */
static inline uint32_t long_characters(const char *p, size_t n)
{
	uint32_t inner = 0;
	uint64_t word;
	size_t i = 0;
	for (; i + sizeof(word) <= n; i += sizeof(word)) {
		memcpy(&word, p + i, sizeof(word));
		inner += (word & HIGH_BITS) == 0 ? 0 : inner_bytes(word);
	}
	if (i < n) {
		memcpy(&word, p + n - sizeof(word), sizeof(word));
		word >>= (i + sizeof(word) - n) * CHAR_BIT;
		inner += (word & HIGH_BITS) == 0 ? 0 : inner_bytes(word);
	}
	return (uint32_t)n - inner;
}

static inline uint32_t characters(const struct csv_text *t)
{
	const size_t n = csv_text_n(t);
	return n <= CSV_INLINE_BYTES ? short_characters(t) : long_characters(csv_text_p(t), n);
}

/* As profile_value_compare, without taking the text first. */
static int compare_text(const struct csv_text *t, const struct profile_text *kept)
{
	const size_t most = sizeof(kept->p) + 1;
	const size_t n = csv_text_n(t) < most ? csv_text_n(t) : most;
	const size_t n_kept = kept->n < most ? kept->n : most;
	const size_t both = n < n_kept ? n : n_kept;
	const int order =
	    memcmp(csv_text_p(t), kept->p, both < sizeof(kept->p) ? both : sizeof(kept->p));
	return order != 0 ? order : (n > n_kept) - (n < n_kept);
}

/* The first eight bytes nearly always tell that a text is no extreme. */
static inline bool is_between(
    const struct profile_column *column, const struct csv_text *t, uint64_t key)
{
	if (!column->has_extremes || key < column->least_key || key > column->most_key)
		return false;
	return (key > column->least_key || compare_text(t, &column->least.text) >= 0) &&
	       (key < column->most_key || compare_text(t, &column->most.text) <= 0);
}

static void text_figures(
    struct profile_column *column, const struct csv_column *c, const struct csv_text *v, size_t n)
{
	uint32_t least = column->has_extremes ? column->least_chars : UINT32_MAX;
	uint32_t most = column->has_extremes ? column->most_chars : 0;
	for (size_t i = 0; i < n; i++) {
		const struct csv_text *t = &v[i];
		const uint32_t chars = characters(t);
		least = chars < least ? chars : least;
		most = chars > most ? chars : most;
		if (is_between(column, t, first_bytes(csv_text_p(t))))
			continue;
		const union profile_value x = profile_value_take(c, v, i);
		profile_widen(column, c, &x);
	}
	column->least_chars = least;
	column->most_chars = most;
}

void profile_figures(struct contract_profile *p, size_t at, const void *data, size_t n)
{
	struct profile_column *column = &p->columns[at];
	const struct csv_column *c = &p->schema->columns[at];
	switch (c->type) {
	case CSV_TEXT:
	case CSV_JSON:
		text_figures(column, c, data, n);
		break;
	case CSV_DOUBLE:
		real_figures(p, column, c, data, n);
		break;
	case CSV_DATE:
		WHOLE_FIGURES(int32_t, days);
		break;
	case CSV_DURATION:
	case CSV_UUID:
		other_figures(column, c, data, n);
		break;
	case CSV_DECIMAL:
		if (csv_value_bytes(c) == sizeof(__int128)) {
			wide_figures(column, c, data, n);
			break;
		}
		WHOLE_FIGURES(int64_t, whole);
		break;
	case CSV_INTEGER:
	case CSV_TIMESTAMP:
	case CSV_TIMESTAMPTZ:
	case CSV_TIME:
		WHOLE_FIGURES(int64_t, whole);
		break;
	case CSV_BOOLEAN:
	case CSV_TYPE_COUNT_:
		break;
	}
}

static void hash_wide(uint64_t *hashes, const unsigned __int128 *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		hashes[i] = XXH3_64bits(&v[i], sizeof(*v));
}

static void hash_texts(uint64_t *hashes, const struct csv_text *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct csv_text *t = &v[i];
		hashes[i] = csv_text_n(t) <= CSV_INLINE_BYTES ? XXH3_64bits(t, sizeof(*t))
							      : XXH3_64bits(t->far.p, t->far.n);
	}
}

static inline uint64_t hash_real(double v)
{
	int64_t bits;
	v += 0.0;
	memcpy(&bits, &v, sizeof(bits));
	return profile_value_hash_whole(bits);
}

#define HASH_EACH(form, hash)                                                                      \
	do {                                                                                       \
		const form *v = data;                                                              \
		for (size_t i = 0; i < n; i++)                                                     \
			p->hashes[i] = hash(v[i]);                                                 \
	} while (0)

void profile_hash(
    struct contract_profile *p, const struct csv_column *c, const void *data, size_t n)
{
	if (csv_type_is_text(c->type))
		hash_texts(p->hashes, data, n);
	else if (c->type == CSV_DOUBLE)
		HASH_EACH(double, hash_real);
	else if (c->type == CSV_DATE)
		HASH_EACH(int32_t, profile_value_hash_whole);
	else if (c->type == CSV_BOOLEAN)
		HASH_EACH(uint8_t, profile_value_hash_whole);
	else if (csv_value_bytes(c) == sizeof(__int128))
		hash_wide(p->hashes, data, n);
	else
		HASH_EACH(int64_t, profile_value_hash_whole);
}
