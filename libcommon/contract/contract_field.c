/* SPDX-License-Identifier: Apache-2.0 */
/* contract_field - one field of a contract: what it is called and how its cells are read. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "contract/contract_read.h"
#include "csv/csv_pattern.h"
#include "csv/csv_zone.h"

static const char *const no_words[] = { NULL };
static const char *const own_members[] = { "type", "precision", "scale", "aliases", "zone",
	"locale", "normalise", NULL };

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

static const char *read_name(struct contract_reader *r, const cJSON *obj)
{
	const char *name = read_str(r, obj, "name");
	if (name == NULL || name[0] == '\0' || strlen(name) > CONTRACT_NAME_BYTES ||
	    has_control(name)) {
		read_fault(r, "name", "must be a name of 1 to %d bytes without control characters",
		    CONTRACT_NAME_BYTES);
		return NULL;
	}
	if (contract_is_reserved(name))
		read_fault(r, "name", "\"%s\" is a column of ours, choose another name", name);
	return arena_dup(r->a, name);
}

struct type_word {
	const char *type, *ours; /* ours NULL: without millrace.type */
	enum csv_type is;
	enum contract_form form;
};

static const struct type_word type_words[] = {
	{ "string", NULL, CSV_TEXT, CONTRACT_FORM_ANY },
	{ "string", "text", CSV_TEXT, CONTRACT_FORM_ANY },
	{ "string", "uuid", CSV_UUID, CONTRACT_FORM_ANY },
	{ "string", "json", CSV_JSON, CONTRACT_FORM_ANY },
	{ "integer", NULL, CSV_INTEGER, CONTRACT_FORM_ANY },
	{ "integer", "integer", CSV_INTEGER, CONTRACT_FORM_ANY },
	{ "integer", "decimal", CSV_DECIMAL, CONTRACT_FORM_ANY },
	{ "number", NULL, CSV_DECIMAL, CONTRACT_FORM_ANY },
	{ "number", "decimal", CSV_DECIMAL, CONTRACT_FORM_ANY },
	{ "number", "double", CSV_DOUBLE, CONTRACT_FORM_ANY },
	{ "boolean", NULL, CSV_BOOLEAN, CONTRACT_FORM_ANY },
	{ "boolean", "boolean", CSV_BOOLEAN, CONTRACT_FORM_ANY },
	{ "date", NULL, CSV_DATE, CONTRACT_FORM_ANY },
	{ "date", "date", CSV_DATE, CONTRACT_FORM_ANY },
	{ "time", NULL, CSV_TIME, CONTRACT_FORM_ANY },
	{ "time", "time", CSV_TIME, CONTRACT_FORM_ANY },
	{ "datetime", NULL, CSV_TIMESTAMP, CONTRACT_FORM_ANY },
	{ "datetime", "timestamp", CSV_TIMESTAMP, CONTRACT_FORM_ANY },
	{ "datetime", "timestamptz", CSV_TIMESTAMPTZ, CONTRACT_FORM_ANY },
	{ "year", NULL, CSV_INTEGER, CONTRACT_FORM_ANY },
	{ "yearmonth", NULL, CSV_TEXT, CONTRACT_FORM_YEARMONTH },
	{ "duration", NULL, CSV_DURATION, CONTRACT_FORM_ANY },
	{ "duration", "duration", CSV_DURATION, CONTRACT_FORM_ANY },
	{ "object", NULL, CSV_JSON, CONTRACT_FORM_ANY },
	{ "object", "json", CSV_JSON, CONTRACT_FORM_ANY },
	{ "array", NULL, CSV_JSON, CONTRACT_FORM_ANY },
	{ "geojson", NULL, CSV_JSON, CONTRACT_FORM_GEOJSON },
	{ "geopoint", NULL, CSV_TEXT, CONTRACT_FORM_GEOPOINT },
	{ "any", NULL, CSV_TEXT, CONTRACT_FORM_ANY },
};

static const struct type_word *find_type(
    struct contract_reader *r, const cJSON *obj, const cJSON *ours)
{
	const char *type = read_str(r, obj, "type");
	const char *exact = read_str(r, ours, "millrace.type");
	bool known = false;
	if (type == NULL)
		type = "string";
	for (size_t i = 0; i < ARRAY_SIZE(type_words); i++) {
		const struct type_word *w = &type_words[i];
		if (strcmp(w->type, type) != 0)
			continue;
		known = true;
		if (exact == NULL ? w->ours == NULL
				  : w->ours != NULL && strcmp(w->ours, exact) == 0)
			return w;
	}
	if (known)
		read_fault(
		    r, "millrace.type", "\"%.40s\" does not go with type \"%s\"", exact, type);
	else
		read_fault(r, "type",
		    "\"%.40s\" is not one of string, integer, number, boolean, date, time, "
		    "datetime, year, yearmonth, duration, object, array, geojson, geopoint, any",
		    type);
	return &type_words[0];
}

