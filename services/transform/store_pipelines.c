/* SPDX-License-Identifier: Apache-2.0 */
/* store_pipelines - SQL on pipelines, their versions, and the datasets they read and write. */
#include "store.h"

#include "store_sql.h"

/* clang-format off */
#define PIPELINE_COLUMNS(DRAFT) \
	"select p.domain, p.name, p.revision, p.draft is not null as has_draft, p.description," \
	" p.version, p.target, to_json(p.sources) as sources, v.mode, " \
	STORE_RFC3339("p.updated_at") " as updated_at, p.updated_by," \
	" case when p.target is not null then jobs.last_run_v1(p.domain, p.target) end as last_run" \
	DRAFT " from transform.pipelines p left join transform.pipeline_versions v" \
	" on v.domain = p.domain and v.pipeline = p.name and v.version = p.version "
/* clang-format on */

/* A list leaves the drafts in the table: 500 of them can be 500 MiB. */
static const char SQL_PIPELINES[] = PIPELINE_COLUMNS(
    "") "where p.domain = any($1::text[]) and ($2::text is null or (p.domain, p.name) > ($2, $3))"
	" order by p.domain, p.name limit $4";

static const char SQL_PIPELINE[] = PIPELINE_COLUMNS(", p.draft, " STORE_RFC3339(
    "p.draft_at") " as draft_at, p.draft_by") "where p.domain = $1 and p.name = $2";

static const char SQL_LOCK[] =
    "select revision, draft is not null as has_draft from transform.pipelines"
    " where domain = $1 and name = $2 for update";

static const char SQL_INSERT[] = "insert into transform.pipelines (domain, name, draft, "
				 "description, draft_at, draft_by, created_by,"
				 " updated_by) values ($1, $2, $3::json, "
				 "coalesce($3::json->>'description', ''), clock_timestamp(),"
				 " $4, $4, $4) on conflict do nothing returning name";

static const char SQL_SAVE_DRAFT[] =
    "update transform.pipelines set draft = $3::json,"
    " description = coalesce($3::json->>'description', ''), draft_at = clock_timestamp(), draft_by "
    "= $4,"
    " updated_at = clock_timestamp(), updated_by = $4, revision = revision + 1"
    " where domain = $1 and name = $2";

static const char SQL_PUBLISH[] =
    "with p as ("
    " update transform.pipelines set version = coalesce(version, 0) + 1, target = $5,"
    " sources = $7::text[], draft = null, draft_at = null, draft_by = null,"
    " updated_at = clock_timestamp(), updated_by = $9, revision = revision + 1"
    " where domain = $1 and name = $2 returning version, revision)"
    " insert into transform.pipeline_versions (domain, pipeline, version, revision, doc, note, "
    "target,"
    " mode, sources, columns, published_by)"
    " select $1, $2, p.version, p.revision - 1, $3::json, $4, $5, $6, $7::text[], $8::jsonb, $9 "
    "from p"
    " returning version, revision + 1 as revision";

/* clang-format off */
#define VERSION_COLUMNS \
	"select version, doc, note, target, mode, to_json(sources) as sources, columns, " \
	STORE_RFC3339("published_at") " as published_at, published_by" \
	" from transform.pipeline_versions where domain = $1 and pipeline = $2 "
/* clang-format on */

/* Documents of up to 1 MiB: a page ends where they pass 4 MiB together, but has one. */
static const char SQL_VERSIONS[] =
    "select * from (select v.*, count(*) over () as n, row_number() over (order by version desc) "
    "as i,"
    " sum(octet_length(doc::text)) over (order by version desc) as bytes from (" VERSION_COLUMNS
    "and ($3::int = 0 or version < $3::int) order by version desc limit $4) v) p"
    " where bytes <= 4194304 or i = 1 order by version desc";
static const char SQL_VERSION_OF_REVISION[] = VERSION_COLUMNS "and revision = $3";
static const char SQL_VERSION[] = VERSION_COLUMNS "and version = $3";

