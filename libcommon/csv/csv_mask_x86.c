/* SPDX-License-Identifier: Apache-2.0 */
/* csv_mask_x86 - masks and the UTF-8 check by SSE2 and AVX2. */
#include "csv/csv_mask_level.h"

#ifdef CSV_MASK_X86

#include <immintrin.h>

#define AVX2 __attribute__((target("avx2,pclmul")))

/* --- SSE2 ------------------------------------------------------------------------------------ */

struct four {
	__m128i v[4];
};

static CSV_ALWAYS struct four load_four(const uint8_t *p)
{
	struct four f;
	for (int i = 0; i < 4; i++)
		f.v[i] = _mm_loadu_si128((const __m128i *)(const void *)(p + i * 16));
	return f;
}

static CSV_ALWAYS uint64_t four_equal(const struct four *f, uint8_t c)
{
	const __m128i want = _mm_set1_epi8((char)c);
	uint64_t mask = 0;
	for (int i = 0; i < 4; i++) {
		const int bits = _mm_movemask_epi8(_mm_cmpeq_epi8(f->v[i], want));
		mask |= (uint64_t)(uint32_t)bits << (i * 16);
	}
	return mask;
}

static CSV_ALWAYS uint64_t sse2_line(
    const struct csv_mask_want *w, const struct four *f, const uint8_t *p)
{
	if (w->line_end == CSV_LINE_LF)
		return four_equal(f, '\n');
	if (w->line_end == CSV_LINE_CR)
		return four_equal(f, '\r');
	const struct four next = load_four(p + 1);
	return four_equal(f, '\n') | (four_equal(f, '\r') & ~four_equal(&next, '\n'));
}

static CSV_ALWAYS uint64_t sse2_delimiter(
    const struct csv_mask_want *w, const struct four *f, const uint8_t *p)
{
	if (w->delimiter_n == 0)
		return 0;
	uint64_t mask = four_equal(f, w->delimiter[0]);
	for (unsigned i = 1; i < w->delimiter_n; i++) {
		const struct four next = load_four(p + i);
		mask &= four_equal(&next, w->delimiter[i]);
	}
	return mask;
}

static CSV_ALWAYS uint64_t xor_shifts(uint64_t v)
{
	v ^= v << 1;
	v ^= v << 2;
	v ^= v << 4;
	v ^= v << 8;
	v ^= v << 16;
	return v ^ v << 32;
}

static unsigned sse2_mask(
    const struct csv_mask_want *want, const uint8_t *p, size_t words, struct csv_mask *out)
{
	__m128i high = _mm_setzero_si128();
	__m128i least = _mm_set1_epi8(-1);
	for (size_t w = 0; w < words; w++, p += CSV_MASK_WORD) {
		const struct four f = load_four(p);
		out[w].delimiter = sse2_delimiter(want, &f, p);
		out[w].quote = want->has_quote ? four_equal(&f, want->quote) : 0;
		out[w].parity = out[w].quote == 0 ? 0 : xor_shifts(out[w].quote);
		out[w].line = sse2_line(want, &f, p);
		out[w].odd = 0;
		for (unsigned i = 0; i < want->odd_n; i++)
			out[w].odd |= four_equal(&f, want->odd[i]);
		for (int i = 0; i < 4; i++) {
			high = _mm_or_si128(high, f.v[i]);
			least = _mm_min_epu8(least, f.v[i]);
		}
	}
	const int nul = _mm_movemask_epi8(_mm_cmpeq_epi8(least, _mm_setzero_si128()));
	return (_mm_movemask_epi8(high) != 0 ? CSV_MASK_HIGH : 0U) | (nul != 0 ? CSV_MASK_NUL : 0U);
}

static uint64_t sse2_suspect(const uint8_t *p, size_t words)
{
	uint64_t suspect = 0;
	for (size_t w = 0; w < words; w++, p += CSV_MASK_WORD) {
		const struct four f = load_four(p);
		const __m128i any =
		    _mm_or_si128(_mm_or_si128(f.v[0], f.v[1]), _mm_or_si128(f.v[2], f.v[3]));
		suspect |= (uint64_t)(_mm_movemask_epi8(any) != 0) << w;
	}
	return suspect;
}

const struct csv_mask_ops csv_mask_sse2 = { sse2_mask, sse2_suspect, false };

/* --- AVX2 ------------------------------------------------------------------------------------ */

struct two {
	__m256i a, b;
};

