/* SPDX-License-Identifier: Apache-2.0 */
/* pipeline_view - pipelines and versions as the API shows them. */
#include "pipeline_view.h"

#include "dataset_env.h"
#include "store.h"

#include <string.h>

/* A number, or null. */
static void add_number(cJSON *obj, const char *name, const struct db_result *r, int i)
{
	if (db_text(r, i, name) == NULL)
		cJSON_AddNullToObject(obj, name);
	else
		js_add_i64(obj, name, db_i64(r, i, name));
}

cJSON *pipeline_view_summary(const struct db_result *r, int i)
{
	static const char *const texts[] = {
		"name",
		"domain",
		"description",
		"target",
		"mode",
		"updated_at",
		"updated_by",
	};
	cJSON *doc = cJSON_CreateObject();

	for (size_t k = 0; k < ARRAY_SIZE(texts); k++)
		js_add_str(doc, texts[k], db_text(r, i, texts[k]));
	js_add_raw(doc, "sources", db_text(r, i, "sources"));
	add_number(doc, "version", r, i);
	cJSON_AddBoolToObject(doc, "has_draft", db_bool(r, i, "has_draft"));
	js_add_raw(doc, "last_run", db_text(r, i, "last_run"));
	return doc;
}

cJSON *pipeline_view_version(const struct db_result *r, int i)
{
	static const char *const texts[] = { "note", "target", "mode", "published_at",
		"published_by" };
	cJSON *doc = cJSON_CreateObject();

	js_add_i64(doc, "version", db_i64(r, i, "version"));
	js_add_raw(doc, "doc", db_text(r, i, "doc"));
	for (size_t k = 0; k < ARRAY_SIZE(texts); k++)
		js_add_str(doc, texts[k], db_text(r, i, texts[k]));
	js_add_raw(doc, "sources", db_text(r, i, "sources"));
	return doc;
}

/* The draft with what is wrong with it now: a contract may have changed since it was saved. */
static int add_draft(struct http_req *req, const struct ref *n, const struct db_result *r,
    const char *etag, cJSON *doc, struct err *err)
{
	const struct dataset_env env = { .db = http_db(req), .domain = n->domain };
	const char *text = db_text(r, 0, "draft");
	struct arena *a = http_arena(req);
	struct pipeline *p = NULL;
	cJSON *parsed = NULL;

	if (text == NULL) {
		cJSON_AddNullToObject(doc, "draft");
		return 0;
	}
	if (js_parse(text, strlen(text), a, &parsed, err) != 0 ||
	    dataset_env_read(&env, parsed, a, &p, err) != 0)
		return -1;
	cJSON *draft = cJSON_AddObjectToObject(doc, "draft");

	cJSON_AddItemReferenceToObject(draft, "doc", parsed);
	js_add_str(draft, "etag", etag);
	js_add_str(draft, "updated_at", db_text(r, 0, "draft_at"));
	js_add_str(draft, "updated_by", db_text(r, 0, "draft_by"));
	cJSON_AddItemReferenceToObject(draft, "problems", pipeline_problems_json(p, a));
	return 0;
}

static int add_published(struct http_req *req, const struct ref *n, const struct db_result *r,
    cJSON *doc, struct err *err)
{
	scoped(struct db_result *, db_result_free) v = NULL;

	if (db_text(r, 0, "version") == NULL) {
		cJSON_AddNullToObject(doc, "published");
		return 0;
	}
	if (store_version(http_db(req), n->domain, n->name, db_i64(r, 0, "version"), &v, err) != 0)
		return -1;
	cJSON_AddItemToObject(doc, "published", pipeline_view_version(v, 0));
	return 0;
}

int pipeline_view_reply(struct http_req *req, const struct ref *n, int status, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;

	if (store_pipeline(http_db(req), n->domain, n->name, &r, err) != 0)
		return -1;
	if (db_rows(r) == 0)
		return err_set_code(err, ERR_NOT_FOUND, "pipeline.unknown", "pipeline %s", n->name);
	cJSON *holder = js_object(http_arena(req));
	cJSON *doc = pipeline_view_summary(r, 0);

	cJSON_AddItemToObject(holder, "pipeline", doc);
	const char *etag = request_set_etag(req, db_i64(r, 0, "revision"));

	js_add_str(doc, "etag", etag);
	if (add_published(req, n, r, doc, err) != 0 || add_draft(req, n, r, etag, doc, err) != 0)
		return -1;
	http_reply_json(req, status, doc);
	return 0;
}
