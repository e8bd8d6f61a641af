/* SPDX-License-Identifier: Apache-2.0 */
/* svc - the one skeleton of all daemons, as stages that are undone in reverse. */
#include "kit/svc.h"

#include <event2/event.h>
#include <event2/thread.h>
#include <getopt.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/die.h"
#include "kit/backoff.h"
#include "kit/svc_priv.h"

enum {
	POOL_THREADS = 2,
	POOL_QUEUE = 256,
	RETRY_FIRST_MS = 20,
	RETRY_CAP_MS = 1000,
	RING_QUIET_MS = 1000, /* no rings so long after one that failed */
};

enum action { RUN, CHECK, VERSION, HELP_CONF, HEALTH, MIGRATE, USAGE };

static struct svc self;

struct svc *svc_self(void)
{
	return &self;
}

struct event_base *svc_base(struct svc *svc)
{
	return svc->base;
}

struct pool *svc_pool(struct svc *svc)
{
	return svc->pool;
}

const char *svc_instance(const struct svc *svc)
{
	return svc->conf.instance;
}

int64_t svc_drain_ms(const struct svc *svc)
{
	return svc->conf.drain_ms;
}

const struct db_conf *svc_db_conf(const struct svc *svc)
{
	return &svc->db_conf;
}

const struct ring_conf *svc_ring_conf(const struct svc *svc)
{
	return &svc->ring_conf;
}

void svc_ring_put(struct svc *svc, const char *stream, const struct ring_msg *m)
{
	struct err err = { 0 };
	int rc = 0;
	pthread_mutex_lock(&svc->ring_lock);
	if (svc->ring == NULL)
		svc->ring = ring_new(&svc->ring_conf);
	/* A Redis that hangs holds its caller up for seconds: whoever comes next is let go. */
	if (clock_mono_ms() >= svc->ring_quiet_until_mono_ms)
		rc = ring_put(svc->ring, stream, m, &err);
	if (rc != 0)
		svc->ring_quiet_until_mono_ms = clock_mono_ms() + RING_QUIET_MS;
	pthread_mutex_unlock(&svc->ring_lock);
	if (rc != 0)
		log_warn(NULL, "ring failed, the sweeper will look", LOG_S("stream", stream),
		    LOG_S("reason", err.msg));
}

struct loop_call {
	void (*fn)(void *arg);
	void *arg;
};

static void on_loop_call(evutil_socket_t fd, short what, void *arg)
{
	struct loop_call call = *(struct loop_call *)arg;
	(void)fd;
	(void)what;
	free(arg);
	call.fn(call.arg);
}

void svc_on_loop(struct svc *svc, void (*fn)(void *arg), void *arg)
{
	static const struct timeval now = { 0 };
	struct loop_call *call = calloc(1, sizeof(*call));
	if (call == NULL)
		bug("no memory for a loop call");
	*call = (struct loop_call){ .fn = fn, .arg = arg };
	if (event_base_once(svc->base, -1, EV_TIMEOUT, on_loop_call, call, &now) != 0)
		bug("event_base_once failed");
}

/* Stage 1: the process itself. Secrets may not land in a core file or be read by a debugger. */
static void start_process(const struct svc_spec *spec)
{
	const struct rlimit none = { 0 };
	(void)signal(SIGPIPE, SIG_IGN);
	(void)setrlimit(RLIMIT_CORE, &none);
#ifndef __SANITIZE_ADDRESS__
	(void)prctl(PR_SET_DUMPABLE, 0);
#endif
	(void)mallopt(M_ARENA_MAX, 2);
	(void)mallopt(M_TRIM_THRESHOLD, 256 * 1024);
	log_open(spec->name, MILLRACE_VERSION, spec->name);
	self = (struct svc){ .spec = spec, .started_mono_ms = clock_mono_ms() };
	pthread_mutex_init(&self.ring_lock, NULL);
}

/* Stage 2: options. */
static enum action read_options(int argc, char **argv, bool *verbose)
{
	static const struct option longs[] = {
		{ "help-conf", no_argument, NULL, HELP_CONF },
		{ "health", no_argument, NULL, HEALTH },
		{ "migrate", no_argument, NULL, MIGRATE },
		{ NULL, 0, NULL, 0 },
	};
	enum action action = RUN;
	int c;
	opterr = 0;
	while ((c = getopt_long(argc, argv, "nVv", longs, NULL)) != -1) {
		switch (c) {
		case 'n':
			action = CHECK;
			break;
		case 'V':
			action = VERSION;
			break;
		case 'v':
			*verbose = true;
			break;
		case HELP_CONF:
		case HEALTH:
		case MIGRATE:
			action = (enum action)c;
			break;
		default:
			return USAGE;
		}
	}
	return optind == argc ? action : USAGE;
}

