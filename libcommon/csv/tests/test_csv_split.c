/* SPDX-License-Identifier: Apache-2.0 */
/* test_csv_split - every part of a dialect, and the same rows at every cut, by any number of
 * threads and with any masks. */
#include "csv/csv_split.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"
#include "csv_fixture.h"
#include "csv_table.h"

struct dialect_case {
	const char *name;
	struct csv_dialect dialect;
	const char *text, *want;
};

#define COMMA .delimiter = ",", .quote = '"', .header_rows = 1

static const struct dialect_case cases[] = {
	{ "delimiter of two", { .delimiter = "||", .quote = '"', .header_rows = 1 },
	    "a||b\n1||2\n|||3\n\"x||y\"||z\n", "[1][2]\n[~][|3]\n[x||y][z]\n" },
	{ "comma and blank", { .delimiter = ", ", .quote = '"', .header_rows = 1 },
	    "a, b\n\"x, y\", 1,2\n", "[x, y][1,2]\n" },
	{ "delimiter that overlaps itself", { .delimiter = "aba", .quote = '"', .header_rows = 1 },
	    "xabay\n1ababa2\nababaaba\n", "[1][ba2]\n!2 3 14 8 -1 row.cells\n" },
	{ "no delimiter", { .quote = '"', .header_rows = 1 }, "a,b\nx,y\n\"p\"\n", "[x,y]\n[p]\n" },
	{ "no quote", { .delimiter = ",", .header_rows = 1 }, "a,b\n\"x,y\"\n\"z,1\n",
	    "[\"x][y\"]\n[\"z][1]\n" },
	{ "single quotes", { .delimiter = ",", .quote = '\'', .header_rows = 1 },
	    "a,b\n'x,''y',\"\n", "[x,'y][\"]\n" },
	{ "escape", { COMMA, .escape = '\\' },
	    "a,b\n\"x\\\"y\",1\n\"\\\\\",2\n\"a\\n\",\\\n\"p\"\"q\",3\n",
	    "[x\"y][1]\n[\\][2]\n[a\\n][\\]\n[p\"q][3]\n" },
	{ "escaped quote at a line's end", { COMMA, .escape = '\\' }, "a,b\n\"x\\\"\ny\",1\n2,3\n",
	    "[x\"\ny][1]\n[2][3]\n" },
	{ "comments", { COMMA, .comment = "#" }, "#c\na,b\n# \"x\n1,#2\n#\n3,4\n#end",
	    "[1][#2]\n[3][4]\n" },
	{ "comment mark of two", { COMMA, .comment = "//" }, "a,b\n/1,2\n//1,2\n3,4\n",
	    "[/1][2]\n[3][4]\n" },
	{ "CR", { COMMA, .line_end = CSV_LINE_CR }, "a,b\r1,x\ny\r\r\"p\",q\r",
	    "[1][x\ny]\n[p][q]\n" },
	{ "mixed", { COMMA, .line_end = CSV_LINE_MIXED },
	    "a,b\r1,2\n3,4\r\n\r\n\n\r\"5\",\"6\"\r\n7,8", "[1][2]\n[3][4]\n[5][6]\n[7][8]\n" },
	{ "CR is text where lines end with LF", { COMMA }, "a,b\n1\r2,3\r\r\n", "[1\r2][3\r]\n" },
	{ "blanks before cells", { COMMA, .skip_space = true }, "a, b\n 1,  x \n\t2, \"y,z\"\n",
	    "[1][x ]\n[2][y,z]\n" },
	{ "blanks as delimiter and before cells",
	    { .delimiter = " ", .quote = '"', .header_rows = 1, .skip_space = true },
	    "a b\n1  \n\t2 \"y z\"\n", "!1 2 4 3 -1 row.cells\n[2][y z]\n" },
	{ "preamble", { COMMA, .preamble_lines = 2 }, "Report \"x\nof, today,\na,b\n1,2\n",
	    "[1][2]\n" },
	{ "two header rows", { .delimiter = ",", .quote = '"', .header_rows = 2 },
	    "a,b\nx,y\n1,2\n", "[1][2]\n" },
	{ "no header", { .delimiter = ",", .quote = '"' }, "1,2\n3,4\n", "[1][2]\n[3][4]\n" },
	{ "footer", { COMMA, .footer_rows = 2 }, "a,b\n1,2\n3,4\n\nsum,\"x\"\n\nend\n",
	    "[1][2]\n[3][4]\n" },
	{ "nothing but footer", { COMMA, .footer_rows = 3 }, "a,b\n1,2\n3,4\n", "" },
	{ "the first table", { COMMA, .first_table = true }, "a,b\n1,2\n\n3,4\n5\n\nx,y,z\n1,2,3\n",
	    "[1][2]\n[3][4]\n!3 5 13 1 -1 row.cells\n" },
	{ "the first table, up to a blank line", { COMMA, .first_table = true, .blank_ends = true },
	    "a,b\n\n1,2\n\n3,4\n5,6\n", "[1][2]\n" },
	{ "the same without a header",
	    { .delimiter = ",", .quote = '"', .first_table = true, .blank_ends = true },
	    "\n1,2\n3,4\n\n5,6\n", "[1][2]\n[3][4]\n" },
	{ "blank lines at the end are no table", { COMMA, .first_table = true },
	    "a,b\n1,2\r\n\r\n\r\n", "[1][2]\n" },
	{ "all tables", { COMMA }, "a,b\n1,2\n\nx,y,z\n", "[1][2]\n!2 4 9 5 -1 row.cells\n" },
	{ "torn quote in a file of CR", { COMMA, .line_end = CSV_LINE_CR },
	    "a,b\r\"x,1\r2,3\r4,5\r", "!1 2 4 4 -1 row.quote\n[2][3]\n[4][5]\n" },
	{ "torn quote with escapes",
	    { .delimiter = ";;", .quote = '"', .escape = '\\', .header_rows = 1 },
	    "a;;b\n\"x\\\";;1\n2;;3\n", "!1 2 5 7 -1 row.quote\n[2][3]\n" },
};

