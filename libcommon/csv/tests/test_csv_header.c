/* SPDX-License-Identifier: Apache-2.0 */
/* test_csv_header - names from none, one and several rows, in several dialects. */
#include "csv/csv_header.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"

struct header_case {
	const char *name, *text;
	struct csv_dialect d;
	const char *want; /* names, each in brackets; or the code of the error */
	size_t next, lines;
};

static const struct header_case cases[] = {
	{ "one row", "a,b\n1,2\n", { .delimiter = ",", .quote = '"', .header_rows = 1 }, "[a][b]",
	    4, 1 },
	{ "blank lines before", "\n\r\na,b\n1,2\n",
	    { .delimiter = ",", .quote = '"', .header_rows = 1 }, "[a][b]", 7, 3 },
	{ "comments before", "# x\n\na,b\n1,2\n",
	    { .delimiter = ",", .comment = "#", .header_rows = 1 }, "[a][b]", 9, 3 },
	{ "blanks, empty and equal names", " a ,,a,a_2,\"q\"\"t\",a\n",
	    { .delimiter = ",", .quote = '"', .header_rows = 1 },
	    "[a][column_2][a_2][a_2_2][q\"t][a_3]", 20, 1 },
	{ "two rows are joined", "speed,,mass\nm/s,x,\n1,2,3\n",
	    { .delimiter = ",", .quote = '"', .header_rows = 2 }, "[speed m/s][x][mass]", 19, 2 },
	{ "the longer row counts", "a,b\nu,v,w\n1,2,3\n",
	    { .delimiter = ",", .quote = '"', .header_rows = 2 }, "[a u][b v][w]", 10, 2 },
	{ "three rows with a blank line among them", "a;b\n\nc;d\n;e\n1;2\n",
	    { .delimiter = ";", .quote = '"', .header_rows = 3 }, "[a c][b d e]", 12, 4 },
	{ "no header", "1,2,3\n4,5,6\n", { .delimiter = ",", .quote = '"' },
	    "[column_1][column_2][column_3]", 0, 0 },
	{ "no header, the first row is torn", "1,\"2,3\n4,5\n", { .delimiter = ",", .quote = '"' },
	    "[column_1][column_2]", 0, 0 },
	{ "a line end in a name", "\"a\nb\",c\n1,2\n",
	    { .delimiter = ",", .quote = '"', .header_rows = 1 }, "[a\nb][c]", 8, 2 },
	{ "escaped quotes", "'a\\'b'|c\n1|2\n",
	    { .delimiter = "|", .quote = '\'', .escape = '\\', .header_rows = 1 }, "[a'b][c]", 9,
	    1 },
	{ "many characters separate", "a||b||c\n", { .delimiter = "||", .header_rows = 1 },
	    "[a][b][c]", 8, 1 },
	{ "one column", "a,b\n1\n", { .quote = '"', .header_rows = 1 }, "[a,b]", 4, 1 },
	{ "CR", "a,b\r1,2\r", { .delimiter = ",", .line_end = CSV_LINE_CR, .header_rows = 1 },
	    "[a][b]", 4, 1 },
	{ "torn quote", "a,\"b\n1,2\n3,4\n", { .delimiter = ",", .quote = '"', .header_rows = 1 },
	    "header.quote", 0, 0 },
	{ "not UTF-8", "a,\xff\n1,2\n", { .delimiter = ",", .quote = '"', .header_rows = 1 },
	    "header.encoding", 0, 0 },
	{ "the file ends before", "a,b\n", { .delimiter = ",", .quote = '"', .header_rows = 2 },
	    "header.length", 0, 0 },
};

static void check(const struct header_case *k)
{
	const size_t n = strlen(k->text);
	uint8_t *padded = mem_alloc(n + CSV_PAD_BYTES);
	memcpy(padded, k->text, n);
	const struct csv_row_window w = { .p = padded, .n = n, .eof = true, .dialect = &k->d };
	struct csv_header h = { 0 };
	struct err err = { 0 };
	struct buf out;
	buf_init(&out, 1 << 16);
	if (csv_header_read(&w, 0, 1, &h, &err) != 0)
		buf_adds(&out, err.code);
	for (size_t i = 0; i < h.n; i++)
		buf_printf(&out, "[%s]", h.names[i]);
	if (strcmp(out.data, k->want) != 0 || h.next != k->next || h.lines != k->lines)
		fail_msg("%s: %s, next %zu, %zu lines", k->name, out.data, h.next, h.lines);
	csv_header_done(&h);
	buf_done(&out);
	free(padded);
}

static void test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		check(&cases[i]);
}

static void test_columns_at_their_edge(void **state)
{
	(void)state;
	const struct csv_dialect d = { .delimiter = ",", .header_rows = 1 };
	for (size_t columns = CSV_MAX_COLUMNS; columns <= CSV_MAX_COLUMNS + 1; columns++) {
		uint8_t *text = mem_alloc(columns + CSV_PAD_BYTES);
		memset(text, ',', columns - 1);
		text[columns - 1] = '\n';
		const struct csv_row_window w = {
			.p = text, .n = columns, .eof = true, .dialect = &d
		};
		struct csv_header h = { 0 };
		struct err err = { 0 };
		const int rc = csv_header_read(&w, 0, 1, &h, &err);
		assert_int_equal(rc, columns > CSV_MAX_COLUMNS ? -1 : 0);
		assert_string_equal(err.code, rc == 0 ? "" : "header.columns");
		csv_header_done(&h);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_columns_at_their_edge),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
