/* SPDX-License-Identifier: Apache-2.0 */
/* cancel_run - POST /api/runs/{run_id}/cancel. */
#include "job_orchestrator_routes.h"
#include "orchestrator.h"
#include "request.h"
#include "store.h"

static int cancel(struct http_req *req, const char *run_id, struct err *err)
{
	struct db *db = http_db(req);

	if (db_begin(db, err) != 0)
		return -1;
	if (store_cancel_run(db, run_id, http_domains(req), http_caller(req)->user_name,
		orchestrator()->conf->cancel_ms, err) != 0 ||
	    request_audit(req, "run.cancel", run_id, err) != 0) {
		db_rollback(db);
		return -1;
	}
	return db_commit(db, err);
}

int cancel_run(struct http_req *req, struct err *err)
{
	const char *run_id = NULL;

	if (request_run_id(req, &run_id, err) != 0 || cancel(req, run_id, err) != 0)
		return -1;
	request_ring(run_id);
	return request_reply_run(req, 200, run_id, err);
}
