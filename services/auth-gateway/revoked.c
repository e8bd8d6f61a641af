/* SPDX-License-Identifier: Apache-2.0 */
/* revoked - hears on RING_AUTH which sessions ended on another replica. */
#include "revoked.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/die.h"
#include "base/mem.h"
#include "base/text.h"
#include "kit/backoff.h"

enum { REVOKED_WAIT_MS = 500, REVOKED_BATCH = 64 };

struct revoked {
	struct cache *cache; /* borrowed */
	struct ring *ring;   /* this thread's own connection */
	pthread_t thread;
	atomic_bool stopping;
};

static void drop(struct revoked *r, const struct ring_msg *m)
{
	uint8_t hash[SECRET_HASH_BYTES];
	size_t n;
	if (text_unbase64(m->subject, strlen(m->subject), hash, sizeof(hash), &n) == 0 &&
	    n == sizeof(hash))
		cache_drop(r->cache, hash);
}

static void wait_ms(int64_t ms)
{
	const struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };
	nanosleep(&t, NULL);
}

static void *follow(void *arg)
{
	struct revoked *r = arg;
	struct backoff away = { .first_ms = 50, .cap_ms = 500 };
	struct ring_msg *messages = mem_array(REVOKED_BATCH, sizeof(*messages));
	while (!atomic_load(&r->stopping)) {
		struct err err = { 0 };
		size_t n = 0;
		if (ring_follow(r->ring, RING_AUTH, REVOKED_WAIT_MS, messages, REVOKED_BATCH, &n,
			&err) != 0) {
			wait_ms(backoff_next_ms(&away));
			continue;
		}
		backoff_reset(&away);
		for (size_t i = 0; i < n; i++)
			drop(r, &messages[i]);
	}
	free(messages);
	return NULL;
}

struct revoked *revoked_start(struct svc *svc, struct cache *cache)
{
	struct revoked *r = mem_alloc(sizeof(*r));
	r->cache = cache;
	r->ring = ring_new(svc_ring_conf(svc));
	if (pthread_create(&r->thread, NULL, follow, r) != 0)
		bug("no thread to follow revocations");
	return r;
}

void revoked_stop(struct revoked **r)
{
	struct revoked *old = *r;
	*r = NULL;
	if (old == NULL)
		return;
	atomic_store(&old->stopping, true);
	pthread_join(old->thread, NULL);
	ring_free(&old->ring);
	free(old);
}

void revoked_tell(struct svc *svc, struct cache *cache, const uint8_t *hash)
{
	struct ring_msg m = { 0 };
	cache_drop(cache, hash);
	text_base64url(hash, SECRET_HASH_BYTES, m.subject);
	svc_ring_put(svc, RING_AUTH, &m);
}
