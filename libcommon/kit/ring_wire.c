/* SPDX-License-Identifier: Apache-2.0 */
/* ring_wire - the envelope in protobuf. */
#include "kit/ring_wire.h"
#include "base/buf.h"
#include "base/die.h"
#include "kit/metrics.h"
#include "kit/pb.h"
#include "proto/millrace/v1/ring.pb-c.h"

#include <stdio.h>
#include <string.h>

enum { DECODE_ARENA_BYTES = 64 << 10 };

/* By enum value; what is not in here is unknown. */
static const char *const stages[] = { "", "upload", "check", "load", "commit" };

static Millrace__V1__Stage stage_of(const char *name)
{
	for (size_t i = 1; i < ARRAY_SIZE(stages); i++)
		if (strcmp(stages[i], name) == 0)
			return (Millrace__V1__Stage)i;
	return MILLRACE__V1__STAGE__STAGE_UNKNOWN;
}

static bool has_progress(const struct ring_msg *m)
{
	return m->stage[0] || m->bytes || m->bytes_total || m->rows || m->rejects;
}

static Millrace__V1__Progress progress_of(const struct ring_msg *m)
{
	Millrace__V1__Progress p = MILLRACE__V1__PROGRESS__INIT;

	p.has_stage = p.has_bytes = p.has_bytes_total = p.has_rows = p.has_rejects = 1;
	p.stage = stage_of(m->stage);
	p.bytes = m->bytes;
	p.bytes_total = m->bytes_total;
	p.rows = m->rows;
	p.rejects = m->rejects;
	p.has_elapsed_ms = m->elapsed_ms != 0;
	p.elapsed_ms = m->elapsed_ms;
	return p;
}

/* protobuf-c's strings are not const; packing does not write to them. */
static char *text_field(const char *s, char *copy, size_t n)
{
	if (!s[0])
		return NULL;
	snprintf(copy, n, "%s", s);
	return copy;
}

size_t ring_wire_encode(const struct ring_msg *m, uint8_t *out)
{
	Millrace__V1__Ring ring = MILLRACE__V1__RING__INIT;
	Millrace__V1__Progress progress = progress_of(m);
	struct ring_msg copy;

	ring.has_min_reader = 1;
	ring.min_reader = 1;
	ring.run_id = text_field(m->run_id, copy.run_id, sizeof(copy.run_id));
	ring.task_id = text_field(m->task_id, copy.task_id, sizeof(copy.task_id));
	ring.subject = text_field(m->subject, copy.subject, sizeof(copy.subject));
	ring.traceparent = text_field(m->traceparent, copy.traceparent, sizeof(copy.traceparent));
	if (has_progress(m))
		ring.progress = &progress;
	ASSERT(millrace__v1__ring__get_packed_size(&ring) <= RING_WIRE_MAX_BYTES);
	return millrace__v1__ring__pack(&ring, out);
}

bool ring_wire_refuse(const char *reason)
{
	char labels[64];

	snprintf(labels, sizeof(labels), "reason=\"%s\"", reason);
	metrics_add(metrics_counter("millrace_ring_refused_total", labels,
			"Stream entries passed over because they could not be read"),
	    1);
	return false;
}

/* A text that does not fit, or holds a control byte, is no id of ours. */
static bool take_text(char *out, size_t cap, const char *s)
{
	if (!s)
		return true;
	const size_t n = strlen(s);
	if (n >= cap)
		return false;
	for (size_t i = 0; i < n; i++)
		if (s[i] < 0x20 || s[i] == 0x7f)
			return false;
	memcpy(out, s, n + 1);
	return true;
}

static bool take_ring(const Millrace__V1__Ring *ring, struct ring_msg *m)
{
	const Millrace__V1__Progress *p = ring->progress;

	if (p) {
		const size_t stage = (size_t)p->stage;
		if (p->has_stage && stage < ARRAY_SIZE(stages))
			snprintf(m->stage, sizeof(m->stage), "%s", stages[stage]);
		m->bytes = p->bytes;
		m->bytes_total = p->bytes_total;
		m->rows = p->rows;
		m->rejects = p->rejects;
		m->elapsed_ms = p->elapsed_ms;
	}
	return take_text(m->run_id, sizeof(m->run_id), ring->run_id) &&
	       take_text(m->task_id, sizeof(m->task_id), ring->task_id) &&
	       take_text(m->subject, sizeof(m->subject), ring->subject) &&
	       take_text(m->traceparent, sizeof(m->traceparent), ring->traceparent);
}

static void free_arena(struct arena **a)
{
	arena_free(a);
}

bool ring_wire_decode(const uint8_t *p, size_t n, struct ring_msg *out)
{
	struct ring_msg m = { 0 };

	if (n == 0 || n > RING_WIRE_MAX_BYTES * 4)
		return ring_wire_refuse("size");
	scoped(struct arena *, free_arena) a = arena_new(DECODE_ARENA_BYTES);
	ProtobufCAllocator allocator = pb_arena_allocator(a);
	const Millrace__V1__Ring *ring = millrace__v1__ring__unpack(&allocator, n, p);
	if (!ring)
		return ring_wire_refuse("garbage");
	if (ring->has_min_reader && ring->min_reader > RING_READER)
		return ring_wire_refuse("future");
	if (!take_ring(ring, &m))
		return ring_wire_refuse("garbage");
	*out = m;
	return true;
}
