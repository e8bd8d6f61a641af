/* SPDX-License-Identifier: Apache-2.0 */
/* test_route_match - exact matches only, literal before parameter, and every generated operation.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "route_match.h"

static const struct gateway_route table[] = {
	{ "GET", "/api/things", "list", PERMISSION_RUN_READ, GATEWAY_AUTH_GATEWAY, false },
	{ "POST", "/api/things/check", "check", PERMISSION_RUN_READ, GATEWAY_AUTH_GATEWAY, false },
	{ "POST", "/api/things/{thing}", "change", PERMISSION_RUN_READ, GATEWAY_AUTH_GATEWAY,
	    true },
	{ "GET", "/api/things/{thing}/parts/{no}", "part", PERMISSION_RUN_READ,
	    GATEWAY_AUTH_GATEWAY, false },
	{ .method = NULL },
};

static const struct {
	const char *method;
	const char *path;
	enum route_verdict verdict;
	const char *operation;
} cases[] = {
	{ "GET", "/api/things", ROUTE_FOUND, "list" },
	{ "POST", "/api/things/check", ROUTE_FOUND, "check" },
	{ "POST", "/api/things/other", ROUTE_FOUND, "change" },
	{ "GET", "/api/things/a.b/parts/3", ROUTE_FOUND, "part" },
	{ "DELETE", "/api/things", ROUTE_OTHER_METHOD, NULL },
	{ "get", "/api/things", ROUTE_OTHER_METHOD, NULL },
	{ "HEAD", "/api/things", ROUTE_OTHER_METHOD, NULL },
	{ "GET", "/api/thing", ROUTE_UNKNOWN, NULL },
	{ "GET", "/api/thingsx", ROUTE_UNKNOWN, NULL },
	{ "GET", "/API/things", ROUTE_UNKNOWN, NULL },
	{ "GET", "/api", ROUTE_UNKNOWN, NULL },
	{ "GET", "/api/things/a/parts", ROUTE_UNKNOWN, NULL },
	{ "GET", "/api/things/a/parts/3/x", ROUTE_UNKNOWN, NULL },
	{ "GET", "/api/things/a/part/3", ROUTE_UNKNOWN, NULL },
	{ "GET", "/api/things/a/b/parts/3", ROUTE_UNKNOWN, NULL },
};

static void exact_matches(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct gateway_route *found = NULL;
		const enum route_verdict v = route_match(
		    table, cases[i].method, cases[i].path, strlen(cases[i].path), &found);
		if (v != cases[i].verdict)
			fail_msg("%s %s: verdict %d", cases[i].method, cases[i].path, (int)v);
		if (v == ROUTE_FOUND)
			assert_string_equal(found->operation, cases[i].operation);
		else
			assert_null(found);
	}
}

/* A concrete path of a pattern: parameters become a value that is no literal. */
static void fill(const char *pattern, char *out, size_t size)
{
	size_t n = 0;
	for (const char *p = pattern; *p != '\0' && n + 8 < size;) {
		if (*p == '{') {
			n += (size_t)snprintf(out + n, size - n, "x7_y");
			p = strchr(p, '}') + 1;
		} else {
			out[n++] = *p++;
		}
	}
	out[n] = '\0';
}

static void every_operation_is_reached(void **state)
{
	(void)state;
	for (const struct gateway_route *r = gateway_routes; r->method != NULL; r++) {
		const struct gateway_route *found = NULL;
		char path[256];
		fill(r->path, path, sizeof(path));
		assert_int_equal(route_match(gateway_routes, r->method, path, strlen(path), &found),
		    ROUTE_FOUND);
		assert_ptr_equal(found, r);
	}
}

/* Only what a person needs before a session is public. */
static void public_operations(void **state)
{
	(void)state;
	for (const struct gateway_route *r = gateway_routes; r->method != NULL; r++) {
		if (r->permission != PERMISSION_PUBLIC)
			continue;
		if (strcmp(r->operation, "signIn") != 0 && strcmp(r->method, "OPTIONS") != 0)
			fail_msg("%s is public", r->operation);
	}
}

static void safe_methods(void **state)
{
	(void)state;
	assert_true(route_is_safe("GET"));
	assert_true(route_is_safe("HEAD"));
	assert_true(route_is_safe("OPTIONS"));
	assert_false(route_is_safe("POST"));
	assert_false(route_is_safe("PATCH"));
	assert_false(route_is_safe("get"));
	assert_false(route_is_safe(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exact_matches),
		cmocka_unit_test(every_operation_is_reached),
		cmocka_unit_test(public_operations),
		cmocka_unit_test(safe_methods),
	};
	return cmocka_run_group_tests_name("route_match", tests, NULL, NULL);
}
