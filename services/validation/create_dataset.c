/* SPDX-License-Identifier: Apache-2.0 */
/* create_dataset - POST /api/datasets. */
#include <string.h>

#include "base/uuid.h"
#include "dataset_body.h"
#include "store.h"
#include "validation.h"
#include "validation_routes.h"

enum { NAME_BYTES = 97 }; /* domain.name */

static int read_name(struct http_req *req, const cJSON *body, struct ref *out, struct err *err)
{
	const char *name;
	if (js_need_str(body, "name", 1, NAME_BYTES, &name, err) != 0 ||
	    ref_parse(name, http_arena(req), out, err) != 0)
		return -1;
	if (!http_can(req, "dataset.write", out->domain))
		return err_set_code(err, ERR_NOT_FOUND, "domain.unknown", "domain %s", out->domain);
	return 0;
}

static int read_id(const cJSON *body, char *made, const char **out, struct err *err)
{
	const cJSON *id = cJSON_GetObjectItemCaseSensitive(body, "id");
	uuid_make(made);
	*out = id == NULL ? made : cJSON_GetStringValue(id);
	if (!uuid_is_valid(*out))
		return err_set_code(err, ERR_INPUT, "field.invalid", "id: a UUID in lower case");
	return 0;
}

static int read_mode(const cJSON *body, const char **out, struct err *err)
{
	const cJSON *mode = cJSON_GetObjectItemCaseSensitive(body, "mode");
	*out = mode == NULL ? "append" : cJSON_GetStringValue(mode);
	if (*out == NULL || (strcmp(*out, "append") != 0 && strcmp(*out, "replace") != 0))
		return err_set_code(err, ERR_INPUT, "field.invalid", "mode: append or replace");
	return 0;
}

static int read_body(struct http_req *req, struct store_dataset *d, char *made, struct err *err)
{
	static const char *const members[] = { "id", "name", "description", "mode", "auto_publish",
		"error_budget_pct", NULL };
	const char *auto_publish = "false";
	cJSON *body;
	if (http_body_json(req, &body, err) != 0 || js_only(body, members, err) != 0 ||
	    read_id(body, made, &d->id, err) != 0 || read_name(req, body, &d->ref, err) != 0 ||
	    read_mode(body, &d->mode, err) != 0 ||
	    dataset_body_description(body, &d->description, err) != 0 ||
	    dataset_body_auto_publish(body, &auto_publish, err) != 0 ||
	    dataset_body_budget(body, http_arena(req), &d->budget_pct, err) != 0)
		return -1;
	d->id_given = d->id != made;
	d->auto_publish = auto_publish[0] == 't';
	return 0;
}

int create_dataset(struct http_req *req, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;
	char made[UUID_TEXT_BYTES];
	struct store_dataset d = {
		.description = "",
		.budget_pct = "1",
		.by = http_caller(req)->user_name,
	};
	if (read_body(req, &d, made, err) != 0 ||
	    store_dataset_create(http_db(req), &d, &r, err) != 0)
		return -1;
	validation_reply_doc(
	    req, db_bool(r, 0, "created") ? 201 : 200, db_text(r, 0, "doc"), db_text(r, 0, "rev"));
	return 0;
}
