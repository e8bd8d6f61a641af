/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile_distinct - how many different values, and which of them how often.
 *
 * Up to a cap every value is kept with its count, known by its 64-bit hash; the first value above
 * the cap turns the whole into 4,096 registers of HyperLogLog. Both states, and the moment of
 * turning, depend on the set of hashes alone. Two values of equal hash are taken for one (2^-47 for
 * 512 values, unless somebody made them so: then a count is wrong, nothing else).
 * Source: Ertl 2017, "New cardinality estimation algorithms for HyperLogLog sketches", algorithm 6.
 */
#ifndef CONTRACT_PROFILE_DISTINCT_H
#define CONTRACT_PROFILE_DISTINCT_H

#include "base/macros.h"

enum {
	PROFILE_REGISTER_BITS = 12,
	PROFILE_REGISTERS = 1 << PROFILE_REGISTER_BITS,
	PROFILE_RANKS = 64 - PROFILE_REGISTER_BITS + 2, /* 0 = never hit, then 1..53 */
};

/* One value that is counted exactly. */
struct profile_slot {
	uint64_t hash; /* 0 = the slot is free */
	int64_t count;
	uint32_t value; /* which of `values` */
	uint32_t tag;   /* the caller's, 0 at first */
};

struct profile_distinct {
	uint32_t cap;               /* most values that are kept */
	uint32_t value_bytes;       /* size of a kept value, 0 = they are not kept */
	uint32_t n, n_slots;        /* values; size of the table, a power of two or 0 */
	struct profile_slot *slots; /* owned */
	char *values;               /* n_slots / 2 of them; owned */
	uint8_t *registers;         /* owned; not NULL once there were more than cap values */
	uint64_t dull;              /* registers: a hash with one of these bits changes nothing */
	uint32_t n_least;           /* registers: how many have the least rank */
	uint8_t least;              /* that rank */
};

/* profile_distinct_init, profile_distinct_done - embedded; done accepts a zeroed one. */
void profile_distinct_init(struct profile_distinct *d, uint32_t cap, uint32_t value_bytes);
void profile_distinct_done(struct profile_distinct *d);

/*
 * profile_distinct_put - add a value `count` times.
 *
 * Returns where a value seen for the first time is to be written by the caller, else NULL.
 */
void *profile_distinct_put(struct profile_distinct *d, uint64_t hash, int64_t count) MUST_CHECK;

/* profile_distinct_find - the slot of a hash while values are kept, NULL when it is new. */
static inline struct profile_slot *profile_distinct_find(
    const struct profile_distinct *d, uint64_t hash)
{
	if (d->n_slots == 0)
		return NULL;
	const uint32_t mask = d->n_slots - 1;
	hash += hash == 0 ? 1 : 0;
	for (uint32_t at = (uint32_t)hash & mask;; at = (at + 1) & mask) {
		if (d->slots[at].hash == hash)
			return &d->slots[at];
		if (d->slots[at].hash == 0)
			return NULL;
	}
}

/* profile_distinct_count - add n hashes once registers are there; the array is used up. */
void profile_distinct_count(struct profile_distinct *d, uint64_t *hashes, size_t n);

/*
 * profile_distinct_follow - let a fresh one begin where another is whose values it need not find
 * again: values that are no longer kept there are not kept here either, and its registers are taken
 * over. Only for merging into that other one (or what that one went into), of which it changes
 * nothing but the time it takes.
 */
void profile_distinct_follow(struct profile_distinct *d, const struct profile_distinct *before);

/* profile_distinct_merge - add another of equal cap and value size. */
void profile_distinct_merge(struct profile_distinct *d, const struct profile_distinct *other);

/* profile_distinct_estimate - different values; exact while they are kept. */
int64_t profile_distinct_estimate(const struct profile_distinct *d);

/* profile_distinct_value - the kept value of a slot. */
static inline const void *profile_distinct_value(
    const struct profile_distinct *d, const struct profile_slot *slot)
{
	return d->values + (size_t)slot->value * d->value_bytes;
}

#endif
