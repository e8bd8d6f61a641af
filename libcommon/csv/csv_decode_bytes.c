/* SPDX-License-Identifier: Apache-2.0 */
/* csv_decode_bytes - encodings of one byte a character, through a table. */
#include <string.h>

#include "csv/csv_decode.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { RUN = 16 }; /* bytes looked at together */

struct walk {
	struct csv_decode_io *io;
	const struct csv_decode_table *table;
	const uint8_t *p, *end;
	uint8_t *out;
	bool dirty; /* a character took more bytes than one since the last noted line start */
};

static void note(struct walk *w)
{
	csv_lines_note(w->io->lines, w->io->stream + (uint64_t)(w->out - w->io->out),
	    w->io->file + (uint64_t)(w->p - w->io->in));
	w->dirty = false;
}

/* One byte; its four bytes are written whatever its length is. */
static inline uint32_t put(struct walk *w)
{
	const uint32_t entry = w->table->entry[*w->p++];
	memcpy(w->out, &entry, sizeof(entry));
	w->out += entry >> 24;
	return entry;
}

/* One byte, with all that may hang on it. */
static void put_careful(struct walk *w)
{
	const uint32_t entry = put(w);
	const uint8_t first = (uint8_t)entry;
	w->io->undecoded += first == CSV_UNDECODED;
	w->dirty = w->dirty || entry >> 24 != 1;
	if (w->dirty && (first == '\n' || first == '\r'))
		note(w);
}

#ifdef __SSE2__
/* Sixteen bytes of ASCII at once, or up to the line end that has to be noted, or through the table:
 * counting and noting only what is there. */
static inline void take_run(struct walk *w)
{
	const __m128i x = _mm_loadu_si128((const __m128i *)(const void *)w->p);
	const unsigned high = (unsigned)_mm_movemask_epi8(x);
	if (high == 0 && !w->dirty) {
		_mm_storeu_si128((__m128i *)(void *)w->out, x);
		w->p += RUN;
		w->out += RUN;
		return;
	}
	const __m128i lf = _mm_cmpeq_epi8(x, _mm_set1_epi8('\n'));
	const __m128i cr = _mm_cmpeq_epi8(x, _mm_set1_epi8('\r'));
	const unsigned ends = (unsigned)_mm_movemask_epi8(_mm_or_si128(lf, cr));
	if (high == 0 && ends == 0) {
		_mm_storeu_si128((__m128i *)(void *)w->out, x);
		w->p += RUN;
		w->out += RUN;
		return;
	}
	const int count = ends == 0 ? RUN : __builtin_ctz(ends) + 1;
	uint8_t *const from = w->out;
	bool odd = false;
	for (int i = 0; i < count; i++)
		odd |= (put(w) & 0xFF) == CSV_UNDECODED;
	w->dirty = w->dirty || w->out - from != count;
	for (const uint8_t *o = from; odd && o < w->out; o++)
		w->io->undecoded += *o == CSV_UNDECODED;
	if (ends != 0 && w->dirty)
		note(w);
}
#else
static inline void take_run(struct walk *w)
{
	for (int i = 0; i < RUN; i++)
		put_careful(w);
}
#endif

void csv_decode_bytes(struct csv_decode_io *io, const struct csv_decode_table *table)
{
	struct walk w = { io, table, io->in, io->in + io->n, io->out,
		io->file != csv_lines_file(io->lines, io->stream) };
	io->undecoded = 0;
	while (table->ascii && w.end - w.p >= RUN)
		take_run(&w);
	while (w.p < w.end)
		put_careful(&w);
	if (io->eof)
		note(&w);
	io->used = io->n;
	io->made = (size_t)(w.out - io->out);
}
