/* SPDX-License-Identifier: Apache-2.0 */
/* csv_batch - memory of a batch, and taking refused rows out of it. */
#include "csv/csv_batch.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "csv/csv_encoding.h"

size_t csv_batch_rows(const struct csv_schema *schema)
{
	const size_t cells =
	    schema->n_columns > schema->file_columns ? schema->n_columns : schema->file_columns;
	size_t rows = cells == 0 ? CSV_BATCH_ROWS : CSV_BATCH_CELLS / cells / 64 * 64;
	rows = rows < 64 ? 64 : rows;
	return rows < CSV_BATCH_ROWS ? rows : CSV_BATCH_ROWS;
}

struct csv_batch *csv_batch_new(const struct csv_schema *schema)
{
	struct csv_batch *b = mem_alloc(sizeof(*b));
	b->cap = csv_batch_rows(schema);
	b->schema = schema;
	b->n_columns = schema->n_columns;
	b->own_row = b->row = mem_array(b->cap, sizeof(*b->row));
	b->own_offset = b->offset = mem_array(b->cap, sizeof(*b->offset));
	b->line = mem_array(b->cap, sizeof(*b->line));
	b->length = mem_array(b->cap, sizeof(*b->length));
	b->at = mem_array(b->cap, sizeof(*b->at));
	b->bytes = mem_array(b->cap, sizeof(*b->bytes));
	b->fault_of = mem_array(b->cap, sizeof(*b->fault_of));
	b->columns = mem_array(b->n_columns, sizeof(*b->columns));
	b->own = mem_array(b->n_columns, sizeof(*b->own));
	for (size_t c = 0; c < b->n_columns; c++) {
		b->own[c] = mem_array(b->cap, csv_value_bytes(&schema->columns[c]));
		b->columns[c].data = b->own[c];
		b->columns[c].valid = mem_array(b->cap / 64, sizeof(uint64_t));
		if (schema->columns[c].normal == 0)
			continue;
		b->columns[c].changes = mem_alloc(sizeof(struct csv_changes));
		b->columns[c].changes->slots = mem_array(b->cap / 64, sizeof(uint64_t));
	}
	return b;
}

void csv_batch_free(struct csv_batch **b)
{
	if (*b == NULL)
		return;
	csv_batch_clear(*b);
	for (size_t c = 0; c < (*b)->n_columns; c++) {
		struct csv_changes *changes = (*b)->columns[c].changes;
		free((*b)->own[c]);
		free((*b)->columns[c].valid);
		if (changes != NULL)
			free(changes->slots);
		free(changes);
	}
	free((*b)->repairs);
	free((*b)->own);
	free((*b)->columns);
	free((*b)->own_row);
	free((*b)->own_offset);
	free((*b)->line);
	free((*b)->length);
	free((*b)->at);
	free((*b)->bytes);
	free((*b)->fault_of);
	free((*b)->faults);
	free((*b)->rejects);
	free(*b);
	*b = NULL;
}

void csv_batch_clear(struct csv_batch *b)
{
	for (size_t i = 0; i < b->n_repairs; i++)
		free(b->repairs[i].after);
	b->rows = b->n_faults = b->n_rejects = b->n_repairs = 0;
	for (size_t c = 0; c < b->n_columns; c++) {
		struct csv_changes *changes = b->columns[c].changes;
		if (changes == NULL)
			continue;
		changes->n = changes->n_first = 0;
		memset(changes->slots, 0, b->cap / 8);
	}
}

void csv_batch_repaired(struct csv_batch *b, size_t slot, const struct csv_repair *r)
{
	if (b->n_repairs == b->repairs_alloc) {
		b->repairs_alloc = b->repairs_alloc == 0 ? 16 : b->repairs_alloc * 2;
		b->repairs = mem_resize(b->repairs, b->repairs_alloc * sizeof(*b->repairs));
	}
	struct csv_repair *to = &b->repairs[b->n_repairs++];
	const size_t n = b->bytes[slot];
	*to = *r;
	to->row = b->row[slot];
	to->line = b->line[slot];
	to->offset = (uint64_t)b->offset[slot];
	to->length = b->length[slot];
	to->slot = (uint32_t)slot;
	to->before = (struct span){ b->block + b->at[slot], n < CSV_RAW_BYTES ? n : CSV_RAW_BYTES };
}

