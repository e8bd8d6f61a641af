/* SPDX-License-Identifier: Apache-2.0 */
/* pb - the arena as protobuf-c's allocator. */
#include "kit/pb.h"

static void *take(void *arena, size_t n)
{
	struct err err = { 0 };
	void *p = NULL;

	return arena_try(arena, n, &p, &err) == 0 ? p : NULL;
}

static void give_nothing_back(void *arena, void *p)
{
	(void)arena;
	(void)p;
}

ProtobufCAllocator pb_arena_allocator(struct arena *a)
{
	return (
	    ProtobufCAllocator){ .alloc = take, .free = give_nothing_back, .allocator_data = a };
}
