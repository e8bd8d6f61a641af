/* SPDX-License-Identifier: Apache-2.0 */
/* report_dialect - a dialect with its evidence as JSON. */
#include "contract/report_dialect.h"

#include <stdio.h>

#include "base/macros.h"
#include "kit/json.h"

static void add_word(cJSON *o, const char *name, const char *chars)
{
	char word[CSV_DIALECT_WORD_BYTES];
	js_add_str(o, name, csv_dialect_word(chars, word));
}

static void add_char(cJSON *o, const char *name, char c)
{
	const char chars[2] = { c, '\0' };
	add_word(o, name, chars);
}

static void add_double(cJSON *o, const char *name, double v)
{
	/* Four digits: more would only make reports differ by the last bit. */
	(void)cJSON_AddNumberToObject(o, name, (double)(int64_t)(v * 10000.0 + 0.5) / 10000.0);
}

static cJSON *reading(const struct csv_sniff_reading *r)
{
	if (r->rows == 0)
		return cJSON_CreateNull();
	cJSON *o = cJSON_CreateObject();
	add_word(o, "delimiter", r->delimiter);
	add_char(o, "quote", r->quote);
	add_char(o, "escape", r->escape);
	(void)cJSON_AddBoolToObject(o, "skip_space", r->skip_space);
	js_add_i64(o, "columns", (int64_t)r->columns);
	js_add_i64(o, "rows", (int64_t)r->rows);
	js_add_i64(o, "regular_rows", (int64_t)r->regular_rows);
	js_add_i64(o, "bad_rows", (int64_t)r->bad_rows);
	add_double(o, "typed_pct", r->typed_pct);
	add_double(o, "score", r->score);
	return o;
}

static void add_dialect(cJSON *o, const struct csv_dialect *d)
{
	static const char *const ends[] = { "lf", "cr", "mixed" };
	add_word(o, "delimiter", d->delimiter);
	add_char(o, "quote", d->quote);
	add_char(o, "escape", d->escape);
	add_word(o, "comment", d->comment);
	js_add_str(
	    o, "line_end", d->line_end == CSV_LINE_LF && d->crlf ? "crlf" : ends[d->line_end]);
	(void)cJSON_AddBoolToObject(o, "skip_space", d->skip_space);
	js_add_i64(o, "preamble_lines", d->preamble_lines);
	js_add_i64(o, "header_rows", d->header_rows);
	js_add_i64(o, "footer_rows", d->footer_rows);
	(void)cJSON_AddBoolToObject(o, "first_table", d->first_table);
	js_add_str(o, "encoding", d->encoding);
	(void)cJSON_AddBoolToObject(o, "bom", d->bom_bytes > 0);
}

static void add_given(cJSON *o, uint32_t given)
{
	static const struct {
		enum csv_part part;
		const char *name;
	} parts[] = {
		{ CSV_SET_DELIMITER, "delimiter" },
		{ CSV_SET_QUOTE, "quote" },
		{ CSV_SET_ESCAPE, "escape" },
		{ CSV_SET_COMMENT, "comment" },
		{ CSV_SET_LINE_END, "line_end" },
		{ CSV_SET_SKIP_SPACE, "skip_space" },
		{ CSV_SET_PREAMBLE, "preamble" },
		{ CSV_SET_HEADER, "header" },
		{ CSV_SET_FOOTER, "footer" },
		{ CSV_SET_TABLES, "tables" },
		{ CSV_SET_ENCODING, "encoding" },
	};
	cJSON *list = cJSON_AddArrayToObject(o, "given");
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		if ((given & (uint32_t)parts[i].part) != 0)
			cJSON_AddItemToArray(list, cJSON_CreateString(parts[i].name));
	}
}

static void add_tables(cJSON *o, const struct csv_sniff_table *tables, size_t n, size_t cap)
{
	const size_t kept = n < cap ? n : cap;
	cJSON *list = cJSON_AddArrayToObject(o, "tables");
	for (size_t i = 0; i < kept; i++) {
		cJSON *table = cJSON_CreateObject();
		cJSON_AddItemToArray(list, table);
		js_add_i64(table, "line", tables[i].line);
		js_add_i64(table, "columns", (int64_t)tables[i].columns);
		js_add_i64(table, "rows", (int64_t)tables[i].rows);
	}
	js_add_i64(o, "more_tables", (int64_t)(n - kept));
}

void contract_report_tables(cJSON *dialect, const struct csv_rest_tables *tables)
{
	cJSON_DeleteItemFromObjectCaseSensitive(dialect, "tables");
	cJSON_DeleteItemFromObjectCaseSensitive(dialect, "more_tables");
	add_tables(dialect, tables->at, tables->n, CSV_REST_TABLES);
}

static const char *or_null(const char *text)
{
	return text[0] == '\0' ? NULL : text;
}

cJSON *contract_report_dialect(const struct csv_sniff_result *s)
{
	if (s == NULL)
		return cJSON_CreateNull();
	cJSON *o = cJSON_CreateObject();
	add_dialect(o, &s->dialect);
	add_given(o, s->given);
	if (s->returned)
		(void)cJSON_AddBoolToObject(o, "rejects_file", true);
	add_double(o, "confidence", s->confidence);
	(void)cJSON_AddBoolToObject(o, "ambiguous", s->ambiguous);
	cJSON *sample = cJSON_AddObjectToObject(o, "sample");
	js_add_i64(sample, "bytes", (int64_t)s->sample_bytes);
	(void)cJSON_AddBoolToObject(sample, "whole", s->whole);
	cJSON_AddItemToObject(o, "chosen", reading(&s->chosen));
	cJSON_AddItemToObject(o, "runner_up", reading(&s->runner_up));
	js_add_str(o, "why", or_null(s->why));
	js_add_str(o, "why_header", or_null(s->why_header));
	js_add_str(o, "doubt", or_null(s->doubt));
	add_tables(o, s->tables, s->n_tables, CSV_SNIFF_TABLES);
	return o;
}
