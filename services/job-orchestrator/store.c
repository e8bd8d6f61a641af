/* SPDX-License-Identifier: Apache-2.0 */
/* store - all SQL of job-orchestrator. */
#include "store.h"

#include <stdio.h>

enum { NUMBER_BYTES = 24 };

static const char SQL_LIST_RUNS[] = "select id, at_us, doc from jobs.list_runs($1::text[], $2, $3, "
				    "$4::text[], $5::bigint, $6::uuid, $7::int)";
static const char SQL_GET_RUN[] = "select jobs.get_run($1::uuid, $2::text[]) as doc";
static const char SQL_PIPELINE[] = "select transform.pipeline_for_run_v1($1, $2) as doc";
static const char SQL_START_RUN[] =
    "select run_id, created from jobs.start_once($1, $2, $3, $4::uuid, $5, $6, $7::jsonb, $8)";
static const char SQL_RETRY_RUN[] =
    "select run_id, created from jobs.retry_run($1::uuid, $2::uuid, $3::text[], $4)";
static const char SQL_CANCEL_RUN[] = "select jobs.cancel_run($1::uuid, $2::text[], $3, $4::bigint)";
static const char SQL_READ_LOG[] =
    "select id, task_id, attempt, at, level, msg from jobs.read_log("
    "$1::uuid, $2::text[], $3::uuid, $4::text[], $5::bigint, $6::int)";
static const char SQL_SNAPSHOT[] = "select id, version, doc from jobs.snapshot($1::text[])";
static const char SQL_CHANGED[] =
    "select pg_snapshot_xmin(pg_current_snapshot()) as next, c.id, c.domain, c.version, c.state "
    "from (select 1) as one left join jobs.changed_since($1::xid8) c on true";
static const char SQL_LIVE[] =
    "select pg_snapshot_xmin(pg_current_snapshot()) as next, c.id, c.domain, c.version, c.state "
    "from (select 1) as one left join jobs.live_runs() c on true";
static const char SQL_RUN_DOCS[] = "select id, domain, version, doc from jobs.run_docs($1::uuid[])";
static const char SQL_RUNNING_PROGRESS[] =
    "select run_id, domain, version, progress from jobs.running_progress()";
static const char SQL_SWEEP[] = "select run_id from jobs.sweep_v1()";
static const char SQL_READY[] = "select task_id, run_id from jobs.ready_v1($1, $2::int)";
static const char SQL_READY_OF_RUN[] =
    "select task_id, run_id, kind from jobs.ready_of_run_v1($1::uuid)";
static const char SQL_AUDIT[] =
    "select auth.audit_v1(nullif($1, '')::uuid, $2, $3, $4, 'ok', $5, $6, null)";

int store_list_runs(
    struct db *db, const struct store_filter *f, struct db_result **out, struct err *err)
{
	return db_query(db, SQL_LIST_RUNS, out, err, f->domains, f->domain, f->target, f->states,
	    f->at_us, f->id, f->limit);
}

int store_get_run(
    struct db *db, const char *run_id, const char *domains, struct db_result **out, struct err *err)
{
	return db_query(db, SQL_GET_RUN, out, err, run_id, domains);
}

int store_pipeline(
    struct db *db, const char *domain, const char *name, struct db_result **out, struct err *err)
{
	return db_query(db, SQL_PIPELINE, out, err, domain, name);
}

int store_start_run(
    struct db *db, const struct store_start *s, struct db_result **out, struct err *err)
{
	return db_query(db, SQL_START_RUN, out, err, s->user_id, s->key, s->request, s->run_id,
	    s->domain, s->target, s->spec, s->by);
}

int store_retry_run(struct db *db, const char *run_id, const char *new_id, const char *domains,
    const char *by, struct db_result **out, struct err *err)
{
	return db_query(db, SQL_RETRY_RUN, out, err, run_id, new_id, domains, by);
}

int store_cancel_run(struct db *db, const char *run_id, const char *domains, const char *by,
    int64_t grace_ms, struct err *err)
{
	char grace[NUMBER_BYTES];

	snprintf(grace, sizeof(grace), "%lld", (long long)grace_ms);
	return db_query(db, SQL_CANCEL_RUN, NULL, err, run_id, domains, by, grace);
}

int store_read_log(
    struct db *db, const struct store_log_filter *f, struct db_result **out, struct err *err)
{
	return db_query(db, SQL_READ_LOG, out, err, f->run_id, f->domains, f->task_id, f->levels,
	    f->after, f->limit);
}

int store_snapshot(struct db *db, const char *domains, struct db_result **out, struct err *err)
{
	return db_query(db, SQL_SNAPSHOT, out, err, domains);
}

int store_changed(struct db *db, const char *since, struct db_result **out, struct err *err)
{
	return db_query(db, SQL_CHANGED, out, err, since);
}

int store_live(struct db *db, struct db_result **out, struct err *err)
{
	return db_query(db, SQL_LIVE, out, err);
}

int store_run_docs(struct db *db, const char *ids, struct db_result **out, struct err *err)
{
	return db_query(db, SQL_RUN_DOCS, out, err, ids);
}

int store_running_progress(struct db *db, struct db_result **out, struct err *err)
{
	return db_query(db, SQL_RUNNING_PROGRESS, out, err);
}

int store_sweep(struct db *db, struct db_result **out, struct err *err)
{
	return db_query(db, SQL_SWEEP, out, err);
}

int store_ready(struct db *db, const char *kind, int limit, struct db_result **out, struct err *err)
{
	char number[NUMBER_BYTES];

	snprintf(number, sizeof(number), "%d", limit);
	return db_query(db, SQL_READY, out, err, kind, number);
}

int store_ready_of_run(struct db *db, const char *run_id, struct db_result **out, struct err *err)
{
	return db_query(db, SQL_READY_OF_RUN, out, err, run_id);
}

int store_audit(struct db *db, const struct store_act *a, struct err *err)
{
	return db_query(db, SQL_AUDIT, NULL, err, a->user_id, a->user_name, a->action, a->object,
	    a->request_id, a->address);
}