static void read_decimal(
    struct contract_reader *r, const cJSON *obj, const cJSON *ours, struct csv_column *c)
{
	const char *type = read_str(r, obj, "type");
	const bool whole = type != NULL && strcmp(type, "integer") == 0;
	c->precision = (uint8_t)read_int(
	    r, ours, "millrace.precision", CONTRACT_DECIMAL_PRECISION, 1, CSV_DECIMAL_MAX);
	const long most = whole ? 0 : c->precision;
	const long dflt = CONTRACT_DECIMAL_SCALE < most ? CONTRACT_DECIMAL_SCALE : 0;
	c->scale = (uint8_t)read_int(r, ours, "millrace.scale", dflt, 0, most);
}

/* One character of ASCII that is no digit and no sign; '\0' when the member is absent. */
static char read_char(struct contract_reader *r, const cJSON *obj, const char *name)
{
	const char *s = read_str(r, obj, name);
	if (s == NULL || s[0] == '\0')
		return '\0';
	if (s[1] != '\0' || (uint8_t)s[0] > 126 || (uint8_t)s[0] < 32 ||
	    strchr("0123456789+-eE", s[0]) != NULL) {
		read_fault(r, name, "must be one ASCII character, no digit and no sign");
		return '\0';
	}
	return s[0];
}

static void read_number(struct contract_reader *r, const cJSON *obj, struct csv_column *c)
{
	const bool is_number =
	    c->type == CSV_INTEGER || c->type == CSV_DECIMAL || c->type == CSV_DOUBLE;
	if (!is_number)
		return;
	c->decimal_char = read_char(r, obj, "decimalChar");
	c->group_char = read_char(r, obj, "groupChar");
	c->not_bare = !read_bool(r, obj, "bareNumber", true);
	if (c->decimal_char == '.')
		c->decimal_char = '\0';
	if (c->group_char == (c->decimal_char == '\0' ? '.' : c->decimal_char))
		read_fault(r, "groupChar", "is the decimal character as well");
}

/* What a JSON column must hold: the type says it, unless millrace.type "json" lets pass any value.
 */
static const char *json_format(const struct type_word *type)
{
	if (type->is != CSV_JSON || type->ours != NULL)
		return NULL;
	return strcmp(type->type, "array") == 0 ? "array" : "object";
}

/* The formats of strings; the text stays text but for uuid. */
static bool read_string_format(
    struct contract_reader *r, const char *format, struct contract_field *f)
{
	static const struct {
		const char *word;
		enum contract_form form;
	} forms[] = {
		{ "email", CONTRACT_FORM_EMAIL },
		{ "uri", CONTRACT_FORM_URI },
		{ "binary", CONTRACT_FORM_BINARY },
	};
	if (f->form == CONTRACT_FORM_GEOPOINT &&
	    (strcmp(format, "array") == 0 || strcmp(format, "object") == 0)) {
		f->column.type = CSV_JSON;
		f->column.format = format[0] == 'a' ? "array" : "object";
		f->form =
		    format[0] == 'a' ? CONTRACT_FORM_GEOPOINT_ARRAY : CONTRACT_FORM_GEOPOINT_OBJECT;
		return true;
	}
	if (f->form == CONTRACT_FORM_GEOJSON && strcmp(format, "topojson") == 0) {
		f->form = CONTRACT_FORM_TOPOJSON;
		return true;
	}
	if (f->column.type != CSV_TEXT || f->form != CONTRACT_FORM_ANY)
		return false;
	if (strcmp(format, "uuid") == 0) {
		f->column.type = CSV_UUID;
		return true;
	}
	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		if (strcmp(forms[i].word, format) != 0)
			continue;
		f->form = forms[i].form;
		return true;
	}
	read_fault(
	    r, "format", "\"%.40s\" is not one of default, email, uri, binary, uuid", format);
	return true;
}

static bool is_time(enum csv_type type)
{
	return type == CSV_DATE || type == CSV_TIME || type == CSV_TIMESTAMP ||
	       type == CSV_TIMESTAMPTZ;
}

/* "any" leaves the notation to the reader: ours is ISO. is_exact: millrace.type says what it is. */
static void read_format(
    struct contract_reader *r, const cJSON *obj, bool is_exact, struct contract_field *f)
{
	struct csv_column *c = &f->column;
	const char *format = read_str(r, obj, "format");
	if (format == NULL || strcmp(format, "default") == 0)
		return;
	if (read_string_format(r, format, f))
		return;
	if (is_time(c->type) && strcmp(format, "any") == 0)
		return;
	if (text_is_prefix(format, "fmt:")) /* as older descriptors have it */
		format += 4;
	if (!is_time(c->type) || strlen(format) > CONTRACT_WORD_BYTES)
		read_fault(
		    r, "format", "type %s has no format \"%.40s\"", csv_type_name(c->type), format);
	else
		c->format = arena_dup(r->a, format);
	/* Its cells have offsets: without a word of ours it is a point in time. */
	if (c->type == CSV_TIMESTAMP && c->format != NULL && !is_exact && csv_pattern_has_offset(c))
		c->type = CSV_TIMESTAMPTZ;
}

