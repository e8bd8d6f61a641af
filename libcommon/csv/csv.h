/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv - the words shared by the sniffer, the splitter and the typed scanner.
 *
 * A file goes through three doors, each usable alone. csv_split reads bytes once and in
 * order, finds the dialect and the header, and cuts the rest into blocks of whole rows (the
 * only sequential part). csv_scan turns one block into batches of typed columns: any number
 * of threads, one block each. csv_batch holds the columns, the place of every row, and the
 * rows that were refused.
 *
 *	csv_split_open(&params, &split, err);
 *	while ((rc = csv_split_next(split, &block, err)) == 1) {
 *		csv_scan_begin(scan, &block);
 *		while (csv_scan_next(scan, batch)) {
 *			...                         (further checks: csv_batch_fault)
 *			csv_batch_settle(batch);    (refused rows leave the columns)
 *		}
 *	}
 *
 * Every row is good, repaired (csv_repair.h, when asked for) or one reject; results do not depend
 *on the size of blocks, the number of threads or the processor. Positions are bytes of the file as
 *it came, BOM included. Memory depends on the limits below, never on the file.
 */
#ifndef CSV_CSV_H
#define CSV_CSV_H

#include <string.h>

#include "csv/csv_dialect.h"

enum {
	CSV_BATCH_ROWS = 2048,          /* rows of a batch, DuckDB's vector size */
	CSV_BATCH_CELLS = 1 << 15,      /* wide files get fewer rows a batch */
	CSV_MAX_COLUMNS = 4096,         /* more make the file unusable */
	CSV_MAX_FIELD_BYTES = 16 << 20, /* more refuse the row: cell.length */
	CSV_MAX_ROW_BYTES = 64 << 20,   /* more refuse the row: row.length */
	CSV_MAX_HEADER_BYTES = 1 << 20, /* more make the file unusable */
	CSV_RAW_BYTES = 4096,           /* bytes of a refused row that a reject keeps */
	CSV_MESSAGE_BYTES = 208,        /* message of a reject with its NUL */
	CSV_PAD_BYTES = 128,            /* readable bytes behind every cell */
	CSV_INLINE_BYTES = 12,          /* texts up to here live inside struct csv_text */
};

/* What a column's cells become. */
enum csv_type {
	CSV_TEXT,        /* struct csv_text, UTF-8 */
	CSV_INTEGER,     /* int64_t */
	CSV_DECIMAL,     /* value * 10^scale: int64_t when precision <= 18, else __int128 */
	CSV_DOUBLE,      /* double */
	CSV_BOOLEAN,     /* uint8_t 0 or 1 */
	CSV_DATE,        /* int32_t days since 1970-01-01 */
	CSV_TIMESTAMP,   /* int64_t us since 1970-01-01 00:00, no zone */
	CSV_TIMESTAMPTZ, /* int64_t us since 1970-01-01 00:00 UTC */
	CSV_TIME,        /* int64_t us of the day */
	CSV_DURATION,    /* struct csv_duration */
	CSV_UUID,        /* unsigned __int128, the first hex digit is the highest */
	CSV_JSON,        /* struct csv_text, checked against RFC 8259 */
	CSV_TYPE_COUNT_,
};

enum { CSV_DECIMAL_NARROW = 18, CSV_DECIMAL_MAX = 38 };

/* A text value: bytes up to CSV_INLINE_BYTES are inside and zero-padded, longer ones are pointed
 * to. The layout is DuckDB's duckdb_string_t, so a column can be handed over as it is. */
struct csv_text {
	union {
		struct {
			uint32_t n;     /* bytes */
			char prefix[4]; /* the first four */
			const char *p;  /* lives as long as the block and the batch it came from */
		} far;
		struct {
			uint32_t n;
			char bytes[CSV_INLINE_BYTES];
		} near;
	};
};

/* A duration as it is written: months and days have no fixed length, so they stay apart. The layout
 * is DuckDB's duckdb_interval. */
struct csv_duration {
	int32_t months, days;
	int64_t us;
};

/* What is done to a cell before it is typed; each changed cell is counted. Bits. */
enum csv_normal {
	CSV_TRIM = 1 << 0,  /* white space at both ends */
	CSV_LOWER = 1 << 1, /* Unicode simple lower case */
	CSV_UPPER = 1 << 2,
	CSV_NFC = 1 << 3, /* Unicode normal form C */
};

_Static_assert(sizeof(struct csv_text) == 16, "a text is two words, as csv_text_make writes it");

struct csv_zone; /* csv_zone.h */

/* One wanted column: where it stands in the file and how its cells are read. Zeroed members are the
 * strict reading. */
