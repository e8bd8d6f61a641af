/* SPDX-License-Identifier: Apache-2.0 */
/* clock - the two clocks. Wall time is for display and token checks only; deadlines use the
 * monotonic clock, leases the database's (design.md 2.3). Tests set both by hand. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include "base/macros.h"

enum { CLOCK_RFC3339_BYTES = 25 }; /* "2026-11-20T10:42:07.123Z" and NUL */

/* clock_now_ms - wall clock, ms since 1970-01-01 UTC. */
int64_t clock_now_ms(void);

/* clock_mono_ms - monotonic clock in ms, arbitrary start. */
int64_t clock_mono_ms(void);

/* clock_format - RFC 3339 in UTC with milliseconds.
 * at_ms 0..253402300799999 (year 9999); out at least CLOCK_RFC3339_BYTES. */
void clock_format(int64_t at_ms, char *out);

/* clock_set_for_test - freeze both clocks at these values; negative values unfreeze. */
void clock_set_for_test(int64_t now_ms, int64_t mono_ms);

#endif
