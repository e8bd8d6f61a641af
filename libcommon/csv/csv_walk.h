/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv_walk - how far do whole rows reach in a window? The sweep of csv_split.
 *
 * Rows whose quotes stand where they should end at a line end outside quotes, by masks of 64 bytes.
 * Any doubt (a quote not at a cell's start, text behind a closing quote, a line end or an escape
 * inside quotes, a comment mark at a line's start, a row over CSV_MAX_FIELD_BYTES, a last line
 * without its end) sends that row alone to csv_row; the sweep goes on behind it. What csv_row said
 * is kept with the block, so that nobody has to judge the row again with fewer bytes at hand.
 */
#ifndef CSV_CSV_WALK_H
#define CSV_CSV_WALK_H

#include "csv/csv_mask.h"
#include "csv/csv_row.h"

/* A row that masks cannot read, as csv_row judged it; offsets count from the block's first byte.
 * CSV_ROW_NONE: a comment line. */
struct csv_odd_row {
	uint32_t at, n, next; /* as in struct csv_row */
	uint32_t cells, lines, at_fault;
	enum csv_row_kind kind;
	bool paired; /* masks can read its cells all the same */
};

/* Odd rows, ascending. Zeroed, then csv_odd_rows_done. */
struct csv_odd_rows {
	struct csv_odd_row *at; /* owned */
	size_t n, alloc;
};

/* How far whole rows reach. */
struct csv_walk {
	size_t end;          /* behind the last of them */
	int64_t rows, lines; /* data rows, good or bad; physical lines */
	bool table_ended;    /* the next table begins behind `end` */
};

/*
 * csv_walk_rows - whole rows from the window's first byte, a line start.
 *
 * odd  emptied, then filled
 *
 * Footer rows are left out: as many rows as the dialect has stay behind `end`, at eof for good.
 */
struct csv_walk csv_walk_rows(const struct csv_row_window *w, struct csv_odd_rows *odd);

/* csv_odd_rows_done - free; accepts a zeroed one. */
void csv_odd_rows_done(struct csv_odd_rows *odd);

#endif
