/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arena - memory of one request or one task, given back in one call.
 *
 * Blocks are chained; nothing is freed singly. arena_defer ties a foreign handle (cJSON, PGresult)
 *to the arena: its release runs in reverse order before the memory goes. An arena has a cap: sizes
 *that an outsider chooses go through arena_try, which refuses with ERR_TOO_LARGE; everything else
 *is bounded by the caps on bodies and buffers, so arena_alloc past the cap is a bug and aborts.
 *
 *	struct arena *a = arena_new(LIMIT_REQUEST_ARENA_BYTES);
 *	char *key = arena_printf(a, "%s/%s", domain, id);
 *	arena_defer(a, free_json, doc);
 *	arena_free(&a);
 *
 * One thread at a time may use an arena. Source: the region allocators of NSD and nginx.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/err.h"

struct arena;

/* A release function for arena_defer. */
typedef void (*arena_defer_fn)(void *ptr);

/*
 * arena_new - new empty arena; the first block is taken when first used.
 *
 * cap_bytes  most bytes all allocations together may take, 4096..1 GiB
 */
struct arena *arena_new(size_t cap_bytes) MUST_CHECK;

/* arena_free - run the deferred releases in reverse, give all memory back, set *a to NULL. */
void arena_free(struct arena **a);

/* arena_alloc - n zeroed bytes aligned for any type, valid as long as a; past the cap aborts. */
void *arena_alloc(struct arena *a, size_t n) MUST_CHECK;

/*
 * arena_try - arena_alloc for a size that came from outside.
 *
 * out_p  written only on success
 *
 * Errors  ERR_TOO_LARGE  the cap would be passed; tell the caller the limit
 */
int arena_try(struct arena *a, size_t n, void **out_p, struct err *err) MUST_CHECK;

/* arena_dup - copy of a NUL-terminated string; NULL gives NULL. */
char *arena_dup(struct arena *a, const char *s);

/* arena_dup_n - copy of n bytes with a NUL behind. */
char *arena_dup_n(struct arena *a, const void *p, size_t n);

/* arena_printf - formatted string of any length within the cap. */
char *arena_printf(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* arena_defer - call fn(ptr) when the arena is freed; later ones first. */
void arena_defer(struct arena *a, arena_defer_fn fn, void *ptr);

/* arena_used - bytes handed out so far, for limits and tests. */
size_t arena_used(const struct arena *a);

#endif
