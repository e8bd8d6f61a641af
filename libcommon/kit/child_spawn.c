/* SPDX-License-Identifier: Apache-2.0 */
/* child_spawn - fork and execute; between the two only what a forked thread may do. */
#include "kit/child_spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/die.h"

static void limit(int what, int64_t n)
{
	const struct rlimit l = { .rlim_cur = (rlim_t)n, .rlim_max = (rlim_t)n };

	setrlimit((__rlimit_resource_t)what, &l);
}

static void plain_signals(void)
{
	sigset_t none;

	for (int i = 1; i < NSIG; i++)
		signal(i, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* In the child: descriptors, limits, then the program. Says errno through say_fd if that fails. */
static NORETURN void become(
    const struct child_spec *spec, const int fd[CHILD_FDS], pid_t parent, int say_fd)
{
	static char path[] = "PATH=/usr/bin:/bin", lang[] = "LANG=C.UTF-8";
	char *const env[] = { path, lang, NULL };
	const char *const args[] = { spec->path, spec->role, NULL };
	char *argv[3];
	int e;

	memcpy(argv, args, sizeof(argv));
	plain_signals();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(127);
	for (int i = 0; i < CHILD_FDS; i++)
		if (dup2(fd[i], i) < 0)
			_exit(127);
	limit(RLIMIT_CORE, 0);
	if (spec->rss_max_bytes > 0)
		limit(RLIMIT_AS, spec->rss_max_bytes);
	if (dup2(say_fd, CHILD_FDS) < 0 || fcntl(CHILD_FDS, F_SETFD, FD_CLOEXEC) != 0 ||
	    close_range(CHILD_FDS + 1, ~0u, 0) != 0)
		_exit(127);
	execve(spec->path, argv, env);
	e = errno;
	if (write(CHILD_FDS, &e, sizeof(e)) < 0)
		_exit(126);
	_exit(127);
}

/* 0 when execve closed the pipe, else the errno it failed with. */
static int exec_errno(int fd)
{
	int e = 0;
	ssize_t n;

	do {
		n = read(fd, &e, sizeof(e));
	} while (n < 0 && errno == EINTR);
	return n == (ssize_t)sizeof(e) ? e : 0;
}

int child_spawn(
    const struct child_spec *spec, const int fd[CHILD_FDS], pid_t *out_pid, struct err *err)
{
	pid_t parent = getpid(), pid;
	int say[2], say_fd, e;

	if (pipe2(say, O_CLOEXEC) != 0)
		return err_set_errno(err, ERR_BUSY, errno, "start %s", spec->role);
	say_fd = fcntl(say[1], F_DUPFD_CLOEXEC, CHILD_FDS + 1);
	close(say[1]);
	pid = say_fd >= 0 ? fork() : -1;
	e = errno;
	if (pid == 0)
		become(spec, fd, parent, say_fd);
	if (say_fd >= 0)
		close(say_fd);
	if (pid < 0) {
		close(say[0]);
		return err_set_errno(err, ERR_BUSY, e, "start %s", spec->role);
	}
	e = exec_errno(say[0]);
	close(say[0]);
	if (e == 0) {
		*out_pid = pid;
		return 0;
	}
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return err_set_errno(err, ERR_INTERNAL, e, "execute %s", spec->path);
}
