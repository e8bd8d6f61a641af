/* SPDX-License-Identifier: Apache-2.0 */
/* arena - memory of one request or one task, given back in one call. */
#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/die.h"
#include "base/mem.h"

enum { ALIGN_BYTES = 16, FIRST_BLOCK_BYTES = 2048, MAX_BLOCK_BYTES = 65536 };

struct block {
	struct block *next; /* older block */
	size_t size;        /* bytes of data[] */
	size_t used;
	_Alignas(ALIGN_BYTES) uint8_t data[];
};

struct deferred {
	struct deferred *next; /* registered earlier */
	arena_defer_fn fn;
	void *ptr;
};

struct arena {
	struct block *blocks;      /* newest first */
	struct deferred *deferred; /* newest first */
	size_t used;               /* bytes handed out */
	size_t cap;
	size_t next_block; /* size of the next ordinary block */
};

struct arena *arena_new(size_t cap_bytes)
{
	ASSERT(cap_bytes >= 4096 && cap_bytes <= (size_t)1 << 30);
	struct arena *a = mem_alloc(sizeof(*a));
	a->cap = cap_bytes;
	a->next_block = FIRST_BLOCK_BYTES;
	return a;
}

void arena_free(struct arena **a)
{
	if (a == NULL || *a == NULL)
		return;
	for (struct deferred *d = (*a)->deferred; d != NULL; d = d->next)
		d->fn(d->ptr);
	for (struct block *b = (*a)->blocks, *next; b != NULL; b = next) {
		next = b->next;
		free(b);
	}
	free(*a);
	*a = NULL;
}

static struct block *add_block(struct arena *a, size_t need)
{
	const size_t size = need > a->next_block ? need : a->next_block;
	struct block *b = mem_alloc(sizeof(*b) + size);
	b->size = size;
	b->next = a->blocks;
	a->blocks = b;
	if (a->next_block < MAX_BLOCK_BYTES)
		a->next_block *= 2;
	return b;
}

/* Blocks come zeroed and bytes are handed out once, so nothing is cleared here. */
static void *take(struct arena *a, size_t n)
{
	const size_t need = (n + ALIGN_BYTES - 1) & ~(size_t)(ALIGN_BYTES - 1);
	struct block *b = a->blocks;
	if (b == NULL || b->size - b->used < need)
		b = add_block(a, need);
	void *p = b->data + b->used;
	b->used += need;
	a->used += need;
	return p;
}

static bool fits(const struct arena *a, size_t n)
{
	return n <= a->cap && a->used <= a->cap - n;
}

void *arena_alloc(struct arena *a, size_t n)
{
	if (!fits(a, n))
		bug("arena of %zu bytes is full: %zu used, %zu wanted", a->cap, a->used, n);
	return take(a, n > 0 ? n : 1);
}

int arena_try(struct arena *a, size_t n, void **out_p, struct err *err)
{
	if (!fits(a, n))
		return err_set(err, ERR_TOO_LARGE, "more than %zu bytes for one request", a->cap);
	*out_p = take(a, n > 0 ? n : 1);
	return 0;
}

char *arena_dup(struct arena *a, const char *s)
{
	return s == NULL ? NULL : arena_dup_n(a, s, strlen(s));
}

char *arena_dup_n(struct arena *a, const void *p, size_t n)
{
	char *out = arena_alloc(a, n + 1);
	if (n > 0)
		memcpy(out, p, n);
	return out;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	const int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	ASSERT(n >= 0);

	char *out = arena_alloc(a, (size_t)n + 1);
	va_start(ap, fmt);
	(void)vsnprintf(out, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return out;
}

void arena_defer(struct arena *a, arena_defer_fn fn, void *ptr)
{
	struct deferred *d = take(a, sizeof(*d));
	d->fn = fn;
	d->ptr = ptr;
	d->next = a->deferred;
	a->deferred = d;
}

size_t arena_used(const struct arena *a)
{
	return a->used;
}