static void copy_text(char *out, struct span text)
{
	size_t n = text.n;
	if (n >= CSV_CHANGE_BYTES)
		n = csv_encoding_cut((const char *)text.p, CSV_CHANGE_BYTES - 1);
	memcpy(out, text.p, n);
	out[n] = '\0';
}

void csv_batch_changed(
    struct csv_batch *b, size_t column, size_t slot, struct span before, struct span after)
{
	struct csv_changes *changes = b->columns[column].changes;
	changes->slots[slot / 64] |= UINT64_C(1) << (slot % 64);
	changes->n++;
	if (changes->n_first == CSV_CHANGES_KEPT || b->fault_of[slot] >= 0)
		return;
	struct csv_change *to = &changes->first[changes->n_first++];
	to->row = b->row[slot];
	to->line = b->line[slot];
	to->slot = (uint32_t)slot;
	copy_text(to->before, before);
	copy_text(to->after, after);
}

void csv_batch_fault(
    struct csv_batch *b, size_t slot, int file_column, const char *rule, const char *fmt, ...)
{
	if (b->fault_of[slot] >= 0)
		return;
	if (b->n_faults == b->faults_alloc) {
		b->faults_alloc = b->faults_alloc == 0 ? 16 : b->faults_alloc * 2;
		b->faults = mem_resize(b->faults, b->faults_alloc * sizeof(*b->faults));
	}
	struct csv_fault *f = &b->faults[b->n_faults];
	f->slot = (uint32_t)slot;
	f->file_column = file_column;
	f->rule = rule;
	va_list ap;
	va_start(ap, fmt);
	const int wrote = vsnprintf(f->message, sizeof(f->message), fmt, ap);
	va_end(ap);
	if (wrote >= CSV_MESSAGE_BYTES)
		f->message[csv_encoding_cut(f->message, CSV_MESSAGE_BYTES - 1)] = '\0';
	b->fault_of[slot] = (int32_t)b->n_faults++;
}

static void add_reject(struct csv_batch *b, const struct csv_reject *r)
{
	if (b->n_rejects == b->rejects_alloc) {
		b->rejects_alloc = b->rejects_alloc == 0 ? 16 : b->rejects_alloc * 2;
		b->rejects = mem_resize(b->rejects, b->rejects_alloc * sizeof(*b->rejects));
	}
	b->rejects[b->n_rejects++] = *r;
}

static void reject_slot(struct csv_batch *b, size_t slot)
{
	const struct csv_fault *f = &b->faults[b->fault_of[slot]];
	struct csv_reject r = {
		.row = b->row[slot],
		.line = b->line[slot],
		.offset = (uint64_t)b->offset[slot],
		.length = b->length[slot],
		.file_column = f->file_column,
		.rule = f->rule,
		.raw = { b->block + b->at[slot], b->bytes[slot] },
	};
	memcpy(r.message, f->message, sizeof(r.message));
	add_reject(b, &r);
}

/* Slots [from, from + n) that move together to `to` <= from. */
struct run {
	uint32_t to, from, n;
};

/* The kept slots between the refused ones; room for one run more than there are faults. */
static size_t find_runs(const struct csv_batch *b, struct run *runs)
{
	size_t count = 0;
	size_t to = 0;
	for (size_t slot = 0; slot < b->rows;) {
		const size_t from = slot;
		while (slot < b->rows && b->fault_of[slot] < 0)
			slot++;
		if (slot > from)
			runs[count++] = (struct run){
				.to = (uint32_t)to,
				.from = (uint32_t)from,
				.n = (uint32_t)(slot - from),
			};
		to += slot - from;
		while (slot < b->rows && b->fault_of[slot] >= 0)
			slot++;
	}
	return count;
}

