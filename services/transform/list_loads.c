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
	static const char *const keys[] = { "at_exact", "domain", "dataset", "no", NULL };
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
	request_reply_page(req, r, limit, load_view, keys);
	return 0;
}
