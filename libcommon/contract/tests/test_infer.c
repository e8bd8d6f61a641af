/* SPDX-License-Identifier: Apache-2.0 */
/* test_infer - types chosen for columns, evidence told; a draft is a contract its file passes. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "contract/infer_name.h"
#include "fixture.h"
#include "infer_table.h"
#include "kit/json.h"

struct infer_case {
	const char *name, *cells; /* of one column, one a line; of two: the second column helps */
	const char *want;         /* type [ours precision scale] [format] [characters] [locale] */
};

#define NINE      "1\n2\n3\n4\n5\n6\n7\n8\n9\n"
#define NBSP      "\xC2\xA0"
#define NARROW    "\xE2\x80\xAF"
#define UUID      "0190b7c2-1111-7abc-8def-0123456789ab"
#define MANY_NINE NINE NINE NINE

static const struct infer_case cases[] = {
	{ "integers", "1\n-2\n+30\n", "integer" },
	{ "64 bits", "9223372036854775807\n-9223372036854775808\n", "integer" },
	{ "64 bits and more", "1\n9223372036854775808\n", "integer decimal 38 0" },
	{ "38 digits", "99999999999999999999999999999999999999\n1\n", "integer decimal 38 0" },
	{ "39 digits", "999999999999999999999999999999999999999\n1\n", "string" },
	{ "decimals", "1\n2.50\n-.125\n", "number decimal 18 3" },
	{ "wide decimals", "1234567890123456.789\n", "number decimal 38 3" },
	{ "digits of two cells pass 38", "1234567890123456789012345678901234567\n0.1234\n",
	    "number double" },
	{ "exponents", "1\n2.5\n1e5\n", "number double" },
	{ "leading zeros are ids", "0123\n4567\n", "string" },
	{ "zero itself is a number", "0\n0.5\n-0\n", "number decimal 18 1" },
	{ "telephone numbers", "+4915112345678\n+4930123456\n", "string" },
	{ "one telephone number of many", MANY_NINE "+4930123456\n", "string" },
	{ "decimal commas", "1,5\n2\n-30,25\n", "number decimal 18 2 ," },
	{ "decimal commas have no misfit", MANY_NINE "1,5\nx\n", "string" },
	{ "German numbers", "1.234,56\n7,5\n12.345.678,00\n", "number decimal 18 2 , ." },
	{ "English numbers", "1,234.56\n7.5\n12,345,678\n", "number decimal 18 2 ," },
	{ "French numbers", "1 234,56\n7,5\n12 345\n", "number decimal 18 2 ,  " },
	{ "blanks that do not break", "1" NBSP "234,56\n7,5\n12" NARROW "345\n",
	    "number decimal 18 2 ,  " },
	{ "Swiss numbers", "1'234.50\n7.5\n", "number decimal 18 2 '" },
	{ "grouped integers", "1,234,567\n12,345\n7\n", "integer ," },
	{ "grouped by point", "1.234.567\n12.345\n7\n", "integer , ." },
	{ "grouped by blank", "1 234\n7\n", "integer  " },
	{ "blocks of one length are no numbers", "123 456\n987 654\n", "string" },
	{ "wrong groups", "1,23,456\n1\n", "string" },
	{ "only 1,234", "1,234\n5,678\n", "string" },
	{ "1,234 beside a decimal comma", "1,234|1,5\n5,678|2\n", "number decimal 18 3 ," },
	{ "1,234 beside a decimal point", "1,234|1.5\n5,678|2\n", "integer ," },
	{ "1,234 beside both", "1,234|1.5|2,5\n5,678|2|2\n", "string" },
	{ "1.234 is a decimal", "1.234\n5.678\n", "number decimal 18 3" },
	{ "1.234 beside a decimal comma", "1.234|1,5\n5.678|2\n", "integer , ." },
	{ "0.234 beside a decimal comma", "0.234|1,5\n5.678|2\n", "number decimal 18 3" },
	{ "true and false", "true\nFalse\n", "boolean" },
	{ "all false", "false\nfalse\n", "boolean" },
	{ "yes and no", "yes\nNO\n", "boolean yes" },
	{ "yes alone", "yes\nyes\n", "string" },
	{ "Y and N", "Y\nN\nN\n", "boolean y" },
	{ "on and off", "on\nOff\n", "boolean on" },
	{ "ja und nein", "Ja\nnein\n", "boolean ja" },
	{ "words of two pairs", "yes\nno\ntrue\n", "string" },
	{ "0 and 1 are integers", "0\n1\n", "integer" },
	{ "ISO dates", "2026-01-31\n2026-02-28\n", "date" },
	{ "no such day", "2026-02-30\n", "string" },
	{ "dates with points", "31.01.2026\n1.2.2026\n", "date %d.%m.%Y" },
	{ "day first", "31/01/2026\n01/02/2026\n", "date %d/%m/%Y" },
	{ "month first", "01/31/2026\n01/02/2026\n", "date %m/%d/%Y" },
	{ "both orders", "01/31/2026\n31/01/2026\n", "string" },
	{ "dashes", "31-01-2026\n1-2-2026\n", "date %d-%m-%Y" },
	{ "year first", "2026/1/31\n2026/12/01\n", "date %Y/%m/%d" },
	{ "short years", "31.01.26\n1.2.99\n", "date %d.%m.%y" },
	{ "short years have no misfit", "31.01.26\nx\n" NINE NINE NINE, "string" },
	{ "either, day first elsewhere", "01/03/2026|31.01.2026\n", "date %d/%m/%Y" },
	{ "either, month first elsewhere", "01/03/2026|1/31/26\n", "date %m/%d/%Y" },
	{ "month names", "20 Nov 2026\n1 March 2026\n", "date %d %b %Y" },
	{ "month names, short years", "20-NOV-26\n01-may-99\n", "date %d-%b-%y" },
	{ "month names first", "Nov 20, 2026\nSeptember 1, 2026\n", "date %b %d, %Y" },
	{ "German month names", "20. Mai 2026\n1. März 2026\n3. Dez. 2025\n", "date %d. %b %Y de" },
	{ "French month names", "20 août 2026\n1 févr. 2026\n", "date %d %b %Y fr" },
	{ "month names of two languages", "20 August 2026\n20 août 2026\n1 May 2026\n", "string" },
	{ "not a month", "20 Nova 2026\n", "string" },
	{ "timestamps", "2026-01-31 10:00\n2026-01-31T10:00:01.5\n", "datetime" },
	{ "timestamps with points", "31.01.2026 10:00\n1.2.2026 9:05\n",
	    "datetime %d.%m.%Y %H:%M" },
	{ "twelve hours", "1/31/2026 10:00 PM\n2/1/2026 9:05 am\n", "datetime %m/%d/%Y %I:%M %p" },
	{ "zoned timestamps", "2026-01-31T10:00Z\n2026-01-31 10:00+01:00\n",
	    "datetime timestamptz" },
	{ "dates and timestamps", "2026-01-31 10:00\n2026-01-31\n", "string" },
	{ "times", "10:00\n23:59:59\n00:00:00.25\n", "time" },
	{ "short hours", "9:00\n23:59\n", "time %H:%M" },
	{ "times of twelve hours", "9:00 AM\n12:59 pm\n", "time %I:%M %p" },
	{ "hour 24", "24:00\n", "string" },
	{ "durations", "P1DT2H\nPT5M\nP2W\n", "duration" },
	{ "codes that look like durations", "P1\nP2\n", "string" },
	{ "UUIDs", UUID "\n0190B7C2-1111-7ABC-8DEF-0123456789AB\n", "string uuid" },
	{ "JSON objects", "{\"a\":1}\n{}\n", "object" },
	{ "JSON arrays", "[1,2]\n[]\n", "array" },
	{ "JSON of both kinds", "[1]\n{}\n", "string json" },
	{ "broken JSON", "{\"a\":1\n{}\n", "string" },
	{ "blanks around", " 1\n2 \n\t30\n", "integer trim" },
	{ "blanks around a date", "2026-01-31 \n2026-01-30\n", "date trim" },
	{ "blanks around a text", " 1\nx\n", "string" },
	{ "blanks around a word for null", "1\n NULL\n", "string" },
	{ "blanks alone", "1\n  \n", "string" },
	{ "words", "a\n1\n", "string" },
	{ "nothing but empty cells", "|\n|\n", "string" },
	{ "one misfit of 28", MANY_NINE "x\n", "integer" },
	{ "one leading zero of 28 is no misfit but an id", MANY_NINE "01\n", "string" },
	{ "one misfit of 19", NINE NINE "x\n", "string" },
	{ "null words", "1\nN/A\nNULL\n2.5\n", "number decimal 18 1" },
	{ "a null word and a misfit", "1\nN/A\nx\n", "string" },
	{ "null words alone", "N/A\nN/A\n", "string" },
	{ "NA is null here", "1|x\nNA|y\n", "integer" },
	{ "NA is Namibia there", "1|DE\nNA|NA\n", "string" },
	{ "NULL is null everywhere", "1|DE\nNULL|NULL\n", "integer" },
	{ "NaN of doubles", "1e5\nNaN\n", "number double" },
	{ "NaN of integers", "1\nNaN\n", "integer" },
};

