/* SPDX-License-Identifier: Apache-2.0 */
/* test_worker - the claim loop against a database, Redis and children made of symbols. */
#include "worker_world.h"

#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

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
	world_wait_renewals();
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
