/* SPDX-License-Identifier: Apache-2.0 */
/* test_csv_mend - refused rows as they are handed back, and the words of the refusals. */
#include "csv/csv_mend.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "csv/csv_explain.h"

static const char *const header[] = { "id", "a, b" };

struct mend_case {
	const char *raw, *want;
	const char *delimiter;
};

static const struct mend_case cases[] = {
	{ "1,x", ",7,id,type.integer,words,1,x\n", "," },
	{ "1;x,y", ",7,id,type.integer,words,1,\"x,y\"\n", ";" },
	{ "1,\"x,\"\"y\"\"\"", ",7,id,type.integer,words,1,\"x,\"\"y\"\"\"\n", "," },
	{ "1,\"x\ny\"", ",7,id,type.integer,words,1,\"x\ny\"\n", "," },
	{ "1,\"torn", ",7,id,type.integer,words,1,\"\"\"torn\"\n", "," },
	{ "1", ",7,id,type.integer,words,1\n", "," },
	{ "1,2,3", ",7,id,type.integer,words,1,2,3\n", "," },
	{ "1||x|,y", ",7,id,type.integer,words,1,\"x|,y\"\n", "||" },
	{ "1||\"x||", ",7,id,type.integer,words,1,\"\"\"x\",\n", "||" },
	{ "1,x", ",7,id,type.integer,words,\"1,x\"\n", "" },
	{ "1,\xe4", ",7,id,type.integer,words,1,\xef\xbf\xbd\n", "," },
};

static void test_rows(void **state)
{
	(void)state;
	struct buf out;
	buf_init(&out, 1 << 16);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const size_t n = strlen(cases[i].raw);
		struct csv_dialect d = { .quote = '"' };
		memcpy(d.delimiter, cases[i].delimiter, strlen(cases[i].delimiter));
		const struct csv_reject r = { .row = 3,
			.line = 7,
			.length = n,
			.rule = "type.integer",
			.raw = { (const uint8_t *)cases[i].raw, n },
			.message = "words" };
		buf_reset(&out);
		csv_mend_row(&out, &r, &d, header, ARRAY_SIZE(header));
		assert_string_equal(out.data, cases[i].want);
	}
	buf_reset(&out);
	csv_mend_header(&out, header, ARRAY_SIZE(header));
	assert_string_equal(out.data, "_reject,_line,_column,_rule,_message,id,\"a, b\"\n");
	buf_done(&out);
}

static void test_what_comes_back_is_known(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool ours;
	} texts[] = {
		{ "_reject,_line,_column,_rule,_message,id\n", true },
		{ "_reject,_line,_column,_rule,_message\r\n", true },
		{ "_reject,_line,_column,_rule,_message", true },
		{ "\xef\xbb\xbf_reject,_line,_column,_rule,_message,id\n", true },
		{ "\"_reject\",\"_line\",\"_column\",\"_rule\",\"_message\",\"id\"\n", true },
		{ "_reject;_line;_column;_rule;_message;id\n", false },
		{ "_reject,_line,_column,_rule,_messages,id\n", false },
		{ "_reject,_line,_column,_rule\n,_message\n", false },
		{ "_reject,_line,_column,\"_rule,_message,id\n", false },
		{ "_reject,_line,_column,_rule", false },
		{ "id,_reject,_line,_column,_rule,_message\n", false },
		{ "", false },
	};
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		const char *text = texts[i].text;
		if (csv_mend_returned((const uint8_t *)text, strlen(text)) != texts[i].ours)
			fail_msg("%s", text);
	}
}

struct words_case {
	enum csv_type type;
	const char *cell, *want;
};

static const struct words_case words[] = {
	{ CSV_INTEGER, "1 000", "c: `1 000` is not an integer: found a blank at character 2" },
	{ CSV_INTEGER,
	    "\xc3\xa4"
	    "1",
	    "c: `\xc3\xa4"
	    "1` is not an integer: found `\xc3\xa4` at character 1" },
	{ CSV_INTEGER, "-", "c: `-` is not an integer: it has no digits" },
	{ CSV_INTEGER, "99999999999999999999",
	    "c: `99999999999999999999` is not an integer: it is outside -2^63 to 2^63-1; "
	    "decimal(38,0) holds larger ones" },
	{ CSV_DECIMAL, "1.2.3", "c: `1.2.3` is not a decimal: found `.` at character 4" },
	{ CSV_DECIMAL, "1.234",
	    "c: `1.234` is not a decimal: 3 digits behind the point, at most 2 are allowed "
	    "(millrace.scale)" },
	{ CSV_DECIMAL, "12345.6",
	    "c: `12345.6` is not a decimal: 5 digits before the point, at most 4 are allowed "
	    "(millrace.precision less scale)" },
	{ CSV_DATE, "31.12.2026", "c: `31.12.2026` is not a date: expected YYYY-MM-DD" },
	{ CSV_TIMESTAMPTZ, "2026-01-01 10:00",
	    "c: `2026-01-01 10:00` is not a timestamp with offset: it has no offset such as Z or "
	    "+01:00, and the column has no zone" },
	{ CSV_BOOLEAN, "a\nb\tc", "c: `a b c` is not true or false" },
	{ CSV_BOOLEAN, "123456789012345678901234567890123456789012345678901234567890",
	    "c: `123456789012345678901234567890123456789012345678\xe2\x80\xa6` is not true or "
	    "false" },
};

static void test_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		char cell[256] = "";
		char message[CSV_MESSAGE_BYTES];
		const struct csv_column c = {
			.name = "c", .type = words[i].type, .precision = 6, .scale = 2
		};
		memcpy(cell, words[i].cell, strlen(words[i].cell));
		csv_explain(&c, cell, strlen(words[i].cell), message);
		assert_string_equal(message, words[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_what_comes_back_is_known),
		cmocka_unit_test(test_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