/* Rows the draft refuses of the file it was made from. */
static int64_t refused(
    const char *name, const cJSON *draft, const struct infer_table *t, struct arena *a)
{
	const cJSON *doc = cJSON_GetObjectItemCaseSensitive(draft, "doc");
	struct contract c;
	struct contract_tally tally = { 0 };
	struct err err = { 0 };
	struct buf csv;
	struct buf out;
	buf_init(&csv, 16 << 20);
	buf_init(&out, 16 << 20);
	if (contract_parse(doc, a, &c, NULL, &err) != 0)
		fail_msg("%s: the draft is no contract: %s", name, err.msg);
	c.dialect = infer_table_dialect();
	infer_table_csv(t, &csv);
	if (fixture_check(&c, csv.data, csv.n, &out, &tally, &err) != 0)
		fail_msg("%s: %s", name, err.msg);
	const int64_t rejected = tally.account.rejected;
	assert_true(contract_tally_balances(&tally));
	contract_tally_done(&tally);
	buf_done(&csv);
	buf_done(&out);
	return rejected;
}

static cJSON *draft_of(const char *text, bool unattended, struct arena *a)
{
	struct infer_table t;
	infer_table_parse(text, a, &t);
	return infer_table_draft(&t, unattended, a);
}

static const char *with_header(const char *cells, struct arena *a)
{
	const char *first = arena_dup_n(a, cells, strcspn(cells, "\n"));
	const char *header = "h";
	for (const char *p = first; (p = strchr(p, '|')) != NULL; p++)
		header = arena_printf(a, "%s|h%zu", header, strlen(header));
	return arena_printf(a, "%s\n%s", header, cells);
}

