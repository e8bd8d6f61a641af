/* SPDX-License-Identifier: Apache-2.0 */
/*
 * engine_load - run a pipeline's SQL over silver and send its rows to the loader as binary COPY
 * frames.
 *
 * A frame is u32 little-endian length and whole tuples, about FRAME_BYTES (longer only for one long
 * row). The end frame is length 0xFFFFFFFF and u64 rows: without it the loader commits nothing.
 */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "columns.h"
#include "copy_encode.h"
#include "engine/engine.h"
#include "task.h"

enum { FRAME_BYTES = 256 << 10, FRAME_HEAD_BYTES = 4, PIPE_BYTES = 1 << 20 };
enum { MEMORY_DEFAULT_BYTES = 512 << 20 };

struct load {
	struct task *t;
	struct arena *a;
	const cJSON *spec;
	struct columns columns;
	struct engine *engine;
	struct engine_conn *con;
	struct engine_stream *stream;
	struct copy_buf frame; /* head, then tuples */
	int64_t rows, bytes;
	bool peer_gone; /* the loader needs no more: it had the load already, or failed */
};

/* An input without files is an empty table of the columns it names. */
static const char *empty_select(struct load *l, const cJSON *source, struct err *err)
{
	struct columns cols;
	const char *sql = "SELECT NULL::BIGINT AS _row";

	if (columns_parse(cJSON_GetObjectItemCaseSensitive(source, "columns"), l->a, &cols, err) !=
	    0)
		return NULL;
	for (size_t i = 0; i < cols.n; i++)
		sql = arena_printf(l->a, "%s, NULL::%s AS %s", sql,
		    column_duckdb_type(&cols.c[i], l->a), engine_quote_ident(l->a, cols.c[i].name));
	return arena_printf(l->a, "%s WHERE false", sql);
}

/* Adds a column that silver keeps as a struct to the list of REPLACE. */
static void add_duration(struct load *l, const struct engine_text *name, struct buf *list)
{
	const char *text = arena_dup_n(l->a, engine_text_ptr(name), name->n);
	buf_printf(list, "%s%s", list->n == 0 ? "" : ", ",
	    column_duration_from_silver(engine_quote_ident(l->a, text), l->a));
}

/* Durations back from silver's struct; every other column as it is. */
static int list_durations(struct load *l, const char *from, struct buf *list, struct err *err)
{
	struct engine_stream *s = NULL;
	const struct engine_chunk *chunk;
	const char *sql = arena_printf(l->a,
	    "SELECT column_name FROM (DESCRIBE SELECT * FROM %s) WHERE column_type = "
	    "(SELECT typeof(NULL::" COLUMN_SILVER_DURATION "))",
	    from);
	int rc = engine_stream_open(l->con, sql, &s, err);
	while (rc == 0 && (rc = engine_stream_next(s, &chunk, err)) == 0 && chunk != NULL) {
		for (size_t i = 0; i < chunk->rows; i++)
			add_duration(l, &((const struct engine_text *)chunk->v[0].data)[i], list);
	}
	engine_stream_close(&s);
	return rc;
}

static const char *files_select(struct load *l, const char *from, struct err *err)
{
	struct buf list;
	const char *select = NULL;
	buf_init(&list, TASK_SPEC_MAX_BYTES);
	if (list_durations(l, from, &list, err) == 0)
		select = list.n == 0
			     ? arena_printf(l->a, "SELECT * FROM %s", from)
			     : arena_printf(l->a, "SELECT * REPLACE (%s) FROM %s", list.data, from);
	buf_done(&list);
	return select;
}

/* Each source is a view of its Parquet files, in order; with "fill", columns that files of an older
 * contract do not have are null. */
