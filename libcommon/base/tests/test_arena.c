/* SPDX-License-Identifier: Apache-2.0 */
/* test_arena - what an arena gives, refuses and gives back. */
#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { CAP = 1 << 20 };

static char order[8];

static void note(void *ptr)
{
	order[strlen(order)] = *(const char *)ptr;
}

static void gives_zeroed_aligned_memory(void **state)
{
	(void)state;
	static const size_t sizes[] = { 1, 7, 16, 4000, 100000, 3 };
	struct arena *a = arena_new(CAP);
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		uint8_t *p = arena_alloc(a, sizes[i]);
		assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
		for (size_t k = 0; k < sizes[i]; k++)
			assert_int_equal(p[k], 0);
		memset(p, 0xff, sizes[i]);
	}
	assert_true(arena_used(a) >= 104027);
	arena_free(&a);
	assert_null(a);
}

static void refuses_past_the_cap(void **state)
{
	(void)state;
	struct arena *a = arena_new(4096);
	struct err err = { 0 };
	void *p = NULL;
	assert_int_equal(arena_try(a, 4000, &p, &err), 0);
	assert_non_null(p);
	void *q = NULL;
	assert_int_equal(arena_try(a, 200, &q, &err), -1);
	assert_int_equal(err.kind, ERR_TOO_LARGE);
	assert_null(q);
	assert_int_equal(arena_try(a, SIZE_MAX, &q, &err), -1);
	arena_free(&a);
}

static void releases_in_reverse(void **state)
{
	(void)state;
	struct arena *a = arena_new(4096);
	static char names[] = "123";
	memset(order, 0, sizeof(order));
	for (int i = 0; i < 3; i++)
		arena_defer(a, note, &names[i]);
	arena_free(&a);
	assert_string_equal(order, "321");
}

static void copies_and_formats(void **state)
{
	(void)state;
	struct arena *a = arena_new(CAP);
	assert_string_equal(arena_dup(a, "sales"), "sales");
	assert_null(arena_dup(a, NULL));
	assert_string_equal(arena_dup_n(a, "abcdef", 3), "abc");
	assert_string_equal(arena_dup_n(a, NULL, 0), "");
	assert_string_equal(arena_printf(a, "%s/%d", "k", 42), "k/42");
	assert_int_equal(strlen(arena_printf(a, "%70000d", 1)), 70000);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_zeroed_aligned_memory),
		cmocka_unit_test(refuses_past_the_cap),
		cmocka_unit_test(releases_in_reverse),
		cmocka_unit_test(copies_and_formats),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
