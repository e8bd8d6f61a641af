/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv_row - where does a row end? The exact rules, for one row at a time, in any dialect.
 *
 * A row ends at a line end (csv_dialect.h) outside quotes; the last may end with the file. A cell
 * is quoted when its first byte is the quote (with skip_space: behind blanks); inside, two quotes
 * mean one, and so do the escape character and a quote; the escape character twice means itself
 * once, before anything else it is text. A quote later in an unquoted cell is plain text. Behind a
 * closing quote only a delimiter or the row's end may stand. Lines without any byte and lines that
 * begin with the comment mark are no rows. Otherwise:
 *
 * 1. Text behind a closing quote, where the line is complete by itself: that line is the bad row.
 * 2. A quote still open at the end of its line may be a cell of several lines. It is believed when
 *    it closes properly, its row has exactly the file's number of cells, and no cell of several
 *    lines in it swallowed rows. One did, opened by a torn quote and closed by another, when the
 *    lines at its edges and those between are rows:
 *    - the line it opens in and the line it closes in have the file's number of cells, or more, if
 *      each delimiter in the cell counts (the cells of its row before and behind it are read as
 *      ever), and the latter does not begin with the closing quote. The edges of a written cell are
 *      too narrow, unless its text makes up for it;
 *    - of the whole lines between, CSV_ROW_INSIDE_LINES of them at most, two or more and all have
 *      exactly that number, or CSV_ROW_PROBE_ROWS or more and over half. Where one edge is wide
 *      enough whatever the text (columns - 1 cells stand before the cell, or behind it), the former
 *      takes CSV_ROW_PROBE_ROWS, too; in a file of two columns, or where an edge has more cells
 *      than the file, only CSV_ROW_PROBE_ROWS or more and all will do.
 *    In a file of one column each line is a row and nothing tells: a quote that closes is believed.
 * 3. Otherwise the quote is torn and given up at the line that makes the most rows good again.
 *    A line reads when a row with the file's number of cells begins there, or one with that many
 *    delimiters and a torn quote of its own (so that it becomes a bad row of its own). The horizon
 *    is the first line that reads and those behind it, CSV_ROW_PROBE_LINES in all, fewer where they
 *    do not end within CSV_ROW_PROBE_BYTES of its start; nothing behind it is looked at. From each
 *    line in it that reads, the good rows up to its end are counted: bad ones do not end the count,
 *    a torn one goes on at the best line behind it. The line with the most is taken, of equal ones
 *    the first; blank lines and comments right before it are not the bad row's. Where no line
 *    reads, the bad row runs to the end.
 *    A quote that closes properly, around no rows by 2, in a row of another width, ends there all
 *    the same, unless that end lies behind the horizon or an earlier line makes CSV_ROW_PROBE_ROWS
 *    more rows good than it does: a line of a cell's text may have the right width by chance.
 *
 * So one torn quote costs the row it stands in. The search for a closing one is bounded by
 * CSV_MAX_FIELD_BYTES, the look behind a torn row by the horizon.
 * Pure functions of the bytes: any thread, the same answer for any cut into blocks.
 */
#ifndef CSV_CSV_ROW_H
#define CSV_CSV_ROW_H

#include "csv/csv.h"

enum {
	CSV_ROW_INSIDE_LINES = 16,     /* of a cell, looked at by rule 2 */
	CSV_ROW_PROBE_LINES = 64,      /* and */
	CSV_ROW_PROBE_BYTES = 1 << 20, /* looked at by rule 3 */
	CSV_ROW_PROBE_ROWS = 8,        /* more than chance */
};

enum csv_row_kind {
	CSV_ROW_WHOLE,     /* closed; cells counted */
	CSV_ROW_BAD_QUOTE, /* text behind a closing quote (rule 1) */
	CSV_ROW_TORN,      /* rule 3 */
	CSV_ROW_LONG_CELL, /* a quoted cell of one line over CSV_MAX_FIELD_BYTES */
	CSV_ROW_MORE,      /* cannot be decided without more bytes; only when !eof */
	CSV_ROW_NONE,      /* no row: a comment (csv_walk.h only) */
};

/* The bytes a row is looked for in. */
struct csv_row_window {
	const uint8_t *p; /* CSV_PAD_BYTES readable bytes behind p + n */
	size_t n;
	bool eof;                          /* nothing comes after n */
	const struct csv_dialect *dialect; /* borrowed */
	size_t columns;                    /* cells of a row; 0 = not known yet (the header): rule 2
					      believes any number */
};

struct csv_row {
	enum csv_row_kind kind;
	size_t n;        /* bytes without the line end */
	size_t next;     /* start of the following line */
	size_t cells;    /* of a whole row */
	size_t lines;    /* physical lines it covers */
	size_t at_fault; /* window offset of the torn quote, or of the text behind a closing one */
	bool paired;     /* whole, and every quote opens or closes a cell or is doubled */
};

/* One cell of a whole row, quotes taken off. */
struct csv_cell {
	uint32_t at; /* offset in the window */
	uint32_t n;  /* bytes, CSV_CELL_DOUBLED may be set */
};

/* The cell's bytes are not yet its text: csv_row_unquote (doubled or escaped quotes). */
#define CSV_CELL_DOUBLED (UINT32_C(1) << 31)

/*
 * csv_row_find - the row that starts at a byte of the window (at < n, csv_row_blank said 0).
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

/* csv_row_ends - the same, but where each cell ends: the offset of the delimiter behind it, of the
 * row's end for the last. */
size_t csv_row_ends(const struct csv_row_window *w, size_t at, const struct csv_row *row,
    uint32_t *out, size_t cap);

/* csv_row_unquote - copy n bytes of a quoted cell with doubled and escaped quotes made single;
 * returns the bytes written to out, at most n. */
size_t csv_row_unquote(const uint8_t *p, size_t n, const struct csv_dialect *d, char *out);

/* csv_row_blank - bytes of the line at a byte of the window, line end included, when it is empty or
 * a comment; 0 when something stands on it or its end is not in the window yet. */
size_t csv_row_blank(const struct csv_row_window *w, size_t at);

/* csv_row_line - start of the physical line behind the one at a byte of the window; 0 when its end
 * is not there. */
size_t csv_row_line(const struct csv_row_window *w, size_t at);

#endif
