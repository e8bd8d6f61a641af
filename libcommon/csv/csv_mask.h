/* SPDX-License-Identifier: Apache-2.0 */
/* csv_mask - which of 64 bytes are a delimiter, a quote or LF? One bit each; the only code here
 * that knows what the processor can do. */
#ifndef CSV_CSV_MASK_H
#define CSV_CSV_MASK_H

#include "csv/csv.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* csv_mask_plain - bit i is set when p[i] is one of the three; 64 readable bytes. Any processor. */
static inline uint64_t csv_mask_plain(const uint8_t *p, char delimiter, char quote)
{
	uint64_t mask = 0;
	for (unsigned i = 0; i < 64; i++) {
		const bool hit =
		    p[i] == (uint8_t)delimiter || p[i] == (uint8_t)quote || p[i] == '\n';
		mask |= (uint64_t)hit << i;
	}
	return mask;
}

/* csv_mask - the same, by SSE2 where the compiler may use it. */
static inline uint64_t csv_mask(const uint8_t *p, char delimiter, char quote)
{
#ifdef __SSE2__
	const __m128i d = _mm_set1_epi8(delimiter);
	const __m128i q = _mm_set1_epi8(quote);
	const __m128i lf = _mm_set1_epi8('\n');
	uint64_t mask = 0;
	for (unsigned i = 0; i < 4; i++) {
		const __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(p + i * 16));
		const __m128i hit =
		    _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(v, d), _mm_cmpeq_epi8(v, q)),
			_mm_cmpeq_epi8(v, lf));
		mask |= (uint64_t)(uint32_t)_mm_movemask_epi8(hit) << (i * 16);
	}
	return mask;
#else
	return csv_mask_plain(p, delimiter, quote);
#endif
}

#endif
