/* SPDX-License-Identifier: Apache-2.0 */
/* view - an upload as JSON and as headers. */
#include "view.h"

#include <string.h>

#include "tus.h"

static void add_count(cJSON *doc, const char *name, int64_t v, bool known)
{
	if (known)
		js_add_i64(doc, name, v);
	else
		cJSON_AddNullToObject(doc, name);
}

cJSON *view_twin(const struct upload *u)
{
	cJSON *twin;

	if (u->twin_id == NULL)
		return cJSON_CreateNull();
	twin = cJSON_CreateObject();
	js_add_str(twin, "upload_id", u->twin_id);
	js_add_str(twin, "run_id", u->twin_run_id);
	add_count(twin, "no", u->twin_no, u->twin_no > 0);
	return twin;
}

cJSON *view_upload(struct arena *a, const struct upload *u)
{
	cJSON *doc = js_object(a);

	js_add_str(doc, "upload_id", u->id);
	js_add_str(doc, "dataset", u->dataset);
	js_add_str(doc, "domain", u->domain);
	js_add_str(doc, "filename", u->filename);
	js_add_str(doc, "state", u->state);
	add_count(doc, "length", u->length, u->length >= 0);
	js_add_i64(doc, "offset", u->bytes);
	js_add_str(doc, "sha256", u->sha256);
	js_add_str(doc, "run_id", u->run_id);
	add_count(doc, "run_no", u->run_no, u->run_id != NULL);
	js_add_str(doc, "created_at", u->created_at);
	js_add_str(doc, "expires_at", u->expires_at);
	js_add_str(doc, "created_by", u->created_by);
	cJSON_AddItemToObject(doc, "duplicate_of", view_twin(u));
	js_add_raw(doc, "reason", u->reason);
	return doc;
}

static void set_number(struct http_req *req, const char *name, int64_t v)
{
	http_set_header(req, name, arena_printf(http_arena(req), "%lld", (long long)v));
}

void view_headers(struct http_req *req, const struct upload *u)
{
	http_set_header(req, "Tus-Resumable", TUS_VERSION);
	set_number(req, "Upload-Offset", u->bytes);
	if (u->length >= 0)
		set_number(req, "Upload-Length", u->length);
	if (u->expires_http != NULL)
		http_set_header(req, "Upload-Expires", u->expires_http);
	if (u->run_id == NULL)
		return;
	http_set_header(req, "Millrace-Run-Id", u->run_id);
	set_number(req, "Millrace-Run-No", u->run_no);
}
