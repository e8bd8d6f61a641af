/* SPDX-License-Identifier: Apache-2.0 */
/* csv_decode_unicode - UTF-16 and UTF-32 to UTF-8: runs of ASCII sixteen at a time. */
#include "csv/csv_decode.h"

#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { RUN = 16 }; /* units looked at together */

/* A walk through the units. */
struct walk {
	struct csv_decode_io *io;
	const uint8_t *p, *end; /* whole units left */
	uint8_t *out;
	bool dirty; /* not only ASCII since the last line start that was noted */
};

static struct walk begin(struct csv_decode_io *io, size_t unit)
{
	io->undecoded = 0;
	return (struct walk){ io, io->in, io->in + io->n / unit * unit, io->out,
		io->file != csv_lines_file(io->lines, io->stream) };
}

static void note(struct walk *w)
{
	csv_lines_note(w->io->lines, w->io->stream + (uint64_t)(w->out - w->io->out),
	    w->io->file + (uint64_t)(w->p - w->io->in));
	w->dirty = false;
}

static void put_undecoded(struct walk *w, size_t bytes)
{
	*w->out++ = CSV_UNDECODED;
	w->p += bytes;
	w->dirty = true;
	w->io->undecoded++;
}

static void put(struct walk *w, uint32_t c, size_t bytes)
{
	w->p += bytes;
	if (c >= 0x80) {
		w->out += csv_decode_put(c, w->out);
		w->dirty = true;
		return;
	}
	*w->out++ = (uint8_t)c;
	if (w->dirty && (c == '\n' || c == '\r'))
		note(w);
}

/* Bytes that are no whole unit can only stand at the end of the file. */
static void finish(struct walk *w)
{
	struct csv_decode_io *io = w->io;
	if (io->eof && w->p < io->in + io->n)
		put_undecoded(w, (size_t)(io->in + io->n - w->p));
	if (io->eof)
		note(w);
	io->used = (size_t)(w->p - io->in);
	io->made = (size_t)(w->out - io->out);
}

static uint32_t unit16(const uint8_t *p, bool big)
{
	return big ? (uint32_t)(p[0] << 8 | p[1]) : (uint32_t)(p[1] << 8 | p[0]);
}

static uint32_t unit32(const uint8_t *p, bool big)
{
	const uint32_t high = unit16(big ? p : p + 2, big);
	return high << 16 | unit16(big ? p + 2 : p, big);
}

#ifdef __SSE2__
static __m128i load16(const uint8_t *p, bool big)
{
	const __m128i x = _mm_loadu_si128((const __m128i *)(const void *)p);
	return big ? _mm_or_si128(_mm_slli_epi16(x, 8), _mm_srli_epi16(x, 8)) : x;
}

/* Sixteen units that are ASCII, without line ends as long as one has to be noted. */
static inline bool take_run(struct walk *w, bool big)
{
	if (w->end - w->p < 2 * RUN)
		return false;
	const __m128i a = load16(w->p, big);
	const __m128i b = load16(w->p + RUN, big);
	const __m128i high = _mm_and_si128(_mm_or_si128(a, b), _mm_set1_epi16((short)0xFF80));
	if (_mm_movemask_epi8(_mm_cmpeq_epi16(high, _mm_setzero_si128())) != 0xFFFF)
		return false;
	const __m128i bytes = _mm_packus_epi16(a, b);
	if (w->dirty) {
		const __m128i lf = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\n'));
		const __m128i cr = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\r'));
		if (_mm_movemask_epi8(_mm_or_si128(lf, cr)) != 0)
			return false;
	}
	_mm_storeu_si128((__m128i *)(void *)w->out, bytes);
	w->p += 2 * RUN;
	w->out += RUN;
	return true;
}
#else
static inline bool take_run(struct walk *w, bool big)
{
	(void)w;
	(void)big;
	return false;
}
#endif

/* A surrogate: with its other half a character. False when the other half is not there yet. */
static bool take_surrogate(struct walk *w, uint32_t c, bool big)
{
	if (c < 0xDC00 && w->end - w->p < 4 && !w->io->eof)
		return false;
	const uint32_t low = w->end - w->p < 4 ? 0 : unit16(w->p + 2, big);
	if (c < 0xDC00 && low >= 0xDC00 && low < 0xE000)
		put(w, 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00), 4);
	else
		put_undecoded(w, 2);
	return true;
}

static inline void run16(struct csv_decode_io *io, bool big)
{
	struct walk w = begin(io, 2);
	while (w.p < w.end) {
		if (take_run(&w, big))
			continue;
		for (int i = 0; i < RUN && w.p < w.end; i++) {
			const uint32_t c = unit16(w.p, big);
			if ((c & 0xF800) != 0xD800) {
				put(&w, c, 2);
			} else if (!take_surrogate(&w, c, big)) {
				finish(&w);
				return;
			}
		}
	}
	finish(&w);
}

void csv_decode_utf16(struct csv_decode_io *io, bool big)
{
	if (big)
		run16(io, true);
	else
		run16(io, false);
}

static inline void run32(struct csv_decode_io *io, bool big)
{
	struct walk w = begin(io, 4);
	while (w.p < w.end) {
		const uint32_t c = unit32(w.p, big);
		if (c > 0x10FFFF || (c & 0xFFFFF800) == 0xD800)
			put_undecoded(&w, 4);
		else
			put(&w, c, 4);
	}
	finish(&w);
}

void csv_decode_utf32(struct csv_decode_io *io, bool big)
{
	if (big)
		run32(io, true);
	else
		run32(io, false);
}
