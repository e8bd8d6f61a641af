/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv_normal - a cell brought into one form before it is typed: blanks off, one case, NFC.
 *
 * In this order: CSV_TRIM takes white space off both ends (Unicode's White_Space and U+FEFF),
 * CSV_LOWER or CSV_UPPER maps each character by Unicode's simple mapping, CSV_NFC composes. Broken
 * UTF-8 is left as it is: its row is refused anyway. Pure, any thread.
 */
#ifndef CSV_CSV_NORMAL_H
#define CSV_CSV_NORMAL_H

#include "csv/csv.h"

/* Room csv_normal_text may need for n bytes: NFC makes three times as much at worst, a change of
 * case one and a half times. */
#define CSV_NORMAL_BYTES(n) (5 * (n) + 16)

/*
 * csv_normal_text - n bytes at p in their normal form.
 *
 * flags  bits of enum csv_normal
 * out    room for CSV_NORMAL_BYTES(n)
 *
 * Returns the bytes written.
 */
size_t csv_normal_text(unsigned flags, const char *p, size_t n, char *out);

#endif
