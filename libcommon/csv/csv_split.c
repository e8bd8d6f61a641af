/* SPDX-License-Identifier: Apache-2.0 */
/* csv_split - blocks of whole rows from a stream of bytes. */
#include "csv/csv_split.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "csv/csv_header.h"
#include "csv/csv_row.h"

/* Most bytes a row may keep us waiting for a decision; past it the row is skipped. */
#define ROW_WINDOW_BYTES ((size_t)CSV_MAX_ROW_BYTES + (2U << 20))

struct csv_split {
	struct csv_split_params p;
	struct csv_input *input;
	struct csv_sniff_result sniffed;
	struct csv_header header;
	uint8_t *carry; /* bytes read but not handed out: carry_n from carry_at */
	size_t carry_at, carry_n;
	size_t taken;    /* bytes of the carry that stand in the block at hand */
	uint64_t offset; /* of the carry's first byte in the stream */
	uint64_t mapped; /* of the stream; lines before it are collected */
	int64_t row;     /* next data row */
	int64_t line;    /* physical line at the carry's first byte */
	bool eof;        /* the input said so */
	bool ended;      /* the table ended */
	struct csv_split_rest rest;
};

/* Reads until p holds want bytes or the file ends. */
static int fill(struct csv_split *s, uint8_t *p, size_t *n, size_t want, struct err *err)
{
	while (*n < want && !s->eof) {
		const ssize_t got = csv_input_read(s->input, p + *n, want - *n, err);
		if (got < 0)
			return -1;
		s->eof = got == 0;
		*n += (size_t)got;
	}
	memset(p + *n, 0, CSV_PAD_BYTES);
	return 0;
}

/* Fills the block up to want bytes, from the carry first. */
static int top_up(struct csv_split *s, struct csv_block *b, size_t want, struct err *err)
{
	if (b->alloc < want + CSV_PAD_BYTES) {
		b->alloc = want + CSV_PAD_BYTES;
		b->data = mem_resize(b->data, b->alloc);
	}
	const size_t left = s->carry_n - s->taken;
	const size_t room = want - b->n;
	const size_t take = left < room ? left : room;
	if (take > 0)
		memcpy(b->data + b->n, s->carry + s->carry_at + s->taken, take);
	s->taken += take;
	b->n += take;
	if (s->taken == s->carry_n)
		return fill(s, b->data, &b->n, want, err);
	memset(b->data + b->n, 0, CSV_PAD_BYTES);
	return 0;
}

/* What is left of the block is read again; before it stand the bytes that are used up. */
static void give_back(struct csv_split *s, const struct csv_block *b, size_t end)
{
	const size_t left = b->n - end;
	const size_t behind = s->carry_n - s->taken;
	s->offset += end;
	if (b->n == s->taken) { /* all of it still stands in the carry */
		s->carry_at += end;
		s->carry_n -= end;
	} else {
		uint8_t *next = mem_alloc(left + behind + CSV_PAD_BYTES);
		memcpy(next, b->data + end, left);
		if (behind > 0)
			memcpy(next + left, s->carry + s->carry_at + s->taken, behind);
		free(s->carry);
		s->carry = next;
		s->carry_at = 0;
		s->carry_n = left + behind;
	}
	s->taken = 0;
}

static bool at_end(const struct csv_split *s)
{
	return s->eof && s->taken == s->carry_n;
}

static struct csv_row_window window_of(
    const struct csv_split *s, const uint8_t *p, size_t n, bool eof)
{
	return (struct csv_row_window){
		.p = p,
		.n = n,
		.eof = eof,
		.dialect = &s->sniffed.dialect,
		.columns = s->header.n,
	};
}

/* The carry from `at` on is what is left; `lines` stood before. */
static void drop_front(struct csv_split *s, size_t at, int64_t lines)
{
	s->carry_at += at;
	s->carry_n -= at;
	s->offset += at;
	s->line += lines;
}

