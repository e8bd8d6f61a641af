/* SPDX-License-Identifier: Apache-2.0 */
/*
 * engine_stream - rows of a query, chunk by chunk.
 *
 * The plain ways of the C API hold all rows first; the streaming one is marked deprecated there and
 * has no successor yet in the version we pin, so it stands here, in one place.
 */
#include "engine/engine_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct engine_stream {
	struct engine_conn *con;
	duckdb_result result;
	bool has_result;
	duckdb_data_chunk chunk; /* the one given out, or NULL */
	struct engine_column *columns;
	size_t n_columns;
	struct engine_chunk view;
};

enum engine_type engine_type_from(duckdb_logical_type type, int *out_precision, int *out_scale)
{
	const duckdb_type id = duckdb_get_type_id(type);

	if (id == DUCKDB_TYPE_DECIMAL) {
		*out_precision = duckdb_decimal_width(type);
		*out_scale = duckdb_decimal_scale(type);
		return ENGINE_DECIMAL;
	}
	static const struct {
		duckdb_type duckdb;
		enum engine_type ours;
	} types[] = {
		{ DUCKDB_TYPE_BOOLEAN, ENGINE_BOOL },
		{ DUCKDB_TYPE_BIGINT, ENGINE_I64 },
		{ DUCKDB_TYPE_DOUBLE, ENGINE_F64 },
		{ DUCKDB_TYPE_DATE, ENGINE_DATE },
		{ DUCKDB_TYPE_TIMESTAMP, ENGINE_TIMESTAMP },
		{ DUCKDB_TYPE_TIMESTAMP_TZ, ENGINE_TIMESTAMPTZ },
		{ DUCKDB_TYPE_VARCHAR, ENGINE_TEXT },
		{ DUCKDB_TYPE_INTEGER, ENGINE_I32 },
		{ DUCKDB_TYPE_TIME, ENGINE_TIME },
		{ DUCKDB_TYPE_INTERVAL, ENGINE_INTERVAL },
		{ DUCKDB_TYPE_UUID, ENGINE_UUID },
	};
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		if (types[i].duckdb == id)
			return types[i].ours;
	}
	return ENGINE_OTHER;
}

/* Learn names and types of the result. */
static void describe(struct engine_stream *s)
{
	s->n_columns = duckdb_column_count(&s->result);
	s->columns = mem_array(s->n_columns, sizeof(*s->columns));
	s->view.v = mem_array(s->n_columns, sizeof(*s->view.v));
	s->view.n_columns = s->n_columns;
	s->view.capacity = duckdb_vector_size();
	for (size_t i = 0; i < s->n_columns; i++) {
		struct engine_column *c = &s->columns[i];
		struct engine_vector *v = &s->view.v[i];
		duckdb_logical_type type = duckdb_column_logical_type(&s->result, i);

		c->name = mem_dup(duckdb_column_name(&s->result, i));
		c->type = engine_type_from(type, &c->precision, &c->scale);
		v->type = c->type;
		v->precision = c->precision;
		v->scale = c->scale;
		duckdb_destroy_logical_type(&type);
	}
}

/* Prepare and start the statement; its first rows are not waited for. */
static int start(struct engine_stream *s, const char *sql, struct err *err)
{
	duckdb_prepared_statement statement = NULL;
	duckdb_pending_result pending = NULL;
	int rc = 0;

	if (duckdb_prepare(s->con->con, sql, &statement) != DuckDBSuccess)
		rc =
		    engine_fail(s->con, DUCKDB_ERROR_INVALID, duckdb_prepare_error(statement), err);
	else if (duckdb_pending_prepared_streaming(statement, &pending) != DuckDBSuccess)
		rc = engine_fail(s->con, DUCKDB_ERROR_INVALID, duckdb_pending_error(pending), err);
	else {
		s->has_result = true;
		if (duckdb_execute_pending(pending, &s->result) != DuckDBSuccess)
			rc = engine_fail(s->con, duckdb_result_error_type(&s->result),
			    duckdb_result_error(&s->result), err);
	}
	duckdb_destroy_pending(&pending);
	duckdb_destroy_prepare(&statement);
	return rc;
}

int engine_stream_open(
    struct engine_conn *con, const char *sql, struct engine_stream **out_s, struct err *err)
{
	struct engine_stream *s = mem_alloc(sizeof(*s));

	s->con = con;
	if (start(s, sql, err) != 0) {
		engine_stream_close(&s);
		return -1;
	}
	describe(s);
	*out_s = s;
	return 0;
}

size_t engine_stream_columns(
    const struct engine_stream *s, const struct engine_column **out_columns)
{
	*out_columns = s->columns;
	return s->n_columns;
}

int engine_stream_next(
    struct engine_stream *s, const struct engine_chunk **out_chunk, struct err *err)
{
	if (s->chunk != NULL)
		duckdb_destroy_data_chunk(&s->chunk);
	s->chunk = duckdb_fetch_chunk(s->result);
	if (s->chunk == NULL) {
		const char *text = duckdb_result_error(&s->result);
		if (text != NULL && text[0] != '\0')
			return engine_fail(s->con, duckdb_result_error_type(&s->result), text, err);
		*out_chunk = NULL;
		return 0;
	}
	s->view.rows = duckdb_data_chunk_get_size(s->chunk);
	for (size_t i = 0; i < s->n_columns; i++) {
		struct engine_vector *v = &s->view.v[i];
		v->handle = duckdb_data_chunk_get_vector(s->chunk, i);
		v->data = v->type == ENGINE_OTHER ? NULL : duckdb_vector_get_data(v->handle);
		v->validity = duckdb_vector_get_validity(v->handle);
	}
	*out_chunk = &s->view;
	return 0;
}

void engine_stream_close(struct engine_stream **sp)
{
	struct engine_stream *s = *sp;

	if (s == NULL)
		return;
	if (s->chunk != NULL)
		duckdb_destroy_data_chunk(&s->chunk);
	if (s->has_result)
		duckdb_destroy_result(&s->result);
	for (size_t i = 0; i < s->n_columns; i++)
		free((char *)(uintptr_t)s->columns[i].name);
	free(s->columns);
	free(s->view.v);
	free(s);
	*sp = NULL;
}
