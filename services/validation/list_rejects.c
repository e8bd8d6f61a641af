/* SPDX-License-Identifier: Apache-2.0 */
/* list_rejects - GET /api/datasets/{dataset}/rejects: the stored ones of a run, in file order. */
#include "base/text.h"
#include "reject_query.h"
#include "store_report.h"
#include "validation.h"
#include "validation_routes.h"

static void reply_none(struct http_req *req)
{
	cJSON *doc = js_object(http_arena(req));
	cJSON_AddArrayToObject(doc, "items");
	js_add_str(doc, "next_cursor", NULL);
	http_reply_json(req, 200, doc);
}

int list_rejects(struct http_req *req, struct err *err)
{
	scoped(struct db_result *, db_result_free) report = NULL;
	scoped(struct db_result *, db_result_free) r = NULL;
	const char *cursor = http_query(req, "cursor");
	int64_t limit;
	int64_t seq;
	if (reject_query_report(req, "rejects.raw", &report, err) != 0 ||
	    validation_limit(req, &limit, err) != 0)
		return -1;
	if (cursor != NULL && (text_parse_i64(cursor, &seq) != 0 || seq < 0))
		return err_set_code(err, ERR_INPUT, "field.invalid", "cursor is not one of ours");
	if (db_rows(report) == 0) {
		reply_none(req);
		return 0;
	}
	const struct store_rejects_filter filter = {
		.run = db_text(report, 0, "run_id"),
		.rule = http_query(req, "rule"),
		.column = http_query(req, "column"),
		.shape = http_query(req, "shape"),
	};
	if (store_rejects(http_db(req), &filter, cursor, limit, &r, err) != 0)
		return -1;
	validation_reply_list(req, r, limit);
	return 0;
}
