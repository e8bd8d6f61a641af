/* SPDX-License-Identifier: Apache-2.0 */
/* test_csv_rules - rows and cells of any dialect, torn files included, against the slow reader of
 * tests/csv/slow.py, which is written from the words of csv_row.h. */
#include "csv/csv_row.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"
#include "csv/csv_mask.h"
#include "csv_fixture.h"

enum { WORD = 40, MAX_CELLS = 64, PARTS = 10 };

static struct buf out;

/* A word in hex, "-" for none. */
static void unhex(const char *word, char *to, size_t room)
{
	size_t n = 0;
	for (const char *p = word; p[0] != '-' && p[0] != '\0' && n + 1 < room; p += 2) {
		const char pair[3] = { p[0], p[1], '\0' };
		to[n++] = (char)strtoul(pair, NULL, 16);
	}
	to[n] = '\0';
}

static bool read_dialect(FILE *in, struct csv_dialect *d)
{
	char word[PARTS][WORD];
	char one[2];
	for (size_t i = 0; i < PARTS; i++) {
		if (fscanf(in, "%39s", word[i]) != 1)
			return false;
	}
	*d = (struct csv_dialect){ .encoding = "utf-8" };
	unhex(word[0], d->delimiter, sizeof(d->delimiter));
	unhex(word[1], one, sizeof(one));
	d->quote = one[0];
	unhex(word[2], one, sizeof(one));
	d->escape = one[0];
	unhex(word[3], d->comment, sizeof(d->comment));
	d->line_end =
	    word[4][0] == 'l' ? CSV_LINE_LF : (word[4][0] == 'c' ? CSV_LINE_CR : CSV_LINE_MIXED);
	d->skip_space = word[5][0] == '1';
	d->preamble_lines = (uint32_t)strtoul(word[6], NULL, 10);
	d->header_rows = (uint32_t)strtoul(word[7], NULL, 10);
	d->footer_rows = (uint32_t)strtoul(word[8], NULL, 10);
	d->first_table = d->blank_ends = word[9][0] == '1';
	return true;
}

/* --- csv_row: where rows end, in windows of any size --- */

static void put_cells(const struct csv_row_window *w, size_t at, const struct csv_row *row)
{
	struct csv_cell cells[MAX_CELLS];
	char text[4096];
	const size_t n = csv_row_cells(w, at, row, cells, MAX_CELLS);
	assert_int_equal(n, row->cells);
	for (size_t i = 0; i < n && i < MAX_CELLS; i++) {
		const size_t bytes = cells[i].n & ~CSV_CELL_DOUBLED;
		const uint8_t *p = w->p + cells[i].at;
		buf_addc(&out, '[');
		assert_true(bytes < sizeof(text));
		if ((cells[i].n & CSV_CELL_DOUBLED) != 0)
			buf_add(&out, text, csv_row_unquote(p, bytes, w->dialect, text));
		else
			buf_add(&out, p, bytes);
		buf_addc(&out, ']');
	}
}

/* The row at a byte, looked for in a window that starts small and grows by `step`. */
static struct csv_row find(struct csv_row_window *w, size_t at, size_t n, size_t step)
{
	struct csv_row row;
	for (w->n = at + step < n ? at + step : n;; w->n = w->n + step < n ? w->n + step : n) {
		w->eof = w->n == n;
		csv_row_find(w, at, &row);
		if (row.kind != CSV_ROW_MORE)
			return row;
		assert_false(w->eof);
	}
}

static void find_rows(const struct csv_dialect *d, const char *p, size_t n, size_t step)
{
	static const char *const kinds[] = { "whole", "quote", "torn", "long" };
	struct csv_row_window w = { .p = (const uint8_t *)p, .n = n, .eof = true, .dialect = d };
	buf_reset(&out);
	for (size_t at = 0; at < n;) {
		w.n = n;
		w.eof = true;
		const size_t blank = csv_row_blank(&w, at);
		if (blank > 0) {
			at += blank;
			continue;
		}
		const struct csv_row row = find(&w, at, n, step);
		buf_printf(&out, "%s %zu %zu %zu ", kinds[row.kind], at, row.n, row.lines);
		if (row.kind == CSV_ROW_WHOLE)
			put_cells(&w, at, &row);
		buf_addc(&out, '\n');
		if (w.columns == 0)
			w.columns = row.cells;
		assert_true(row.next > at && row.next <= n);
		at = row.next;
	}
}

/* --- csv_split and csv_scan: masks of every level and all behind them, in blocks of any size ---
 */

static void put_good(const struct csv_batch *b, size_t slot)
{
	buf_printf(&out, "%lld %lld %lld ", (long long)b->row[slot], (long long)b->line[slot],
	    (long long)b->offset[slot]);
	for (size_t c = 0; c < b->n_columns; c++) {
		const struct csv_text *t = (const struct csv_text *)b->columns[c].data + slot;
		buf_addc(&out, '[');
		if (!csv_batch_is_null(b, c, slot))
			buf_add(&out, csv_text_p(t), csv_text_n(t));
		buf_addc(&out, ']');
	}
	buf_addc(&out, '\n');
}

