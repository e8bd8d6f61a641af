/* SPDX-License-Identifier: Apache-2.0 */
/* engine_validate_rejects - the reject files, written from the spools of all ranges in file order.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "api/limits.h"
#include "base/die.h"
#include "base/mem.h"
#include "contract/refused.h"
#include "contract/rules.h"
#include "csv/csv_mend.h"
#include "engine_validate_spool.h"
#include "reject_cell.h"
#include "reject_shapes.h"

enum { LINE_MAX_BYTES = 1 << 30, JSON_LINE_BYTES = 64 << 10 };
_Static_assert((int)VALIDATE_JSONL_MAX + REJECT_SHAPES_LISTED * REJECT_SHAPES_SHOWN <=
		   (int)LIMIT_REJECTS_STORED,
    "all that travel are stored");

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
	R_CELL_AT,
	R_CELL_LENGTH,
	R_SHAPE,
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
	[R_CELL_AT] = { .name = "cell_at", .type = ENGINE_I64 },
	[R_CELL_LENGTH] = { .name = "cell_length", .type = ENGINE_I64 },
	[R_SHAPE] = { .name = "shape", .type = ENGINE_TEXT },
};

/* Reads the spools in order and writes all three files in one pass. */
struct output {
	struct validate *v;
	size_t range; /* being read */
	int64_t left; /* records of it not yet read; -1 = not begun */
	int64_t at;   /* byte of its spool where the next record begins */
	int64_t seq;
	FILE *csv, *jsonl;
	struct buf texts; /* bytes of the chunk at hand; never grows while it is filled */
	int64_t stored;
	size_t stored_bytes;
	uint8_t *shown; /* of each column and rule, up to VALIDATE_JSONL_EACH */
	struct reject_shapes *shapes;
};

/* A record with its texts. */
struct refused {
	struct validate_record r;
	const char *rule, *column; /* column: NULL the row as a whole */
	const char *message, *raw;
	const char *texts;              /* message, raw, shape; the chunk's */
	char shape[REJECT_SHAPE_BYTES]; /* when r.has_shape */
};

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
			o->at = 0;
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
		if (validate_spool_read(from, block, take, err) != 0)
			return -1;
		if (fwrite(block, 1, take, o->csv) != take)
			return err_set_errno(err, ERR_INTERNAL, errno, "write rejects.csv");
		n -= take;
	}
	return 0;
}

/* A whole number or null. */
static void add_number(struct buf *b, const char *name, int64_t n)
{
	if (n < 0)
		buf_printf(b, ",\"%s\":null", name);
	else
		buf_printf(b, ",\"%s\":%lld", name, (long long)n);
}

static int write_json(struct output *o, const struct refused *f, struct err *err)
{
	struct buf b;
	buf_init(&b, JSON_LINE_BYTES);
	const struct contract_refused shared = {
		.line = f->r.line,
		.row = f->r.row,
		.offset = f->r.offset,
		.length = f->r.length,
		.file_column = f->r.file_column,
		.column = f->column,
		.rule = f->rule,
		.message = { (const uint8_t *)f->message, f->r.message_n },
		.raw = { (const uint8_t *)f->raw, f->r.raw_n },
		.raw_truncated = f->r.raw_cut,
	};
	buf_printf(&b, "{\"seq\":%lld", (long long)o->seq);
	contract_refused_json(&b, &shared);
	add_number(&b, "cell_at", f->r.cell_at);
	add_number(&b, "cell_length", f->r.cell_n);
	contract_refused_text(&b, "shape", f->r.has_shape ? f->shape : NULL, f->r.shape_n);
	buf_adds(&b, "}\n");
	int rc = buf_check(&b, err);
	if (rc == 0 && fwrite(b.data, 1, b.n, o->jsonl) != b.n)
		rc = err_set_errno(err, ERR_INTERNAL, errno, "write rejects.jsonl");
	o->stored++;
	o->stored_bytes += b.n;
	buf_done(&b);
	return rc;
}

/* The first rows of the file, and some of each rule and column, so that no filter finds nothing;
 * some of each shape follow (show_shapes). */
static bool is_shown(struct output *o, const struct validate_record *r)
{
	size_t n_rules;
	(void)contract_rules(&n_rules);
	uint8_t *shown = &o->shown[(size_t)(r->file_column + 1) * n_rules + r->rule];
	if (o->stored_bytes >= VALIDATE_JSONL_BYTES ||
	    (o->seq > VALIDATE_JSONL_ROWS &&
		(*shown >= VALIDATE_JSONL_EACH || o->stored >= VALIDATE_JSONL_MAX)))
		return false;
	if (*shown < VALIDATE_JSONL_EACH)
		++*shown;
	return true;
}

static void put_text(struct engine_chunk *chunk, size_t column, size_t i, const char *p, size_t n)
{
	struct engine_text *texts = chunk->v[column].data;
	if (p == NULL)
		engine_set_null(&chunk->v[column], i);
	else
		engine_text_set(&texts[i], p, (uint32_t)n);
}

static void put_number(struct engine_chunk *chunk, size_t column, size_t i, int64_t n)
{
	if (n < 0)
		engine_set_null(&chunk->v[column], i);
	else
		((int64_t *)chunk->v[column].data)[i] = n;
}

