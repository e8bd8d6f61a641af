/* SPDX-License-Identifier: Apache-2.0 */
/* publish_pipeline - POST /api/pipelines/{pipeline}/publish: the draft becomes the next version,
 * and its target a derived dataset with the columns that come out. */
#include "dataset_env.h"
#include "pipeline_view.h"
#include "store.h"
#include "transform_routes.h"

#include <string.h>

enum { NOTE_MAX_BYTES = 500 };
static const char *const members[] = { "note", NULL };

/* One publishing while it goes through. */
struct publishing {
	struct http_req *req;
	struct ref name;
	const char *note; /* NULL = none */
	int64_t match;    /* revision of If-Match, -1 absent */
	int64_t version;  /* result */
};

static int read_note(struct publishing *p, struct err *err)
{
	cJSON *body = NULL;

	if (http_body(p->req).n == 0)
		return 0;
	if (http_body_json(p->req, &body, err) != 0 || js_only(body, members, err) != 0)
		return -1;
	if (!cJSON_HasObjectItem(body, "note"))
		return 0;
	return js_need_str(body, "note", 0, NOTE_MAX_BYTES, &p->note, err);
}

/* errors: the same in the form every problem document has. */
static void add_errors(cJSON *extra, const struct pipeline *pipeline, struct arena *a)
{
	cJSON *errors = cJSON_AddArrayToObject(extra, "errors");

	for (size_t i = 0; i < pipeline->n_problems; i++) {
		const struct pipeline_problem *p = &pipeline->problems[i];
		cJSON *item = cJSON_CreateObject();

		js_add_str(item, "field",
		    arena_printf(a, "%s%s%s", p->step != NULL ? p->step : "",
			p->step != NULL && p->field != NULL ? "." : "",
			p->field != NULL ? p->field : ""));
		js_add_str(item, "message",
		    p->hint == NULL ? p->message : arena_printf(a, "%s (%s)", p->message, p->hint));
		cJSON_AddItemToArray(errors, item);
	}
}

/* The problems as members of the problem document: in full, and as its errors. */
static int refuse(struct publishing *p, const struct pipeline *pipeline)
{
	struct arena *a = http_arena(p->req);
	cJSON *extra = js_object(a);
	struct err err = { 0 };

	err_set_code(&err, ERR_INPUT, "pipeline.invalid", "the draft has %zu problem%s",
	    pipeline->n_problems, pipeline->n_problems == 1 ? "" : "s");
	add_errors(extra, pipeline, a);
	cJSON_AddItemToObject(
	    extra, "problems", cJSON_Duplicate(pipeline_problems_json(pipeline, a), true));
	http_reply_problem_with(p->req, &err, extra);
	return 1;
}

static int write_version(
    struct publishing *p, const char *doc, const struct pipeline *pipeline, struct err *err)
{
	const struct pipeline_step *target = pipeline->target;
	const char *mode = target->replace ? "replace" : "append";
	const char *by = http_caller(p->req)->user_name;
	scoped(struct db_result *, db_result_free) r = NULL;
	struct arena *a = http_arena(p->req);
	const struct store_version v = {
		.domain = p->name.domain,
		.pipeline = p->name.name,
		.doc = doc,
		.note = p->note,
		.target = target->dataset,
		.mode = mode,
		.sources = db_array(a, pipeline->sources, pipeline->n_sources),
		.columns =
		    js_print(a, pipeline_columns_json(target->columns, target->n_columns, a)),
		.by = by,
	};

	if (store_publish(http_db(p->req), &v, &r, err) != 0)
		return -1;
	p->version = db_i64(r, 0, "version");
	(void)request_set_etag(p->req, db_i64(r, 0, "revision"));
	return store_derived(http_db(p->req), p->name.domain, target->dataset, mode,
	    js_print(a, pipeline_contract_of_columns(target->columns, target->n_columns, a)), by,
	    err);
}

/* The draft at hand: check it, publish it. 0 done, 1 refused and answered, -1 failed. */
static int publish_draft(struct publishing *p, struct err *err)
{
	const struct dataset_env env = { .db = http_db(p->req), .domain = p->name.domain };
	scoped(struct db_result *, db_result_free) r = NULL;
	struct arena *a = http_arena(p->req);
	struct pipeline *pipeline = NULL;
	cJSON *doc = NULL;

	if (store_pipeline(http_db(p->req), p->name.domain, p->name.name, &r, err) != 0)
		return -1;
	const char *text = db_text(r, 0, "draft");

	if (js_parse(text, strlen(text), a, &doc, err) != 0 ||
	    dataset_env_read(&env, doc, a, &pipeline, err) != 0)
		return -1;
	if (pipeline->n_problems > 0)
		return refuse(p, pipeline);
	if (write_version(p, text, pipeline, err) != 0)
		return -1;
	const char *object =
	    arena_printf(a, "%s.%s v%lld", p->name.domain, p->name.name, (long long)p->version);

	return request_audit(p->req, "pipeline.publish", object, NULL, err);
}

/* Without a draft, or with an older ETag: was this very revision published before? */
static int find_published(struct publishing *p, bool has_draft, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;

	if (p->match >= 0 && store_version_of_revision(http_db(p->req), p->name.domain,
				 p->name.name, p->match, &r, err) != 0)
		return -1;
	if (p->match >= 0 && db_rows(r) > 0) {
		p->version = db_i64(r, 0, "version");
		return 0;
	}
	if (has_draft)
		return err_set_code(err, ERR_CONFLICT, "etag.mismatch",
		    "pipeline %s was changed by somebody else: read it again", p->name.name);
	return err_set_code(err, ERR_CONFLICT, "pipeline.no_draft",
	    "pipeline %s has no draft to publish", p->name.name);
}

static int publish(struct publishing *p, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;

	if (store_lock_pipeline(http_db(p->req), p->name.domain, p->name.name, &r, err) != 0)
		return -1;
	if (db_rows(r) == 0)
		return err_set_code(
		    err, ERR_NOT_FOUND, "pipeline.unknown", "pipeline %s", p->name.name);
	const bool has_draft = db_bool(r, 0, "has_draft");

	if (!has_draft || (p->match >= 0 && p->match != db_i64(r, 0, "revision")))
		return find_published(p, has_draft, err);
	return publish_draft(p, err);
}

static int reply(struct publishing *p, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;

	if (store_version(http_db(p->req), p->name.domain, p->name.name, p->version, &r, err) != 0)
		return -1;
	cJSON *holder = js_object(http_arena(p->req));

	cJSON_AddItemToObject(holder, "version", pipeline_view_version(r, 0));
	http_reply_json(p->req, 200, holder->child);
	return 0;
}

int publish_pipeline(struct http_req *req, struct err *err)
{
	struct publishing p = { .req = req, .match = -1 };
	struct db *db = http_db(req);

	if (ref_of_request(req, "pipeline", "pipeline.write", &p.name, err) != 0 ||
	    read_note(&p, err) != 0 || request_if_match(req, &p.match, err) != 0 ||
	    db_begin(db, err) != 0)
		return -1;
	const int rc = publish(&p, err);

	if (rc != 0 || db_commit(db, err) != 0) {
		db_rollback(db);
		return rc > 0 ? 0 : -1;
	}
	return reply(&p, err);
}
