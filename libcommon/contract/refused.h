/* SPDX-License-Identifier: Apache-2.0 */
/*
 * refused - a refused row as JSON: the one form that the suite's rejects.jsonl and the command's
 * report share.
 *
 *	{"seq": 1, "line", "row", "column_index", "column", "rule", "message", "offset", "length",
 *	 "raw", "raw_truncated"}
 *
 * column_index is 0-based; it and column are null where the row as a whole is at fault.
 */
#ifndef CONTRACT_REFUSED_H
#define CONTRACT_REFUSED_H

#include "base/buf.h"
#include "csv/csv.h"

enum { CONTRACT_REFUSED_RAW = 3 * CSV_RAW_BYTES }; /* room for a row's raw text as UTF-8 */

/* A row with its texts, all borrowed. */
struct contract_refused {
	int64_t line, row, offset, length;
	int file_column;    /* -1 the row as a whole */
	const char *column; /* its name, NULL = the row as a whole */
	const char *rule;
	struct span message, raw; /* UTF-8 */
	bool raw_truncated;
};

/* contract_refused_raw - the row's text, at most CSV_RAW_BYTES of it, what is not UTF-8 mended. out
 * has CONTRACT_REFUSED_RAW; returns the bytes written. */
size_t contract_refused_raw(const struct csv_reject *r, char *out, bool *out_truncated);

/* contract_refused_json - append the members behind "seq", a comma before the first, without
 * braces.
 */
void contract_refused_json(struct buf *b, const struct contract_refused *r);

/* contract_refused_text - append one more of them: a text of n bytes, NULL = null. */
void contract_refused_text(struct buf *b, const char *name, const void *p, size_t n);

#endif
