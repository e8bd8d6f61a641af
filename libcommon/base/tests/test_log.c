/* SPDX-License-Identifier: Apache-2.0 */
/* test_log - the shape of a line, levels, long values, a blocked stderr. */
#include "base/log.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/clock.h"

static struct buf lines;

static int start(void **state)
{
	(void)state;
	buf_init(&lines, 1 << 20);
	clock_set_for_test(1795171327123, 5);
	log_open("upload", "1.2", "upload-1");
	log_set_level(LOG_INFO);
	log_capture_for_test(&lines);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	log_capture_for_test(NULL);
	clock_set_for_test(-1, -1);
	buf_done(&lines);
	return 0;
}

static void writes_one_object_a_line(void **state)
{
	(void)state;
	const struct logctx ctx = { .req = "r1", .task = "t1" };
	log_info(
	    &ctx, "request done", LOG_I("status", 201), LOG_S("op", "a\"b"), LOG_S("none", NULL));
	assert_string_equal(lines.data,
	    "{\"ts\":\"2026-11-20T10:42:07.123Z\",\"lvl\":\"info\",\"svc\":\"upload\",\"ver\":\"1."
	    "2\","
	    "\"inst\":\"upload-1\",\"req\":\"r1\",\"task\":\"t1\",\"msg\":\"request done\","
	    "\"status\":201,\"op\":\"a\\\"b\",\"none\":null}\n");
}

static void drops_what_is_below_the_level(void **state)
{
	(void)state;
	log_debug(NULL, "hidden");
	assert_int_equal(lines.n, 0);
	log_set_level(LOG_DEBUG);
	log_debug(NULL, "shown");
	assert_non_null(strstr(lines.data, "\"lvl\":\"debug\""));
}

static void cuts_a_line_that_would_not_be_atomic(void **state)
{
	(void)state;
	static char text[2000];
	memset(text, 'x', sizeof(text) - 1);
	log_info(NULL, "long", LOG_S("a", text), LOG_S("b", text), LOG_S("c", text),
	    LOG_S("d", text), LOG_I("e", 1));
	assert_true(lines.n <= 4096);
	assert_non_null(strstr(lines.data, "\"cut\":true}\n"));
}

/* failure-model N6: a reader that stopped reading may not stop the daemon. */
static void counts_lines_a_blocked_stderr_lost(void **state)
{
	(void)state;
	int ends[2];
	char page[65536];
	const int saved = dup(STDERR_FILENO);
	assert_true(saved >= 0 && pipe(ends) == 0);
	assert_true(fcntl(ends[1], F_SETPIPE_SZ, 4096) >= 0);
	log_capture_for_test(NULL);
	assert_int_equal(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
	for (int i = 0; i < 100; i++)
		log_info(NULL, "flood");
	assert_true(read(ends[0], page, sizeof(page)) > 0);
	log_info(NULL, "after");
	const ssize_t n = read(ends[0], page, sizeof(page) - 1);
	assert_int_equal(dup2(saved, STDERR_FILENO), STDERR_FILENO);
	assert_true(n > 0);
	page[n] = '\0';
	assert_non_null(strstr(page, "\"dropped\":"));
	assert_null(strstr(page, "\"dropped\":0"));
	(void)close(saved);
	(void)close(ends[0]);
	(void)close(ends[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(writes_one_object_a_line, start, stop),
		cmocka_unit_test_setup_teardown(drops_what_is_below_the_level, start, stop),
		cmocka_unit_test_setup_teardown(cuts_a_line_that_would_not_be_atomic, start, stop),
		cmocka_unit_test_setup_teardown(counts_lines_a_blocked_stderr_lost, start, stop),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
