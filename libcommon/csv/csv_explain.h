/* SPDX-License-Identifier: Apache-2.0 */
/* csv_explain - why a cell is not of its column's type, in plain words. Only for cells that were
 * refused: slow and thorough. */
#ifndef CSV_CSV_EXPLAIN_H
#define CSV_CSV_EXPLAIN_H

#include "csv/csv.h"

enum {
	CSV_QUOTED_BYTES = 48,       /* most bytes of a cell that a message repeats */
	CSV_EXPLAIN_WHY_BYTES = 160, /* room for the reason */
};

/*
 * csv_explain - one sentence, e.g. "amount: `1,5` is not a decimal: found `,` at character 2".
 *
 * c     the column; its parser refused the cell
 * p, n  the cell in UTF-8 (or broken UTF-8: mended), borrowed, CSV_PAD_BYTES readable behind
 * out   CSV_MESSAGE_BYTES, always NUL-terminated valid UTF-8 without control characters
 */
void csv_explain(const struct csv_column *c, const char *p, size_t n, char *out);

/* csv_explain_quote - a cell for a message: in backquotes, mended, control characters as U+FFFD,
 * cut with an ellipsis; out at least CSV_QUOTED_BYTES + 16 bytes; returns out. */
const char *csv_explain_quote(const char *p, size_t n, char *out);

/* csv_explain_character - which character, counted from 1, a byte of a cell belongs to. */
size_t csv_explain_character(const char *p, size_t at);

#endif
