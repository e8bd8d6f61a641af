/* SPDX-License-Identifier: Apache-2.0 */
/* create_upload - POST /api/uploads (tus creation): a row, and for an empty file the whole way. */
#include <string.h>

#include "base/uuid.h"
#include "finish.h"
#include "tus.h"
#include "upload_handlers.h"
#include "view.h"
#include "writer.h"

static int read_request(struct http_req *req, struct upload_new *n, struct err *err)
{
	struct tus_metadata m;

	if (tus_check_version(req, err) != 0)
		return -1;
	if (http_header(req, "upload-defer-length") != NULL)
		return err_set_code(err, ERR_INPUT, "field.invalid",
		    "Upload-Defer-Length is not spoken here; send Upload-Length");
	if (tus_number(req, "Upload-Length", &n->length, err) != 0 ||
	    tus_parse_metadata(http_arena(req), http_header(req, "upload-metadata"), &m, err) !=
		0 ||
	    upload_key(req, &n->idempotency_key, err) != 0 ||
	    upload_target(req, m.dataset, &n->domain, &n->dataset, err) != 0)
		return -1;
	n->filename = m.filename;
	n->again = m.again;
	n->id = m.upload_id;
	return upload_check_length(n->length, err);
}

/* No PATCH will come for an empty file. */
static int finish_empty(struct http_req *req, struct upload *u, struct err *err)
{
	struct arena *a = http_arena(req);
	struct writer *w = NULL;
	bool whole = false;
	int rc = store_claim(http_db(req), u->id, 0, &u->epoch, err);

	if (rc <= 0)
		return rc < 0 ? -1 : store_get(http_db(req), a, u->id, NULL, u, err);
	if (writer_open(req, u, &w, err) != 0)
		return -1;
	rc = writer_settle(http_db(req), w, &whole, err);
	writer_close(&w);
	if (rc != 0 || store_get(http_db(req), a, u->id, NULL, u, err) != 0)
		return -1;
	return finish_whole(http_db(req), a, u, u, err);
}

int create_upload(struct http_req *req, struct err *err)
{
	struct upload_new n = {
		.origin = "tus",
		.user_id = http_caller(req)->user_id,
		.created_by = http_caller(req)->user_name,
	};
	char id[UUID_TEXT_BYTES];
	struct upload u;
	bool made;

	if (read_request(req, &n, err) != 0)
		return -1;
	if (n.id == NULL) {
		uuid_make(id);
		n.id = id;
	}
	if (store_create(http_db(req), http_arena(req), &n, &u, &made, err) != 0)
		return -1;
	if (u.length == 0 && strcmp(u.state, "open") == 0 && finish_empty(req, &u, err) != 0)
		return strcmp(err->code, "upload.duplicate") == 0
			   ? upload_reply_problem(req, &u, err)
			   : -1;
	view_headers(req, &u);
	http_set_header(req, "Location", arena_printf(http_arena(req), "/api/uploads/%s", u.id));
	http_reply_empty(req, 201);
	return 0;
}
