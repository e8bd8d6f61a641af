/* SPDX-License-Identifier: Apache-2.0 */
/* ring - Redis streams as a doorbell: connect, add, wait by group, follow without one. */
#include "kit/ring.h"
#include "base/die.h"
#include "base/mem.h"
#include "base/text.h"
#include "kit/ring_wire.h"

#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	RING_TIMEOUT_MS = 1000, /* of connect and of each answer that does not block on purpose */
	RING_TAKE_MAX = 64,
	RING_ARGS_MAX = 16 + RING_TAKE_MAX,
	RING_ID_BYTES = 48, /* <ms>-<seq> */
	RING_NUMBER_BYTES = 24,
	RING_HOST_BYTES = 256,
};

/* Streams of events are bounded; a stream of work never is (failure-model Q8). */
#define RING_EVENTS_MAX "10000"

struct ring {
	struct ring_conf conf;       /* strings borrowed */
	redisContext *redis;         /* NULL while closed */
	char last_id[RING_ID_BYTES]; /* where ring_follow goes on; "" before its first call */
};

static void free_reply(redisReply **reply)
{
	if (*reply)
		freeReplyObject(*reply);
	*reply = NULL;
}

static struct timeval to_timeval(int64_t ms)
{
	return (struct timeval){ .tv_sec = ms / 1000, .tv_usec = (ms % 1000) * 1000 };
}

struct ring *ring_new(const struct ring_conf *c)
{
	struct ring *r = mem_alloc(sizeof(*r));

	r->conf = *c;
	return r;
}

static void close_connection(struct ring *r)
{
	if (r->redis)
		redisFree(r->redis);
	r->redis = NULL;
}

void ring_free(struct ring **r)
{
	if (!*r)
		return;
	close_connection(*r);
	free(*r);
	*r = NULL;
}

/* An answer of Redis that says no: OOM, MISCONF, LOADING, NOAUTH. The connection stays good. */
static int refused(const redisReply *reply, struct err *err)
{
	return err_set(err, ERR_UNAVAILABLE, "redis: %.*s", (int)reply->len, reply->str);
}

/* One command; a broken connection is closed, the next call opens a new one. */
static int command(struct ring *r, int argc, const char **argv, const size_t *lens, int64_t wait_ms,
    redisReply **out, struct err *err)
{
	redisSetTimeout(r->redis, to_timeval(wait_ms + RING_TIMEOUT_MS));
	*out = redisCommandArgv(r->redis, argc, argv, lens);
	if (*out)
		return 0;
	err_set(err, ERR_UNAVAILABLE, "redis %s: %s", r->conf.address,
	    r->redis->err ? r->redis->errstr : "no answer");
	close_connection(r);
	return -1;
}

/* As command, with text arguments ended by NULL; an error reply is an error. */
static int command_text(struct ring *r, const char *const *args, redisReply **out, struct err *err)
{
	const char *argv[RING_ARGS_MAX];
	size_t lens[RING_ARGS_MAX];
	int argc = 0;

	for (; args[argc]; argc++) {
		argv[argc] = args[argc];
		lens[argc] = strlen(args[argc]);
	}
	if (command(r, argc, argv, lens, 0, out, err) != 0)
		return -1;
	if ((*out)->type != REDIS_REPLY_ERROR)
		return 0;
	refused(*out, err);
	return -1;
}

static int authenticate(struct ring *r, struct err *err)
{
	scoped(redisReply *, free_reply) reply = NULL;

	if (!r->conf.password || !r->conf.password[0])
		return 0;
	const char *const args[] = { "AUTH", r->conf.user ? r->conf.user : "default",
		r->conf.password, NULL };
	if (command_text(r, args, &reply, err) == 0)
		return 0;
	close_connection(r);
	return -1;
}

static redisContext *dial(const char *address, struct err *err)
{
	const struct timeval wait = to_timeval(RING_TIMEOUT_MS);
	const char *colon = strrchr(address, ':');
	char host[RING_HOST_BYTES];
	int64_t port = 0;

	if (text_is_prefix(address, "unix:"))
		return redisConnectUnixWithTimeout(address + strlen("unix:"), wait);
	if (!colon || text_parse_i64(colon + 1, &port) != 0 || port < 1 || port > 65535 ||
	    snprintf(host, sizeof(host), "%.*s", (int)(colon - address), address) >=
		RING_HOST_BYTES) {
		err_set(err, ERR_INTERNAL, "redis address %s is not host:port", address);
		return NULL;
	}
	return redisConnectWithTimeout(host, (int)port, wait);
}

