/* SPDX-License-Identifier: Apache-2.0 */
/* test_svc - a whole daemon in a child process: options, faults, health, drain, exit codes. */
#include "kit/svc.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

#include "base/clock.h"
#include "base/die.h"

enum { DEADLINE_MS = 20000, LOG_BYTES = 1 << 16, LEAKED = 99 };

static char dir[] = "/tmp/millrace-svc-XXXXXX";

static _Atomic int work; /* what busy() answers in the child */

static void put_three(struct svc *svc)
{
	const struct ring_msg m = { .subject = "run" };
	for (int i = 0; i < 3; i++)
		svc_ring_put(svc, RING_EVENTS, &m);
}

static int on_open(struct svc *svc, struct err *err)
{
	(void)err;
	if (getenv("TEST_PUTS") != NULL)
		put_three(svc);
	assert_non_null(svc_base(svc));
	atomic_store(&work, getenv("TEST_BUSY") != NULL);
	return getenv("TEST_OPEN_FAILS") == NULL ? 0 : err_set(err, ERR_UNAVAILABLE, "open failed");
}

static int on_busy(struct svc *svc)
{
	(void)svc;
	return atomic_load(&work);
}

static const struct http_route no_routes[] = { { .method = NULL } };
static const struct http_permission no_permissions[] = { { .role = NULL } };
static const struct svc_spec spec = {
	.name = "sample",
	.env = "SAMPLE",
	.schema = "sample",
	.routes = no_routes,
	.permissions = no_permissions,
	.open = on_open,
	.busy = on_busy,
};

struct child {
	pid_t pid;
	int log;              /* read end of its stderr and stdout */
	char text[LOG_BYTES]; /* what it said so far */
	size_t n;
};

/* What a process has lost by its end; 0 in builds that cannot tell. */
static int leaks(void)
{
#ifdef __SANITIZE_ADDRESS__
	return __lsan_do_recoverable_leak_check();
#else
	return 0;
#endif
}

static void start(struct child *c, const char *option)
{
	int ends[2];
	char name[] = "sample";
	char opt[16];
	char *argv[] = { name, option != NULL ? opt : NULL, NULL };
	(void)snprintf(opt, sizeof(opt), "%s", option != NULL ? option : "");
	assert_int_equal(pipe(ends), 0);
	memset(c, 0, sizeof(*c));
	c->log = ends[0];
	c->pid = fork();
	assert_true(c->pid >= 0);
	if (c->pid == 0) {
		(void)dup2(ends[1], STDERR_FILENO);
		(void)dup2(ends[1], STDOUT_FILENO);
		const int code = svc_main(&spec, option != NULL ? 2 : 1, argv);
		(void)fflush(stdout);
		_exit(leaks() != 0 ? LEAKED : code);
	}
	(void)close(ends[1]);
}

/* Reads until the word was said; false at the end of file. */
static bool wait_for(struct child *c, const char *word)
{
	const int64_t until = clock_mono_ms() + DEADLINE_MS;
	while (strstr(c->text, word) == NULL) {
		struct pollfd p = { .fd = c->log, .events = POLLIN };
		if (clock_mono_ms() > until || poll(&p, 1, 1000) < 0 || c->n + 1 >= sizeof(c->text))
			fail_msg("no \"%s\" in: %s", word, c->text);
		if (p.revents == 0)
			continue;
		const ssize_t n = read(c->log, c->text + c->n, sizeof(c->text) - 1 - c->n);
		if (n <= 0)
			return false;
		c->n += (size_t)n;
	}
	return true;
}

static int end(struct child *c)
{
	int status;
	(void)wait_for(c, "\x01"); /* drain the pipe to its end */
	assert_int_equal(waitpid(c->pid, &status, 0), c->pid);
	(void)close(c->log);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void set_address(const char *env, const char *file)
{
	char value[128];
	(void)snprintf(value, sizeof(value), "unix:%s/%s", dir, file);
	setenv(env, value, 1);
}

static int setup(void **state)
{
	(void)state;
	char path[128];
	set_address("MILLRACE_SAMPLE_LISTEN", "api");
	set_address("MILLRACE_SAMPLE_INTERNAL_LISTEN", "internal");
	(void)snprintf(path, sizeof(path), "%s/key", dir);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	(void)fprintf(f, "%064d\n", 7);
	(void)fclose(f);
	setenv("MILLRACE_SAMPLE_TOKEN_KEY_FILE", path, 1);
	setenv("MILLRACE_DB", "host=/nonexistent", 1);
	static const char *const others[] = { "MILLRACE_SAMPLE_DRAIN", "MILLRACE_SAMPLE_WRONG",
		"TEST_BUSY", "TEST_OPEN_FAILS", "TEST_PUTS", "MILLRACE_REDIS",
		"MILLRACE_LOG_LEVEL" };
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		unsetenv(others[i]);
	return 0;
}

static void options(void **state)
{
	(void)state;
	static const struct {
		const char *option, *says;
		int code;
	} cases[] = { { "-V", "millrace-sample ", 0 }, { "-n", "settings are good", 0 },
		{ "--help-conf", "| `MILLRACE_SAMPLE_LISTEN` | required |", 0 },
		{ "-x", "usage:", DIE_USAGE }, { "--health", "", 1 } };
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct child c;
		start(&c, cases[i].option);
		const int code = end(&c);
		if (code != cases[i].code || strstr(c.text, cases[i].says) == NULL)
			fail_msg("%s: %d %s", cases[i].option, code, c.text);
	}
}

