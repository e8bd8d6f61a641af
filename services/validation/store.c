/* SPDX-License-Identifier: Apache-2.0 */
/* store - the catalog's SQL: domains, datasets, contracts. */
#include "store.h"

#include <inttypes.h>
#include <stdio.h>

enum { NUMBER_BYTES = 24 };

#define IN_DOMAINS(column) "(" column " = any($1::text[]) or '*' = any($1::text[]))"
#define DATASET_DOC                                                                                \
	"(catalog.dataset_json(d) || jsonb_build_object('last_run', jobs.last_run_v1(d.domain, "   \
	"d.name)))::text"
#define DOMAIN_DOC                                                                                 \
	"jsonb_build_object('name', d.name, 'description', d.description, 'created_at', "          \
	"catalog.time_text(d.created_at), 'created_by', d.created_by)::text"
#define VERSION_DOC                                                                                \
	"jsonb_build_object('version', c.version, 'doc', c.doc, 'published_at', "                  \
	"catalog.time_text(c.published_at), 'published_by', c.published_by)"
#define DRAFT_DOC(evidence)                                                                        \
	"jsonb_build_object('doc', f.doc, 'etag', f.rev::text, 'evidence', " evidence ", "         \
	"'updated_at', "                                                                           \
	"catalog.time_text(f.updated_at), 'updated_by', f.updated_by, 'source', f.source)"

static const char SQL_DOMAINS[] =
    "select " DOMAIN_DOC " as doc, d.name as key from catalog.domains d "
    "where " IN_DOMAINS("d.name") " and d.name > coalesce($2, '') "
				  "order by d.name limit $3";

static const char SQL_DOMAIN_INSERT[] =
    "with made as (insert into catalog.domains (name, description, created_by) "
    "values ($1, $2, $3) on conflict do nothing returning name) "
    "select m.name, auth.first_manager_v1($4::uuid, m.name, $3) from made m";

static const char SQL_DOMAIN_GET[] =
    "select " DOMAIN_DOC " as doc, $2::boolean as created, d.description = $3 as same "
    "from catalog.domains d where d.name = $1";

static const char SQL_DATASETS[] =
    "select " DATASET_DOC " as doc, d.domain || '.' || d.name as key from catalog.datasets d "
    "where " IN_DOMAINS(
	"d.domain") " and ($2::text is null or position($2 in d.name) > 0) "
		    "and (d.domain || '.' || d.name) collate \"C\" > coalesce($3, '') "
		    "order by (d.domain || '.' || d.name) collate \"C\" limit $4";

/* A field is known by its name or an alias, without regard to case and blanks around it. */
static const char SQL_MATCHING[] =
    "with header as (select distinct lower(btrim(h)) as name from unnest($2::text[]) h), "
    "newest as (select distinct on (d.id) d.domain, d.name, coalesce(c.doc -> 'fields', "
    "c.doc #> '{schema,fields}', c.doc #> '{resources,0,schema,fields}') as fields "
    "from catalog.datasets d join catalog.contracts c on c.dataset_id = d.id "
    "where d.kind = 'upload' and " IN_DOMAINS(
	"d.domain") " order by d.id, c.version desc), "
		    "field as (select n.domain, n.name, lower(f ->> 'name') as field, "
		    "lower(coalesce(f #>> "
		    "'{millrace,aliases}', '[]'))::jsonb as aliases, coalesce((f #>> "
		    "'{constraints,required}')::"
		    "boolean, false) as required from newest n, jsonb_array_elements(n.fields) f), "
		    "judged as (select domain, name, count(*) as fields, count(*) filter (where "
		    "known) as matched, "
		    "count(*) filter (where required and not known) as lacks from (select f.*, "
		    "exists (select from "
		    "header h where h.name = f.field or f.aliases ? h.name) as known from field f) "
		    "k group by 1, 2) "
		    "select jsonb_build_object('dataset', j.name, 'domain', j.domain, 'matched', "
		    "j.matched, "
		    "'columns', (select count(*) from header), 'fields', j.fields, 'fits', "
		    "j.matched = j.fields and "
		    "j.matched = (select count(*) from header))::text as doc from judged j "
		    "where j.matched * 2 >= greatest(j.fields, (select count(*) from header)) "
		    "order by j.matched::float / greatest(j.fields, (select count(*) from header)) "
		    "desc, j.lacks, "
		    "j.domain, j.name limit 5";

