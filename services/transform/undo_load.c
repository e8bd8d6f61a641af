/* SPDX-License-Identifier: Apache-2.0 */
/* undo_load - POST /api/loads/{dataset}/{no}/undo: rows out, ledger, audit and the derived runs
 * that follow, in one transaction. */
#include "load_view.h"
#include "store.h"
#include "transform_routes.h"

#include <string.h>

/* 1 = it is undone already, 0 = go on. */
static int is_undone(struct http_req *req, const struct load_view_key *key, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;

	if (store_load(http_db(req), key->name.domain, key->name.name, key->no, &r, err) != 0)
		return -1;
	return db_rows(r) > 0 && strcmp(db_text(r, 0, "state"), "undone") == 0;
}

static int undo(struct http_req *req, const struct load_view_key *key, struct db_result **out_runs,
    struct err *err)
{
	struct db *db = http_db(req);

	if (store_undo(db, key->name.domain, key->name.name, key->no, http_caller(req)->user_name,
		err) != 0 ||
	    request_audit(req, "load.undo", load_view_object(req, key), NULL, err) != 0)
		return -1;
	return store_start_derived(db, out_runs, err);
}

int undo_load(struct http_req *req, struct err *err)
{
	scoped(struct db_result *, db_result_free) runs = NULL;
	struct db *db = http_db(req);
	struct load_view_key key;

	if (load_view_key(req, &key, err) != 0)
		return -1;
	const int undone = is_undone(req, &key, err);

	if (undone < 0)
		return -1;
	if (undone > 0)
		return load_view_reply(req, &key, 200, NULL, err);
	if (db_begin(db, err) != 0)
		return -1;
	if (undo(req, &key, &runs, err) != 0 || db_commit(db, err) != 0) {
		db_rollback(db);
		return -1;
	}
	load_view_ring(runs);
	return load_view_reply(req, &key, 200, NULL, err);
}
