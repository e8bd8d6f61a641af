/* SPDX-License-Identifier: Apache-2.0 */
/* csv_table - rows of a text, by one thread or several. */
#include "csv_table.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/die.h"
#include "base/mem.h"
#include "csv/csv_encoding.h"

/* The text of one block's rows. */
struct piece {
	struct buf text;
	struct table_count count;
};

struct table {
	const struct table_spec *spec;
	size_t at; /* bytes read */
	struct csv_split *split;
	struct csv_schema schema;
	pthread_mutex_t lock;
	struct piece *pieces;
	size_t n;
	struct err err;
	int rc;
};

static ssize_t read_text(void *arg, void *p, size_t n, struct err *err)
{
	struct table *t = arg;
	(void)err;
	const size_t left = t->spec->n - t->at;
	size_t take = left < n ? left : n;
	if (t->spec->step > 0 && take > t->spec->step)
		take = t->spec->step;
	if (take > 0)
		memcpy(p, t->spec->text + t->at, take);
	t->at += take;
	return (ssize_t)take;
}

static void put_value(struct buf *out, const struct csv_batch *b, size_t c, size_t r)
{
	const struct csv_column *column = &b->schema->columns[c];
	const void *data = b->columns[c].data;
	buf_addc(out, '[');
	if (csv_batch_is_null(b, c, r)) {
		buf_addc(out, '~');
	} else if (column->type == CSV_TEXT) {
		const struct csv_text *t = (const struct csv_text *)data + r;
		buf_add(out, csv_text_p(t), csv_text_n(t));
	} else if (column->type == CSV_DATE) {
		buf_printf(out, "%d", ((const int32_t *)data)[r]);
	} else {
		buf_printf(out, "%lld", (long long)((const int64_t *)data)[r]);
	}
	buf_addc(out, ']');
}

static void put_reject(struct buf *out, const struct csv_reject *j)
{
	buf_printf(out, "!%lld %lld %llu %llu %d %s\n", (long long)j->row, (long long)j->line,
	    (unsigned long long)j->offset, (unsigned long long)j->length, j->file_column, j->rule);
}

static void put_repair(struct buf *out, const struct csv_repair *r)
{
	buf_printf(out, "+%lld %lld %d %s ", (long long)r->row, (long long)r->line, r->file_column,
	    r->rule);
	buf_add(out, r->before.p, r->before.n);
	buf_adds(out, " -> ");
	buf_add(out, r->after, r->after_n);
	buf_addc(out, '\n');
}

static void put_changes(struct piece *p, const struct csv_batch *b)
{
	for (size_t c = 0; c < b->n_columns; c++) {
		const struct csv_changes *changes = b->columns[c].changes;
		p->count.changed += changes == NULL ? 0 : changes->n;
		for (size_t i = 0; changes != NULL && i < changes->n_first; i++)
			buf_printf(&p->text, "*%lld %zu %s -> %s\n",
			    (long long)changes->first[i].row, c, changes->first[i].before,
			    changes->first[i].after);
	}
}

static void put_batch(struct piece *p, const struct csv_batch *b)
{
	struct buf *out = &p->text;
	size_t k = 0;
	size_t m = 0;
	for (size_t r = 0; r < b->rows || k < b->n_rejects;) {
		if (k < b->n_rejects && (r == b->rows || b->rejects[k].row < b->row[r])) {
			put_reject(out, &b->rejects[k++]);
			p->count.rejected++;
			continue;
		}
		const bool repaired = m < b->n_repairs && b->repairs[m].row == b->row[r];
		if (repaired)
			put_repair(out, &b->repairs[m++]);
		p->count.repaired += repaired ? 1 : 0;
		p->count.good += repaired ? 0 : 1;
		for (size_t c = 0; c < b->n_columns; c++)
			put_value(out, b, c, r);
		buf_addc(out, '\n');
		r++;
	}
	if (m != b->n_repairs)
		bug("a repair without its row");
	put_changes(p, b);
}

/* Rows follow each other in the file, and so do their lines. */
static void check_places(const struct table *t, const struct csv_batch *b)
{
	for (size_t i = 0; i < b->rows; i++) {
		const uint64_t end = (uint64_t)b->offset[i] + b->length[i];
		const bool rises =
		    i == 0 || (b->offset[i] > b->offset[i - 1] && b->line[i] > b->line[i - 1] &&
				  b->row[i] == b->row[i - 1] + 1);
		if (end > t->spec->n || !rises || b->line[i] < 1)
			bug("row %lld stands at %lld, line %lld", (long long)b->row[i],
			    (long long)b->offset[i], (long long)b->line[i]);
	}
}