static int skip_preamble(struct csv_split *s, struct err *err)
{
	const struct csv_row_window w = window_of(s, s->carry + s->carry_at, s->carry_n, s->eof);
	size_t at = 0;
	for (uint32_t i = 0; i < w.dialect->preamble_lines; i++) {
		at = csv_row_line(&w, at);
		if (at == 0 || at >= w.n)
			return err_set_code(err, ERR_INPUT, "header.length",
			    "line %lld: the file ends before the header row",
			    (long long)s->line + i);
	}
	drop_front(s, at, w.dialect->preamble_lines);
	return 0;
}

/* Blank lines right behind the header do not end the table yet. */
static void skip_blank(struct csv_split *s)
{
	const struct csv_row_window w = window_of(s, s->carry + s->carry_at, s->carry_n, s->eof);
	int64_t lines = 0;
	size_t at = 0;
	size_t blank;
	if (!w.dialect->blank_ends)
		return;
	for (; at < w.n && (blank = csv_row_blank(&w, at)) > 0; lines++)
		at += blank;
	drop_front(s, at, lines);
}

/* Names a person expects settle what the cells alone left open. */
static void expect_names(struct csv_split *s)
{
	const struct csv_row_window w = window_of(s, s->carry + s->carry_at, s->carry_n, s->eof);
	if (s->p.given.names != NULL && (s->p.given.set & CSV_SET_HEADER) == 0 &&
	    csv_header_is_expected(&w, 0, s->line, s->p.given.names))
		s->sniffed.dialect.header_rows = 1;
}

/* The header rows; what follows them stays in the carry. */
static int take_header(struct csv_split *s, struct err *err)
{
	struct csv_lines none = { 0 };
	if (skip_preamble(s, err) != 0)
		return -1;
	expect_names(s);
	const struct csv_row_window w = window_of(s, s->carry + s->carry_at, s->carry_n, s->eof);
	if (csv_header_read(&w, 0, s->line, &s->header, err) != 0)
		return -1;
	drop_front(s, s->header.next, (int64_t)s->header.lines);
	skip_blank(s);
	csv_input_lines(s->input, 0, s->offset, &none);
	s->mapped = s->offset;
	csv_lines_done(&none);
	return 0;
}

/* ASCII may turn out to be something else long after the sample. */
static void note_encoding(struct csv_split *s)
{
	const struct csv_input_found *found = csv_input_found(s->input);
	struct csv_dialect *d = &s->sniffed.dialect;
	(void)snprintf(d->encoding, sizeof(d->encoding), "%s", found->encoding);
	d->bom_bytes = found->bom_bytes;
}

static int sniff(struct csv_split *s, struct err *err)
{
	if (s->p.sniffed != NULL)
		s->sniffed = *s->p.sniffed;
	else if (csv_sniff(s->carry, s->carry_n, s->eof, &s->p.given, &s->sniffed, err) != 0)
		return -1;
	note_encoding(s);
	return 0;
}

