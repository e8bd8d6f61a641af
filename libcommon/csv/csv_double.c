/* SPDX-License-Identifier: Apache-2.0 */
/* csv_double - correctly rounded doubles of any length (csv_number_any_double).
 *
 * Three ways, each tried when the one before cannot be sure: two exact doubles and one operation
 * (Clinger); 64 bits of the digits times 128 bits of the power (Eisel and Lemire), which is right
 * for up to 19 digits; strtod of libc, for what has more digits and stands at a border. */
#include <locale.h>
#include <math.h>
#include <stdlib.h>

#include "base/die.h"
#include "csv/csv_number.h"
#include "csv/csv_powers.h"

enum { KEPT_DIGITS = 19, EXACT_POWER = 22, MANTISSA_BITS = 52, BIAS = 1023, INFINITE = 0x7FF };

const double csv_number_exact[EXACT_POWER + 1] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9,
	1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };

/* A cell in decimal notation, taken apart. */
struct notation {
	uint64_t digits;   /* the first 19 significant digits */
	int64_t exponent;  /* of the last of them */
	bool minus, exact; /* exact: no digit was left out */
};

static bool is_digit(char c)
{
	return (unsigned char)(c - '0') < 10;
}

static bool word(const char *p, size_t n, double *out)
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

/* A run of digits; zeros in front do not count among the kept ones. Returns its length. */
static size_t take_digits(const char *p, size_t n, unsigned *kept, struct notation *d)
{
	size_t i = 0;
	while (d->digits == 0 && i < n && p[i] == '0')
		i++;
	while (n - i >= 8 && *kept + 8 <= KEPT_DIGITS &&
	       csv_swar_not_digits(csv_swar_load(p + i)) == 0) {
		d->digits = d->digits * 100000000 + csv_swar_value(csv_swar_load(p + i));
		*kept += 8;
		i += 8;
	}
	for (; i < n && is_digit(p[i]); i++) {
		if (*kept < KEPT_DIGITS) {
			d->digits = d->digits * 10 + (uint64_t)(p[i] - '0');
			(*kept)++;
		} else {
			d->exact = d->exact && p[i] == '0';
			d->exponent++;
		}
	}
	return i;
}

static bool take_notation(const char *p, size_t n, struct notation *d)
{
	unsigned kept = 0;
	size_t i = n > 0 && (p[0] == '-' || p[0] == '+') ? 1 : 0;
	*d = (struct notation){ .minus = i == 1 && p[0] == '-', .exact = true };
	size_t seen = take_digits(p + i, n - i, &kept, d);
	i += seen;
	if (i < n && p[i] == '.') {
		const size_t behind = take_digits(p + i + 1, n - i - 1, &kept, d);
		d->exponent -= (int64_t)behind;
		seen += behind;
		i += behind + 1;
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

/* The leading 128 bits of w * 5^q. */
static unsigned __int128 times_power(uint64_t w, int64_t q)
{
	const uint64_t *const five = csv_powers[q - CSV_POWERS_LEAST];
	unsigned __int128 product = (unsigned __int128)w * five[0];
	const uint64_t unsure = UINT64_MAX >> (MANTISSA_BITS + 3);
	if (((uint64_t)(product >> 64) & unsure) == unsure)
		product += (uint64_t)(((unsigned __int128)w * five[1]) >> 64);
	return product;
}

/* Where the point of w * 10^q stands: 63 and the whole part of q * log2(10), by 217706 / 2^16. */
static int binary_power(int64_t q)
{
	return (int)((217706 * q + (INT64_C(1) << 30)) >> 16) - (1 << 14) + 63;
}

/* Exponents below the normal ones: bits move out at the right, the rest is rounded to even. */
static uint64_t subnormal(uint64_t mantissa, int shift)
{
	if (shift >= 64)
		return 0;
	mantissa >>= shift;
	mantissa += mantissa & 1;
	return mantissa >> 1; /* one that became normal has its exponent bit set by this */
}

/* The bits of the double next to w * 10^q. */
static uint64_t nearest(uint64_t w, int64_t q)
{
	if (w == 0 || q < CSV_POWERS_LEAST)
		return 0;
	if (q > CSV_POWERS_MOST)
		return (uint64_t)INFINITE << MANTISSA_BITS;
	const int leading = __builtin_clzll(w);
	const unsigned __int128 product = times_power(w << leading, q);
	const uint64_t high = (uint64_t)(product >> 64);
	const int upper = (int)(high >> 63);
	const int drop = upper + 64 - MANTISSA_BITS - 3;
	uint64_t mantissa = high >> drop;
	int power = binary_power(q) + upper - leading + BIAS;
	if (power <= 0)
		return subnormal(mantissa, 1 - power);
	/* Exactly between two doubles: only small powers of five can do that. */
	if ((uint64_t)product <= 1 && q >= -4 && q <= 23 && (mantissa & 3) == 1 &&
	    mantissa << drop == high)
		mantissa &= ~UINT64_C(1);
	mantissa += mantissa & 1;
	mantissa >>= 1;
	if (mantissa >= UINT64_C(2) << MANTISSA_BITS) {
		mantissa = UINT64_C(1) << MANTISSA_BITS;
		power++;
	}
	if (power >= INFINITE)
		return (uint64_t)INFINITE << MANTISSA_BITS;
	return (mantissa & ~(UINT64_C(1) << MANTISSA_BITS)) | (uint64_t)power << MANTISSA_BITS;
}

static locale_t c_locale;

__attribute__((constructor)) static void open_c_locale(void)
{
	c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

/* The notation is already checked, so strtod reads all of it. */
static bool by_libc(const char *p, size_t n, double *out)
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

bool csv_number_any_double(const char *p, size_t n, double *out)
{
	struct notation d;
	if (!take_notation(p, n, &d))
		return word(p, n, out);
	if (d.exact && d.digits <= UINT64_C(1) << 53 && d.exponent >= -EXACT_POWER &&
	    d.exponent <= EXACT_POWER) {
		const double value = d.exponent < 0
					 ? (double)d.digits / csv_number_exact[-d.exponent]
					 : (double)d.digits * csv_number_exact[d.exponent];
		*out = d.minus ? -value : value;
		return true;
	}
	const uint64_t bits = nearest(d.digits, d.exponent);
	if (!d.exact && bits != nearest(d.digits + 1, d.exponent))
		return by_libc(p, n, out);
	if (bits == (uint64_t)INFINITE << MANTISSA_BITS)
		return false;
	const uint64_t signed_bits = bits | (uint64_t)d.minus << 63;
	memcpy(out, &signed_bits, sizeof(signed_bits));
	return true;
}
