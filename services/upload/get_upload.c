/* SPDX-License-Identifier: Apache-2.0 */
/* get_upload - GET and HEAD /api/uploads/{upload_id}. */
#include <string.h>

#include "tus.h"
#include "upload_handlers.h"
#include "view.h"

int get_upload(struct http_req *req, struct err *err)
{
	struct arena *a = http_arena(req);
	struct upload u;

	if (store_get(http_db(req), a, http_param(req, "upload_id"), http_domains(req), &u, err) !=
	    0)
		return -1;
	http_reply_json(req, 200, view_upload(a, &u));
	return 0;
}

int head_upload(struct http_req *req, struct err *err)
{
	struct upload u;

	if (tus_check_version(req, err) != 0 ||
	    store_get(http_db(req), http_arena(req), http_param(req, "upload_id"),
		http_domains(req), &u, err) != 0)
		return -1;
	if (strcmp(u.state, "expired") == 0 || strcmp(u.state, "failed") == 0)
		return err_set_code(
		    err, ERR_NOT_FOUND, "upload.expired", "the upload is %s", u.state);
	view_headers(req, &u);
	http_reply_empty(req, 200);
	return 0;
}
