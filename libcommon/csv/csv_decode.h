/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv_decode - bytes of one encoding to UTF-8; the inner half of csv_input.
 *
 * UTF-16 and UTF-32 have loops of their own, single-byte encodings a table of 256 entries, all
 * others go through iconv: line by line where ASCII stands for itself, else character by character.
 * A unit that has no character becomes CSV_UNDECODED. Windows-1252 follows its five empty places
 * (81 8D 8F 90 9D): a file that uses them is something else, and its rows should be looked at.
 *
 * A decoder has state (iconv's); one thread at a time.
 */
#ifndef CSV_CSV_DECODE_H
#define CSV_CSV_DECODE_H

#include "base/err.h"
#include "csv/csv_lines.h"

enum {
	CSV_UNDECODED = 0xFF,  /* stands in no UTF-8 text */
	CSV_DECODE_GROWTH = 4, /* most bytes made of one byte */
	CSV_DECODE_SLACK = 64, /* bytes written behind the last one made, at most */
};

struct csv_decoder;

/* One stretch of a file. */
struct csv_decode_io {
	const uint8_t *in; /* n bytes */
	size_t n;
	bool eof;                /* nothing comes behind */
	uint8_t *out;            /* room for CSV_DECODE_GROWTH * n + CSV_DECODE_SLACK */
	uint64_t stream, file;   /* offsets of out[0] and in[0] */
	struct csv_lines *lines; /* line starts go there */
	size_t used, made;       /* results: bytes of in and out; at eof used == n */
	uint64_t undecoded;      /* result: units that became CSV_UNDECODED */
};

/* Single bytes: the UTF-8 in the low three bytes as they are stored, its length in the highest. */
struct csv_decode_table {
	uint32_t entry[256];
	bool ascii; /* bytes below 128 stand for themselves */
};

/*
 * csv_decoder_open - a decoder by the canonical name of an encoding (csv_encoding_canonical).
 *
 * out  new, csv_decoder_close; written only on success
 *
 * Errors  ERR_INPUT  code "file.encoding": no such encoding; the message names the nearest one
 */
int csv_decoder_open(const char *name, struct csv_decoder **out, struct err *err) MUST_CHECK;

/* csv_decoder_knows - can csv_input read an encoding of this name, which may be an alias? */
bool csv_decoder_knows(const char *name);

/* csv_decoder_close - give it back, *d becomes NULL. */
void csv_decoder_close(struct csv_decoder **d);

/* csv_decoder_unit - bytes of an ASCII character: 1, 2 or 4. */
uint8_t csv_decoder_unit(const struct csv_decoder *d);

/* csv_decoder_run - decode a stretch; a character cut at its end is left unless it is the last. */
void csv_decoder_run(struct csv_decoder *d, struct csv_decode_io *io);

/* csv_decode_utf16, csv_decode_utf32 - either byte order. */
void csv_decode_utf16(struct csv_decode_io *io, bool big);
void csv_decode_utf32(struct csv_decode_io *io, bool big);

/* csv_decode_bytes - through a table. */
void csv_decode_bytes(struct csv_decode_io *io, const struct csv_decode_table *table);

/* csv_decode_put - one character as UTF-8, up to four bytes; returns their count. */
static inline size_t csv_decode_put(uint32_t c, uint8_t *out)
{
	if (c < 0x80) {
		out[0] = (uint8_t)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (uint8_t)(0xC0 | (c >> 6));
		out[1] = (uint8_t)(0x80 | (c & 0x3F));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (uint8_t)(0xE0 | (c >> 12));
		out[1] = (uint8_t)(0x80 | ((c >> 6) & 0x3F));
		out[2] = (uint8_t)(0x80 | (c & 0x3F));
		return 3;
	}
	out[0] = (uint8_t)(0xF0 | (c >> 18));
	out[1] = (uint8_t)(0x80 | ((c >> 12) & 0x3F));
	out[2] = (uint8_t)(0x80 | ((c >> 6) & 0x3F));
	out[3] = (uint8_t)(0x80 | (c & 0x3F));
	return 4;
}

#endif
