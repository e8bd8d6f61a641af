/* SPDX-License-Identifier: Apache-2.0 */
/* clock - the two clocks. */
#include "base/clock.h"

#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "base/die.h"

static _Atomic int64_t frozen_now_ms = -1;
static _Atomic int64_t frozen_mono_ms = -1;

static int64_t read_clock(clockid_t id)
{
	struct timespec ts;
	if (clock_gettime(id, &ts) != 0)
		bug("clock_gettime failed");
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t clock_now_ms(void)
{
	const int64_t frozen = atomic_load(&frozen_now_ms);
	return frozen >= 0 ? frozen : read_clock(CLOCK_REALTIME);
}

int64_t clock_mono_ms(void)
{
	const int64_t frozen = atomic_load(&frozen_mono_ms);
	return frozen >= 0 ? frozen : read_clock(CLOCK_MONOTONIC);
}

/* Writes value with that many digits and the byte that follows it. */
static char *put(char *out, int value, int digits, char then)
{
	for (int i = digits - 1; i >= 0; i--, value /= 10)
		out[i] = (char)('0' + value % 10);
	out[digits] = then;
	return out + digits + 1;
}

void clock_format(int64_t at_ms, char *out)
{
	ASSERT(at_ms >= 0 && at_ms <= 253402300799999);
	const time_t at_s = (time_t)(at_ms / 1000);
	struct tm tm;
	if (gmtime_r(&at_s, &tm) == NULL)
		bug("gmtime_r failed");
	out = put(out, tm.tm_year + 1900, 4, '-');
	out = put(out, tm.tm_mon + 1, 2, '-');
	out = put(out, tm.tm_mday, 2, 'T');
	out = put(out, tm.tm_hour, 2, ':');
	out = put(out, tm.tm_min, 2, ':');
	out = put(out, tm.tm_sec, 2, '.');
	out = put(out, (int)(at_ms % 1000), 3, 'Z');
	*out = '\0';
}

void clock_set_for_test(int64_t now_ms, int64_t mono_ms)
{
	atomic_store(&frozen_now_ms, now_ms);
	atomic_store(&frozen_mono_ms, mono_ms);
}