static int make_view(struct load *l, const cJSON *source, struct err *err)
{
	const cJSON *files = cJSON_GetObjectItemCaseSensitive(source, "files");
	const int n = cJSON_GetArraySize(files);
	const char *name = js_str(source, "name");
	const char *select;
	const cJSON *file;
	struct buf list;

	if (name == NULL)
		return err_set(err, ERR_INTERNAL, "a source has no name");
	buf_init(&list, TASK_SPEC_MAX_BYTES);
	cJSON_ArrayForEach(file, files) buf_printf(
	    &list, "%s%s", list.n == 0 ? "" : ",", engine_quote_text(l->a, file->valuestring));
	if (n > 0)
		select = files_select(l,
		    arena_printf(l->a, "read_parquet([%s]%s)", list.data,
			n > 1 ? ", union_by_name=true" : ""),
		    err);
	else
		select = empty_select(l, source, err);
	buf_done(&list);
	if (select != NULL && n > 0 && js_bool(source, "fill", false)) {
		const char *empty = empty_select(l, source, err);

		select = empty == NULL
			     ? NULL
			     : arena_printf(l->a, "%s UNION ALL BY NAME (%s)", select, empty);
	}
	if (select == NULL)
		return -1;
	return engine_exec(
	    l->con, err, "CREATE VIEW %s AS %s", engine_quote_ident(l->a, name), select);
}

/* The pipeline's rows, cast to the target's types so that the encoder meets no other. */
static const char *target_select(struct load *l, const char *sql)
{
	const bool has_row = js_bool(l->spec, "has_row", false);
	struct buf b;

	buf_init(&b, TASK_SPEC_MAX_BYTES);
	buf_printf(&b, "SELECT %s", has_row ? "_row::BIGINT AS _row" : "");
	for (size_t i = 0; i < l->columns.n; i++) {
		const char *name = engine_quote_ident(l->a, l->columns.c[i].name);
		buf_printf(&b, "%s%s::%s AS %s", has_row || i > 0 ? ", " : "", name,
		    column_duckdb_type(&l->columns.c[i], l->a), name);
	}
	buf_printf(&b, " FROM (%s\n) AS pipeline", sql);
	const char *out = arena_dup(l->a, b.data);
	buf_done(&b);
	return out;
}

static int open_engine(struct load *l, struct err *err)
{
	const cJSON *sources = cJSON_GetObjectItemCaseSensitive(l->spec, "sources");
	const char *sql = js_str(l->spec, "sql");
	const cJSON *source;
	const cJSON *file;
	size_t n = 0;

	cJSON_ArrayForEach(source, sources) n +=
	    (size_t)cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(source, "files"));
	const char **paths = arena_alloc(l->a, (n + 1) * sizeof(*paths));
	n = 0;
	cJSON_ArrayForEach(source, sources)
	{
		cJSON_ArrayForEach(file, cJSON_GetObjectItemCaseSensitive(source, "files"))
		    paths[n++] = file->valuestring;
	}
	const struct engine_conf c = {
		.threads = (int)js_i64(l->spec, "threads", 1),
		.memory_bytes = js_i64(l->spec, "memory_bytes", MEMORY_DEFAULT_BYTES),
		.scratch = js_str(l->spec, "scratch"),
		.read_paths = paths,
	};
	if (sql == NULL)
		return err_set(err, ERR_INTERNAL, "the specification has no sql");
	if (engine_open(&c, &l->engine, err) != 0 || engine_connect(l->engine, &l->con, err) != 0)
		return -1;
	cJSON_ArrayForEach(source, sources)
	{
		if (make_view(l, source, err) != 0)
			return -1;
	}
	return engine_stream_open(l->con, target_select(l, sql), &l->stream, err);
}

/* Write all n bytes to the pipe; a loader that is gone ends the sending quietly. */
static int send_bytes(struct load *l, const uint8_t *p, size_t n, struct err *err)
{
	while (n > 0 && !l->peer_gone) {
		const ssize_t w = write(TASK_FD_DATA_OUT, p, n);
		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0 && errno == EPIPE)
			l->peer_gone = true;
		else if (w < 0)
			return err_set_errno(err, ERR_INTERNAL, errno, "write to the loader");
		else {
			p += w;
			n -= (size_t)w;
		}
	}
	return 0;
}

static void start_frame(struct load *l)
{
	l->frame.n = FRAME_HEAD_BYTES;
}

static int send_frame(struct load *l, struct err *err)
{
	if (l->frame.n == FRAME_HEAD_BYTES)
		return 0;
	const uint32_t head = htole32((uint32_t)(l->frame.n - FRAME_HEAD_BYTES));
	memcpy(l->frame.p, &head, sizeof(head));
	if (send_bytes(l, l->frame.p, l->frame.n, err) != 0)
		return -1;
	l->bytes += (int64_t)l->frame.n;
	task_progress(l->t, l->bytes, l->rows, 0);
	start_frame(l);
	return 0;
}

