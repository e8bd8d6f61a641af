/* SPDX-License-Identifier: Apache-2.0 */
/* csv_header - names of the columns from the first row (the rule stands in csv_split.h). */
#ifndef CSV_CSV_HEADER_H
#define CSV_CSV_HEADER_H

#include "csv/csv.h"
#include "csv/csv_row.h"

struct csv_header {
	char **names;   /* n unique names, UTF-8; owned */
	char **written; /* n cells as they stand, UTF-8; owned */
	size_t n;
};

/*
 * csv_header_read - names from a row that csv_row_find called whole.
 *
 * out  zeroed; csv_header_done; written only on success
 *
 * Errors  ERR_INPUT  "header.columns" more than CSV_MAX_COLUMNS, "header.encoding" not UTF-8
 */
int csv_header_read(const struct csv_row_window *w, size_t at, const struct csv_row *row,
    enum csv_encoding encoding, struct csv_header *out, struct err *err) MUST_CHECK;

/* csv_header_done - free; accepts a zeroed one. */
void csv_header_done(struct csv_header *h);

#endif
