/* SPDX-License-Identifier: Apache-2.0 */
/* test_crew - all work is done once, by one thread or many, and nobody is left behind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/crew.h"

enum { CREW = 8, STEPS = 10000 };

struct sum {
	_Atomic int64_t next, total;
};

struct worker {
	struct sum *sum;
	pthread_t by;
	int calls;
};

static void *add(void *arg)
{
	struct worker *w = arg;
	int64_t i;
	while ((i = atomic_fetch_add(&w->sum->next, 1)) < STEPS)
		atomic_fetch_add(&w->sum->total, i);
	w->by = pthread_self();
	w->calls++;
	return NULL;
}

static void test_sizes(void **state)
{
	(void)state;
	for (size_t n = 1; n <= CREW; n++) {
		struct sum sum = { 0 };
		struct worker workers[CREW] = { 0 };
		for (size_t i = 0; i < n; i++)
			workers[i].sum = &sum;
		crew_run(workers, n, sizeof(workers[0]), add);
		assert_int_equal(sum.total, (int64_t)STEPS * (STEPS - 1) / 2);
		assert_true(pthread_equal(workers[0].by, pthread_self()));
		for (size_t i = 0; i < CREW; i++)
			assert_int_equal(workers[i].calls, i < n ? 1 : 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_sizes) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
