/* SPDX-License-Identifier: Apache-2.0 */
/* get_table - GET /api/tables/{table}: columns, exact row count, last load. */
#include "store.h"
#include "table_view.h"
#include "transform_routes.h"

int get_table(struct http_req *req, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;
	struct ref n;

	if (ref_of_request(req, "table", "dataset.read", &n, err) != 0 ||
	    store_table(http_db(req), n.domain, n.name, &r, err) != 0)
		return -1;
	if (db_rows(r) == 0)
		return err_set_code(err, ERR_NOT_FOUND, "table.unknown", "table %s", n.name);
	cJSON *holder = js_object(http_arena(req));

	cJSON_AddItemToObject(holder, "table", table_view(r, 0));
	http_reply_json(req, 200, holder->child);
	return 0;
}
