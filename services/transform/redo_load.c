/* SPDX-License-Identifier: Apache-2.0 */
/* redo_load - POST /api/loads/{dataset}/{no}/redo: flip back to kept rows, or a run that loads the
 * kept silver again. */
#include "base/uuid.h"
#include "load_view.h"
#include "store.h"
#include "transform_routes.h"

#include <string.h>

/* One redo while it goes through. */
struct redo {
	struct http_req *req;
	struct load_view_key key;
	struct db_result *runs; /* derived ones, or the redo's own; column run_id */
	bool flipped;           /* done at once */
};

/* Equal Idempotency-Keys of one person for one load make one run. */
static const char *run_key(struct redo *r)
{
	const char *key = http_header(r->req, "Idempotency-Key");

	if (key == NULL)
		return NULL;
	return arena_printf(http_arena(r->req), "redo %s %s %s", http_caller(r->req)->user_id,
	    load_view_object(r->req, &r->key), key);
}

static int start_run(struct redo *r, struct err *err)
{
	char run_id[UUID_TEXT_BYTES];

	uuid_make(run_id);
	const struct store_redo_run run = {
		.run_id = run_id,
		.key = run_key(r),
		.domain = r->key.name.domain,
		.dataset = r->key.name.name,
		.no = r->key.no,
		.by = http_caller(r->req)->user_name,
	};

	return store_redo_run(http_db(r->req), &run, &r->runs, err);
}

static int redo(struct redo *r, struct err *err)
{
	scoped(struct db_result *, db_result_free) done = NULL;
	struct db *db = http_db(r->req);

	if (store_redo(db, r->key.name.domain, r->key.name.name, r->key.no,
		http_caller(r->req)->user_name, &done, err) != 0 ||
	    request_audit(r->req, "load.redo", load_view_object(r->req, &r->key), NULL, err) != 0)
		return -1;
	r->flipped = db_bool(done, 0, "done");
	return r->flipped ? store_start_derived(db, &r->runs, err) : start_run(r, err);
}

/* 1 = it is live already, 0 = go on. */
static int is_live(struct redo *r, struct err *err)
{
	scoped(struct db_result *, db_result_free) load = NULL;

	if (store_load(
		http_db(r->req), r->key.name.domain, r->key.name.name, r->key.no, &load, err) != 0)
		return -1;
	return db_rows(load) > 0 && strcmp(db_text(load, 0, "state"), "live") == 0;
}

static int act(struct redo *r, struct err *err)
{
	struct db *db = http_db(r->req);

	if (db_begin(db, err) != 0)
		return -1;
	if (redo(r, err) != 0 || db_commit(db, err) != 0) {
		db_rollback(db);
		return -1;
	}
	load_view_ring(r->runs);
	if (r->flipped)
		return load_view_reply(r->req, &r->key, 200, NULL, err);
	return load_view_reply(r->req, &r->key, 202, db_text(r->runs, 0, "run_id"), err);
}

int redo_load(struct http_req *req, struct err *err)
{
	struct redo r = { .req = req };

	if (load_view_key(req, &r.key, err) != 0)
		return -1;
	const int live = is_live(&r, err);

	if (live < 0)
		return -1;
	const int rc = live > 0 ? load_view_reply(req, &r.key, 200, NULL, err) : act(&r, err);

	db_result_free(&r.runs);
	return rc;
}
