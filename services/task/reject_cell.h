/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reject_cell - the bad cell of a refused row: where it stands in the row's text, and its shape.
 *
 * A shape groups cells that are wrong in the same way, without showing them: a digit is 9 (more
 * than four in a row are 9+), letters in a row are one a, blanks in a row are one, all else stands
 * as it is: "31.02.2026" is "99.99.9999", "n/a" is "a/a", "EUR 12" is "a 99".
 */
#ifndef TASK_REJECT_CELL_H
#define TASK_REJECT_CELL_H

#include "csv/csv.h"

enum { REJECT_SHAPE_BYTES = 48 }; /* of a shape with its NUL; a longer one ends in an ellipsis */

/* Bytes of csv_reject.raw. */
struct reject_cell {
	size_t at, n;
};

/*
 * reject_cell_find - the cell of r->file_column in r->raw, quotes taken off.
 *
 * d        dialect of the file
 * columns  of the file
 *
 * Returns false when the row as a whole is at fault, or its cells cannot be told apart.
 */
bool reject_cell_find(const struct csv_reject *r, const struct csv_dialect *d, size_t columns,
    struct reject_cell *out);

/* reject_cell_shape - the shape of n bytes of UTF-8; out has REJECT_SHAPE_BYTES; returns its
 * length. */
size_t reject_cell_shape(const char *p, size_t n, char *out);

/* reject_cell_chars - characters in n bytes of UTF-8; a byte that is none counts as one. */
size_t reject_cell_chars(const char *p, size_t n);

#endif