static int print_versions(const struct svc_spec *spec)
{
	(void)printf(
	    "millrace-%s %s (libevent %s)\n", spec->name, MILLRACE_VERSION, event_get_version());
	return 0;
}

static int print_usage(const struct svc_spec *spec)
{
	(void)fprintf(stderr,
	    "usage: millrace-%s [-n | -V | -v | --help-conf | --health | --migrate]\n"
	    "  -n           check the settings, print every fault and the connection budget\n"
	    "  -V           print versions\n"
	    "  -v           log at level debug\n"
	    "  --help-conf  print the settings table\n"
	    "  --health     ask the running instance whether it lives\n"
	    "  --migrate    bring this service's schema up to date\n",
	    spec->name);
	return DIE_USAGE;
}

static int pool_threads(const struct svc_spec *spec)
{
	return spec->pool_threads > 0 ? spec->pool_threads : POOL_THREADS;
}

static int connections(const struct svc_spec *spec)
{
	if ((spec->needs & SVC_DB) == 0)
		return 0;
	return pool_threads(spec) +
	       (spec->connections != NULL ? spec->connections() : spec->other_connections);
}

/* Stage 3: settings. */
static bool load_settings(struct svc *svc, bool verbose)
{
	if (svc_conf_load(svc) > 0)
		return false;
	if (svc->conf.instance[0] == '\0') {
		free((void *)(uintptr_t)svc->conf.instance); /* ours, of conf_load */
		svc->conf.instance = svc->spec->name;
	}
	log_open(svc->spec->name, MILLRACE_VERSION, svc->conf.instance);
	svc_conf_apply_log_level(svc);
	if (verbose)
		log_set_level(LOG_DEBUG);
	(void)snprintf(svc->application, sizeof(svc->application), "%s", svc->conf.instance);
	static char user[64];
	(void)snprintf(user, sizeof(user), "millrace_%s", svc->spec->schema);
	svc->db_conf = (struct db_conf){
		.conninfo = svc->conf.db,
		.user = user,
		.password = svc->conf.db_password,
		.application = svc->application,
	};
	svc->ring_conf = (struct ring_conf){
		.address = svc->conf.redis,
		.user = svc->conf.redis_user[0] != '\0' ? svc->conf.redis_user : NULL,
		.password = svc->conf.redis_password,
		.consumer = svc->conf.instance,
	};
	return true;
}

static int check_settings(struct svc *svc)
{
	if (!load_settings(svc, false))
		return DIE_CONFIG;
	(void)printf("millrace-%s: settings are good; at most %d database connections\n",
	    svc->spec->name, connections(svc->spec));
	return 0;
}

/* Stage 4: loop and signals. */
static int open_loop(struct svc *svc, struct err *err)
{
	if (evthread_use_pthreads() != 0)
		return err_set(err, ERR_INTERNAL, "libevent has no threads");
	svc->base = event_base_new();
	if (svc->base == NULL)
		return err_set(err, ERR_INTERNAL, "no event base");
	svc_life_start(svc);
	return 0;
}

/* Stage 5: dependencies. PostgreSQL must be there; Redis is a doorbell and may come later. */
static int wait_for_database(struct svc *svc, struct err *err)
{
	const int64_t until = clock_mono_ms() + svc->conf.boot_deadline_ms;
	struct backoff b = { .first_ms = RETRY_FIRST_MS, .cap_ms = RETRY_CAP_MS };
	struct db *db = db_new(&svc->db_conf);
	int rc;
	while ((rc = db_connect(db, err)) != 0) {
		if (b.attempt == 0)
			log_warn(NULL, "waiting for PostgreSQL", LOG_S("reason", err->msg));
		if (clock_mono_ms() >= until || !svc_life_wait(svc, backoff_next_ms(&b)))
			break;
	}
	db_free(&db);
	return rc;
}

static void look_for_redis(struct svc *svc)
{
	struct err err = { 0 };
	pthread_mutex_lock(&svc->ring_lock);
	if (svc->ring == NULL)
		svc->ring = ring_new(&svc->ring_conf);
	if (ring_ping(svc->ring, &err) != 0)
		log_warn(
		    NULL, "Redis is away, going on without the doorbell", LOG_S("reason", err.msg));
	pthread_mutex_unlock(&svc->ring_lock);
}

