/* SPDX-License-Identifier: Apache-2.0 */
/* worker_world - one task, and what goes wrong with it. */
#include "worker_world.h"

#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

struct db {
	bool in_transaction;
	char outcome[24]; /* written in the open transaction */
	int log_flushes;  /* as well */
};

struct db_result {
	int rows;
	const char *text[16]; /* by column, see columns */
};

static const char *const columns[] = { "task_id", "run_id", "no", "domain", "target", "run_kind",
	"epoch", "attempt", "max_attempts", "spec", "input", "bound", "created_by", "answer",
	"finished", "value" };

struct world world = { .lock = PTHREAD_MUTEX_INITIALIZER };

static struct db_result *result(int rows)
{
	struct db_result *r = calloc(1, sizeof(*r));

	r->rows = rows;
	return r;
}

static void put(struct db_result *r, const char *column, const char *text)
{
	for (size_t i = 0; i < ARRAY_SIZE(columns); i++)
		if (strcmp(columns[i], column) == 0)
			r->text[i] = text;
}

struct db *db_new(const struct db_conf *c)
{
	(void)c;
	return calloc(1, sizeof(struct db));
}

void db_free(struct db **db)
{
	free(*db);
	*db = NULL;
}

void db_result_free(struct db_result **r)
{
	free(*r);
	*r = NULL;
}

int db_rows(const struct db_result *r)
{
	return r->rows;
}

const char *db_text(const struct db_result *r, int row, const char *column)
{
	assert_true(row < r->rows);
	for (size_t i = 0; i < ARRAY_SIZE(columns); i++)
		if (strcmp(columns[i], column) == 0)
			return r->text[i];
	fail_msg("no column %s", column);
	return NULL;
}

int64_t db_i64(const struct db_result *r, int row, const char *column)
{
	return strtoll(db_text(r, row, column), NULL, 10);
}

bool db_bool(const struct db_result *r, int row, const char *column)
{
	return db_text(r, row, column)[0] == 't';
}

static struct db_result *claim(void)
{
	struct db_result *r = result(world.queued ? 1 : 0);

	world.claims += world.queued ? 1 : 0;
	world.queued = false;
	put(r, "task_id", world.task_id);
	put(r, "run_id", RUN);
	put(r, "no", "41");
	put(r, "domain", "default");
	put(r, "target", "sales");
	put(r, "run_kind", "arrival");
	put(r, "epoch", "7");
	put(r, "attempt", "1");
	put(r, "max_attempts", "5");
	put(r, "spec", "{\"dataset\":\"sales\"}");
	put(r, "input", "{}");
	put(r, "bound", "{}");
	put(r, "created_by", "sara");
	return r;
}

static int finish(struct db *db, const char *outcome, const char *reason, struct err *err)
{
	world.finishes++;
	if (world.late[0])
		memcpy(world.recorded, world.late, sizeof(world.recorded));
	if (world.finish_is_lost || world.recorded[0])
		return err_set_code(err, ERR_CONFLICT, "task.lost", "task is not held");
	snprintf(db->outcome, sizeof(db->outcome), "%s", outcome);
	snprintf(world.reason, sizeof(world.reason), "%s", reason ? reason : "");
	return 0;
}

static int answer(
    struct db *db, const char *sql, const char *const *p, struct db_result **out, struct err *err)
{
	if (strstr(sql, "renew_task_v1")) {
		world.renewals++;
		if (world.renew_fails)
			return err_set(err, ERR_UNAVAILABLE, "away");
		*out = result(1);
		put(*out, "answer", strcmp(p[0], world.task_id) == 0 ? world.renew_answer : "lost");
		return 0;
	}
	if (world.away != 0) {
		world.away -= world.away > 0 ? 1 : 0;
		return err_set(err, ERR_UNAVAILABLE, "away");
	}
	if (strstr(sql, "claim_task_v1")) {
		*out = claim();
	} else if (strstr(sql, "finish_task_v1")) {
		return finish(db, p[2], p[4], err);
	} else if (strstr(sql, "finished_task_v1")) {
		*out = result(1);
		put(*out, "finished", world.recorded[0] ? "t" : "f");
	} else if (strstr(sql, "release_task_v1")) {
		world.released = true;
	} else if (strstr(sql, "log_task_v1")) {
		if (db->in_transaction)
			db->log_flushes++;
		else
			world.log_flushes++;
	} else if (strstr(sql, "bind_run_v1")) {
		*out = result(1);
		put(*out, "value", "3");
	} else {
		fail_msg("unknown statement %s", sql);
	}
	return 0;
}

/* A renewal on its way, for as long as world.hold_renewals. */
static void wait_held(void)
{
	const struct timespec pause = { .tv_nsec = 2000000 };

	pthread_mutex_lock(&world.lock);
	while (world.hold_renewals) {
		world.renewal_waits = true;
		pthread_mutex_unlock(&world.lock);
		nanosleep(&pause, NULL);
		pthread_mutex_lock(&world.lock);
	}
	pthread_mutex_unlock(&world.lock);
}