static void test_types(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct arena *a = arena_new(64 << 20);
		struct infer_table t;
		infer_table_parse(with_header(cases[i].cells, a), a, &t);
		const cJSON *draft = infer_table_draft(&t, false, a);
		const char *got = infer_table_field(draft, 0, a);
		if (strcmp(got, cases[i].want) != 0)
			fail_msg("%s: %s, want %s", cases[i].name, got, cases[i].want);
		const cJSON *e = infer_table_evidence(draft, 0);
		const int64_t misfits = js_i64(e, "values", 0) - js_i64(e, "fits", 0);
		assert_int_equal(refused(cases[i].name, draft, &t, a), misfits);
		arena_free(&a);
	}
}

static const cJSON *member(const cJSON *v, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(v, name);
}

static void want_fallen(const cJSON *column, int at, const char *text)
{
	const cJSON *fallen = cJSON_GetArrayItem(member(column, "fell"), at);
	if (js_str(fallen, "text") == NULL || strcmp(js_str(fallen, "text"), text) != 0)
		fail_msg("%s, want %s", js_str(fallen, "text"), text);
}

/* The type that lost to the chosen one, and the digits that are ids. */
static void test_rivals_are_named(void **state)
{
	static const struct {
		const char *cells, *chosen, *text;
	} rivals[] = {
		{ "d\n01/03/2026\n22/03/2026\n03/04/2026\n", "date (DD/MM/YYYY)",
		    "why not date (MM/DD/YYYY): line 3 `22/03/2026`" },
		{ "d\n03/01/2026\n03/02/2026\n04/22/2026\n", "date (MM/DD/YYYY)",
		    "why not date (DD/MM/YYYY): line 4 `04/22/2026`" },
		{ "id\n0012\n0173\n0004\n0815\n", "text",
		    "why not integer, a leading zero makes an id: line 2 `0012`, line 3 `0173`, "
		    "line 4 `0004`" },
		{ "phone\n+49301234567\n+4989123456\n", "text",
		    "why not integer, a leading plus makes a telephone number: line 2 "
		    "`+49301234567`, line 3 `+4989123456`" },
		{ "id\n12\n0173\n4\n", "text",
		    "why not integer, a leading zero makes an id: line 3 `0173`" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rivals) / sizeof(rivals[0]); i++) {
		struct arena *a = arena_new(64 << 20);
		const cJSON *column = infer_table_evidence(draft_of(rivals[i].cells, false, a), 0);
		assert_string_equal(js_str(column, "chosen"), rivals[i].chosen);
		want_fallen(column, 0, rivals[i].text);
		arena_free(&a);
	}
}

