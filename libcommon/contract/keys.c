/* SPDX-License-Identifier: Apache-2.0 */
/* keys - unique, primary and foreign keys: sort by hash, judge groups, sort the violations by row.
 */
#include "contract/keys.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/die.h"
#include "base/mem.h"
#include "contract/keys_file.h"
#include "contract/keys_sort.h"

/*
 * Memory: while adding all of it is the sort's. While judging each sort has a half. Then the sort
 * of violations keeps its half and the list is gathered in a quarter, which is the list itself when
 * it does not grow out of it.
 */
enum {
	ROW_BITS = 48,
	ADD_AT_ONCE = 128, /* records on the stack */
};

#define ROW_MASK ((UINT64_C(1) << ROW_BITS) - 1)

struct contract_keys {
	char *dir;
	size_t memory_bytes;
	enum contract_key_kind kinds[CONTRACT_MAX_KEYS];
	size_t n_keys;
	struct keys_sort *added;    /* hash, hash, key and row; NULL once judged */
	struct keys_sort *violated; /* row, key, other row; only in contract_keys_finish */
	uint64_t spilled;           /* of the sorts that are gone, and of the list */
	uint64_t counts[CONTRACT_MAX_KEYS];
	/* The list. */
	uint64_t total;
	struct keys_record *list; /* all of it, or NULL */
	int fd;                   /* where it is otherwise */
};

struct contract_keys *contract_keys_new(const struct contract_keys_conf *conf)
{
	ASSERT(conf->n_keys > 0 && conf->n_keys <= CONTRACT_MAX_KEYS);
	struct contract_keys *k = mem_alloc(sizeof(*k));
	k->dir = mem_dup(conf->dir);
	k->memory_bytes = conf->memory_bytes > 0 ? conf->memory_bytes : CONTRACT_KEYS_BYTES;
	ASSERT(k->memory_bytes >= CONTRACT_KEYS_MIN_BYTES);
	memcpy(k->kinds, conf->kinds, conf->n_keys * sizeof(*conf->kinds));
	k->n_keys = conf->n_keys;
	k->added = keys_sort_new(k->dir, k->memory_bytes);
	k->fd = -1;
	return k;
}

void contract_keys_free(struct contract_keys **k)
{
	if (*k == NULL)
		return;
	keys_sort_free(&(*k)->added);
	keys_sort_free(&(*k)->violated);
	if ((*k)->fd >= 0)
		(void)close((*k)->fd);
	free((*k)->list);
	free((*k)->dir);
	free(*k);
	*k = NULL;
}

/* Row 0 is a reference: it sorts before the rows with its value. */
static int add(struct contract_keys *k, uint32_t key, const struct contract_key_value *v, size_t n,
    bool reference, struct err *err)
{
	ASSERT(key < k->n_keys && k->added != NULL);
	struct keys_record r[ADD_AT_ONCE];
	while (n > 0) {
		size_t i = 0;
		for (; i < ADD_AT_ONCE && i < n; i++) {
			const uint64_t row = reference ? 0 : (uint64_t)v[i].row;
			ASSERT(row <= ROW_MASK && (row > 0 || reference));
			r[i] = (struct keys_record){ v[i].hi, v[i].lo,
				(uint64_t)key << ROW_BITS | row };
		}
		if (keys_sort_add(k->added, r, i, err) != 0)
			return err_wrap(err, "keys");
		v += i;
		n -= i;
	}
	return 0;
}

int contract_keys_add(struct contract_keys *k, uint32_t key,
    const struct contract_key_value *values, size_t n, struct err *err)
{
	return add(k, key, values, n, false, err);
}

int contract_keys_reference(struct contract_keys *k, uint32_t key,
    const struct contract_key_value *values, size_t n, struct err *err)
{
	return add(k, key, values, n, true, err);
}

/* --- judging ------------------------------------------------------------------------------ */

/* The rows that have one value of one key. */
struct group {
	struct keys_record first; /* of the least row; c has the key, too */
	bool open;
};

static bool is_member(const struct group *g, const struct keys_record *r)
{
	return g->open && g->first.a == r->a && g->first.b == r->b &&
	       g->first.c >> ROW_BITS == r->c >> ROW_BITS;
}

static int judge_one(
    struct contract_keys *k, struct group *g, const struct keys_record *r, struct err *err)
{
	const uint64_t key = r->c >> ROW_BITS;
	const bool first = !is_member(g, r);
	if (first)
		*g = (struct group){ *r, true };
	const uint64_t row = r->c & ROW_MASK;
	const uint64_t holder = g->first.c & ROW_MASK;
	const bool foreign = k->kinds[key] == CONTRACT_KEY_FOREIGN;
	if (row == 0 || (foreign ? holder == 0 : first))
		return 0;
	k->counts[key]++;
	k->total++;
	const struct keys_record v = { row, key, foreign ? 0 : holder };
	return keys_sort_add(k->violated, &v, 1, err);
}