static const char SQL_DATASET_GET[] =
    "select " DATASET_DOC
    " as doc, d.rev from catalog.datasets d where d.domain = $1 and d.name = $2";

static const char SQL_DATASET_INSERT[] =
    "insert into catalog.datasets (id, domain, name, kind, mode, description, auto_publish, "
    "error_budget_pct, created_by) select $1::uuid, m.name, $3, 'upload', $4, $5, $6::boolean, "
    "$7::numeric, $8 "
    "from catalog.domains m where m.name = $2 on conflict do nothing returning id";

/* No row: no such domain. Not the same: another dataset has the name, or another name has the id.
 */
static const char SQL_DATASET_MADE[] =
    "select " DATASET_DOC " as doc, d.rev, $8::boolean as created, d.id = coalesce($3::uuid, d.id) "
    "and d.kind = 'upload' and d.mode = $4 and "
    "d.description = $5 and d.auto_publish = $6::boolean and d.error_budget_pct = $7::numeric as "
    "same "
    "from catalog.domains m left join catalog.datasets d on d.domain = m.name and d.name = $2 "
    "where m.name = $1";

static const char SQL_DATASET_PATCH[] =
    "update catalog.datasets d set description = coalesce($3, d.description), "
    "auto_publish = coalesce($4::boolean, d.auto_publish), "
    "error_budget_pct = coalesce($5::numeric, d.error_budget_pct), rev = d.rev + 1 "
    "where d.domain = $1 and d.name = $2 and ($6::bigint = 0 or d.rev = $6::bigint) "
    "returning " DATASET_DOC " as doc, d.rev";

static const char SQL_DATASET_LOCK[] =
    "select d.id, d.kind, d.created_at::text as created_at from catalog.datasets d "
    "where d.domain = $1 and d.name = $2 for update";

static const char SQL_DATASET_IN_USE[] =
    "select _millrace.is_live_v1($1, $2) as live, jobs.is_alive_v1($1, $2) as alive";

static const char SQL_FORGET[] = "select _millrace.forget_v1($1, $2)";

static const char SQL_DATASET_DELETE[] = "delete from catalog.datasets where id = $1::uuid";

static const char SQL_CONTRACT_GET[] =
    "select jsonb_build_object("
    "'published', (select " VERSION_DOC " from catalog.contracts c where c.dataset_id = d.id "
    "order by c.version desc limit 1), "
    "'draft', (select " DRAFT_DOC("case when $3::boolean then f.evidence else "
				  "catalog.without_cells(f.evidence) end") " from catalog.drafts f "
									   "where f.dataset_id = "
									   "d.id))::text as doc, "
									   "(select f.rev from "
									   "catalog.drafts f where "
									   "f.dataset_id = d.id) "
									   "as etag "
									   "from catalog.datasets "
									   "d where d.domain = $1 "
									   "and d.name = $2";

static const char SQL_DRAFT_REV[] = "select rev from catalog.drafts where dataset_id = $1::uuid";

static const char SQL_DRAFT_PUT[] =
    "insert into catalog.drafts as f (dataset_id, doc, evidence, source, updated_by) "
    "values ($1::uuid, $2::jsonb, null, 'person', $3) on conflict (dataset_id) do update set "
    "doc = excluded.doc, source = 'person', rev = nextval('catalog.revs'), updated_at = now(), "
    "updated_by = excluded.updated_by "
    "returning " DRAFT_DOC("f.evidence") "::text as doc, f.rev as etag, xmax = 0 as created";

static const char SQL_DRAFT_DELETE[] = "delete from catalog.drafts where dataset_id = $1::uuid";

static const char SQL_PUBLISH[] =
    "insert into catalog.contracts (dataset_id, version, doc, published_by) "
    "select f.dataset_id, 1 + coalesce((select max(c.version) from catalog.contracts c "
    "where c.dataset_id = f.dataset_id), 0), f.doc, $2 from catalog.drafts f where f.dataset_id = "
    "$1::uuid "
    "returning version";

