/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv_plain - a number as its column declares it, written again in the way csv_number reads.
 *
 * decimal_char  stands for the point; a real point is then refused, unless it is group_char
 * group_char    stands between groups of exactly three digits before the decimal sign, behind one
 *               to three first ones, everywhere or nowhere. ' ' also means the no-break and thin
 *               blanks, '\'' also the typographic apostrophe
 * not_bare      text before the first and behind the last digit is passed over ("EUR 12", "95 %").
 *               A sign counts before the digits (also U+2212), not behind a letter of ASCII; a sign
 * behind the digits and parentheses, which may mean a negative number, are refused, never dropped
 *
 * Any thread; slow beside csv_number, which columns without these members use alone.
 */
#ifndef CSV_CSV_PLAIN_H
#define CSV_CSV_PLAIN_H

#include "csv/csv.h"

enum { CSV_PLAIN_BYTES = 512 }; /* a longer number is refused */

struct csv_plain {
	size_t n;
	uint16_t from[CSV_PLAIN_BYTES + 1]; /* byte of the cell each came from; [n] the end */
	char text[CSV_PLAIN_BYTES + CSV_PAD_BYTES]; /* not terminated; padding behind is readable */
};

/* csv_plain_is_needed - does the column read numbers in another way than csv_number? */
static inline bool csv_plain_is_needed(const struct csv_column *c)
{
	return c->not_bare || c->group_char != '\0' ||
	       (c->decimal_char != '\0' && c->decimal_char != '.');
}

/*
 * csv_plain_number - rewrite a cell; that it is a number is not checked.
 *
 * out_at  byte of the cell a refusal is about
 *
 * Returns NULL, or plain words for what is wrong; static memory.
 */
const char *csv_plain_number(
    const struct csv_column *c, const char *p, size_t n, struct csv_plain *out, size_t *out_at);

/*
 * csv_plain_check - can the column's three members be together?
 *
 * Errors  ERR_INPUT  the same character for both, a digit, a sign, a letter, a control character
 */
int csv_plain_check(const struct csv_column *c, struct err *err) MUST_CHECK;

#endif