static void read_into(const struct table_spec *spec, struct buf *out)
{
	struct table_count count;
	buf_reset(out);
	(void)table_read(spec, out, &count);
}

static void test_dialects(void **state)
{
	(void)state;
	static const size_t blocks[] = { 4096, 1, 3, 7, 64 };
	struct buf out;
	size_t wrong = 0;
	buf_init(&out, 1 << 20);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		for (size_t k = 0; k < ARRAY_SIZE(blocks) * CSV_MASK_LEVELS_; k++) {
			const struct table_spec spec = { .text = cases[i].text,
				.n = strlen(cases[i].text),
				.dialect = cases[i].dialect,
				.block_bytes = blocks[k % ARRAY_SIZE(blocks)] };
			csv_mask_force((enum csv_mask_level)(k / ARRAY_SIZE(blocks)));
			read_into(&spec, &out);
			if (strcmp(out.data, cases[i].want) == 0)
				continue;
			print_error("case \"%s\", block %zu\ngot:\n%s\nwant:\n%s\n", cases[i].name,
			    spec.block_bytes, out.data, cases[i].want);
			wrong++;
		}
	}
	csv_mask_force(CSV_MASK_LEVELS_);
	buf_done(&out);
	assert_int_equal(wrong, 0);
}

/* Rows of the dialect with everything awkward, and torn ones among them. */
static size_t random_text(const struct csv_dialect *d, char *text, size_t cap)
{
	static const char *const pieces[] = { "a", "bc", "1.5", "\"", "\"\"", "'", "\n", "\r\n",
		"\r", "\\", "\\\"", "#", "//", " ", "\xC3\xA4", "\xFF", "x", "long text of words" };
	size_t n = 0;
	const char *line_end = d->line_end == CSV_LINE_CR ? "\r" : random() % 2 ? "\n" : "\r\n";
	while (n + 256 < cap) {
		for (int column = 0; column < 3; column++) {
			const bool quoted = d->quote != '\0' && random() % 4 == 0;
			if (quoted)
				text[n++] = d->quote;
			const long parts = random() % 3;
			for (long i = 0; i < parts; i++) {
				const size_t usual = random() % 12 == 0 ? ARRAY_SIZE(pieces) : 3;
				const char *piece = pieces[(size_t)random() % usual];
				memcpy(text + n, piece, strlen(piece));
				n += strlen(piece);
			}
			if (quoted && random() % 40 != 0)
				text[n++] = d->quote;
			const char *end = column < 2 ? d->delimiter : line_end;
			memcpy(text + n, end, strlen(end));
			n += strlen(end);
		}
	}
	return n;
}

