/* SPDX-License-Identifier: Apache-2.0 */
/* test_worker - the claim loop against a database, Redis and children made of symbols here. */
#include "api/worker.h"
#include "base/clock.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define TASK "0193406a-1f7e-7ac1-8b0a-6d5c4b3a2919"
#define TASK2 "0193406a-1f7e-7ac1-8b0a-6d5c4b3a2920"
#define RUN  "0193406a-1f7e-7ac1-8b0a-6d5c4b3a2918"

enum commit_mode {
	COMMIT_GOOD,
	COMMIT_LOST_DONE,
	COMMIT_LOST_UNDONE,
	COMMIT_LOST_DONE_LATER, /* between the question whether it happened and the next try */
	COMMIT_SEEN,            /* a renewal sees the task ended before we know */
};

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

/* The one task there is, and what goes wrong. All under lock. */
static struct {
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
} world = { .lock = PTHREAD_MUTEX_INITIALIZER };

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

/* Two renewals more, or a second without. */
static void wait_renewals(void)
{
	const struct timespec pause = { .tv_nsec = 2000000 };
	const int64_t until = clock_mono_ms() + 1000;
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
		wait_renewals();
	}
	pthread_mutex_unlock(&world.lock);
	db->in_transaction = false;
	return mode == COMMIT_GOOD || mode == COMMIT_SEEN ? 0 : err_set(err, ERR_UNCERTAIN, "connection lost");
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

/* Lines a child prints; then it waits for the stop flag when asked to, and exits as told. */
static struct {
	const char *lines[4];
	bool wait_for_stop;
	struct child_end end;
} child;

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

/* --- what the service does with the task --- */

static struct {
	int (*step)(struct worker_task *t, struct err *err);
	enum worker_stop stop; /* what it saw at its end */
	bool recorded;         /* as well */
	int runs;
} service;

static int run(struct worker_task *t, struct err *err)
{
	service.runs++;
	const int rc = service.step(t, err);
	service.stop = worker_stopping(t);
	service.recorded = worker_recorded(t);
	return rc;
}

static int do_record(struct worker_task *t, struct err *err)
{
	cJSON *bound = NULL;

	assert_string_equal(js_str(t->spec, "dataset"), "sales");
	if (worker_bind(t, "version", js_object(t->arena), &bound, err) == 0)
		assert_int_equal(bound->valueint, 3);
	worker_log(t, "info", "a line with \"quotes\" and \n");
	return worker_record(t, "done", NULL, NULL, NULL, NULL, err);
}

static int do_fail(struct worker_task *t, struct err *err)
{
	(void)t;
	return err_set(err, ERR_INTERNAL, "it broke");
}

static int do_fail_input(struct worker_task *t, struct err *err)
{
	(void)t;
	return err_set_code(err, ERR_INPUT, "file.odd", "the file is odd");
}

static int do_fail_space(struct worker_task *t, struct err *err)
{
	(void)t;
	return err_set(err, ERR_NO_SPACE, "disk is full");
}

static int do_wait_for_stop(struct worker_task *t, struct err *err)
{
	const struct timespec pause = { .tv_nsec = 5000000 };

	(void)err;
	while (worker_stopping(t) == WORKER_GO)
		nanosleep(&pause, NULL);
	return 0;
}

static int do_spawn(struct worker_task *t, struct err *err)
{
	const struct child_spec spec = { .path = "/x", .role = "engine", .stdin_bytes = "{}" };
	struct task_report r;

	worker_stage(t, "check", 100);
	if (worker_spawn(t, &spec, 1, 100, &r, err) != 0)
		return -1;
	if (r.ended != TASK_RESULT)
		return worker_settle(t, &r, err);
	return worker_record(t, "done", r.result[0], NULL, NULL, NULL, err);
}

static int fill_badly(struct db *db, void *arg, struct err *err)
{
	(void)db;
	(void)arg;
	return err_set(err, ERR_INTERNAL, "a row that cannot be");
}

static int do_bad_fill(struct worker_task *t, struct err *err)
{
	return worker_record(t, "done", NULL, NULL, fill_badly, NULL, err);
}

static int do_bad_fill_with_log(struct worker_task *t, struct err *err)
{
	worker_log(t, "info", "a line");
	return do_bad_fill(t, err);
}

/* Ends while a renewal of it is on its way; the next task of the slot has the same epoch. */
static int do_overtake(struct worker_task *t, struct err *err)
{
	const struct timespec pause = { .tv_nsec = 2000000 };

	pthread_mutex_lock(&world.lock);
	while (!world.renewal_waits) {
		pthread_mutex_unlock(&world.lock);
		nanosleep(&pause, NULL);
		pthread_mutex_lock(&world.lock);
	}
	pthread_mutex_unlock(&world.lock);
	const int rc = worker_record(t, "done", NULL, NULL, NULL, NULL, err);
	pthread_mutex_lock(&world.lock);
	world.task_id = TASK2;
	world.recorded[0] = '\0';
	world.queued = true;
	pthread_mutex_unlock(&world.lock);
	return rc;
}

