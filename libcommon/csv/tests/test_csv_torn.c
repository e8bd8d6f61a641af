/* SPDX-License-Identifier: Apache-2.0 */
/* test_csv_torn - what a torn quote costs: its row, and no good one, whatever else is bad near it.
 */
#include "csv/csv_torn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"
#include "csv/csv_mask.h"
#include "csv_table.h"

#define COMMA .delimiter = ",", .quote = '"', .header_rows = 1
#define NINE                                                                                       \
	"1,2,3\n1,2,3\n1,2,3\n1,2,3\n1,2,3\n"                                                      \
	"1,2,3\n1,2,3\n1,2,3\n1,2,3\n"
#define NINE_READ                                                                                  \
	"[1][2][3]\n[1][2][3]\n[1][2][3]\n[1][2][3]\n[1][2][3]\n"                                  \
	"[1][2][3]\n[1][2][3]\n[1][2][3]\n[1][2][3]\n"

#define EIGHT_OF_TWO      "1,2\n1,2\n1,2\n1,2\n1,2\n1,2\n1,2\n1,2\n"
#define EIGHT_OF_TWO_READ "[1][2]\n[1][2]\n[1][2]\n[1][2]\n[1][2]\n[1][2]\n[1][2]\n[1][2]\n"

struct torn_case {
	const char *name, *text, *want;
};

