/* SPDX-License-Identifier: Apache-2.0 */
/* infer_table - texts to batches, drafts to words. */
#include "infer_table.h"

#include <string.h>

#include "base/die.h"
#include "csv/csv_batch.h"
#include "kit/json.h"

static struct csv_text make_cell(const char *p, size_t n, struct arena *a)
{
	char *padded = arena_alloc(a, n + CSV_PAD_BYTES);
	memcpy(padded, p, n);
	return csv_text_make(padded, n);
}

static const char *take_cell(const char *p, size_t *n)
{
	*n = strcspn(p, "|\n");
	return p + *n + (p[*n] == '|' ? 1 : 0);
}

void infer_table_parse(const char *text, struct arena *a, struct infer_table *out)
{
	size_t lines = 0;
	size_t n;
	*out = (struct infer_table){ 0 };
	for (const char *p = text; *p != '\0'; p++)
		lines += *p == '\n' ? 1 : 0;
	const char *end = text + strcspn(text, "\n");
	for (const char *p = text; p < end || out->columns == 0;) {
		const char *next = take_cell(p, &n);
		if (out->columns < INFER_TABLE_COLUMNS)
			out->header[out->columns++] = arena_dup_n(a, p, n);
		p = next;
		if (next >= end)
			break;
	}
	out->cells = arena_alloc(a, (lines + 1) * out->columns * sizeof(*out->cells));
	while (*end == '\n' && end[1] != '\0') {
		const char *p = end + 1;
		end = p + strcspn(p, "\n");
		for (size_t c = 0; c < out->columns; c++) {
			const char *next = take_cell(p, &n);
			out->cells[out->rows * out->columns + c] = make_cell(p, n, a);
			p = next > end ? end : next;
		}
		out->rows++;
	}
}

void infer_table_feed(
    struct contract_infer *i, const struct infer_table *t, const uint32_t *rows, size_t n)
{
	struct csv_batch *b = csv_batch_new(contract_infer_schema(i));
	for (size_t c = 0; c < t->columns; c++) {
		struct csv_vector *v = &b->columns[c];
		struct csv_text *data = v->data;
		memset(v->valid, 0xFF, b->cap / 8);
		for (size_t r = 0; r < n; r++) {
			data[r] = t->cells[rows[r] * t->columns + c];
			if (csv_text_n(&data[r]) > 0)
				continue;
			v->valid[r / 64] &= ~(UINT64_C(1) << (r % 64));
			v->nulls++;
		}
	}
	for (size_t r = 0; r < n; r++) {
		b->row[r] = (int64_t)rows[r] + 1;
		b->line[r] = (int64_t)rows[r] + 2;
	}
	b->rows = n;
	contract_infer_batch(i, b);
	csv_batch_free(&b);
}

cJSON *infer_table_draft(const struct infer_table *t, bool unattended, struct arena *a)
{
	const struct contract_infer_how how = { .unattended = unattended };
	struct contract_infer *i = contract_infer_new(t->header, t->columns);
	uint32_t rows[CSV_BATCH_ROWS];
	for (size_t at = 0; at < t->rows;) {
		size_t n = 0;
		while (n < CSV_BATCH_ROWS && at < t->rows)
			rows[n++] = (uint32_t)at++;
		infer_table_feed(i, t, rows, n);
	}
	cJSON *draft = contract_infer_draft(i, &how, a);
	contract_infer_free(&i);
	return draft;
}

static void put_quoted(struct buf *out, const char *p, size_t n)
{
	if (n == 0)
		return;
	buf_printf(out, "\"");
	for (size_t k = 0; k < n; k++)
		buf_printf(out, "%s%c", p[k] == '"' ? "\"" : "", p[k]);
	buf_printf(out, "\"");
}

void infer_table_csv(const struct infer_table *t, struct buf *out)
{
	for (size_t c = 0; c < t->columns; c++) {
		buf_printf(out, "%s", c > 0 ? "," : "");
		put_quoted(out, t->header[c], strlen(t->header[c]));
	}
	buf_printf(out, "\n");
	for (size_t r = 0; r < t->rows; r++) {
		for (size_t c = 0; c < t->columns; c++) {
			const struct csv_text *cell = &t->cells[r * t->columns + c];
			buf_printf(out, "%s", c > 0 ? "," : "");
			put_quoted(out, csv_text_p(cell), csv_text_n(cell));
		}
		buf_printf(out, "\n");
	}
}

struct csv_given infer_table_dialect(void)
{
	static const char *const parts[][2] = { { "delimiter", "comma" }, { "quote", "\"" },
		{ "escape", "none" }, { "comment", "none" }, { "line_end", "lf" },
		{ "skip_space", "false" }, { "preamble", "0" }, { "header", "1" },
		{ "footer", "0" }, { "tables", "all" }, { "encoding", "utf-8" } };
	struct csv_given given = { 0 };
	struct err err = { 0 };
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		if (csv_given_set(&given, parts[i][0], parts[i][1], &err) != 0)
			bug("%s", err.msg);
	}
	return given;
}

static const cJSON *member(const cJSON *v, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(v, name);
}

static const char *append(const char *text, const cJSON *obj, const char *name, struct arena *a)
{
	const char *value = js_str(obj, name);
	return value == NULL ? text : arena_printf(a, "%s %s", text, value);
}

const char *infer_table_field(const cJSON *draft, int column, struct arena *a)
{
	const cJSON *field = cJSON_GetArrayItem(member(member(draft, "doc"), "fields"), column);
	const cJSON *ours = member(field, "millrace");
	const char *text = append(js_str(field, "type"), ours, "type", a);
	if (js_i64(ours, "precision", 0) > 0)
		text = arena_printf(a, "%s %d %d", text, (int)js_i64(ours, "precision", 0),
		    (int)js_i64(ours, "scale", 0));
	text = append(text, field, "format", a);
	text = append(text, field, "decimalChar", a);
	text = append(text, field, "groupChar", a);
	text = append(text, ours, "locale", a);
	if (member(ours, "normalise") != NULL)
		text = arena_printf(a, "%s trim", text);
	const cJSON *yes = cJSON_GetArrayItem(member(field, "trueValues"), 0);
	return yes == NULL ? text : arena_printf(a, "%s %s", text, yes->valuestring);
}

const cJSON *infer_table_evidence(const cJSON *draft, int column)
{
	return cJSON_GetArrayItem(member(member(draft, "evidence"), "columns"), column);
}
