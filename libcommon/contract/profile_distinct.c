/* SPDX-License-Identifier: Apache-2.0 */
/* profile_distinct - a small table of values, then HyperLogLog. */
#include "contract/profile_distinct.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { FIRST_SLOTS = 32 };

void profile_distinct_init(struct profile_distinct *d, uint32_t cap, uint32_t value_bytes)
{
	*d = (struct profile_distinct){ .cap = cap, .value_bytes = value_bytes };
}

void profile_distinct_done(struct profile_distinct *d)
{
	free(d->slots);
	free(d->values);
	free(d->registers);
	*d = (struct profile_distinct){ 0 };
}

/* The first free slot for a hash that is not in the table. */
static struct profile_slot *free_slot(struct profile_distinct *d, uint64_t hash)
{
	const uint32_t mask = d->n_slots - 1;
	uint32_t at = (uint32_t)hash & mask;
	while (d->slots[at].hash != 0)
		at = (at + 1) & mask;
	return &d->slots[at];
}

static void grow(struct profile_distinct *d)
{
	struct profile_slot *old = d->slots;
	const uint32_t n_old = d->n_slots;
	d->n_slots = n_old == 0 ? FIRST_SLOTS : n_old * 2;
	d->slots = mem_array(d->n_slots, sizeof(*d->slots));
	d->values = mem_resize(d->values, (size_t)d->n_slots / 2 * d->value_bytes + 1);
	for (uint32_t i = 0; i < n_old; i++) {
		if (old[i].hash != 0)
			*free_slot(d, old[i].hash) = old[i];
	}
	free(old);
}

/* Hashes whose rank is at most the least register change nothing: their leading bits tell. */
__attribute__((noinline)) static void find_dull(struct profile_distinct *d)
{
	uint8_t least = UINT8_MAX;
	d->n_least = 0;
	for (size_t i = 0; i < PROFILE_REGISTERS; i++)
		least = d->registers[i] < least ? d->registers[i] : least;
	for (size_t i = 0; i < PROFILE_REGISTERS; i++)
		d->n_least += d->registers[i] == least ? 1 : 0;
	d->least = least;
	d->dull = least == 0 ? 0 : ~(~UINT64_C(0) >> least) >> PROFILE_REGISTER_BITS;
}

static inline void raise_register(struct profile_distinct *d, uint64_t hash)
{
	const uint64_t rest = hash << PROFILE_REGISTER_BITS;
	const uint8_t rank =
	    rest == 0 ? (uint8_t)(PROFILE_RANKS - 1) : (uint8_t)(__builtin_clzll(rest) + 1);
	uint8_t *r = &d->registers[hash >> (64 - PROFILE_REGISTER_BITS)];
	if (rank <= *r)
		return;
	d->n_least -= *r == d->least ? 1 : 0;
	*r = rank;
	if (d->n_least == 0)
		find_dull(d);
}

static void turn(struct profile_distinct *d)
{
	d->registers = mem_alloc(PROFILE_REGISTERS);
	d->least = 0;
	d->n_least = PROFILE_REGISTERS;
	for (uint32_t i = 0; i < d->n_slots; i++) {
		if (d->slots[i].hash != 0)
			raise_register(d, d->slots[i].hash);
	}
	free(d->slots);
	free(d->values);
	d->slots = NULL;
	d->values = NULL;
	d->n = 0;
	d->n_slots = 0;
}

void *profile_distinct_put(struct profile_distinct *d, uint64_t hash, int64_t count)
{
	hash += hash == 0 ? 1 : 0;
	struct profile_slot *slot = d->registers != NULL ? NULL : profile_distinct_find(d, hash);
	if (slot != NULL) {
		slot->count += count;
		return NULL;
	}
	if (d->registers == NULL && d->n == d->cap)
		turn(d);
	if (d->registers != NULL) {
		raise_register(d, hash);
		return NULL;
	}
	if (d->n >= d->n_slots / 2)
		grow(d);
	*free_slot(d, hash) = (struct profile_slot){ hash, count, d->n, 0 };
	return d->values + (size_t)d->n++ * d->value_bytes;
}

/* The dull ones go first: nobody could foretell a branch on them. */
void profile_distinct_count(struct profile_distinct *d, uint64_t *hashes, size_t n)
{
	size_t left = 0;
	for (size_t i = 0; i < n; i++) {
		hashes[left] = hashes[i] + (hashes[i] == 0 ? 1 : 0);
		left += (hashes[i] & d->dull) == 0 ? 1 : 0;
	}
	for (size_t i = 0; i < left; i++)
		raise_register(d, hashes[i]);
}

void profile_distinct_follow(struct profile_distinct *d, const struct profile_distinct *before)
{
	if (before->registers == NULL)
		return;
	turn(d);
	memcpy(d->registers, before->registers, PROFILE_REGISTERS);
	find_dull(d);
}

void profile_distinct_merge(struct profile_distinct *d, const struct profile_distinct *other)
{
	if (other->registers != NULL && d->registers == NULL)
		turn(d);
	for (size_t i = 0; other->registers != NULL && i < PROFILE_REGISTERS; i++) {
		if (other->registers[i] > d->registers[i])
			d->registers[i] = other->registers[i];
	}
	for (uint32_t i = 0; i < other->n_slots; i++) {
		const struct profile_slot *slot = &other->slots[i];
		if (slot->hash == 0)
			continue;
		void *value = profile_distinct_put(d, slot->hash, slot->count);
		if (value == NULL)
			continue;
		memcpy(value, profile_distinct_value(other, slot), d->value_bytes);
		profile_distinct_find(d, slot->hash)->tag = slot->tag;
	}
	if (d->registers != NULL)
		find_dull(d);
}

/* Ertl's corrections for registers that were never hit and that cannot rise further. */
static double sigma(double x)
{
	double y = 1;
	double z = x;
	double before;
	if (x == 1.0)
		return INFINITY;
	do {
		x *= x;
		before = z;
		z += x * y;
		y += y;
	} while (z != before);
	return z;
}

static double tau(double x)
{
	double y = 1;
	double z = 1 - x;
	double before;
	if (x == 0.0 || x == 1.0)
		return 0;
	do {
		x = sqrt(x);
		before = z;
		y *= 0.5;
		z -= (1 - x) * (1 - x) * y;
	} while (z != before);
	return z / 3;
}

int64_t profile_distinct_estimate(const struct profile_distinct *d)
{
	if (d->registers == NULL)
		return d->n;
	const double m = PROFILE_REGISTERS;
	int of_rank[PROFILE_RANKS] = { 0 };
	for (size_t i = 0; i < PROFILE_REGISTERS; i++)
		of_rank[d->registers[i]]++;
	double z = m * tau(1 - of_rank[PROFILE_RANKS - 1] / m);
	for (int k = PROFILE_RANKS - 2; k >= 1; k--)
		z = 0.5 * (z + of_rank[k]);
	z += m * sigma(of_rank[0] / m);
	return (int64_t)llround(m * m / (2 * M_LN2 * z));
}
