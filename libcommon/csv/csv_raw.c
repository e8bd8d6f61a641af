/* SPDX-License-Identifier: Apache-2.0 */
/* csv_raw - one row read again. */
#include "csv/csv_raw.h"

#include <stdlib.h>

#include "base/mem.h"

size_t csv_raw_cells(
    struct span raw, const struct csv_dialect *d, size_t columns, struct csv_cell **out)
{
	const struct csv_row_window w = {
		.p = raw.p, .n = raw.n, .eof = true, .dialect = d, .columns = columns
	};
	struct csv_row row;
	if (raw.n == 0)
		return 0;
	csv_row_find(&w, 0, &row);
	if (row.kind != CSV_ROW_WHOLE || row.n != raw.n)
		return 0;
	*out = mem_array(row.cells, sizeof(**out));
	return csv_row_cells(&w, 0, &row, *out, row.cells);
}

bool csv_raw_cell(struct span raw, const struct csv_dialect *d, size_t columns, size_t column,
    struct csv_cell *out)
{
	struct csv_cell *cells = NULL;
	const bool found = csv_raw_cells(raw, d, columns, &cells) == columns && column < columns;
	if (found)
		*out = cells[column];
	free(cells);
	return found;
}
