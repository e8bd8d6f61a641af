/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv_batch - up to CSV_BATCH_ROWS rows as typed columns, with the place of every row and the rows
 * that were refused.
 *
 * Life: csv_scan_next fills it with slots, one for each row, faulty ones included; the contract may
 * add faults (csv_batch_fault); csv_batch_settle turns faulty slots into rejects in row order and
 * closes the gaps in the columns. A row has one fault: the first of its shape, then of its types
 * from left to right, then of the contract.
 *
 * Values are written where `data` points. It may be set to foreign memory (a DuckDB vector) with
 * room for `cap` values before each csv_scan_next; texts point into the block and the scan and live
 * until the next csv_scan_next. `valid` has bit r set when row r is not null, 64 rows a word.
 */
#ifndef CSV_CSV_BATCH_H
#define CSV_CSV_BATCH_H

#include "csv/csv.h"
#include "csv/csv_repair.h"

enum { CSV_CHANGE_BYTES = 96, CSV_CHANGES_KEPT = 4 };

/* One normalised cell, as an example; texts are cut. */
struct csv_change {
	int64_t row, line; /* as in struct csv_reject */
	uint32_t slot;     /* of the batch, before csv_batch_settle */
	char before[CSV_CHANGE_BYTES], after[CSV_CHANGE_BYTES]; /* UTF-8 */
};

/* What normalising did to a column. After csv_batch_settle only rows that were kept count. */
struct csv_changes {
	size_t n;                                  /* changed cells */
	struct csv_change first[CSV_CHANGES_KEPT]; /* the first of them */
	size_t n_first;
	uint64_t *slots; /* bits, 1 = changed; of the batch before csv_batch_settle; owned */
};

struct csv_vector {
	void *data;      /* cap values of the column's type; a null's value is undefined */
	uint64_t *valid; /* bits, 1 = not null; owned by the batch */
	size_t nulls;    /* slots that are null; may be 0 only when all bits are set */
	struct csv_changes *changes; /* NULL = the column is not normalised; the batch's */
};

struct csv_fault {
	uint32_t slot;    /* of the row */
	int file_column;  /* 0-based, -1 the row as a whole */
	const char *rule; /* static */
	char message[CSV_MESSAGE_BYTES];
};

struct csv_batch {
	size_t cap;                 /* most rows */
	size_t rows;                /* slots; after settle: good rows */
	int64_t *row;               /* data row of each slot, may be foreign memory as data may */
	int64_t *offset;            /* byte of the file where it starts, likewise */
	int64_t *line;              /* physical line where it starts */
	uint32_t *length;           /* bytes of the file without the line end */
	uint32_t *at;               /* offset in the block */
	uint32_t *bytes;            /* bytes of the block, which is UTF-8, without the line end */
	struct csv_vector *columns; /* n_columns */
	size_t n_columns;
	const struct csv_schema *schema; /* borrowed */
	struct csv_fault *faults;        /* in no order before settle */
	size_t n_faults, faults_alloc;
	int32_t *fault_of;          /* slot -> index of faults, -1 none */
	struct csv_reject *rejects; /* of this batch, in row order, after settle */
	size_t n_rejects, rejects_alloc;
	struct csv_repair *repairs; /* of rows that are kept, in row order, after settle */
	size_t n_repairs, repairs_alloc;
	const uint8_t *block;              /* the rows' bytes */
	const struct csv_dialect *dialect; /* of the block; NULL = not filled by a scan */
	const struct csv_reject *skipped;  /* a row too long before the first slot, or NULL */
	void **own;                        /* memory data pointed to at first; owned */
	int64_t *own_row, *own_offset;
};

/* csv_batch_rows - rows of a batch for a schema: wide files get fewer, for memory. */
size_t csv_batch_rows(const struct csv_schema *schema);

/* csv_batch_new - new batch for a schema (borrowed), with memory of its own for every column. */
struct csv_batch *csv_batch_new(const struct csv_schema *schema) MUST_CHECK;

/* csv_batch_free - give it back, *b becomes NULL; foreign memory is left alone. */
void csv_batch_free(struct csv_batch **b);

/* csv_batch_is_null - is the value of this slot null? */
static inline bool csv_batch_is_null(const struct csv_batch *b, size_t column, size_t slot)
{
	return (b->columns[column].valid[slot / 64] >> (slot % 64) & 1) == 0;
}

/* csv_batch_clear - no rows, faults, rejects, repairs and changes; the scan's first step. */
void csv_batch_clear(struct csv_batch *b);

/* csv_batch_repaired - the row in a slot, which is placed already, was repaired: rule, file_column,
 * message and after of r are taken. */
void csv_batch_repaired(struct csv_batch *b, size_t slot, const struct csv_repair *r);

/* csv_batch_changed - the cell of a column with changes was normalised from one text to another. */
void csv_batch_changed(
    struct csv_batch *b, size_t column, size_t slot, struct span before, struct span after);

/*
 * csv_batch_fault - refuse the row in a slot; nothing happens when it is refused already.
 *
 * file_column  0-based, -1 the row as a whole
 * rule         static id
 * fmt          plain words, UTF-8; cut at CSV_MESSAGE_BYTES
 */
void csv_batch_fault(struct csv_batch *b, size_t slot, int file_column, const char *rule,
    const char *fmt, ...) PRINTF_LIKE(5, 6);

/* csv_batch_settle - refused rows become b->rejects and leave the columns, with their repairs and
 * changes; b->rows are the good ones, those among them that were repaired stand in b->repairs. */
void csv_batch_settle(struct csv_batch *b);

#endif
