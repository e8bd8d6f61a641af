/* SPDX-License-Identifier: Apache-2.0 */
/* test_csv_sniff_random - of 2,000 random files at least 99.5 % are read back cell for cell.
 * SNIFF_SEED begins at another seed than 1. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"
#include "csv/csv_header.h"
#include "csv/csv_sniff.h"
#include "sniff_make.h"

enum { FILES = 2000, MISSES = 10, SHOWN_BYTES = 300 };

/* The cells of the rows a dialect finds, each row a line, cells in brackets. */
static void read_back(const uint8_t *p, size_t n, const struct csv_sniff_result *r, struct buf *out)
{
	const struct csv_dialect *d = &r->dialect;
	const struct csv_row_window w = {
		.p = p, .n = n, .eof = true, .dialect = d, .columns = r->chosen.columns
	};
	struct csv_cell cells[64];
	char *text = mem_alloc(n + 1);
	size_t at = 0;
	size_t rows = 0;
	for (uint32_t i = 0; i < d->preamble_lines; i++)
		at = csv_row_line(&w, at);
	while (at < n) {
		struct csv_row row;
		const size_t blank = csv_row_blank(&w, at);
		at += blank;
		if (blank > 0)
			continue;
		csv_row_find(&w, at, &row);
		const size_t count =
		    row.kind == CSV_ROW_WHOLE ? csv_row_cells(&w, at, &row, cells, 64) : 0;
		for (size_t c = 0; c < count && c < 64; c++) {
			const size_t bytes = cells[c].n & ~CSV_CELL_DOUBLED;
			size_t used = bytes;
			if ((cells[c].n & CSV_CELL_DOUBLED) != 0)
				used = csv_row_unquote(p + cells[c].at, bytes, d, text);
			else
				memcpy(text, p + cells[c].at, bytes);
			buf_addc(out, '[');
			buf_add(out, text, used);
			buf_addc(out, ']');
		}
		buf_addc(out, '\x1e');
		rows++;
		at = row.next;
	}
	for (uint32_t i = 0; i < d->footer_rows && out->n > 0; i++) {
		out->n--;
		while (out->n > 0 && out->data[out->n - 1] != '\x1e')
			out->n--;
		out->data[out->n] = '\0';
	}
	free(text);
}

static void want(const struct made_file *f, struct buf *out)
{
	for (size_t r = 0; r < f->rows; r++) {
		for (size_t c = 0; c < f->columns; c++)
			buf_printf(out, "[%s]", f->cells[r][c]);
		buf_addc(out, '\x1e');
	}
}

static void show(uint64_t seed, const struct made_file *f, const struct csv_sniff_result *r)
{
	char found[CSV_DIALECT_WORD_BYTES];
	char made[CSV_DIALECT_WORD_BYTES];
	print_message(
	    "seed %llu: found %s, quote %c, escape %c, comment %s, %s, skip %d, preamble %u, "
	    "header %u, footer %u; made %s, quote %c, escape %c, comment %s, %s, skip %d, "
	    "preamble %u, header %u, footer %zu\n%.*s\n",
	    (unsigned long long)seed, csv_dialect_word(r->dialect.delimiter, found),
	    r->dialect.quote == '\0' ? '0' : r->dialect.quote,
	    r->dialect.escape == '\0' ? '0' : r->dialect.escape, r->dialect.comment,
	    csv_line_end_word(&r->dialect), r->dialect.skip_space, r->dialect.preamble_lines,
	    r->dialect.header_rows, r->dialect.footer_rows,
	    csv_dialect_word(f->dialect.delimiter, made),
	    f->dialect.quote == '\0' ? '0' : f->dialect.quote,
	    f->dialect.escape == '\0' ? '0' : f->dialect.escape, f->dialect.comment,
	    csv_line_end_word(&f->dialect), f->dialect.skip_space, f->dialect.preamble_lines,
	    f->dialect.header_rows, f->footer, SHOWN_BYTES, f->text.data);
}

/* Bit 0: the cells are the same; bit 1: so is the number of header rows. */
static unsigned check(uint64_t seed, struct made_file *f)
{
	const struct csv_given given = { 0 };
	struct csv_sniff_result r = { 0 };
	struct err err = { 0 };
	struct buf found;
	struct buf made;
	make_file(seed, f);
	uint8_t *padded = mem_alloc(f->text.n + CSV_PAD_BYTES);
	memcpy(padded, f->text.data, f->text.n);
	buf_init(&found, 1 << 20);
	buf_init(&made, 1 << 20);
	want(f, &made);
	if (csv_sniff(padded, f->text.n, true, &given, &r, &err) == 0)
		read_back(padded, f->text.n, &r, &found);
	else
		print_message("seed %llu: %s\n", (unsigned long long)seed, err.msg);
	const bool same = found.n == made.n && memcmp(found.data, made.data, made.n) == 0;
	if (!same)
		show(seed, f, &r);
	const bool header = r.dialect.header_rows == f->dialect.header_rows;
	buf_done(&found);
	buf_done(&made);
	buf_done(&f->text);
	free(padded);
	return (same ? 1U : 0U) | (header ? 2U : 0U);
}

/* One of the usual delimiters, double quotes, nothing around the table. */
static bool is_plain(const struct made_file *f)
{
	const struct csv_dialect *d = &f->dialect;
	return strlen(d->delimiter) == 1 && strchr(",;\t|", d->delimiter[0]) != NULL &&
	       d->quote == '"' && d->escape == '\0' && d->comment[0] == '\0' && !d->skip_space &&
	       d->line_end == CSV_LINE_LF && d->preamble_lines == 0 && f->footer == 0;
}

/* For tests/csv/sniffers.py: the files and their cells, rows ended by 1e, cells by two 1f. */
static void dump(const char *dir, struct made_file *f)
{
	for (uint64_t seed = 1; seed <= FILES; seed++) {
		char path[512];
		make_file(seed, f);
		(void)snprintf(path, sizeof(path), "%s/%04llu.csv", dir, (unsigned long long)seed);
		FILE *out = fopen(path, "wb");
		assert_non_null(out);
		assert_int_equal(fwrite(f->text.data, 1, f->text.n, out), f->text.n);
		assert_int_equal(fclose(out), 0);
		(void)snprintf(path, sizeof(path), "%s/%04llu.%s", dir, (unsigned long long)seed,
		    is_plain(f) ? "plain" : "cells");
		out = fopen(path, "wb");
		assert_non_null(out);
		for (size_t r = 0; r < f->rows; r++) {
			for (size_t c = 0; c < f->columns; c++)
				(void)fprintf(out, "%s%s", f->cells[r][c],
				    c + 1 < f->columns ? "\x1f\x1f" : "\x1e");
		}
		assert_int_equal(fclose(out), 0);
		buf_done(&f->text);
	}
}

static void test_random_files_are_read_back(void **state)
{
	struct made_file *f = mem_alloc(sizeof(*f));
	size_t misses = 0;
	size_t headers = 0;
	(void)state;
	if (getenv("SNIFF_DUMP") != NULL)
		dump(getenv("SNIFF_DUMP"), f);
	const char *other = getenv("SNIFF_SEED");
	const uint64_t first = other == NULL ? 1 : strtoull(other, NULL, 10);
	for (uint64_t seed = first; seed < first + FILES; seed++) {
		const unsigned bits = check(seed, f);
		misses += (bits & 1) == 0;
		headers += (bits & 2) == 0;
	}
	print_message(
	    "%zu of %d files were not read back, %zu have another number of header rows\n", misses,
	    FILES, headers);
	free(f);
	assert_true(misses <= MISSES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_files_are_read_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
