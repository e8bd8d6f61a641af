/* SPDX-License-Identifier: Apache-2.0 */
/* profile_value - single values a profile keeps: extremes, frequent ones, the sample's. */
#ifndef CONTRACT_PROFILE_VALUE_H
#define CONTRACT_PROFILE_VALUE_H

#include "base/arena.h"
#include "contract/profile.h"

/* A text or JSON value, cut at the end; two of equal hash are the same text. */
struct profile_text {
	uint64_t hash; /* of all its bytes */
	uint32_t n;    /* its bytes, all of them */
	char p[CONTRACT_PROFILE_TEXT_BYTES];
};

/* A value of any type; which member counts is said by the column. */
union profile_value {
	int64_t whole; /* integer, decimal up to 18 digits, times and timestamps */
	int32_t days;  /* date */
	uint8_t truth; /* boolean */
	double real;   /* double, never -0 */
	__int128 wide; /* decimal above 18 digits */
	unsigned __int128 uuid;
	struct csv_duration duration;
	struct profile_text text; /* text, JSON */
};

/* profile_value_bytes - how much of the union a column's values fill. */
size_t profile_value_bytes(const struct csv_column *c);

/* profile_value_take - the value in a slot of a batch's column, which is not null. */
union profile_value profile_value_take(const struct csv_column *c, const void *data, size_t slot);

/* profile_value_load - a value that was kept as profile_value_bytes bytes. */
union profile_value profile_value_load(const struct csv_column *c, const void *kept);

/* profile_value_compare - below 0, 0, above 0; a total order. Texts by the bytes that are kept. NaN
 * is above all. Durations with months of 30 days. */
int profile_value_compare(
    const struct csv_column *c, const union profile_value *x, const union profile_value *y);

/* profile_value_hash - hash of a value; equal values have equal ones. */
uint64_t profile_value_hash(const struct csv_column *c, const union profile_value *v);

/* profile_value_mix - splitmix64's finaliser: one to one, so that no two numbers share a result. */
static inline uint64_t profile_value_mix(uint64_t x)
{
	x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
	return x ^ (x >> 31);
}

/* profile_value_hash_whole - hash of a number of 64 bits, whatever it means. Half of the work that
 * xxh3 has with eight bytes. */
static inline uint64_t profile_value_hash_whole(int64_t v)
{
	return profile_value_mix((uint64_t)v + UINT64_C(0x9E3779B97F4A7C15));
}

/* profile_value_hash_text - hash of a text as a batch has it. */
uint64_t profile_value_hash_text(const struct csv_text *t);

/* profile_value_show - the value as a contract would write it; a text that was cut ends with an
 * ellipsis. Arena. */
const char *profile_value_show(
    const struct csv_column *c, const union profile_value *v, struct arena *a);

#endif