AVX2 static CSV_ALWAYS struct two load_two(const uint8_t *p)
{
	return (struct two){ _mm256_loadu_si256((const __m256i *)(const void *)p),
		_mm256_loadu_si256((const __m256i *)(const void *)(p + 32)) };
}

AVX2 static CSV_ALWAYS uint64_t two_equal(const struct two *t, uint8_t c)
{
	const __m256i want = _mm256_set1_epi8((char)c);
	const uint32_t low = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(t->a, want));
	const uint32_t high = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(t->b, want));
	return low | (uint64_t)high << 32;
}

AVX2 static CSV_ALWAYS uint64_t avx2_line(
    const struct csv_mask_want *w, const struct two *t, const uint8_t *p)
{
	if (w->line_end == CSV_LINE_LF)
		return two_equal(t, '\n');
	if (w->line_end == CSV_LINE_CR)
		return two_equal(t, '\r');
	const struct two next = load_two(p + 1);
	return two_equal(t, '\n') | (two_equal(t, '\r') & ~two_equal(&next, '\n'));
}

AVX2 static CSV_ALWAYS uint64_t avx2_delimiter(
    const struct csv_mask_want *w, const struct two *t, const uint8_t *p)
{
	if (w->delimiter_n == 0)
		return 0;
	uint64_t mask = two_equal(t, w->delimiter[0]);
	for (unsigned i = 1; i < w->delimiter_n; i++) {
		const struct two next = load_two(p + i);
		mask &= two_equal(&next, w->delimiter[i]);
	}
	return mask;
}

AVX2 static CSV_ALWAYS uint64_t clmul_parity(uint64_t v)
{
	const __m128i bits = _mm_set_epi64x(0, (int64_t)v);
	return (uint64_t)_mm_cvtsi128_si64(_mm_clmulepi64_si128(bits, _mm_set1_epi8(-1), 0));
}

AVX2 static unsigned avx2_mask(
    const struct csv_mask_want *want, const uint8_t *p, size_t words, struct csv_mask *out)
{
	__m256i high = _mm256_setzero_si256();
	__m256i least = _mm256_set1_epi8(-1);
	for (size_t w = 0; w < words; w++, p += CSV_MASK_WORD) {
		const struct two t = load_two(p);
		out[w].delimiter = avx2_delimiter(want, &t, p);
		out[w].quote = want->has_quote ? two_equal(&t, want->quote) : 0;
		out[w].parity = clmul_parity(out[w].quote);
		out[w].line = avx2_line(want, &t, p);
		out[w].odd = 0;
		for (unsigned i = 0; i < want->odd_n; i++)
			out[w].odd |= two_equal(&t, want->odd[i]);
		high = _mm256_or_si256(high, _mm256_or_si256(t.a, t.b));
		least = _mm256_min_epu8(least, _mm256_min_epu8(t.a, t.b));
	}
	const __m256i zero = _mm256_cmpeq_epi8(least, _mm256_setzero_si256());
	return (_mm256_movemask_epi8(high) != 0 ? CSV_MASK_HIGH : 0U) |
	       (_mm256_movemask_epi8(zero) != 0 ? CSV_MASK_NUL : 0U);
}

/* Errors that two bytes in a row can show; a pair is wrong when all three tables agree on a bit. */
enum {
	TOO_SHORT = 1 << 0,  /* a lead without its continuation */
	TOO_LONG = 1 << 1,   /* ASCII and a continuation */
	OVERLONG_3 = 1 << 2, /* E0 80..9F */
	TOO_LARGE = 1 << 3,  /* F4 90..BF, F5.. */
	SURROGATE = 1 << 4,  /* ED A0..BF */
	OVERLONG_2 = 1 << 5, /* C0, C1 */
	TOO_LARGE_1000 = 1 << 6,
	OVERLONG_4 = 1 << 6,    /* F0 80..8F */
	TWO_CONTINUES = 1 << 7, /* two continuations: right only as the end of a longer one */
};

#define CARRY      (TOO_SHORT | TOO_LONG | TWO_CONTINUES)
#define LANES(...) _mm256_setr_epi8(__VA_ARGS__, __VA_ARGS__)

/* By the high half of the first byte. */
AVX2 static CSV_ALWAYS __m256i first_high(__m256i index)
{
	const __m256i table =
	    LANES(TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG,
		(char)TWO_CONTINUES, (char)TWO_CONTINUES, (char)TWO_CONTINUES, (char)TWO_CONTINUES,
		TOO_SHORT | OVERLONG_2, TOO_SHORT, TOO_SHORT | OVERLONG_3 | SURROGATE,
		TOO_SHORT | TOO_LARGE | TOO_LARGE_1000 | OVERLONG_4);
	return _mm256_shuffle_epi8(table, index);
}

