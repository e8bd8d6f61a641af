/* SPDX-License-Identifier: Apache-2.0 */
/* csv_walk - row ends by masks, odd rows by csv_row. */
#include "csv/csv_walk.h"

#include <stdlib.h>

#include "base/mem.h"

enum { CHUNK_WORDS = 64 };

/* Where one of the last rows began, so that footer rows can be given back. */
struct mark {
	size_t at, odd;
	int64_t lines;
};

struct walker {
	const struct csv_row_window *w;
	size_t n; /* bytes of the window that can be judged */
	struct csv_odd_rows *odd;
	const struct csv_mask_ops *ops;
	struct csv_mask_want want;
	struct csv_walk k; /* k.end: start of the row at hand */
	struct csv_mask masks[CHUNK_WORDS];
	size_t base, words; /* of the masks at hand */
	size_t word;        /* the next of them */
	bool stopped;       /* the window says no more */
	/* What the word before says about the next one. */
	uint64_t keep;    /* bits of it that are looked at */
	uint64_t inside;  /* all ones: a quote is open */
	uint64_t starts;  /* bits at which a line starts */
	uint64_t opens;   /* bits at which a cell starts behind a delimiter */
	uint64_t closed;  /* bit 0: behind a closing quote */
	uint64_t second;  /* bit 0: the byte before starts a line */
	uint64_t quoted;  /* bit 0: the byte before is a quote */
	size_t free_from; /* earliest byte at which a delimiter may begin */
	struct mark marks[CSV_FOOTER_ROWS];
	uint32_t footer;
	bool simple; /* delimiters do not overlap, blank lines end no table */
};

void csv_odd_rows_done(struct csv_odd_rows *odd)
{
	free(odd->at);
	*odd = (struct csv_odd_rows){ 0 };
}

/* Does the row end with a byte of which the masks say so? The file's last row may not. */
static bool has_line_end(const struct walker *k, const struct csv_row *row)
{
	const uint8_t last = k->w->p[row->next - 1];
	const enum csv_line_end mode = k->want.line_end;
	return (last == '\n' && mode != CSV_LINE_CR) || (last == '\r' && mode != CSV_LINE_LF);
}

static void add_odd(struct walker *k, size_t at, const struct csv_row *row)
{
	struct csv_odd_rows *odd = k->odd;
	if (odd->n == odd->alloc) {
		odd->alloc = odd->alloc == 0 ? 64 : odd->alloc * 2;
		odd->at = mem_resize(odd->at, odd->alloc * sizeof(*odd->at));
	}
	odd->at[odd->n++] = (struct csv_odd_row){
		.at = (uint32_t)at,
		.n = (uint32_t)row->n,
		.next = (uint32_t)row->next,
		.cells = (uint32_t)row->cells,
		.lines = (uint32_t)row->lines,
		.at_fault = (uint32_t)row->at_fault,
		.kind = row->kind,
		.paired = row->paired && has_line_end(k, row),
	};
}

/* Goes on at a line start, with the masks at hand when it lies in them. */
static void restart(struct walker *k, size_t at)
{
	k->k.end = at;
	k->closed = k->second = k->quoted = k->opens = 0;
	k->free_from = at;
	if (at >= k->base && at < k->base + k->words * CSV_MASK_WORD) {
		const unsigned bit = (unsigned)((at - k->base) % CSV_MASK_WORD);
		k->word = (at - k->base) / CSV_MASK_WORD;
		const uint64_t parity = k->masks[k->word].parity;
		k->inside = bit == 0 ? 0 : 0 - (parity >> (bit - 1) & 1);
		k->keep = ~UINT64_C(0) << bit;
		k->starts = UINT64_C(1) << bit;
		return;
	}
	k->base = at;
	k->word = 0;
	k->words = (k->n - at + CSV_MASK_WORD - 1) / CSV_MASK_WORD;
	k->words = k->words < CHUNK_WORDS ? k->words : CHUNK_WORDS;
	(void)k->ops->mask(&k->want, k->w->p + at, k->words, k->masks);
	k->inside = 0;
	k->keep = ~UINT64_C(0);
	k->starts = 1;
}

