/* SPDX-License-Identifier: Apache-2.0 */
/* test_http_stream - streamed bodies: pieces, pause, refusal in the middle, clients that leave;
 * SSE. */
#include "http_fixture.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kit/http_priv.h"

#define HOST "Host: x\r\n"

enum { MANY = 2 << 20 };

/* What the handlers saw; counters are read by the test thread. */
static struct {
	int begins, ends, aborts, pauses, closes, opens;
	int64_t bytes;
	uint64_t sum;
	int64_t most; /* longest piece */
	int64_t refuse_at, pause_at;
	struct http_req *req; /* paused or an event stream */
} seen;

static void count(int *n)
{
	__atomic_add_fetch(n, 1, __ATOMIC_SEQ_CST);
}

static int begin(struct http_req *req, struct err *err)
{
	count(&seen.begins);
	if (http_query(req, "refuse") != NULL)
		return err_set(err, ERR_CONFLICT, "not now");
	if (http_query(req, "answer") != NULL)
		http_reply_empty(req, 204);
	http_set_state(req, &seen);
	return 0;
}

static int data(struct http_req *req, const uint8_t *p, size_t n, struct err *err)
{
	assert_ptr_equal(http_state(req), &seen);
	for (size_t i = 0; i < n; i++)
		seen.sum = seen.sum * 31 + p[i];
	seen.bytes += (int64_t)n;
	if ((int64_t)n > seen.most)
		seen.most = (int64_t)n;
	if (seen.refuse_at > 0 && seen.bytes >= seen.refuse_at)
		return err_set(err, ERR_NO_SPACE, "disk full");
	if (seen.pause_at > 0 && seen.bytes >= seen.pause_at && seen.pauses == 0) {
		http_body_pause(req);
		seen.req = req;
		count(&seen.pauses);
	}
	return 0;
}

static int end(struct http_req *req, struct err *err)
{
	const char *text = arena_printf(http_arena(req), "%lld", (long long)seen.bytes);

	(void)err;
	count(&seen.ends);
	http_reply_text(req, 200, "text/plain", text, strlen(text));
	return 0;
}

static void aborted(struct http_req *req)
{
	assert_ptr_equal(http_state(req), &seen);
	count(&seen.aborts);
}

static const struct http_stream_ops stream = { begin, data, end, aborted };

static void on_close(void *arg)
{
	assert_ptr_equal(arg, &seen);
	seen.req = NULL;
	count(&seen.closes);
}

static int events(struct http_req *req, struct err *err)
{
	(void)err;
	http_sse_open(req, on_close, &seen);
	seen.req = req;
	http_sse_send(req, "event: snapshot\n\n", 17);
	count(&seen.opens);
	return 0;
}

static const struct http_route routes[] = {
	{ "PUT", "/s", "put", "public", HTTP_STREAM, NULL, &stream, 0 },
	{ "GET", "/e", "events", "public", HTTP_SSE, events, NULL, 0 },
	{ NULL, NULL, NULL, NULL, HTTP_LOOP, NULL, NULL, 0 },
};

static int start(void **state)
{
	(void)state;
	memset(&seen, 0, sizeof(seen));
	fixture_start(routes, NULL, NULL);
	return 0;
}

static int start_short(void **state)
{
	static const struct http_limits limits = {
		.head_ms = 1000,
		.idle_ms = 1000,
		.body_window_ms = 100,
		.body_window_bytes = 1000,
		.write_ms = 1000,
		.linger_ms = 100,
	};

	(void)state;
	memset(&seen, 0, sizeof(seen));
	fixture_start(routes, &limits, NULL);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	fixture_stop();
	return 0;
}

static char *pattern(void)
{
	char *p = malloc(MANY);

	for (size_t i = 0; i < MANY; i++)
		p[i] = (char)(i * 7 + i / 251);
	return p;
}

static uint64_t sum_of(const char *p, size_t n)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum = sum * 31 + (uint8_t)p[i];
	return sum;
}

static void put(int fd, const char *query, size_t n)
{
	char head[256];

	snprintf(head, sizeof(head), "PUT /s%s HTTP/1.1\r\n" HOST "Content-Length: %zu\r\n\r\n",
	    query, n);
	send_text(fd, head);
}

