/* SPDX-License-Identifier: Apache-2.0 */
/* test_csv_sniff - the reading most rows agree with; encodings by the lines' vote; what is no CSV.
 */
#include "csv/csv_sniff.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "csv/csv_encoding.h"
#include "csv/csv_guess.h"

static int sniff(const char *text, size_t n, const struct csv_given *given,
    struct csv_sniff_result *out, struct err *err)
{
	uint8_t *padded = mem_alloc(n + CSV_PAD_BYTES);
	memcpy(padded, text, n);
	const int rc = csv_sniff(padded, n, true, given, out, err);
	free(padded);
	return rc;
}

struct sniff_case {
	const char *name, *text;
	char delimiter;
	size_t columns;
};

static const struct sniff_case cases[] = {
	{ "commas", "a,b\n1,2\n", ',', 2 },
	{ "semicolons with decimal commas", "a;b\n1,5;2,5\n3,5;4,5\n", ';', 2 },
	{ "tabs with commas in texts", "a\tb\nx, y\t1\nz\t2\n", '\t', 2 },
	{ "pipes", "a|b|c\n1|2|3\n", '|', 3 },
	{ "commas in quotes do not count", "a;b\n\"1,2,3\";4\n\"5,6,7\";8\n", ';', 2 },
	{ "most rows win", "a,b;c\n1,2;3\n1,2\n1,2\n", ',', 2 },
	{ "more columns among equals", "a,b,c;d\n1,2,3;4\n", ',', 3 },
	{ "one column", "name\nx\ny\n", '\0', 1 },
	{ "a surplus cell in one of two rows", "id,name\n1,Ann,x\n2,Bob\n", ',', 2 },
	{ "empty cells are no delimiter of two",
	    "id,note,city,day\n1,late,Rome,2026-06-18,,x\n2,,Ulm,2026-06-12\n3,ok,Rome,2026-02-"
	    "16\n",
	    ',', 4 },
	{ "a delimiter of two equal bytes", "a,,b,,c\nx,,y, z,,u\n", ',', 3 },
	{ "surplus empty cells in one of two rows", "a;town\n1;Ulm;;\nx;Ulm\n", ';', 2 },
};

static void test_cases(void **state)
{
	(void)state;
	const struct csv_given given = { 0 };
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct sniff_case *k = &cases[i];
		struct csv_sniff_result r;
		struct err err = { 0 };
		if (sniff(k->text, strlen(k->text), &given, &r, &err) != 0)
			fail_msg("%s: %s", k->name, err.msg);
		if (r.dialect.delimiter[0] != k->delimiter || r.chosen.columns != k->columns)
			fail_msg("%s: '%c', %zu columns", k->name, r.dialect.delimiter[0],
			    r.chosen.columns);
	}
}

static void test_what_is_given_is_not_guessed(void **state)
{
	(void)state;
	struct csv_given given = { 0 };
	struct csv_sniff_result r;
	struct err err = { 0 };
	assert_int_equal(csv_given_set(&given, "delimiter", ";", &err), 0);
	assert_int_equal(csv_given_set(&given, "encoding", "windows-1252", &err), 0);
	assert_int_equal(sniff("a,b\n1,2\n", 8, &given, &r, &err), 0);
	assert_int_equal(r.dialect.delimiter[0], ';');
	assert_string_equal(r.dialect.encoding, "windows-1252");
	assert_int_equal(r.given, CSV_SET_DELIMITER | CSV_SET_ENCODING);
	assert_int_equal(r.chosen.columns, 1);
}

