/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_eval_differential - expr/eval gives for every row what DuckDB gives for the printed SQL.
 *
 * Random typed expressions over a table of awkward values. Where DuckDB fails for a row (TRY gives
 * null) we must fail or give null, and the other way round.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <math.h>

#include "base/buf.h"
#include "csv/csv_scan.h"
#include "engine/engine.h"
#include "expr/eval.h"
#include "expr/node.h" /* to look at parts */

enum { COLUMNS = 15, ROWS = 200, EXPRESSIONS = 1500, DEPTH = 3, POOL = 12, CELL_BYTES = 64 };

/* Cells of each column; NULL stands for null and ends a pool that is shorter. */
struct column {
	const char *name;
	enum csv_type type;
	uint8_t precision, scale;
	const char *sql;
	const char *pool[POOL];
};

static const struct column table[COLUMNS] = {
	{ "i", CSV_INTEGER, 0, 0, "BIGINT",
	    { "0", "1", "-1", "7", "-7", "42", "1000000", "9223372036854775807",
		"-9223372036854775808" } },
	{ "j", CSV_INTEGER, 0, 0, "BIGINT", { "0", "2", "-3", "5", "12", "-400" } },
	{ "amount", CSV_DECIMAL, 18, 2, "DECIMAL(18,2)",
	    { "0", "1.25", "-1.25", "2.50", "-2.5", "0.01", "9999999999999999.99", "1234.56" } },
	{ "fine", CSV_DECIMAL, 38, 10, "DECIMAL(38,10)",
	    { "0", "0.0000000001", "-0.5", "3.5", "1234567890123456789012345678.0123456789" } },
	{ "rate", CSV_DOUBLE, 0, 0, "DOUBLE",
	    { "0", "1.5", "-2.5", "0.1", "1e300", "-1e-300", "123456.789", "3" } },
	{ "paid", CSV_BOOLEAN, 0, 0, "BOOLEAN", { "true", "false" } },
	{ "day", CSV_DATE, 0, 0, "DATE",
	    { "2024-02-29", "1970-01-01", "0100-03-01", "9999-12-31", "2026-11-20",
		"2023-01-31" } },
	{ "at", CSV_TIMESTAMP, 0, 0, "TIMESTAMP",
	    { "2024-02-29 23:59:59.999999", "1969-12-31 23:59:59", "2026-11-20 10:42:07.5",
		"0100-01-01 00:00:00", "9999-12-31 23:59:59" } },
	{ "word", CSV_TEXT, 0, 0, "VARCHAR",
	    { "", " a ", "abc", "ABC",
		"\xc3\x9cn\xc3\xaf"
		"code \xc3\x9f and more",
		"a,b", "aaaa", "\xe2\x82\xac 5", "0123456789abcdef" } },
	{ "opens", CSV_TIME, 0, 0, "TIME", { "00:00:00", "08:30:00", "23:59:59.999999" } },
	{ "shuts", CSV_TIME, 0, 0, "TIME", { "08:30:00", "17:00:00" } },
	{ "lasts", CSV_DURATION, 0, 0, "INTERVAL", { "P1M", "P30D", "PT720H", "P29D", "PT1S" } },
	{ "took", CSV_DURATION, 0, 0, "INTERVAL", { "P1Y", "P360D", "P30D", "PT1M" } },
	{ "ticket", CSV_UUID, 0, 0, "UUID",
	    { "00000000-0000-0000-0000-000000000001", "7fffffff-0000-0000-0000-000000000000",
		"80000000-0000-0000-0000-000000000000" } },
	{ "other", CSV_UUID, 0, 0, "UUID",
	    { "80000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff" } },
};

static const char *cells[ROWS][COLUMNS];
static struct engine *engine;
static struct engine_conn *con;
static char scratch[] = "/tmp/millrace-eval-XXXXXX";

static unsigned pick(unsigned n)
{
	return (unsigned)random() % n;
}

static void fill_cells(void)
{
	for (size_t r = 0; r < ROWS; r++) {
		for (size_t c = 0; c < COLUMNS; c++) {
			size_t n = 0;
			while (n < POOL && table[c].pool[n] != NULL)
				n++;
			cells[r][c] = pick(8) == 0 ? NULL : table[c].pool[pick((unsigned)n)];
		}
	}
}

/* DuckDB has words of its own for durations. */
static const char *sql_cell(const char *cell)
{
	static const char *const words[][2] = { { "P1M", "1 month" }, { "P30D", "30 days" },
		{ "PT720H", "720 hours" }, { "P29D", "29 days" }, { "PT1S", "1 second" },
		{ "P1Y", "1 year" }, { "P360D", "360 days" }, { "PT1M", "1 minute" } };
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strcmp(words[i][0], cell) == 0)
			return words[i][1];
	}
	return cell;
}

