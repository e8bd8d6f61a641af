/* SPDX-License-Identifier: Apache-2.0 */
/* load_view - loads of the ledger as the API shows them. */
#include "load_view.h"

#include "base/text.h"
#include "kit/svc.h"
#include "store.h"

#include <stdio.h>
#include <string.h>

static void add_possible(cJSON *doc, const char *name, const char *refusal)
{
	cJSON *p = cJSON_AddObjectToObject(doc, name);

	cJSON_AddBoolToObject(p, "possible", refusal == NULL);
	js_add_str(p, "reason", refusal);
}

static void add_number(cJSON *doc, const char *name, const struct db_result *r, int i)
{
	if (db_text(r, i, name) == NULL)
		cJSON_AddNullToObject(doc, name);
	else
		js_add_i64(doc, name, db_i64(r, i, name));
}

cJSON *load_view(const struct db_result *r, int i)
{
	static const char *const texts[] = {
		"dataset",
		"domain",
		"run_id",
		"state",
		"mode",
		"at",
		"by",
		"pipeline",
		"undone_at",
		"undone_by",
	};
	cJSON *doc = cJSON_CreateObject();

	for (size_t k = 0; k < ARRAY_SIZE(texts); k++)
		js_add_str(doc, texts[k], db_text(r, i, texts[k]));
	js_add_i64(doc, "no", db_i64(r, i, "no"));
	js_add_i64(doc, "rows", db_i64(r, i, "rows"));
	js_add_raw(doc, "account", db_text(r, i, "account"));
	js_add_raw(doc, "file", db_text(r, i, "file"));
	add_number(doc, "contract_version", r, i);
	add_number(doc, "pipeline_version", r, i);
	add_possible(doc, "undo", db_text(r, i, "undo_refusal"));
	add_possible(doc, "redo", db_text(r, i, "redo_refusal"));
	return doc;
}

int load_view_key(struct http_req *req, struct load_view_key *out, struct err *err)
{
	const char *no = http_param(req, "no");

	if (ref_of_request(req, "dataset", "load.undo", &out->name, err) != 0)
		return -1;
	if (text_parse_i64(no, &out->no) != 0 || out->no < 1)
		return err_set_code(
		    err, ERR_NOT_FOUND, "load.unknown", "load #%.20s of %s", no, out->name.name);
	return 0;
}

const char *load_view_object(struct http_req *req, const struct load_view_key *key)
{
	return arena_printf(
	    http_arena(req), "%s.%s #%lld", key->name.domain, key->name.name, (long long)key->no);
}

int load_view_reply(struct http_req *req, const struct load_view_key *key, int status,
    const char *run_id, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;

	if (store_load(http_db(req), key->name.domain, key->name.name, key->no, &r, err) != 0)
		return -1;
	if (db_rows(r) == 0)
		return err_set_code(err, ERR_NOT_FOUND, "load.unknown", "load #%lld of %s",
		    (long long)key->no, key->name.name);
	cJSON *doc = js_object(http_arena(req));

	cJSON_AddItemToObject(doc, "load", load_view(r, 0));
	js_add_i64(doc, "row_count", db_i64(r, 0, "table_rows"));
	js_add_str(doc, "run_id", run_id);
	http_reply_json(req, status, doc);
	return 0;
}

void load_view_ring(const struct db_result *r)
{
	for (int i = 0; i < db_rows(r); i++) {
		struct ring_msg m = { 0 };

		(void)snprintf(m.run_id, sizeof(m.run_id), "%s", db_text(r, i, "run_id"));
		svc_ring_put(svc_self(), RING_RUNS, &m);
	}
}
