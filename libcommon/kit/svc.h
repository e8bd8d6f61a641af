/* SPDX-License-Identifier: Apache-2.0 */
/*
 * svc - the one skeleton of all daemons. A service's main.c is tables and one call to svc_main.
 *
 * Stages, each undone in reverse: log, options (-n -V -v --help-conf --health --migrate), settings
 * (every fault, exit 78), event base and signals, dependencies with backoff up to boot_deadline_ms,
 * .open, internal port (/healthz /readyz /metrics), public listener, "ready" line; loop. First TERM
 * or INT: /readyz turns 503, listeners close, work goes on while .busy() > 0 or until drain_ms.
 * Second: leave at once. HUP: MILLRACE_LOG_LEVEL again. A watchdog aborts a loop that has not
 * turned for 30 s.
 *
 * Settings every daemon has (kit/svc_conf.c): MILLRACE_<SVC>_LISTEN, _INTERNAL_LISTEN, _INSTANCE,
 * _DB_PASSWORD_FILE, _TOKEN_KEY_FILE, _DRAIN; MILLRACE_DB, MILLRACE_REDIS, MILLRACE_REDIS_USER,
 * MILLRACE_REDIS_PASSWORD_FILE, MILLRACE_LOG_LEVEL, MILLRACE_BOOT_DEADLINE.
 */
#ifndef KIT_SVC_H
#define KIT_SVC_H

#include "kit/conf.h"
#include "kit/http_server.h"
#include "kit/pool.h"
#include "kit/ring.h"

struct svc;

enum { SVC_DB = 1u << 0, SVC_RING = 1u << 1 };

/* One embedded migration (generated from migrations/NNNN_what.sql). */
struct svc_migration {
	const char *name; /* "0001_jobs" */
	const char *sql;
};

struct svc_spec {
	const char *name; /* "job-orchestrator" */
	const char *env;  /* "JOB_ORCHESTRATOR" */
	const char
	    *schema; /* "jobs"; owner role is millrace_<schema>_owner, runtime millrace_<schema> */
	const struct conf_key *conf_keys;          /* own settings */
	void *conf;                                /* own settings struct */
	const struct http_route *routes;           /* generated */
	const struct http_permission *permissions; /* permission_grants of api/permissions.h */
	const struct svc_migration *migrations;    /* ended by a NULL name */
	const char *const *needs_functions; /* "jobs.create_run_v1", ...: ready waits for them;
					       NULL-ended, may be NULL */
	unsigned needs;                     /* SVC_DB | SVC_RING */
	int pool_threads;                   /* request pool; 0 = 2 */
	int other_connections;              /* db connections beside the pool's, for the -n sum */
	int (*connections)(void);           /* the same when it depends on settings; may be NULL */
	int (*open)(struct svc *svc, struct err *err);   /* may be NULL */
	bool (*ready)(struct svc *svc, struct err *err); /* may be NULL: dependencies decide */
	int (*busy)(struct svc *svc);                    /* may be NULL */
	void (*drain)(struct svc *svc); /* first TERM: stop taking work; may be NULL */
	void (*close)(struct svc *svc); /* may be NULL */
};

/* svc_main - run the service; returns the exit code. */
int svc_main(const struct svc_spec *spec, int argc, char **argv);

/* What hooks and handlers may ask for. */
struct event_base *svc_base(struct svc *svc);
struct pool *svc_pool(struct svc *svc);
const char *svc_instance(const struct svc *svc);
int64_t svc_drain_ms(const struct svc *svc); /* how long work may go on after the first TERM */
const struct db_conf *svc_db_conf(const struct svc *svc);     /* for connections of one's own */
const struct ring_conf *svc_ring_conf(const struct svc *svc); /* likewise */
struct svc *svc_self(void); /* the one service of this process, for handlers */

/* svc_ring_put - put on a stream with a connection guarded by a lock; failure is logged, never
 * returned: a ring is only a doorbell. For a second after a failure rings are dropped, so that a
 * Redis that hangs holds up one caller and not all. Any thread. */
void svc_ring_put(struct svc *svc, const char *stream, const struct ring_msg *m);

/* svc_on_loop - run fn(arg) on the loop thread soon. Any thread. */
void svc_on_loop(struct svc *svc, void (*fn)(void *arg), void *arg);

#endif
