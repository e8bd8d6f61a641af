/* SPDX-License-Identifier: Apache-2.0 */
/* list_rows - GET /api/tables/{table}/rows: a page by keyset, within the statement timeout. */
#include "base/text.h"
#include "rows_query.h"
#include "store.h"
#include "table_view.h"
#include "transform.h"
#include "transform_routes.h"

#include <string.h>

enum { REPLY_MAX_BYTES = 64 << 20, WINDOW_PAGES = 4, WINDOW_SLACK_ROWS = 1000 };

static const char EXACT[] = "9007199254740992"; /* 2^53 */

struct page {
	struct http_req *req;
	struct rows_query q;
	struct db_result *rows; /* the page */
	int n;                  /* rows of it to show */
	bool more;
	int64_t count; /* rows of the filter, -1 unknown */
	bool estimate;
};

/* --- cells --- */

/* Beyond 2^53 a JSON number loses digits in a browser. */
static bool is_exact(const char *digits)
{
	if (*digits == '-')
		digits++;
	const size_t n = strlen(digits);

	return n < strlen(EXACT) || (n == strlen(EXACT) && strcmp(digits, EXACT) <= 0);
}

/* "2026-01-31 10:42:07.5+00" to RFC 3339; what has another form (BC, infinity) stays as it is. */
static void add_time(struct buf *b, const char *v)
{
	char text[64];
	const size_t n = strlen(v);

	if (n >= sizeof(text) || n < 19 || v[10] != ' ') {
		buf_add_json_string(b, v, n);
		return;
	}
	memcpy(text, v, n + 1);
	text[10] = 'T';
	if (n > 3 && strcmp(text + n - 3, "+00") == 0) {
		text[n - 3] = 'Z';
		text[n - 2] = '\0';
	}
	buf_add_json_string(b, text, strlen(text));
}

static void add_cell(struct buf *b, enum expr_type_kind type, const char *v)
{
	if (v == NULL)
		buf_adds(b, "null");
	else if (type == EXPR_T_BOOLEAN)
		buf_adds(b, strcmp(v, "true") == 0 || strcmp(v, "t") == 0 ? "true" : "false");
	else if ((type == EXPR_T_INTEGER && is_exact(v)) ||
		 (type == EXPR_T_DOUBLE && strspn(v, "0123456789+-.e") == strlen(v)))
		buf_adds(b, v);
	else if (type == EXPR_T_TIMESTAMP || type == EXPR_T_TIMESTAMPTZ)
		add_time(b, v);
	else
		buf_add_json_string(b, v, strlen(v));
}

static void add_rows(struct buf *b, const struct page *p)
{
	buf_adds(b, "\"items\":[");
	for (int i = 0; i < p->n; i++) {
		buf_adds(b, i == 0 ? "[" : ",[");
		for (size_t c = 0; c < p->q.n_columns; c++) {
			if (c > 0)
				buf_addc(b, ',');
			add_cell(b, p->q.columns[c].type.kind, db_cell(p->rows, i, (int)c + 2));
		}
		buf_addc(b, ']');
	}
	buf_adds(b, "],\"positions\":[");
	for (int i = 0; i < p->n; i++) {
		const char *row = db_cell(p->rows, i, 1);

		buf_printf(b, "%s{\"load\":%s,\"row\":%s}", i == 0 ? "" : ",",
		    db_cell(p->rows, i, 0), row != NULL ? row : "null");
	}
	buf_adds(b, "],");
}

/* --- the page --- */

static int run_sql(struct page *p, const struct rows_sql *sql, struct err *err)
{
	db_result_free(&p->rows);
	return db_query_v(http_db(p->req), sql->text, sql->params, sql->n, &p->rows, err);
}

static bool is_full(const struct page *p)
{
	return db_rows(p->rows) > 0 &&
	       db_i64(p->rows, 0, "n") >
		   p->q.limit; /* rows there were, also those the cap on bytes left out */
}

/* Windows that grow until one fills the page: rows of the load it begins in, those and the first
 * ones of the last load it can reach, all up to there. */
static int read_windows(
    struct page *p, struct rows_window *w, int64_t row, const char *last, struct err *err)
{
	const int64_t rows = (p->q.limit + 1) * WINDOW_PAGES + WINDOW_SLACK_ROWS;
	const struct {
		const char *last;
		int64_t row_to;
	} steps[] = { { w->load, row < INT64_MAX - rows ? row + rows : 0 }, { last, rows },
		{ last, 0 } };

	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		struct rows_sql sql;

		if (i == 1 && strcmp(last, w->load) == 0)
			continue;
		w->last = steps[i].last;
		w->row_to = steps[i].row_to;
		rows_query_window(&p->q, w, http_arena(p->req), &sql);
		if (run_sql(p, &sql, err) != 0)
			return -1;
		if (is_full(p))
			break;
	}
	return 0;
}

