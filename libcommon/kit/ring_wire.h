/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ring_wire - internal to kit/ring: struct ring_msg to and from the protobuf envelope of
 * proto/millrace/v1/ring.proto. Fields are only added; a field unknown to us is passed over; an
 * envelope whose min_reader is above ours, one over RING_WIRE_MAX_BYTES and garbage are counted and
 * refused.
 */
#ifndef KIT_RING_WIRE_H
#define KIT_RING_WIRE_H

#include "kit/ring.h"

enum { RING_WIRE_MAX_BYTES = 1024, RING_READER = 1 };

/* Name of the stream entry's field that holds the envelope. */
#define RING_WIRE_FIELD "e"

/* ring_wire_encode - write the envelope; out holds RING_WIRE_MAX_BYTES. Returns its length. */
size_t ring_wire_encode(const struct ring_msg *m, uint8_t *out);

/* ring_wire_decode - read an envelope; false (and counted) when it is not for us. out is then
 * untouched. */
bool ring_wire_decode(const uint8_t *p, size_t n, struct ring_msg *out);

/* ring_wire_refuse - count one refused entry; reason is a constant. Returns false. */
bool ring_wire_refuse(const char *reason);

#endif
