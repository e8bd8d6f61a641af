/* SPDX-License-Identifier: Apache-2.0 */
/* test_ring - kit/ring against a hiredis made of symbols here; golden bytes of the envelope. */
#include "base/text.h"
#include "kit/ring.h"
#include "kit/ring_wire.h"

#include <hiredis/hiredis.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The envelope of version 1 as it stood when it was made; these bytes never change. */
static const char golden_v1[] =
    "0801122430313933343036612d316637652d376163312d386230612d366435633462336132393138"
    "1a2430313933343036612d316637652d376163312d386230612d366435633462336132393139"
    "220372756e320e080310e80718d00f20e80728ac02";

static const struct ring_msg golden_msg = {
	.run_id = "0193406a-1f7e-7ac1-8b0a-6d5c4b3a2918",
	.task_id = "0193406a-1f7e-7ac1-8b0a-6d5c4b3a2919",
	.subject = "run",
	.stage = "load",
	.bytes = 1000,
	.bytes_total = 2000,
	.rows = 1000,
	.rejects = 300,
};

enum { SCRIPT_MAX = 16 };

/* What the fake Redis answers, in order; and what it was asked. */
static struct {
	redisReply *answers[SCRIPT_MAX];
	int given, asked;
	char commands[SCRIPT_MAX][256]; /* arguments joined by blanks, binary ones as "?" */
	int calls, fail_at;
	int contexts, replies;
} fake;

static redisReply *new_reply(int type)
{
	redisReply *r = calloc(1, sizeof(*r));

	r->type = type;
	fake.replies++;
	return r;
}

static redisReply *text_reply(int type, const void *p, size_t n)
{
	redisReply *r = new_reply(type);

	r->str = calloc(1, n + 1);
	memcpy(r->str, p, n);
	r->len = n;
	return r;
}

static redisReply *array_reply(size_t n, redisReply *const *items)
{
	redisReply *r = new_reply(REDIS_REPLY_ARRAY);

	r->elements = n;
	r->element = calloc(n ? n : 1, sizeof(*r->element));
	for (size_t i = 0; i < n; i++)
		r->element[i] = items[i];
	return r;
}

static redisReply *status(const char *s)
{
	return text_reply(REDIS_REPLY_STATUS, s, strlen(s));
}

static redisReply *error(const char *s)
{
	return text_reply(REDIS_REPLY_ERROR, s, strlen(s));
}

static redisReply *string(const char *s)
{
	return text_reply(REDIS_REPLY_STRING, s, strlen(s));
}

static redisReply *entry(const char *id, const void *p, size_t n)
{
	redisReply *fields[] = { string("e"), text_reply(REDIS_REPLY_STRING, p, n) };
	redisReply *both[] = { string(id), array_reply(2, fields) };

	return array_reply(2, both);
}

static redisReply *stream_of(size_t n, redisReply *const *entries)
{
	redisReply *pair[] = { string("s"), array_reply(n, entries) };
	redisReply *streams[] = { array_reply(2, pair) };

	return array_reply(1, streams);
}

static void answer(redisReply *r)
{
	fake.answers[fake.given++] = r;
}

void freeReplyObject(void *p)
{
	redisReply *r = p;

	for (size_t i = 0; i < r->elements; i++)
		freeReplyObject(r->element[i]);
	free(r->element);
	free(r->str);
	free(r);
	fake.replies--;
}

static bool fails(void)
{
	return ++fake.calls == fake.fail_at;
}

static redisContext *new_context(void)
{
	redisContext *c = calloc(1, sizeof(*c));

	fake.contexts++;
	if (fails())
		c->err = REDIS_ERR_IO;
	return c;
}

redisContext *redisConnectWithTimeout(const char *ip, int port, const struct timeval tv)
{
	(void)tv;
	assert_string_equal(ip, "127.0.0.1");
	assert_int_equal(port, 6379);
	return new_context();
}

redisContext *redisConnectUnixWithTimeout(const char *path, const struct timeval tv)
{
	(void)tv;
	assert_string_equal(path, "/run/redis.sock");
	return new_context();
}

void redisFree(redisContext *c)
{
	fake.contexts--;
	free(c);
}

int redisSetTimeout(redisContext *c, const struct timeval tv)
{
	(void)c;
	(void)tv;
	return REDIS_OK;
}

int redisEnableKeepAlive(redisContext *c)
{
	(void)c;
	return REDIS_OK;
}