static void every_fault_is_named(void **state)
{
	(void)state;
	struct child c;
	unsetenv("MILLRACE_DB");
	setenv("MILLRACE_SAMPLE_DRAIN", "soon", 1);
	setenv("MILLRACE_SAMPLE_WRONG", "1", 1);
	setenv("MILLRACE_LOG_LEVEL", "loud", 1);
	start(&c, NULL);
	assert_int_equal(end(&c), DIE_CONFIG);
	static const char *const names[] = { "MILLRACE_DB: is required",
		"MILLRACE_SAMPLE_DRAIN: must be", "MILLRACE_SAMPLE_WRONG: no such setting",
		"MILLRACE_LOG_LEVEL: must be" };
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		assert_non_null(strstr(c.text, names[i]));
}

static void ask_internal(const char *path, const char *want)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	char request[128];
	char answer[8192];
	size_t n = 0;
	(void)snprintf(sa.sun_path, sizeof(sa.sun_path), "%s/internal", dir);
	const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(connect(fd, (const struct sockaddr *)&sa, sizeof(sa)), 0);
	const int len = snprintf(request, sizeof(request),
	    "GET %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", path);
	assert_int_equal(write(fd, request, (size_t)len), len);
	for (ssize_t got;
	     n < sizeof(answer) - 1 && (got = read(fd, answer + n, sizeof(answer) - 1 - n)) > 0;)
		n += (size_t)got;
	answer[n] = '\0';
	(void)close(fd);
	if (strstr(answer, want) == NULL)
		fail_msg("%s: %s", path, answer);
}

static void lives_answers_and_stops(void **state)
{
	(void)state;
	struct child c;
	struct child health;
	start(&c, NULL);
	assert_true(wait_for(&c, "\"ready\""));
	ask_internal("/healthz", "HTTP/1.1 200");
	ask_internal("/readyz", "HTTP/1.1 200");
	ask_internal("/metrics", "HTTP/1.1 200");
	ask_internal("/other", "HTTP/1.1 404");
	start(&health, "--health");
	assert_int_equal(end(&health), 0);
	assert_int_equal(kill(c.pid, SIGTERM), 0);
	assert_int_equal(end(&c), 0);
	assert_non_null(strstr(c.text, "\"stopped\""));
}

static void drains_until_the_deadline(void **state)
{
	(void)state;
	struct child c;
	setenv("TEST_BUSY", "1", 1);
	setenv("MILLRACE_SAMPLE_DRAIN", "300ms", 1);
	start(&c, NULL);
	assert_true(wait_for(&c, "\"ready\""));
	assert_int_equal(kill(c.pid, SIGTERM), 0);
	assert_true(wait_for(&c, "\"draining\""));
	ask_internal("/readyz", "HTTP/1.1 503");
	assert_int_equal(end(&c), 0);
	assert_non_null(strstr(c.text, "drain deadline passed"));
}

static void second_signal_leaves_at_once(void **state)
{
	(void)state;
	struct child c;
	setenv("TEST_BUSY", "1", 1);
	setenv("MILLRACE_SAMPLE_DRAIN", "10min", 1);
	start(&c, NULL);
	assert_true(wait_for(&c, "\"ready\""));
	assert_int_equal(kill(c.pid, SIGINT), 0);
	assert_true(wait_for(&c, "\"draining\""));
	assert_int_equal(kill(c.pid, SIGTERM), 0);
	assert_int_equal(end(&c), 0);
	assert_non_null(strstr(c.text, "second signal"));
}

static void a_failed_stage_undoes_the_others(void **state)
{
	(void)state;
	struct child c;
	setenv("TEST_OPEN_FAILS", "1", 1);
	start(&c, NULL);
	assert_int_equal(end(&c), DIE_DEPENDENCY);
	assert_non_null(strstr(c.text, "open failed"));
	assert_null(strstr(c.text, "Sanitizer"));
}

/* A Redis that takes the connection and then stands still: only the first ring waits for it. */
static void a_hung_redis_holds_up_one_ring(void **state)
{
	(void)state;
	struct child c;
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	(void)snprintf(sa.sun_path, sizeof(sa.sun_path), "%s/redis", dir);
	assert_int_equal(bind(fd, (const struct sockaddr *)&sa, sizeof(sa)), 0);
	assert_int_equal(listen(fd, 8), 0);
	set_address("MILLRACE_REDIS", "redis");
	setenv("TEST_PUTS", "1", 1);
	start(&c, NULL);
	assert_true(wait_for(&c, "\"ready\""));
	assert_int_equal(kill(c.pid, SIGTERM), 0);
	assert_int_equal(end(&c), 0);
	(void)close(fd);
	const char *failed = strstr(c.text, "ring failed");
	assert_non_null(failed);
	assert_null(strstr(failed + 1, "ring failed"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(options, setup),
		cmocka_unit_test_setup(every_fault_is_named, setup),
		cmocka_unit_test_setup(lives_answers_and_stops, setup),
		cmocka_unit_test_setup(drains_until_the_deadline, setup),
		cmocka_unit_test_setup(second_signal_leaves_at_once, setup),
		cmocka_unit_test_setup(a_failed_stage_undoes_the_others, setup),
		cmocka_unit_test_setup(a_hung_redis_holds_up_one_ring, setup),
	};
	if (mkdtemp(dir) == NULL)
		return 1;
	const int failed = cmocka_run_group_tests(tests, NULL, NULL);
	char command[128];
	static const char *const files[] = { "api", "internal", "key", "redis" };
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		(void)snprintf(command, sizeof(command), "%s/%s", dir, files[i]);
		(void)unlink(command);
	}
	(void)rmdir(dir);
	return failed;
}
