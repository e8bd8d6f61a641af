/* SPDX-License-Identifier: Apache-2.0 */
/* create_domain - POST /api/domains. */
#include "base/text.h"
#include "dataset_body.h"
#include "store.h"
#include "validation.h"
#include "validation_routes.h"

int create_domain(struct http_req *req, struct err *err)
{
	static const char *const members[] = { "name", "description", NULL };
	scoped(struct db_result *, db_result_free) r = NULL;
	const char *name;
	const char *description = "";
	cJSON *body;
	if (http_body_json(req, &body, err) != 0 || js_only(body, members, err) != 0 ||
	    js_need_str(body, "name", 1, TEXT_NAME_MAX_BYTES, &name, err) != 0)
		return -1;
	if (!text_is_name(name))
		return err_set_code(err, ERR_INPUT, "name.invalid",
		    "name: a-z, 0-9 and _, a letter first, at most %d characters",
		    TEXT_NAME_MAX_BYTES);
	if (dataset_body_description(body, &description, err) != 0 ||
	    store_domain_create(http_db(req), name, description, http_caller(req), &r, err) != 0)
		return -1;
	validation_reply_doc(req, db_bool(r, 0, "created") ? 201 : 200, db_text(r, 0, "doc"), NULL);
	return 0;
}
