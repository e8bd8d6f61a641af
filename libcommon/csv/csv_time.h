/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv_time - exact parsers of date and timestamp cells, years 0001 to 9999, Gregorian calendar.
 *
 * ISO 8601: YYYY-MM-DD; then T or a blank and HH:MM, HH:MM:SS or HH:MM:SS.f with 1 to 6 digits;
 * then nothing (timestamp) or Z, +HH:MM, +HHMM, +HH (timestamptz; - as well). No leap second, no
 * 24:00. A declared format is made of %Y %m %d %H %M %S %f %z %% and literal bytes; numbers may
 * come without their leading zero, %Y has four digits, %f has 1 to 6. p must have CSV_PAD_BYTES
 * readable bytes behind. Source: the calendar arithmetic is Hinnant's days_from_civil.
 */
#ifndef CSV_CSV_TIME_H
#define CSV_CSV_TIME_H

#include "csv/csv.h"

/* csv_time_date - ISO date; out in days since 1970-01-01, written only on success. */
bool csv_time_date(const char *p, size_t n, int32_t *out) MUST_CHECK;

/* csv_time_stamp - ISO timestamp in us since 1970-01-01; zoned: an offset is required and taken
 * off, else none may stand there. */
bool csv_time_stamp(const char *p, size_t n, bool zoned, int64_t *out) MUST_CHECK;

/*
 * csv_time_pattern - a cell in a declared format.
 *
 * format  as csv_time_check_format lets pass
 * zoned   the format has %z and the offset is taken off
 * out_us  us since 1970-01-01; a pattern without a time gives midnight
 */
bool csv_time_pattern(
    const char *p, size_t n, const char *format, bool zoned, int64_t *out_us) MUST_CHECK;

/*
 * csv_time_check_format - is this a usable format for a type?
 *
 * type  CSV_DATE, CSV_TIMESTAMP or CSV_TIMESTAMPTZ
 *
 * Errors  ERR_INPUT  says what is wrong: unknown or repeated directive, year, month or day missing,
 * a time in a date, %z where it does not belong or missing where it does
 */
int csv_time_check_format(const char *format, enum csv_type type, struct err *err) MUST_CHECK;

/* csv_time_days - days since 1970-01-01 of a date that exists (the caller checked). */
int32_t csv_time_days(int year, unsigned month, unsigned day);

/* csv_time_format_date - "YYYY-MM-DD" and NUL; out at least 16 bytes. */
void csv_time_format_date(int32_t days, char *out);

/* csv_time_format_stamp - "YYYY-MM-DDTHH:MM:SS[.ffffff][Z]" and NUL; out at least 40 bytes. */
void csv_time_format_stamp(int64_t us, bool zoned, char *out);

#endif
