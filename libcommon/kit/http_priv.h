/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_priv - what the files of the HTTP server share; nobody else includes it (tests excepted).
 *
 * http_server.c  listener, posts from other threads, sweep of deadlines, drain
 * http_conn.c    one connection: read, write, keep-alive, lingering close
 * http_parse.c   head checks of our own, then llhttp; body framing
 * http_route.c   path normal form, route table
 * http_dispatch.c token and permission, modes, phases of a request on the pool
 * http_request.c, http_reply.c, http_sse.c   what handlers call
 *
 * Ownership: struct conn belongs to the loop thread. A struct http_req belongs to the loop thread
 * but for the time between pool_run and POST_DONE, when the pool thread has it; it never touches
 * req->conn. A connection that dies meanwhile sets req->conn to NULL and the request ends by
 * itself.
 */
#ifndef KIT_HTTP_PRIV_H
#define KIT_HTTP_PRIV_H

#include <llhttp.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/buf.h"
#include "kit/http_server.h"
#include "kit/metrics.h"

struct event;
struct evbuffer;
struct evconnlistener;
struct conn;

enum {
	HTTP_HEAD_MAX_BYTES = 16 << 10,   /* request line and fields */
	HTTP_LINE_MAX_BYTES = 8 << 10,    /* one of them */
	HTTP_FIELDS_MAX = 100,            /* fields of a head */
	HTTP_TRAILER_MAX_BYTES = 1 << 10, /* trailer fields of a chunked body; read and dropped */
	HTTP_READ_BYTES = 256 << 10,      /* one step of a body */
	HTTP_ARENA_BYTES = 64 << 20,      /* memory of one request */
	HTTP_SSE_MAX_BYTES = 1 << 20,     /* unsent bytes of an event stream before it is closed */
	HTTP_SWEEP_MS = 500,              /* how often deadlines are looked at */
	HTTP_STATUS_SLOTS = 8, /* status codes of a route that get a series of their own */
};

/* Deadlines; the tests shorten them. */
struct http_limits {
	int64_t head_ms;           /* from first byte to end of head */
	int64_t idle_ms;           /* between requests of a connection */
	int64_t body_window_ms;    /* over which the body's rate is judged */
	int64_t body_window_bytes; /* least bytes in that window */
	int64_t write_ms;          /* without any byte taken by the client */
	int64_t linger_ms;         /* reading away what a refused client still sends */
};

struct http_header {
	const char *name;  /* as sent */
	const char *value; /* without blanks around */
};

/* What a head says; strings in the request's arena. */
struct http_head {
	const char *method;
	const char *target; /* as sent */
	struct http_header *headers;
	size_t n_headers;
	int64_t length;   /* Content-Length, 0 none, -1 chunked */
	bool has_body;    /* length != 0 */
	bool expects_100; /* Expect: 100-continue */
	bool keep_alive;
};

/* One message being parsed. */
struct http_parser {
	llhttp_t ll;
	struct http_head *head; /* while the head is parsed, else NULL */
	/* Takes a piece of body; -1 stops the parser. */
	int (*on_body)(void *arg, const uint8_t *p, size_t n);
	void *arg;
	size_t trailer_bytes;
	bool complete; /* the message's last byte was seen */
	bool refused;  /* on_body said stop */
};

enum http_phase { PHASE_HANDLER, PHASE_BEGIN, PHASE_DATA, PHASE_END, PHASE_ABORT };

enum { POST_DONE = 1u << 0, POST_KICK = 1u << 1, POST_FAIL = 1u << 2 };

struct http_req {
	uint32_t magic;
	struct http_server *server;
	struct conn *conn; /* loop thread only; NULL once the client is gone */
	struct arena *arena;
	struct logctx log;
	struct http_head head;
	const char *path;  /* decoded */
	const char *query; /* as sent, without '?', never NULL */
	const struct http_route *route;
	struct http_caller caller;
	const char *domains; /* http_domains, once asked for */
	struct buf body;     /* POOL, LOOP */
	int64_t start_ms;    /* monotonic: head complete */
	int64_t deadline_ms; /* monotonic: a job that starts later is refused */
	int64_t body_bytes;  /* received */
	int64_t sent_bytes;  /* body bytes of the reply */

	enum http_phase phase;
	http_handler_fn job;        /* what the pool runs in PHASE_HANDLER, BEGIN, END */
	struct db *db;              /* while on a pool thread */
	void *state;                /* the handler's */
	struct err failure;         /* of data(): the reply once abort is through */
	bool on_pool;               /* the pool has it or will */
	bool begun;                 /* stream: begin succeeded, so end or abort must follow */
	atomic_bool paused;         /* http_body_pause */
	struct http_req *wait_next; /* pool was full: tried again */

	bool replied;
	int status;
	struct buf fields;      /* head fields of the reply, each with CR LF */
	struct evbuffer *reply; /* body; owned until sent */
	int file_fd;            /* -1 or body from a file; owned */
	int64_t file_at, file_n;
	bool sse; /* http_sse_open was called */
	bool sse_started;
	bool sse_closing;
	void (*sse_on_close)(void *arg);
	void *sse_arg;

	struct err stop; /* http_body_fail; under server->post_lock */
	unsigned posted; /* under server->post_lock */
	bool in_posts;   /* likewise */
	struct http_req *post_next;
};

