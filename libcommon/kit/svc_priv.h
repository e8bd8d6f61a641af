/* SPDX-License-Identifier: Apache-2.0 */
/* svc_priv - what the files of the service skeleton share; services include kit/svc.h only. */
#ifndef KIT_SVC_PRIV_H
#define KIT_SVC_PRIV_H

#include <pthread.h>
#include <signal.h>

#include "kit/svc.h"

struct event;

/* Settings every daemon has; the table stands in svc_conf.c. */
struct svc_conf {
	const char *listen;          /* public address */
	const char *internal_listen; /* /healthz, /readyz, /metrics */
	const char *instance;        /* "" = the service's name */
	const char *db_password;     /* NULL = none */
	const char *token_key;       /* 64 hex digits */
	int64_t drain_ms;
	const char *db; /* libpq keywords */
	const char *redis;
	const char *redis_user;     /* "" = default user */
	const char *redis_password; /* NULL = none */
	const char *log_level;      /* a level, or the absolute path of a file that holds one */
	int64_t boot_deadline_ms;
	const char *migrate_password; /* --migrate only; NULL = none */
};

struct svc {
	const struct svc_spec *spec;
	struct svc_conf conf;
	struct db_conf db_conf;
	struct ring_conf ring_conf;
	char application[64]; /* application_name of our sessions */
	struct event_base *base;
	struct event *signals[3]; /* TERM, INT, HUP */
	struct event *tick;       /* tells the watchdog that the loop turns */
	struct event *drain_timer;
	struct pool *pool;
	struct http_server *internal;
	struct http_server *public;
	struct ring *ring; /* for svc_ring_put; guarded by ring_lock */
	pthread_mutex_t ring_lock;
	int64_t ring_quiet_until_mono_ms; /* as well */
	bool opened;                      /* spec->open was called and succeeded */
	bool draining;                    /* first TERM came; loop thread */
	int64_t drain_until_mono_ms;
	bool cut_short; /* left with work unfinished */
	int64_t started_mono_ms;
};

/*
 * svc_conf_load - read the settings a run of the daemon needs; prints every fault on stderr.
 *
 * Returns the number of faults.
 */
int svc_conf_load(struct svc *svc);

/* svc_conf_load_migrate, svc_conf_load_health - only what --migrate or --health needs; the number
 * of faults. */
int svc_conf_load_migrate(struct svc *svc);
int svc_conf_load_health(struct svc *svc);

/* svc_conf_apply_log_level - take conf.log_level over, reading its file when it names one. */
void svc_conf_apply_log_level(const struct svc *svc);

/* svc_conf_help - print the settings table on stdout. */
void svc_conf_help(const struct svc *svc);

/* svc_migrate_run - bring the schema up to date; the exit code. */
int svc_migrate_run(struct svc *svc);

/* svc_health_ask - GET /healthz of the running instance; exit code 0 or 1. */
int svc_health_ask(const char *address);

/* svc_internal_routes - /healthz, /readyz, /metrics; static. */
const struct http_route *svc_internal_routes(void);

/* svc_life_start, svc_life_stop - signals as loop events, the watchdog, two-stage shutdown. */
void svc_life_start(struct svc *svc);
void svc_life_stop(struct svc *svc);

/* svc_life_wait - turn the loop for wait_ms (boot only); false when a TERM came. */
bool svc_life_wait(struct svc *svc, int64_t wait_ms);

#endif
