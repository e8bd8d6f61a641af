/* SPDX-License-Identifier: Apache-2.0 */
/*
 * engine_validate_keys - pass 1 of a contract with keys: the whole file is checked, the keys of its
 * good rows are collected, and nothing is written.
 */
#include <stdlib.h>

#include "base/crew.h"
#include "base/mem.h"
#include "engine_validate.h"
#include "references.h"

struct collector {
	struct validate *v;
	struct contract_keys *keys;
};

/* Returns 1 with the next block, 0 when there is none, -1. */
static int take_block(struct validate *v, struct csv_block *block, struct err *err)
{
	pthread_mutex_lock(&v->lock);
	const int rc = v->stop ? 0 : csv_split_next(v->split, block, err);
	if (rc == 1)
		validate_took(v, block);
	pthread_mutex_unlock(&v->lock);
	return rc;
}

static void *collect(void *arg)
{
	const struct collector *w = arg;
	struct validate *v = w->v;
	struct err err = { 0 };
	struct csv_block block = { 0 };
	struct csv_scan *scan = csv_scan_new(&v->match.schema);
	struct csv_batch *b = csv_batch_new(&v->match.schema);
	struct contract_checker *checker = contract_checker_new(&v->contract);
	int rc;
	while ((rc = take_block(v, &block, &err)) == 1) {
		csv_scan_begin(scan, &block);
		while (rc == 1 && csv_scan_next(scan, b)) {
			contract_check(checker, b);
			csv_batch_settle(b);
			atomic_fetch_add(&v->rows_done, (int64_t)(b->rows + b->n_rejects));
			if (contract_check_collect(checker, w->keys, b, &err) != 0)
				rc = -1;
		}
		if (rc != 1)
			break;
		atomic_fetch_add(&v->bytes_done, (int64_t)block.n);
		validate_progress(v);
	}
	if (rc < 0)
		validate_fail(v, &err);
	contract_checker_free(&checker);
	csv_batch_free(&b);
	csv_scan_free(&scan);
	csv_block_done(&block);
	return NULL;
}

static int collect_all(struct validate *v, struct contract_keys *keys, struct err *err)
{
	struct collector *workers = mem_array((size_t)v->spec.threads, sizeof(*workers));
	for (int i = 0; i < v->spec.threads; i++)
		workers[i] = (struct collector){ v, keys };
	crew_run(workers, (size_t)v->spec.threads, sizeof(workers[0]), collect);
	free(workers);
	if (v->err.kind != ERR_NONE) {
		*err = v->err;
		return -1;
	}
	return 0;
}

int validate_keys_run(struct validate *v, struct err *err)
{
	enum contract_key_kind kinds[CONTRACT_MAX_KEYS];
	const struct contract_keys_conf conf = {
		.dir = v->spec.scratch,
		.memory_bytes = VALIDATE_KEYS_BYTES,
		.kinds = kinds,
		.n_keys = v->contract.n_keys,
	};
	contract_check_kinds(&v->contract, kinds);
	struct contract_keys *keys = contract_keys_new(&conf);
	if (references_load(v->spec.references, &v->contract, keys, err) != 0 ||
	    collect_all(v, keys, err) != 0 || contract_keys_finish(keys, err) != 0) {
		contract_keys_free(&keys);
		return -1;
	}
	v->keys = keys;
	return 0;
}
