/* SPDX-License-Identifier: Apache-2.0 */
/* test_err - filling, wrapping and cutting of the error object. */
#include "base/err.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void fills_kind_code_and_message(void **state)
{
	(void)state;
	struct err err = { 0 };
	assert_int_equal(err_set(&err, ERR_NOT_FOUND, "file %s", "x"), -1);
	assert_int_equal(err.kind, ERR_NOT_FOUND);
	assert_string_equal(err.code, "");
	assert_string_equal(err.msg, "file x");
	assert_int_equal(err_set_code(&err, ERR_INPUT, "field.invalid", "no"), -1);
	assert_string_equal(err.code, "field.invalid");
	assert_int_equal(err_wrap(&err, "run %d", 7), -1);
	assert_string_equal(err.msg, "run 7: no");
	assert_string_equal(err.code, "field.invalid");
	assert_int_equal(err.kind, ERR_INPUT);
	err_clear(&err);
	assert_int_equal(err.kind, ERR_NONE);
	assert_string_equal(err.msg, "");
}

static void explains_errno_and_a_full_disk(void **state)
{
	(void)state;
	struct err err = { 0 };
	err_set_errno(&err, ERR_INTERNAL, EACCES, "open %s", "f");
	assert_int_equal(err.kind, ERR_INTERNAL);
	assert_string_equal(err.msg, "open f: Permission denied");
	err_set_errno(&err, ERR_INTERNAL, ENOSPC, "write");
	assert_int_equal(err.kind, ERR_NO_SPACE);
	err_set_errno(&err, ERR_INTERNAL, EDQUOT, "write");
	assert_int_equal(err.kind, ERR_NO_SPACE);
}

static void cuts_what_is_too_long(void **state)
{
	(void)state;
	struct err err = { 0 };
	err_set(&err, ERR_INTERNAL, "%500d", 1);
	assert_int_equal(strlen(err.msg), ERR_MSG_BYTES - 1);
	err_wrap(&err, "%500d", 2);
	assert_int_equal(strlen(err.msg), ERR_MSG_BYTES - 1);
	/* A message may quote the one it replaces. */
	err_set(&err, ERR_INTERNAL, "first");
	err_set(&err, ERR_INPUT, "second after %s", err.msg);
	assert_string_equal(err.msg, "second after first");
}

static void knows_what_is_worth_a_retry(void **state)
{
	(void)state;
	for (enum err_kind k = ERR_INPUT; k < ERR_COUNT_; k++) {
		const struct err err = { .kind = k };
		const bool want = k == ERR_BUSY || k == ERR_NO_SPACE || k == ERR_UNAVAILABLE ||
				  k == ERR_TIMEOUT || k == ERR_UNCERTAIN;
		assert_int_equal(err_is_transient(&err), want);
		assert_string_not_equal(err_kind_name(k), "unknown");
	}
	assert_string_equal(err_kind_name(ERR_NOT_FOUND), "not_found");
	assert_string_equal(err_kind_name(ERR_COUNT_), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fills_kind_code_and_message),
		cmocka_unit_test(explains_errno_and_a_full_disk),
		cmocka_unit_test(cuts_what_is_too_long),
		cmocka_unit_test(knows_what_is_worth_a_retry),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