/* By the low half of the first byte. */
AVX2 static CSV_ALWAYS __m256i first_low(__m256i index)
{
	const char large = (char)(CARRY | TOO_LARGE | TOO_LARGE_1000);
	const __m256i table = LANES((char)(CARRY | OVERLONG_3 | OVERLONG_2 | OVERLONG_4),
	    (char)(CARRY | OVERLONG_2), (char)CARRY, (char)CARRY, (char)(CARRY | TOO_LARGE), large,
	    large, large, large, large, large, large, large,
	    (char)(CARRY | TOO_LARGE | TOO_LARGE_1000 | SURROGATE), large, large);
	return _mm256_shuffle_epi8(table, index);
}

/* By the high half of the second byte. */
AVX2 static CSV_ALWAYS __m256i second_high(__m256i index)
{
	const char low = (char)(TOO_LONG | OVERLONG_2 | TWO_CONTINUES);
	const __m256i table = LANES(TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT,
	    TOO_SHORT, TOO_SHORT, TOO_SHORT, (char)(low | OVERLONG_3 | TOO_LARGE_1000 | OVERLONG_4),
	    (char)(low | OVERLONG_3 | TOO_LARGE), (char)(low | SURROGATE | TOO_LARGE),
	    (char)(low | SURROGATE | TOO_LARGE), TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT);
	return _mm256_shuffle_epi8(table, index);
}

/* The bytes `back` before those of v. */
#define BEFORE(v, last, back)                                                                      \
	_mm256_alignr_epi8((v), _mm256_permute2x128_si256((last), (v), 0x21), 16 - (back))

AVX2 static CSV_ALWAYS __m256i high_half(__m256i v)
{
	return _mm256_and_si256(_mm256_srli_epi16(v, 4), _mm256_set1_epi8(0x0F));
}

/* Nonzero bytes where v, which follows `last`, is wrong. */
AVX2 static CSV_ALWAYS __m256i utf8_errors(__m256i v, __m256i last)
{
	const __m256i one = BEFORE(v, last, 1);
	const __m256i pair =
	    _mm256_and_si256(_mm256_and_si256(first_high(high_half(one)),
				 first_low(_mm256_and_si256(one, _mm256_set1_epi8(0x0F)))),
		second_high(high_half(v)));
	const __m256i third =
	    _mm256_subs_epu8(BEFORE(v, last, 2), _mm256_set1_epi8((char)(0xE0 - 0x80)));
	const __m256i fourth =
	    _mm256_subs_epu8(BEFORE(v, last, 3), _mm256_set1_epi8((char)(0xF0 - 0x80)));
	const __m256i must =
	    _mm256_and_si256(_mm256_or_si256(third, fourth), _mm256_set1_epi8((char)0x80));
	return _mm256_xor_si256(must, pair);
}

/* Nonzero where the last bytes begin a character that goes on behind them. */
AVX2 static CSV_ALWAYS __m256i cut_off(__m256i v)
{
	const __m256i most = _mm256_setr_epi8(-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
	    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, (char)(0xF0 - 1),
	    (char)(0xE0 - 1), (char)(0xC0 - 1));
	return _mm256_subs_epu8(v, most);
}

AVX2 static uint64_t avx2_suspect(const uint8_t *p, size_t words)
{
	__m256i last = _mm256_setzero_si256();
	__m256i cut = last;
	uint64_t suspect = 0;
	for (size_t w = 0; w < words; w++, p += CSV_MASK_WORD) {
		const struct two t = load_two(p);
		__m256i errors = cut; /* what an ASCII word finds unfinished */
		if (_mm256_movemask_epi8(_mm256_or_si256(t.a, t.b)) != 0) {
			errors = _mm256_or_si256(utf8_errors(t.a, last), utf8_errors(t.b, t.a));
			cut = cut_off(t.b);
		} else {
			cut = _mm256_setzero_si256();
		}
		last = t.b;
		const bool bad = !_mm256_testz_si256(errors, errors);
		suspect |= (uint64_t)bad << w;
		if (bad && w > 0)
			suspect |= UINT64_C(1) << (w - 1);
	}
	if (words > 0 && !_mm256_testz_si256(cut, cut))
		suspect |= UINT64_C(1) << (words - 1);
	return suspect;
}

const struct csv_mask_ops csv_mask_avx2 = { avx2_mask, avx2_suspect, true };

#endif
