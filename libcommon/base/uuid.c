/* SPDX-License-Identifier: Apache-2.0 */
/* uuid - UUIDv7 (RFC 9562) as text: time-ordered ids made by whoever creates the thing. */
#include "base/uuid.h"

#include <pthread.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/die.h"
#include "base/text.h"

enum { RAW_BYTES = 16, SEQ_MAX = 0xfff };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int64_t last_ms;   /* time in the newest id */
static unsigned last_seq; /* its 12 bits behind the version */

/* RFC 9562 6.2 method 1: the 12 bits count within a millisecond from a random start. */
static void next_tick(unsigned start, int64_t *ms, unsigned *seq)
{
	const int64_t now_ms = clock_now_ms();
	pthread_mutex_lock(&lock);
	if (now_ms > last_ms) {
		last_ms = now_ms;
		last_seq = start;
	} else if (last_seq < SEQ_MAX) {
		last_seq++;
	} else {
		last_ms++;
		last_seq = start;
	}
	*ms = last_ms;
	*seq = last_seq;
	pthread_mutex_unlock(&lock);
}

void uuid_make(char *out)
{
	uint8_t raw[RAW_BYTES];
	if (getrandom(raw, sizeof(raw), 0) != (ssize_t)sizeof(raw))
		bug("getrandom failed");

	int64_t ms;
	unsigned seq;
	next_tick(((unsigned)raw[6] << 8 | raw[7]) & 0x7ffu, &ms, &seq);
	for (int i = 0; i < 6; i++)
		raw[i] = (uint8_t)(ms >> (40 - 8 * i));
	raw[6] = (uint8_t)(0x70 | seq >> 8);
	raw[7] = (uint8_t)seq;
	raw[8] = (uint8_t)(0x80 | (raw[8] & 0x3f));

	static const int groups[] = { 4, 2, 2, 2, 6 };
	const uint8_t *p = raw;
	for (size_t g = 0; g < ARRAY_SIZE(groups); g++) {
		text_hex(p, (size_t)groups[g], out);
		p += groups[g];
		out += 2 * groups[g];
		*out++ = g + 1 < ARRAY_SIZE(groups) ? '-' : '\0';
	}
}

bool uuid_is_valid(const char *s)
{
	if (s == NULL || strlen(s) != UUID_TEXT_BYTES - 1)
		return false;
	for (int i = 0; i < UUID_TEXT_BYTES - 1; i++) {
		const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
		const bool hex = (s[i] >= '0' && s[i] <= '9') || (s[i] >= 'a' && s[i] <= 'f');
		if (dash ? s[i] != '-' : !hex)
			return false;
	}
	return true;
}
