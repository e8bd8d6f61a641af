/* SPDX-License-Identifier: Apache-2.0 */
/* test_secret - the cookie is read strictly, the CSRF token is bound to it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "secret.h"

#define GOOD  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA-"
#define OTHER "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB_"

static const struct {
	const char *cookie;
	bool taken;
} cases[] = {
	{ "millrace_session=" GOOD, true },
	{ "a=b; millrace_session=" GOOD, true },
	{ "millrace_session=" GOOD "; a=b", true },
	{ ";; millrace_session=" GOOD ";", true },
	{ NULL, false },
	{ "", false },
	{ "millrace_session=", false },
	{ "millrace_session=" GOOD "A", false },
	{ "millrace_session=A", false },
	{ "millrace_session=\"" GOOD "\"", false },
	{ "MILLRACE_SESSION=" GOOD, false },
	{ "xmillrace_session=" GOOD, false },
	{ "millrace_session=" GOOD " ", false },
	{ "millrace_session=" GOOD "; millrace_session=" OTHER, false },
	{ "millrace_session=short; millrace_session=" GOOD, false },
	{ "millrace_session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA+/", false },
};

static void cookies(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char out[SECRET_BYTES] = "untouched";
		if (secret_of_cookie(cases[i].cookie, out) != cases[i].taken)
			fail_msg("%s", cases[i].cookie != NULL ? cases[i].cookie : "(none)");
		assert_string_equal(out, cases[i].taken ? GOOD : "untouched");
	}
}

static void made_secrets_are_taken_and_differ(void **state)
{
	char a[SECRET_BYTES];
	char b[SECRET_BYTES];
	char read[SECRET_BYTES];
	char cookie[128];
	(void)state;
	secret_make(a);
	secret_make(b);
	assert_string_not_equal(a, b);
	snprintf(cookie, sizeof(cookie), "%s=%s", SECRET_COOKIE, a);
	assert_true(secret_of_cookie(cookie, read));
	assert_string_equal(read, a);
}

static void csrf_belongs_to_one_session(void **state)
{
	char mine[SECRET_BYTES];
	char theirs[SECRET_BYTES];
	(void)state;
	secret_csrf(GOOD, mine);
	secret_csrf(OTHER, theirs);
	assert_true(secret_csrf_is(mine, mine));
	assert_false(secret_csrf_is(mine, theirs));
	assert_false(secret_csrf_is(mine, NULL));
	assert_false(secret_csrf_is(mine, ""));
	assert_false(secret_csrf_is(mine, GOOD));
	mine[SECRET_BYTES - 2] = '\0';
	assert_false(secret_csrf_is(theirs, mine));
}

static void hash_is_sha256(void **state)
{
	uint8_t hash[SECRET_HASH_BYTES];
	char hex[SECRET_HEX_BYTES];
	(void)state;
	secret_hash("abc", hash);
	secret_bytea(hash, hex);
	assert_string_equal(
	    hex, "\\xba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cookies),
		cmocka_unit_test(made_secrets_are_taken_and_differ),
		cmocka_unit_test(csrf_belongs_to_one_session),
		cmocka_unit_test(hash_is_sha256),
	};
	return cmocka_run_group_tests_name("secret", tests, NULL, NULL);
}
