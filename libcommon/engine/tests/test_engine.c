/* SPDX-License-Identifier: Apache-2.0 */
/* test_engine - rows go in through a source, over Parquet, and come out the same; the walls hold.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "engine/engine.h"

enum { ROWS = 10000, LONG_TEXT = 40 };

static char scratch[] = "/tmp/millrace-engine-XXXXXX";
static struct engine *engine;
static struct engine_conn *con;
static struct arena *arena;

/* A source of ROWS rows: i, i * 1.25 as decimal, text of changing length, every third row NULL. */
struct counter {
	int64_t next, stop;
	int64_t fail_at; /* -1 never */
	char text[2048][LONG_TEXT];
};

static int fill(void *arg, struct engine_chunk *chunk, struct err *err)
{
	struct counter *c = arg;

	if (c->fail_at >= 0 && c->next >= c->fail_at)
		return err_set_code(err, ERR_NOT_FOUND, "test.code", "row %d is bad", (int)c->next);
	for (; chunk->rows < chunk->capacity && c->next < c->stop; c->next++, chunk->rows++) {
		const size_t i = chunk->rows;
		((int64_t *)chunk->v[0].data)[i] = c->next;
		((int64_t *)chunk->v[1].data)[i] = c->next * 125;
		const int n = snprintf(c->text[i], LONG_TEXT, "%0*d", (int)(c->next % 30) + 1, 7);
		engine_text_set(
		    &((struct engine_text *)chunk->v[2].data)[i], c->text[i], (uint32_t)n);
		if (c->next % 3 == 0)
			engine_set_null(&chunk->v[2], i);
	}
	return 0;
}

static const struct engine_column columns[] = {
	{ .name = "i", .type = ENGINE_I64 },
	{ .name = "price \"x\"", .type = ENGINE_DECIMAL, .precision = 18, .scale = 2 },
	{ .name = "text", .type = ENGINE_TEXT },
};

static struct engine_source source(const char *name, struct counter *c)
{
	return (struct engine_source){
		.name = name, .columns = columns, .n_columns = 3, .fill = fill, .arg = c
	};
}

static void check_row(const struct engine_chunk *chunk, size_t i, int64_t row)
{
	char want[LONG_TEXT];
	const struct engine_text *t = &((const struct engine_text *)chunk->v[2].data)[i];

	assert_int_equal(((const int64_t *)chunk->v[0].data)[i], row);
	assert_int_equal(((const int64_t *)chunk->v[1].data)[i], row * 125);
	assert_int_equal(engine_is_null(&chunk->v[2], i), row % 3 == 0);
	if (row % 3 == 0)
		return;
	const int n = snprintf(want, sizeof(want), "%0*d", (int)(row % 30) + 1, 7);
	assert_int_equal(t->n, n);
	assert_memory_equal(engine_text_ptr(t), want, (size_t)n);
}

static void test_parquet_round_trip(void **state)
{
	struct err err = { 0 };
	static struct counter c = { .stop = ROWS, .fail_at = -1 };
	const struct engine_source s = source("rows_a", &c);
	const char *path = engine_quote_text(arena, arena_printf(arena, "%s/a.parquet", scratch));
	struct engine_stream *stream = NULL;
	const struct engine_column *out;
	const struct engine_chunk *chunk;
	int64_t row = 0;
	(void)state;

	assert_int_equal(engine_source_add(con, &s, &err), 0);
	assert_int_equal(
	    engine_exec(con, &err, "COPY (SELECT * FROM rows_a()) TO %s (FORMAT parquet)", path),
	    0);
	const char *sql = arena_printf(arena, "SELECT * FROM read_parquet(%s)", path);
	assert_int_equal(engine_stream_open(con, sql, &stream, &err), 0);
	assert_int_equal(engine_stream_columns(stream, &out), 3);
	assert_string_equal(out[1].name, "price \"x\"");
	assert_int_equal(out[1].type, ENGINE_DECIMAL);
	assert_int_equal(out[1].precision, 18);
	assert_int_equal(out[1].scale, 2);
	for (;;) {
		assert_int_equal(engine_stream_next(stream, &chunk, &err), 0);
		if (chunk == NULL)
			break;
		for (size_t i = 0; i < chunk->rows; i++)
			check_row(chunk, i, row++);
	}
	assert_int_equal(row, ROWS);
	engine_stream_close(&stream);
}

