/* SPDX-License-Identifier: Apache-2.0 */
/* csv_sweep - rows and cells by masks, where every quote stands where it should. */
#include <stdlib.h>

#include "base/mem.h"
#include "csv/csv_scan_priv.h"

/* A sweep between two odd rows. */
struct sweep {
	struct csv_scan *s;
	struct csv_batch *b;
	size_t slot;
	size_t n;         /* ends in use */
	size_t first;     /* of the row at hand */
	size_t extra;     /* cells of the row at hand that were left out */
	size_t start;     /* byte at which the row at hand starts */
	size_t doubled;   /* byte behind the last doubled quote */
	size_t free_from; /* earliest byte at which a delimiter may begin */
	uint64_t inside;  /* all ones: a quote is open */
	uint64_t closed;  /* bit 0: the byte before is a closing quote */
	int cr;           /* the byte before LF that is no text; -1 where there is none */
};

/* The place of the lowest bit, which goes; anything when there is none. */
static CSV_ALWAYS uint32_t take_bit(uint64_t *bits)
{
	const uint32_t place = (uint32_t)__builtin_ctzll(*bits | UINT64_C(1) << 63);
	*bits &= *bits - 1;
	return place;
}

/* Writes at + i for each bit i; room for eight more than there are bits. Unrolled: most words hold
 * four to eight cells, and a loop for each bit is foretold wrong at every word. */
static CSV_ALWAYS void put_ends(uint32_t *out, uint64_t bits, size_t at, size_t count)
{
	const uint32_t base = (uint32_t)at;
	for (size_t done = 0; done < count; done += 8) {
		out[done] = base + take_bit(&bits);
		out[done + 1] = base + take_bit(&bits);
		out[done + 2] = base + take_bit(&bits);
		out[done + 3] = base + take_bit(&bits);
		out[done + 4] = base + take_bit(&bits);
		out[done + 5] = base + take_bit(&bits);
		out[done + 6] = base + take_bit(&bits);
		out[done + 7] = base + take_bit(&bits);
	}
}

/* Of delimiters that overlap the first counts. */
static CSV_ALWAYS uint64_t part_delimiters(struct sweep *k, uint64_t delimiters, size_t at)
{
	uint64_t real = 0;
	for (; delimiters != 0; delimiters &= delimiters - 1) {
		const unsigned bit = (unsigned)__builtin_ctzll(delimiters);
		if (at + bit < k->free_from)
			continue;
		real |= UINT64_C(1) << bit;
		k->free_from = at + bit + k->s->want.delimiter_n;
	}
	return real;
}

/* The row at hand ends before `end`; its last cell is ends[last]. Returns whether it took a slot.
 */
static CSV_ALWAYS bool end_row(struct sweep *k, size_t last, size_t end)
{
	struct csv_scan *s = k->s;
	const size_t cells = last - k->first + 1 + k->extra;
	const size_t start = k->start;
	size_t text = end;
	if (text > start && s->window.p[text - 1] == k->cr) {
		text--;
		s->ends[last] = (uint32_t)text;
	}
	const bool blank = text == start;
	if (!blank) {
		const bool doubled = k->doubled > start;
		csv_scan_place(s, k->b, k->slot, start, text - start, end + 1);
		s->first[k->slot] = (uint32_t)k->first | (doubled ? CSV_SCAN_DOUBLED : 0);
		if (cells != s->width)
			csv_scan_wrong_width(s, k->b, k->slot, cells);
		k->slot++;
	}
	s->line++;
	if (s->odd < s->hard && s->block->odd.at[s->odd].at == start)
		s->line += s->block->odd.at[s->odd++].lines - 1;
	k->first = last + 1;
	k->extra = 0;
	k->start = end + 1;
	return !blank;
}

/* Quotes of a word: remembers doubled ones. Returns the bits inside quotes. */
static CSV_ALWAYS uint64_t take_quotes(struct sweep *k, const struct csv_mask *m)
{
	const uint64_t inside = m->parity ^ k->inside;
	k->inside = 0 - (inside >> 63);
	return inside;
}

/* Opening quotes behind a closing one. */
static CSV_ALWAYS uint64_t doubled_quotes(
    struct sweep *k, const struct csv_mask *m, uint64_t inside)
{
	const uint64_t closing = m->quote & ~inside;
	const uint64_t doubled = m->quote & inside & (closing << 1 | k->closed);
	k->closed = closing >> 63;
	return doubled;
}

static CSV_ALWAYS void mark_doubled(struct sweep *k, uint64_t doubled, size_t at)
{
	if (doubled != 0)
		k->doubled = at + 64 - (size_t)__builtin_clzll(doubled);
}

/* A row with far too many cells keeps no more of them than make that sure. */
static CSV_ALWAYS void trim_row(struct sweep *k)
{
	const size_t width = k->s->width;
	if (k->n - k->first <= width + CSV_MASK_WORD)
		return;
	k->extra += k->n - k->first - width;
	k->n = k->first + width;
}

