/* SPDX-License-Identifier: Apache-2.0 */
/* http_conn - one connection: bytes in, one request at a time, bytes out, and how it ends. */
#include "kit/http_priv.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/die.h"
#include "base/mem.h"
#include "base/uuid.h"

enum { CONN_MAGIC = 0x434f4e4e, CONN_IN_FIRST = 4096, CONN_IN_MAX = HTTP_HEAD_MAX_BYTES + 1024 };

/* Set the events the state asks for. */
static void want(struct conn *c)
{
	bool reads = c->state == CONN_HEAD || c->state == CONN_LINGER || c->state == CONN_SSE ||
		     (c->state == CONN_BODY && !atomic_load(&c->req->paused));
	bool writes = evbuffer_get_length(c->out) > 0 || c->file_n > 0;

	if (reads)
		event_add(c->read_ev, NULL);
	else
		event_del(c->read_ev);
	if (writes)
		event_add(c->write_ev, NULL);
	else
		event_del(c->write_ev);
}

static void hold(struct conn *c)
{
	ASSERT(c->magic == CONN_MAGIC);
	c->holds++;
}

static void let_go(struct conn *c)
{
	if (--c->holds > 0)
		return;
	if (!c->dead) {
		want(c);
		return;
	}
	event_free(c->read_ev);
	event_free(c->write_ev);
	evbuffer_free(c->out);
	free(c->in);
	c->magic = 0;
	free(c);
}

void http_conn_close(struct conn *c)
{
	struct http_server *s = c->server;
	struct http_req *req = c->req;

	if (c->dead)
		return;
	hold(c);
	c->dead = true;
	event_del(c->read_ev);
	event_del(c->write_ev);
	close(c->fd);
	if (c->file_fd >= 0)
		close(c->file_fd);
	*(c->prev != NULL ? &c->prev->next : &s->conns) = c->next;
	if (c->next != NULL)
		c->next->prev = c->prev;
	s->n_conns--;
	c->req = NULL;
	if (req != NULL) {
		req->conn = NULL;
		http_req_gone(req);
	}
	http_server_accepting(s);
	let_go(c);
}

/* Say no more, read away what is still coming, so that the reply is not lost to a reset. */
static void linger(struct conn *c)
{
	if (shutdown(c->fd, SHUT_WR) != 0) {
		http_conn_close(c);
		return;
	}
	c->state = CONN_LINGER;
	c->since_ms = clock_mono_ms();
	c->in_n = 0;
}

/* The reply is out: forget the request, go on or end. */
static void finish_reply(struct conn *c)
{
	bool whole = c->parser.complete;

	if (c->file_fd >= 0)
		close(c->file_fd);
	c->file_fd = -1;
	if (c->req != NULL)
		http_req_free(c->req);
	c->req = NULL;
	if (!c->keep_alive && whole && c->in_n == 0) {
		http_conn_close(c);
	} else if (!c->keep_alive) {
		linger(c);
	} else {
		c->state = CONN_HEAD;
		c->served = true;
		c->in_scanned = 0;
		c->since_ms = clock_mono_ms();
		if (c->in_n == 0 && c->in_cap > CONN_IN_FIRST) {
			free(c->in);
			c->in = NULL;
			c->in_cap = 0;
		}
	}
}

/* Make room and read; false when there is nothing (more) to do now. */
static bool read_head(struct conn *c)
{
	ssize_t n;

	if (c->in_n == c->in_cap) {
		c->in_cap = c->in_cap == 0 ? CONN_IN_FIRST : CONN_IN_MAX;
		c->in = mem_resize(c->in, c->in_cap);
	}
	n = recv(c->fd, c->in + c->in_n, c->in_cap - c->in_n, 0);
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		http_conn_close(c);
	if (n <= 0)
		return false;
	if (c->in_n == 0)
		c->since_ms = clock_mono_ms();
	c->in_n += (size_t)n;
	return true;
}

/* A piece of body for the parser; returns how much of it belongs to this message. */
static size_t deliver(struct conn *c, const uint8_t *p, size_t n)
{
	struct http_req *req = c->req;
	size_t used = n;
	int rc = http_body_parse(&c->parser, p, n, &used, &req->failure);

	c->window_bytes += (int64_t)n;
	if (rc == 0)
		return n;
	c->state = CONN_WORK;
	if (rc > 0) {
		http_req_body_done(req);
		return used;
	}
	c->keep_alive = false;
	http_req_data_failed(req);
	return n;
}

/* What came behind a chunked body belongs to the next request; too much of it ends the connection.
 */
static void keep_rest(struct conn *c, const uint8_t *p, size_t n)
{
	if (n > HTTP_HEAD_MAX_BYTES) {
		c->keep_alive = false;
		return;
	}
	if (c->in_cap < CONN_IN_MAX) {
		c->in_cap = CONN_IN_MAX;
		c->in = mem_resize(c->in, c->in_cap);
	}
	memcpy(c->in, p, n);
	c->in_n = n;
}