static void make_table(void)
{
	struct buf sql;
	struct err err = { 0 };
	buf_init(&sql, 1 << 20);
	buf_adds(&sql, "CREATE TABLE t AS SELECT * FROM (VALUES ");
	for (size_t r = 0; r < ROWS; r++) {
		buf_printf(&sql, "%s(%zu", r > 0 ? ", " : "", r);
		for (size_t c = 0; c < COLUMNS; c++) {
			if (cells[r][c] == NULL)
				buf_printf(&sql, ", CAST(NULL AS %s)", table[c].sql);
			else
				buf_printf(&sql, ", CAST('%s' AS %s)", sql_cell(cells[r][c]),
				    table[c].sql);
		}
		buf_adds(&sql, ")");
	}
	buf_adds(&sql, ") v(row_no");
	for (size_t c = 0; c < COLUMNS; c++)
		buf_printf(&sql, ", \"%s\"", table[c].name);
	buf_adds(&sql, ")");
	if (engine_exec(con, &err, "%s", sql.data) != 0)
		fail_msg("%s", err.msg);
	buf_done(&sql);
}

/* --- random expressions ---------------------------------------------------------------------- */

static void number(struct buf *out, int depth);
static void text(struct buf *out, int depth);
static void condition(struct buf *out, int depth);

static void one_of(struct buf *out, const char *const *words, unsigned n)
{
	buf_adds(out, words[pick(n)]);
}

static void day(struct buf *out, int depth)
{
	static const char *const leaves[] = { "day", "day", "date '2024-02-29'", "date(at)" };
	static const char *const units[] = { "year", "quarter", "month", "week", "day" };
	if (depth == 0 || pick(2) == 0) {
		one_of(out, leaves, 4);
		return;
	}
	switch (pick(4)) {
	case 0:
		buf_adds(out, "add_days(");
		day(out, depth - 1);
		buf_adds(out, ", j)");
		break;
	case 1:
		buf_adds(out, "add_months(");
		day(out, depth - 1);
		buf_adds(out, ", j)");
		break;
	case 2:
		buf_printf(out, "date_trunc('%s', ", units[pick(5)]);
		day(out, depth - 1);
		buf_adds(out, ")");
		break;
	default:
		buf_adds(out, "coalesce(day, ");
		day(out, depth - 1);
		buf_adds(out, ")");
	}
}

static void integer_of(struct buf *out, int depth)
{
	static const char *const parts[] = { "year(", "month(", "day(", "weekday(" };
	if (pick(2) == 0) {
		one_of(out, parts, 4);
		day(out, depth - 1);
	} else if (pick(2) == 0) {
		buf_adds(out, "days_between(");
		day(out, depth - 1);
		buf_adds(out, ", ");
		day(out, depth - 1);
	} else {
		buf_adds(out, "length(");
		text(out, depth - 1);
	}
	buf_adds(out, ")");
}

static void number(struct buf *out, int depth)
{
	static const char *const leaves[] = { "i", "j", "amount", "fine", "rate", "7", "-2", "0.5",
		"1e2", "12.345" };
	static const char *const ops[] = { " + ", " - ", " * ", " / ", " % " };
	static const char *const functions[] = { "abs(", "floor(", "ceil(", "round(", "integer(",
		"double(", "- (" };
	if (depth == 0 || pick(4) == 0) {
		one_of(out, leaves, 10);
		return;
	}
	switch (pick(5)) {
	case 0:
	case 1:
		buf_addc(out, '(');
		number(out, depth - 1);
		one_of(out, ops, 5);
		number(out, depth - 1);
		buf_addc(out, ')');
		break;
	case 2:
		one_of(out, functions, 7);
		number(out, depth - 1);
		buf_addc(out, ')');
		break;
	case 3:
		integer_of(out, depth);
		break;
	default:
		buf_adds(out, "case when ");
		condition(out, depth - 1);
		buf_adds(out, " then ");
		number(out, depth - 1);
		buf_adds(out, " else j end");
	}
}

