/* SPDX-License-Identifier: Apache-2.0 */
/* csv_guess - in which encoding is a stretch of bytes? Pure functions; csv_input.h has the rules.
 */
#ifndef CSV_CSV_GUESS_H
#define CSV_CSV_GUESS_H

#include "base/macros.h"

/* How many lines speak for what. */
struct csv_guess_vote {
	size_t utf8;  /* hold at least one character past ASCII, all of them proper UTF-8 */
	size_t other; /* break UTF-8 */
	size_t odd;   /* of other: hold a byte that Windows-1252 has no character for */
};

/* csv_guess_mark - name of the encoding whose byte order mark stands at the front, NULL when there
 * is none; out_bytes = its length. */
const char *csv_guess_mark(const uint8_t *p, size_t n, uint8_t *out_bytes);

/* csv_guess_shape - "utf-16le", "utf-16be", "utf-32le" or "utf-32be" when the bytes can only be
 * that, else NULL: there are NUL bytes, and read so nearly all units are characters of text, a good
 * part of them ASCII. */
const char *csv_guess_shape(const uint8_t *p, size_t n);

/* csv_guess_lines - let the lines of a stretch vote; its first line may be cut in front, its last
 * one does not count unless eof or it is the only one. */
struct csv_guess_vote csv_guess_lines(const uint8_t *p, size_t n, bool eof);

#endif
