/* SPDX-License-Identifier: Apache-2.0 */
/* backoff - capped exponential waiting with full jitter. */
#ifndef KIT_BACKOFF_H
#define KIT_BACKOFF_H

#include "base/macros.h"

struct backoff {
	int64_t first_ms; /* upper bound of the first wait, > 0 */
	int64_t cap_ms;   /* upper bound of any wait */
	int attempt;      /* waits so far */
};

/* backoff_next_ms - how long to wait now: uniform in [bound/2, bound], bound doubling up to the
 * cap. */
int64_t backoff_next_ms(struct backoff *b);

/* backoff_reset - after a success. */
void backoff_reset(struct backoff *b);

#endif
