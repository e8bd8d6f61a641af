/* SPDX-License-Identifier: Apache-2.0 */
/* test_cache - an entry answers for a second, a drop is final, the cache is bounded. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "cache.h"

enum { NOW = 1700000000 };

static const uint8_t hash_a[SECRET_HASH_BYTES] = { 1 };
static const uint8_t hash_b[SECRET_HASH_BYTES] = { 2 };
static const uint8_t hash_c[SECRET_HASH_BYTES] = { 3 };

static void at_ms(int64_t ms)
{
	clock_set_for_test(NOW, 5000 + ms);
}

static struct session *person(const char *name, const char *domains, bool is_admin)
{
	struct err err;
	struct session *s = NULL;
	const struct session_row row = {
		.id = "s",
		.user_id = "u",
		.user_name = name,
		.display_name = name,
		.domains = domains,
		.is_admin = is_admin,
	};
	assert_int_equal(session_new("secret", &row, &s, &err), 0);
	return s;
}

static void put(struct cache *c, const uint8_t *hash, const char *name)
{
	struct session *s = person(name, "{}", false);
	cache_put(c, hash, s, cache_stamp(c), clock_mono_ms());
	session_unref(&s);
}

static bool has(struct cache *c, const uint8_t *hash)
{
	struct cache_hint hint;
	struct session *s = cache_find(c, hash, &hint);
	const bool found = s != NULL;
	session_unref(&s);
	return found;
}

static void fresh_for_a_second(void **state)
{
	struct cache *c = cache_new(10, 0);
	(void)state;
	at_ms(0);
	put(c, hash_a, "ann");
	assert_true(has(c, hash_a));
	assert_false(has(c, hash_b));
	at_ms(CACHE_FRESH_MS);
	assert_true(has(c, hash_a));
	at_ms(CACHE_FRESH_MS + 1);
	assert_false(has(c, hash_a));
	put(c, hash_a, "ann");
	assert_true(has(c, hash_a));
	assert_int_equal(cache_count(c), 1);
	cache_free(&c);
	assert_null(c);
}

static void one_is_told_to_refresh(void **state)
{
	struct cache *c = cache_new(10, 0);
	int told = 0;
	(void)state;
	at_ms(0);
	put(c, hash_a, "ann");
	for (int64_t ms = 0; ms <= CACHE_FRESH_MS; ms += 100) {
		struct cache_hint hint;
		at_ms(ms);
		struct session *s = cache_find(c, hash_a, &hint);
		assert_true(!hint.refresh || ms >= CACHE_REFRESH_MS);
		told += hint.refresh;
		session_unref(&s);
	}
	assert_int_equal(told, 1);
	cache_free(&c);
}

static void a_drop_is_final(void **state)
{
	struct cache *c = cache_new(10, 0);
	struct session *s = person("ann", "{}", false);
	(void)state;
	at_ms(0);
	put(c, hash_a, "ann");
	const int64_t before = cache_stamp(c); /* a reading begins here ... */
	cache_drop(c, hash_a);
	assert_false(has(c, hash_a));
	cache_put(c, hash_a, s, before, clock_mono_ms()); /* ... and ends behind the revocation */
	assert_false(has(c, hash_a));
	session_unref(&s);
	cache_free(&c);
}

static void a_used_session_outlives_its_entry(void **state)
{
	struct cache *c = cache_new(10, 0);
	struct cache_hint hint;
	(void)state;
	at_ms(0);
	put(c, hash_a, "ann");
	struct session *s = cache_find(c, hash_a, &hint);
	cache_free(&c);
	assert_string_equal(session_who(s)->user_name, "ann");
	session_unref(&s);
}

static void the_longest_unread_goes(void **state)
{
	struct cache *c = cache_new(2, 0);
	(void)state;
	at_ms(0);
	put(c, hash_a, "ann");
	put(c, hash_b, "bob");
	put(c, hash_a, "ann");
	put(c, hash_c, "cay");
	assert_int_equal(cache_count(c), 2);
	assert_true(has(c, hash_a));
	assert_false(has(c, hash_b));
	assert_true(has(c, hash_c));
	cache_free(&c);
}

