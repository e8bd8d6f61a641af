/* SPDX-License-Identifier: Apache-2.0 */
/* store_report - SQL of what a check found: reports, rejects, inferred drafts, what may be removed.
 */
#include "store_report.h"

#include <inttypes.h>
#include <stdio.h>

enum { NUMBER_BYTES = 24 };

static const char SQL_CHECKED[] = "select d.id, d.auto_publish, d.error_budget_pct, (select "
				  "max(c.version) from catalog.contracts c "
				  "where c.dataset_id = d.id) as version from catalog.datasets d "
				  "where d.domain = $1 and d.name = $2";

static const char SQL_CONTRACT_DOC[] =
    "select doc::text from catalog.contracts where dataset_id = $1::uuid and version = $2::int";

static const char SQL_REPORT_DROP[] = "delete from catalog.reports where run_id = $1::uuid";

static const char SQL_REPORT_PUT[] =
    "insert into catalog.reports (run_id, task_id, epoch, dataset_id, no, contract_version, "
    "verdict, account, "
    "rules, dialect, reason, detail, silver, reject_files, rejects_total, rejects_stored) values "
    "($1::uuid, "
    "$2::uuid, $3::bigint, $4::uuid, $5::bigint, $6::int, $7, $8::jsonb, $9::jsonb, $10::jsonb, "
    "$11::jsonb, "
    "$12::jsonb, $13::jsonb, $14::jsonb, $15::bigint, jsonb_array_length($16::jsonb))";

static const char SQL_REJECTS_PUT[] =
    "insert into catalog.rejects (run_id, seq, line, row_no, column_index, column_name, rule, "
    "message, "
    "byte_offset, byte_length, raw, raw_truncated, cell_at, cell_length, shape) "
    "select $1::uuid, x.seq, x.line, x.\"row\", x.column_index, x.\"column\", x.rule, x.message, "
    "x.\"offset\", x.length, coalesce(x.raw, ''), coalesce(x.raw_truncated, false), x.cell_at, "
    "x.cell_length, x.shape from jsonb_to_recordset($2::jsonb) as x "
    "(seq bigint, line bigint, \"row\" bigint, column_index int, \"column\" text, rule text, "
    "message text, \"offset\" bigint, length bigint, raw text, raw_truncated boolean, cell_at int, "
    "cell_length int, shape text) on conflict do nothing";

/* The row's lock makes this and a publish one after the other. */
static const char SQL_LOCK_UNPUBLISHED[] =
    "select d.domain, d.name, d.created_at::text as created_at, exists (select from "
    "catalog.contracts c where c.dataset_id = d.id) "
    "as published "
    "from catalog.datasets d where d.id = $1::uuid for update";

static const char SQL_DRAFT_INFER[] =
    "insert into catalog.drafts (dataset_id, doc, evidence, source, updated_by) "
    "values ($1::uuid, $2::jsonb, $3::jsonb, 'inferred', $4) on conflict do nothing";

static const char SQL_PUBLISH_FIRST[] = "insert into catalog.contracts (dataset_id, version, doc, "
					"published_by) values ($1::uuid, 1, $2::jsonb, $3)";

static const char SQL_DRAFT_DROP[] = "delete from catalog.drafts where dataset_id = $1::uuid";

static const char SQL_BIND[] = "select jobs.bind_run_v1($1::uuid, 'contract_version', to_jsonb(1))";

static const char SQL_START_WAITING[] = "select run_id from jobs.start_waiting_v1($1, $2, $3, "
					"$4::timestamptz)";

static const char SQL_DATASET_EXISTS[] =
    "select 1 from catalog.datasets d where d.domain = $1 and d.name = $2";

