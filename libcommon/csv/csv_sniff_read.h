/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv_sniff_read - rows of a sample under a dialect that may be the wrong one.
 *
 * The same rules as csv_row, but quick and forgiving: a quote that does not close within reach, or
 * with text behind it, makes its line a bad row, and reading goes on with the next line. Not for
 * data: the sniffer only counts with it.
 */
#ifndef CSV_CSV_SNIFF_READ_H
#define CSV_CSV_SNIFF_READ_H

#include "csv/csv.h"
#include "csv/csv_sniff_kind.h"

enum { CSV_PROBE_CELL_BYTES = 256 << 10 }; /* how far a closing quote is looked for */

/* A dialect taken apart. */
struct csv_probe {
	const struct csv_dialect *d; /* borrowed */
	size_t delimiter_n, comment_n;
	uint8_t stops[256]; /* 1 = unquoted text may end at this byte */
};

struct csv_probe_cell {
	uint32_t at, n; /* quotes taken off */
	uint8_t marks;  /* bits of enum csv_cell_mark */
	bool led;       /* blanks were skipped in front of it */
};

struct csv_probe_row {
	size_t at, end; /* first byte, first byte of the line end */
	size_t next;    /* start of the following line */
	size_t cells;
	size_t quoted; /* cells in quotes */
	size_t lines;  /* physical lines */
	bool blank;    /* no byte on it */
	bool comment;  /* begins with the comment mark */
	bool bad;      /* quotes are wrong: cells is not to be trusted */
	bool open;     /* the sample ended within it */
};

/* csv_probe_init - d stays borrowed. */
void csv_probe_init(struct csv_probe *r, const struct csv_dialect *d);

/*
 * csv_probe_read - the row at `at` (at < n).
 *
 * eof  nothing comes after n; otherwise a row without its line end is marked open
 * out  its cells, at most cap of them; may be NULL when cap is 0
 */
void csv_probe_read(const struct csv_probe *r, const uint8_t *p, size_t n, bool eof, size_t at,
    struct csv_probe_row *row, struct csv_probe_cell *out, size_t cap);

/* csv_probe_line - start of the line behind the one that holds `at`, n when there is none. */
size_t csv_probe_line(const struct csv_probe *r, const uint8_t *p, size_t n, size_t at);

#endif
