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

static void set_valid(struct csv_vector *v, size_t slot, bool valid)
{
	const uint64_t bit = UINT64_C(1) << (slot % 64);
	v->valid[slot / 64] = valid ? v->valid[slot / 64] | bit : v->valid[slot / 64] & ~bit;
}

/* Moves the kept slots of one column together. */
static void close_gaps(struct csv_batch *b, size_t column)
{
	struct csv_vector *v = &b->columns[column];
	const size_t size = csv_value_bytes(&b->schema->columns[column]);
	char *data = v->data;
	size_t to = 0;
	for (size_t from = 0; from < b->rows; from++) {
		if (b->fault_of[from] >= 0)
			continue;
		if (to != from) {
			memcpy(data + to * size, data + from * size, size);
			if (v->nulls > 0)
				set_valid(v, to, !csv_batch_is_null(b, column, from));
		}
		to++;
	}
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
		close_gaps(b, c);
		if (b->columns[c].changes != NULL)
			settle_changes(b, b->columns[c].changes);
	}
	size_t to = 0;
	for (size_t from = 0; from < b->rows; from++) {
		if (b->fault_of[from] >= 0) {
			reject_slot(b, from);
			continue;
		}
		b->row[to] = b->row[from];
		b->offset[to] = b->offset[from];
		b->line[to] = b->line[from];
		b->length[to] = b->length[from];
		b->at[to] = b->at[from];
		b->bytes[to] = b->bytes[from];
		to++;
	}
	b->rows = to;
	b->n_faults = 0;
}
