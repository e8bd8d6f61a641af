/* SPDX-License-Identifier: Apache-2.0 */
/*
 * worker - the claim loop of validation and transform: claim with a lease, run, renew, record.
 *
 * Each slot is a thread with a connection of its own. It waits for the doorbell (or polls at the
 *sweep interval when Redis is away), claims a task with jobs.claim_task_v1 and calls spec.run. One
 *renewer thread with its own connection renews every held lease each renew_ms, carries the progress
 *along and raises the stop flag when the run is cancelled or the lease is lost. Connections: slots
 *+ 1.
 *
 * spec.run does the work and records the outcome once with worker_record. When it returns
 *    0   the outcome is recorded (or it saw worker_stopping and cleaned up after itself);
 *   -1   nothing is recorded: the loop records it: transient kinds as "retry", ERR_INPUT as
 *"failed", all else as "crashed" (one failed attempt). A task that was stopped and left unrecorded
 *is recorded as cancelled, released (drain) or left alone (lost). Epoch and task id are in every
 *temporary name, so nothing of an old attempt is in the way.
 *
 *	static int run(struct worker_task *t, struct err *err)
 *	{
 *		struct task_report r;
 *		worker_stage(t, "check", input_bytes);
 *		if (worker_spawn(t, &spec, 1, 2000, &r, err) != 0)
 *			return -1;
 *		if (r.ended != TASK_RESULT)
 *			return worker_settle(t, &r, err);
 *		return worker_record(t, "done", output, NULL, store_report, &ctx, err);
 *	}
 *
 * design.md 2.3, 2.4; failure-model V1-V15.
 */
#ifndef API_WORKER_H
#define API_WORKER_H

#include "api/limits.h"
#include "api/task_report.h"
#include "kit/svc.h"

struct worker;      /* the loop of one daemon */
struct worker_slot; /* internal: stop flag and progress, shared with the renewer */

enum worker_stop { WORKER_GO, WORKER_CANCEL, WORKER_LOST, WORKER_DRAIN };

/* One claimed task; lives as long as the call of spec.run. Strings and trees are in the arena. */
struct worker_task {
	uint32_t magic;
	struct svc *svc;          /* borrowed */
	struct db *db;            /* this slot's connection, no transaction open */
	struct arena *arena;      /* LIMIT_TASK_ARENA_BYTES, freed after run */
	struct logctx log;        /* run and task id are in it */
	void *arg;                /* spec.arg */
	const char *task_id;      /* UUID */
	const char *run_id;       /* UUID */
	int64_t no;               /* the run's number on its target */
	const char *domain;       /* name */
	const char *target;       /* name of the dataset the run ends in */
	const char *run_kind;     /* "arrival" "pipeline" "redo" */
	const char *created_by;   /* who started the run */
	int64_t epoch;            /* of the target; only rises */
	int attempt;              /* 1.. */
	int max_attempts;         /* LIMIT_TASK_ATTEMPTS */
	const cJSON *spec;        /* run's specification as given to jobs.create_run_v1 */
	const cJSON *input;       /* {"validate": output} for a load behind a validate, else {} */
	const cJSON *bound;       /* what jobs.bind_run_v1 bound so far, {} at first */
	struct worker_slot *slot; /* internal */
};

struct worker_spec {
	const char *kind;   /* "validate" or "load" */
	const char *stream; /* RING_VALIDATE or RING_LOAD */
	int slots;          /* tasks at once, 1..16 */
	int64_t lease_ms;   /* MILLRACE_LEASE */
	int64_t renew_ms;   /* MILLRACE_RENEW; at most a third of the lease */
	int64_t sweep_ms;   /* MILLRACE_SWEEP: how often a silent slot looks by itself */
	int64_t drain_ms;   /* a task that runs so long after worker_drain is stopped and released;
			       0 = half of MILLRACE_<SVC>_DRAIN */
	int (*run)(struct worker_task *t, struct err *err);
	void *arg; /* for run; borrowed */
};

/*
 * worker_start - start slots and renewer; call from svc_spec.open.
 *
 * spec  copied; its strings are borrowed for ever
 * out   new; worker_free
 *
 * Errors  ERR_INTERNAL  no thread could be made
 */
