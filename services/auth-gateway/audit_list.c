/* SPDX-License-Identifier: Apache-2.0 */
/* audit_list - the audit trail, newest first, by keyset. */
#include "auth_gateway_routes.h"
#include "base/text.h"
#include "gateway.h"
#include "store.h"

static int read_cursor(const struct http_req *req, const char **out, struct err *err)
{
	const char *cursor = http_query(req, "cursor");
	int64_t id;
	if (cursor != NULL && (text_parse_i64(cursor, &id) != 0 || id < 1))
		return err_set_code(err, ERR_INPUT, "cursor.invalid", "cursor is not one of ours");
	*out = cursor;
	return 0;
}

static void add_row(cJSON *items, const struct db_result *r, int i)
{
	static const char *const columns[] = { "at", "action", "object", "result", "request_id",
		"address" };
	cJSON *row = cJSON_CreateObject();
	js_add_i64(row, "id", db_i64(r, i, "id"));
	js_add_str(row, "actor_id", db_text(r, i, "actor"));
	js_add_str(row, "actor", db_text(r, i, "actor_name"));
	for (size_t k = 0; k < ARRAY_SIZE(columns); k++)
		js_add_str(row, columns[k], db_text(r, i, columns[k]));
	js_add_raw(row, "detail", db_text(r, i, "detail"));
	cJSON_AddItemToArray(items, row);
}

int audit_list(struct http_req *req, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;
	const char *cursor = NULL;
	int64_t limit = 0;
	if (read_cursor(req, &cursor, err) != 0 ||
	    http_query_i64(req, "limit", 50, 1, 500, &limit, err) != 0)
		return -1;
	if (store_audit_list(http_db(req), cursor, http_query(req, "actor"),
		http_query(req, "action"), limit + 1, &r, err) != 0)
		return -1;
	const int rows = db_rows(r);
	const bool more = rows > limit;
	cJSON *doc = js_object(http_arena(req));
	cJSON *items = cJSON_AddArrayToObject(doc, "items");
	for (int i = 0; i < rows - (more ? 1 : 0); i++)
		add_row(items, r, i);
	js_add_str(doc, "next_cursor", more ? db_text(r, rows - 2, "id") : NULL);
	http_reply_json(req, 200, doc);
	return 0;
}
