/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv_number - exact parsers of number cells.
 *
 * Each takes the whole cell: no blanks, nothing behind. The p of every function here must have
 * CSV_PAD_BYTES readable bytes behind p + n (they are read, never used): digits are taken eight at
 * a time. Output is written only on success. Any thread.
 * Source: the eight-digit step is Lemire's parse_eight_digits_unrolled; the fast double is
 * Clinger's.
 */
#ifndef CSV_CSV_NUMBER_H
#define CSV_CSV_NUMBER_H

#include "csv/csv.h"

/* csv_number_integer - optional sign, digits, within int64; leading zeros count for nothing. */
bool csv_number_integer(const char *p, size_t n, int64_t *out) MUST_CHECK;

/*
 * csv_number_decimal - optional sign, digits with at most one point and a digit on at least one
 * side.
 *
 * precision  1..38 digits in all, scale 0..precision behind the point; zeros beyond the scale are
 *            let pass, any other digit there is a fault, nothing is rounded
 * out        value * 10^scale
 */
bool csv_number_decimal(
    const char *p, size_t n, unsigned precision, unsigned scale, __int128 *out) MUST_CHECK;

/* csv_number_decimal64 - the same for precision <= CSV_DECIMAL_NARROW. */
bool csv_number_decimal64(
    const char *p, size_t n, unsigned precision, unsigned scale, int64_t *out) MUST_CHECK;

/* csv_number_double - decimal notation with optional exponent, correctly rounded; also the words
 * NaN, INF, -INF (Frictionless); what overflows is refused, what underflows becomes 0. */
bool csv_number_double(const char *p, size_t n, double *out) MUST_CHECK;

/*
 * csv_number_shape - digits before and behind the point of a decimal cell, for inference.
 *
 * Returns true when the cell has the notation csv_number_decimal reads, with any number of digits;
 * leading zeros before the point and trailing ones behind it are counted as written.
 */
bool csv_number_shape(const char *p, size_t n, size_t *out_before, size_t *out_behind) MUST_CHECK;

#endif
