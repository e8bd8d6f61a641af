/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rows_query - one page of a table as SQL: filters, sort, keyset.
 *
 * Order is (_load, _row), a key of every table, or a column with nulls last and that key behind it.
 * Names are quoted, values are parameters. A page of all or of one load in the default order looks
 * at a window of rows first, so that the block ranges of the BRIN index decide what is read, and
 * what lies behind it only when that does not fill the page; see rows_query_window. Cells are
 * capped together at ROWS_PAGE_BYTES: a page of long cells is shorter than its limit.
 */
#ifndef TRANSFORM_ROWS_QUERY_H
#define TRANSFORM_ROWS_QUERY_H

#include "expr/expr.h"
#include "kit/db.h"

enum {
	ROWS_MAX_FILTERS = 8,
	ROWS_MAX_FILTER_BYTES = 4096,
	ROWS_PAGE_BYTES = 8 << 20,
	ROWS_CURSOR_PARTS = 4, /* sort, value, load, row */
	ROWS_MAX_PARAMS = 16,
	ROWS_SORT_CHARS = 256, /* of a text that is sorted by */
};

enum rows_op {
	ROWS_EQ,
	ROWS_NE,
	ROWS_LT,
	ROWS_LE,
	ROWS_GT,
	ROWS_GE,
	ROWS_CONTAINS,
	ROWS_NULL,
	ROWS_NOTNULL,
};

struct rows_filter {
	size_t column; /* index */
	enum rows_op op;
	const char *value; /* NULL for null and notnull; arena */
};

struct rows_query {
	const char *domain, *table;        /* names; borrowed */
	const struct expr_column *columns; /* of the table, and "_load" behind them; borrowed */
	size_t n_columns;                  /* without "_load", which can be filtered only */
	struct rows_filter filters[ROWS_MAX_FILTERS];
	size_t n_filters;
	const char *sort; /* as asked, NULL = default order */
	size_t sort_column;
	bool descending;
	int64_t limit;
	const char *after[ROWS_CURSOR_PARTS]; /* the cursor; all NULL on the first page */
};

/* An SQL statement with its parameters. */
struct rows_sql {
	const char *text; /* arena */
	const char *params[ROWS_MAX_PARAMS];
	int n;
};

/* rows_query_one_load - the number of the load when the filters are `_load:eq:n` alone; else NULL.
 */
const char *rows_query_one_load(const struct rows_query *q);

/*
 * rows_query_parse_filter - "column:op:value;..." into q->filters; "_load" is the number of the
 * load.
 *
 * Errors  ERR_INPUT  code "filter.invalid": names the part that is wrong
 */
int rows_query_parse_filter(
    struct rows_query *q, const char *text, struct arena *a, struct err *err) MUST_CHECK;

/*
 * rows_query_parse_sort - "column" or "-column" into q.
 *
 * Errors  ERR_INPUT  code "sort.invalid": there is no such column
 */
int rows_query_parse_sort(struct rows_query *q, const char *text, struct err *err) MUST_CHECK;

/*
 * rows_query_check_cursor - does q->after belong to this sort, are its parts what we wrote?
 *
 * Errors  ERR_INPUT  code "cursor.invalid"
 */
int rows_query_check_cursor(const struct rows_query *q, struct err *err) MUST_CHECK;

/* rows_query_page - SELECT of limit + 1 rows behind the cursor: _load, _row, each column as text,
 * and last the number of rows there were before the cap on bytes. */
void rows_query_page(const struct rows_query *q, struct arena *a, struct rows_sql *out);

/* A stretch of the key: from behind (load, row) to the last load, of which the rows up to row_to
 * are looked at, or all when that is 0. */
struct rows_window {
	const char *load, *row;
	const char *last; /* not before load */
	int64_t row_to;
};

/* rows_query_window - rows_query_page for the default order, within a window; the filter, if any,
 * is the load. */
void rows_query_window(
    const struct rows_query *q, const struct rows_window *w, struct arena *a, struct rows_sql *out);

/* rows_query_estimate - EXPLAIN of the filters alone, for a guess of the count. */
void rows_query_estimate(const struct rows_query *q, struct arena *a, struct rows_sql *out);

#endif
