/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv_dialect - how the characters of a file become rows and cells, and which parts of that a
 * person has set.
 *
 * All of it is over UTF-8: what is stored otherwise is decoded before (csv_input.h).
 */
#ifndef CSV_CSV_DIALECT_H
#define CSV_CSV_DIALECT_H

#include "base/err.h"

enum {
	CSV_DIALECT_WORD_BYTES = 16, /* of csv_dialect_word with its NUL */
	CSV_DELIMITER_BYTES = 8,     /* longest delimiter */
	CSV_COMMENT_BYTES = 8,       /* longest comment mark */
	CSV_ENCODING_BYTES = 31,     /* longest name of an encoding */
	CSV_PREAMBLE_LINES = 1000,   /* most lines before the header */
	CSV_HEADER_ROWS = 16,        /* most rows of a header */
	CSV_FOOTER_ROWS = 100,       /* most rows after the data */
};

/* What ends a row outside quotes. */
enum csv_line_end {
	CSV_LINE_LF,    /* LF, a CR before it belongs to it; a CR elsewhere is text */
	CSV_LINE_CR,    /* CR alone */
	CSV_LINE_MIXED, /* LF, CR LF and CR */
};

struct csv_dialect {
	char delimiter[CSV_DELIMITER_BYTES + 1]; /* "" = every row is one cell */
	char quote;                              /* '\0' = there is none */
	char escape; /* before a quote or itself inside quotes; '\0' = a quote is doubled */
	char comment[CSV_COMMENT_BYTES + 1]; /* lines that begin with it are passed over; "" none */
	enum csv_line_end line_end;
	bool crlf;               /* CSV_LINE_LF: most sampled lines end with CR LF */
	bool skip_space;         /* blanks behind a delimiter do not belong to the cell */
	uint32_t preamble_lines; /* physical lines before the header or the first data row */
	uint32_t header_rows;    /* 0 = none: columns are column_1, column_2 ... */
	uint32_t footer_rows;    /* rows at the file's end that are not data */
	bool first_table;        /* data ends at a blank line behind which the width changes */
	bool blank_ends;         /* and first_table: at any blank line behind the first row */
	char encoding[CSV_ENCODING_BYTES + 1]; /* in lower case: "utf-8", "windows-1252" ... */
	uint8_t bom_bytes;                     /* of the file as it came */
};

/* Parts of a dialect; bits of csv_given.set. */
enum csv_part {
	CSV_SET_DELIMITER = 1 << 0,
	CSV_SET_QUOTE = 1 << 1,
	CSV_SET_ESCAPE = 1 << 2,
	CSV_SET_COMMENT = 1 << 3,
	CSV_SET_LINE_END = 1 << 4,
	CSV_SET_SKIP_SPACE = 1 << 5,
	CSV_SET_PREAMBLE = 1 << 6,
	CSV_SET_HEADER = 1 << 7,
	CSV_SET_FOOTER = 1 << 8,
	CSV_SET_TABLES = 1 << 9,
	CSV_SET_ENCODING = 1 << 10,
};

/* What a person has set; it is never guessed again. Zeroed = nothing. */
struct csv_given {
	struct csv_dialect dialect; /* only the parts in `set` mean something */
	uint32_t set;
	const char *const *names; /* headers a person expects, NULL-ended; a first row that holds
				     most of them is the header, unless the header is set; NULL =
				     not known; borrowed */
};

/*
 * csv_given_set - set one part by its name, as `--dialect KEY=VALUE` and contracts have it.
 *
 * key    delimiter, quote, escape, comment, line_end, skip_space, preamble, header, footer,
 *        tables, encoding
 * value  the characters themselves, or a word: comma semicolon tab pipe space none (delimiter),
 *        none (quote, escape, comment), lf crlf cr mixed, true false, a number, first all (tables),
 *        a name iconv knows (encoding)
 *
 * Errors  ERR_INPUT  code "dialect.invalid"; the message says what may stand there
 */
int csv_given_set(
    struct csv_given *g, const char *key, const char *value, struct err *err) MUST_CHECK;

/*
 * csv_given_check - do the parts that are set go together? Delimiter, quote, escape, comment and
 * line ends must differ from each other.
 *
 * Errors  ERR_INPUT  code "dialect.invalid"
 */
int csv_given_check(const struct csv_given *g, struct err *err) MUST_CHECK;

/* csv_dialect_word - a delimiter, quote, escape or comment for people: "comma", "tab", "none", or
 * the characters themselves. out has CSV_DIALECT_WORD_BYTES; returns out. */
const char *csv_dialect_word(const char *chars, char *out);

/* csv_line_end_word - "LF", "CR LF", "CR" or "mixed"; static memory. */
const char *csv_line_end_word(const struct csv_dialect *d);

#endif