static void test_killers_are_named(void **state)
{
	(void)state;
	struct arena *a = arena_new(64 << 20);
	const cJSON *column =
	    infer_table_evidence(draft_of("n\n1\nN/A\n2\n3.5\nx\nw\nz\n1e9\n", false, a), 0);
	assert_string_equal(js_str(column, "chosen"), "text");
	want_fallen(column, 0, "why not integer: line 3 `N/A`, line 5 `3.5`, line 6 `x`");
	want_fallen(column, 1, "why not decimal: line 3 `N/A`, line 6 `x`, line 7 `w`");
	want_fallen(column, 2, "why not double: line 3 `N/A`, line 6 `x`, line 7 `w`");
	const cJSON *first = cJSON_GetArrayItem(member(column, "fell"), 0);
	assert_int_equal(js_i64(first, "misfits", 0), 6);
	const cJSON *cell = cJSON_GetArrayItem(member(first, "first"), 1);
	assert_int_equal(js_i64(cell, "line", 0), 5);
	assert_string_equal(js_str(cell, "value"), "`3.5`");
	assert_int_equal(cJSON_GetArraySize(member(column, "fell")), 3);
	column = infer_table_evidence(
	    draft_of("d\n31.01.2026\n20. Mai 2026\n1 March 2026\n2026-01-01\n1,5\n", false, a), 0);
	want_fallen(column, 0,
	    "why not decimal (comma): line 2 `31.01.2026`, line 3 `20. Mai 2026`, "
	    "line 4 `1 March 2026`");
	want_fallen(column, 1,
	    "why not date (YYYY-MM-DD): line 2 `31.01.2026`, line 3 `20. Mai 2026`, "
	    "line 4 `1 March 2026`");
	want_fallen(column, 2,
	    "why not date (DD.MM.YYYY): line 3 `20. Mai 2026`, line 4 `1 March 2026`, "
	    "line 5 `2026-01-01`");
	arena_free(&a);
}

