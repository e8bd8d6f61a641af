/* SPDX-License-Identifier: Apache-2.0 */
/*
 * engine_validate_rejects - refused rows: kept per range while ranges run, written in file order
 * after.
 *
 * A spool record is struct record, then message, raw bytes and the line for rejects.csv.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/die.h"
#include "base/mem.h"
#include "contract/rules.h"
#include "csv/csv_encoding.h"
#include "csv/csv_mend.h"
#include "engine_validate.h"

enum { LINE_MAX_BYTES = 1 << 30, JSON_LINE_BYTES = 64 << 10 };

struct record {
	int64_t row, line, offset, length;
	int32_t file_column;
	uint32_t rule;      /* index of contract_rules */
	uint32_t message_n; /* bytes that follow */
	uint32_t raw_n;     /* UTF-8, of at most CSV_RAW_BYTES bytes of the row */
	uint32_t line_n;    /* for rejects.csv, from the second column on */
};

static const char *spool_path(const struct validate *v, size_t number, char *out, size_t room)
{
	(void)snprintf(out, room, "%s/rejects-%zu.spool", v->spec.scratch, number);
	return out;
}

static int spool_write(struct validate_spool *s, const void *p, size_t n, struct err *err)
{
	if (fwrite(p, 1, n, s->file) != n)
		return err_set_errno(err, ERR_INTERNAL, errno, "write refused rows");
	return 0;
}

static int add_record(struct validate *v, struct validate_spool *s, const struct csv_reject *r,
    const struct csv_dialect *d, struct err *err)
{
	char raw[3 * CSV_RAW_BYTES];
	const size_t keep = r->raw.n < CSV_RAW_BYTES ? r->raw.n : CSV_RAW_BYTES;
	const struct csv_schema *schema = &v->match.schema;
	struct buf line;
	buf_init(&line, LINE_MAX_BYTES);
	csv_mend_row(&line, r, d, schema->header, schema->file_columns);
	const struct record head = {
		.row = r->row,
		.line = r->line,
		.offset = (int64_t)r->offset,
		.length = (int64_t)r->length,
		.file_column = r->file_column,
		.rule = (uint32_t)contract_rule_index(r->rule),
		.message_n = (uint32_t)strlen(r->message),
		.raw_n = (uint32_t)csv_encoding_utf8(d->coding, r->raw.p, keep, raw),
		.line_n = (uint32_t)line.n,
	};
	int rc = buf_check(&line, err);
	if (rc == 0)
		rc = spool_write(s, &head, sizeof(head), err) == 0 &&
			     spool_write(s, r->message, head.message_n, err) == 0 &&
			     spool_write(s, raw, head.raw_n, err) == 0
			 ? spool_write(s, line.data, head.line_n, err)
			 : -1;
	buf_done(&line);
	return rc;
}

int validate_spool_add(struct validate *v, struct validate_spool *s, size_t number,
    const struct csv_batch *b, const struct csv_dialect *d, struct err *err)
{
	char path[4096];
	if (s->file == NULL) {
		s->file = fopen(spool_path(v, number, path, sizeof(path)), "w+e");
		if (s->file == NULL)
			return err_set_errno(
			    err, ERR_INTERNAL, errno, "make a file for refused rows");
	}
	for (size_t i = 0; i < b->n_rejects; i++) {
		if (add_record(v, s, &b->rejects[i], d, err) != 0)
			return -1;
		s->rows++;
	}
	return 0;
}

void validate_spool_done(const struct validate *v, struct validate_spool *s, size_t number)
{
	char path[4096];
	if (s->file == NULL)
		return;
	(void)fclose(s->file);
	(void)unlink(spool_path(v, number, path, sizeof(path)));
	*s = (struct validate_spool){ 0 };
}

/* Columns of rejects.parquet. */
enum {
	R_SEQ,
	R_LINE,
	R_ROW,
	R_INDEX,
	R_COLUMN,
	R_RULE,
	R_MESSAGE,
	R_OFFSET,
	R_LENGTH,
	R_RAW,
	R_CUT,
	R_COUNT_
};

static const struct engine_column reject_columns[R_COUNT_] = {
	[R_SEQ] = { .name = "seq", .type = ENGINE_I64 },
	[R_LINE] = { .name = "line", .type = ENGINE_I64 },
	[R_ROW] = { .name = "row", .type = ENGINE_I64 },
	[R_INDEX] = { .name = "column_index", .type = ENGINE_I64 },
	[R_COLUMN] = { .name = "column", .type = ENGINE_TEXT },
	[R_RULE] = { .name = "rule", .type = ENGINE_TEXT },
	[R_MESSAGE] = { .name = "message", .type = ENGINE_TEXT },
	[R_OFFSET] = { .name = "offset", .type = ENGINE_I64 },
	[R_LENGTH] = { .name = "length", .type = ENGINE_I64 },
	[R_RAW] = { .name = "raw", .type = ENGINE_TEXT },
	[R_CUT] = { .name = "raw_truncated", .type = ENGINE_BOOL },
};

