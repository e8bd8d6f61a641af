/* SPDX-License-Identifier: Apache-2.0 */
/* engine_internal - what the files of engine/ share; the only header that shows DuckDB's types. */
#ifndef ENGINE_ENGINE_INTERNAL_H
#define ENGINE_ENGINE_INTERNAL_H

#include <duckdb.h>
#include <pthread.h>

#include "engine/engine.h"

/* A registered table function of ours. */
struct source {
	struct source *next;     /* of the same connection */
	struct engine_source s;  /* copy of the caller's; strings borrowed */
	struct engine_vector *v; /* s.n_columns, filled anew for each call of fill */
	struct err err;          /* what fill failed with; ERR_NONE before */
};

struct engine {
	duckdb_database db;
};

struct engine_conn {
	duckdb_connection con;
	struct source *sources; /* owned; a source lives as long as the engine may call it */
};

/* engine_type_from - our name of a DuckDB type; precision and scale are set for decimals. */
enum engine_type engine_type_from(duckdb_logical_type type, int *out_precision, int *out_scale);

/* engine_fail - turn DuckDB's complaint (text, may be NULL) into err, a source's own err first.
 * ERR_NO_SPACE, ERR_TOO_LARGE, ERR_INTERNAL, else ERR_INPUT. */
int engine_fail(struct engine_conn *con, duckdb_error_type type, const char *text, struct err *err);

/* engine_sources_free - forget the sources of a connection that is closed. */
void engine_sources_free(struct engine_conn *con);

#endif