static void compare(const struct buf *want, const struct table_spec *spec, struct buf *out)
{
	read_into(spec, out);
	if (out->n != want->n || memcmp(out->data, want->data, want->n) != 0)
		fail_msg("blocks of %zu bytes, %d threads: other rows", spec->block_bytes,
		    spec->threads);
}

/* 256 KiB are rows enough for several stripes, batches, chunks of masks and blocks. */
static void test_no_cut_changes_a_row(void **state)
{
	(void)state;
	enum { BYTES = 256 << 10 };
	char *text = mem_alloc(BYTES);
	struct buf want;
	struct buf out;
	buf_init(&want, 64 << 20);
	buf_init(&out, 64 << 20);
	srandom(20261120);
	for (int round = 0; round < 24; round++) {
		uint8_t bytes[8];
		for (size_t i = 0; i < sizeof(bytes); i++)
			bytes[i] = (uint8_t)random();
		struct table_spec spec = { .text = text, .dialect = table_dialect(bytes) };
		spec.dialect.footer_rows = (uint32_t)(round % 4);
		spec.repair = round % 3 == 0;
		spec.n = random_text(&spec.dialect, text, BYTES);
		read_into(&spec, &want);
		if (!spec.repair && spec.dialect.footer_rows == 0) {
			buf_reset(&out);
			table_by_rows(&spec, &out);
			assert_string_equal(out.data, want.data);
		}
		static const size_t blocks[] = { 100, 5000, 70000 };
		for (size_t i = 0; i < ARRAY_SIZE(blocks); i++) {
			spec.block_bytes = blocks[i];
			spec.threads = (int)i + 1;
			spec.step = i == 1 ? 777 : 0;
			csv_mask_force((enum csv_mask_level)((size_t)round + i) % CSV_MASK_LEVELS_);
			compare(&want, &spec, &out);
			csv_mask_force(CSV_MASK_LEVELS_);
		}
	}
	buf_done(&want);
	buf_done(&out);
	free(text);
}

/* A row of far too many cells, and blank lines without end, take no memory and lose nothing. */
static void test_crowds(void **state)
{
	(void)state;
	enum { CELLS = 100000, BLANKS = 300000 };
	char *text = mem_alloc(CELLS + BLANKS + 64);
	size_t n = 0;
	memcpy(text, "a,b\n1,2\n", 8);
	n += 8;
	memset(text + n, ',', CELLS - 1);
	n += CELLS - 1;
	memcpy(text + n, "\n3,4\n", 5);
	n += 5;
	memset(text + n, '\n', BLANKS);
	n += BLANKS;
	memcpy(text + n, "5,6\n", 4);
	n += 4;
	struct buf out;
	buf_init(&out, 1 << 20);
	struct table_spec spec = { .text = text, .n = n, .dialect = { COMMA } };
	static const size_t blocks[] = { 0, 4096, 100000 };
	for (size_t i = 0; i < ARRAY_SIZE(blocks); i++) {
		spec.block_bytes = blocks[i];
		read_into(&spec, &out);
		assert_string_equal(
		    out.data, "[1][2]\n!2 3 8 99999 -1 row.cells\n[3][4]\n[5][6]\n");
	}
	buf_done(&out);
	free(text);
}