static void text(struct buf *out, int depth)
{
	static const char *const leaves[] = { "word", "word", "'a'", "''",
		"'\xc3\xb6 long enough'" };
	static const char *const functions[] = { "lower(", "upper(", "trim(", "text(" };
	if (depth == 0 || pick(3) == 0) {
		one_of(out, leaves, 5);
		return;
	}
	switch (pick(5)) {
	case 0:
		one_of(out, functions, 4);
		break;
	case 1:
		buf_adds(out, "substr(");
		text(out, depth - 1);
		buf_printf(out, ", %d, %d)", (int)pick(12) - 5, (int)pick(9) - 2);
		return;
	case 2:
		buf_adds(out, "replace(");
		text(out, depth - 1);
		buf_adds(out, ", 'a', ");
		text(out, 0);
		buf_adds(out, ")");
		return;
	case 3:
		buf_adds(out, "concat(word, j, paid, day, ");
		break;
	default:
		buf_adds(out, "(word || ");
	}
	text(out, depth - 1);
	buf_addc(out, ')');
}

static void comparison(struct buf *out, int depth)
{
	static const char *const ops[] = { " = ", " <> ", " < ", " <= ", " > ", " >= " };
	void (*const kinds[])(struct buf *, int) = { number, text, day };
	void (*const kind)(struct buf *, int) = kinds[pick(3)];
	kind(out, depth - 1);
	if (pick(4) == 0) {
		buf_adds(out, pick(2) == 0 ? " between " : " not between ");
		kind(out, depth - 1);
		buf_adds(out, " and ");
		kind(out, 0);
	} else if (pick(4) == 0) {
		buf_adds(out, pick(2) == 0 ? " in (" : " not in (");
		kind(out, depth - 1);
		buf_adds(out, ", ");
		kind(out, 0);
		buf_adds(out, ")");
	} else {
		one_of(out, ops, 6);
		kind(out, depth - 1);
	}
}

static void condition(struct buf *out, int depth)
{
	static const char *const tests[] = { "contains(", "starts_with(", "ends_with(" };
	if (depth <= 0) {
		buf_adds(out, "paid");
		return;
	}
	buf_addc(out, '(');
	switch (pick(5)) {
	case 0:
		condition(out, depth - 1);
		buf_adds(out, pick(2) == 0 ? " and " : " or ");
		condition(out, depth - 1);
		break;
	case 1:
		buf_adds(out, "not ");
		condition(out, depth - 1);
		break;
	case 2:
		number(out, depth - 1);
		buf_adds(out, pick(2) == 0 ? " is null" : " is not null");
		break;
	case 3:
		one_of(out, tests, 3);
		text(out, depth - 1);
		buf_adds(out, ", ");
		text(out, 0);
		buf_adds(out, ")");
		break;
	default:
		comparison(out, depth);
	}
	buf_addc(out, ')');
}

/* --- both sides ------------------------------------------------------------------------------- */

static struct csv_column columns[COLUMNS];
static struct csv_schema schema = {
	.columns = columns, .n_columns = COLUMNS, .file_columns = COLUMNS
};
static struct csv_batch *batch;
static size_t identity[COLUMNS];

static struct csv_block block;
static struct csv_scan *scan;

struct feed {
	struct buf text;
	size_t at;
};

static ssize_t read_feed(void *arg, void *p, size_t n, struct err *err)
{
	struct feed *f = arg;
	const size_t left = f->text.n - f->at;
	(void)err;
	n = n < left ? n : left;
	memcpy(p, f->text.data + f->at, n);
	f->at += n;
	return (ssize_t)n;
}

static void make_batch(void)
{
	static const char *const missing[] = { "\\N", NULL };
	static struct feed feed;
	struct err err = { 0 };
	struct csv_split *split = NULL;
	buf_init(&feed.text, 1 << 20);
	for (size_t c = 0; c < COLUMNS; c++)
		buf_printf(&feed.text, "%s%s", c > 0 ? "," : "", table[c].name);
	for (size_t r = 0; r < ROWS; r++) {
		for (size_t c = 0; c < COLUMNS; c++)
			buf_printf(&feed.text, "%s\"%s\"", c > 0 ? "," : "\n",
			    cells[r][c] == NULL ? "\\N" : cells[r][c]);
	}
	buf_addc(&feed.text, '\n');
	for (size_t c = 0; c < COLUMNS; c++) {
		columns[c] = (struct csv_column){ .name = table[c].name,
			.type = table[c].type,
			.file_column = (int)c,
			.precision = table[c].precision,
			.scale = table[c].scale };
		identity[c] = c;
	}
	schema.missing = missing;
	struct csv_split_params params = { .read = read_feed, .arg = &feed };
	assert_int_equal(csv_given_set(&params.given, "delimiter", "comma", &err), 0);
	assert_int_equal(csv_split_open(&params, &split, &err), 0);
	assert_int_equal(csv_split_next(split, &block, &err), 1);
	scan = csv_scan_new(&schema);
	batch = csv_batch_new(&schema);
	csv_scan_begin(scan, &block);
	assert_true(csv_scan_next(scan, batch));
	csv_batch_settle(batch);
	assert_int_equal(batch->rows, ROWS);
	csv_split_close(&split);
	buf_done(&feed.text);
}