static int judge(struct contract_keys *k, struct err *err)
{
	struct keys_record r;
	struct group g = { 0 };
	int rc = keys_sort_finish(k->added, k->memory_bytes / 2, err);
	while (rc == 0 && (rc = keys_sort_next(k->added, &r, err)) == 1)
		rc = judge_one(k, &g, &r, err);
	k->spilled += keys_sort_spilled_bytes(k->added);
	keys_sort_free(&k->added);
	return rc;
}

/* --- the list ----------------------------------------------------------------------------- */

static int write_list(
    struct contract_keys *k, uint64_t at, const struct keys_record *r, size_t n, struct err *err)
{
	if (k->fd < 0 && keys_file_open(k->dir, &k->fd, err) != 0)
		return -1;
	k->spilled += n * sizeof(*r);
	return keys_file_write(k->fd, at, r, n, err);
}

/* The violations in order go to k->list, and from there to the file when they are more. */
static int make_list(struct contract_keys *k, struct err *err)
{
	const size_t room = k->memory_bytes / 4 / sizeof(*k->list);
	uint64_t written = 0;
	size_t n = 0;
	int rc;
	k->list = mem_array(k->total < room ? (size_t)k->total : room, sizeof(*k->list));
	while ((rc = keys_sort_next(k->violated, &k->list[n], err)) == 1) {
		if (++n < room || written + n == k->total)
			continue;
		if (write_list(k, written, k->list, n, err) != 0)
			return -1;
		written += n;
		n = 0;
	}
	if (rc == 0 && written > 0) {
		rc = write_list(k, written, k->list, n, err);
		free(k->list);
		k->list = NULL;
	}
	return rc;
}

int contract_keys_finish(struct contract_keys *k, struct err *err)
{
	ASSERT(k->added != NULL);
	k->violated = keys_sort_new(k->dir, k->memory_bytes / 2);
	int rc = judge(k, err);
	if (rc == 0)
		rc = keys_sort_finish(k->violated, k->memory_bytes / 2, err);
	if (rc == 0)
		rc = make_list(k, err);
	k->spilled += keys_sort_spilled_bytes(k->violated);
	keys_sort_free(&k->violated);
	return rc == 0 ? 0 : err_wrap(err, "keys");
}

uint64_t contract_keys_total(const struct contract_keys *k)
{
	return k->total;
}

uint64_t contract_keys_count(const struct contract_keys *k, uint32_t key)
{
	ASSERT(key < k->n_keys);
	return k->counts[key];
}

uint64_t contract_keys_spilled_bytes(const struct contract_keys *k)
{
	return k->spilled + (k->added == NULL ? 0 : keys_sort_spilled_bytes(k->added));
}

static int read_list(
    const struct contract_keys *k, uint64_t at, struct keys_record *r, size_t n, struct err *err)
{
	if (k->list == NULL)
		return keys_file_read(k->fd, at, r, n, err);
	memcpy(r, k->list + at, n * sizeof(*r));
	return 0;
}

int contract_keys_seek(
    const struct contract_keys *k, int64_t row, uint64_t *out_at, struct err *err)
{
	ASSERT(k->added == NULL);
	uint64_t low = 0;
	uint64_t high = k->total;
	while (low < high) {
		struct keys_record r;
		const uint64_t middle = low + (high - low) / 2;
		if (read_list(k, middle, &r, 1, err) != 0)
			return err_wrap(err, "keys");
		if ((int64_t)r.a < row)
			low = middle + 1;
		else
			high = middle;
	}
	*out_at = low;
	return 0;
}

int contract_keys_read(const struct contract_keys *k, uint64_t at, struct contract_violation *out,
    size_t cap, size_t *out_n, struct err *err)
{
	ASSERT(k->added == NULL && at <= k->total);
	const uint64_t left = k->total - at;
	const size_t n = left < cap ? (size_t)left : cap;
	struct keys_record r[ADD_AT_ONCE];
	for (size_t done = 0; done < n;) {
		const size_t take = n - done < ADD_AT_ONCE ? n - done : ADD_AT_ONCE;
		if (read_list(k, at + done, r, take, err) != 0)
			return err_wrap(err, "keys");
		for (size_t i = 0; i < take; i++)
			out[done++] = (struct contract_violation){ (int64_t)r[i].a, (int64_t)r[i].c,
				(uint32_t)r[i].b };
	}
	*out_n = n;
	return 0;
}