static const struct torn_case cases[] = {
	{ "a short row soon behind it", "a,b,c\n1,\"x,3\n4,5,6\n7,8,9\n0\n" NINE,
	    "!1 2 6 6 -1 row.quote\n[4][5][6]\n[7][8][9]\n!4 5 25 1 -1 row.cells\n" NINE_READ },
	{ "bad rows of every kind behind it",
	    "a,b,c\n1,\"x,3\n4,5,6\n0\n1,\"y\"z,3\n7,8,9\n1,\"2,3\",\"u\n4,5,6\n1,2,3,4\n" NINE,
	    "!1 2 6 6 -1 row.quote\n[4][5][6]\n!3 4 19 1 -1 row.cells\n!4 5 21 8 -1 row.quote\n"
	    "[7][8][9]\n!6 7 36 10 -1 row.quote\n[4][5][6]\n!8 9 53 7 -1 row.cells\n" NINE_READ },
	{ "bad rows right behind it go with it", "a,b,c\n1,\"x,3\n0\n4,5\n7,8,9\n0\n1,2,3\n",
	    "!1 2 6 12 -1 row.quote\n[7][8][9]\n!3 6 25 1 -1 row.cells\n[1][2][3]\n" },
	{ "a line of text with the right width is a row like another",
	    "a,b,c\n1,\"torn\nx,y,z\nand so on,\n" NINE,
	    "!1 2 6 7 -1 row.quote\n[x][y][z]\n!3 4 20 10 -1 row.cells\n" NINE_READ },
	{ "but not before a proper end, though the row is short",
	    "a,b,c\n1,\"text\nx,y,z\nand so on\"\n" NINE, "!1 2 6 24 -1 row.quote\n" NINE_READ },
	{ "nor where bad rows follow the end", "a,b,c\n1,\"text\nx,y,z\nand\"\n0\n4,5,6\n0\n",
	    "!1 2 6 18 -1 row.quote\n!2 5 25 1 -1 row.cells\n[4][5][6]\n!4 7 33 1 -1 row.cells\n" },
	{ "eight rows more than a proper end are no chance", "a,b,c\n1,\"x\n" NINE "and\"\n4,5,6\n",
	    "!1 2 6 4 -1 row.quote\n" NINE_READ "!11 12 65 4 -1 row.cells\n[4][5][6]\n" },
	{ "nor with other lines among them", "a,b,c\n1,\"x\n0\n" NINE "0\nand\"\n4,5,6\n",
	    "!1 2 6 6 -1 row.quote\n" NINE_READ
	    "!11 13 67 1 -1 row.cells\n!12 14 69 4 -1 row.cells\n[4][5][6]\n" },
	{ "two torn quotes that fit, rows and others between",
	    "a,b,c\n1,\"x,3\n" NINE "0\n1,y\",3\n4,5,6\n",
	    "!1 2 6 6 -1 row.quote\n" NINE_READ
	    "!11 12 67 1 -1 row.cells\n[1][y\"][3]\n[4][5][6]\n" },
	{ "a cell of text in which some lines have the width",
	    "a,b,c\n1,\"x\nh\na,b,c\ni\nd,e,f\nk\",3\n4,5,6\n",
	    "[1][x\nh\na,b,c\ni\nd,e,f\nk][3]\n[4][5][6]\n" },
	{ "a good cell of several lines behind it", "a,b,c\n1,\"x,3\n4,\"5\n5\",6\n7,8,9\n",
	    "!1 2 6 6 -1 row.quote\n[4][5\n5][6]\n[7][8][9]\n" },
	{ "blank lines are nobody's", "a,b,c\n1,\"x,3\n\n\n4,5,6\n0\n\n1,\"y,3\n\n",
	    "!1 2 6 6 -1 row.quote\n[4][5][6]\n!3 6 21 1 -1 row.cells\n"
	    "!4 8 24 7 -1 row.quote\n" },
	/* Rule 2: the lines at the edges tell. */
	{ "lines of a cell have the width by chance",
	    "a,b,c\n1,\"Mr X, CEO, Acme\n12 St, Flat 1, Block B\nLondon, SE1, UK\nGB\",5\n1,2,3\n",
	    "[1][Mr X, CEO, Acme\n12 St, Flat 1, Block B\nLondon, SE1, UK\nGB][5]\n"
	    "[1][2][3]\n" },
	{ "a cell of nothing but rows", "a,b,c\n1,\"x,y,z\n4,5,6\n4,5,6\n7,8,9\",3\n1,2,3\n",
	    "[1][x,y,z\n4,5,6\n4,5,6\n7,8,9][3]\n[1][2][3]\n" },
	{ "the first, the last cell of a row",
	    "a,b,c\n\"x\n4,5,6\n4,5,6\ny\",2,3\n1,2,\"x\n4,5,6\n4,5,6\ny\"\n",
	    "[x\n4,5,6\n4,5,6\ny][2][3]\n[1][2][x\n4,5,6\n4,5,6\ny]\n" },
	{ "two torn quotes", "a,b,c\n1,\"x,3\n4,5,6\n4,5,6\n7,y\",9\n1,2,3\n",
	    "!1 2 6 6 -1 row.quote\n[4][5][6]\n[4][5][6]\n[7][y\"][9]\n[1][2][3]\n" },
	{ "two torn quotes in other columns, the last one a cell's first byte",
	    "a,b,c\n1,\"x,3\n4,5,6\n4,5,6\n7,8,\"\n1,2,3\n",
	    "!1 2 6 6 -1 row.quote\n[4][5][6]\n[4][5][6]\n!4 5 25 5 -1 row.quote\n"
	    "[1][2][3]\n" },
	{ "a quoted cell with a delimiter before the torn one",
	    "a,b,c\n\"S, J\",1,\"x\n" NINE "7,8,y\"\n1,2,3\n",
	    "!1 2 6 11 -1 row.quote\n" NINE_READ "[7][8][y\"]\n[1][2][3]\n" },
	{ "a cell of several lines before the torn one",
	    "a,b,c\n1,\"u\nv\",\"x\n" NINE "7,8,y\"\n1,2,3\n",
	    "!1 2 6 10 -1 row.quote\n" NINE_READ "[7][8][y\"]\n[1][2][3]\n" },
	{ "a cell of several lines behind it",
	    "a,b,c\n1,\"x,3\n4,5,6\n4,5,6\n7,y\",\"u\nv\"\n1,2,3\n",
	    "!1 2 6 6 -1 row.quote\n[4][5][6]\n[4][5][6]\n[7][y\"][u\nv]\n[1][2][3]\n" },
	{ "wider edges: eight rows", "a,b,c\n1,\"x, y,3\n" NINE "7,y\",9\n1,2,3\n",
	    "!1 2 6 9 -1 row.quote\n" NINE_READ "[7][y\"][9]\n[1][2][3]\n" },
	{ "wider edges: another line among them", "a,b,c\n1,\"x, y,3\n" NINE "0\n7,y\",9\n1,2,3\n",
	    "[1][x, y,3\n" NINE "0\n7,y][9]\n[1][2][3]\n" },
	{ "the last column: few rows", "a,b,c\n1,2,\"x\n4,5,6\n4,5,6\n7,8,y\"\n1,2,3\n",
	    "[1][2][x\n4,5,6\n4,5,6\n7,8,y]\n[1][2][3]\n" },
	{ "the last column: another line among rows", "a,b,c\n1,2,\"x\n0\n" NINE "7,8,y\"\n1,2,3\n",
	    "!1 2 6 8 -1 row.quote\n" NINE_READ "[7][8][y\"]\n[1][2][3]\n" },
	{ "two columns: eight rows", "a,b\n1,\"x\n" EIGHT_OF_TWO "3,4\"\n5,6\n",
	    "!1 2 4 4 -1 row.quote\n" EIGHT_OF_TWO_READ "[3][4\"]\n[5][6]\n" },
	{ "two columns: seven rows", "a,b\n1,\"x\n1,2\n1,2\n1,2\n1,2\n1,2\n1,2\n1,2\n3,4\"\n5,6\n",
	    "[1][x\n1,2\n1,2\n1,2\n1,2\n1,2\n1,2\n1,2\n3,4]\n[5][6]\n" },
	{ "two columns: eight lines of text", "a,b\n1,\"x\n" EIGHT_OF_TWO "y\"\n5,6\n",
	    "[1][x\n" EIGHT_OF_TWO "y]\n[5][6]\n" },
	{ "two columns: a ninth that is none", "a,b\n1,\"x\n" EIGHT_OF_TWO "0\n3,4\"\n5,6\n",
	    "[1][x\n" EIGHT_OF_TWO "0\n3,4]\n[5][6]\n" },
	{ "two columns: a text that ends with a line end",
	    "a,b\n\"1,2\n" EIGHT_OF_TWO "\",4\n5,6\n", "[1,2\n" EIGHT_OF_TWO "][4]\n[5][6]\n" },
	{ "one column: all is believed", "a\n\"x\n1\n2\n3\n4\n5\n6\n7\n8\n9\"\n5\n",
	    "[x\n1\n2\n3\n4\n5\n6\n7\n8\n9]\n[5]\n" },
};

