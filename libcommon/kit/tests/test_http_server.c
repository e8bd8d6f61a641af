/* SPDX-License-Identifier: Apache-2.0 */
/* test_http_server - real sockets: framing refused, routes, bodies, keep-alive, tokens, slow
 * clients. */
#include "http_fixture.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "kit/http_priv.h"
#include "kit/token.h"

#define HOST "Host: x\r\n"
#define KEY  "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

static int echo(struct http_req *req, struct err *err)
{
	struct span body = http_body(req);

	(void)err;
	http_reply_text(req, 200, "text/plain", body.p, body.n);
	return 0;
}

static int where(struct http_req *req, struct err *err)
{
	const char *text = arena_printf(http_arena(req), "%s|%s|%s", http_param(req, "id"),
	    http_query(req, "q") != NULL ? http_query(req, "q") : "-", http_path(req));

	(void)err;
	http_reply_text(req, 200, "text/plain", text, strlen(text));
	return 0;
}

static int fails(struct http_req *req, struct err *err)
{
	(void)req;
	return err_set(err, ERR_INTERNAL, "the disk said no");
}

static int silent(struct http_req *req, struct err *err)
{
	(void)req;
	(void)err;
	return 0;
}

static int conflict(struct http_req *req, struct err *err)
{
	cJSON *extra = js_object(http_arena(req));

	js_add_str(extra, "run_id", "r1");
	err_set_code(err, ERR_CONFLICT, "upload.duplicate", "loaded before");
	http_reply_problem_with(req, err, extra);
	return 0;
}

static int busy(struct http_req *req, struct err *err)
{
	if (http_query(req, "wait") != NULL)
		http_set_header(req, "Retry-After", http_query(req, "wait"));
	return err_set_code(err, ERR_BUSY, "auth.throttled", "too many tries");
}

static int limited(struct http_req *req, struct err *err)
{
	int64_t n;

	if (http_query_i64(req, "limit", 50, 1, 500, &n, err) != 0)
		return -1;
	http_set_header(req, "X-Limit", arena_printf(http_arena(req), "%d\r\nX-Evil: 1", (int)n));
	http_reply_empty(req, 204);
	return 0;
}

static int whose(struct http_req *req, struct err *err)
{
	const char *text = arena_printf(http_arena(req), "%s %s %d", http_caller(req)->user_name,
	    http_domains(req), http_can(req, "upload.write", "sales"));

	(void)err;
	http_reply_text(req, 200, "text/plain", text, strlen(text));
	return 0;
}

static int in_pool(struct http_req *req, struct err *err)
{
	return echo(req, err);
}

static int hand_over(struct http_req *req, struct err *err)
{
	return http_to_pool(req, in_pool, err);
}

static int file(struct http_req *req, struct err *err)
{
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

	(void)err;
	http_reply_file(req, 200, "application/octet-stream", fd, 1, 3);
	return 0;
}

static const struct http_route routes[] = {
	{ "POST", "/echo", "echo", "public", HTTP_POOL, echo, NULL, 1000 },
	{ "POST", "/loop", "loopEcho", "public", HTTP_LOOP, echo, NULL, 1000 },
	{ "GET", "/echo", "getEcho", "public", HTTP_LOOP, echo, NULL, 0 },
	{ "GET", "/things/{id}", "getThing", "public", HTTP_LOOP, where, NULL, 0 },
	{ "GET", "/things/special", "getSpecial", "public", HTTP_LOOP, echo, NULL, 0 },
	{ "GET", "/fails", "fails", "public", HTTP_POOL, fails, NULL, 0 },
	{ "GET", "/silent", "silent", "public", HTTP_POOL, silent, NULL, 0 },
	{ "GET", "/conflict", "conflict", "public", HTTP_POOL, conflict, NULL, 0 },
	{ "GET", "/busy", "busy", "public", HTTP_LOOP, busy, NULL, 0 },
	{ "GET", "/limited", "limited", "public", HTTP_LOOP, limited, NULL, 0 },
	{ "GET", "/over", "over", "public", HTTP_LOOP, hand_over, NULL, 0 },
	{ "GET", "/file", "file", "public", HTTP_POOL, file, NULL, 0 },
	{ "GET", "/read", "read", "dataset.read", HTTP_LOOP, whose, NULL, 0 },
	{ "GET", "/write", "write", "upload.write", HTTP_LOOP, whose, NULL, 0 },
	{ "GET", "/audit", "audit", "audit.read", HTTP_LOOP, whose, NULL, 0 },
	{ "GET", "/me", "me", "session", HTTP_LOOP, whose, NULL, 0 },
	{ "GET", "/open", "open", "public", HTTP_LOOP, whose, NULL, 0 },
	{ NULL, NULL, NULL, NULL, HTTP_LOOP, NULL, NULL, 0 },
};

