/* SPDX-License-Identifier: Apache-2.0 */
/* http_server - listener, posts from pool threads, the sweep of deadlines, drain and end. */
#include "kit/http_priv.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/die.h"
#include "base/mem.h"
#include "base/text.h"

enum { MAX_CONNECTIONS = 512, REQUEST_DEADLINE_MS = 30000, BACKLOG = 512, FREE_WAIT_MS = 10000 };

static const struct http_limits default_limits = {
	.head_ms = 10000,
	.idle_ms = 75000,
	.body_window_ms = 30000,
	.body_window_bytes = 30000,
	.write_ms = 30000,
	.linger_ms = 2000,
};

/* --- posts: what other threads tell the loop --- */

void http_post(struct http_req *req, unsigned what)
{
	struct http_server *s = req->server;
	uint64_t one = 1;
	bool is_new;

	pthread_mutex_lock(&s->post_lock);
	req->posted |= what;
	is_new = !req->in_posts;
	if (is_new) {
		req->in_posts = true;
		req->post_next = NULL;
		*s->posts_tail = req;
		s->posts_tail = &req->post_next;
	}
	/* Under the lock: once it is let go the loop may take the post and end the server. */
	if (is_new && write(s->post_fd, &one, sizeof(one)) != (ssize_t)sizeof(one))
		log_debug(NULL, "eventfd is full: the loop will look anyway");
	pthread_mutex_unlock(&s->post_lock);
}

void http_body_fail(struct http_req *req, const struct err *err)
{
	pthread_mutex_lock(&req->server->post_lock);
	req->stop = *err;
	pthread_mutex_unlock(&req->server->post_lock);
	http_post(req, POST_FAIL);
}

static struct http_req *next_post(struct http_server *s, unsigned *what)
{
	struct http_req *req;

	pthread_mutex_lock(&s->post_lock);
	req = s->posts;
	if (req != NULL) {
		s->posts = req->post_next;
		if (s->posts == NULL)
			s->posts_tail = &s->posts;
		*what = req->posted;
		req->posted = 0;
		req->in_posts = false;
	}
	pthread_mutex_unlock(&s->post_lock);
	return req;
}

static void kick(struct http_req *req)
{
	struct conn *c = req->conn;

	if (c == NULL || c->state != CONN_BODY || atomic_load(&req->paused))
		return;
	c->since_ms = clock_mono_ms();
	c->window_bytes = 0;
	http_conn_run(c);
}

bool http_server_tick(struct http_server *s)
{
	unsigned what = 0;
	struct http_req *req = next_post(s, &what);
	bool any = req != NULL;

	for (; req != NULL; req = next_post(s, &what)) {
		if ((what & POST_KICK) != 0)
			kick(req);
		if ((what & POST_FAIL) != 0 && req->conn != NULL)
			http_conn_stop_body(req->conn, &req->stop);
		if ((what & POST_DONE) != 0)
			http_req_done(req);
	}
	if (any && s->waiting != NULL)
		http_req_retry(s);
	return any;
}

static void on_post(evutil_socket_t fd, short what UNUSED, void *arg)
{
	uint64_t n;

	if (read((int)fd, &n, sizeof(n)) == (ssize_t)sizeof(n))
		http_server_tick(arg);
}

void http_body_pause(struct http_req *req)
{
	atomic_store(&req->paused, true);
}

void http_body_resume(struct http_req *req)
{
	atomic_store(&req->paused, false);
	http_post(req, POST_KICK);
}

/* --- connections --- */

void http_server_accepting(struct http_server *s)
{
	bool may = !s->draining && s->listener != NULL && s->n_conns < s->conf.max_connections;

	if (may == s->accepting || s->listener == NULL)
		return;
	s->accepting = may;
	if (may)
		evconnlistener_enable(s->listener);
	else
		evconnlistener_disable(s->listener);
}

static void arm_sweep(struct http_server *s)
{
	const struct timeval every = { .tv_usec = HTTP_SWEEP_MS * 1000 };

	if (!event_pending(s->sweep_ev, EV_TIMEOUT, NULL))
		event_add(s->sweep_ev, &every);
}

