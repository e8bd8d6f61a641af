/* SPDX-License-Identifier: Apache-2.0 */
/* notes - repairs and changes, counted and shown. */
#include "contract/notes.h"

#include <stdlib.h>

#include "base/die.h"
#include "base/mem.h"
#include "csv/csv_encoding.h"
#include "csv/csv_mend.h"
#include "kit/json.h"

static const char *const rules[CONTRACT_NOTES_RULES] = { CSV_REPAIR_RULE_PAD,
	CSV_REPAIR_RULE_SURPLUS, CSV_REPAIR_RULE_JOIN, CSV_REPAIR_RULE_SPLIT };

const char *contract_notes_rule(size_t i)
{
	return rules[i];
}

static size_t rule_index(const char *rule)
{
	for (size_t i = 0; i < CONTRACT_NOTES_RULES; i++) {
		if (strcmp(rules[i], rule) == 0)
			return i;
	}
	bug("%s is no rule of repairs", rule);
}

void contract_notes_init(struct contract_notes *n, size_t n_columns)
{
	*n = (struct contract_notes){ .n_columns = n_columns };
	n->changes = mem_array(n_columns, sizeof(*n->changes));
}

static void drop_list(struct contract_notes *n)
{
	for (size_t i = 0; i < n->n_list; i++) {
		free(n->list[i].before);
		free(n->list[i].after);
	}
	free(n->list);
}

void contract_notes_done(struct contract_notes *n)
{
	drop_list(n);
	free(n->changes);
	*n = (struct contract_notes){ 0 };
}

size_t contract_notes_cut(const void *p, size_t n)
{
	return n <= CONTRACT_NOTES_TEXT ? n : csv_encoding_cut(p, CONTRACT_NOTES_TEXT);
}

static void add_text(struct buf *out, const void *p, size_t n)
{
	buf_addc(out, ',');
	csv_mend_cell(out, p, contract_notes_cut(p, n));
}

void contract_notes_csv_row(struct buf *out, const struct csv_repair *r)
{
	buf_printf(out, ",%lld,%lld,%llu,%s", (long long)r->row, (long long)r->line,
	    (unsigned long long)r->offset, r->rule);
	add_text(out, r->message, strlen(r->message));
	add_text(out, r->before.p, r->before.n);
	add_text(out, r->after, r->after_n);
	buf_addc(out, '\n');
}

static char *keep_text(const void *p, size_t n)
{
	const size_t most = contract_notes_cut(p, n);
	char *text = mem_alloc(most + 1);
	memcpy(text, p, most);
	return text;
}

static struct contract_note *new_note(struct contract_notes *n)
{
	if (n->n_list == n->alloc) {
		n->alloc = n->alloc == 0 ? 8 : n->alloc * 2;
		n->list = mem_resize(n->list, n->alloc * sizeof(*n->list));
	}
	return &n->list[n->n_list++];
}

static void take_repair(struct contract_notes *n, const struct csv_repair *r)
{
	n->repairs[rule_index(r->rule)]++;
	if (n->n_list >= CONTRACT_NOTES_REPAIRS)
		return;
	struct contract_note *note = new_note(n);
	*note = (struct contract_note){
		.row = r->row,
		.line = r->line,
		.offset = r->offset,
		.length = r->length,
		.file_column = r->file_column,
		.rule = r->rule,
		.before = keep_text(r->before.p, r->before.n),
		.after = keep_text(r->after, r->after_n),
	};
	memcpy(note->message, r->message, sizeof(note->message));
}

static void take_changes(struct csv_changes *to, const struct csv_changes *from)
{
	to->n += from->n;
	for (size_t i = 0; i < from->n_first && to->n_first < CSV_CHANGES_KEPT; i++)
		to->first[to->n_first++] = from->first[i];
}

