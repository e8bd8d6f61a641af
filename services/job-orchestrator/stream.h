/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stream - the open event streams: who listens, in which domains, heartbeats, an end after a while.
 *
 * A stream joins before its snapshot is read; what is told in between waits behind the snapshot, so
 * that nothing is missed. It ends after conf.stream_ms: the browser comes back through the gateway,
 * which looks at the session again, so that a stream outlives a sign-out by no more than that.
 */
#ifndef JOB_ORCHESTRATOR_STREAM_H
#define JOB_ORCHESTRATOR_STREAM_H

#include "kit/http_server.h"

enum { STREAM_HEARTBEAT_MS = 15000 };

struct event_base;

/* stream_start - heartbeats on this loop. stream_stop - the reverse; streams are closed by then. */
void stream_start(struct event_base *base);
void stream_stop(void);

/* stream_count - streams open now. Any thread. */
int stream_count(void);

/*
 * stream_tell - send one event to everybody who may see the domain. Any thread.
 *
 * event  "run" or "progress"; borrowed for ever
 * data   one line of JSON; copied
 */
void stream_tell(const char *domain, const char *event, const char *data);

#endif