static void test_source_error_is_the_callers(void **state)
{
	struct err err = { 0 };
	static struct counter c = { .stop = ROWS, .fail_at = 5000 };
	const struct engine_source s = source("rows_b", &c);
	(void)state;

	assert_int_equal(engine_source_add(con, &s, &err), 0);
	assert_int_equal(engine_exec(con, &err, "CREATE TABLE b AS SELECT * FROM rows_b()"), -1);
	assert_int_equal(err.kind, ERR_NOT_FOUND);
	assert_string_equal(err.code, "test.code");
	assert_int_equal(engine_exec(con, &err, "SELECT 1"), 0); /* the connection lives on */
}

static void test_walls(void **state)
{
	static const char *const refused[] = {
		"SELECT * FROM read_text('/etc/passwd')",
		"SELECT * FROM read_csv('/etc/passwd')",
		"SELECT * FROM glob('/etc/*')",
		"COPY (SELECT 1) TO '/tmp/millrace-engine-outside.csv'",
		"SET memory_limit='100GB'",
		"SET enable_external_access=true",
		"RESET allowed_directories",
		"INSTALL httpfs",
		"LOAD httpfs",
		"ATTACH '/tmp/millrace-engine-outside.db'",
		"PRAGMA enable_profiling='json'; SET profile_output='/tmp/millrace-engine-outside'",
	};
	struct err err;
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		print_message("  %s\n", refused[i]);
		assert_int_equal(engine_exec(con, &err, "%s", refused[i]), -1);
	}
	assert_int_equal(access("/tmp/millrace-engine-outside.csv", F_OK), -1);
}

static void test_bad_sql_names_itself(void **state)
{
	struct err err;
	struct engine_stream *stream = NULL;
	(void)state;

	assert_int_equal(engine_stream_open(con, "SELECT nothing_like_it", &stream, &err), -1);
	assert_int_equal(err.kind, ERR_INPUT);
	assert_non_null(strstr(err.msg, "nothing_like_it"));
	assert_null(strchr(err.msg, '\n'));
}

static void test_stream_error_in_the_middle(void **state)
{
	struct err err = { 0 };
	struct engine_stream *stream = NULL;
	const struct engine_chunk *chunk;
	int rc = 0;
	(void)state;

	assert_int_equal(engine_stream_open(con,
			     "SELECT CAST(CASE WHEN i < 2000000 THEN '1' ELSE 'x' END AS BIGINT)"
			     " FROM range(2000010) t(i)",
			     &stream, &err),
	    0);
	do
		rc = engine_stream_next(stream, &chunk, &err);
	while (rc == 0 && chunk != NULL);
	assert_int_equal(rc, -1);
	assert_int_equal(err.kind, ERR_INPUT);
	engine_stream_close(&stream);
}

/* A run's reason is read by people who may not see rows. */
static void test_errors_name_no_cells(void **state)
{
	static const char *const casts[] = { "('secret''s ' || x)::BIGINT", "(x || '-77')::DATE",
		"(x::BIGINT * 4611686018427387904::BIGINT)", "x::TINYINT",
		"strptime('7secret' || x, '%Y')", "(x || '.5')::DECIMAL(3,2)" };
	struct engine_stream *s = NULL;
	const struct engine_chunk *chunk;
	struct err err = { 0 };
	char sql[256];

	(void)state;
	assert_int_equal(engine_exec(con, &err, "CREATE TABLE cells AS SELECT '770077' AS x"), 0);
	for (size_t i = 0; i < sizeof(casts) / sizeof(*casts); i++) {
		snprintf(sql, sizeof(sql), "SELECT %s FROM cells", casts[i]);
		const int rc = engine_stream_open(con, sql, &s, &err);
		assert_int_not_equal(rc != 0 ? rc : engine_stream_next(s, &chunk, &err), 0);
		assert_int_equal(err.kind, ERR_INPUT);
		assert_string_equal(err.code, "engine.sql");
		assert_null(strstr(err.msg, "secret"));
		assert_null(strstr(err.msg, "77"));
		assert_non_null(strstr(err.msg, "Error: "));
		engine_stream_close(&s);
	}
}

static void test_spills_below_its_memory(void **state)
{
	struct err err = { 0 };
	int64_t sum = 0;
	(void)state;

	const int rc = engine_i64(con, &sum, &err,
	    "SELECT sum(i)::BIGINT FROM (SELECT i, row_number() OVER (ORDER BY hash(i)) AS r"
	    " FROM range(3000000) t(i)) WHERE r >= 0");
	if (rc != 0)
		print_message("  %s\n", err.msg);
	assert_int_equal(rc, 0);
	assert_int_equal(sum, INT64_C(2999999) * 3000000 / 2);
}

