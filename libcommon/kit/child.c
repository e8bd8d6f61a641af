/* SPDX-License-Identifier: Apache-2.0 */
/* child - run task processes to their end: pipes, lines, signals, accounts. */
#include "kit/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/die.h"
#include "base/mem.h"
#include "kit/child_spawn.h"
#include "kit/svc.h"

enum {
	ASK_MS = 250,
	DATA_PIPE_BYTES = 1 << 20,
	LOG_LINE_MAX_BYTES = 8 << 10,
	READ_BYTES = 16 << 10
};

/* Lines out of one pipe of one child. */
struct line_reader {
	int fd;        /* -1 at end of file */
	struct buf b;  /* an unfinished line */
	bool skipping; /* the line is too long: drop up to its newline */
	int64_t dropped;
};

struct kid {
	int fd[CHILD_FDS]; /* its ends, closed here once it runs */
	pid_t pid;         /* 0 not started or reaped */
	int pidfd;
	struct line_reader report, log;
	int log_lines;
	struct child_end *end;
};

struct child_group {
	const struct child_spec *specs;
	struct kid kids[CHILD_MAX];
	int n;
	const struct logctx *log;
	child_line_fn on_line;
	void *arg;
	int64_t grace_ms;
	int64_t term_at_ms; /* when to send SIGTERM, 0 never */
	int64_t kill_at_ms; /* when to send SIGKILL, 0 not yet known */
	/* the hand-over to the loop thread */
	pthread_mutex_t lock;
	pthread_cond_t done;
	bool spawned;
	int spawn_rc;
	struct err spawn_err;
};

/* Descriptors below CHILD_FDS are the child's targets: keep sources above them. */
static int raised(int fd)
{
	int up = fd >= 0 ? fcntl(fd, F_DUPFD_CLOEXEC, CHILD_FDS + 1) : -1;

	if (fd >= 0)
		close(fd);
	return up;
}

static int make_pipe(int out[2])
{
	if (pipe2(out, O_CLOEXEC) != 0)
		return -1;
	out[0] = raised(out[0]);
	out[1] = raised(out[1]);
	return out[0] >= 0 && out[1] >= 0 ? 0 : -1;
}

/* The specification as a file in memory: nobody has to feed a pipe. */
static int spec_file(const struct child_spec *spec)
{
	int fd = raised(memfd_create("specification", MFD_CLOEXEC));

	for (size_t at = 0; fd >= 0 && at < spec->stdin_n;) {
		ssize_t n = write(fd, spec->stdin_bytes + at, spec->stdin_n - at);

		if (n <= 0) {
			close(fd);
			return -1;
		}
		at += (size_t)n;
	}
	return fd >= 0 && lseek(fd, 0, SEEK_SET) == 0 ? fd : -1;
}

static int open_kid(struct child_group *g, int i)
{
	struct kid *k = &g->kids[i];
	int log[2] = { -1, -1 }, report[2] = { -1, -1 };

	buf_init(&k->report.b, CHILD_LINE_MAX_BYTES);
	buf_init(&k->log.b, LOG_LINE_MAX_BYTES);
	k->fd[0] = spec_file(&g->specs[i]);
	if (make_pipe(log) != 0 || make_pipe(report) != 0 || k->fd[0] < 0) {
		k->fd[2] = log[1];
		k->fd[3] = report[1];
		k->log.fd = log[0];
		k->report.fd = report[0];
		return -1;
	}
	k->fd[2] = log[1];
	k->fd[3] = report[1];
	k->log.fd = log[0];
	k->report.fd = report[0];
	fcntl(log[0], F_SETFL, O_NONBLOCK);
	fcntl(report[0], F_SETFL, O_NONBLOCK);
	if (k->fd[1] < 0)
		k->fd[1] = raised(open("/dev/null", O_WRONLY | O_CLOEXEC));
	if (k->fd[4] < 0)
		k->fd[4] = raised(open("/dev/null", O_RDONLY | O_CLOEXEC));
	return k->fd[1] >= 0 && k->fd[4] >= 0 ? 0 : -1;
}

