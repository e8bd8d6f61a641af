/* SPDX-License-Identifier: Apache-2.0 */
/* worker_priv - internal to api/worker: slots, what the renewer shares with them, and the
 * statements. */
#ifndef API_WORKER_PRIV_H
#define API_WORKER_PRIV_H

#include "api/worker.h"
#include "base/buf.h"
#include "base/uuid.h"

#include <pthread.h>

enum {
	WORKER_SLOTS_MAX = 16,
	WORKER_MAGIC = 0x776f726b,
	WORKER_TASK_MAGIC = 0x7461736b,
	WORKER_NAME_BYTES = 64,
	WORKER_LOG_BYTES = 256 << 10, /* lines waiting to be stored */
};

struct worker_slot {
	struct worker *worker; /* borrowed */
	int index;
	pthread_t thread;
	struct db *db;     /* the thread's */
	struct ring *ring; /* the thread's */
	char name[WORKER_NAME_BYTES];

	pthread_mutex_t lock; /* guards all below */
	bool held;            /* a task is in hand and its outcome not recorded */
	bool recording;       /* the outcome is being written: only that says whether it is lost */
	enum worker_stop stop;
	char task_id[UUID_TEXT_BYTES];
	int64_t epoch;
	int64_t renewed_mono_ms; /* when the lease was last known to be ours */
	int64_t started_mono_ms;
	int64_t told_mono_ms;     /* last progress event */
	struct ring_msg progress; /* run_id, task_id, stage, counts */
	bool committing;          /* a loader is at its COMMIT: do not stop for a cancel */
	struct buf log;           /* JSON objects, each with a comma behind it */
	int log_lines;            /* taken so far, LIMIT_TASK_LOG_LINES at most */
	pthread_mutex_t log_lock; /* one flush at a time; taken before lock */
};

struct worker {
	uint32_t magic;
	struct svc *svc; /* borrowed */
	struct worker_spec spec;
	struct worker_slot slots[WORKER_SLOTS_MAX];
	pthread_t renewer;
	pthread_mutex_t lock; /* guards all below */
	pthread_cond_t wake;  /* draining or closing */
	bool draining, closing;
	int64_t drain_mono_ms; /* when draining began */
};

/* worker_renewer_main - thread: renew what is held until the worker closes. */
void *worker_renewer_main(void *worker);

/* worker_flush_log - store waiting log lines with this connection, unless a record under way does.
 * Errors as db_query. */
int worker_flush_log(struct worker_slot *s, struct db *db, struct err *err) MUST_CHECK;

/* worker_write_log - store waiting lines in the transaction of a record; *n bytes of the buffer are
 * in it, for worker_drop_log once it is committed. Errors as db_query. */
int worker_write_log(struct worker_slot *s, struct db *db, size_t *n, struct err *err) MUST_CHECK;

/* worker_drop_log - the first n bytes of the buffer are stored for good. */
void worker_drop_log(struct worker_slot *s, size_t n);

/* worker_pause - wait ms, or less when the worker drains (or, with until_close, closes). */
void worker_pause(struct worker *w, int64_t ms, bool until_close);

/* worker_is_draining - claim nothing new? */
bool worker_is_draining(struct worker *w);

/* worker_ring - say on a stream that this slot's run changed. */
void worker_ring(struct worker_slot *s, const char *stream);

/* worker_release - give the task back (drain). Errors as db_query; lost is no error. */
int worker_release(struct worker_task *t, struct err *err) MUST_CHECK;

/* worker_is_recorded - has the outcome of the slot's task been recorded? */
bool worker_is_recorded(struct worker_slot *s);

#endif
