/* SPDX-License-Identifier: Apache-2.0 */
/* fixture - contracts and drafts from texts. */
#include "fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "contract/check.h"
#include "contract/infer.h"
#include "contract/match.h"
#include "csv/csv_scan.h"
#include "kit/json.h"

struct text {
	const char *p;
	size_t n;
};

static ssize_t read_text(void *arg, void *p, size_t n, struct err *err)
{
	(void)err;
	struct text *t = arg;
	const size_t take = t->n < n ? t->n : n;
	memcpy(p, t->p, take);
	t->p += take;
	t->n -= take;
	return (ssize_t)take;
}

void fixture_contract(const char *json, struct arena *a, struct contract *out)
{
	cJSON *doc = NULL;
	struct err err = { 0 };
	if (js_parse(json, strlen(json), a, &doc, &err) != 0 ||
	    contract_parse(doc, a, out, NULL, &err) != 0)
		fail_msg("%s", err.msg);
}

/* One pass over a file. */
struct pass {
	const struct contract *c;
	struct contract_keys *keys; /* NULL = the contract has none */
	bool collects;              /* pass 1: keys only */
	struct buf *out;
	struct contract_tally *tally;
};

static int check_batch(
    struct pass *p, struct contract_checker *checker, struct csv_batch *batch, struct err *err)
{
	contract_check(checker, batch);
	if (p->keys != NULL && !p->collects &&
	    contract_check_refuse(checker, p->keys, batch, err) != 0)
		return -1;
	csv_batch_settle(batch);
	if (p->collects)
		return contract_check_collect(checker, p->keys, batch, err);
	contract_tally_batch(p->tally, batch);
	for (size_t i = 0; i < batch->n_rejects; i++) {
		const struct csv_reject *r = &batch->rejects[i];
		buf_printf(p->out, "%s %lld %s\n", r->rule, (long long)r->line, r->message);
	}
	return 0;
}

static int check_blocks(
    struct pass *p, struct csv_split *split, const struct contract_match *m, struct err *err)
{
	struct csv_scan *scan = csv_scan_new(&m->schema);
	struct csv_batch *batch = csv_batch_new(&m->schema);
	struct contract_checker *checker = contract_checker_new(p->c);
	struct csv_block block = { 0 };
	int rc;
	while ((rc = csv_split_next(split, &block, err)) == 1) {
		csv_scan_begin(scan, &block);
		while (rc == 1 && csv_scan_next(scan, batch))
			rc = check_batch(p, checker, batch, err) == 0 ? 1 : -1;
		if (rc != 1)
			break;
	}
	csv_block_done(&block);
	csv_batch_free(&batch);
	csv_scan_free(&scan);
	contract_checker_free(&checker);
	return rc;
}

static int run_pass(struct pass *p, const char *text, size_t n, struct err *err)
{
	struct text t = { text, n };
	const struct csv_split_params params = {
		.read = read_text, .arg = &t, .given = p->c->dialect
	};
	struct csv_split *split = NULL;
	struct contract_match m;
	size_t columns;
	if (csv_split_open(&params, &split, err) != 0)
		return -1;
	struct arena *a = arena_new(16 << 20);
	const char *const *header = csv_split_header(split, &columns);
	int rc = contract_match(p->c, header, columns, a, &m, err);
	m.schema.repair = rc == 0 && p->c->repair;
	if (rc == 0 && !p->collects)
		contract_tally_init(p->tally, columns);
	if (rc == 0)
		rc = check_blocks(p, split, &m, err);
	csv_split_close(&split);
	arena_free(&a);
	return rc;
}

int fixture_check(const struct contract *c, const char *text, size_t n, struct buf *out,
    struct contract_tally *tally, struct err *err)
{
	enum contract_key_kind kinds[CONTRACT_MAX_KEYS];
	const struct contract_keys_conf conf = {
		.dir = "/tmp", .kinds = kinds, .n_keys = c->n_keys
	};
	struct pass p = { .c = c, .out = out, .tally = tally };
	int rc = 0;
	contract_check_kinds(c, kinds);
	if (c->n_keys > 0) {
		p.keys = contract_keys_new(&conf);
		p.collects = true;
		rc = run_pass(&p, text, n, err);
		if (rc == 0)
			rc = contract_keys_finish(p.keys, err);
		p.collects = false;
	}
	if (rc == 0)
		rc = run_pass(&p, text, n, err);
	contract_keys_free(&p.keys);
	return rc;
}

cJSON *fixture_draft(const char *text, bool unattended, struct arena *a)
{
	struct text t = { text, strlen(text) };
	const struct csv_split_params p = { .read = read_text, .arg = &t };
	struct csv_split *split = NULL;
	struct err err = { 0 };
	size_t n;
	assert_int_equal(csv_split_open(&p, &split, &err), 0);
	const char *const *header = csv_split_header(split, &n);
	struct contract_infer *infer = contract_infer_new(header, n);
	struct csv_scan *scan = csv_scan_new(contract_infer_schema(infer));
	struct csv_batch *batch = csv_batch_new(contract_infer_schema(infer));
	struct csv_block block = { 0 };
	struct contract_infer_how how = { .unattended = unattended };
	while (csv_split_next(split, &block, &err) == 1) {
		csv_scan_begin(scan, &block);
		while (csv_scan_next(scan, batch)) {
			csv_batch_settle(batch);
			how.row_rejects += (int64_t)batch->n_rejects;
			contract_infer_batch(infer, batch);
		}
	}
	how.sniffed = csv_split_sniffed(split);
	cJSON *draft = contract_infer_draft(infer, &how, a);
	csv_block_done(&block);
	csv_batch_free(&batch);
	csv_scan_free(&scan);
	contract_infer_free(&infer);
	csv_split_close(&split);
	return draft;
}
