/* SPDX-License-Identifier: Apache-2.0 */
/* backoff - capped exponential waiting with jitter. */
#include "kit/backoff.h"

#include <sys/random.h>

#include "base/die.h"

/* Uniform enough: the range is tiny beside 2^64. */
static int64_t random_up_to(int64_t n)
{
	uint64_t r = 0;
	if (getrandom(&r, sizeof(r), 0) != (ssize_t)sizeof(r))
		bug("getrandom failed");
	return (int64_t)(r % (uint64_t)(n + 1));
}

int64_t backoff_next_ms(struct backoff *b)
{
	ASSERT(b->first_ms > 0 && b->cap_ms >= b->first_ms);
	int64_t bound = b->first_ms;
	for (int i = 0; i < b->attempt && bound < b->cap_ms; i++)
		bound = bound > b->cap_ms / 2 ? b->cap_ms : bound * 2;
	b->attempt++;
	return bound - random_up_to(bound / 2);
}

void backoff_reset(struct backoff *b)
{
	b->attempt = 0;
}