static const char SQL_START_WAITING[] = "select run_id from jobs.start_waiting_v1($1, $2, $3, "
					"$4::timestamptz)";

static const char SQL_VERSIONS[] =
    "select " VERSION_DOC "::text as doc, c.version as key from catalog.contracts c "
    "where c.dataset_id = $1::uuid and ($2::int is null or c.version < $2::int) "
    "order by c.version desc limit $3";

static const char SQL_VERSION[] =
    "select " VERSION_DOC "::text as doc from catalog.contracts c join catalog.datasets d "
    "on d.id = c.dataset_id where d.domain = $1 and d.name = $2 and c.version = $3::int";

static const char *number(char *out, int64_t n)
{
	(void)snprintf(out, NUMBER_BYTES, "%" PRId64, n);
	return out;
}

static int unknown(const struct ref *ref, struct err *err)
{
	return err_set_code(
	    err, ERR_NOT_FOUND, "dataset.unknown", "dataset %s.%s", ref->domain, ref->name);
}

int store_domains(struct db *db, const char *domains, const char *after, int64_t limit,
    struct db_result **out, struct err *err)
{
	char n[NUMBER_BYTES];
	return db_query(db, SQL_DOMAINS, out, err, domains, after, number(n, limit + 1));
}

int store_domain_create(struct db *db, const char *name, const char *description,
    const struct http_caller *who, struct db_result **out, struct err *err)
{
	scoped(struct db_result *, db_result_free) made = NULL;
	if (db_query(db, SQL_DOMAIN_INSERT, &made, err, name, description, who->user_name,
		who->user_id) != 0 ||
	    db_query(db, SQL_DOMAIN_GET, out, err, name, db_rows(made) > 0 ? "t" : "f",
		description) != 0)
		return -1;
	if (db_rows(*out) == 1 && db_bool(*out, 0, "same"))
		return 0;
	db_result_free(out);
	return err_set_code(
	    err, ERR_CONFLICT, "domain.exists", "domain %s exists with another description", name);
}

int store_datasets(struct db *db, const char *domains, const char *q, const char *after,
    int64_t limit, struct db_result **out, struct err *err)
{
	char n[NUMBER_BYTES];
	return db_query(db, SQL_DATASETS, out, err, domains, q, after, number(n, limit + 1));
}

int store_matching_datasets(struct db *db, const char *domains, const char *headers,
    struct db_result **out, struct err *err)
{
	return db_query(db, SQL_MATCHING, out, err, domains, headers);
}

int store_dataset_get(struct db *db, const struct ref *ref, struct db_result **out, struct err *err)
{
	if (db_query(db, SQL_DATASET_GET, out, err, ref->domain, ref->name) != 0)
		return -1;
	if (db_rows(*out) > 0)
		return 0;
	db_result_free(out);
	return unknown(ref, err);
}

int store_dataset_create(
    struct db *db, const struct store_dataset *d, struct db_result **out, struct err *err)
{
	scoped(struct db_result *, db_result_free) made = NULL;
	const char *auto_publish = d->auto_publish ? "t" : "f";
	if (db_query(db, SQL_DATASET_INSERT, &made, err, d->id, d->ref.domain, d->ref.name, d->mode,
		d->description, auto_publish, d->budget_pct, d->by) != 0 ||
	    db_query(db, SQL_DATASET_MADE, out, err, d->ref.domain, d->ref.name,
		d->id_given ? d->id : NULL, d->mode, d->description, auto_publish, d->budget_pct,
		db_rows(made) > 0 ? "t" : "f") != 0)
		return -1;
	const bool domain = db_rows(*out) == 1;
	if (domain && db_bool(*out, 0, "same"))
		return 0;
	db_result_free(out);
	if (!domain)
		return err_set_code(
		    err, ERR_NOT_FOUND, "domain.unknown", "domain %s", d->ref.domain);
	return err_set_code(err, ERR_CONFLICT, "dataset.exists",
	    "dataset %s.%s exists with other settings", d->ref.domain, d->ref.name);
}

