/* SPDX-License-Identifier: Apache-2.0 */
/* store_preview - SQL of what a draft is tried on. */
#include "store.h"

static const char SQL_PREVIEW[] =
    "select d.error_budget_pct as budget, f.doc::text as draft, coalesce(f.rev, 0) as rev, "
    "(select c.doc::text from catalog.contracts c where c.dataset_id = d.id order by c.version "
    "desc "
    "limit 1) as published, o.doc ->> 'run_id' as run_id, o.doc ->> 'no' as no, "
    "o.doc #>> '{object,key}' as key, o.doc #>> '{object,bytes}' as bytes, "
    "o.doc #>> '{object,filename}' as filename from catalog.datasets d "
    "left join catalog.drafts f on f.dataset_id = d.id, "
    "lateral (select jobs.last_object_v1(d.domain, d.name, d.created_at) as doc) o "
    "where d.domain = $1 and d.name = $2";

static const char *text_of(const struct db_result *r, const char *column, struct arena *a)
{
	const char *text = db_text(r, 0, column);
	return text == NULL ? NULL : arena_dup(a, text);
}

int store_preview_get(struct db *db, const struct ref *ref, int64_t if_match, struct arena *a,
    struct store_preview *out, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;
	if (db_query(db, SQL_PREVIEW, &r, err, ref->domain, ref->name) != 0)
		return -1;
	if (db_rows(r) == 0)
		return err_set_code(
		    err, ERR_NOT_FOUND, "dataset.unknown", "dataset %s.%s", ref->domain, ref->name);
	if (db_text(r, 0, "draft") == NULL)
		return err_set_code(err, ERR_CONFLICT, "contract.no_draft",
		    "dataset %s.%s has no draft", ref->domain, ref->name);
	if (if_match != 0 && if_match != db_i64(r, 0, "rev"))
		return err_set_code(
		    err, ERR_CONFLICT, "etag.mismatch", "the draft was changed meanwhile");
	*out = (struct store_preview){
		.draft = text_of(r, "draft", a),
		.published = text_of(r, "published", a),
		.budget_pct = text_of(r, "budget", a),
		.run_id = text_of(r, "run_id", a),
		.no = db_i64(r, 0, "no"),
		.bytes = db_i64(r, 0, "bytes"),
		.key = text_of(r, "key", a),
		.filename = text_of(r, "filename", a),
	};
	return 0;
}
