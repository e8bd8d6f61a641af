/* SPDX-License-Identifier: Apache-2.0 */
/* reject_query - which report a request about rejects means. */
#ifndef VALIDATION_REJECT_QUERY_H
#define VALIDATION_REJECT_QUERY_H

#include "kit/db.h"
#include "kit/http_server.h"

/*
 * reject_query_report - the report of ?run, or the dataset's newest.
 *
 * out  as store_report_find: no row when there is no report yet
 *
 * Errors  ERR_NOT_FOUND  code "dataset.unknown", "report.unknown"
 */
int reject_query_report(struct http_req *req, const char *permission, struct db_result **out,
    struct err *err) MUST_CHECK;

#endif
