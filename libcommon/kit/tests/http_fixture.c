/* SPDX-License-Identifier: Apache-2.0 */
/* http_fixture - a server on its own loop thread and a raw client. */
#include "http_fixture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <event2/thread.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kit/http_priv.h"
#include "kit/pool.h"

enum { WAIT_MS = 5000 };

static struct {
	struct event_base *base;
	struct event *keep; /* the loop runs without anything else to do */
	struct pool *pool;
	struct http_server *server;
	pthread_t thread;
	struct buf log;
	pthread_mutex_t lock;
	pthread_cond_t ran;
	bool has_run;
} fx = { .lock = PTHREAD_MUTEX_INITIALIZER, .ran = PTHREAD_COND_INITIALIZER };

static const struct http_permission permissions[] = {
	{ "analyst", "dataset.read" },
	{ "data_manager", "dataset.read" },
	{ "data_manager", "upload.write" },
	{ "administrator", "audit.read" },
	{ "administrator", "dataset.read" },
	{ NULL, NULL },
};

static void *loop(void *arg)
{
	(void)arg;
	event_base_dispatch(fx.base);
	return NULL;
}

static void on_keep(evutil_socket_t fd UNUSED, short what UNUSED, void *arg UNUSED)
{
}

void fixture_start(
    const struct http_route *routes, const struct http_limits *limits, const char *key)
{
	static const struct pool_conf pool_conf = { .name = "test", .threads = 2, .queue_max = 8 };
	const struct timeval hour = { .tv_sec = 3600 };
	struct err err;
	struct http_conf conf = {
		.listen = "127.0.0.1:0",
		.routes = routes,
		.service = "upload",
		.token_key = key,
		.permissions = permissions,
	};

	signal(SIGPIPE, SIG_IGN);
	evthread_use_pthreads();
	buf_init(&fx.log, 1 << 22);
	log_capture_for_test(&fx.log);
	fx.base = event_base_new();
	fx.keep = event_new(fx.base, -1, EV_PERSIST, on_keep, NULL);
	event_add(fx.keep, &hour);
	fx.pool = pool_new(&pool_conf);
	conf.pool = fx.pool;
	assert_int_equal(http_server_start(fx.base, &conf, &fx.server, &err), 0);
	if (limits != NULL)
		fx.server->limits = *limits;
	assert_int_equal(pthread_create(&fx.thread, NULL, loop, NULL), 0);
}

void fixture_stop(void)
{
	event_base_loopexit(fx.base, NULL);
	event_active(fx.keep, EV_TIMEOUT, 0);
	pthread_join(fx.thread, NULL);
	http_server_free(&fx.server);
	pool_free(&fx.pool);
	event_free(fx.keep);
	event_base_free(fx.base);
	log_capture_for_test(NULL);
	buf_done(&fx.log);
}

struct http_server *fixture_server(void)
{
	return fx.server;
}

struct call {
	void (*fn)(void *arg);
	void *arg;
};

static void on_call(evutil_socket_t fd UNUSED, short what UNUSED, void *arg)
{
	struct call *c = arg;

	c->fn(c->arg);
	pthread_mutex_lock(&fx.lock);
	fx.has_run = true;
	pthread_cond_signal(&fx.ran);
	pthread_mutex_unlock(&fx.lock);
}

void fixture_on_loop(void (*fn)(void *arg), void *arg)
{
	struct call c = { .fn = fn, .arg = arg };

	fx.has_run = false;
	event_base_once(fx.base, -1, EV_TIMEOUT, on_call, &c, NULL);
	pthread_mutex_lock(&fx.lock);
	while (!fx.has_run)
		pthread_cond_wait(&fx.ran, &fx.lock);
	pthread_mutex_unlock(&fx.lock);
}

void fixture_wait(const int *flag, int want)
{
	for (int i = 0; i < WAIT_MS && __atomic_load_n(flag, __ATOMIC_SEQ_CST) < want; i++)
		(void)poll(NULL, 0, 1);
	assert_true(__atomic_load_n(flag, __ATOMIC_SEQ_CST) >= want);
}

static void ask_busy(void *arg)
{
	*(int *)arg = http_server_busy(fx.server);
}

int fixture_busy(void)
{
	int n;

	fixture_on_loop(ask_busy, &n);
	return n;
}

static void nothing(void *arg UNUSED)
{
}

int fixture_lines(const char *text)
{
	int n = 0;

	fixture_on_loop(nothing, NULL);
	for (const char *p = fx.log.data; (p = strstr(p, text)) != NULL; p++)
		n++;
	return n;
}

int dial(void)
{
	struct sockaddr_in sa = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)http_server_port(fx.server)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	struct timeval limit = { .tv_sec = WAIT_MS / 1000 };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	assert_int_equal(connect(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	return fd;
}

void send_all(int fd, const void *p, size_t n)
{
	const char *at = p;

	while (n > 0) {
		ssize_t k = send(fd, at, n, MSG_NOSIGNAL);

		if (k <= 0)
			return; /* the server may have refused and closed */
		at += k;
		n -= (size_t)k;
	}
}

void send_text(int fd, const char *text)
{
	send_all(fd, text, strlen(text));
}

static size_t length_of(const char *head)
{
	const char *p = strcasestr(head, "\r\ncontent-length: ");

	return p != NULL ? (size_t)strtoul(p + 18, NULL, 10) : 0;
}

/* Head byte by byte (so that nothing of a next reply is taken), then the body. */
void recv_reply(int fd, bool is_head, struct reply *out)
{
	size_t n = 0, want;

	memset(out, 0, sizeof(*out));
	while (n < sizeof(out->head) - 1 && recv(fd, out->head + n, 1, 0) == 1) {
		n++;
		if (n >= 4 && memcmp(out->head + n - 4, "\r\n\r\n", 4) == 0)
			break;
	}
	if (n < 12)
		return;
	out->status = (int)strtol(out->head + 9, NULL, 10);
	want = is_head ? 0 : length_of(out->head);
	while (out->n < want && out->n < sizeof(out->body) - 1) {
		size_t room = sizeof(out->body) - 1 - out->n;
		ssize_t k =
		    recv(fd, out->body + out->n, want - out->n < room ? want - out->n : room, 0);

		if (k <= 0)
			break;
		out->n += (size_t)k;
	}
}

void ask(const char *request, struct reply *out)
{
	int fd = dial();

	send_text(fd, request);
	recv_reply(fd, strncmp(request, "HEAD ", 5) == 0, out);
	close(fd);
}

bool is_closed(int fd)
{
	char c;
	ssize_t n = recv(fd, &c, 1, 0);

	return n == 0 || (n < 0 && errno == ECONNRESET);
}
