/* SPDX-License-Identifier: Apache-2.0 */
/* test_constraint - formats, lengths, patterns, keys and rules: which rows they refuse, in which
 * words. */
#include "fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

struct case_of {
	const char *contract, *text, *want;
};

#define ONE(constraints) "{\"fields\":[{\"name\":\"a\"," constraints "}]}"
#define LONG_A           "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct case_of cases[] = {
	/* patterns match the whole value */
	{ ONE("\"constraints\":{\"pattern\":\"a|ab\"}"), "a\na\nab\nabc\n",
	    "pattern 4 a: `abc` does not match the pattern a|ab\n" },
	{ ONE("\"constraints\":{\"pattern\":\".{2}\"}"), "a\n\xc3\xa4\xc3\xb6\nabc\n",
	    "pattern 3 a: `abc` does not match the pattern .{2}\n" },
	{ ONE("\"constraints\":{\"pattern\":\"\\\\w+\\\\d\"}"),
	    "a\n\xc3\x84rger1\n\xe6\x97\xa5\xe6\x9c\xac\xd9\xa1\n-1\n",
	    "pattern 4 a: `-1` does not match the pattern \\w+\\d\n" },
	{ ONE("\"constraints\":{\"pattern\":\"^x$\"}"), "a\nx\n\"x\n\"\n",
	    "pattern 3 a: `x ` does not match the pattern ^x$\n" },
	{ ONE("\"constraints\":{\"pattern\":\"(a+)+[bc]\"}"), "a\n" LONG_A "\nab\n",
	    "pattern 2 a: `" LONG_A "` takes too long to match the pattern (a+)+[bc]\n" },
	/* lengths are characters */
	{ ONE("\"constraints\":{\"minLength\":2,\"maxLength\":3}"),
	    "a\n\xc3\xa4\n\xc3\xa4\xc3\xb6\xc3\xbc\nabcd\n\n",
	    "min_length 2 a: 1 character, at least 2 are wanted\n"
	    "max_length 4 a: 4 characters, at most 3 are allowed\n" },
	/* formats */
	{ ONE("\"format\":\"email\""), "a\nada@example.org\na..b@example.org\nada@org\na b@c.d\n",
	    "format 3 a: `a..b@example.org` is not an email address\n"
	    "format 4 a: `ada@org` is not an email address\n"
	    "format 5 a: `a b@c.d` is not an email address\n" },
	{ ONE("\"format\":\"uri\""), "a\nhttps://example.org/?q=1\nurn:isbn:1\nexample.org\n",
	    "format 4 a: `example.org` is not a URI with its scheme\n" },
	{ ONE("\"format\":\"binary\""), "a\nQUJD\nQUI=\nQUI\nQ=JD\n",
	    "format 4 a: `QUI` is not base64\nformat 5 a: `Q=JD` is not base64\n" },
	{ ONE("\"type\":\"yearmonth\""), "a\n2026-11\n2026-13\n",
	    "format 3 a: `2026-13` is not a year and month such as 2026-11\n" },
	{ ONE("\"type\":\"geopoint\""), "a\n\"13.4, 52.5\"\n\"13.4, 92.5\"\n",
	    "format 3 a: `13.4, 92.5` is not a point \"longitude, latitude\"\n" },
	{ ONE("\"type\":\"array\""), "a\n[1]\n\"{\"\"b\"\":1}\"\n",
	    "type.json 3 a: `{\"b\":1}` is not JSON: an array is wanted here, at character 1\n" },
	{ ONE("\"type\":\"year\""), "a\n2026\n20260\n",
	    "maximum 3 a: 20260 is above the maximum 9999\n" },
	{ ONE("\"type\":\"time\",\"constraints\":{\"minimum\":\"08:00\"}"), "a\n09:30\n07:59:59\n",
	    "minimum 3 a: 07:59:59 is below the minimum 08:00\n" },
	{ ONE("\"format\":\"uuid\",\"constraints\":{\"enum\":[\"123e4567-e89b-12d3-a456-"
	      "426614174000\"]}"),
	    "a\n123E4567-E89B-12D3-A456-426614174000\nffffffff-e89b-12d3-a456-426614174000\n",
	    "enum 3 a: ffffffff-e89b-12d3-a456-426614174000 is not one of the 1 allowed values\n" },
	{ ONE("\"type\":\"yearmonth\",\"constraints\":{\"minimum\":\"2026-01\"}"),
	    "a\n2025-12\n2026-02\n", "minimum 2 a: `2025-12` is below the minimum 2026-01\n" },
	{ ONE("\"type\":\"array\",\"constraints\":{\"minLength\":1,\"maxLength\":2}"),
	    "a\n[]\n\"[1,[2,3]]\"\n\"[1,2,3]\"\n",
	    "min_length 2 a: 0 items, at least 1 are wanted\n"
	    "max_length 4 a: 3 items, at most 2 are allowed\n" },
	{ ONE("\"type\":\"object\",\"constraints\":{\"minLength\":1}"),
	    "a\n{}\n\"{\"\"b\"\":1}\"\n", "min_length 2 a: 0 items, at least 1 are wanted\n" },
	{ ONE("\"type\":\"array\",\"constraints\":{\"enum\":[[1,2],\"[ 3 ]\"]}"),
	    "a\n\"[1, 2.0]\"\n[3]\n[4]\n\"[2,1]\"\n",
	    "enum 4 a: `[4]` is not one of the 2 allowed values\n"
	    "enum 5 a: `[2,1]` is not one of the 2 allowed values\n" },
	{ ONE("\"type\":\"object\",\"constraints\":{\"enum\":[{\"x\":1,\"y\":{\"b\":1,\"a\":2}}]}"),
	    "a\n\"{\"\"y\"\":{\"\"a\"\":2,\"\"b\"\":1},\"\"x\"\":1}\"\n{}\n",
	    "enum 3 a: `{}` is not one of the 1 allowed values\n" },
	{ ONE("\"type\":\"geojson\""),
	    "a\n\"{\"\"type\"\":\"\"Point\"\",\"\"coordinates\"\":[1,2]}\"\n{}\n\"{\"\"type\"\":"
	    "\"\"Topology\"\"}\"\n",
	    "format 3 a: `{}` is not GeoJSON: its \"type\" must be one of GeoJSON's nine\n"
	    "format 4 a: `{\"type\":\"Topology\"}` is not GeoJSON: its \"type\" must be one of "
	    "GeoJSON's nine\n" },
	{ ONE("\"type\":\"geojson\",\"format\":\"topojson\""),
	    "a\n\"{\"\"type\"\":\"\"Topology\"\"}\"\n\"{\"\"type\"\":7}\"\n",
	    "format 3 a: `{\"type\":7}` is not TopoJSON: its \"type\" must be Topology or a "
	    "geometry's\n" },
	{ ONE("\"type\":\"geopoint\",\"format\":\"array\""),
	    "a\n\"[-180, 90]\"\n[1]\n\"[1,91]\"\n\"[1,\"\"2\"\"]\"\n",
	    "format 3 a: `[1]` is not [longitude, latitude], numbers up to 180 and 90 either way\n"
	    "format 4 a: `[1,91]` is not [longitude, latitude], numbers up to 180 and 90 either "
	    "way\n"
	    "format 5 a: `[1,\"2\"]` is not [longitude, latitude], numbers up to 180 and 90 either "
	    "way\n" },
	{ ONE("\"type\":\"geopoint\",\"format\":\"object\""),
	    "a\n\"{\"\"lat\"\":2,\"\"lon\"\":1}\"\n{}\n",
	    "format 3 a: `{}` is not an object of lon and lat alone, up to 180 and 90 "
	    "either way\n" },
	{ ONE("\"type\":\"date\",\"format\":\"%a, %d %b %Y\""),
	    "a\n\"Fri, 20 Nov 2026\"\n\"M\xc3\xa4., 20 Nov 2026\"\n\", 20 Nov 2026\"\n",
	    "type.date 4 a: `, 20 Nov 2026` is not a date: expected the format %a, %d %b %Y, a "
	    "weekday at character 1\n" },
	{ "{\"dialect\":{\"nullSequence\":\"\\\\N\"},\"schema\":" ONE("\"type\":\"integer\"") "}",
	    "a\n1\n\\N\nN\n\"\"\n",
	    "type.integer 4 a: `N` is not an integer: found `N` at character 1\n" },
	/* a bound may be written as the cells are */
	{ ONE("\"type\":\"date\",\"format\":\"%d.%m.%Y\",\"constraints\":{\"minimum\":\"01.02."
	      "2026\"}"),
	    "a\n31.01.2026\n01.02.2026\n",
	    "minimum 2 a: 31.01.2026 is below the minimum 01.02.2026\n" },
	{ ONE("\"type\":\"number\",\"decimalChar\":\",\",\"groupChar\":\".\","
	      "\"constraints\":{\"maximum\":1000}"),
	    "a\n\"1.000,00\"\n\"1.000,01\"\n",
	    "maximum 3 a: 1.000,01 is above the maximum 1000\n" },
	/* a cell as it stood */
	{ ONE("\"type\":\"number\",\"constraints\":{\"minimum\":0.5,\"enum\":[0.75,2]}"),
	    "a\n0.4\n\"+.50\"\n\"0.750\"\n1e1\n2.0\n",
	    "enum 2 a: 0.4 is not one of the 2 allowed values\n"
	    "enum 3 a: +.50 is not one of the 2 allowed values\n"
	    "enum 5 a: 1e1 is not one of the 2 allowed values\n" },
	{ ONE("\"type\":\"number\",\"bareNumber\":false,\"constraints\":{\"maximum\":2}"),
	    "a\n2 \xe2\x82\xac\n\"3 \"\"\xe2\x82\xac\"\"\"\n",
	    "maximum 3 a: `3 \"\xe2\x82\xac\"` is above the maximum 2\n" },
	{ "{\"fields\":[{\"name\":\"a\",\"type\":\"number\",\"constraints\":{\"minimum\":1}},"
	  "{\"name\":\"b\",\"type\":\"integer\"}],\"millrace\":{\"bad_rows\":\"repair\"}}",
	    "a,b\n1,2\n0.5,3,,\n", "minimum 3 a: 0.5 is below the minimum 1\n" },
	/* by position */
	{ "{\"fields\":[{\"name\":\"a\",\"type\":\"integer\"},{\"name\":\"b\"}],"
	  "\"fieldsMatch\":[\"exact\"]}",
	    "b,a\n1,x\ny,2\n",
	    "type.integer 3 a: `y` is not an integer: found `y` at character 1\n" },
};

