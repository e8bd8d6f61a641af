/* SPDX-License-Identifier: Apache-2.0 */
/* test_rules - docs/rules.md has every rule, and its examples are refused by it, in these very
 * words. */
#include "fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "contract/rules.h"

static const char contract_json[] =
    "{\"fields\":[{\"name\":\"id\",\"type\":\"integer\",\"constraints\":{\"required\":true}},"
    "{\"name\":\"amount\",\"type\":\"number\",\"millrace\":{\"precision\":10,\"scale\":2}},"
    "{\"name\":\"ratio\",\"type\":\"number\",\"millrace\":{\"type\":\"double\"}},"
    "{\"name\":\"paid\",\"type\":\"boolean\"},{\"name\":\"day\",\"type\":\"date\"},"
    "{\"name\":\"at\",\"type\":\"datetime\"},"
    "{\"name\":\"size\",\"constraints\":{\"enum\":[\"S\",\"M\",\"L\"]}},"
    "{\"name\":\"units\",\"type\":\"integer\",\"constraints\":{\"minimum\":1,\"maximum\":100}},"
    "{\"name\":\"note\"}]}";

static char *read_page(void)
{
	FILE *f = fopen("docs/rules.md", "re");
	if (f == NULL)
		fail_msg("docs/rules.md: run from the top of the tree");
	char *text = mem_alloc(1 << 20);
	const size_t n = fread(text, 1, (1 << 20) - 1, f);
	text[n] = '\0';
	(void)fclose(f);
	return text;
}

/* The text between two marks behind p, in the arena; NULL when they do not stand before `end`. */
static const char *between(
    const char *p, const char *end, const char *open, const char *close, struct arena *a)
{
	const char *start = strstr(p, open);
	if (start == NULL || start >= end)
		return NULL;
	start += strlen(open);
	const char *stop = strstr(start, close);
	return stop == NULL || stop > end ? NULL : arena_dup_n(a, start, (size_t)(stop - start));
}

static void check_section(const struct contract_rule *rule, const char *page, struct arena *a)
{
	struct contract c;
	struct contract_tally tally = { 0 };
	struct err err = { 0 };
	struct buf out;
	const char *start = strstr(page, arena_printf(a, "## `%s`\n", rule->id));
	if (start == NULL) {
		fail_msg("%s has no section", rule->id);
		return;
	}
	const char *end = strstr(start + 3, "\n#");
	assert_non_null(end);
	if (between(start, end, rule->meaning, "\n", a) == NULL)
		fail_msg("%s: the page says something else than \"%s\"", rule->id, rule->meaning);
	const char *csv = between(start, end, "```csv\n", "```", a);
	const char *message = between(start, end, "> ", "\n", a);
	if (csv == NULL && between(start, end, "Example: ", "\n", a) == NULL)
		fail_msg("%s has no example", rule->id);
	if (csv == NULL)
		return;
	buf_init(&out, 1 << 16);
	fixture_contract(contract_json, a, &c);
	c.null_missing = true;
	assert_int_equal(fixture_check(&c, csv, strlen(csv), &out, &tally, &err), 0);
	assert_string_equal(out.data, arena_printf(a, "%s 2 %s\n", rule->id, message));
	contract_tally_done(&tally);
	buf_done(&out);
}

static void test_every_rule_is_documented(void **state)
{
	(void)state;
	size_t n;
	const struct contract_rule *rules = contract_rules(&n);
	char *page = read_page();
	for (size_t i = 0; i < n; i++) {
		struct arena *a = arena_new(4 << 20);
		check_section(&rules[i], page, a);
		assert_int_equal(contract_rule_index(rules[i].id), i);
		arena_free(&a);
	}
	free(page);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_every_rule_is_documented) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