static void read_body(struct conn *c)
{
	uint8_t *buf = c->server->read_buf;
	size_t most = HTTP_READ_BYTES, used;
	ssize_t n;

	if (atomic_load(&c->req->paused))
		return;
	if (c->req->head.length > 0 && c->parser.ll.content_length < most)
		most = (size_t)c->parser.ll.content_length;
	n = recv(c->fd, buf, most, 0);
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		http_conn_close(c);
	if (n <= 0)
		return;
	used = deliver(c, buf, (size_t)n);
	if (!c->dead && used < (size_t)n)
		keep_rest(c, buf + used, (size_t)n - used);
}

static void discard(struct conn *c)
{
	ssize_t n = recv(c->fd, c->server->read_buf, HTTP_READ_BYTES, 0);

	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		http_conn_close(c);
}

/* Reply to what is no request, then close. */
static void refuse(struct conn *c, const struct err *err)
{
	if (c->req == NULL)
		c->req = http_req_new(c);
	if (c->req->log.req[0] == '\0')
		uuid_make(c->req->log.req);
	c->req->head.method = "";
	c->keep_alive = false;
	c->parser.complete = false;
	http_reply_problem(c->req, err);
	http_conn_send(c);
}

static int take_body(void *arg, const uint8_t *p, size_t n)
{
	return http_req_data(arg, p, n);
}

/* A whole head stands in c->in: make the request. */
static void take_head(struct conn *c, size_t n)
{
	struct http_req *req = http_req_new(c);
	char *raw = arena_dup_n(req->arena, c->in, n);
	struct err err;

	memmove(c->in, c->in + n, c->in_n - n);
	c->in_n -= n;
	c->in_scanned = 0;
	c->req = req;
	c->state = CONN_WORK;
	c->parser.on_body = take_body;
	c->parser.arg = req;
	if (http_head_parse(&c->parser, req->arena, raw, n, &req->head, &err) != 0) {
		refuse(c, &err);
		return;
	}
	c->keep_alive = req->head.keep_alive;
	http_req_start(req);
}

static bool step_head(struct conn *c)
{
	struct err err;
	size_t end = 0;
	int rc = http_head_scan(c->in, c->in_n, &c->in_scanned, &end, &err);

	if (rc < 0)
		refuse(c, &err);
	else if (rc > 0)
		take_head(c, end);
	return rc != 0;
}

static bool step_body(struct conn *c)
{
	size_t used;

	if (c->in_n == 0 || atomic_load(&c->req->paused))
		return false;
	used = deliver(c, c->in, c->in_n);
	if (c->dead)
		return false;
	memmove(c->in, c->in + used, c->in_n - used);
	c->in_n -= used;
	return true;
}

/* One step forward with what is at hand; false when bytes or somebody else's work are needed. */
static bool step(struct conn *c)
{
	switch (c->state) {
	case CONN_HEAD:
		return c->in_n > 0 && step_head(c);
	case CONN_BODY:
		return step_body(c);
	case CONN_WRITE:
		if (evbuffer_get_length(c->out) > 0 || c->file_n > 0)
			return false;
		finish_reply(c);
		return true;
	case CONN_WORK:
	case CONN_SSE:
	case CONN_LINGER:
		return false;
	}
	return false;
}

void http_conn_run(struct conn *c)
{
	if (c->running || c->dead)
		return;
	hold(c);
	c->running = true;
	while (!c->dead && step(c))
		;
	c->running = false;
	let_go(c);
}

static void on_readable(evutil_socket_t fd UNUSED, short what UNUSED, void *arg)
{
	struct conn *c = arg;

	hold(c);
	switch (c->state) {
	case CONN_HEAD:
		read_head(c);
		break;
	case CONN_BODY:
		read_body(c);
		break;
	case CONN_SSE:
	case CONN_LINGER:
		discard(c);
		break;
	case CONN_WORK:
	case CONN_WRITE:
		break;
	}
	http_conn_run(c);
	let_go(c);
}

static void on_writable(evutil_socket_t fd UNUSED, short what UNUSED, void *arg)
{
	struct conn *c = arg;

	hold(c);
	http_conn_flush(c);
	http_conn_run(c);
	let_go(c);
}

/* Part of the file; false when the socket is full or broken. */
static bool send_file(struct conn *c)
{
	off_t at = (off_t)c->file_at;
	ssize_t n =
	    sendfile(c->fd, c->file_fd, &at, (size_t)(c->file_n < 1 << 20 ? c->file_n : 1 << 20));

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n <= 0) {
		http_conn_close(c); /* broken, or the file is shorter than promised */
		return false;
	}
	c->file_at += n;
	c->file_n -= n;
	c->since_ms = clock_mono_ms();
	return true;
}