static void on_accept(struct evconnlistener *l UNUSED, evutil_socket_t fd,
    struct sockaddr *a UNUSED, int n UNUSED, void *arg)
{
	struct http_server *s = arg;

	http_conn_new(s, (int)fd);
	arm_sweep(s);
}

/* Out of descriptors: stop accepting until the next sweep instead of spinning. */
static void on_accept_error(struct evconnlistener *l, void *arg)
{
	struct http_server *s = arg;

	s->accepting = false;
	evconnlistener_disable(l);
	arm_sweep(s);
}

void http_server_sweep(struct http_server *s)
{
	int64_t now_ms = clock_mono_ms();

	for (struct conn *c = s->conns, *next; c != NULL; c = next) {
		next = c->next;
		http_conn_judge(c, now_ms);
	}
	if (s->waiting != NULL)
		http_req_retry(s);
	http_server_accepting(s);
}

static void on_sweep(evutil_socket_t fd UNUSED, short what UNUSED, void *arg)
{
	struct http_server *s = arg;

	http_server_sweep(s);
	if (s->conns != NULL || s->waiting != NULL || !s->accepting)
		arm_sweep(s);
}

/* --- start --- */

static int listen_unix(struct http_server *s, const char *path, struct err *err)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(sa.sun_path))
		return err_set(err, ERR_UNAVAILABLE, "socket path %s is too long", path);
	memcpy(sa.sun_path, path, strlen(path) + 1);
	unlink(path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&sa, sizeof(sa)) != 0 || chmod(path, 0660) != 0) {
		err_set_errno(err, ERR_UNAVAILABLE, errno, "listen on %s", path);
		if (fd >= 0)
			close(fd);
		return -1;
	}
	s->unix_path = mem_dup(path);
	return fd;
}

static int bind_first(const struct addrinfo *list)
{
	int one = 1;

	for (const struct addrinfo *ai = list; ai != NULL; ai = ai->ai_next) {
		int fd = socket(ai->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

		if (fd < 0)
			continue;
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
		if (bind(fd, ai->ai_addr, ai->ai_addrlen) == 0)
			return fd;
		close(fd);
	}
	return -1;
}

static int listen_tcp(const char *address, struct err *err)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
		.ai_flags = AI_PASSIVE | AI_NUMERICSERV };
	struct addrinfo *list = NULL;
	const char *colon = strrchr(address, ':');
	char host[256] = "";
	int fd, rc;

	if (colon == NULL || (size_t)(colon - address) >= sizeof(host))
		return err_set(err, ERR_UNAVAILABLE, "listen on %s: not host:port", address);
	memcpy(host, address, (size_t)(colon - address));
	rc = getaddrinfo(host[0] != '\0' ? host : NULL, colon + 1, &hints, &list);
	if (rc != 0)
		return err_set(err, ERR_UNAVAILABLE, "listen on %s: %s", address, gai_strerror(rc));
	fd = bind_first(list);
	rc = errno;
	freeaddrinfo(list);
	if (fd < 0)
		return err_set_errno(err, ERR_UNAVAILABLE, rc, "listen on %s", address);
	return fd;
}

static size_t count_routes(const struct http_route *routes)
{
	size_t n = 0;

	while (routes[n].method != NULL)
		n++;
	return n;
}

static struct http_server *new_server(struct event_base *base, const struct http_conf *c)
{
	struct http_server *s = mem_alloc(sizeof(*s));

