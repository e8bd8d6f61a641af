/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv_row - where does a row end? The exact rules, for one row at a time.
 *
 * A row ends at LF or CR LF outside quotes; the last may end with the file. A cell is quoted when
 * its first byte is the quote; inside, two quotes mean one; a quote later in an unquoted cell is
 * plain text. Behind a closing quote only a delimiter or the row's end may stand. Lines without any
 * byte are skipped. Otherwise:
 *
 * 1. Text behind a closing quote, where the line is complete by itself: that line is the bad row.
 * 2. A quote still open at the end of its line may be a cell of several lines. It is believed when
 *    it closes properly, its row has exactly the file's number of cells, and the lines inside are
 *    not themselves rows (at least two whole lines inside, every one of them with the file's number
 *    of cells, in a file of three or more columns, are taken for rows that two torn quotes
 *    swallowed).
 * 3. Otherwise the quote is torn: the bad row runs up to the next line start from which a row
 *    with the file's number of cells can be read within CSV_ROW_PROBE_BYTES, or at which a line
 *    with that many delimiters tears a quote of its own, or to the end.
 *
 * So one torn quote costs the row it stands in. Looking ahead is bounded by CSV_MAX_FIELD_BYTES.
 * Pure functions of the bytes: any thread, the same answer for any cut into blocks.
 */
#ifndef CSV_CSV_ROW_H
#define CSV_CSV_ROW_H

#include "csv/csv.h"

enum { CSV_ROW_PROBE_BYTES = 64 << 10 };

enum csv_row_kind {
	CSV_ROW_WHOLE,     /* closed; cells counted */
	CSV_ROW_BAD_QUOTE, /* text behind a closing quote (rule 1) */
	CSV_ROW_TORN,      /* rule 3 */
	CSV_ROW_LONG_CELL, /* a quoted cell of one line over CSV_MAX_FIELD_BYTES */
	CSV_ROW_MORE,      /* cannot be decided without more bytes; only when !eof */
};

/* The bytes a row is looked for in. */
struct csv_row_window {
	const uint8_t *p; /* CSV_PAD_BYTES readable bytes behind p + n */
	size_t n;
	bool eof; /* nothing comes after n */
	char delimiter, quote;
	size_t columns; /* cells of a row; 0 = not known yet (the header): rule 2 believes any
			   number */
};

struct csv_row {
	enum csv_row_kind kind;
	size_t n;        /* bytes without the line end */
	size_t next;     /* start of the following line */
	size_t cells;    /* of a whole row */
	size_t lines;    /* physical lines it covers */
	size_t at_fault; /* window offset of the torn quote, or of the text behind a closing one */
};

/* One cell of a whole row, quotes taken off. */
struct csv_cell {
	uint32_t at; /* offset in the window */
	uint32_t n;  /* bytes, CSV_CELL_DOUBLED may be set */
};

#define CSV_CELL_DOUBLED (UINT32_C(1) << 31) /* holds doubled quotes */

/*
 * csv_row_find - the row that starts at a byte of the window (at < n, not a blank line).
 *
 * Cost  one pass over the row; over what follows it up to the limits when a quote is open
 */
void csv_row_find(const struct csv_row_window *w, size_t at, struct csv_row *out);

/*
 * csv_row_cells - the cells of a row that csv_row_find called whole.
 *
 * out, cap  room for cells; the rest is counted, not stored
 *
 * Returns the number of cells of the row.
 */
size_t csv_row_cells(const struct csv_row_window *w, size_t at, const struct csv_row *row,
    struct csv_cell *out, size_t cap);

/* csv_row_unquote - copy n bytes with doubled quotes made single; returns the bytes written to out.
 */
size_t csv_row_unquote(const uint8_t *p, size_t n, char quote, char *out);

/* csv_row_blank - bytes of the empty line at a byte of the window: 1 (LF), 2 (CR LF, or CR LF cut
 * at the end of the file), 0 when something stands on it. A lone CR at the end counts only at eof.
 */
size_t csv_row_blank(const struct csv_row_window *w, size_t at);

#endif
