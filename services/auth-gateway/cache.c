/* SPDX-License-Identifier: Apache-2.0 */
/* cache - sessions by the hash of their cookie. */
#include "cache.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Keys are SHA-256 already: any four bytes of them are a hash. */
#define HASH_FUNCTION(key, key_n, hashv) memcpy(&(hashv), (key), sizeof(hashv))
#include <uthash.h>

#include "base/clock.h"
#include "base/mem.h"

struct entry {
	uint8_t hash[SECRET_HASH_BYTES]; /* key */
	struct session *session;         /* a reference */
	int64_t read_at_ms;              /* monotonic */
	bool refreshing;                 /* somebody was told to read it again */
	int64_t credit;                  /* thousandths of a request left */
	int64_t credit_at_ms;            /* monotonic: when credit was right */
	UT_hash_handle hh;
};

struct cache {
	pthread_mutex_t lock;
	struct entry *entries; /* in the order they were read */
	size_t max;
	int64_t rate_per_s;
	int64_t drops; /* cache_stamp */
};

struct cache *cache_new(size_t max, int64_t rate_per_s)
{
	struct cache *c = mem_alloc(sizeof(*c));
	pthread_mutex_init(&c->lock, NULL);
	c->max = max;
	c->rate_per_s = rate_per_s;
	return c;
}

static void entry_remove(struct cache *c, struct entry *e)
{
	HASH_DEL(c->entries, e);
	session_unref(&e->session);
	free(e);
}

void cache_free(struct cache **c)
{
	struct cache *old = *c;
	*c = NULL;
	if (old == NULL)
		return;
	while (old->entries != NULL)
		entry_remove(old, old->entries);
	pthread_mutex_destroy(&old->lock);
	free(old);
}

static struct entry *entry_find(struct cache *c, const uint8_t *hash)
{
	struct entry *e = NULL;
	HASH_FIND(hh, c->entries, hash, SECRET_HASH_BYTES, e);
	return e;
}

/* Token bucket: fills with rate_per_s, holds two seconds' worth. */
static bool is_too_often(const struct cache *c, struct entry *e, int64_t now_ms)
{
	if (c->rate_per_s == 0)
		return false;
	const int64_t full = 2 * 1000 * c->rate_per_s;
	const int64_t waited_ms = now_ms - e->credit_at_ms;
	const int64_t credit = waited_ms >= 2000 ? full : e->credit + waited_ms * c->rate_per_s;
	e->credit = credit < full ? credit : full;
	e->credit_at_ms = now_ms;
	if (e->credit < 1000)
		return true;
	e->credit -= 1000;
	return false;
}

struct session *cache_find(struct cache *c, const uint8_t *hash, struct cache_hint *out)
{
	const int64_t now_ms = clock_mono_ms();
	struct session *found = NULL;
	struct cache_hint hint = { 0 };
	pthread_mutex_lock(&c->lock);
	struct entry *e = entry_find(c, hash);
	if (e != NULL && now_ms - e->read_at_ms <= CACHE_FRESH_MS) {
		found = session_ref(e->session);
		hint.too_often = is_too_often(c, e, now_ms);
		hint.refresh = !e->refreshing && now_ms - e->read_at_ms >= CACHE_REFRESH_MS;
		e->refreshing = e->refreshing || hint.refresh;
	}
	pthread_mutex_unlock(&c->lock);
	*out = hint;
	return found;
}

int64_t cache_stamp(struct cache *c)
{
	pthread_mutex_lock(&c->lock);
	const int64_t stamp = c->drops;
	pthread_mutex_unlock(&c->lock);
	return stamp;
}

/* The entry of a hash, taken out of the order or new with full credit. */
static struct entry *entry_take(struct cache *c, const uint8_t *hash, int64_t now_ms)
{
	struct entry *e = entry_find(c, hash);
	if (e != NULL) {
		HASH_DEL(c->entries, e);
		session_unref(&e->session);
		return e;
	}
	if (HASH_COUNT(c->entries) >= c->max)
		entry_remove(c, c->entries);
	e = mem_alloc(sizeof(*e));
	memcpy(e->hash, hash, SECRET_HASH_BYTES);
	e->credit = 2 * 1000 * c->rate_per_s;
	e->credit_at_ms = now_ms;
	return e;
}

void cache_put(
    struct cache *c, const uint8_t *hash, struct session *s, int64_t stamp, int64_t read_at_ms)
{
	pthread_mutex_lock(&c->lock);
	if (stamp == c->drops) {
		struct entry *e = entry_take(c, hash, read_at_ms);
		e->session = session_ref(s);
		e->read_at_ms = read_at_ms;
		e->refreshing = false;
		HASH_ADD(hh, c->entries, hash, SECRET_HASH_BYTES, e);
	}
	pthread_mutex_unlock(&c->lock);
}

void cache_drop(struct cache *c, const uint8_t *hash)
{
	pthread_mutex_lock(&c->lock);
	c->drops++;
	struct entry *e = entry_find(c, hash);
	if (e != NULL)
		entry_remove(c, e);
	pthread_mutex_unlock(&c->lock);
}

size_t cache_count(struct cache *c)
{
	pthread_mutex_lock(&c->lock);
	const size_t n = HASH_COUNT(c->entries);
	pthread_mutex_unlock(&c->lock);
	return n;
}
