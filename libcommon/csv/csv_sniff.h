/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv_sniff - what kind of file is this, from a sample of its front?
 *
 * Refuses what is not CSV in words a person can act on; finds BOM, encoding, line ends and
 * delimiter. The delimiter is the one under which most sampled rows have the cells of the first row
 * (at least two); among equals the one with more columns; the runner-up is kept as evidence. A file
 * in which no delimiter makes two columns has one column. Encoding: UTF-8 unless more sampled lines
 * break UTF-8 than hold a proper multi-byte character, then Windows-1252 (WHATWG's table).
 */
#ifndef CSV_CSV_SNIFF_H
#define CSV_CSV_SNIFF_H

#include "csv/csv.h"

enum { CSV_SNIFF_BYTES = 1 << 20, CSV_SNIFF_ROWS = 1000 };

/* One reading of the sample. */
struct csv_sniff_reading {
	char delimiter;      /* 0 = there is none */
	size_t columns;      /* cells of the first row */
	size_t regular_rows; /* rows with that many cells, the first included */
	size_t rows;         /* rows seen */
};

struct csv_sniff_result {
	struct csv_dialect dialect;
	struct csv_sniff_reading chosen, runner_up;
	bool delimiter_given, encoding_given;
	size_t sample_bytes;
};

/*
 * csv_sniff - judge a sample.
 *
 * p, n   the first bytes of the file, CSV_PAD_BYTES readable behind; borrowed
 * eof    the sample is the whole file
 * given  what a person set; not NULL
 *
 * Errors  ERR_INPUT  code "file.empty", "file.binary", "file.encoding" or "file.line_ends"; the
 * message is a sentence for people, e.g. "byte 1: this is a ZIP archive (an Excel workbook is one),
 * not CSV"
 */
int csv_sniff(const uint8_t *p, size_t n, bool eof, const struct csv_given *given,
    struct csv_sniff_result *out, struct err *err) MUST_CHECK;

/* csv_sniff_delimiter_name - "comma", "semicolon", "tab", "pipe", "none" or "other"; static memory.
 */
const char *csv_sniff_delimiter_name(char delimiter);

#endif