/* Close calls: who wins, who comes second, whether that is told. */
static const struct close_case {
	const char *name, *text, *won, *second;
	bool ambiguous;
	const char *why; /* how it begins */
} close_cases[] = {
	{ "one is regular", "a;b,c\n1;2,3\n4;5,6\n7;8\n", "semicolon", "comma", false,
	    "with comma only 3 of 4 rows have the same number of cells (2); with semicolon 4 of 4 "
	    "rows have 2" },
	{ "one leaves pieces", "a,b,c;d\n1,2,3;4\n", "comma", "semicolon", false,
	    "with semicolon only 50 % of the cells look like whole values, with comma 67 %" },
	{ "both leave pieces", "a,b;c\n1,2;3\n1,2\n1,2\n", "comma", "semicolon", true,
	    "with semicolon only 2 of 4 rows" },
	{ "equal twins", "a,b;c\nx,y;z\nu,v;w\n", "semicolon", "comma", true,
	    "both read the rows evenly; semicolon" },
	{ "numbers with a comma", "1,5\n2,5\n3,7\n", "comma", "none", true,
	    "comma makes 2 columns of 3 of 3 rows; as a single column they would be one text "
	    "each" },
	{ "one column", "preis\n1,5\n2,5\n", "none", "comma", false,
	    "with comma only 2 of 3 rows" },
	{ "a quote as text", "id\ttitle\n1\t\"A\" pipe\n2\t\"B\" rod\n3\trod\n", "tab", "tab",
	    false, "with double quotes quotes go wrong in 2 rows; with no quotes in 0" },
	{ "no other reading", "name\nx\ny\n", "none", "", false, "" },
};

static void test_close_calls_are_told(void **state)
{
	(void)state;
	const struct csv_given given = { 0 };
	for (size_t i = 0; i < ARRAY_SIZE(close_cases); i++) {
		const struct close_case *k = &close_cases[i];
		struct csv_sniff_result r;
		struct err err = { 0 };
		char won[CSV_DIALECT_WORD_BYTES];
		char second[CSV_DIALECT_WORD_BYTES];
		assert_int_equal(sniff(k->text, strlen(k->text), &given, &r, &err), 0);
		csv_dialect_word(r.chosen.delimiter, won);
		csv_dialect_word(r.runner_up.delimiter, second);
		if (r.runner_up.rows == 0)
			second[0] = '\0';
		if (strcmp(won, k->won) != 0 || strcmp(second, k->second) != 0 ||
		    r.ambiguous != k->ambiguous || strncmp(r.why, k->why, strlen(k->why)) != 0)
			fail_msg("%s: %s %.3f before %s %.3f%s: %s", k->name, won, r.chosen.score,
			    second, r.runner_up.score, r.ambiguous ? ", ambiguous" : "", r.why);
		assert_true(!r.ambiguous || r.doubt[0] != '\0');
	}
}

/* Bad rows at the end count against the reading as those in the middle do; footers do not. */
static void test_last_rows_are_evidence(void **state)
{
	(void)state;
	static const struct {
		const char *text, *footer;
		size_t regular, rows;
	} rows[] = { { "id,name\n1,Ann\n2,Bob,x\n3\n", NULL, 2, 4 },
		{ "id,name\n1,Ann\n2,Bob,x\n3\n4,Dora\n", NULL, 3, 5 },
		{ "id,name\n1,Ann\n2,Bob\n\nsum of all\n", NULL, 3, 3 },
		{ "id,name\n1,Ann\n2,Bob,x\n3\n", "2", 2, 2 }, { "id,name\n", "2", 1, 1 } };
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct csv_given given = { 0 };
		struct csv_sniff_result r;
		struct err err = { 0 };
		if (rows[i].footer != NULL)
			assert_int_equal(csv_given_set(&given, "footer", rows[i].footer, &err), 0);
		assert_int_equal(sniff(rows[i].text, strlen(rows[i].text), &given, &r, &err), 0);
		if (r.chosen.rows != rows[i].rows || r.chosen.regular_rows != rows[i].regular)
			fail_msg("%zu: %zu of %zu", i, r.chosen.regular_rows, r.chosen.rows);
	}
}

