/* SPDX-License-Identifier: Apache-2.0 */
/*
 * events - the thread that finds out what to tell: rings make it quick, the table makes it sure.
 *
 * RING_EVENTS is followed without a group, so every replica hears all. A ring "run" only means
 * "look now"; what changed is asked of PostgreSQL, each POLL_MS anyway, so that streams go on
 * without Redis. A map of runs seen (id -> domain, version) tells what is news and to whom progress
 * belongs.
 */
#include "api/progress.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/uuid.h"
#include "orchestrator.h"
#include "store.h"
#include "stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

enum {
	POLL_MS = 1000,
	POLL_IDLE_MS = 2000, /* nobody listens */
	TAKE = 64,
	SEEN_MAX = 20000,
	NEWS_MAX = 200, /* documents of one round */
	PROGRESS_EVERY_MS = 240,
	LINE_ARENA_BYTES = 1 << 20,
	XID_BYTES = 24,
};

struct seen {
	char id[UUID_TEXT_BYTES]; /* key */
	char domain[64];
	int64_t version;
	int64_t told_mono_ms; /* progress */
	bool ended;
	UT_hash_handle hh;
};

struct events {
	struct orchestrator *o;
	struct ring *ring;
	struct seen *seen; /* hash by id */
	size_t n;
	char since[XID_BYTES]; /* xid to go on from */
	int64_t polled_mono_ms;
	bool look_now; /* a ring said so */
	bool redis_away;
	bool quiet; /* the last failure was logged */
};

static void forget(struct events *e, bool all)
{
	struct seen *s, *next;

	HASH_ITER(hh, e->seen, s, next)
	{
		if (!all && !s->ended)
			continue;
		HASH_DEL(e->seen, s);
		free(s);
		e->n--;
	}
}

/* Note a version; true when it is news. */
static bool note(struct events *e, const struct db_result *r, int i)
{
	const char *id = db_text(r, i, "id"), *state = db_text(r, i, "state");
	const int64_t version = db_i64(r, i, "version");
	struct seen *s = NULL;

	HASH_FIND_STR(e->seen, id, s);
	if (s && s->version >= version)
		return false;
	if (!s) {
		if (e->n >= SEEN_MAX)
			forget(e, false);
		s = mem_alloc(sizeof(*s));
		snprintf(s->id, sizeof(s->id), "%s", id);
		snprintf(s->domain, sizeof(s->domain), "%s", db_text(r, i, "domain"));
		HASH_ADD_STR(e->seen, id, s);
		e->n++;
	}
	s->version = version;
	s->ended = strcmp(state, "queued") != 0 && strcmp(state, "running") != 0 &&
		   strcmp(state, "cancelling") != 0;
	return true;
}

/* What could not be told is news again. */
static void unsee(struct events *e, const char *const *ids, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct seen *s = NULL;
		HASH_FIND_STR(e->seen, ids[i], s);
		if (s)
			s->version = 0;
	}
}

static int tell_runs(struct events *e, const char *const *ids, size_t n, struct err *err)
{
	struct arena *a = arena_new(LINE_ARENA_BYTES);
	scoped(struct db_result *, db_result_free) r = NULL;
	int rc = 0;

	if (n > 0 && stream_count() > 0) {
		pthread_mutex_lock(&e->o->db_lock);
		rc = store_run_docs(e->o->db, db_array(a, ids, n), &r, err);
		pthread_mutex_unlock(&e->o->db_lock);
	}
	arena_free(&a);
	if (rc != 0) {
		unsee(e, ids, n);
		return -1;
	}
	for (int i = 0; r && i < db_rows(r); i++)
		stream_tell(db_text(r, i, "domain"), "run", db_text(r, i, "doc"));
	return 0;
}

/* What changed since the last look. */
static int poll_runs(struct events *e, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;
	const char *news[NEWS_MAX];
	size_t n = 0;

	pthread_mutex_lock(&e->o->db_lock);
	const int rc = store_changed(e->o->db, e->since, &r, err);
	pthread_mutex_unlock(&e->o->db_lock);
	if (rc != 0)
		return -1;
	for (int i = 0; i < db_rows(r) && db_text(r, i, "id"); i++) {
		if (!note(e, r, i))
			continue;
		news[n++] = db_text(r, i, "id");
		if (n < NEWS_MAX)
			continue;
		if (tell_runs(e, news, n, err) != 0)
			return -1;
		n = 0;
	}
	if (tell_runs(e, news, n, err) != 0)
		return -1;
	snprintf(e->since, sizeof(e->since), "%s", db_text(r, 0, "next"));
	return 0;
}