/* The cells and rows that end in a word. Returns false when the batch is full. */
static CSV_ALWAYS bool take_word(
    struct sweep *k, const struct csv_mask *m, size_t at, uint64_t keep)
{
	struct csv_scan *s = k->s;
	const uint64_t inside = take_quotes(k, m);
	uint64_t delimiters = m->delimiter & keep & ~inside;
	uint64_t lines = m->line & keep & ~inside;
	if (s->want.overlaps)
		delimiters = part_delimiters(k, delimiters, at);
	const uint64_t doubled = (m->quote | k->closed) == 0 ? 0 : doubled_quotes(k, m, inside);
	const uint64_t all = delimiters | lines;
	const size_t n = k->n;
	k->n += (size_t)__builtin_popcountll(all);
	put_ends(s->ends + n, all, at, k->n - n);
	for (; lines != 0; lines &= lines - 1) {
		const unsigned bit = (unsigned)__builtin_ctzll(lines);
		const uint64_t below = (UINT64_C(1) << bit) - 1;
		mark_doubled(k, doubled & below, at);
		if (end_row(k, n + (size_t)__builtin_popcountll(all & below), at + bit) &&
		    k->slot == k->s->stop)
			return false;
	}
	mark_doubled(k, doubled, at);
	trim_row(k);
	/* trim_row left at most width + CSV_MASK_WORD cells of the row at hand: where the first row
	 * of a sweep found room, it ends before this is reached. */
	return k->n <= s->cap * s->width + CSV_MASK_WORD;
}

static void note_suspect(struct csv_scan *s, size_t at)
{
	if (s->n_suspects == s->suspects_alloc) {
		s->suspects_alloc = s->suspects_alloc == 0 ? 64 : s->suspects_alloc * 2;
		s->suspects = mem_resize(s->suspects, s->suspects_alloc * sizeof(*s->suspects));
	}
	s->suspects[s->n_suspects++] = (uint32_t)at;
}

/* Words whose rows the exact check of bytes has to see. */
static void note_suspects(struct csv_scan *s, size_t at, size_t words, unsigned seen)
{
	const uint8_t *p = s->window.p + at;
	uint64_t bits = (seen & CSV_MASK_HIGH) != 0 ? s->ops->suspect(p, words) : 0;
	for (size_t w = 0; w < words && (seen & CSV_MASK_NUL) != 0; w++) {
		if (memchr(p + w * CSV_MASK_WORD, 0, CSV_MASK_WORD) != NULL)
			bits |= UINT64_C(1) << w;
	}
	for (; bits != 0; bits &= bits - 1)
		note_suspect(s, at + (size_t)__builtin_ctzll(bits) * CSV_MASK_WORD);
}

/* The masks from `base` on, at most to the limit. Returns their number. */
static size_t fill_masks(struct csv_scan *s, size_t base, size_t limit)
{
	size_t words = (limit - base + CSV_MASK_WORD - 1) / CSV_MASK_WORD;
	words = words < CSV_SCAN_WORDS ? words : CSV_SCAN_WORDS;
	const unsigned seen = s->ops->mask(&s->want, s->window.p + base, words, s->masks);
	if (seen != 0)
		note_suspects(s, base, words, seen);
	return words;
}

static CSV_ALWAYS size_t sweep(struct csv_scan *s, struct csv_batch *b, size_t slot, size_t limit)
{
	struct sweep k = {
		.s = s,
		.b = b,
		.slot = slot,
		.n = s->n_ends,
		.first = s->n_ends,
		.start = s->at,
		.free_from = s->at,
		.cr = s->want.line_end == CSV_LINE_CR ? -1 : '\r',
	};
	bool more = true;
	size_t words;
	for (size_t base = s->at; more && base < limit; base += words * CSV_MASK_WORD) {
		words = fill_masks(s, base, limit);
		const size_t whole = (limit - base) / CSV_MASK_WORD;
		for (size_t w = 0; more && w < words && w < whole; w++)
			more = take_word(&k, &s->masks[w], base + w * CSV_MASK_WORD, ~UINT64_C(0));
		if (more && whole < words)
			more = take_word(&k, &s->masks[whole], base + whole * CSV_MASK_WORD,
			    ~(~UINT64_C(0) << (limit - base) % CSV_MASK_WORD));
	}
	s->at = k.start;
	s->n_ends = k.first;
	s->full = !more && k.slot < s->stop;
	return k.slot;
}

/* The same code, once for processors that count bits in one step. */
CSV_MASK_BITS static size_t sweep_bits(
    struct csv_scan *s, struct csv_batch *b, size_t slot, size_t limit)
{
	return sweep(s, b, slot, limit);
}

size_t csv_sweep(struct csv_scan *s, struct csv_batch *b, size_t slot, size_t limit)
{
	return s->ops->bits ? sweep_bits(s, b, slot, limit) : sweep(s, b, slot, limit);
}

/* Takes the quotes off the cell at [start, end) of the block. Not inline: the loop of gather keeps
 * its registers. */