static void test_misfits_are_told(void **state)
{
	(void)state;
	struct arena *a = arena_new(64 << 20);
	const cJSON *draft = draft_of("n\n" MANY_NINE "x\n", false, a);
	const cJSON *column = infer_table_evidence(draft, 0);
	const cJSON *rejected = cJSON_GetArrayItem(member(column, "would_be_rejected"), 0);
	assert_int_equal(js_i64(rejected, "misfits", 0), 1);
	assert_string_equal(js_str(rejected, "text"), "not integer: line 29 `x`");
	assert_int_equal(cJSON_GetArraySize(member(column, "fell")), 0);
	draft = draft_of("n\n" MANY_NINE "x\n", true, a);
	assert_string_equal(infer_table_field(draft, 0, a), "string");
	arena_free(&a);
}

static void want_ambiguous(const char *text, bool unattended, const char *field, const char *said)
{
	struct arena *a = arena_new(64 << 20);
	const cJSON *draft = draft_of(text, unattended, a);
	const char *got = js_str(infer_table_evidence(draft, 0), "ambiguous");
	assert_string_equal(infer_table_field(draft, 0, a), field);
	if (got == NULL || strstr(got, said) == NULL)
		fail_msg("%s: %s, want %s", text, got, said);
	arena_free(&a);
}

static void test_ambiguity_is_told(void **state)
{
	(void)state;
	want_ambiguous("d\n01/03/2026\n02/04/2026\n", false, "date %d/%m/%Y",
	    "every date can be read day first and month first: day first was taken, please check");
	want_ambiguous("d\n01/03/2026\n", true, "string", "left as text");
	want_ambiguous("d|e\n01/03/2026|01/31/2026\n", true, "date %m/%d/%Y",
	    "month first was taken, as in column \"e\"");
	want_ambiguous("d|e\n01/03/2026|31.01.2026\n", false, "date %d/%m/%Y",
	    "day first was taken, as in column \"e\"");
	want_ambiguous("d|e\n01/03/26 10:00|31.01.2026\n", false, "datetime %d/%m/%y %H:%M",
	    "as in column \"e\"");
	want_ambiguous(
	    "d|e|f\n01/03/2026|31.01.2026|01/31/2026\n", false, "date %d/%m/%Y", "please check");
	want_ambiguous("n\n1,234\n", false, "string", "left as text, please choose");
	want_ambiguous("n|m\n1,234|2,5\n", false, "number decimal 18 3 ,",
	    "taken as decimal commas, as in column \"m\"");
	want_ambiguous("n|m\n1.234|2,5\n", false, "integer , .",
	    "taken as grouped digits, since column \"m\" has a decimal comma");
}

static void test_locale_is_reported(void **state)
{
	(void)state;
	struct arena *a = arena_new(64 << 20);
	const cJSON *draft = draft_of("n|d\n1.234,5|3. Mai 2026\n7|1. Okt 2026\n", false, a);
	assert_string_equal(
	    js_str(infer_table_evidence(draft, 0), "locale"), "decimal (comma, grouped by point)");
	assert_string_equal(js_str(infer_table_evidence(draft, 1), "locale"), "de");
	arena_free(&a);
}

static void test_blanks_are_told(void **state)
{
	(void)state;
	struct arena *a = arena_new(64 << 20);
	const cJSON *draft = draft_of("n\n1\n 2\n3 \n 2\n 5\n", false, a);
	const cJSON *trimmed = member(infer_table_evidence(draft, 0), "trimmed");
	assert_int_equal(js_i64(trimmed, "count", 0), 4);
	assert_string_equal(
	    js_str(trimmed, "text"), "blanks around: line 3 ` 2`, line 4 `3 `, line 5 ` 2`");
	arena_free(&a);
}