/* Declared tables end at the first blank line; tables are told with where they begin. */
static void test_tables(void **state)
{
	(void)state;
	static const char same[] = "id,day\n1,2026-01-01\n\n2,2026-01-02\n3,2026-01-03\n";
	static const char titled[] =
	    "id,n\n1,2\n3,4\n5,6\n\nStaff\n\nname,dept,city\nAda,IT,Rome\n\n"
	    "x,y,z,w\n1,2,3,4\n";
	static const char maybe[] = "id,n,d\n1,2,3\n3,4,5\n\nnr,total,sum\n5,6,7\n";
	struct csv_given given = { 0 };
	struct csv_sniff_result r;
	struct err err = { 0 };
	assert_int_equal(sniff(titled, sizeof(titled) - 1, &given, &r, &err), 0);
	assert_int_equal(r.n_tables, 2);
	assert_int_equal(r.tables[0].line, 8);
	assert_int_equal(r.tables[0].columns, 3);
	assert_int_equal(r.tables[1].line, 11);
	assert_int_equal(sniff(maybe, sizeof(maybe) - 1, &given, &r, &err), 0);
	assert_int_equal(r.n_tables, 0);
	assert_int_equal(r.maybe_line, 5);
	assert_non_null(strstr(r.doubt, "line 5"));
	assert_int_equal(csv_given_set(&given, "tables", "first", &err), 0);
	assert_int_equal(sniff(same, sizeof(same) - 1, &given, &r, &err), 0);
	assert_int_equal(r.n_tables, 1);
	assert_int_equal(r.tables[0].line, 4);
	assert_int_equal(r.chosen.rows, 2);
	assert_true(r.dialect.first_table && r.dialect.blank_ends);
}

/* A single row may be longer than all others together. */
static void test_one_long_row(void **state)
{
	(void)state;
	static const struct {
		size_t rows, cells; /* of three cells; of the long row behind them */
	} sizes[] = { { 3, 1000 }, { 12, 1000 }, { 1002, 100000 }, { 40000, 400000 } };
	const struct csv_given given = { 0 };
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct csv_sniff_result r;
		struct err err = { 0 };
		struct buf text;
		buf_init(&text, 4U << 20);
		buf_adds(&text, "a,b,c\n");
		for (size_t row = 0; row < sizes[i].rows; row++)
			buf_printf(&text, "%zu,2,3\n", row % 10);
		for (size_t cell = 0; cell < sizes[i].cells; cell++)
			buf_adds(&text, cell > 0 ? ",1" : "1");
		buf_adds(&text, "\n4,5,6\n");
		assert_int_equal(sniff(text.data, text.n, &given, &r, &err), 0);
		if (strcmp(r.dialect.delimiter, ",") != 0 || r.chosen.columns != 3 ||
		    r.dialect.preamble_lines > 0 || r.dialect.header_rows != 1)
			fail_msg("%zu cells: \"%s\", %zu columns", sizes[i].cells,
			    r.dialect.delimiter, r.chosen.columns);
		buf_done(&text);
	}
}

/* What lies in a sample further in counts, too. */
static void test_samples_further_in(void **state)
{
	(void)state;
	const struct csv_given given = { 0 };
	struct csv_sniff_result r;
	struct err err = { 0 };
	static const char front[] = "id;note\n1;a\n2;b\n3;c\n4;d";
	static const char middle[] = "torn off\n70;\"x\\\"y;z\"\n71;\"it is \\\"so\\\"\"\n72;k\n73";
	static const char end[] = "00;p\n98;q\n99;r\n-- 99 rows --\n";
	uint8_t p[3][256] = { { 0 } };
	memcpy(p[0], front, sizeof(front));
	memcpy(p[1], middle, sizeof(middle));
	memcpy(p[2], end, sizeof(end));
	const struct csv_sample samples[] = { { p[0], sizeof(front) - 1, false },
		{ p[1], sizeof(middle) - 1, false }, { p[2], sizeof(end) - 1, true } };
	assert_int_equal(csv_sniff_samples(samples, 3, &given, &r, &err), 0);
	assert_string_equal(r.dialect.delimiter, ";");
	assert_int_equal(r.dialect.escape, '\\');
	assert_int_equal(r.dialect.footer_rows, 1);
	assert_int_equal(r.dialect.header_rows, 1);
	assert_false(r.whole);
}

