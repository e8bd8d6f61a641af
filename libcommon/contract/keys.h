/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keys - unique, primary and foreign keys of any number of rows in a fixed amount of memory.
 *
 * Keys are judged among the rows that are otherwise good, each key for itself. Pass 1 checks the
 * whole file and adds, for every good row, the 128-bit hash of each of its keys
 * (contract_keys_hash); the rows a foreign key points to are added as references. finish sorts
 * them, in memory or, past the budget, in files that have no name, and leaves the list of
 * violations in the order of rows: every one, each with the row that holds the value. Pass 2 checks
 * the file again and refuses those rows.
 *
 *	struct contract_keys *k = contract_keys_new(&conf);
 *	n = contract_keys_hash(&columns, batch, values);         (pass 1, any thread)
 *	contract_keys_add(k, 0, values, n, err);
 *	contract_keys_finish(k, err);                             (one thread)
 *	contract_keys_seek(k, first_row, &at, err);               (pass 2, any thread)
 *	contract_keys_read(k, at, found, ARRAY_SIZE(found), &n, err);
 *
 * The list depends on the rows alone, not on threads, budget or the order of adding. Of two rows
 * with the same key the later is the violation. A row that breaks key A still holds its
 * value of key B: what one key refuses acquits no row under another.
 *
 * Two different keys are taken for one only when their hashes meet: less than 1 in 10^18 for 10^10
 * rows. Source: external merge sort, Knuth vol. 3, 5.4; the hash is XXH3.
 */
#ifndef CONTRACT_KEYS_H
#define CONTRACT_KEYS_H

#include "base/err.h"

enum {
	CONTRACT_KEYS_BYTES = 8 << 20,      /* memory of all keys of a check, unless set */
	CONTRACT_KEYS_MIN_BYTES = 64 << 10, /* least that may be set */
	CONTRACT_MAX_KEYS = 64,             /* keys of one contract */
};

/* Largest row number. */
#define CONTRACT_KEYS_MAX_ROW ((INT64_C(1) << 48) - 1)

enum contract_key_kind {
	CONTRACT_KEY_UNIQUE,  /* and primary: a value stands in one row only */
	CONTRACT_KEY_FOREIGN, /* a value is among the references */
};

struct contract_keys_conf {
	const char *dir;     /* where it may spill; copied; files there have no name */
	size_t memory_bytes; /* 0 = CONTRACT_KEYS_BYTES */
	const enum contract_key_kind *kinds; /* of each key; copied */
	size_t n_keys;                       /* 1..CONTRACT_MAX_KEYS */
};

/* The key of one row. */
struct contract_key_value {
	uint64_t hi, lo; /* hash of the typed values */
	int64_t row; /* 1-based data row, at most CONTRACT_KEYS_MAX_ROW; ignored in references */
};

/* A row that breaks a key. */
struct contract_violation {
	int64_t row;
	int64_t other; /* the first row with this value; 0 = held outside the file (a reference), or
			  the key is a foreign one */
	uint32_t key;  /* index into conf.kinds */
};

struct contract_keys;

/* contract_keys_new - new, empty; no file is made before memory is full. Owner: caller. */
struct contract_keys *contract_keys_new(const struct contract_keys_conf *conf) MUST_CHECK;

/* contract_keys_free - give memory and files back, *k becomes NULL; at any time no other thread
 * uses it. */
void contract_keys_free(struct contract_keys **k);

/*
 * contract_keys_add - the key values of n rows. Any thread, before contract_keys_finish.
 *
 * key     index into conf.kinds
 * values  each row at most once for each key; rows exempt by a null are left out; borrowed
 *
 * Errors  ERR_NO_SPACE     the disk is full; everything so far is lost, and so for all later calls
 *         ERR_UNAVAILABLE  the disk failed, likewise
 * Cost    a copy under a lock for most calls; a chunk is sorted and written when memory is full
 */
int contract_keys_add(struct contract_keys *k, uint32_t key,
    const struct contract_key_value *values, size_t n, struct err *err) MUST_CHECK;

/*
 * contract_keys_reference - n values a foreign key may point to, in any order, as often as they
 * come; for a unique key, values that rows outside the file hold already. Otherwise as
 * contract_keys_add.
 *
 * Errors  ERR_NO_SPACE, ERR_UNAVAILABLE  as contract_keys_add
 */
int contract_keys_reference(struct contract_keys *k, uint32_t key,
    const struct contract_key_value *values, size_t n, struct err *err) MUST_CHECK;

/*
 * contract_keys_finish - judge what was added. Once, by one thread, when no other adds.
 *
 * Errors  ERR_NO_SPACE, ERR_UNAVAILABLE  as contract_keys_add
 * Cost    a merge of everything added, one pass over it for each factor of 127 beyond memory
 */
int contract_keys_finish(struct contract_keys *k, struct err *err) MUST_CHECK;

/* contract_keys_total - all violations, after contract_keys_finish. */
uint64_t contract_keys_total(const struct contract_keys *k);

/* contract_keys_count - violations of one key, after contract_keys_finish. */
uint64_t contract_keys_count(const struct contract_keys *k, uint32_t key);

/* contract_keys_spilled_bytes - bytes written to the disk so far; 0 = all fitted into memory. */
uint64_t contract_keys_spilled_bytes(const struct contract_keys *k);

/*
 * contract_keys_seek - place in the list of the first violation with this row or a later one. Any
 * thread, after contract_keys_finish.
 *
 * Returns 0; *out_at is contract_keys_total when there is none.
 * Errors  ERR_UNAVAILABLE  the disk failed
 * Cost    a binary search, on the disk when the list is there
 */
int contract_keys_seek(
    const struct contract_keys *k, int64_t row, uint64_t *out_at, struct err *err) MUST_CHECK;

/*
 * contract_keys_read - violations from a place in the list on, in the order of row, then key. Any
 * thread, after contract_keys_finish.
 *
 * out, cap  room for them
 * out_n     how many were read: cap, or what is left of the list
 *
 * Errors  ERR_UNAVAILABLE  the disk failed
 */
int contract_keys_read(const struct contract_keys *k, uint64_t at, struct contract_violation *out,
    size_t cap, size_t *out_n, struct err *err) MUST_CHECK;

#endif