static int let_through(struct cache *c, int tries)
{
	int through = 0;
	for (int i = 0; i < tries; i++) {
		struct cache_hint hint;
		struct session *s = cache_find(c, hash_a, &hint);
		through += s != NULL && !hint.too_often;
		session_unref(&s);
	}
	return through;
}

static void rate_of_a_session(void **state)
{
	struct cache *c = cache_new(2, 10);
	(void)state;
	at_ms(0);
	put(c, hash_a, "ann");
	assert_int_equal(let_through(c, 50), 20);
	at_ms(500);
	put(c, hash_a, "ann"); /* read again: the rate goes on */
	assert_int_equal(let_through(c, 50), 5);
	at_ms(60000);
	put(c, hash_a, "ann");
	assert_int_equal(let_through(c, 50), 20);
	cache_free(&c);
}

static void rights_come_from_roles(void **state)
{
	struct session *analyst = person("ann", "{\"default\":[\"analyst\"]}", false);
	struct session *manager =
	    person("bob", "{\"a\":[\"analyst\"],\"b\":[\"data_manager\",\"x\"]}", false);
	struct session *admin = person("cay", "{}", true);
	struct session *fake = person("eve", "{\"default\":[\"administrator\"]}", false);
	(void)state;
	assert_true(session_holds(analyst, PERMISSION_ROWS_READ));
	assert_false(session_holds(analyst, PERMISSION_REJECTS_RAW));
	assert_true(session_holds(manager, PERMISSION_REJECTS_RAW));
	assert_false(session_holds(manager, PERMISSION_AUDIT_READ));
	assert_true(session_holds(admin, PERMISSION_AUDIT_READ));
	assert_false(session_holds(admin, PERMISSION_ROWS_READ));
	assert_false(session_holds(fake, PERMISSION_AUDIT_READ));
	assert_true(session_holds(fake, PERMISSION_SESSION));
	session_unref(&analyst);
	session_unref(&manager);
	session_unref(&admin);
	session_unref(&fake);
}

static void broken_roles_are_refused(void **state)
{
	struct session *s = NULL;
	struct err err;
	const struct session_row row = { .user_name = "ann", .domains = "{" };
	(void)state;
	assert_int_equal(session_new("secret", &row, &s, &err), -1);
	assert_int_equal(err.kind, ERR_INTERNAL);
	assert_null(s);
}

static void a_token_is_made_once_for_each_service(void **state)
{
	static const uint8_t key[32] = { 7 };
	struct session *s = person("ann", "{\"default\":[\"analyst\"]}", false);
	(void)state;
	const char *first = session_token(s, GATEWAY_UPLOAD, key, NOW);
	assert_ptr_equal(session_token(s, GATEWAY_UPLOAD, key, NOW + 1), first);
	assert_string_not_equal(session_token(s, GATEWAY_TRANSFORM, key, NOW), first);
	session_unref(&s);
}

static int thaw(void **state)
{
	(void)state;
	clock_set_for_test(-1, -1);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(fresh_for_a_second, thaw),
		cmocka_unit_test_teardown(one_is_told_to_refresh, thaw),
		cmocka_unit_test_teardown(a_drop_is_final, thaw),
		cmocka_unit_test_teardown(a_used_session_outlives_its_entry, thaw),
		cmocka_unit_test_teardown(the_longest_unread_goes, thaw),
		cmocka_unit_test_teardown(rate_of_a_session, thaw),
		cmocka_unit_test(rights_come_from_roles),
		cmocka_unit_test(broken_roles_are_refused),
		cmocka_unit_test(a_token_is_made_once_for_each_service),
	};
	return cmocka_run_group_tests_name("cache", tests, NULL, NULL);
}
