/* SPDX-License-Identifier: Apache-2.0 */
/* test_csv_json - the grammar's edges, and texts judged by Python's json module too. */
#include "csv/csv_json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { ROOM_BYTES = 20000 };

static char room[ROOM_BYTES + CSV_PAD_BYTES];

static bool check(const char *text, size_t n, const char *want)
{
	size_t at;
	memset(room, '1', sizeof(room));
	memcpy(room, text, n);
	const bool ok = csv_json_check(room, n, want);
	const char *why = csv_json_why(room, n, want, &at);
	if (ok != (why[0] == '\0') || at > n)
		fail_msg("`%.*s`: %d, \"%s\" at %zu", (int)n, text, ok, why, at);
	return ok;
}

static void test_good(void **state)
{
	(void)state;
	static const char *const texts[] = { "null", "true", "false", "0", "-0", "-0.0e-0",
		"1.5E+3", "123456789012345678901234567890", "\"\"",
		"\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e4\"", "\"\\ud83d\\ude00\"", "\"\xc3\xa4\x7f\"",
		"[]", "{}", " [ 1 , 2 ] ", "[[],{},[[]]]", "{\"a\":1,\"a\":{\"b\":[null,true]}}",
		"\t\r\n{ \"\" : [ ] }\n", "1e5000", "[1e-5000]" };
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		if (!check(texts[i], strlen(texts[i]), NULL))
			fail_msg("`%s` was refused", texts[i]);
	}
}

static void test_bad(void **state)
{
	(void)state;
	static const char *const texts[] = { "", " ", "nul", "nulll", "True", "NaN", "Infinity",
		"-", "+1", "01", "-01", "1.", ".5", "1e", "1e+", "0x1", "1 2", "\"", "\"\\\"",
		"\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"\\u0000\"", "\"\\ud83d\"",
		"\"\\ud83d\\u0041\"", "\"\\ude00\"", "\"\n\"", "\"\x01\"", "[", "]", "[1", "[1,",
		"[1,]", "[,1]", "[1 2]", "[1}", "{", "{]", "{1:2}", "{\"a\"}", "{\"a\":}",
		"{\"a\":1,}", "{\"a\":1 \"b\":2}", "{a:1}", "'a'", "[]]", "{}x", "// c\n1",
		"\xef\xbb\xbf"
		"1",
		"1e5001", "-1e-99999999999", "[\"a\":1]" };
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		if (check(texts[i], strlen(texts[i]), NULL))
			fail_msg("`%s` was let pass", texts[i]);
	}
	assert_false(check("1\0", 2, NULL));
	assert_false(check("\"a\0\"", 4, NULL));
}

static void test_wanted_kinds(void **state)
{
	(void)state;
	assert_true(check(" {\"a\":[]}", 9, "object"));
	assert_false(check("[{}]", 4, "object"));
	assert_true(check("[{}]", 4, "array"));
	assert_false(check("{}", 2, "array"));
	assert_false(check("1", 1, "array"));
	assert_false(check("", 0, "object"));
}

static void test_limits(void **state)
{
	(void)state;
	char text[ROOM_BYTES];
	memset(text, '[', CSV_JSON_DEPTH);
	memset(text + CSV_JSON_DEPTH, ']', CSV_JSON_DEPTH);
	assert_true(check(text, 2 * (size_t)CSV_JSON_DEPTH, NULL));
	memset(text, '[', CSV_JSON_DEPTH + 1);
	memset(text + CSV_JSON_DEPTH + 1, ']', CSV_JSON_DEPTH + 1);
	assert_false(check(text, 2 * (size_t)(CSV_JSON_DEPTH + 1), NULL));
	memset(text, '9', sizeof(text));
	assert_true(check(text, CSV_JSON_DIGITS, NULL));
	assert_false(check(text, CSV_JSON_DIGITS + 1, NULL));
}

/* Prints "verdict bytes", then the text: random values, most with one byte changed. What Python
 * lets pass beyond RFC 8259 (NaN) and what we refuse beyond it (\u0000, halves) are told apart. */
static const char script[] =
    "import json, random, sys\n"
    "r = random.Random(5)\n"
    "def value(d):\n"
    "    k = r.randrange(9 if d else 6)\n"
    "    if k == 0: return r.choice([None, True, False])\n"
    "    if k < 3: return r.choice([0, -1, 1.5, 1e300, -0.0, 12345678901234567890, r.random()])\n"
    "    if k < 6: return ''.join(r.choices('ab\"\\\\/\\n\\t\\u00e4\\u20ac\\U0001f600 ', "
    "k=r.randrange(6)))\n"
    "    if k < 7: return [value(d - 1) for _ in range(r.randrange(4))]\n"
    "    return {str(value(0)): value(d - 1) for _ in range(r.randrange(4))}\n"
    "def refuse(_):\n"
    "    raise ValueError\n"
    "def half(v):\n"
    "    if isinstance(v, str): return any(0xd800 <= ord(c) <= 0xdfff or c == '\\0' for c in v)\n"
    "    return isinstance(v, (list, tuple)) and any(map(half, v))\n"
    "def number(t):\n"
    "    if 'e' in t.lower() and abs(int(t.lower().split('e')[1])) > 5000: raise ValueError\n"
    "out = sys.stdout.buffer\n"
    "for _ in range(20000):\n"
    "    t = json.dumps(value(4), ensure_ascii=r.random() < .5, indent=r.choice([None, None, 1]))\n"
    "    t = list(t)\n"
    "    for _ in range(r.choice([0, 1, 1, 1, 2])):\n"
    "        at = r.randrange(len(t) + 1)\n"
    "        c = r.choice('{}[],:\"\\\\ 019.eE+-tfnulrs\\n\\x00/')\n"
    "        if r.random() < .5: t[at:at + 1] = [c]\n"
    "        elif r.random() < .5: t[at:at] = [c]\n"
    "        else: t[at:at + 1] = []\n"
    "    t = ''.join(t)\n"
    "    try:\n"
    "        v = json.loads(t, parse_constant=refuse, parse_float=number, "
    "object_pairs_hook=list)\n"
    "        ok = 2 if half(v) else 1\n"
    "    except ValueError:\n"
    "        ok = 0\n"
    "    b = t.encode()\n"
    "    out.write(b'%d %d\\n' % (ok, len(b)) + b)\n";

static void test_the_same_verdict_as_python(void **state)
{
	(void)state;
	char command[sizeof(script) + 64];
	char text[ROOM_BYTES];
	int want;
	size_t n;
	size_t seen = 0;
	size_t good = 0;
	(void)snprintf(command, sizeof(command), "/usr/bin/python3 - <<'END'\n%sEND\n", script);
	FILE *in = popen(command, "r");
	assert_non_null(in);
	while (fscanf(in, "%d %zu", &want, &n) == 2 && getc(in) == '\n' && n < sizeof(text)) {
		assert_int_equal(fread(text, 1, n, in), n);
		const bool ok = check(text, n, NULL);
		if (ok != (want == 1))
			fail_msg(
			    "case %zu `%.*s`: %d, Python says %d", seen, (int)n, text, ok, want);
		seen++;
		good += ok;
	}
	assert_int_equal(pclose(in), 0);
	assert_true(seen == 20000 && good > 3000 && good < 17000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_wanted_kinds),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_the_same_verdict_as_python),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
