/* SPDX-License-Identifier: Apache-2.0 */
/* store - every statement of job-orchestrator as a named function; the logic is in its SQL
 * functions. Errors of all: as db_query. Domains are text[] literals of http_domains. */
#ifndef JOB_ORCHESTRATOR_STORE_H
#define JOB_ORCHESTRATOR_STORE_H

#include "kit/db.h"

/* Which runs a list shows; NULL members let all pass. */
struct store_filter {
	const char *domains;         /* text[] literal */
	const char *domain, *target; /* of one dataset */
	const char *states;          /* text[] literal */
	const char *at_us, *id;      /* behind this one */
	const char *limit;           /* rows */
};

/* store_list_runs - rows (id, at_us, doc), newest first. Errors as db_query. */
int store_list_runs(struct db *db, const struct store_filter *f, struct db_result **out,
    struct err *err) MUST_CHECK;

/* store_get_run - one row (doc), doc NULL when there is no such run here. Errors as db_query. */
int store_get_run(struct db *db, const char *run_id, const char *domains, struct db_result **out,
    struct err *err) MUST_CHECK;

/* store_pipeline - one row (doc): what a run of this pipeline needs, NULL when none is published.
 * Errors as db_query. */
int store_pipeline(struct db *db, const char *domain, const char *name, struct db_result **out,
    struct err *err) MUST_CHECK;

/* A run asked for by a person. */
struct store_start {
	const char *user_id, *key,
	    *request; /* Idempotency-Key (NULL: none) and what it stands for */
	const char *run_id, *domain, *target, *spec, *by;
};

/* store_start_run - row (run_id, created). Errors as db_query; ERR_CONFLICT "idempotency.mismatch".
 */
int store_start_run(
    struct db *db, const struct store_start *s, struct db_result **out, struct err *err) MUST_CHECK;

/* store_retry_run - row (run_id, created). Errors as db_query; ERR_NOT_FOUND, ERR_CONFLICT
 * "run.state". */
int store_retry_run(struct db *db, const char *run_id, const char *new_id, const char *domains,
    const char *by, struct db_result **out, struct err *err) MUST_CHECK;

/* store_cancel_run - stop it. Errors as db_query; ERR_NOT_FOUND, ERR_CONFLICT "run.state". */
int store_cancel_run(struct db *db, const char *run_id, const char *domains, const char *by,
    int64_t grace_ms, struct err *err) MUST_CHECK;

/* Which log lines. */
struct store_log_filter {
	const char *run_id, *domains;
	const char *task_id, *levels; /* NULL: all; levels is a text[] literal */
	const char *after, *limit;
};

/* store_read_log - rows (id, task_id, attempt, at, level, msg). Errors as db_query. */
int store_read_log(struct db *db, const struct store_log_filter *f, struct db_result **out,
    struct err *err) MUST_CHECK;

/* store_snapshot - rows (id, version, doc): all that has not ended, and the last 50. Errors as
 * db_query. */
int store_snapshot(
    struct db *db, const char *domains, struct db_result **out, struct err *err) MUST_CHECK;

/* store_changed - rows (next, id, domain, version, state): runs changed since xid `since`; next is
 * where to go on and stands in every row (one row with a NULL id when nothing changed). Errors as
 * db_query. */
int store_changed(
    struct db *db, const char *since, struct db_result **out, struct err *err) MUST_CHECK;

/* store_live - rows as store_changed: what has not ended, and where to go on. Errors as db_query.
 */
int store_live(struct db *db, struct db_result **out, struct err *err) MUST_CHECK;

/* store_run_docs - rows (id, domain, version, doc) of these runs (uuid[] literal). Errors as
 * db_query. */
int store_run_docs(
    struct db *db, const char *ids, struct db_result **out, struct err *err) MUST_CHECK;

/* store_running_progress - rows (run_id, domain, version, progress). Errors as db_query. */
int store_running_progress(struct db *db, struct db_result **out, struct err *err) MUST_CHECK;

/* store_sweep - rows (run_id): what time alone changed. Errors as db_query. */
int store_sweep(struct db *db, struct db_result **out, struct err *err) MUST_CHECK;

/* store_ready - rows (task_id, run_id) a worker could claim now. Errors as db_query. */
int store_ready(
    struct db *db, const char *kind, int limit, struct db_result **out, struct err *err) MUST_CHECK;

/* store_ready_of_run - rows (task_id, run_id, kind) to ring for after this run changed.
 * Errors as db_query. */
int store_ready_of_run(
    struct db *db, const char *run_id, struct db_result **out, struct err *err) MUST_CHECK;

/* What a person did. */
struct store_act {
	const char *user_id, *user_name, *action, *object, *request_id, *address;
};

/* store_audit - note it, in the open transaction. Errors as db_query. */
int store_audit(struct db *db, const struct store_act *a, struct err *err) MUST_CHECK;

#endif