/* Behind a torn quote blank lines are passed over together: line by line this takes minutes. */
static void test_torn_before_blanks(void **state)
{
	(void)state;
	enum { BLANKS = 300000 };
	char *text = mem_alloc(BLANKS + 64);
	memcpy(text, "a,b\n1,2\n3,\"", 11);
	memset(text + 11, '\n', BLANKS);
	memcpy(text + 11 + BLANKS, "5,6\n", 4);
	struct buf out;
	buf_init(&out, 1 << 20);
	struct table_spec spec = { .text = text, .n = 15 + BLANKS, .dialect = { COMMA } };
	static const size_t blocks[] = { 0, 4096, 100000 };
	for (size_t i = 0; i < ARRAY_SIZE(blocks); i++) {
		spec.block_bytes = blocks[i];
		read_into(&spec, &out);
		assert_string_equal(out.data, "[1][2]\n!2 3 8 3 -1 row.quote\n[5][6]\n");
	}
	buf_done(&out);
	free(text);
}

/* A block that ends in the middle of a delimiter, behind the closing quote of a long cell. */
static void test_cut_delimiter(void **state)
{
	(void)state;
	enum { LINES = 20000 };
	struct buf text;
	struct buf out;
	buf_init(&text, 1 << 20);
	buf_init(&out, 1 << 20);
	buf_adds(&text, "a||b\n\"");
	for (int i = 0; i < LINES; i++)
		buf_adds(&text, "x||y\n");
	buf_adds(&text, "\"||1\n2||3\n");
	struct table_spec spec = { .text = text.data, .n = text.n };
	spec.dialect = (struct csv_dialect){ .delimiter = "||", .quote = '"', .header_rows = 1 };
	for (size_t more = 1; more < 4; more++) {
		struct table_count count;
		buf_reset(&out);
		spec.block_bytes = 1 + 5 * LINES + more;
		assert_int_equal(table_read(&spec, &out, &count), 0);
		assert_int_equal(count.good, 2);
		assert_int_equal(count.rejected, 0);
	}
	buf_done(&text);
	buf_done(&out);
}

static void test_what_is_behind_the_table(void **state)
{
	(void)state;
	static const char text[] = "a,b\n1,2\n\n\nx,y,z\n1,2,3\nend";
	const struct csv_sniff_result known = { .dialect = { COMMA, .first_table = true } };
	struct fixture_file file = { .p = text, .n = sizeof(text) - 1 };
	const struct csv_split_params p = { .read = fixture_read, .arg = &file, .sniffed = &known };
	struct csv_split *split = NULL;
	struct csv_block block = { 0 };
	struct err err = { 0 };
	assert_int_equal(csv_split_open(&p, &split, &err), 0);
	while (csv_split_next(split, &block, &err) == 1)
		continue;
	const struct csv_split_rest *rest = csv_split_rest(split);
	assert_true(rest->other_table);
	assert_int_equal(rest->offset, 8);
	assert_int_equal(rest->line, 3);
	assert_true(rest->whole);
	assert_int_equal(rest->tables.n, 1);
	assert_int_equal(rest->tables.at[0].line, 5);
	assert_int_equal(rest->tables.at[0].columns, 3);
	assert_int_equal(rest->tables.at[0].rows, 3);
	assert_int_equal(rest->lines, 5);
	assert_int_equal(file.at, file.n);
	csv_block_done(&block);
	csv_split_close(&split);
}

