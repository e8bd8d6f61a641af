/* SPDX-License-Identifier: Apache-2.0 */
/* infer_table - a table written as a text, fed to the inference without a scanner; for tests. */
#ifndef CONTRACT_TESTS_INFER_TABLE_H
#define CONTRACT_TESTS_INFER_TABLE_H

#include "base/buf.h"
#include "contract/infer.h"

enum { INFER_TABLE_COLUMNS = 8 };

/* Cells stand between '|', rows between LF; an empty cell is null. The first row is the header. */
struct infer_table {
	const char *header[INFER_TABLE_COLUMNS + 1];
	size_t columns, rows;
	struct csv_text *cells; /* rows * columns; arena */
};

/* Takes a text apart, in the arena; rows with other numbers of cells are cut or filled. */
void infer_table_parse(const char *text, struct arena *a, struct infer_table *out);

/* Rows by their numbers as one settled batch. */
void infer_table_feed(
    struct contract_infer *i, const struct infer_table *t, const uint32_t *rows, size_t n);

/* The draft of all rows, one thread, one batch after the other. */
cJSON *infer_table_draft(const struct infer_table *t, bool unattended, struct arena *a);

/* The table as CSV with commas, all cells quoted but the empty ones; appended. */
void infer_table_csv(const struct infer_table *t, struct buf *out);

/* The dialect of that, all of it set. */
struct csv_given infer_table_dialect(void);

/* A field of a draft in a few words: "integer", "number decimal 18 2", "date %d.%m.%Y" ... */
const char *infer_table_field(const cJSON *draft, int column, struct arena *a);

/* The evidence of a column. */
const cJSON *infer_table_evidence(const cJSON *draft, int column);

#endif
