/* SPDX-License-Identifier: Apache-2.0 */
/* value - parse, compare and look up bounds and allowed values. */
#include "contract/value.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contract/form.h"
#include "contract/json_cell.h"
#include "csv/csv_value.h"

/* The shortest text that gives the JSON number again. */
static const char *number_text(double v, struct arena *a)
{
	char text[40];
	for (int digits = 15; digits <= 17; digits++) {
		(void)snprintf(text, sizeof(text), "%.*g", digits, v);
		if (strtod(text, NULL) == v)
			break;
	}
	if (strchr(text, 'e') != NULL && fabs(v) < 1e18)
		(void)snprintf(text, sizeof(text), fabs(v) < 1 ? "%.17f" : "%.0f", v);
	return arena_dup(a, text);
}

static const char *value_text(const cJSON *v, struct arena *a)
{
	if (cJSON_IsString(v))
		return v->valuestring;
	if (cJSON_IsNumber(v))
		return number_text(v->valuedouble, a);
	if (cJSON_IsBool(v))
		return cJSON_IsTrue(v) ? "true" : "false";
	return NULL;
}

/* As the document's own notation (ISO, a point, no grouping) or as the cells are written. p has
 * padding behind. */
static bool parse_typed(
    const struct contract_field *f, const char *p, size_t n, struct contract_value *out)
{
	const struct csv_column *c = &f->column;
	struct csv_column plain = *c;
	union {
		__int128 number;
		struct csv_text text;
	} room = { .number = 0 };
	plain.format = NULL;
	plain.decimal_char = '\0';
	plain.group_char = '\0';
	plain.not_bare = false;
	if (c->type == CSV_DURATION ||
	    (!csv_value_parse(&plain, p, n, &room) && !csv_value_parse(c, p, n, &room)))
		return false;
	*out = contract_value_of(c, &room, 0);
	if (f->form == CONTRACT_FORM_YEARMONTH)
		return contract_form_fits(f->form, p, n);
	return c->type != CSV_DOUBLE || !isnan(out->real);
}

/* Of JSON every way to write a value is the same: its plain text stands for it. */
static const char *json_text(const cJSON *v, struct arena *a)
{
	char *written = cJSON_IsString(v) ? NULL : cJSON_PrintUnformatted(v);
	const char *text = cJSON_IsString(v) ? v->valuestring : written;
	char *plain = text == NULL ? NULL : contract_json_plain(text, strlen(text));
	const char *out = plain == NULL ? NULL : arena_dup(a, plain);
	free(plain);
	cJSON_free(written);
	return out;
}

const char *contract_value_parse(
    const struct contract_field *f, const cJSON *v, struct arena *a, struct contract_value *out)
{
	const bool is_json = f->column.type == CSV_JSON;
	const char *text = is_json ? json_text(v, a) : value_text(v, a);
	if (text == NULL && is_json)
		return "must be JSON";
	if (text == NULL || (f->column.type == CSV_TEXT && !cJSON_IsString(v)))
		return arena_printf(a, "must be a %s",
		    f->column.type == CSV_TEXT ? "string" : "string, a number or a boolean");
	const size_t n = strlen(text);
	char *padded = arena_alloc(a, n + CSV_PAD_BYTES);
	memcpy(padded, text, n);
	struct contract_value value;
	if (!parse_typed(f, padded, n, &value))
		return arena_printf(
		    a, "\"%.60s\" is not a value of type %s", text, csv_type_name(f->column.type));
	value.shown = text;
	*out = value;
	return NULL;
}

static int compare_text(const struct csv_text *x, const struct csv_text *y)
{
	const size_t nx = csv_text_n(x);
	const size_t ny = csv_text_n(y);
	const int order = memcmp(csv_text_p(x), csv_text_p(y), nx < ny ? nx : ny);
	return order != 0 ? order : (nx > ny) - (nx < ny);
}

int contract_value_compare(
    enum csv_type type, const struct contract_value *x, const struct contract_value *y)
{
	if (csv_type_is_text(type))
		return compare_text(&x->text, &y->text);
	if (type == CSV_DOUBLE) {
		if (isnan(x->real) || isnan(y->real))
			return (int)isnan(x->real) - (int)isnan(y->real);
		return (x->real > y->real) - (x->real < y->real);
	}
	return (x->number > y->number) - (x->number < y->number);
}

struct contract_value contract_value_of(const struct csv_column *c, const void *data, size_t slot)
{
	const size_t size = csv_value_bytes(c);
	const char *at = (const char *)data + slot * size;
	struct contract_value v = { .number = 0 };
	int64_t whole;
	int32_t days;
	if (csv_type_is_text(c->type)) {
		memcpy(&v.text, at, sizeof(v.text));
	} else if (c->type == CSV_DOUBLE) {
		memcpy(&v.real, at, sizeof(v.real));
	} else if (size == sizeof(v.number)) {
		memcpy(&v.number, at, sizeof(v.number));
	} else if (size == sizeof(whole)) {
		memcpy(&whole, at, sizeof(whole));
		v.number = whole;
	} else if (size == sizeof(days)) {
		memcpy(&days, at, sizeof(days));
		v.number = days;
	} else {
		v.number = (uint8_t)*at;
	}
	return v;
}

static int compare_type(const void *x, const void *y, void *type)
{
	return contract_value_compare(*(const enum csv_type *)type, x, y);
}

void contract_value_sort(enum csv_type type, struct contract_value *values, size_t n)
{
	qsort_r(values, n, sizeof(*values), compare_type, &type);
}

bool contract_value_is_in(enum csv_type type, const struct contract_value *v,
    const struct contract_value *sorted, size_t n)
{
	size_t low = 0;
	while (low < n) {
		const size_t middle = low + (n - low) / 2;
		const int order = contract_value_compare(type, v, &sorted[middle]);
		if (order == 0)
			return true;
		if (order < 0)
			n = middle;
		else
			low = middle + 1;
	}
	return false;
}