void world_wait_renewals(void)
{
	const struct timespec pause = { .tv_nsec = 2000000 };
	const int64_t until = clock_mono_ms() + 10000;
	const int first = world.renewals;

	while (world.renewals < first + 2 && clock_mono_ms() < until) {
		pthread_mutex_unlock(&world.lock);
		nanosleep(&pause, NULL);
		pthread_mutex_lock(&world.lock);
	}
}

int db_query(struct db *db, const char *sql, struct db_result **out_r, struct err *err, ...)
{
	const char *params[5] = { NULL };
	va_list ap;
	int n = 0;

	for (int i = 1; i <= 5; i++) {
		char mark[16];
		snprintf(mark, sizeof(mark), "$%d", i);
		n = strstr(sql, mark) ? i : n;
	}
	va_start(ap, err);
	for (int i = 0; i < n; i++)
		params[i] = va_arg(ap, const char *);
	va_end(ap);
	if (strstr(sql, "renew_task_v1"))
		wait_held();
	pthread_mutex_lock(&world.lock);
	const int rc = answer(db, sql, params, out_r, err);
	pthread_mutex_unlock(&world.lock);
	return rc;
}

int db_begin(struct db *db, struct err *err)
{
	(void)err;
	assert_false(db->in_transaction);
	db->in_transaction = true;
	db->outcome[0] = '\0';
	db->log_flushes = 0;
	return 0;
}

int db_commit(struct db *db, struct err *err)
{
	pthread_mutex_lock(&world.lock);
	const enum commit_mode mode = world.commit;
	world.commit = COMMIT_GOOD;
	if (mode == COMMIT_LOST_DONE_LATER)
		memcpy(world.late, db->outcome, sizeof(world.late));
	else if (mode != COMMIT_LOST_UNDONE)
		memcpy(world.recorded, db->outcome, sizeof(world.recorded));
	if (mode != COMMIT_LOST_UNDONE)
		world.log_flushes += db->log_flushes;
	if (mode == COMMIT_SEEN) {
		world.renew_answer = "lost";
		world_wait_renewals();
	}
	pthread_mutex_unlock(&world.lock);
	db->in_transaction = false;
	return mode == COMMIT_GOOD || mode == COMMIT_SEEN
		   ? 0
		   : err_set(err, ERR_UNCERTAIN, "connection lost");
}

void db_rollback(struct db *db)
{
	db->in_transaction = false;
}

struct ring *ring_new(const struct ring_conf *c)
{
	(void)c;
	return calloc(1, 1);
}

void ring_free(struct ring **r)
{
	free(*r);
	*r = NULL;
}

int ring_wait(struct ring *r, const char *stream, int64_t wait_ms, struct ring_msg *out, size_t n,
    size_t *out_n, struct err *err)
{
	(void)r;
	(void)stream;
	(void)wait_ms;
	(void)out;
	(void)n;
	(void)out_n;
	return err_set(err, ERR_UNAVAILABLE, "no Redis here");
}

void svc_ring_put(struct svc *svc, const char *stream, const struct ring_msg *m)
{
	(void)svc;
	assert_string_equal(m->run_id, RUN);
	pthread_mutex_lock(&world.lock);
	if (strcmp(stream, RING_RUNS) == 0)
		world.rings++;
	else
		world.events++;
	if (strcmp(m->subject, "progress") == 0) {
		memcpy(world.stage, m->stage, sizeof(world.stage));
		world.bytes = m->bytes;
	}
	pthread_mutex_unlock(&world.lock);
}

const char *svc_instance(const struct svc *svc)
{
	(void)svc;
	return "worker-1";
}

int64_t svc_drain_ms(const struct svc *svc)
{
	(void)svc;
	return 200;
}

const struct db_conf *svc_db_conf(const struct svc *svc)
{
	(void)svc;
	return NULL;
}

const struct ring_conf *svc_ring_conf(const struct svc *svc)
{
	(void)svc;
	return NULL;
}

struct child_script child;

int child_run(struct svc *svc, const struct child_spec *specs, int n, const struct logctx *log,
    child_line_fn on_line, child_stop_fn should_stop, void *arg, int64_t grace_ms,
    struct child_end *out_end, struct err *err)
{
	const struct timespec pause = { .tv_nsec = 5000000 };

	(void)svc;
	(void)n;
	(void)log;
	(void)grace_ms;
	(void)err;
	specs[0].on_log(arg, 0, "a word", 6);
	for (int i = 0; i < 4 && child.lines[i]; i++)
		on_line(arg, 0, child.lines[i], strlen(child.lines[i]));
	while (child.wait_for_stop && !should_stop(arg))
		nanosleep(&pause, NULL);
	out_end[0] = child.end;
	return 0;
}
