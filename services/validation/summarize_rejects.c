/* SPDX-License-Identifier: Apache-2.0 */
/* summarize_rejects - GET /api/datasets/{dataset}/rejects/summary: counts, no cell. */
#include "reject_query.h"
#include "validation.h"
#include "validation_routes.h"

int summarize_rejects(struct http_req *req, struct err *err)
{
	static const char none[] =
	    "{\"run_id\":null,\"no\":null,\"total\":0,\"stored\":0,\"by_rule\":[],"
	    "\"by_column\":[]}";
	scoped(struct db_result *, db_result_free) r = NULL;
	if (reject_query_report(req, "dataset.read", &r, err) != 0)
		return -1;
	validation_reply_doc(req, 200, db_rows(r) > 0 ? db_text(r, 0, "doc") : none, NULL);
	return 0;
}
