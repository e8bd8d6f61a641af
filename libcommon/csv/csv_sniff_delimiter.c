/* SPDX-License-Identifier: Apache-2.0 */
/* csv_sniff_delimiter - candidates by how evenly they stand on lines. */
#include "csv/csv_sniff_delimiter.h"

#include <ctype.h>
#include <stdlib.h>

#include "base/mem.h"

enum { PAIRS_TRIED = 5, RUNS_LOOKED_AT = 2000 };

/* Characters outside ASCII that exports separate with. */
static const char *const wide[] = { "\xc2\xa6", "\xc2\xa7", "\xc2\xac", "\xc2\xb6", "\xc2\xb7",
	"\xc2\xa4", "\xc3\xbe", "\xc3\xbf", "\xe2\x80\xa0", "\xe2\x94\x82", "\xef\xbd\x9c",
	"\xef\xbc\x8c", "\xef\xbc\x9b", "\xe3\x80\x81", "\xe2\x90\x9f", "\xe2\x90\x9e" };

static double prior_of(uint8_t c)
{
	if (strchr(",;\t|", c) != NULL)
		return 1;
	if (c < ' ')
		return 1;
	if (c == '^' || c == '~')
		return 0.97;
	if (c == ':')
		return 0.85;
	return c == ' ' ? 0.8 : 0.7;
}

double csv_delimiter_prior(const char *text)
{
	double least = 1;
	if (text[0] == '\0' || text[1] == '\0')
		return text[0] == '\0' ? 1 : prior_of((uint8_t)text[0]);
	if ((text[0] & 0x80) != 0)
		return 0.95;
	for (const char *c = text; *c != '\0'; c++) {
		const double prior = *c == ' ' ? 1 : prior_of((uint8_t)*c);
		least = prior < least ? prior : least;
	}
	return 0.955 * least;
}

/* May this byte separate cells by itself? */
static bool may_separate(uint8_t c)
{
	if (c == '\n' || c == '\r' || c == 0 || c == '\f' || c >= 0x7f || isalnum(c))
		return false;
	return strchr("\"'._-()[]{}", c) == NULL;
}

/* How often something stands on lines. */
struct tally {
	uint32_t lines;    /* that hold it */
	uint32_t majority; /* the count most lines may have, and its votes */
	uint32_t votes;
	uint32_t now; /* on the line at hand */
};

struct census {
	struct tally bytes[128];
	struct tally wides[ARRAY_SIZE(wide)];
	uint32_t pairs[128][128]; /* lines that hold two bytes one behind the other */
	uint32_t last[128][128];  /* the line counted last */
	uint32_t inner[128];      /* within a time or a date */
	uint32_t all[128];
	uint32_t lines;
};

static void end_line(struct tally *t)
{
	t->lines += t->now > 0;
	if (t->votes == 0)
		t->majority = t->now;
	if (t->now == t->majority)
		t->votes++;
	else
		t->votes--;
	t->now = 0;
}

static void end_all(struct census *c)
{
	c->lines++;
	for (size_t i = 0; i < 128; i++)
		end_line(&c->bytes[i]);
	for (size_t i = 0; i < ARRAY_SIZE(wide); i++)
		end_line(&c->wides[i]);
}

static void count_wide(struct census *c, const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < ARRAY_SIZE(wide); i++) {
		const size_t len = strlen(wide[i]);
		if (n >= len && memcmp(p, wide[i], len) == 0)
			c->wides[i].now++;
	}
}

static size_t digits_before(const uint8_t *p, size_t at)
{
	size_t n = 0;
	while (n < 5 && n < at && isdigit(p[at - n - 1]))
		n++;
	return n;
}

static size_t digits_behind(const uint8_t *p, size_t n, size_t at)
{
	size_t count = 0;
	while (count < 5 && at + count + 1 < n && isdigit(p[at + count + 1]))
		count++;
	return count;
}

/* Does the byte stand within a value: 10:42, 11/20/2026, 2026-11-20 10:42, 1/2? */
static bool is_inner(const uint8_t *p, size_t n, size_t at)
{
	if (strchr(":/ +", p[at]) == NULL)
		return false;
	const size_t before = digits_before(p, at);
	const size_t behind = digits_behind(p, n, at);
	if (p[at] == ':')
		return (before == 1 || before == 2) && behind == 2;
	if (p[at] == ' ')
		return before >= 2 && behind == 2 && at + 3 < n && p[at + 3] == ':';
	return before > 0 && behind > 0;
}

static void take_census(struct census *c, const uint8_t *p, size_t n)
{
	bool any = false;
	for (size_t i = 0; i < n; i++) {
		const uint8_t byte = p[i];
		if (byte == '\n' || byte == '\r') {
			if (any)
				end_all(c);
			any = false;
			continue;
		}
		any = true;
		if (byte >= 128) {
			if (byte >= 0xc2)
				count_wide(c, p + i, n - i);
			continue;
		}
		c->bytes[byte].now++;
		c->all[byte]++;
		c->inner[byte] += is_inner(p, n, i);
		const uint8_t before = i > 0 ? p[i - 1] : 0;
		if (before < 128 && may_separate(before) && may_separate(byte) &&
		    c->last[before][byte] != c->lines + 1) {
			c->last[before][byte] = c->lines + 1;
			c->pairs[before][byte]++;
		}
	}
	if (any)
		end_all(c);
}

