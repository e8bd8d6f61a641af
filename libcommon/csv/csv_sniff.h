/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv_sniff - what kind of file is this, from samples of it?
 *
 * Works on UTF-8 (csv_input.h). Decides delimiter, quote, escape, line ends, comment mark, blanks
 * behind delimiters, preamble, header rows, footer and whether a second table follows, as far as
 * nobody set them: what is set is never guessed again. Every plausible reading of a bounded part of
 * the samples gets a score (how many bytes stand in rows of one width, how many cells have a type,
 * whether columns keep theirs); the best few are then counted over all of the samples. The result
 * keeps the reading that was taken, the best one that gives other cells, and why that one lost.
 *
 *	const struct csv_sample front = { .p = bytes, .n = n, .end = eof };
 *	if (csv_sniff_samples(&front, 1, &given, &found, err) != 0) ...   (not CSV: say why)
 *
 * docs/sniffing.md has the rules and the figures. Pure functions: any thread, the same bytes give
 * the same answer. Memory: about 2 MiB while it works, whatever the samples hold.
 */
#ifndef CSV_CSV_SNIFF_H
#define CSV_CSV_SNIFF_H

#include "csv/csv.h"

enum {
	CSV_SNIFF_BYTES = 10 << 20, /* of the file's front that are worth reading */
	CSV_SNIFF_SAMPLES = 64,     /* most samples */
	CSV_SNIFF_TABLES = 8,       /* most further tables that are told */
	CSV_SNIFF_HEADER_ROWS = 4,  /* most header rows that are found; more can be set */
	CSV_SNIFF_WHY_BYTES = 400,  /* of a sentence with its NUL */
};

/* A stretch of the file. The first sample begins with the file; others begin anywhere, and what
 * they hold before their first line end is passed over. Ascending, not overlapping. */
struct csv_sample {
	const uint8_t *p; /* CSV_PAD_BYTES readable behind p + n; borrowed */
	size_t n;
	bool end; /* the file ends with this sample */
};

/* One reading of the samples, as evidence. */
struct csv_sniff_reading {
	char delimiter[CSV_DELIMITER_BYTES + 1]; /* "" = every row is one cell */
	char quote, escape;                      /* as in csv_dialect */
	bool skip_space;
	size_t columns;      /* cells of most rows */
	size_t regular_rows; /* rows with that many cells, header included */
	size_t rows;         /* rows that were seen; of the chosen reading those of its table */
	size_t bad_rows;     /* of those: quotes do not close, or text stands behind them */
	double typed_pct;    /* cells of a clear type: number, date, word ... */
	double score;        /* 0..1 */
};

/* A further table behind the first. */
struct csv_sniff_table {
	int64_t line;   /* 1-based physical line of its first row; 0 = not known (a later sample) */
	size_t columns; /* cells of its rows */
	size_t rows;    /* seen */
};

struct csv_sniff_result {
	struct csv_dialect dialect;
	struct csv_sniff_reading chosen;
	struct csv_sniff_reading runner_up;   /* rows 0 = no other reading makes a table */
	char why[CSV_SNIFF_WHY_BYTES];        /* why the runner-up lost; "" when there is none */
	char why_header[CSV_SNIFF_WHY_BYTES]; /* why there are so many header rows */
	char doubt[CSV_SNIFF_WHY_BYTES];      /* what a person should look at; "" nothing */
	double confidence;                    /* 0..1 */
	bool ambiguous;                       /* doubt is about cells, not only names */
	bool returned;                        /* refused rows, mended: csv_mend.h; nothing that
						 was set counts */
	uint32_t given;                       /* parts that were set: bits of enum csv_part */
	struct csv_sniff_table tables[CSV_SNIFF_TABLES];
	size_t n_tables;     /* found; may be more than are kept */
	int64_t maybe_line;  /* where another table may begin that is read on as rows; 0 = none */
	size_t sample_bytes; /* that were judged */
	bool whole;          /* the samples are the whole file */
};

/*
 * csv_sniff_samples - judge samples of a file.
 *
 * samples, n  1..CSV_SNIFF_SAMPLES, the first is the front; borrowed
 * given       what a person set; not NULL. Refused rows that come back are read as csv_mend.h
 *             says, whatever is set
 *
 * Errors  ERR_INPUT  code "file.empty" or "file.binary"; the message is a sentence for people, e.g.
 *         "byte 1: this is not CSV but a ZIP archive (an Excel workbook is one)"
 * Cost    10 MiB of ordinary rows take less than 60 ms
 */
int csv_sniff_samples(const struct csv_sample *samples, size_t n, const struct csv_given *given,
    struct csv_sniff_result *out, struct err *err) MUST_CHECK;

/* csv_sniff - csv_sniff_samples of the front alone; eof: it is the whole file. */
int csv_sniff(const uint8_t *p, size_t n, bool eof, const struct csv_given *given,
    struct csv_sniff_result *out, struct err *err) MUST_CHECK;

#endif