/* Default order, no filter: the ledger says which loads the page lies in. */
static int read_window(struct page *p, struct err *err)
{
	const struct rows_query *q = &p->q;
	scoped(struct db_result *, db_result_free) r = NULL;
	struct rows_sql sql;
	int64_t from = 0;
	int64_t row = -1;

	if (q->after[2] != NULL &&
	    (text_parse_i64(q->after[2], &from) != 0 || text_parse_i64(q->after[3], &row) != 0))
		return err_set(err, ERR_INTERNAL, "cursor");
	if (store_next_loads(http_db(p->req), q->domain, q->table, from, q->limit + 1, &r, err) !=
	    0)
		return -1;
	struct rows_window w = { .load = q->after[2], .row = q->after[3] };
	const char *first = db_text(r, 0, "first");

	if (first == NULL) { /* nothing live: an empty page */
		rows_query_page(q, http_arena(p->req), &sql);
		return run_sql(p, &sql, err);
	}
	if (w.load == NULL || strcmp(w.load, first) != 0) {
		w.load = first;
		w.row = "-1";
		row = -1;
	}
	return read_windows(p, &w, row, db_text(r, 0, "last"), err);
}

/* Default order, the rows of one load. */
static int read_load(struct page *p, const char *no, struct err *err)
{
	const char *after = p->q.after[3];
	struct rows_window w = { .load = no, .row = after != NULL ? after : "-1" };
	int64_t row;

	if (text_parse_i64(w.row, &row) != 0)
		return err_set(err, ERR_INTERNAL, "cursor");
	return read_windows(p, &w, row, no, err);
}

static int read_page(struct page *p, struct err *err)
{
	const char *no = rows_query_one_load(&p->q);
	struct rows_sql sql;

	if (p->q.sort == NULL && p->q.n_filters == 0)
		return read_window(p, err);
	if (p->q.sort == NULL && no != NULL &&
	    (p->q.after[2] == NULL || strcmp(p->q.after[2], no) == 0))
		return read_load(p, no, err);
	rows_query_page(&p->q, http_arena(p->req), &sql);
	return run_sql(p, &sql, err);
}

/* The planner's guess: [{"Plan": {"Plan Rows": n}}]. */
static int estimate(struct page *p, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;
	struct arena *a = http_arena(p->req);
	struct rows_sql sql;
	cJSON *plan = NULL;

	rows_query_estimate(&p->q, a, &sql);
	if (db_query_v(http_db(p->req), sql.text, sql.params, sql.n, &r, err) != 0)
		return -1;
	const char *text = db_cell(r, 0, 0);

	if (text == NULL || js_parse(text, strlen(text), a, &plan, err) != 0)
		return err_set(err, ERR_INTERNAL, "explain gave no plan");
	p->count = js_i64(
	    cJSON_GetObjectItemCaseSensitive(cJSON_GetArrayItem(plan, 0), "Plan"), "Plan Rows", -1);
	p->estimate = true;
	return 0;
}

static int count_load(struct page *p, const char *no, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;

	if (store_load_rows(http_db(p->req), p->q.domain, p->q.table, no, &r, err) != 0)
		return -1;
	p->count = db_i64(r, 0, "rows");
	return 0;
}

/* Exact from the ledger, exact when the page holds all there is, else a guess. */
static int count_rows(struct page *p, int64_t ledger, struct err *err)
{
	const char *no = rows_query_one_load(&p->q);

	p->count = ledger;
	if (p->q.n_filters == 0)
		return 0;
	if (no != NULL)
		return count_load(p, no, err);
	p->count = p->n;
	if (p->q.after[2] == NULL && !p->more)
		return 0;
	return estimate(p, err);
}

static void set_page(struct page *p)
{
	const int rows = db_rows(p->rows);
	const int64_t there = rows > 0 ? db_i64(p->rows, 0, "n") : 0;

	p->n = rows > p->q.limit ? (int)p->q.limit : rows;
	p->more = there > p->n;
}

static int too_slow(struct page *p, int64_t ledger, struct err *err)
{
	const long long seconds = transform_conf()->rows_timeout_ms / 1000;

	if (err->kind != ERR_TIMEOUT)
		return -1;
	if (p->q.sort != NULL)
		return err_set_code(err, ERR_TIMEOUT, "rows.too_slow",
		    "sorting %lld rows by %.64s took longer than %lld s: filter first",
		    (long long)ledger, p->q.columns[p->q.sort_column].name, seconds);
	return err_set_code(err, ERR_TIMEOUT, "rows.too_slow",
	    "looking through %lld rows took longer than %lld s: narrow the filter",
	    (long long)ledger, seconds);
}