static bool same(
    struct expr_type type, const struct expr_value *v, const struct engine_vector *d, size_t row)
{
	const char *p = d->data;
	if (v->is_null || engine_is_null(d, row))
		return v->is_null && engine_is_null(d, row);
	switch (type.kind) {
	case EXPR_T_BOOLEAN:
		return (p[row] != 0) == v->b;
	case EXPR_T_DATE:
		return ((const int32_t *)d->data)[row] == v->i;
	case EXPR_T_DOUBLE: {
		const double f = ((const double *)d->data)[row];
		/* DuckDB loses a bit where it makes a double of a large decimal. */
		return f == v->f || (isnan(f) && isnan(v->f)) || fabs(f - v->f) <= fabs(f) * 1e-13;
	}
	case EXPR_T_DECIMAL:
		return ((const __int128 *)d->data)[row] == v->d;
	case EXPR_T_TEXT: {
		const struct engine_text *t = &((const struct engine_text *)d->data)[row];
		return t->n == v->text.n && memcmp(engine_text_ptr(t), v->text.p, t->n) == 0;
	}
	case EXPR_T_NULL:
	case EXPR_T_INTEGER:
	case EXPR_T_TIMESTAMP:
	case EXPR_T_TIMESTAMPTZ:
	case EXPR_T_TIME:
	case EXPR_T_DURATION:
	case EXPR_T_UUID:
	case EXPR_T_JSON:
	case EXPR_T_COUNT_:
		break;
	}
	return ((const int64_t *)d->data)[row] == v->i;
}

/* All decimals come as DECIMAL(38, scale), so that their C type is known. */
static const char *sql_of(const struct expr *e, struct arena *a)
{
	const struct expr_type type = expr_type_of(e);
	struct buf sql;
	buf_init(&sql, 1 << 20);
	buf_adds(&sql, "SELECT TRY(CAST(");
	expr_print(e, EXPR_DUCKDB, &sql);
	buf_adds(&sql, " AS ");
	expr_print_type(
	    (struct expr_type){ .kind = type.kind, .scale = type.scale }, EXPR_DUCKDB, &sql);
	buf_adds(&sql, ")) FROM t ORDER BY row_no");
	const char *text_of = arena_dup_n(a, sql.data, sql.n);
	buf_done(&sql);
	return text_of;
}

/* Has a part of the expression no value for this row? Then it depends on the order in which sides
 * are looked at whether the whole has one, and both answers are right. */
static bool a_part_fails(const struct expr *e, size_t row)
{
	struct expr_value v;
	struct expr_eval *ev = expr_eval_new(e, identity);
	expr_eval_batch(ev, batch);
	bool fails = expr_eval_row(ev, row, &v) != 0;
	expr_eval_free(&ev);
	for (size_t i = 0; i < e->n_args && !fails; i++)
		fails = a_part_fails(e->args[i], row);
	return fails;
}

static void refuse(const char *source, const char *sql, size_t row, const char *why,
    const struct expr_value *v, struct expr_type type, const struct engine_vector *d, size_t i)
{
	const char *p = d->data;
	char theirs[120] = "null";
	if (!engine_is_null(d, i) && type.kind == EXPR_T_DECIMAL)
		(void)snprintf(
		    theirs, sizeof(theirs), "%.20g", (double)((const __int128 *)d->data)[i]);
	else if (!engine_is_null(d, i) && type.kind == EXPR_T_DOUBLE)
		(void)snprintf(theirs, sizeof(theirs), "%.20g", ((const double *)d->data)[i]);
	else if (!engine_is_null(d, i) && type.kind == EXPR_T_TEXT)
		(void)snprintf(theirs, sizeof(theirs), "'%.*s', ours '%.*s'",
		    (int)((const struct engine_text *)d->data)[i].n,
		    engine_text_ptr(&((const struct engine_text *)d->data)[i]), (int)v->text.n,
		    v->text.p);
	else if (!engine_is_null(d, i))
		(void)snprintf(theirs, sizeof(theirs), "%lld", (long long)p[i]);
	for (size_t c = 0; c < COLUMNS; c++)
		print_message("%s=%s ", table[c].name, cells[row][c]);
	fail_msg("row %zu of %s\n%s\nours: %s %.20g %.20g theirs: %s", row, source, sql,
	    why != NULL  ? why
	    : v->is_null ? "null"
			 : "",
	    (double)v->d, v->f, theirs);
}

