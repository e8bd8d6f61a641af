/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store - all SQL of transform as named functions: pipelines (its own schema), tables and loads
 * (read in the target database, changed through functions there), datasets and runs (functions of
 * their owners).
 *
 * Every function runs one statement on the connection it is given, in the caller's transaction if
 * there is one. Results are the caller's (db_result_free). Errors as db_query unless said
 * otherwise. Texts and numbers are text parameters; domains is a text[] literal (http_domains).
 */
#ifndef TRANSFORM_STORE_H
#define TRANSFORM_STORE_H

#include "kit/db.h"

/* --- pipelines: store_pipelines.c --- */

/* Columns of a pipeline row: domain name revision has_draft description version target sources
 * (JSON) mode updated_at updated_by last_run (JSON); of a single one also draft draft_at draft_by.
 */

/* store_pipelines - a page behind (after_domain, after_name), limit rows. Errors: as db_query */
int store_pipelines(struct db *db, const char *domains, const char *after_domain,
    const char *after_name, int64_t limit, struct db_result **out, struct err *err) MUST_CHECK;

/* store_pipeline - one pipeline, 0 or 1 rows. Errors: as db_query */
int store_pipeline(struct db *db, const char *domain, const char *name, struct db_result **out,
    struct err *err) MUST_CHECK;

/* store_lock_pipeline - revision and has_draft of a pipeline, its row locked; 0 or 1 rows. Errors:
 * as db_query */
int store_lock_pipeline(struct db *db, const char *domain, const char *name, struct db_result **out,
    struct err *err) MUST_CHECK;

/* store_insert_pipeline - a new pipeline with a draft; ERR_CONFLICT when the name is taken. */
int store_insert_pipeline(struct db *db, const char *domain, const char *name, const char *doc,
    const char *by, struct err *err) MUST_CHECK;

/* store_save_draft - a new draft, the revision raised. Errors: as db_query */
int store_save_draft(struct db *db, const char *domain, const char *name, const char *doc,
    const char *by, struct err *err) MUST_CHECK;

/* One version to be published. */
struct store_version {
	const char *domain, *pipeline; /* borrowed */
	const char *doc;               /* JSON */
	const char *note;              /* NULL = none */
	const char *target, *mode;
	const char *sources; /* text[] literal */
	const char *columns; /* JSON */
	const char *by;
};

/*
 * store_publish - write the next version and clear the draft; out has version and revision.
 *
 * Errors  ERR_CONFLICT  another pipeline writes this target
 */
int store_publish(struct db *db, const struct store_version *v, struct db_result **out,
    struct err *err) MUST_CHECK;

/* store_versions - versions below before (0 = from the newest), newest first, at most limit and 4
 * MiB of documents; column n: how many there were before the cap on bytes. Errors: as db_query */
int store_versions(struct db *db, const char *domain, const char *pipeline, int64_t before,
    int64_t limit, struct db_result **out, struct err *err) MUST_CHECK;

/* store_version_of_revision - the version made from this revision of the draft; 0 or 1 rows.
 * Errors: as db_query */
int store_version_of_revision(struct db *db, const char *domain, const char *pipeline,
    int64_t revision, struct db_result **out, struct err *err) MUST_CHECK;

/* store_version - one version; 0 or 1 rows. Errors: as db_query */
int store_version(struct db *db, const char *domain, const char *pipeline, int64_t version,
    struct db_result **out, struct err *err) MUST_CHECK;

/* store_derived - catalog.create_derived_v1. ERR_CONFLICT when uploads feed the dataset. */
int store_derived(struct db *db, const char *domain, const char *dataset, const char *mode,
    const char *fields, const char *by, struct err *err) MUST_CHECK;

/* store_dataset - column dataset: catalog.dataset_v1 as JSON, or NULL. Errors: as db_query */
int store_dataset(struct db *db, const char *domain, const char *dataset, struct db_result **out,
    struct err *err) MUST_CHECK;

/* store_contract - column contract: one version's document, or NULL. Errors: as db_query */
int store_contract(struct db *db, const char *domain, const char *dataset, int64_t version,
    struct db_result **out, struct err *err) MUST_CHECK;

