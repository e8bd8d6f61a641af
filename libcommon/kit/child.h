/* SPDX-License-Identifier: Apache-2.0 */
/*
 * child - task processes: spawned from the main thread (PR_SET_PDEATHSIG is tied to the thread that
 * forks), fed a specification on stdin, heard through a report pipe, ended by signal
 * (design.md 2.4).
 *
 * A pair of children may share a pipe: the engine's stdout feeds the loader's stdin-side pipe (fd
 * 4). File descriptors of a child: 0 specification (JSON, then end of file), 1 data out (pipe to
 * the peer, or /dev/null), 2 log lines (relayed by us with the task's ids, 1,000 lines kept), 3
 * report (JSON lines), 4 data in. All else is closed. The environment is empty but for PATH and
 * LANG. Core dumps are off, signals are as at program start, and the child dies with us.
 */
#ifndef KIT_CHILD_H
#define KIT_CHILD_H

#include "base/arena.h"
#include "base/log.h"

struct svc;
struct child_group;

enum { CHILD_MAX = 2, CHILD_LINE_MAX_BYTES = 1 << 20, CHILD_LOG_LINES_MAX = 1000 };

/* A line of child i; called on the thread in child_run; line is NUL-terminated, without its
 * newline. */
typedef void (*child_line_fn)(void *arg, int i, const char *line, size_t n);

struct child_spec {
	const char *path;        /* absolute path of millrace-task */
	const char *role;        /* argv[1]: "engine" or "loader" */
	const char *stdin_bytes; /* the specification; copied */
	size_t stdin_n;
	int64_t rss_max_bytes; /* RLIMIT_AS; 0 = none */
	child_line_fn on_log;  /* gets the child's log lines beside our own log; NULL = log only */
};

/* child_spec_of - millrace-task in a role with the text of a specification, both borrowed. */
struct child_spec child_spec_of(const char *path, const char *role, const char *text);

/* How one child ended. */
struct child_end {
	int exit_code;     /* -1 when killed by a signal */
	int signal;        /* 0 or the signal's number */
	int64_t rss_bytes; /* peak */
	int64_t cpu_ms;
};

/* Asked between lines and each 250 ms: return true to stop the group (cancel, lost lease,
 * deadline). */
typedef bool (*child_stop_fn)(void *arg);

/*
 * child_run - run 1 or 2 children to their end; blocks the calling worker thread while the main
 * loop spawns and reaps. With two, child 0's stdout is child 1's fd 4. When one fails the other is
 * ended after grace_ms. To stop: SIGTERM, SIGKILL after grace_ms. A line over CHILD_LINE_MAX_BYTES
 * is dropped and counted in our log.
 *
 * on_line   report lines (fd 3); may be NULL
 * out_end   one for each child
 *
 * Returns 0 when all exited by themselves or were stopped (look at out_end), -1 when one could not
 * be started (ERR_BUSY: out of processes; ERR_INTERNAL).
 */
int child_run(struct svc *svc, const struct child_spec *specs, int n, const struct logctx *log,
    child_line_fn on_line, child_stop_fn should_stop, void *arg, int64_t grace_ms,
    struct child_end *out_end, struct err *err) MUST_CHECK;

#endif
