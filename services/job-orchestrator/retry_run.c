/* SPDX-License-Identifier: Apache-2.0 */
/* retry_run - POST /api/runs/{run_id}/retry: a new run that does what is left. */
#include "base/uuid.h"
#include "job_orchestrator_routes.h"
#include "request.h"
#include "store.h"

static int retry(struct http_req *req, const char *run_id, const char **out_id, bool *out_created,
    struct err *err)
{
	struct db *db = http_db(req);
	char new_id[UUID_TEXT_BYTES];
	scoped(struct db_result *, db_result_free) r = NULL;

	uuid_make(new_id);
	if (db_begin(db, err) != 0)
		return -1;
	if (store_retry_run(
		db, run_id, new_id, http_domains(req), http_caller(req)->user_name, &r, err) != 0 ||
	    request_audit(req, "run.retry", run_id, err) != 0) {
		db_rollback(db);
		return -1;
	}
	if (db_commit(db, err) != 0)
		return -1;
	*out_id = arena_dup(http_arena(req), db_text(r, 0, "run_id"));
	*out_created = db_bool(r, 0, "created");
	return 0;
}

int retry_run(struct http_req *req, struct err *err)
{
	const char *run_id = NULL, *new_id = NULL;
	bool created = false;

	if (request_run_id(req, &run_id, err) != 0 ||
	    retry(req, run_id, &new_id, &created, err) != 0)
		return -1;
	if (created)
		request_ring(new_id);
	return request_reply_run(req, created ? 201 : 200, new_id, err);
}