/* Of a file too large to be counted here: a count is a footer when no fewer rows were seen. */
static void test_counts_below_many_rows(void **state)
{
	(void)state;
	static const struct {
		const char *line;
		uint32_t footer_rows;
	} counts[] = { { "(40000 rows)", 1 }, { "(12 rows)", 0 }, { "40000 rows", 0 } };
	const struct csv_given given = { 0 };
	for (size_t i = 0; i < ARRAY_SIZE(counts); i++) {
		struct csv_sniff_result r;
		struct err err = { 0 };
		struct buf text;
		buf_init(&text, 4U << 20);
		buf_adds(&text, "name,city,qty\n");
		for (size_t row = 0; row < 40000; row++)
			buf_printf(&text, "Ann,Rome,%zu\n", row % 10);
		buf_printf(&text, "%s\n", counts[i].line);
		assert_int_equal(sniff(text.data, text.n, &given, &r, &err), 0);
		if (r.dialect.footer_rows != counts[i].footer_rows)
			fail_msg("%s: footer %u", counts[i].line, r.dialect.footer_rows);
		buf_done(&text);
	}
}

/* A second table and its place. */
static void test_further_tables_are_told(void **state)
{
	(void)state;
	const struct csv_given given = { 0 };
	struct csv_sniff_result r;
	struct err err = { 0 };
	const char *text = "id,name,qty\n1,Ann,3\n2,Bob,4\n\ncode,day\nX,2026-01-01\nY,2026-01-02\n"
			   "Z,2026-01-03\n\na,b,c,d\n1,2,3,4\n";
	assert_int_equal(sniff(text, strlen(text), &given, &r, &err), 0);
	assert_true(r.dialect.first_table);
	assert_int_equal(r.n_tables, 2);
	assert_int_equal(r.tables[0].line, 5);
	assert_int_equal(r.tables[0].columns, 2);
	assert_int_equal(r.tables[0].rows, 4);
	assert_int_equal(r.tables[1].line, 10);
	assert_int_equal(r.tables[1].columns, 4);
}

/* Every part that is set comes back as it was set. */
static void test_every_part_can_be_set(void **state)
{
	(void)state;
	static const char *const parts[][2] = { { "delimiter", "|" }, { "quote", "single" },
		{ "escape", "^" }, { "comment", "%" }, { "line_end", "cr" },
		{ "skip_space", "true" }, { "preamble", "1" }, { "header", "0" }, { "footer", "2" },
		{ "tables", "first" } };
	const char *text = "Title\nid,name\n1,\"Ann, B\"\n2,Bob\n3,Cid\n";
	struct csv_given given = { 0 };
	struct csv_sniff_result r;
	struct err err = { 0 };
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		assert_int_equal(csv_given_set(&given, parts[i][0], parts[i][1], &err), 0);
	assert_int_equal(sniff(text, strlen(text), &given, &r, &err), 0);
	assert_string_equal(r.dialect.delimiter, "|");
	assert_int_equal(r.dialect.quote, '\'');
	assert_int_equal(r.dialect.escape, '^');
	assert_string_equal(r.dialect.comment, "%");
	assert_int_equal(r.dialect.line_end, CSV_LINE_CR);
	assert_true(r.dialect.skip_space && r.dialect.first_table);
	assert_int_equal(r.dialect.preamble_lines, 1);
	assert_int_equal(r.dialect.header_rows, 0);
	assert_int_equal(r.dialect.footer_rows, 2);
	assert_int_equal(r.runner_up.rows, 0);
	assert_false(r.ambiguous);
}

/* A given preamble of lines that look like the table. */
static void test_a_given_preamble_is_left_out(void **state)
{
	(void)state;
	const char *text = "1,2,3\n4,5,6\nid;name\n1;Ann\n2;Bob\n";
	struct csv_given given = { 0 };
	struct csv_sniff_result r;
	struct err err = { 0 };
	assert_int_equal(csv_given_set(&given, "preamble", "2", &err), 0);
	assert_int_equal(sniff(text, strlen(text), &given, &r, &err), 0);
	assert_string_equal(r.dialect.delimiter, ";");
	assert_int_equal(r.dialect.header_rows, 1);
	assert_int_equal(r.chosen.rows, 3);
}

