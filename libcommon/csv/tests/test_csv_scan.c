/* SPDX-License-Identifier: Apache-2.0 */
/* test_csv_scan - rows, rejects and positions, whatever the cut into blocks. */
#include "csv_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "base/mem.h"

struct scan_case {
	const char *name;
	const char *types; /* NULL = all text */
	const char *text;
	const char *want;
};

static const struct scan_case cases[] = {
	{ "plain rows", "ti", "a,b\nx,1\ny,2\n", "[x][1]\n[y][2]\n" },
	{ "no line end at the end", "ti", "a,b\nx,1\ny,2", "[x][1]\n[y][2]\n" },
	{ "CR LF", "ti", "a,b\r\nx,1\r\ny,2\r\n", "[x][1]\n[y][2]\n" },
	{ "mixed line ends", "ti", "a,b\r\nx,1\ny,2\r\n", "[x][1]\n[y][2]\n" },
	{ "BOM", "ti",
	    "\xef\xbb\xbf"
	    "a,b\nx,1\n",
	    "[x][1]\n" },
	{ "header only", "ti", "a,b\n", "" },
	{ "header without line end", "ti", "a,b", "" },
	{ "blank lines", "ti", "\n\na,b\n\nx,1\n\r\n\ny,2\n\n", "[x][1]\n[y][2]\n" },
	{ "empty cells are null", "ti", "a,b\n,\nx,\n,1\n", "[~][~]\n[x][~]\n[~][1]\n" },
	{ "quoted cells", "tt", "a,b\n\"x,1\",\"y\"\"z\"\n\"\",\"\"\"\"\n",
	    "[x,1][y\"z]\n[~][\"]\n" },
	{ "quoted number", "it", "a,b\n\"12\",x\n", "[12][x]\n" },
	{ "line end in quotes", "tt", "a,b\n\"x\ny\",z\np,q\n", "[x\ny][z]\n[p][q]\n" },
	{ "quoted CR LF row end", "tt", "a,b\r\n\"x\",\"y\"\r\np,q\r\n", "[x][y]\n[p][q]\n" },
	{ "quote inside a plain cell", "tt", "a,b\n5\" pipe,x\"\"\n", "[5\" pipe][x\"\"]\n" },
	{ "semicolons", "ti", "a;b\nx,y;1\n", "[x,y][1]\n" },
	{ "tabs", "ti", "a\tb\nx\t1\n", "[x][1]\n" },
	{ "pipes", "ti", "a|b\nx|1\n", "[x][1]\n" },
	{ "one column", "t", "name\nx\ny\n", "[x]\n[y]\n" },
	{ "columns not wanted", "-t-", "a,b,c\n1,2,3\n4,\"5\",6\n", "[2]\n[5]\n" },
	{ "too few and too many cells", "tt", "a,b\nx\np,q\n1,2,3\nr,s\n",
	    "!1 2 4 1 -1 row.cells\n[p][q]\n!3 4 10 5 -1 row.cells\n[r][s]\n" },
	{ "wrong types", "tidf", "a,b,c,d\nx,1,2.50,3e2\nx,1.5,2,3\nx,1,2.501,3\nx,1,2,z\n",
	    "[x][1][250][300]\n!2 3 21 9 1 type.integer\n!3 4 31 11 2 type.decimal\n"
	    "!4 5 43 7 3 type.double\n" },
	{ "text behind a closing quote", "ttt", "a,b,c\n1,\"x\"y,3\n4,5,6\n",
	    "!1 2 6 8 -1 row.quote\n[4][5][6]\n" },
	{ "torn quote, no quote later", "ttt", "a,b,c\n1,\"x,3\n4,5,6\n7,8,9\n",
	    "!1 2 6 6 -1 row.quote\n[4][5][6]\n[7][8][9]\n" },
	{ "torn quote, quotes later", "ttt", "a,b,c\n1,\"x,3\n4,\"5\",6\n7,8,9\n",
	    "!1 2 6 6 -1 row.quote\n[4][5][6]\n[7][8][9]\n" },
	{ "torn quote in a cell of several lines", "ttt", "a,b,c\n1,\"x\ny,3\n4,5,6\n",
	    "!1 2 6 8 -1 row.quote\n[4][5][6]\n" },
	{ "torn quote in the last row", "ttt", "a,b,c\n1,2,3\n4,\"5,6\n",
	    "[1][2][3]\n!2 3 12 6 -1 row.quote\n" },
	{ "torn rows side by side are a reject each", "ttt",
	    "a,b,c\n1,\"x,3\n4,\"y,6\n7,8,\"9\n1,2,3\n",
	    "!1 2 6 6 -1 row.quote\n!2 3 13 6 -1 row.quote\n!3 4 20 6 -1 row.quote\n[1][2][3]\n" },
	{ "lines that are no rows go with the torn one", "ttt", "a,b,c\n1,\"x\ny\nz,3\n4,5,6\n",
	    "!1 2 6 10 -1 row.quote\n[4][5][6]\n" },
	{ "two torn quotes do not eat the rows between", "ttt",
	    "a,b,c\n1,\"x,3\n4,5,6\n7,8,9\n0,y\",2\n3,3,3\n",
	    "!1 2 6 6 -1 row.quote\n[4][5][6]\n[7][8][9]\n[0][y\"][2]\n[3][3][3]\n" },
	{ "a cell of several lines with commas is believed", "ttt",
	    "a,b,c\n1,\"Dear A,\nhow are you, and so on,\nB\",3\n4,5,6\n",
	    "[1][Dear A,\nhow are you, and so on,\nB][3]\n[4][5][6]\n" },
	{ "wrong number of cells around several lines", "ttt", "a,b,c\n1,\"x\ny\"\n4,5,6\n",
	    "!1 2 6 7 -1 row.quote\n[4][5][6]\n" },
	{ "not UTF-8 in a file of UTF-8", "tt", "a,b\n\xc3\xa4,1\n\xe4,2\n\xc3\xb6,3\n",
	    "[\xc3\xa4][1]\n!2 3 9 3 -1 encoding.utf8\n[\xc3\xb6][3]\n" },
	{ "Windows-1252", "tt", "a,b\n\xe4\x80,1\n\"\x93q\"\"\x94\",2\n",
	    "[\xc3\xa4\xe2\x82\xac][1]\n[\xe2\x80\x9cq\"\xe2\x80\x9d][2]\n" },
	{ "dates and times", "asz",
	    "a,b,c\n1970-01-02,1970-01-01 00:00:01,1970-01-01T01:00:00+01:00\n"
	    "2024-02-30,2000-01-01T00:00,2000-01-01T00:00Z\n2024-02-29,,\n",
	    "[1][1000000][0]\n!2 3 63 45 0 type.date\n[19782][~][~]\n" },
	{ "UTC in a column without zone", "s",
	    "a\n1970-01-01T00:00:01Z\n1970-01-01T00:00:01.5Z\n1970-01-01T01:00:00+01:00\n"
	    "\"1970-01-01 00:00Z\"\n",
	    "[1000000]\n[1500000]\n!3 4 46 25 0 type.timestamp\n[0]\n" },
	{ "booleans", "b", "a\ntrue\nFALSE\n1\n0\nyes\n",
	    "[1]\n[0]\n[1]\n[0]\n!5 6 17 3 0 type.boolean\n" },
	{ "wide decimals", "D", "a\n1234567890123456789012345678.0123456789\n-0.1\n",
	    "[12345678901234567890123456780123456789]\n[-1000000000]\n" },
	{ "a long text and a text of 12 and 13", "tt", "a,b\n123456789012,1234567890123\n",
	    "[123456789012][1234567890123]\n" },
	{ "empty file", NULL, "", "?file.empty" },
	{ "nothing but line ends", NULL, "\n\r\n\n", "?file.empty" },
	{ "torn header", NULL, "a,\"b\nx,1\n", "?header.quote" },
	{ "torn header that swallows a row", NULL, "a,\"b,c\n1,\"x\",2\n2,\"y\",3\n3,\"z\",4\n",
	    "?header.quote" },
	{ "ZIP", NULL, "PK\x03\x04 and so on", "?file.binary" },
	{ "half a character of UTF-16", NULL,
	    "\xff\xfe"
	    "a",
	    "?header.encoding" },
	{ "CR alone", "ti", "a,b\rx,1\ry,2\r", "[x][1]\n[y][2]\n" },
};

