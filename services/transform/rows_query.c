/* SPDX-License-Identifier: Apache-2.0 */
/* rows_query - one page of a table as SQL: filters, sort, keyset. */
#include "rows_query.h"

#include "base/die.h"

#include <string.h>

enum { SQL_MAX_BYTES = 1 << 20 };

/* A statement under construction. */
struct builder {
	const struct rows_query *q;
	struct rows_sql *out;
	struct buf sql;
	struct arena *a;
};

static const char *const pg_types[] = {
	[EXPR_T_INTEGER] = "bigint",
	[EXPR_T_DECIMAL] = "numeric",
	[EXPR_T_DOUBLE] = "double precision",
	[EXPR_T_BOOLEAN] = "boolean",
	[EXPR_T_DATE] = "date",
	[EXPR_T_TIMESTAMP] = "timestamp",
	[EXPR_T_TIMESTAMPTZ] = "timestamptz",
	[EXPR_T_TEXT] = "text",
	[EXPR_T_TIME] = "time",
	[EXPR_T_DURATION] = "interval",
	[EXPR_T_UUID] = "uuid",
	[EXPR_T_JSON] = "jsonb",
};

static void start(
    struct builder *b, const struct rows_query *q, struct arena *a, struct rows_sql *out)
{
	*b = (struct builder){ .q = q, .out = out, .a = a };
	*out = (struct rows_sql){ 0 };
	buf_init(&b->sql, SQL_MAX_BYTES);
}

static void finish(struct builder *b)
{
	b->out->text = arena_dup(b->a, b->sql.data);
	buf_done(&b->sql);
}

static void param(struct builder *b, const char *value, const char *type)
{
	ASSERT(b->out->n < ROWS_MAX_PARAMS);
	b->out->params[b->out->n++] = value;
	buf_printf(&b->sql, "$%d::%s", b->out->n, type);
}

/* A column as it is compared: text by bytes. */
static void column(struct builder *b, size_t i)
{
	expr_print_name(b->q->columns[i].name, &b->sql);
	if (b->q->columns[i].type.kind == EXPR_T_TEXT)
		buf_adds(&b->sql, " collate \"C\"");
}

/* A column as it is sorted: the first characters of a text, so that a cursor stays short. Ties,
 * also those of longer texts, are broken by the key. */
static void sort_key(struct builder *b)
{
	const struct expr_column *c = &b->q->columns[b->q->sort_column];

	if (c->type.kind != EXPR_T_TEXT) {
		expr_print_name(c->name, &b->sql);
		return;
	}
	buf_adds(&b->sql, "left(");
	expr_print_name(c->name, &b->sql);
	buf_printf(&b->sql, ", %d) collate \"C\"", (int)ROWS_SORT_CHARS);
}

static void filter(struct builder *b, const struct rows_filter *f)
{
	static const char *const signs[] = {
		[ROWS_EQ] = " = ",
		[ROWS_NE] = " is distinct from ",
		[ROWS_LT] = " < ",
		[ROWS_LE] = " <= ",
		[ROWS_GT] = " > ",
		[ROWS_GE] = " >= ",
	};

	buf_adds(&b->sql, " and ");
	if (f->op == ROWS_CONTAINS) {
		buf_adds(&b->sql, "strpos(lower(");
		expr_print_name(b->q->columns[f->column].name, &b->sql);
		buf_adds(&b->sql, "::text), lower(");
		param(b, f->value, "text");
		buf_adds(&b->sql, ")) > 0");
		return;
	}
	column(b, f->column);
	if (f->value == NULL) {
		buf_adds(&b->sql, f->op == ROWS_NULL ? " is null" : " is not null");
		return;
	}
	buf_adds(&b->sql, signs[f->op]);
	param(b, f->value, pg_types[b->q->columns[f->column].type.kind]);
}

static void from_where(struct builder *b)
{
	buf_adds(&b->sql, " from ");
	expr_print_name(arena_printf(b->a, "gold_%s", b->q->domain), &b->sql);
	buf_addc(&b->sql, '.');
	expr_print_name(b->q->table, &b->sql);
	buf_adds(&b->sql, " where true");
	for (size_t i = 0; i < b->q->n_filters; i++)
		filter(b, &b->q->filters[i]);
}

static void behind_key(struct builder *b, const char *load, const char *row)
{
	buf_adds(&b->sql, "(_load, _row) > (");
	param(b, load, "bigint");
	buf_adds(&b->sql, ", ");
	param(b, row, "bigint");
	buf_addc(&b->sql, ')');
}

