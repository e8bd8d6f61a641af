/* SPDX-License-Identifier: Apache-2.0 */
/* housekeeping - derived runs that were missed, missing indexes, generations past their grace. */
#include "housekeeping.h"

#include "api/limits.h"
#include "base/clock.h"
#include "base/die.h"
#include "base/mem.h"
#include "kit/child.h"
#include "load_view.h"
#include "store.h"
#include "transform.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

enum { TICK_MS = 15000, FIRST_TICK_MS = 5000, ANSWER_MS = 500 };

struct housekeeping {
	struct svc *svc;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool stopping; /* under lock */
	int64_t maintain_at_mono_ms;
	char failure[ERR_MSG_BYTES]; /* what the child's error line said */
};

/* What the sweep found; not in the struct, which a queued sweep may outlive. */
static atomic_bool has_bare_tables;

/* On a pool thread: its connection, its transaction. */
static void sweep(struct db *db, void *arg)
{
	scoped(struct db_result *, db_result_free) runs = NULL;
	struct err err = { 0 };
	bool has_bare = false;

	(void)arg;
	if (store_has_bare_tables(db, &has_bare, &err) != 0)
		log_warn(NULL, "tables without index not looked for", LOG_S("error", err.msg));
	atomic_store(&has_bare_tables, has_bare);
	err = (struct err){ 0 };
	if (store_start_derived(db, &runs, &err) != 0) {
		log_warn(NULL, "derived runs not looked for", LOG_S("error", err.msg));
		return;
	}
	load_view_ring(runs);
	if (db_rows(runs) > 0)
		log_info(NULL, "derived runs started late", LOG_I("runs", db_rows(runs)));
}

static bool is_stopping(void *arg)
{
	struct housekeeping *h = arg;

	pthread_mutex_lock(&h->lock);
	const bool stopping = h->stopping;

	pthread_mutex_unlock(&h->lock);
	return stopping;
}

static void on_line(void *arg, int i, const char *line, size_t n)
{
	struct housekeeping *h = arg;
	struct arena *a = arena_new(LIMIT_TASK_ARENA_BYTES);
	struct err err = { 0 };
	cJSON *doc = NULL;

	(void)i;
	if (js_parse(line, n, a, &doc, &err) == 0 && js_str(doc, "t") != NULL) {
		if (strcmp(js_str(doc, "t"), "error") == 0 && js_str(doc, "text") != NULL)
			(void)snprintf(h->failure, sizeof(h->failure), "%s", js_str(doc, "text"));
		else if (js_i64(doc, "generations", 0) > 0 || js_i64(doc, "parts", 0) > 0 ||
			 js_i64(doc, "temps", 0) > 0)
			log_info(NULL, "old tables dropped",
			    LOG_I("generations", js_i64(doc, "generations", 0)),
			    LOG_I("parts", js_i64(doc, "parts", 0)),
			    LOG_I("temps", js_i64(doc, "temps", 0)));
		if (js_i64(doc, "indexes", 0) > 0)
			log_info(NULL, "tables of large loads got their index",
			    LOG_I("indexes", js_i64(doc, "indexes", 0)));
	}
	arena_free(&a);
}

static const char *maintain_spec(struct housekeeping *h, struct arena *a)
{
	cJSON *spec = js_object(a);

	js_add_str(spec, "task", "maintain");
	js_add_str(spec, "conninfo", svc_db_conf(h->svc)->conninfo);
	js_add_str(spec, "user", transform_conf()->loader_user);
	js_add_str(spec, "password", transform_conf()->loader_password);
	js_add_str(spec, "application_name", "millrace-loader maintain");
	js_add_i64(spec, "grace_s", transform_conf()->keep_ms / 1000);
	return js_print(a, spec);
}

static void maintain(struct housekeeping *h)
{
	struct arena *a = arena_new(LIMIT_TASK_ARENA_BYTES);
	const char *text = maintain_spec(h, a);
	const struct child_spec spec = child_spec_of(transform_conf()->task_path, "loader", text);
	const struct logctx log = { .task = "maintain" };
	struct child_end end = { 0 };
	struct err err = { 0 };

	h->failure[0] = '\0';
	if (child_run(h->svc, &spec, 1, &log, on_line, is_stopping, h, transform_conf()->grace_ms,
		&end, &err) != 0)
		log_warn(NULL, "maintenance not started", LOG_S("error", err.msg));
	else if ((end.exit_code != 0 || end.signal != 0) && !is_stopping(h))
		log_warn(NULL, "maintenance failed", LOG_I("exit", end.exit_code),
		    LOG_I("signal", end.signal), LOG_S("error", h->failure));
	arena_free(&a);
}

static void start_sweep(struct housekeeping *h)
{
	struct err err = { 0 };

	if (pool_run(svc_pool(h->svc), sweep, NULL, &err) != 0)
		log_debug(NULL, "the sweep waits for the next look", LOG_S("error", err.msg));
}

static void maintain_when_due(struct housekeeping *h)
{
	if (!atomic_exchange(&has_bare_tables, false) && clock_mono_ms() < h->maintain_at_mono_ms)
		return;
	h->maintain_at_mono_ms = clock_mono_ms() + transform_conf()->maintain_ms;
	maintain(h);
}

/* Sleep up to ms; true when it is time to end. */
static bool wait_ms(struct housekeeping *h, int64_t ms)
{
	struct timespec until;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += ms % 1000 * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_mutex_lock(&h->lock);
	while (!h->stopping && pthread_cond_timedwait(&h->wake, &h->lock, &until) == 0)
		;
	const bool stopping = h->stopping;

	pthread_mutex_unlock(&h->lock);
	return stopping;
}

static void *run(void *arg)
{
	struct housekeeping *h = arg;
	int64_t ms = FIRST_TICK_MS < transform_conf()->maintain_ms ? FIRST_TICK_MS
								   : transform_conf()->maintain_ms;

	while (!wait_ms(h, ms)) {
		start_sweep(h);
		if (wait_ms(h, ANSWER_MS))
			break;
		maintain_when_due(h);
		ms = TICK_MS < transform_conf()->maintain_ms ? TICK_MS
							     : transform_conf()->maintain_ms;
	}
	return NULL;
}

int housekeeping_start(struct svc *svc, struct housekeeping **out, struct err *err)
{
	struct housekeeping *h = mem_alloc(sizeof(*h));
	pthread_condattr_t attr;

	h->svc = svc;
	h->maintain_at_mono_ms = clock_mono_ms() + transform_conf()->maintain_ms;
	pthread_mutex_init(&h->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&h->wake, &attr);
	pthread_condattr_destroy(&attr);
	const int rc = pthread_create(&h->thread, NULL, run, h);

	if (rc != 0) {
		pthread_cond_destroy(&h->wake);
		pthread_mutex_destroy(&h->lock);
		free(h);
		return err_set_errno(err, ERR_INTERNAL, rc, "start the housekeeping thread");
	}
	*out = h;
	return 0;
}

void housekeeping_stop(struct housekeeping **h)
{
	if (*h == NULL)
		return;
	pthread_mutex_lock(&(*h)->lock);
	(*h)->stopping = true;
	pthread_cond_signal(&(*h)->wake);
	pthread_mutex_unlock(&(*h)->lock);
	pthread_join((*h)->thread, NULL);
	pthread_cond_destroy(&(*h)->wake);
	pthread_mutex_destroy(&(*h)->lock);
	free(*h);
	*h = NULL;
}
