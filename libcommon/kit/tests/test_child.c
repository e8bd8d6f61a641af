/* SPDX-License-Identifier: Apache-2.0 */
/* test_child - task processes: what they get, what they say, how they end. The child is this
 * program. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "kit/child.h"
#include "kit/svc.h"

static struct {
	struct buf lines[CHILD_MAX], logs;
	int asked, stop_after;
} got;

static char self[4096];

/* The service skeleton is not needed here: its loop is this thread. */
void svc_on_loop(struct svc *svc, void (*fn)(void *arg), void *arg)
{
	(void)svc;
	fn(arg);
}

static void on_line(void *arg, int i, const char *line, size_t n)
{
	assert_ptr_equal(arg, &got);
	assert_int_equal(strlen(line), n);
	buf_printf(&got.lines[i], "%s|", line);
}

static void on_log(void *arg, int i, const char *line, size_t n)
{
	(void)arg;
	(void)n;
	buf_printf(&got.logs, "%d:%s|", i, line);
}

static bool should_stop(void *arg)
{
	(void)arg;
	return got.stop_after > 0 && ++got.asked >= got.stop_after;
}

static int set_up(void **state)
{
	(void)state;
	memset(&got, 0, sizeof(got));
	buf_init(&got.lines[0], 4 << 20);
	buf_init(&got.lines[1], 4 << 20);
	buf_init(&got.logs, 1 << 20);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	buf_done(&got.lines[0]);
	buf_done(&got.lines[1]);
	buf_done(&got.logs);
	return 0;
}

static struct child_spec spec(const char *what)
{
	return (struct child_spec){ .path = self,
		.role = what,
		.stdin_bytes = "the spec",
		.stdin_n = 8,
		.on_log = on_log };
}

static int run(const struct child_spec *specs, int n, struct child_end *ends)
{
	struct logctx log = { .task = "t1" };
	struct buf lines;
	struct err err;
	int rc;

	buf_init(&lines, 1 << 20);
	log_capture_for_test(&lines);
	rc = child_run(NULL, specs, n, &log, on_line, should_stop, &got, 300, ends, &err);
	log_capture_for_test(NULL);
	buf_done(&lines);
	return rc;
}

static void test_one(void **state)
{
	struct child_spec s = spec("tell");
	struct child_end e;

	(void)state;
	assert_int_equal(run(&s, 1, &e), 0);
	assert_int_equal(e.exit_code, 7);
	assert_int_equal(e.signal, 0);
	assert_true(e.rss_bytes > 0);
	assert_string_equal(got.lines[0].data, "spec=the spec|fds=5|env=2|last without newline|");
	assert_string_equal(got.logs.data, "0:a log line|");
}

static void test_pair(void **state)
{
	struct child_spec s[2] = { spec("give"), spec("take") };
	struct child_end e[2];

	(void)state;
	assert_int_equal(run(s, 2, e), 0);
	assert_int_equal(e[0].exit_code, 0);
	assert_int_equal(e[1].exit_code, 0);
	assert_string_equal(got.lines[1].data, "bytes=5000000|");
}

/* The engine dies: its peer sees the end of the data; a peer that hangs is ended after the grace.
 */
static void test_pair_one_dies(void **state)
{
	struct child_spec s[2] = { spec("crash"), spec("hang") };
	struct child_end e[2];

	(void)state;
	assert_int_equal(run(s, 2, e), 0);
	assert_int_equal(e[0].signal, SIGKILL);
	assert_int_equal(e[1].signal, SIGTERM);
}

static void test_stop(void **state)
{
	struct child_spec polite = spec("hang"), stubborn = spec("stubborn");
	struct child_end e;
	int64_t begin_ms = clock_mono_ms();

	(void)state;
	got.stop_after = 1;
	assert_int_equal(run(&polite, 1, &e), 0);
	assert_int_equal(e.signal, SIGTERM);
	assert_int_equal(run(&stubborn, 1, &e), 0);
	assert_int_equal(e.signal, SIGKILL);
	assert_true(clock_mono_ms() - begin_ms < 30000);
}

static void test_long_lines(void **state)
{
	struct child_spec s = spec("long");
	struct child_end e;

	(void)state;
	assert_int_equal(run(&s, 1, &e), 0);
	assert_int_equal(e.exit_code, 0);
	assert_string_equal(got.lines[0].data, "after|");
}

