/* SPDX-License-Identifier: Apache-2.0 */
/* csv_sniff_light - which bytes are looked at closely. */
#include "csv/csv_sniff_light.h"

#include <stdlib.h>

#include "base/mem.h"

/* Line ends of any kind: what they are is not known yet. */
static size_t next_line(const uint8_t *p, size_t n, size_t at)
{
	while (at < n && p[at] != '\n' && p[at] != '\r')
		at++;
	if (at + 1 < n && p[at] == '\r' && p[at + 1] == '\n')
		return at + 2;
	return at < n ? at + 1 : n;
}

/* The last line start at or before `at`, but not before `floor`; floor when there is none. */
static size_t line_start(const uint8_t *p, size_t at, size_t floor)
{
	while (at > floor && p[at - 1] != '\n' && (p[at - 1] != '\r' || p[at] == '\n'))
		at--;
	return at;
}

/* Whole lines of the front: about CSV_LIGHT_FRONT bytes, more when lines are long. */
static size_t front_bytes(const struct csv_sample *s, size_t from)
{
	const size_t left = s->n - from;
	size_t n = left < CSV_LIGHT_FRONT ? left : CSV_LIGHT_FRONT;
	if (n == left && s->end)
		return n;
	const size_t two = next_line(s->p + from, left, next_line(s->p + from, left, 0));
	if (two > n)
		return two < CSV_LIGHT_LONG ? two : left < CSV_LIGHT_LONG ? left : CSV_LIGHT_LONG;
	const size_t cut = line_start(s->p + from, n, 0);
	return cut > 0 ? cut : n;
}

static void add(struct csv_light *l, const uint8_t *p, size_t n)
{
	memcpy(l->own + l->n, p, n);
	l->n += n;
}

/* Whole lines of a sample around `at`, not before `floor`; returns where they end. */
static size_t add_piece(
    struct csv_light *l, const struct csv_sample *s, size_t at, size_t floor, size_t bytes)
{
	const size_t from = line_start(s->p, at, at > floor + bytes ? at - bytes : floor);
	const bool starts = from == 0 || s->p[from - 1] == '\n' || s->p[from - 1] == '\r';
	const size_t start = starts ? from : next_line(s->p, s->n, from);
	if (start >= s->n)
		return floor;
	const size_t left = s->n - start;
	const size_t end = line_start(s->p, start + (left < bytes ? left : bytes), start);
	add(l, s->p + start, end - start);
	return end;
}

/* Pieces evenly over what stands behind `from` in a sample; returns where the last ends. */
static size_t add_spread(
    struct csv_light *l, const struct csv_sample *s, size_t from, size_t pieces)
{
	size_t floor = from;
	for (size_t i = 0; i < pieces; i++) {
		const size_t at = from + (s->n - from) / (pieces + 1) * (i + 1);
		if (at > floor)
			floor = add_piece(l, s, at, floor, CSV_LIGHT_PIECE);
	}
	return floor;
}

/* Where two bytes stand one behind the other, found by the rarer of them; n when nowhere. */
static size_t find_two(const uint8_t *p, size_t n, size_t at, const char two[2], size_t rare)
{
	for (at += rare; at < n; at++) {
		const uint8_t *hit = memchr(p + at, two[rare], n - at);
		if (hit == NULL)
			return n;
		at = (size_t)(hit - p);
		if (at - rare + 1 < n && memcmp(hit - rare, two, 2) == 0)
			return at - rare;
	}
	return n;
}

/* The place where two bytes stand first, when the front does not hold them. */
static void add_first(
    struct csv_light *l, const struct csv_sample *s, size_t from, const char two[2], size_t rare)
{
	if (from >= s->n || find_two(s->p, from, 0, two, rare) < from)
		return;
	const size_t at = find_two(s->p, s->n, from, two, rare);
	if (at < s->n)
		(void)add_piece(l, s, at, from, CSV_LIGHT_PIECE);
}