void *redisCommandArgv(redisContext *c, int argc, const char **argv, const size_t *lens)
{
	char *out = fake.commands[fake.asked];
	size_t k = 0;

	for (int i = 0; i < argc; i++) {
		const size_t n = lens ? lens[i] : strlen(argv[i]);
		const bool text = text_is_utf8(argv[i], n) && !memchr(argv[i], 8, n);
		k += (size_t)snprintf(out + k, 256 - k, "%s%.*s", i ? " " : "", text ? (int)n : 1,
		    text ? argv[i] : "?");
	}
	if (fails()) {
		c->err = REDIS_ERR_EOF;
		return NULL;
	}
	assert_true(fake.asked < fake.given);
	return fake.answers[fake.asked++];
}

static struct ring_conf conf = { .address = "127.0.0.1:6379", .consumer = "test-1" };

static int setup(void **state)
{
	memset(&fake, 0, sizeof(fake));
	*state = ring_new(&conf);
	return 0;
}

static int teardown(void **state)
{
	struct ring *r = *state;

	ring_free(&r);
	while (fake.asked < fake.given)
		freeReplyObject(fake.answers[fake.asked++]);
	assert_int_equal(fake.contexts, 0);
	assert_int_equal(fake.replies, 0);
	return 0;
}

static void test_envelope_keeps_its_bytes(void **state)
{
	uint8_t bytes[RING_WIRE_MAX_BYTES];
	char hex[2 * RING_WIRE_MAX_BYTES + 1];

	(void)state;
	const size_t n = ring_wire_encode(&golden_msg, bytes);
	text_hex(bytes, n, hex);
	assert_string_equal(hex, golden_v1);
}

static void test_envelope_of_version_1_is_read(void **state)
{
	uint8_t bytes[sizeof(golden_v1) / 2];
	struct ring_msg m;

	(void)state;
	assert_int_equal(text_unhex(golden_v1, bytes, sizeof(bytes)), 0);
	assert_true(ring_wire_decode(bytes, sizeof(bytes), &m));
	assert_memory_equal(&m, &golden_msg, sizeof(m));
}