static void test_cases(void **state)
{
	(void)state;
	static const size_t blocks[] = { 4096, 1, 7, 16 };
	struct buf out;
	size_t wrong = 0;
	buf_init(&out, 1 << 20);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		for (size_t k = 0; k < ARRAY_SIZE(blocks); k++) {
			buf_reset(&out);
			(void)fixture_scan(cases[i].text, strlen(cases[i].text), cases[i].types,
			    blocks[k], k, &out);
			if (strcmp(out.data, cases[i].want) == 0)
				continue;
			print_error("case \"%s\", block %zu\ngot:\n%s\nwant:\n%s\n", cases[i].name,
			    blocks[k], out.data, cases[i].want);
			wrong++;
		}
	}
	buf_done(&out);
	assert_int_equal(wrong, 0);
}

/* Two columns; the first data cell is `cell` bytes of x, quoted when asked; a good row follows. */
static char *long_row(size_t cell, bool quoted, size_t *out_n)
{
	char *text = mem_alloc(cell + 64);
	size_t n = 0;
	memcpy(text, "a,b\n", 4);
	n += 4;
	if (quoted)
		text[n++] = '"';
	memset(text + n, 'x', cell);
	n += cell;
	if (quoted)
		text[n++] = '"';
	memcpy(text + n, ",1\ny,2\n", 7);
	*out_n = n + 7;
	return text;
}