static void put_batch(const struct csv_batch *b)
{
	size_t slot = 0;
	for (size_t k = 0; slot < b->rows || k < b->n_rejects;) {
		const struct csv_reject *j = &b->rejects[k];
		if (k == b->n_rejects || (slot < b->rows && b->row[slot] < j->row)) {
			put_good(b, slot++);
			continue;
		}
		k++;
		buf_printf(&out, "!%lld %lld %llu %llu %s\n", (long long)j->row, (long long)j->line,
		    (unsigned long long)j->offset, (unsigned long long)j->length, j->rule);
	}
}

static void scan_blocks(struct csv_split *split, const struct csv_schema *schema)
{
	struct err err = { 0 };
	struct csv_scan *scan = csv_scan_new(schema);
	struct csv_batch *batch = csv_batch_new(schema);
	struct csv_block block = { 0 };
	int rc;
	while ((rc = csv_split_next(split, &block, &err)) == 1) {
		csv_scan_begin(scan, &block);
		while (csv_scan_next(scan, batch)) {
			csv_batch_settle(batch);
			put_batch(batch);
		}
	}
	assert_int_equal(rc, 0);
	csv_block_done(&block);
	csv_batch_free(&batch);
	csv_scan_free(&scan);
}

static void scan(const struct csv_dialect *d, const char *p, size_t n, size_t step)
{
	struct err err = { 0 };
	struct fixture_file file = { .p = p, .n = n, .step = step };
	const struct csv_sniff_result sniffed = { .dialect = *d };
	const struct csv_split_params params = { .read = fixture_read,
		.arg = &file,
		.block_bytes = step,
		.given = { *d, CSV_SET_ENCODING },
		.sniffed = &sniffed };
	struct csv_split *split = NULL;
	struct csv_column columns[MAX_CELLS] = { 0 };
	struct csv_schema schema = { .columns = columns };
	buf_reset(&out);
	if (csv_split_open(&params, &split, &err) != 0) {
		buf_printf(&out, "%s: %s\n", err.code, err.msg);
		return;
	}
	schema.header = csv_split_header(split, &schema.file_columns);
	schema.n_columns = schema.file_columns;
	assert_true(schema.n_columns <= MAX_CELLS);
	for (size_t i = 0; i < schema.n_columns; i++) {
		columns[i].name = schema.header[i];
		columns[i].file_column = (int)i;
	}
	scan_blocks(split, &schema);
	csv_split_close(&split);
}

/* --- the cases --- */

typedef void (*read_fn)(const struct csv_dialect *d, const char *p, size_t n, size_t step);

static char *take(FILE *in, size_t n)
{
	char *p = mem_alloc(n + CSV_PAD_BYTES);
	assert_int_equal(fread(p, 1, n, in), n);
	return p;
}

static void check(read_fn read, const struct csv_dialect *d, const char *file, size_t n,
    const char *want, size_t seen)
{
	static const size_t steps[] = { 1 << 20, 1 << 20, 1 << 20, 1, 7, 100 };
	for (size_t s = 0; s < ARRAY_SIZE(steps); s++) {
		const enum csv_mask_level level = (enum csv_mask_level)(s % CSV_MASK_LEVELS_);
		csv_mask_force(csv_mask_level(level) == NULL ? CSV_MASK_PLAIN : level);
		read(d, file, n, steps[s]);
		if (strcmp(out.data, want) != 0)
			fail_msg(
			    "case %zu: delimiter '%s' quote '%c' escape '%c' comment '%s' line "
			    "end %d skip %d preamble %u header %u footer %u tables %d, "
			    "steps of %zu\n%s\n--- got\n%s--- want\n%s",
			    seen, d->delimiter, d->quote ? d->quote : ' ',
			    d->escape ? d->escape : ' ', d->comment, (int)d->line_end,
			    d->skip_space, d->preamble_lines, d->header_rows, d->footer_rows,
			    d->first_table, steps[s], file, out.data, want);
	}
}

static void run_cases(const char *form, read_fn read)
{
	const char *count = getenv("CSV_RULES_CASES");
	const char *seed = getenv("CSV_RULES_SEED");
	char command[128];
	struct csv_dialect d;
	size_t seen = 0;
	(void)snprintf(command, sizeof(command),
	    "/usr/bin/python3 tests/csv/cases.py %.4s %.12s %.9s", form,
	    seed == NULL ? "20261120" : seed, count == NULL ? "600" : count);
	FILE *in = popen(command, "r");
	assert_non_null(in);
	buf_init(&out, 8 << 20);
	for (; read_dialect(in, &d); seen++) {
		size_t file_n;
		size_t want_n;
		assert_int_equal(fscanf(in, "%zu %zu", &file_n, &want_n), 2);
		assert_int_equal(getc(in), '\n');
		char *file = take(in, file_n);
		char *want = take(in, want_n);
		check(read, &d, file, file_n, want, seen);
		free(file);
		free(want);
	}
	assert_int_equal(pclose(in), 0);
	assert_true(seen >= 100);
	buf_done(&out);
}

static void test_rows(void **state)
{
	(void)state;
	run_cases("rows", find_rows);
}

static void test_scan(void **state)
{
	(void)state;
	run_cases("scan", scan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_scan),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
