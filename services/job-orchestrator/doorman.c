/* SPDX-License-Identifier: Apache-2.0 */
/* doorman - the thread that rings for tasks: at once when a run changed, again with each sweep. */
#include "base/clock.h"
#include "base/uuid.h"
#include "kit/metrics.h"
#include "orchestrator.h"
#include "store.h"

#include <stdio.h>
#include <string.h>

enum { WAIT_SLICE_MS = 500, TAKE = 64, READY_MAX = 64 };

/* A kind of task and the stream its workers wait at. */
static const struct door {
	const char *kind, *stream;
} doors[] = { { "validate", RING_VALIDATE }, { "load", RING_LOAD } };

struct doorman {
	struct orchestrator *o;
	struct ring *ring;
	int64_t swept_mono_ms;
	bool quiet; /* the last failure was logged; do not repeat it each time */
};

static void tell(struct doorman *d, const char *what, const struct err *err)
{
	if (!d->quiet)
		log_warn(
		    NULL, what, LOG_S("kind", err_kind_name(err->kind)), LOG_S("reason", err->msg));
	d->quiet = true;
}

static void ring_task(
    struct doorman *d, const char *stream, const char *run_id, const char *task_id)
{
	struct ring_msg m = { .subject = "task" };
	struct err err = { 0 };

	snprintf(m.run_id, sizeof(m.run_id), "%s", run_id);
	snprintf(m.task_id, sizeof(m.task_id), "%s", task_id);
	if (ring_put(d->ring, stream, &m, &err) != 0)
		tell(d, "ring failed, workers poll", &err);
}

/* Every replica's browsers hear of it. */
static void ring_event(struct doorman *d, const char *run_id)
{
	struct ring_msg m = { .subject = "run" };
	struct err err = { 0 };

	snprintf(m.run_id, sizeof(m.run_id), "%s", run_id);
	if (ring_put(d->ring, RING_EVENTS, &m, &err) != 0)
		tell(d, "ring failed, browsers are told by polling", &err);
}

static const char *stream_of(const char *kind)
{
	for (size_t i = 0; i < ARRAY_SIZE(doors); i++)
		if (strcmp(doors[i].kind, kind) == 0)
			return doors[i].stream;
	return NULL;
}

/* A run changed: whoever can go on because of it is rung for. */
static void see_run(struct doorman *d, const char *run_id)
{
	scoped(struct db_result *, db_result_free) r = NULL;
	struct err err = { 0 };

	pthread_mutex_lock(&d->o->db_lock);
	const int rc = store_ready_of_run(d->o->db, run_id, &r, &err);
	pthread_mutex_unlock(&d->o->db_lock);
	if (rc != 0) {
		tell(d, "run not looked at, the sweep will", &err);
		return;
	}
	for (int i = 0; i < db_rows(r); i++) {
		const char *stream = stream_of(db_text(r, i, "kind"));
		if (stream)
			ring_task(d, stream, db_text(r, i, "run_id"), db_text(r, i, "task_id"));
	}
}

static bool was_seen(const struct ring_msg *m, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (strcmp(m[k].run_id, m[i].run_id) == 0)
			return true;
	return false;
}

static void listen_once(struct doorman *d, int64_t wait_ms)
{
	struct ring_msg m[TAKE];
	struct err err = { 0 };
	size_t n = 0;

	if (ring_wait(d->ring, RING_RUNS, wait_ms, m, TAKE, &n, &err) != 0) {
		tell(d, "cannot hear rings, sweeping only", &err);
		orchestrator_sleep(wait_ms);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		if (!uuid_is_valid(m[i].run_id) || was_seen(m, i))
			continue;
		see_run(d, m[i].run_id);
		ring_event(d, m[i].run_id);
	}
}

/* Ring again for what waits, but never more often than it is heard: a stream nobody reads stays
 * short. */
static void ring_waiting(struct doorman *d, const struct door *door, const struct db_result *ready)
{
	struct err err = { 0 };
	int64_t rung = 0;

	if (db_rows(ready) == 0)
		return;
	if (ring_length(d->ring, door->stream, &rung, &err) != 0) {
		tell(d, "ring failed, workers poll", &err);
		return;
	}
	for (int i = (int)(rung < READY_MAX ? rung : READY_MAX); i < db_rows(ready); i++)
		ring_task(
		    d, door->stream, db_text(ready, i, "run_id"), db_text(ready, i, "task_id"));
}

static int sweep_doors(struct doorman *d, struct err *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(doors); i++) {
		scoped(struct db_result *, db_result_free) r = NULL;
		pthread_mutex_lock(&d->o->db_lock);
		const int rc = store_ready(d->o->db, doors[i].kind, READY_MAX, &r, err);
		pthread_mutex_unlock(&d->o->db_lock);
		if (rc != 0)
			return -1;
		ring_waiting(d, &doors[i], r);
	}
	return 0;
}

static int sweep(struct doorman *d, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;

	pthread_mutex_lock(&d->o->db_lock);
	const int rc = store_sweep(d->o->db, &r, err);
	pthread_mutex_unlock(&d->o->db_lock);
	if (rc != 0)
		return -1;
	metrics_add(
	    metrics_counter("millrace_runs_swept_total", "",
		"Tasks moved because time passed: lapsed leases, ended pauses, late cancels"),
	    db_rows(r));
	for (int i = 0; i < db_rows(r); i++)
		ring_event(d, db_text(r, i, "run_id"));
	return sweep_doors(d, err);
}

void *doorman_main(void *arg)
{
	struct doorman d = { .o = arg, .swept_mono_ms = INT64_MIN / 2 };

	d.ring = ring_new(svc_ring_conf(d.o->svc));
	while (!orchestrator_is_closing()) {
		const int64_t due = d.swept_mono_ms + d.o->conf->sweep_ms - clock_mono_ms();
		struct err err = { 0 };
		if (due > 0) {
			listen_once(&d, due < WAIT_SLICE_MS ? due : WAIT_SLICE_MS);
			continue;
		}
		d.swept_mono_ms = clock_mono_ms();
		d.quiet = false;
		if (sweep(&d, &err) != 0)
			tell(&d, "sweep failed", &err);
	}
	ring_free(&d.ring);
	return NULL;
}