void contract_notes_batch(struct contract_notes *n, const struct csv_batch *b)
{
	for (size_t i = 0; i < b->n_repairs; i++)
		take_repair(n, &b->repairs[i]);
	for (size_t c = 0; c < n->n_columns; c++) {
		if (b->columns[c].changes != NULL)
			take_changes(&n->changes[c], b->columns[c].changes);
	}
}

void contract_notes_add(struct contract_notes *n, struct contract_notes *other)
{
	for (size_t i = 0; i < CONTRACT_NOTES_RULES; i++)
		n->repairs[i] += other->repairs[i];
	for (size_t i = 0; i < other->n_list && n->n_list < CONTRACT_NOTES_REPAIRS; i++) {
		*new_note(n) = other->list[i];
		other->list[i].before = other->list[i].after = NULL;
	}
	for (size_t c = 0; c < n->n_columns; c++)
		take_changes(&n->changes[c], &other->changes[c]);
	drop_list(other);
	other->list = NULL;
	other->n_list = other->alloc = 0;
	memset(other->repairs, 0, sizeof(other->repairs));
	memset(other->changes, 0, other->n_columns * sizeof(*other->changes));
}

static void report_note(
    const struct contract_note *note, const struct csv_schema *schema, cJSON *list)
{
	const int c = note->file_column;
	cJSON *o = cJSON_CreateObject();
	cJSON_AddItemToArray(list, o);
	js_add_i64(o, "row", note->row);
	js_add_i64(o, "line", note->line);
	js_add_i64(o, "offset", (int64_t)note->offset);
	js_add_i64(o, "length", (int64_t)note->length);
	js_add_str(o, "column", c < 0 ? NULL : schema->header[c]);
	js_add_str(o, "rule", note->rule);
	js_add_str(o, "message", note->message);
	js_add_str(o, "before", note->before);
	js_add_str(o, "after", note->after);
}

static void report_repairs(
    const struct contract_notes *n, const struct csv_schema *schema, cJSON *report)
{
	int64_t all = 0;
	cJSON *o = cJSON_AddObjectToObject(report, "repairs");
	cJSON *by_rule = cJSON_CreateArray();
	for (size_t i = 0; i < CONTRACT_NOTES_RULES; i++) {
		all += n->repairs[i];
		if (n->repairs[i] == 0)
			continue;
		cJSON *line = cJSON_CreateObject();
		cJSON_AddItemToArray(by_rule, line);
		js_add_str(line, "rule", rules[i]);
		js_add_i64(line, "count", n->repairs[i]);
	}
	js_add_i64(o, "count", all);
	cJSON_AddItemToObject(o, "by_rule", by_rule);
	cJSON *rows = cJSON_AddArrayToObject(o, "rows");
	for (size_t i = 0; i < n->n_list; i++)
		report_note(&n->list[i], schema, rows);
}

static void report_change(const struct csv_changes *c, const char *name, cJSON *list)
{
	cJSON *o = cJSON_CreateObject();
	cJSON_AddItemToArray(list, o);
	js_add_str(o, "column", name);
	js_add_i64(o, "count", (int64_t)c->n);
	cJSON *examples = cJSON_AddArrayToObject(o, "examples");
	for (size_t i = 0; i < c->n_first; i++) {
		cJSON *e = cJSON_CreateObject();
		cJSON_AddItemToArray(examples, e);
		js_add_i64(e, "row", c->first[i].row);
		js_add_i64(e, "line", c->first[i].line);
		js_add_str(e, "before", c->first[i].before);
		js_add_str(e, "after", c->first[i].after);
	}
}

void contract_notes_report(
    const struct contract_notes *n, const struct csv_schema *schema, cJSON *report)
{
	report_repairs(n, schema, report);
	cJSON *list = cJSON_AddArrayToObject(report, "changes");
	for (size_t c = 0; c < n->n_columns; c++) {
		if (n->changes[c].n > 0)
			report_change(&n->changes[c], schema->columns[c].name, list);
	}
}