static const char SQL_REPORT_FIND[] =
    "select r.run_id, r.no, r.reject_files ->> 'csv' as csv, r.reject_files ->> 'repairs' as "
    "repairs, jsonb_build_object('run_id', "
    "r.run_id, "
    "'no', r.no, 'total', r.rejects_total, 'stored', r.rejects_stored, "
    "'by_rule', coalesce((select jsonb_agg(jsonb_build_object('rule', g.rule, 'count', g.n) "
    "order by g.n desc, g.rule) from (select x ->> 'rule' as rule, sum((x ->> 'count')::bigint) as "
    "n "
    "from jsonb_array_elements(r.rules) x group by 1) g), '[]'), "
    "'by_column', coalesce((select jsonb_agg(jsonb_build_object('column', x -> 'column', 'rule', x "
    "-> 'rule', "
    "'count', x -> 'count') order by (x ->> 'count')::bigint desc) from "
    "jsonb_array_elements(r.rules) x), "
    "'[]'))::text as doc from catalog.reports r join catalog.datasets d on d.id = r.dataset_id "
    "where d.domain = $1 and d.name = $2 and ($3::uuid is null or r.run_id = $3::uuid) "
    "order by r.no desc limit 1";

static const char SQL_REJECTS[] =
    "select x.seq as key, jsonb_build_object('run_id', x.run_id, 'no', r.no, 'seq', x.seq, 'line', "
    "x.line, "
    "'row', x.row_no, 'column_index', x.column_index, 'column', x.column_name, 'rule', x.rule, "
    "'message', x.message, 'offset', x.byte_offset, 'length', x.byte_length, 'raw', x.raw, "
    "'raw_truncated', x.raw_truncated, 'cell', case when x.cell_at is null then null else "
    "jsonb_build_object('at', x.cell_at, 'length', x.cell_length) end, 'shape', x.shape)::text as "
    "doc from catalog.rejects x join catalog.reports r "
    "using (run_id) where x.run_id = $1::uuid and ($2::text is null or x.rule = $2) "
    "and ($3::text is null or x.column_name = $3) and ($4::text is null or x.shape = $4) "
    "and x.seq > coalesce($5::bigint, 0) order by x.seq limit $6";

static const char SQL_REPORT_DOMAIN[] =
    "select d.domain from catalog.reports r join catalog.datasets d on d.id = r.dataset_id "
    "where r.run_id = $1::uuid and (d.domain = any($2::text[]) or '*' = any($2::text[]))";

/* The profile shows cells of good rows ($2), repairs and changes what stood in the file ($3). */
static const char SQL_REPORT_GET[] =
    "select jsonb_build_object('run_id', r.run_id, 'no', r.no, 'dataset', d.name, 'domain', "
    "d.domain, 'contract_version', r.contract_version, 'verdict', r.verdict, 'account', r.account, "
    "'rules', r.rules, 'dialect', r.dialect, 'reason', r.reason, 'shapes', "
    "coalesce(r.detail -> 'shapes', '[]'), 'profile', case when $2::boolean then r.detail -> "
    "'profile' else catalog.without_cells(r.detail -> 'profile') end, 'repairs', case when "
    "$3::boolean then r.detail -> 'repairs' else (r.detail -> 'repairs') - 'rows' end || "
    "jsonb_build_object('kept', coalesce(r.reject_files ? 'repairs', false)), 'changes', "
    "coalesce((select jsonb_agg(case when $3::boolean then x else x - 'examples' end order by i) "
    "from jsonb_array_elements(r.detail -> 'changes') with ordinality as c(x, i)), '[]'), "
    "'ambiguous', coalesce(r.detail -> 'ambiguous', '[]'), "
    "'rejects', jsonb_build_object('total', r.rejects_total, 'stored', r.rejects_stored), "
    "'detail', r.detail - '{profile,shapes,repairs,changes,ambiguous}'::text[], "
    "'created_at', catalog.time_text(r.created_at))::text as doc "
    "from catalog.reports r join catalog.datasets d on d.id = r.dataset_id where r.run_id = "
    "$1::uuid";