static void test_what_is_no_csv(void **state)
{
	(void)state;
	static const struct {
		const char *bytes;
		size_t n;
		const char *code, *words;
	} files[] = {
		{ "", 0, "file.empty", "the file is empty" },
		{ "PK\x03\x04", 4, "file.binary",
		    "byte 1: this is not CSV but a ZIP archive (an Excel workbook is one)" },
		{ "%PDF-1.7\n", 9, "file.binary", "byte 1: this is not CSV but a PDF document" },
		{ "a,b\n1,\0\n2,\0\n", 12, "file.binary",
		    "byte 7: a NUL byte; this is binary data, not CSV" },
		{ "a,\0b\n1,2\n", 9, "file.binary",
		    "byte 3: a NUL byte; this is binary data, not CSV" },
		{ "{\"a\": 1}\n{\"a\": 2}\n", 18, "file.binary",
		    "byte 1: this is not CSV but JSON lines; convert them to a table with one "
		    "column "
		    "a member" },
		{ "\1\2\3\4\5\6", 6, "file.binary",
		    "byte 1: control characters all over; this is binary data, not CSV" },
	};
	const struct csv_given given = { 0 };
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		struct csv_sniff_result r;
		struct err err = { 0 };
		assert_int_equal(sniff(files[i].bytes, files[i].n, &given, &r, &err), -1);
		assert_int_equal(err.kind, ERR_INPUT);
		assert_string_equal(err.code, files[i].code);
		assert_string_equal(err.msg, files[i].words);
	}
}

/* A lone NUL byte below the first line costs its row, not the file. */
static void test_a_lone_nul_is_no_binary(void **state)
{
	(void)state;
	static const char text[] = "id,n\n1,a\0b\n2,c\n";
	const struct csv_given given = { 0 };
	struct csv_sniff_result r;
	struct err err = { 0 };
	assert_null(csv_guess_shape((const uint8_t *)text, sizeof(text) - 1));
	assert_int_equal(sniff(text, sizeof(text) - 1, &given, &r, &err), 0);
	assert_string_equal(r.dialect.delimiter, ",");
	assert_int_equal(r.chosen.columns, 2);
}

static void test_utf8_as_base_judges_it(void **state)
{
	(void)state;
	uint8_t bytes[24];
	uint32_t seed = 11;
	for (int round = 0; round < 200000; round++) {
		for (size_t i = 0; i < sizeof(bytes); i++) {
			static const uint8_t some[] = { 'a', 0xc3, 0xa4, 0xe2, 0x82, 0xac, 0xf0,
				0x9f, 0x98, 0x80, 0xed, 0xa0, 0xc0, 0xff, 0x80, 'z' };
			seed = seed * 1664525 + 1013904223;
			bytes[i] = seed >> 30 != 0 ? 'x' : some[seed >> 26 & 15];
		}
		for (size_t n = 17; n <= sizeof(bytes); n++)
			assert_true(csv_encoding_is_utf8(bytes, n) == text_is_utf8(bytes, n));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_what_is_given_is_not_guessed),
		cmocka_unit_test(test_close_calls_are_told),
		cmocka_unit_test(test_last_rows_are_evidence),
		cmocka_unit_test(test_tables),
		cmocka_unit_test(test_one_long_row),
		cmocka_unit_test(test_samples_further_in),
		cmocka_unit_test(test_counts_below_many_rows),
		cmocka_unit_test(test_further_tables_are_told),
		cmocka_unit_test(test_every_part_can_be_set),
		cmocka_unit_test(test_a_given_preamble_is_left_out),
		cmocka_unit_test(test_what_is_no_csv),
		cmocka_unit_test(test_a_lone_nul_is_no_binary),
		cmocka_unit_test(test_utf8_as_base_judges_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
