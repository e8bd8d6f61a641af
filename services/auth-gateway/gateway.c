/* SPDX-License-Identifier: Apache-2.0 */
/* gateway - start and stop of what the parts share: keys, queue, first administrator, timers. */
#include "gateway.h"

#include <event2/event.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "base/uuid.h"
#include "password.h"
#include "refusals.h"
#include "revoked.h"
#include "store.h"

enum { PASSWORD_QUEUE = 64, REFUSALS_MAX = 1024, FLUSH_S = 5, SWEEP_EVERY = 120 };

static struct gateway the_gateway;
static struct event *timer;
static unsigned ticks;

struct gateway *gateway(void)
{
	return &the_gateway;
}

const char *gateway_address(const struct http_req *req)
{
	const char *address = http_header(req, "X-Real-IP");
	return address != NULL ? address : "unknown";
}

static int read_key(const char *dir, const char *service, uint8_t *out, struct err *err)
{
	char path[512];
	char hex[2 * TOKEN_KEY_BYTES + 2] = "";
	snprintf(path, sizeof(path), "%s/%s.key", dir, service);
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	const ssize_t n = fd < 0 ? -1 : read(fd, hex, sizeof(hex) - 1);
	if (fd >= 0)
		close(fd);
	if (n > 0 && hex[n - 1] == '\n')
		hex[n - 1] = '\0';
	const int result = n < 0 ? -1 : text_unhex(hex, out, TOKEN_KEY_BYTES);
	explicit_bzero(hex, sizeof(hex));
	if (result != 0)
		return err_set(err, ERR_INPUT, "%s: no key of 64 hex digits", path);
	return 0;
}

static int read_keys(struct gateway *g, struct err *err)
{
	for (int i = 0; i < GATEWAY_SERVICE_COUNT_; i++)
		if (read_key(g->conf->keys_dir, gateway_service_names[i], g->keys[i], err) != 0)
			return -1;
	return 0;
}

/* The first administrator, when there is nobody and a password was given. */
static int first_admin(struct gateway *g, struct db *db, struct arena *a, struct err *err)
{
	const int any = store_has_users(db, err);
	const char *hash;
	char id[UUID_TEXT_BYTES];
	if (any != 0)
		return any < 0 ? -1 : 0;
	if (g->conf->admin_password[0] == '\0') {
		log_warn(
		    NULL, "nobody can sign in: no users and no first administrator's password");
		return 0;
	}
	uuid_make(id);
	if (password_hash(a, g->conf->admin_password, &hash, err) != 0)
		return -1;
	const int made = store_first_admin(db, id, hash, err);
	if (made > 0)
		log_info(NULL, "first administrator made", LOG_S("name", "admin"));
	return made < 0 ? -1 : 0;
}

static int make_first_admin(struct gateway *g, struct err *err)
{
	struct db *db = db_new(svc_db_conf(g->svc));
	struct arena *a = arena_new(64 << 10);
	const int result = first_admin(g, db, a, err);
	arena_free(&a);
	db_free(&db);
	return result;
}

static void flush_job(struct db *db, void *arg)
{
	struct gateway *g = arg;
	struct err err = { 0 };
	if (refusals_total(g->refusals) > 0 && refusals_flush(g->refusals, db, &err) != 0)
		log_warn(NULL, "refusals not written", LOG_S("err", err.msg));
}

static void sweep_job(struct db *db, void *arg)
{
	struct gateway *g = arg;
	struct err err = { 0 };
	if (store_sweep(db, g->conf->idle_ms, &err) != 0)
		log_warn(NULL, "sweep failed", LOG_S("err", err.msg));
}

/* A full pool does it next time. */
static void on_timer(evutil_socket_t fd UNUSED, short what UNUSED, void *arg)
{
	struct gateway *g = arg;
	struct err err = { 0 };
	if (refusals_total(g->refusals) > 0 && pool_run(svc_pool(g->svc), flush_job, g, &err) != 0)
		log_debug(NULL, "refusals wait", LOG_S("err", err.msg));
	if (ticks++ % SWEEP_EVERY == 0 && pool_run(svc_pool(g->svc), sweep_job, g, &err) != 0)
		log_debug(NULL, "sweep waits", LOG_S("err", err.msg));
}

static void start_parts(struct gateway *g)
{
	static const struct timeval every = { .tv_sec = FLUSH_S };
	const struct pool_conf passwords = {
		.name = "passwords",
		.threads = 1,
		.queue_max = PASSWORD_QUEUE,
		.db = svc_db_conf(g->svc),
	};
	g->cache = cache_new((size_t)g->conf->cache_sessions, g->conf->session_rate);
	g->refusals = refusals_new(REFUSALS_MAX);
	g->passwords = pool_new(&passwords);
	g->revoked = revoked_start(g->svc, g->cache);
	timer = event_new(svc_base(g->svc), -1, EV_PERSIST, on_timer, g);
	event_add(timer, &every);
}

int gateway_open(struct svc *svc, struct err *err)
{
	struct gateway *g = &the_gateway;
	g->svc = svc;
	if (read_keys(g, err) != 0 || make_first_admin(g, err) != 0)
		return -1;
	start_parts(g);
	return 0;
}

void gateway_close(struct svc *svc UNUSED)
{
	struct gateway *g = &the_gateway;
	if (timer != NULL)
		event_free(timer);
	timer = NULL;
	revoked_stop(&g->revoked);
	pool_free(&g->passwords);
	refusals_free(&g->refusals);
	cache_free(&g->cache);
	explicit_bzero(g->keys, sizeof(g->keys));
}
