/* SPDX-License-Identifier: Apache-2.0 */
/* stream - GET /api/events: server-sent events of runs (design.md 8). */
#include "stream.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/die.h"
#include "base/mem.h"
#include "job_orchestrator_routes.h"
#include "kit/metrics.h"
#include "orchestrator.h"
#include "store.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

enum {
	CLIENT_MAGIC = 0x73747265,
	PENDING_MAX_BYTES = 1 << 20,
	SNAPSHOT_MAX_BYTES = 64 << 20,
	TICK_MS = 1000,
	CLIENTS_MAX = 256,
};

struct client {
	uint32_t magic;
	TAILQ_ENTRY(client) link;
	struct http_req *req;
	char *domains; /* text[] literal of http_domains; owned */
	bool ready;    /* the snapshot was sent; before, events wait in pending */
	struct buf pending;
	int64_t opened_mono_ms, sent_mono_ms;
};

TAILQ_HEAD(clients, client);

static struct {
	pthread_mutex_t lock; /* recursive: a send may close a stream, which leaves the list */
	struct clients list;
	int n;
	struct event *tick;
} streams = { .list = TAILQ_HEAD_INITIALIZER(streams.list) };

/* The literal holds names and perhaps *, which need no quotes: {default,sales,*}. */
static bool may_see(const struct client *c, const char *domain)
{
	const char *p = c->domains;
	const size_t n = strlen(domain);

	while (*(p += strspn(p, "{},\""))) {
		const size_t len = strcspn(p, "{},\"");
		if ((len == 1 && *p == '*') || (len == n && memcmp(p, domain, n) == 0))
			return true;
		p += len;
	}
	return false;
}

static void send_bytes(struct client *c, const char *p, size_t n)
{
	if (c->ready) {
		c->sent_mono_ms = clock_mono_ms();
		http_sse_send(c->req, p, n);
		return;
	}
	buf_add(&c->pending, p, n); /* too much of it: stream_events closes the stream */
}

/* One event on its way to the loop. */
struct told {
	char domain[64];
	size_t n;
	char text[];
};

static void deliver(void *arg)
{
	struct told *t = arg;
	struct client *next;

	pthread_mutex_lock(&streams.lock);
	for (struct client *c = TAILQ_FIRST(&streams.list); c; c = next) {
		next = TAILQ_NEXT(c, link);
		if (may_see(c, t->domain))
			send_bytes(c, t->text, t->n);
	}
	pthread_mutex_unlock(&streams.lock);
	free(t);
}

void stream_tell(const char *domain, const char *event, const char *data)
{
	const size_t room = strlen(event) + strlen(data) + sizeof("event: \ndata: \n\n");
	struct told *t = mem_alloc(sizeof(*t) + room);

	snprintf(t->domain, sizeof(t->domain), "%s", domain);
	t->n = (size_t)snprintf(t->text, room, "event: %s\ndata: %s\n\n", event, data);
	svc_on_loop(svc_self(), deliver, t);
}

int stream_count(void)
{
	pthread_mutex_lock(&streams.lock);
	const int n = streams.n;
	pthread_mutex_unlock(&streams.lock);
	return n;
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	static const char beat[] = ": heartbeat\n\n";
	const int64_t now = clock_mono_ms();
	struct client *next;

	(void)fd;
	(void)what;
	(void)arg;
	pthread_mutex_lock(&streams.lock);
	for (struct client *c = TAILQ_FIRST(&streams.list); c; c = next) {
		next = TAILQ_NEXT(c, link);
		if (!c->ready)
			continue;
		if (now - c->opened_mono_ms >= orchestrator()->conf->stream_ms)
			http_sse_close(c->req);
		else if (now - c->sent_mono_ms >= STREAM_HEARTBEAT_MS)
			send_bytes(c, beat, sizeof(beat) - 1);
	}
	pthread_mutex_unlock(&streams.lock);
}

void stream_start(struct event_base *base)
{
	const struct timeval every = { .tv_sec = TICK_MS / 1000 };
	pthread_mutexattr_t attr;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE);
	pthread_mutex_init(&streams.lock, &attr);
	pthread_mutexattr_destroy(&attr);
	streams.tick = event_new(base, -1, EV_PERSIST, on_tick, NULL);
	event_add(streams.tick, &every);
}

void stream_stop(void)
{
	if (streams.tick)
		event_free(streams.tick);
	streams.tick = NULL;
}

static void set_gauge(void)
{
	metrics_set(metrics_gauge("millrace_event_streams", "", "Browsers that listen to events"),
	    streams.n);
}

static struct client *join(struct http_req *req)
{
	struct client *c = mem_alloc(sizeof(*c));

	c->magic = CLIENT_MAGIC;
	c->req = req;
	c->domains = mem_dup(http_domains(req));
	c->opened_mono_ms = c->sent_mono_ms = clock_mono_ms();
	buf_init(&c->pending, PENDING_MAX_BYTES);
	pthread_mutex_lock(&streams.lock);
	TAILQ_INSERT_TAIL(&streams.list, c, link);
	streams.n++;
	set_gauge();
	pthread_mutex_unlock(&streams.lock);
	return c;
}

static void leave(void *arg)
{
	struct client *c = arg;

	ASSERT(c->magic == CLIENT_MAGIC);
	pthread_mutex_lock(&streams.lock);
	TAILQ_REMOVE(&streams.list, c, link);
	streams.n--;
	set_gauge();
	pthread_mutex_unlock(&streams.lock);
	buf_done(&c->pending);
	free(c->domains);
	c->magic = 0;
	free(c);
}

static int read_snapshot(struct http_req *req, struct buf *out, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;

	if (store_snapshot(http_db(req), http_domains(req), &r, err) != 0)
		return -1;
	buf_adds(out, "retry: 1000\nevent: snapshot\ndata: {\"runs\":[");
	for (int i = 0; i < db_rows(r); i++) {
		if (i)
			buf_addc(out, ',');
		buf_adds(out, db_text(r, i, "doc"));
	}
	buf_adds(out, "]}\n\n");
	return buf_check(out, err);
}

/* From here on the loop sends; this thread must not touch the request again. */
static void begin_sending(struct client *c, const struct buf *snapshot)
{
	pthread_mutex_lock(&streams.lock);
	http_sse_send(c->req, snapshot->data, snapshot->n);
	http_sse_send(c->req, c->pending.data, c->pending.n);
	if (c->pending.overflow)
		http_sse_close(c->req);
	buf_reset(&c->pending);
	c->ready = true;
	pthread_mutex_unlock(&streams.lock);
}

int stream_events(struct http_req *req, struct err *err)
{
	struct buf snapshot;

	if (stream_count() >= CLIENTS_MAX)
		return err_set_code(
		    err, ERR_BUSY, "server.busy", "%d event streams are open", CLIENTS_MAX);
	struct client *c = join(req);
	buf_init(&snapshot, SNAPSHOT_MAX_BYTES);
	if (read_snapshot(req, &snapshot, err) != 0) {
		buf_done(&snapshot);
		leave(c);
		return -1;
	}
	http_sse_open(req, leave, c);
	begin_sending(c, &snapshot);
	buf_done(&snapshot);
	return 0;
}