static void check_long(size_t cell, bool quoted, const char *want)
{
	size_t n;
	char *text = long_row(cell, quoted, &n);
	struct buf out;
	buf_init(&out, 256 << 20);
	assert_int_equal(fixture_scan(text, n, "ti", 1 << 20, 0, &out), 0);
	const size_t tail = strlen(want);
	assert_true(out.n >= tail);
	if (want[0] == '!')
		assert_string_equal(out.data, want);
	else
		assert_string_equal(out.data + out.n - tail, want);
	buf_done(&out);
	free(text);
}

static void test_limits_at_their_edge(void **state)
{
	(void)state;
	check_long(CSV_MAX_FIELD_BYTES, false, "x][1]\n[y][2]\n");
	check_long(CSV_MAX_FIELD_BYTES, true, "x][1]\n[y][2]\n");
	check_long(CSV_MAX_FIELD_BYTES + 1, false, "!1 2 4 16777219 0 cell.length\n[y][2]\n");
	check_long(CSV_MAX_FIELD_BYTES + 1, true, "!1 2 4 16777221 -1 cell.length\n[y][2]\n");
	check_long(CSV_MAX_ROW_BYTES - 2, false, "!1 2 4 67108864 0 cell.length\n[y][2]\n");
	check_long(CSV_MAX_ROW_BYTES - 1, false, "!1 2 4 67108865 -1 row.length\n[y][2]\n");
	check_long(
	    (size_t)CSV_MAX_ROW_BYTES * 2, false, "!1 2 4 134217730 -1 row.length\n[y][2]\n");
}

static char *wide_header(size_t columns, size_t *out_n)
{
	char *text = mem_alloc(columns * 4 + 2);
	for (size_t i = 0; i < columns; i++) {
		text[2 * i] = 'a';
		text[2 * i + 1] = i + 1 == columns ? '\n' : ',';
		text[2 * (columns + i)] = '1';
		text[2 * (columns + i) + 1] = text[2 * i + 1];
	}
	*out_n = columns * 4;
	return text;
}

static void test_columns_at_their_edge(void **state)
{
	(void)state;
	size_t n;
	struct buf out;
	buf_init(&out, 1 << 20);
	char *text = wide_header(CSV_MAX_COLUMNS, &n);
	assert_int_equal(fixture_scan(text, n, NULL, 4096, 0, &out), 0);
	assert_int_equal(out.n, CSV_MAX_COLUMNS * 3 + 1);
	free(text);
	buf_reset(&out);
	text = wide_header(CSV_MAX_COLUMNS + 1, &n);
	assert_int_equal(fixture_scan(text, n, NULL, 4096, 0, &out), -1);
	assert_string_equal(out.data, "?header.columns");
	free(text);
	buf_done(&out);
}

static void test_nul_after_the_sample_is_one_reject(void **state)
{
	(void)state;
	const size_t rows = (2U << 20) / 4;
	char *text = mem_alloc(4 + rows * 4);
	memcpy(text, "a,b\n", 4);
	for (size_t i = 0; i < rows; i++)
		memcpy(text + 4 + i * 4, "x,1\n", 4);
	text[4 + (rows - 2) * 4] = '\0';
	struct buf out;
	buf_init(&out, 64 << 20);
	assert_int_equal(fixture_scan(text, 4 + rows * 4, "ti", 0, 0, &out), 0);
	const char *hit = strchr(out.data, '!');
	assert_non_null(hit);
	assert_string_equal(hit, "!524287 524288 2097148 3 -1 encoding.nul\n[x][1]\n");
	free(text);
	buf_done(&out);
}

static void add_rows(struct buf *text, const char *row, size_t times)
{
	for (size_t i = 0; i < times; i++)
		buf_adds(text, row);
}

