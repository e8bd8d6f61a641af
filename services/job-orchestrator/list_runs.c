/* SPDX-License-Identifier: Apache-2.0 */
/* list_runs - GET /api/runs: newest first, by keyset. */
#include "api/limits.h"
#include "api/ref.h"
#include "base/text.h"
#include "base/uuid.h"
#include "job_orchestrator_routes.h"
#include "request.h"
#include "store.h"

#include <string.h>

/* "<microseconds>.<id>" of the last run seen. */
static int read_cursor(struct http_req *req, struct store_filter *f, struct err *err)
{
	const char *cursor = http_query(req, "cursor");
	int64_t at_us = 0;

	if (!cursor || !cursor[0])
		return 0;
	const char *dot = strchr(cursor, '.');
	f->at_us = dot ? arena_dup_n(http_arena(req), cursor, (size_t)(dot - cursor)) : NULL;
	f->id = dot ? dot + 1 : NULL;
	if (dot && text_parse_i64(f->at_us, &at_us) == 0 && at_us >= 0 &&
	    at_us <= INT64_C(253402300799999999) && uuid_is_valid(f->id))
		return 0;
	return err_set_code(err, ERR_INPUT, "cursor.invalid",
	    "this cursor is not one of this list; start again without it");
}

static int read_target(struct http_req *req, struct store_filter *f, struct err *err)
{
	const char *text = http_query(req, "target");
	struct ref ref;

	if (!text || !text[0])
		return 0;
	if (ref_parse(text, http_arena(req), &ref, err) != 0)
		return -1;
	f->domain = ref.domain;
	f->target = ref.name;
	return 0;
}

static int read_filter(
    struct http_req *req, struct store_filter *f, int64_t *limit, struct err *err)
{
	static const char *const states[] = { "queued", "running", "cancelling", "done",
		"done_with_rejects", "failed", "cancelled", "needs_person", NULL };

	f->domains = http_domains(req);
	if (http_query_i64(req, "limit", LIMIT_PAGE_DEFAULT, 1, LIMIT_PAGE_MAX, limit, err) != 0 ||
	    request_words(req, "state", states, &f->states, err) != 0 ||
	    read_target(req, f, err) != 0)
		return -1;
	f->limit = arena_printf(http_arena(req), "%lld", (long long)*limit + 1);
	return read_cursor(req, f, err);
}

/* Documents come as JSON text from PostgreSQL: they are put together, never parsed. */
static int reply(struct http_req *req, const struct db_result *r, int64_t limit, struct err *err)
{
	const int rows = db_rows(r) > limit ? (int)limit : db_rows(r);
	struct buf out;

	buf_init(&out, LIMIT_LIST_BYTES);
	buf_adds(&out, "{\"items\":[");
	for (int i = 0; i < rows; i++) {
		if (i)
			buf_addc(&out, ',');
		buf_adds(&out, db_text(r, i, "doc"));
	}
	if (db_rows(r) > limit)
		buf_printf(&out, "],\"next_cursor\":\"%s.%s\"}", db_text(r, rows - 1, "at_us"),
		    db_text(r, rows - 1, "id"));
	else
		buf_adds(&out, "],\"next_cursor\":null}");
	const int rc = buf_check(&out, err);
	if (rc == 0)
		http_reply_text(req, 200, "application/json", out.data, out.n);
	buf_done(&out);
	return rc;
}

int list_runs(struct http_req *req, struct err *err)
{
	struct store_filter f = { 0 };
	int64_t limit = 0;
	scoped(struct db_result *, db_result_free) r = NULL;

	if (read_filter(req, &f, &limit, err) != 0 ||
	    store_list_runs(http_db(req), &f, &r, err) != 0)
		return -1;
	return reply(req, r, limit, err);
}
