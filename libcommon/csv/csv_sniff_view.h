/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv_sniff_view - the part of the samples that is looked at closely, as one dialect reads it, and
 * how much that looks like a table.
 *
 * The score is between 0 and 1, the product of: share of the table's bytes in rows of its width,
 * squared (a line counts for CSV_VIEW_HEAVY times the median line's bytes at most); share of the
 * front that is table; mean goodness of cells (csv_sniff_kind.h); how much columns keep their kind;
 * how many columns there are; how likely the characters are at all.
 */
#ifndef CSV_CSV_SNIFF_VIEW_H
#define CSV_CSV_SNIFF_VIEW_H

#include "csv/csv_sniff_read.h"

enum {
	CSV_VIEW_ROWS = 16384, /* most rows of a view */
	CSV_VIEW_CELLS = 4096, /* cells of a row that are looked at */
	CSV_VIEW_TYPED = 400,  /* rows that columns are judged by */
	CSV_VIEW_HEAVY = 2,    /* median lines that one line may weigh as much as */
};

/* What is looked at closely: the front without a gap, then pieces from further in, whole lines
 * each. */
struct csv_light {
	const uint8_t *p; /* CSV_PAD_BYTES readable behind */
	size_t n;
	size_t front;    /* bytes that are the file's front */
	bool whole;      /* it is the whole file */
	bool end;        /* its last byte is the file's last */
	size_t skipped;  /* bytes of the file before its first: a declared preamble, `sep=;` */
	size_t line;     /* physical line of its first byte, 1-based */
	bool top;        /* the table begins at once: what stands before was declared */
	bool blank_ends; /* the table ends at a blank line: that was declared */
	uint8_t *own;    /* the copy p points to; NULL = the sample itself */
};

/* One row of a view; lines that are blank or comments are not among them. */
struct csv_view_row {
	uint32_t at, next;
	uint32_t cells;
	uint32_t filled; /* cells with something in them, of those looked at */
	uint32_t strict; /* cells of a strict kind */
	uint32_t good;   /* sum over the cells */
	uint32_t typed;  /* cells of a clear kind */
	uint32_t line;   /* 1-based physical line; only in the front */
	uint32_t lines;  /* it stands on */
	bool bad;
	bool after_blank;  /* a blank line stands before it */
	bool after_gap;    /* a piece begins with it */
	bool first_strict; /* its first cell is of a strict kind */
};

/* What the cells of a column were, headers left out. */
struct csv_view_column {
	uint32_t kinds[CSV_KIND_COUNT_];
	uint32_t filled;            /* cells that are not empty */
	uint32_t shortest, longest; /* bytes of those */
	uint32_t led;               /* cells with a blank in front */
	uint64_t seen[8];           /* of which values stood there: a filter of 512 bits */
	uint8_t kind;               /* what most are; CSV_KIND_EMPTY: no cell */
	bool strict;                /* at least four of five filled cells are of one strict kind */
};

struct csv_view {
	struct csv_dialect dialect;
	double prior;                  /* of its characters */
	const struct csv_light *light; /* borrowed */
	struct csv_probe_cell *cells;  /* of the row at hand, CSV_VIEW_CELLS; owned */
	struct csv_view_row *rows;     /* CSV_VIEW_ROWS; owned */
	size_t n_rows, front_rows;
	size_t comments;  /* comment lines */
	size_t from, to;  /* rows of the table; to may be behind the front */
	size_t table_end; /* behind its last row in the front */
	size_t width;
	bool blank_ends;   /* another table of the same width was found behind a blank line */
	size_t maybe_line; /* where one may begin all the same; 0 = nowhere */
	size_t regular, bad, table_rows;
	struct csv_view_column *columns; /* csv_view_columns of them; owned */
	size_t columns_alloc;
	size_t headers; /* rows of the table that were left out of the columns */
	bool evident;   /* the first row of the table differs from the columns' kinds */
	size_t led, behind,
	    quoted;        /* cells behind a delimiter: with a blank in front; all; quoted */
	size_t line_bytes; /* a line of a row counts for so many at most: csv_view_weight */
	double rho;        /* share of the table in rows of its width, by bytes and by rows */
	double typed_pct;
	double score;
	uint64_t hash; /* of where the cells stand: equal views read equal cells */
};

/* csv_view_init, csv_view_done - room for views of a light sample; used again and again. */
void csv_view_init(struct csv_view *v, const struct csv_light *light);
void csv_view_done(struct csv_view *v);

/*
 * csv_view_read - read the light sample with a dialect and score it.
 *
 * limit  bytes of it to read, whole lines
 * prior  0..1, how likely its characters are
 */
void csv_view_read(struct csv_view *v, const struct csv_dialect *d, double prior, size_t limit);

/* csv_view_is_regular - is the row sound and as wide as the table? */
static inline bool csv_view_is_regular(const struct csv_view *v, const struct csv_view_row *row)
{
	return !row->bad && row->cells == v->width;
}

/* csv_view_cells - the cells of a row once more, in v->cells; returns how many of them are there.
 */
size_t csv_view_cells(struct csv_view *v, const struct csv_view_row *row);

/* csv_view_look - one of v->cells at a glance. */
struct csv_look csv_view_look(const struct csv_view *v, size_t cell);

/* csv_view_weight - bytes that a row counts for: one long line must not outweigh all others, while
 * a quote that swallows many lines has to answer for each. line_bytes: of the view. */
static inline size_t csv_view_weight(size_t bytes, size_t lines, size_t line_bytes)
{
	return bytes / lines < line_bytes ? bytes : lines * line_bytes;
}

/* csv_view_columns - columns that were judged: the width, at most CSV_VIEW_CELLS. */
size_t csv_view_columns(const struct csv_view *v);

/* csv_view_value - bits for a value, to look up in csv_view_column.seen. */
uint32_t csv_view_value(const uint8_t *p, size_t n);

#endif
