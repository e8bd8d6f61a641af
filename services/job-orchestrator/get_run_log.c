/* SPDX-License-Identifier: Apache-2.0 */
/* get_run_log - GET /api/runs/{run_id}/log: what its tasks said, in order. */
#include "api/limits.h"
#include "base/text.h"
#include "base/uuid.h"
#include "job_orchestrator_routes.h"
#include "request.h"
#include "store.h"

static int read_filter(
    struct http_req *req, struct store_log_filter *f, int64_t *limit, struct err *err)
{
	static const char *const levels[] = { "info", "warn", "error", NULL };
	int64_t after = 0;

	f->domains = http_domains(req);
	f->task_id = http_query(req, "task");
	if (f->task_id && !uuid_is_valid(f->task_id))
		return err_set_code(err, ERR_INPUT, "field.invalid", "task is no id");
	if (http_query_i64(req, "limit", LIMIT_PAGE_MAX, 1, LIMIT_PAGE_MAX, limit, err) != 0 ||
	    http_query_i64(req, "cursor", 0, 0, INT64_MAX, &after, err) != 0 ||
	    request_words(req, "level", levels, &f->levels, err) != 0)
		return -1;
	f->limit = arena_printf(http_arena(req), "%lld", (long long)*limit + 1);
	f->after = arena_printf(http_arena(req), "%lld", (long long)after);
	return 0;
}

static void add_line(cJSON *items, const struct db_result *r, int i)
{
	cJSON *line = cJSON_CreateObject();

	js_add_str(line, "task_id", db_text(r, i, "task_id"));
	js_add_i64(line, "attempt", db_i64(r, i, "attempt"));
	js_add_str(line, "at", db_text(r, i, "at"));
	js_add_str(line, "level", db_text(r, i, "level"));
	js_add_str(line, "msg", db_text(r, i, "msg"));
	cJSON_AddItemToArray(items, line);
}

static void reply(struct http_req *req, const struct db_result *r, int64_t limit)
{
	const int rows = db_rows(r) > limit ? (int)limit : db_rows(r);
	cJSON *doc = js_object(http_arena(req));
	cJSON *items = cJSON_AddArrayToObject(doc, "items");

	for (int i = 0; i < rows; i++)
		add_line(items, r, i);
	js_add_str(doc, "next_cursor", db_rows(r) > limit ? db_text(r, rows - 1, "id") : NULL);
	http_reply_json(req, 200, doc);
}

/* A run elsewhere, or none at all, has no log: both are 404. */
static int check_run(struct http_req *req, const struct store_log_filter *f, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;

	if (store_get_run(http_db(req), f->run_id, f->domains, &r, err) != 0)
		return -1;
	if (db_text(r, 0, "doc"))
		return 0;
	return err_set_code(err, ERR_NOT_FOUND, "run.unknown", "run %s", f->run_id);
}

int get_run_log(struct http_req *req, struct err *err)
{
	struct store_log_filter f = { 0 };
	int64_t limit = 0;
	scoped(struct db_result *, db_result_free) r = NULL;

	if (request_run_id(req, &f.run_id, err) != 0 || read_filter(req, &f, &limit, err) != 0 ||
	    check_run(req, &f, err) != 0 || store_read_log(http_db(req), &f, &r, err) != 0)
		return -1;
	reply(req, r, limit);
	return 0;
}
