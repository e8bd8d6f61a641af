/* SPDX-License-Identifier: Apache-2.0 */
/* csv_scan_priv - the state of a scan, for the files that make it: csv_scan.c (batches, odd rows,
 * faults) and csv_sweep.c (rows and cells by masks). */
#ifndef CSV_CSV_SCAN_PRIV_H
#define CSV_CSV_SCAN_PRIV_H

#include "csv/csv_cells.h"
#include "csv/csv_mask.h"
#include "csv/csv_scan.h"

enum {
	CSV_SCAN_WORDS = 64,   /* masks made at a time */
	CSV_SCAN_STRIPE = 256, /* rows whose cells are found, then typed: their bytes stay close */
};

#define CSV_SCAN_NO_CELLS UINT32_MAX          /* of a row: its cells are not known */
#define CSV_SCAN_DOUBLED  (UINT32_C(1) << 31) /* of a row: quoted cells may hold doubled quotes */

struct csv_scan {
	const struct csv_schema *schema;
	const struct csv_block *block;
	struct csv_row_window window;
	const struct csv_mask_ops *ops;
	struct csv_mask_want want;
	size_t width;                  /* cells of a row */
	size_t at;                     /* next byte to read */
	size_t odd;                    /* next odd row of the block */
	size_t hard;                   /* the first from there that masks cannot read */
	int64_t row, line;             /* of the next row */
	bool skipped_pending;          /* the block's skipped row is not handed out yet */
	bool mapped;                   /* bytes of the block are not bytes of the file */
	bool full;                     /* the batch takes no more cells */
	bool even;                     /* csv_sweep_is_even of the stripe */
	size_t stop;                   /* slot at which a stripe ends */
	const struct csv_batch *batch; /* of the last csv_scan_next */
	size_t cap;
	uint32_t *ends; /* where each cell of the batch's rows ends, row after row */
	size_t n_ends;
	uint32_t *first;    /* slot -> its first in ends, CSV_SCAN_DOUBLED may be set; NO_CELLS */
	uint32_t *suspects; /* words of the block that may hold NUL or what is not UTF-8 */
	size_t n_suspects, suspects_alloc;
	struct csv_cell *cells; /* of one column */
	/* Rows whose cells do not stand one behind the other: repaired ones. */
	uint32_t *own_slots;        /* ascending */
	struct csv_cell *own_cells; /* width for each */
	size_t n_own, own_alloc;
	struct csv_cells typed; /* typing of a column */
	struct csv_mask masks[CSV_SCAN_WORDS];
};

/*
 * csv_sweep - rows of [s->at, limit), a stretch that begins and ends with a line and holds
 * no odd rows but paired ones.
 *
 * slot  the next slot of b
 *
 * Returns the slot behind the last row; s->at moves behind it. Stops at s->stop, and earlier
 * when there is no room for more cells.
 */
size_t csv_sweep(struct csv_scan *s, struct csv_batch *b, size_t slot, size_t limit);

/* csv_sweep_is_even - do the cells of all rows of the stripe, which is not empty, stand one behind
 * the other, with no doubled quotes? */
bool csv_sweep_is_even(const struct csv_scan *s, const struct csv_batch *b) MUST_CHECK;

/* csv_sweep_column - the cells of a file column for all rows of the batch, into s->cells; rows
 * without cells get an empty one. */
void csv_sweep_column(struct csv_scan *s, const struct csv_batch *b, size_t file_column);

/* csv_sweep_cell - one cell of a row; an empty one when its cells are not known. */
struct csv_cell csv_sweep_cell(
    const struct csv_scan *s, const struct csv_batch *b, size_t slot, size_t file_column);

/* csv_scan_place - where the row of a slot stands: n bytes at `at` of the block, the next line
 * starts at `next`. */
static CSV_ALWAYS void csv_scan_place(
    struct csv_scan *s, struct csv_batch *b, size_t slot, size_t at, size_t n, size_t next)
{
	const uint64_t start = s->block->offset + at;
	b->row[slot] = s->row++;
	b->line[slot] = s->line;
	b->at[slot] = (uint32_t)at;
	b->bytes[slot] = (uint32_t)n;
	b->fault_of[slot] = -1;
	b->offset[slot] = (int64_t)start;
	b->length[slot] = (uint32_t)n;
	if (!s->mapped)
		return;
	const struct csv_lines *lines = &s->block->lines;
	b->offset[slot] = (int64_t)csv_lines_file(lines, start);
	b->length[slot] =
	    (uint32_t)csv_lines_length(lines, start, s->block->offset + next, next - at - n);
}

/* csv_scan_wrong_width - the row in a slot, already placed, has not the file's number of cells: it
 * is repaired or refused. */
void csv_scan_wrong_width(struct csv_scan *s, struct csv_batch *b, size_t slot, size_t cells);

/* csv_scan_own_cells - the cells of a repaired row, NULL when it is none. */
const struct csv_cell *csv_scan_own_cells(const struct csv_scan *s, size_t slot);

#endif
