/* SPDX-License-Identifier: Apache-2.0 */
/* csv_number - integer, decimal and double cells. */
#include "csv/csv_number.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>

#include "base/die.h"

static const uint64_t powers_of_ten[20] = {
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

/* Exactly representable powers: |exponent| <= 22 (Clinger). */
static const double exact_powers[23] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10,
	1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };

static bool is_digit(char c)
{
	return (unsigned char)(c - '0') < 10;
}

/* Up to eight digits in one step: the word is moved up so that missing leading digits become '0'.
 */
static inline bool digits8(const char *p, size_t n, uint64_t *out)
{
	uint64_t v;
	memcpy(&v, p, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	v = __builtin_bswap64(v);
#endif
	if (n < 8) {
		const unsigned empty = (unsigned)(8 - n) * 8;
		v = (v << empty) | (UINT64_C(0x3030303030303030) >> (64 - empty));
	}
	const uint64_t high = v & UINT64_C(0xF0F0F0F0F0F0F0F0);
	const uint64_t low = (v + UINT64_C(0x0606060606060606)) & UINT64_C(0xF0F0F0F0F0F0F0F0);
	if ((high | (low >> 4)) != UINT64_C(0x3333333333333333))
		return false;
	v -= UINT64_C(0x3030303030303030);
	v = v * 10 + (v >> 8);
	*out = (((v & UINT64_C(0x000000FF000000FF)) * UINT64_C(0x000F424000000064)) +
		   (((v >> 16) & UINT64_C(0x000000FF000000FF)) * UINT64_C(0x0000271000000001))) >>
	       32;
	return true;
}

/* 1 to 19 digits; 19 digits always fit 64 bits. */
static inline bool digits19(const char *p, size_t n, uint64_t *out)
{
	uint64_t value = 0;
	uint64_t part;
	const size_t head = n % 8;
	if (head != 0 && !digits8(p, head, &value))
		return false;
	for (size_t i = head; i < n; i += 8) {
		if (!digits8(p + i, 8, &part))
			return false;
		value = value * 100000000U + part;
	}
	*out = value;
	return true;
}

static inline size_t take_sign(const char *p, size_t n, bool *out_minus)
{
	*out_minus = n > 0 && p[0] == '-';
	return n > 0 && (p[0] == '-' || p[0] == '+') ? 1 : 0;
}

bool csv_number_integer(const char *p, size_t n, int64_t *out)
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
static inline bool split_decimal(const char *p, size_t n, struct decimal_parts *d)
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
static inline bool fit_decimal(struct decimal_parts *d, unsigned precision, unsigned scale)
{
	while (d->n_before > 0 && d->before[0] == '0') {
		d->before++;
		d->n_before--;
	}
	while (d->n_behind > scale && d->behind[d->n_behind - 1] == '0')
		d->n_behind--;
	return d->n_behind <= scale && d->n_before <= precision - scale;
}

bool csv_number_decimal64(const char *p, size_t n, unsigned precision, unsigned scale, int64_t *out)
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
	    before * powers_of_ten[scale] + behind * powers_of_ten[scale - d.n_behind];
	*out = d.minus ? -(int64_t)value : (int64_t)value;
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
		*value = *value * powers_of_ten[take] + part;
		p += take;
		n -= take;
	}
	return true;
}

bool csv_number_decimal(const char *p, size_t n, unsigned precision, unsigned scale, __int128 *out)
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

static bool double_word(const char *p, size_t n, double *out)
{
	if (n == 3 && memcmp(p, "NaN", 3) == 0)
		*out = NAN;
	else if (n == 3 && memcmp(p, "INF", 3) == 0)
		*out = INFINITY;
	else if (n == 4 && memcmp(p, "-INF", 4) == 0)
		*out = -INFINITY;
	else
		return false;
	return true;
}

/* A cell in decimal notation, taken apart. */
struct double_parts {
	uint64_t digits;   /* the first 19 significant digits */
	int64_t exponent;  /* of the last of them */
	bool minus, exact; /* exact: no digit was left out */
};

/* Written exponents saturate far outside the range of a double. */
static bool take_exponent(const char *p, size_t n, int64_t *out)
{
	const bool minus = n > 0 && p[0] == '-';
	size_t i = n > 0 && (p[0] == '-' || p[0] == '+') ? 1 : 0;
	if (i == n)
		return false;
	int64_t value = 0;
	for (; i < n; i++) {
		if (!is_digit(p[i]))
			return false;
		if (value < 100000000)
			value = value * 10 + (p[i] - '0');
	}
	*out = minus ? -value : value;
	return true;
}

static bool split_double(const char *p, size_t n, struct double_parts *d)
{
	size_t i = take_sign(p, n, &d->minus);
	size_t seen = 0;
	unsigned kept = 0;
	bool point = false;
	*d = (struct double_parts){ .minus = d->minus, .exact = true };
	for (; i < n && (is_digit(p[i]) || (p[i] == '.' && !point)); i++) {
		if (p[i] == '.') {
			point = true;
			continue;
		}
		seen++;
		if (kept < 19) {
			d->digits = d->digits * 10 + (uint64_t)(p[i] - '0');
			kept += d->digits != 0;
			d->exponent -= point ? 1 : 0;
		} else {
			d->exact = d->exact && p[i] == '0';
			d->exponent += point ? 0 : 1;
		}
	}
	if (seen == 0)
		return false;
	if (i == n)
		return true;
	int64_t written;
	if ((p[i] != 'e' && p[i] != 'E') || !take_exponent(p + i + 1, n - i - 1, &written))
		return false;
	d->exponent += written;
	return true;
}

static locale_t c_locale;

__attribute__((constructor)) static void open_c_locale(void)
{
	c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

/* The exact way out: the notation is already checked, so strtod reads all of it. */
static bool slow_double(const char *p, size_t n, double *out)
{
	char small[128];
	char *copy = n < sizeof(small) ? small : malloc(n + 1);
	if (copy == NULL)
		bug("out of memory reading a number of %zu bytes", n);
	memcpy(copy, p, n);
	copy[n] = '\0';
	const double value = strtod_l(copy, NULL, c_locale);
	if (copy != small)
		free(copy);
	if (!isfinite(value))
		return false;
	*out = value;
	return true;
}

bool csv_number_double(const char *p, size_t n, double *out)
{
	struct double_parts d;
	if (!split_double(p, n, &d))
		return double_word(p, n, out);
	if (!d.exact || d.digits > (UINT64_C(1) << 53) || d.exponent < -22 || d.exponent > 22)
		return slow_double(p, n, out);
	const double value = d.exponent < 0 ? (double)d.digits / exact_powers[-d.exponent]
					    : (double)d.digits * exact_powers[d.exponent];
	*out = d.minus ? -value : value;
	return true;
}