static void test_log_cap(void **state)
{
	struct child_spec s = spec("chatty");
	struct child_end e;
	int n = 0;

	(void)state;
	assert_int_equal(run(&s, 1, &e), 0);
	for (const char *p = got.logs.data; (p = strchr(p, '|')) != NULL; p++)
		n++;
	assert_int_equal(n, CHILD_LOG_LINES_MAX);
}

static void test_no_program(void **state)
{
	struct child_spec s = spec("tell");
	struct child_end e;
	struct err err;

	(void)state;
	s.path = "/nowhere/millrace-task";
	assert_int_equal(child_run(NULL, &s, 1, NULL, on_line, NULL, &got, 100, &e, &err), -1);
	assert_int_equal(err.kind, ERR_INTERNAL);
	assert_non_null(strstr(err.msg, "/nowhere/millrace-task"));
}

static int open_fds(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n - 3; /* ".", ".." and d itself */
}

static void test_no_leak(void **state)
{
	struct child_spec s[2] = { spec("crash"), spec("take") };
	struct child_end e[2];
	int before = open_fds();

	(void)state;
	assert_int_equal(run(s, 2, e), 0);
	s[1].path = "/nowhere";
	assert_int_equal(run(s, 2, e), -1);
	assert_int_equal(open_fds(), before);
}

/* --- the child's side --- */

static void say(const char *text)
{
	if (write(3, text, strlen(text)) < 0)
		_exit(99);
}

static void tell(char **env)
{
	char in[64] = "", out[128];
	ssize_t n = read(0, in, sizeof(in) - 1);
	int envs = 0;

	while (env[envs] != NULL)
		envs++;
	snprintf(out, sizeof(out), "spec=%.*s\nfds=%d\nenv=%d\nlast without newline", (int)n, in,
	    open_fds(), envs);
	say(out);
	if (write(2, "a log line\n", 11) < 0)
		_exit(99);
	_exit(7);
}

static void give(void)
{
	static char zeros[50000];

	for (int i = 0; i < 100; i++)
		for (size_t at = 0; at < sizeof(zeros);) {
			ssize_t n = write(1, zeros + at, sizeof(zeros) - at);

			if (n <= 0)
				_exit(98);
			at += (size_t)n;
		}
	_exit(0);
}

static void take(void)
{
	static char in[65536];
	long long sum = 0;
	char out[64];
	ssize_t n;

	while ((n = read(4, in, sizeof(in))) > 0)
		sum += n;
	snprintf(out, sizeof(out), "bytes=%lld\n", sum);
	say(out);
	_exit(0);
}

static void say_long(void)
{
	static char big[CHILD_LINE_MAX_BYTES + 10];

	memset(big, 'x', sizeof(big) - 1);
	for (size_t at = 0; at < sizeof(big) - 1;) {
		ssize_t n = write(3, big + at, sizeof(big) - 1 - at);

		if (n <= 0)
			_exit(97);
		at += (size_t)n;
	}
	say("\nafter\n");
	_exit(0);
}

static void act(const char *what, char **env)
{
	if (strcmp(what, "tell") == 0)
		tell(env);
	if (strcmp(what, "give") == 0)
		give();
	if (strcmp(what, "take") == 0)
		take();
	if (strcmp(what, "long") == 0)
		say_long();
	if (strcmp(what, "chatty") == 0) {
		for (int i = 0; i < 1200; i++)
			if (write(2, "x\n", 2) < 0)
				_exit(96);
		_exit(0);
	}
	if (strcmp(what, "crash") == 0)
		kill(getpid(), SIGKILL); /* the sanitizer would catch SIGSEGV */
	if (strcmp(what, "stubborn") == 0)
		signal(SIGTERM, SIG_IGN);
	for (;;)
		pause();
}

int main(int argc, char **argv, char **env)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_one, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_pair, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_pair_one_dies, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_stop, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_long_lines, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_log_cap, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_no_program, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_no_leak, set_up, tear_down),
	};

	if (argc == 2)
		act(argv[1], env);
	if (readlink("/proc/self/exe", self, sizeof(self) - 1) <= 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
