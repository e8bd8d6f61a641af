/* SPDX-License-Identifier: Apache-2.0 */
/* near - which known name did somebody mean? */
#include "base/near.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { WORD_MAX = 63, SLIP = 2, CASE_SLIP = 1 };

void near_init(struct near *n, const char *word)
{
	*n = (struct near){ .word = word };
}

static unsigned min_of(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static unsigned cost_of(char a, char b)
{
	if (a == b)
		return 0;
	return tolower((unsigned char)a) == tolower((unsigned char)b) ? CASE_SLIP : SLIP;
}

/* Optimal string alignment over three rows; a slip costs 2, a wrong case 1. */
static unsigned distance(const char *a, size_t an, const char *b, size_t bn)
{
	unsigned rows[3][WORD_MAX + 1];

	for (size_t j = 0; j <= bn; j++)
		rows[0][j] = (unsigned)j * SLIP;
	for (size_t i = 1; i <= an; i++) {
		unsigned *now = rows[i % 3];
		const unsigned *up = rows[(i - 1) % 3];

		now[0] = (unsigned)i * SLIP;
		for (size_t j = 1; j <= bn; j++) {
			now[j] = min_of(up[j - 1] + cost_of(a[i - 1], b[j - 1]),
			    min_of(up[j], now[j - 1]) + SLIP);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				now[j] = min_of(now[j], rows[(i - 2) % 3][j - 2] + SLIP);
		}
	}
	return rows[an % 3][bn];
}

void near_try(struct near *n, const char *name)
{
	const size_t wn = strlen(n->word);
	const size_t nn = strlen(name);

	if (wn == 0 || wn > WORD_MAX || nn > WORD_MAX)
		return;
	const unsigned most = wn <= 2 ? SLIP / 2 : wn <= 4 ? SLIP : (unsigned)(wn / 3) * SLIP;
	const unsigned cost = distance(n->word, wn, name, nn);

	/* A word that differs only in case is always near. */
	if (cost > most && strcasecmp(n->word, name) != 0)
		return;
	if (n->best == NULL || cost < n->cost) {
		n->best = name;
		n->cost = cost;
	}
}
