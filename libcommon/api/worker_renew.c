/* SPDX-License-Identifier: Apache-2.0 */
/* worker_renew - leases, progress and log lines of running tasks, from a thread of its own. */
#include "api/progress.h"
#include "api/worker_priv.h"
#include "base/clock.h"
#include "base/die.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum {
	TICK_MS = 250,
	LOG_LINE_BYTES = 2048,
	LOG_ENTRY_BYTES = 3 * LOG_LINE_BYTES,
	RENEW_ARENA_BYTES = 1 << 20,
	NUMBER_BYTES = 24,
};

static const char SQL_RENEW[] =
    "select jobs.renew_task_v1($1::uuid, $2::bigint, $3::bigint, $4::jsonb) as answer";
static const char SQL_LOG[] = "select jobs.log_task_v1($1::uuid, $2::bigint, $3::jsonb)";

enum worker_stop worker_stopping(const struct worker_task *t)
{
	struct worker_slot *s = t->slot;

	pthread_mutex_lock(&s->lock);
	/* At the COMMIT a cancel or a drain comes too late; a lost lease does not. */
	const enum worker_stop stop = s->committing && s->stop != WORKER_LOST ? WORKER_GO : s->stop;
	pthread_mutex_unlock(&s->lock);
	return stop;
}

void worker_stage(struct worker_task *t, const char *stage, int64_t bytes_total)
{
	struct worker_slot *s = t->slot;

	pthread_mutex_lock(&s->lock);
	snprintf(s->progress.stage, sizeof(s->progress.stage), "%s", stage);
	s->progress.bytes_total = bytes_total;
	s->progress.bytes = s->progress.rows = s->progress.rejects = 0;
	s->told_mono_ms = 0;
	pthread_mutex_unlock(&s->lock);
	worker_progress(t, 0, 0, 0);
}

void worker_progress(struct worker_task *t, int64_t bytes, int64_t rows, int64_t rejects)
{
	struct worker_slot *s = t->slot;
	const int64_t now = clock_mono_ms();

	pthread_mutex_lock(&s->lock);
	s->progress.bytes = bytes;
	s->progress.rows = rows;
	s->progress.rejects = rejects;
	s->progress.elapsed_ms = now - s->started_mono_ms;
	const bool tell = !s->told_mono_ms || now - s->told_mono_ms >= 1000 / LIMIT_PROGRESS_PER_S;
	if (tell)
		s->told_mono_ms = now;
	const struct ring_msg m = s->progress;
	pthread_mutex_unlock(&s->lock);
	if (tell)
		svc_ring_put(t->svc, RING_EVENTS, &m);
}

void worker_log(struct worker_task *t, const char *level, const char *fmt, ...)
{
	struct worker_slot *s = t->slot;
	char text[LOG_LINE_BYTES], at[CLOCK_RFC3339_BYTES];
	struct buf entry;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	clock_format(clock_now_ms(), at);
	buf_init(&entry, LOG_ENTRY_BYTES + sizeof(text) * 6);
	buf_printf(&entry, "{\"at\":\"%s\",\"level\":\"%s\",\"msg\":", at, level);
	buf_add_json_string(&entry, text, strlen(text));
	buf_adds(&entry, "},");
	pthread_mutex_lock(&s->lock);
	if (s->log_lines < LIMIT_TASK_LOG_LINES && s->log.n + entry.n <= s->log.cap) {
		buf_add(&s->log, entry.data, entry.n);
		s->log_lines++;
	}
	pthread_mutex_unlock(&s->lock);
	buf_done(&entry);
}

/* Waiting lines, read once: what they are and whose. */
struct lines {
	struct buf json;
	size_t n; /* bytes of the slot's buffer they are */
	char task_id[UUID_TEXT_BYTES], epoch[NUMBER_BYTES];
};

/* None while a record writes them, unless it is the record that asks. */
static void copy_log(struct worker_slot *s, bool recording, struct lines *l)
{
	struct buf *out = &l->json;

	pthread_mutex_lock(&s->lock);
	const size_t n = s->recording == recording ? s->log.n : 0;
	l->n = n;
	memcpy(l->task_id, s->task_id, sizeof(l->task_id));
	snprintf(l->epoch, sizeof(l->epoch), "%lld", (long long)s->epoch);
	if (n > 0) {
		buf_addc(out, '[');
		buf_add(out, s->log.data, n - 1); /* without the last comma */
		buf_addc(out, ']');
	}
	pthread_mutex_unlock(&s->lock);
}

static int put_log(struct worker_slot *s, struct db *db, bool recording, size_t *n, struct err *err)
{
	struct lines l;
	int rc = 0;

	buf_init(&l.json, WORKER_LOG_BYTES + 2);
	copy_log(s, recording, &l);
	if (l.n > 0)
		rc = db_query(db, SQL_LOG, NULL, err, l.task_id, l.epoch, l.json.data);
	*n = rc == 0 ? l.n : 0;
	buf_done(&l.json);
	return rc;
}

void worker_drop_log(struct worker_slot *s, size_t n)
{
	pthread_mutex_lock(&s->lock);
	buf_consume(&s->log, n);
	pthread_mutex_unlock(&s->lock);
}

int worker_flush_log(struct worker_slot *s, struct db *db, struct err *err)
{
	size_t n = 0;

	pthread_mutex_lock(&s->log_lock);
	const int rc = put_log(s, db, false, &n, err);
	worker_drop_log(s, n);
	pthread_mutex_unlock(&s->log_lock);
	return rc;
}

