/* SPDX-License-Identifier: Apache-2.0 */
/*
 * die - the two ways a process ends itself: a boot fault (die) and a programming error (bug,
 * ASSERT). ASSERT stays on in production: the supervisor restarts us, a wrong answer cannot be
 * taken back.
 */
#ifndef BASE_DIE_H
#define BASE_DIE_H

#include "base/macros.h"

/* Exit codes of boot faults, as in sysexits.h. */
enum { DIE_USAGE = 64, DIE_DEPENDENCY = 69, DIE_CONFIG = 78 };

/*
 * die - one JSON line at level error on stderr, then exit. Only during boot.
 *
 * exit_code  DIE_USAGE, DIE_DEPENDENCY or DIE_CONFIG
 * fmt        what and why, no secret
 */
void die(int exit_code, const char *fmt, ...) PRINTF_LIKE(2, 3) NORETURN;

/* bug_at - log the place and abort; use bug() and ASSERT(). */
void bug_at(const char *file, int line, const char *fmt, ...) PRINTF_LIKE(3, 4) NORETURN;

#define bug(...) bug_at(__FILE__, __LINE__, __VA_ARGS__)
#define ASSERT(cond)                                                                               \
	do {                                                                                       \
		if (!(cond))                                                                       \
			bug("assertion failed: %s", #cond);                                        \
	} while (0)

#endif
