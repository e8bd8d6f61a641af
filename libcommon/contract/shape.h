/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shape - what a cell could be. Every cell has exactly one shape; a type stands in a column as far
 * as the column's cells have shapes the type takes (infer_candidate.h). Shapes and types make the
 * lattice of the inference: int64 < decimal < double < text, one notation of dates < text ...
 *
 * A shape says all that matters about how a cell may be read: 1.5 is a decimal whatever the locale,
 * 1.234 is one with a decimal point or a thousand and more with grouped digits.
 */
#ifndef CONTRACT_SHAPE_H
#define CONTRACT_SHAPE_H

#include "csv/csv.h"

/* How a date is written. MON is a month by its English name, OTHER by one of another language. */
enum shape_date {
	SHAPE_YMD_SLASH,    /* 2026/11/20 */
	SHAPE_YMD_POINT,    /* 2026.11.20 */
	SHAPE_DMY_POINT,    /* 20.11.2026 */
	SHAPE_DMY_SLASH,    /* 20/11/2026, cannot be month first */
	SHAPE_MDY_SLASH,    /* 11/20/2026, cannot be day first */
	SHAPE_EITHER_SLASH, /* 01/03/2026 */
	SHAPE_DMY_DASH,     /* 20-11-2026 */
	SHAPE_MDY_DASH,
	SHAPE_EITHER_DASH,
	SHAPE_DMY_POINT_2, /* 20.11.26 */
	SHAPE_DMY_SLASH_2, /* 20/11/26 */
	SHAPE_MDY_SLASH_2,
	SHAPE_EITHER_SLASH_2,
	SHAPE_D_MON_Y,      /* 20 Nov 2026 */
	SHAPE_D_MON_Y_DASH, /* 20-Nov-2026 */
	SHAPE_D_MON_2_DASH, /* 20-Nov-26 */
	SHAPE_D_POINT_MON,  /* 20. Nov 2026 */
	SHAPE_MON_D_Y,      /* Nov 20, 2026 */
	SHAPE_D_OTHER_Y,    /* 20 Okt 2026; the same five */
	SHAPE_D_OTHER_Y_DASH,
	SHAPE_D_OTHER_2_DASH,
	SHAPE_D_POINT_OTHER,
	SHAPE_OTHER_D_Y,
	SHAPE_DATE_COUNT_,
};

enum { SHAPE_NAMED_DATES = SHAPE_D_OTHER_Y - SHAPE_D_MON_Y };

/* What stands behind such a date, after a blank. */
enum shape_clock {
	SHAPE_CLOCK_NONE,
	SHAPE_CLOCK_HM,     /* 10:42 */
	SHAPE_CLOCK_HMS,    /* 10:42:07 */
	SHAPE_CLOCK_HMSF,   /* 10:42:07.25 */
	SHAPE_CLOCK_HM_PM,  /* 10:42 PM */
	SHAPE_CLOCK_HMS_PM, /* 10:42:07 PM */
	SHAPE_CLOCK_COUNT_,
};

enum {
	SHAPE_WORD_PAIRS = 9,  /* words for true and false, shape_words */
	SHAPE_NULL_WORDS = 22, /* words for null, shape_nulls */
};

