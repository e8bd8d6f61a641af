/* SPDX-License-Identifier: Apache-2.0 */
/* sniff_make - random files: a dialect, and a table whose columns have types, as programs write
 * them. */
#ifndef CSV_TESTS_SNIFF_MAKE_H
#define CSV_TESTS_SNIFF_MAKE_H

#include "base/buf.h"
#include "csv/csv_dialect.h"

enum { MAKE_COLUMNS = 12, MAKE_ROWS = 64, MAKE_CELL_BYTES = 160 };

struct made_file {
	struct csv_dialect dialect; /* header_rows and preamble_lines as they are written */
	size_t rows, columns;       /* rows with the header */
	char cells[MAKE_ROWS][MAKE_COLUMNS][MAKE_CELL_BYTES];
	size_t footer; /* rows behind the data */
	struct buf text;
};

/* make_file - the file of a seed; buf_done(&out->text). */
void make_file(uint64_t seed, struct made_file *out);

#endif
