/* SPDX-License-Identifier: Apache-2.0 */
/* patch_dataset - PATCH /api/datasets/{dataset}. */
#include "dataset_body.h"
#include "store.h"
#include "validation.h"
#include "validation_routes.h"

int patch_dataset(struct http_req *req, struct err *err)
{
	static const char *const members[] = { "description", "auto_publish", "error_budget_pct",
		NULL };
	scoped(struct db_result *, db_result_free) r = NULL;
	struct store_dataset_patch p = { 0 };
	struct ref ref;
	cJSON *body;
	if (validation_dataset(req, "dataset.write", &ref, err) != 0 ||
	    validation_if_match(req, &p.if_match, err) != 0 ||
	    http_body_json(req, &body, err) != 0 || js_only(body, members, err) != 0 ||
	    dataset_body_description(body, &p.description, err) != 0 ||
	    dataset_body_auto_publish(body, &p.auto_publish, err) != 0 ||
	    dataset_body_budget(body, http_arena(req), &p.budget_pct, err) != 0 ||
	    store_dataset_patch(http_db(req), &ref, &p, &r, err) != 0)
		return -1;
	validation_reply_doc(req, 200, db_text(r, 0, "doc"), db_text(r, 0, "rev"));
	return 0;
}
