/* SPDX-License-Identifier: Apache-2.0 */
/* put_pipeline - PUT /api/pipelines/{pipeline}: save the draft, make the pipeline when it is new.
 */
#include "pipeline_view.h"
#include "store.h"
#include "transform_routes.h"

#include <string.h>

static const char *const members[] = { "doc", NULL };

static int read_doc(struct http_req *req, const struct ref *n, const char **out, struct err *err)
{
	cJSON *body = NULL;

	if (http_body_json(req, &body, err) != 0 || js_only(body, members, err) != 0)
		return -1;
	const cJSON *doc = cJSON_GetObjectItemCaseSensitive(body, "doc");
	const char *name = js_str(doc, "name");

	if (!cJSON_IsObject(doc))
		return err_set_code(err, ERR_INPUT, "field.invalid", "doc is not an object");
	if (name != NULL && strcmp(name, n->name) != 0)
		return err_set_code(err, ERR_INPUT, "field.invalid",
		    "doc.name says %.48s, the address says %s", name, n->name);
	*out = js_print(http_arena(req), doc);
	return 0;
}

/* Inside the transaction; *out_status is 201 for a new pipeline. */
static int save(struct http_req *req, const struct ref *n, const char *doc, int64_t match,
    int *out_status, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;
	struct db *db = http_db(req);
	const char *by = http_caller(req)->user_name;

	if (store_lock_pipeline(db, n->domain, n->name, &r, err) != 0)
		return -1;
	if (db_rows(r) == 0 && match >= 0)
		return err_set_code(
		    err, ERR_CONFLICT, "etag.mismatch", "there is no pipeline %s", n->name);
	*out_status = db_rows(r) == 0 ? 201 : 200;
	if (db_rows(r) == 0) {
		const char *object = arena_printf(http_arena(req), "%s.%s", n->domain, n->name);

		if (store_insert_pipeline(db, n->domain, n->name, doc, by, err) != 0)
			return -1;
		return request_audit(req, "pipeline.create", object, NULL, err);
	}
	if (match < 0)
		return err_set_code(err, ERR_CONFLICT, "etag.required",
		    "pipeline %s is there already: send If-Match with its ETag", n->name);
	if (match != db_i64(r, 0, "revision"))
		return err_set_code(err, ERR_CONFLICT, "etag.mismatch",
		    "pipeline %s was changed by somebody else: read it again", n->name);
	return store_save_draft(db, n->domain, n->name, doc, by, err);
}

int put_pipeline(struct http_req *req, struct err *err)
{
	struct db *db = http_db(req);
	struct ref n;
	const char *doc = NULL;
	int64_t match = -1;
	int status = 200;

	if (ref_of_request(req, "pipeline", "pipeline.write", &n, err) != 0 ||
	    read_doc(req, &n, &doc, err) != 0 || request_if_match(req, &match, err) != 0)
		return -1;
	if (db_begin(db, err) != 0)
		return -1;
	if (save(req, &n, doc, match, &status, err) != 0 || db_commit(db, err) != 0) {
		db_rollback(db);
		return -1;
	}
	return pipeline_view_reply(req, &n, status, err);
}
