/* SPDX-License-Identifier: Apache-2.0 */
/* mem - allocation that cannot fail: running out of memory aborts with one line. For process
 * lifetime only; request and task memory comes from an arena (base/arena.h). Free with free(). */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include "base/macros.h"

/* mem_alloc - new, n zeroed bytes; n 0 gives a unique pointer. Owner: caller, free(). */
void *mem_alloc(size_t n) MUST_CHECK;

/* mem_array - new, count * size zeroed bytes; a product that overflows aborts. */
void *mem_array(size_t count, size_t size) MUST_CHECK;

/* mem_resize - realloc that aborts instead of failing; new bytes are not zeroed. */
void *mem_resize(void *p, size_t n) MUST_CHECK;

/* mem_dup - new copy of a NUL-terminated string; NULL gives NULL. */
char *mem_dup(const char *s) MUST_CHECK;

#endif