static __attribute__((noinline)) struct csv_cell bare_cell(
    const struct csv_scan *s, size_t start, size_t end, bool doubled)
{
	const uint8_t *p = s->window.p;
	const struct csv_dialect *d = s->window.dialect;
	while (d->skip_space && start < end && (p[start] == ' ' || p[start] == '\t'))
		start++;
	struct csv_cell cell = { .at = (uint32_t)start, .n = (uint32_t)(end - start) };
	if (p[start] != (uint8_t)d->quote || d->quote == '\0' || start == end)
		return cell;
	cell.at++;
	cell.n -= 2;
	if (doubled && (memchr(p + cell.at, d->quote, cell.n) != NULL ||
			   (d->escape != '\0' && memchr(p + cell.at, d->escape, cell.n) != NULL)))
		cell.n |= CSV_CELL_DOUBLED;
	return cell;
}

__attribute__((noinline)) struct csv_cell csv_sweep_cell(
    const struct csv_scan *s, const struct csv_batch *b, size_t slot, size_t file_column)
{
	if (s->first[slot] == CSV_SCAN_NO_CELLS) {
		const struct csv_cell *own = csv_scan_own_cells(s, slot);
		return own != NULL ? own[file_column] : (struct csv_cell){ .at = b->at[slot] };
	}
	const uint32_t *ends = s->ends + (s->first[slot] & ~CSV_SCAN_DOUBLED) + file_column;
	const size_t start = file_column == 0 ? b->at[slot] : ends[-1] + s->want.delimiter_n;
	return bare_cell(s, start, ends[0], (s->first[slot] & CSV_SCAN_DOUBLED) != 0);
}

/* The cells of a column; those of the first start where their rows do. */
static CSV_ALWAYS void gather(
    struct csv_scan *s, const struct csv_batch *b, size_t file_column, bool is_first)
{
	const uint32_t *restrict starts = b->at;
	const uint8_t *p = s->window.p;
	const uint32_t *restrict ends = s->ends + file_column;
	const uint32_t *restrict first = s->first;
	struct csv_cell *restrict out = s->cells;
	const size_t rows = b->rows;
	const uint32_t width = s->want.delimiter_n;
	const uint8_t quote = (uint8_t)s->window.dialect->quote;
	for (size_t slot = s->typed.from; slot < rows; slot++) {
		const uint32_t row = first[slot];
		if (__builtin_expect(row == CSV_SCAN_NO_CELLS, 0)) {
			out[slot] = csv_sweep_cell(s, b, slot, file_column);
			continue;
		}
		const uint32_t *end = ends + (row & ~CSV_SCAN_DOUBLED);
		const uint32_t start = is_first ? starts[slot] : end[-1] + width;
		if (__builtin_expect(p[start] != quote, 1))
			out[slot] = (struct csv_cell){ .at = start, .n = end[0] - start };
		else
			out[slot] = bare_cell(s, start, end[0], (row & CSV_SCAN_DOUBLED) != 0);
	}
}

/* The same where the rows' cells stand one behind the other and none holds doubled quotes. */
static CSV_ALWAYS void gather_even(
    struct csv_scan *s, const struct csv_batch *b, size_t file_column, bool is_first)
{
	const uint32_t *restrict starts = b->at;
	const uint8_t *p = s->window.p;
	struct csv_cell *restrict out = s->cells;
	const size_t rows = b->rows;
	const size_t cells = s->width;
	const uint32_t width = s->want.delimiter_n;
	const uint8_t quote = (uint8_t)s->window.dialect->quote;
	const uint32_t *restrict end = s->ends + s->first[s->typed.from] + file_column;
	for (size_t slot = s->typed.from; slot < rows; slot++, end += cells) {
		const uint32_t start = is_first ? starts[slot] : end[-1] + width;
		if (__builtin_expect(p[start] != quote, 1))
			out[slot] = (struct csv_cell){ .at = start, .n = end[0] - start };
		else
			out[slot] = bare_cell(s, start, end[0], false);
	}
}

bool csv_sweep_is_even(const struct csv_scan *s, const struct csv_batch *b)
{
	const size_t from = s->typed.from;
	const uint32_t cells = (uint32_t)s->width;
	uint32_t next = s->first[from];
	uint32_t differ = next & CSV_SCAN_DOUBLED;
	for (size_t slot = from; slot < b->rows; slot++, next += cells)
		differ |= s->first[slot] ^ next;
	return differ == 0;
}

void csv_sweep_column(struct csv_scan *s, const struct csv_batch *b, size_t file_column)
{
	if (s->window.dialect->skip_space) {
		for (size_t slot = s->typed.from; slot < b->rows; slot++)
			s->cells[slot] = csv_sweep_cell(s, b, slot, file_column);
	} else if (s->even && file_column == 0) {
		gather_even(s, b, file_column, true);
	} else if (s->even) {
		gather_even(s, b, file_column, false);
	} else if (file_column == 0) {
		gather(s, b, file_column, true);
	} else {
		gather(s, b, file_column, false);
	}
}
