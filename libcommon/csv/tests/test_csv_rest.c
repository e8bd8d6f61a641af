/* SPDX-License-Identifier: Apache-2.0 */
/* test_csv_rest - the tables behind the first: where they begin, what is none, and the same answer
 * at every cut. */
#include "csv/csv_rest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "csv/csv_split.h"
#include "csv_fixture.h"

struct rest_case {
	const char *name;
	const char *text; /* behind "a,b\n1,2\n" */
	const char *want; /* line:columns:rows of each */
	bool blank_ends;
};

static const struct rest_case cases[] = {
	{ "one", "\nx,y,z\n1,2,3\n", "4:3:2", false },
	{ "two", "\nx,y,z\n1,2,3\n4,5,6\n\n\nk,l\n7,8\n", "4:3:3 9:2:2", false },
	{ "one without its last line end", "\nx,y,z\n1,2,3", "4:3:2", false },
	{ "the last one of names alone", "\nx,y,z\n1,2,3\n\nk,l,m,n", "4:3:2 7:4:1", false },
	{ "of one width with a blank line inside", "\nx,y,z\n1,2,3\n\n4,5,6\n", "4:3:3", false },
	{ "the same where blank lines end tables", "\nx,y\n1,2\n\n4,5\n6,7\n", "4:2:2 7:2:2",
	    true },
	{ "titles", "\nStaff\nof May\nx,y,z\n1,2,3\n\nBy,Ann\nk,l,m,n\n1,2,3,4\n", "6:3:2 10:4:2",
	    false },
	{ "a title of its own block", "\nStaff\n\nx,y,z\n1,2,3\n\nMore\n\nk,l\n1,2\n",
	    "6:3:2 11:2:2", false },
	{ "three words are titles", "\nx,y,z\n1,2,3\n\nA\nB\nC\n\nk,l\n1,2\n", "4:3:2 11:2:2",
	    false },
	{ "four words are a table", "\nx,y,z\n1,2,3\n\nA\nB\nC\nD\n\nk,l\n1,2\n",
	    "4:3:2 7:1:4 12:2:2", false },
	{ "a remark at the end", "\nx,y,z\n1,2,3\n\nTotal,7\n\nend of file\n", "4:3:2", false },
	{ "nothing but a remark", "\nend of file\n", "4:1:1", false },
	{ "a wider row below", "\nby me, on Monday, in Rome\nk,l,m,n\n1,2,3,4\n", "5:4:2", false },
	{ "a narrow row below", "\nx,y,z\n1,2\n3,4,5\n", "4:3:3", false },
	{ "blank lines in quotes", "\nx,y,z\n1,\"a\n\nb,c\",3\n\nk,l\n1,2\n", "4:3:2 9:2:2",
	    false },
	{ "a torn quote above names", "\nx,y,z\n1,2,3\n\nMore\n\"Staff\nk,l\n\"1\",2\n",
	    "4:3:2 9:2:2", false },
	{ "CR LF", "\r\nx,y,z\r\n1,2,3\r\n\r\nk,l\r\n1,2\r\n", "4:3:2 7:2:2", false },
};

/* Reads a file whose first table is a,b and returns what stands behind it. */
static struct csv_split_rest rest_of(const char *text, size_t n, bool blank_ends, size_t block)
{
	const struct csv_sniff_result known = { .dialect = { .delimiter = ",",
						    .quote = '"',
						    .header_rows = 1,
						    .line_end = CSV_LINE_MIXED,
						    .first_table = true,
						    .blank_ends = blank_ends } };
	struct fixture_file file = { .p = text, .n = n, .step = block };
	const struct csv_split_params p = {
		.read = fixture_read, .arg = &file, .sniffed = &known, .block_bytes = block
	};
	struct csv_split *split = NULL;
	struct csv_block b = { 0 };
	struct err err = { 0 };
	assert_int_equal(csv_split_open(&p, &split, &err), 0);
	while (csv_split_next(split, &b, &err) == 1)
		continue;
	/* Every thread asks once more. */
	assert_int_equal(csv_split_next(split, &b, &err), 0);
	const struct csv_split_rest rest = *csv_split_rest(split);
	csv_block_done(&b);
	csv_split_close(&split);
	return rest;
}

static int64_t count_lines(const char *p, size_t n)
{
	int64_t lines = n > 0 && p[n - 1] != '\n' ? 1 : 0;
	for (size_t i = 0; i < n; i++)
		lines += p[i] == '\n';
	return lines;
}

static void check_case(const struct rest_case *c, size_t block)
{
	char text[512];
	char got[256] = "";
	const int n = snprintf(text, sizeof(text), "a,b\n1,2\n%s", c->text);
	const struct csv_split_rest rest = rest_of(text, (size_t)n, c->blank_ends, block);
	for (size_t i = 0, at = 0; i < rest.tables.n; i++)
		at += (size_t)snprintf(got + at, sizeof(got) - at, "%s%lld:%zu:%zu",
		    i > 0 ? " " : "", (long long)rest.tables.at[i].line, rest.tables.at[i].columns,
		    rest.tables.at[i].rows);
	if (!rest.whole || strcmp(got, c->want) != 0)
		fail_msg("%s, blocks of %zu: \"%s\", not \"%s\"", c->name, block, got, c->want);
	assert_int_equal(rest.lines, count_lines(c->text, strlen(c->text)));
}

static void test_tables_at_every_cut(void **state)
{
	(void)state;
	static const size_t blocks[] = { 4096, 1, 2, 3, 5, 7, 64 };
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		for (size_t k = 0; k < ARRAY_SIZE(blocks); k++)
			check_case(&cases[i], blocks[k]);
	}
}

/* So many are told, and the rest counted. */
static void test_more_than_are_kept(void **state)
{
	(void)state;
	struct buf text;
	buf_init(&text, 1U << 20);
	buf_adds(&text, "a,b\n1,2\n");
	for (size_t i = 0; i < 5000; i++)
		buf_adds(&text, i % 2 == 0 ? "\nx,y,z\n1,2,3\n" : "\nk,l\n1,2\n");
	const struct csv_split_rest rest = rest_of((const char *)text.data, text.n, false, 4096);
	assert_int_equal(CSV_REST_TABLES, 16);
	assert_int_equal(rest.tables.n, 5000);
	assert_int_equal(rest.tables.at[15].line, 49);
	assert_int_equal(rest.tables.at[15].columns, 2);
	assert_int_equal(rest.lines, 15000);
	buf_done(&text);
}

/* A row that fills the whole window costs no table behind it. */
static void test_a_row_too_long(void **state)
{
	(void)state;
	const size_t n = (size_t)70 << 20;
	static const char front[] = "a,b\n1,2\n\nx,y,z\n1,2,3\n";
	static const char end[] = "\n\nk,l\n1,2\n";
	char *text = mem_alloc(n);
	memset(text, 'q', n);
	memcpy(text, front, sizeof(front) - 1);
	memcpy(text + n - (sizeof(end) - 1), end, sizeof(end) - 1);
	const struct csv_split_rest rest = rest_of(text, n, false, 1 << 20);
	assert_int_equal(rest.tables.n, 2);
	assert_int_equal(rest.tables.at[0].line, 4);
	assert_int_equal(rest.tables.at[1].line, 8);
	assert_int_equal(rest.tables.at[1].columns, 2);
	assert_int_equal(rest.lines, 7);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tables_at_every_cut),
		cmocka_unit_test(test_more_than_are_kept),
		cmocka_unit_test(test_a_row_too_long),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