/* --- tables and loads: store_gold.c --- */

/* store_tables - a page of tables: domain dataset mode relation columns row_count no at by. Errors:
 * as db_query */
int store_tables(struct db *db, const char *domains, const char *after_domain,
    const char *after_name, int64_t limit, struct db_result **out, struct err *err) MUST_CHECK;

/* store_table - one table, the same columns; 0 or 1 rows. Errors: as db_query */
int store_table(struct db *db, const char *domain, const char *dataset, struct db_result **out,
    struct err *err) MUST_CHECK;

/*
 * store_next_loads - live loads of a dataset from no on, up to the one with which `rows` rows are
 * reached; columns first, last (both NULL without any). Errors: as db_query
 */
int store_next_loads(struct db *db, const char *domain, const char *dataset, int64_t no,
    int64_t rows, struct db_result **out, struct err *err) MUST_CHECK;

/*
 * store_load_rows - "rows": how many rows of a table one live load holds, 0 when it is not live.
 *
 * no  the load's number as text
 *
 * Errors  as db_query
 */
int store_load_rows(struct db *db, const char *domain, const char *dataset, const char *no,
    struct db_result **out, struct err *err) MUST_CHECK;

/* store_loads - a page of loads, newest first, behind (at, domain, dataset, no) when at is not
 * NULL; domain and dataset NULL = all in domains. Errors: as db_query */
struct store_loads_page {
	const char *domains;          /* text[] literal */
	const char *domain, *dataset; /* NULL = any */
	const char *after[4];         /* at, domain, dataset, no; NULLs = from the newest */
	int64_t limit;
};
int store_loads(struct db *db, const struct store_loads_page *page, struct db_result **out,
    struct err *err) MUST_CHECK;

/* store_load - one load with the columns of store_loads; 0 or 1 rows. Errors: as db_query */
int store_load(struct db *db, const char *domain, const char *dataset, int64_t no,
    struct db_result **out, struct err *err) MUST_CHECK;

/* store_load_of_run - no, rows and account of the load a run committed; 0 or 1 rows. Errors: as
 * db_query */
int store_load_of_run(
    struct db *db, const char *run_id, struct db_result **out, struct err *err) MUST_CHECK;

/* store_live_silver - path and rows_known of the silver of a dataset's live loads, in order:
 * columns no, silver (JSON array of paths), contract_version. Errors: as db_query */
int store_live_silver(struct db *db, const char *domain, const char *dataset,
    struct db_result **out, struct err *err) MUST_CHECK;

/* store_undo - _millrace.undo_v1; ERR_CONFLICT with the reason when it cannot be. */
int store_undo(struct db *db, const char *domain, const char *dataset, int64_t no, const char *by,
    struct err *err) MUST_CHECK;

/* store_redo - _millrace.redo_v1; column done: false = a run has to load it. ERR_CONFLICT as above.
 */
int store_redo(struct db *db, const char *domain, const char *dataset, int64_t no, const char *by,
    struct db_result **out, struct err *err) MUST_CHECK;

/* The run that loads an undone load again. */
struct store_redo_run {
	const char *run_id;           /* a new id, used when there is no key */
	const char *key;              /* what makes equal requests one run, or NULL */
	const char *domain, *dataset; /* borrowed */
	int64_t no;
	const char *by;
};

/* store_redo_run - jobs.redo_run_v1: the run already at it, else a new one; columns run_id,
 * created. Errors: as db_query */
int store_redo_run(struct db *db, const struct store_redo_run *run, struct db_result **out,
    struct err *err) MUST_CHECK;

/* store_start_derived - transform.start_derived; column run_id, a row a new run. Errors: as
 * db_query */
int store_start_derived(struct db *db, struct db_result **out, struct err *err) MUST_CHECK;

/* store_has_bare_tables - did a large load leave its table without an index? Errors: as db_query */
int store_has_bare_tables(struct db *db, bool *out_has, struct err *err) MUST_CHECK;

#endif