static const char SQL_DERIVED[] = "select catalog.create_derived_v1($1, $2, $3, $4::jsonb, $5)";
static const char SQL_DATASET[] = "select catalog.dataset_v1($1, $2) as dataset";
static const char SQL_CONTRACT[] = "select catalog.contract_v1($1, $2, $3::int) as contract";

int store_pipelines(struct db *db, const char *domains, const char *after_domain,
    const char *after_name, int64_t limit, struct db_result **out, struct err *err)
{
	struct store_number n = { 0 };

	return db_query(db, SQL_PIPELINES, out, err, domains, after_domain, after_name,
	    store_number_text(&n, limit));
}

int store_pipeline(
    struct db *db, const char *domain, const char *name, struct db_result **out, struct err *err)
{
	return db_query(db, SQL_PIPELINE, out, err, domain, name);
}

int store_lock_pipeline(
    struct db *db, const char *domain, const char *name, struct db_result **out, struct err *err)
{
	return db_query(db, SQL_LOCK, out, err, domain, name);
}

int store_insert_pipeline(struct db *db, const char *domain, const char *name, const char *doc,
    const char *by, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;

	if (db_query(db, SQL_INSERT, &r, err, domain, name, doc, by) != 0)
		return -1;
	if (db_rows(r) == 0)
		return err_set_code(err, ERR_CONFLICT, "etag.required",
		    "pipeline %s is there already: send If-Match with its ETag", name);
	return 0;
}

int store_save_draft(struct db *db, const char *domain, const char *name, const char *doc,
    const char *by, struct err *err)
{
	return db_query(db, SQL_SAVE_DRAFT, NULL, err, domain, name, doc, by);
}

int store_publish(
    struct db *db, const struct store_version *v, struct db_result **out, struct err *err)
{
	if (db_query(db, SQL_PUBLISH, out, err, v->domain, v->pipeline, v->doc, v->note, v->target,
		v->mode, v->sources, v->columns, v->by) == 0)
		return 0;
	if (err->kind == ERR_CONFLICT)
		return err_set_code(err, ERR_CONFLICT, "pipeline.target_taken",
		    "another pipeline writes the dataset %s", v->target);
	return -1;
}

int store_versions(struct db *db, const char *domain, const char *pipeline, int64_t before,
    int64_t limit, struct db_result **out, struct err *err)
{
	struct store_number b = { 0 };
	struct store_number l = { 0 };

	return db_query(db, SQL_VERSIONS, out, err, domain, pipeline, store_number_text(&b, before),
	    store_number_text(&l, limit));
}

int store_version_of_revision(struct db *db, const char *domain, const char *pipeline,
    int64_t revision, struct db_result **out, struct err *err)
{
	struct store_number n = { 0 };

	return db_query(db, SQL_VERSION_OF_REVISION, out, err, domain, pipeline,
	    store_number_text(&n, revision));
}

int store_version(struct db *db, const char *domain, const char *pipeline, int64_t version,
    struct db_result **out, struct err *err)
{
	struct store_number n = { 0 };

	return db_query(
	    db, SQL_VERSION, out, err, domain, pipeline, store_number_text(&n, version));
}

int store_derived(struct db *db, const char *domain, const char *dataset, const char *mode,
    const char *fields, const char *by, struct err *err)
{
	return db_query(db, SQL_DERIVED, NULL, err, domain, dataset, mode, fields, by);
}

int store_dataset(
    struct db *db, const char *domain, const char *dataset, struct db_result **out, struct err *err)
{
	return db_query(db, SQL_DATASET, out, err, domain, dataset);
}

int store_contract(struct db *db, const char *domain, const char *dataset, int64_t version,
    struct db_result **out, struct err *err)
{
	struct store_number n = { 0 };

	return db_query(
	    db, SQL_CONTRACT, out, err, domain, dataset, store_number_text(&n, version));
}
