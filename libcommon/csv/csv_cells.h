/* SPDX-License-Identifier: Apache-2.0 */
/* csv_cells - the cells of one column to values of its type; the inner half of csv_scan. */
#ifndef CSV_CSV_CELLS_H
#define CSV_CSV_CELLS_H

#include "csv/csv_batch.h"
#include "csv/csv_row.h"
#include "csv/csv_split.h"

/* Texts that do not stand in the block as they are: unquoted or normalised ones. */
struct csv_cells_page {
	struct csv_cells_page *next;
	size_t n, alloc;
	char bytes[];
};

/* A word that means null: its length and first eight bytes, zero-padded. */
struct csv_cells_word {
	uint64_t key;
	const char *word;
	size_t n;
};

struct csv_cells {
	const struct csv_schema *schema;
	const uint8_t *block; /* where cells point to */
	const struct csv_dialect *dialect;
	size_t from;                  /* first slot that is typed */
	bool bits;                    /* csv_mask_ops.bits */
	uint64_t lengths;             /* bit n: a missing word has n bytes; 63 = that or more */
	size_t least, span;           /* all have least..least + span bytes */
	struct csv_cells_word *words; /* missing words; owned */
	size_t n_words;
	struct csv_cells_page *pages; /* newest first; owned */
};

/* csv_cells_init, csv_cells_done - for one schema, borrowed. */
void csv_cells_init(struct csv_cells *t, const struct csv_schema *schema);
void csv_cells_done(struct csv_cells *t);

/* csv_cells_reset - new batch: changed texts of the last one die, nothing is null yet. */
void csv_cells_reset(struct csv_cells *t, struct csv_batch *b, const struct csv_block *block);

/*
 * csv_cells_type - fill column c of the batch, slots t->from to b->rows, from cells[slot]; what is
 * not of the type becomes a fault of its row. Rows that already have a fault are passed over.
 */
void csv_cells_type(
    struct csv_cells *t, struct csv_batch *b, size_t c, const struct csv_cell *cells);

#endif
