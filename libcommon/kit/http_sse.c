/* SPDX-License-Identifier: Apache-2.0 */
/* http_sse - event streams: a head, then whatever the service sends, until one side ends it. */
#include "kit/http_priv.h"

#include <event2/buffer.h>

#include "base/clock.h"
#include "base/die.h"

void http_sse_open(struct http_req *req, void (*on_close)(void *arg), void *arg)
{
	ASSERT(!req->replied && !req->sse && on_close != NULL);
	req->sse = true;
	req->status = 200;
	req->sse_on_close = on_close;
	req->sse_arg = arg;
	http_set_header(req, "Content-Type", "text/event-stream");
	http_set_header(req, "X-Accel-Buffering", "no");
}

/* Stop the stream when the client does not keep up; it reconnects and gets a snapshot. */
static void push(struct http_req *req)
{
	struct conn *c = req->conn;

	if (evbuffer_get_length(c->out) > HTTP_SSE_MAX_BYTES) {
		http_conn_close(c);
		return;
	}
	http_conn_flush(c);
}

void http_sse_start(struct http_req *req)
{
	struct conn *c = req->conn;

	req->sse_started = true;
	req->server->n_sse++;
	if (c == NULL || req->server->draining) {
		if (c != NULL)
			http_conn_close(c);
		else
			http_sse_ended(req);
		return;
	}
	c->state = CONN_SSE;
	c->since_ms = clock_mono_ms();
	http_reply_head(req, false, c->out);
	evbuffer_add_buffer(c->out, req->reply);
	if (req->sse_closing)
		http_conn_close(c);
	else
		push(req);
}

void http_sse_send(struct http_req *req, const void *p, size_t n)
{
	struct conn *c = req->conn;

	if (!req->sse_started) {
		evbuffer_add(req->reply, p, n);
		return;
	}
	if (c == NULL || c->dead)
		return;
	if (evbuffer_get_length(c->out) == 0)
		c->since_ms = clock_mono_ms();
	evbuffer_add(c->out, p, n);
	req->sent_bytes += (int64_t)n;
	push(req);
}

void http_sse_close(struct http_req *req)
{
	if (!req->sse_started)
		req->sse_closing = true;
	else if (req->conn != NULL)
		http_conn_close(req->conn);
}

void http_sse_ended(struct http_req *req)
{
	req->sse_on_close(req->sse_arg);
	http_req_free(req);
}
