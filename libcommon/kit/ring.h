/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ring - the doorbell: Redis streams that say "look", never what is true (design.md 2.1).
 *
 * An entry carries one protobuf envelope {ids, traceparent, min_reader}. Losing, doubling or
 * forging one costs at most a wasted look: rows decide. Streams of work are read by a group (each
 * ring wakes one replica); events are read without one (each replica sees all). A wiped Redis is
 * answered by making the group again; garbage and envelopes from the future are acknowledged and
 * counted. hiredis, blocking, one connection for each struct ring; one thread at a time.
 */
#ifndef KIT_RING_H
#define KIT_RING_H

#include "base/arena.h"

#define RING_RUNS     "millrace:runs"           /* -> orchestrator: a run was made or changed */
#define RING_VALIDATE "millrace:tasks:validate" /* -> validation: a validate task is ready */
#define RING_LOAD     "millrace:tasks:load"     /* -> transform: a load task is ready */
#define RING_EVENTS   "millrace:events" /* -> every orchestrator replica: tell the browsers */
#define RING_AUTH     "millrace:auth"   /* -> every gateway replica: drop a cached session */

struct ring;

struct ring_conf {
	const char *address;  /* "127.0.0.1:6379" or "unix:/path"; borrowed */
	const char *user;     /* ACL user, NULL = default */
	const char *password; /* NULL = none */
	const char *consumer; /* instance name, for groups */
};

/* What an envelope says; empty strings where it says nothing. Mirrors proto/millrace/v1/ring.proto.
 */
struct ring_msg {
	char run_id[40];      /* UUID or "" */
	char task_id[40];     /* UUID or "" */
	char subject[64];     /* stream-specific: session hash for RING_AUTH, kind of event */
	char traceparent[56]; /* W3C, or "" */
	int64_t bytes, bytes_total, rows, rejects; /* progress in RING_EVENTS; 0 unknown */
	int64_t elapsed_ms;                        /* since the task began */
	char stage[16];                            /* "upload" "check" "load" "commit" or "" */
};

/* ring_new - a handle; connects lazily, again after each failure. */
struct ring *ring_new(const struct ring_conf *c) MUST_CHECK;
void ring_free(struct ring **r);

/*
 * ring_put - add one envelope to a stream (MAXLEN ~ 10000 on RING_EVENTS and RING_AUTH only).
 *
 * Errors  ERR_UNAVAILABLE  log and go on: the sweeper finds the row
 * Cost    one round trip, at most 1 s
 */
int ring_put(
    struct ring *r, const char *stream, const struct ring_msg *m, struct err *err) MUST_CHECK;

/*
 * ring_wait - wait for a ring on a work stream, take and acknowledge up to 64 at once.
 *
 * stream   one of the work streams; its group is the part behind the last ':' and is made when
 * missing wait_ms  longest wait, 0..10000 out, n   room for n messages; out_n messages written, 0
 * when the time ran out
 *
 * Errors  ERR_UNAVAILABLE  Redis is away: poll the database at the sweep interval, try again
 */
int ring_wait(struct ring *r, const char *stream, int64_t wait_ms, struct ring_msg *out, size_t n,
    size_t *out_n, struct err *err) MUST_CHECK;

/*
 * ring_follow - wait for entries of a stream without a group, from now on (first call) or from
 * where the last call of this handle ended. Errors as ring_wait.
 */
int ring_follow(struct ring *r, const char *stream, int64_t wait_ms, struct ring_msg *out, size_t n,
    size_t *out_n, struct err *err) MUST_CHECK;

/*
 * ring_length - entries of a work stream that nobody has taken yet; 0 when there is no such stream.
 *
 * Errors  ERR_UNAVAILABLE
 */
int ring_length(struct ring *r, const char *stream, int64_t *out, struct err *err) MUST_CHECK;

/* ring_ping - is Redis there? For readiness and start order. ERR_UNAVAILABLE when not. */
int ring_ping(struct ring *r, struct err *err) MUST_CHECK;

#endif
