/* SPDX-License-Identifier: Apache-2.0 */
/* type - the types of expr.h: names, widening, text per dialect. */
#include "expr/expr.h"

#include "base/die.h"

#include <string.h>

static const struct {
	const char *name;
	const char *duckdb;
} types[EXPR_T_COUNT_] = {
	[EXPR_T_NULL] = { "null", NULL },
	[EXPR_T_INTEGER] = { "integer", "BIGINT" },
	[EXPR_T_DECIMAL] = { "decimal", NULL },
	[EXPR_T_DOUBLE] = { "double", "DOUBLE" },
	[EXPR_T_BOOLEAN] = { "boolean", "BOOLEAN" },
	[EXPR_T_DATE] = { "date", "DATE" },
	[EXPR_T_TIMESTAMP] = { "timestamp", "TIMESTAMP" },
	[EXPR_T_TIMESTAMPTZ] = { "timestamptz", "TIMESTAMPTZ" },
	[EXPR_T_TEXT] = { "text", "VARCHAR" },
	[EXPR_T_TIME] = { "time", "TIME" },
	[EXPR_T_DURATION] = { "duration", "INTERVAL" },
	[EXPR_T_UUID] = { "uuid", "UUID" },
	[EXPR_T_JSON] = { "json", "VARCHAR" },
};

const char *expr_type_name(enum expr_type_kind kind)
{
	return types[kind].name;
}

bool expr_type_find(const char *name, enum expr_type_kind *out)
{
	for (int i = EXPR_T_INTEGER; i < EXPR_T_COUNT_; i++) {
		if (strcmp(types[i].name, name) == 0) {
			*out = (enum expr_type_kind)i;
			return true;
		}
	}
	return false;
}

void expr_print_type(struct expr_type type, enum expr_dialect dialect, struct buf *out)
{
	ASSERT(dialect == EXPR_DUCKDB && type.kind != EXPR_T_NULL);
	if (type.kind == EXPR_T_DECIMAL)
		buf_printf(out, "DECIMAL(%d,%d)", expr_precision(type), type.scale);
	else
		buf_adds(out, types[type.kind].duckdb);
}

int expr_precision(struct expr_type type)
{
	return type.precision != 0 ? type.precision : EXPR_MAX_SCALE;
}

bool expr_is_number(struct expr_type type)
{
	return type.kind == EXPR_T_INTEGER || type.kind == EXPR_T_DECIMAL ||
	       type.kind == EXPR_T_DOUBLE;
}

bool expr_type_same(struct expr_type a, struct expr_type b)
{
	return a.kind == b.kind &&
	       (a.kind != EXPR_T_DECIMAL ||
		   (a.scale == b.scale && expr_precision(a) == expr_precision(b)));
}

/* integer < decimal < double; two decimals that differ get all 38 digits. */
static struct expr_type wider_number(struct expr_type a, struct expr_type b)
{
	struct expr_type wider = a.kind > b.kind ? a : b;

	if (expr_type_same(a, b))
		return a;
	if (wider.kind == EXPR_T_DECIMAL)
		wider.precision = 0;
	if (a.kind == EXPR_T_DECIMAL && b.kind == EXPR_T_DECIMAL)
		wider.scale = a.scale > b.scale ? a.scale : b.scale;
	return wider;
}

bool expr_type_common(struct expr_type a, struct expr_type b, struct expr_type *out)
{
	const struct expr_type timestamp = { .kind = EXPR_T_TIMESTAMP };

	if (a.kind == EXPR_T_NULL || b.kind == EXPR_T_NULL)
		*out = a.kind == EXPR_T_NULL ? b : a;
	else if (expr_is_number(a) && expr_is_number(b))
		*out = wider_number(a, b);
	else if (a.kind == b.kind)
		*out = a;
	else if ((a.kind == EXPR_T_DATE && b.kind == EXPR_T_TIMESTAMP) ||
		 (a.kind == EXPR_T_TIMESTAMP && b.kind == EXPR_T_DATE))
		*out = timestamp;
	else
		return false;
	return true;
}
