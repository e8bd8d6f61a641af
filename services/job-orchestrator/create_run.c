/* SPDX-License-Identifier: Apache-2.0 */
/* create_run - POST /api/runs: run a published pipeline now, once for each Idempotency-Key. */
#include "api/limits.h"
#include "api/ref.h"
#include "base/uuid.h"
#include "job_orchestrator_routes.h"
#include "request.h"
#include "store.h"

#include <string.h>

static int read_pipeline(struct http_req *req, struct ref *out, struct err *err)
{
	static const char *const members[] = { "pipeline", NULL };
	const char *text = NULL;
	cJSON *body = NULL;

	if (http_body_json(req, &body, err) != 0 || js_only(body, members, err) != 0 ||
	    js_need_str(body, "pipeline", 1, LIMIT_REF_BYTES, &text, err) != 0 ||
	    ref_parse(text, http_arena(req), out, err) != 0)
		return -1;
	if (http_can(req, "run.start", out->domain))
		return 0;
	return err_set_code(err, ERR_NOT_FOUND, "pipeline.unknown", "pipeline %.100s", text);
}

/* The published version and what it writes: the run is bound to both. */
static int read_spec(
    struct http_req *req, const struct ref *pipeline, const cJSON **out, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;
	cJSON *doc = NULL;

	if (store_pipeline(http_db(req), pipeline->domain, pipeline->name, &r, err) != 0)
		return -1;
	const char *text = db_text(r, 0, "doc");
	if (!text)
		return err_set_code(err, ERR_NOT_FOUND, "pipeline.unknown",
		    "no published pipeline %s.%s", pipeline->domain, pipeline->name);
	if (js_parse(text, strlen(text), http_arena(req), &doc, err) != 0)
		return err_wrap(err, "pipeline %s.%s", pipeline->domain, pipeline->name);
	*out = doc;
	return 0;
}

static int read_key(const struct http_req *req, const char **out, struct err *err)
{
	const char *key = http_header(req, "Idempotency-Key");

	if (key && (!key[0] || strlen(key) > LIMIT_IDEMPOTENCY_KEY_BYTES))
		return err_set_code(err, ERR_INPUT, "field.invalid",
		    "Idempotency-Key has 1 to %d bytes", LIMIT_IDEMPOTENCY_KEY_BYTES);
	*out = key;
	return 0;
}

static int start(
    struct http_req *req, const struct store_start *s, struct db_result **out, struct err *err)
{
	struct db *db = http_db(req);

	if (db_begin(db, err) != 0)
		return -1;
	if (store_start_run(db, s, out, err) != 0 ||
	    (db_bool(*out, 0, "created") &&
		request_audit(req, "run.start", db_text(*out, 0, "run_id"), err) != 0)) {
		db_rollback(db);
		return -1;
	}
	return db_commit(db, err);
}

static int start_pipeline(struct http_req *req, const struct ref *pipeline, const cJSON *doc,
    struct db_result **out, struct err *err)
{
	struct arena *a = http_arena(req);
	const struct http_caller *who = http_caller(req);
	const char *target = js_str(doc, "target");
	char run_id[UUID_TEXT_BYTES];
	struct store_start s = {
		.user_id = who->user_id,
		.request = arena_printf(a, "run %s.%s", pipeline->domain, pipeline->name),
		.run_id = run_id,
		.domain = pipeline->domain,
		.target = target ? target : pipeline->name,
		.spec = js_print(a, doc),
		.by = who->user_name,
	};

	uuid_make(run_id);
	if (read_key(req, &s.key, err) != 0)
		return -1;
	return start(req, &s, out, err);
}

int create_run(struct http_req *req, struct err *err)
{
	struct ref pipeline;
	const cJSON *doc = NULL;
	scoped(struct db_result *, db_result_free) r = NULL;

	if (read_pipeline(req, &pipeline, err) != 0 || read_spec(req, &pipeline, &doc, err) != 0 ||
	    start_pipeline(req, &pipeline, doc, &r, err) != 0)
		return -1;
	const bool created = db_bool(r, 0, "created");
	if (created)
		request_ring(db_text(r, 0, "run_id"));
	return request_reply_run(req, created ? 201 : 200, db_text(r, 0, "run_id"), err);
}
