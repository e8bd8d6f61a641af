/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv_duration - ISO 8601 durations: [-]P[nY][nM][nW][nD][T[nH][nM][nS]].
 *
 * At least one number, in that order, each unit once, in capitals. The last number may have a
 * fraction (point or comma) when it counts weeks, hours, minutes or seconds and the value is a
 * whole number of microseconds; a part of a year, a month or a day has no length of its own and is
 * refused. Months and days stay apart, as a month is no number of days.
 * Source: XML Schema Part 2, duration (Frictionless), and the weeks of ISO 8601.
 */
#ifndef CSV_CSV_DURATION_H
#define CSV_CSV_DURATION_H

#include "csv/csv.h"

enum { CSV_DURATION_TEXT_BYTES = 80 };

/* csv_duration_parse - out written only on success. */
bool csv_duration_parse(const char *p, size_t n, struct csv_duration *out) MUST_CHECK;

/*
 * csv_duration_why - plain words for a refused cell, e.g. "the number before `H` stands behind a
 * later unit"; static memory.
 *
 * out_at  byte of the cell it is about
 */
const char *csv_duration_why(const char *p, size_t n, size_t *out_at);

/* csv_duration_format - as ISO 8601, "P1Y2M3DT4H5M6.5S"; mixed signs, which no cell has, are shown
 * part by part. out at least CSV_DURATION_TEXT_BYTES. */
void csv_duration_format(const struct csv_duration *d, char *out);

/* csv_duration_compare - order by length, a month as 30 days and a day as 24 hours (as PostgreSQL
 * and DuckDB order intervals): below 0, 0, above 0. */
int csv_duration_compare(const struct csv_duration *x, const struct csv_duration *y);

#endif