static void test_zones_and_types(void **state)
{
	struct err err = { 0 };
	int64_t n = 0;
	(void)state;

	assert_int_equal(engine_i64(con, &n, &err,
			     "SELECT epoch_us(TIMESTAMPTZ '2026-11-20 10:00:00+02')::BIGINT"),
	    0);
	assert_int_equal(n, INT64_C(1795161600000000));
	assert_int_equal(engine_i64(con, &n, &err, "SELECT NULL::BIGINT"), 0);
	assert_int_equal(n, 0);
	assert_string_equal(engine_quote_ident(arena, "a\"b"), "\"a\"\"b\"");
	assert_string_equal(engine_quote_text(arena, "a'b"), "'a''b'");
}

static const struct engine_interval durations[] = { { 14, -3, 1 },
	{ INT32_MIN, INT32_MAX, INT64_MIN }, { 0, 0, 0 } };
static const unsigned __int128 uuids[] = { 0, ((unsigned __int128)0x0123abcdef456789 << 64) + 5,
	~(unsigned __int128)0 };

static int fill_values(void *arg, struct engine_chunk *chunk, struct err *err)
{
	bool *done = arg;
	(void)err;

	for (size_t i = 0; i < 3 && !*done; i++, chunk->rows++) {
		((int64_t *)chunk->v[0].data)[i] = (int64_t)i * 43199999999;
		((struct engine_interval *)chunk->v[1].data)[i] = durations[i];
		((unsigned __int128 *)chunk->v[2].data)[i] = uuids[i] ^ ENGINE_UUID_FLIP;
	}
	*done = true;
	return 0;
}

static void test_times_durations_and_uuids(void **state)
{
	static const struct engine_column typed[] = { { .name = "t", .type = ENGINE_TIME },
		{ .name = "d", .type = ENGINE_INTERVAL }, { .name = "u", .type = ENGINE_UUID } };
	static bool done;
	const struct engine_source s = { .name = "rows_v",
		.columns = typed,
		.n_columns = 3,
		.fill = fill_values,
		.arg = &done };
	struct err err = { 0 };
	struct engine_stream *stream = NULL;
	const struct engine_column *out;
	const struct engine_chunk *chunk;
	(void)state;

	assert_int_equal(engine_source_add(con, &s, &err), 0);
	assert_int_equal(engine_exec(con, &err, "CREATE TABLE v AS SELECT * FROM rows_v()"), 0);
	assert_int_equal(engine_stream_open(con, "SELECT *, u::VARCHAR FROM v", &stream, &err), 0);
	assert_int_equal(engine_stream_columns(stream, &out), 4);
	assert_int_equal(engine_stream_next(stream, &chunk, &err), 0);
	assert_int_equal(chunk->rows, 3);
	for (size_t c = 0; c < 3; c++)
		assert_int_equal(out[c].type, typed[c].type);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(((int64_t *)chunk->v[0].data)[i], (int64_t)i * 43199999999);
		assert_memory_equal((struct engine_interval *)chunk->v[1].data + i, &durations[i],
		    sizeof(durations[i]));
		assert_true(
		    (((unsigned __int128 *)chunk->v[2].data)[i] ^ ENGINE_UUID_FLIP) == uuids[i]);
	}
	const struct engine_text *text = (struct engine_text *)chunk->v[3].data + 1;
	assert_int_equal(text->n, 36);
	assert_memory_equal(engine_text_ptr(text), "0123abcd-ef45-6789-0000-000000000005", 36);
	engine_stream_close(&stream);
}

static int set_up(void **state)
{
	struct err err;
	(void)state;

	if (mkdtemp(scratch) == NULL)
		return -1;
	const struct engine_conf c = { .threads = 2, .memory_bytes = 64 << 20, .scratch = scratch };
	arena = arena_new(1 << 20);
	if (engine_open(&c, &engine, &err) != 0 || engine_connect(engine, &con, &err) != 0) {
		print_error("%s\n", err.msg);
		return -1;
	}
	return 0;
}

static int tear_down(void **state)
{
	char path[128];
	(void)state;

	engine_disconnect(&con);
	engine_close(&engine);
	arena_free(&arena);
	snprintf(path, sizeof(path), "%s/a.parquet", scratch);
	unlink(path);
	snprintf(path, sizeof(path), "%s/spill", scratch);
	rmdir(path);
	return rmdir(scratch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parquet_round_trip),
		cmocka_unit_test(test_source_error_is_the_callers),
		cmocka_unit_test(test_walls),
		cmocka_unit_test(test_bad_sql_names_itself),
		cmocka_unit_test(test_stream_error_in_the_middle),
		cmocka_unit_test(test_errors_name_no_cells),
		cmocka_unit_test(test_spills_below_its_memory),
		cmocka_unit_test(test_zones_and_types),
		cmocka_unit_test(test_times_durations_and_uuids),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
