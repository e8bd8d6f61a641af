/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv_sniff_table - which rows of a view are the table: what stands before it, behind it, and
 * further tables.
 *
 * The table is the stretch of rows in which those of one width outweigh the others, wide rows
 * weighing more. A first row of that width always belongs to it. Names in a row of nearly that
 * width right above it are its header. A line of that width whose quotes are wrong belongs to it,
 * too: as a header it is refused later, as data it is a reject. A blank line behind which the width
 * changes ends it, and one behind which names stand once more where only values stood.
 */
#ifndef CSV_CSV_SNIFF_TABLE_H
#define CSV_CSV_SNIFF_TABLE_H

#include "csv/csv_sniff.h"
#include "csv/csv_sniff_view.h"

/* csv_table_find - set from, to, table_end and width of a view whose rows are read. */
void csv_table_find(struct csv_view *v);

/* csv_table_others - the tables behind the first, in the front; returns how many. */
size_t csv_table_others(struct csv_view *v, struct csv_sniff_table *out, size_t cap);

/* csv_table_footer - rows at the end of the file that are no data: totals, counts, remarks, no
 * cell. Only when the light sample holds the file's end. */
size_t csv_table_footer(struct csv_view *v);

#endif
