/* SPDX-License-Identifier: Apache-2.0 */
/* csv_sniff_count - regular rows, fast where no quote stands. */
#include "csv/csv_sniff_count.h"

struct counter {
	const struct csv_dialect *d;
	struct csv_probe reader;
	size_t width, line_bytes;
	bool fast; /* one byte separates, LF ends lines */
	struct csv_tally *out;
};

/* The sum of eight bytes. */
static size_t add_bytes(uint64_t bytes)
{
	const uint64_t even = UINT64_C(0x00ff00ff00ff00ff);
	const uint64_t pairs = (bytes & even) + (bytes >> 8 & even);
	return (size_t)(pairs * UINT64_C(0x0001000100010001) >> 48);
}

/* How often a byte stands in n bytes; eight at a time, counted in bytes that hold up to 255. */
static size_t count_byte(const uint8_t *p, size_t n, uint8_t byte)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	const uint64_t low = UINT64_C(0x7f7f7f7f7f7f7f7f);
	const uint64_t pattern = ones * byte;
	size_t count = 0;
	size_t i = 0;
	while (i + 8 <= n) {
		uint64_t found = 0;
		for (unsigned words = 0; words < 255 && i + 8 <= n; words++, i += 8) {
			uint64_t word;
			memcpy(&word, p + i, 8);
			word ^= pattern;
			found += ~(((word & low) + low) | word | low) >> 7;
		}
		count += add_bytes(found);
	}
	for (; i < n; i++)
		count += p[i] == byte;
	return count;
}

static void take(const struct counter *c, size_t n, size_t lines, bool regular, bool bad)
{
	struct csv_tally *t = c->out;
	const size_t bytes = csv_view_weight(n, lines, c->line_bytes);
	t->rows++;
	t->bytes += bytes;
	t->regular += regular;
	t->regular_bytes += regular ? bytes : 0;
	t->bad += bad;
}

/* A line without quotes. */
static void take_line(const struct counter *c, const uint8_t *p, size_t n)
{
	const size_t text = n > 0 && p[n - 1] == '\r' ? n - 1 : n;
	if (text == 0 || (c->reader.comment_n > 0 && n >= c->reader.comment_n &&
			     memcmp(p, c->d->comment, c->reader.comment_n) == 0))
		return;
	take(c, n + 1, 1, count_byte(p, n, (uint8_t)c->d->delimiter[0]) + 1 == c->width, false);
}

/* A row with quotes; returns the start of the next. */
static size_t take_row(const struct counter *c, const uint8_t *p, size_t n, bool eof, size_t at)
{
	struct csv_probe_row row;
	csv_probe_read(&c->reader, p, n, eof, at, &row, NULL, 0);
	if (!row.blank && !row.comment && !row.open)
		take(c, row.next - at, row.lines, !row.bad && row.cells == c->width, row.bad);
	return row.next;
}

static size_t find(const uint8_t *p, size_t n, size_t at, char c)
{
	const uint8_t *hit = at < n ? memchr(p + at, c, n - at) : NULL;
	return hit == NULL ? n : (size_t)(hit - p);
}

static void count_sample(const struct counter *c, const struct csv_sample *s, size_t at)
{
	size_t quote = c->d->quote == '\0' ? s->n : find(s->p, s->n, at, c->d->quote);
	while (at < s->n) {
		const size_t end = c->fast ? find(s->p, s->n, at, '\n') : 0;
		if (quote < at)
			quote = find(s->p, s->n, at, c->d->quote);
		if (!c->fast || quote < end) {
			at = take_row(c, s->p, s->n, s->end, at);
			continue;
		}
		if (end == s->n && !s->end)
			return;
		take_line(c, s->p + at, end - at);
		at = end + 1;
	}
}

void csv_tally_count(const struct csv_sample *samples, size_t n, const struct csv_view *v,
    size_t skip, struct csv_tally *out)
{
	const struct csv_dialect *d = &v->dialect;
	struct counter c = { .d = d, .width = v->width, .line_bytes = v->line_bytes, .out = out };
	*out = (struct csv_tally){ 0 };
	csv_probe_init(&c.reader, d);
	c.fast = c.reader.delimiter_n == 1 && d->line_end == CSV_LINE_LF;
	count_sample(&c, &samples[0], skip);
	for (size_t i = 1; i < n; i++) {
		const size_t start = csv_probe_line(&c.reader, samples[i].p, samples[i].n, 0);
		count_sample(&c, &samples[i], start);
	}
}
