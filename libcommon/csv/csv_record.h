/* SPDX-License-Identifier: Apache-2.0 */
/* csv_record - one record read strictly, byte by byte; the inner half of csv_row. */
#ifndef CSV_CSV_RECORD_H
#define CSV_CSV_RECORD_H

#include "csv/csv_row.h"

/* A window with its dialect taken apart. A CR at the end of a window that goes on is left out: what
 * it means shows with the next byte. */
struct csv_reader {
	const uint8_t *p;
	size_t n;
	bool eof;
	const char *delimiter;
	size_t delimiter_n; /* 0 = there is none */
	const char *comment;
	size_t comment_n;
	int quote, escape; /* -1 = there is none */
	enum csv_line_end line_end;
	bool skip_space;
	size_t columns;
};

/* How reading one record went. */
enum csv_reading {
	CSV_READ_CLOSED,
	CSV_READ_TEXT_AFTER, /* text behind a closing quote */
	CSV_READ_OPEN,       /* a quote is open at the end of the file or past the limit */
	CSV_READ_MORE,       /* the window ended first */
};

struct csv_record {
	enum csv_reading reading;
	size_t end;   /* closed: first byte of the line end */
	size_t next;  /* closed: start of the following line */
	size_t cells; /* closed */
	size_t fault; /* first byte that was not understood; an open quote's position */
	bool multi;   /* a line end stands inside a quoted cell */
	bool stray;   /* a quote stands inside a plain cell */
};

/* csv_reader_of - take a window apart. */
struct csv_reader csv_reader_of(const struct csv_row_window *w);

/* csv_reader_stop - the first byte of [at, limit) that ends a line: LF, or CR by the mode; limit
 * when there is none. In CSV_LINE_LF a CR before it is not looked at. */
size_t csv_reader_stop(const struct csv_reader *r, size_t at, size_t limit);

/* csv_reader_after - start of the line behind a stop. */
size_t csv_reader_after(const struct csv_reader *r, size_t stop, size_t limit);

/* csv_reader_text - end of the text of a line from `at` that stops at `stop`: the CR of a CR LF is
 * not text. */
size_t csv_reader_text(const struct csv_reader *r, size_t at, size_t stop);

/* csv_reader_is_delimiter - does one stand there? */
static inline bool csv_reader_is_delimiter(const struct csv_reader *r, size_t at, size_t limit)
{
	if (at >= limit || r->delimiter_n == 0 || r->p[at] != (uint8_t)r->delimiter[0])
		return false;
	return r->delimiter_n == 1 || (limit - at >= r->delimiter_n &&
					  memcmp(r->p + at, r->delimiter, r->delimiter_n) == 0);
}

/* csv_reader_open - the first byte of the cell at `at`, blanks skipped where the dialect says so.
 */
size_t csv_reader_open(const struct csv_reader *r, size_t at, size_t limit);

/* csv_reader_close - past the closing quote of a cell that opens at `open`; over limit when it
 * stays open. */
size_t csv_reader_close(const struct csv_reader *r, size_t open, size_t limit);

/* csv_reader_plain - end of the unquoted text from `at`: a delimiter or a stop, limit without. */
size_t csv_reader_plain(const struct csv_reader *r, size_t at, size_t limit);

/* csv_reader_record - the record at `at`, up to `end` of the window; eof: nothing comes behind. */
void csv_reader_record(
    const struct csv_reader *r, size_t at, size_t end, bool eof, struct csv_record *out);

/* csv_reader_skip - csv_row_blank up to `end`. */
size_t csv_reader_skip(const struct csv_reader *r, size_t at, size_t end, bool eof);

#endif
