/* SPDX-License-Identifier: Apache-2.0 */
/* test_task - report lines as the supervisor reads them. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "task.h"

/* What act wrote to the report pipe. */
static const char *lines_of(void (*act)(struct task *t))
{
	static char text[4096];
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	struct task *t = task_new(ends[1]);
	act(t);
	task_free(&t);
	close(ends[1]);
	const ssize_t n = read(ends[0], text, sizeof(text) - 1);
	close(ends[0]);
	text[n < 0 ? 0 : n] = '\0';
	return text;
}

static void act_progress(struct task *t)
{
	clock_set_for_test(0, 1000);
	task_progress(t, 1, 2, 3);
	task_progress(t, 4, 5, 6); /* too soon: dropped */
	clock_set_for_test(0, 1000 + TASK_PROGRESS_EVERY_MS);
	task_progress(t, 7, 1, 9); /* fewer rows than told: a thread that was overtaken */
	clock_set_for_test(-1, -1);
}

static void test_progress_is_bounded(void **state)
{
	(void)state;
	assert_string_equal(lines_of(act_progress),
	    "{\"t\":\"progress\",\"bytes\":1,\"rows\":2,\"rejects\":3}\n"
	    "{\"t\":\"progress\",\"bytes\":7,\"rows\":2,\"rejects\":9}\n");
}

static void act_result(struct task *t)
{
	cJSON *result = js_object(task_arena(t));
	js_add_i64(result, "rows", 5);
	task_committing(t);
	task_result(t, result);
	task_progress(t, 1, 1, 1); /* after the end: dropped */
}

static void test_result_is_the_last_line(void **state)
{
	(void)state;
	assert_string_equal(
	    lines_of(act_result), "{\"t\":\"committing\"}\n{\"rows\":5,\"t\":\"result\"}\n");
}

static struct err error;

static void act_error(struct task *t)
{
	task_error(t, &error);
}

static void test_error_kinds(void **state)
{
	static const struct {
		enum err_kind kind;
		const char *code, *word;
	} cases[] = {
		{ ERR_INPUT, "engine.sql", "input" },
		{ ERR_NO_SPACE, "engine.no_space", "no_space" },
		{ ERR_TIMEOUT, "x", "timeout" },
		{ ERR_UNAVAILABLE, "x", "unavailable" },
		{ ERR_BUSY, "x", "unavailable" },
		{ ERR_UNCERTAIN, "x", "uncertain" },
		{ ERR_CONFLICT, "load.lost", "lost" },
		{ ERR_CONFLICT, "load.exists", "input" },
		{ ERR_TOO_LARGE, "engine.memory", "internal" },
		{ ERR_INTERNAL, "x", "internal" },
	};
	char want[64];
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		err_set_code(&error, cases[i].kind, cases[i].code, "a \"quoted\" reason");
		snprintf(want, sizeof(want), "\"kind\":\"%s\"", cases[i].word);
		const char *line = lines_of(act_error);
		assert_non_null(strstr(line, want));
		assert_non_null(strstr(line, "a \\\"quoted\\\" reason"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_progress_is_bounded),
		cmocka_unit_test(test_result_is_the_last_line),
		cmocka_unit_test(test_error_kinds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