int worker_start(struct svc *svc, const struct worker_spec *spec, struct worker **out,
    struct err *err) MUST_CHECK;

/* worker_connections - database connections such a worker holds, for svc_spec.other_connections. */
int worker_connections(int slots);

/* worker_drain - claim nothing new; what runs longer than drain_ms is stopped and released. */
void worker_drain(struct worker *w);

/* worker_busy - tasks running now. */
int worker_busy(const struct worker *w);

/* worker_free - drain, wait for the slots, join; sets *w to NULL; accepts NULL inside. */
void worker_free(struct worker **w);

/* worker_stopping - WORKER_GO while the task may go on; look between steps. Any thread. */
enum worker_stop worker_stopping(const struct worker_task *t);

/*
 * worker_stage - which stage the run's bar shows from now on.
 *
 * stage        "check" "load" "commit"
 * bytes_total  size of what is read, 0 unknown
 */
void worker_stage(struct worker_task *t, const char *stage, int64_t bytes_total);

/* worker_progress - newest counts; sent to browsers at most 4 times a second and to PostgreSQL with
 * each renewal. Called by worker_spawn for its children. */
void worker_progress(struct worker_task *t, int64_t bytes, int64_t rows, int64_t rejects);

/*
 * worker_spawn - run 1 or 2 children of millrace-task to their end: progress relayed, log lines
 * stored by kit/child, stop flag obeyed, the end judged.
 *
 * specs     n of them, 1..CHILD_MAX
 * grace_ms  between SIGTERM and SIGKILL
 * out       how it ended; in t's arena
 *
 * Errors  ERR_BUSY, ERR_INTERNAL  a child could not be started
 */
int worker_spawn(struct worker_task *t, const struct child_spec *specs, int n, int64_t grace_ms,
    struct task_report *out, struct err *err) MUST_CHECK;

/* Writes of the service that belong to the outcome; same transaction, must be safe to run again. */
typedef int (*worker_fill_fn)(struct db *db, void *arg, struct err *err);

/*
 * worker_record - record the outcome in one transaction: jobs.finish_task_v1, then fill, COMMIT;
 * rings.
 *
 * outcome  "done" "failed" "retry" "crashed" "needs_person" "cancelled"
 * output   object for the next task, may hold account, load_no, contract_version, pipeline_version,
 *          which are copied to the run; NULL = {}
 * reason   {code, params, text}; NULL for done
 * fill     NULL = nothing else to write
 *
 * A failed connection is tried again while the lease lives; after an unknown COMMIT the row is
 * asked whether it happened. When the task is lost nothing is written and 0 is returned: only
 * worker_recorded tells the two apart (worker_stopping may change at any moment).
 *
 * Errors  ERR_UNAVAILABLE  the database stayed away past the lease
 *         others           of fill: nothing is written
 */
int worker_record(struct worker_task *t, const char *outcome, const cJSON *output,
    const cJSON *reason, worker_fill_fn fill, void *arg, struct err *err) MUST_CHECK;

/* worker_recorded - is an outcome of this task committed? Else what belongs to it may be undone. */
bool worker_recorded(const struct worker_task *t);

/* worker_settle - record the ordinary outcome of a report that is not TASK_RESULT. As
 * worker_record. */
int worker_settle(struct worker_task *t, const struct task_report *r, struct err *err) MUST_CHECK;

/*
 * worker_bind - bind a value to the run; the first write wins (a retry works with the same
 * versions).
 *
 * key    e.g. "contract_version"
 * value  JSON; borrowed
 * out    the bound value, whoever wrote it; arena
 *
 * Errors  as db_query
 */
int worker_bind(struct worker_task *t, const char *key, const cJSON *value, cJSON **out,
    struct err *err) MUST_CHECK;

/* worker_log - one line for the run page (level "info" "warn" "error"); at most
 * LIMIT_TASK_LOG_LINES are kept; stored with the outcome or the next renewal, lost when the worker
 * dies. */
void worker_log(struct worker_task *t, const char *level, const char *fmt, ...) PRINTF_LIKE(3, 4);

#endif
