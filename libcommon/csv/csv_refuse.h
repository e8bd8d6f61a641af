/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv_refuse - what is not CSV, in words a person can act on.
 *
 * gzip and zstd are not among it, nor is text in other encodings: csv_input undoes both.
 */
#ifndef CSV_CSV_REFUSE_H
#define CSV_CSV_REFUSE_H

#include "csv/csv.h"

enum { CSV_REFUSE_BYTES = 1024 }; /* of the front that csv_refuse_magic looks at, at most */

/*
 * csv_refuse_magic - do the first bytes belong to another kind of file?
 *
 * p, n  bytes of the file as it came, or decoded ones
 *
 * Errors  ERR_INPUT  code "file.binary": "byte 1: this is not CSV but a ZIP archive (an Excel
 *         workbook is one)"
 */
int csv_refuse_magic(const uint8_t *p, size_t n, struct err *err) MUST_CHECK;

/*
 * csv_refuse_text - is this text, but not CSV: HTML, XML, JSON, a mail, a script? Or not text at
 * all: NUL bytes in the first line or more than a few, control characters all over?
 *
 * p, n  UTF-8 of the front
 *
 * Errors  ERR_INPUT  code "file.binary"
 */
int csv_refuse_text(const uint8_t *p, size_t n, struct err *err) MUST_CHECK;

#endif
