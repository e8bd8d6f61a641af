/* SPDX-License-Identifier: Apache-2.0 */
/*
 * engine_inspect - the inspect task: what the front of a file is, before it is a file of ours.
 *
 * Judges at most INSPECT_BYTES of what it holds once unpacked: dialect with evidence and runner-up,
 * columns with inferred types, the first rows. Writes nothing; all of it is the result line, which
 * bounds what is shown.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "contract/infer.h"
#include "contract/report_dialect.h"
#include "csv/csv_scan.h"
#include "task.h"

enum {
	INSPECT_BYTES = 4 << 20,
	INSPECT_COLUMNS = 500, /* that are told; all are counted */
	INSPECT_ROWS = 20,
	INSPECT_CELLS = 2000,     /* shown in all */
	INSPECT_CELL_BYTES = 120, /* of a cell or name that is shown */
};

struct inspect {
	struct task *task;
	struct arena *a;
	int fd;
	bool whole;   /* what we judge is the file */
	char *text;   /* the front of it as UTF-8; owned */
	size_t n, at; /* bytes of text; how many the splitter has */
	struct csv_input_found found;
	struct csv_split *split;
	struct contract_infer *infer;
	cJSON *rows;
	size_t shown; /* columns of a shown row */
	int64_t good, refused;
};

static ssize_t read_file(void *arg, void *p, size_t n, struct err *err)
{
	const struct inspect *i = arg;
	ssize_t got;
	do
		got = read(i->fd, p, n);
	while (got < 0 && errno == EINTR);
	return got < 0 ? err_set_errno(err, ERR_INTERNAL, errno, "read the file") : got;
}

/* The end of what was sent is no end of an archive. */
static bool is_cut(const struct inspect *i, const struct err *err)
{
	return !i->whole && i->n > 0 && strcmp(err->code, "file.archive") == 0;
}

/* Unpacked and decoded, up to the bound; what was cut off ends with its last whole line. */
static int read_front(struct inspect *i, struct err *err)
{
	const struct csv_given given = { 0 };
	const struct csv_input_params p = { .read = read_file, .arg = i, .given = &given };
	struct csv_input *in = NULL;
	ssize_t got = 0;
	if (csv_input_open(&p, &in, err) != 0)
		return -1;
	while (i->n < INSPECT_BYTES &&
	       (got = csv_input_read(in, i->text + i->n, INSPECT_BYTES - i->n, err)) > 0)
		i->n += (size_t)got;
	i->found = *csv_input_found(in);
	csv_input_close(&in);
	if (got < 0 && !is_cut(i, err))
		return -1;
	i->whole = i->whole && got == 0 && i->n < INSPECT_BYTES;
	const char *end = i->whole ? NULL : memrchr(i->text, '\n', i->n);
	if (end != NULL)
		i->n = (size_t)(end + 1 - i->text);
	return 0;
}

static ssize_t give_text(void *arg, void *p, size_t n, struct err *err)
{
	struct inspect *i = arg;
	const size_t left = i->n - i->at;
	const size_t take = n < left ? n : left;
	(void)err;
	memcpy(p, i->text + i->at, take);
	i->at += take;
	return (ssize_t)take;
}

/* Text as JSON takes it: cut between characters. */
static cJSON *shown_text(struct arena *a, const char *p, size_t n)
{
	size_t cut = n < INSPECT_CELL_BYTES ? n : INSPECT_CELL_BYTES;
	while (cut > 0 && cut < n && ((unsigned char)p[cut] & 0xc0) == 0x80)
		cut--;
	const char *text = arena_dup_n(a, p, cut);
	return cJSON_CreateString(cut < n ? arena_printf(a, "%s\xe2\x80\xa6", text) : text);
}

static void show_rows(struct inspect *i, const struct csv_batch *b)
{
	const size_t n = b->n_columns < i->shown ? b->n_columns : i->shown;
	for (size_t r = 0; r < b->rows && cJSON_GetArraySize(i->rows) < INSPECT_ROWS; r++) {
		cJSON *row = cJSON_CreateArray();
		cJSON_AddItemToArray(i->rows, row);
		for (size_t c = 0; c < n; c++) {
			const struct csv_text *t = &((struct csv_text *)b->columns[c].data)[r];
			const bool null = csv_batch_is_null(b, c, r);
			cJSON_AddItemToArray(
			    row, null ? cJSON_CreateString("")
				      : shown_text(i->a, csv_text_p(t), csv_text_n(t)));
		}
	}
}

static int read_blocks(struct inspect *i, struct err *err)
{
	const struct csv_schema *schema = contract_infer_schema(i->infer);
	struct csv_scan *scan = csv_scan_new(schema);
	struct csv_batch *b = csv_batch_new(schema);
	struct csv_block block = { 0 };
	int rc;
	while ((rc = csv_split_next(i->split, &block, err)) == 1) {
		csv_scan_begin(scan, &block);
		while (csv_scan_next(scan, b)) {
			csv_batch_settle(b);
			show_rows(i, b);
			contract_infer_batch(i->infer, b);
			i->good += (int64_t)b->rows;
			i->refused += (int64_t)b->n_rejects;
		}
	}
	csv_block_done(&block);
	csv_batch_free(&b);
	csv_scan_free(&scan);
	return rc;
}

