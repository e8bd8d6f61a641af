/* SPDX-License-Identifier: Apache-2.0 */
/* profile_sum - wide sums and their means. */
#include "contract/profile_sum.h"

#include <math.h>
#include <string.h>

enum {
	LIMBS = 8,          /* of 32 bits, least first: sum * 10^6 */
	CARRY_EVERY = 1024, /* doubles: each adds less than 2^52 to a chunk of 63 bits */
	DECIMAL_BYTES = 96, /* 2^256 has 78 digits */
	MANTISSA_BITS = 52,
	EXPONENTS = 2047,
};

void profile_sum_merge(struct profile_sum *s, const struct profile_sum *other)
{
	s->high += other->high;
	s->low += other->low;
}

/* The amount of a sum in limbs; returns whether it is negative. */
static bool to_limbs(const struct profile_sum *s, uint32_t *limbs)
{
	/* Two's complement of 192 bits and more: the carry of low goes to high. */
	__int128 high = s->high + (__int128)(s->low >> 64);
	uint64_t low = (uint64_t)s->low;
	const bool minus = high < 0;
	if (minus) {
		high = ~high + (low == 0 ? 1 : 0);
		low = ~low + 1;
	}
	const unsigned __int128 top = (unsigned __int128)high;
	for (int i = 0; i < 2; i++)
		limbs[i] = (uint32_t)(low >> (32 * i));
	for (int i = 0; i < 4; i++)
		limbs[2 + i] = (uint32_t)(top >> (32 * i));
	limbs[6] = 0;
	limbs[7] = 0;
	return minus;
}

static void multiply(uint32_t *limbs, uint32_t by)
{
	uint64_t carry = 0;
	for (int i = 0; i < LIMBS; i++) {
		carry += (uint64_t)limbs[i] * by;
		limbs[i] = (uint32_t)carry;
		carry >>= 32;
	}
}

/* Returns the remainder. */
static uint64_t divide(uint32_t *limbs, uint64_t by)
{
	unsigned __int128 rest = 0;
	for (int i = LIMBS - 1; i >= 0; i--) {
		rest = rest << 32 | limbs[i];
		limbs[i] = (uint32_t)(rest / by);
		rest %= by;
	}
	return (uint64_t)rest;
}

static void add_one(uint32_t *limbs)
{
	for (int i = 0; i < LIMBS && ++limbs[i] == 0; i++)
		continue;
}

static bool is_zero(const uint32_t *limbs)
{
	uint32_t any = 0;
	for (int i = 0; i < LIMBS; i++)
		any |= limbs[i];
	return any == 0;
}

const char *profile_sum_mean(
    const struct profile_sum *s, int64_t n, unsigned scale, struct arena *a)
{
	uint32_t limbs[LIMBS];
	char text[DECIMAL_BYTES];
	size_t at = sizeof(text);
	bool shown = false;
	const bool minus = to_limbs(s, limbs);
	multiply(limbs, 1000000);
	const uint64_t rest = divide(limbs, (uint64_t)n);
	if (rest >= (uint64_t)n - rest)
		add_one(limbs);
	const bool zero = is_zero(limbs);
	scale += PROFILE_MEAN_DIGITS;
	for (unsigned i = 0; i <= scale || !is_zero(limbs); i++) {
		const char digit = (char)('0' + (int)divide(limbs, 10));
		if (i == scale && shown)
			text[--at] = '.';
		shown = shown || digit != '0' || i >= scale;
		if (shown)
			text[--at] = digit;
	}
	return arena_printf(
	    a, "%s%.*s", minus && !zero ? "-" : "", (int)(sizeof(text) - at), text + at);
}

int64_t profile_sum_mean_whole(const struct profile_sum *s, int64_t n)
{
	uint32_t limbs[LIMBS];
	const bool minus = to_limbs(s, limbs);
	const uint64_t rest = divide(limbs, (uint64_t)n);
	const uint64_t amount = (uint64_t)limbs[1] << 32 | limbs[0];
	if (!minus)
		return (int64_t)amount;
	return (int64_t)(0 - amount - (rest > 0 ? 1 : 0));
}

static void carry_chunks(int64_t *c)
{
	for (int i = 0; i + 1 < PROFILE_CHUNKS; i++) {
		c[i + 1] += c[i] >> 32;
		c[i] &= UINT32_MAX;
	}
}

static inline void add_real(int64_t *c, double v)
{
	uint64_t bits;
	memcpy(&bits, &v, sizeof(bits));
	unsigned exponent = (unsigned)(bits >> MANTISSA_BITS) & EXPONENTS;
	uint64_t mantissa = bits & ((UINT64_C(1) << MANTISSA_BITS) - 1);
	if (exponent == 0)
		exponent = 1;
	else
		mantissa |= UINT64_C(1) << MANTISSA_BITS;
	const unsigned shift = exponent % 32;
	const int64_t low = (int64_t)((mantissa << shift) & UINT32_MAX);
	const int64_t high = (int64_t)(mantissa >> (32 - shift));
	const int64_t sign = -(int64_t)(bits >> 63); /* 0 or -1: (x ^ sign) - sign negates */
	c[exponent / 32] += (low ^ sign) - sign;
	c[exponent / 32 + 1] += (high ^ sign) - sign;
}

void profile_real_sum_add(struct profile_real_sum *s, const double *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		add_real(s->chunks, v[i]);
		if (i % CARRY_EVERY == CARRY_EVERY - 1)
			carry_chunks(s->chunks);
	}
	carry_chunks(s->chunks);
}

void profile_real_sum_merge(struct profile_real_sum *s, const struct profile_real_sum *other)
{
	for (int i = 0; i < PROFILE_CHUNKS; i++)
		s->chunks[i] += other->chunks[i];
	carry_chunks(s->chunks);
}

double profile_real_sum_mean(const struct profile_real_sum *s, int64_t n)
{
	int64_t c[PROFILE_CHUNKS];
	memcpy(c, s->chunks, sizeof(c));
	const bool minus = c[PROFILE_CHUNKS - 1] < 0;
	for (int i = 0; i < PROFILE_CHUNKS && minus; i++)
		c[i] = -c[i];
	carry_chunks(c);
	int top = PROFILE_CHUNKS - 1;
	while (top > 2 && c[top] == 0)
		top--;
	/* 65 bits and more of the sum, which is more than a double has. */
	long double sum = 0;
	for (int i = top; i >= top - 2; i--)
		sum = sum * 4294967296.0L + (long double)c[i];
	sum = ldexpl(sum, 32 * (top - 2) - 1075);
	return (double)((minus ? -sum : sum) / (long double)n);
}