/* The next masks, whatever is open. */
static void next_chunk(struct walker *k)
{
	k->base += k->words * CSV_MASK_WORD;
	k->word = 0;
	k->words = (k->n - k->base + CSV_MASK_WORD - 1) / CSV_MASK_WORD;
	k->words = k->words < CHUNK_WORDS ? k->words : CHUNK_WORDS;
	(void)k->ops->mask(&k->want, k->w->p + k->base, k->words, k->masks);
}

static void note_row(struct walker *k, size_t at)
{
	if (k->footer > 0)
		k->marks[(uint64_t)k->k.rows % k->footer] =
		    (struct mark){ .at = at, .odd = k->odd->n, .lines = k->k.lines };
	k->k.rows++;
}

/* Does the table end at the blank line at `at`? 1 yes, 0 no, -1 more bytes are needed. behind: the
 * lines that make the difference, read once however many they are. */
static int ends_table(const struct csv_row_window *w, size_t at, size_t *behind)
{
	size_t blank;
	while (at < w->n && (blank = csv_row_blank(w, at)) > 0)
		at += blank;
	*behind = at;
	if (at >= w->n)
		return w->eof ? 0 : -1;
	if (w->dialect->blank_ends)
		return 1;
	struct csv_row row;
	csv_row_find(w, at, &row);
	if (row.kind == CSV_ROW_MORE)
		return -1;
	return row.kind == CSV_ROW_WHOLE && row.cells != w->columns ? 1 : 0;
}

/* Lines that are no rows. */
static void take_blank(struct walker *k, size_t at, size_t behind)
{
	while (at < behind) {
		at += csv_row_blank(k->w, at);
		const struct csv_row none = { .kind = CSV_ROW_NONE, .next = at };
		add_odd(k, k->k.end, &none);
		k->k.end = at;
		k->k.lines++;
	}
	restart(k, at);
}

/* The line at k.end by the exact rules. */
static void exact_row(struct walker *k)
{
	const struct csv_row_window *w = k->w;
	const size_t at = k->k.end;
	const size_t blank = csv_row_blank(w, at);
	if (blank > 0) {
		const bool comment = w->p[at] != '\n' && w->p[at] != '\r';
		size_t behind = at + blank;
		const int ends =
		    w->dialect->first_table && !comment ? ends_table(w, at, &behind) : 0;
		k->stopped = ends != 0;
		k->k.table_ended = ends == 1;
		if (k->stopped)
			return;
		take_blank(k, at, behind);
		return;
	}
	struct csv_row row;
	csv_row_find(w, at, &row);
	k->stopped = row.kind == CSV_ROW_MORE;
	if (k->stopped)
		return;
	note_row(k, at);
	add_odd(k, at, &row);
	k->k.lines += (int64_t)row.lines;
	restart(k, row.next);
}

/* Line ends of empty lines among `lines`. */
static CSV_ALWAYS uint64_t blank_lines(const struct walker *k, uint64_t lines)
{
	const uint64_t starts = lines << 1 | k->starts;
	const uint64_t blank = lines & starts;
	uint64_t maybe = lines & ~blank & (starts << 1 | k->second);
	uint64_t found = blank;
	if (k->want.line_end == CSV_LINE_CR)
		return found;
	const uint8_t *p = k->w->p + k->base + k->word * CSV_MASK_WORD;
	for (; maybe != 0; maybe &= maybe - 1) {
		const unsigned bit = (unsigned)__builtin_ctzll(maybe);
		/* Bit 0: the byte before is of the word before, and not the window's first. */
		if (*(p + bit - 1) == '\r')
			found |= UINT64_C(1) << bit;
	}
	return found;
}

/* Rows one by one, for the dialects that have a footer. */
static void note_lines(struct walker *k, uint64_t lines, uint64_t blank)
{
	const size_t at = k->base + k->word * CSV_MASK_WORD;
	for (; lines != 0; lines &= lines - 1) {
		const unsigned bit = (unsigned)__builtin_ctzll(lines);
		if ((blank >> bit & 1) == 0)
			note_row(k, k->k.end);
		k->k.end = at + bit + 1;
		k->k.lines++;
	}
}

