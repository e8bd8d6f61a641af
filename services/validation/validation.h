/* SPDX-License-Identifier: Apache-2.0 */
/* validation - what the files of this daemon share: settings, the worker, how requests name
 * datasets. */
#ifndef VALIDATION_VALIDATION_H
#define VALIDATION_VALIDATION_H

#include "api/ref.h"
#include "api/worker.h"

struct validation_conf {
	const char *object_dir;  /* bronze: <domain>/<uuid> */
	const char *silver_dir;  /* silver and reject files: <domain>/<run>-<epoch>... */
	const char *scratch_dir; /* <task>-<epoch>/ while a task runs */
	const char *task_path;   /* millrace-task */
	int64_t slots;           /* tasks at once */
	int64_t lease_ms;
	int64_t renew_ms;
	int64_t sweep_ms;
	int64_t threads;         /* of one engine */
	int64_t memory_bytes;    /* of one engine */
	int64_t wall_ms;         /* longest check of one file */
	int64_t reject_days;     /* how long rejects are kept */
	int64_t orphan_grace_ms; /* age at which a file nobody knows is removed */
	int64_t tidy_ms;         /* how often the disk is looked over */
};

/* Where the settings are read into at boot; everybody else asks validation_conf. */
extern struct validation_conf validation_settings;

/* validation_conf - the settings of this process; read-only after boot. */
const struct validation_conf *validation_conf(void);

/*
 * validation_dataset - the {dataset} of the path, in a domain where the caller may do this.
 *
 * Errors  ERR_NOT_FOUND  code "dataset.unknown"
 */
int validation_dataset(
    struct http_req *req, const char *permission, struct ref *out, struct err *err) MUST_CHECK;

/* validation_limit - ?limit of a list, 1..500, default 50. ERR_INPUT "field.invalid". */
int validation_limit(struct http_req *req, int64_t *out, struct err *err) MUST_CHECK;

/*
 * validation_reply_list - {items, next_cursor} from rows that are JSON documents already.
 *
 * r       rows with columns doc (JSON) and key (what the next page starts behind), one more than
 * limit when there is a next page; borrowed
 */
void validation_reply_list(struct http_req *req, const struct db_result *r, int64_t limit);

/* validation_reply_doc - one JSON text as the body; etag may be NULL. */
void validation_reply_doc(struct http_req *req, int status, const char *doc, const char *etag);

/*
 * validation_if_match - the If-Match header as a number: 0 when absent or "*".
 *
 * Errors  ERR_CONFLICT  code "etag.mismatch": not one of our ETags
 */
int validation_if_match(const struct http_req *req, int64_t *out, struct err *err) MUST_CHECK;

#endif
