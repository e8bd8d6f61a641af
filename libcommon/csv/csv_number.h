/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv_number - exact parsers of number cells.
 *
 * Each takes the whole cell: no blanks, nothing behind. The p of every function here must have
 * CSV_PAD_BYTES readable bytes behind p + n (they are read, never used): digits are taken eight at
 * a time. Output is written only on success. Any thread.
 *
 * Cells of everyday length are read here, inline; whatever those few lines do not take goes to the
 * thorough function, which decides. Numbers of another locale are written in this one's way first
 * (csv_plain.h).
 * Source: Clinger, "How to read floating point numbers accurately" (1990); Lemire, "Number parsing
 * at a gigabyte per second" (2021); Mushtak and Lemire, "Fast number parsing without fallback"
 * (2023).
 */
#ifndef CSV_CSV_NUMBER_H
#define CSV_CSV_NUMBER_H

#include "csv/csv.h"
#include "csv/csv_swar.h"

enum { CSV_NUMBER_SHOWN_BYTES = 64 };

enum { CSV_NUMBER_FAST = 8 }; /* digits that are read in one step */

extern const uint64_t csv_number_tens[20]; /* 10^0 .. 10^19 */
extern const double csv_number_exact[23];  /* 10^0 .. 10^22, the powers a double holds */

/* csv_number_any_integer, csv_number_any_decimal64, csv_number_any_double - the thorough ways
 * behind the inline functions below; same contract. */
bool csv_number_any_integer(const char *p, size_t n, int64_t *out) MUST_CHECK;
bool csv_number_any_decimal64(
    const char *p, size_t n, unsigned precision, unsigned scale, int64_t *out) MUST_CHECK;
bool csv_number_any_double(const char *p, size_t n, double *out) MUST_CHECK;

/* csv_number_any_decimal - the same for csv_number_decimal. */
bool csv_number_any_decimal(
    const char *p, size_t n, unsigned precision, unsigned scale, __int128 *out) MUST_CHECK;

/* A short cell: its digits as one number, and how many of them stand behind the point. */
struct csv_number_parts {
	uint64_t digits;
	size_t n_before, n_behind;
	bool minus;
};

/* csv_number_split_word - up to CSV_NUMBER_FAST digits in all: the point is taken out of the word.
 */
__attribute__((always_inline)) static inline uint64_t csv_number_split_word(
    const char *p, size_t n, struct csv_number_parts *d)
{
	const uint64_t v = csv_swar_load(p);
	const uint64_t hit = csv_swar_zeros(v ^ CSV_SWAR_POINTS);
	if (hit == 0 && n > 8)
		return 1;
	const size_t at = hit == 0 ? 8 : (size_t)__builtin_ctzll(hit) / 8;
	const bool point = at < n;
	const uint64_t before = hit == 0 ? ~UINT64_C(0) : (hit & -hit) - 1;
	const uint64_t mask = before >> 7; /* all characters in front of the point */
	const uint64_t digits = hit == 0 ? v : (v & mask) | (csv_swar_load(p + 1) & ~mask);
	d->n_before = point ? at : n;
	d->n_behind = n - d->n_before - point;
	const uint64_t word = csv_swar_first(digits, n - point);
	d->digits = csv_swar_value(word);
	return csv_swar_not_digits(word) | (uint64_t)(n == point);
}

/* csv_number_split - up to CSV_NUMBER_FAST digits on either side of at most one point; false: not
 * such a cell, which says nothing about it. */
__attribute__((always_inline)) static inline bool csv_number_split(
    const char *p, size_t n, struct csv_number_parts *d)
{
	d->minus = n > 0 && p[0] == '-';
	p += d->minus;
	n -= d->minus;
	if (n <= CSV_NUMBER_FAST + 1)
		return csv_number_split_word(p, n, d) == 0;
	const size_t point = csv_swar_find(p, n < 16 ? n : 16, '.');
	d->n_before = point;
	d->n_behind = point < n ? n - point - 1 : 0;
	if (d->n_before > CSV_NUMBER_FAST || d->n_behind > CSV_NUMBER_FAST)
		return false;
	uint64_t bad = 0;
	d->digits = csv_swar_digits(p, d->n_before, &bad) * csv_number_tens[d->n_behind];
	d->digits += csv_swar_digits(p + point + 1, d->n_behind, &bad);
	return bad == 0;
}

