/* SPDX-License-Identifier: Apache-2.0 */
/* contract - the document to a contract, all faults told at once. */
#include "contract/contract.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "contract/value.h"
#include "csv/csv_encoding.h"
#include "csv/csv_time.h"
#include "kit/json.h"

struct reader {
	struct arena *a;
	struct contract_faults *faults;
	const char *at; /* path of the field being read, "" outside */
};

static const char *const no_words[] = { NULL };
static const char *const only_empty[] = { "", NULL };

static void fault(struct reader *r, const char *member, const char *fmt, ...) PRINTF_LIKE(3, 4);

static void fault(struct reader *r, const char *member, const char *fmt, ...)
{
	struct contract_faults *f = r->faults;
	if (f->n++ >= CONTRACT_MAX_FAULTS)
		return;
	char message[ERR_MSG_BYTES];
	va_list ap;
	va_start(ap, fmt);
	(void)vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	const char *dot = r->at[0] != '\0' && member[0] != '\0' ? "." : "";
	f->list[f->n - 1].path = arena_printf(r->a, "%s%s%s", r->at, dot, member);
	f->list[f->n - 1].message = arena_dup(r->a, message);
}

/* A member of the wanted JSON type; NULL when absent or, with a fault, of another one. */
static const cJSON *member(
    struct reader *r, const cJSON *obj, const char *name, int type, const char *what)
{
	const char *leaf = strrchr(name, '.');
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(obj, leaf == NULL ? name : leaf + 1);
	if (v == NULL || cJSON_IsNull(v))
		return NULL;
	const bool fits = type == cJSON_True ? cJSON_IsBool(v) : (v->type & 0xff) == type;
	if (!fits) {
		fault(r, name, "must be %s", what);
		return NULL;
	}
	return v;
}

static const char *member_str(struct reader *r, const cJSON *obj, const char *name)
{
	const cJSON *v = member(r, obj, name, cJSON_String, "a string");
	return v == NULL ? NULL : v->valuestring;
}

static long member_int(
    struct reader *r, const cJSON *obj, const char *name, long dflt, long low, long high)
{
	const cJSON *v = member(r, obj, name, cJSON_Number, "a whole number");
	if (v == NULL)
		return dflt;
	if (v->valuedouble < (double)low || v->valuedouble > (double)high ||
	    v->valuedouble != (double)(long)v->valuedouble) {
		fault(r, name, "must be a whole number from %ld to %ld", low, high);
		return dflt;
	}
	return (long)v->valuedouble;
}

/* A list of words, copied; NULL when the member is absent. */
static const char *const *member_words(
    struct reader *r, const cJSON *obj, const char *name, int most)
{
	const cJSON *list = member(r, obj, name, cJSON_Array, "an array of strings");
	if (list == NULL)
		return NULL;
	const int n = cJSON_GetArraySize(list);
	if (n > most) {
		fault(r, name, "has %d words, at most %d are allowed", n, most);
		return NULL;
	}
	const char **words = arena_alloc(r->a, ((size_t)n + 1) * sizeof(*words));
	const cJSON *v;
	size_t used = 0;
	cJSON_ArrayForEach(v, list)
	{
		if (!cJSON_IsString(v) || strlen(v->valuestring) > CONTRACT_WORD_BYTES)
			fault(
			    r, name, "must hold strings of at most %d bytes", CONTRACT_WORD_BYTES);
		else
			words[used++] = arena_dup(r->a, v->valuestring);
	}
	return words;
}

/* Members that would promise something nobody checks. */
static void refuse(struct reader *r, const cJSON *obj, const char *prefix, const char *const *names)
{
	for (; *names != NULL; names++) {
		const cJSON *v = cJSON_GetObjectItemCaseSensitive(obj, *names);
		if (v == NULL || cJSON_IsNull(v) || cJSON_IsFalse(v))
			continue;
		fault(r, arena_printf(r->a, "%s%s", prefix, *names),
		    "is not supported yet: remove it");
	}
}

static bool has_control(const char *s)
{
	for (; *s != '\0'; s++) {
		if ((uint8_t)*s < 32 || *s == 127)
			return true;
	}
	return false;
}

bool contract_is_reserved(const char *name)
{
	static const char *const reserved[] = { "_row", "_load", "_gen", "_offset", "tableoid",
		"ctid", "xmin", "xmax", "cmin", "cmax" };
	for (size_t i = 0; i < ARRAY_SIZE(reserved); i++) {
		if (strcasecmp(name, reserved[i]) == 0)
			return true;
	}
	return false;
}