#define KEYS "{\"fields\":[{\"name\":\"a\"},{\"name\":\"b\",\"type\":\"number\"}],"

static const struct case_of keys[] = {
	{ KEYS "\"primaryKey\":[\"a\",\"b\"]}", "a,b\nx,1\nx,2\nx,1.0\ny,1\nx,01\n,1\n",
	    "primary_key 4 a, b: row 3 has the same value as row 1\n"
	    "primary_key 6 a, b: row 5 has the same value as row 1\n"
	    "required 7 a: the cell is empty, a value is required\n" },
	/* a row refused for something else holds no key */
	{ KEYS "\"primaryKey\":\"a\"}", "a,b\nx,oops\nx,1\nx,2\n",
	    "type.decimal 2 b: `oops` is not a decimal: found `o` at character 1\n"
	    "primary_key 4 a: row 3 has the same value as row 2\n" },
	{ ONE("\"constraints\":{\"unique\":true}"), "a\nx\n\"\"\n\"\"\nx\n",
	    "unique 5 a: row 4 has the same value as row 1\n" },
	{ KEYS "\"foreignKeys\":[{\"fields\":\"b\",\"reference\":{\"resource\":\"\",\"fields\":"
	       "\"b\"}}]}",
	    "a,b\nx,1\ny,\n", "" },
	{ "{\"fields\":[{\"name\":\"id\",\"type\":\"integer\"},{\"name\":\"up\",\"type\":"
	  "\"integer\"}],"
	  "\"foreignKeys\":[{\"fields\":[\"up\"],\"reference\":{\"resource\":\"\",\"fields\":["
	  "\"id\"]}}]}",
	    "id,up\n1,\n2,1\n3,9\n4,5\n5,3\n",
	    "foreign_key 4 up: no such value in a good row of this file\n" },
	/* every key a row breaks is named, in the order of the contract */
	{ "{\"fields\":[{\"name\":\"a\",\"constraints\":{\"unique\":true}},{\"name\":\"b\","
	  "\"constraints\":{\"unique\":true}}],\"foreignKeys\":[{\"fields\":\"b\",\"reference\":{"
	  "\"resource\":\"\",\"fields\":\"a\"}}]}",
	    "a,b\nx,x\ny,y\ny,x\nz,w\nx,w\n",
	    "unique 4 a: row 3 has the same value as row 2; b: the same value as row 1\n"
	    "foreign_key 5 b: no such value in a good row of this file\n"
	    "unique 6 a: row 5 has the same value as row 1; b: the same value as row 4; "
	    "b: no such value in a good row of this file\n" },
};

