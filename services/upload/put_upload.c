/* SPDX-License-Identifier: Apache-2.0 */
/* put_upload - PUT /api/uploads/{name}?dataset=: a whole file in one request, for curl and
 * programs. */
#include <string.h>

#include "base/uuid.h"
#include "finish.h"
#include "tus.h"
#include "upload.h"
#include "upload_handlers.h"
#include "view.h"
#include "writer.h"

static int read_again(const struct http_req *req, bool *out, struct err *err)
{
	const char *text = http_query(req, "again");

	*out = text != NULL && strcmp(text, "true") == 0;
	if (text == NULL || *out || strcmp(text, "false") == 0)
		return 0;
	return err_set_code(err, ERR_INPUT, "field.invalid", "again must be true or false");
}

static int read_request(struct http_req *req, struct upload_new *n, struct err *err)
{
	const char *dataset = http_query(req, "dataset");

	n->filename = http_param(req, "upload_id");
	n->length = http_body_length(req);
	if (tus_check_filename(n->filename, err) != 0 || read_again(req, &n->again, err) != 0 ||
	    upload_key(req, &n->idempotency_key, err) != 0)
		return -1;
	if (dataset == NULL)
		return err_set_code(
		    err, ERR_INPUT, "field.invalid", "dataset is missing in the query");
	if (upload_target(req, dataset, &n->domain, &n->dataset, err) != 0)
		return -1;
	return upload_check_length(n->length, err);
}

static void reply(struct http_req *req, int status, const struct upload *u)
{
	struct arena *a = http_arena(req);

	http_set_header(req, "Location", arena_printf(a, "/api/uploads/%s", u->id));
	http_reply_json(req, status, view_upload(a, u));
}

/* The row is broken off: no byte of it stays. */
static void give_up(struct http_req *req, const char *id, int64_t epoch, const struct err *why)
{
	struct err err;

	if (store_fail(http_db(req), id, epoch, why, &err) < 0 ||
	    part_remove(upload_service()->objects, id, &err) != 0)
		log_info(http_log(req), "left to the sweeper", LOG_S("upload", id),
		    LOG_S("why", err.msg));
}

/* An equal request came before. 1: answered; 0: it broke off, begin again; -1 refused. */
static int meet_older(
    struct http_req *req, const struct upload_new *n, struct upload *u, struct err *err)
{
	int rc;

	if (strcmp(u->state, "finished") == 0) {
		reply(req, 200, u);
		return 1;
	}
	if (strcmp(u->state, "open") == 0 && u->twin_id != NULL && upload_check_open(u, err) != 0) {
		upload_reply_problem(req, u, err);
		return 1;
	}
	rc = store_reclaim_put(http_db(req), u->id, n->length, err);
	if (rc == 0)
		return err_set_code(err, ERR_BUSY, "upload.locked",
		    "a request with this Idempotency-Key is still running");
	return rc < 0 ? -1 : store_get(http_db(req), http_arena(req), u->id, NULL, u, err);
}

static int begin(struct http_req *req, struct err *err)
{
	struct upload_new n = {
		.origin = "put",
		.user_id = http_caller(req)->user_id,
		.created_by = http_caller(req)->user_name,
		.epoch = 1,
	};
	char id[UUID_TEXT_BYTES];
	struct writer *w;
	struct upload u;
	bool made;
	int rc = 0;

	uuid_make(id);
	n.id = id;
	if (read_request(req, &n, err) != 0 ||
	    store_create(http_db(req), http_arena(req), &n, &u, &made, err) != 0)
		return -1;
	if (!made)
		rc = meet_older(req, &n, &u, err);
	if (rc != 0)
		return rc < 0 ? -1 : 0;
	if (writer_open(req, &u, &w, err) != 0) {
		give_up(req, u.id, u.epoch, err);
		return -1;
	}
	http_set_state(req, w);
	return 0;
}

static int end(struct http_req *req, struct err *err)
{
	struct arena *a = http_arena(req);
	struct writer *w = http_state(req);
	const char *id = arena_dup(a, writer_id(w));
	int64_t epoch = writer_epoch(w);
	struct upload u;
	bool whole = false;
	int rc;

	writer_set_length(w);
	rc = writer_settle(http_db(req), w, &whole, err);
	writer_close(&w);
	if (rc != 0) {
		give_up(req, id, epoch, err);
		return -1;
	}
	if (store_get(http_db(req), a, id, NULL, &u, err) != 0)
		return -1;
	if (finish_whole(http_db(req), a, &u, &u, err) != 0)
		return upload_reply_problem(req, &u, err);
	reply(req, 201, &u);
	return 0;
}

static void aborted(struct http_req *req)
{
	struct writer *w = http_state(req);
	const char *id = arena_dup(http_arena(req), writer_id(w));
	int64_t epoch = writer_epoch(w);
	struct err why;

	err_set_code(&why, ERR_INPUT, "upload.aborted", "the request broke off at %lld bytes",
	    (long long)writer_offset(w));
	writer_close(&w);
	give_up(req, id, epoch, &why);
}

const struct http_stream_ops put_upload = {
	.begin = begin,
	.data = writer_data,
	.end = end,
	.abort = aborted,
};
