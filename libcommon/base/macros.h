/* SPDX-License-Identifier: Apache-2.0 */
/* macros - the few language helpers every file may use. */
#ifndef BASE_MACROS_H
#define BASE_MACROS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Number of elements of a true array (not of a pointer). */
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* The caller must look at the return value. */
#define MUST_CHECK __attribute__((warn_unused_result))

/* printf-like function: format is argument f (1-based), values start at v. */
#define PRINTF_LIKE(f, v) __attribute__((format(printf, f, v)))

#define UNUSED   __attribute__((unused))
#define NORETURN __attribute__((noreturn))

/*
 * A local that is released by fn(&local) when it leaves scope:
 * scoped(PGresult *, result_clear) res = NULL;
 */
#define scoped(type, free_fn) __attribute__((cleanup(free_fn))) type

/* Bytes that belong to somebody else: may hold NUL, has no terminator. */
struct span {
	const uint8_t *p; /* first byte; may be NULL when n is 0 */
	size_t n;         /* count of bytes */
};

#endif