static void test_whole(void **state)
{
	char *p = pattern();
	struct reply r;
	int fd = dial();

	(void)state;
	put(fd, "", MANY);
	send_all(fd, p, MANY);
	recv_reply(fd, false, &r);
	assert_int_equal(r.status, 200);
	assert_int_equal(seen.bytes, MANY);
	assert_true(seen.sum == sum_of(p, MANY));
	assert_in_range(seen.most, 1, HTTP_READ_BYTES);
	put(fd, "", 0);
	recv_reply(fd, false, &r); /* the connection goes on; an empty body ends at once */
	assert_int_equal(r.status, 200);
	assert_int_equal(seen.ends, 2);
	assert_int_equal(seen.aborts, 0);
	close(fd);
	free(p);
}

static void test_chunked(void **state)
{
	char *p = pattern(), head[32];
	struct reply r;
	int fd = dial();

	(void)state;
	send_text(fd, "PUT /s HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n");
	for (size_t at = 0, n = 1; at < MANY; at += n, n = n * 3 % 100003) {
		n = n < MANY - at ? n : MANY - at;
		snprintf(head, sizeof(head), "%zx\r\n", n);
		send_text(fd, head);
		send_all(fd, p + at, n);
		send_text(fd, "\r\n");
	}
	send_text(fd, "0\r\n\r\n");
	put(fd, "?answer", 0);
	recv_reply(fd, false, &r);
	assert_int_equal(r.status, 200);
	assert_int_equal(seen.bytes, MANY);
	assert_true(seen.sum == sum_of(p, MANY));
	recv_reply(fd, false, &r);
	assert_int_equal(r.status, 204);
	close(fd);
	free(p);
}

/* begin() refuses or answers: no byte is delivered, the client gets the reply though it still
 * sends. */
static void test_begin_answers(void **state)
{
	static const char *const queries[] = { "?refuse", "?answer" };
	char *p = pattern();
	struct reply r;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(queries); i++) {
		int fd = dial();

		put(fd, queries[i], MANY);
		send_all(fd, p, MANY / 2);
		recv_reply(fd, false, &r);
		assert_int_equal(r.status, i == 0 ? 409 : 204);
		assert_non_null(strstr(r.head, "Connection: close"));
		close(fd);
	}
	assert_int_equal(seen.bytes, 0);
	assert_int_equal(seen.aborts + seen.ends, 0);
	free(p);
}

static void test_data_refuses(void **state)
{
	char *p = pattern();
	struct reply r;
	int fd = dial();

	(void)state;
	seen.refuse_at = 1000;
	put(fd, "", MANY);
	send_all(fd, p, MANY / 2);
	recv_reply(fd, false, &r);
	assert_int_equal(r.status, 507);
	assert_non_null(strstr(r.head, "Retry-After: 60"));
	assert_int_equal(seen.aborts, 1);
	assert_int_equal(seen.ends, 0);
	close(fd);
	free(p);
}

static void test_client_leaves(void **state)
{
	char *p = pattern();
	int fd = dial();

	(void)state;
	put(fd, "", MANY);
	send_all(fd, p, 5000);
	close(fd);
	fixture_wait(&seen.aborts, 1);
	assert_int_equal(seen.bytes, 5000);
	assert_int_equal(seen.ends, 0);
	free(p);
}

static void test_bad_chunk_aborts(void **state)
{
	struct reply r;
	int fd = dial();

	(void)state;
	send_text(
	    fd, "PUT /s HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\nzz\r\n");
	recv_reply(fd, false, &r);
	assert_int_equal(r.status, 400);
	assert_int_equal(seen.aborts, 1);
	close(fd);
}

static void test_slow_body(void **state)
{
	struct reply r;
	int fd = dial();

	(void)state;
	put(fd, "", MANY);
	send_text(fd, "x");
	recv_reply(fd, false, &r);
	assert_int_equal(r.status, 408);
	assert_int_equal(seen.aborts, 1);
	close(fd);
}

static void nothing(void *arg)
{
	(void)arg;
}

