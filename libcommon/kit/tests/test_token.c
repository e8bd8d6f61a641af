/* SPDX-License-Identifier: Apache-2.0 */
/* test_token - what the gateway makes is accepted, everything else is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>
#include <openssl/hmac.h>
#include <string.h>

#include "base/text.h"
#include "kit/token.h"

#define USER "01890000-0000-7000-8000-000000000001"

enum { NOW = 1800000000 };

static const uint8_t key[TOKEN_KEY_BYTES] = { 1, 2, 3 };
static const uint8_t other_key[TOKEN_KEY_BYTES] = { 1, 2, 4 };

static int check(struct arena *a, const char *token, int64_t now_s, struct http_caller *out)
{
	struct err err;
	int rc = token_check(token, key, "upload", now_s, a, out, &err);

	assert_true(rc == 0 || err.kind == ERR_AUTH);
	return rc;
}

static void test_round_trip(void **state)
{
	struct arena *a = arena_new(1 << 20);
	struct http_caller c;
	const char *token = token_make(
	    a, key, "upload", USER, "Sara \"S\" Nöll", true, "{\"default\":[\"analyst\"]}", NOW);

	(void)state;
	assert_int_equal(check(a, token, NOW, &c), 0);
	assert_string_equal(c.user_id, USER);
	assert_string_equal(c.user_name, "Sara \"S\" Nöll");
	assert_true(c.is_admin);
	assert_string_equal(c.domains->child->string, "default");
	assert_int_equal(check(a, token, NOW + 65, &c), 0);
	assert_int_equal(check(a, token, NOW + 66, &c), -1);
	assert_int_equal(check(a, token, NOW - 5, &c), 0);
	assert_int_equal(check(a, token, NOW - 6, &c), -1);
	arena_free(&a);
}

static const char *sign(struct arena *a, const char *head, const char *claims, const uint8_t *k)
{
	char h[512], c[2048], s[64];
	uint8_t mac[32];
	const char *text;
	unsigned n = sizeof(mac);

	text_base64url((const uint8_t *)head, strlen(head), h);
	text_base64url((const uint8_t *)claims, strlen(claims), c);
	text = arena_printf(a, "%s.%s", h, c);
	HMAC(EVP_sha256(), k, TOKEN_KEY_BYTES, (const uint8_t *)text, strlen(text), mac, &n);
	text_base64url(mac, n, s);
	return arena_printf(a, "%s.%s", text, s);
}

#define HEAD  "{\"alg\":\"HS256\",\"typ\":\"JWT\"}"
#define TIMES "\"iat\":1800000000,\"nbf\":1800000000,\"exp\":1800000060"
#define WHO   "\"sub\":\"" USER "\",\"name\":\"x\",\"dom\":{}"
#define US    "\"iss\":\"millrace-gateway\",\"aud\":\"upload\""
#define GOOD  "{" US "," WHO "," TIMES "}"

static const struct {
	const char *name;
	const char *head;
	const char *claims;
} refused[] = {
	{ "alg none", "{\"alg\":\"none\",\"typ\":\"JWT\"}", GOOD },
	{ "alg HS512", "{\"alg\":\"HS512\",\"typ\":\"JWT\"}", GOOD },
	{ "alg lower case", "{\"alg\":\"hs256\",\"typ\":\"JWT\"}", GOOD },
	{ "no alg", "{\"typ\":\"JWT\"}", GOOD },
	{ "alg twice", "{\"alg\":\"HS256\",\"alg\":\"HS256\",\"typ\":\"JWT\"}", GOOD },
	{ "no typ", "{\"alg\":\"HS256\"}", GOOD },
	{ "other typ", "{\"alg\":\"HS256\",\"typ\":\"at+jwt\"}", GOOD },
	{ "crit", "{\"alg\":\"HS256\",\"typ\":\"JWT\",\"crit\":[\"x\"]}", GOOD },
	{ "kid", "{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"../../dev/null\"}", GOOD },
	{ "jwk", "{\"alg\":\"HS256\",\"typ\":\"JWT\",\"jwk\":{}}", GOOD },
	{ "other issuer", HEAD, "{\"iss\":\"x\",\"aud\":\"upload\"," WHO "," TIMES "}" },
	{ "no issuer", HEAD, "{\"aud\":\"upload\"," WHO "," TIMES "}" },
	{ "other audience", HEAD,
	    "{\"iss\":\"millrace-gateway\",\"aud\":\"transform\"," WHO "," TIMES "}" },
	{ "audience list", HEAD,
	    "{\"iss\":\"millrace-gateway\",\"aud\":[\"upload\"]," WHO "," TIMES "}" },
	{ "no sub", HEAD, "{" US ",\"name\":\"x\",\"dom\":{}," TIMES "}" },
	{ "sub no uuid", HEAD, "{" US ",\"sub\":\"root\",\"name\":\"x\",\"dom\":{}," TIMES "}" },
	{ "dom no object", HEAD,
	    "{" US ",\"sub\":\"" USER "\",\"name\":\"x\",\"dom\":[]," TIMES "}" },
	{ "no exp", HEAD, "{" US "," WHO ",\"iat\":1800000000,\"nbf\":1800000000}" },
	{ "no nbf", HEAD, "{" US "," WHO ",\"iat\":1800000000,\"exp\":1800000060}" },
	{ "long life", HEAD,
	    "{" US "," WHO ",\"iat\":1800000000,\"nbf\":1800000000,\"exp\":1800009999}" },
	{ "nbf later", HEAD,
	    "{" US "," WHO ",\"iat\":1800000000,\"nbf\":1800000100,\"exp\":1800000060}" },
	{ "claim twice", HEAD, "{" US ",\"aud\":\"upload\"," WHO "," TIMES "}" },
	{ "claims no object", HEAD, "[]" },
	{ "claims with trailing bytes", HEAD, GOOD " x" },
};

static void test_refused(void **state)
{
	struct arena *a = arena_new(1 << 20);
	struct http_caller c = { .user_id = "untouched" };

	(void)state;
	assert_int_equal(check(a, sign(a, HEAD, GOOD, key), NOW, &c), 0);
	c.user_id = "untouched";
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++)
		if (check(a, sign(a, refused[i].head, refused[i].claims, key), NOW, &c) == 0)
			fail_msg("%s was accepted", refused[i].name);
	assert_int_equal(check(a, sign(a, HEAD, GOOD, other_key), NOW, &c), -1);
	assert_string_equal(c.user_id, "untouched");
	arena_free(&a);
}

/* Cut, doubled, changed in any place: never accepted, never read beyond. */
static void test_mangled(void **state)
{
	struct arena *a = arena_new(8 << 20);
	const char *good = sign(a, HEAD, GOOD, key);
	size_t n = strlen(good);
	struct http_caller c;

	(void)state;
	for (size_t i = 0; i < n; i++) {
		char *cut = arena_dup_n(a, good, i);
		char *bent = arena_dup_n(a, good, n);

		assert_int_equal(check(a, cut, NOW, &c), -1);
		bent[i] = bent[i] == 'A' ? 'B' : 'A';
		/* The last digit of a 32-byte value has two bits that mean nothing. */
		if (i != n - 1)
			assert_int_equal(check(a, bent, NOW, &c), -1);
	}
	assert_int_equal(check(a, arena_printf(a, "%s.x", good), NOW, &c), -1);
	assert_int_equal(check(a, arena_printf(a, "%s=", good), NOW, &c), -1);
	assert_int_equal(check(a, "", NOW, &c), -1);
	assert_int_equal(check(a, "..", NOW, &c), -1);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_mangled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
