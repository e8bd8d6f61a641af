/* SPDX-License-Identifier: Apache-2.0 */
/* document - problems, columns, accounts and contracts of pipelines as JSON. */
#include "pipeline/pipeline.h"

#include <string.h>

cJSON *pipeline_problems_json(const struct pipeline *p, struct arena *a)
{
	cJSON *list = js_array(a);

	for (size_t i = 0; i < p->n_problems; i++) {
		const struct pipeline_problem *problem = &p->problems[i];
		cJSON *item = cJSON_CreateObject();

		js_add_str(item, "step", problem->step);
		js_add_str(item, "field", problem->field);
		if (problem->position < 0) {
			cJSON_AddNullToObject(item, "position");
			cJSON_AddNullToObject(item, "length");
		} else {
			js_add_i64(item, "position", problem->position);
			js_add_i64(item, "length", problem->length);
		}
		js_add_str(item, "message", problem->message);
		js_add_str(item, "hint", problem->hint);
		cJSON_AddItemToArray(list, item);
	}
	return list;
}

cJSON *pipeline_columns_json(const struct expr_column *columns, size_t n, struct arena *a)
{
	cJSON *list = js_array(a);

	for (size_t i = 0; i < n; i++) {
		cJSON *item = cJSON_CreateObject();

		js_add_str(item, "name", columns[i].name);
		js_add_str(item, "type", expr_type_name(columns[i].type.kind));
		if (columns[i].type.kind == EXPR_T_DECIMAL) {
			js_add_i64(item, "precision", expr_precision(columns[i].type));
			js_add_i64(item, "scale", columns[i].type.scale);
		}
		cJSON_AddItemToArray(list, item);
	}
	return list;
}

static const char *step_type_name(enum pipeline_step_type type)
{
	static const char *const type_names[] = {
		[PIPELINE_UNKNOWN] = "unknown",
		[PIPELINE_SOURCE] = "source",
		[PIPELINE_FILTER] = "filter",
		[PIPELINE_AGGREGATE] = "aggregate",
		[PIPELINE_TARGET] = "target",
	};

	return type_names[type];
}

/* Rows that leave a step; what the target reads is what was loaded. */
static int64_t rows_out(const struct pipeline *p, const struct pipeline_step *step,
    const int64_t *counts, int64_t loaded)
{
	if (step == p->target || step == p->target->from)
		return loaded;
	return counts[step - p->steps];
}

static void add_rows(cJSON *item, const char *name, int64_t rows)
{
	if (rows < 0)
		cJSON_AddNullToObject(item, name);
	else
		js_add_i64(item, name, rows);
}

cJSON *pipeline_account(
    const struct pipeline *p, const int64_t *counts, int64_t loaded, struct arena *a)
{
	cJSON *list = js_array(a);

	for (size_t i = 0; i < p->n_steps; i++) {
		const struct pipeline_step *step = &p->steps[i];
		const int64_t out = rows_out(p, step, counts, loaded);
		const int64_t in =
		    step->from == NULL ? out : rows_out(p, step->from, counts, loaded);
		cJSON *item = cJSON_CreateObject();

		js_add_str(item, "step", step->id);
		js_add_str(item, "type", step_type_name(step->type));
		add_rows(item, "in", in);
		add_rows(item, "out", out);
		if (step->type == PIPELINE_FILTER)
			add_rows(item, "dropped", in < 0 || out < 0 ? -1 : in - out);
		cJSON_AddItemToArray(list, item);
	}
	return list;
}

/* Frictionless types and ours: datetime is timestamp unless millrace.type says timestamptz. */
static const struct {
	enum expr_type_kind kind;
	const char *frictionless;
	const char *ours; /* millrace.type, NULL where the Frictionless word says it all */
	bool named;       /* only when millrace.type says so */
} kinds[] = {
	{ EXPR_T_DECIMAL, "number", "decimal", false },
	{ EXPR_T_DOUBLE, "number", "double", true },
	{ EXPR_T_DECIMAL, "integer", "decimal", true },
	{ EXPR_T_INTEGER, "integer", NULL, false },
	{ EXPR_T_INTEGER, "year", NULL, false },
	{ EXPR_T_BOOLEAN, "boolean", NULL, false },
	{ EXPR_T_DATE, "date", NULL, false },
	{ EXPR_T_TIMESTAMP, "datetime", "timestamp", false },
	{ EXPR_T_TIMESTAMPTZ, "datetime", "timestamptz", true },
	{ EXPR_T_TIME, "time", NULL, false },
	{ EXPR_T_DURATION, "duration", NULL, false },
	{ EXPR_T_UUID, "string", "uuid", true },
	{ EXPR_T_JSON, "object", "json", false },
	{ EXPR_T_JSON, "array", NULL, false },
	{ EXPR_T_JSON, "geojson", NULL, false },
	{ EXPR_T_JSON, "string", "json", true },
	{ EXPR_T_TEXT, "string", NULL, false },
	{ EXPR_T_TEXT, "yearmonth", NULL, false },
	{ EXPR_T_TEXT, "geopoint", NULL, false },
	{ EXPR_T_TEXT, "any", NULL, false },
};