/* Rows that end in the word at hand. */
static CSV_ALWAYS void take_lines(struct walker *k, uint64_t lines)
{
	const size_t at = k->base + k->word * CSV_MASK_WORD;
	if (lines == 0)
		return;
	const uint64_t blank = blank_lines(k, lines);
	if (k->footer > 0) {
		note_lines(k, lines, blank);
		return;
	}
	const int all = __builtin_popcountll(lines);
	k->k.lines += all;
	k->k.rows += all - __builtin_popcountll(blank);
	k->k.end = at + CSV_MASK_WORD - (size_t)__builtin_clzll(lines);
}

/* Of delimiters that overlap the first counts. */
static uint64_t part_delimiters(struct walker *k, uint64_t delimiters)
{
	const size_t at = k->base + k->word * CSV_MASK_WORD;
	uint64_t real = 0;
	for (uint64_t left = delimiters; left != 0; left &= left - 1) {
		const unsigned bit = (unsigned)__builtin_ctzll(left);
		if (at + bit < k->free_from)
			continue;
		real |= UINT64_C(1) << bit;
		k->free_from = at + bit + k->want.delimiter_n;
	}
	return real;
}

/* Closing quotes behind which neither a cell nor the row ends; a CR LF is the row's end. */
static CSV_ALWAYS uint64_t text_behind(const struct walker *k, uint64_t wrong)
{
	const size_t at = k->base + k->word * CSV_MASK_WORD;
	if (k->want.line_end == CSV_LINE_CR)
		return wrong;
	for (uint64_t left = wrong; left != 0; left &= left - 1) {
		const unsigned bit = (unsigned)__builtin_ctzll(left);
		const uint8_t *p = k->w->p + at + bit;
		if (p[0] == '\r' && at + bit + 1 < k->n && p[1] == '\n')
			wrong &= ~(UINT64_C(1) << bit);
	}
	return wrong;
}

/* A word with quotes or odd bytes. Returns the bits in doubt; those below the first are taken. */
static CSV_ALWAYS uint64_t take_quotes(struct walker *k, const struct csv_mask *m, uint64_t keep)
{
	const uint64_t quotes = m->quote & keep;
	const uint64_t inside = m->parity ^ k->inside;
	const uint64_t lines = m->line & keep & ~inside;
	uint64_t delimiters = m->delimiter & keep & ~inside;
	if (k->want.overlaps)
		delimiters = part_delimiters(k, delimiters);
	const uint64_t starts = lines << 1 | k->starts;
	const uint64_t opens = delimiters << k->want.delimiter_n | k->opens;
	const uint64_t opening = quotes & inside;
	const uint64_t closing = quotes & ~inside;
	const uint64_t behind = (closing << 1 | k->closed) & keep;
	uint64_t doubt = text_behind(k, behind & ~(lines | delimiters | quotes));
	doubt |= opening & ~(opens | starts | quotes << 1 | k->quoted);
	doubt |= m->line & keep & inside;
	doubt |= m->odd & keep & (inside | starts);
	if (k->w->dialect->first_table)
		doubt |= blank_lines(k, lines);
	if (doubt != 0) {
		take_lines(k, lines & ((doubt & (0 - doubt)) - 1));
		return doubt;
	}
	take_lines(k, lines);
	k->second = starts >> 63;
	k->starts = lines >> 63;
	k->opens = delimiters >> (64 - k->want.delimiter_n) % 64;
	k->opens = k->want.delimiter_n == 0 ? 0 : k->opens;
	k->inside = 0 - (inside >> 63);
	k->closed = closing >> 63;
	k->quoted = quotes >> 63;
	return 0;
}

/* A word without; the same result with less work. */
static CSV_ALWAYS uint64_t take_plain(struct walker *k, const struct csv_mask *m, uint64_t keep)
{
	const uint64_t lines = m->line & keep;
	uint64_t delimiters = m->delimiter & keep;
	if (k->w->dialect->first_table && blank_lines(k, lines) != 0)
		return take_quotes(k, m, keep);
	if (k->want.overlaps)
		delimiters = part_delimiters(k, delimiters);
	take_lines(k, lines);
	k->second = (lines << 1 | k->starts) >> 63;
	k->starts = lines >> 63;
	k->opens = k->want.delimiter_n == 0 ? 0 : delimiters >> (64 - k->want.delimiter_n);
	k->quoted = 0;
	return 0;
}

/* Whole words in which nothing can be in doubt, up to the first other one; the same result as
 * take_plain's. */