static int send_end(struct load *l, struct err *err)
{
	uint8_t end[FRAME_HEAD_BYTES + sizeof(uint64_t)];
	const uint64_t rows = htole64((uint64_t)l->rows);

	memset(end, 0xff, FRAME_HEAD_BYTES);
	memcpy(end + FRAME_HEAD_BYTES, &rows, sizeof(rows));
	return send_bytes(l, end, sizeof(end), err);
}

/* The stream's columns, told apart where a type of ours has none in DuckDB. */
static const struct engine_column *encoded_columns(struct load *l)
{
	const struct engine_column *columns;
	const size_t n = engine_stream_columns(l->stream, &columns);
	const size_t own = js_bool(l->spec, "has_row", false) ? 1 : 0;
	struct engine_column *out = arena_alloc(l->a, n * sizeof(*out));
	memcpy(out, columns, n * sizeof(*out));
	for (size_t i = 0; i < l->columns.n; i++) {
		if (l->columns.c[i].type == COLUMN_JSON)
			out[own + i].type = ENGINE_JSON;
	}
	return out;
}

static int send_chunk(struct load *l, const struct engine_chunk *chunk,
    const struct engine_column *columns, struct err *err)
{
	for (size_t row = 0; row < chunk->rows && !l->peer_gone;) {
		const int n = copy_encode_rows(chunk, columns, row, FRAME_BYTES, &l->frame, err);
		if (n < 0)
			return -1;
		row += (size_t)n;
		l->rows += n;
		if (l->frame.n >= FRAME_BYTES && send_frame(l, err) != 0)
			return -1;
	}
	return 0;
}

static int send_all(struct load *l, struct err *err)
{
	const struct engine_column *columns = encoded_columns(l);
	const struct engine_chunk *chunk;

	l->frame.alloc = FRAME_BYTES + FRAME_BYTES / 4;
	l->frame.p = mem_alloc(l->frame.alloc);
	start_frame(l);
	for (;;) {
		if (engine_stream_next(l->stream, &chunk, err) != 0)
			return -1;
		if (chunk == NULL || l->peer_gone)
			break;
		if (send_chunk(l, chunk, columns, err) != 0)
			return -1;
	}
	if (send_frame(l, err) != 0)
		return -1;
	return send_end(l, err);
}

/* Rows that leave each step, by the SELECTs of "counts" ("" = the supervisor knows it: -1). */
static int count_steps(struct load *l, cJSON *result, struct err *err)
{
	const cJSON *selects = cJSON_GetObjectItemCaseSensitive(l->spec, "counts");
	const cJSON *select;

	if (selects == NULL || l->peer_gone)
		return 0;
	engine_stream_close(&l->stream);
	cJSON *counts = cJSON_AddArrayToObject(result, "counts");

	cJSON_ArrayForEach(select, selects)
	{
		int64_t n = -1;

		if (select->valuestring[0] != '\0' &&
		    engine_i64(l->con, &n, err, "%s", select->valuestring) != 0)
			return -1;
		cJSON_AddItemToArray(counts, cJSON_CreateNumber((double)n));
	}
	return 0;
}

int engine_load_run(const cJSON *spec, struct task *t, struct err *err)
{
	struct load l = { .t = t, .a = task_arena(t), .spec = spec };
	cJSON *result = js_object(l.a);
	int rc = -1;

	(void)fcntl(
	    TASK_FD_DATA_OUT, F_SETPIPE_SZ, PIPE_BYTES); /* a small pipe is slower, not wrong */
	if (columns_parse(
		cJSON_GetObjectItemCaseSensitive(spec, "columns"), l.a, &l.columns, err) == 0 &&
	    open_engine(&l, err) == 0 && send_all(&l, err) == 0 &&
	    count_steps(&l, result, err) == 0)
		rc = 0;
	engine_stream_close(&l.stream);
	engine_disconnect(&l.con);
	engine_close(&l.engine);
	copy_buf_done(&l.frame);
	if (rc != 0)
		return -1;
	js_add_i64(result, "rows", l.rows);
	js_add_i64(result, "bytes", l.bytes);
	cJSON_AddBoolToObject(result, "peer_gone", l.peer_gone);
	task_result(t, result);
	return 0;
}