/* A field of the draft beside its header and how many cells said so. */
static cJSON *column_of(
    struct inspect *i, const cJSON *field, const cJSON *evidence, const char *header)
{
	static const char *const members[] = { "type", "format", "decimalChar", "groupChar" };
	const cJSON *ours = cJSON_GetObjectItemCaseSensitive(field, "millrace");
	cJSON *column = cJSON_CreateObject();
	js_add_str(column, "name", js_str(field, "name"));
	cJSON_AddItemToObject(column, "header", shown_text(i->a, header, strlen(header)));
	for (size_t m = 0; m < ARRAY_SIZE(members); m++) {
		if (js_str(field, members[m]) != NULL)
			js_add_str(column, members[m], js_str(field, members[m]));
	}
	if (js_str(ours, "type") != NULL)
		js_add_str(column, "exact_type", js_str(ours, "type"));
	js_add_i64(column, "values", js_i64(evidence, "values", 0));
	js_add_i64(column, "empty", js_i64(evidence, "empty", 0));
	if (js_str(evidence, "ambiguous") != NULL)
		js_add_str(column, "ambiguous", js_str(evidence, "ambiguous"));
	return column;
}

static void add_columns(struct inspect *i, cJSON *result)
{
	const struct csv_schema *schema = contract_infer_schema(i->infer);
	const size_t n = schema->n_columns;
	const struct contract_infer_how how = {
		.sniffed = csv_split_sniffed(i->split),
		.row_rejects = i->refused,
	};
	cJSON *draft = contract_infer_draft(i->infer, &how, i->a);
	const cJSON *doc = cJSON_GetObjectItemCaseSensitive(draft, "doc");
	const cJSON *fields = cJSON_GetObjectItemCaseSensitive(doc, "fields");
	const cJSON *evidence = cJSON_GetObjectItemCaseSensitive(
	    cJSON_GetObjectItemCaseSensitive(draft, "evidence"), "columns");
	cJSON *columns = cJSON_AddArrayToObject(result, "columns");
	const cJSON *field = fields->child;
	const cJSON *of = evidence->child;
	for (size_t c = 0; c < n && c < INSPECT_COLUMNS && field != NULL; c++) {
		cJSON_AddItemToArray(columns, column_of(i, field, of, schema->columns[c].name));
		field = field->next;
		of = of == NULL ? NULL : of->next;
	}
	js_add_i64(result, "columns_total", (int64_t)n);
}

static void tell(struct inspect *i)
{
	cJSON *result = js_object(i->a);
	js_add_str(result, "verdict", "table");
	cJSON *dialect = contract_report_dialect(csv_split_sniffed(i->split));
	cJSON_AddItemToObject(result, "dialect", dialect);
	/* We decoded it before: nobody gave the encoding. */
	cJSON_ReplaceItemInObject(dialect, "encoding", cJSON_CreateString(i->found.encoding));
	cJSON_ReplaceItemInObject(dialect, "given", cJSON_CreateArray());
	js_add_str(result, "compression", csv_compression_name(i->found.compression));
	js_add_str(result, "encoding", i->found.encoding);
	js_add_i64(result, "rows_seen", i->good + i->refused);
	js_add_i64(result, "rows_refused", i->refused);
	(void)cJSON_AddBoolToObject(result, "whole", i->whole);
	add_columns(i, result);
	cJSON_AddItemReferenceToObject(result, "rows", i->rows);
	(void)cJSON_AddNullToObject(result, "reason");
	task_result(i->task, result);
}

/* It is no table, or none we can read: that is an answer, too. */
static void tell_unusable(struct inspect *i, const struct err *why)
{
	cJSON *result = js_object(i->a);
	js_add_str(result, "verdict", "unusable");
	cJSON *reason = cJSON_AddObjectToObject(result, "reason");
	js_add_str(reason, "code", why->code);
	(void)cJSON_AddObjectToObject(reason, "params");
	js_add_str(reason, "text", why->msg);
	task_result(i->task, result);
}

static bool is_files_fault(const struct err *err)
{
	return err->kind == ERR_INPUT &&
	       (strncmp(err->code, "file.", 5) == 0 || strncmp(err->code, "header.", 7) == 0);
}

static int judge(struct inspect *i, struct err *err)
{
	struct csv_split_params p = { .read = give_text, .arg = i };
	size_t n;
	if (read_front(i, err) != 0 || csv_given_set(&p.given, "encoding", "utf-8", err) != 0 ||
	    csv_split_open(&p, &i->split, err) != 0)
		return -1;
	const char *const *header = csv_split_header(i->split, &n);
	i->infer = contract_infer_new(header, n);
	i->shown = INSPECT_CELLS / INSPECT_ROWS;
	i->rows = js_array(i->a);
	return read_blocks(i, err);
}

int engine_inspect_run(const cJSON *spec, struct task *t, struct err *err)
{
	struct inspect i = {
		.task = t, .a = task_arena(t), .whole = js_bool(spec, "whole", false)
	};
	const char *input = js_str(spec, "input");
	if (input == NULL)
		return err_set(err, ERR_INTERNAL, "the specification names no input");
	i.fd = open(input, O_RDONLY | O_CLOEXEC);
	if (i.fd < 0)
		return err_set_errno(err, ERR_INTERNAL, errno, "open the file");
	i.text = mem_alloc(INSPECT_BYTES);
	int rc = judge(&i, err);
	if (rc == 0)
		tell(&i);
	else if (is_files_fault(err)) {
		tell_unusable(&i, err);
		rc = 0;
	}
	contract_infer_free(&i.infer);
	csv_split_close(&i.split);
	free(i.text);
	(void)close(i.fd);
	return rc;
}
