/* SPDX-License-Identifier: Apache-2.0 */
/* csv_torn - the three rules about quotes that are not simply closed (csv_row.h); the outer half of
 * csv_row. */
#ifndef CSV_CSV_TORN_H
#define CSV_CSV_TORN_H

#include "csv/csv_record.h"

/* Rule 3 found no end. */
#define CSV_TORN_MORE SIZE_MAX

/* csv_torn_open - rule 1: the quote that is open at the line's end when text behind a closing quote
 * is let pass; `end` when the line is complete by itself. */
size_t csv_torn_open(const struct csv_reader *r, size_t at, size_t end);

/* csv_torn_is_swallowed - rule 2: does a cell of several lines in a closed record hold rows of
 * their own? */
bool csv_torn_is_swallowed(const struct csv_reader *r, size_t at, const struct csv_record *record);

/*
 * csv_torn_end - rule 3: where the torn row at `at` ends.
 *
 * closed  start of the line behind the place where its quotes close properly; SIZE_MAX = nowhere
 *
 * Returns a line start, or r->n, or CSV_TORN_MORE: more bytes are needed.
 * Cost    one reading of the lines up to the first that reads as a row, and of CSV_ROW_PROBE_LINES
 */
size_t csv_torn_end(const struct csv_reader *r, size_t at, size_t closed);

#endif
