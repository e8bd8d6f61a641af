/* SPDX-License-Identifier: Apache-2.0 */
/* view - an upload as the API shows it, and the headers of tus. */
#ifndef UPLOAD_VIEW_H
#define UPLOAD_VIEW_H

#include "kit/http_server.h"
#include "store.h"

/* view_upload - the JSON document; freed with the arena. */
cJSON *view_upload(struct arena *a, const struct upload *u);

/* view_twin - {upload_id, run_id, no} or null; new, to be added to a tree. */
cJSON *view_twin(const struct upload *u);

/* view_headers - Tus-Resumable, Upload-Offset, Upload-Length, Upload-Expires, run. */
void view_headers(struct http_req *req, const struct upload *u);

#endif