#define RULE(expr)                                                                                 \
	"{\"fields\":[{\"name\":\"n\",\"type\":\"integer\"},{\"name\":\"s\",\"type\":\"date\"},"   \
	"{\"name\":\"e\",\"type\":\"date\"}],\"millrace\":{\"rules\":[{\"name\":\"r\",\"expr\":"   \
	"\"" expr "\"}]}}"

static const struct case_of rules[] = {
	{ RULE("e >= s"),
	    "n,s,e\n1,2026-01-02,2026-01-01\n2,2026-01-02,\n3,2026-01-01,2026-01-01\n",
	    "rule 2 r: not true: e >= s\n" },
	{ RULE("days_between(s, e) <= n"),
	    "n,s,e\n1,2026-01-01,2026-01-02\n1,2026-01-01,2026-01-03\n",
	    "rule 3 r: not true: days_between(s, e) <= n\n" },
	{ RULE("n * n > 0"), "n,s,e\n5000000000,,\n3,,\n",
	    "rule 2 r: the rule cannot be computed: the result is beyond 64 bits\n" },
	/* nothing can be divided by zero: null, which passes */
	{ RULE("n / 0 > 3"), "n,s,e\n5,,\n0,,\n,,\n", "" },
	{ RULE("10 / n > 3"), "n,s,e\n0,,\n,,\n2,,\n5,,\n", "rule 5 r: not true: 10 / n > 3\n" },
	{ RULE("10 % n = 0"), "n,s,e\n0,,\n2,,\n3,,\n", "rule 4 r: not true: 10 % n = 0\n" },
	{ RULE("div(10, n) = 5"), "n,s,e\n0,,\n2,,\n3,,\n",
	    "rule 4 r: not true: div(10, n) = 5\n" },
	{ RULE("n <> 0 and 10 / n > 3"), "n,s,e\n0,,\n,,\n2,,\n",
	    "rule 2 r: not true: n <> 0 and 10 / n > 3\n" },
	{ RULE("coalesce(10 / n, 0) > 3"), "n,s,e\n0,,\n,,\n2,,\n",
	    "rule 2 r: not true: coalesce(10 / n, 0) > 3\n"
	    "rule 3 r: not true: coalesce(10 / n, 0) > 3\n" },
};

static void run(const struct case_of *list, size_t n)
{
	size_t wrong = 0;
	for (size_t i = 0; i < n; i++) {
		struct arena *a = arena_new(4 << 20);
		struct contract c;
		struct contract_tally tally = { 0 };
		struct err err = { 0 };
		struct buf out;
		buf_init(&out, 1 << 16);
		fixture_contract(list[i].contract, a, &c);
		if (fixture_check(&c, list[i].text, strlen(list[i].text), &out, &tally, &err) != 0)
			buf_printf(&out, "?%s", err.msg);
		if (strcmp(out.data, list[i].want) != 0) {
			print_error("%s\n%sgot:\n%swanted:\n%s", list[i].contract, list[i].text,
			    out.data, list[i].want);
			wrong++;
		}
		contract_tally_done(&tally);
		buf_done(&out);
		arena_free(&a);
	}
	assert_int_equal(wrong, 0);
}

static void test_values(void **state)
{
	(void)state;
	run(cases, ARRAY_SIZE(cases));
}

static void test_keys(void **state)
{
	(void)state;
	run(keys, ARRAY_SIZE(keys));
}

static void test_rules_over_rows(void **state)
{
	(void)state;
	run(rules, ARRAY_SIZE(rules));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_rules_over_rows),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
