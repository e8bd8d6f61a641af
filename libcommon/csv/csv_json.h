/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv_json - is a cell JSON? Strict RFC 8259, nothing is kept but the text.
 *
 * What the grammar allows and no jsonb column can hold is refused too: \u0000, half a surrogate
 * pair, numbers whose digits or exponent pass the limits below, nesting deeper than
 * CSV_JSON_DEPTH. Keys may come twice, as the grammar has it. The bytes must be UTF-8 already. p
 * must have CSV_PAD_BYTES readable bytes behind.
 */
#ifndef CSV_CSV_JSON_H
#define CSV_CSV_JSON_H

#include "csv/csv.h"

enum {
	CSV_JSON_DEPTH = 128,     /* arrays and objects inside each other */
	CSV_JSON_DIGITS = 10000,  /* of one number, its exponent left out */
	CSV_JSON_EXPONENT = 5000, /* either sign */
};

/*
 * csv_json_check - does the whole cell hold one JSON value, blanks around it allowed?
 *
 * want  "object" or "array": the value must be one; NULL = any value
 */
bool csv_json_check(const char *p, size_t n, const char *want) MUST_CHECK;

/*
 * csv_json_why - plain words for a refused cell, e.g. "a comma or `}` is missing"; static memory.
 *
 * out_at  byte of the cell it is about
 */
const char *csv_json_why(const char *p, size_t n, const char *want, size_t *out_at);

#endif