/* All statements of a page in one transaction of their own timeout. */
static int query(struct page *p, int64_t ledger, struct err *err)
{
	struct db *db = http_db(p->req);
	const char *timeout = arena_printf(http_arena(p->req), "set local statement_timeout = %lld",
	    (long long)transform_conf()->rows_timeout_ms);

	if (db_begin(db, err) != 0)
		return -1;
	if (db_query(db, timeout, NULL, err) != 0 || read_page(p, err) != 0) {
		db_rollback(db);
		return too_slow(p, ledger, err);
	}
	set_page(p);
	const int rc = count_rows(p, ledger, err);

	db_rollback(db);
	return rc;
}

/* The first ROWS_SORT_CHARS characters: as the SQL sorts. */
static const char *sort_value(const struct page *p, int row)
{
	const char *v = db_cell(p->rows, row, (int)p->q.sort_column + 2);
	size_t n = 0;
	int chars = 0;

	if (v == NULL || p->q.columns[p->q.sort_column].type.kind != EXPR_T_TEXT)
		return v;
	for (; v[n] != '\0'; n++) {
		const bool starts = ((unsigned char)v[n] & 0xc0) != 0x80;

		if (starts && ++chars > ROWS_SORT_CHARS)
			break;
	}
	return arena_dup_n(http_arena(p->req), v, n);
}

static const char *next_cursor(const struct page *p)
{
	const int last = p->n - 1;
	const char *parts[ROWS_CURSOR_PARTS] = {
		p->q.sort,
		p->q.sort != NULL ? sort_value(p, last) : NULL,
		db_cell(p->rows, last, 0),
		db_cell(p->rows, last, 1),
	};

	return request_cursor(http_arena(p->req), parts, ROWS_CURSOR_PARTS);
}

static int reply(struct page *p, const char *columns, struct err *err)
{
	struct buf b;
	int rc = -1;

	buf_init(&b, REPLY_MAX_BYTES);
	buf_printf(&b, "{\"columns\":%s,", columns);
	add_rows(&b, p);
	if (p->more && p->n > 0) {
		const char *cursor = next_cursor(p);

		buf_printf(&b, "\"next_cursor\":\"%s\",", cursor);
	} else {
		buf_adds(&b, "\"next_cursor\":null,");
	}
	if (p->count >= 0)
		buf_printf(&b, "\"row_count\":%lld,", (long long)p->count);
	else
		buf_adds(&b, "\"row_count\":null,");
	buf_printf(&b, "\"estimate\":%s}", p->estimate ? "true" : "false");
	if (buf_check(&b, err) == 0) {
		http_reply_text(p->req, 200, "application/json", b.data, b.n);
		rc = 0;
	}
	buf_done(&b);
	return rc;
}

static int read_request(struct page *p, const struct db_result *table, struct err *err)
{
	struct arena *a = http_arena(p->req);
	const char *filter = http_query(p->req, "filter");
	const char *sort = http_query(p->req, "sort");
	struct expr_column *columns = NULL;
	struct expr_column *all;

	if (table_view_columns(db_text(table, 0, "columns"), a, &columns, &p->q.n_columns, err) !=
		0 ||
	    http_query_i64(p->req, "limit", 100, 1, 500, &p->q.limit, err) != 0 ||
	    request_read_cursor(p->req, p->q.after, ROWS_CURSOR_PARTS, err) != 0)
		return -1;
	all = arena_alloc(a, (p->q.n_columns + 1) * sizeof(*all));
	memcpy(all, columns, p->q.n_columns * sizeof(*all));
	all[p->q.n_columns] =
	    (struct expr_column){ .name = "_load", .type = { .kind = EXPR_T_INTEGER } };
	p->q.columns = all;
	if (filter != NULL && rows_query_parse_filter(&p->q, filter, a, err) != 0)
		return -1;
	if (sort != NULL && sort[0] != '\0' && rows_query_parse_sort(&p->q, sort, err) != 0)
		return -1;
	return rows_query_check_cursor(&p->q, err);
}

int list_rows(struct http_req *req, struct err *err)
{
	scoped(struct db_result *, db_result_free) table = NULL;
	struct page p = { .req = req, .count = -1 };
	struct ref n;

	if (ref_of_request(req, "table", "rows.read", &n, err) != 0 ||
	    store_table(http_db(req), n.domain, n.name, &table, err) != 0)
		return -1;
	if (db_rows(table) == 0)
		return err_set_code(err, ERR_NOT_FOUND, "table.unknown", "table %s", n.name);
	p.q.domain = n.domain;
	p.q.table = n.name;
	int rc = -1;

	if (read_request(&p, table, err) == 0 && query(&p, db_i64(table, 0, "row_count"), err) == 0)
		rc = reply(&p, db_text(table, 0, "columns"), err);
	db_result_free(&p.rows);
	return rc;
}