static int do_wait_renewed(struct worker_task *t, struct err *err)
{
	pthread_mutex_lock(&world.lock);
	world.hold_renewals = false;
	wait_renewals();
	pthread_mutex_unlock(&world.lock);
	return worker_stopping(t) == WORKER_GO
		   ? worker_record(t, "done", NULL, NULL, NULL, NULL, err)
		   : 0;
}

static int do_first_then_second(struct worker_task *t, struct err *err)
{
	return strcmp(t->task_id, TASK) == 0 ? do_overtake(t, err) : do_wait_renewed(t, err);
}

/* --- tests --- */

static struct worker *worker;

static int setup(void **state)
{
	pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

	(void)state;
	memset(&world, 0, sizeof(world));
	memset(&service, 0, sizeof(service));
	memset(&child, 0, sizeof(child));
	world.lock = lock;
	world.queued = true;
	world.renew_answer = "ok";
	world.task_id = TASK;
	return 0;
}

static bool is_over(void)
{
	pthread_mutex_lock(&world.lock);
	const bool over = world.rings > 0;
	pthread_mutex_unlock(&world.lock);
	return over;
}

static void start(int (*step)(struct worker_task *t, struct err *err))
{
	const struct worker_spec spec = { .kind = "load",
		.stream = RING_LOAD,
		.slots = 1,
		.lease_ms = 1000,
		.renew_ms = 50,
		.sweep_ms = 50,
		.run = run };
	struct err err = { 0 };

	service.step = step;
	assert_int_equal(worker_start((struct svc *)(uintptr_t)16, &spec, &worker, &err), 0);
}

/* One task from claim to ring, then the worker is closed. */
static void play(int (*step)(struct worker_task *t, struct err *err))
{
	const struct timespec pause = { .tv_nsec = 2000000 };
	const int64_t until = clock_mono_ms() + 10000;

	start(step);
	while (!is_over() && clock_mono_ms() < until)
		nanosleep(&pause, NULL);
	worker_free(&worker);
	assert_null(worker);
	assert_int_equal(world.rings, 1);
	assert_int_equal(service.runs, 1);
}

static void test_outcome_is_recorded_and_rung(void **state)
{
	(void)state;
	play(do_record);
	assert_string_equal(world.recorded, "done");
	assert_int_equal(world.finishes, 1);
	assert_int_equal(world.log_flushes, 1);
	assert_true(world.events >= 1);
}

