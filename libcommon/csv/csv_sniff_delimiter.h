/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv_sniff_delimiter - which delimiters are worth a try: characters, and short runs of them, that
 * stand on enough lines.
 */
#ifndef CSV_CSV_SNIFF_DELIMITER_H
#define CSV_CSV_SNIFF_DELIMITER_H

#include "csv/csv.h"

enum { CSV_DELIMITERS_TRIED = 18 };

struct csv_delimiter {
	char text[CSV_DELIMITER_BYTES + 1];
	double prior; /* 0..1: how likely it is before anything is read */
	double rank;  /* share of lines that hold it, more when they hold it equally often */
};

/*
 * csv_delimiters_find - candidates in the text, best rank first; comma, semicolon, tab and pipe are
 * there whenever they stand anywhere.
 *
 * p, n  whole lines
 * out   room for CSV_DELIMITERS_TRIED
 */
size_t csv_delimiters_find(const uint8_t *p, size_t n, struct csv_delimiter *out);

/* csv_delimiter_prior - of one that a person or a test names; the figure csv_delimiters_find gives
 * before it looks at the text. */
double csv_delimiter_prior(const char *text);

#endif
