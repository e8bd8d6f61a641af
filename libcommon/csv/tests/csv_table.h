/* SPDX-License-Identifier: Apache-2.0 */
/* csv_table - read a text in a given dialect through splitter and scanner, for tests: all rows,
 * refused and repaired ones, in an order that depends on the text alone. */
#ifndef CSV_TESTS_CSV_TABLE_H
#define CSV_TESTS_CSV_TABLE_H

#include "base/buf.h"
#include "csv/csv_scan.h"

struct table_spec {
	const char *text;
	size_t n;
	const char *types; /* a letter for each column: t text, i integer, d decimal(18,2), a date;
			      NULL = all text */
	struct csv_dialect dialect; /* delimiter "" and quote '\0' are meant */
	const char *const *missing; /* as in csv_schema */
	unsigned normal;            /* of text columns: bits of enum csv_normal */
	bool repair;
	size_t block_bytes, step; /* aim of a block; most bytes of a read */
	int threads;              /* 0 = 1; blocks are scanned by so many, in any order */
};

/* What a table holds besides the text of its rows. */
struct table_count {
	int64_t read, good, repaired, rejected;
	uint64_t changed;
};

/*
 * One line each: cells between '[' and ']', null as '~'; "!row line offset length column rule" for
 * a reject; "+row line column rule before -> after" for a repair, before its row; "*row column
 * before -> after" for the first changed cells. Positions are checked: inside the file, rising.
 * Returns 0, or -1: then out holds "?code".
 */
int table_read(const struct table_spec *spec, struct buf *out, struct table_count *count);

/* The same by csv_row alone, row after row, for all-text tables with one header row and neither
 * footer nor further tables. */
void table_by_rows(const struct table_spec *spec, struct buf *out);

/* A dialect whose parts differ from each other, from eight arbitrary bytes. */
struct csv_dialect table_dialect(const uint8_t *bytes);

#endif
