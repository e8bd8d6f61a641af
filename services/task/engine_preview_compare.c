/* SPDX-License-Identifier: Apache-2.0 */
/* engine_preview_compare - refused rows as records, and counts of them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "contract/rules.h"
#include "csv/csv_encoding.h"
#include "engine_preview.h"
#include "reject_cell.h"

struct line {
	uint32_t rule;      /* index of contract_rules */
	const char *column; /* NULL = the row as a whole; the arena's */
	int64_t count;
	cJSON *examples;
};

struct preview_side {
	struct arena *a;
	struct line lines[PREVIEW_LINES];
	size_t n;
	int64_t count;
};

struct preview_side *preview_side_new(struct arena *a)
{
	struct preview_side *s = arena_alloc(a, sizeof(*s));
	s->a = a;
	return s;
}

static bool is_of(const struct line *line, const struct preview_refused *f, const char *column)
{
	if (line->rule != f->r.rule || (line->column == NULL) != (column == NULL))
		return false;
	return column == NULL || strcmp(line->column, column) == 0;
}

/* NULL: there are too many kinds to be told apart. */
static struct line *line_of(
    struct preview_side *s, const struct preview_refused *f, const char *column)
{
	for (size_t i = 0; i < s->n; i++) {
		if (is_of(&s->lines[i], f, column))
			return &s->lines[i];
	}
	if (s->n == PREVIEW_LINES)
		return NULL;
	struct line *line = &s->lines[s->n++];
	*line = (struct line){
		.rule = f->r.rule,
		.column = column == NULL ? NULL : arena_dup(s->a, column),
		.examples = js_array(s->a),
	};
	return line;
}

static void add_example(cJSON *examples, const struct preview_refused *f)
{
	cJSON *one = cJSON_CreateObject();
	cJSON_AddItemToArray(examples, one);
	js_add_i64(one, "row", f->r.row);
	js_add_i64(one, "line", f->r.line);
	js_add_str(one, "message", f->message);
	js_add_str(one, "raw", f->raw);
	if (f->r.cell_at < 0) {
		(void)cJSON_AddNullToObject(one, "cell");
		return;
	}
	cJSON *cell = cJSON_AddObjectToObject(one, "cell");
	js_add_i64(cell, "at", f->r.cell_at);
	js_add_i64(cell, "length", f->r.cell_n);
}

void preview_side_add(
    struct preview_side *s, const struct preview_refused *f, const char *const *header)
{
	const char *column = f->r.file_column < 0 ? NULL : header[f->r.file_column];
	struct line *line = line_of(s, f, column);
	s->count++;
	if (line == NULL)
		return;
	if (line->count++ < PREVIEW_EXAMPLES)
		add_example(line->examples, f);
}

static int most_first(const void *x, const void *y)
{
	const struct line *a = x;
	const struct line *b = y;
	return a->count != b->count ? (a->count > b->count ? -1 : 1) : 0;
}

cJSON *preview_side_json(const struct preview_side *s, struct arena *a)
{
	size_t n_rules;
	const struct contract_rule *rules = contract_rules(&n_rules);
	struct line *order = arena_alloc(a, (s->n + 1) * sizeof(*order));
	cJSON *side = js_object(a);
	js_add_i64(side, "count", s->count);
	cJSON *list = cJSON_AddArrayToObject(side, "rules");
	memcpy(order, s->lines, s->n * sizeof(*order));
	qsort(order, s->n, sizeof(*order), most_first);
	for (size_t i = 0; i < s->n; i++) {
		cJSON *one = cJSON_CreateObject();
		cJSON_AddItemToArray(list, one);
		js_add_str(one, "rule", rules[order[i].rule].id);
		js_add_str(one, "column", order[i].column);
		js_add_i64(one, "count", order[i].count);
		cJSON_AddItemReferenceToObject(one, "examples", order[i].examples);
	}
	return side;
}

static int32_t chars_of(const struct csv_reject *r, size_t at, size_t n)
{
	char text[3 * PREVIEW_RAW_BYTES];
	const size_t used = csv_encoding_mend(r->raw.p + at, n, text);
	return (int32_t)reject_cell_chars(text, used);
}

static void render_one(
    const struct csv_reject *r, const struct contract_run_view *view, struct buf *out)
{
	char raw[3 * PREVIEW_RAW_BYTES];
	struct reject_cell cell;
	const size_t keep = r->raw.n < PREVIEW_RAW_BYTES
				? r->raw.n
				: csv_encoding_cut((const char *)r->raw.p, PREVIEW_RAW_BYTES - 1);
	struct preview_record head = {
		.row = r->row,
		.line = r->line,
		.offset = r->offset,
		.file_column = r->file_column,
		.cell_at = -1,
		.cell_n = -1,
		.rule = (uint32_t)contract_rule_index(r->rule),
		.message_n = (uint32_t)strlen(r->message),
		.raw_n = (uint32_t)csv_encoding_mend(r->raw.p, keep, raw),
	};
	if (reject_cell_find(r, &view->block->dialect, view->schema->file_columns, &cell) &&
	    cell.at + cell.n <= keep) {
		head.cell_at = chars_of(r, 0, cell.at);
		head.cell_n = chars_of(r, cell.at, cell.n);
	}
	buf_add(out, &head, sizeof(head));
	buf_add(out, r->message, head.message_n);
	buf_add(out, raw, head.raw_n);
}

void preview_render(const struct contract_run_view *view, struct buf *out)
{
	for (size_t i = 0; i < view->batch->n_rejects; i++)
		render_one(&view->batch->rejects[i], view, out);
}

bool preview_take(const char *p, size_t n, size_t *at, struct preview_refused *out)
{
	if (*at == n)
		return false;
	memcpy(&out->r, p + *at, sizeof(out->r));
	*at += sizeof(out->r);
	memcpy(out->message, p + *at, out->r.message_n);
	out->message[out->r.message_n] = '\0';
	*at += out->r.message_n;
	memcpy(out->raw, p + *at, out->r.raw_n);
	out->raw[out->r.raw_n] = '\0';
	*at += out->r.raw_n;
	return true;
}

int preview_read(FILE *f, struct preview_refused *out, struct err *err)
{
	if (fread(&out->r, sizeof(out->r), 1, f) != 1)
		return ferror(f) ? err_set_errno(err, ERR_INTERNAL, errno, "read refused rows") : 0;
	if (fread(out->message, 1, out->r.message_n, f) != out->r.message_n ||
	    fread(out->raw, 1, out->r.raw_n, f) != out->r.raw_n)
		return err_set(err, ERR_INTERNAL, "the list of refused rows ends too early");
	out->message[out->r.message_n] = '\0';
	out->raw[out->r.raw_n] = '\0';
	return 1;
}
