/* SPDX-License-Identifier: Apache-2.0 */
/* test_profile_distinct - kept values exactly, estimates within their error, in any order. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "contract/profile_distinct.h"

static uint64_t seed = 1;

static uint64_t next_random(void)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	uint64_t x = seed;
	x = (x ^ (x >> 33)) * UINT64_C(0xFF51AFD7ED558CCD);
	return x ^ (x >> 33);
}

static void test_estimates(void **state)
{
	(void)state;
	static const int sizes[] = { 513, 1000, 4096, 10000, 20000, 100000, 1000000 };
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		double bias = 0;
		double square = 0;
		const int rounds = sizes[i] > 100000 ? 10 : 60;
		for (int round = 0; round < rounds; round++) {
			struct profile_distinct d;
			profile_distinct_init(&d, 512, 0);
			for (int k = 0; k < sizes[i]; k++) {
				const uint64_t hash = next_random();
				(void)!profile_distinct_put(&d, hash, 1);
				(void)!profile_distinct_put(&d, hash, 1);
			}
			const double off = (double)profile_distinct_estimate(&d) / sizes[i] - 1;
			bias += off / rounds;
			square += off * off / rounds;
			profile_distinct_done(&d);
		}
		print_message("%d values: bias %.4f, error %.4f\n", sizes[i], bias, sqrt(square));
		assert_true(fabs(bias) < 0.01);
		assert_true(sqrt(square) < 0.016 * 1.4);
	}
}

/* The cap is the last number that is exact, and hash 0 is a hash like others. */
static void test_the_cap(void **state)
{
	(void)state;
	struct profile_distinct d;
	profile_distinct_init(&d, 8, sizeof(uint64_t));
	for (uint64_t k = 0; k < 8; k++) {
		const uint64_t hash = k * 1024;
		void *value = profile_distinct_put(&d, hash, 1);
		assert_non_null(value);
		memcpy(value, &k, sizeof(k));
		assert_null(profile_distinct_put(&d, hash, 2));
	}
	assert_int_equal(profile_distinct_estimate(&d), 8);
	const struct profile_slot *slot = profile_distinct_find(&d, 3 * 1024);
	uint64_t kept;
	memcpy(&kept, profile_distinct_value(&d, slot), sizeof(kept));
	assert_int_equal(kept, 3);
	assert_int_equal(slot->count, 3);
	assert_null(profile_distinct_put(&d, 9 * 1024, 1));
	assert_non_null(d.registers);
	profile_distinct_done(&d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_estimates),
		cmocka_unit_test(test_the_cap),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
