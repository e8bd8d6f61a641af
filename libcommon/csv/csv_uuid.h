/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv_uuid - UUID cells: 8-4-4-4-12 hex digits of either case (RFC 9562), any version.
 *
 * No braces, no "urn:uuid:", no form without hyphens. The value is the 128-bit number whose first
 * hex digit is the highest, so that values order as their texts do. p must have CSV_PAD_BYTES
 * readable bytes behind.
 */
#ifndef CSV_CSV_UUID_H
#define CSV_CSV_UUID_H

#include "csv/csv.h"

enum { CSV_UUID_BYTES = 36 };

/* csv_uuid_parse - out written only on success. */
bool csv_uuid_parse(const char *p, size_t n, unsigned __int128 *out) MUST_CHECK;

/* csv_uuid_format - in lower case and NUL; out at least CSV_UUID_BYTES + 1. */
void csv_uuid_format(unsigned __int128 v, char *out);

#endif
