/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv_repair - a row with the wrong number of cells, read in the one way that makes sense.
 *
 * Only with csv_schema.repair, only rows whose quotes are all in place. A reading "fits" when every
 * cell of a typed column is of its type or means null; cells of text columns, and of columns nobody
 * wants, always fit. The rules, in order; the first that applies is taken:
 *
 * Too many cells
 *   repair.surplus  every cell behind the last column is empty: they are dropped.
 *   repair.join     at most CSV_REPAIR_JOIN cells too many: neighbours are joined again, with the
 *                   delimiters between them, into the cell of one column that is text or that
 *                   nobody wants; none of them may be quoted. Done only when exactly one such
 *                   column makes a reading that fits.
 * Too few cells
 *   repair.split    one cell too few, and the row with an empty cell at its end would not fit: one
 *                   cell without quotes is cut at a comma, semicolon, tab, pipe or blank, which
 *                   goes. At least one of the two columns must be typed. Done only when exactly one
 *                   cut makes a reading that fits.
 *   repair.pad      at least half of the cells are there: empty ones are added at the end.
 *
 * Everything else stays refused. A repaired row is then checked like any other, and may be refused
 * for another reason; it counts as repaired only when it passes.
 */
#ifndef CSV_CSV_REPAIR_H
#define CSV_CSV_REPAIR_H

#include "csv/csv.h"
#include "csv/csv_row.h"

enum { CSV_REPAIR_JOIN = 8, CSV_REPAIR_SURPLUS = 4096 }; /* cells too many that are looked at */

#define CSV_REPAIR_RULE_SURPLUS "repair.surplus"
#define CSV_REPAIR_RULE_JOIN    "repair.join"
#define CSV_REPAIR_RULE_SPLIT   "repair.split"
#define CSV_REPAIR_RULE_PAD     "repair.pad"

/* A repaired row: where it stands, what it was and what it became. */
struct csv_repair {
	int64_t row;        /* 1-based data row */
	int64_t line;       /* 1-based physical line on which it starts */
	uint64_t offset;    /* of its first byte in the file */
	uint64_t length;    /* bytes in the file without the line end */
	uint32_t slot;      /* of the batch, before csv_batch_settle */
	int file_column;    /* 0-based, the cell that was joined or cut; -1 the row's end */
	const char *rule;   /* static id */
	struct span before; /* the row's text, the block's; at most CSV_RAW_BYTES */
	char *after;        /* the same with the repair in the file's dialect; the batch's */
	size_t after_n;     /* bytes of it, at most CSV_RAW_BYTES */
	char message[CSV_MESSAGE_BYTES]; /* plain words, UTF-8 */
};

/*
 * csv_repair_row - find the repair of a row.
 *
 * w      its bytes; the row csv_row_find called whole, or the like
 * at, n  the row in the window, without its line end
 * cells  how many it has, other than schema->file_columns
 * out    rule, file_column, message, after (new, free()) and after_n are set when true is returned
 * out_cells  schema->file_columns cells of the repaired row, written when true is returned
 *
 * Returns whether there is one.
 */
bool csv_repair_row(const struct csv_schema *schema, const struct csv_row_window *w, size_t at,
    size_t n, size_t cells, struct csv_cell *out_cells, struct csv_repair *out) MUST_CHECK;

#endif
