/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keys_sort - sort any number of records in a fixed amount of memory.
 *
 * Records are gathered in chunks; when all are full, one is sorted and written as a run, by the
 * thread that needs room, while others go on adding. Runs are kept by size and the smallest are
 * merged first, so that a record is written about once for each factor of KEYS_SORT_WINDOWS
 * between the file and the memory. What fits into half of the memory never touches the disk.
 *
 *	struct keys_sort *s = keys_sort_new(dir, 8 << 20);
 *	keys_sort_add(s, records, n, err);                (any thread)
 *	keys_sort_finish(s, 4 << 20, err);                (from here on one thread)
 *	while ((rc = keys_sort_next(s, &r, err)) == 1) ...
 *	keys_sort_free(&s);
 *
 * The first failure is kept: every later call returns it.
 */
#ifndef CONTRACT_KEYS_SORT_H
#define CONTRACT_KEYS_SORT_H

#include "base/err.h"
#include "contract/keys_order.h"

enum {
	KEYS_SORT_MIN_BYTES = 32 << 10, /* least memory */
	KEYS_SORT_WINDOWS = 128, /* runs of a merge, when the memory lets each have 1.5 KiB */
};

struct keys_sort;

/*
 * keys_sort_new - new, empty.
 *
 * dir           of the spill file, which is made when memory is full; copied
 * memory_bytes  for everything until keys_sort_finish, at least KEYS_SORT_MIN_BYTES
 */
struct keys_sort *keys_sort_new(const char *dir, size_t memory_bytes) MUST_CHECK;

/* keys_sort_free - give memory and file back, *s becomes NULL. */
void keys_sort_free(struct keys_sort **s);

/*
 * keys_sort_add - n records, in any order. Any thread.
 *
 * Errors  ERR_NO_SPACE     the disk is full
 *         ERR_UNAVAILABLE  the disk failed
 */
int keys_sort_add(
    struct keys_sort *s, const struct keys_record *r, size_t n, struct err *err) MUST_CHECK;

/*
 * keys_sort_finish - no more records come; make ready to read them in order.
 *
 * memory_bytes  for everything from here on, at least KEYS_SORT_MIN_BYTES
 *
 * Errors  ERR_NO_SPACE, ERR_UNAVAILABLE  as keys_sort_add
 */
int keys_sort_finish(struct keys_sort *s, size_t memory_bytes, struct err *err) MUST_CHECK;

/*
 * keys_sort_next - the next record in order, after keys_sort_finish.
 *
 * Returns 1, 0 when there is none, -1 failed.
 * Errors  ERR_UNAVAILABLE  the disk failed
 */
int keys_sort_next(struct keys_sort *s, struct keys_record *out, struct err *err) MUST_CHECK;

/* keys_sort_spilled_bytes - written so far, merges included. */
uint64_t keys_sort_spilled_bytes(struct keys_sort *s);

#endif
