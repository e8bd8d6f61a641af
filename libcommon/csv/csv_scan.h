/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv_scan - one block of whole rows becomes batches of typed columns.
 *
 * For 256 rows at a time the cells are found by masks of 64 bytes, then column by column they are
 * read by the one parser of that column. Whatever is in doubt about a row is that row's fault
 * alone: wrong number of cells, torn quote, bytes that are not UTF-8, a cell that is not of its
 * type. Rows the splitter called odd come with what csv_row said of them. Nothing is allocated for
 * a cell; texts point into the block, or into the scan when doubled quotes or a normal form changed
 * them.
 *
 * One scan per thread; schemas are shared. See csv.h for the loop, csv_batch.h for what comes out.
 * Source: the two-step form (structure, then columns) is zsv's and simdjson's.
 */
#ifndef CSV_CSV_SCAN_H
#define CSV_CSV_SCAN_H

#include "csv/csv_batch.h"
#include "csv/csv_split.h"

struct csv_scan;

/* csv_scan_new - new scanner for a schema; the schema is borrowed until csv_scan_free. */
struct csv_scan *csv_scan_new(const struct csv_schema *schema) MUST_CHECK;

/* csv_scan_free - give it back, *s becomes NULL. */
void csv_scan_free(struct csv_scan **s);

/* csv_scan_begin - start on a block; borrowed until it is used up or another begins. */
void csv_scan_begin(struct csv_scan *s, const struct csv_block *block);

/*
 * csv_scan_next - the next rows of the block.
 *
 * b  made with csv_batch_new for the same schema; overwritten; faulty rows are still in it
 *
 * Returns true when the batch holds rows or a skipped row, false when the block is used up.
 */
bool csv_scan_next(struct csv_scan *s, struct csv_batch *b) MUST_CHECK;

/* csv_scan_position - bytes of the block read so far, for progress. */
size_t csv_scan_position(const struct csv_scan *s);

/* csv_scan_cell - the bytes of a wanted cell as they stand (quotes off, doubled ones kept), valid
 * until the next csv_scan_next and only before csv_batch_settle. */
struct span csv_scan_cell(const struct csv_scan *s, size_t column, size_t slot);

#endif
