/* SPDX-License-Identifier: Apache-2.0 */
/* csv_fixture - texts through the whole reader, rows as lines. */
#include "csv_fixture.h"

#include <stdlib.h>

#include "base/die.h"
#include "base/mem.h"
#include "csv/csv_duration.h"
#include "csv/csv_uuid.h"

ssize_t fixture_read(void *arg, void *p, size_t n, struct err *err)
{
	struct fixture_file *f = arg;
	size_t take = f->n - f->at < n ? f->n - f->at : n;
	if (f->step > 0 && take > f->step)
		take = f->step;
	if (f->fail_at > 0 && f->at + take >= f->fail_at)
		return err_set(err, ERR_UNAVAILABLE, "disk went away");
	memcpy(p, f->p + f->at, take);
	f->at += take;
	return (ssize_t)take;
}

static void put_i128(struct buf *out, __int128 v)
{
	char digits[48];
	size_t at = sizeof(digits);
	unsigned __int128 u = v < 0 ? -(unsigned __int128)v : (unsigned __int128)v;
	do {
		digits[--at] = (char)('0' + (int)(u % 10));
		u /= 10;
	} while (u > 0);
	if (v < 0)
		buf_addc(out, '-');
	buf_add(out, digits + at, sizeof(digits) - at);
}

static void put_value(struct buf *out, const struct csv_batch *b, size_t c, size_t r)
{
	const struct csv_column *column = &b->schema->columns[c];
	const void *data = b->columns[c].data;
	const size_t size = csv_value_bytes(column);
	const char *at = (const char *)data + r * size;
	int64_t wide = 0;
	__int128 huge = 0;
	double real = 0;
	char shown[CSV_DURATION_TEXT_BYTES];
	if (csv_type_is_text(column->type)) {
		const struct csv_text *t = (const struct csv_text *)data + r;
		buf_add(out, csv_text_p(t), csv_text_n(t));
	} else if (column->type == CSV_DURATION) {
		csv_duration_format((const struct csv_duration *)data + r, shown);
		buf_adds(out, shown);
	} else if (column->type == CSV_UUID) {
		csv_uuid_format(((const unsigned __int128 *)data)[r], shown);
		buf_adds(out, shown);
	} else if (column->type == CSV_DOUBLE) {
		memcpy(&real, at, sizeof(real));
		buf_printf(out, "%.17g", real);
	} else if (size == sizeof(huge)) {
		memcpy(&huge, at, sizeof(huge));
		put_i128(out, huge);
	} else if (size == 4) {
		int32_t days;
		memcpy(&days, at, sizeof(days));
		buf_printf(out, "%d", days);
	} else {
		memcpy(&wide, at, size);
		buf_printf(out, "%lld", (long long)wide);
	}
}

static void put_batch(struct buf *out, const struct csv_batch *b)
{
	size_t r = 0;
	for (size_t k = 0; r < b->rows || k < b->n_rejects;) {
		const bool reject =
		    k < b->n_rejects && (r == b->rows || b->rejects[k].row < b->row[r]);
		if (reject) {
			const struct csv_reject *j = &b->rejects[k++];
			buf_printf(out, "!%lld %lld %llu %llu %d %s\n", (long long)j->row,
			    (long long)j->line, (unsigned long long)j->offset,
			    (unsigned long long)j->length, j->file_column, j->rule);
			continue;
		}
		for (size_t c = 0; c < b->n_columns; c++) {
			buf_addc(out, '[');
			if (csv_batch_is_null(b, c, r))
				buf_addc(out, '~');
			else
				put_value(out, b, c, r);
			buf_addc(out, ']');
		}
		buf_addc(out, '\n');
		r++;
	}
}

static enum csv_type type_of(char letter)
{
	static const char letters[] = "tidfbaszcruj";
	const char *hit = strchr(letters, letter == 'D' ? 'd' : letter);
	return hit == NULL ? CSV_TEXT : (enum csv_type)(hit - letters);
}

static size_t make_columns(const char *types, struct csv_column *columns)
{
	size_t n = 0;
	for (int i = 0; types[i] != '\0'; i++) {
		if (types[i] == '-')
			continue;
		columns[n++] = (struct csv_column){
			.name = "c",
			.type = type_of(types[i]),
			.file_column = i,
			.precision = types[i] == 'D' ? 38 : 18,
			.scale = types[i] == 'D' ? 10 : 2,
		};
	}
	return n;
}

static int scan_all(
    struct csv_split *split, const struct csv_schema *schema, struct buf *out, struct err *err)
{
	struct csv_scan *scan = csv_scan_new(schema);
	struct csv_batch *batch = csv_batch_new(schema);
	struct csv_block block = { 0 };
	int rc;
	while ((rc = csv_split_next(split, &block, err)) == 1) {
		int64_t rows = 0;
		csv_scan_begin(scan, &block);
		while (csv_scan_next(scan, batch)) {
			rows += (int64_t)batch->rows;
			csv_batch_settle(batch);
			put_batch(out, batch);
		}
		if (rows != block.rows)
			bug("split saw %lld rows, scan %lld", (long long)block.rows,
			    (long long)rows);
	}
	csv_block_done(&block);
	csv_batch_free(&batch);
	csv_scan_free(&scan);
	return rc;
}

/* What is tested is reading, not guessing: all is plain, and the header's first
 * delimiter separates. */
static void give_dialect(struct csv_given *given, const char *text, size_t n)
{
	*given =
	    (struct csv_given){ .set = CSV_SET_DELIMITER | CSV_SET_QUOTE | CSV_SET_ESCAPE |
				       CSV_SET_COMMENT | CSV_SET_SKIP_SPACE | CSV_SET_PREAMBLE |
				       CSV_SET_HEADER | CSV_SET_FOOTER | CSV_SET_TABLES };
	given->dialect.delimiter[0] = ',';
	bool quoted = false;
	for (size_t i = 0; i < n; i++) {
		quoted = quoted != (text[i] == '"');
		if (!quoted && memchr(",;\t|", text[i], 4) != NULL) {
			given->dialect.delimiter[0] = text[i];
			break;
		}
		if (!quoted && i > 0 && text[i] == '\n' && text[i - 1] != '\n')
			break;
	}
	given->dialect.quote = '"';
	given->dialect.header_rows = 1;
}

int fixture_scan(
    const char *text, size_t n, const char *types, size_t block_bytes, size_t step, struct buf *out)
{
	struct err err = { 0 };
	struct fixture_file file = { .p = text, .n = n, .step = step };
	struct csv_split_params p = {
		.read = fixture_read, .arg = &file, .block_bytes = block_bytes
	};
	give_dialect(&p.given, text, n);
	struct csv_split *split = NULL;
	if (csv_split_open(&p, &split, &err) != 0) {
		buf_printf(out, "?%s", err.code);
		return -1;
	}
	struct csv_column *columns = mem_array(CSV_MAX_COLUMNS, sizeof(*columns));
	struct csv_schema schema = { .columns = columns };
	schema.header = csv_split_header(split, &schema.file_columns);
	char *all = mem_alloc(schema.file_columns + 1);
	memset(all, 't', schema.file_columns);
	schema.n_columns = make_columns(types == NULL ? all : types, columns);
	const int rc = scan_all(split, &schema, out, &err);
	if (rc < 0)
		buf_printf(out, "?%s", err.msg);
	free(all);
	free(columns);
	csv_split_close(&split);
	return rc;
}
