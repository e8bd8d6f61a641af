/* SPDX-License-Identifier: Apache-2.0 */
/* http_dispatch - from a parsed head to the handler: route, token, permission, mode, phases. */
#include "kit/http_priv.h"

#include <errno.h>
#include <event2/buffer.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/die.h"
#include "base/mem.h"
#include "base/uuid.h"
#include "kit/pool.h"
#include "kit/token.h"

enum { REQ_MAGIC = 0x48524551, REPLY_FIELDS_MAX_BYTES = 32 << 10 };

struct http_req *http_req_new(struct conn *c)
{
	struct http_req *req = mem_alloc(sizeof(*req));

	req->magic = REQ_MAGIC;
	req->server = c->server;
	req->conn = c;
	req->arena = arena_new(HTTP_ARENA_BYTES);
	req->query = "";
	req->caller.user_id = req->caller.user_name = "";
	req->start_ms = clock_mono_ms();
	req->deadline_ms = INT64_MAX;
	req->file_fd = -1;
	req->reply = evbuffer_new();
	ASSERT(req->reply != NULL);
	buf_init(&req->fields, REPLY_FIELDS_MAX_BYTES);
	c->server->n_requests++;
	return req;
}

/* The series of this route and status; others share the last slot's code "other". */
static struct metric *series_of(struct http_req *req)
{
	const struct http_route *r = req->route;
	struct http_server *s = req->server;
	struct route_metrics *m =
	    &s->metrics[r != NULL ? (size_t)(r - s->conf.routes) : s->n_routes];
	char labels[128];
	size_t i = 0;

	while (i < HTTP_STATUS_SLOTS - 1 && m->status[i] != 0 && m->status[i] != req->status)
		i++;
	if (m->series[i] == NULL) {
		bool is_last = i == HTTP_STATUS_SLOTS - 1;

		m->status[i] = req->status;
		snprintf(labels, sizeof(labels),
		    is_last ? "op=\"%s\",code=\"other\"" : "op=\"%s\",code=\"%d\"",
		    r != NULL ? r->operation : "none", req->status);
		m->series[i] = metrics_histogram("http_server_request_duration_seconds", labels,
		    "Time from request head to last byte of the reply.");
	}
	return m->series[i];
}

/* One line for each request; loop routes (probes, auth_request) only when they were refused. */
static void log_end(struct http_req *req, int64_t ms)
{
	const struct http_route *r = req->route;
	const struct err *e = &req->failure;
	enum log_level level = LOG_INFO;

	if (req->status >= 500 && e->kind == ERR_INTERNAL)
		level = LOG_ERROR;
	else if (r != NULL && r->mode == HTTP_LOOP && req->status < 500)
		level = LOG_DEBUG;
	log_write(level, &req->log, "request done",
	    LOG_FIELDS(LOG_S("op", r != NULL ? r->operation : "none"),
		LOG_S("method", req->head.method != NULL ? req->head.method : ""),
		LOG_S("path", req->path), LOG_I("status", req->status), LOG_I("ms", ms),
		LOG_I("in_bytes", req->body_bytes), LOG_I("out_bytes", req->sent_bytes),
		LOG_S("user", req->caller.user_name),
		LOG_S("outcome", e->kind != ERR_NONE ? err_kind_name(e->kind) : "ok"),
		LOG_S("why", e->kind != ERR_NONE ? e->msg : NULL)));
}

void http_req_free(struct http_req *req)
{
	struct http_server *s = req->server;
	int64_t ms = clock_mono_ms() - req->start_ms;

	ASSERT(req->magic == REQ_MAGIC && !req->on_pool);
	if (req->status == 0)
		req->status = 499; /* nginx's number for a client that left */
	if (!req->sse)
		metrics_observe_ms(series_of(req), ms);
	log_end(req, ms);
	if (req->file_fd >= 0)
		close(req->file_fd);
	if (req->body.data != NULL)
		buf_done(&req->body);
	buf_done(&req->fields);
	evbuffer_free(req->reply);
	arena_free(&req->arena);
	s->n_requests--;
	s->n_sse -= req->sse_started;
	req->magic = 0;
	free(req);
}

/* Send the reply that stands in req. */
static void answer(struct http_req *req)
{
	if (!req->replied) {
		struct err err;

		err_set(&err, ERR_INTERNAL, "handler gave no reply");
		http_reply_problem(req, &err);
	}
	if (req->conn != NULL)
		http_conn_send(req->conn);
	else
		http_req_free(req);
}

