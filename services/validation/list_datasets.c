/* SPDX-License-Identifier: Apache-2.0 */
/* list_datasets - GET /api/datasets. */
#include "store.h"
#include "validation.h"
#include "validation_routes.h"

int list_datasets(struct http_req *req, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;
	int64_t limit;
	if (validation_limit(req, &limit, err) != 0 ||
	    store_datasets(http_db(req), http_domains(req), http_query(req, "q"),
		http_query(req, "cursor"), limit, &r, err) != 0)
		return -1;
	validation_reply_list(req, r, limit);
	return 0;
}