static void scan_block(struct table *t, struct csv_scan *scan, struct csv_batch *batch,
    const struct csv_block *block, struct piece *p)
{
	int64_t rows = 0;
	csv_scan_begin(scan, block);
	while (csv_scan_next(scan, batch)) {
		rows += (int64_t)batch->rows;
		check_places(t, batch);
		csv_batch_settle(batch);
		put_batch(p, batch);
	}
	if (rows != block->rows)
		bug("the splitter saw %lld rows, the scan %lld", (long long)block->rows,
		    (long long)rows);
	p->count.read += rows + (block->has_skipped ? 1 : 0);
}

/* The next block and the piece that is its own. */
static int take_block(struct table *t, struct csv_block *block, size_t *out_piece)
{
	pthread_mutex_lock(&t->lock);
	if (t->rc == 1)
		t->rc = csv_split_next(t->split, block, &t->err);
	const int rc = t->rc;
	if (rc == 1) {
		t->pieces = mem_resize(t->pieces, (t->n + 1) * sizeof(*t->pieces));
		t->pieces[t->n] = (struct piece){ 0 };
		*out_piece = t->n++;
	}
	pthread_mutex_unlock(&t->lock);
	return rc;
}

static void *work(void *arg)
{
	struct table *t = arg;
	struct csv_scan *scan = csv_scan_new(&t->schema);
	struct csv_batch *batch = csv_batch_new(&t->schema);
	struct csv_block block = { 0 };
	size_t at;
	while (take_block(t, &block, &at) == 1) {
		struct piece p = { 0 };
		buf_init(&p.text, 64 << 20);
		scan_block(t, scan, batch, &block, &p);
		pthread_mutex_lock(&t->lock);
		t->pieces[at] = p;
		pthread_mutex_unlock(&t->lock);
	}
	csv_block_done(&block);
	csv_batch_free(&batch);
	csv_scan_free(&scan);
	return NULL;
}

static void run(struct table *t)
{
	pthread_t threads[8];
	const int more = t->spec->threads > 8 ? 8 : t->spec->threads - 1;
	for (int i = 0; i < more; i++) {
		if (pthread_create(&threads[i], NULL, work, t) != 0)
			bug("no thread");
	}
	(void)work(t);
	for (int i = 0; i < more; i++)
		(void)pthread_join(threads[i], NULL);
}

static enum csv_type type_of(char letter)
{
	switch (letter) {
	case 'i':
		return CSV_INTEGER;
	case 'd':
		return CSV_DECIMAL;
	case 'a':
		return CSV_DATE;
	default:
		return CSV_TEXT;
	}
}

static struct csv_column *make_columns(const struct table_spec *spec, struct csv_schema *schema)
{
	struct csv_column *columns = mem_array(schema->file_columns, sizeof(*columns));
	for (size_t i = 0; i < schema->file_columns; i++) {
		const bool known = spec->types != NULL && i < strlen(spec->types);
		columns[i] = (struct csv_column){
			.name = schema->header[i],
			.type = known ? type_of(spec->types[i]) : CSV_TEXT,
			.file_column = (int)i,
			.precision = 18,
			.scale = 2,
		};
		if (columns[i].type == CSV_TEXT)
			columns[i].normal = (uint8_t)spec->normal;
	}
	schema->columns = columns;
	schema->n_columns = schema->file_columns;
	return columns;
}

static void join_pieces(struct table *t, struct buf *out, struct table_count *count)
{
	*count = (struct table_count){ 0 };
	for (size_t i = 0; i < t->n; i++) {
		struct piece *p = &t->pieces[i];
		buf_add(out, p->text.data, p->text.n);
		count->read += p->count.read;
		count->good += p->count.good;
		count->repaired += p->count.repaired;
		count->rejected += p->count.rejected;
		count->changed += p->count.changed;
		buf_done(&p->text);
	}
	free(t->pieces);
	if (count->read != count->good + count->repaired + count->rejected)
		bug("the books of the rows do not balance");
}