static void move_runs(void *data, size_t size, const struct run *runs, size_t n)
{
	char *p = data;
	for (size_t i = 0; i < n; i++) {
		if (runs[i].to != runs[i].from)
			memmove(p + runs[i].to * size, p + runs[i].from * size, runs[i].n * size);
	}
}

/* Up to 64 bits from bit `at` on; what lies behind them is anything. */
static uint64_t bits_at(const uint64_t *bits, size_t at, size_t n)
{
	const unsigned shift = (unsigned)(at % 64);
	uint64_t low = bits[at / 64] >> shift;
	if (shift + n > 64)
		low |= bits[at / 64 + 1] << (64 - shift);
	return low;
}

static void put_bits(uint64_t *bits, size_t at, uint64_t value, size_t n)
{
	const unsigned shift = (unsigned)(at % 64);
	const size_t room = 64 - shift;
	const size_t here = n < room ? n : room;
	const uint64_t mask = (here == 64 ? ~UINT64_C(0) : (UINT64_C(1) << here) - 1) << shift;
	bits[at / 64] = (bits[at / 64] & ~mask) | (value << shift & mask);
	if (here < n)
		put_bits(bits, at + here, value >> here, n - here);
}

static void move_bits(uint64_t *bits, const struct run *runs, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		for (size_t done = 0; done < runs[i].n; done += 64) {
			const size_t take = runs[i].n - done < 64 ? runs[i].n - done : 64;
			put_bits(bits, runs[i].to + done, bits_at(bits, runs[i].from + done, take),
			    take);
		}
	}
}

/* Moves the kept slots together. */
static size_t close_gaps(struct csv_batch *b)
{
	struct run *runs = mem_array(b->n_faults + 1, sizeof(*runs));
	const size_t n = find_runs(b, runs);
	for (size_t c = 0; c < b->n_columns; c++) {
		struct csv_vector *v = &b->columns[c];
		move_runs(v->data, csv_value_bytes(&b->schema->columns[c]), runs, n);
		if (v->nulls > 0)
			move_bits(v->valid, runs, n);
	}
	move_runs(b->row, sizeof(*b->row), runs, n);
	move_runs(b->offset, sizeof(*b->offset), runs, n);
	move_runs(b->line, sizeof(*b->line), runs, n);
	move_runs(b->length, sizeof(*b->length), runs, n);
	move_runs(b->at, sizeof(*b->at), runs, n);
	move_runs(b->bytes, sizeof(*b->bytes), runs, n);
	const size_t rows = n == 0 ? 0 : (size_t)runs[n - 1].to + runs[n - 1].n;
	free(runs);
	return rows;
}

/* Repairs of refused rows go. */
static void settle_repairs(struct csv_batch *b)
{
	size_t to = 0;
	for (size_t i = 0; i < b->n_repairs; i++) {
		if (b->fault_of[b->repairs[i].slot] >= 0)
			free(b->repairs[i].after);
		else
			b->repairs[to++] = b->repairs[i];
	}
	b->n_repairs = to;
}

/* So do changes in refused rows. */
static void settle_changes(struct csv_batch *b, struct csv_changes *changes)
{
	size_t to = 0;
	for (size_t i = 0; i < b->n_faults; i++) {
		const uint32_t slot = b->faults[i].slot;
		changes->n -= changes->slots[slot / 64] >> (slot % 64) & 1;
	}
	for (size_t i = 0; i < changes->n_first; i++) {
		if (b->fault_of[changes->first[i].slot] < 0)
			changes->first[to++] = changes->first[i];
	}
	changes->n_first = to;
}

void csv_batch_settle(struct csv_batch *b)
{
	b->n_rejects = 0;
	if (b->skipped != NULL)
		add_reject(b, b->skipped);
	b->skipped = NULL;
	if (b->n_faults == 0)
		return;
	settle_repairs(b);
	for (size_t c = 0; c < b->n_columns; c++) {
		if (b->columns[c].changes != NULL)
			settle_changes(b, b->columns[c].changes);
	}
	for (size_t slot = 0; slot < b->rows; slot++) {
		if (b->fault_of[slot] >= 0)
			reject_slot(b, slot);
	}
	b->rows = close_gaps(b);
	b->n_faults = 0;
}