static void refuse(struct http_req *req, const struct err *err)
{
	if (!req->replied)
		http_reply_problem(req, err);
	answer(req);
}

/* --- jobs on the pool --- */

static void run_handler(struct http_req *req)
{
	struct err err;

	if (clock_mono_ms() > req->deadline_ms) {
		err_set_code(&err, ERR_BUSY, "server.busy", "request waited too long for its turn");
		http_reply_problem(req, &err);
	} else if (req->job(req, &err) != 0 && !req->replied && !req->sse) {
		http_reply_problem(req, &err);
	}
}

static void on_pool(struct db *db, void *arg)
{
	struct http_req *req = arg;

	ASSERT(req->magic == REQ_MAGIC);
	req->db = db;
	if (req->phase == PHASE_ABORT)
		req->route->stream->abort(req);
	else
		run_handler(req);
	req->db = NULL;
	http_post(req, POST_DONE);
}

/* End and abort must happen: when the pool is full they wait here and are tried again. */
static void wait_for_pool(struct http_req *req)
{
	req->wait_next = req->server->waiting;
	req->server->waiting = req;
}

static void to_pool(struct http_req *req, enum http_phase phase, http_handler_fn job)
{
	bool must = phase == PHASE_END || phase == PHASE_ABORT;
	struct err err;

	req->phase = phase;
	req->job = job;
	req->on_pool = true;
	req->deadline_ms =
	    must ? INT64_MAX : clock_mono_ms() + req->server->conf.request_deadline_ms;
	if (pool_run(req->server->conf.pool, on_pool, req, &err) == 0)
		return;
	if (must) {
		wait_for_pool(req);
		return;
	}
	req->on_pool = false;
	refuse(req, &err);
}

void http_req_retry(struct http_server *s)
{
	struct http_req *list = s->waiting;

	s->waiting = NULL;
	while (list != NULL) {
		struct http_req *req = list;
		struct err err;

		list = req->wait_next;
		if (pool_run(s->conf.pool, on_pool, req, &err) != 0)
			wait_for_pool(req);
	}
}

int http_to_pool_of(struct http_req *req, struct pool *pool, http_handler_fn fn, struct err *err)
{
	req->phase = PHASE_HANDLER;
	req->job = fn;
	req->deadline_ms = clock_mono_ms() + req->server->conf.request_deadline_ms;
	req->on_pool = true;
	if (pool_run(pool, on_pool, req, err) == 0)
		return 0;
	req->on_pool = false;
	return -1;
}

int http_to_pool(struct http_req *req, http_handler_fn fn, struct err *err)
{
	return http_to_pool_of(req, req->server->conf.pool, fn, err);
}

/* --- from head to handler --- */

static int check_token(struct http_req *req, struct err *err)
{
	const struct http_server *s = req->server;
	const char *token = http_header(req, "x-millrace-token");
	bool is_public = strcmp(req->route->permission, "public") == 0;
	struct err why;

	if (token != NULL && token_check(token, s->key, s->conf.service, clock_now_ms() / 1000,
				 req->arena, &req->caller, &why) == 0)
		return 0;
	if (is_public)
		return 0;
	return err_set_code(
	    err, ERR_AUTH, "auth.required", "internal token: %s", token != NULL ? why.msg : "none");
}

static int check_caller(struct http_req *req, struct err *err)
{
	const char *permission = req->route->permission;

	if (req->server->conf.token_key == NULL)
		return 0;
	if (check_token(req, err) != 0)
		return -1;
	if (strcmp(permission, "public") == 0 || strcmp(permission, "session") == 0 ||
	    http_can(req, permission, NULL))
		return 0;
	return err_set_code(err, ERR_DENIED, "auth.denied", "%s is not allowed to %s",
	    req->caller.user_name, permission);
}

static int find_route(struct http_req *req, struct err *err)
{
	const char *allow = "";

	switch (http_route_find(
	    req->server, req->arena, req->head.method, req->path, &req->route, &allow)) {
	case 1:
		return 0;
	case 0:
		return err_set_code(err, ERR_NOT_FOUND, "http.no_such_path", "no such path");
	default:
		http_set_header(req, "Allow", allow);
		return err_set_code(err, ERR_INPUT, "http.method", "method %s is not for this path",
		    req->head.method);
	}
}

