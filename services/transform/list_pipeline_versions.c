/* SPDX-License-Identifier: Apache-2.0 */
/* list_pipeline_versions - GET /api/pipelines/{pipeline}/versions: newest first. */
#include "base/text.h"
#include "pipeline_view.h"
#include "store.h"
#include "transform_routes.h"

static int read_before(struct http_req *req, int64_t *out, struct err *err)
{
	const char *before;

	*out = 0;
	if (request_read_cursor(req, &before, 1, err) != 0)
		return -1;
	if (before != NULL && (text_parse_i64(before, out) != 0 || *out < 1 || *out > INT32_MAX))
		return err_set_code(
		    err, ERR_INPUT, "cursor.invalid", "this cursor is not one of this list");
	return 0;
}

static int must_exist(struct http_req *req, const struct ref *n, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;

	if (store_pipeline(http_db(req), n->domain, n->name, &r, err) != 0)
		return -1;
	if (db_rows(r) == 0)
		return err_set_code(err, ERR_NOT_FOUND, "pipeline.unknown", "pipeline %s", n->name);
	return 0;
}

int list_pipeline_versions(struct http_req *req, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;
	struct ref name;
	int64_t before = 0;
	int64_t limit = 0;

	if (ref_of_request(req, "pipeline", "pipeline.read", &name, err) != 0 ||
	    read_before(req, &before, err) != 0 ||
	    http_query_i64(req, "limit", 50, 1, 500, &limit, err) != 0 ||
	    must_exist(req, &name, err) != 0 ||
	    store_versions(http_db(req), name.domain, name.name, before, limit + 1, &r, err) != 0)
		return -1;
	cJSON *doc = js_object(http_arena(req));
	cJSON *items = cJSON_AddArrayToObject(doc, "items");
	const int n = db_rows(r) > limit ? (int)limit : db_rows(r);
	const bool more = n > 0 && db_i64(r, 0, "n") > n;

	for (int i = 0; i < n; i++)
		cJSON_AddItemToArray(items, pipeline_view_version(r, i));
	const char *last = more ? db_text(r, n - 1, "version") : NULL;

	js_add_str(doc, "next_cursor", more ? request_cursor(http_arena(req), &last, 1) : NULL);
	http_reply_json(req, 200, doc);
	return 0;
}
