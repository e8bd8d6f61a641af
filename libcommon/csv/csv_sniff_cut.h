/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv_sniff_cut - the first line of a row whose quotes are wrong, cut at every delimiter: does it
 * belong to the table, and is it names or data?
 *
 * A header with a torn quote must not pass for a preamble: the first row below would be the header
 * then, and rows that the quote swallowed would be gone. As the header it is refused with a
 * message.
 */
#ifndef CSV_CSV_SNIFF_CUT_H
#define CSV_CSV_SNIFF_CUT_H

#include "csv/csv_sniff_view.h"

/*
 * csv_cut_fits - has the line of a bad row as many cells as the table, most of them filled?
 *
 * The view's width is set. Always false for less than two columns.
 */
bool csv_cut_fits(const struct csv_view *v, const struct csv_view_row *row);

/* csv_cut_is_data - do more of its cells than not have the kind of their column, where that is
 * strict? The view's columns are judged. */
bool csv_cut_is_data(const struct csv_view *v, const struct csv_view_row *row);

#endif