static double rank_of(const struct tally *t, uint32_t lines)
{
	return (double)t->lines / lines * (0.5 + 0.5 * t->votes / lines);
}

static void put(struct csv_delimiter *out, size_t *n, const char *text, double prior, double rank)
{
	size_t at = *n;
	for (size_t i = 0; i < *n; i++) {
		if (strcmp(out[i].text, text) == 0)
			return;
	}
	if (*n == CSV_DELIMITERS_TRIED && rank <= out[*n - 1].rank)
		return;
	if (*n == CSV_DELIMITERS_TRIED)
		at--;
	else
		(*n)++;
	for (; at > 0 && out[at - 1].rank < rank; at--)
		out[at] = out[at - 1];
	out[at] = (struct csv_delimiter){ .prior = prior, .rank = rank };
	memcpy(out[at].text, text, strlen(text) + 1);
}

static void put_bytes(const struct census *c, struct csv_delimiter *out, size_t *n)
{
	for (int b = 1; b < 128; b++) {
		const struct tally *t = &c->bytes[b];
		const char text[2] = { (char)b, '\0' };
		const bool usual = strchr(",;\t|", b) != NULL;
		if (!may_separate((uint8_t)b) || t->lines == 0)
			continue;
		if (!usual && (t->lines * 10 < c->lines || (t->lines < 2 && c->lines > 1)))
			continue;
		/* 10:42 and 1/3/2026 are values, not two or three. */
		const bool within =
		    b != ',' && c->inner[b] * 2 > c->all[b] && strchr(":/ +*", b) != NULL;
		put(out, n, text, within ? 0.3 : prior_of((uint8_t)b),
		    rank_of(t, c->lines) + (usual ? 1 : 0));
	}
	for (size_t i = 0; i < ARRAY_SIZE(wide); i++) {
		const struct tally *t = &c->wides[i];
		if (t->lines > 0 && t->lines * 5 >= c->lines)
			put(out, n, wide[i], 0.95, rank_of(t, c->lines));
	}
}

/* The byte that stands at `shift` from the run in nearly all places; 0 when there is none. */
static uint8_t neighbour(const uint8_t *p, size_t n, const char *run, size_t len, bool before)
{
	uint32_t counts[128] = { 0 };
	uint32_t all = 0;
	const uint8_t *at = p;
	const uint8_t *end = p + n;
	while (all < RUNS_LOOKED_AT && (at = memmem(at, (size_t)(end - at), run, len)) != NULL) {
		const uint8_t *next = before ? at - 1 : at + len;
		at += len;
		all++;
		if (next >= p && next < end && *next < 128)
			counts[*next]++;
	}
	for (uint8_t c = 1; c < 127; c++) {
		if (may_separate(c) && all > 0 && counts[c] * 20 >= all * 19)
			return c;
	}
	return 0;
}

/* Is the run one byte repeated that elsewhere mostly stands alone? Then empty cells made it. */
static bool is_of_empty_cells(
    const struct census *c, const uint8_t *p, size_t n, const char *run, size_t len)
{
	size_t runs = 0;
	for (size_t i = 1; i < len; i++) {
		if (run[i] != run[0])
			return false;
	}
	const uint8_t *end = p + n;
	for (const uint8_t *at = p; (at = memmem(at, (size_t)(end - at), run, len)) != NULL;
	     at += len)
		runs++;
	return runs * len * 2 < c->all[(uint8_t)run[0]];
}

/* Two bytes, and what always stands around them. */
static void put_run(const struct census *c, const uint8_t *p, size_t n, int a, int b,
    struct csv_delimiter *out, size_t *n_out)
{
	char run[CSV_DELIMITER_BYTES + 1] = { (char)a, (char)b };
	size_t len = 2;
	uint8_t more;
	while (len < CSV_DELIMITER_BYTES && (more = neighbour(p, n, run, len, false)) != 0)
		run[len++] = (char)more;
	while (len < CSV_DELIMITER_BYTES && (more = neighbour(p, n, run, len, true)) != 0) {
		memmove(run + 1, run, len++);
		run[0] = (char)more;
	}
	size_t blanks = 0;
	for (size_t i = 0; i < len; i++)
		blanks += run[i] == ' ';
	if (blanks < len && !is_of_empty_cells(c, p, n, run, len))
		put(out, n_out, run, csv_delimiter_prior(run), (double)c->pairs[a][b] / c->lines);
}

static void put_runs(
    struct census *c, const uint8_t *p, size_t n, struct csv_delimiter *out, size_t *n_out)
{
	for (size_t k = 0; k < PAIRS_TRIED; k++) {
		int a = 0;
		int b = 0;
		for (int i = 0; i < 128; i++) {
			for (int j = 0; j < 128; j++) {
				if (c->pairs[i][j] > c->pairs[a][b]) {
					a = i;
					b = j;
				}
			}
		}
		if (c->pairs[a][b] * 3 < c->lines || c->pairs[a][b] == 0)
			return;
		put_run(c, p, n, a, b, out, n_out);
		c->pairs[a][b] = 0;
	}
}

size_t csv_delimiters_find(const uint8_t *p, size_t n, struct csv_delimiter *out)
{
	struct census *c = mem_alloc(sizeof(*c));
	size_t found = 0;
	take_census(c, p, n);
	if (c->lines > 0) {
		put_bytes(c, out, &found);
		put_runs(c, p, n, out, &found);
	}
	free(c);
	return found;
}