static int open_group(struct child_group *g, struct err *err)
{
	int data[2];

	if (g->n == 2) {
		if (make_pipe(data) != 0)
			return err_set_errno(err, ERR_BUSY, errno, "pipe for tasks");
		fcntl(data[0], F_SETPIPE_SZ, DATA_PIPE_BYTES);
		g->kids[0].fd[1] = data[1];
		g->kids[1].fd[4] = data[0];
	}
	for (int i = 0; i < g->n; i++)
		if (open_kid(g, i) != 0)
			return err_set_errno(
			    err, ERR_BUSY, errno, "descriptors for %s", g->specs[i].role);
	return 0;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void close_ours(struct child_group *g)
{
	for (int i = 0; i < g->n; i++)
		for (int j = 0; j < CHILD_FDS; j++)
			close_fd(&g->kids[i].fd[j]);
}

static void close_group(struct child_group *g)
{
	close_ours(g);
	for (int i = 0; i < g->n; i++) {
		struct kid *k = &g->kids[i];

		close_fd(&k->report.fd);
		close_fd(&k->log.fd);
		close_fd(&k->pidfd);
		buf_done(&k->report.b);
		buf_done(&k->log.b);
	}
}

/* --- start, on the loop thread --- */

static int spawn_all(struct child_group *g, struct err *err)
{
	for (int i = 0; i < g->n; i++) {
		struct kid *k = &g->kids[i];

		if (child_spawn(&g->specs[i], k->fd, &k->pid, err) != 0)
			return -1;
		k->pidfd = (int)syscall(SYS_pidfd_open, k->pid, 0);
		if (k->pidfd < 0)
			return err_set_errno(err, ERR_BUSY, errno, "watch %s", g->specs[i].role);
	}
	return 0;
}

static void on_loop(void *arg)
{
	struct child_group *g = arg;
	int rc = spawn_all(g, &g->spawn_err);

	pthread_mutex_lock(&g->lock);
	g->spawn_rc = rc;
	g->spawned = true;
	pthread_cond_signal(&g->done);
	pthread_mutex_unlock(&g->lock);
}

static int start(struct svc *svc, struct child_group *g, struct err *err)
{
	pthread_mutex_init(&g->lock, NULL);
	pthread_cond_init(&g->done, NULL);
	svc_on_loop(svc, on_loop, g);
	pthread_mutex_lock(&g->lock);
	while (!g->spawned)
		pthread_cond_wait(&g->done, &g->lock);
	pthread_mutex_unlock(&g->lock);
	pthread_cond_destroy(&g->done);
	pthread_mutex_destroy(&g->lock);
	if (g->spawn_rc != 0)
		*err = g->spawn_err;
	return g->spawn_rc;
}

/* --- lines --- */

static void take_log(struct child_group *g, int i, const char *line, size_t n)
{
	if (g->kids[i].log_lines++ >= CHILD_LOG_LINES_MAX)
		return;
	log_info(g->log, "task log", LOG_S("role", g->specs[i].role), LOG_S("line", line));
	if (g->specs[i].on_log != NULL)
		g->specs[i].on_log(g->arg, i, line, n);
}

static void take_line(struct child_group *g, int i, struct line_reader *r)
{
	if (r->skipping)
		r->dropped++;
	else if (r == &g->kids[i].log)
		take_log(g, i, r->b.data, r->b.n);
	else if (g->on_line != NULL)
		g->on_line(g->arg, i, r->b.data, r->b.n);
	r->skipping = false;
	buf_reset(&r->b);
}

static void take_bytes(struct child_group *g, int i, struct line_reader *r, const char *p, size_t n)
{
	while (n > 0) {
		const char *end = memchr(p, '\n', n);
		size_t part = end != NULL ? (size_t)(end - p) : n;

		if (!r->skipping)
			buf_add(&r->b, p, part);
		r->skipping = r->skipping || r->b.overflow;
		if (end != NULL)
			take_line(g, i, r);
		part += end != NULL;
		p += part;
		n -= part;
	}
}

/* Read what is there; at the end of file an unfinished line counts as one. */
static void read_lines(struct child_group *g, int i, struct line_reader *r)
{
	char bytes[READ_BYTES];

	while (r->fd >= 0) {
		ssize_t n = read(r->fd, bytes, sizeof(bytes));

		if (n > 0) {
			take_bytes(g, i, r, bytes, (size_t)n);
		} else if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
			return;
		} else {
			close_fd(&r->fd);
			if (r->b.n > 0 || r->skipping)
				take_line(g, i, r);
		}
	}
}

/* --- end --- */

static void signal_all(struct child_group *g, int sig)
{
	for (int i = 0; i < g->n; i++)
		if (g->kids[i].pid > 0)
			kill(g->kids[i].pid, sig);
}

static void reap(struct child_group *g, struct kid *k, int options)
{
	struct rusage ru;
	int status;
	pid_t got;

	do {
		got = wait4(k->pid, &status, options, &ru);
	} while (got < 0 && errno == EINTR);
	if (got <= 0)
		return;
	k->pid = 0;
	*k->end = (struct child_end){
		.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1,
		.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0,
		.rss_bytes = (int64_t)ru.ru_maxrss * 1024,
		.cpu_ms = (int64_t)(ru.ru_utime.tv_sec + ru.ru_stime.tv_sec) * 1000 +
			  (ru.ru_utime.tv_usec + ru.ru_stime.tv_usec) / 1000,
	};
	if (k->end->exit_code != 0 && g->term_at_ms == 0)
		g->term_at_ms =
		    clock_mono_ms() + g->grace_ms; /* time for the peer to see the end */
}

