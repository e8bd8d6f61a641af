/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv_rest - which tables stand behind the first? The reader of what csv_split does not hand out.
 *
 * A table ends where the first one does (csv_walk.h): at a blank line behind which the width
 * changes, in a dialect with blank_ends at any. Where the next begins:
 * - A row of three cells or more begins one, unless the row right below it is wider.
 * - A row of two cells does when the row right below it has two as well. Another is a title or a
 *   remark.
 * - Rows of one cell are titles or remarks, CSV_REST_TITLES of them at most; more in a row are a
 *   table. In a dialect without a delimiter the first row begins one.
 * - A row that cannot be read begins none.
 * So "Staff" above names is no table of its own, nor is "Total: 7" behind one. Where nothing else
 * stands behind the first table, the first row there is told.
 *
 * Pure functions of the bytes: the same tables for any cut into windows. Memory: CSV_REST_TABLES
 * tables; more are counted.
 */
#ifndef CSV_CSV_REST_H
#define CSV_CSV_REST_H

#include "csv/csv_sniff.h"
#include "csv/csv_walk.h"

enum {
	CSV_REST_TABLES = 16, /* most further tables that are told */
	CSV_REST_TITLES = 3,  /* most rows of one cell that are no table */
};

/* The tables behind the first, in the order of the file. */
struct csv_rest_tables {
	struct csv_sniff_table at[CSV_REST_TABLES]; /* the first of them; rows: all, names too */
	size_t n;                                   /* found; may be more than are kept */
};

struct csv_rest {
	struct csv_rest_tables found;
	struct csv_dialect dialect;
	struct csv_sniff_table table; /* at hand; no columns: between tables */
	struct csv_sniff_table first; /* the first row behind the first table */
	struct csv_odd_rows odd;      /* room for csv_walk_rows */
	int64_t line;                 /* physical line of the next byte */
	int64_t lone;                 /* rows of one cell right above it */
	int64_t lone_line;            /* where they begin */
};

/*
 * csv_rest_init - begin behind the first table.
 *
 * line  physical line of the first byte
 */
void csv_rest_init(struct csv_rest *r, const struct csv_dialect *d, int64_t line);

/* csv_rest_done - free; accepts a zeroed one. What was found stays. */
void csv_rest_done(struct csv_rest *r);

/* csv_rest_read - go on at a line start; returns the bytes that were read, all at eof. 0: more are
 * needed, and when they cannot be had the lines are passed over and added to r->line. */
size_t csv_rest_read(struct csv_rest *r, const struct csv_row_window *w);

/* csv_rest_finish - the last byte was read: r->found is whole. */
void csv_rest_finish(struct csv_rest *r);

#endif