static void send_progress(struct seen *s, cJSON *doc, struct arena *a)
{
	const int64_t now = clock_mono_ms();

	if (now - s->told_mono_ms < PROGRESS_EVERY_MS)
		return;
	s->told_mono_ms = now;
	js_add_str(doc, "run_id", s->id);
	js_add_i64(doc, "version", s->version);
	stream_tell(s->domain, "progress", js_print(a, doc));
}

static void tell_progress(struct events *e, const struct ring_msg *m)
{
	struct seen *s = NULL;

	HASH_FIND_STR(e->seen, m->run_id, s);
	if (!s || s->ended) {
		e->look_now = e->look_now || !s; /* a run we have not heard of */
		return;
	}
	struct arena *a = arena_new(LINE_ARENA_BYTES);
	send_progress(s, progress_json(a, m), a);
	arena_free(&a);
}

/* Without Redis: what the renewals left in the table. */
static int poll_progress(struct events *e, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;

	pthread_mutex_lock(&e->o->db_lock);
	const int rc = store_running_progress(e->o->db, &r, err);
	pthread_mutex_unlock(&e->o->db_lock);
	if (rc != 0)
		return -1;
	for (int i = 0; i < db_rows(r); i++) {
		const char *text = db_text(r, i, "progress");
		struct arena *a = arena_new(LINE_ARENA_BYTES);
		struct err ignored = { 0 };
		struct seen *s = NULL;
		cJSON *doc = NULL;
		HASH_FIND_STR(e->seen, db_text(r, i, "run_id"), s);
		if (s && js_parse(text, strlen(text), a, &doc, &ignored) == 0)
			send_progress(s, doc, a);
		arena_free(&a);
	}
	return 0;
}

static void hear(struct events *e)
{
	struct ring_msg m[TAKE];
	struct err err = { 0 };
	size_t n = 0;
	const int64_t every = stream_count() > 0 ? POLL_MS : POLL_IDLE_MS;
	const int64_t left = e->polled_mono_ms + every - clock_mono_ms();

	if (left <= 0)
		return;
	const int64_t wait = left < POLL_MS / 2 ? left : POLL_MS / 2;
	e->redis_away = ring_follow(e->ring, RING_EVENTS, wait, m, TAKE, &n, &err) != 0;
	if (e->redis_away)
		orchestrator_sleep(wait);
	for (size_t i = 0; i < n; i++) {
		if (strcmp(m[i].subject, "progress") == 0)
			tell_progress(e, &m[i]);
		else
			e->look_now = true;
	}
}

static void look(struct events *e)
{
	struct err err = { 0 };
	const int64_t every = stream_count() > 0 ? POLL_MS : POLL_IDLE_MS;

	if (!e->look_now && clock_mono_ms() - e->polled_mono_ms < every)
		return;
	e->look_now = false;
	e->polled_mono_ms = clock_mono_ms();
	if (poll_runs(e, &err) == 0 &&
	    (!e->redis_away || stream_count() == 0 || poll_progress(e, &err) == 0)) {
		e->quiet = false;
		return;
	}
	if (!e->quiet)
		log_warn(NULL, "changes not read, trying again", LOG_S("reason", err.msg));
	e->quiet = true;
	orchestrator_sleep(POLL_MS / 2);
}

/* Learn what has not ended; nothing is told of it, snapshots do that. */
static int learn(struct events *e, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;

	pthread_mutex_lock(&e->o->db_lock);
	const int rc = store_live(e->o->db, &r, err);
	pthread_mutex_unlock(&e->o->db_lock);
	if (rc != 0)
		return -1;
	for (int i = 0; i < db_rows(r) && db_text(r, i, "id"); i++)
		note(e, r, i);
	snprintf(e->since, sizeof(e->since), "%s", db_text(r, 0, "next"));
	return 0;
}

void *events_main(void *arg)
{
	struct events e = { .o = arg };
	struct err err = { 0 };

	e.ring = ring_new(svc_ring_conf(e.o->svc));
	while (!orchestrator_is_closing() && learn(&e, &err) != 0)
		orchestrator_sleep(POLL_MS);
	while (!orchestrator_is_closing()) {
		hear(&e);
		look(&e);
	}
	forget(&e, true);
	ring_free(&e.ring);
	return NULL;
}