int worker_write_log(struct worker_slot *s, struct db *db, size_t *n, struct err *err)
{
	pthread_mutex_lock(&s->log_lock); /* a flush begun before the record is let end */
	const int rc = put_log(s, db, true, n, err);
	pthread_mutex_unlock(&s->log_lock);
	return rc;
}

/* What the renewer needs of a slot, read once. */
struct held {
	bool held;
	char task_id[UUID_TEXT_BYTES];
	int64_t epoch, renewed_mono_ms;
	struct ring_msg progress;
};

/* Is it still that task, of that claim? Another target's epoch may be the same number. */
static bool is_same(const struct worker_slot *s, const struct held *h)
{
	return s->held && s->epoch == h->epoch && strcmp(s->task_id, h->task_id) == 0;
}

static void set_stop(struct worker_slot *s, const struct held *h, enum worker_stop stop)
{
	pthread_mutex_lock(&s->lock);
	if (is_same(s, h) && s->stop != WORKER_LOST && (s->stop < stop || stop == WORKER_LOST))
		s->stop = stop;
	pthread_mutex_unlock(&s->lock);
}

/* A task whose outcome is being written looks lost to a renewal as soon as that is committed. */
static void set_lost(struct worker_slot *s, const struct held *h)
{
	pthread_mutex_lock(&s->lock);
	if (is_same(s, h) && !s->recording)
		s->stop = WORKER_LOST;
	pthread_mutex_unlock(&s->lock);
}

static struct held look(struct worker_slot *s)
{
	struct held h = { 0 };

	pthread_mutex_lock(&s->lock);
	h.held = s->held && s->stop != WORKER_LOST;
	memcpy(h.task_id, s->task_id, sizeof(h.task_id));
	h.epoch = s->epoch;
	h.renewed_mono_ms = s->renewed_mono_ms;
	h.progress = s->progress;
	h.progress.elapsed_ms = clock_mono_ms() - s->started_mono_ms;
	pthread_mutex_unlock(&s->lock);
	return h;
}

static int ask(
    struct worker *w, struct db *db, const struct held *h, char *answer, size_t n, struct err *err)
{
	char epoch[NUMBER_BYTES], lease[NUMBER_BYTES];
	struct arena *a = arena_new(RENEW_ARENA_BYTES);
	scoped(struct db_result *, db_result_free) r = NULL;
	const char *progress =
	    h->progress.stage[0] ? js_print(a, progress_json(a, &h->progress)) : NULL;

	snprintf(epoch, sizeof(epoch), "%lld", (long long)h->epoch);
	snprintf(lease, sizeof(lease), "%lld", (long long)w->spec.lease_ms);
	const int rc = db_query(db, SQL_RENEW, &r, err, h->task_id, epoch, lease, progress);
	if (rc == 0)
		snprintf(answer, n, "%s", db_text(r, 0, "answer"));
	arena_free(&a);
	return rc;
}

static void took_renewal(
    struct worker_slot *s, const struct held *h, const char *answer, int64_t asked)
{
	if (strcmp(answer, "lost") == 0) {
		set_lost(s, h);
		return;
	}
	pthread_mutex_lock(&s->lock);
	if (is_same(s, h))
		s->renewed_mono_ms = asked;
	pthread_mutex_unlock(&s->lock);
	if (strcmp(answer, "cancel") == 0)
		set_stop(s, h, WORKER_CANCEL);
}

/* Without an answer for a whole lease somebody else may have the task: stop by ourselves (N1). */
static void renew_slot(struct worker *w, struct worker_slot *s, struct db *db)
{
	const struct held h = look(s);
	const int64_t now = clock_mono_ms();
	struct err err = { 0 };
	char answer[16] = "";

	if (!h.held || now - h.renewed_mono_ms < w->spec.renew_ms)
		return;
	if (ask(w, db, &h, answer, sizeof(answer), &err) == 0) {
		took_renewal(s, &h, answer, now);
		if (worker_flush_log(s, db, &err) != 0)
			log_debug(NULL, "log lines not stored yet", LOG_S("reason", err.msg));
		return;
	}
	log_warn(NULL, "lease not renewed", LOG_S("task", h.task_id), LOG_S("reason", err.msg));
	if (clock_mono_ms() - h.renewed_mono_ms >= w->spec.lease_ms)
		set_stop(s, &h, WORKER_LOST);
}

/* A task that runs on long after the drain began is stopped and given back. */
static bool is_drained(struct worker *w)
{
	pthread_mutex_lock(&w->lock);
	const bool drained = w->draining && clock_mono_ms() - w->drain_mono_ms >= w->spec.drain_ms;
	pthread_mutex_unlock(&w->lock);
	return drained;
}

static bool is_closing(struct worker *w)
{
	pthread_mutex_lock(&w->lock);
	const bool closing = w->closing;
	pthread_mutex_unlock(&w->lock);
	return closing;
}

void *worker_renewer_main(void *worker)
{
	struct worker *w = worker;
	ASSERT(w->magic == WORKER_MAGIC);
	struct db *db = db_new(svc_db_conf(w->svc));

	while (!is_closing(w)) {
		const bool drained = is_drained(w);
		for (int i = 0; i < w->spec.slots; i++) {
			struct worker_slot *s = &w->slots[i];
			if (drained) {
				const struct held h = look(s);
				set_stop(s, &h, WORKER_DRAIN);
			}
			renew_slot(w, s, db);
		}
		worker_pause(w, TICK_MS, true);
	}
	db_free(&db);
	return NULL;
}