/* The first double quote. */
static void add_quote(struct csv_light *l, const struct csv_sample *s, size_t from)
{
	if (from >= s->n || memchr(s->p, '"', from) != NULL)
		return;
	const uint8_t *hit = memchr(s->p + from, '"', s->n - from);
	if (hit != NULL)
		(void)add_piece(l, s, (size_t)(hit - s->p), from, CSV_LIGHT_PIECE);
}

/* A CR that no LF follows. */
static void add_lone_cr(struct csv_light *l, const struct csv_sample *s, size_t from)
{
	for (size_t at = from; at + 1 < s->n; at++) {
		const uint8_t *hit = memchr(s->p + at, '\r', s->n - at - 1);
		if (hit == NULL || s->n - from > (64U << 20))
			return;
		at = (size_t)(hit - s->p);
		if (hit[1] != '\n') {
			(void)add_piece(l, s, at, from, CSV_LIGHT_PIECE);
			return;
		}
	}
}

static void add_end(struct csv_light *l, const struct csv_sample *s, size_t from)
{
	l->end = s->end;
	if (!s->end || s->n <= from)
		return;
	size_t at = s->n > CSV_LIGHT_PIECE ? s->n - CSV_LIGHT_PIECE : 0;
	at = at < from ? from : next_line(s->p, s->n, at);
	add(l, s->p + at, s->n - at);
}

static size_t skip_lines(const struct csv_sample *s, uint32_t lines)
{
	size_t at = 0;
	for (uint32_t i = 0; i < lines; i++)
		at = next_line(s->p, s->n, at);
	return at;
}

/* A line that was cut must not run on into the next piece. */
static void end_line(struct csv_light *l)
{
	const bool cr = memchr(l->own, '\n', l->n) == NULL && memchr(l->own, '\r', l->n) != NULL;
	if (l->n > 0 && l->own[l->n - 1] != '\n' && l->own[l->n - 1] != '\r')
		l->own[l->n++] = cr ? '\r' : '\n';
}

static void copy_pieces(
    struct csv_light *l, const struct csv_sample *samples, size_t n, size_t from)
{
	const struct csv_sample *front = &samples[0];
	const size_t bytes = front_bytes(front, from);
	const size_t room = bytes + CSV_LIGHT_PIECES * CSV_LIGHT_PIECE +
			    (n + 8) * (size_t)CSV_LIGHT_PIECE + 1 + CSV_PAD_BYTES;
	l->own = mem_alloc(room);
	l->p = l->own;
	add(l, front->p + from, bytes);
	end_line(l);
	l->front = l->n;
	l->end = false;
	const size_t behind = from + bytes;
	size_t last = add_spread(l, front, behind, n > 1 ? CSV_LIGHT_PIECES / 2 : CSV_LIGHT_PIECES);
	add_quote(l, front, behind);
	add_first(l, front, behind, "\\\"", 0);
	add_first(l, front, behind, "\n'", 1);
	add_lone_cr(l, front, behind);
	for (size_t i = 1; i < n; i++)
		last = add_spread(l, &samples[i], next_line(samples[i].p, samples[i].n, 0), 1);
	add_end(l, &samples[n - 1], last);
}

void csv_light_init(struct csv_light *l, const struct csv_sample *samples, size_t n, uint32_t lines)
{
	const struct csv_sample *front = &samples[0];
	const size_t from = skip_lines(front, lines);
	*l = (struct csv_light){ .line = 1U + lines, .skipped = from };
	if (n == 1 && front->end && front->n - from <= CSV_LIGHT_ALL) {
		l->p = front->p + from;
		l->n = l->front = front->n - from;
		l->whole = l->end = true;
		return;
	}
	copy_pieces(l, samples, n, from);
}

void csv_light_done(struct csv_light *l)
{
	free(l->own);
	*l = (struct csv_light){ 0 };
}
