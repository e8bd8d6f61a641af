/* SPDX-License-Identifier: Apache-2.0 */
/* test_sandbox - each wall is tried from inside, in a child process of its own. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "sandbox.h"

static char scratch[] = "/tmp/millrace-sandbox-XXXXXX";
static char inside[64];
static char readable[64];
static int landlock_abi;
static int64_t address_bytes;

enum { OK = 0, REFUSED = 1, FAILED = 2, NO_SANDBOX = 3 };

/* Run act in a child shut in; its exit code, or 256 + signal. */
static int try_inside(int (*act)(void), bool light, int64_t wall_ms, int report_fd)
{
	const pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		struct err err;
		struct sandbox_state state;
		const char *const reads[] = { readable, NULL };
		const struct sandbox_conf c = {
			.read_paths = reads,
			.scratch = scratch,
			.address_bytes = address_bytes,
			.wall_ms = wall_ms,
			.report_fd = report_fd,
		};
		if ((light ? sandbox_light(&err) : sandbox_enter(&c, &state, &err)) != 0)
			_exit(NO_SANDBOX);
		_exit(act());
	}
	int status = 0;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? 256 + WTERMSIG(status) : WEXITSTATUS(status);
}

static int act_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, 0) < 0 ? REFUSED : OK;
}

static int act_unix_socket(void)
{
	int pair[2];
	return socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0 ? REFUSED : OK;
}

static int act_exec(void)
{
	char *const argv[] = { inside, NULL };
	return execve("/bin/true", argv, NULL) < 0 ? REFUSED : OK;
}

static int act_fork(void)
{
	const pid_t pid = fork();
	if (pid == 0)
		_exit(0);
	return pid < 0 ? REFUSED : OK;
}

static int act_ptrace(void)
{
	return ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0 ? REFUSED : OK;
}

static int act_kill_parent(void)
{
	return kill(getppid(), SIGTERM) < 0 ? REFUSED : OK;
}

static int act_unknown_call(void)
{
	return syscall(SYS_quotactl, 0, 0, 0, 0) < 0 && errno == ENOSYS ? REFUSED : OK;
}

static int act_read_passwd(void)
{
	return open("/etc/passwd", O_RDONLY) < 0 ? REFUSED : OK;
}

static int act_write_outside(void)
{
	return open("/tmp/millrace-sandbox-outside", O_WRONLY | O_CREAT, 0600) < 0 ? REFUSED : OK;
}

static int act_write_input(void)
{
	return open(readable, O_WRONLY) < 0 ? REFUSED : OK;
}

static int act_read_input(void)
{
	char c;
	const int fd = open(readable, O_RDONLY);
	return fd >= 0 && read(fd, &c, 1) == 1 && c == 'x' ? OK : FAILED;
}

static int act_use_scratch(void)
{
	const int fd = open(inside, O_RDWR | O_CREAT, 0600);
	if (fd < 0 || write(fd, "y", 1) != 1 || ftruncate(fd, 0) != 0 || unlink(inside) != 0)
		return FAILED;
	return OK;
}

static void *thread_body(void *arg)
{
	*(int *)arg = 7;
	return arg;
}

static int act_thread(void)
{
	pthread_t thread;
	int seen = 0;
	if (pthread_create(&thread, NULL, thread_body, &seen) != 0 ||
	    pthread_join(thread, NULL) != 0)
		return FAILED;
	return seen == 7 ? OK : FAILED;
}

static int act_take_memory(void)
{
	const size_t n = (size_t)8 << 30;
	void *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return p == MAP_FAILED ? REFUSED : OK;
}

static int act_core_limit(void)
{
	struct rlimit r;
	return getrlimit(RLIMIT_CORE, &r) == 0 && r.rlim_max == 0 ? OK : FAILED;
}

static int act_spin(void)
{
	volatile int turns = 0;
	while (turns >= 0)
		turns = (turns + 1) & 1023;
	return FAILED;
}

static void test_kills(void **state)
{
	static const struct {
		const char *name;
		int (*act)(void);
	} cases[] = {
		{ "socket", act_socket },
		{ "socketpair", act_unix_socket },
		{ "execve", act_exec },
		{ "fork", act_fork },
		{ "ptrace", act_ptrace },
		{ "kill another process", act_kill_parent },
	};
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		print_message("  %s\n", cases[i].name);
		assert_int_equal(try_inside(cases[i].act, false, 0, -1), 256 + SIGSYS);
	}
}

static void test_unknown_call_is_absent(void **state)
{
	(void)state;
	assert_int_equal(try_inside(act_unknown_call, false, 0, -1), REFUSED);
}

static void test_files(void **state)
{
	(void)state;
	assert_int_equal(try_inside(act_read_input, false, 0, -1), OK);
	assert_int_equal(try_inside(act_use_scratch, false, 0, -1), OK);
	if (landlock_abi < 1)
		skip(); /* this kernel has no Landlock: DuckDB's own wall remains */
	assert_int_equal(try_inside(act_read_passwd, false, 0, -1), REFUSED);
	assert_int_equal(try_inside(act_write_outside, false, 0, -1), REFUSED);
	assert_int_equal(try_inside(act_write_input, false, 0, -1), REFUSED);
}

static void test_allows_threads_and_no_core(void **state)
{
	(void)state;
	assert_int_equal(try_inside(act_thread, false, 0, -1), OK);
	assert_int_equal(try_inside(act_core_limit, false, 0, -1), OK);
}

static void test_address_space_is_bounded(void **state)
{
	(void)state;
#ifdef __SANITIZE_THREAD__
	skip(); /* its shadow alone takes terabytes: the first allocation would end the child */
#endif
	address_bytes = INT64_C(4) << 30;
	assert_int_equal(try_inside(act_take_memory, false, 0, -1), REFUSED);
	address_bytes = 0;
	assert_int_equal(try_inside(act_take_memory, false, 0, -1), OK);
}

static void test_wall_clock_tells_and_ends(void **state)
{
	int ends[2];
	char line[256] = "";
	(void)state;
#ifdef __SANITIZE_THREAD__
	skip(); /* it keeps a signal back until the next call of libc, and a spin makes none */
#endif

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(try_inside(act_spin, false, 50, ends[1]), 70);
	close(ends[1]);
	assert_true(read(ends[0], line, sizeof(line) - 1) > 0);
	close(ends[0]);
	assert_non_null(strstr(line, "\"kind\":\"timeout\""));
}

static void test_light_keeps_sockets(void **state)
{
	(void)state;
	assert_int_equal(try_inside(act_socket, true, 0, -1), OK);
	assert_int_equal(try_inside(act_exec, true, 0, -1), 256 + SIGSYS);
	assert_int_equal(try_inside(act_core_limit, true, 0, -1), OK);
}

static int set_up(void **state)
{
	(void)state;
	if (mkdtemp(scratch) == NULL)
		return -1;
	snprintf(inside, sizeof(inside), "%s/file", scratch);
	snprintf(readable, sizeof(readable), "%s.in", scratch);
	const int fd = open(readable, O_WRONLY | O_CREAT, 0600);
	if (fd < 0 || write(fd, "x", 1) != 1)
		return -1;
	close(fd);
	landlock_abi = (int)syscall(SYS_landlock_create_ruleset, NULL, 0, 1);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	unlink(readable);
	return rmdir(scratch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kills),
		cmocka_unit_test(test_unknown_call_is_absent),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_allows_threads_and_no_core),
		cmocka_unit_test(test_address_space_is_bounded),
		cmocka_unit_test(test_wall_clock_tells_and_ends),
		cmocka_unit_test(test_light_keeps_sockets),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
