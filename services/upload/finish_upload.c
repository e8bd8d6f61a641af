/* SPDX-License-Identifier: Apache-2.0 */
/* finish_upload - POST /api/uploads/{upload_id}/finish: a person says to load equal bytes again. */
#include <string.h>

#include "finish.h"
#include "upload_handlers.h"
#include "view.h"

static int read_body(struct http_req *req, bool *again, struct err *err)
{
	static const char *const known[] = { "again", NULL };
	cJSON *body = NULL;

	if (http_body_json(req, &body, err) != 0 || js_only(body, known, err) != 0)
		return -1;
	*again = js_bool(body, "again", false);
	return 0;
}

static int go_on(struct http_req *req, struct upload *u, struct err *err)
{
	struct arena *a = http_arena(req);
	int64_t epoch;
	int rc = store_go_on(http_db(req), u->id, &epoch, err);

	if (rc < 0)
		return -1;
	if (rc == 0)
		return err_set_code(err, ERR_CONFLICT, "upload.state",
		    "only a whole upload that waits because of equal bytes can go on");
	if (store_get(http_db(req), a, u->id, NULL, u, err) != 0)
		return -1;
	u->epoch = epoch;
	return finish_whole(http_db(req), a, u, u, err);
}

int finish_upload(struct http_req *req, struct err *err)
{
	struct arena *a = http_arena(req);
	struct upload u;
	bool again;

	if (read_body(req, &again, err) != 0 ||
	    store_get(http_db(req), a, http_param(req, "upload_id"), http_domains(req), &u, err) !=
		0)
		return -1;
	if (strcmp(u.state, "finished") != 0) {
		if (!again && upload_check_open(&u, err) != 0)
			return upload_reply_problem(req, &u, err);
		if (go_on(req, &u, err) != 0)
			return -1;
	}
	http_reply_json(req, 200, view_upload(a, &u));
	return 0;
}
