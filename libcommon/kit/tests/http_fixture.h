/* SPDX-License-Identifier: Apache-2.0 */
/* http_fixture - a server on its own loop thread and a raw client, for the tests of kit/http_*. */
#ifndef KIT_TESTS_HTTP_FIXTURE_H
#define KIT_TESTS_HTTP_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "kit/http_server.h"

struct http_limits;

/* A reply as it came. */
struct reply {
	int status; /* 0: the connection ended without a reply */
	char head[8192];
	char body[1 << 16];
	size_t n;
};

/* fixture_start - serve routes on a free port; limits NULL = usual ones; key NULL = no tokens. */
void fixture_start(
    const struct http_route *routes, const struct http_limits *limits, const char *key);

/* fixture_stop - end loop, server and pool; everything must be given back. */
void fixture_stop(void);

struct http_server *fixture_server(void);

/* fixture_on_loop - run fn on the loop thread and wait for it. */
void fixture_on_loop(void (*fn)(void *arg), void *arg);

/* fixture_busy - requests in work, asked on the loop thread. */
int fixture_busy(void);

/* fixture_wait - poll until *flag is at least want; fails the test after 5 s. */
void fixture_wait(const int *flag, int want);

/* fixture_lines - log lines so far that contain text. */
int fixture_lines(const char *text);

int dial(void);
void send_all(int fd, const void *p, size_t n);
void send_text(int fd, const char *text);

/* recv_reply - one reply of a connection (Content-Length framing); is_head: no body follows. */
void recv_reply(int fd, bool is_head, struct reply *out);

/* ask - one request on a fresh connection. */
void ask(const char *request, struct reply *out);

/* is_closed - nothing more comes and the peer has closed (waits up to 5 s). */
bool is_closed(int fd);

#endif