enum { DEFAULT_SCALE = 9 };

/* Formats that change the type: a string of format uuid, a geopoint written as JSON. */
static const char *ours_of(const cJSON *field, const char *type)
{
	const char *ours = js_str(cJSON_GetObjectItemCaseSensitive(field, "millrace"), "type");
	const char *format = js_str(field, "format");

	if (ours != NULL || format == NULL)
		return ours;
	return strcmp(type, "string") == 0 && strcmp(format, "uuid") == 0 ? "uuid" : NULL;
}

static const char *word_of(const cJSON *field)
{
	const char *type = js_str(field, "type");
	const char *format = js_str(field, "format");

	if (type == NULL)
		return "string";
	if (strcmp(type, "geopoint") == 0 && format != NULL &&
	    (strcmp(format, "array") == 0 || strcmp(format, "object") == 0))
		return "array";
	return type;
}

static bool type_of_field(const cJSON *field, struct expr_type *out)
{
	const cJSON *own = cJSON_GetObjectItemCaseSensitive(field, "millrace");
	const char *type = word_of(field);
	const char *ours = ours_of(field, type);

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (strcmp(kinds[i].frictionless, type) != 0 || (ours == NULL && kinds[i].named))
			continue;
		if (ours != NULL && kinds[i].ours != NULL && strcmp(kinds[i].ours, ours) != 0)
			continue;
		out->kind = kinds[i].kind;
		out->scale = 0;
		out->precision = 0;
		if (out->kind == EXPR_T_DECIMAL) {
			const bool whole = strcmp(type, "integer") == 0;
			out->scale = (int)js_i64(own, "scale", whole ? 0 : DEFAULT_SCALE);
			out->precision = (int)js_i64(own, "precision", EXPR_MAX_SCALE);
		}
		return out->scale >= 0 && out->scale <= expr_precision(*out) &&
		       out->precision <= EXPR_MAX_SCALE && out->precision >= 0;
	}
	return false;
}

int pipeline_columns_of_contract(const cJSON *contract, struct arena *a, struct expr_column **out,
    size_t *out_n, struct err *err)
{
	const cJSON *fields = cJSON_GetObjectItemCaseSensitive(contract, "fields");
	const cJSON *field;
	size_t n = 0;

	if (!cJSON_IsArray(fields))
		return err_set(err, ERR_INTERNAL, "contract without fields");
	struct expr_column *columns =
	    arena_alloc(a, ((size_t)cJSON_GetArraySize(fields) + 1) * sizeof(*columns));

	cJSON_ArrayForEach(field, fields)
	{
		columns[n].name = js_str(field, "name");
		if (columns[n].name == NULL || !type_of_field(field, &columns[n].type))
			return err_set(
			    err, ERR_INTERNAL, "contract field %zu has no name or type", n + 1);
		n++;
	}
	*out = columns;
	*out_n = n;
	return 0;
}

cJSON *pipeline_contract_of_columns(const struct expr_column *columns, size_t n, struct arena *a)
{
	cJSON *list = js_array(a);

	for (size_t i = 0; i < n; i++) {
		cJSON *item = cJSON_CreateObject();
		cJSON *own = cJSON_CreateObject();
		size_t k = 0;

		while (kinds[k].kind != columns[i].type.kind)
			k++;
		js_add_str(item, "name", columns[i].name);
		js_add_str(item, "type", kinds[k].frictionless);
		if (kinds[k].ours != NULL)
			js_add_str(own, "type", kinds[k].ours);
		if (columns[i].type.kind == EXPR_T_DECIMAL) {
			js_add_i64(own, "precision", expr_precision(columns[i].type));
			js_add_i64(own, "scale", columns[i].type.scale);
		}
		if (own->child != NULL)
			cJSON_AddItemToObject(item, "millrace", own);
		else
			cJSON_Delete(own);
		cJSON_AddItemToArray(list, item);
	}
	return list;
}
