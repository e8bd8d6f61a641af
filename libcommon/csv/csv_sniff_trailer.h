/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv_sniff_trailer - the line in which a program tells how many rows it wrote: `-- 12 rows --`,
 * `(12 rows)`, `Total records: 1,204`.
 *
 * Nothing but one number, one word for rows and words that go with it. `Line 12` is none: a row
 * that was cut may begin with such a name.
 */
#ifndef CSV_CSV_SNIFF_TRAILER_H
#define CSV_CSV_SNIFF_TRAILER_H

#include "csv/csv.h"

struct csv_trailer {
	uint64_t rows; /* the number it tells */
	bool framed;   /* lines, stars or brackets stand at both of its ends */
};

/*
 * csv_trailer_read - read n bytes as a line that counts rows.
 *
 * p    borrowed; need not end with a NUL
 * out  written only when true is returned
 */
bool csv_trailer_read(const uint8_t *p, size_t n, struct csv_trailer *out);

#endif
