/* SPDX-License-Identifier: Apache-2.0 */
/* test_http_refuse - what is refused before a handler sees it: framing, heads, paths, sizes. */
#include "http_fixture.h"

#include <unistd.h>

#define HOST "Host: x\r\n"

static int echo(struct http_req *req, struct err *err)
{
	struct span body = http_body(req);

	(void)err;
	http_reply_text(req, 200, "text/plain", body.p, body.n);
	return 0;
}

static int limited(struct http_req *req, struct err *err)
{
	int64_t n;

	if (http_query_i64(req, "limit", 50, 1, 500, &n, err) != 0)
		return -1;
	http_reply_empty(req, 204);
	return 0;
}

static const struct http_route routes[] = {
	{ "POST", "/echo", "echo", "public", HTTP_POOL, echo, NULL, 1000 },
	{ "GET", "/echo", "getEcho", "public", HTTP_LOOP, echo, NULL, 0 },
	{ "GET", "/things/{id}", "getThing", "public", HTTP_LOOP, echo, NULL, 0 },
	{ "GET", "/limited", "limited", "public", HTTP_LOOP, limited, NULL, 0 },
	{ NULL, NULL, NULL, NULL, HTTP_LOOP, NULL, NULL, 0 },
};

/* Everything a smuggler or a broken proxy may send: the status we refuse it with. */
static const struct {
	const char *name;
	const char *request;
	int status;
} refused[] = {
	{ "two lengths",
	    "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 1\r\nContent-Length: 1\r\n\r\na", 400 },
	{ "length list", "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 1, 1\r\n\r\na", 400 },
	{ "length and chunked",
	    "POST /echo HTTP/1.1\r\n" HOST
	    "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
	    400 },
	{ "chunked and length",
	    "POST /echo HTTP/1.1\r\n" HOST
	    "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
	    400 },
	{ "chunked twice",
	    "POST /echo HTTP/1.1\r\n" HOST
	    "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
	    400 },
	{ "other coding", "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip\r\n\r\n", 400 },
	{ "coding list",
	    "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
	    400 },
	{ "coding with tab",
	    "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: \vchunked\r\n\r\n0\r\n\r\n", 400 },
	{ "chunked in 1.0",
	    "POST /echo HTTP/1.0\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400 },
	{ "negative length", "POST /echo HTTP/1.1\r\n" HOST "Content-Length: -1\r\n\r\n", 400 },
	{ "plus length", "POST /echo HTTP/1.1\r\n" HOST "Content-Length: +1\r\n\r\na", 400 },
	{ "hex length", "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 0x1\r\n\r\na", 400 },
	{ "huge length",
	    "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 99999999999999999999\r\n\r\na", 400 },
	{ "empty length", "POST /echo HTTP/1.1\r\n" HOST "Content-Length: \r\n\r\n", 400 },
	{ "bare LF", "GET /echo HTTP/1.1\nHost: x\n\n", 400 },
	{ "bare LF in fields", "GET /echo HTTP/1.1\r\nHost: x\nA: b\r\n\r\n", 400 },
	{ "bare CR in value", "GET /echo HTTP/1.1\r\n" HOST "A: b\rC: d\r\n\r\n", 400 },
	{ "folded field", "GET /echo HTTP/1.1\r\n" HOST "A: b\r\n c\r\n\r\n", 400 },
	{ "folded first field", "GET /echo HTTP/1.1\r\n Host: x\r\n\r\n", 400 },
	{ "blank before colon", "POST /echo HTTP/1.1\r\n" HOST "Content-Length : 1\r\n\r\na", 400 },
	{ "no colon", "GET /echo HTTP/1.1\r\n" HOST "nonsense\r\n\r\n", 400 },
	{ "empty name", "GET /echo HTTP/1.1\r\n" HOST ": x\r\n\r\n", 400 },
	{ "no host", "GET /echo HTTP/1.1\r\nA: b\r\n\r\n", 400 },
	{ "no field at all", "GET /echo HTTP/1.1\r\n\r\n", 400 },
	{ "two hosts", "GET /echo HTTP/1.1\r\n" HOST HOST "\r\n", 400 },
	{ "empty host", "GET /echo HTTP/1.1\r\nHost: \r\n\r\n", 400 },
	{ "host with path", "GET /echo HTTP/1.1\r\nHost: x/y\r\n\r\n", 400 },
	{ "version 2", "GET /echo HTTP/2.0\r\n" HOST "\r\n", 400 },
	{ "version 1.9", "GET /echo HTTP/1.9\r\n" HOST "\r\n", 400 },
	{ "no version", "GET /echo\r\n" HOST "\r\n", 400 },
	{ "two blanks", "GET  /echo HTTP/1.1\r\n" HOST "\r\n", 400 },
	{ "unknown method", "FROB /echo HTTP/1.1\r\n" HOST "\r\n", 400 },
	{ "lower-case method", "get /echo HTTP/1.1\r\n" HOST "\r\n", 400 },
	{ "connect", "CONNECT x:1 HTTP/1.1\r\n" HOST "\r\n", 400 },
	{ "absolute target", "GET http://x/echo HTTP/1.1\r\n" HOST "\r\n", 400 },
	{ "target in UTF-8", "GET /\xc3\xa9 HTTP/1.1\r\n" HOST "\r\n", 400 },
	{ "carriage return first", "\rGET *\r\n\r\n\r\n", 400 },
	{ "empty line first", "\r\nGET /echo HTTP/1.1\r\n" HOST "\r\n", 400 },
	{ "bad chunk size",
	    "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\nxyz\r\n\r\n", 400 },
	{ "chunk size with LF",
	    "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n1\na\r\n0\r\n\r\n",
	    400 },
	{ "chunk too long",
	    "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n",
	    400 },
	{ "chunk size overflow",
	    "POST /echo HTTP/1.1\r\n" HOST
	    "Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
	    400 },
	{ "unknown expectation",
	    "POST /echo HTTP/1.1\r\n" HOST "Expect: magic\r\nContent-Length: 1\r\n\r\na", 417 },
	{ "body over the limit", "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 1001\r\n\r\n",
	    413 },
	{ "body where none belongs", "GET /echo HTTP/1.1\r\n" HOST "Content-Length: 1\r\n\r\na",
	    413 },
	{ "unknown path", "GET /nowhere HTTP/1.1\r\n" HOST "\r\n", 404 },
	{ "trailing slash", "GET /echo/ HTTP/1.1\r\n" HOST "\r\n", 404 },
	{ "double slash", "GET //echo HTTP/1.1\r\n" HOST "\r\n", 400 },
	{ "dot segment", "GET /x/../echo HTTP/1.1\r\n" HOST "\r\n", 400 },
	{ "dot segment in escapes", "GET /x/%2e%2E/echo HTTP/1.1\r\n" HOST "\r\n", 400 },
	{ "dot dot semicolon", "GET /x/..;/echo HTTP/1.1\r\n" HOST "\r\n", 400 },
	{ "escaped slash", "GET /things/a%2fb HTTP/1.1\r\n" HOST "\r\n", 400 },
	{ "escaped backslash", "GET /things/a%5cb HTTP/1.1\r\n" HOST "\r\n", 400 },
	{ "backslash", "GET /things/a\\b HTTP/1.1\r\n" HOST "\r\n", 400 },
	{ "escaped NUL", "GET /things/a%00 HTTP/1.1\r\n" HOST "\r\n", 400 },
	{ "escaped newline", "GET /things/a%0a HTTP/1.1\r\n" HOST "\r\n", 400 },
	{ "double escape", "GET /things/%252e%252e HTTP/1.1\r\n" HOST "\r\n", 400 },
	{ "half escape", "GET /things/a%2 HTTP/1.1\r\n" HOST "\r\n", 400 },
	{ "escape not UTF-8", "GET /things/%ff HTTP/1.1\r\n" HOST "\r\n", 400 },
	{ "NUL in the query", "GET /things/a?q=%00 HTTP/1.1\r\n" HOST "\r\n", 400 },
	{ "half escape in the query", "GET /things/a?q=% HTTP/1.1\r\n" HOST "\r\n", 400 },
	{ "fragment", "GET /things/a#b HTTP/1.1\r\n" HOST "\r\n", 400 },
	{ "limit too big", "GET /limited?limit=501 HTTP/1.1\r\n" HOST "\r\n", 400 },
	{ "limit no number", "GET /limited?limit=ten HTTP/1.1\r\n" HOST "\r\n", 400 },
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

static void test_refused(void **state)
{
	struct reply r;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		ask(refused[i].request, &r);
		if (r.status != refused[i].status)
			fail_msg(
			    "%s: status %d, not %d", refused[i].name, r.status, refused[i].status);
		assert_non_null(strstr(r.body, "\"code\":"));
		assert_non_null(strstr(r.head, "application/problem+json"));
	}
}

/* What follows a refused message on the same connection is never served. */
static void test_refusal_closes(void **state)
{
	struct reply r;
	int fd = dial();

	(void)state;
	send_text(fd,
	    "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"
	    "0\r\n\r\nGET /echo HTTP/1.1\r\n" HOST "\r\n");
	recv_reply(fd, false, &r);
	assert_int_equal(r.status, 400);
	assert_non_null(strstr(r.head, "Connection: close"));
	assert_true(is_closed(fd));
	close(fd);
}

static void test_head_limits(void **state)
{
	static char big[40000];
	struct reply r;
	struct buf b;

	(void)state;
	memset(big, 'a', sizeof(big) - 1);
	buf_init(&b, 1 << 20);
	buf_printf(&b, "GET /echo HTTP/1.1\r\n" HOST "A: %s\r\n\r\n", big);
	ask(b.data, &r);
	assert_int_equal(r.status, 431);
	buf_reset(&b);
	buf_printf(&b, "GET /echo HTTP/1.1\r\n" HOST "A: %.8200s\r\n\r\n", big);
	ask(b.data, &r);
	assert_int_equal(r.status, 431);
	for (int fields = 100; fields <= 101; fields++) {
		buf_reset(&b);
		buf_adds(&b, "GET /echo HTTP/1.1\r\n" HOST);
		for (int i = 1; i < fields; i++)
			buf_printf(&b, "A%d: b\r\n", i);
		buf_adds(&b, "\r\n");
		ask(b.data, &r);
		assert_int_equal(r.status, fields == 100 ? 200 : 431);
	}
	buf_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_refused, start, stop),
		cmocka_unit_test_setup_teardown(test_refusal_closes, start, stop),
		cmocka_unit_test_setup_teardown(test_head_limits, start, stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
