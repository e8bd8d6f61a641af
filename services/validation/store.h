/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store - the catalog's SQL: domains, datasets, contracts. Reports and rejects: store_report.h.
 *
 * Documents of the API are made in SQL as JSON text (column doc); lists are ordered by column key
 * and answer one row more than wanted when there is a next page. `domains` is http_domains(). All
 * functions return -1 with the errors of db_query, besides those they name.
 */
#ifndef VALIDATION_STORE_H
#define VALIDATION_STORE_H

#include "api/ref.h"
#include "kit/db.h"

/* A dataset as its creator wants it. */
struct store_dataset {
	const char *id; /* UUID */
	bool id_given;  /* by the caller: an existing dataset must have it */
	struct ref ref;
	const char *mode; /* "append" "replace" */
	const char *description;
	bool auto_publish;
	const char *budget_pct; /* number as text, 0..100 */
	const char *by;         /* user's name */
};

/* What a PATCH changes; NULL members stay. */
struct store_dataset_patch {
	const char *description;
	const char *auto_publish; /* "true" "false" */
	const char *budget_pct;
	int64_t if_match; /* rev, 0 = any */
};

/* store_domains - page of domains; errors as db_query. */
int store_domains(struct db *db, const char *domains, const char *after, int64_t limit,
    struct db_result **out, struct err *err) MUST_CHECK;

/*
 * store_domain_create - make a domain, or find the same one. Who makes it becomes its data manager.
 *
 * who  the caller; borrowed
 * out  one row: doc, created
 *
 * Errors  ERR_CONFLICT  code "domain.exists": the name is taken by another one
 */
int store_domain_create(struct db *db, const char *name, const char *description,
    const struct http_caller *who, struct db_result **out, struct err *err) MUST_CHECK;

/* store_datasets - page of datasets; q = part of a name or NULL; errors as db_query. */
int store_datasets(struct db *db, const char *domains, const char *q, const char *after,
    int64_t limit, struct db_result **out, struct err *err) MUST_CHECK;

/*
 * store_matching_datasets - datasets fed by uploads whose published contract knows at least half of
 * a file's columns, best first, at most five: column doc {dataset, domain, matched, columns,
 * fields, fits}.
 *
 * headers  text[] literal: the file's headers as they are written
 *
 * Errors  as db_query
 */
int store_matching_datasets(struct db *db, const char *domains, const char *headers,
    struct db_result **out, struct err *err) MUST_CHECK;

/* store_dataset_get - doc and rev of one dataset; ERR_NOT_FOUND "dataset.unknown". */
int store_dataset_get(
    struct db *db, const struct ref *ref, struct db_result **out, struct err *err) MUST_CHECK;

/*
 * store_dataset_create - make a dataset of kind upload, or find the same one.
 *
 * out  one row: doc, rev, created
 *
 * Errors  ERR_CONFLICT   code "dataset.exists": the name is taken by another one
 *         ERR_NOT_FOUND  code "domain.unknown"
 */
int store_dataset_create(struct db *db, const struct store_dataset *d, struct db_result **out,
    struct err *err) MUST_CHECK;

/* store_dataset_patch - change a dataset; out as store_dataset_get.
 * Errors  ERR_NOT_FOUND "dataset.unknown", ERR_CONFLICT "etag.mismatch" */
int store_dataset_patch(struct db *db, const struct ref *ref, const struct store_dataset_patch *p,
    struct db_result **out, struct err *err) MUST_CHECK;

/* store_dataset_delete - delete a dataset without live loads and runs.
 * Errors  ERR_NOT_FOUND "dataset.unknown", ERR_CONFLICT "dataset.not_empty" */
int store_dataset_delete(struct db *db, const struct ref *ref, struct err *err) MUST_CHECK;

/* store_contract_get - doc {published, draft} and etag (NULL without draft); cells: the evidence
 * may show the file's cells. Errors  ERR_NOT_FOUND "dataset.unknown" */
int store_contract_get(struct db *db, const struct ref *ref, bool cells, struct db_result **out,
    struct err *err) MUST_CHECK;

/*
 * store_draft_put - save a person's draft.
 *
 * doc       checked contract as JSON text; borrowed
 * if_match  ETag of the draft that is replaced, 0 when there is none
 * out       one row: doc, etag, created
 *
 * Errors  ERR_NOT_FOUND  code "dataset.unknown"
 *         ERR_CONFLICT   code "etag.mismatch": there is another draft; "dataset.derived": a
 * pipeline makes its contract
 */
int store_draft_put(struct db *db, const struct ref *ref, const char *doc, int64_t if_match,
    const char *by, struct db_result **out, struct err *err) MUST_CHECK;

/* store_draft_delete - throw the draft away; none is fine.
 * Errors  ERR_NOT_FOUND "dataset.unknown", ERR_CONFLICT "etag.mismatch" */
int store_draft_delete(
    struct db *db, const struct ref *ref, int64_t if_match, struct err *err) MUST_CHECK;

/*
 * store_publish - the draft becomes the next version; runs that waited for it start again.
 *
 * out_version  number of the new version as text, arena a
 * out_runs     column run_id: the runs that were started
 *
 * Errors  ERR_NOT_FOUND  code "dataset.unknown"
 *         ERR_CONFLICT   code "contract.no_draft", "etag.mismatch"
 */
int store_publish(struct db *db, const struct ref *ref, int64_t if_match, const char *by,
    struct arena *a, const char **out_version, struct db_result **out_runs,
    struct err *err) MUST_CHECK;

/* What a draft is tried on; strings in the arena. */
struct store_preview {
	const char *draft;      /* document as JSON text */
	const char *published;  /* newest version's, NULL = none */
	const char *budget_pct; /* of the dataset, number as text */
	const char *run_id;     /* of the newest file; NULL = none came, nor what follows */
	int64_t no, bytes;
	const char *key, *filename;
};

/*
 * store_preview_get - draft, published contract and newest file of a dataset.
 *
 * if_match  ETag of the draft, 0 = any
 *
 * Errors  ERR_NOT_FOUND  code "dataset.unknown"
 *         ERR_CONFLICT   code "contract.no_draft", "etag.mismatch"
 */
int store_preview_get(struct db *db, const struct ref *ref, int64_t if_match, struct arena *a,
    struct store_preview *out, struct err *err) MUST_CHECK;

/* store_versions - page of published versions, newest first; ERR_NOT_FOUND "dataset.unknown". */
int store_versions(struct db *db, const struct ref *ref, const char *below, int64_t limit,
    struct db_result **out, struct err *err) MUST_CHECK;

/* store_version - doc of one version; ERR_NOT_FOUND "contract.unknown". */
int store_version(struct db *db, const struct ref *ref, const char *version, struct db_result **out,
    struct err *err) MUST_CHECK;

#endif
