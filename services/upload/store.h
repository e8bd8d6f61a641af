/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store - every statement of this service. Rows of upload.uploads say what is true; updates by a
 * writer name its epoch and touch no row once somebody else took over.
 *
 * All functions: db is a pool thread's connection; strings of results are in the arena. Errors
 * beyond those named are the ones of kit/db.h.
 */
#ifndef UPLOAD_STORE_H
#define UPLOAD_STORE_H

#include "kit/db.h"

/* A row; NULL and -1 stand for SQL NULL. */
struct upload {
	const char *id, *domain, *dataset, *filename;
	const char *origin; /* "tus" or "put" */
	int64_t length;     /* -1: not known yet */
	int64_t bytes;      /* safe on disk */
	const char *sha_state, *sha256;
	const char *state; /* "open" "finishing" "finished" "expired" "failed" */
	bool again;
	bool is_leased; /* somebody writes or finishes it now */
	const char *twin_id, *twin_run_id;
	int64_t twin_no;    /* 0 none */
	const char *reason; /* JSON or NULL */
	int64_t epoch;
	const char *run_id;
	int64_t run_no;
	const char *user_id, *created_by, *idempotency_key;
	const char *created_at, *expires_at; /* RFC 3339 */
	const char *expires_http;            /* as in an Expires header; NULL */
	const char *cursor;                  /* where a list goes on behind this row */
};

/* What to make. */
struct upload_new {
	const char *id; /* UUID */
	const char *domain, *dataset, *filename, *origin;
	int64_t length; /* -1 not known */
	bool again;
	const char *idempotency_key; /* NULL none */
	const char *user_id, *created_by;
	int64_t epoch; /* 1 when the maker writes at once */
};

/* store_has_dataset - 1 when catalog knows a dataset that takes uploads, 0 unknown; a derived one
 * is ERR_CONFLICT (dataset.derived). */
int store_has_dataset(
    struct db *db, const char *domain, const char *dataset, struct err *err) MUST_CHECK;

/*
 * store_create - make a row, or find the one an equal request made (same id, or same key of the
 * user).
 *
 * out_made  false: *out is the older row
 *
 * Errors  ERR_CONFLICT  (idempotency.mismatch) the older row is for something else
 */
int store_create(struct db *db, struct arena *a, const struct upload_new *n, struct upload *out,
    bool *out_made, struct err *err) MUST_CHECK;

/* store_get - a row in one of the domains (text[] literal; NULL = any); ERR_NOT_FOUND
 * (upload.unknown). */
int store_get(struct db *db, struct arena *a, const char *id, const char *domains,
    struct upload *out, struct err *err) MUST_CHECK;

/* A page of a list. */
struct upload_page {
	const char *domains;             /* text[] literal */
	const char *state;               /* NULL any */
	const char *domain, *dataset;    /* NULL any */
	const char *after_at, *after_id; /* NULL from the newest */
	int64_t limit;
};

/* store_list - rows newest first; limit + 1 are asked for, so that *out_n > limit says there are
 * more. */
int store_list(struct db *db, struct arena *a, const struct upload_page *p, struct upload **out,
    size_t *out_n, struct err *err) MUST_CHECK;

/* store_claim - become the writer of an open row that stands at `bytes`: 1 and the new epoch, or 0
 * when it does not. A live writer loses its lease. */
int store_claim(
    struct db *db, const char *id, int64_t bytes, int64_t *out_epoch, struct err *err) MUST_CHECK;

/* store_reclaim_put - a PUT that broke off is sent again: start over at 0 with this length
 * (-1 not known); 1, or 0 when it is not broken. */
int store_reclaim_put(struct db *db, const char *id, int64_t length, struct err *err) MUST_CHECK;

/*
 * store_checkpoint - bytes (with the hash's state) are safe; the lease goes on for lease_ms, 0 ends
 * it.
 *
 * Returns 1, 0 when the epoch is not current any more, -1 failed.
 */
int store_checkpoint(struct db *db, const char *id, int64_t epoch, int64_t bytes,
    const char *sha_state, int64_t lease_ms, struct err *err) MUST_CHECK;

/* store_whole - all bytes are safe: open -> finishing. Returns as store_checkpoint. */
int store_whole(struct db *db, const char *id, int64_t epoch, int64_t bytes, const char *sha256,
    struct err *err) MUST_CHECK;

/* store_go_on - a person said "again" to a waiting duplicate: open -> finishing; 1 and
 * the new epoch, or 0. */
int store_go_on(struct db *db, const char *id, int64_t *out_epoch, struct err *err) MUST_CHECK;

/* store_find_twin - a finished upload of these bytes whose run did not fail; "" when there is none.
 */
int store_find_twin(struct db *db, struct arena *a, const struct upload *u, const char **out_id,
    struct err *err) MUST_CHECK;

/* store_wait - finishing -> open, waiting for a person because of its twin; 1 or 0. */
int store_wait(
    struct db *db, const struct upload *u, const char *twin_id, struct err *err) MUST_CHECK;

/*
 * store_finish - the one transaction: upload row finished and its run made.
 *
 * twin  written "" or, when a twin finished meanwhile and u.again is not set, its id (nothing is
 * done)
 *
 * Returns 1 done, 0 not ours any more, -1 failed (ERR_UNCERTAIN: read the row).
 */
int store_finish(struct db *db, struct arena *a, const struct upload *u, const char **twin,
    struct err *err) MUST_CHECK;

/* store_release - give up the lease of a finishing row so that the sweeper takes it at once. */
void store_release(struct db *db, const char *id, int64_t epoch);

/* store_fail - open or finishing -> failed with a reason; 1 or 0. */
int store_fail(struct db *db, const char *id, int64_t epoch, const struct err *why,
    struct err *err) MUST_CHECK;

/* --- sweeps; each takes at most UPLOAD_SWEEP_BATCH rows that nobody holds --- */

/* store_take_unfinished - lease finishing rows; rows in *out. */
int store_take_unfinished(
    struct db *db, struct arena *a, struct upload **out, size_t *out_n, struct err *err) MUST_CHECK;

/* store_expire - open rows past their time -> expired; broken PUTs -> failed. */
int store_expire(
    struct db *db, struct arena *a, struct upload **out, size_t *out_n, struct err *err) MUST_CHECK;

/* store_unwanted - which of n ids have no row that needs their part (their object)? */
int store_unwanted(struct db *db, struct arena *a, const char *const *ids, size_t n, bool objects,
    const char *const **out, size_t *out_n, struct err *err) MUST_CHECK;

/* store_adopt - make a finishing row for an object whose row is gone; 1 made, 0 there is a row. */
int store_adopt(struct db *db, const struct upload *u, struct err *err) MUST_CHECK;

#endif
