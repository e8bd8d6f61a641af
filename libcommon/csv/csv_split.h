/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv_split - read a file once, in order, and cut it into blocks of whole rows.
 *
 * This is the sequential part: bytes come through a callback (which may hash them) and csv_input
 * makes UTF-8 of them, the dialect is sniffed from the first CSV_SNIFF_BYTES, preamble and header
 * are taken off, and each block carries where it starts: byte, data row, physical line. Row ends
 * are found by masks (csv_walk.h) at a fraction of what reading cells costs, so several threads may
 * take turns here (the caller's lock) and scan their blocks in parallel (csv_scan). Why not byte
 * ranges: docs/decisions/0032-csv-masks.md.
 *
 * Names of columns: csv_header.h.
 *
 * A row past CSV_MAX_ROW_BYTES is not kept: it is the block's `skipped` reject and reading goes on
 * at the next line start. Footer rows are held back until the file's end. Where the dialect wants
 * the first table alone, all behind it is read and its tables told (csv_rest.h), not handed out.
 * Memory: two blocks, more only while one row is larger than a block; the sample until it is used
 * up.
 */
#ifndef CSV_CSV_SPLIT_H
#define CSV_CSV_SPLIT_H

#include "csv/csv.h"
#include "csv/csv_input.h"
#include "csv/csv_rest.h"
#include "csv/csv_sniff.h"
#include "csv/csv_walk.h"

enum { CSV_BLOCK_BYTES = 1 << 20, CSV_BLOCK_MAX_BYTES = 64 << 20 };

struct csv_split;

struct csv_split_params {
	csv_read_fn read;       /* called by csv_split_open and csv_split_next only */
	void *arg;              /* for read; borrowed until csv_split_close */
	struct csv_given given; /* zeroed = sniff all */
	size_t block_bytes; /* aim of a block, 4 KiB..CSV_BLOCK_MAX_BYTES; 0 = CSV_BLOCK_BYTES */
	struct csv_decoder *decoder;            /* as in csv_input_params, taken */
	const struct csv_sniff_result *sniffed; /* what is known of the file: nothing is sniffed;
						   borrowed by csv_split_open; NULL = sniff */
};

/* Whole rows, one after the other. Embedded by the caller: zeroed, then csv_block_done. Reused by
 * csv_split_next; several may be in use at a time. */
struct csv_block {
	uint8_t *data;           /* the rows' bytes, UTF-8; owned */
	size_t n;                /* bytes in use */
	size_t alloc;            /* bytes allocated */
	uint64_t offset;         /* of data[0] in the stream of UTF-8 */
	uint64_t position;       /* bytes of the file, as it is packed and encoded, up to the
				    rows' end: by their share of what was read, for progress */
	struct csv_lines lines;  /* from bytes of the stream to bytes of the file; owned */
	struct csv_odd_rows odd; /* rows that masks cannot read; owned */
	int64_t first_row;       /* data row of the first row, the skipped one not counted */
	int64_t first_line;      /* physical line at data[0] */
	int64_t rows;            /* rows in data, good or bad */
	struct csv_dialect dialect;
	bool has_skipped;          /* a row too long stood before data[0]: */
	struct csv_reject skipped; /* raw points to skipped_raw */
	uint8_t skipped_raw[CSV_RAW_BYTES];
};

/* What was read but is no data. Whole when csv_split_next has returned 0. */
struct csv_split_rest {
	uint64_t offset;               /* of the file, where the data ended */
	int64_t line;                  /* the same as a physical line */
	int64_t lines;                 /* physical lines behind it: footer, other tables */
	bool other_table;              /* the data ended before another table: */
	bool whole;                    /* all of it was read */
	struct csv_rest_tables tables; /* the further tables, one at least; csv_rest.h */
};

/*
 * csv_split_open - read the front of a file: dialect and header.
 *
 * p    copied
 * out  new, csv_split_close; written only on success
 *
 * Errors  ERR_INPUT  what csv_input_open and csv_sniff refuse; code "header.quote" (a torn quote),
 *                    "header.length", "header.columns" (over CSV_MAX_COLUMNS), "header.encoding"
 *         others     as the read callback sets them
 */
int csv_split_open(
    const struct csv_split_params *p, struct csv_split **out, struct err *err) MUST_CHECK;

/* csv_split_close - give everything back, *s becomes NULL. Blocks stay valid. */
void csv_split_close(struct csv_split **s);

/*
 * csv_split_next - fill the next block.
 *
 * block  zeroed, or one filled before; its texts die
 *
 * Returns 1 a block (it may hold only a skipped row), 0 end of the file, -1 failed.
 * Errors  ERR_INPUT  code "file.archive"
 *         ERR_UNAVAILABLE, ERR_INTERNAL or whatever else the read callback sets
 */
int csv_split_next(struct csv_split *s, struct csv_block *block, struct err *err) MUST_CHECK;

/* csv_split_aim - bytes a block is filled to; more only to end its last row. */
size_t csv_split_aim(const struct csv_split *s);

/* csv_split_set_aim - the same for the blocks to come; bytes as block_bytes of the parameters, not
 * 0. */
void csv_split_set_aim(struct csv_split *s, size_t bytes);

/* csv_block_done - free a block's memory; accepts a zeroed one. */
void csv_block_done(struct csv_block *block);

/* csv_split_sniffed - what was found or given, with evidence; lives as long as s. */
const struct csv_sniff_result *csv_split_sniffed(const struct csv_split *s);

/* csv_split_found - what csv_input knows so far: encoding, archive; lives as long as s. */
const struct csv_input_found *csv_split_found(const struct csv_split *s);

/* csv_split_header - names by the header rule, in UTF-8; lives as long as s. */
const char *const *csv_split_header(const struct csv_split *s, size_t *out_n);

/* csv_split_as_written - the header's cells as they stand in the file, in UTF-8; lives as long as
 * s. */
const char *const *csv_split_as_written(const struct csv_split *s);

/* csv_split_rest - what was passed over behind the data so far; lives as long as s. */
const struct csv_split_rest *csv_split_rest(const struct csv_split *s);

#endif