static void free_zone(void *zone)
{
	struct csv_zone *z = zone;
	csv_zone_free(&z);
}

static void read_zone(struct contract_reader *r, const cJSON *ours, struct csv_column *c)
{
	struct csv_zone *zone = NULL;
	struct err err = { 0 };
	const char *name = read_str(r, ours, "millrace.zone");
	if (name == NULL)
		return;
	if (c->type != CSV_TIMESTAMPTZ) {
		read_fault(r, "millrace.zone", "goes with millrace.type \"timestamptz\" only");
	} else if (csv_zone_open(name, &zone, &err) != 0) {
		read_fault(r, "millrace.zone", "%s", err.msg);
	} else {
		arena_defer(r->a, free_zone, zone);
		c->zone = zone;
	}
}

static void read_time(struct contract_reader *r, const cJSON *ours, struct csv_column *c)
{
	struct err err = { 0 };
	const char *locale = read_str(r, ours, "millrace.locale");
	if (locale != NULL && is_time(c->type))
		c->locale = arena_dup(r->a, locale);
	read_zone(r, ours, c);
	if (is_time(c->type) && csv_pattern_check(c, &err) != 0)
		read_fault(r, c->format == NULL ? "millrace.locale" : "format", "%s", err.msg);
}

static void read_truth(struct contract_reader *r, const cJSON *obj, struct csv_column *c)
{
	if (c->type != CSV_BOOLEAN)
		return;
	c->yes = read_words(r, obj, "trueValues", CONTRACT_MAX_WORDS);
	c->no = read_words(r, obj, "falseValues", CONTRACT_MAX_WORDS);
	for (size_t i = 0; c->yes != NULL && c->yes[i] != NULL; i++) {
		for (size_t k = 0; c->no != NULL && c->no[k] != NULL; k++) {
			if (strcmp(c->yes[i], c->no[k]) == 0)
				read_fault(
				    r, "trueValues", "\"%.60s\" means true and false", c->yes[i]);
		}
	}
}

/* What is done to cells before they are read. */
static void read_normalise(struct contract_reader *r, const cJSON *ours, struct csv_column *c)
{
	static const struct {
		const char *word;
		enum csv_normal bit;
	} normals[] = {
		{ "trim", CSV_TRIM },
		{ "lower", CSV_LOWER },
		{ "upper", CSV_UPPER },
		{ "nfc", CSV_NFC },
	};
	const char *const *words = read_words(r, ours, "millrace.normalise", ARRAY_SIZE(normals));
	for (; words != NULL && *words != NULL; words++) {
		size_t i = 0;
		while (i < ARRAY_SIZE(normals) && strcmp(normals[i].word, *words) != 0)
			i++;
		if (i == ARRAY_SIZE(normals))
			read_fault(r, "millrace.normalise",
			    "\"%.40s\" is not one of trim, lower, upper, nfc", *words);
		else
			c->normal |= (uint8_t)normals[i].bit;
	}
	if ((c->normal & CSV_LOWER) != 0 && (c->normal & CSV_UPPER) != 0)
		read_fault(r, "millrace.normalise", "lower and upper exclude each other");
}

void contract_read_field(struct contract_reader *r, const cJSON *obj, struct contract_field *f)
{
	*f = (struct contract_field){ .aliases = no_words, .min_length = -1, .max_length = -1 };
	f->column.file_column = -1;
	if (!cJSON_IsObject(obj)) {
		read_fault(r, "", "must be an object");
		return;
	}
	const cJSON *ours = read_member(r, obj, "millrace", cJSON_Object, "an object");
	read_known(r, ours, own_members);
	f->name = read_name(r, obj);
	if (cJSON_GetObjectItemCaseSensitive(obj, "missingValues") != NULL)
		read_fault(r, "missingValues",
		    "is of Table Schema v2: the words of the whole document stand beside "
		    "\"fields\"");
	const struct type_word *type = find_type(r, obj, ours);
	f->column.name = f->name;
	f->column.type = type->is;
	f->form = type->form;
	f->column.format = json_format(type);
	if (f->column.type == CSV_DECIMAL)
		read_decimal(r, obj, ours, &f->column);
	read_number(r, obj, &f->column);
	read_format(r, obj, type->ours != NULL, f);
	read_time(r, ours, &f->column);
	read_truth(r, obj, &f->column);
	read_normalise(r, ours, &f->column);
	const char *const *aliases = read_words(r, ours, "millrace.aliases", CONTRACT_MAX_ALIASES);
	if (aliases != NULL)
		f->aliases = aliases;
}