static void test_null_words_are_listed(void **state)
{
	(void)state;
	struct arena *a = arena_new(64 << 20);
	const cJSON *draft = draft_of("a|b|c\n1|NA|x\nNULL|DE|NULL\n-|FR|y\nNA|IT|z\n", false, a);
	const cJSON *doc = member(draft, "doc");
	assert_string_equal(js_print(a, member(doc, "missingValues")), "[\"\",\"NULL\",\"-\"]");
	const cJSON *words = member(member(draft, "evidence"), "null_words");
	assert_string_equal(js_print(a, words),
	    "[{\"word\":\"NULL\",\"count\":2,\"null\":true,\"columns\":[\"a\",\"c\"]},"
	    "{\"word\":\"NA\",\"count\":2,\"null\":false,"
	    "\"why_not\":\"column \\\"b\\\" is text and has it too\",\"columns\":[\"a\",\"b\"]},"
	    "{\"word\":\"-\",\"count\":1,\"null\":true,\"columns\":[\"a\"]}]");
	assert_string_equal(infer_table_field(draft, 0, a), "string");
	arena_free(&a);
}

static void test_required(void **state)
{
	(void)state;
	struct arena *a = arena_new(64 << 20);
	const cJSON *draft = draft_of("a|b|c\n1|x|1\n2||NULL\n", false, a);
	const cJSON *fields = member(member(draft, "doc"), "fields");
	const cJSON *first = member(cJSON_GetArrayItem(fields, 0), "constraints");
	assert_true(js_bool(first, "required", false));
	assert_null(member(cJSON_GetArrayItem(fields, 1), "constraints"));
	assert_null(member(cJSON_GetArrayItem(fields, 2), "constraints"));
	arena_free(&a);
}

/* `rows` rows of n words, the last of them once in a hundred. */
static const char *words_table(int rows, int n, struct arena *a)
{
	char *text = arena_alloc(a, (size_t)rows * 16 + 16);
	size_t at = (size_t)snprintf(text, 16, "w|id\n");
	for (int r = 0; r < rows; r++)
		at += (size_t)snprintf(
		    text + at, 16, "w%d|k%d\n", r % 50 == 0 ? n - 1 : r % (n - 1), r);
	return text;
}

static void test_enum_and_unique(void **state)
{
	(void)state;
	struct arena *a = arena_new(512 << 20);
	const cJSON *draft = draft_of(words_table(60, 4, a), false, a);
	const cJSON *e = infer_table_evidence(draft, 0);
	const cJSON *fields = member(member(draft, "doc"), "fields");
	assert_false(js_bool(member(e, "enum"), "strong", true));
	assert_int_equal(cJSON_GetArraySize(member(member(e, "enum"), "values")), 4);
	assert_null(member(member(cJSON_GetArrayItem(fields, 0), "constraints"), "enum"));
	assert_null(member(e, "unique"));
	assert_null(member(infer_table_evidence(draft, 1), "enum"));
	assert_string_equal(
	    js_str(infer_table_evidence(draft, 1), "unique"), "no cell comes twice");
	draft = draft_of(words_table(120000, 4, a), false, a);
	fields = member(member(draft, "doc"), "fields");
	assert_int_equal(cJSON_GetArraySize(
			     member(member(cJSON_GetArrayItem(fields, 0), "constraints"), "enum")),
	    4);
	assert_non_null(strstr(js_str(infer_table_evidence(draft, 1), "unique"), "maybe"));
	draft = draft_of(words_table(120000, 4, a), true, a);
	fields = member(member(draft, "doc"), "fields");
	assert_null(member(member(cJSON_GetArrayItem(fields, 0), "constraints"), "enum"));
	arena_free(&a);
}

static void test_budget(void **state)
{
	(void)state;
	struct arena *a = arena_new(64 << 20);
	const cJSON *draft = fixture_draft("a,b\n1,\n2,x\n3\n4,y\n", false, a);
	assert_int_equal(js_i64(member(member(draft, "doc"), "millrace"), "budget_pct", 0), 30);
	arena_free(&a);
}

static uint64_t seed = 7;

static uint32_t next_random(uint32_t below)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(seed >> 33) % below;
}

