/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_server - HTTP/1.1 on a libevent loop for our daemons, with streamed bodies and SSE.
 *
 * llhttp in strict mode on plain libevent events (evhttp sees a request only when its whole body
 * has arrived; bufferevent 2.1 reads 4 KiB at a time, see docs/decisions). Refused here, whatever
 * nginx in front does: two lengths, length with chunked, bare LF, folded headers, missing or double
 * Host, a head over 16 KiB or 100 fields, a target with escapes that decode to '/', '\\' or NUL, a
 * path that is not in normal form. A framing error closes the connection.
 *
 * A route table (generated from the service's api.yaml) names for each operation where its handler
 * runs:
 *   HTTP_POOL    body whole in memory (<= body_max), handler on a pool thread with a db connection,
 *                blocking calls allowed, reads top to bottom, replies, returns
 *   HTTP_LOOP    handler on the loop thread, must not block; may hand over with http_to_pool
 *   HTTP_STREAM  begin() on a pool thread, data() on the loop for each piece (up to 256 KiB), then
 * end() or abort() on a pool thread, exactly one of them when begin() returned 0 without a reply;
 *                reading stops while the pool works or http_body_pause is in force
 *   HTTP_SSE     begin on a pool thread; then the connection stays open, http_sse_send from any
 * thread
 *
 * HTTP_LOOP requests leave a log line only when they fail (probes and auth_request are too many).
 *
 * A handler replies exactly once by http_reply_*; returning -1 turns err into a problem document
 * (RFC 9457). Every request has an arena, an id (X-Request-Id of nginx, else made), a deadline and
 * a log line at its end. Slow clients: head within 10 s, body at least 1 kB/s over 30 s.
 */
#ifndef KIT_HTTP_SERVER_H
#define KIT_HTTP_SERVER_H

#include "base/arena.h"
#include "base/log.h"
#include "kit/json.h"

struct event_base;
struct http_server;
struct http_req;
struct pool;
struct db;

enum http_mode { HTTP_POOL, HTTP_LOOP, HTTP_STREAM, HTTP_SSE };

typedef int (*http_handler_fn)(struct http_req *req, struct err *err);

/* The parts of an HTTP_STREAM operation. */
struct http_stream_ops {
	http_handler_fn begin; /* pool; may reply at once (then no data is delivered) */
	/* Loop thread: p..p+n valid during the call; return -1 to stop (err becomes the reply). */
	int (*data)(struct http_req *req, const uint8_t *p, size_t n, struct err *err);
	http_handler_fn end; /* pool; the body is whole; must reply */
	void (*abort)(
	    struct http_req *req); /* pool; the client went away or data failed; never replies */
};

struct http_route {
	const char *method;     /* "GET", ... */
	const char *path;       /* "/api/uploads/{upload_id}"; {x} matches one segment */
	const char *operation;  /* operationId, for logs and metrics */
	const char *permission; /* x-permission: a permission name, "public" or "session" */
	enum http_mode mode;
	http_handler_fn handler;              /* POOL, LOOP, SSE */
	const struct http_stream_ops *stream; /* STREAM */
	size_t body_max;                      /* bytes of a POOL or LOOP body; 0 = none allowed */
};

/* Who calls, as the internal token said (kit/token.h). Strings live as long as the request. */
struct http_caller {
	const char *user_id;   /* UUID, "" for a public operation without token */
	const char *user_name; /* for audit and created_by */
	bool is_admin;         /* System Administrator */
	const cJSON *domains;  /* {"default": ["data_manager", ...], ...} */
};

/* One row of the role -> permission table (generated: libcommon/api/permissions.h). The role
 * "administrator" is held by callers with is_admin, in every domain; other roles per domain. */
struct http_permission {
	const char *role;       /* NULL ends the table */
	const char *permission; /* one permission the role grants */
};

struct http_conf {
	const char *listen;              /* "127.0.0.1:7101" or "unix:/path"; borrowed */
	const struct http_route *routes; /* ended by a NULL method; borrowed */
	const char *service;             /* audience of the internal token */
	const char
	    *token_key; /* this service's key, hex; NULL = routes need no token (internal port) */
	const struct http_permission
	    *permissions;            /* ended by a NULL role; NULL = nobody holds any; borrowed */
	struct pool *pool;           /* where POOL handlers run; borrowed */
	int max_connections;         /* 0 = 512; further ones wait in the backlog */
	int64_t request_deadline_ms; /* POOL handlers' whole time; 0 = 30000 */
};

/*
 * http_server_start - bind, listen, serve on this base.
 *
 * Errors  ERR_UNAVAILABLE  cannot bind; names the address and the reason
 */
int http_server_start(struct event_base *base, const struct http_conf *c, struct http_server **out,
    struct err *err) MUST_CHECK;

/* http_server_drain - close the listener and idle connections; running requests go on. */
void http_server_drain(struct http_server *s);

/* http_server_busy - requests and streams not finished (SSE streams do not count; drain ends them).
 */
int http_server_busy(const struct http_server *s);

/* http_server_port - the bound TCP port (for ":0" in tests); 0 for a unix socket. */
int http_server_port(const struct http_server *s);

/*
 * http_server_free - close everything; sets *s to NULL; accepts NULL inside. Waits for handlers
 * that run on the pool, and runs abort of streams there: call it before pool_free.
 */
void http_server_free(struct http_server **s);

/* Reading the request. Strings are NUL-terminated and live as long as the request. */
struct arena *http_arena(struct http_req *req);
const struct logctx *http_log(const struct http_req *req);
const char *http_id(const struct http_req *req);
const char *http_method(const struct http_req *req);
const char *http_path(const struct http_req *req); /* normal form, without query */
const char *http_param(
    const struct http_req *req, const char *name); /* path segment, decoded; a bug if unknown */
const char *http_query(
    const struct http_req *req, const char *name); /* decoded; NULL absent; first one wins */
const char *http_header(const struct http_req *req, const char *name); /* any case; NULL absent */
int64_t http_body_length(const struct http_req *req); /* Content-Length, -1 chunked */
struct span http_body(const struct http_req *req);    /* POOL, LOOP */
const struct http_caller *http_caller(const struct http_req *req);
struct db *http_db(struct http_req *req); /* the pool thread's connection; only on a pool thread */
void *http_state(const struct http_req *req);
void http_set_state(
    struct http_req *req, void *state); /* what begin() leaves for data() and end() */

/*
 * http_query_i64 - a query parameter as a whole number between min and max, dflt when absent.
 *
 * Errors  ERR_INPUT  code "field.invalid"
 */
int http_query_i64(const struct http_req *req, const char *name, int64_t dflt, int64_t min,
    int64_t max, int64_t *out, struct err *err) MUST_CHECK;

/* http_body_json - the body as a JSON object; ERR_INPUT when it is not one, ERR_TOO_LARGE by
 * limits. */
int http_body_json(struct http_req *req, cJSON **out, struct err *err) MUST_CHECK;

/*
 * http_domains - domains in which the caller holds this route's permission, as a text[] literal for
 * SQL: whatever is elsewhere does not exist for this caller (404). An administrator whose role
 * grants the permission gets the element "*" besides ("where domain = any($n) or '*' = any($n)").
 * Arena memory.
 */
const char *http_domains(struct http_req *req);

/* http_can - does the caller hold `permission` in `domain` (NULL: in any)? */
bool http_can(const struct http_req *req, const char *permission, const char *domain);

/* Replying: exactly once. Headers set before. Any thread that owns the request at that moment. */
void http_set_header(struct http_req *req, const char *name, const char *value);
void http_reply_json(struct http_req *req, int status, const cJSON *body);
void http_reply_text(struct http_req *req, int status, const char *type, const void *p, size_t n);
void http_reply_empty(struct http_req *req, int status);
/* http_reply_file - send `n` bytes of fd from offset; fd is taken; memory constant. */
void http_reply_file(
    struct http_req *req, int status, const char *type, int fd, int64_t offset, int64_t n);
/* http_reply_problem - problem+json of err; the only place where kinds become statuses. */
void http_reply_problem(struct http_req *req, const struct err *err);
/* http_reply_problem_with - the same with further members (an object; its children are moved out).
 */
void http_reply_problem_with(struct http_req *req, const struct err *err, cJSON *extra);
/* http_status - the status of a kind and code; for logs and for those who forward a refusal. */
int http_status(const struct err *err);

/* http_to_pool - from an HTTP_LOOP handler: run fn on the pool instead; it replies. ERR_BUSY when
 * full. */
int http_to_pool(struct http_req *req, http_handler_fn fn, struct err *err) MUST_CHECK;
/* http_to_pool_of - the same on another pool of the service (password hashes have a queue of their
 * own). */
int http_to_pool_of(
    struct http_req *req, struct pool *pool, http_handler_fn fn, struct err *err) MUST_CHECK;

/* http_body_pause, http_body_resume - stop and go on reading a STREAM body. Any thread. */
void http_body_pause(struct http_req *req);
void http_body_resume(struct http_req *req);

/*
 * http_body_fail - end a STREAM body from any thread: abort() runs, then err is the reply. Nothing
 * happens once the body is whole. The caller makes sure that abort() or end() has not returned yet.
 */
void http_body_fail(struct http_req *req, const struct err *err);

/*
 * SSE. http_sse_open (pool thread, in begin) sends the head and keeps the request alive until
 * on_close(arg) was called on the loop thread; after that req must not be touched. http_sse_send
 * may be called on the loop thread only, at once after http_sse_open too (it waits behind the
 * head); a client whose unsent bytes pass 1 MiB is closed.
 */
void http_sse_open(struct http_req *req, void (*on_close)(void *arg), void *arg);
void http_sse_send(struct http_req *req, const void *p, size_t n);
void http_sse_close(struct http_req *req);

#endif
