/* SPDX-License-Identifier: Apache-2.0 */
/*
 * columns - the columns of a load as a specification names them, and their types in DuckDB and
 * PostgreSQL. The one place of docs/types.md in this process.
 *
 *	{"name": "price", "type": "decimal", "precision": 12, "scale": 2}
 */
#ifndef TASK_COLUMNS_H
#define TASK_COLUMNS_H

#include "kit/json.h"

enum column_type {
	COLUMN_INTEGER,
	COLUMN_DECIMAL,
	COLUMN_DOUBLE,
	COLUMN_BOOLEAN,
	COLUMN_DATE,
	COLUMN_TIMESTAMP,   /* no zone */
	COLUMN_TIMESTAMPTZ, /* zoned */
	COLUMN_TEXT,
	COLUMN_TIME,
	COLUMN_DURATION, /* in silver COLUMN_SILVER_DURATION: Parquet has no such intervals */
	COLUMN_UUID,
	COLUMN_JSON,
	COLUMN_TYPE_COUNT_,
};

/* Parquet's intervals have whole milliseconds and no sign, so silver keeps the three parts. */
#define COLUMN_SILVER_DURATION "STRUCT(months INTEGER, days INTEGER, us BIGINT)"

enum { COLUMNS_MAX = 1590, COLUMN_NAME_MAX_BYTES = 63 };
enum { COLUMN_PRECISION_DEFAULT = 38, COLUMN_SCALE_DEFAULT = 9, COLUMN_PRECISION_MAX = 38 };

struct column {
	const char
	    *name; /* 1..63 bytes, not _row, _load, _gen or _offset; borrowed from the spec */
	enum column_type type;
	int precision, scale; /* COLUMN_DECIMAL only */
};

struct columns {
	struct column *c; /* n of them; arena */
	size_t n;
};

/*
 * columns_parse - read a "columns" array.
 *
 * a    the columns are placed there; their names stay in the document
 *
 * Errors  ERR_INPUT  no columns, too many, a name or type that cannot be, a name twice
 */
int columns_parse(
    const cJSON *array, struct arena *a, struct columns *out, struct err *err) MUST_CHECK;

/* column_type_name - the word of the specification and of contracts, e.g. "timestamptz"; static. */
const char *column_type_name(enum column_type type);

/* column_duckdb_type, column_pg_type - the SQL type, e.g. "DECIMAL(12,2)"; arena. */
const char *column_duckdb_type(const struct column *c, struct arena *a);
const char *column_pg_type(const struct column *c, struct arena *a);

/* column_duration_to_silver, column_duration_from_silver - SQL that turns an interval into silver's
 * struct and back; name is quoted already; arena. */
const char *column_duration_to_silver(const char *name, struct arena *a);
const char *column_duration_from_silver(const char *name, struct arena *a);

#endif