static void test_envelopes_not_for_us(void **state)
{
	static const struct {
		const char *name, *hex;
		bool good;
	} cases[] = {
		{ "unknown field",
		    "0801"
		    "a20603616263",
		    true },
		{ "unknown stage",
		    "0801"
		    "3202087f",
		    true },
		{ "from the future", "0802", false },
		{ "cut short", "12243031", false },
		{ "control byte in an id", "12020161", false },
		{ "id too long",
		    "12303030303030303030303030303030303030303030303030303030303030303030"
		    "30303030303030303030303030303030303030",
		    false },
		{ "random", "ffffffffffffffffffffff", false },
		{ "empty", "", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		uint8_t bytes[128];
		struct ring_msg m;
		const size_t n = strlen(cases[i].hex) / 2;
		assert_int_equal(text_unhex(cases[i].hex, bytes, n), 0);
		if (ring_wire_decode(bytes, n, &m) != cases[i].good)
			fail_msg("%s", cases[i].name);
	}
}

static void test_put_bounds_event_streams_only(void **state)
{
	struct err err = { 0 };
	const struct ring_msg m = { .run_id = "r" };

	answer(string("1-0"));
	answer(string("2-0"));
	assert_int_equal(ring_put(*state, RING_RUNS, &m, &err), 0);
	assert_int_equal(ring_put(*state, RING_EVENTS, &m, &err), 0);
	assert_string_equal(fake.commands[0], "XADD millrace:runs * e ?");
	assert_string_equal(fake.commands[1], "XADD millrace:events MAXLEN ~ 10000 * e ?");
}

static void test_full_redis_is_unavailable(void **state)
{
	struct err err = { 0 };
	const struct ring_msg m = { .run_id = "r" };

	answer(error("OOM command not allowed when used memory > 'maxmemory'."));
	assert_int_equal(ring_put(*state, RING_RUNS, &m, &err), -1);
	assert_int_equal(err.kind, ERR_UNAVAILABLE);
	assert_non_null(strstr(err.msg, "OOM"));
}

static void test_wait_makes_the_group_after_a_wipe(void **state)
{
	struct err err = { 0 };
	struct ring_msg out[4];
	size_t n = 9;

	answer(error("NOGROUP No such key"));
	answer(status("OK"));
	answer(new_reply(REDIS_REPLY_NIL));
	assert_int_equal(ring_wait(*state, RING_LOAD, 1000, out, 4, &n, &err), 0);
	assert_int_equal(n, 0);
	assert_string_equal(fake.commands[1], "XGROUP CREATE millrace:tasks:load load 0 MKSTREAM");
	assert_string_equal(fake.commands[2],
	    "XREADGROUP GROUP load test-1 COUNT 4 BLOCK 1000 NOACK "
	    "STREAMS millrace:tasks:load >");
}

static void test_two_replicas_make_the_group(void **state)
{
	struct err err = { 0 };
	struct ring_msg out[4];
	size_t n = 9;

	answer(error("NOGROUP No such key"));
	answer(error("BUSYGROUP Consumer Group name already exists"));
	answer(new_reply(REDIS_REPLY_NIL));
	assert_int_equal(ring_wait(*state, RING_LOAD, 0, out, 4, &n, &err), 0);
	assert_string_equal(fake.commands[2],
	    "XREADGROUP GROUP load test-1 COUNT 4 NOACK STREAMS millrace:tasks:load >");
}

static void test_garbage_is_dropped_with_the_rest(void **state)
{
	uint8_t bytes[RING_WIRE_MAX_BYTES];
	const size_t bytes_n = ring_wire_encode(&golden_msg, bytes);
	redisReply *empty[] = { string("1-2"), array_reply(0, NULL) };
	redisReply *entries[] = { entry("1-0", "\xff\xff", 2), entry("1-1", bytes, bytes_n),
		array_reply(2, empty) };
	struct err err = { 0 };
	struct ring_msg out[4];
	size_t n = 0;

	answer(stream_of(3, entries));
	answer(status("OK"));
	assert_int_equal(ring_wait(*state, RING_RUNS, 10, out, 4, &n, &err), 0);
	assert_int_equal(n, 1);
	assert_string_equal(out[0].run_id, golden_msg.run_id);
	assert_string_equal(fake.commands[1], "XDEL millrace:runs 1-0 1-1 1-2");
}

static void test_follow_misses_nothing_between_calls(void **state)
{
	uint8_t bytes[RING_WIRE_MAX_BYTES];
	const size_t bytes_n = ring_wire_encode(&golden_msg, bytes);
	redisReply *newest[] = { entry("7-1", bytes, bytes_n) };
	redisReply *later[] = { entry("8-0", bytes, bytes_n), entry("9-0", "\xff", 1) };
	struct err err = { 0 };
	struct ring_msg out[4];
	size_t n = 0;

	answer(array_reply(1, newest));
	answer(stream_of(2, later));
	answer(new_reply(REDIS_REPLY_NIL));
	assert_int_equal(ring_follow(*state, RING_EVENTS, 10, out, 4, &n, &err), 0);
	assert_int_equal(n, 1);
	assert_int_equal(ring_follow(*state, RING_EVENTS, 10, out, 4, &n, &err), 0);
	assert_int_equal(n, 0);
	assert_string_equal(fake.commands[1], "XREAD COUNT 4 BLOCK 10 STREAMS millrace:events 7-1");
	assert_string_equal(fake.commands[2], "XREAD COUNT 4 BLOCK 10 STREAMS millrace:events 9-0");
}

/* Connect, XREADGROUP (NOGROUP), XGROUP, XREADGROUP, XDEL: each may break once; then all is well.
 */
static void test_every_call_may_fail_once(void **state)
{
	(void)state;
	for (int at = 1; at <= 5; at++) {
		struct ring *r = NULL;
		setup((void **)&r);
		uint8_t bytes[RING_WIRE_MAX_BYTES];
		const size_t bytes_n = ring_wire_encode(&golden_msg, bytes);
		redisReply *one[] = { entry("1-0", bytes, bytes_n) };
		struct err err = { 0 };
		struct ring_msg out[4];
		size_t n = 77;

		fake.fail_at = at;
		answer(error("NOGROUP"));
		answer(status("OK"));
		answer(stream_of(1, one));
		answer(status("OK"));
		const int rc = ring_wait(r, RING_RUNS, 10, out, 4, &n, &err);
		const int contexts = fake.contexts;
		teardown((void **)&r);
		if (at == 5) {
			assert_int_equal(
			    rc, 0); /* what was taken counts, whether or not it was deleted */
			assert_int_equal(n, 1);
			continue;
		}
		assert_int_equal(rc, -1);
		assert_int_equal(err.kind, ERR_UNAVAILABLE);
		assert_int_equal(n, 77);
		assert_int_equal(contexts, 0); /* a broken one is closed at once */
	}
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_envelope_keeps_its_bytes),
		T(test_envelope_of_version_1_is_read),
		T(test_envelopes_not_for_us),
		T(test_put_bounds_event_streams_only),
		T(test_full_redis_is_unavailable),
		T(test_wait_makes_the_group_after_a_wipe),
		T(test_two_replicas_make_the_group),
		T(test_garbage_is_dropped_with_the_rest),
		T(test_follow_misses_nothing_between_calls),
		T(test_every_call_may_fail_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