static int start(void **state)
{
	(void)state;
	fixture_start(routes, NULL, NULL);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	fixture_stop();
	return 0;
}

static void test_methods(void **state)
{
	struct reply r;

	(void)state;
	ask("DELETE /echo HTTP/1.1\r\n" HOST "\r\n", &r);
	assert_int_equal(r.status, 405);
	assert_non_null(strstr(r.head, "Allow: POST, GET, HEAD\r\n"));
	ask("HEAD /things/abc HTTP/1.1\r\n" HOST "\r\n", &r);
	assert_int_equal(r.status, 200);
	assert_non_null(strstr(r.head, "Content-Length: 17\r\n"));
}

static void test_paths(void **state)
{
	struct reply r;

	(void)state;
	ask("GET /things/a%20b%c3%a9?x=1&q=1+2%26 HTTP/1.1\r\n" HOST "\r\n", &r);
	assert_string_equal(r.body, "a b\xc3\xa9|1 2&|/things/a b\xc3\xa9");
	ask("GET /things/a?q HTTP/1.1\r\n" HOST "\r\n", &r);
	assert_string_equal(r.body, "a||/things/a");
	ask("GET /things/special HTTP/1.1\r\n" HOST "\r\n", &r);
	assert_int_equal(r.status, 200);
	assert_int_equal(r.n, 0);
}

static void test_bodies(void **state)
{
	static const char *const paths[] = { "/echo", "/loop" };
	struct reply r;
	char text[512];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		snprintf(text, sizeof(text),
		    "POST %s HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello", paths[i]);
		ask(text, &r);
		assert_string_equal(r.body, "hello");
		snprintf(text, sizeof(text),
		    "POST %s HTTP/1.1\r\n" HOST "Transfer-Encoding: Chunked\r\n\r\n"
		    "3;x=y\r\nhel\r\n2\r\nlo\r\n0\r\nTrailer: z\r\n\r\n",
		    paths[i]);
		ask(text, &r);
		assert_string_equal(r.body, "hello");
	}
	ask("GET /over HTTP/1.1\r\n" HOST "\r\n", &r);
	assert_int_equal(r.status, 200);
	ask("GET /file HTTP/1.1\r\n" HOST "\r\n", &r);
	assert_memory_equal(r.body, "ELF", 3);
}

static void test_chunked_over_limit(void **state)
{
	struct reply r;
	int fd = dial();

	(void)state;
	send_text(fd, "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n");
	for (int i = 0; i < 20; i++)
		send_text(fd,
		    "40\r\n0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\r\n");
	recv_reply(fd, false, &r);
	assert_int_equal(r.status, 413);
	close(fd);
}

static void test_trailer_limit(void **state)
{
	struct reply r;
	int fd = dial();

	(void)state;
	send_text(fd, "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n0\r\n");
	for (int i = 0; i < 100; i++)
		send_text(fd, "A-trailer-field: with some text behind it\r\n");
	recv_reply(fd, false, &r);
	assert_int_equal(r.status, 400);
	close(fd);
}

static void test_problems(void **state)
{
	struct reply r;

	(void)state;
	ask("GET /fails HTTP/1.1\r\n" HOST "X-Request-Id: abc-1\r\n\r\n", &r);
	assert_int_equal(r.status, 500);
	assert_null(strstr(r.body, "disk"));
	assert_non_null(strstr(r.body, "\"request_id\":\"abc-1\""));
	assert_int_equal(fixture_lines("the disk said no"), 1);
	ask("GET /silent HTTP/1.1\r\n" HOST "\r\n", &r);
	assert_int_equal(r.status, 500);
	ask("GET /conflict HTTP/1.1\r\n" HOST "\r\n", &r);
	assert_int_equal(r.status, 409);
	assert_non_null(strstr(r.body, "\"code\":\"upload.duplicate\""));
	assert_non_null(strstr(r.body, "\"run_id\":\"r1\""));
	ask("GET /busy HTTP/1.1\r\n" HOST "\r\n", &r);
	assert_int_equal(r.status, 429);
	assert_non_null(strstr(r.head, "Retry-After: 2\r\n"));
	ask("GET /busy?wait=9 HTTP/1.1\r\n" HOST "\r\n", &r);
	assert_non_null(strstr(r.head, "Retry-After: 9\r\n"));
	assert_null(strstr(r.head, "Retry-After: 2"));
	ask("GET /limited?limit=0 HTTP/1.1\r\n" HOST "\r\n", &r);
	assert_non_null(strstr(r.body, "\"errors\":[{\"field\":\"limit\""));
	ask("GET /limited?limit=7 HTTP/1.1\r\n" HOST "\r\n", &r);
	assert_int_equal(r.status, 204);
	assert_non_null(strstr(r.head, "X-Limit: 7  X-Evil: 1\r\n"));
	assert_null(strstr(r.head, "Content-Length"));
}

