/* SPDX-License-Identifier: Apache-2.0 */
/* worker - slots that wait for a ring, claim a task and run it. */
#include "api/worker.h"
#include "api/worker_priv.h"
#include "base/clock.h"
#include "base/die.h"
#include "base/mem.h"
#include "base/uuid.h"
#include "kit/backoff.h"
#include "kit/metrics.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	STACK_BYTES = 256 << 10,
	WAIT_SLICE_MS = 500, /* how long a slot may not notice a drain */
	TROUBLE_FIRST_MS = 200,
};

static const char SQL_CLAIM[] = "select * from jobs.claim_task_v1($1, $2, $3::bigint)";

/* How a slot came to look. */
enum found_by { BY_NEXT, BY_RING, BY_POLL };
static const char *const found_words[] = { "next", "ring", "poll" };

static void count_claim(const struct worker *w, enum found_by by)
{
	char labels[64];

	snprintf(labels, sizeof(labels), "kind=\"%s\",found=\"%s\"", w->spec.kind, found_words[by]);
	metrics_add(metrics_counter("millrace_tasks_claimed_total", labels,
			"Tasks claimed, by what made the worker look (poll: Redis said nothing)"),
	    1);
}

bool worker_is_draining(struct worker *w)
{
	pthread_mutex_lock(&w->lock);
	const bool draining = w->draining;
	pthread_mutex_unlock(&w->lock);
	return draining;
}

void worker_pause(struct worker *w, int64_t ms, bool until_close)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += (ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_mutex_lock(&w->lock);
	while (!w->closing && (until_close || !w->draining))
		if (pthread_cond_timedwait(&w->wake, &w->lock, &until) != 0)
			break;
	pthread_mutex_unlock(&w->lock);
}

void worker_ring(struct worker_slot *s, const char *stream)
{
	struct ring_msg m = { .subject = "run" };

	pthread_mutex_lock(&s->lock);
	memcpy(m.run_id, s->progress.run_id, sizeof(m.run_id));
	pthread_mutex_unlock(&s->lock);
	svc_ring_put(s->worker->svc, stream, &m);
}

/* jsonb we wrote ourselves; unreadable is a bug of the database, not of the task. */
static int parse_cell(struct arena *a, const struct db_result *r, const char *column,
    const cJSON **out, struct err *err)
{
	const char *text = db_text(r, 0, column);
	cJSON *doc = NULL;

	if (!text)
		text = "{}";
	if (js_parse(text, strlen(text), a, &doc, err) != 0)
		return err_wrap(err, "column %s of the claimed task", column);
	*out = doc;
	return 0;
}

static int read_task(
    struct worker_slot *s, const struct db_result *r, struct worker_task *t, struct err *err)
{
	struct arena *a = t->arena;

	t->magic = WORKER_TASK_MAGIC;
	t->svc = s->worker->svc;
	t->db = s->db;
	t->arg = s->worker->spec.arg;
	t->slot = s;
	t->task_id = arena_dup(a, db_text(r, 0, "task_id"));
	t->run_id = arena_dup(a, db_text(r, 0, "run_id"));
	t->no = db_i64(r, 0, "no");
	t->domain = arena_dup(a, db_text(r, 0, "domain"));
	t->target = arena_dup(a, db_text(r, 0, "target"));
	t->run_kind = arena_dup(a, db_text(r, 0, "run_kind"));
	t->created_by = arena_dup(a, db_text(r, 0, "created_by"));
	t->epoch = db_i64(r, 0, "epoch");
	t->attempt = (int)db_i64(r, 0, "attempt");
	t->max_attempts = (int)db_i64(r, 0, "max_attempts");
	snprintf(t->log.run, sizeof(t->log.run), "%s", t->run_id);
	snprintf(t->log.task, sizeof(t->log.task), "%s", t->task_id);
	if (parse_cell(a, r, "spec", &t->spec, err) != 0 ||
	    parse_cell(a, r, "input", &t->input, err) != 0)
		return -1;
	return parse_cell(a, r, "bound", &t->bound, err);
}

/* From here on the renewer keeps the lease. */
static void hold(struct worker_slot *s, const struct worker_task *t, int64_t asked_mono_ms)
{
	pthread_mutex_lock(&s->lock);
	s->held = true;
	s->recording = false;
	s->stop = WORKER_GO;
	s->epoch = t->epoch;
	s->renewed_mono_ms = asked_mono_ms;
	s->started_mono_ms = clock_mono_ms();
	s->told_mono_ms = 0;
	s->committing = false;
	s->log_lines = 0;
	s->progress = (struct ring_msg){ .subject = "progress" };
	snprintf(s->task_id, sizeof(s->task_id), "%s", t->task_id);
	snprintf(s->progress.run_id, sizeof(s->progress.run_id), "%s", t->run_id);
	snprintf(s->progress.task_id, sizeof(s->progress.task_id), "%s", t->task_id);
	buf_reset(&s->log);
	pthread_mutex_unlock(&s->lock);
}

