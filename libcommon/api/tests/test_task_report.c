/* SPDX-License-Identifier: Apache-2.0 */
/* test_task_report - lines and exits of one or two children, and the word they add up to. */
#include "api/task_report.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const char result[] = "{\"t\":\"result\",\"verdict\":\"good\"}";

static const struct {
	const char *name;
	int n;
	const char *lines[3]; /* "<child><line>" */
	struct child_end ends[2];
	bool stopped;
	enum task_ended ended;
	const char *code, *text; /* expected in the reason; NULL = no reason */
} cases[] = {
	{ "one good", 1, { "0{\"t\":\"result\"}" }, { { 0 } }, false, TASK_RESULT, NULL, NULL },
	{ "two good", 2, { "0{\"t\":\"result\"}", "1{\"t\":\"result\"}" }, { { 0 }, { 0 } }, false,
	    TASK_RESULT, NULL, NULL },
	{ "done although stopped", 1, { "0{\"t\":\"result\"}" }, { { 0 } }, true, TASK_RESULT, NULL,
	    NULL },
	{ "stopped", 1, { NULL }, { { .exit_code = -1, .signal = SIGTERM } }, true, TASK_STOPPED,
	    NULL, NULL },
	{ "exit 0 without a result", 1, { NULL }, { { 0 } }, false, TASK_CRASHED, "task.exit",
	    "the engine ended with exit code 0 and without a result" },
	{ "segfault", 1, { NULL }, { { .exit_code = -1, .signal = SIGSEGV } }, false, TASK_CRASHED,
	    "task.signal", "signal 11" },
	{ "result, then crash", 1, { "0{\"t\":\"result\"}" },
	    { { .exit_code = -1, .signal = SIGSEGV } }, false, TASK_CRASHED, "task.signal",
	    "signal 11" },
	{ "input", 1, { "0{\"t\":\"error\",\"kind\":\"input\",\"code\":\"a.b\",\"text\":\"bad\"}" },
	    { { .exit_code = 70 } }, false, TASK_FAILED, "a.b", "bad" },
	{ "no space", 1, { "0{\"t\":\"error\",\"kind\":\"no_space\",\"text\":\"full\"}" },
	    { { .exit_code = 70 } }, false, TASK_RETRY, "task.error", "full" },
	{ "a statement out of time is an attempt", 1,
	    { "0{\"t\":\"error\",\"kind\":\"timeout\",\"text\":\"slow\"}" },
	    { { .exit_code = 70 } }, false, TASK_CRASHED, "task.error", "slow" },
	{ "the wall clock is final", 1,
	    { "0{\"t\":\"error\",\"kind\":\"timeout\",\"code\":\"task.timeout\",\"text\":"
	      "\"slow\"}" },
	    { { .exit_code = 71 } }, false, TASK_FAILED, "task.timeout", "slow" },
	{ "the wall clock of one of two is final", 2,
	    { "0{\"t\":\"error\",\"kind\":\"timeout\",\"code\":\"task.timeout\",\"text\":\"slow\"}",
		"1{\"t\":\"error\",\"kind\":\"internal\",\"code\":\"task.peer\",\"text\":"
		"\"peer\"}" },
	    { { .exit_code = 71 }, { .exit_code = 70 } }, false, TASK_FAILED, "task.timeout",
	    "slow" },
	{ "fenced off", 2, { "1{\"t\":\"error\",\"kind\":\"lost\",\"text\":\"epoch\"}" },
	    { { .exit_code = -1, .signal = SIGTERM }, { .exit_code = 70 } }, false, TASK_LOST,
	    "task.error", "epoch" },
	{ "the peer's end is not the cause", 2,
	    { "1{\"t\":\"error\",\"kind\":\"internal\",\"code\":\"task.peer\",\"text\":\"peer\"}",
		"0{\"t\":\"error\",\"kind\":\"no_space\",\"text\":\"full\"}" },
	    { { .exit_code = 70 }, { .exit_code = 70 } }, false, TASK_RETRY, "task.error", "full" },
	{ "engine killed, loader leaves in silence", 2, { NULL },
	    { { .exit_code = -1, .signal = SIGKILL }, { .exit_code = 70 } }, false, TASK_CRASHED,
	    "task.signal", "the engine was ended by signal 9" },
	{ "loader exits, engine told to stop", 2, { NULL },
	    { { .exit_code = -1, .signal = SIGTERM }, { .exit_code = 70 } }, false, TASK_CRASHED,
	    "task.exit", "the loader ended with exit code 70" },
	{ "garbage", 1, { "0not json", "0[]", "0{\"t\":7}" }, { { 0 } }, false, TASK_CRASHED,
	    "task.exit", "without a result" },
};

static void test_ends(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct arena *a = arena_new(1 << 20);
		struct task_report r;

		task_report_init(&r, a, cases[i].n);
		for (int k = 0; k < 3 && cases[i].lines[k]; k++) {
			const char *line = cases[i].lines[k];
			task_report_line(&r, line[0] - '0', line + 1, strlen(line + 1));
		}
		task_report_judge(&r, cases[i].ends, cases[i].stopped);
		if (r.ended != cases[i].ended || !r.reason != !cases[i].code)
			fail_msg("%s: ended %d", cases[i].name, (int)r.ended);
		if (r.reason && (strcmp(js_str(r.reason, "code"), cases[i].code) != 0 ||
				    !strstr(js_str(r.reason, "text"), cases[i].text)))
			fail_msg("%s: %s %s", cases[i].name, js_str(r.reason, "code"),
			    js_str(r.reason, "text"));
		arena_free(&a);
	}
}

static void test_progress_takes_no_memory_of_the_task(void **state)
{
	static const char line[] = "{\"t\":\"progress\",\"bytes\":5,\"rows\":6,\"rejects\":7}";
	struct arena *a = arena_new(1 << 16);
	struct task_report r;

	(void)state;
	task_report_init(&r, a, 1);
	const size_t used = arena_used(a);
	for (int i = 0; i < 10000; i++)
		assert_int_equal(
		    task_report_line(&r, 0, line, sizeof(line) - 1), TASK_LINE_PROGRESS);
	assert_int_equal(arena_used(a), used);
	assert_int_equal(r.rejects, 7);
	assert_int_equal(
	    task_report_line(&r, 0, "{\"t\":\"committing\"}", 18), TASK_LINE_COMMITTING);
	assert_true(r.committing);
	assert_int_equal(task_report_line(&r, 0, result, sizeof(result) - 1), TASK_LINE_END);
	assert_int_equal(task_report_line(&r, 0, result, sizeof(result) - 1), TASK_LINE_OTHER);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_progress_takes_no_memory_of_the_task),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