/* False when DuckDB fails as a whole: TRY does not catch everything. */
static bool compare(const struct expr *e, const char *source, struct arena *a)
{
	struct engine_stream *s = NULL;
	const struct engine_chunk *chunk = NULL;
	struct err err = { 0 };
	struct expr_eval *ev = expr_eval_new(e, identity);
	const char *sql = sql_of(e, a);
	size_t row = 0;
	expr_eval_batch(ev, batch);
	bool good = engine_stream_open(con, sql, &s, &err) == 0;
	while (good) {
		good = engine_stream_next(s, &chunk, &err) == 0;
		if (!good)
			break;
		if (chunk == NULL)
			break;
		for (size_t i = 0; i < chunk->rows; i++, row++) {
			struct expr_value v = { 0 };
			const bool failed = expr_eval_row(ev, row, &v) != 0;
			v.is_null = v.is_null || failed;
			if (!same(expr_type_of(e), &v, &chunk->v[0], i) && !a_part_fails(e, row))
				refuse(source, sql, row, failed ? expr_eval_why(ev) : NULL, &v,
				    expr_type_of(e), &chunk->v[0], i);
		}
	}
	assert_int_equal(row, good ? ROWS : row);
	engine_stream_close(&s);
	expr_eval_free(&ev);
	return good;
}

/* 1 compared, 0 the checker refused it (a product of too many digits) or DuckDB failed. */
static int try_one(const char *source)
{
	struct expr_column scope_columns[COLUMNS];
	struct expr_fault fault;
	struct arena *a = arena_new(16 << 20);
	struct expr *e = NULL;
	for (size_t c = 0; c < COLUMNS; c++) {
		scope_columns[c].name = table[c].name;
		expr_eval_type(&columns[c], &scope_columns[c].type);
	}
	const struct expr_scope scope = { .columns = scope_columns, .n = COLUMNS };
	int compared = 0;
	if (expr_parse(source, strlen(source), a, &e, &fault) != 0)
		fail_msg("%s: %s", source, fault.message);
	if (expr_check(e, &scope, a, &fault) == 0 && expr_type_of(e).kind != EXPR_T_NULL) {
		assert_int_equal(expr_eval_prepare(e, a, &fault), 0);
		compared = compare(e, source, a) ? 1 : 0;
	}
	arena_free(&a);
	return compared;
}

static void test_random_expressions(void **state)
{
	void (*const kinds[])(struct buf *, int) = { number, text, day, condition };
	struct buf source;
	int compared = 0;
	(void)state;
	buf_init(&source, 1 << 16);
	for (int i = 0; i < EXPRESSIONS; i++) {
		buf_reset(&source);
		kinds[i % 4](&source, DEPTH);
		compared += try_one(source.data);
	}
	buf_done(&source);
	assert_true(compared > EXPRESSIONS * 8 / 10);
}

static void test_chosen_expressions(void **state)
{
	static const char *const chosen[] = {
		"at >= timestamp '2026-01-01 00:00'",
		"date_trunc('hour', at)",
		"date_trunc('week', at)",
		"case when paid then 1 when j > 0 then 2 end",
		"nullif(j, 2)",
		"greatest(i, j, 3)",
		"least(amount, fine)",
		"decimal(fine, 2)",
		"decimal(rate, 3)",
		"round(amount, 1)",
		"round(rate, 2)",
		"div(i, j)",
		"i * j",
		"- i",
		"i in (1, j)",
		"paid and null",
		"paid or null",
		"substr(word, 0, 2)",
		"substr(word, -3, 2)",
		"substr(word, 3, -2)",
		"replace(word, '', 'x')",
		"amount * fine",
		"opens < shuts",
		"greatest(opens, shuts)",
		"lasts >= took",
		"lasts in (took)",
		"ticket < other",
		"ticket between ticket and other",
		"add_months(day, 1200)",
		"add_days(day, 400000)",
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(chosen); i++)
		assert_int_equal(try_one(chosen[i]), 1);
}

static int set_up(void **state)
{
	struct err err = { 0 };
	(void)state;
	srandom(7);
	assert_non_null(mkdtemp(scratch));
	const struct engine_conf conf = {
		.threads = 1, .memory_bytes = 256 << 20, .scratch = scratch
	};
	assert_int_equal(engine_open(&conf, &engine, &err), 0);
	assert_int_equal(engine_connect(engine, &con, &err), 0);
	fill_cells();
	make_table();
	make_batch();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	csv_batch_free(&batch);
	csv_scan_free(&scan);
	csv_block_done(&block);
	engine_disconnect(&con);
	engine_close(&engine);
	return rmdir(scratch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_chosen_expressions),
		cmocka_unit_test(test_random_expressions),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
