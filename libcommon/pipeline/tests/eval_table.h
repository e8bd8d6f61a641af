/* SPDX-License-Identifier: Apache-2.0 */
/* eval_table - awkward values, as a table of DuckDB and as a batch of the scanner. */
#ifndef PIPELINE_TESTS_EVAL_TABLE_H
#define PIPELINE_TESTS_EVAL_TABLE_H

#include "base/buf.h"
#include "csv/csv_batch.h"

enum { EVAL_COLUMNS = 15, EVAL_ROWS = 200 };

/* eval_table_open - draw the values and read them as a batch; its schema has the columns. Lives
 * until eval_table_close. */
const struct csv_batch *eval_table_open(void);
void eval_table_close(void);

/* eval_table_sql - append the statement that makes them the table t, with row_no from 0. */
void eval_table_sql(struct buf *out);

/* eval_table_cell - as it was written; NULL is null. */
const char *eval_table_cell(size_t row, size_t column);

#endif