/* nginx's id when it is one, so that one id names the request in every log; else one of ours (a
 * system call, which most requests are spared). */
static void take_request_id(struct http_req *req)
{
	const char *id = http_header(req, "x-request-id");
	size_t n = id != NULL ? strlen(id) : 0;

	if (n == 0 || n >= sizeof(req->log.req) ||
	    strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") != n)
		uuid_make(req->log.req);
	else
		memcpy(req->log.req, id, n + 1);
}

static int check_body_size(struct http_req *req, struct err *err)
{
	const struct http_route *r = req->route;

	if (r->mode == HTTP_STREAM || !req->head.has_body)
		return 0;
	if (r->body_max == 0 || r->mode == HTTP_SSE || req->head.length > (int64_t)r->body_max)
		return err_set_code(
		    err, ERR_TOO_LARGE, "http.body_too_large", "body over %zu bytes", r->body_max);
	buf_init(&req->body, r->body_max);
	return 0;
}

/* Everything that can refuse a request before its body is read. */
static int admit(struct http_req *req, struct err *err)
{
	take_request_id(req);
	if (http_target_parse(req->arena, req->head.target, &req->path, &req->query, err) != 0 ||
	    find_route(req, err) != 0 || check_caller(req, err) != 0)
		return -1;
	return check_body_size(req, err);
}

void http_req_start(struct http_req *req)
{
	struct err err;

	if (admit(req, &err) != 0)
		refuse(req, &err);
	else if (req->route->mode == HTTP_STREAM)
		to_pool(req, PHASE_BEGIN, req->route->stream->begin);
	else if (req->head.has_body)
		http_conn_read_body(req->conn);
	else
		http_req_body_done(req);
}

int http_req_data(struct http_req *req, const uint8_t *p, size_t n)
{
	req->body_bytes += (int64_t)n;
	if (req->begun)
		return req->route->stream->data(req, p, n, &req->failure);
	buf_add(&req->body, p, n);
	if (!req->body.overflow)
		return 0;
	return err_set_code(&req->failure, ERR_TOO_LARGE, "http.body_too_large",
	    "body over %zu bytes", req->route->body_max);
}

static void run_on_loop(struct http_req *req)
{
	req->phase = PHASE_HANDLER;
	req->job = req->route->handler;
	run_handler(req);
	if (!req->on_pool)
		answer(req);
}

void http_req_body_done(struct http_req *req)
{
	switch (req->route->mode) {
	case HTTP_LOOP:
		run_on_loop(req);
		break;
	case HTTP_POOL:
		to_pool(req, PHASE_HANDLER, req->route->handler);
		break;
	case HTTP_SSE:
		to_pool(req, PHASE_BEGIN, req->route->handler);
		break;
	case HTTP_STREAM:
		req->begun = false;
		to_pool(req, PHASE_END, req->route->stream->end);
		break;
	}
}

void http_req_data_failed(struct http_req *req)
{
	if (req->begun)
		to_pool(req, PHASE_ABORT, NULL);
	else
		refuse(req, &req->failure);
}

void http_req_gone(struct http_req *req)
{
	if (req->on_pool)
		return;
	if (req->sse_started)
		http_sse_ended(req);
	else if (req->begun)
		to_pool(req, PHASE_ABORT, NULL);
	else
		http_req_free(req);
}

/* begin() took the body: read it, or end at once when there is none. */
static void after_begin(struct http_req *req)
{
	req->phase = PHASE_DATA;
	req->begun = true;
	if (req->conn == NULL)
		to_pool(req, PHASE_ABORT, NULL);
	else if (req->head.has_body)
		http_conn_read_body(req->conn);
	else
		http_req_body_done(req);
}

void http_req_done(struct http_req *req)
{
	req->on_pool = false;
	if (req->phase == PHASE_ABORT) {
		struct err why = req->failure;

		req->begun = false;
		if (req->conn == NULL)
			http_req_free(req);
		else
			refuse(req, &why);
	} else if (req->sse) {
		http_sse_start(req);
	} else if (req->phase == PHASE_BEGIN && req->route->mode == HTTP_STREAM && !req->replied) {
		after_begin(req);
	} else {
		answer(req);
	}
}