static const char SQL_EXPIRED[] =
    "select run_id, reject_files ->> 'csv' as csv, reject_files ->> 'parquet' as parquet, "
    "reject_files ->> 'repairs' as repairs "
    "from catalog.reports where reject_files is not null "
    "and created_at < now() - $1::int * interval '1 day' order by created_at limit 100";

static const char SQL_FORGET_ROWS[] = "delete from catalog.rejects where run_id = $1::uuid";

static const char SQL_FORGET_FILES[] =
    "update catalog.reports set reject_files = null, rejects_stored = 0 where run_id = $1::uuid";

static const char SQL_IS_CURRENT[] = "select exists (select from catalog.reports where run_id = "
				     "$1::uuid and epoch = $2::bigint) as yes";

static const char SQL_IS_OVER[] = "select jobs.finished_task_v1($1::uuid, $2::bigint) as yes";

int store_checked_get(struct db *db, const char *domain, const char *name, struct arena *a,
    struct store_checked *out, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;
	if (db_query(db, SQL_CHECKED, &r, err, domain, name) != 0)
		return -1;
	if (db_rows(r) == 0)
		return err_set_code(
		    err, ERR_NOT_FOUND, "dataset.unknown", "dataset %s.%s", domain, name);
	*out = (struct store_checked){
		.id = arena_dup(a, db_text(r, 0, "id")),
		.auto_publish = db_bool(r, 0, "auto_publish"),
		.budget_pct = arena_dup(a, db_text(r, 0, "error_budget_pct")),
		.version = arena_dup(a, db_text(r, 0, "version")),
	};
	return 0;
}

int store_contract_doc(struct db *db, const char *dataset_id, const char *version, struct arena *a,
    const char **out, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;
	if (db_query(db, SQL_CONTRACT_DOC, &r, err, dataset_id, version) != 0)
		return -1;
	if (db_rows(r) == 0)
		return err_set_code(
		    err, ERR_NOT_FOUND, "contract.unknown", "contract version %s", version);
	*out = arena_dup(a, db_text(r, 0, "doc"));
	return 0;
}

int store_report_put(struct db *db, const struct store_report *r, struct err *err)
{
	const char *const params[] = { r->run_id, r->task_id, r->epoch, r->dataset_id, r->no,
		r->contract_version, r->verdict, r->account, r->rules, r->dialect, r->reason,
		r->detail, r->silver, r->reject_files, r->rejects_total, r->rejects };
	if (db_query(db, SQL_REPORT_DROP, NULL, err, r->run_id) != 0 ||
	    db_query_v(db, SQL_REPORT_PUT, params, ARRAY_SIZE(params), NULL, err) != 0 ||
	    db_query(db, SQL_REJECTS_PUT, NULL, err, r->run_id, r->rejects) != 0)
		return err_wrap(err, "report");
	return 0;
}

static int lock_unpublished(
    struct db *db, const char *dataset_id, struct db_result **out, struct err *err)
{
	if (db_query(db, SQL_LOCK_UNPUBLISHED, out, err, dataset_id) != 0)
		return -1;
	if (db_rows(*out) == 0)
		return err_set_code(
		    err, ERR_NOT_FOUND, "dataset.unknown", "the dataset was deleted");
	if (db_bool(*out, 0, "published"))
		return err_set_code(
		    err, ERR_CONFLICT, "contract.published", "a contract was published meanwhile");
	return 0;
}

int store_draft_infer(struct db *db, const char *dataset_id, const char *doc, const char *evidence,
    const char *by, struct err *err)
{
	scoped(struct db_result *, db_result_free) row = NULL;
	if (lock_unpublished(db, dataset_id, &row, err) != 0)
		return -1;
	return db_query(db, SQL_DRAFT_INFER, NULL, err, dataset_id, doc, evidence, by);
}