static int connect_once(struct ring *r, struct err *err)
{
	if (r->redis)
		return 0;
	err_set(err, ERR_UNAVAILABLE, "redis %s: out of memory", r->conf.address);
	r->redis = dial(r->conf.address, err);
	if (!r->redis)
		return -1;
	if (r->redis->err) {
		err_set(err, ERR_UNAVAILABLE, "redis %s: %s", r->conf.address, r->redis->errstr);
		close_connection(r);
		return -1;
	}
	if (r->redis->connection_type == REDIS_CONN_TCP)
		redisEnableKeepAlive(
		    r->redis); /* fails on a unix socket and leaves an error there */
	return authenticate(r, err);
}

int ring_ping(struct ring *r, struct err *err)
{
	static const char *const args[] = { "PING", NULL };
	scoped(redisReply *, free_reply) reply = NULL;

	if (connect_once(r, err) != 0)
		return -1;
	return command_text(r, args, &reply, err);
}

int ring_length(struct ring *r, const char *stream, int64_t *out, struct err *err)
{
	const char *const args[] = { "XLEN", stream, NULL };
	scoped(redisReply *, free_reply) reply = NULL;

	if (connect_once(r, err) != 0 || command_text(r, args, &reply, err) != 0)
		return -1;
	*out = reply->integer;
	return 0;
}

static bool is_event_stream(const char *stream)
{
	return strcmp(stream, RING_EVENTS) == 0 || strcmp(stream, RING_AUTH) == 0;
}

int ring_put(struct ring *r, const char *stream, const struct ring_msg *m, struct err *err)
{
	uint8_t bytes[RING_WIRE_MAX_BYTES];
	const size_t n = ring_wire_encode(m, bytes);
	const char *argv[8] = { "XADD", stream };
	size_t lens[8];
	int argc = 2;
	scoped(redisReply *, free_reply) reply = NULL;

	if (connect_once(r, err) != 0)
		return -1;
	if (is_event_stream(stream)) {
		argv[argc++] = "MAXLEN";
		argv[argc++] = "~";
		argv[argc++] = RING_EVENTS_MAX;
	}
	argv[argc++] = "*";
	argv[argc++] = RING_WIRE_FIELD;
	for (int i = 0; i < argc; i++)
		lens[i] = strlen(argv[i]);
	argv[argc] = (const char *)bytes;
	lens[argc++] = n;
	if (command(r, argc, argv, lens, 0, &reply, err) != 0)
		return -1;
	return reply->type == REDIS_REPLY_ERROR ? refused(reply, err) : 0;
}

/* [[stream, [entry...]]] -> the entries, NULL when the time ran out. */
static const redisReply *entries_of(const redisReply *reply)
{
	if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 1)
		return NULL;
	const redisReply *stream = reply->element[0];
	if (stream->type != REDIS_REPLY_ARRAY || stream->elements != 2 ||
	    stream->element[1]->type != REDIS_REPLY_ARRAY)
		return NULL;
	return stream->element[1];
}

/* [id, [field, value, ...]] -> its envelope; what cannot be read is counted and passed over. */
static bool read_entry(const redisReply *entry, struct ring_msg *out)
{
	if (entry->type != REDIS_REPLY_ARRAY || entry->elements != 2 ||
	    entry->element[1]->type != REDIS_REPLY_ARRAY)
		return false;
	const redisReply *fields = entry->element[1];
	for (size_t i = 0; i + 1 < fields->elements; i += 2) {
		const redisReply *name = fields->element[i], *value = fields->element[i + 1];
		if (!name->str || !value->str)
			continue;
		if (strcmp(name->str, RING_WIRE_FIELD) == 0)
			return ring_wire_decode(
			    (const uint8_t *)value->str, (size_t)value->len, out);
	}
	return ring_wire_refuse("no envelope");
}

static const char *entry_id(const redisReply *entry)
{
	return entry->type == REDIS_REPLY_ARRAY && entry->elements >= 1 &&
		       entry->element[0]->type == REDIS_REPLY_STRING
		   ? entry->element[0]->str
		   : NULL;
}

static size_t read_entries(const redisReply *entries, struct ring_msg *out, size_t n)
{
	size_t k = 0;

	for (size_t i = 0; i < entries->elements && k < n; i++)
		k += read_entry(entries->element[i], &out[k]) ? 1 : 0;
	return k;
}

/* Delivered entries are of no more use: the stream holds only what nobody has taken yet. */
static void drop_entries(struct ring *r, const char *stream, const redisReply *entries)
{
	const char *args[RING_ARGS_MAX] = { "XDEL", stream };
	int argc = 2;
	struct err ignored;
	scoped(redisReply *, free_reply) reply = NULL;

	for (size_t i = 0; i < entries->elements && argc < RING_ARGS_MAX - 1; i++)
		if (entry_id(entries->element[i]))
			args[argc++] = entry_id(entries->element[i]);
	args[argc] = NULL;
	if (argc > 2 && command_text(r, args, &reply, &ignored) != 0)
		return; /* they stay until the stream is wiped; nobody is told twice */
}

static const char *group_of(const char *stream)
{
	const char *colon = strrchr(stream, ':');

	return colon ? colon + 1 : stream;
}

