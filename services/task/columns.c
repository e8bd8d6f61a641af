/* SPDX-License-Identifier: Apache-2.0 */
/* columns - parse the columns of a load and name their types. */
#include "columns.h"

#include <string.h>

#include "contract/contract.h"

static const struct {
	const char *word;
	const char *duckdb;
	const char *pg;
} types[COLUMN_TYPE_COUNT_] = {
	[COLUMN_INTEGER] = { "integer", "BIGINT", "bigint" },
	[COLUMN_DECIMAL] = { "decimal", "DECIMAL", "numeric" },
	[COLUMN_DOUBLE] = { "double", "DOUBLE", "double precision" },
	[COLUMN_BOOLEAN] = { "boolean", "BOOLEAN", "boolean" },
	[COLUMN_DATE] = { "date", "DATE", "date" },
	[COLUMN_TIMESTAMP] = { "timestamp", "TIMESTAMP", "timestamp without time zone" },
	[COLUMN_TIMESTAMPTZ] = { "timestamptz", "TIMESTAMPTZ", "timestamp with time zone" },
	[COLUMN_TEXT] = { "text", "VARCHAR", "text" },
	[COLUMN_TIME] = { "time", "TIME", "time without time zone" },
	[COLUMN_DURATION] = { "duration", "INTERVAL", "interval" },
	[COLUMN_UUID] = { "uuid", "UUID", "uuid" },
	[COLUMN_JSON] = { "json", "VARCHAR", "jsonb" },
};

static int parse_type(const char *word, enum column_type *out)
{
	for (int i = 0; i < COLUMN_TYPE_COUNT_; i++) {
		if (word != NULL && strcmp(types[i].word, word) == 0) {
			*out = (enum column_type)i;
			return 0;
		}
	}
	return -1;
}

static int check_name(const char *name, const struct columns *before, struct err *err)
{
	if (contract_is_reserved(name))
		return err_set_code(err, ERR_INPUT, "column.reserved",
		    "the column name %s is taken by Millrace itself", name);
	for (size_t i = 0; i < before->n; i++) {
		if (strcmp(before->c[i].name, name) == 0)
			return err_set_code(
			    err, ERR_INPUT, "column.twice", "the column %s is named twice", name);
	}
	return 0;
}

static int parse_one(const cJSON *item, struct columns *cols, struct err *err)
{
	struct column c = { 0 };

	if (js_need_str(item, "name", 1, COLUMN_NAME_MAX_BYTES, &c.name, err) != 0 ||
	    check_name(c.name, cols, err) != 0)
		return -1;
	if (parse_type(js_str(item, "type"), &c.type) != 0)
		return err_set_code(
		    err, ERR_INPUT, "column.type", "column %s has no known type", c.name);
	if (c.type == COLUMN_DECIMAL) {
		c.precision = (int)js_i64(item, "precision", COLUMN_PRECISION_DEFAULT);
		c.scale = (int)js_i64(item, "scale", COLUMN_SCALE_DEFAULT);
		if (c.precision < 1 || c.precision > COLUMN_PRECISION_MAX || c.scale < 0 ||
		    c.scale > c.precision)
			return err_set_code(err, ERR_INPUT, "column.type",
			    "column %s: decimal(%d,%d) cannot be", c.name, c.precision, c.scale);
	}
	cols->c[cols->n++] = c;
	return 0;
}

int columns_parse(const cJSON *array, struct arena *a, struct columns *out, struct err *err)
{
	const int n = cJSON_GetArraySize(array);
	struct columns cols = { 0 };
	const cJSON *item;

	if (n < 1 || n > COLUMNS_MAX)
		return err_set_code(
		    err, ERR_INPUT, "column.count", "%d columns, not 1 to %d", n, (int)COLUMNS_MAX);
	cols.c = arena_alloc(a, (size_t)n * sizeof(*cols.c));
	cJSON_ArrayForEach(item, array)
	{
		if (parse_one(item, &cols, err) != 0)
			return -1;
	}
	*out = cols;
	return 0;
}

const char *column_type_name(enum column_type type)
{
	return types[type].word;
}

static const char *sql_type(const struct column *c, const char *name, struct arena *a)
{
	if (c->type != COLUMN_DECIMAL)
		return name;
	return arena_printf(a, "%s(%d,%d)", name, c->precision, c->scale);
}

const char *column_duckdb_type(const struct column *c, struct arena *a)
{
	return sql_type(c, types[c->type].duckdb, a);
}

const char *column_pg_type(const struct column *c, struct arena *a)
{
	return sql_type(c, types[c->type].pg, a);
}

const char *column_duration_to_silver(const char *name, struct arena *a)
{
	return arena_printf(a,
	    "CASE WHEN %s IS NULL THEN NULL ELSE struct_pack("
	    "months := (year(%s) * 12 + month(%s))::INTEGER, days := day(%s)::INTEGER, "
	    "us := hour(%s) * 3600000000 + minute(%s) * 60000000 + microsecond(%s)) END AS %s",
	    name, name, name, name, name, name, name, name);
}

const char *column_duration_from_silver(const char *name, struct arena *a)
{
	return arena_printf(a,
	    "to_months(%s.months) + to_days(%s.days) + to_microseconds(%s.us) AS %s", name, name,
	    name, name);
}
