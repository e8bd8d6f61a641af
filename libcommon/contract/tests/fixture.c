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

static int check_blocks(struct csv_split *split, const struct contract *c,
    const struct contract_match *m, struct buf *out, struct contract_tally *tally, struct err *err)
{
	struct csv_scan *scan = csv_scan_new(&m->schema);
	struct csv_batch *batch = csv_batch_new(&m->schema);
	struct csv_block block = { 0 };
	int rc;
	while ((rc = csv_split_next(split, &block, err)) == 1) {
		csv_scan_begin(scan, &block);
		while (csv_scan_next(scan, batch)) {
			contract_check(c, batch);
			csv_batch_settle(batch);
			contract_tally_batch(tally, batch);
			for (size_t i = 0; i < batch->n_rejects; i++) {
				const struct csv_reject *r = &batch->rejects[i];
				buf_printf(
				    out, "%s %lld %s\n", r->rule, (long long)r->line, r->message);
			}
		}
	}
	csv_block_done(&block);
	csv_batch_free(&batch);
	csv_scan_free(&scan);
	return rc;
}

int fixture_check(const struct contract *c, const char *text, size_t n, struct buf *out,
    struct contract_tally *tally, struct err *err)
{
	struct text t = { text, n };
	const struct csv_split_params p = { .read = read_text, .arg = &t, .given = c->dialect };
	struct csv_split *split = NULL;
	struct contract_match m;
	size_t columns;
	if (csv_split_open(&p, &split, err) != 0)
		return -1;
	struct arena *a = arena_new(16 << 20);
	const char *const *header = csv_split_header(split, &columns);
	int rc = contract_match(c, header, columns, a, &m, err);
	if (rc == 0) {
		contract_tally_init(tally, columns);
		rc = check_blocks(split, c, &m, out, tally, err);
	}
	csv_split_close(&split);
	arena_free(&a);
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