enum conn_state { CONN_HEAD, CONN_BODY, CONN_WORK, CONN_WRITE, CONN_SSE, CONN_LINGER };

struct conn {
	uint32_t magic;
	struct http_server *server;
	struct conn *prev, *next;
	int fd;
	enum conn_state state;
	struct event *read_ev, *write_ev;
	uint8_t *in; /* head bytes and what came behind them; NULL while idle */
	size_t in_n, in_cap, in_scanned;
	struct http_parser parser;
	struct http_req *req; /* NULL in HEAD and LINGER */
	struct evbuffer *out;
	int file_fd;
	int64_t file_at, file_n;
	int64_t since_ms;     /* monotonic: begin of what the sweep judges */
	int64_t window_bytes; /* body bytes since then */
	bool keep_alive;
	bool served;  /* had a request before: idle_ms instead of head_ms */
	bool running; /* http_conn_run is on the stack */
	bool dead;    /* closed; freed when the last hold is let go */
	int holds;    /* calls on the stack that still look at this struct */
};

/* Series of one route, found once for each status. */
struct route_metrics {
	int status[HTTP_STATUS_SLOTS];
	struct metric *series[HTTP_STATUS_SLOTS];
};

struct http_server {
	struct event_base *base;
	struct http_conf conf;
	struct http_limits limits;
	uint8_t key[32];
	struct evconnlistener *listener;
	char *unix_path; /* to unlink at the end, or NULL */
	struct conn *conns;
	int n_conns, n_requests, n_sse; /* n_requests counts SSE too */
	int n_jobs;                     /* requests the pool has */
	bool draining, accepting;
	struct event *sweep_ev;
	uint8_t *read_buf; /* HTTP_READ_BYTES, shared by all connections of the loop */
	size_t n_routes;
	struct route_metrics *metrics; /* n_routes and one for requests without a route */
	struct http_req *waiting;      /* pool was full: end and abort to be tried again */
	pthread_mutex_t post_lock;
	struct http_req *posts, **posts_tail;
	int post_fd;
	struct event *post_ev;
};

/* http_server.c */
void http_post(struct http_req *req, unsigned what); /* any thread */
void http_server_accepting(struct http_server *s);   /* connection count changed */
void http_server_sweep(struct http_server *s);       /* judge all deadlines now */
bool http_server_tick(struct http_server *s);        /* handle posts; false when there was none */

/* http_conn.c */
void http_conn_new(struct http_server *s, int fd);
void http_conn_close(struct conn *c);
void http_conn_judge(struct conn *c, int64_t now_ms);
void http_conn_run(struct conn *c);
void http_conn_stop_body(struct conn *c, const struct err *err); /* abort, then err is the reply */
void http_conn_read_body(struct conn *c); /* from now on bytes are the request's body */
void http_conn_send(struct conn *c);      /* the reply of c->req */
void http_conn_flush(struct conn *c);     /* write what the socket takes; may close c */

/* http_parse.c; ERR_INPUT, ERR_TOO_LARGE with a code of the table in http_reply.c */
/* 1: *out_end is the offset behind the head; 0: more bytes needed; -1: refused. */
int http_head_scan(const uint8_t *p, size_t n, size_t *scanned, size_t *out_end, struct err *err);
int http_head_parse(struct http_parser *ps, struct arena *a, char *raw, size_t n,
    struct http_head *out, struct err *err);
/* 1: complete; 0: more needed; -1: framing fault (err set) or refused by on_body (ps->refused). */
int http_body_parse(
    struct http_parser *ps, const uint8_t *p, size_t n, size_t *out_used, struct err *err);

/* http_route.c; ERR_INPUT http.bad_path */
int http_target_parse(struct arena *a, const char *target, const char **out_path,
    const char **out_query, struct err *err);
const char *http_decode(struct arena *a, const char *p, size_t n, bool plus, struct err *err);
/* 1 found; 0 no such path; -1 path known, not with this method (*out_allow: "GET, HEAD"). */
int http_route_find(const struct http_server *s, struct arena *a, const char *method,
    const char *path, const struct http_route **out, const char **out_allow);
const char *http_route_param(
    struct arena *a, const struct http_route *r, const char *path, const char *name);

/* http_dispatch.c */
struct http_req *http_req_new(struct conn *c);
void http_req_free(struct http_req *req);        /* log, count, free; loop thread */
void http_req_start(struct http_req *req);       /* head parsed: route, check, run */
void http_req_body_done(struct http_req *req);   /* last byte of the body was taken */
void http_req_data_failed(struct http_req *req); /* req->failure is set */
void http_req_gone(struct http_req *req);        /* the client left; conn is NULL */
void http_req_done(struct http_req *req);        /* POST_DONE */
void http_req_retry(struct http_server *s);      /* try what waits for the pool */
int http_req_data(struct http_req *req, const uint8_t *p, size_t n);

/* http_reply.c */
/* Status line and fields of req's reply. */
void http_reply_head(struct http_req *req, bool keep_alive, struct evbuffer *out);

/* http_sse.c */
void http_sse_start(struct http_req *req);
void http_sse_ended(struct http_req *req); /* the connection is gone: on_close, free */

#endif
