/* SPDX-License-Identifier: Apache-2.0 */
/* test_check - matching headers, constraints, books and budget. */
#include "fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "contract/rules.h"

static const char contract_json[] =
    "{\"fields\":["
    "{\"name\":\"id\",\"type\":\"integer\",\"constraints\":{\"required\":true}},"
    "{\"name\":\"amount\",\"type\":\"number\",\"millrace\":{\"type\":\"decimal\",\"precision\":8,"
    "\"scale\":2,"
    "\"aliases\":[\"Amount EUR\"]},\"constraints\":{\"minimum\":\"-1.50\",\"maximum\":99}},"
    "{\"name\":\"ratio\",\"type\":\"number\",\"millrace\":{\"type\":\"double\"},"
    "\"constraints\":{\"minimum\":0,\"maximum\":1}},"
    "{\"name\":\"day\",\"type\":\"date\",\"constraints\":{\"minimum\":\"2026-01-01\"}},"
    "{\"name\":\"size\",\"constraints\":{\"enum\":[\"S\",\"M\",\"a long name of a size\"]}},"
    "{\"name\":\"level\",\"type\":\"integer\",\"constraints\":{\"enum\":[1,2,3]}}]}";

struct check_case {
	const char *name, *text, *want;
};

#define HEADER "id,amount,ratio,day,size,level\n"

static const struct check_case cases[] = {
	{ "good", HEADER "1,99,0.5,2026-01-01,S,1\n2,-1.50,1,2026-12-31,a long name of a size,3\n",
	    "" },
	{ "nulls pass all but required", HEADER "1,,,,,\n,1,1,2026-01-01,S,1\n",
	    "required 3 id: the cell is empty, a value is required\n" },
	{ "bounds",
	    HEADER "1,-1.51,0,2026-01-01,S,1\n2,99.01,0,2026-01-01,S,1\n3,0,-0.1,2026-01-01,S,1\n"
		   "4,0,1.1,2026-01-01,S,1\n5,0,0,2025-12-31,S,1\n6,0,NaN,2026-01-01,S,1\n",
	    "minimum 2 amount: -1.51 is below the minimum -1.50\n"
	    "maximum 3 amount: 99.01 is above the maximum 99\n"
	    "minimum 4 ratio: -0.1 is below the minimum 0\n"
	    "maximum 5 ratio: 1.1 is above the maximum 1\n"
	    "minimum 6 day: 2025-12-31 is below the minimum 2026-01-01\n"
	    "minimum 7 ratio: NaN is below the minimum 0\n" },
	{ "enum", HEADER "1,0,0,2026-01-01,s,1\n2,0,0,2026-01-01,S,4\n",
	    "enum 2 size: `s` is not one of the 3 allowed values\n"
	    "enum 3 level: 4 is not one of the 3 allowed values\n" },
	{ "values that fit, nulls and faults side by side",
	    HEADER "1,0,0,2026-01-01,a long name of sizes,1\n2,0,0,,,1\n,0,0,2025-01-01,Q,1\n"
		   "4,0,0,2025-12-31,M,1\n5,0,0,2026-01-01,a long name of a size,1\n",
	    "enum 2 size: `a long name of sizes` is not one of the 3 allowed values\n"
	    "required 4 id: the cell is empty, a value is required\n"
	    "minimum 5 day: 2025-12-31 is below the minimum 2026-01-01\n" },
	{ "a row has one fault: types before constraints", HEADER ",100,0,2026-01-01,S,x\n",
	    "type.integer 2 level: `x` is not an integer: found `x` at character 1\n" },
	{ "order is free, aliases and case",
	    "LEVEL,Size,day,ratio,Amount EUR,id\n1,S,2026-01-01,0,5,1\n", "" },
	{ "optional columns absent", "id,amount,ratio,day\n1,5,0,2026-01-01\n",
	    "?header.missing not in the file but in the contract: size, level; the file has id, "
	    "amount, ratio, day" },
	{ "extra column", "id,colour,amount,ratio,day,size,level\n1,red,2,0,2026-01-01,S,1\n",
	    "?header.extra in the file but not in the contract: colour" },
	{ "nothing fits", "a,b\n1,2\n",
	    "?header.missing not in the file but in the contract: id, amount, ratio, day, size, "
	    "level; "
	    "the file has a, b" },
};

static const struct check_case tolerant_cases[] = {
	{ "optional column absent", "id,amount\n1,5\n", "" },
	{ "required column absent", "amount,day\n1,2\n",
	    "?header.missing not in the file but in the contract: id; the file has amount, day" },
};

/* Cells alone do not tell: the first row stands further below as well. */
static const char recurring[] = "red,blue\ngreen,red\nred,blue\nblue,green\ngreen,blue\nred,blue\n"
				"blue,red\ngreen,red\nblue,green\nred,green\n";

