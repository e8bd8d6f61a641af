/* SPDX-License-Identifier: Apache-2.0 */
/* contract_constraint - the constraints of a field. */
#include <string.h>

#include "contract/contract_read.h"
#include "contract/pattern.h"
#include "contract/value.h"
#include "kit/json.h"

static bool is_typed(const cJSON *obj, const char *word)
{
	const char *type = js_str(obj, "type");
	return type != NULL && strcmp(type, word) == 0;
}

/* Years and months are in order as texts are: their digits are as many. */
static bool has_order(const struct contract_field *f)
{
	const enum csv_type type = f->column.type;
	if (f->form == CONTRACT_FORM_YEARMONTH)
		return true;
	return !csv_type_is_text(type) && type != CSV_BOOLEAN && type != CSV_UUID &&
	       type != CSV_DURATION;
}

static const struct contract_value *read_bound(struct contract_reader *r, const cJSON *constraints,
    const char *path, const struct contract_field *f)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(constraints, strrchr(path, '.') + 1);
	if (v == NULL || cJSON_IsNull(v))
		return NULL;
	if (!has_order(f)) {
		read_fault(r, path, "type %s has no order", csv_type_name(f->column.type));
		return NULL;
	}
	struct contract_value *value = arena_alloc(r->a, sizeof(*value));
	const char *why = contract_value_parse(f, v, r->a, value);
	if (why != NULL) {
		read_fault(r, path, "%s", why);
		return NULL;
	}
	value->shown = arena_dup(r->a, value->shown);
	return value;
}

static void read_enum(struct contract_reader *r, const cJSON *constraints, struct contract_field *f)
{
	const cJSON *list =
	    read_member(r, constraints, "constraints.enum", cJSON_Array, "an array");
	const int n = cJSON_GetArraySize(list);
	if (list == NULL)
		return;
	if (n < 1 || n > CONTRACT_MAX_ENUM) {
		read_fault(r, "constraints.enum", "must have 1 to %d values", CONTRACT_MAX_ENUM);
		return;
	}
	if (f->column.type == CSV_DURATION) {
		read_fault(r, "constraints.enum", "type duration has no list of values");
		return;
	}
	struct contract_value *values = arena_alloc(r->a, (size_t)n * sizeof(*values));
	const cJSON *v;
	cJSON_ArrayForEach(v, list)
	{
		const char *why = contract_value_parse(f, v, r->a, &values[f->n_allowed]);
		if (why != NULL)
			read_fault(r, "constraints.enum", "%s", why);
		else
			f->n_allowed++;
	}
	contract_value_sort(f->column.type, values, f->n_allowed);
	f->allowed = values;
}

/* Of strings the characters count, of arrays and objects the items. */
static void read_lengths(
    struct contract_reader *r, const cJSON *obj, const cJSON *constraints, struct contract_field *f)
{
	const bool countable =
	    f->column.type == CSV_TEXT || is_typed(obj, "array") || is_typed(obj, "object");
	const long most = CSV_MAX_FIELD_BYTES;
	f->min_length = read_int(r, constraints, "constraints.minLength", -1, 0, most);
	f->max_length = read_int(r, constraints, "constraints.maxLength", -1, 0, most);
	if ((f->min_length >= 0 || f->max_length >= 0) && !countable)
		read_fault(r,
		    f->min_length >= 0 ? "constraints.minLength" : "constraints.maxLength",
		    "counts characters of strings and items of arrays and objects, this is %s",
		    csv_type_name(f->column.type));
	if (f->max_length >= 0 && f->min_length > f->max_length)
		read_fault(r, "constraints.minLength", "is above maxLength");
}

static void read_pattern(
    struct contract_reader *r, const cJSON *constraints, struct contract_field *f)
{
	struct err err = { 0 };
	const char *text = read_str(r, constraints, "constraints.pattern");
	if (text == NULL)
		return;
	if (f->column.type != CSV_TEXT)
		read_fault(r, "constraints.pattern", "goes with strings, this is %s",
		    csv_type_name(f->column.type));
	else if (contract_pattern_new(text, r->a, &f->pattern, &err) != 0)
		read_fault(r, "constraints.pattern", "%s", err.msg);
}

/* A year has four digits. */
static void bound_year(struct contract_reader *r, const cJSON *obj, struct contract_field *f)
{
	if (!is_typed(obj, "year"))
		return;
	struct contract_value *bounds = arena_alloc(r->a, 2 * sizeof(*bounds));
	bounds[0] = (struct contract_value){ .number = -9999, .shown = "-9999" };
	bounds[1] = (struct contract_value){ .number = 9999, .shown = "9999" };
	if (f->minimum == NULL)
		f->minimum = &bounds[0];
	if (f->maximum == NULL)
		f->maximum = &bounds[1];
}

static void refuse_unknown(struct contract_reader *r, const cJSON *constraints)
{
	static const char *const known[] = { "required", "unique", "enum", "minimum", "maximum",
		"minLength", "maxLength", "pattern" };
	const cJSON *v;
	cJSON_ArrayForEach(v, constraints)
	{
		bool is_known = cJSON_IsNull(v) || cJSON_IsFalse(v);
		for (size_t i = 0; i < ARRAY_SIZE(known); i++)
			is_known = is_known || strcmp(v->string, known[i]) == 0;
		if (!is_known)
			read_fault(r, arena_printf(r->a, "constraints.%.60s", v->string),
			    "is not a constraint of Table Schema v1: nobody would check it");
	}
}

void contract_read_constraints(
    struct contract_reader *r, const cJSON *obj, struct contract_field *f, bool *out_unique)
{
	const cJSON *c = read_member(r, obj, "constraints", cJSON_Object, "an object");
	refuse_unknown(r, c);
	f->required = read_bool(r, c, "constraints.required", false);
	*out_unique = read_bool(r, c, "constraints.unique", false);
	f->minimum = read_bound(r, c, "constraints.minimum", f);
	f->maximum = read_bound(r, c, "constraints.maximum", f);
	if (f->minimum != NULL && f->maximum != NULL &&
	    contract_value_compare(f->column.type, f->minimum, f->maximum) > 0)
		read_fault(r, "constraints.minimum", "is above the maximum");
	bound_year(r, obj, f);
	read_enum(r, c, f);
	read_lengths(r, obj, c, f);
	read_pattern(r, c, f);
}
