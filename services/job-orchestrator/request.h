/* SPDX-License-Identifier: Apache-2.0 */
/* request - what the operations on runs share: the id in the path, the answer, the audit row. */
#ifndef JOB_ORCHESTRATOR_REQUEST_H
#define JOB_ORCHESTRATOR_REQUEST_H

#include "kit/http_server.h"

/*
 * request_run_id - the path's run id.
 *
 * Errors  ERR_NOT_FOUND  code "run.unknown": not even a UUID
 */
int request_run_id(const struct http_req *req, const char **out, struct err *err) MUST_CHECK;

/*
 * request_reply_run - answer with the run as it stands now.
 *
 * Errors  ERR_NOT_FOUND  code "run.unknown": no such run in the caller's domains; others as
 * db_query
 */
int request_reply_run(
    struct http_req *req, int status, const char *run_id, struct err *err) MUST_CHECK;

/* request_audit - note what the caller did to a run, in the open transaction. Errors as db_query.
 */
int request_audit(
    struct http_req *req, const char *action, const char *run_id, struct err *err) MUST_CHECK;

/* request_ring - after the commit: the run changed, look. */
void request_ring(const char *run_id);

/*
 * request_words - "a,b" of a query parameter as a text[] literal, NULL when it is absent.
 *
 * known  the words allowed, NULL-ended
 *
 * Errors  ERR_INPUT  code "field.invalid" names the word
 */
int request_words(struct http_req *req, const char *name, const char *const *known,
    const char **out, struct err *err) MUST_CHECK;

#endif