int csv_split_open(const struct csv_split_params *p, struct csv_split **out, struct err *err)
{
	struct csv_split *s = mem_alloc(sizeof(*s));
	s->p = *p;
	s->p.block_bytes = p->block_bytes == 0 ? CSV_BLOCK_BYTES : p->block_bytes;
	s->row = 1;
	s->line = 1;
	const struct csv_input_params input = {
		.read = p->read, .arg = p->arg, .given = &s->p.given, .decoder = p->decoder
	};
	s->carry = mem_alloc((size_t)CSV_SNIFF_BYTES + CSV_PAD_BYTES);
	if (csv_input_open(&input, &s->input, err) != 0 ||
	    fill(s, s->carry, &s->carry_n, CSV_SNIFF_BYTES, err) != 0 || sniff(s, err) != 0 ||
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
	csv_input_close(&(*s)->input);
	csv_header_done(&(*s)->header);
	free((*s)->carry);
	free(*s);
	*s = NULL;
}

size_t csv_split_aim(const struct csv_split *s)
{
	return s->p.block_bytes;
}

void csv_split_set_aim(struct csv_split *s, size_t bytes)
{
	s->p.block_bytes = bytes;
}

void csv_block_done(struct csv_block *block)
{
	free(block->data);
	csv_lines_done(&block->lines);
	csv_odd_rows_done(&block->odd);
	*block = (struct csv_block){ 0 };
}

/* Line ends in the block's bytes. */
static int64_t count_lines(const struct csv_split *s, const struct csv_block *b, size_t *out_end)
{
	const struct csv_row_window w = window_of(s, b->data, b->n, at_end(s));
	int64_t count = 0;
	size_t at = 0;
	size_t next;
	for (; at < b->n && (next = csv_row_line(&w, at)) > 0; count++)
		at = next;
	*out_end = at;
	return count;
}

static void note_skipped(struct csv_split *s, struct csv_block *b)
{
	struct csv_reject *r = &b->skipped;
	const size_t keep = b->n < CSV_RAW_BYTES ? b->n : CSV_RAW_BYTES;
	memcpy(b->skipped_raw, b->data, keep);
	*r = (struct csv_reject){ .row = s->row++, .line = s->line };
	r->file_column = -1;
	r->rule = CSV_RULE_LENGTH;
	r->raw = (struct span){ b->skipped_raw, keep };
	r->raw_cut = true;
	(void)snprintf(r->message, sizeof(r->message), "the row is longer than 64 MiB");
	b->has_skipped = true;
}

/* The first n bytes of the block are passed over; what is left of it is in no carry any more. */
static void drop(struct csv_split *s, struct csv_block *b, size_t n)
{
	s->carry_at += s->taken;
	s->carry_n -= s->taken;
	s->taken = 0;
	s->offset += n;
	b->n -= n;
	memmove(b->data, b->data + n, b->n + CSV_PAD_BYTES);
}

/* Bytes of the line end before `end`. */
static size_t line_end_bytes(const struct csv_block *b, size_t end)
{
	if (end > 1 && b->data[end - 1] == '\n' && b->data[end - 2] == '\r')
		return 2;
	return end > 0 && (b->data[end - 1] == '\n' || b->data[end - 1] == '\r') ? 1 : 0;
}

/* Gives up a row that fills the whole window: it ends at the next line end behind it. */
static int skip_row(struct csv_split *s, struct csv_block *b, struct err *err)
{
	const uint64_t start = s->offset;
	size_t end = 0;
	size_t last;
	note_skipped(s, b);
	s->line += count_lines(s, b, &last);
	drop(s, b, b->n);
	while (end == 0) {
		if (top_up(s, b, s->p.block_bytes, err) != 0)
			return -1;
		const struct csv_row_window w = window_of(s, b->data, b->n, at_end(s));
		end = b->n == 0 ? 0 : csv_row_line(&w, 0);
		if (end == 0 && w.eof)
			break;
		if (end == 0)
			drop(s, b, b->n);
	}
	s->line += end > 0 ? 1 : 0;
	end = end > 0 ? end : b->n;
	const uint64_t to = s->offset + end;
	csv_input_lines(s->input, s->mapped, to, &b->lines);
	s->mapped = to;
	b->skipped.offset = csv_lines_file(&b->lines, start);
	b->skipped.length = csv_lines_length(&b->lines, start, to, line_end_bytes(b, end));
	drop(s, b, end);
	return 0;
}

/* Bytes of the file that became the stream up to s->offset. */
static uint64_t position_of(const struct csv_split *s)
{
	const uint64_t read = csv_input_consumed(s->input);
	const uint64_t made = s->offset + s->carry_n;
	return made == 0 ? read : (uint64_t)((double)read * ((double)s->offset / (double)made));
}

/* The block holds the rows up to k->end. */
static void finish(struct csv_split *s, struct csv_block *b, const struct csv_walk *k)
{
	b->offset = s->offset;
	s->ended = at_end(s) || k->table_ended;
	give_back(s, b, k->end);
	b->position = position_of(s);
	b->n = k->end;
	memset(b->data + b->n, 0, CSV_PAD_BYTES);
	b->first_row = s->row;
	b->first_line = s->line;
	b->rows = k->rows;
	note_encoding(s);
	b->dialect = s->sniffed.dialect;
	csv_input_lines(s->input, s->mapped, s->offset, &b->lines);
	s->mapped = s->offset;
	s->row += k->rows;
	s->line += k->lines;
	if (s->ended) {
		s->rest.line = s->line;
		s->rest.offset = csv_lines_file(&b->lines, s->offset);
		s->rest.other_table = k->table_ended;
	}
}

/* The first n bytes of the block are used up, and where their lines stand in the file. */
static void pass_over(struct csv_split *s, struct csv_block *b, size_t n)
{
	give_back(s, b, n);
	b->n = 0;
	csv_input_lines(s->input, s->mapped, s->offset, &b->lines);
	s->mapped = s->offset;
}

/* The rest is lines that are no data. */
static int drain_lines(struct csv_split *s, struct csv_block *b, struct err *err)
{
	for (bool last = false; !last;) {
		size_t end;
		if (top_up(s, b, s->p.block_bytes, err) != 0)
			return -1;
		last = at_end(s);
		s->rest.lines += count_lines(s, b, &end);
		s->rest.lines += last && end < b->n ? 1 : 0;
		pass_over(s, b, last || end == 0 ? b->n : end);
	}
	return 0;
}

/* Bytes of the block to pass over where a row of the rest fills the whole window. */
static size_t lines_of(struct csv_split *s, struct csv_block *b, struct csv_rest *tables)
{
	size_t end;
	tables->line += count_lines(s, b, &end);
	return end > 0 ? end : b->n;
}

/* The rest is further tables. */
static int drain_tables(
    struct csv_split *s, struct csv_block *b, struct csv_rest *tables, struct err *err)
{
	size_t want = s->p.block_bytes;
	for (bool last = false; !last;) {
		want = want < ROW_WINDOW_BYTES ? want : ROW_WINDOW_BYTES;
		if (top_up(s, b, want, err) != 0)
			return -1;
		last = at_end(s);
		const struct csv_row_window w = window_of(s, b->data, b->n, last);
		size_t end = csv_rest_read(tables, &w);
		if (end == 0 && !last && want < ROW_WINDOW_BYTES) {
			want *= 2;
			continue;
		}
		if (end == 0 && !last)
			end = lines_of(s, b, tables);
		pass_over(s, b, last ? b->n : end);
		want = s->p.block_bytes;
	}
	csv_rest_finish(tables);
	s->rest.lines = tables->line - s->rest.line;
	s->rest.tables = tables->found;
	return 0;
}

/* Reads what is left to the end, so that the caller has seen (and hashed) every byte. */
static int drain(struct csv_split *s, struct csv_block *b, struct err *err)
{
	int rc = 0;
	b->n = 0;
	if (!s->rest.whole && s->rest.other_table) {
		struct csv_rest tables;
		csv_rest_init(&tables, &s->sniffed.dialect, s->rest.line);
		rc = drain_tables(s, b, &tables, err);
		csv_rest_done(&tables);
	} else if (!s->rest.whole) {
		rc = drain_lines(s, b, err);
	}
	s->rest.whole = rc == 0;
	b->odd.n = 0;
	b->rows = 0;
	return rc;
}

int csv_split_next(struct csv_split *s, struct csv_block *b, struct err *err)
{
	size_t want = s->p.block_bytes;
	b->has_skipped = false;
	b->n = 0;
	if (s->ended)
		return drain(s, b, err);
	for (;;) {
		want = want < ROW_WINDOW_BYTES ? want : ROW_WINDOW_BYTES;
		if (top_up(s, b, want, err) != 0)
			return -1;
		const struct csv_row_window w = window_of(s, b->data, b->n, at_end(s));
		const struct csv_walk k = csv_walk_rows(&w, &b->odd);
		if (k.end > 0 || w.eof || k.table_ended) {
			finish(s, b, &k);
			return b->n > 0 || b->has_skipped ? 1 : drain(s, b, err);
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

const struct csv_input_found *csv_split_found(const struct csv_split *s)
{
	return csv_input_found(s->input);
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

const struct csv_split_rest *csv_split_rest(const struct csv_split *s)
{
	return &s->rest;
}
