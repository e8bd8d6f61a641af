/* SPDX-License-Identifier: Apache-2.0 */
/* worker_world - database, Redis and child processes for the tests of api/worker, made of symbols.
 */
#ifndef API_TESTS_WORKER_WORLD_H
#define API_TESTS_WORKER_WORLD_H

#include "api/worker.h"

#include <pthread.h>

#define TASK  "0193406a-1f7e-7ac1-8b0a-6d5c4b3a2919"
#define TASK2 "0193406a-1f7e-7ac1-8b0a-6d5c4b3a2920"
#define RUN   "0193406a-1f7e-7ac1-8b0a-6d5c4b3a2918"

enum commit_mode {
	COMMIT_GOOD,
	COMMIT_LOST_DONE,
	COMMIT_LOST_UNDONE,
	COMMIT_LOST_DONE_LATER, /* between the question whether it happened and the next try */
	COMMIT_SEEN,            /* a renewal sees the task ended before we know */
};

/* The one task there is, and what goes wrong. All under lock. */
struct world {
	pthread_mutex_t lock;
	bool queued, released;
	char recorded[24]; /* committed outcome, "" none */
	char reason[512];
	char late[24]; /* outcome of a COMMIT that is still on its way */
	const char *task_id;
	bool hold_renewals; /* a renewal waits */
	bool renewal_waits;
	int finishes, events, rings, renewals, claims, log_flushes;
	enum commit_mode commit; /* of the next commit */
	int away;                /* statements that fail before the database is back; -1 for ever */
	bool finish_is_lost;
	const char *renew_answer;
	bool renew_fails;
	char stage[16];
	int64_t bytes;
};

extern struct world world;

/* Lines a child prints; then it waits for the stop flag when asked to, and exits as told. */
struct child_script {
	const char *lines[4];
	bool wait_for_stop;
	struct child_end end;
};

extern struct child_script child;

/* world_wait_renewals - two renewals more, or a second without; with world.lock held. */
void world_wait_renewals(void);

#endif