int table_read(const struct table_spec *spec, struct buf *out, struct table_count *count)
{
	struct table t = { .spec = spec, .rc = 1 };
	const struct csv_sniff_result known = { .dialect = spec->dialect };
	const struct csv_split_params p = {
		.read = read_text,
		.arg = &t,
		.sniffed = &known,
		.block_bytes = spec->block_bytes,
		.given.set = CSV_SET_ENCODING,
		.given.dialect.encoding = "utf-8",
	};
	if (csv_split_open(&p, &t.split, &t.err) != 0) {
		buf_printf(out, "?%s", t.err.code);
		return -1;
	}
	t.schema.header = csv_split_header(t.split, &t.schema.file_columns);
	t.schema.missing = spec->missing;
	t.schema.repair = spec->repair;
	struct csv_column *columns = make_columns(spec, &t.schema);
	(void)pthread_mutex_init(&t.lock, NULL);
	run(&t);
	(void)pthread_mutex_destroy(&t.lock);
	join_pieces(&t, out, count);
	if (t.rc < 0)
		buf_printf(out, "?%s", t.err.msg);
	free(columns);
	csv_split_close(&t.split);
	return t.rc;
}

/* Cells of a whole row, as csv_row has them. */
static void put_cells(
    struct buf *out, const struct csv_row_window *w, size_t at, const struct csv_row *row)
{
	struct csv_cell *cells = mem_array(row->cells, sizeof(*cells));
	(void)csv_row_cells(w, at, row, cells, row->cells);
	for (size_t i = 0; i < row->cells; i++) {
		const size_t n = cells[i].n & ~CSV_CELL_DOUBLED;
		char *plain = mem_alloc(n + 1);
		size_t used = n;
		memcpy(plain, w->p + cells[i].at, n);
		if ((cells[i].n & CSV_CELL_DOUBLED) != 0)
			used = csv_row_unquote(w->p + cells[i].at, n, w->dialect, plain);
		buf_addc(out, '[');
		buf_add(out, n == 0 ? "~" : plain, n == 0 ? 1 : used);
		buf_addc(out, ']');
		free(plain);
	}
	buf_addc(out, '\n');
	free(cells);
}

static const char *rule_of(const struct csv_row_window *w, size_t at, const struct csv_row *row)
{
	if (row->kind == CSV_ROW_LONG_CELL)
		return CSV_RULE_FIELD;
	if (row->kind != CSV_ROW_WHOLE)
		return CSV_RULE_QUOTE;
	if (row->cells != w->columns)
		return CSV_RULE_CELLS;
	if (memchr(w->p + at, 0, row->n) != NULL)
		return CSV_RULE_NUL;
	return csv_encoding_is_utf8(w->p + at, row->n) ? NULL : CSV_RULE_UTF8;
}

void table_by_rows(const struct table_spec *spec, struct buf *out)
{
	uint8_t *text = mem_alloc(spec->n + CSV_PAD_BYTES);
	memcpy(text, spec->text, spec->n);
	struct csv_row_window w = {
		.p = text, .n = spec->n, .eof = true, .dialect = &spec->dialect
	};
	long long line = 1;
	struct csv_row row;
	long long number = 0;
	const size_t mark = spec->n >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
	for (size_t at = mark; at < w.n; at = row.next, line += (long long)row.lines) {
		const size_t blank = csv_row_blank(&w, at);
		row = (struct csv_row){ .next = at + blank, .lines = 1 };
		if (blank > 0)
			continue;
		csv_row_find(&w, at, &row);
		if (number++ == 0) {
			w.columns = row.cells;
			continue;
		}
		const char *rule = rule_of(&w, at, &row);
		if (rule == NULL)
			put_cells(out, &w, at, &row);
		else
			buf_printf(
			    out, "!%lld %lld %zu %zu -1 %s\n", number - 1, line, at, row.n, rule);
	}
	free(text);
}

struct csv_dialect table_dialect(const uint8_t *bytes)
{
	static const char *const delimiters[] = { ",", ";", "\t", "||", ", ", "aba", "", " " };
	static const char *const comments[] = { "", "", "", "#", "//" };
	static const char quotes[] = { '"', '"', '\'', '\0' };
	static const char escapes[] = { '\0', '\0', '\\', '"' };
	struct csv_dialect d = {
		.quote = quotes[bytes[0] % sizeof(quotes)],
		.escape = escapes[bytes[1] % sizeof(escapes)],
		.line_end = (enum csv_line_end)(bytes[2] % 3),
		.skip_space = bytes[3] % 4 == 0,
		.header_rows = 1,
	};
	const char *delimiter = delimiters[bytes[4] % ARRAY_SIZE(delimiters)];
	const char *comment = comments[bytes[5] % ARRAY_SIZE(comments)];
	memcpy(d.delimiter, delimiter, strlen(delimiter));
	memcpy(d.comment, comment, strlen(comment));
	return d;
}
