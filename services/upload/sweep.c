/* SPDX-License-Identifier: Apache-2.0 */
/* sweep - finish, expire, adopt and remove what nobody holds. */
#include "sweep.h"

#include <event2/event.h>
#include <pthread.h>
#include <string.h>

#include "base/clock.h"
#include "base/die.h"
#include "base/uuid.h"
#include "finish.h"
#include "upload.h"

enum { SWEEP_ARENA_BYTES = 16 << 20, WALK_BATCH = 500, FILES_PER_GRACE = 4 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t ended = PTHREAD_COND_INITIALIZER;
static bool is_running;
static struct event *ticker;
static int64_t files_at_ms; /* monotonic: when the files are walked next */

/* --- rows --- */

static void finish_one(struct db *db, struct arena *a, const struct upload *u)
{
	struct upload out;
	struct err err;

	if (finish_whole(db, a, u, &out, &err) == 0)
		log_info(NULL, "unfinished upload finished", LOG_S("upload", u->id),
		    LOG_S("run", out.run_id));
	else
		log_info(NULL, "unfinished upload stays", LOG_S("upload", u->id),
		    LOG_S("kind", err_kind_name(err.kind)), LOG_S("why", err.msg));
}

static void remove_files(struct arena *a, const struct upload *u)
{
	struct objects *o = upload_service()->objects;
	struct err err;

	if (part_remove(o, u->id, &err) != 0 ||
	    object_remove(o, arena_printf(a, "%s/%s", u->domain, u->id), &err) != 0)
		log_warn(NULL, "files stay for the next walk", LOG_S("upload", u->id),
		    LOG_S("why", err.msg));
}

void sweep_rows(struct db *db)
{
	struct arena *a = arena_new(SWEEP_ARENA_BYTES);
	struct upload *rows;
	struct err err;
	size_t n = 0;

	if (store_take_unfinished(db, a, &rows, &n, &err) != 0)
		log_debug(NULL, "sweep skipped", LOG_S("why", err.msg));
	for (size_t i = 0; i < n; i++)
		finish_one(db, a, &rows[i]);
	n = 0;
	if (store_expire(db, a, &rows, &n, &err) != 0)
		log_debug(NULL, "sweep skipped", LOG_S("why", err.msg));
	for (size_t i = 0; i < n; i++) {
		remove_files(a, &rows[i]);
		log_info(NULL, "upload ended", LOG_S("upload", rows[i].id),
		    LOG_S("state", rows[i].state), LOG_I("bytes", rows[i].bytes));
	}
	arena_free(&a);
}

/* --- files --- */

struct walk {
	struct db *db;
	struct arena *a;
	bool objects;                  /* keys of objects, else ids of parts */
	int64_t before_ms;             /* younger files are left alone */
	const char *names[WALK_BATCH]; /* ids or keys */
	const char *ids[WALK_BATCH];
	size_t n;
	int removed, adopted;
};

static int adopt(struct walk *w, const char *key, const char *id, struct err *err)
{
	char json[UPLOAD_SIDECAR_BYTES];
	struct upload u;
	int rc = object_read_sidecar(upload_service()->objects, key, json, sizeof(json), err);

	if (rc < 0)
		return -1;
	if (rc == 0 || finish_read_sidecar(w->a, json, &u, err) != 0 || strcmp(u.id, id) != 0)
		return 0;
	return store_adopt(w->db, &u, err);
}

/* No row wants this file. An object whose row is gone is brought back; its run follows. */
static int treat(struct walk *w, const char *name, const char *id, struct err *err)
{
	struct objects *o = upload_service()->objects;
	int rc = w->objects ? adopt(w, name, id, err) : 0;

	if (rc < 0)
		return -1;
	w->adopted += rc == 1;
	w->removed += rc == 0;
	if (rc == 1)
		return 0;
	return w->objects ? object_remove(o, name, err) : part_remove(o, id, err);
}

static int treat_batch(struct walk *w, struct err *err)
{
	const char *const *found = NULL;
	size_t n = 0;

	if (w->n == 0)
		return 0;
	if (store_unwanted(w->db, w->a, w->ids, w->n, w->objects, &found, &n, err) != 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < w->n; j++)
			if (strcmp(found[i], w->ids[j]) == 0 &&
			    treat(w, w->names[j], w->ids[j], err) != 0)
				return -1;
	w->n = 0;
	arena_free(&w->a);
	w->a = arena_new(SWEEP_ARENA_BYTES);
	return 0;
}

static int on_file(void *arg, const char *name, int64_t changed_at_ms, struct err *err)
{
	struct walk *w = arg;

	if (changed_at_ms > w->before_ms)
		return 0;
	w->names[w->n] = arena_dup(w->a, name);
	w->ids[w->n] = w->objects ? strchr(w->names[w->n], '/') + 1 : w->names[w->n];
	w->n++;
	return w->n < WALK_BATCH ? 0 : treat_batch(w, err);
}

static void walk_files(struct db *db, bool objects)
{
	struct objects *o = upload_service()->objects;
	struct walk w = {
		.db = db,
		.a = arena_new(SWEEP_ARENA_BYTES),
		.objects = objects,
		.before_ms = clock_now_ms() - upload_service()->conf->orphan_ms,
	};
	struct err err;
	int rc =
	    objects ? objects_walk(o, on_file, &w, &err) : objects_walk_parts(o, on_file, &w, &err);

	if (rc != 0 || treat_batch(&w, &err) != 0)
		log_warn(NULL, "walk of files broke off", LOG_S("why", err.msg));
	if (w.removed + w.adopted > 0)
		log_warn(NULL, "files without a row", LOG_S("what", objects ? "objects" : "parts"),
		    LOG_I("removed", w.removed), LOG_I("adopted", w.adopted));
	arena_free(&w.a);
}

void sweep_files(struct db *db)
{
	walk_files(db, false);
	walk_files(db, true);
}

/* --- when --- */

static void run(struct db *db, void *arg)
{
	(void)arg;
	sweep_rows(db);
	if (clock_mono_ms() >= files_at_ms) {
		sweep_files(db);
		files_at_ms = clock_mono_ms() + upload_service()->conf->orphan_ms / FILES_PER_GRACE;
	}
	pthread_mutex_lock(&lock);
	is_running = false;
	pthread_cond_signal(&ended);
	pthread_mutex_unlock(&lock);
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct err err;

	(void)fd;
	(void)what;
	pthread_mutex_lock(&lock);
	if (!is_running)
		is_running = pool_run(svc_pool(arg), run, NULL, &err) == 0;
	pthread_mutex_unlock(&lock);
}

void sweep_start(struct svc *svc)
{
	int64_t ms = upload_service()->conf->sweep_ms;
	const struct timeval every = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };

	ticker = event_new(svc_base(svc), -1, EV_PERSIST, on_tick, svc);
	ASSERT(ticker != NULL);
	event_add(ticker, &every);
}

void sweep_stop(void)
{
	if (ticker != NULL)
		event_free(ticker);
	ticker = NULL;
	pthread_mutex_lock(&lock);
	while (is_running)
		pthread_cond_wait(&ended, &lock);
	pthread_mutex_unlock(&lock);
}