/* Rows in any batches to any of several inferences, merged in any order. */
static const char *split_draft(const struct infer_table *t, struct arena *a)
{
	enum { PARTS = 4, MOST = 300 };
	const struct contract_infer_how how = { 0 };
	struct contract_infer *parts[PARTS];
	uint32_t rows[MOST];
	for (int i = 0; i < PARTS; i++)
		parts[i] = contract_infer_new(t->header, t->columns);
	const uint32_t start = next_random((uint32_t)t->rows);
	for (uint32_t at = 0; at < t->rows;) {
		const uint32_t want = 1 + next_random(MOST);
		uint32_t n = 0;
		for (; n < want && at < t->rows; n++)
			rows[n] = (start + at++) % (uint32_t)t->rows;
		infer_table_feed(parts[next_random(PARTS)], t, rows, n);
	}
	for (uint32_t left = PARTS; left > 1; left--) {
		const uint32_t from = 1 + next_random(left - 1);
		contract_infer_merge(parts[0], parts[from]);
		contract_infer_free(&parts[from]);
		parts[from] = parts[left - 1];
	}
	const char *text = js_print(a, contract_infer_draft(parts[0], &how, a));
	contract_infer_free(&parts[0]);
	return text;
}

static const char *any_table(uint32_t rows, struct arena *a)
{
	static const char *const cells[] = { "1", "2.5", "1,234", "1.234", "NULL", "x", "",
		"01/03/2026", "31/01/2026", "3. Mai 2026", "20 Nov 2026", "true", "0123",
		"12345678901234567890", "9:00", UUID, "{}", " 7", "8 " };
	char *text = arena_alloc(a, (size_t)rows * 400 + 64);
	size_t at = (size_t)snprintf(text, 64, "a|b|c|d|e|f\n");
	for (uint32_t r = 0; r < rows; r++) {
		for (uint32_t c = 0; c < 6; c++) {
			const uint32_t odd = next_random(c < 3 ? 40 : 2000);
			const uint32_t usual = c * 3 % 11;
			const uint32_t cell = odd < ARRAY_SIZE(cells) ? odd : usual;
			const char *end = c < 5 ? "|" : "\n";
			if (c >= 4 && odd >= ARRAY_SIZE(cells)) /* more than are kept */
				at += (size_t)snprintf(text + at, 64, "%u%s%u%s", r * 7,
				    c == 4 ? "." : "x", r % 90 + 10, end);
			else
				at += (size_t)snprintf(text + at, 64, "%s%s", cells[cell], end);
		}
	}
	return text;
}

static void test_any_split_gives_the_same(void **state)
{
	(void)state;
	static const uint32_t sizes[] = { 1, 2, 10, 400, 6000 };
	for (size_t i = 0; i < ARRAY_SIZE(sizes) * 4; i++) {
		struct arena *a = arena_new(256 << 20);
		struct infer_table t;
		infer_table_parse(any_table(sizes[i / 4], a), a, &t);
		assert_string_equal(
		    js_print(a, infer_table_draft(&t, false, a)), split_draft(&t, a));
		arena_free(&a);
	}
}

