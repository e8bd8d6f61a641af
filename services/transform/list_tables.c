/* SPDX-License-Identifier: Apache-2.0 */
/* list_tables - GET /api/tables: tables of the caller's domains by name. */
#include "store.h"
#include "table_view.h"
#include "transform_routes.h"

int list_tables(struct http_req *req, struct err *err)
{
	static const char *const keys[] = { "domain", "dataset", NULL };
	scoped(struct db_result *, db_result_free) r = NULL;
	const char *after[2];
	int64_t limit = 0;

	if (request_read_cursor(req, after, 2, err) != 0 ||
	    http_query_i64(req, "limit", 100, 1, 500, &limit, err) != 0 ||
	    store_tables(http_db(req), http_domains(req), after[0], after[1], limit + 1, &r, err) !=
		0)
		return -1;
	request_reply_page(req, r, limit, table_view, keys);
	return 0;
}