int store_dataset_patch(struct db *db, const struct ref *ref, const struct store_dataset_patch *p,
    struct db_result **out, struct err *err)
{
	scoped(struct db_result *, db_result_free) found = NULL;
	char rev[NUMBER_BYTES];
	if (db_query(db, SQL_DATASET_PATCH, out, err, ref->domain, ref->name, p->description,
		p->auto_publish, p->budget_pct, number(rev, p->if_match)) != 0)
		return -1;
	if (db_rows(*out) > 0)
		return 0;
	db_result_free(out);
	if (store_dataset_get(db, ref, &found, err) != 0)
		return -1;
	return err_set_code(err, ERR_CONFLICT, "etag.mismatch",
	    "dataset %s.%s was changed meanwhile", ref->domain, ref->name);
}

/* The dataset's row, locked until the transaction ends: drafts and versions change one at a time.
 */
static int lock_dataset(
    struct db *db, const struct ref *ref, struct db_result **out, struct err *err)
{
	if (db_query(db, SQL_DATASET_LOCK, out, err, ref->domain, ref->name) != 0)
		return -1;
	return db_rows(*out) > 0 ? 0 : unknown(ref, err);
}

static int refuse_in_use(struct db *db, const struct ref *ref, struct err *err)
{
	scoped(struct db_result *, db_result_free) use = NULL;
	if (db_query(db, SQL_DATASET_IN_USE, &use, err, ref->domain, ref->name) != 0)
		return -1;
	if (!db_bool(use, 0, "live") && !db_bool(use, 0, "alive"))
		return 0;
	return err_set_code(err, ERR_CONFLICT, "dataset.not_empty", "dataset %s.%s has %s",
	    ref->domain, ref->name,
	    db_bool(use, 0, "live") ? "live loads: undo them first" : "a run that has not ended");
}

/* Asked before, so that no lock waits for a run at work, and after: a redo may have come between.
 */
static int delete_locked(struct db *db, const struct ref *ref, struct err *err)
{
	scoped(struct db_result *, db_result_free) row = NULL;
	if (lock_dataset(db, ref, &row, err) != 0 || refuse_in_use(db, ref, err) != 0 ||
	    db_query(db, SQL_FORGET, NULL, err, ref->domain, ref->name) != 0 ||
	    refuse_in_use(db, ref, err) != 0)
		return -1;
	return db_query(db, SQL_DATASET_DELETE, NULL, err, db_text(row, 0, "id"));
}

/* Runs fn's statements in one transaction. */
static int finish(struct db *db, int rc, struct err *err)
{
	if (rc == 0 && db_commit(db, err) == 0)
		return 0;
	db_rollback(db);
	return -1;
}

int store_dataset_delete(struct db *db, const struct ref *ref, struct err *err)
{
	if (db_begin(db, err) != 0)
		return -1;
	return finish(db, delete_locked(db, ref, err), err);
}

int store_contract_get(
    struct db *db, const struct ref *ref, bool cells, struct db_result **out, struct err *err)
{
	if (db_query(db, SQL_CONTRACT_GET, out, err, ref->domain, ref->name, cells ? "t" : "f") !=
	    0)
		return -1;
	if (db_rows(*out) > 0)
		return 0;
	db_result_free(out);
	return unknown(ref, err);
}

/* if_match must be the draft's ETag; 0 is right where there is no draft, or where any will do. */
static int check_draft(
    struct db *db, const char *id, int64_t if_match, bool any, bool *out_exists, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;
	if (db_query(db, SQL_DRAFT_REV, &r, err, id) != 0)
		return -1;
	const bool exists = db_rows(r) > 0;
	const int64_t rev = exists ? db_i64(r, 0, "rev") : 0;
	if (rev != if_match && !(any && if_match == 0))
		return err_set_code(
		    err, ERR_CONFLICT, "etag.mismatch", "the draft was changed meanwhile");
	*out_exists = exists;
	return 0;
}

