/* SPDX-License-Identifier: Apache-2.0 */
/* csv_mask - masks in plain C, and which functions to use. */
#include "csv/csv_mask.h"

#include "csv/csv_mask_level.h"

#define ONES  UINT64_C(0x0101010101010101)
#define HIGHS UINT64_C(0x8080808080808080)

static const struct csv_mask_ops *forced;

/* Does a proper end of the delimiter begin it too? */
static bool overlaps_itself(const char *delimiter, size_t n)
{
	for (size_t shift = 1; shift < n; shift++) {
		if (memcmp(delimiter, delimiter + shift, n - shift) == 0)
			return true;
	}
	return false;
}

struct csv_mask_want csv_mask_want_of(const struct csv_dialect *d)
{
	struct csv_mask_want w = { .line_end = d->line_end };
	w.delimiter_n = (uint32_t)strnlen(d->delimiter, CSV_DELIMITER_BYTES);
	memcpy(w.delimiter, d->delimiter, w.delimiter_n);
	w.overlaps = overlaps_itself(d->delimiter, w.delimiter_n);
	w.has_quote = d->quote != '\0';
	w.quote = (uint8_t)d->quote;
	if (d->escape != '\0' && d->escape != d->quote)
		w.odd[w.odd_n++] = (uint8_t)d->escape;
	if (d->comment[0] != '\0')
		w.odd[w.odd_n++] = (uint8_t)d->comment[0];
	return w;
}

/* Bit i of the result: byte i of eight is zero. Exact, unlike the usual trick. */
static inline uint64_t zero_bytes(uint64_t v)
{
	const uint64_t t = (v & ~HIGHS) + ~HIGHS;
	const uint64_t zero = ~(t | v | ~HIGHS);
	return ((zero >> 7) * UINT64_C(0x0102040810204080)) >> 56;
}

static inline uint64_t load8(const uint8_t *p)
{
	uint64_t v;
	memcpy(&v, p, sizeof(v));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	v = __builtin_bswap64(v);
#endif
	return v;
}

static inline uint64_t equal(const uint8_t *p, uint8_t c)
{
	uint64_t mask = 0;
	for (unsigned i = 0; i < 8; i++)
		mask |= zero_bytes(load8(p + i * 8) ^ (ONES * c)) << (i * 8);
	return mask;
}

static inline uint64_t prefix_xor(uint64_t v)
{
	for (unsigned shift = 1; shift < 64; shift *= 2)
		v ^= v << shift;
	return v;
}

static uint64_t plain_delimiter(const struct csv_mask_want *w, const uint8_t *p)
{
	uint64_t mask = w->delimiter_n == 0 ? 0 : ~UINT64_C(0);
	for (unsigned i = 0; i < w->delimiter_n; i++)
		mask &= equal(p + i, w->delimiter[i]);
	return mask;
}

static uint64_t plain_line(const struct csv_mask_want *w, const uint8_t *p)
{
	if (w->line_end == CSV_LINE_LF)
		return equal(p, '\n');
	if (w->line_end == CSV_LINE_CR)
		return equal(p, '\r');
	return equal(p, '\n') | (equal(p, '\r') & ~equal(p + 1, '\n'));
}

static unsigned plain_mask(
    const struct csv_mask_want *want, const uint8_t *p, size_t words, struct csv_mask *out)
{
	uint64_t high = 0;
	bool nul = false;
	for (size_t w = 0; w < words; w++, p += CSV_MASK_WORD) {
		out[w].delimiter = plain_delimiter(want, p);
		out[w].quote = want->has_quote ? equal(p, want->quote) : 0;
		out[w].parity = prefix_xor(out[w].quote);
		out[w].line = plain_line(want, p);
		out[w].odd = 0;
		for (unsigned i = 0; i < want->odd_n; i++)
			out[w].odd |= equal(p, want->odd[i]);
		for (unsigned i = 0; i < CSV_MASK_WORD; i += 8)
			high |= load8(p + i);
		nul = nul || equal(p, 0) != 0;
	}
	return ((high & HIGHS) != 0 ? CSV_MASK_HIGH : 0U) | (nul ? CSV_MASK_NUL : 0U);
}

/* Every word that is not ASCII goes to the exact check. */
static uint64_t plain_suspect(const uint8_t *p, size_t words)
{
	uint64_t suspect = 0;
	for (size_t w = 0; w < words; w++, p += CSV_MASK_WORD) {
		uint64_t high = 0;
		for (unsigned i = 0; i < CSV_MASK_WORD; i += 8)
			high |= load8(p + i);
		suspect |= (uint64_t)((high & HIGHS) != 0) << w;
	}
	return suspect;
}

static const struct csv_mask_ops plain_ops = { plain_mask, plain_suspect, false };

const struct csv_mask_ops *csv_mask_level(enum csv_mask_level level)
{
	if (level == CSV_MASK_PLAIN)
		return &plain_ops;
#ifdef CSV_MASK_X86
	__builtin_cpu_init();
	if (level == CSV_MASK_SSE2 && __builtin_cpu_supports("sse2"))
		return &csv_mask_sse2;
	if (level == CSV_MASK_AVX2 && __builtin_cpu_supports("avx2") &&
	    __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("popcnt") &&
	    __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2"))
		return &csv_mask_avx2;
#endif
	return NULL;
}

const struct csv_mask_ops *csv_mask_ops(void)
{
	if (forced != NULL)
		return forced;
	for (int level = CSV_MASK_LEVELS_ - 1; level > CSV_MASK_PLAIN; level--) {
		const struct csv_mask_ops *ops = csv_mask_level((enum csv_mask_level)level);
		if (ops != NULL)
			return ops;
	}
	return &plain_ops;
}

void csv_mask_force(enum csv_mask_level level)
{
	forced = level == CSV_MASK_LEVELS_ ? NULL : csv_mask_level(level);
}
