/* SPDX-License-Identifier: Apache-2.0 */
/* csv_number - integer and decimal cells of any length. */
#include "csv/csv_number.h"

#include <stdio.h>

const uint64_t csv_number_tens[20] = {
	1ULL,
	10ULL,
	100ULL,
	1000ULL,
	10000ULL,
	100000ULL,
	1000000ULL,
	10000000ULL,
	100000000ULL,
	1000000000ULL,
	10000000000ULL,
	100000000000ULL,
	1000000000000ULL,
	10000000000000ULL,
	100000000000000ULL,
	1000000000000000ULL,
	10000000000000000ULL,
	100000000000000000ULL,
	1000000000000000000ULL,
	10000000000000000000ULL,
};

static bool is_digit(char c)
{
	return (unsigned char)(c - '0') < 10;
}

/* 1 to 19 digits; 19 digits always fit 64 bits. */
static bool digits19(const char *p, size_t n, uint64_t *out)
{
	uint64_t bad = 0;
	uint64_t value = csv_swar_digits(p, n % 8, &bad);
	for (size_t i = n % 8; i < n; i += 8)
		value = value * 100000000U + csv_swar_digits(p + i, 8, &bad);
	*out = value;
	return bad == 0;
}

static size_t take_sign(const char *p, size_t n, bool *out_minus)
{
	*out_minus = n > 0 && p[0] == '-';
	return n > 0 && (p[0] == '-' || p[0] == '+') ? 1 : 0;
}

bool csv_number_any_integer(const char *p, size_t n, int64_t *out)
{
	bool minus;
	const size_t sign = take_sign(p, n, &minus);
	p += sign;
	n -= sign;
	while (n > 19 && p[0] == '0') {
		p++;
		n--;
	}
	uint64_t value;
	if (n == 0 || n > 19 || !digits19(p, n, &value))
		return false;
	if (value > (uint64_t)INT64_MAX + (minus ? 1U : 0U))
		return false;
	*out = minus ? (int64_t)(0 - value) : (int64_t)value;
	return true;
}

/* Where the digits of a decimal cell stand. */
struct decimal_parts {
	const char *before, *behind; /* first digits on either side of the point */
	size_t n_before, n_behind;
	bool minus;
};

/* Looks for the point only: the digits are checked when they are read. */
static bool split_decimal(const char *p, size_t n, struct decimal_parts *d)
{
	const size_t sign = take_sign(p, n, &d->minus);
	p += sign;
	n -= sign;
	size_t point = 0;
	while (point < n && p[point] != '.')
		point++;
	d->before = p;
	d->n_before = point;
	d->behind = p + point + 1;
	d->n_behind = point < n ? n - point - 1 : 0;
	return d->n_before + d->n_behind > 0;
}

/* Leading zeros and zeros beyond the scale say nothing; what is left must fit. */
static bool fit_decimal(struct decimal_parts *d, unsigned precision, unsigned scale)
{
	while (d->n_before > 0 && d->before[0] == '0') {
		d->before++;
		d->n_before--;
	}
	while (d->n_behind > scale && d->behind[d->n_behind - 1] == '0')
		d->n_behind--;
	return d->n_behind <= scale && d->n_before <= precision - scale;
}

/* The digits of a number with an exponent, without zeros at their ends. */
struct mantissa {
	unsigned __int128 value;
	unsigned n;  /* digits of value */
	long power;  /* of ten that value is to be multiplied by */
	bool digits; /* there are some, maybe zeros */
};

static bool take_mantissa(const char *p, size_t n, struct mantissa *m)
{
	unsigned zeros = 0; /* that count if another digit follows */
	bool point = false;
	for (size_t i = 0; i < n; i++) {
		if (p[i] == '.' && !point) {
			point = true;
			continue;
		}
		if (!is_digit(p[i]))
			return false;
		m->digits = true;
		m->power -= point;
		zeros++;
		if (p[i] == '0')
			continue;
		m->n += m->n == 0 ? 1 : zeros;
		if (m->n > CSV_DECIMAL_MAX)
			return false;
		for (; zeros > 0; zeros--)
			m->value *= 10;
		m->value += (unsigned)(p[i] - '0');
	}
	m->power += zeros;
	return m->digits;
}

/* What stands behind the e: a sign and digits; more than six of them fit no decimal. */
static bool take_exponent(const char *p, size_t n, long *out)
{
	enum { EXPONENT_DIGITS = 6 };
	bool minus;
	uint64_t value;
	const size_t sign = take_sign(p, n, &minus);
	if (n == sign || n - sign > EXPONENT_DIGITS || !digits19(p + sign, n - sign, &value))
		return false;
	*out = minus ? -(long)value : (long)value;
	return true;
}