/* After a wipe: the group again, from the first entry there is. BUSYGROUP: a replica was quicker.
 */
static int make_group(struct ring *r, const char *stream, struct err *err)
{
	const char *const args[] = { "XGROUP", "CREATE", stream, group_of(stream), "0", "MKSTREAM",
		NULL };
	scoped(redisReply *, free_reply) reply = NULL;

	if (command_text(r, args, &reply, err) == 0)
		return 0;
	return reply && text_is_prefix(reply->str, "BUSYGROUP") ? 0 : -1;
}

static int read_group(struct ring *r, const char *stream, int64_t wait_ms, size_t n,
    redisReply **out, struct err *err)
{
	char count[RING_NUMBER_BYTES], block[RING_NUMBER_BYTES];
	/* NOACK: taking is acknowledging. Nothing stays pending, so nothing has to be claimed back;
	 * the sweeper rings for a task whose ring was taken by somebody who died. */
	const char *argv[] = { "XREADGROUP", "GROUP", group_of(stream), r->conf.consumer, "COUNT",
		count, "NOACK", "STREAMS", stream, ">", "BLOCK", block };
	const char *blocking[] = { "XREADGROUP", "GROUP", group_of(stream), r->conf.consumer,
		"COUNT", count, "BLOCK", block, "NOACK", "STREAMS", stream, ">" };
	const char **used = wait_ms > 0 ? blocking : argv;
	const int argc = wait_ms > 0 ? (int)ARRAY_SIZE(blocking) : (int)ARRAY_SIZE(argv) - 2;

	snprintf(count, sizeof(count), "%zu", n);
	snprintf(block, sizeof(block), "%lld", (long long)wait_ms);
	return command(r, argc, used, NULL, wait_ms, out, err);
}

int ring_wait(struct ring *r, const char *stream, int64_t wait_ms, struct ring_msg *out, size_t n,
    size_t *out_n, struct err *err)
{
	const size_t want = n < RING_TAKE_MAX ? n : RING_TAKE_MAX;
	scoped(redisReply *, free_reply) reply = NULL;

	if (connect_once(r, err) != 0 || read_group(r, stream, wait_ms, want, &reply, err) != 0)
		return -1;
	if (reply->type == REDIS_REPLY_ERROR && text_is_prefix(reply->str, "NOGROUP")) {
		free_reply(&reply);
		if (make_group(r, stream, err) != 0 ||
		    read_group(r, stream, wait_ms, want, &reply, err) != 0)
			return -1;
	}
	if (reply->type == REDIS_REPLY_ERROR)
		return refused(reply, err);
	const redisReply *entries = entries_of(reply);
	if (entries)
		drop_entries(r, stream, entries);
	*out_n = entries ? read_entries(entries, out, want) : 0;
	return 0;
}

/* "From now on" needs a fixed point, else what comes between two calls is missed. */
static int find_last_id(struct ring *r, const char *stream, struct err *err)
{
	const char *const args[] = { "XREVRANGE", stream, "+", "-", "COUNT", "1", NULL };
	scoped(redisReply *, free_reply) reply = NULL;

	if (command_text(r, args, &reply, err) != 0)
		return -1;
	const char *id = reply->type == REDIS_REPLY_ARRAY && reply->elements == 1
			     ? entry_id(reply->element[0])
			     : NULL;
	snprintf(r->last_id, sizeof(r->last_id), "%s", id ? id : "0-0");
	return 0;
}

int ring_follow(struct ring *r, const char *stream, int64_t wait_ms, struct ring_msg *out, size_t n,
    size_t *out_n, struct err *err)
{
	char count[RING_NUMBER_BYTES], block[RING_NUMBER_BYTES];
	const size_t want = n < RING_TAKE_MAX ? n : RING_TAKE_MAX;
	const char *argv[] = { "XREAD", "COUNT", count, "BLOCK", block, "STREAMS", stream,
		r->last_id };
	scoped(redisReply *, free_reply) reply = NULL;

	if (connect_once(r, err) != 0)
		return -1;
	if (!r->last_id[0] && find_last_id(r, stream, err) != 0)
		return -1;
	snprintf(count, sizeof(count), "%zu", want);
	snprintf(block, sizeof(block), "%lld", (long long)(wait_ms > 0 ? wait_ms : 1));
	if (command(r, (int)ARRAY_SIZE(argv), argv, NULL, wait_ms, &reply, err) != 0)
		return -1;
	if (reply->type == REDIS_REPLY_ERROR)
		return refused(reply, err);
	const redisReply *entries = entries_of(reply);
	*out_n = entries ? read_entries(entries, out, want) : 0;
	if (entries && entries->elements > 0 && entry_id(entries->element[entries->elements - 1]))
		snprintf(r->last_id, sizeof(r->last_id), "%s",
		    entry_id(entries->element[entries->elements - 1]));
	return 0;
}
