/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notes - what a check did to rows it kept: repairs and normalised cells. Never among the rejects.
 *
 * One per thread or block; they add up in the order of the file, so that the first repairs and
 * examples are the file's first. Everything is counted, the first CONTRACT_NOTES_REPAIRS repairs
 * are kept with their text before and after.
 */
#ifndef CONTRACT_NOTES_H
#define CONTRACT_NOTES_H

#include <cjson/cJSON.h>

#include "base/arena.h"
#include "base/buf.h"
#include "csv/csv_batch.h"

enum {
	CONTRACT_NOTES_REPAIRS = 1000, /* repaired rows that are listed */
	CONTRACT_NOTES_TEXT = 1024,    /* bytes kept of a row before and after */
	CONTRACT_NOTES_RULES = 4,      /* rules of csv_repair.h */
};

/* Header of repaired rows as CSV: what --repairs writes and the suite's repairs.csv. */
#define CONTRACT_NOTES_CSV "_repair,_row,_line,_offset,_rule,_message,_before,_after"

/* A repaired row. */
struct contract_note {
	int64_t row, line; /* as in struct csv_repair */
	uint64_t offset, length;
	int file_column;
	const char *rule; /* static */
	char message[CSV_MESSAGE_BYTES];
	char *before, *after; /* UTF-8, cut at CONTRACT_NOTES_TEXT, NUL-terminated; owned */
};

struct contract_notes {
	int64_t repairs[CONTRACT_NOTES_RULES]; /* rows, in the order of contract_notes_rule */
	struct contract_note *list;            /* the first n_list; owned */
	size_t n_list, alloc;
	struct csv_changes *changes; /* of each column of the schema, slots unused; owned */
	size_t n_columns;
};

/* contract_notes_init, contract_notes_done - for batches of so many columns; done accepts a zeroed
 * one. */
void contract_notes_init(struct contract_notes *n, size_t n_columns);
void contract_notes_done(struct contract_notes *n);

/* contract_notes_cut - how many of the n bytes of a row's text before or after are told. */
size_t contract_notes_cut(const void *p, size_t n);

/* contract_notes_csv_row - append a repaired row under that header, LF included, texts cut. What
 * stands before the first comma, the number of the repair, is the caller's. */
void contract_notes_csv_row(struct buf *out, const struct csv_repair *r);

/* contract_notes_batch - take in a settled batch. */
void contract_notes_batch(struct contract_notes *n, const struct csv_batch *b);

/* contract_notes_add - add the notes of what follows in the file; other is empty afterwards. */
void contract_notes_add(struct contract_notes *n, struct contract_notes *other);

/* contract_notes_rule - id of the i-th repair rule; static memory. */
const char *contract_notes_rule(size_t i);

/*
 * contract_notes_report - add to a report:
 *
 *	"repairs": {"count", "by_rule": [{"rule", "count"}], "rows": [{"row", "line", "offset",
 *	    "length", "column", "rule", "message", "before", "after"}]},
 *	"changes": [{"column", "count", "examples": [{"row", "line", "before", "after"}]}]
 *
 * schema  of the batches; its header names the columns
 */
void contract_notes_report(
    const struct contract_notes *n, const struct csv_schema *schema, cJSON *report);

#endif
