/* SPDX-License-Identifier: Apache-2.0 */
/* store_sql - what the store's files share: numbers as text parameters, times as the API writes
 * them. */
#ifndef TRANSFORM_STORE_SQL_H
#define TRANSFORM_STORE_SQL_H

#include <stdint.h>
#include <stdio.h>

/* SQL that gives a timestamptz column in RFC 3339 with milliseconds. */
#define STORE_RFC3339(column)                                                                      \
	"to_char(" column " at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"

/* A number as text; lives as long as the statement that takes it. */
struct store_number {
	char text[24];
};

/* store_number_text - v in decimal, in n. */
static inline const char *store_number_text(struct store_number *n, int64_t v)
{
	(void)snprintf(n->text, sizeof(n->text), "%lld", (long long)v);
	return n->text;
}

#endif