static size_t count_rejects(const struct buf *text)
{
	struct buf out;
	size_t n = 0;
	buf_init(&out, 64 << 20);
	assert_int_equal(fixture_scan(text->data, text->n, "ttt", 0, 0, &out), 0);
	for (size_t i = 0; i < out.n; i++)
		n += out.data[i] == '!';
	buf_done(&out);
	return n;
}

/* Rows with cells too many fill the room for cells before all slots are taken: in the middle of a
 * batch, at the end of a stripe, with a row of any length next. */
static void test_more_cells_than_a_batch_has_room_for(void **state)
{
	(void)state;
	char row[256];
	struct buf text;
	buf_init(&text, 64 << 20);
	for (size_t extra = 0; extra < 6; extra++) {
		for (int n = 1; n < 180; n += 7) {
			(void)snprintf(row, sizeof(row), "%0*d,2,3,%.*s\n", n, 1, (int)extra * 2,
			    "4,5,6,7,8,9,");
			buf_reset(&text);
			add_rows(&text, "a,b,c\n", 1);
			add_rows(&text, "1,2,3\n", (size_t)CSV_BATCH_ROWS * 8);
			add_rows(&text, row, (size_t)CSV_BATCH_ROWS + 100);
			assert_int_equal(count_rejects(&text), CSV_BATCH_ROWS + 100);
		}
	}
	buf_done(&text);
}

/* The same, and what comes next are rows that are read one by one. */
static void test_no_room_for_odd_rows(void **state)
{
	(void)state;
	struct buf text;
	buf_init(&text, 64 << 20);
	add_rows(&text, "a,b,c\n", 1);
	add_rows(&text, "1,2,3\n", (size_t)CSV_BATCH_ROWS * 8);
	add_rows(&text, "1,2,3,4,5,6\n", CSV_BATCH_ROWS / 2);
	add_rows(&text, "x\"y,2,3\n", CSV_BATCH_ROWS / 2);
	assert_int_equal(count_rejects(&text), CSV_BATCH_ROWS / 2);
	buf_done(&text);
}

/* Every read of a file fails once: told each time, nothing leaked, nothing half done. */
static void test_failing_reads_are_told(void **state)
{
	(void)state;
	static const char text[] = "a,b\n1,\"x\ny\"\n3,4\n";
	for (size_t at = 1; at <= sizeof(text); at++) {
		struct fixture_file file = {
			.p = text, .n = sizeof(text) - 1, .fail_at = at, .step = 3
		};
		const struct csv_split_params p = {
			.read = fixture_read, .arg = &file, .block_bytes = 4096
		};
		struct csv_split *split = NULL;
		struct csv_block block = { 0 };
		struct err err = { 0 };
		const int rc = csv_split_open(&p, &split, &err);
		assert_true(rc == 0 || split == NULL);
		bool more = rc == 0;
		while (more)
			more = csv_split_next(split, &block, &err) == 1;
		assert_int_equal(err.kind, at < sizeof(text) ? ERR_UNAVAILABLE : ERR_NONE);
		csv_block_done(&block);
		csv_split_close(&split);
		if (at == sizeof(text))
			break;
	}
}

static void test_header_rule(void **state)
{
	(void)state;
	const char *text = " a ,,a,a_2,\"q\"\"t\",a\n";
	static const char *const want[] = { "a", "column_2", "a_2", "a_2_2", "q\"t", "a_3" };
	struct fixture_file file = { .p = text, .n = strlen(text) };
	const struct csv_split_params p = { .read = fixture_read, .arg = &file };
	struct csv_split *split = NULL;
	struct err err = { 0 };
	size_t n;
	assert_int_equal(csv_split_open(&p, &split, &err), 0);
	const char *const *names = csv_split_header(split, &n);
	assert_int_equal(n, ARRAY_SIZE(want));
	for (size_t i = 0; i < n; i++)
		assert_string_equal(names[i], want[i]);
	assert_string_equal(csv_split_as_written(split)[0], " a ");
	csv_split_close(&split);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_limits_at_their_edge),
		cmocka_unit_test(test_columns_at_their_edge),
		cmocka_unit_test(test_nul_after_the_sample_is_one_reject),
		cmocka_unit_test(test_more_cells_than_a_batch_has_room_for),
		cmocka_unit_test(test_no_room_for_odd_rows),
		cmocka_unit_test(test_failing_reads_are_told),
		cmocka_unit_test(test_header_rule),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
