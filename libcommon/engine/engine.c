/* SPDX-License-Identifier: Apache-2.0 */
/* engine - open DuckDB with limits, lock it, run statements, explain its failures. */
#include "engine/engine_internal.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/die.h"
#include "base/mem.h"

enum { SQL_MAX_BYTES = 16 << 20 };

static void free_duckdb_result(duckdb_result *r)
{
	duckdb_destroy_result(r);
}

static void free_config(duckdb_config *c)
{
	duckdb_destroy_config(c);
}

/* first_line - DuckDB's messages have hints and a caret below: people get the first line. */
static int first_line(const char *text)
{
	return text == NULL ? 0 : (int)strcspn(text, "\r\n");
}

static bool is_disk_full(const char *text)
{
	return text != NULL && (strstr(text, "No space left on device") != NULL ||
				   strstr(text, "max_temp_directory_size") != NULL ||
				   strstr(text, "Disk quota exceeded") != NULL);
}

/* Errors about the statement quote the statement; all others may quote cells. */
static bool is_about_sql(duckdb_error_type type)
{
	return type == DUCKDB_ERROR_INVALID || type == DUCKDB_ERROR_PARSER ||
	       type == DUCKDB_ERROR_SYNTAX || type == DUCKDB_ERROR_BINDER ||
	       type == DUCKDB_ERROR_CATALOG;
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* The end of what is quoted at p: behind the line's last such quote that ends a word. */
static const char *quoted_end(const char *p, const char *end)
{
	for (const char *q = end - 1; q > p; q--) {
		if (*q == *p && (q + 1 == end || !is_word(q[1])))
			return q + 1;
	}
	return end;
}

/* Reasons of runs are read by people who may not see rows: quoted text and numbers become an
 * ellipsis. */
static void hide_cells(const char *p, const char *end, struct buf *out)
{
	for (char before = ' '; p < end; before = p[-1]) {
		const bool starts = !is_word(before);
		if (starts && (*p == '\'' || *p == '"')) {
			p = quoted_end(p, end);
			buf_adds(out, "'…'");
		} else if (starts && isdigit((unsigned char)*p)) {
			while (p < end && (is_word(*p) || *p == '.' || *p == ':' || *p == '-'))
				p++;
			buf_adds(out, "…");
		} else {
			buf_addc(out, *p++);
		}
	}
}

static int fail_input(const char *text, int n, struct err *err)
{
	struct buf hidden;

	buf_init(&hidden, SQL_MAX_BYTES);
	hide_cells(text, text + n, &hidden);
	err_set_code(err, ERR_INPUT, "engine.sql", "%s", hidden.data);
	buf_done(&hidden);
	return -1;
}

int engine_fail(struct engine_conn *con, duckdb_error_type type, const char *text, struct err *err)
{
	for (struct source *s = con == NULL ? NULL : con->sources; s != NULL; s = s->next) {
		if (s->err.kind != ERR_NONE) {
			*err = s->err;
			err_clear(&s->err);
			return -1;
		}
	}
	if (text == NULL || text[0] == '\0')
		text = "duckdb gave no reason";
	const int n = first_line(text);

	if (is_disk_full(text))
		return err_set_code(err, ERR_NO_SPACE, "engine.no_space", "%.*s", n, text);
	if (type == DUCKDB_ERROR_OUT_OF_MEMORY || strstr(text, "Out of Memory Error") != NULL)
		return err_set_code(err, ERR_TOO_LARGE, "engine.memory", "%.*s", n, text);
	if (type == DUCKDB_ERROR_INTERNAL || type == DUCKDB_ERROR_FATAL || type == DUCKDB_ERROR_IO)
		return err_set_code(err, ERR_INTERNAL, "engine.failed", "%.*s", n, text);
	if (!is_about_sql(type))
		return fail_input(text, n, err);
	return err_set_code(err, ERR_INPUT, "engine.sql", "%.*s", n, text);
}

const char *engine_quote_ident(struct arena *a, const char *name)
{
	char *out = arena_alloc(a, 2 * strlen(name) + 3);
	char *p = out;

	*p++ = '"';
	for (; *name != '\0'; name++) {
		if (*name == '"')
			*p++ = '"';
		*p++ = *name;
	}
	*p = '"';
	return out;
}

const char *engine_quote_text(struct arena *a, const char *text)
{
	char *out = arena_alloc(a, 2 * strlen(text) + 3);
	char *p = out;

	*p++ = '\'';
	for (; *text != '\0'; text++) {
		if (*text == '\'')
			*p++ = '\'';
		*p++ = *text;
	}
	*p = '\'';
	return out;
}

const char *engine_version(void)
{
	return duckdb_library_version();
}

/* Settings that must be there before the database opens. */
static int configure(duckdb_config config, const struct engine_conf *c, struct err *err)
{
	char threads[16];
	char memory[32];
	char spill[4096];

	snprintf(threads, sizeof(threads), "%d", c->threads);
	snprintf(memory, sizeof(memory), "%lldB", (long long)c->memory_bytes);
	if (snprintf(spill, sizeof(spill), "%s/spill", c->scratch) >= (int)sizeof(spill))
		return err_set(err, ERR_INPUT, "scratch path is too long");
	const char *const settings[][2] = {
		{ "threads", threads },
		{ "memory_limit", memory },
		{ "temp_directory", spill },
		{ "autoinstall_known_extensions", "false" },
		{ "autoload_known_extensions", "false" },
		{ "allow_community_extensions", "false" },
		{ "custom_user_agent", "millrace" },
	};
	for (size_t i = 0; i < ARRAY_SIZE(settings); i++) {
		if (duckdb_set_config(config, settings[i][0], settings[i][1]) != DuckDBSuccess)
			return err_set(err, ERR_INTERNAL, "duckdb refuses %s=%s", settings[i][0],
			    settings[i][1]);
	}
	return 0;
}

static int open_database(struct engine *e, const struct engine_conf *c, struct err *err)
{
	__attribute__((cleanup(free_config))) duckdb_config config = NULL;
	char *text = NULL;

	if (duckdb_create_config(&config) != DuckDBSuccess)
		return err_set(err, ERR_INTERNAL, "duckdb gives no configuration");
	if (configure(config, c, err) != 0)
		return -1;
	if (duckdb_open_ext(":memory:", &e->db, config, &text) == DuckDBSuccess)
		return 0;
	err_set(err, ERR_INTERNAL, "open duckdb: %.*s", first_line(text), text == NULL ? "" : text);
	duckdb_free(text);
	return -1;
}

static int exec_sql(struct engine_conn *con, const char *sql, struct err *err)
{
	__attribute__((cleanup(free_duckdb_result))) duckdb_result r = { 0 };

	if (duckdb_query(con->con, sql, &r) == DuckDBSuccess)
		return 0;
	return engine_fail(con, duckdb_result_error_type(&r), duckdb_result_error(&r), err);
}

/* The inner wall: what may be touched, then no way to touch more, then no way to change that. */
static int lock_down(struct engine_conn *con, const struct engine_conf *c, struct err *err)
{
	struct arena *a = arena_new(64 << 20);
	struct buf sql;
	int rc = -1;

	buf_init(&sql, SQL_MAX_BYTES);
	buf_printf(&sql, "SET allowed_directories=[%s", engine_quote_text(a, c->scratch));
	for (size_t i = 0; c->read_paths != NULL && c->read_paths[i] != NULL; i++)
		buf_printf(&sql, ",%s", engine_quote_text(a, c->read_paths[i]));
	buf_adds(&sql, "];SET allowed_paths=[");
	for (size_t i = 0; c->read_paths != NULL && c->read_paths[i] != NULL; i++)
		buf_printf(&sql, "%s%s", i == 0 ? "" : ",", engine_quote_text(a, c->read_paths[i]));
	buf_adds(&sql, "];SET enable_external_access=false;SET lock_configuration=true");
	if (buf_check(&sql, err) == 0)
		rc = exec_sql(con, sql.data, err);
	buf_done(&sql);
	arena_free(&a);
	return rc == 0 ? 0 : err_wrap(err, "lock duckdb");
}

int engine_open(const struct engine_conf *c, struct engine **out_e, struct err *err)
{
	ASSERT(c->threads > 0 && c->memory_bytes > 0 && c->scratch != NULL);
	struct engine *e = mem_alloc(sizeof(*e));
	struct engine_conn *con = NULL;

	if (open_database(e, c, err) != 0 || engine_connect(e, &con, err) != 0 ||
	    lock_down(con, c, err) != 0) {
		engine_disconnect(&con);
		engine_close(&e);
		return -1;
	}
	engine_disconnect(&con);
	*out_e = e;
	return 0;
}

void engine_close(struct engine **e)
{
	if (*e == NULL)
		return;
	duckdb_close(&(*e)->db);
	free(*e);
	*e = NULL;
}

int engine_connect(struct engine *e, struct engine_conn **out_con, struct err *err)
{
	struct engine_conn *con = mem_alloc(sizeof(*con));

	if (duckdb_connect(e->db, &con->con) != DuckDBSuccess) {
		free(con);
		return err_set(err, ERR_INTERNAL, "duckdb gives no connection");
	}
	*out_con = con;
	return 0;
}

void engine_disconnect(struct engine_conn **con)
{
	if (*con == NULL)
		return;
	duckdb_disconnect(&(*con)->con);
	engine_sources_free(*con);
	free(*con);
	*con = NULL;
}

void engine_interrupt(struct engine_conn *con)
{
	duckdb_interrupt(con->con);
}

/* Format into b and check that it fitted. */
PRINTF_LIKE(2, 0)
static int format_sql(struct buf *b, const char *fmt, va_list ap, struct err *err)
{
	char *text = NULL;
	const int n = vasprintf(&text, fmt, ap);

	if (n < 0)
		return err_set(err, ERR_INTERNAL, "format sql");
	buf_add(b, text, (size_t)n);
	free(text);
	return buf_check(b, err);
}

int engine_exec(struct engine_conn *con, struct err *err, const char *fmt, ...)
{
	scoped(struct buf, buf_done) sql;
	va_list ap;

	buf_init(&sql, SQL_MAX_BYTES);
	va_start(ap, fmt);
	const int rc = format_sql(&sql, fmt, ap, err);
	va_end(ap);
	return rc == 0 ? exec_sql(con, sql.data, err) : -1;
}

int engine_i64(struct engine_conn *con, int64_t *out, struct err *err, const char *fmt, ...)
{
	scoped(struct buf, buf_done) sql;
	__attribute__((cleanup(free_duckdb_result))) duckdb_result r = { 0 };
	va_list ap;

	buf_init(&sql, SQL_MAX_BYTES);
	va_start(ap, fmt);
	const int rc = format_sql(&sql, fmt, ap, err);
	va_end(ap);
	if (rc != 0)
		return -1;
	if (duckdb_query(con->con, sql.data, &r) != DuckDBSuccess)
		return engine_fail(con, duckdb_result_error_type(&r), duckdb_result_error(&r), err);
	duckdb_data_chunk chunk = duckdb_fetch_chunk(r);
	if (chunk == NULL)
		return err_set(err, ERR_INTERNAL, "a query for one number gave no row");
	const duckdb_vector v = duckdb_data_chunk_get_vector(chunk, 0);
	duckdb_logical_type type = duckdb_vector_get_column_type(v);
	const duckdb_type id = duckdb_get_type_id(type);
	uint64_t *validity = duckdb_vector_get_validity(v);
	const bool is_null = validity != NULL && !duckdb_validity_row_is_valid(validity, 0);
	ASSERT(id == DUCKDB_TYPE_BIGINT);
	*out = is_null ? 0 : *(const int64_t *)duckdb_vector_get_data(v);
	duckdb_destroy_logical_type(&type);
	duckdb_destroy_data_chunk(&chunk);
	return 0;
}