/* Reads the spools in order and writes all three files in one pass. */
struct output {
	struct validate *v;
	size_t range; /* being read */
	int64_t left; /* records of it not yet read; -1 = not begun */
	int64_t seq;
	FILE *csv, *jsonl;
	struct buf texts; /* bytes of the chunk at hand; never grows while it is filled */
	int64_t stored;
};

static int read_bytes(FILE *f, void *p, size_t n, struct err *err)
{
	if (fread(p, 1, n, f) != n)
		return err_set(err, ERR_INTERNAL, "a file of refused rows ends too early");
	return 0;
}

/* The spool that holds the next record; NULL when all are read. */
static struct validate_spool *next_spool(struct output *o)
{
	for (; o->range < o->v->booked; o->range++, o->left = -1) {
		struct validate_spool *s = &o->v->ranges[o->range].rejects;
		if (s->file == NULL)
			continue;
		if (o->left < 0) {
			rewind(s->file);
			o->left = s->rows;
		}
		if (o->left > 0)
			return s;
	}
	return NULL;
}

static int copy_line(struct output *o, FILE *from, size_t n, struct err *err)
{
	char block[8192];
	if (fprintf(o->csv, "%lld", (long long)o->seq) < 0)
		return err_set_errno(err, ERR_INTERNAL, errno, "write rejects.csv");
	while (n > 0) {
		const size_t take = n < sizeof(block) ? n : sizeof(block);
		if (read_bytes(from, block, take, err) != 0)
			return -1;
		if (fwrite(block, 1, take, o->csv) != take)
			return err_set_errno(err, ERR_INTERNAL, errno, "write rejects.csv");
		n -= take;
	}
	return 0;
}

static const char *column_name(const struct output *o, const struct record *r)
{
	return r->file_column < 0 ? NULL : o->v->match.schema.header[r->file_column];
}

static int write_json(
    struct output *o, const struct record *r, const char *message, const char *raw, struct err *err)
{
	size_t n_rules;
	const struct contract_rule *rules = contract_rules(&n_rules);
	const char *column = column_name(o, r);
	struct buf b;
	buf_init(&b, JSON_LINE_BYTES);
	buf_printf(&b, "{\"seq\":%lld,\"line\":%lld,\"row\":%lld,", (long long)o->seq,
	    (long long)r->line, (long long)r->row);
	if (column == NULL) {
		buf_adds(&b, "\"column_index\":null,\"column\":null");
	} else {
		buf_printf(&b, "\"column_index\":%d,\"column\":", r->file_column);
		buf_add_json_string(&b, column, strlen(column));
	}
	buf_printf(&b, ",\"rule\":\"%s\",\"message\":", rules[r->rule].id);
	buf_add_json_string(&b, message, r->message_n);
	buf_printf(&b, ",\"offset\":%lld,\"length\":%lld,\"raw\":", (long long)r->offset,
	    (long long)r->length);
	buf_add_json_string(&b, raw, r->raw_n);
	buf_printf(&b, ",\"raw_truncated\":%s}\n", r->length > CSV_RAW_BYTES ? "true" : "false");
	int rc = buf_check(&b, err);
	if (rc == 0 && fwrite(b.data, 1, b.n, o->jsonl) != b.n)
		rc = err_set_errno(err, ERR_INTERNAL, errno, "write rejects.jsonl");
	buf_done(&b);
	o->stored++;
	return rc;
}

static void put_text(struct engine_chunk *chunk, size_t column, size_t i, const char *p, size_t n)
{
	struct engine_text *texts = chunk->v[column].data;
	engine_text_set(&texts[i], p, (uint32_t)n);
}

static void put_row(struct output *o, struct engine_chunk *chunk, const struct record *r,
    const char *message, const char *raw)
{
	size_t n_rules;
	const struct contract_rule *rules = contract_rules(&n_rules);
	const size_t i = chunk->rows++;
	const char *column = column_name(o, r);
	const int64_t numbers[R_COUNT_] = { [R_SEQ] = o->seq,
		[R_LINE] = r->line,
		[R_ROW] = r->row,
		[R_INDEX] = r->file_column,
		[R_OFFSET] = r->offset,
		[R_LENGTH] = r->length };
	for (size_t c = 0; c < R_COUNT_; c++) {
		if (reject_columns[c].type == ENGINE_I64)
			((int64_t *)chunk->v[c].data)[i] = numbers[c];
	}
	put_text(chunk, R_RULE, i, rules[r->rule].id, strlen(rules[r->rule].id));
	put_text(chunk, R_MESSAGE, i, message, r->message_n);
	put_text(chunk, R_RAW, i, raw, r->raw_n);
	((bool *)chunk->v[R_CUT].data)[i] = r->length > CSV_RAW_BYTES;
	if (column != NULL) {
		put_text(chunk, R_COLUMN, i, column, strlen(column));
		return;
	}
	engine_set_null(&chunk->v[R_INDEX], i);
	engine_set_null(&chunk->v[R_COLUMN], i);
}