void http_conn_flush(struct conn *c)
{
	hold(c);
	while (!c->dead && evbuffer_get_length(c->out) > 0) {
		int n = evbuffer_write(c->out, c->fd);

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			break;
		if (n <= 0)
			http_conn_close(c);
		else
			c->since_ms = clock_mono_ms();
	}
	if (!c->dead && evbuffer_get_length(c->out) == 0)
		while (c->file_n > 0 && send_file(c))
			;
	let_go(c);
}

void http_conn_read_body(struct conn *c)
{
	hold(c);
	c->state = CONN_BODY;
	c->since_ms = clock_mono_ms();
	c->window_bytes = 0;
	if (c->req->head.expects_100 && c->in_n == 0) {
		evbuffer_add(c->out, "HTTP/1.1 100 Continue\r\n\r\n", 25);
		http_conn_flush(c);
	}
	http_conn_run(c);
	let_go(c);
}

void http_conn_send(struct conn *c)
{
	struct http_req *req = c->req;

	hold(c);
	c->keep_alive = c->keep_alive && c->parser.complete && !c->server->draining;
	c->state = CONN_WRITE;
	c->since_ms = clock_mono_ms();
	http_reply_head(req, c->keep_alive, c->out);
	if (strcmp(req->head.method, "HEAD") != 0) {
		evbuffer_add_buffer(c->out, req->reply);
		c->file_fd = req->file_fd;
		c->file_at = req->file_at;
		c->file_n = req->file_n;
		req->file_fd = -1;
	}
	http_conn_flush(c);
	http_conn_run(c);
	let_go(c);
}

/* The body's rate over the last window: false when too slow. */
static bool body_flows(struct conn *c, int64_t now_ms)
{
	const struct http_limits *l = &c->server->limits;

	if (atomic_load(&c->req->paused) || now_ms - c->since_ms < l->body_window_ms) {
		if (atomic_load(&c->req->paused))
			c->since_ms = now_ms;
		return true;
	}
	if (c->window_bytes < l->body_window_bytes)
		return false;
	c->since_ms = now_ms;
	c->window_bytes = 0;
	return true;
}

void http_conn_stop_body(struct conn *c, const struct err *err)
{
	if (c->state != CONN_BODY)
		return;
	hold(c);
	c->req->failure = *err;
	c->keep_alive = false;
	c->state = CONN_WORK;
	http_req_data_failed(c->req);
	let_go(c);
}

static void refuse_slow_body(struct conn *c)
{
	struct err err;

	err_set_code(&err, ERR_TIMEOUT, "http.too_slow", "body slower than 1 kB/s");
	http_conn_stop_body(c, &err);
}

static void judge_head(struct conn *c, int64_t age_ms)
{
	const struct http_limits *l = &c->server->limits;
	struct err err;

	if (c->in_n == 0) {
		if (age_ms >= (c->served ? l->idle_ms : l->head_ms) || c->server->draining)
			http_conn_close(c);
	} else if (age_ms >= l->head_ms) {
		err_set_code(
		    &err, ERR_TIMEOUT, "http.too_slow", "request head not complete in time");
		refuse(c, &err);
	}
}

void http_conn_judge(struct conn *c, int64_t now_ms)
{
	const struct http_limits *l = &c->server->limits;
	int64_t age_ms = now_ms - c->since_ms;

	hold(c);
	switch (c->state) {
	case CONN_HEAD:
		judge_head(c, age_ms);
		break;
	case CONN_BODY:
		if (!body_flows(c, now_ms))
			refuse_slow_body(c);
		break;
	case CONN_WRITE:
		if (age_ms >= l->write_ms)
			http_conn_close(c);
		break;
	case CONN_SSE:
		if (evbuffer_get_length(c->out) > 0 && age_ms >= l->write_ms)
			http_conn_close(c);
		break;
	case CONN_LINGER:
		if (age_ms >= l->linger_ms)
			http_conn_close(c);
		break;
	case CONN_WORK:
		break;
	}
	let_go(c);
}

void http_conn_new(struct http_server *s, int fd)
{
	struct conn *c = mem_alloc(sizeof(*c));
	int one = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	c->magic = CONN_MAGIC;
	c->server = s;
	c->fd = fd;
	c->file_fd = -1;
	c->out = evbuffer_new();
	c->read_ev = event_new(s->base, fd, EV_READ | EV_PERSIST, on_readable, c);
	c->write_ev = event_new(s->base, fd, EV_WRITE | EV_PERSIST, on_writable, c);
	ASSERT(c->out != NULL && c->read_ev != NULL && c->write_ev != NULL);
	c->since_ms = clock_mono_ms();
	c->next = s->conns;
	if (c->next != NULL)
		c->next->prev = c;
	s->conns = c;
	s->n_conns++;
	http_server_accepting(s);
	want(c);
}