/* While paused nothing is read, however long; then all of it. A pause is not a slow client. */
static void test_pause(void **state)
{
	char *p = pattern();
	struct reply r;
	int fd = dial();
	int64_t at;

	(void)state;
	seen.pause_at = 1000;
	put(fd, "", MANY);
	send_all(fd, p, 4000);
	fixture_wait(&seen.pauses, 1);
	send_all(fd, p + 4000, 50000);
	fixture_on_loop((void (*)(void *))http_server_sweep, fixture_server());
	at = seen.bytes;
	for (int i = 0; i < 150; i++) {
		(void)poll(NULL, 0, 2);
		fixture_on_loop(nothing, NULL);
	}
	assert_int_equal(seen.bytes, at);
	http_body_resume(seen.req);
	send_all(fd, p + 54000, MANY - 54000);
	recv_reply(fd, false, &r);
	assert_int_equal(r.status, 200);
	assert_true(seen.sum == sum_of(p, MANY));
	close(fd);
	free(p);
}

/* Somebody else ends the body while the client is silent. */
static void test_fail_from_outside(void **state)
{
	struct err err;
	struct reply r;
	int fd = dial();

	(void)state;
	seen.pause_at = 1;
	put(fd, "", MANY);
	send_text(fd, "xy");
	fixture_wait(&seen.pauses, 1);
	err_set_code(&err, ERR_CONFLICT, "upload.taken_over", "another request goes on");
	http_body_fail(seen.req, &err);
	recv_reply(fd, false, &r);
	assert_int_equal(r.status, 409);
	assert_int_equal(seen.aborts, 1);
	close(fd);
}

/* --- events --- */

static void read_until(int fd, const char *want)
{
	char text[4096] = "";
	size_t n = 0;

	while (strstr(text, want) == NULL) {
		ssize_t k = recv(fd, text + n, sizeof(text) - 1 - n, 0);

		assert_true(k > 0);
		n += (size_t)k;
	}
}

static void send_event(void *arg)
{
	http_sse_send(seen.req, arg, strlen(arg));
}

static void close_events(void *arg)
{
	(void)arg;
	http_sse_close(seen.req);
}

static int open_events(void)
{
	int fd = dial();

	send_text(fd, "GET /e HTTP/1.1\r\n" HOST "\r\n");
	fixture_wait(&seen.opens, 1);
	read_until(fd, "event: snapshot\n\n");
	return fd;
}

static void test_events(void **state)
{
	char text[] = "event: run\ndata: {}\n\n";
	int fd = open_events();

	(void)state;
	assert_int_equal(fixture_busy(), 0);
	fixture_on_loop(send_event, text);
	read_until(fd, text);
	fixture_on_loop(close_events, NULL);
	assert_true(is_closed(fd));
	assert_int_equal(seen.closes, 1);
	close(fd);
}

static void test_events_client_leaves(void **state)
{
	int fd = open_events();

	(void)state;
	close(fd);
	fixture_wait(&seen.closes, 1);
}

static void flood(void *arg)
{
	for (int i = 0; i < 64 && seen.req != NULL; i++)
		http_sse_send(seen.req, arg, 1 << 20);
}

/* A client that reads nothing is closed instead of filling our memory. */
static void test_events_slow_client(void **state)
{
	char *big = calloc(1, 1 << 20);
	int fd = open_events();

	(void)state;
	fixture_on_loop(flood, big);
	assert_int_equal(seen.closes, 1);
	close(fd);
	free(big);
}

static void test_events_drain(void **state)
{
	int fd = open_events();

	(void)state;
	fixture_on_loop((void (*)(void *))http_server_drain, fixture_server());
	assert_true(is_closed(fd));
	assert_int_equal(seen.closes, 1);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_whole, start, stop),
		cmocka_unit_test_setup_teardown(test_chunked, start, stop),
		cmocka_unit_test_setup_teardown(test_begin_answers, start, stop),
		cmocka_unit_test_setup_teardown(test_data_refuses, start, stop),
		cmocka_unit_test_setup_teardown(test_client_leaves, start, stop),
		cmocka_unit_test_setup_teardown(test_bad_chunk_aborts, start, stop),
		cmocka_unit_test_setup_teardown(test_slow_body, start_short, stop),
		cmocka_unit_test_setup_teardown(test_pause, start_short, stop),
		cmocka_unit_test_setup_teardown(test_fail_from_outside, start, stop),
		cmocka_unit_test_setup_teardown(test_events, start, stop),
		cmocka_unit_test_setup_teardown(test_events_client_leaves, start, stop),
		cmocka_unit_test_setup_teardown(test_events_slow_client, start, stop),
		cmocka_unit_test_setup_teardown(test_events_drain, start, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
