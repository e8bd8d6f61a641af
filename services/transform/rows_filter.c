/* SPDX-License-Identifier: Apache-2.0 */
/* rows_filter - filter, sort and cursor of a page of rows, from text. */
#include "base/text.h"
#include "csv/csv_time.h"
#include "csv/csv_uuid.h"
#include "rows_query.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *word;
	enum rows_op op;
	bool value;
} ops[] = {
	{ "eq", ROWS_EQ, true },
	{ "ne", ROWS_NE, true },
	{ "lt", ROWS_LT, true },
	{ "le", ROWS_LE, true },
	{ "gt", ROWS_GT, true },
	{ "ge", ROWS_GE, true },
	{ "contains", ROWS_CONTAINS, true },
	{ "null", ROWS_NULL, false },
	{ "notnull", ROWS_NOTNULL, false },
};

static int find_column(const struct rows_query *q, const char *name)
{
	for (size_t i = 0; i < q->n_columns; i++) {
		if (strcmp(q->columns[i].name, name) == 0)
			return (int)i;
	}
	return -1;
}

/* A column of the table, or the number of the load, which stands behind them. */
static int find_filtered(const struct rows_query *q, const char *name)
{
	return strcmp(name, "_load") == 0 ? (int)q->n_columns : find_column(q, name);
}

const char *rows_query_one_load(const struct rows_query *q)
{
	const struct rows_filter *f = q->filters;

	return q->n_filters == 1 && f->column == q->n_columns && f->op == ROWS_EQ ? f->value : NULL;
}

/* Text up to an end character (or the end of all), backslashes taken out; *s moves behind it. */
static const char *piece(const char **s, const char *ends, struct arena *a)
{
	char *out = arena_alloc(a, strlen(*s) + 1);
	size_t n = 0;
	const char *p = *s;

	for (; *p != '\0' && strchr(ends, *p) == NULL; p++) {
		if (*p == '\\' && p[1] != '\0')
			p++;
		out[n++] = *p;
	}
	out[n] = '\0';
	*s = p;
	return out;
}

static bool is_decimal(const char *s)
{
	size_t digits = 0;
	size_t points = 0;

	if (*s == '-' || *s == '+')
		s++;
	for (; *s != '\0'; s++) {
		digits += *s >= '0' && *s <= '9';
		points += *s == '.';
		if ((*s < '0' || *s > '9') && *s != '.')
			return false;
	}
	return digits > 0 && digits <= 100 && points <= 1;
}

static bool is_double(const char *s)
{
	char *end;

	if (strspn(s, "0123456789+-.eE") != strlen(s))
		return false;
	return *s != '\0' && isfinite(strtod(s, &end)) && *end == '\0';
}

/* Would `word 'value'` be a literal of the expression language? */
static bool is_temporal(const char *word, const char *value, struct arena *a)
{
	struct expr_fault fault;
	struct expr *e;

	if (strchr(value, '\'') != NULL || strlen(value) > 40)
		return false;
	const char *text = arena_printf(a, "%s '%s'", word, value);

	return expr_parse(text, strlen(text), a, &e, &fault) == 0;
}

static bool is_time_of_day(const char *v)
{
	char padded[32 + CSV_PAD_BYTES] = "";
	int64_t us;

	return strlen(v) <= 32 && csv_time_of_day(memcpy(padded, v, strlen(v)), strlen(v), &us);
}

static bool is_uuid(const char *v)
{
	char padded[CSV_UUID_BYTES + CSV_PAD_BYTES] = "";
	unsigned __int128 value;

	return strlen(v) == CSV_UUID_BYTES &&
	       csv_uuid_parse(memcpy(padded, v, CSV_UUID_BYTES), CSV_UUID_BYTES, &value);
}

