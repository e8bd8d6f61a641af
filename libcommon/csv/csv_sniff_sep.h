/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv_sniff_sep - the line in which Excel is told the delimiter: `sep=;`, the file's first.
 *
 * Not part of the table, and no guess: whoever writes it means it. What a person set still counts
 * for more.
 */
#ifndef CSV_CSV_SNIFF_SEP_H
#define CSV_CSV_SNIFF_SEP_H

#include "csv/csv.h"

/*
 * csv_sep_find - does a text begin with such a line?
 *
 * p, n  the file's front
 * out   the delimiter; "" when there is no such line
 */
void csv_sep_find(const uint8_t *p, size_t n, char out[CSV_DELIMITER_BYTES + 1]);

#endif
