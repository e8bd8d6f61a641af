/* SPDX-License-Identifier: Apache-2.0 */
/* check_pipeline - POST /api/pipelines/check: every problem of a document at once, and its columns.
 */
#include "base/text.h"
#include "dataset_env.h"
#include "pipeline_view.h"
#include "transform_routes.h"

static const char *const members[] = { "doc", "domain", NULL };

static int read_body(
    struct http_req *req, const cJSON **out_doc, const char **out_domain, struct err *err)
{
	cJSON *body = NULL;

	if (http_body_json(req, &body, err) != 0 || js_only(body, members, err) != 0)
		return -1;
	const char *domain =
	    cJSON_HasObjectItem(body, "domain") ? js_str(body, "domain") : "default";

	*out_doc = cJSON_GetObjectItemCaseSensitive(body, "doc");
	if (*out_doc == NULL)
		return err_set_code(err, ERR_INPUT, "field.invalid", "doc is missing");
	if (domain == NULL || !text_is_name(domain))
		return err_set_code(err, ERR_INPUT, "field.invalid", "domain is not a name");
	if (!http_can(req, "pipeline.read", domain))
		return err_set_code(err, ERR_NOT_FOUND, "domain.unknown", "domain %s", domain);
	*out_domain = domain;
	return 0;
}

static void add_steps(cJSON *doc, const struct pipeline *p, struct arena *a)
{
	cJSON *steps = cJSON_AddArrayToObject(doc, "steps");

	for (size_t i = 0; i < p->n_steps; i++) {
		const struct pipeline_step *s = &p->steps[i];

		if (!s->resolved || s->id[0] == '\0')
			continue;
		cJSON *step = cJSON_CreateObject();

		js_add_str(step, "id", s->id);
		cJSON_AddItemReferenceToObject(
		    step, "columns", pipeline_columns_json(s->columns, s->n_columns, a));
		cJSON_AddItemToArray(steps, step);
	}
}

int check_pipeline(struct http_req *req, struct err *err)
{
	struct dataset_env env = { .db = http_db(req) };
	struct arena *a = http_arena(req);
	struct pipeline *p = NULL;
	const cJSON *pipeline = NULL;

	if (read_body(req, &pipeline, &env.domain, err) != 0 ||
	    dataset_env_read(&env, pipeline, a, &p, err) != 0)
		return -1;
	const bool known = p->target != NULL && p->target->resolved;
	cJSON *doc = js_object(a);

	cJSON_AddBoolToObject(doc, "ok", p->n_problems == 0);
	cJSON_AddItemReferenceToObject(doc, "problems", pipeline_problems_json(p, a));
	cJSON_AddItemReferenceToObject(doc, "columns",
	    pipeline_columns_json(
		known ? p->target->columns : NULL, known ? p->target->n_columns : 0, a));
	add_steps(doc, p, a);
	http_reply_json(req, 200, doc);
	return 0;
}
