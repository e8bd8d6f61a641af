/* SPDX-License-Identifier: Apache-2.0 */
/* test_password - yescrypt: right, wrong, and nobody. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "password.h"

static void right_and_wrong(void **state)
{
	struct arena *a = arena_new(1 << 16);
	struct err err;
	const char *hash = NULL;
	(void)state;
	assert_int_equal(password_hash(a, "correct horse", &hash, &err), 0);
	assert_memory_equal(hash, "$y$", 3);
	assert_true(password_is("correct horse", hash));
	assert_false(password_is("correct hors", hash));
	assert_false(password_is("", hash));
	arena_free(&a);
}

static void nobody_and_broken_hashes_are_never_right(void **state)
{
	(void)state;
	assert_false(password_is("x", NULL));
	assert_false(password_is("x", "*0"));
	assert_false(password_is("x", ""));
	assert_false(password_is("x", "x"));
}

static void salts_differ(void **state)
{
	struct arena *a = arena_new(1 << 16);
	struct err err;
	const char *one = NULL;
	const char *two = NULL;
	(void)state;
	assert_int_equal(password_hash(a, "same", &one, &err), 0);
	assert_int_equal(password_hash(a, "same", &two, &err), 0);
	assert_string_not_equal(one, two);
	arena_free(&a);
}

static void too_long_is_refused(void **state)
{
	struct arena *a = arena_new(1 << 16);
	char text[PASSWORD_MAX_BYTES + 2];
	struct err err;
	const char *hash = NULL;
	(void)state;
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(password_hash(a, text, &hash, &err), -1);
	assert_int_equal(err.kind, ERR_INTERNAL);
	assert_null(hash);
	text[PASSWORD_MAX_BYTES] = '\0';
	assert_int_equal(password_hash(a, text, &hash, &err), 0);
	assert_true(password_is(text, hash));
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(right_and_wrong),
		cmocka_unit_test(nobody_and_broken_hashes_are_never_right),
		cmocka_unit_test(salts_differ),
		cmocka_unit_test(too_long_is_refused),
	};
	return cmocka_run_group_tests_name("password", tests, NULL, NULL);
}
