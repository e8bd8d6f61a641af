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
#include "engine/engine.h"
#include "eval_random.h"
#include "eval_table.h"
#include "expr/eval.h"
#include "expr/node.h" /* to look at parts */

enum { EXPRESSIONS = 1500, DEPTH = 3 };

static struct engine *engine;
static struct engine_conn *con;
static char scratch[] = "/tmp/millrace-eval-XXXXXX";
static const struct csv_batch *batch;
static size_t identity[EVAL_COLUMNS];

static void make_table(void)
{
	struct buf sql;
	struct err err = { 0 };
	buf_init(&sql, 1 << 20);
	eval_table_sql(&sql);
	if (engine_exec(con, &err, "%s", sql.data) != 0)
		fail_msg("%s", err.msg);
	buf_done(&sql);
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
	for (size_t c = 0; c < EVAL_COLUMNS; c++)
		print_message("%s=%s ", batch->schema->columns[c].name, eval_table_cell(row, c));
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
	assert_int_equal(row, good ? EVAL_ROWS : row);
	engine_stream_close(&s);
	expr_eval_free(&ev);
	return good;
}

/* 1 compared, 0 the checker refused it (a product of too many digits) or DuckDB failed. */
static int try_one(const char *source)
{
	struct expr_column scope_columns[EVAL_COLUMNS];
	struct expr_fault fault;
	struct arena *a = arena_new(16 << 20);
	struct expr *e = NULL;
	for (size_t c = 0; c < EVAL_COLUMNS; c++) {
		scope_columns[c].name = batch->schema->columns[c].name;
		expr_eval_type(&batch->schema->columns[c], &scope_columns[c].type);
	}
	const struct expr_scope scope = { .columns = scope_columns, .n = EVAL_COLUMNS };
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
	void (*const kinds[])(
	    struct buf *, int) = { random_number, random_text, random_day, random_condition };
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
	batch = eval_table_open();
	for (size_t c = 0; c < EVAL_COLUMNS; c++)
		identity[c] = c;
	make_table();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	eval_table_close();
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
