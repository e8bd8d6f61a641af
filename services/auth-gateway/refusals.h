/* SPDX-License-Identifier: Apache-2.0 */
/*
 * refusals - how often strangers were turned away, per address: counted in memory, added to the
 * database each few seconds. Bounded: addresses past the limit count together as "others". Any
 * thread.
 */
#ifndef AUTH_GATEWAY_REFUSALS_H
#define AUTH_GATEWAY_REFUSALS_H

#include "kit/db.h"

struct refusals;

/* refusals_new - new empty counts of at most max addresses. */
struct refusals *refusals_new(size_t max) MUST_CHECK;

/* refusals_free - free; what was not flushed is gone; sets *r to NULL; accepts NULL inside. */
void refusals_free(struct refusals **r);

/* refusals_count - one more for this address (cut at 63 bytes). */
void refusals_count(struct refusals *r, const char *address);

/*
 * refusals_flush - add what was counted to the database and start at zero.
 *
 * Errors  as kit/db.h; counts not written are kept for the next flush
 */
int refusals_flush(struct refusals *r, struct db *db, struct err *err) MUST_CHECK;

/* refusals_total - refusals not flushed yet. */
int64_t refusals_total(struct refusals *r);

#endif