/* Blank lines that end no table are read once: by the square of them 2 MiB took hours. */
static void test_many_blank_lines(void **state)
{
	(void)state;
	const size_t n = 2 << 20;
	const struct csv_sniff_result known = { .dialect = { COMMA, .first_table = true } };
	char *text = mem_alloc(n);
	memset(text, '\n', n);
	memcpy(text, "a,b\n1,2\n", 8);
	memcpy(text + n / 2, "3,4", 3);
	struct fixture_file file = { .p = text, .n = n };
	const struct csv_split_params p = { .read = fixture_read, .arg = &file, .sniffed = &known };
	struct csv_split *split = NULL;
	struct csv_block block = { 0 };
	struct err err = { 0 };
	int64_t rows = 0;
	assert_int_equal(csv_split_open(&p, &split, &err), 0);
	while (csv_split_next(split, &block, &err) == 1)
		rows += block.rows;
	assert_int_equal(rows, 2);
	assert_int_equal(csv_split_rest(split)->line, n - 8);
	assert_false(csv_split_rest(split)->other_table);
	csv_block_done(&block);
	csv_split_close(&split);
	free(text);
}

/* The sample is read long before its blocks are cut: progress is what the blocks hold. */
static void test_progress_of_blocks(void **state)
{
	(void)state;
	const size_t n = 64 << 10;
	char *text = mem_alloc(2 * n);
	for (size_t unit = 1; unit <= 2; unit++) { /* UTF-8, then UTF-16 */
		memset(text, 0, 2 * n);
		for (size_t i = 0; i < n; i++)
			text[i * unit] = "a,b\n"[i % 4];
		struct fixture_file file = { .p = text, .n = n * unit };
		const struct csv_split_params p = {
			.read = fixture_read, .arg = &file, .block_bytes = 4096
		};
		struct csv_split *split = NULL;
		struct csv_block block = { 0 };
		struct err err = { 0 };
		assert_int_equal(csv_split_open(&p, &split, &err), 0);
		while (csv_split_next(split, &block, &err) == 1)
			assert_int_equal(block.position, (block.offset + block.n) * unit);
		assert_int_equal(block.position, n * unit);
		csv_block_done(&block);
		csv_split_close(&split);
	}
	free(text);
}

/* Positions are those of the file, whatever its encoding. */
static void test_places_in_utf16(void **state)
{
	(void)state;
	static const char plain[] = "a,b\n\xE4,1\n2\n";
	char text[2 * sizeof(plain)];
	for (size_t i = 0; i < sizeof(plain); i++) {
		text[2 * i] = plain[i];
		text[2 * i + 1] = '\0';
	}
	struct fixture_file file = { .p = text, .n = 2 * (sizeof(plain) - 1) };
	const struct csv_split_params p = { .read = fixture_read, .arg = &file };
	struct csv_split *split = NULL;
	struct csv_block block = { 0 };
	struct err err = { 0 };
	assert_int_equal(csv_split_open(&p, &split, &err), 0);
	const struct csv_column columns[] = { { .name = "a" }, { .name = "b", .file_column = 1 } };
	const struct csv_schema schema = { .columns = columns, .n_columns = 2, .file_columns = 2 };
	struct csv_scan *scan = csv_scan_new(&schema);
	struct csv_batch *batch = csv_batch_new(&schema);
	assert_int_equal(csv_split_next(split, &block, &err), 1);
	csv_scan_begin(scan, &block);
	assert_true(csv_scan_next(scan, batch));
	csv_batch_settle(batch);
	assert_int_equal(batch->rows, 1);
	assert_int_equal(batch->offset[0], 8);
	assert_int_equal(batch->length[0], 6);
	assert_int_equal(batch->n_rejects, 1);
	assert_int_equal(batch->rejects[0].offset, 16);
	assert_int_equal(batch->rejects[0].length, 2);
	assert_int_equal(batch->rejects[0].raw.n, 1);
	csv_batch_free(&batch);
	csv_scan_free(&scan);
	csv_block_done(&block);
	csv_split_close(&split);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dialects),
		cmocka_unit_test(test_no_cut_changes_a_row),
		cmocka_unit_test(test_crowds),
		cmocka_unit_test(test_torn_before_blanks),
		cmocka_unit_test(test_cut_delimiter),
		cmocka_unit_test(test_what_is_behind_the_table),
		cmocka_unit_test(test_many_blank_lines),
		cmocka_unit_test(test_progress_of_blocks),
		cmocka_unit_test(test_places_in_utf16),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
