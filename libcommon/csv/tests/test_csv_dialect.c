/* SPDX-License-Identifier: Apache-2.0 */
/* test_csv_dialect - every part can be set, what cannot be is refused and changes nothing. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "base/macros.h"
#include "csv/csv.h"

struct case_of {
	const char *key, *value;
	const char *wrong; /* part of the message; NULL = it is taken */
};

static const struct case_of cases[] = {
	{ "delimiter", "tab", NULL },
	{ "delimiter", "||", NULL },
	{ "delimiter", "12345678", NULL },
	{ "delimiter", "123456789", "1 to 8 bytes" },
	{ "delimiter", "", "1 to 8 bytes" },
	{ "quote", "", "none or one" },
	{ "delimiter", "\n", "without a line end" },
	{ "quote", "single", NULL },
	{ "quote", "none", NULL },
	{ "quote", "''", "one ASCII" },
	{ "quote", "\xc3\xa4", "one ASCII" },
	{ "escape", "backslash", NULL },
	{ "comment", "//", NULL },
	{ "line_end", "cr", NULL },
	{ "line_end", "vt", "lf, crlf, cr or mixed" },
	{ "skip_space", "true", NULL },
	{ "skip_space", "yes", "true or false" },
	{ "preamble", "1000", NULL },
	{ "preamble", "1001", "0 to 1000" },
	{ "header", "16", NULL },
	{ "header", "17", "0 to 16" },
	{ "footer", "100", NULL },
	{ "footer", "-1", "0 to 100" },
	{ "tables", "first", NULL },
	{ "tables", "second", "first or all" },
	{ "encoding", "Shift_JIS", NULL },
	{ "encoding", "utf-16", NULL },
	{ "encoding", "ANSI", NULL },
	{ "encoding", "cp866", NULL },
	{ "encoding", "a b", "name of an encoding" },
	{ "encoding", "klingon", "encoding: there is no klingon; there are utf-8, utf-16" },
	{ "encoding", "windos-1252", "did you mean windows-1252?" },
	{ "colour", "red", "no such part" },
};

static void test_parts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct case_of *k = &cases[i];
		struct csv_given g = { 0 };
		struct err err = { 0 };
		const int rc = csv_given_set(&g, k->key, k->value, &err);
		if (k->wrong == NULL && (rc != 0 || g.set == 0))
			fail_msg("%s=%s refused: %s", k->key, k->value, err.msg);
		if (k->wrong != NULL && (rc == 0 || strstr(err.msg, k->wrong) == NULL))
			fail_msg("%s=%s: %s", k->key, k->value, err.msg);
		if (k->wrong != NULL)
			assert_int_equal(g.set, 0);
	}
}

static void test_values_are_kept(void **state)
{
	(void)state;
	struct csv_given g = { 0 };
	struct err err = { 0 };
	char word[CSV_DIALECT_WORD_BYTES];
	assert_int_equal(csv_given_set(&g, "delimiter", "tab", &err), 0);
	assert_int_equal(csv_given_set(&g, "line_end", "crlf", &err), 0);
	assert_int_equal(csv_given_set(&g, "encoding", "KOI8-R", &err), 0);
	assert_string_equal(csv_dialect_word(g.dialect.delimiter, word), "tab");
	assert_string_equal(csv_dialect_word("||", word), "||");
	assert_string_equal(csv_line_end_word(&g.dialect), "CR LF");
	assert_string_equal(g.dialect.encoding, "koi8-r");
	assert_int_equal(g.set, CSV_SET_DELIMITER | CSV_SET_LINE_END | CSV_SET_ENCODING);
}

static void test_parts_must_differ(void **state)
{
	(void)state;
	static const char *const pairs[][4] = {
		{ "delimiter", "double", "quote", "double" },
		{ "delimiter", "double", "comment", "hash" },
		{ "delimiter", "|\\", "escape", "backslash" },
		{ "escape", "single", "quote", "single" },
		{ "comment", "double", "header", "1" },
		{ "comment", ";", "delimiter", ";" },
	};
	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
		struct csv_given g = { 0 };
		struct err err = { 0 };
		assert_int_equal(csv_given_set(&g, pairs[i][0], pairs[i][1], &err), 0);
		assert_int_equal(csv_given_set(&g, pairs[i][2], pairs[i][3], &err), 0);
		if (csv_given_check(&g, &err) == 0)
			fail_msg("%s=%s was let pass", pairs[i][0], pairs[i][1]);
		assert_string_equal(err.code, "dialect.invalid");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_values_are_kept),
		cmocka_unit_test(test_parts_must_differ),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
