/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv_pattern - date and time cells in a notation that the contract declares.
 *
 * A format is made of literal bytes and
 *
 *	%Y  year of four digits          %y  of two: 69..99 are 19.., 00..68 are 20..
 *	%m  month 1..12                  %b %B %h  month by name, short or whole, any case
 *	%d  day 1..31                    %e  the same, a blank may stand for its first digit
 *	%a %A  weekday by name: letters, two or more, passed over
 *	%j  day of the year 1..366, in place of month and day
 *	%H  hour 0..23                   %I  hour 1..12, with %p
 *	%p  AM or PM, a.m. or p.m., any case
 *	%M  minute       %S  second      %f  digits of a second, 1 to 6
 *	%z  Z, +HH, +HHMM, +HH:MM        %%  a percent sign
 *	%F %T %R  are %Y-%m-%d, %H:%M:%S and %H:%M
 *
 * Numbers may come without their leading zero, but %Y. Month names are those of the column's locale
 * (csv_month.h), English ones without; a point behind a short name is passed over. A cell must be
 * its format from the first byte to the last. p must have CSV_PAD_BYTES readable bytes behind.
 */
#ifndef CSV_CSV_PATTERN_H
#define CSV_CSV_PATTERN_H

#include "csv/csv_time.h"

/*
 * csv_pattern_check - does the column's format go with its type, locale and zone?
 *
 * c  type date, time, timestamp or timestamptz; format may be NULL
 *
 * Errors  ERR_INPUT  says what is wrong: unknown or repeated directive, a part missing, a time in a
 *         date, %z where it does not belong or missing where it does, an unknown locale
 */
int csv_pattern_check(const struct csv_column *c, struct err *err) MUST_CHECK;

/* csv_pattern_has_offset - is there a %z in the column's format? */
bool csv_pattern_has_offset(const struct csv_column *c) MUST_CHECK;

/* csv_pattern_take - a cell in the column's format, which was checked; out_stop is set when it is
 * not good. */
enum csv_time_fault csv_pattern_take(const char *p, size_t n, const struct csv_column *c,
    struct csv_time_written *out, struct csv_time_stop *out_stop) MUST_CHECK;

#endif
