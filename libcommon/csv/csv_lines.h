/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv_lines - where lines of decoded text stand in the file.
 *
 * A pair of offsets is kept only where counting ASCII characters from the pair before goes wrong,
 * so ASCII costs nothing and a line with other characters costs one pair. Every line start and the
 * end of the stream are exact, whatever stood before them.
 */
#ifndef CSV_CSV_LINES_H
#define CSV_CSV_LINES_H

#include "base/macros.h"

/* From `stream` on, bytes of the file follow each other as characters do in ASCII. */
struct csv_line {
	uint64_t stream, file;
};

/* Where the lines of a stretch of the stream stand in the file. Embedded by the caller: zeroed,
 * then csv_lines_done. Read by any number of threads. */
struct csv_lines {
	struct csv_line *at; /* ascending; owned */
	size_t n;            /* 0 = both offsets are the same, as in UTF-8 without a mark */
	size_t alloc;
	uint8_t unit; /* bytes of the file for an ASCII character: 1, 2 or 4; 0 as 1 */
};

/* csv_lines_done - free; accepts a zeroed one. */
void csv_lines_done(struct csv_lines *lines);

/*
 * csv_lines_file - the byte of the file that stands at a byte of the stream.
 *
 * stream  the start of a line or the end of the stretch (exact); inside a line it is exact up to
 * the first character that is not ASCII
 */
uint64_t csv_lines_file(const struct csv_lines *lines, uint64_t stream);

/*
 * csv_lines_length - bytes a row takes in the file.
 *
 * start, next  of the stream: its first byte and the line start (or end of the stream) behind it
 * line_end     bytes of the stream before `next` that only end the row: 0, 1 or 2
 */
uint64_t csv_lines_length(
    const struct csv_lines *lines, uint64_t start, uint64_t next, size_t line_end);

/* csv_lines_note - a character starts at these two offsets; kept when it is news. Ascending. */
void csv_lines_note(struct csv_lines *lines, uint64_t stream, uint64_t file);

/* csv_lines_take - copy what [from, to] needs to out (overwritten), forget what lies before to. */
void csv_lines_take(struct csv_lines *lines, uint64_t from, uint64_t to, struct csv_lines *out);

#endif