static bool fits(enum expr_type_kind type, const char *v, struct arena *a)
{
	int64_t unused;

	switch (type) {
	case EXPR_T_INTEGER:
		return text_parse_i64(v, &unused) == 0;
	case EXPR_T_DECIMAL:
		return is_decimal(v);
	case EXPR_T_DOUBLE:
		return is_double(v);
	case EXPR_T_BOOLEAN:
		return strcmp(v, "true") == 0 || strcmp(v, "false") == 0;
	case EXPR_T_DATE:
		return is_temporal("date", v, a);
	case EXPR_T_TIMESTAMP:
		return is_temporal("timestamp", v, a) || is_temporal("date", v, a);
	case EXPR_T_TIMESTAMPTZ:
		return is_temporal("timestamptz", v, a) || is_temporal("timestamp", v, a) ||
		       is_temporal("date", v, a);
	case EXPR_T_TEXT:
		return true;
	case EXPR_T_TIME:
		return is_time_of_day(v);
	case EXPR_T_UUID:
		return is_uuid(v);
	case EXPR_T_DURATION: /* asked for by contains and null alone */
	case EXPR_T_JSON:
	case EXPR_T_NULL:
	case EXPR_T_COUNT_:
		break;
	}
	return false;
}

static int invalid(struct err *err, const char *what, const char *which)
{
	return err_set_code(err, ERR_INPUT, "filter.invalid", "filter: %s `%.64s`", what, which);
}

static int find_op(const char *word)
{
	for (size_t i = 0; i < ARRAY_SIZE(ops); i++) {
		if (strcmp(ops[i].word, word) == 0)
			return (int)i;
	}
	return -1;
}

/* One column:op:value; *s stands at its first byte and then at its ';' or the end. */
static int parse_one(struct rows_query *q, const char **s, struct arena *a, struct err *err)
{
	struct rows_filter f = { 0 };
	const char *name = piece(s, ":;", a);
	const int column = find_filtered(q, name);

	if (column < 0)
		return invalid(err, "there is no column", name);
	if (**s != ':')
		return invalid(err, "column:op:value is needed for", name);
	(*s)++;
	const char *word = piece(s, ":;", a);
	const int op = find_op(word);

	if (op < 0)
		return invalid(err, "unknown comparison", word);
	if (ops[op].value != (**s == ':'))
		return invalid(
		    err, ops[op].value ? "a value is missing behind" : "no value goes with", word);
	if (**s == ':') {
		(*s)++;
		f.value = piece(s, ";", a);
	}
	f.column = (size_t)column;
	f.op = ops[op].op;
	if (f.value != NULL && f.op != ROWS_CONTAINS &&
	    !fits(q->columns[column].type.kind, f.value, a))
		return invalid(err, expr_type_name(q->columns[column].type.kind), f.value);
	q->filters[q->n_filters++] = f;
	return 0;
}

int rows_query_parse_filter(
    struct rows_query *q, const char *text, struct arena *a, struct err *err)
{
	const char *s = text;

	if (strlen(text) > ROWS_MAX_FILTER_BYTES || !text_is_utf8(text, strlen(text)))
		return err_set_code(err, ERR_INPUT, "filter.invalid",
		    "filter is not UTF-8 or longer than %d bytes", ROWS_MAX_FILTER_BYTES);
	while (*s != '\0') {
		if (text_is_prefix(s, "filter="))
			s += strlen("filter=");
		if (q->n_filters == ROWS_MAX_FILTERS)
			return err_set_code(err, ERR_INPUT, "filter.invalid",
			    "more than %d filters", ROWS_MAX_FILTERS);
		if (parse_one(q, &s, a, err) != 0)
			return -1;
		if (*s == ';')
			s++;
	}
	return 0;
}

int rows_query_parse_sort(struct rows_query *q, const char *text, struct err *err)
{
	q->descending = text[0] == '-' && find_column(q, text) < 0;
	const int column = find_column(q, text + (q->descending ? 1 : 0));

	if (column < 0)
		return err_set_code(
		    err, ERR_INPUT, "sort.invalid", "there is no column `%.64s` to sort by", text);
	q->sort = text;
	q->sort_column = (size_t)column;
	return 0;
}

int rows_query_check_cursor(const struct rows_query *q, struct err *err)
{
	int64_t unused;

	if (q->after[2] == NULL && q->after[3] == NULL)
		return 0;
	const bool same_sort =
	    strcmp(q->after[0] != NULL ? q->after[0] : "", q->sort != NULL ? q->sort : "") == 0;

	if (same_sort && q->after[2] != NULL && text_parse_i64(q->after[2], &unused) == 0 &&
	    q->after[3] != NULL && text_parse_i64(q->after[3], &unused) == 0 &&
	    (q->after[1] == NULL || q->sort != NULL))
		return 0;
	return err_set_code(err, ERR_INPUT, "cursor.invalid",
	    "this cursor belongs to another list or order; start again without it");
}
