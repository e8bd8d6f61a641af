/* SPDX-License-Identifier: Apache-2.0 */
/* request - what the endpoints of transform share: ETags, cursors, who acted. */
#ifndef TRANSFORM_REQUEST_H
#define TRANSFORM_REQUEST_H

#include "api/ref.h"
#include "kit/db.h"

/* request_set_etag - the ETag header of a revision; its text without quotes for the body, arena. */
const char *request_set_etag(struct http_req *req, int64_t revision);

/*
 * request_if_match - the revision If-Match names, -1 when the header is absent.
 *
 * Errors  ERR_CONFLICT  code "etag.mismatch": it is none of ours
 */
int request_if_match(const struct http_req *req, int64_t *out, struct err *err) MUST_CHECK;

/* request_cursor - n texts as one opaque cursor, in the arena. */
const char *request_cursor(struct arena *a, const char *const *parts, size_t n);

/*
 * request_read_cursor - ?cursor= back to its n texts; NULLs when there is none.
 *
 * Errors  ERR_INPUT  code "cursor.invalid"
 */
int request_read_cursor(
    struct http_req *req, const char **out, size_t n, struct err *err) MUST_CHECK;

/* Row i of a result as a list item; new. */
typedef cJSON *(*request_item_fn)(const struct db_result *r, int i);

/*
 * request_reply_page - answer {items, next_cursor} from rows that were asked for with limit + 1.
 *
 * r     one row an item; a row over the limit says that there are more
 * item  makes an item of a row
 * keys  NULL-ended columns (at most 4) whose values of the last item are the cursor
 */
void request_reply_page(struct http_req *req, const struct db_result *r, int64_t limit,
    request_item_fn item, const char *const *keys);

/*
 * request_audit - note what the caller did, in the open transaction.
 *
 * action  "load.undo"; object "default.online_sales #41"; detail may be NULL
 *
 * Errors  as db_query
 */
int request_audit(struct http_req *req, const char *action, const char *object, const cJSON *detail,
    struct err *err) MUST_CHECK;

#endif