static void test_cases(void **state)
{
	(void)state;
	static const size_t blocks[] = { 4096, 1, 7, 64 };
	struct buf out;
	struct table_count count;
	size_t wrong = 0;
	buf_init(&out, 1 << 20);
	for (size_t i = 0; i < ARRAY_SIZE(cases) * ARRAY_SIZE(blocks) * CSV_MASK_LEVELS_; i++) {
		const struct torn_case *c = &cases[i % ARRAY_SIZE(cases)];
		const size_t k = i / ARRAY_SIZE(cases);
		const struct table_spec spec = { .text = c->text,
			.n = strlen(c->text),
			.dialect = { COMMA },
			.block_bytes = blocks[k % ARRAY_SIZE(blocks)] };
		csv_mask_force((enum csv_mask_level)(k / ARRAY_SIZE(blocks)));
		buf_reset(&out);
		(void)table_read(&spec, &out, &count);
		if (strcmp(out.data, c->want) == 0)
			continue;
		print_error("case \"%s\", block %zu\ngot:\n%s\nwant:\n%s\n", c->name,
		    spec.block_bytes, out.data, c->want);
		wrong++;
	}
	csv_mask_force(CSV_MASK_LEVELS_);
	buf_done(&out);
	assert_int_equal(wrong, 0);
}

/* Rows of five cells, one text in `quoted` quoted; one in twenty torn, and as often rows too short,
 * `burst` of them together. Returns the rows that nothing was done to. */
