/* SPDX-License-Identifier: Apache-2.0 */
/* list_pipelines - GET /api/pipelines: pipelines of the caller's domains by name. */
#include "pipeline_view.h"
#include "store.h"
#include "transform_routes.h"

int list_pipelines(struct http_req *req, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;
	const char *after[2];
	int64_t limit = 0;

	if (request_read_cursor(req, after, 2, err) != 0 ||
	    http_query_i64(req, "limit", 100, 1, 500, &limit, err) != 0 ||
	    store_pipelines(
		http_db(req), http_domains(req), after[0], after[1], limit + 1, &r, err) != 0)
		return -1;
	cJSON *doc = js_object(http_arena(req));
	cJSON *items = cJSON_AddArrayToObject(doc, "items");
	const bool more = db_rows(r) > limit;
	const int n = more ? (int)limit : db_rows(r);

	for (int i = 0; i < n; i++)
		cJSON_AddItemToArray(items, pipeline_view_summary(r, i));
	const char *next[2] = {
		more ? db_text(r, n - 1, "domain") : NULL,
		more ? db_text(r, n - 1, "name") : NULL,
	};

	js_add_str(doc, "next_cursor", more ? request_cursor(http_arena(req), next, 2) : NULL);
	http_reply_json(req, 200, doc);
	return 0;
}
