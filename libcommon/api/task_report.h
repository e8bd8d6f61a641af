/* SPDX-License-Identifier: Apache-2.0 */
/*
 * task_report - read the report lines of millrace-task (fd 3) and say in one word how a task ended.
 *
 * A child prints JSON lines: any number of {"t":"progress",...}, at most one {"t":"committing"},
 *and at the end one {"t":"result",...} or one {"t":"error","kind":..,"code":..,"text":..}. A child
 *is trusted with nothing: lines are parsed through the one JSON door, unknown kinds are passed
 *over, and a child that exits 0 without a result counts as crashed.
 *
 * Error kinds: "input" the data or document is at fault (final), as is the code "task.timeout" of
 *the wall clock; "no_space", "unavailable", "uncertain" something beside it (try again, own
 *counter); "lost" fenced off, somebody newer works; everything else ("internal", "timeout" of a
 *statement) is one failed attempt.
 *
 *	struct task_report r;
 *	task_report_init(&r, a, 1);
 *	task_report_line(&r, 0, line, n);	(for each line)
 *	task_report_judge(&r, ends, stopped);
 *	if (r.ended == TASK_RESULT) ... r.result[0] ...
 *
 * One thread at a time. No I/O.
 */
#ifndef API_TASK_REPORT_H
#define API_TASK_REPORT_H

#include "kit/child.h"
#include "kit/json.h"

enum task_ended {
	TASK_RESULT,  /* every child gave a result and exited 0 */
	TASK_FAILED,  /* final: the data is at fault, or the wall clock; reason says how */
	TASK_RETRY,   /* something beside the data; try again later */
	TASK_CRASHED, /* signal, exit code, a fault of its own: one failed attempt */
	TASK_LOST,    /* fenced off: record nothing */
	TASK_STOPPED, /* we stopped it (cancel, lost lease, drain) */
};

/* What task_report_line saw. */
enum task_line { TASK_LINE_OTHER, TASK_LINE_PROGRESS, TASK_LINE_COMMITTING, TASK_LINE_END };

struct task_report {
	struct arena *arena;          /* borrowed; trees and texts live in it */
	int n;                        /* children, 1..CHILD_MAX */
	int64_t bytes, rows, rejects; /* newest progress, the last line wins */
	bool committing;              /* a loader is at its COMMIT: cancel comes too late */
	cJSON *result[CHILD_MAX];     /* the result line of each child, NULL without; arena */
	cJSON *error;                 /* first error line of any child, NULL without; arena */
	int error_child;              /* who wrote it */
	enum task_ended ended;        /* by task_report_judge */
	cJSON *reason;                /* {code, params, text}; NULL for TASK_RESULT; arena */
};

/* task_report_init - empty report of n children; a is borrowed and outlives r. */
void task_report_init(struct task_report *r, struct arena *a, int n);

/* task_report_line - take one line of child i (NUL-terminated, n bytes); garbage is
 * TASK_LINE_OTHER. */
enum task_line task_report_line(struct task_report *r, int i, const char *line, size_t n);

/*
 * task_report_judge - how did it end? Sets r->ended and r->reason.
 *
 * ends     how each child exited, r->n of them
 * stopped  the supervisor asked them to stop
 *
 * A result of every child wins over stopped: what is committed stays committed (failure-model J5).
 * An error line wins over a signal, because the second child dies of the first one's end.
 */
void task_report_judge(struct task_report *r, const struct child_end *ends, bool stopped);

/* task_report_reason - a reason object {code, params:{}, text} in the arena; add params to it
 * freely. */
cJSON *task_report_reason(struct arena *a, const char *code, const char *fmt, ...)
    PRINTF_LIKE(3, 4);

#endif