bool worker_is_recorded(struct worker_slot *s)
{
	pthread_mutex_lock(&s->lock);
	const bool recorded = !s->held;
	pthread_mutex_unlock(&s->lock);
	return recorded;
}

bool worker_recorded(const struct worker_task *t)
{
	ASSERT(t->magic == WORKER_TASK_MAGIC);
	return worker_is_recorded(t->slot);
}

/* What the callback left: its error becomes an outcome. */
static int record_failure(struct worker_task *t, const struct err *cause, struct err *err)
{
	const char *outcome = err_is_transient(cause)    ? "retry"
			      : cause->kind == ERR_INPUT ? "failed"
							 : "crashed";
	const cJSON *reason = task_report_reason(
	    t->arena, cause->code[0] ? cause->code : "task.error", "%s", cause->msg);

	return worker_record(t, outcome, NULL, reason, NULL, NULL, err);
}

/* The outcome nobody recorded yet. */
static void settle_rest(struct worker_task *t, int rc, const struct err *cause)
{
	struct err err = { 0 };
	const enum worker_stop stop = worker_stopping(t);
	int settled = 0;

	if (worker_is_recorded(t->slot) || stop == WORKER_LOST)
		return;
	if (stop == WORKER_CANCEL)
		settled = worker_record(t, "cancelled", NULL, NULL, NULL, NULL, &err);
	else if (stop == WORKER_DRAIN)
		settled = worker_release(t, &err);
	else if (rc != 0)
		settled = record_failure(t, cause, &err);
	else
		bug("task %s of kind %s ended without an outcome", t->task_id,
		    t->slot->worker->spec.kind);
	if (settled != 0)
		log_error(&t->log, "outcome not recorded, the lease will lapse",
		    LOG_S("reason", err.msg));
}

static void log_end(const struct worker_task *t, int rc, const struct err *cause, int64_t took_ms)
{
	static const char *const words[] = { "go", "cancel", "lost", "drain" };

	if (rc != 0)
		log_warn(&t->log, "task failed", LOG_I("attempt", t->attempt),
		    LOG_I("duration_ms", took_ms), LOG_S("kind", err_kind_name(cause->kind)),
		    LOG_S("code", cause->code), LOG_S("reason", cause->msg));
	else
		log_info(&t->log, "task ended", LOG_I("attempt", t->attempt),
		    LOG_I("epoch", t->epoch), LOG_I("duration_ms", took_ms),
		    LOG_S("stop", words[worker_stopping(t)]));
}

static void run_task(struct worker_slot *s, struct worker_task *t)
{
	struct err cause = { 0 };
	const int64_t start = clock_mono_ms();

	log_info(&t->log, "task claimed", LOG_S("target", t->target), LOG_I("no", t->no),
	    LOG_I("epoch", t->epoch), LOG_I("attempt", t->attempt));
	worker_ring(s, RING_EVENTS);
	const int rc = s->worker->spec.run(t, &cause);
	db_rollback(s->db);
	settle_rest(t, rc, &cause);
	log_end(t, rc, &cause, clock_mono_ms() - start);
	pthread_mutex_lock(&s->lock);
	s->held = false;
	pthread_mutex_unlock(&s->lock);
	worker_ring(s, RING_RUNS);
}

static void free_arena(struct arena **a)
{
	arena_free(a);
}

/* 1 = a task was claimed and run, 0 = nothing ready, -1 = err. */
static int claim_one(struct worker_slot *s, enum found_by by, struct err *err)
{
	const struct worker_spec *spec = &s->worker->spec;
	const int64_t asked = clock_mono_ms();
	char lease[24];
	scoped(struct db_result *, db_result_free) r = NULL;

	snprintf(lease, sizeof(lease), "%lld", (long long)spec->lease_ms);
	if (db_query(s->db, SQL_CLAIM, &r, err, spec->kind, s->name, lease) != 0)
		return err_wrap(err, "claim a %s task", spec->kind);
	if (db_rows(r) == 0)
		return 0;
	scoped(struct arena *, free_arena) a = arena_new(LIMIT_TASK_ARENA_BYTES);
	struct worker_task t = { .arena = a };
	if (read_task(s, r, &t, err) != 0)
		return -1; /* the lease lapses, attempts end it */
	hold(s, &t, asked);
	count_claim(s->worker, by);
	run_task(s, &t);
	return 1;
}

/* Wait for a ring, at most the sweep interval; without Redis, for the sweep interval. */
static enum found_by wait_for_ring(struct worker_slot *s)
{
	const int64_t until = clock_mono_ms() + s->worker->spec.sweep_ms;
	int64_t left = s->worker->spec.sweep_ms;