static int put_locked(struct db *db, const struct ref *ref, const char *doc, int64_t if_match,
    const char *by, struct db_result **out, struct err *err)
{
	scoped(struct db_result *, db_result_free) row = NULL;
	bool exists;
	if (lock_dataset(db, ref, &row, err) != 0)
		return -1;
	if (db_text(row, 0, "kind")[0] == 'd')
		return err_set_code(err, ERR_CONFLICT, "dataset.derived",
		    "the contract of %s.%s comes from its pipeline", ref->domain, ref->name);
	if (check_draft(db, db_text(row, 0, "id"), if_match, false, &exists, err) != 0)
		return -1;
	return db_query(db, SQL_DRAFT_PUT, out, err, db_text(row, 0, "id"), doc, by);
}

int store_draft_put(struct db *db, const struct ref *ref, const char *doc, int64_t if_match,
    const char *by, struct db_result **out, struct err *err)
{
	if (db_begin(db, err) != 0)
		return -1;
	return finish(db, put_locked(db, ref, doc, if_match, by, out, err), err);
}

static int draft_delete_locked(
    struct db *db, const struct ref *ref, int64_t if_match, struct err *err)
{
	scoped(struct db_result *, db_result_free) row = NULL;
	bool exists;
	if (lock_dataset(db, ref, &row, err) != 0 ||
	    check_draft(db, db_text(row, 0, "id"), if_match, true, &exists, err) != 0)
		return -1;
	return db_query(db, SQL_DRAFT_DELETE, NULL, err, db_text(row, 0, "id"));
}

int store_draft_delete(struct db *db, const struct ref *ref, int64_t if_match, struct err *err)
{
	if (db_begin(db, err) != 0)
		return -1;
	return finish(db, draft_delete_locked(db, ref, if_match, err), err);
}

static int publish_locked(struct db *db, const struct ref *ref, int64_t if_match, const char *by,
    struct db_result **out_version, struct db_result **out_runs, struct err *err)
{
	scoped(struct db_result *, db_result_free) row = NULL;
	bool exists;
	if (lock_dataset(db, ref, &row, err) != 0)
		return -1;
	const char *id = db_text(row, 0, "id");
	if (check_draft(db, id, if_match, true, &exists, err) != 0)
		return -1;
	if (!exists)
		return err_set_code(err, ERR_CONFLICT, "contract.no_draft",
		    "dataset %s.%s has no draft", ref->domain, ref->name);
	if (db_query(db, SQL_PUBLISH, out_version, err, id, by) != 0 ||
	    db_query(db, SQL_DRAFT_DELETE, NULL, err, id) != 0)
		return -1;
	return db_query(db, SQL_START_WAITING, out_runs, err, ref->domain, ref->name, by,
	    db_text(row, 0, "created_at"));
}

int store_publish(struct db *db, const struct ref *ref, int64_t if_match, const char *by,
    struct arena *a, const char **out_version, struct db_result **out_runs, struct err *err)
{
	scoped(struct db_result *, db_result_free) version = NULL;
	if (db_begin(db, err) != 0)
		return -1;
	if (finish(db, publish_locked(db, ref, if_match, by, &version, out_runs, err), err) != 0)
		return -1;
	*out_version = arena_dup(a, db_text(version, 0, "version"));
	return 0;
}

int store_versions(struct db *db, const struct ref *ref, const char *below, int64_t limit,
    struct db_result **out, struct err *err)
{
	scoped(struct db_result *, db_result_free) row = NULL;
	char n[NUMBER_BYTES];
	if (db_query(db, "select d.id from catalog.datasets d where d.domain = $1 and d.name = $2",
		&row, err, ref->domain, ref->name) != 0)
		return -1;
	if (db_rows(row) == 0)
		return unknown(ref, err);
	return db_query(
	    db, SQL_VERSIONS, out, err, db_text(row, 0, "id"), below, number(n, limit + 1));
}

int store_version(struct db *db, const struct ref *ref, const char *version, struct db_result **out,
    struct err *err)
{
	if (db_query(db, SQL_VERSION, out, err, ref->domain, ref->name, version) != 0)
		return -1;
	if (db_rows(*out) > 0)
		return 0;
	db_result_free(out);
	return err_set_code(err, ERR_NOT_FOUND, "contract.unknown", "contract version %s of %s.%s",
	    version, ref->domain, ref->name);
}
