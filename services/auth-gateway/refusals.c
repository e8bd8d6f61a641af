/* SPDX-License-Identifier: Apache-2.0 */
/* refusals - how often strangers were turned away, per address. */
#include "refusals.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HASH_FUNCTION HASH_FNV /* the default one falls through cases without saying so */
#include <uthash.h>

#include "base/mem.h"
#include "store.h"

enum { ADDRESS_BYTES = 64 };

struct count {
	char address[ADDRESS_BYTES]; /* key */
	int64_t n;
	UT_hash_handle hh;
};

struct refusals {
	pthread_mutex_t lock;
	struct count *counts;
	size_t max;
};

struct refusals *refusals_new(size_t max)
{
	struct refusals *r = mem_alloc(sizeof(*r));
	pthread_mutex_init(&r->lock, NULL);
	r->max = max;
	return r;
}

static void counts_free(struct count **counts)
{
	struct count *c;
	struct count *next;
	HASH_ITER(hh, *counts, c, next)
	{
		HASH_DEL(*counts, c);
		free(c);
	}
}

void refusals_free(struct refusals **r)
{
	struct refusals *old = *r;
	*r = NULL;
	if (old == NULL)
		return;
	counts_free(&old->counts);
	pthread_mutex_destroy(&old->lock);
	free(old);
}

static void add(struct refusals *r, const char *address, int64_t n)
{
	char key[ADDRESS_BYTES];
	snprintf(key, sizeof(key), "%s", address);
	struct count *c = NULL;
	HASH_FIND_STR(r->counts, key, c);
	if (c == NULL && HASH_COUNT(r->counts) >= r->max) {
		snprintf(key, sizeof(key), "others");
		HASH_FIND_STR(r->counts, key, c);
	}
	if (c == NULL) {
		c = mem_alloc(sizeof(*c));
		memcpy(c->address, key, sizeof(key));
		HASH_ADD_STR(r->counts, address, c);
	}
	c->n += n;
}

void refusals_count(struct refusals *r, const char *address)
{
	pthread_mutex_lock(&r->lock);
	add(r, address, 1);
	pthread_mutex_unlock(&r->lock);
}

/* Put back what a failed flush could not write. */
static void keep(struct refusals *r, struct count *counts)
{
	pthread_mutex_lock(&r->lock);
	for (struct count *c = counts; c != NULL; c = c->hh.next)
		add(r, c->address, c->n);
	pthread_mutex_unlock(&r->lock);
}

int refusals_flush(struct refusals *r, struct db *db, struct err *err)
{
	pthread_mutex_lock(&r->lock);
	struct count *counts = r->counts;
	r->counts = NULL;
	pthread_mutex_unlock(&r->lock);

	int result = 0;
	while (counts != NULL && result == 0) {
		struct count *c = counts;
		result = store_refusals_add(db, c->address, c->n, err);
		if (result == 0) {
			HASH_DEL(counts, c);
			free(c);
		}
	}
	keep(r, counts);
	counts_free(&counts);
	return result;
}

int64_t refusals_total(struct refusals *r)
{
	int64_t total = 0;
	pthread_mutex_lock(&r->lock);
	for (struct count *c = r->counts; c != NULL; c = c->hh.next)
		total += c->n;
	pthread_mutex_unlock(&r->lock);
	return total;
}