/* Drafts pass through the JSON door, whatever a wide file holds. */
static void test_wide_files_say_less(void **state)
{
	(void)state;
	static const char *const cells[] = { "a", "1", "2026-01-01", "x", "NA", "1,5",
		"20 Nov 2026", "b", "-", "9:00" };
	enum { WIDE = 1590, ROWS = 200 };
	static const char *header[WIDE];
	static const size_t widths[] = { 60, 500, WIDE };
	for (size_t c = 0; c < WIDE; c++)
		header[c] = "h";
	for (size_t i = 0; i < ARRAY_SIZE(widths); i++) {
		struct arena *a = arena_new(64 << 20);
		struct contract_infer *infer = contract_infer_new(header, widths[i]);
		struct csv_batch *b = csv_batch_new(contract_infer_schema(infer));
		char padded[ARRAY_SIZE(cells)][CSV_PAD_BYTES * 2] = { 0 };
		b->rows = b->cap < ROWS ? b->cap : ROWS;
		for (size_t r = 0; r < b->rows; r++) {
			const char *cell = cells[r % ARRAY_SIZE(cells)];
			char *at = padded[r % ARRAY_SIZE(cells)];
			memcpy(at, cell, strlen(cell));
			b->row[r] = b->line[r] = (int64_t)r + 2;
			for (size_t c = 0; c < widths[i]; c++) {
				memset(b->columns[c].valid, 0xFF, b->cap / 8);
				((struct csv_text *)b->columns[c].data)[r] =
				    csv_text_make(at, strlen(cell));
			}
		}
		contract_infer_batch(infer, b);
		const struct contract_infer_how how = { 0 };
		const char *text = js_print(a, contract_infer_draft(infer, &how, a));
		cJSON *json = NULL;
		struct err err = { 0 };
		if (js_parse(text, strlen(text), a, &json, &err) != 0)
			fail_msg("%zu columns: %s", widths[i], err.msg);
		csv_batch_free(&b);
		contract_infer_free(&infer);
		arena_free(&a);
	}
}

static void test_columns_of_ours_are_passed_over(void **state)
{
	(void)state;
	static const char *const header[] = { "_reject", "_line", "_column", "_rule", "_message",
		"id", "n" };
	static const struct {
		size_t columns, left;
		const char *first;
	} cases_of_header[] = {
		{ 7, 2, "id" },
		{ 6, 1, "id" },
		{ 5, 5, "_reject" }, /* a draft has a field */
		{ 4, 4, "_reject" },
	};
	for (size_t k = 0; k < ARRAY_SIZE(cases_of_header); k++) {
		struct arena *a = arena_new(1 << 20);
		const size_t n = cases_of_header[k].columns;
		struct contract_infer *i = contract_infer_new(header, n);
		const struct csv_schema *s = contract_infer_schema(i);
		assert_int_equal(s->file_columns, n);
		assert_int_equal(s->n_columns, cases_of_header[k].left);
		assert_string_equal(s->columns[0].name, cases_of_header[k].first);
		assert_int_equal(s->columns[0].file_column, n - cases_of_header[k].left);
		const struct contract_infer_how how = { 0 };
		const cJSON *doc =
		    cJSON_GetObjectItemCaseSensitive(contract_infer_draft(i, &how, a), "doc");
		const cJSON *fields = cJSON_GetObjectItemCaseSensitive(doc, "fields");
		assert_int_equal(cJSON_GetArraySize(fields), cases_of_header[k].left);
		contract_infer_free(&i);
		arena_free(&a);
	}
}

static void test_names(void **state)
{
	(void)state;
	static const char *const header[] = { "Order ID", "order-id", "Größe (cm)", "1st", "€",
		"_row", "ÄÖ", "Name", "XMin" };
	static const char *const want[] = { "order_id", "order_id_2", "groesse_cm", "c_1st",
		"column_5", "row", "aeoe", "name", "xmin_2" };
	struct arena *a = arena_new(1 << 20);
	const char *const *names = contract_infer_names(header, ARRAY_SIZE(header), a);
	for (size_t i = 0; i < ARRAY_SIZE(header); i++)
		assert_string_equal(names[i], want[i]);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_rivals_are_named),
		cmocka_unit_test(test_killers_are_named),
		cmocka_unit_test(test_misfits_are_told),
		cmocka_unit_test(test_ambiguity_is_told),
		cmocka_unit_test(test_locale_is_reported),
		cmocka_unit_test(test_blanks_are_told),
		cmocka_unit_test(test_null_words_are_listed),
		cmocka_unit_test(test_required),
		cmocka_unit_test(test_enum_and_unique),
		cmocka_unit_test(test_budget),
		cmocka_unit_test(test_any_split_gives_the_same),
		cmocka_unit_test(test_wide_files_say_less),
		cmocka_unit_test(test_columns_of_ours_are_passed_over),
		cmocka_unit_test(test_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