static int open_dependencies(struct svc *svc, struct err *err)
{
	if ((svc->spec->needs & SVC_DB) != 0 && wait_for_database(svc, err) != 0)
		return -1;
	if ((svc->spec->needs & SVC_RING) != 0)
		look_for_redis(svc);
	const struct pool_conf pool = {
		.name = svc->spec->name,
		.threads = pool_threads(svc->spec),
		.queue_max = POOL_QUEUE,
		.db = (svc->spec->needs & SVC_DB) != 0 ? &svc->db_conf : NULL,
	};
	svc->pool = pool_new(&pool);
	return 0;
}

/* Stage 6: the service's own part. */
static int open_service(struct svc *svc, struct err *err)
{
	if (svc->spec->open != NULL && svc->spec->open(svc, err) != 0)
		return -1;
	svc->opened = true;
	return 0;
}

/* Stage 7: ports, the public one last. */
static int open_ports(struct svc *svc, struct err *err)
{
	const struct http_conf internal = {
		.listen = svc->conf.internal_listen,
		.routes = svc_internal_routes(),
		.service = svc->spec->name,
		.pool = svc->pool,
		.max_connections = 32,
	};
	const struct http_conf public = {
		.listen = svc->conf.listen,
		.routes = svc->spec->routes,
		.service = svc->spec->name,
		.token_key = svc->conf.token_key,
		.permissions = svc->spec->permissions,
		.pool = svc->pool,
	};
	ASSERT(svc->spec->permissions != NULL); /* else every caller is refused everything */
	if (http_server_start(svc->base, &internal, &svc->internal, err) != 0)
		return -1;
	return http_server_start(svc->base, &public, &svc->public, err);
}

/* SIGALRM belongs to the loop's thread: all others are started with it blocked. */
static void alarm_mask(int how)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	(void)pthread_sigmask(how, &set, NULL);
}

static void say_ready(const struct svc *svc)
{
	log_info(NULL, "ready", LOG_S("listen", svc->conf.listen),
	    LOG_I("port", http_server_port(svc->public)),
	    LOG_I("internal_port", http_server_port(svc->internal)),
	    LOG_S("libevent", event_get_version()), LOG_I("threads", pool_threads(svc->spec)),
	    LOG_I("connections", connections(svc->spec)), LOG_I("drain_ms", svc->conf.drain_ms),
	    LOG_I("boot_ms", clock_mono_ms() - svc->started_mono_ms));
}

/* Stages that were not reached have nothing to undo. */
static void close_all(struct svc *svc)
{
	http_server_free(&svc->public); /* waits for handlers on the pool */
	http_server_free(&svc->internal);
	if (svc->opened && svc->spec->close != NULL)
		svc->spec->close(svc);
	pool_free(&svc->pool);
	if (svc->ring != NULL)
		ring_free(&svc->ring);
	if (svc->base != NULL) {
		svc_life_stop(svc);
		event_base_free(svc->base);
		svc->base = NULL;
	}
}

static int (*const stages[])(struct svc *svc, struct err *err) = {
	open_loop,
	open_dependencies,
	open_service,
	open_ports,
};

static int run(struct svc *svc)
{
	struct err err = { 0 };
	alarm_mask(SIG_BLOCK);
	for (size_t i = 0; i < ARRAY_SIZE(stages); i++) {
		if (stages[i](svc, &err) != 0) {
			if (!svc->draining)
				log_error(NULL, "cannot start", LOG_S("reason", err.msg),
				    LOG_S("kind", err_kind_name(err.kind)));
			close_all(svc);
			return svc->draining ? 0 : DIE_DEPENDENCY;
		}
	}
	alarm_mask(SIG_UNBLOCK);
	say_ready(svc);
	if (!svc->draining)
		(void)event_base_loop(svc->base, EVLOOP_NO_EXIT_ON_EMPTY);
	log_info(NULL, "stopped", LOG_I("up_ms", clock_mono_ms() - svc->started_mono_ms),
	    LOG_I("cut_short", svc->cut_short));
	if (svc->cut_short)
		_exit(0); /* threads are in the middle of something: nobody waits for them */
	close_all(svc);
	return 0;
}

int svc_main(const struct svc_spec *spec, int argc, char **argv)
{
	bool verbose = false;
	start_process(spec);
	switch (read_options(argc, argv, &verbose)) {
	case VERSION:
		return print_versions(spec);
	case HELP_CONF:
		svc_conf_help(&self);
		return 0;
	case CHECK:
		return check_settings(&self);
	case HEALTH:
		return svc_conf_load_health(&self) > 0 ? DIE_CONFIG
						       : svc_health_ask(self.conf.internal_listen);
	case MIGRATE:
		return svc_conf_load_migrate(&self) > 0 ? DIE_CONFIG : svc_migrate_run(&self);
	case RUN:
		return load_settings(&self, verbose) ? run(&self) : DIE_CONFIG;
	case USAGE:
		break;
	}
	return print_usage(spec);
}