static void test_what_the_callback_left_becomes_an_outcome(void **state)
{
	static const struct {
		int (*step)(struct worker_task *t, struct err *err);
		const char *outcome, *reason;
	} cases[] = {
		{ do_fail, "crashed", "it broke" },
		{ do_fail_input, "failed", "file.odd" },
		{ do_fail_space, "retry", "disk is full" },
		{ do_bad_fill, "crashed", "a row that cannot be" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		setup(state);
		play(cases[i].step);
		assert_string_equal(world.recorded, cases[i].outcome);
		assert_non_null(strstr(world.reason, cases[i].reason));
	}
}

static void test_unknown_commit_that_happened_is_not_repeated(void **state)
{
	(void)state;
	world.commit = COMMIT_LOST_DONE;
	play(do_record);
	assert_string_equal(world.recorded, "done");
	assert_int_equal(world.finishes, 1);
}

static void test_unknown_commit_that_did_not_happen_is_repeated(void **state)
{
	(void)state;
	world.commit = COMMIT_LOST_UNDONE;
	play(do_record);
	assert_string_equal(world.recorded, "done");
	assert_int_equal(world.finishes, 2);
}

static void test_commit_that_comes_through_late_is_ours(void **state)
{
	(void)state;
	world.commit = COMMIT_LOST_DONE_LATER;
	play(do_record);
	assert_true(service.recorded);
	assert_int_equal(service.stop, WORKER_GO);
}

static void test_what_is_recorded_is_not_lost(void **state)
{
	(void)state;
	world.commit = COMMIT_SEEN;
	play(do_record);
	assert_string_equal(world.recorded, "done");
	assert_true(service.recorded);
	assert_int_equal(service.stop, WORKER_GO);
}

static void test_lines_of_a_record_rolled_back_are_kept(void **state)
{
	(void)state;
	play(do_bad_fill_with_log);
	assert_string_equal(world.recorded, "crashed");
	assert_int_equal(world.log_flushes, 1);
}

static void test_late_answer_is_not_for_the_next_task(void **state)
{
	const struct timespec pause = { .tv_nsec = 2000000 };
	const int64_t until = clock_mono_ms() + 10000;

	(void)state;
	world.hold_renewals = true;
	start(do_first_then_second);
	pthread_mutex_lock(&world.lock);
	while (world.rings < 2 && clock_mono_ms() < until) {
		pthread_mutex_unlock(&world.lock);
		nanosleep(&pause, NULL);
		pthread_mutex_lock(&world.lock);
	}
	pthread_mutex_unlock(&world.lock);
	worker_free(&worker);
	assert_int_equal(service.runs, 2);
	assert_int_equal(service.stop, WORKER_GO);
	assert_string_equal(world.recorded, "done");
}

static int do_record_while_away(struct worker_task *t, struct err *err)
{
	pthread_mutex_lock(&world.lock);
	world.away = 3;
	pthread_mutex_unlock(&world.lock);
	return worker_record(t, "done", NULL, NULL, NULL, NULL, err);
}

static void test_database_that_comes_back_in_time(void **state)
{
	(void)state;
	play(do_record_while_away);
	assert_string_equal(world.recorded, "done");
}

static int do_record_for_ever_away(struct worker_task *t, struct err *err)
{
	pthread_mutex_lock(&world.lock);
	world.away = -1;
	world.renew_fails = true;
	pthread_mutex_unlock(&world.lock);
	return worker_record(t, "done", NULL, NULL, NULL, NULL, err);
}

static void test_silence_for_a_lease_gives_the_task_up(void **state)
{
	(void)state;
	play(do_record_for_ever_away);
	assert_int_equal(service.stop, WORKER_LOST);
	assert_string_equal(world.recorded, "");
}

static void test_cancel_stops_and_is_recorded(void **state)
{
	(void)state;
	world.renew_answer = "cancel";
	play(do_wait_for_stop);
	assert_int_equal(service.stop, WORKER_CANCEL);
	assert_string_equal(world.recorded, "cancelled");
}

static void test_lost_records_nothing(void **state)
{
	(void)state;
	world.renew_answer = "lost";
	play(do_wait_for_stop);
	assert_int_equal(service.stop, WORKER_LOST);
	assert_int_equal(world.finishes, 0);
	assert_false(world.released);
}

static void test_lost_at_the_finish_is_no_error(void **state)
{
	(void)state;
	world.finish_is_lost = true;
	play(do_record);
	assert_string_equal(world.recorded, "");
	assert_int_equal(world.finishes, 1);
	assert_false(service.recorded);
}

static void test_drain_gives_the_task_back(void **state)
{
	const struct timespec pause = { .tv_nsec = 2000000 };

	(void)state;
	start(do_wait_for_stop);
	while (worker_busy(worker) == 0)
		nanosleep(&pause, NULL);
	worker_free(&worker);
	assert_int_equal(service.stop, WORKER_DRAIN);
	assert_true(world.released);
	assert_int_equal(world.finishes, 0);
}

static void test_child_with_result_and_progress(void **state)
{
	(void)state;
	child.lines[0] = "{\"t\":\"progress\",\"bytes\":50,\"rows\":5,\"rejects\":0}";
	child.lines[1] = "{\"t\":\"committing\"}";
	child.lines[2] = "{\"t\":\"result\",\"rows\":5}";
	play(do_spawn);
	assert_string_equal(world.recorded, "done");
	assert_string_equal(world.stage, "commit");
	assert_int_equal(world.bytes, 50);
	assert_int_equal(world.log_flushes, 1);
}

static void test_child_that_crashed_is_an_attempt(void **state)
{
	(void)state;
	child.end = (struct child_end){ .exit_code = -1, .signal = 11 };
	play(do_spawn);
	assert_string_equal(world.recorded, "crashed");
	assert_non_null(strstr(world.reason, "signal 11"));
}

static void test_child_is_stopped_by_cancel(void **state)
{
	(void)state;
	world.renew_answer = "cancel";
	child.wait_for_stop = true;
	child.end = (struct child_end){ .exit_code = -1, .signal = 15 };
	play(do_spawn);
	assert_string_equal(world.recorded, "cancelled");
}

static void test_fenced_child_records_nothing(void **state)
{
	(void)state;
	child.lines[0] = "{\"t\":\"error\",\"kind\":\"lost\",\"text\":\"epoch 7 is fenced off\"}";
	child.end.exit_code = 70;
	play(do_spawn);
	assert_int_equal(world.finishes, 0);
	assert_false(world.released);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup(f, setup)
	const struct CMUnitTest tests[] = {
		T(test_outcome_is_recorded_and_rung),
		T(test_what_the_callback_left_becomes_an_outcome),
		T(test_unknown_commit_that_happened_is_not_repeated),
		T(test_unknown_commit_that_did_not_happen_is_repeated),
		T(test_commit_that_comes_through_late_is_ours),
		T(test_what_is_recorded_is_not_lost),
		T(test_lines_of_a_record_rolled_back_are_kept),
		T(test_late_answer_is_not_for_the_next_task),
		T(test_database_that_comes_back_in_time),
		T(test_silence_for_a_lease_gives_the_task_up),
		T(test_cancel_stops_and_is_recorded),
		T(test_lost_records_nothing),
		T(test_lost_at_the_finish_is_no_error),
		T(test_drain_gives_the_task_back),
		T(test_child_with_result_and_progress),
		T(test_child_that_crashed_is_an_attempt),
		T(test_child_is_stopped_by_cancel),
		T(test_fenced_child_records_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