static int64_t make_rows(struct buf *text, int rows, long quoted, long burst)
{
	int64_t whole = 0;
	long left = 0;
	buf_reset(text);
	buf_adds(text, "id,name,n,note,day\n");
	for (int i = 0; i < rows; i++) {
		const char *quote = quoted > 0 && random() % quoted == 0 ? "\"" : "";
		const bool torn = left == 0 && random() % 20 == 0;
		if (left == 0 && random() % 20 == 0)
			left = burst;
		buf_printf(text, "%d,n%ld,", i, random() % 1000);
		if (torn)
			buf_printf(text, "%ld,\"text %d,2026-11-20\n", random() % 100, i);
		else if (left > 0)
			buf_adds(text, "7\n");
		else
			buf_printf(text, "7,%stext %d%s,2026-11-20\n", quote, i, quote);
		whole += !torn && left == 0 ? 1 : 0;
		left -= !torn && left > 0 ? 1 : 0;
	}
	return whole;
}

static void test_no_good_row_is_lost(void **state)
{
	(void)state;
	static const size_t blocks[] = { 0, 4096, 100 };
	struct buf text;
	struct buf out;
	struct table_count count;
	buf_init(&text, 4 << 20);
	buf_init(&out, 8 << 20);
	srandom(20261120);
	for (int round = 0; round < 12; round++) {
		const int64_t whole = make_rows(&text, 3000, round % 3, 1 + round % 4);
		const struct table_spec spec = { .text = text.data,
			.n = text.n,
			.dialect = { COMMA },
			.threads = 1 + round % 3,
			.block_bytes = blocks[round / 4] };
		buf_reset(&out);
		assert_int_equal(table_read(&spec, &out, &count), 0);
		assert_int_equal(count.good, whole);
	}
	buf_done(&text);
	buf_done(&out);
}

/* A cell that closes so many lines behind a line of the right width, in a row too short. */
static int64_t good_of_cell(struct buf *text, struct buf *out, int lines)
{
	struct table_count count;
	buf_reset(text);
	buf_reset(out);
	buf_adds(text, "a,b,c\n1,\"x\nchance,has,it\n");
	for (int i = 2; i < lines; i++)
		buf_adds(text, "some text\n");
	buf_adds(text, "the end\"\n");
	for (int i = 0; i < 100; i++)
		buf_adds(text, "1,2,3\n");
	const struct table_spec spec = { .text = text->data, .n = text->n, .dialect = { COMMA } };
	assert_int_equal(table_read(&spec, out, &count), 0);
	return count.good;
}

static void test_the_horizon_at_its_edge(void **state)
{
	(void)state;
	struct buf text;
	struct buf out;
	buf_init(&text, 4 << 20);
	buf_init(&out, 4 << 20);
	assert_int_equal(good_of_cell(&text, &out, CSV_ROW_PROBE_LINES), 100);
	assert_int_equal(good_of_cell(&text, &out, CSV_ROW_PROBE_LINES + 1), 101);
	buf_done(&text);
	buf_done(&out);
}

/* Rows longer than all that is looked at end a torn one, too. */
static void test_long_rows(void **state)
{
	(void)state;
	static const size_t sizes[] = { 100 << 10, CSV_ROW_PROBE_BYTES + 10 };
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		const size_t row = sizes[i];
		char *text = mem_alloc(row * 4);
		memset(text, 'x', row * 4);
		memcpy(text, "a,b\n1,\"x\n", 9);
		for (size_t k = 1; k < 4; k++)
			memcpy(text + k * row, ",1\n", 3);
		struct buf out;
		struct table_count count;
		buf_init(&out, 16 << 20);
		const struct table_spec spec = {
			.text = text, .n = 3 * row + 3, .dialect = { COMMA }
		};
		assert_int_equal(table_read(&spec, &out, &count), 0);
		assert_int_equal(count.good, 3);
		assert_int_equal(count.rejected, 1);
		buf_done(&out);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_no_good_row_is_lost),
		cmocka_unit_test(test_the_horizon_at_its_edge),
		cmocka_unit_test(test_long_rows),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
