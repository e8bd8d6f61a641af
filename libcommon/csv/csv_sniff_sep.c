/* SPDX-License-Identifier: Apache-2.0 */
/* csv_sniff_sep - `sep=` and a delimiter, in quotes or not, letters of any case. */
#include "csv/csv_sniff_sep.h"

#include <ctype.h>
#include <strings.h>

/* Past the first line's text; n when that does not end. */
static size_t line_stop(const uint8_t *p, size_t n)
{
	size_t at = 0;
	while (at < n && p[at] != '\n' && p[at] != '\r')
		at++;
	return at;
}

void csv_sep_find(const uint8_t *p, size_t n, char out[CSV_DELIMITER_BYTES + 1])
{
	static const char word[] = "sep=";
	const size_t len = sizeof(word) - 1;
	const size_t look = n < 32 ? n : 32;
	size_t end = line_stop(p, look);
	struct csv_given tried = { 0 };
	struct err err = { 0 };
	char text[CSV_DELIMITER_BYTES + 1] = { 0 };
	out[0] = '\0';
	if (end == look)
		return;
	const bool quoted = end >= 2 && p[0] == '"' && p[end - 1] == '"';
	const size_t from = quoted ? 1 : 0;
	end -= from;
	if (end <= from + len || end - from - len > CSV_DELIMITER_BYTES ||
	    strncasecmp((const char *)p + from, word, len) != 0)
		return;
	memcpy(text, p + from + len, end - from - len);
	for (const char *c = text; *c != '\0'; c++) {
		if (isalnum((unsigned char)*c))
			return; /* the name of a column */
	}
	if (csv_given_set(&tried, "delimiter", text, &err) == 0 &&
	    csv_given_check(&tried, &err) == 0)
		memcpy(out, tried.dialect.delimiter, sizeof(tried.dialect.delimiter));
}
