/* SPDX-License-Identifier: Apache-2.0 */
/* csv_split - blocks of whole rows from a stream of bytes. */
#include "csv/csv_split.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "csv/csv_encoding.h"
#include "csv/csv_header.h"
#include "csv/csv_row.h"

/* Most bytes a row may keep us waiting for a decision; past it the row is skipped. */
#define ROW_WINDOW_BYTES ((size_t)CSV_MAX_ROW_BYTES + (2U << 20))

struct csv_split {
	struct csv_split_params p;
	struct csv_sniff_result sniffed;
	struct csv_header header;
	uint8_t *carry; /* bytes read but not handed out */
	size_t carry_n, carry_alloc;
	uint64_t offset; /* of carry[0] in the file */
	int64_t row;     /* next data row */
	int64_t line;    /* physical line at carry[0] */
	bool eof;        /* the callback said so */
};

static void grow(uint8_t **p, size_t *alloc, size_t want)
{
	if (*p != NULL && *alloc >= want + CSV_PAD_BYTES)
		return;
	*alloc = want + CSV_PAD_BYTES;
	*p = mem_resize(*p, *alloc);
}

/* Reads until p holds want bytes or the file ends. */
static int fill(struct csv_split *s, uint8_t *p, size_t *n, size_t want, struct err *err)
{
	while (*n < want && !s->eof) {
		const ssize_t got = s->p.read(s->p.arg, p + *n, want - *n, err);
		if (got < 0)
			return -1;
		s->eof = got == 0;
		*n += (size_t)got;
	}
	memset(p + *n, 0, CSV_PAD_BYTES);
	return 0;
}

static void set_carry(struct csv_split *s, const uint8_t *p, size_t n)
{
	grow(&s->carry, &s->carry_alloc, n);
	memcpy(s->carry, p, n);
	memset(s->carry + n, 0, CSV_PAD_BYTES);
	s->carry_n = n;
}

static struct csv_row_window window_of(const struct csv_split *s, const uint8_t *p, size_t n)
{
	return (struct csv_row_window){
		.p = p,
		.n = n,
		.eof = s->eof,
		.dialect = &s->sniffed.dialect,
		.columns = s->header.n,
	};
}

/* The header is the first line with a byte on it; what follows it becomes the carry. */
static int take_header(struct csv_split *s, struct err *err)
{
	struct csv_row_window w = window_of(s, s->carry, s->carry_n);
	struct csv_row row = { .kind = CSV_ROW_MORE };
	size_t at = s->sniffed.dialect.bom_bytes;
	size_t blank;
	while (at < w.n && (blank = csv_row_blank(&w, at)) > 0) {
		at += blank;
		s->line++;
	}
	if (at < w.n)
		csv_row_find(&w, at, &row);
	if (at >= w.n || row.kind == CSV_ROW_MORE || row.n > CSV_MAX_HEADER_BYTES)
		return err_set_code(err, ERR_INPUT, "header.length",
		    "line %lld: the header row is longer than 1 MiB or its quotes do not close",
		    (long long)s->line);
	if (row.kind != CSV_ROW_WHOLE)
		return err_set_code(err, ERR_INPUT, "header.quote",
		    "line %lld: a quote in the header row is not closed properly",
		    (long long)s->line);
	if (csv_header_read(&w, at, &row, s->sniffed.dialect.coding, &s->header, err) != 0)
		return -1;
	s->line += (int64_t)row.lines;
	s->offset = row.next;
	s->carry_n -= row.next;
	memmove(s->carry, s->carry + row.next, s->carry_n + CSV_PAD_BYTES);
	return 0;
}

int csv_split_open(const struct csv_split_params *p, struct csv_split **out, struct err *err)
{
	struct csv_split *s = mem_alloc(sizeof(*s));
	s->p = *p;
	s->p.block_bytes = p->block_bytes == 0 ? CSV_BLOCK_BYTES : p->block_bytes;
	s->row = 1;
	s->line = 1;
	grow(&s->carry, &s->carry_alloc, CSV_SNIFF_BYTES);
	if (fill(s, s->carry, &s->carry_n, CSV_SNIFF_BYTES, err) != 0 ||
	    csv_sniff(s->carry, s->carry_n, s->eof, &p->given, &s->sniffed, err) != 0 ||
	    take_header(s, err) != 0) {
		csv_split_close(&s);
		return -1;
	}
	*out = s;
	return 0;
}

void csv_split_close(struct csv_split **s)
{
	if (*s == NULL)
		return;
	csv_header_done(&(*s)->header);
	free((*s)->carry);
	free(*s);
	*s = NULL;
}

void csv_block_done(struct csv_block *block)
{
	free(block->data);
	*block = (struct csv_block){ 0 };
}

/* How far whole rows reach into a window. */
struct walk {
	size_t end; /* start of the first row that is not whole */
	int64_t rows, lines;
};