/* 1.5e3, exactly: what needs more digits than the column has is refused. Such cells are rare among
 * decimals, so this is asked last. */
static bool scientific(const char *p, size_t n, unsigned precision, unsigned scale, __int128 *out)
{
	struct mantissa m = { 0 };
	long exponent;
	bool minus;
	const size_t sign = take_sign(p, n, &minus);
	size_t e = sign;
	while (e < n && (p[e] | 0x20) != 'e')
		e++;
	if (e == n || !take_exponent(p + e + 1, n - e - 1, &exponent) ||
	    !take_mantissa(p + sign, e - sign, &m))
		return false;
	const long power = exponent + m.power + (long)scale;
	if (m.n > 0 && (power < 0 || m.n + power > (long)precision))
		return false;
	for (long i = 0; m.n > 0 && i < power; i++)
		m.value *= 10;
	*out = minus ? -(__int128)m.value : (__int128)m.value;
	return true;
}

static bool plain_decimal64(
    const char *p, size_t n, unsigned precision, unsigned scale, int64_t *out)
{
	struct decimal_parts d;
	if (!split_decimal(p, n, &d) || !fit_decimal(&d, precision, scale))
		return false;
	uint64_t before = 0;
	uint64_t behind = 0;
	if (d.n_before > 0 && !digits19(d.before, d.n_before, &before))
		return false;
	if (d.n_behind > 0 && !digits19(d.behind, d.n_behind, &behind))
		return false;
	const uint64_t value =
	    before * csv_number_tens[scale] + behind * csv_number_tens[scale - d.n_behind];
	*out = d.minus ? -(int64_t)value : (int64_t)value;
	return true;
}

bool csv_number_any_decimal64(
    const char *p, size_t n, unsigned precision, unsigned scale, int64_t *out)
{
	__int128 wide;
	if (plain_decimal64(p, n, precision, scale, out))
		return true;
	if (!scientific(p, n, precision, scale, &wide))
		return false;
	*out = (int64_t)wide;
	return true;
}

/* Appends n digits, at most 38 in all, to a 128-bit value. */
static bool add_digits(const char *p, size_t n, unsigned __int128 *value)
{
	while (n > 0) {
		const size_t take = n < 18 ? n : 18;
		uint64_t part;
		if (!digits19(p, take, &part))
			return false;
		*value = *value * csv_number_tens[take] + part;
		p += take;
		n -= take;
	}
	return true;
}

static bool plain_decimal(
    const char *p, size_t n, unsigned precision, unsigned scale, __int128 *out)
{
	struct decimal_parts d;
	if (!split_decimal(p, n, &d) || !fit_decimal(&d, precision, scale))
		return false;
	unsigned __int128 value = 0;
	if (!add_digits(d.before, d.n_before, &value) || !add_digits(d.behind, d.n_behind, &value))
		return false;
	for (size_t i = d.n_behind; i < scale; i++)
		value *= 10;
	*out = d.minus ? -(__int128)value : (__int128)value;
	return true;
}

bool csv_number_any_decimal(
    const char *p, size_t n, unsigned precision, unsigned scale, __int128 *out)
{
	return plain_decimal(p, n, precision, scale, out) ||
	       scientific(p, n, precision, scale, out);
}

bool csv_number_shape(const char *p, size_t n, size_t *out_before, size_t *out_behind)
{
	struct decimal_parts d;
	if (!split_decimal(p, n, &d))
		return false;
	for (size_t i = 0; i < d.n_before; i++) {
		if (!is_digit(d.before[i]))
			return false;
	}
	for (size_t i = 0; i < d.n_behind; i++) {
		if (!is_digit(d.behind[i]))
			return false;
	}
	*out_before = d.n_before;
	*out_behind = d.n_behind;
	return true;
}

void csv_number_show(__int128 v, unsigned scale, char *out)
{
	char digits[CSV_NUMBER_SHOWN_BYTES];
	size_t at = sizeof(digits);
	unsigned __int128 u = v < 0 ? -(unsigned __int128)v : (unsigned __int128)v;
	for (unsigned i = 0; u > 0 || i <= scale; i++) {
		if (i == scale && scale > 0)
			digits[--at] = '.';
		digits[--at] = (char)('0' + (int)(u % 10));
		u /= 10;
	}
	(void)snprintf(out, CSV_NUMBER_SHOWN_BYTES, "%s%.*s", v < 0 ? "-" : "",
	    (int)(sizeof(digits) - at), digits + at);
}
