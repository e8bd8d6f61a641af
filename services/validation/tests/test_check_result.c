/* SPDX-License-Identifier: Apache-2.0 */
/* test_check_result - what the supervisor believes of an engine, and what it does not. */
#include "check_result.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "staged.h"

enum { ARENA_BYTES = 64 << 20 };

static char scratch[] = "/tmp/millrace-check-XXXXXX";

static int setup(void **state)
{
	*state = arena_new(ARENA_BYTES);
	memcpy(scratch + sizeof(scratch) - 7, "XXXXXX", 6);
	return mkdtemp(scratch) != NULL ? 0 : -1;
}

static int teardown(void **state)
{
	struct arena *a = *state;
	arena_free(&a);
	(void)staged_remove_tree(scratch);
	return 0;
}

static void put(const char *name, const char *text)
{
	char path[128];
	(void)snprintf(path, sizeof(path), "%s/%s", scratch, name);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static int read_line(struct arena *a, const char *line, struct check_result *r, struct err *err)
{
	cJSON *doc = NULL;
	assert_int_equal(js_parse(line, strlen(line), a, &doc, err), 0);
	return check_result_read(doc, scratch, a, r, err);
}

#define ACCOUNT(read, good, repaired, rejected)                                                    \
	"\"account\":{\"read\":" #read ",\"good\":" #good ",\"repaired\":" #repaired               \
	",\"rejected\":" #rejected "}"

static void believes_a_whole_result(void **state)
{
	struct check_result r;
	struct err err = { 0 };
	put("rejects.jsonl",
	    "{\"seq\":1}\nnot json\n[2]\n\n{\"seq\":2,\"raw\":\"a\\u0000b\\\\u0000\"}");
	put("report.json", "{\"rows\":3}");
	assert_int_equal(
	    read_line(*state,
		"{\"verdict\":\"good\"," ACCOUNT(4, 2, 1,
		    1) ",\"columns\":[],\"silver\":"
		       "[{\"file\":\"a\",\"rows\":1},{\"file\":\"b\",\"rows\":2}],\"reason\":null}",
		&r, &err),
	    0);
	assert_int_equal(r.verdict, CHECK_GOOD);
	assert_int_equal(r.rejected, 1);
	assert_null(r.reason);
	assert_null(r.draft);
	assert_string_equal(r.detail, "{\"rows\":3}");
	/* An escaped backslash before u0000 is no escape of NUL. */
	assert_string_equal(r.rejects, "[{\"seq\":1},{\"seq\":2,\"raw\":\"a\\ufffdb\\\\u0000\"}]");
}

static void stops_at_an_account_that_does_not_add_up(void **state)
{
	static const char *const lines[] = {
		"{\"verdict\":\"good\"," ACCOUNT(5, 2, 1, 1) ",\"silver\":[{\"rows\":3}]}",
		"{\"verdict\":\"good\"," ACCOUNT(4, 2, 1, 1) ",\"silver\":[{\"rows\":2}]}",
		"{\"verdict\":\"good\"," ACCOUNT(4, 2, 1, 1) "}",
		"{\"verdict\":\"fine\"," ACCOUNT(0, 0, 0, 0) "}",
		"{" ACCOUNT(0, 0, 0, 0) "}",
		"{\"verdict\":\"draft\"," ACCOUNT(0, 0, 0, 0) "}",
		"{\"verdict\":\"draft\"," ACCOUNT(5, 5, 0, 0) "}",
		"{\"verdict\":\"draft\"," ACCOUNT(5, 0, 0, 5) "}",
	};
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		struct check_result r;
		struct err err = { 0 };
		if (read_line(*state, lines[i], &r, &err) == 0)
			fail_msg("believed: %s", lines[i]);
		assert_int_equal(err.kind, ERR_INTERNAL);
	}
}

static void takes_the_draft_apart(void **state)
{
	struct check_result r;
	struct err err = { 0 };
	put("draft.json", "{\"doc\":{\"fields\":[]},\"evidence\":{\"rows\":9,\"rows_refused\":2}}");
	assert_int_equal(
	    read_line(*state, "{\"verdict\":\"draft\"," ACCOUNT(9, 0, 0, 0) "}", &r, &err), 0);
	assert_string_equal(r.draft, "{\"fields\":[]}");
	assert_string_equal(r.evidence, "{\"rows\":9,\"rows_refused\":2}");
	assert_int_equal(r.unread, 2);
	assert_string_equal(r.rejects, "[]");
	assert_null(r.detail);
}

static void a_draft_past_our_limits_is_the_files_fault(void **state)
{
	struct check_result r;
	struct err err = { 0 };
	struct buf b;
	buf_init(&b, 1 << 20);
	buf_adds(&b, "{\"doc\":[0");
	for (int i = 0; i < JS_MAX_VALUES; i++)
		buf_adds(&b, ",0");
	buf_adds(&b, "]}");
	put("draft.json", b.data);
	buf_done(&b);
	assert_int_equal(
	    read_line(*state, "{\"verdict\":\"draft\"," ACCOUNT(0, 0, 0, 0) "}", &r, &err), -1);
	assert_int_equal(err.kind, ERR_INPUT);
	assert_string_equal(err.code, "check.too_wide");
}

static void follows_no_link_out_of_the_scratch(void **state)
{
	struct check_result r;
	struct err err = { 0 };
	char path[128];
	(void)snprintf(path, sizeof(path), "%s/report.json", scratch);
	assert_int_equal(symlink("/proc/self/status", path), 0);
	assert_int_equal(
	    read_line(*state, "{\"verdict\":\"over_budget\"," ACCOUNT(1, 0, 0, 1) "}", &r, &err),
	    0);
	assert_null(r.detail);
}

static void takes_the_first_lines(void **state)
{
	assert_string_equal(check_result_lines("{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n", 2, *state),
	    "[{\"a\":1},{\"a\":2}]");
	assert_string_equal(check_result_lines("", 2, *state), "[]");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(believes_a_whole_result, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    stops_at_an_account_that_does_not_add_up, setup, teardown),
		cmocka_unit_test_setup_teardown(takes_the_draft_apart, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    a_draft_past_our_limits_is_the_files_fault, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    follows_no_link_out_of_the_scratch, setup, teardown),
		cmocka_unit_test_setup_teardown(takes_the_first_lines, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