	s->base = base;
	s->conf = *c;
	s->limits = default_limits;
	if (s->conf.max_connections <= 0)
		s->conf.max_connections = MAX_CONNECTIONS;
	if (s->conf.request_deadline_ms <= 0)
		s->conf.request_deadline_ms = REQUEST_DEADLINE_MS;
	s->n_routes = count_routes(c->routes);
	s->metrics = mem_array(s->n_routes + 1, sizeof(*s->metrics));
	s->read_buf = mem_alloc(HTTP_READ_BYTES);
	pthread_mutex_init(&s->post_lock, NULL);
	s->posts_tail = &s->posts;
	s->post_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	ASSERT(s->post_fd >= 0);
	s->post_ev = event_new(base, s->post_fd, EV_READ | EV_PERSIST, on_post, s);
	s->sweep_ev = event_new(base, -1, 0, on_sweep, s);
	ASSERT(s->post_ev != NULL && s->sweep_ev != NULL);
	event_add(s->post_ev, NULL);
	return s;
}

static int open_listener(struct http_server *s, struct err *err)
{
	const char *where = s->conf.listen;
	int fd = text_is_prefix(where, "unix:") ? listen_unix(s, where + 5, err)
						: listen_tcp(where, err);

	if (fd < 0)
		return -1;
	s->listener = evconnlistener_new(
	    s->base, on_accept, s, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, BACKLOG, fd);
	if (s->listener == NULL) {
		close(fd);
		return err_set(err, ERR_UNAVAILABLE, "listen on %s: refused", where);
	}
	evconnlistener_set_error_cb(s->listener, on_accept_error);
	s->accepting = true;
	return 0;
}

int http_server_start(
    struct event_base *base, const struct http_conf *c, struct http_server **out, struct err *err)
{
	struct http_server *s = new_server(base, c);

	if (c->token_key != NULL && text_unhex(c->token_key, s->key, sizeof(s->key)) != 0)
		err_set(err, ERR_UNAVAILABLE, "token key is not %zu hex bytes", sizeof(s->key));
	else if (open_listener(s, err) == 0) {
		*out = s;
		return 0;
	}
	http_server_free(&s);
	return -1;
}

/* --- end --- */

void http_server_drain(struct http_server *s)
{
	s->draining = true;
	s->accepting = false;
	if (s->listener != NULL)
		evconnlistener_free(s->listener);
	s->listener = NULL;
	for (struct conn *c = s->conns; c != NULL;) {
		bool idle = c->state == CONN_SSE || (c->state == CONN_HEAD && c->in_n == 0);

		if (idle)
			http_conn_close(c);
		c = idle ? s->conns : c->next;
	}
}

int http_server_busy(const struct http_server *s)
{
	return s->n_requests - s->n_sse;
}

int http_server_port(const struct http_server *s)
{
	struct sockaddr_storage sa = { 0 };
	socklen_t n = sizeof(sa);

	if (s->listener == NULL ||
	    getsockname(evconnlistener_get_fd(s->listener), (struct sockaddr *)&sa, &n) != 0)
		return 0;
	if (sa.ss_family == AF_INET)
		return ntohs(((const struct sockaddr_in *)(const void *)&sa)->sin_port);
	if (sa.ss_family == AF_INET6)
		return ntohs(((const struct sockaddr_in6 *)(const void *)&sa)->sin6_port);
	return 0;
}

/* Wait for what the pool still has; streams cut off above are aborted there. */
static void wait_for_requests(struct http_server *s)
{
	for (int64_t waited = 0; s->n_requests > 0 && waited < FREE_WAIT_MS; waited += 10) {
		struct pollfd p = { .fd = s->post_fd, .events = POLLIN };

		(void)poll(&p, 1, 10);
		http_server_tick(s);
		http_req_retry(s);
	}
}

void http_server_free(struct http_server **s)
{
	struct http_server *x = *s;

	*s = NULL;
	if (x == NULL)
		return;
	http_server_drain(x);
	while (x->conns != NULL)
		http_conn_close(x->conns);
	wait_for_requests(x);
	event_free(x->post_ev);
	event_free(x->sweep_ev);
	close(x->post_fd);
	if (x->unix_path != NULL)
		unlink(x->unix_path);
	free(x->unix_path);
	free(x->metrics);
	free(x->read_buf);
	pthread_mutex_destroy(&x->post_lock);
	if (x->n_requests == 0)
		free(x);
}
