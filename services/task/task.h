/* SPDX-License-Identifier: Apache-2.0 */
/*
 * task - millrace-task: one process for one step of one task (design.md 2.4).
 *
 * `millrace-task engine` reads a specification from fd 0, shuts itself in (sandbox.h) and runs
 * the step of its task. `millrace-task loader` runs loader_run: libpq, no parser
 * of user data. Reports go to fd 3 as JSON lines: progress, committing, and exactly one result or
 * error. A function that runs a task returns 0 after it called task_result, or -1 with err; main
 * reports err.
 */
#ifndef TASK_TASK_H
#define TASK_TASK_H

#include "kit/json.h"

enum { TASK_FD_SPEC = 0, TASK_FD_DATA_OUT = 1, TASK_FD_REPORT = 3, TASK_FD_DATA_IN = 4 };
enum { TASK_EXIT_INTERNAL = 70, TASK_PROGRESS_EVERY_MS = 250, TASK_SPEC_MAX_BYTES = 8 << 20 };

/* Code of an err that says the other child of the pair ended too early: that one tells why, we exit
 * with TASK_EXIT_INTERNAL and no error line. */
#define TASK_CODE_PEER "task.peer"

struct task; /* the report pipe and what is known of the task; made by main */

/*
 * task_progress - tell how far we are; more often than each 250 ms is dropped. Any thread.
 *
 * bytes, rows, rejects  totals so far. Threads may overtake each other and estimates may shrink:
 *                       less than was told before is told as it was before
 */
void task_progress(struct task *t, int64_t bytes, int64_t rows, int64_t rejects);

/* task_committing - the loader is about to COMMIT: cancel comes too late from here. */
void task_committing(struct task *t);

/* task_result - the one result line; "t":"result" is added to the object. Once. */
void task_result(struct task *t, cJSON *result);

/*
 * task_error - the one error line for err: kind is no_space, timeout, input, lost (an older epoch;
 * give up), uncertain, unavailable or internal. Called by main.
 */
void task_error(struct task *t, const struct err *err);

/* task_arena - memory for the life of the process. Main thread only. */
struct arena *task_arena(struct task *t);

/* task_new - reports go to this descriptor; for main and tests. task_free gives it back. */
struct task *task_new(int report_fd) MUST_CHECK;
void task_free(struct task **t);

/* One function for each specification's "task" and role. spec is the whole document, borrowed.
 * Errors  any kind; the supervisor decides about a retry by the kind in the error line */
int engine_validate_run(const cJSON *spec, struct task *t, struct err *err) MUST_CHECK;
int engine_inspect_run(const cJSON *spec, struct task *t, struct err *err) MUST_CHECK;
int engine_preview_run(const cJSON *spec, struct task *t, struct err *err) MUST_CHECK;
int engine_load_run(const cJSON *spec, struct task *t, struct err *err) MUST_CHECK;
int loader_run(const cJSON *spec, struct task *t, struct err *err) MUST_CHECK;
int loader_maintain_run(const cJSON *spec, struct task *t, struct err *err) MUST_CHECK;

#endif
