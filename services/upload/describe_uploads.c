/* SPDX-License-Identifier: Apache-2.0 */
/* describe_uploads - OPTIONS /api/uploads: what of tus is spoken here. */
#include "tus.h"
#include "upload.h"
#include "upload_handlers.h"

int describe_uploads(struct http_req *req, struct err *err)
{
	(void)err;
	http_set_header(req, "Tus-Resumable", TUS_VERSION);
	http_set_header(req, "Tus-Version", TUS_VERSION);
	http_set_header(req, "Tus-Extension", TUS_EXTENSIONS);
	http_set_header(req, "Tus-Max-Size",
	    arena_printf(http_arena(req), "%lld", (long long)upload_service()->conf->max_bytes));
	http_reply_empty(req, 204);
	return 0;
}