static CSV_ALWAYS void take_plain_words(struct walker *k)
{
	const size_t from = k->word;
	const size_t whole = (k->n - k->base) / CSV_MASK_WORD;
	const size_t words = k->words < whole ? k->words : whole;
	if (!k->simple || (k->inside | k->closed | ~k->keep) != 0)
		return;
	for (; k->word < words; k->word++) {
		const struct csv_mask *m = &k->masks[k->word];
		const uint64_t lines = m->line;
		const size_t end = k->base + (k->word + 1) * CSV_MASK_WORD;
		if ((m->quote | m->odd) != 0 ||
		    (lines != 0 && end > k->k.end + CSV_MAX_FIELD_BYTES))
			break;
		take_lines(k, lines);
		k->second = (lines << 1 | k->starts) >> 63;
		k->starts = lines >> 63;
	}
	if (k->word == from)
		return;
	const uint64_t delimiters = k->masks[k->word - 1].delimiter;
	k->opens = k->want.delimiter_n == 0 ? 0 : delimiters >> (64 - k->want.delimiter_n);
	k->quoted = 0;
}

/* One word; whatever is in doubt goes to the exact rules. */
static CSV_ALWAYS void take_word(struct walker *k)
{
	const struct csv_mask *m = &k->masks[k->word];
	const size_t at = k->base + k->word * CSV_MASK_WORD;
	uint64_t keep = k->keep;
	if (k->n - at < CSV_MASK_WORD)
		keep &= ~(~UINT64_C(0) << (k->n - at));
	k->keep = ~UINT64_C(0);
	const uint64_t special = ((m->quote | m->odd) & keep) | k->inside | k->closed;
	const uint64_t lines = m->line & keep;
	uint64_t doubt = 0;
	if (lines != 0 && at + CSV_MASK_WORD > k->k.end + CSV_MAX_FIELD_BYTES)
		doubt = 1;
	else
		doubt = special == 0 ? take_plain(k, m, keep) : take_quotes(k, m, keep);
	if (doubt != 0)
		exact_row(k);
	else
		k->word++;
}

/* Footer rows are not data, and which rows they are shows at the end only. */
static void give_back_footer(struct walker *k)
{
	if (k->footer == 0 || k->k.table_ended)
		return;
	const int64_t rows = k->k.rows - (int64_t)k->footer;
	const struct mark none = { 0 };
	const struct mark *m = rows < 0 ? &none : &k->marks[(uint64_t)rows % k->footer];
	k->k.rows = rows < 0 ? 0 : rows;
	k->k.end = m->at;
	k->k.lines = m->lines;
	k->odd->n = m->odd;
}

static CSV_ALWAYS void walk(struct walker *k)
{
	while (!k->stopped) {
		take_plain_words(k);
		if (k->word < k->words)
			take_word(k);
		else if (k->base + k->words * CSV_MASK_WORD < k->n)
			next_chunk(k);
		else if (k->k.end < k->n && k->w->eof)
			exact_row(k);
		else
			k->stopped = true;
	}
}

/* The same code, once for processors that count bits in one step. */
CSV_MASK_BITS static void walk_bits(struct walker *k)
{
	walk(k);
}

static void walk_plain(struct walker *k)
{
	walk(k);
}

/* Bytes that can be judged: a last CR that may be half of a CR LF is left out. */
static size_t known_bytes(const struct csv_row_window *w)
{
	const bool half =
	    !w->eof && w->n > 0 && w->p[w->n - 1] == '\r' && w->dialect->line_end == CSV_LINE_MIXED;
	return w->n - (half ? 1 : 0);
}

struct csv_walk csv_walk_rows(const struct csv_row_window *w, struct csv_odd_rows *odd)
{
	struct walker k;
	k.w = w;
	k.n = known_bytes(w);
	k.odd = odd;
	k.ops = csv_mask_ops();
	k.want = csv_mask_want_of(w->dialect);
	k.k = (struct csv_walk){ 0 };
	k.base = k.words = 0;
	k.stopped = k.n == 0;
	k.footer = w->dialect->footer_rows;
	k.simple = !k.want.overlaps && !w->dialect->first_table;
	odd->n = 0;
	if (!k.stopped)
		restart(&k, 0);
	if (k.ops->bits)
		walk_bits(&k);
	else
		walk_plain(&k);
	give_back_footer(&k);
	return k.k;
}
