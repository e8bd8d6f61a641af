/* SPDX-License-Identifier: Apache-2.0 */
/* put_contract_draft - PUT /api/datasets/{dataset}/contract/draft: a draft is a contract, or
 * refused whole. */
#include "contract/contract.h"
#include "store.h"
#include "validation.h"
#include "validation_routes.h"

static cJSON *list_faults(struct http_req *req, const struct contract_faults *faults)
{
	cJSON *extra = js_object(http_arena(req));
	cJSON *errors = cJSON_AddArrayToObject(extra, "errors");
	for (size_t i = 0; i < faults->n && i < ARRAY_SIZE(faults->list); i++) {
		cJSON *one = cJSON_CreateObject();
		js_add_str(one, "field", faults->list[i].path);
		js_add_str(one, "message", faults->list[i].message);
		cJSON_AddItemToArray(errors, one);
	}
	return extra;
}

/* 0 good, 1 refused and answered, -1 failed. */
static int check(struct http_req *req, const cJSON *doc, struct err *err)
{
	struct contract *contract = arena_alloc(http_arena(req), sizeof(*contract));
	struct contract_faults *faults = arena_alloc(http_arena(req), sizeof(*faults));
	if (contract_parse(doc, http_arena(req), contract, faults, err) == 0)
		return 0;
	if (faults->n == 0)
		return -1;
	http_reply_problem_with(req, err, list_faults(req, faults));
	return 1;
}

int put_contract_draft(struct http_req *req, struct err *err)
{
	static const char *const members[] = { "doc", NULL };
	scoped(struct db_result *, db_result_free) r = NULL;
	struct ref ref;
	int64_t if_match;
	cJSON *body;
	if (validation_dataset(req, "contract.write", &ref, err) != 0 ||
	    validation_if_match(req, &if_match, err) != 0 || http_body_json(req, &body, err) != 0 ||
	    js_only(body, members, err) != 0)
		return -1;
	const cJSON *doc = cJSON_GetObjectItemCaseSensitive(body, "doc");
	if (!cJSON_IsObject(doc))
		return err_set_code(
		    err, ERR_INPUT, "field.invalid", "doc: a contract document is required");
	const int verdict = check(req, doc, err);
	if (verdict != 0)
		return verdict > 0 ? 0 : -1;
	if (store_draft_put(http_db(req), &ref, js_print(http_arena(req), doc), if_match,
		http_caller(req)->user_name, &r, err) != 0)
		return -1;
	validation_reply_doc(
	    req, db_bool(r, 0, "created") ? 201 : 200, db_text(r, 0, "doc"), db_text(r, 0, "etag"));
	return 0;
}