static const char *read_name(struct reader *r, const cJSON *obj)
{
	const char *name = member_str(r, obj, "name");
	if (name == NULL || name[0] == '\0' || strlen(name) > CONTRACT_NAME_BYTES ||
	    has_control(name)) {
		fault(r, "name", "must be a name of 1 to %d bytes without control characters",
		    CONTRACT_NAME_BYTES);
		return NULL;
	}
	if (contract_is_reserved(name))
		fault(r, "name", "\"%s\" is a column of ours, choose another name", name);
	return arena_dup(r->a, name);
}

struct type_word {
	const char *type, *ours; /* ours NULL: without millrace.type */
	enum csv_type is;
};

static const struct type_word type_words[] = {
	{ "integer", NULL, CSV_INTEGER },
	{ "integer", "integer", CSV_INTEGER },
	{ "number", NULL, CSV_DECIMAL },
	{ "number", "decimal", CSV_DECIMAL },
	{ "number", "double", CSV_DOUBLE },
	{ "boolean", NULL, CSV_BOOLEAN },
	{ "boolean", "boolean", CSV_BOOLEAN },
	{ "date", NULL, CSV_DATE },
	{ "date", "date", CSV_DATE },
	{ "datetime", NULL, CSV_TIMESTAMP },
	{ "datetime", "timestamp", CSV_TIMESTAMP },
	{ "datetime", "timestamptz", CSV_TIMESTAMPTZ },
	{ "string", NULL, CSV_TEXT },
	{ "string", "text", CSV_TEXT },
};

static enum csv_type read_type(struct reader *r, const cJSON *obj, const cJSON *ours)
{
	const char *type = member_str(r, obj, "type");
	const char *exact = member_str(r, ours, "millrace.type");
	if (type == NULL)
		type = "string";
	bool known = false;
	for (size_t i = 0; i < ARRAY_SIZE(type_words); i++) {
		const struct type_word *w = &type_words[i];
		if (strcmp(w->type, type) != 0)
			continue;
		known = true;
		if (exact == NULL ? w->ours == NULL
				  : w->ours != NULL && strcmp(w->ours, exact) == 0)
			return w->is;
	}
	if (known)
		fault(r, "millrace.type", "\"%.40s\" does not go with type \"%s\"", exact, type);
	else
		fault(r, "type",
		    "\"%.40s\" is not one of integer, number, boolean, date, datetime, string",
		    type);
	return CSV_TEXT;
}

static void read_decimal(struct reader *r, const cJSON *ours, struct contract_field *f)
{
	f->precision = (uint8_t)member_int(
	    r, ours, "millrace.precision", CONTRACT_DECIMAL_PRECISION, 1, CSV_DECIMAL_MAX);
	const long most = f->precision;
	const long dflt = CONTRACT_DECIMAL_SCALE < most ? CONTRACT_DECIMAL_SCALE : 0;
	f->scale = (uint8_t)member_int(r, ours, "millrace.scale", dflt, 0, most);
}

static void read_format(struct reader *r, const cJSON *obj, struct contract_field *f)
{
	struct err err = { 0 };
	const char *format = member_str(r, obj, "format");
	if (format == NULL || strcmp(format, "default") == 0)
		return;
	const bool is_time =
	    f->type == CSV_DATE || f->type == CSV_TIMESTAMP || f->type == CSV_TIMESTAMPTZ;
	if (!is_time || strlen(format) > CONTRACT_WORD_BYTES)
		fault(r, "format", "type %s has no formats", csv_type_name(f->type));
	else if (csv_time_check_format(format, f->type, &err) != 0)
		fault(r, "format", "%s", err.msg);
	else
		f->format = arena_dup(r->a, format);
}

static void read_words(struct reader *r, const cJSON *obj, struct contract_field *f)
{
	f->yes = member_words(r, obj, "trueValues", CONTRACT_MAX_WORDS);
	f->no = member_words(r, obj, "falseValues", CONTRACT_MAX_WORDS);
	for (size_t i = 0; f->yes != NULL && f->yes[i] != NULL; i++) {
		for (size_t k = 0; f->no != NULL && f->no[k] != NULL; k++) {
			if (strcmp(f->yes[i], f->no[k]) == 0)
				fault(r, "trueValues", "\"%.60s\" means true and false", f->yes[i]);
		}
	}
}