enum contract_shape {
	SHAPE_TEXT,              /* none of these */
	SHAPE_INT,               /* up to 18 digits, or 19 that fit 64 bits; no leading zero */
	SHAPE_BIG,               /* whole, up to 38 digits */
	SHAPE_LONG,              /* whole, more digits than a decimal has */
	SHAPE_ZERO_LED,          /* digits with a leading zero: an id, not a number */
	SHAPE_PLUS_LED,          /* + and seven digits or more: a telephone number */
	SHAPE_DECIMAL,           /* digits with a point that cannot part groups */
	SHAPE_POINT3,            /* 1.234 */
	SHAPE_EXPONENT,          /* a double that is none of these: 1e5, or more than 38 digits */
	SHAPE_COMMA,             /* 1,5 */
	SHAPE_COMMA3,            /* 1,234 */
	SHAPE_GROUP_COMMA,       /* 1,234,567 */
	SHAPE_GROUP_COMMA_POINT, /* 1,234.5 */
	SHAPE_GROUP_POINT,       /* 1.234.567 */
	SHAPE_GROUP_POINT_COMMA, /* 1.234,5 */
	SHAPE_GROUP_SPACE,       /* 1 234; the blank may be one that does not break */
	SHAPE_GROUP_SPACE_COMMA, /* 1 234,5 */
	SHAPE_GROUP_SPACE_POINT, /* 1 234.5 */
	SHAPE_GROUP_QUOTE,       /* 1'234 */
	SHAPE_GROUP_QUOTE_POINT, /* 1'234.5 */
	SHAPE_UUID,
	SHAPE_JSON_OBJECT,
	SHAPE_JSON_ARRAY,
	SHAPE_DURATION,                                 /* P1DT2H */
	SHAPE_DATE_ISO,                                 /* 2026-11-20 */
	SHAPE_STAMP,                                    /* 2026-11-20T10:42 */
	SHAPE_STAMP_ZONED,                              /* 2026-11-20T10:42Z */
	SHAPE_TIME_HM,                                  /* 10:42 */
	SHAPE_TIME_HMS,                                 /* 10:42:07 */
	SHAPE_TIME_HMSF,                                /* 10:42:07.25 */
	SHAPE_TIME_H_M,                                 /* 9:42 */
	SHAPE_TIME_H_MS,                                /* 9:42:07 */
	SHAPE_TIME_HM_PM,                               /* 9:42 PM */
	SHAPE_TIME_HMS_PM,                              /* 9:42:07 PM */
	SHAPE_TRUE,                                     /* of pair 0; then SHAPE_TRUE + 2 * pair */
	SHAPE_FALSE,                                    /* of pair 0; then SHAPE_FALSE + 2 * pair */
	SHAPE_NULL = SHAPE_TRUE + 2 * SHAPE_WORD_PAIRS, /* null word 0, and so on */
	SHAPE_DATED = SHAPE_NULL + SHAPE_NULL_WORDS,    /* SHAPE_DATED_AS(date, clock) */
	SHAPE_COUNT_ = SHAPE_DATED + SHAPE_DATE_COUNT_ * SHAPE_CLOCK_COUNT_,
};

#define SHAPE_DATED_AS(date, clock) (SHAPE_DATED + (date)*SHAPE_CLOCK_COUNT_ + (clock))

/* A pair of words for true and false, each in lower case, capitalised and in upper case. */
struct shape_word_pair {
	const char *yes[3], *no[3];
};

/* A word that may mean null. */
struct shape_null_word {
	const char *word;
	bool strong; /* means nothing else, not even in a column of texts */
};

extern const struct shape_word_pair shape_words[SHAPE_WORD_PAIRS];
extern const struct shape_null_word shape_nulls[SHAPE_NULL_WORDS];

/* Languages of month names, bits of contract_shape_of.languages; English is the lowest. */
enum { SHAPE_LANGUAGES = 13 };
extern const char *const shape_languages[SHAPE_LANGUAGES];

/* A cell's shape. */
struct contract_shape_of {
	uint8_t shape;
	uint8_t before, behind; /* numbers: digits around the point or comma, at most 99 */
	uint16_t languages;     /* months by name: languages that have this name */
};

/* What one inference remembers of month names. Zeroed = nothing. */
struct contract_shaper {
	struct shape_month {
		char word[15];
		uint8_t n; /* bytes, 0 = free */
		uint8_t month;
		uint16_t languages;
	} months[64];
};

/* contract_shape - the shape of n > 0 bytes with CSV_PAD_BYTES readable bytes behind. */
struct contract_shape_of contract_shape(struct contract_shaper *s, const char *p, size_t n);

#endif
