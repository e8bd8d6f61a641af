/* SPDX-License-Identifier: Apache-2.0 */
/*
 * orchestrator - what the parts of job-orchestrator share: settings and state made at start.
 *
 * doorman   hears of changed runs (RING_RUNS), sweeps, rings for tasks that can be claimed
 * events    tells browsers: follows RING_EVENTS and the table, keeps the streams
 * stream    the open event streams
 * list_runs get_run create_run retry_run cancel_run get_run_log   one operation each
 * store     all SQL
 *
 * Any replica does all of it at any time; nothing here is true but what rows say (failure-model J1,
 * J2).
 */
#ifndef JOB_ORCHESTRATOR_ORCHESTRATOR_H
#define JOB_ORCHESTRATOR_ORCHESTRATOR_H

#include "kit/svc.h"

#include <pthread.h>

struct orchestrator_conf {
	int64_t sweep_ms;  /* between two sweeps */
	int64_t cancel_ms; /* a worker that has not stopped by then is cut off */
	int64_t stream_ms; /* an event stream outlives its session by no more */
};

struct orchestrator {
	const struct orchestrator_conf *conf;
	struct svc *svc;
	struct db *db;           /* of both background threads: short statements, by turns */
	pthread_mutex_t db_lock; /* its turn */
	pthread_t doorman, events;
	pthread_mutex_t lock; /* guards closing */
	bool closing;
};

/* orchestrator - the one of this process; filled by orchestrator_open. */
struct orchestrator *orchestrator(void);

/*
 * orchestrator_open - svc's open hook: the background threads.
 *
 * Errors  ERR_INTERNAL  no thread could be made
 */
int orchestrator_open(struct svc *svc, struct err *err) MUST_CHECK;

/* orchestrator_close - svc's close hook, the reverse. */
void orchestrator_close(struct svc *svc);

/* orchestrator_is_closing - should a background thread end? */
bool orchestrator_is_closing(void);

/* orchestrator_sleep - pass the time after a failure, in steps that notice the end. */
void orchestrator_sleep(int64_t ms);

/* doorman_main, events_main - the background threads. */
void *doorman_main(void *orchestrator);
void *events_main(void *orchestrator);

#endif