static const struct contract_value *read_bound(
    struct reader *r, const cJSON *constraints, const char *path, const struct contract_field *f)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(constraints, strrchr(path, '.') + 1);
	if (v == NULL || cJSON_IsNull(v))
		return NULL;
	if (f->type == CSV_TEXT || f->type == CSV_BOOLEAN) {
		fault(r, path, "type %s has no order", csv_type_name(f->type));
		return NULL;
	}
	struct contract_value *value = arena_alloc(r->a, sizeof(*value));
	const char *why = contract_value_parse(f, v, r->a, value);
	if (why != NULL) {
		fault(r, path, "%s", why);
		return NULL;
	}
	value->shown = arena_dup(r->a, value->shown);
	return value;
}

static void read_enum(struct reader *r, const cJSON *constraints, struct contract_field *f)
{
	const cJSON *list = member(r, constraints, "constraints.enum", cJSON_Array, "an array");
	const int n = cJSON_GetArraySize(list);
	if (list == NULL)
		return;
	if (n < 1 || n > CONTRACT_MAX_ENUM) {
		fault(r, "constraints.enum", "must have 1 to %d values", CONTRACT_MAX_ENUM);
		return;
	}
	struct contract_value *values = arena_alloc(r->a, (size_t)n * sizeof(*values));
	const cJSON *v;
	cJSON_ArrayForEach(v, list)
	{
		const char *why = contract_value_parse(f, v, r->a, &values[f->n_allowed]);
		if (why != NULL)
			fault(r, "constraints.enum", "%s", why);
		else
			f->n_allowed++;
	}
	contract_value_sort(f->type, values, f->n_allowed);
	f->allowed = values;
}

static void read_constraints(struct reader *r, const cJSON *obj, struct contract_field *f)
{
	static const char *const known[] = { "required", "enum", "minimum", "maximum" };
	const cJSON *c = member(r, obj, "constraints", cJSON_Object, "an object");
	const cJSON *v;
	cJSON_ArrayForEach(v, c)
	{
		bool is_known = cJSON_IsNull(v) || cJSON_IsFalse(v);
		for (size_t i = 0; i < ARRAY_SIZE(known); i++)
			is_known = is_known || strcmp(v->string, known[i]) == 0;
		if (!is_known)
			fault(r, arena_printf(r->a, "constraints.%.60s", v->string),
			    "is not supported yet: remove it");
	}
	f->required =
	    cJSON_IsTrue(member(r, c, "constraints.required", cJSON_True, "true or false"));
	f->minimum = read_bound(r, c, "constraints.minimum", f);
	f->maximum = read_bound(r, c, "constraints.maximum", f);
	if (f->minimum != NULL && f->maximum != NULL &&
	    contract_value_compare(f->type, f->minimum, f->maximum) > 0)
		fault(r, "constraints.minimum", "is above the maximum");
	read_enum(r, c, f);
}

static void read_field(struct reader *r, const cJSON *obj, struct contract_field *f)
{
	static const char *const changing[] = { "decimalChar", "groupChar", "bareNumber", NULL };
	f->aliases = no_words;
	if (!cJSON_IsObject(obj)) {
		fault(r, "", "must be an object");
		return;
	}
	const cJSON *ours = member(r, obj, "millrace", cJSON_Object, "an object");
	f->name = read_name(r, obj);
	f->type = read_type(r, obj, ours);
	if (f->type == CSV_DECIMAL)
		read_decimal(r, ours, f);
	read_format(r, obj, f);
	if (f->type == CSV_BOOLEAN)
		read_words(r, obj, f);
	refuse(r, obj, "", changing);
	const char *const *aliases =
	    member_words(r, ours, "millrace.aliases", CONTRACT_MAX_ALIASES);
	f->aliases = aliases == NULL ? no_words : aliases;
	read_constraints(r, obj, f);
}

static void refuse_equal_names(struct reader *r, const struct contract_field *fields, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		for (size_t k = 0; k < i && fields[i].name != NULL; k++) {
			if (fields[k].name == NULL ||
			    strcasecmp(fields[i].name, fields[k].name) != 0)
				continue;
			r->at = arena_printf(r->a, "fields[%zu]", i);
			fault(r, "name",
			    "\"%s\" is the name of fields[%zu] too (case does not count)",
			    fields[i].name, k);
			break;
		}
	}
	r->at = "";
}

