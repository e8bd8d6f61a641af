/* SPDX-License-Identifier: Apache-2.0 */
/* list_loads - GET /api/loads: the ledger, newest first. */
#include "load_view.h"
#include "store.h"
#include "transform_routes.h"

static int read_dataset(struct http_req *req, struct store_loads_page *page, struct err *err)
{
	const char *text = http_query(req, "dataset");
	struct ref n;

	if (text == NULL || text[0] == '\0')
		return 0;
	if (ref_parse(text, http_arena(req), &n, err) != 0 ||
	    !http_can(req, "dataset.read", n.domain))
		return err_set_code(err, ERR_NOT_FOUND, "dataset.unknown", "dataset %.97s", text);
	page->domain = n.domain;
	page->dataset = n.name;
	return 0;
}

int list_loads(struct http_req *req, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;
	struct store_loads_page page = { .domains = http_domains(req) };
	int64_t limit = 0;

	if (read_dataset(req, &page, err) != 0 ||
	    request_read_cursor(req, page.after, 4, err) != 0 ||
	    http_query_i64(req, "limit", 50, 1, 500, &limit, err) != 0)
		return -1;
	page.limit = limit + 1;
	if (store_loads(http_db(req), &page, &r, err) != 0)
		return -1;
	cJSON *doc = js_object(http_arena(req));
	cJSON *items = cJSON_AddArrayToObject(doc, "items");
	const bool more = db_rows(r) > limit;
	const int n = more ? (int)limit : db_rows(r);

	for (int i = 0; i < n; i++)
		cJSON_AddItemToArray(items, load_view(r, i));
	if (more) {
		const char *next[4] = {
			db_text(r, n - 1, "at_exact"),
			db_text(r, n - 1, "domain"),
			db_text(r, n - 1, "dataset"),
			db_text(r, n - 1, "no"),
		};

		js_add_str(doc, "next_cursor", request_cursor(http_arena(req), next, 4));
	} else {
		cJSON_AddNullToObject(doc, "next_cursor");
	}
	http_reply_json(req, 200, doc);
	return 0;
}
