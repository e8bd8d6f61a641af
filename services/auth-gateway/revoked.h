/* SPDX-License-Identifier: Apache-2.0 */
/*
 * revoked - hears on RING_AUTH which sessions ended on another replica and drops them from the
 * cache. Only a doorbell: without Redis a revocation is felt when the entry is a second old
 * (cache.h).
 */
#ifndef AUTH_GATEWAY_REVOKED_H
#define AUTH_GATEWAY_REVOKED_H

#include "cache.h"
#include "kit/svc.h"

struct revoked;

/* revoked_start - a thread that follows the stream; both are borrowed until revoked_stop. */
struct revoked *revoked_start(struct svc *svc, struct cache *cache) MUST_CHECK;

/* revoked_stop - end and join the thread; sets *r to NULL; accepts NULL inside. */
void revoked_stop(struct revoked **r);

/* revoked_tell - drop a session here and tell the other replicas. */
void revoked_tell(struct svc *svc, struct cache *cache, const uint8_t *hash);

#endif
