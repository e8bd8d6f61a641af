/* SPDX-License-Identifier: Apache-2.0 */
/* test_pool - jobs run once, a full queue refuses, closing finishes what is queued. */
#include "kit/pool.h"

#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static _Atomic int ran;
static sem_t gate; /* a job waits here until the test lets it go */
static sem_t started;

static void count(struct db *db, void *arg)
{
	assert_null(db);
	atomic_fetch_add(&ran, *(int *)arg);
}

static void wait_at_gate(struct db *db, void *arg)
{
	(void)db;
	(void)arg;
	sem_post(&started);
	sem_wait(&gate);
	atomic_fetch_add(&ran, 1);
}

static int setup(void **state)
{
	(void)state;
	atomic_store(&ran, 0);
	sem_init(&gate, 0, 0);
	sem_init(&started, 0, 0);
	return 0;
}

static void runs_every_job_once(void **state)
{
	(void)state;
	const struct pool_conf c = { .name = "t", .threads = 4, .queue_max = 1000 };
	struct pool *p = pool_new(&c);
	struct err err = { 0 };
	int one = 1;
	for (int i = 0; i < 1000; i++)
		assert_int_equal(pool_run(p, count, &one, &err), 0);
	pool_free(&p);
	assert_null(p);
	assert_int_equal(atomic_load(&ran), 1000);
	pool_free(&p);
}

static void refuses_when_full_and_finishes_on_close(void **state)
{
	(void)state;
	const struct pool_conf c = {
		.name = "a name longer than a thread's", .threads = 1, .queue_max = 2
	};
	struct pool *p = pool_new(&c);
	struct err err = { 0 };
	assert_int_equal(pool_run(p, wait_at_gate, NULL, &err), 0);
	sem_wait(&started);
	assert_int_equal(pool_run(p, wait_at_gate, NULL, &err), 0);
	assert_int_equal(pool_run(p, wait_at_gate, NULL, &err), 0);
	assert_int_equal(pool_depth(p), 3);
	assert_int_equal(pool_run(p, wait_at_gate, NULL, &err), -1);
	assert_int_equal(err.kind, ERR_BUSY);
	assert_string_equal(err.code, "server.busy");
	for (int i = 0; i < 3; i++)
		sem_post(&gate);
	pool_free(&p);
	assert_int_equal(atomic_load(&ran), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(runs_every_job_once, setup),
		cmocka_unit_test_setup(refuses_when_full_and_finishes_on_close, setup),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
