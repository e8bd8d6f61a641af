/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cache - sessions by the hash of their cookie, so that a decision costs no round trip.
 *
 * An entry answers for CACHE_FRESH_MS after it was read from the database and not a moment longer:
 * that is how soon a sign-out, a lost role or a disabled person is felt even when Redis is away.
 * From CACHE_REFRESH_MS on, one caller is told to read it again in the background, so a busy
 * session never waits. Bounded: past the limit the one read longest ago goes. Each entry carries
 * the session's rate limit, which outlives the readings. Any thread.
 */
#ifndef AUTH_GATEWAY_CACHE_H
#define AUTH_GATEWAY_CACHE_H

#include "session.h"

enum { CACHE_FRESH_MS = 1000, CACHE_REFRESH_MS = 500 };

struct cache;

/* What cache_find says besides the session. */
struct cache_hint {
	bool refresh;   /* read this session again in the background; said to one caller only */
	bool too_often; /* this request is over the session's rate */
};

/*
 * cache_new - new empty cache.
 *
 * max          most entries, > 0
 * rate_per_s   requests a second for each session, with two seconds' worth at once; 0 = no limit
 */
struct cache *cache_new(size_t max, int64_t rate_per_s) MUST_CHECK;

/* cache_free - free all; sets *c to NULL; accepts NULL inside. */
void cache_free(struct cache **c);

/* cache_find - a fresh session with a reference for the caller, or NULL. Counts against its rate.
 */
struct session *cache_find(struct cache *c, const uint8_t *hash, struct cache_hint *out);

/* cache_stamp - to be taken before a session is read; cache_put drops what is older than a drop. */
int64_t cache_stamp(struct cache *c);

/*
 * cache_put - keep what was read; takes a reference of its own.
 *
 * stamp       cache_stamp from before the reading: when something was dropped since, nothing is
 * kept, so a revocation cannot be overtaken by an older reading read_at_ms  monotonic clock from
 * before the reading
 */
void cache_put(
    struct cache *c, const uint8_t *hash, struct session *s, int64_t stamp, int64_t read_at_ms);

/* cache_drop - forget a session now. */
void cache_drop(struct cache *c, const uint8_t *hash);

/* cache_count - entries, for metrics and tests. */
size_t cache_count(struct cache *c);

#endif
