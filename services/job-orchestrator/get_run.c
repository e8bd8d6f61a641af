/* SPDX-License-Identifier: Apache-2.0 */
/* get_run - GET /api/runs/{run_id}. */
#include "job_orchestrator_routes.h"
#include "request.h"

int get_run(struct http_req *req, struct err *err)
{
	const char *run_id = NULL;

	if (request_run_id(req, &run_id, err) != 0)
		return -1;
	return request_reply_run(req, 200, run_id, err);
}
