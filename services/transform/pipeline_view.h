/* SPDX-License-Identifier: Apache-2.0 */
/* pipeline_view - pipelines and versions as the API shows them. */
#ifndef TRANSFORM_PIPELINE_VIEW_H
#define TRANSFORM_PIPELINE_VIEW_H

#include "request.h"

/* pipeline_view_summary - row i of store_pipelines as a list item; new, add it to a tree. */
cJSON *pipeline_view_summary(const struct db_result *r, int i) MUST_CHECK;

/* pipeline_view_version - row i of store_versions; new, add it to a tree. */
cJSON *pipeline_view_version(const struct db_result *r, int i) MUST_CHECK;

/*
 * pipeline_view_reply - answer with the whole pipeline: summary, published version, draft with its
 * problems, ETag.
 *
 * Errors  ERR_NOT_FOUND  code "pipeline.unknown"
 */
int pipeline_view_reply(
    struct http_req *req, const struct ref *n, int status, struct err *err) MUST_CHECK;

#endif