	for (; left > 0 && !worker_is_draining(s->worker); left = until - clock_mono_ms()) {
		struct err err = { 0 };
		struct ring_msg m;
		size_t n = 0;
		const int64_t slice = left < WAIT_SLICE_MS ? left : WAIT_SLICE_MS;
		if (ring_wait(s->ring, s->worker->spec.stream, slice, &m, 1, &n, &err) != 0)
			worker_pause(s->worker, left, false);
		else if (n > 0)
			return BY_RING;
	}
	return BY_POLL;
}

static void *slot_main(void *arg)
{
	struct worker_slot *s = arg;
	const int64_t sweep = s->worker->spec.sweep_ms;
	struct backoff pause = { .first_ms = TROUBLE_FIRST_MS,
		.cap_ms = sweep > TROUBLE_FIRST_MS ? sweep : TROUBLE_FIRST_MS };
	enum found_by by = BY_POLL;

	while (!worker_is_draining(s->worker)) {
		struct err err = { 0 };
		const int rc = claim_one(s, by, &err);
		if (rc < 0) {
			if (pause.attempt == 0)
				log_warn(NULL, "no claim, trying again", LOG_S("slot", s->name),
				    LOG_S("reason", err.msg));
			worker_pause(s->worker, backoff_next_ms(&pause), false);
			by = BY_POLL;
			continue;
		}
		backoff_reset(&pause);
		by = rc > 0 ? BY_NEXT : wait_for_ring(s);
	}
	return NULL;
}

static void init_slot(struct worker *w, int i)
{
	struct worker_slot *s = &w->slots[i];

	s->worker = w;
	s->index = i;
	s->db = db_new(svc_db_conf(w->svc));
	s->ring = ring_new(svc_ring_conf(w->svc));
	snprintf(s->name, sizeof(s->name), i ? "%s/%d" : "%s", svc_instance(w->svc), i + 1);
	pthread_mutex_init(&s->lock, NULL);
	pthread_mutex_init(&s->log_lock, NULL);
	buf_init(&s->log, WORKER_LOG_BYTES);
}

static int start_thread(
    pthread_t *thread, const char *name, void *(*fn)(void *), void *arg, struct err *err)
{
	pthread_attr_t attr;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	const int rc = pthread_create(thread, &attr, fn, arg);
	pthread_attr_destroy(&attr);
	if (rc != 0)
		return err_set_errno(err, ERR_INTERNAL, rc, "start thread %s", name);
	pthread_setname_np(*thread, name);
	return 0;
}

int worker_connections(int slots)
{
	return slots + 1;
}

int worker_start(
    struct svc *svc, const struct worker_spec *spec, struct worker **out, struct err *err)
{
	ASSERT(spec->slots >= 1 && spec->slots <= WORKER_SLOTS_MAX && spec->run);
	struct worker *w = mem_alloc(sizeof(*w));
	pthread_condattr_t attr;

	w->magic = WORKER_MAGIC;
	w->svc = svc;
	w->spec = *spec;
	if (w->spec.drain_ms == 0)
		w->spec.drain_ms = svc_drain_ms(svc) / 2; /* the other half to stop and give back */
	pthread_mutex_init(&w->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&w->wake, &attr);
	pthread_condattr_destroy(&attr);
	for (int i = 0; i < spec->slots; i++)
		init_slot(w, i);
	if (start_thread(&w->renewer, "renewer", worker_renewer_main, w, err) != 0)
		return -1; /* boot ends here */
	for (int i = 0; i < spec->slots; i++)
		if (start_thread(&w->slots[i].thread, "slot", slot_main, &w->slots[i], err) != 0)
			return -1;
	*out = w;
	return 0;
}

void worker_drain(struct worker *w)
{
	pthread_mutex_lock(&w->lock);
	if (!w->draining)
		w->drain_mono_ms = clock_mono_ms();
	w->draining = true;
	pthread_cond_broadcast(&w->wake);
	pthread_mutex_unlock(&w->lock);
}

int worker_busy(const struct worker *w)
{
	int busy = 0;

	for (int i = 0; i < w->spec.slots; i++) {
		/* The lock is the only part that changes here. */
		struct worker_slot *s = (struct worker_slot *)(uintptr_t)&w->slots[i];
		busy += worker_is_recorded(s) ? 0 : 1;
	}
	return busy;
}

void worker_free(struct worker **worker)
{
	struct worker *w = *worker;

	if (!w)
		return;
	worker_drain(w);
	for (int i = 0; i < w->spec.slots; i++)
		pthread_join(w->slots[i].thread, NULL);
	pthread_mutex_lock(&w->lock);
	w->closing = true;
	pthread_cond_broadcast(&w->wake);
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->renewer, NULL);
	for (int i = 0; i < w->spec.slots; i++) {
		db_free(&w->slots[i].db);
		ring_free(&w->slots[i].ring);
		buf_done(&w->slots[i].log);
	}
	free(w);
	*worker = NULL;
}
