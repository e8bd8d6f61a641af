/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv_sniff_header - how many of the table's first rows are names, not data.
 *
 * Where a column's cells are numbers, dates or another strict kind, a word on top is a name and a
 * value is data. Where all columns hold text, length, case, digits and repetition speak; when they
 * say nothing the first row is taken for the header, and that is told. A row below a header belongs
 * to it when it still differs from the columns' kinds: units, a second line of names.
 */
#ifndef CSV_CSV_SNIFF_HEADER_H
#define CSV_CSV_SNIFF_HEADER_H

#include "csv/csv_sniff.h"
#include "csv/csv_sniff_view.h"

struct csv_sniff_names {
	uint32_t rows;  /* 0..CSV_SNIFF_HEADER_ROWS */
	size_t for_it;  /* columns whose first cell differs from their kind */
	size_t against; /* columns whose first cell is of their kind */
	bool sure;      /* columns of a strict kind decided */
	char why[CSV_SNIFF_WHY_BYTES];
};

/* csv_sniff_header - judge the first rows of the view's table. */
void csv_sniff_header(struct csv_view *v, struct csv_sniff_names *out);

#endif
