/* SPDX-License-Identifier: Apache-2.0 */
/* list_uploads - GET /api/uploads: newest first, by state and dataset. */
#include <string.h>

#include "base/uuid.h"
#include "tus.h"
#include "upload_handlers.h"
#include "view.h"

enum { LIST_DEFAULT = 50, LIST_MAX = 500, TIME_BYTES = 27 };

/* "<time>_<id>", as store_list gave it; the time is checked here so that SQL cannot fail on it. */
static int read_cursor(struct arena *a, const char *text, struct upload_page *p, struct err *err)
{
	static const char shape[] = "0000-00-00T00:00:00.000000Z";

	if (text == NULL)
		return 0;
	if (strlen(text) != TIME_BYTES + 1 + UUID_TEXT_BYTES - 1 || text[TIME_BYTES] != '_' ||
	    !uuid_is_valid(text + TIME_BYTES + 1))
		return err_set_code(err, ERR_INPUT, "field.invalid", "cursor is not one of ours");
	for (size_t i = 0; i < TIME_BYTES; i++)
		if (shape[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != shape[i])
			return err_set_code(
			    err, ERR_INPUT, "field.invalid", "cursor is not one of ours");
	p->after_at = arena_dup_n(a, text, TIME_BYTES);
	p->after_id = text + TIME_BYTES + 1;
	return 0;
}

static int read_filters(struct http_req *req, struct upload_page *p, struct err *err)
{
	static const char *const states[] = { "open", "finishing", "finished", "expired",
		"failed" };
	const char *dataset = http_query(req, "dataset");
	bool known = false;

	p->state = http_query(req, "state");
	for (size_t i = 0; p->state != NULL && i < ARRAY_SIZE(states); i++)
		known = known || strcmp(p->state, states[i]) == 0;
	if (p->state != NULL && !known)
		return err_set_code(
		    err, ERR_INPUT, "field.invalid", "state is not a state of uploads");
	if (dataset != NULL &&
	    !tus_split_dataset(http_arena(req), dataset, &p->domain, &p->dataset))
		return err_set_code(
		    err, ERR_INPUT, "field.invalid", "dataset is not a dataset's name");
	return read_cursor(http_arena(req), http_query(req, "cursor"), p, err);
}

int list_uploads(struct http_req *req, struct err *err)
{
	struct arena *a = http_arena(req);
	struct upload_page p = { .domains = http_domains(req) };
	cJSON *doc = js_object(a), *items = cJSON_AddArrayToObject(doc, "items");
	struct upload *rows;
	size_t n;

	if (http_query_i64(req, "limit", LIST_DEFAULT, 1, LIST_MAX, &p.limit, err) != 0 ||
	    read_filters(req, &p, err) != 0 || store_list(http_db(req), a, &p, &rows, &n, err) != 0)
		return -1;
	for (size_t i = 0; i < n && i < (size_t)p.limit; i++)
		cJSON_AddItemReferenceToArray(items, view_upload(a, &rows[i]));
	js_add_str(doc, "next_cursor", n > (size_t)p.limit ? rows[p.limit - 1].cursor : NULL);
	http_reply_json(req, 200, doc);
	return 0;
}
