/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store_report - SQL of what a check found: reports, rejects, inferred drafts, and what may be
 * removed.
 *
 * The put functions run inside the transaction that records the task's outcome (worker_record).
 * JSON travels as text. Every function has the errors of db_query besides those it names.
 */
#ifndef VALIDATION_STORE_REPORT_H
#define VALIDATION_STORE_REPORT_H

#include "api/ref.h"
#include "kit/db.h"

/* What a check needs to know of its dataset; strings in the arena. */
struct store_checked {
	const char *id; /* UUID */
	bool auto_publish;
	const char *budget_pct; /* number as text */
	const char *version;    /* newest published contract, NULL = none */
};

/* One report; strings borrowed for the call, NULL = absent where it says so. */
struct store_report {
	const char *run_id, *task_id, *epoch, *dataset_id, *no;
	const char *contract_version; /* NULL without */
	const char *verdict;          /* "good" "over_budget" "unusable" "draft" */
	const char *account;          /* JSON object */
	const char *rules;            /* JSON array of {rule, column, count} */
	const char *dialect;          /* JSON or NULL */
	const char *reason;           /* JSON or NULL */
	const char *detail;           /* JSON or NULL: the engine's whole report */
	const char *silver;           /* JSON array of {path, rows, bytes} */
	const char *reject_files;     /* JSON object of paths: csv, parquet, repairs; or NULL */
	const char *rejects_total;
	const char *rejects; /* JSON array: the first rejects as the engine wrote them */
};

/*
 * store_checked_get - the dataset a run is about to fill.
 *
 * Errors  ERR_NOT_FOUND  code "dataset.unknown": it was deleted meanwhile
 */
int store_checked_get(struct db *db, const char *domain, const char *name, struct arena *a,
    struct store_checked *out, struct err *err) MUST_CHECK;

/* store_contract_doc - document of one version as JSON text; ERR_NOT_FOUND "contract.unknown". */
int store_contract_doc(struct db *db, const char *dataset_id, const char *version, struct arena *a,
    const char **out, struct err *err) MUST_CHECK;

/* store_report_put - report and rejects of a run, instead of what an earlier try wrote; errors as
 * db_query. */
int store_report_put(struct db *db, const struct store_report *r, struct err *err) MUST_CHECK;

/*
 * store_draft_infer - keep an inferred draft, unless there is a draft already.
 *
 * evidence  JSON or NULL
 *
 * Errors  ERR_CONFLICT  code "contract.published": somebody published meanwhile, check again with
 * that
 */
int store_draft_infer(struct db *db, const char *dataset_id, const char *doc, const char *evidence,
    const char *by, struct err *err) MUST_CHECK;

/*
 * store_auto_publish - an inferred contract becomes version 1 and is bound to the run; waiting runs
 * start.
 *
 * Errors  ERR_CONFLICT  code "contract.published": there is a version already
 */
int store_auto_publish(struct db *db, const char *dataset_id, const char *run_id, const char *doc,
    const char *by, struct err *err) MUST_CHECK;

/*
 * store_report_find - a run's report, or the dataset's newest.
 *
 * run  UUID, NULL = the newest with a report
 * out  columns run_id, no, doc (the summary), csv; no row when the dataset has no report yet
 *
 * Errors  ERR_NOT_FOUND  code "dataset.unknown", or "report.unknown" for that run
 */
int store_report_find(struct db *db, const struct ref *ref, const char *run, struct db_result **out,
    struct err *err) MUST_CHECK;

/* Which rejects of a run; NULL members let all pass. */
struct store_rejects_filter {
	const char *run;                   /* UUID; needed */
	const char *rule, *column, *shape; /* all that are given must fit */
};

/* store_rejects - page of stored rejects of a run; errors as db_query. */
int store_rejects(struct db *db, const struct store_rejects_filter *f, const char *after,
    int64_t limit, struct db_result **out, struct err *err) MUST_CHECK;

/* store_report_domain - where a run's report belongs; ERR_NOT_FOUND "report.unknown", also in
 * foreign domains. */
int store_report_domain(struct db *db, const char *run, const char *domains, struct arena *a,
    const char **out, struct err *err) MUST_CHECK;

/* What the reader of a report may see of the file. */
struct store_report_sight {
	bool cells; /* values of good rows, in the profile */
	bool raw;   /* rows and cells as they stood in the file, in repairs and changes */
};

/* store_report_get - doc of one run's report. Errors  ERR_NOT_FOUND "report.unknown" */
int store_report_get(struct db *db, const char *run, struct store_report_sight sight,
    struct db_result **out, struct err *err) MUST_CHECK;

/* store_expired - reports whose rejects are older than days: run_id, csv, parquet; at most 100;
 * errors as db_query. */
int store_expired(struct db *db, int64_t days, struct db_result **out, struct err *err) MUST_CHECK;

/* store_forget_rejects - the files of this report are gone, drop its rows too; errors as db_query.
 */
int store_forget_rejects(struct db *db, const char *run, struct err *err) MUST_CHECK;

/* store_is_current - does a report of this run and epoch name its files? Errors as db_query. */
int store_is_current(
    struct db *db, const char *run, const char *epoch, bool *out, struct err *err) MUST_CHECK;

/* store_is_over - has the attempt of this task and epoch ended? Errors as db_query. */
int store_is_over(
    struct db *db, const char *task, const char *epoch, bool *out, struct err *err) MUST_CHECK;

#endif
