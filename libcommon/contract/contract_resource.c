/* SPDX-License-Identifier: Apache-2.0 */
/* contract_resource - what stands around a schema: a data resource or package, and the dialect. */
#include <string.h>

#include "contract/contract_read.h"

/* Frictionless's CSV Dialect to ours; names that are equal are not listed. */
static const struct {
	const char *theirs, *ours;
} parts[] = {
	{ "quoteChar", "quote" },
	{ "escapeChar", "escape" },
	{ "commentChar", "comment" },
	{ "skipInitialSpace", "skip_space" },
	{ "lineTerminator", "line_end" },
	{ "headerRows", "header" },
};

/* Members that say nothing about how we read: versions, and what we do in any case. */
static bool is_passed_over(const cJSON *part)
{
	static const char *const names[] = { "$schema", "profile", "csvddfVersion",
		"caseSensitiveHeader", "headerJoin", "headerCase", "title", "name", "description" };
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (strcmp(names[i], part->string) == 0)
			return true;
	}
	return cJSON_IsNull(part) ||
	       (strcmp(part->string, "doubleQuote") == 0 && cJSON_IsBool(part));
}

static const char *our_key(const char *key)
{
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		if (strcmp(parts[i].theirs, key) == 0)
			return parts[i].ours;
	}
	return key;
}

static const char *line_end_word(const char *value)
{
	if (strcmp(value, "\r\n") == 0)
		return "crlf";
	if (strcmp(value, "\n") == 0)
		return "lf";
	return strcmp(value, "\r") == 0 ? "cr" : value;
}

/* Header rows [1, 2, 3] are the first three; others cannot be left out. */
static const char *header_rows(struct contract_reader *r, const cJSON *list)
{
	int n = 0;
	const cJSON *v;
	cJSON_ArrayForEach(v, list)
	{
		if (!cJSON_IsNumber(v) || v->valuedouble != ++n)
			return NULL;
	}
	return arena_printf(r->a, "%d", n);
}

/* A part's value as csv_given_set wants it; NULL when it cannot be said. */
static const char *part_value(struct contract_reader *r, const cJSON *part, const char *key)
{
	const bool is_header = strcmp(key, "header") == 0;
	if (cJSON_IsBool(part) && is_header)
		return cJSON_IsTrue(part) ? "1" : "0";
	if (cJSON_IsBool(part))
		return cJSON_IsTrue(part) ? "true" : "false";
	if (cJSON_IsNumber(part))
		return arena_printf(r->a, "%.0f", part->valuedouble);
	if (cJSON_IsArray(part) && is_header)
		return header_rows(r, part);
	if (!cJSON_IsString(part))
		return NULL;
	if (part->valuestring[0] == '\0')
		return "none";
	return strcmp(key, "line_end") == 0 ? line_end_word(part->valuestring) : part->valuestring;
}

void contract_read_dialect(
    struct contract_reader *r, const cJSON *dialect, const char *path, struct csv_given *out)
{
	struct err err = { 0 };
	const bool theirs = strcmp(path, "dialect") == 0;
	const cJSON *part;
	cJSON_ArrayForEach(part, dialect)
	{
		const char *at = arena_printf(r->a, "%s.%.60s", path, part->string);
		const char *key = our_key(part->string);
		if (is_passed_over(part) || (theirs && strcmp(part->string, "nullSequence") == 0))
			continue; /* a null word is read with missingValues */
		const char *value = part_value(r, part, key);
		if (value == NULL)
			read_fault(r, at, "must be text, a number, true or false");
		else if (csv_given_set(out, key, value, &err) != 0)
			read_fault(r, at, "%s", strchr(err.msg, ':') + 2);
	}
	if (csv_given_check(out, &err) != 0)
		read_fault(r, path, "%s", err.msg);
}

const cJSON *contract_find_schema(
    struct contract_reader *r, const cJSON *doc, const cJSON **out_resource)
{
	const cJSON *list = cJSON_GetObjectItemCaseSensitive(doc, "resources");
	const cJSON *resource = doc;
	*out_resource = NULL;
	if (cJSON_GetObjectItemCaseSensitive(doc, "fields") != NULL)
		return doc;
	if (cJSON_IsArray(list))
		resource = contract_pick_resource(r, list);
	const cJSON *schema = resource == NULL ? NULL : contract_read_schema(r, resource);
	if (schema != NULL)
		*out_resource = resource;
	return schema;
}