static void read_fields(struct reader *r, const cJSON *doc, struct contract *c)
{
	const size_t before = r->faults->n;
	const cJSON *list = member(r, doc, "fields", cJSON_Array, "an array");
	const int n = cJSON_GetArraySize(list);
	if (r->faults->n > before)
		return;
	if (n < 1 || n > CONTRACT_MAX_FIELDS) {
		fault(r, "fields", "must hold 1 to %d fields", CONTRACT_MAX_FIELDS);
		return;
	}
	struct contract_field *fields = arena_alloc(r->a, (size_t)n * sizeof(*fields));
	const cJSON *obj;
	cJSON_ArrayForEach(obj, list)
	{
		r->at = arena_printf(r->a, "fields[%zu]", c->n_fields);
		read_field(r, obj, &fields[c->n_fields++]);
	}
	r->at = "";
	refuse_equal_names(r, fields, c->n_fields);
	c->fields = fields;
}

/* Every part is text, a number or true/false; csv_given_set knows what may stand there. */
static void read_part(struct reader *r, const cJSON *part, struct csv_given *out)
{
	const char *path = arena_printf(r->a, "millrace.dialect.%s", part->string);
	const char *value = part->valuestring;
	struct err err = { 0 };
	if (cJSON_IsBool(part))
		value = cJSON_IsTrue(part) ? "true" : "false";
	else if (cJSON_IsNumber(part))
		value = arena_printf(r->a, "%.0f", part->valuedouble);
	if (value == NULL)
		fault(r, path, "must be text, a number, true or false");
	else if (csv_given_set(out, part->string, value, &err) != 0)
		fault(r, path, "%s", strchr(err.msg, ':') + 2);
}

static void read_dialect(struct reader *r, const cJSON *ours, struct csv_given *out)
{
	const cJSON *d = member(r, ours, "millrace.dialect", cJSON_Object, "an object");
	const cJSON *part;
	struct err err = { 0 };
	cJSON_ArrayForEach(part, d) read_part(r, part, out);
	if (csv_given_check(out, &err) != 0)
		fault(r, "millrace.dialect", "%s", err.msg);
}

static void read_ours(struct reader *r, const cJSON *doc, struct contract *c)
{
	const cJSON *ours = member(r, doc, "millrace", cJSON_Object, "an object");
	const cJSON *pct = member(r, ours, "millrace.budget_pct", cJSON_Number, "a number");
	if (pct != NULL && !(pct->valuedouble >= 0 && pct->valuedouble <= 100))
		fault(r, "millrace.budget_pct", "must be from 0 to 100");
	c->budget_pct = pct == NULL ? -1 : pct->valuedouble;
	c->budget_after_rows = member_int(
	    r, ours, "millrace.budget_after_rows", CONTRACT_BUDGET_AFTER_ROWS, 0, 1000000000);
	const char *extra = member_str(r, ours, "millrace.extra_columns");
	c->ignore_extra = extra != NULL && strcmp(extra, "ignore") == 0;
	if (extra != NULL && !c->ignore_extra && strcmp(extra, "reject") != 0)
		fault(r, "millrace.extra_columns", "must be \"reject\" or \"ignore\"");
	const char *lacking = member_str(r, ours, "millrace.missing_columns");
	c->null_missing = lacking != NULL && strcmp(lacking, "null") == 0;
	if (lacking != NULL && !c->null_missing && strcmp(lacking, "reject") != 0)
		fault(r, "millrace.missing_columns", "must be \"reject\" or \"null\"");
	read_dialect(r, ours, &c->dialect);
}

int contract_parse(const cJSON *doc, struct arena *a, struct contract *out,
    struct contract_faults *out_faults, struct err *err)
{
	static const char *const keys[] = { "primaryKey", "foreignKeys", "uniqueKeys", NULL };
	struct contract_faults *faults = arena_alloc(a, sizeof(*faults));
	struct reader r = { .a = a, .faults = faults, .at = "" };
	struct contract c = { 0 };
	if (!cJSON_IsObject(doc)) {
		fault(&r, "", "the contract must be an object");
	} else {
		read_fields(&r, doc, &c);
		const char *const *missing =
		    member_words(&r, doc, "missingValues", CONTRACT_MAX_WORDS);
		c.missing = missing == NULL ? only_empty : missing;
		refuse(&r, doc, "", keys);
		read_ours(&r, doc, &c);
	}
	if (faults->n == 0) {
		*out = c;
		return 0;
	}
	if (out_faults != NULL)
		*out_faults = *faults;
	return err_set_code(err, ERR_INPUT, "contract.invalid", "%s: %s%s", faults->list[0].path,
	    faults->list[0].message, faults->n > 1 ? " (and more)" : "");
}
