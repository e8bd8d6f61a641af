/* SPDX-License-Identifier: Apache-2.0 */
/* patch_upload - PATCH /api/uploads/{upload_id}: bytes from an offset on; the last ones make the
 * run. */
#include <string.h>

#include "finish.h"
#include "tus.h"
#include "upload.h"
#include "upload_handlers.h"
#include "view.h"
#include "writer.h"

static int check_type(const struct http_req *req, struct err *err)
{
	const char *type = http_header(req, "content-type");

	if (type != NULL && strcasecmp(type, "application/offset+octet-stream") == 0)
		return 0;
	return err_set_code(err, ERR_INPUT, "upload.media_type",
	    "Content-Type must be application/offset+octet-stream");
}

/* Where the row stands is where the body must begin, and it must not go beyond the end. */
static int check_range(
    struct http_req *req, const struct upload *u, int64_t offset, struct err *err)
{
	int64_t n = http_body_length(req);

	if (offset != u->bytes) {
		view_headers(req, u);
		return err_set_code(err, ERR_CONFLICT, "upload.offset",
		    "the upload stands at %lld, not %lld", (long long)u->bytes, (long long)offset);
	}
	if (n > 0 && n > u->length - offset)
		return err_set_code(err, ERR_INPUT, "upload.too_long",
		    "%lld bytes from %lld on go over the %lld declared", (long long)n,
		    (long long)offset, (long long)u->length);
	return upload_check_space(n > 0 ? n : 0, err);
}

/* Take the upload over, from whomever. */
static int claim(struct http_req *req, struct upload *u, struct err *err)
{
	struct err other;
	struct writer *w;
	int rc = store_claim(http_db(req), u->id, u->bytes, &u->epoch, err);

	if (rc == 0)
		return err_set_code(
		    err, ERR_CONFLICT, "upload.offset", "the upload moved on meanwhile; ask again");
	if (rc < 0)
		return -1;
	writer_stop_other(u->id);
	if (writer_open(req, u, &w, err) == 0) {
		http_set_state(req, w);
		return 0;
	}
	if (strcmp(err->code, "upload.lost") == 0 &&
	    store_fail(http_db(req), u->id, u->epoch, err, &other) < 0)
		log_warn(http_log(req), "lost upload not stored", LOG_S("why", other.msg));
	return -1;
}

static int begin(struct http_req *req, struct err *err)
{
	struct upload u;
	int64_t offset;

	if (tus_check_version(req, err) != 0 || check_type(req, err) != 0 ||
	    tus_number(req, "Upload-Offset", &offset, err) != 0 ||
	    store_get(http_db(req), http_arena(req), http_param(req, "upload_id"),
		http_domains(req), &u, err) != 0)
		return -1;
	if (upload_check_open(&u, err) != 0)
		return upload_reply_problem(req, &u, err);
	if (strcmp(u.origin, "tus") != 0)
		return err_set_code(err, ERR_CONFLICT, "upload.locked", "this upload is a PUT");
	if (check_range(req, &u, offset, err) != 0)
		return -1;
	return claim(req, &u, err);
}

static int end(struct http_req *req, struct err *err)
{
	struct arena *a = http_arena(req);
	struct writer *w = http_state(req);
	struct upload u;
	bool whole = false;
	int rc = writer_settle(http_db(req), w, &whole, err);

	writer_close(&w);
	if (rc != 0 || store_get(http_db(req), a, http_param(req, "upload_id"), NULL, &u, err) != 0)
		return -1;
	if (whole && finish_whole(http_db(req), a, &u, &u, err) != 0)
		return upload_reply_problem(req, &u, err);
	view_headers(req, &u);
	http_reply_empty(req, 204);
	return 0;
}

/* What arrived is kept; were it all bytes, the sweeper goes on at once. */
static void aborted(struct http_req *req)
{
	struct writer *w = http_state(req);
	bool whole = false;
	struct err err;

	if (writer_settle(http_db(req), w, &whole, &err) != 0)
		log_info(http_log(req), "upload not settled", LOG_S("upload", writer_id(w)),
		    LOG_S("why", err.msg));
	if (whole)
		store_release(http_db(req), writer_id(w), writer_epoch(w));
	writer_close(&w);
}

const struct http_stream_ops patch_upload = {
	.begin = begin,
	.data = writer_data,
	.end = end,
	.abort = aborted,
};