static void test_keep_alive(void **state)
{
	struct reply r;
	int fd = dial();

	(void)state;
	for (int i = 0; i < 3; i++) {
		send_text(fd, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\nhi");
		recv_reply(fd, false, &r);
		assert_string_equal(r.body, "hi");
		assert_non_null(strstr(r.head, "Connection: keep-alive"));
	}
	send_text(fd, "GET /echo HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n");
	recv_reply(fd, false, &r);
	assert_true(is_closed(fd));
	close(fd);
	fd = dial();
	send_text(fd, "GET /echo HTTP/1.0\r\n" HOST "\r\n");
	recv_reply(fd, false, &r);
	assert_int_equal(r.status, 200);
	assert_true(is_closed(fd));
	close(fd);
}

/* Several requests in one write, of all kinds, are answered one after the other, in order. */
static void test_pipelining(void **state)
{
	struct reply r;
	int fd = dial();

	(void)state;
	send_text(fd,
	    "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 1\r\n\r\n1"
	    "POST /loop HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n1\r\n2\r\n0\r\n\r\n"
	    "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n1\r\n3\r\n0\r\n\r\n"
	    "GET /things/4 HTTP/1.1\r\n" HOST "\r\n"
	    "POST /loop HTTP/1.1\r\n" HOST "Content-Length: 1\r\n\r\n5");
	for (char want = '1'; want <= '5'; want++) {
		recv_reply(fd, false, &r);
		assert_int_equal(r.status, 200);
		assert_int_equal(r.body[0], want);
	}
	close(fd);
}

/* A head that comes byte by byte, and a body that does. */
static void test_dribble(void **state)
{
	const char *text = "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc";
	struct reply r;
	int fd = dial();

	(void)state;
	for (const char *p = text; *p != '\0'; p++)
		send_all(fd, p, 1);
	recv_reply(fd, false, &r);
	assert_string_equal(r.body, "abc");
	close(fd);
}

static void test_expect(void **state)
{
	struct reply r;
	int fd = dial();

	(void)state;
	send_text(
	    fd, "POST /echo HTTP/1.1\r\n" HOST "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n");
	recv_reply(fd, true, &r);
	assert_int_equal(r.status, 100);
	send_text(fd, "ok");
	recv_reply(fd, false, &r);
	assert_string_equal(r.body, "ok");
	send_text(fd,
	    "POST /echo HTTP/1.1\r\n" HOST "Expect: 100-continue\r\nContent-Length: 2000\r\n\r\n");
	recv_reply(fd, false, &r);
	assert_int_equal(r.status, 413);
	close(fd);
}

static void test_drain(void **state)
{
	struct reply r;
	int idle = dial(), fd = dial();

	(void)state;
	send_text(fd, "GET /echo HTTP/1.1\r\n" HOST "\r\n");
	recv_reply(fd, false, &r);
	send_text(fd, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\no");
	while (fixture_busy() == 0)
		(void)usleep(1000);
	fixture_on_loop((void (*)(void *))http_server_drain, fixture_server());
	assert_true(is_closed(idle));
	send_text(fd, "k");
	recv_reply(fd, false, &r);
	assert_string_equal(r.body, "ok");
	assert_true(is_closed(fd));
	close(idle);
	close(fd);
}

/* --- tokens --- */

static int start_tokens(void **state)
{
	(void)state;
	fixture_start(routes, NULL, KEY);
	return 0;
}

static void ask_as(
    const char *path, const char *service, bool admin, const char *domains, struct reply *r)
{
	struct arena *a = arena_new(1 << 20);
	uint8_t key[32];

	assert_int_equal(text_unhex(KEY, key, 32), 0);
	ask(arena_printf(a, "GET %s HTTP/1.1\r\n" HOST "X-Millrace-Token: %s\r\n\r\n", path,
		token_make(a, key, service, "01890000-0000-7000-8000-000000000001", "sara", admin,
		    domains, clock_now_ms() / 1000)),
	    r);
	arena_free(&a);
}

static void test_tokens(void **state)
{
	static const struct {
		const char *path;
		bool admin;
		const char *domains;
		int status;
		const char *body;
	} cases[] = {
		{ "/read", false, "{\"default\":[\"analyst\"]}", 200, "sara {default} 0" },
		{ "/read", false, "{\"default\":[\"analyst\"],\"sales\":[\"data_manager\"]}", 200,
		    "sara {default,sales} 1" },
		{ "/write", false, "{\"default\":[\"analyst\"],\"sales\":[\"data_manager\"]}", 200,
		    "sara {sales} 1" },
		{ "/write", false, "{\"default\":[\"analyst\"]}", 403, NULL },
		{ "/write", false, "{}", 403, NULL },
		{ "/write", true, "{}", 403, NULL },
		{ "/audit", true, "{}", 200, "sara {*} 0" },
		{ "/audit", false, "{\"default\":[\"data_manager\"]}", 403, NULL },
		{ "/audit", false, "{\"default\":[\"administrator\"]}", 403, NULL },
		{ "/read", true, "{\"sales\":[]}", 200, "sara {*,sales} 0" },
		{ "/me", false, "{\"sales\":[]}", 200, "sara {sales} 0" },
		{ "/open", false, "{}", 200, "sara {} 0" },
	};
	struct reply r;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		ask_as(cases[i].path, "upload", cases[i].admin, cases[i].domains, &r);
		assert_int_equal(r.status, cases[i].status);
		if (cases[i].body != NULL)
			assert_string_equal(r.body, cases[i].body);
	}
	ask_as("/read", "validation", false, "{\"default\":[\"analyst\"]}", &r);
	assert_int_equal(r.status, 401);
	ask("GET /read HTTP/1.1\r\n" HOST "\r\n", &r);
	assert_int_equal(r.status, 401);
	ask("GET /me HTTP/1.1\r\n" HOST "X-Millrace-Token: nonsense\r\n\r\n", &r);
	assert_int_equal(r.status, 401);
	ask("GET /open HTTP/1.1\r\n" HOST "\r\n", &r);
	assert_string_equal(r.body, " {} 0");
}

/* --- slow clients, with limits of milliseconds --- */

static int start_short(void **state)
{
	static const struct http_limits limits = {
		.head_ms = 100,
		.idle_ms = 100,
		.body_window_ms = 100,
		.body_window_bytes = 1000,
		.write_ms = 100,
		.linger_ms = 100,
	};

	(void)state;
	fixture_start(routes, &limits, NULL);
	return 0;
}

static void test_slow(void **state)
{
	struct reply r;
	int fd = dial(), idle = dial(), body = dial();

	(void)state;
	send_text(fd, "GET /echo HT");
	send_text(body, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 9\r\n\r\n1");
	recv_reply(fd, false, &r);
	assert_int_equal(r.status, 408);
	recv_reply(body, false, &r);
	assert_int_equal(r.status, 408);
	assert_true(is_closed(idle));
	close(fd);
	close(idle);
	close(body);
}

/* The client goes away in the middle of a body: nothing runs, nothing leaks (fixture_stop would
 * hang). */
static void test_client_leaves(void **state)
{
	int fd = dial();

	(void)state;
	send_text(fd, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 9\r\n\r\n1");
	while (fixture_busy() == 0)
		(void)usleep(1000);
	close(fd);
	while (fixture_busy() != 0)
		(void)usleep(1000);
	assert_int_equal(fixture_lines("\"status\":499"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_methods, start, stop),
		cmocka_unit_test_setup_teardown(test_paths, start, stop),
		cmocka_unit_test_setup_teardown(test_bodies, start, stop),
		cmocka_unit_test_setup_teardown(test_chunked_over_limit, start, stop),
		cmocka_unit_test_setup_teardown(test_trailer_limit, start, stop),
		cmocka_unit_test_setup_teardown(test_problems, start, stop),
		cmocka_unit_test_setup_teardown(test_keep_alive, start, stop),
		cmocka_unit_test_setup_teardown(test_pipelining, start, stop),
		cmocka_unit_test_setup_teardown(test_dribble, start, stop),
		cmocka_unit_test_setup_teardown(test_expect, start, stop),
		cmocka_unit_test_setup_teardown(test_drain, start, stop),
		cmocka_unit_test_setup_teardown(test_tokens, start_tokens, stop),
		cmocka_unit_test_setup_teardown(test_slow, start_short, stop),
		cmocka_unit_test_setup_teardown(test_client_leaves, start, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
