/* SPDX-License-Identifier: Apache-2.0 */
/* pb - protobuf-c messages unpacked straight into an arena; nothing to free. Here and not in base/,
 * which knows no protobuf. Source: FRR's qpb_allocator.h. */
#ifndef KIT_PB_H
#define KIT_PB_H

#include <protobuf-c/protobuf-c.h>

#include "base/arena.h"

/* pb_arena_allocator - allocator for foo__unpack: memory of a, refused (NULL, so unpack fails) past
 * its cap; freeing does nothing. Valid as long as a, which is borrowed. */
ProtobufCAllocator pb_arena_allocator(struct arena *a);

#endif
