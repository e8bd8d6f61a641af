/* SPDX-License-Identifier: Apache-2.0 */
/* test_rules - docs/rules.md is the page of the table, and every example is refused by its rule, on
 * its line, in these very words. */
#include "fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "contract/rules.h"

enum { PAGE_BYTES = 1 << 20 };

static char *read_page(void)
{
	FILE *f = fopen("docs/rules.md", "re");
	if (f == NULL)
		fail_msg("docs/rules.md: run from the top of the tree");
	char *text = mem_alloc(PAGE_BYTES);
	const size_t n = fread(text, 1, PAGE_BYTES - 1, f);
	text[n] = '\0';
	(void)fclose(f);
	return text;
}

static void write_page(const char *text)
{
	FILE *f = fopen("build/rules.md", "we");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void test_the_page_is_the_table(void **state)
{
	struct buf page;
	(void)state;
	buf_init(&page, PAGE_BYTES);
	contract_rules_page(&page);
	char *stands = read_page();
	if (strcmp(stands, page.data) != 0) {
		write_page(page.data);
		fail_msg("docs/rules.md is stale: the right page is build/rules.md");
	}
	free(stands);
	buf_done(&page);
}

static bool check_example(const struct contract_rule *rule, struct arena *a)
{
	struct contract c;
	struct contract_tally tally = { 0 };
	struct err err = { 0 };
	struct buf out;
	buf_init(&out, 1 << 16);
	fixture_contract(contract_rules_contract(), a, &c);
	const int rc = fixture_check(&c, rule->example, strlen(rule->example), &out, &tally, &err);
	const char *want = arena_printf(a, "%s %d %s\n", rule->id, rule->line, rule->message);
	const bool same = rc == 0 && strcmp(out.data, want) == 0;
	if (!same)
		print_error("wanted: %sgot: %s%s\n", want, rc == 0 ? out.data : err.msg,
		    rc == 0 ? "" : "\n");
	contract_tally_done(&tally);
	buf_done(&out);
	return same;
}

static void test_every_example_is_refused(void **state)
{
	size_t n;
	size_t wrong = 0;
	const struct contract_rule *rules = contract_rules(&n);
	(void)state;
	for (size_t i = 0; i < n; i++) {
		struct arena *a = arena_new(4 << 20);
		assert_int_equal(contract_rule_index(rules[i].id), i);
		assert_true((rules[i].example == NULL) != (rules[i].note == NULL));
		wrong += rules[i].example != NULL && !check_example(&rules[i], a);
		arena_free(&a);
	}
	assert_int_equal(wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_example_is_refused),
		cmocka_unit_test(test_the_page_is_the_table),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
