/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv_value - any cell to the value of its column, whatever the column declares.
 *
 * The one place that knows all types; csv_cells has quicker loops for the plain columns of common
 * types, with the same results. p must have CSV_PAD_BYTES readable bytes behind. Any thread.
 */
#ifndef CSV_CSV_VALUE_H
#define CSV_CSV_VALUE_H

#include "csv/csv.h"

/*
 * csv_value_parse - read a cell that is not missing.
 *
 * p, n  the cell's text, unquoted; a text or JSON value points to it
 * out   csv_value_bytes(c), aligned; written only on success
 *
 * Returns false when the cell is not of the column's type; csv_explain says why.
 */
bool csv_value_parse(const struct csv_column *c, const char *p, size_t n, void *out) MUST_CHECK;

/* csv_value_boolean - does the cell stand in one of two word lists (NULL = the defaults true, True,
 * TRUE, 1 and false, False, FALSE, 0)? */
bool csv_value_boolean(const char *p, size_t n, const char *const *yes, const char *const *no,
    uint8_t *out) MUST_CHECK;

/*
 * csv_value_check_column - do the members of a column go with each other and its type?
 *
 * Errors  ERR_INPUT  says what is wrong, for the person who wrote the contract
 */
int csv_value_check_column(const struct csv_column *c, struct err *err) MUST_CHECK;

#endif
