/* SPDX-License-Identifier: Apache-2.0 */
/* test_uri - one spelling is taken, every other is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "uri.h"

static const struct {
	const char *uri;
	int path_n; /* -1 refused */
} cases[] = {
	{ "/api/runs", 9 },
	{ "/api/runs?x=1", 9 },
	{ "/api/runs?x=../..//%2f;", 9 },
	{ "/api/runs?", 9 },
	{ "/api/datasets/default.sales", 27 },
	{ "/api/uploads/my%20file.csv", 26 },
	{ "/api/uploads/caf%C3%A9.csv", 26 },
	{ "/api/uploads/50%25.csv", 22 },
	{ "/api/uploads/a;b", -1 },
	{ "/api/uploads/a%3Bb", 18 },
	{ "/api/uploads/...", 16 },
	{ "/api/uploads/.hidden", 20 },
	{ "/a/!$&'()*+,=:@~_-", 18 },
	{ "", -1 },
	{ "api/runs", -1 },
	{ "/", -1 },
	{ "//", -1 },
	{ "//api/runs", -1 },
	{ "/api//runs", -1 },
	{ "/api/runs/", -1 },
	{ "/api/./runs", -1 },
	{ "/api/../runs", -1 },
	{ "/api/runs/..", -1 },
	{ "/api/runs/.", -1 },
	{ "/api/%2e/runs", -1 },
	{ "/api/%2E%2E/runs", -1 },
	{ "/api/.%2e/runs", -1 },
	{ "/api%2fruns", -1 },
	{ "/api%2Fruns", -1 },
	{ "/api%5cruns", -1 },
	{ "/api\\runs", -1 },
	{ "/api/..;/runs", -1 },
	{ "/api/runs;v=1", -1 },
	{ "/api/runs%00", -1 },
	{ "/api/runs%0a", -1 },
	{ "/api/runs%7f", -1 },
	{ "/api/runs%252f", -1 },
	{ "/api/runs%25%32%66", -1 },
	{ "/api/%72uns", -1 },
	{ "/api/runs%2D", -1 },
	{ "/api/runs%", -1 },
	{ "/api/runs%2", -1 },
	{ "/api/runs%zz", -1 },
	{ "/api/runs%u002f", -1 },
	{ "/api/runs#x", -1 },
	{ "/api/ru ns", -1 },
	{ "/api/r\xc3\xbcns", -1 },
	{ "/api/runs\t", -1 },
	{ "http://localhost/api/runs", -1 },
	{ "*", -1 },
};

static void one_spelling(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		size_t n = 12345;
		const int result = uri_path(cases[i].uri, &n);
		if ((result == 0 ? (int)n : -1) != cases[i].path_n)
			fail_msg("%s: got %d, %zu", cases[i].uri, result, n);
		if (result != 0)
			assert_int_equal(n, 12345);
	}
}

static void limit_of_length(void **state)
{
	static char uri[URI_MAX_BYTES + 2];
	size_t n;
	(void)state;
	memset(uri, 'a', sizeof(uri) - 1);
	uri[0] = '/';
	assert_int_equal(uri_path(uri, &n), -1);
	uri[URI_MAX_BYTES] = '\0';
	assert_int_equal(uri_path(uri, &n), 0);
	assert_int_equal(n, URI_MAX_BYTES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_spelling),
		cmocka_unit_test(limit_of_length),
	};
	return cmocka_run_group_tests_name("uri", tests, NULL, NULL);
}
