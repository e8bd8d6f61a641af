/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv_raw - the cells of one row whose text stands by itself, as struct csv_reject has it.
 *
 * For rows that were refused and are shown or handed back: it reads the row again by the exact
 * rules and allocates. Any thread.
 */
#ifndef CSV_CSV_RAW_H
#define CSV_CSV_RAW_H

#include "csv/csv_row.h"

/*
 * csv_raw_cells - all cells, quotes taken off.
 *
 * raw      without its line end, CSV_PAD_BYTES readable behind
 * columns  of the file
 * out      new, free(); written only when there is a cell
 *
 * Returns their number; 0 when the text is not one whole row.
 */
size_t csv_raw_cells(
    struct span raw, const struct csv_dialect *d, size_t columns, struct csv_cell **out);

/* csv_raw_cell - one cell of a row that has as many as the file has columns; false when it has not:
 * nobody can say then which cell belongs to which column. */
bool csv_raw_cell(struct span raw, const struct csv_dialect *d, size_t columns, size_t column,
    struct csv_cell *out);

#endif