/* Rows without quotes end at the next LF; only lines with a quote are read cell by cell. */
static struct walk walk_rows(const struct csv_row_window *w)
{
	struct walk k = { 0 };
	size_t quote = 0;
	bool quote_known = false;
	while (k.end < w->n) {
		const size_t blank = csv_row_blank(w, k.end);
		if (blank > 0) {
			k.end += blank;
			k.lines++;
			continue;
		}
		const uint8_t *lf = memchr(w->p + k.end, '\n', w->n - k.end);
		if (!quote_known || quote < k.end) {
			const uint8_t *q = memchr(w->p + k.end, w->dialect->quote, w->n - k.end);
			quote = q == NULL ? w->n : (size_t)(q - w->p);
			quote_known = true;
		}
		const size_t line = lf == NULL ? w->n : (size_t)(lf - w->p);
		if (quote >= line) {
			if (lf == NULL && !w->eof)
				break;
			k.end = lf == NULL ? w->n : line + 1;
			k.rows++;
			k.lines++;
			continue;
		}
		struct csv_row row;
		csv_row_find(w, k.end, &row);
		if (row.kind == CSV_ROW_MORE)
			break;
		k.end = row.next;
		k.rows++;
		k.lines += (int64_t)row.lines;
	}
	return k;
}

static int64_t count_newlines(const uint8_t *p, size_t n)
{
	int64_t count = 0;
	for (size_t i = 0; i < n; i++)
		count += p[i] == '\n';
	return count;
}

static void note_skipped(struct csv_split *s, struct csv_block *b)
{
	struct csv_reject *r = &b->skipped;
	const size_t keep = b->n < CSV_RAW_BYTES ? b->n : CSV_RAW_BYTES;
	memcpy(b->skipped_raw, b->data, keep);
	*r = (struct csv_reject){ .row = s->row++, .line = s->line, .offset = s->offset };
	r->file_column = -1;
	r->rule = CSV_RULE_LENGTH;
	r->raw = (struct span){ b->skipped_raw, keep };
	(void)snprintf(r->message, sizeof(r->message), "the row is longer than 64 MiB");
	b->has_skipped = true;
}

static void drop(struct csv_split *s, struct csv_block *b, size_t n)
{
	s->line += count_newlines(b->data, n);
	s->offset += n;
	b->n -= n;
	memmove(b->data, b->data + n, b->n + CSV_PAD_BYTES);
}

/* Gives up a row that fills the whole window: it ends at the next LF behind it. */
static int skip_row(struct csv_split *s, struct csv_block *b, struct err *err)
{
	const uint64_t start = s->offset;
	note_skipped(s, b);
	drop(s, b, b->n);
	for (;;) {
		if (fill(s, b->data, &b->n, s->p.block_bytes, err) != 0)
			return -1;
		const uint8_t *lf = memchr(b->data, '\n', b->n);
		const size_t length = lf == NULL ? b->n : (size_t)(lf - b->data);
		b->skipped.length = s->offset + length - start;
		drop(s, b, lf == NULL ? length : length + 1);
		if (lf != NULL || s->eof)
			return 0;
	}
}

static void finish(struct csv_split *s, struct csv_block *b, const struct walk *k)
{
	set_carry(s, b->data + k->end, b->n - k->end);
	b->n = k->end;
	b->offset = s->offset;
	b->first_row = s->row;
	b->first_line = s->line;
	b->rows = k->rows;
	b->dialect = s->sniffed.dialect;
	b->ascii = csv_encoding_is_ascii(b->data, b->n);
	b->has_nul = memchr(b->data, 0, b->n) != NULL;
	s->offset += b->n;
	s->row += k->rows;
	s->line += k->lines;
}

int csv_split_next(struct csv_split *s, struct csv_block *b, struct err *err)
{
	size_t want = s->p.block_bytes;
	b->has_skipped = false;
	b->n = 0;
	if (s->carry_n >= want)
		want = s->carry_n * 2;
	for (;;) {
		want = want < ROW_WINDOW_BYTES ? want : ROW_WINDOW_BYTES;
		grow(&b->data, &b->alloc, want > s->carry_n ? want : s->carry_n);
		if (s->carry_n > 0) {
			memcpy(b->data, s->carry, s->carry_n);
			b->n = s->carry_n;
			s->carry_n = 0;
		}
		if (fill(s, b->data, &b->n, want, err) != 0)
			return -1;
		const struct csv_row_window w = window_of(s, b->data, b->n);
		const struct walk k = walk_rows(&w);
		if (k.end > 0 || s->eof) {
			finish(s, b, &k);
			return b->n > 0 || b->has_skipped ? 1 : 0;
		}
		if (want < ROW_WINDOW_BYTES) {
			want *= 2;
			continue;
		}
		if (b->has_skipped) {
			finish(s, b, &k);
			return 1;
		}
		if (skip_row(s, b, err) != 0)
			return -1;
		want = s->p.block_bytes;
	}
}

const struct csv_sniff_result *csv_split_sniffed(const struct csv_split *s)
{
	return &s->sniffed;
}

const char *const *csv_split_header(const struct csv_split *s, size_t *out_n)
{
	*out_n = s->header.n;
	return (const char *const *)s->header.names;
}

const char *const *csv_split_as_written(const struct csv_split *s)
{
	return (const char *const *)s->header.written;
}

uint64_t csv_split_position(const struct csv_split *s)
{
	return s->offset;
}
