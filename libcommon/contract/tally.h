/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tally - the books of one check: read = good + repaired + rejected, and rejects by rule and
 * column.
 *
 * One tally per thread or range; they add up in any order.
 */
#ifndef CONTRACT_TALLY_H
#define CONTRACT_TALLY_H

#include "csv/csv_batch.h"

struct contract_account {
	int64_t read, good, repaired, rejected; /* data rows */
};

struct contract_tally {
	struct contract_account account;
	int64_t *counts; /* [(file column + 1) * rules + rule]; owned */
	size_t file_columns;
};

/* A line of the summary. */
struct contract_count {
	const char *rule; /* static */
	int file_column;  /* -1 the row as a whole */
	int64_t count;    /* above 0 */
};

/* contract_tally_init, contract_tally_done - for files of so many columns; done accepts a zeroed
 * one. */
void contract_tally_init(struct contract_tally *t, size_t file_columns);
void contract_tally_done(struct contract_tally *t);

/* contract_tally_batch - book a settled batch: its rows are good or repaired, its rejects rejected.
 */
void contract_tally_batch(struct contract_tally *t, const struct csv_batch *b);

/* contract_tally_add - add another tally for the same file. */
void contract_tally_add(struct contract_tally *t, const struct contract_tally *other);

/* contract_tally_balances - does the equation hold, and do the counts by rule sum up to the
 * rejects? */
bool contract_tally_balances(const struct contract_tally *t) MUST_CHECK;

/* contract_tally_list - counts by rule and column, most frequent first; new, free(). */
struct contract_count *contract_tally_list(
    const struct contract_tally *t, size_t *out_n) MUST_CHECK;

/*
 * contract_budget_spent - are more rows rejected than allowed?
 *
 * pct         per cent of the rows read, 0..100
 * after_rows  fewer rows than this are not judged before the end
 * at_end      the file has ended
 */
bool contract_budget_spent(
    const struct contract_account *a, double pct, int64_t after_rows, bool at_end);

#endif
