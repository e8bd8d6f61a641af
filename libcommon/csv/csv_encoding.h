/* SPDX-License-Identifier: Apache-2.0 */
/* csv_encoding - names of encodings; questions about bytes of UTF-8. */
#ifndef CSV_CSV_ENCODING_H
#define CSV_CSV_ENCODING_H

#include "csv/csv.h"

/* csv_encoding_mend - copy n bytes of text, what is not UTF-8 becomes U+FFFD. out has room for 3 *
 * n bytes; returns the bytes written. */
size_t csv_encoding_mend(const uint8_t *p, size_t n, char *out);

/*
 * csv_encoding_canonical - the one name of an encoding: lower case, aliases followed as browsers do
 * ("latin1", "ansi", "shift_jis" is what Windows calls so). Unknown names come out in lower case.
 *
 * out  room for CSV_ENCODING_BYTES + 1; returned
 */
const char *csv_encoding_canonical(const char *name, char *out);

/* csv_encoding_iconv_name - what iconv calls it; name itself when that is the same. */
const char *csv_encoding_iconv_name(const char *name);

/* csv_encoding_near - the well-known encoding whose name is most like this one; NULL when none is
 * near; static memory. */
const char *csv_encoding_near(const char *name);

/* csv_encoding_windows_1252 - the character of a byte, 0 for the five that have none. */
uint32_t csv_encoding_windows_1252(uint8_t byte);

/* csv_encoding_is_ascii - no byte above 127. */
bool csv_encoding_is_ascii(const uint8_t *p, size_t n);

/* csv_encoding_is_utf8 - well-formed UTF-8; ASCII is passed over eight bytes at a time. */
bool csv_encoding_is_utf8(const uint8_t *p, size_t n);

/* csv_encoding_cut - n or a little less, so that no UTF-8 character is cut at byte n of p. */
size_t csv_encoding_cut(const char *p, size_t n);

#endif