static void run_case(const struct contract *c, const struct check_case *k, struct buf *out)
{
	struct contract_tally tally = { 0 };
	struct err err = { 0 };
	buf_reset(out);
	if (fixture_check(c, k->text, strlen(k->text), out, &tally, &err) != 0)
		buf_printf(out, "?%s %s", err.code, err.msg);
	else
		assert_true(contract_tally_balances(&tally));
	contract_tally_done(&tally);
}

static size_t run_cases(bool null_missing, const struct check_case *list, size_t n)
{
	struct arena *a = arena_new(1 << 20);
	struct contract c;
	struct buf out;
	size_t wrong = 0;
	buf_init(&out, 1 << 20);
	fixture_contract(contract_json, a, &c);
	c.null_missing = null_missing;
	for (size_t i = 0; i < n; i++) {
		run_case(&c, &list[i], &out);
		if (strcmp(out.data, list[i].want) == 0)
			continue;
		print_error(
		    "case \"%s\"\ngot:\n%s\nwant:\n%s\n", list[i].name, out.data, list[i].want);
		wrong++;
	}
	buf_done(&out);
	arena_free(&a);
	return wrong;
}

static void test_cases(void **state)
{
	(void)state;
	assert_int_equal(run_cases(false, cases, ARRAY_SIZE(cases)), 0);
	assert_int_equal(run_cases(true, tolerant_cases, ARRAY_SIZE(tolerant_cases)), 0);
}

static void test_books_by_rule_and_column(void **state)
{
	(void)state;
	static const char text[] = "id,amount\n1,1\nx,1\ny,1\n1,z\n1\n";
	struct arena *a = arena_new(1 << 20);
	struct contract c;
	struct contract_tally t = { 0 };
	struct contract_tally sum;
	struct err err = { 0 };
	struct buf out;
	size_t n;
	buf_init(&out, 1 << 20);
	fixture_contract(contract_json, a, &c);
	c.null_missing = true;
	assert_int_equal(fixture_check(&c, text, strlen(text), &out, &t, &err), 0);
	assert_int_equal(t.account.read, 5);
	assert_int_equal(t.account.good, 1);
	assert_int_equal(t.account.rejected, 4);
	contract_tally_init(&sum, 2);
	contract_tally_add(&sum, &t);
	contract_tally_add(&sum, &t);
	assert_true(contract_tally_balances(&sum));
	struct contract_count *list = contract_tally_list(&sum, &n);
	assert_int_equal(n, 3);
	assert_string_equal(list[0].rule, "type.integer");
	assert_int_equal(list[0].file_column, 0);
	assert_int_equal(list[0].count, 4);
	free(list);
	sum.account.good++;
	assert_false(contract_tally_balances(&sum));
	contract_tally_done(&sum);
	contract_tally_done(&t);
	buf_done(&out);
	arena_free(&a);
}

static void test_budget(void **state)
{
	(void)state;
	static const struct {
		int64_t read, rejected;
		double pct;
		bool at_end, spent;
	} budgets[] = {
		{ 999, 999, 1, false, false },
		{ 1000, 10, 1, false, false },
		{ 1000, 11, 1, false, true },
		{ 120, 12, 1, true, true },
		{ 120, 12, 10, true, false },
		{ 100, 0, 0, true, false },
		{ 100, 1, 0, true, true },
		{ 100, 100, 100, true, false },
		{ 0, 0, 0, true, false },
	};
	for (size_t i = 0; i < ARRAY_SIZE(budgets); i++) {
		const struct contract_account a = { .read = budgets[i].read,
			.rejected = budgets[i].rejected };
		if (contract_budget_spent(&a, budgets[i].pct, 1000, budgets[i].at_end) !=
		    budgets[i].spent)
			fail_msg("budget %zu", i);
	}
}

static void test_names_of_the_contract_settle_the_header(void **state)
{
	(void)state;
	struct arena *a = arena_new(1 << 20);
	struct buf out;
	struct contract c;
	struct contract_tally tally = { 0 };
	struct err err = { 0 };
	buf_init(&out, 1 << 16);
	fixture_contract(
	    "{\"fields\":[{\"name\":\"Red\"},{\"name\":\"b\",\"millrace\":{\"aliases\":["
	    "\"blue\"]}}]}",
	    a, &c);
	if (fixture_check(&c, recurring, strlen(recurring), &out, &tally, &err) != 0)
		fail_msg("%s", err.msg);
	assert_int_equal(tally.account.good, 9);
	contract_tally_done(&tally);
	buf_done(&out);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_of_the_contract_settle_the_header),
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_books_by_rule_and_column),
		cmocka_unit_test(test_budget),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
