/* SPDX-License-Identifier: Apache-2.0 */
/* get_pipeline - GET /api/pipelines/{pipeline}: draft and published document. */
#include "pipeline_view.h"
#include "transform_routes.h"

int get_pipeline(struct http_req *req, struct err *err)
{
	struct ref n;

	if (ref_of_request(req, "pipeline", "pipeline.read", &n, err) != 0)
		return -1;
	return pipeline_view_reply(req, &n, 200, err);
}
