/* SPDX-License-Identifier: Apache-2.0 */
/* upload_handlers - what the endpoints share. */
#ifndef UPLOAD_HANDLERS_H
#define UPLOAD_HANDLERS_H

#include "kit/http_server.h"
#include "store.h"
#include "upload_routes.h"

/*
 * upload_target - the dataset a new upload is for, which must exist and be the caller's to write.
 *
 * text  "name" or "domain.name"
 *
 * Errors  ERR_NOT_FOUND (dataset.unknown), ERR_CONFLICT (dataset.derived)
 */
int upload_target(struct http_req *req, const char *text, const char **out_domain,
    const char **out_name, struct err *err) MUST_CHECK;

/* upload_check_length - ERR_TOO_LARGE over the largest upload, ERR_NO_SPACE at the watermark; -1
 * passes when only the watermark is kept. */
int upload_check_length(int64_t length, struct err *err) MUST_CHECK;

/* upload_check_open - is u still taking bytes? Else why not: finished, finishing, expired, failed.
 */
int upload_check_open(const struct upload *u, struct err *err) MUST_CHECK;

/* upload_reply_problem - err as the reply; a duplicate's names its twin. Returns 0: replied. */
int upload_reply_problem(struct http_req *req, const struct upload *u, const struct err *err);

/* upload_key - Idempotency-Key, NULL when absent; ERR_INPUT field.invalid over 255 bytes or empty.
 */
int upload_key(const struct http_req *req, const char **out, struct err *err) MUST_CHECK;

#endif
