/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv_header - names of the columns from the first rows of a table.
 *
 * A name is the column's cells in the header rows, blanks around them dropped, those that are not
 * empty joined by one blank. An empty name becomes column_N (N from 1); a name that stood before
 * becomes name_2, name_3, ... There are as many columns as the longest header row has cells.
 * Without a header row the columns are column_1, column_2, ..., as many as the first whole row has
 * cells.
 */
#ifndef CSV_CSV_HEADER_H
#define CSV_CSV_HEADER_H

#include "csv/csv.h"
#include "csv/csv_row.h"

enum { CSV_HEADER_LOOK_ROWS = 100 }; /* without a header: bad rows passed over to count cells */

struct csv_header {
	char **names;   /* n unique names, UTF-8; owned */
	char **written; /* n cells as they stand, joined as names are, UTF-8; owned */
	size_t n;
	size_t next;  /* byte of the window behind the header rows */
	size_t lines; /* physical lines they took, blank lines and comments among them included */
};

/*
 * csv_header_read - names from the table that begins at a byte of the window.
 *
 * w     its dialect says how many header rows there are; blank lines and comments before and among
 *       them are passed over
 * at    line start, the preamble is behind
 * line  physical line there, for messages
 * out   zeroed; csv_header_done; written only on success. Without header rows nothing is passed
 *       over: next is `at`
 *
 * Errors  ERR_INPUT  "header.columns" more than CSV_MAX_COLUMNS; "header.encoding" not UTF-8;
 *                    "header.quote" a torn quote; "header.length" longer than CSV_MAX_HEADER_BYTES,
 *                    or the file ends before
 */
int csv_header_read(const struct csv_row_window *w, size_t at, int64_t line, struct csv_header *out,
    struct err *err) MUST_CHECK;

/* csv_header_is_expected - are most cells of the first row, without regard to case and blanks
 * around them, among names that a person expects (NULL-ended)? at and line as in csv_header_read.
 */
bool csv_header_is_expected(
    const struct csv_row_window *w, size_t at, int64_t line, const char *const *names);

/* csv_header_done - free; accepts a zeroed one. */
void csv_header_done(struct csv_header *h);

#endif