int store_auto_publish(struct db *db, const char *dataset_id, const char *run_id, const char *doc,
    const char *by, struct err *err)
{
	scoped(struct db_result *, db_result_free) row = NULL;
	if (lock_unpublished(db, dataset_id, &row, err) != 0 ||
	    db_query(db, SQL_PUBLISH_FIRST, NULL, err, dataset_id, doc, by) != 0 ||
	    db_query(db, SQL_DRAFT_DROP, NULL, err, dataset_id) != 0 ||
	    db_query(db, SQL_BIND, NULL, err, run_id) != 0)
		return -1;
	return db_query(db, SQL_START_WAITING, NULL, err, db_text(row, 0, "domain"),
	    db_text(row, 0, "name"), by, db_text(row, 0, "created_at"));
}

int store_report_find(
    struct db *db, const struct ref *ref, const char *run, struct db_result **out, struct err *err)
{
	scoped(struct db_result *, db_result_free) dataset = NULL;
	if (db_query(db, SQL_REPORT_FIND, out, err, ref->domain, ref->name, run) != 0)
		return -1;
	if (db_rows(*out) > 0)
		return 0;
	if (db_query(db, SQL_DATASET_EXISTS, &dataset, err, ref->domain, ref->name) != 0)
		return -1;
	if (db_rows(dataset) == 0)
		return err_set_code(
		    err, ERR_NOT_FOUND, "dataset.unknown", "dataset %s.%s", ref->domain, ref->name);
	if (run != NULL)
		return err_set_code(err, ERR_NOT_FOUND, "report.unknown", "report of run %s", run);
	return 0;
}

int store_rejects(struct db *db, const struct store_rejects_filter *f, const char *after,
    int64_t limit, struct db_result **out, struct err *err)
{
	char n[NUMBER_BYTES];
	(void)snprintf(n, sizeof(n), "%" PRId64, limit + 1);
	return db_query(db, SQL_REJECTS, out, err, f->run, f->rule, f->column, f->shape, after, n);
}

static int unknown_report(const char *run, struct err *err)
{
	return err_set_code(err, ERR_NOT_FOUND, "report.unknown", "report of run %s", run);
}

int store_report_domain(struct db *db, const char *run, const char *domains, struct arena *a,
    const char **out, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;
	if (db_query(db, SQL_REPORT_DOMAIN, &r, err, run, domains) != 0)
		return -1;
	if (db_rows(r) == 0)
		return unknown_report(run, err);
	*out = arena_dup(a, db_text(r, 0, "domain"));
	return 0;
}

int store_report_get(struct db *db, const char *run, struct store_report_sight sight,
    struct db_result **out, struct err *err)
{
	if (db_query(db, SQL_REPORT_GET, out, err, run, sight.cells ? "t" : "f",
		sight.raw ? "t" : "f") != 0)
		return -1;
	return db_rows(*out) > 0 ? 0 : unknown_report(run, err);
}

int store_expired(struct db *db, int64_t days, struct db_result **out, struct err *err)
{
	char n[NUMBER_BYTES];
	(void)snprintf(n, sizeof(n), "%" PRId64, days);
	return db_query(db, SQL_EXPIRED, out, err, n);
}

int store_forget_rejects(struct db *db, const char *run, struct err *err)
{
	if (db_query(db, SQL_FORGET_ROWS, NULL, err, run) != 0)
		return -1;
	return db_query(db, SQL_FORGET_FILES, NULL, err, run);
}

static int ask(
    struct db *db, const char *sql, const char *id, const char *epoch, bool *out, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;
	if (db_query(db, sql, &r, err, id, epoch) != 0)
		return -1;
	*out = db_bool(r, 0, "yes");
	return 0;
}

int store_is_current(struct db *db, const char *run, const char *epoch, bool *out, struct err *err)
{
	return ask(db, SQL_IS_CURRENT, run, epoch, out, err);
}

int store_is_over(struct db *db, const char *task, const char *epoch, bool *out, struct err *err)
{
	return ask(db, SQL_IS_OVER, task, epoch, out, err);
}