struct csv_column {
	const char *name;         /* for messages; borrowed */
	enum csv_type type;       /* what the cells become */
	int file_column;          /* 0-based cell of the row, -1 not in the file: all null */
	uint8_t precision, scale; /* CSV_DECIMAL: digits in all, digits behind the point */
	const char *format; /* date, time, timestamp: csv_pattern.h, NULL = ISO 8601; json: "object"
			     * or "array", NULL = any value */
	const char *locale; /* of the month names in format: "de", "fr" ...; NULL = English */
	const struct csv_zone *zone; /* CSV_TIMESTAMPTZ: of cells without offset; NULL = refused */
	const char *const *yes, *const *no; /* CSV_BOOLEAN: NULL-ended words; NULL = the defaults */
	char decimal_char;                  /* integer, decimal, double: '\0' = '.' */
	char group_char; /* the same: between groups of three digits; '\0' = none */
	bool not_bare;   /* the same: other characters may stand around the digits: "12.50 EUR" */
	uint8_t normal;  /* bits of enum csv_normal */
};

/* What the scanner is asked for. All borrowed, unchanged while a scan uses it; shared by threads.
 */
struct csv_schema {
	const struct csv_column *columns; /* wanted columns */
	size_t n_columns;
	size_t file_columns; /* cells every row must have */
	const char *const
	    *missing; /* NULL-ended words that mean null; NULL = the empty cell alone */
	const char *const *header; /* names of the file's columns, for messages */
	bool repair;               /* rows with a wrong number of cells: csv_repair.h */
};

/* A refused row. */
struct csv_reject {
	int64_t row;      /* 1-based data row */
	int64_t line;     /* 1-based physical line on which the row starts */
	uint64_t offset;  /* of the row's first byte in the file */
	uint64_t length;  /* bytes of the row without its line end */
	int file_column;  /* 0-based, -1 the row as a whole */
	const char *rule; /* static id, docs/rules.md */
	struct span raw;  /* the row's text in UTF-8, all that is in memory; the block's */
	bool raw_cut;     /* raw lacks the row's end */
	char message[CSV_MESSAGE_BYTES]; /* plain words, UTF-8 */
};

/* Rule ids of this library; the contract has its own. */
#define CSV_RULE_CELLS     "row.cells"
#define CSV_RULE_QUOTE     "row.quote"
#define CSV_RULE_LENGTH    "row.length"
#define CSV_RULE_FIELD     "cell.length"
#define CSV_RULE_UTF8      "encoding.utf8"
#define CSV_RULE_NUL       "encoding.nul"
#define CSV_RULE_INTEGER   "type.integer"
#define CSV_RULE_DECIMAL   "type.decimal"
#define CSV_RULE_DOUBLE    "type.double"
#define CSV_RULE_BOOLEAN   "type.boolean"
#define CSV_RULE_DATE      "type.date"
#define CSV_RULE_TIMESTAMP "type.timestamp"
#define CSV_RULE_TIME      "type.time"
#define CSV_RULE_DURATION  "type.duration"
#define CSV_RULE_UUID      "type.uuid"
#define CSV_RULE_JSON      "type.json"

/* csv_text_n, csv_text_p - length and bytes of a text value (not NUL-terminated). */
static inline size_t csv_text_n(const struct csv_text *t)
{
	return t->near.n;
}

static inline const char *csv_text_p(const struct csv_text *t)
{
	return t->near.n <= CSV_INLINE_BYTES ? t->near.bytes : t->far.p;
}

/* csv_text_keep - sixteen bytes of ones, sixteen of zeros: masks of a text's bytes. */
extern const uint8_t csv_text_keep[32];

/* csv_text_make - value for n bytes at p, which must have CSV_PAD_BYTES readable bytes behind and
 * outlive the value. Without a branch: lengths around CSV_INLINE_BYTES cannot be foretold. */
static inline struct csv_text csv_text_make(const char *p, size_t n)
{
	struct csv_text t;
	const uint8_t *keep = csv_text_keep + 16 - (n < 16 ? n : 16);
	uint64_t word[2];
	uint64_t mask[2];
	memcpy(word, p, sizeof(word));
	memcpy(mask, keep, sizeof(mask));
	word[0] &= mask[0];
	word[1] &= mask[1];
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	const uint64_t first = (uint64_t)n << 32 | word[0] >> 32;
	const uint64_t inner = word[0] << 32 | word[1] >> 32;
#else
	const uint64_t first = (uint32_t)n | word[0] << 32;
	const uint64_t inner = word[0] >> 32 | word[1] << 32;
#endif
	const uint64_t second = n > CSV_INLINE_BYTES ? (uint64_t)(uintptr_t)p : inner;
	memcpy(&t, &first, sizeof(first));
	memcpy((char *)&t + sizeof(first), &second, sizeof(second));
	return t;
}

/* csv_type_name - "text", "integer", "decimal", "double", "boolean", "date", "timestamp",
 * "timestamptz", "time", "duration", "uuid", "json"; static memory. */
const char *csv_type_name(enum csv_type type);

/* csv_type_is_text - are its values struct csv_text? */
static inline bool csv_type_is_text(enum csv_type type)
{
	return type == CSV_TEXT || type == CSV_JSON;
}

/* csv_type_rule - the rule id of a cell that is not of this type; static memory. */
const char *csv_type_rule(enum csv_type type);

/* csv_value_bytes - size of one value of a column in a batch. */
size_t csv_value_bytes(const struct csv_column *c);

#endif