static void put_row(struct output *o, struct engine_chunk *chunk, const struct refused *f)
{
	const size_t i = chunk->rows++;
	put_number(chunk, R_SEQ, i, o->seq);
	put_number(chunk, R_LINE, i, f->r.line);
	put_number(chunk, R_ROW, i, f->r.row);
	put_number(chunk, R_INDEX, i, f->r.file_column);
	put_text(chunk, R_COLUMN, i, f->column, f->column == NULL ? 0 : strlen(f->column));
	put_text(chunk, R_RULE, i, f->rule, strlen(f->rule));
	put_text(chunk, R_MESSAGE, i, f->message, f->r.message_n);
	put_number(chunk, R_OFFSET, i, f->r.offset);
	put_number(chunk, R_LENGTH, i, f->r.length);
	put_text(chunk, R_RAW, i, f->raw, f->r.raw_n);
	((bool *)chunk->v[R_CUT].data)[i] = f->r.raw_cut;
	put_number(chunk, R_CELL_AT, i, f->r.cell_at);
	put_number(chunk, R_CELL_LENGTH, i, f->r.cell_n);
	put_text(chunk, R_SHAPE, i, f->r.has_shape ? f->texts + f->r.message_n + f->r.raw_n : NULL,
	    f->r.shape_n);
}

static int read_record(
    struct output *o, struct validate_spool *s, struct refused *f, struct err *err)
{
	size_t n_rules;
	struct validate_record *r = &f->r;
	if (validate_spool_read(s->file, r, sizeof(*r), err) != 0)
		return -1;
	char *texts = o->texts.data + o->texts.n;
	const size_t n = (size_t)r->message_n + r->raw_n + r->shape_n;
	o->texts.n += n;
	if (validate_spool_read(s->file, texts, n, err) != 0)
		return -1;
	f->rule = contract_rules(&n_rules)[r->rule].id;
	f->column = r->file_column < 0 ? NULL : o->v->match.schema.header[r->file_column];
	f->message = texts;
	f->raw = texts + r->message_n;
	f->texts = texts;
	memcpy(f->shape, texts + r->message_n + r->raw_n, r->shape_n);
	f->shape[r->shape_n] = '\0';
	return 0;
}

static int take_record(
    struct output *o, struct validate_spool *s, struct engine_chunk *chunk, struct err *err)
{
	struct refused f = { 0 };
	const struct reject_place place = { .seq = ++o->seq, .range = o->range, .at = o->at };
	o->left--;
	if (read_record(o, s, &f, err) != 0 || copy_line(o, s->file, f.r.line_n, err) != 0)
		return -1;
	o->at += (int64_t)(sizeof(f.r) + f.r.message_n + f.r.raw_n + f.r.shape_n + f.r.line_n);
	const bool shown = is_shown(o, &f.r);
	if (shown && write_json(o, &f, err) != 0)
		return -1;
	reject_shapes_add(
	    o->shapes, f.rule, f.column, f.r.has_shape ? f.shape : NULL, shown ? NULL : &place);
	put_row(o, chunk, &f);
	return 0;
}

enum { ROW_TEXT_BYTES = CSV_MESSAGE_BYTES + 3 * CSV_RAW_BYTES + REJECT_SHAPE_BYTES };

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

static int show_hidden(struct output *o, const struct reject_place *place, struct err *err)
{
	struct refused f = { 0 };
	struct validate_spool *s = &o->v->ranges[place->range].rejects;
	if (fseeko(s->file, (off_t)place->at, SEEK_SET) != 0)
		return err_set_errno(err, ERR_INTERNAL, errno, "read refused rows again");
	o->texts.n = 0;
	o->seq = place->seq;
	return read_record(o, s, &f, err) != 0 ? -1 : write_json(o, &f, err);
}

/* Who opens a shape that the report lists finds rows, wherever they stand in the file. */
static int show_shapes(struct output *o, struct err *err)
{
	size_t n;
	const int64_t seq = o->seq;
	const struct reject_place *places = reject_shapes_hidden(o->shapes, o->v->a, &n);
	for (size_t i = 0; i < n && o->stored_bytes < VALIDATE_JSONL_BYTES; i++) {
		if (show_hidden(o, &places[i], err) != 0)
			return -1;
	}
	o->seq = seq;
	return 0;
}

static uint8_t *new_shown(const struct validate *v)
{
	size_t n_rules;
	(void)contract_rules(&n_rules);
	return mem_array((v->match.schema.file_columns + 1) * n_rules, 1);
}

int validate_rejects_write(struct validate *v, int64_t *out_stored, struct err *err)
{
	struct output o = { .v = v, .left = -1 };
	o.texts.cap = 4 << 20;
	o.texts.data = mem_alloc(o.texts.cap);
	o.shown = new_shown(v);
	o.shapes = reject_shapes_new();
	o.csv = create(v, "rejects.csv", err);
	o.jsonl = o.csv == NULL ? NULL : create(v, "rejects.jsonl", err);
	int rc = o.jsonl == NULL ? -1 : write_all(&o, err);
	if (rc == 0)
		rc = show_shapes(&o, err);
	struct err late = { 0 };
	if (finish(&o.csv, "rejects.csv", &late) != 0 && rc == 0)
		rc = (*err = late, -1);
	if (finish(&o.jsonl, "rejects.jsonl", &late) != 0 && rc == 0)
		rc = (*err = late, -1);
	if (rc == 0)
		v->shapes = reject_shapes_list(o.shapes, v->a);
	reject_shapes_free(&o.shapes);
	free(o.shown);
	free(o.texts.data);
	if (rc != 0)
		return -1;
	ASSERT(o.seq == v->total.account.rejected);
	*out_stored = o.stored;
	return 0;
}