static bool any_left(const struct child_group *g)
{
	for (int i = 0; i < g->n; i++)
		if (g->kids[i].pid > 0 || g->kids[i].report.fd >= 0 || g->kids[i].log.fd >= 0)
			return true;
	return false;
}

static bool any_alive(const struct child_group *g)
{
	return g->kids[0].pid > 0 || (g->n > 1 && g->kids[1].pid > 0);
}

/* SIGTERM when its time has come, SIGKILL grace_ms later. */
static void press(struct child_group *g)
{
	int64_t now_ms = clock_mono_ms();

	if (g->term_at_ms > 0 && g->kill_at_ms == 0 && now_ms >= g->term_at_ms) {
		signal_all(g, SIGTERM);
		g->kill_at_ms = now_ms + g->grace_ms;
	} else if (g->kill_at_ms > 0 && now_ms >= g->kill_at_ms) {
		signal_all(g, SIGKILL);
		g->kill_at_ms = now_ms + ASK_MS;
	}
}

static void wait_once(struct child_group *g)
{
	struct pollfd p[3 * CHILD_MAX];

	for (int i = 0; i < g->n; i++) {
		struct kid *k = &g->kids[i];

		p[3 * i] = (struct pollfd){ .fd = k->report.fd, .events = POLLIN };
		p[3 * i + 1] = (struct pollfd){ .fd = k->log.fd, .events = POLLIN };
		p[3 * i + 2] =
		    (struct pollfd){ .fd = k->pid > 0 ? k->pidfd : -1, .events = POLLIN };
	}
	if (poll(p, (nfds_t)(3 * g->n), ASK_MS) <= 0)
		return;
	for (int i = 0; i < g->n; i++) {
		struct kid *k = &g->kids[i];

		if (p[3 * i].revents != 0)
			read_lines(g, i, &k->report);
		if (p[3 * i + 1].revents != 0)
			read_lines(g, i, &k->log);
		if (p[3 * i + 2].revents != 0)
			reap(g, k, WNOHANG);
	}
}

/* Pipes may be held by somebody a child left behind: once all are reaped, what is readable counts.
 */
static void watch(struct child_group *g, child_stop_fn should_stop)
{
	while (any_left(g)) {
		if (!any_alive(g)) {
			for (int i = 0; i < g->n; i++) {
				read_lines(g, i, &g->kids[i].report);
				read_lines(g, i, &g->kids[i].log);
			}
			return;
		}
		wait_once(g);
		if (g->term_at_ms == 0 && should_stop != NULL && should_stop(g->arg))
			g->term_at_ms = clock_mono_ms();
		press(g);
	}
}

static void log_dropped(const struct child_group *g)
{
	for (int i = 0; i < g->n; i++) {
		const struct kid *k = &g->kids[i];
		int64_t over =
		    k->log_lines > CHILD_LOG_LINES_MAX ? k->log_lines - CHILD_LOG_LINES_MAX : 0;

		if (over + k->log.dropped + k->report.dropped > 0)
			log_warn(g->log, "task lines dropped", LOG_S("role", g->specs[i].role),
			    LOG_I("log", over + k->log.dropped),
			    LOG_I("report", k->report.dropped));
	}
}

static void init_group(struct child_group *g, struct child_end *out_end)
{
	for (int i = 0; i < g->n; i++) {
		struct kid *k = &g->kids[i];

		for (int j = 0; j < CHILD_FDS; j++)
			k->fd[j] = -1;
		k->pidfd = k->report.fd = k->log.fd = -1;
		k->end = &out_end[i];
		*k->end = (struct child_end){ .exit_code = -1 };
	}
}

struct child_spec child_spec_of(const char *path, const char *role, const char *text)
{
	return (struct child_spec){
		.path = path, .role = role, .stdin_bytes = text, .stdin_n = strlen(text)
	};
}

int child_run(struct svc *svc, const struct child_spec *specs, int n, const struct logctx *log,
    child_line_fn on_line, child_stop_fn should_stop, void *arg, int64_t grace_ms,
    struct child_end *out_end, struct err *err)
{
	struct child_group *g;
	int rc;

	ASSERT(n >= 1 && n <= CHILD_MAX);
	g = mem_alloc(sizeof(*g));
	*g = (struct child_group){
		.specs = specs,
		.n = n,
		.log = log,
		.on_line = on_line,
		.arg = arg,
		.grace_ms = grace_ms,
	};
	init_group(g, out_end);
	rc = open_group(g, err) == 0 ? start(svc, g, err) : -1;
	close_ours(g);
	if (rc == 0) {
		watch(g, should_stop);
		log_dropped(g);
	} else {
		signal_all(g, SIGKILL);
		for (int i = 0; i < n; i++)
			if (g->kids[i].pid > 0)
				reap(g, &g->kids[i], 0);
	}
	close_group(g);
	free(g);
	return rc;
}
