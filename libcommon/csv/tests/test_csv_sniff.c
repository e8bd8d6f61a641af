/* SPDX-License-Identifier: Apache-2.0 */
/* test_csv_sniff - the reading most rows agree with; encodings by the lines' vote; what is no CSV.
 */
#include "csv/csv_sniff.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/text.h"
#include "csv/csv_encoding.h"

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

static void test_runner_up_is_told(void **state)
{
	(void)state;
	const struct csv_given given = { 0 };
	struct csv_sniff_result r;
	struct err err = { 0 };
	const char *text = "a;b,c\n1;2,3\n4;5,6\n7;8\n";
	assert_int_equal(sniff(text, strlen(text), &given, &r, &err), 0);
	assert_int_equal(r.chosen.delimiter[0], ';');
	assert_int_equal(r.chosen.regular_rows, 4);
	assert_int_equal(r.runner_up.delimiter[0], ',');
	assert_int_equal(r.runner_up.regular_rows, 3);
	assert_int_equal(r.runner_up.rows, 4);
}

static void test_what_is_no_csv(void **state)
{
	(void)state;
	static const struct {
		const char *bytes;
		size_t n;
		const char *code, *words;
	} files[] = {
		{ "", 0, "file.empty", "the file is empty (0 bytes)" },
		{ "PK\x03\x04", 4, "file.binary",
		    "byte 1: this is a ZIP archive (an Excel workbook is one), not CSV" },
		{ "%PDF-1.7\n", 9, "file.binary", "byte 1: this is a PDF document, not CSV" },
		{ "a,b\n1,\0\n", 8, "file.binary",
		    "byte 7: a NUL byte; this is binary data, not CSV" },
		{ "{\"a\": 1}\n{\"a\": 2}\n", 18, "file.binary",
		    "byte 1: this is JSON lines; convert them to a table with one column a member, "
		    "not CSV" },
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
		cmocka_unit_test(test_runner_up_is_told),
		cmocka_unit_test(test_what_is_no_csv),
		cmocka_unit_test(test_utf8_as_base_judges_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
