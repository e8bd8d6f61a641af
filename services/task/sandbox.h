/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sandbox - shut this process in before it touches user bytes: no network, no new program, no file
 * but the named ones, bounded CPU, descriptors and wall clock (design.md 2.4).
 *
 * Layers: rlimits, not dumpable, no_new_privs, Landlock where the kernel has it, a seccomp filter
 * that allows what DuckDB and libc need, answers ENOSYS to the unknown and kills for what only an
 * attacker would call (socket, execve, ptrace, fork ...). Swarm ignores security_opt, so all of it
 * is set here. Call once, before the first thread and before duckdb_open: threads made earlier
 * would stay free.
 */
#ifndef TASK_SANDBOX_H
#define TASK_SANDBOX_H

#include "base/err.h"

struct sandbox_conf {
	const char *const *read_paths; /* NULL-ended files or directories that may be read */
	const char *scratch; /* directory that may be read, written, emptied; NULL = none */
	int64_t cpu_s;       /* CPU seconds in all threads; 0 = no bound */
	int64_t
	    address_bytes; /* address space (RLIMIT_AS): the last bound on memory; 0 = no bound */
	int64_t wall_ms;   /* then a timeout line goes to report_fd and we exit; 0 = no bound */
	int report_fd;     /* where the timeout is told */
};

/* What is in force afterwards; for the log line. */
struct sandbox_state {
	int landlock_abi; /* 0 = this kernel has none */
};

/*
 * sandbox_enter - set every layer; there is no way back.
 *
 * Errors  ERR_INTERNAL  a layer could not be set (Landlock missing from the kernel is no error)
 */
int sandbox_enter(
    const struct sandbox_conf *c, struct sandbox_state *out_state, struct err *err) MUST_CHECK;

/*
 * sandbox_light - for the loader, which needs its socket: not dumpable, no_new_privs, no core file,
 * and a filter that kills for execve, fork and ptrace only.
 *
 * Errors  ERR_INTERNAL  a layer could not be set
 */
int sandbox_light(struct err *err) MUST_CHECK;

#endif