/* Behind the cursor in the order column nulls last, _load, _row. */
static void behind_sorted(struct builder *b)
{
	const struct rows_query *q = b->q;
	const char *type = pg_types[q->columns[q->sort_column].type.kind];

	buf_adds(&b->sql, " and (");
	if (q->after[1] != NULL) {
		sort_key(b);
		buf_adds(&b->sql, q->descending ? " < " : " > ");
		param(b, q->after[1], type);
		buf_adds(&b->sql, " or ");
		sort_key(b);
		buf_adds(&b->sql, " is null or (");
		sort_key(b);
		buf_adds(&b->sql, " = ");
		param(b, q->after[1], type);
	} else {
		buf_addc(&b->sql, '(');
		sort_key(b);
		buf_adds(&b->sql, " is null");
	}
	buf_adds(&b->sql, " and ");
	behind_key(b, q->after[2], q->after[3]);
	buf_adds(&b->sql, "))");
}

static void order(struct builder *b)
{
	buf_adds(&b->sql, " order by ");
	if (b->q->sort != NULL) {
		sort_key(b);
		buf_adds(&b->sql, b->q->descending ? " desc nulls last, " : " nulls last, ");
	}
	buf_printf(&b->sql, "_load, _row limit %lld", (long long)b->q->limit + 1);
}

/* The cells as text under names of ours, so that no column of theirs is in the way of the cap. */
static void open_page(struct builder *b)
{
	buf_adds(&b->sql, "select l, r");
	for (size_t i = 0; i < b->q->n_columns; i++)
		buf_printf(&b->sql, ", c%zu", i);
	buf_adds(&b->sql, ", n from (select q.*, count(*) over () as n, row_number() over () as i,"
			  " sum(octet_length(q::text)) over (rows unbounded preceding) as size"
			  " from (select _load as l, _row as r");
	for (size_t i = 0; i < b->q->n_columns; i++) {
		buf_adds(&b->sql, ", ");
		expr_print_name(b->q->columns[i].name, &b->sql);
		buf_printf(&b->sql, "::text as c%zu", i);
	}
}

static void close_page(struct builder *b)
{
	buf_printf(&b->sql, ") q) p where size <= %d or i = 1 order by i", (int)ROWS_PAGE_BYTES);
}

void rows_query_page(const struct rows_query *q, struct arena *a, struct rows_sql *out)
{
	struct builder b;

	start(&b, q, a, out);
	open_page(&b);
	from_where(&b);
	if (q->after[2] != NULL && q->sort != NULL) {
		behind_sorted(&b);
	} else if (q->after[2] != NULL) {
		buf_adds(&b.sql, " and ");
		behind_key(&b, q->after[2], q->after[3]);
	}
	order(&b);
	close_page(&b);
	finish(&b);
}

/* One stretch of a window; `_row` alone, for the index of a large load's table has no `_load`. */
static void stretch(struct builder *b, const char *load, const char *row, int64_t row_to)
{
	buf_adds(&b->sql, "select *");
	from_where(b);
	buf_adds(&b->sql, " and _load = ");
	param(b, load, "bigint");
	buf_adds(&b->sql, " and _row > ");
	param(b, row, "bigint");
	if (row_to != 0)
		buf_printf(&b->sql, " and _row <= %lld", (long long)row_to);
}

static void loads_between(struct builder *b, const char *first, const char *last)
{
	buf_adds(&b->sql, " union all select *");
	from_where(b);
	buf_adds(&b->sql, " and _load > ");
	param(b, first, "bigint");
	buf_adds(&b->sql, " and _load < ");
	param(b, last, "bigint");
	buf_adds(&b->sql, " union all ");
}

void rows_query_window(
    const struct rows_query *q, const struct rows_window *w, struct arena *a, struct rows_sql *out)
{
	const bool is_one = strcmp(w->load, w->last) == 0;
	struct builder b;

	start(&b, q, a, out);
	open_page(&b);
	buf_adds(&b.sql, " from (");
	stretch(&b, w->load, w->row, is_one ? w->row_to : 0);
	if (!is_one) {
		loads_between(&b, w->load, w->last);
		stretch(&b, w->last, "-1", w->row_to);
	}
	buf_adds(&b.sql, ") w");
	order(&b);
	close_page(&b);
	finish(&b);
}

void rows_query_estimate(const struct rows_query *q, struct arena *a, struct rows_sql *out)
{
	struct builder b;

	start(&b, q, a, out);
	buf_adds(&b.sql, "explain (format json) select 1");
	from_where(&b);
	finish(&b);
}