static int take_record(
    struct output *o, struct validate_spool *s, struct engine_chunk *chunk, struct err *err)
{
	struct record r;
	if (read_bytes(s->file, &r, sizeof(r), err) != 0)
		return -1;
	char *message = o->texts.data + o->texts.n;
	char *raw = message + r.message_n;
	o->texts.n += r.message_n + r.raw_n;
	o->seq++;
	o->left--;
	if (read_bytes(s->file, message, (size_t)r.message_n + r.raw_n, err) != 0 ||
	    copy_line(o, s->file, r.line_n, err) != 0)
		return -1;
	if (o->seq <= VALIDATE_JSONL_ROWS && write_json(o, &r, message, raw, err) != 0)
		return -1;
	put_row(o, chunk, &r, message, raw);
	return 0;
}

enum { ROW_TEXT_BYTES = CSV_MESSAGE_BYTES + 3 * CSV_RAW_BYTES };

static int fill(void *arg, struct engine_chunk *chunk, struct err *err)
{
	struct output *o = arg;
	struct validate_spool *s;
	chunk->rows = 0;
	o->texts.n = 0;
	while (chunk->rows < chunk->capacity && o->texts.n + ROW_TEXT_BYTES <= o->texts.cap &&
	       (s = next_spool(o)) != NULL) {
		if (take_record(o, s, chunk, err) != 0)
			return -1;
	}
	return 0;
}

static FILE *create(const struct validate *v, const char *name, struct err *err)
{
	FILE *f = fopen(arena_printf(v->a, "%s/%s", v->spec.scratch, name), "wxe");
	if (f == NULL)
		err_set_errno(err, ERR_INTERNAL, errno, "make %s", name);
	return f;
}

static int finish(FILE **f, const char *name, struct err *err)
{
	const bool bad = *f != NULL && fclose(*f) != 0;
	*f = NULL;
	return bad ? err_set_errno(err, ERR_INTERNAL, errno, "write %s", name) : 0;
}

static int write_all(struct output *o, struct err *err)
{
	const struct engine_source source = {
		.name = "millrace_rejects",
		.columns = reject_columns,
		.n_columns = R_COUNT_,
		.fill = fill,
		.arg = o,
	};
	const struct validate *v = o->v;
	struct engine_conn *con = NULL;
	struct buf head;
	buf_init(&head, LINE_MAX_BYTES);
	csv_mend_header(&head, v->match.schema.header, v->match.schema.file_columns);
	int rc = fwrite(head.data, 1, head.n, o->csv) == head.n
		     ? 0
		     : err_set_errno(err, ERR_INTERNAL, errno, "write rejects.csv");
	buf_done(&head);
	if (rc == 0)
		rc = engine_connect(v->engine, &con, err);
	if (rc == 0)
		rc = engine_source_add(con, &source, err);
	if (rc == 0)
		rc = engine_exec(con, err,
		    "COPY (SELECT * FROM millrace_rejects()) TO %s (FORMAT parquet, COMPRESSION "
		    "snappy)",
		    engine_quote_text(
			v->a, arena_printf(v->a, "%s/rejects.parquet", v->spec.scratch)));
	engine_disconnect(&con);
	return rc;
}

int validate_rejects_write(struct validate *v, int64_t *out_stored, struct err *err)
{
	struct output o = { .v = v, .left = -1 };
	o.texts.cap = 4 << 20;
	o.texts.data = mem_alloc(o.texts.cap);
	o.csv = create(v, "rejects.csv", err);
	o.jsonl = o.csv == NULL ? NULL : create(v, "rejects.jsonl", err);
	int rc = o.jsonl == NULL ? -1 : write_all(&o, err);
	struct err late = { 0 };
	if (finish(&o.csv, "rejects.csv", &late) != 0 && rc == 0)
		rc = (*err = late, -1);
	if (finish(&o.jsonl, "rejects.jsonl", &late) != 0 && rc == 0)
		rc = (*err = late, -1);
	free(o.texts.data);
	if (rc != 0)
		return -1;
	ASSERT(o.seq == v->total.account.rejected);
	*out_stored = o.stored;
	return 0;
}