/* csv_number_integer - optional sign, digits, within int64; leading zeros count for nothing. */
MUST_CHECK __attribute__((always_inline)) static inline bool csv_number_integer(
    const char *p, size_t n, int64_t *out)
{
	const bool minus = n > 0 && p[0] == '-';
	const char *const digits = p + minus;
	const size_t n_digits = n - minus;
	uint64_t bad = 0;
	uint64_t value = 0;
	if (n_digits - 1 < 8) {
		value = csv_swar_digits(digits, n_digits, &bad);
	} else if (n_digits - 1 < 16) {
		value = csv_swar_digits(digits, n_digits - 8, &bad) * 100000000;
		value += csv_swar_digits(digits + n_digits - 8, 8, &bad);
	} else {
		bad = 1;
	}
	if (__builtin_expect(bad != 0, 0))
		return csv_number_any_integer(p, n, out);
	*out = minus ? -(int64_t)value : (int64_t)value;
	return true;
}

/* csv_number_fits - do the short parts fit without a look at zeros? Then their value times 10^scale
 * fits 64 bits. */
static inline bool csv_number_fits(
    const struct csv_number_parts *d, unsigned precision, unsigned scale)
{
	return d->n_behind <= scale && d->n_before + scale <= precision &&
	       d->n_before + scale <= CSV_DECIMAL_NARROW;
}

/* csv_number_scaled - parts that fit as value * 10^scale. */
static inline int64_t csv_number_scaled(const struct csv_number_parts *d, unsigned scale)
{
	const int64_t value = (int64_t)(d->digits * csv_number_tens[scale - d->n_behind]);
	return d->minus ? -value : value;
}

/*
 * csv_number_decimal - optional sign, digits with at most one point and a digit on at least one
 * side, maybe an exponent of up to six digits.
 *
 * precision  1..38 digits in all, scale 0..precision behind the point, as the number reads without
 *            its exponent; zeros beyond the scale are let pass, any other digit there is a
 *            fault, nothing is rounded
 * out        value * 10^scale
 */
MUST_CHECK __attribute__((always_inline)) static inline bool csv_number_decimal(
    const char *p, size_t n, unsigned precision, unsigned scale, __int128 *out)
{
	struct csv_number_parts d;
	if (!csv_number_split(p, n, &d) || !csv_number_fits(&d, precision, scale))
		return csv_number_any_decimal(p, n, precision, scale, out);
	*out = csv_number_scaled(&d, scale);
	return true;
}

/* csv_number_decimal64 - the same for precision <= CSV_DECIMAL_NARROW. */
MUST_CHECK __attribute__((always_inline)) static inline bool csv_number_decimal64(
    const char *p, size_t n, unsigned precision, unsigned scale, int64_t *out)
{
	struct csv_number_parts d;
	if (!csv_number_split(p, n, &d) || !csv_number_fits(&d, precision, scale))
		return csv_number_any_decimal64(p, n, precision, scale, out);
	*out = csv_number_scaled(&d, scale);
	return true;
}

/* csv_number_double - decimal notation with optional exponent, correctly rounded; also the words
 * NaN, INF, -INF (Frictionless); what overflows is refused, what underflows becomes 0. */
MUST_CHECK __attribute__((always_inline)) static inline bool csv_number_double(
    const char *p, size_t n, double *out)
{
	struct csv_number_parts d;
	if (!csv_number_split(p, n, &d) || d.digits > UINT64_C(1) << 53)
		return csv_number_any_double(p, n, out);
	const double magnitude = (double)(int64_t)d.digits / csv_number_exact[d.n_behind];
	*out = d.minus ? -magnitude : magnitude;
	return true;
}

/*
 * csv_number_shape - digits before and behind the point of a decimal cell, for inference.
 *
 * Returns true when the cell has the notation csv_number_decimal reads, with any number of digits
 * and without exponent; leading zeros before the point and trailing ones behind it are counted as
 * written.
 */
bool csv_number_shape(const char *p, size_t n, size_t *out_before, size_t *out_behind) MUST_CHECK;

/* csv_number_show - a decimal as a person would write it; out has CSV_NUMBER_SHOWN_BYTES. */
void csv_number_show(__int128 v, unsigned scale, char *out);

#endif
