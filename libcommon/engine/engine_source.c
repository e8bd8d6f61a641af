/* SPDX-License-Identifier: Apache-2.0 */
/* engine_source - a table function whose rows come from our code. */
#include "engine/engine_internal.h"

#include <stdlib.h>

#include "base/die.h"
#include "base/mem.h"

static duckdb_logical_type logical_type(const struct engine_column *c)
{
	static const duckdb_type types[] = {
		[ENGINE_BOOL] = DUCKDB_TYPE_BOOLEAN,
		[ENGINE_I64] = DUCKDB_TYPE_BIGINT,
		[ENGINE_F64] = DUCKDB_TYPE_DOUBLE,
		[ENGINE_DECIMAL] = DUCKDB_TYPE_DECIMAL,
		[ENGINE_DATE] = DUCKDB_TYPE_DATE,
		[ENGINE_TIMESTAMP] = DUCKDB_TYPE_TIMESTAMP,
		[ENGINE_TIMESTAMPTZ] = DUCKDB_TYPE_TIMESTAMP_TZ,
		[ENGINE_TEXT] = DUCKDB_TYPE_VARCHAR,
		[ENGINE_I32] = DUCKDB_TYPE_INTEGER,
		[ENGINE_TIME] = DUCKDB_TYPE_TIME,
		[ENGINE_INTERVAL] = DUCKDB_TYPE_INTERVAL,
		[ENGINE_UUID] = DUCKDB_TYPE_UUID,
		[ENGINE_JSON] = DUCKDB_TYPE_VARCHAR,
	};
	ASSERT(c->type != ENGINE_OTHER);
	if (c->type == ENGINE_DECIMAL)
		return duckdb_create_decimal_type((uint8_t)c->precision, (uint8_t)c->scale);
	return duckdb_create_logical_type(types[c->type]);
}

static void on_bind(duckdb_bind_info info)
{
	const struct source *s = duckdb_bind_get_extra_info(info);

	for (size_t i = 0; i < s->s.n_columns; i++) {
		duckdb_logical_type type = logical_type(&s->s.columns[i]);
		duckdb_bind_add_result_column(info, s->s.columns[i].name, type);
		duckdb_destroy_logical_type(&type);
	}
}

static void on_init(duckdb_init_info info)
{
	duckdb_init_set_max_threads(info, 1);
}

static void on_rows(duckdb_function_info info, duckdb_data_chunk output)
{
	struct source *s = duckdb_function_get_extra_info(info);
	struct engine_chunk chunk = {
		.capacity = duckdb_vector_size(),
		.n_columns = s->s.n_columns,
		.v = s->v,
	};

	for (size_t i = 0; i < s->s.n_columns; i++) {
		const duckdb_vector v = duckdb_data_chunk_get_vector(output, i);
		s->v[i] = (struct engine_vector){
			.data = duckdb_vector_get_data(v),
			.handle = v,
			.type = s->s.columns[i].type,
			.precision = s->s.columns[i].precision,
			.scale = s->s.columns[i].scale,
		};
	}
	if (s->s.fill(s->s.arg, &chunk, &s->err) != 0) {
		duckdb_function_set_error(info, s->err.msg);
		chunk.rows = 0;
	}
	ASSERT(chunk.rows <= chunk.capacity);
	duckdb_data_chunk_set_size(output, chunk.rows);
}

int engine_source_add(struct engine_conn *con, const struct engine_source *src, struct err *err)
{
	struct source *s = mem_alloc(sizeof(*s));
	duckdb_table_function f = duckdb_create_table_function();

	s->s = *src;
	s->v = mem_array(src->n_columns, sizeof(*s->v));
	s->next = con->sources;
	con->sources = s;
	duckdb_table_function_set_name(f, src->name);
	duckdb_table_function_set_extra_info(f, s, NULL);
	duckdb_table_function_set_bind(f, on_bind);
	duckdb_table_function_set_init(f, on_init);
	duckdb_table_function_set_function(f, on_rows);
	const duckdb_state state = duckdb_register_table_function(con->con, f);
	duckdb_destroy_table_function(&f);
	if (state != DuckDBSuccess)
		return err_set(err, ERR_INTERNAL, "duckdb refuses the source %s", src->name);
	return 0;
}

void engine_sources_free(struct engine_conn *con)
{
	while (con->sources != NULL) {
		struct source *s = con->sources;
		con->sources = s->next;
		free(s->v);
		free(s);
	}
}

void engine_set_null(struct engine_vector *v, size_t i)
{
	if (v->validity == NULL) {
		duckdb_vector_ensure_validity_writable(v->handle);
		v->validity = duckdb_vector_get_validity(v->handle);
	}
	v->validity[i >> 6] &= ~(UINT64_C(1) << (i & 63));
}
