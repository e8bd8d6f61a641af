/* SPDX-License-Identifier: Apache-2.0 */
/* load_view - loads of the ledger as the API shows them. */
#ifndef TRANSFORM_LOAD_VIEW_H
#define TRANSFORM_LOAD_VIEW_H

#include "request.h"

/* load_view - row i of store_loads; new, add it to a tree. */
cJSON *load_view(const struct db_result *r, int i) MUST_CHECK;

/* A load that an undo or redo is about. */
struct load_view_key {
	struct ref name;
	int64_t no;
};

/*
 * load_view_key - dataset and number of the path, where the caller may undo.
 *
 * Errors  ERR_NOT_FOUND  code "dataset.unknown" or "load.unknown"
 */
int load_view_key(struct http_req *req, struct load_view_key *out, struct err *err) MUST_CHECK;

/* load_view_object - "default.online_sales #41", for the audit trail; arena. */
const char *load_view_object(struct http_req *req, const struct load_view_key *key);

/*
 * load_view_reply - answer {load, row_count, run_id} after a change.
 *
 * run_id  the run a redo started, or NULL
 *
 * Errors  as db_query
 */
int load_view_reply(struct http_req *req, const struct load_view_key *key, int status,
    const char *run_id, struct err *err) MUST_CHECK;

/* load_view_ring - tell the orchestrator of the runs in column run_id of r. */
void load_view_ring(const struct db_result *r);

#endif
