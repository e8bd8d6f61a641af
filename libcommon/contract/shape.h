/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shape - what a cell could be. Every cell has exactly one shape; a type stands in a column as far
 * as the column's cells have shapes the type takes. Shapes and types make the lattice of the
 * inference: int64 < decimal < double < text, one format of dates < text, and so on.
 */
#ifndef CONTRACT_SHAPE_H
#define CONTRACT_SHAPE_H

#include "csv/csv.h"

enum contract_shape {
	SHAPE_INT,         /* fits 64 bits, no leading zero */
	SHAPE_BIG,         /* whole, fits 38 digits only */
	SHAPE_DECIMAL,     /* digits with a point, at most 38 */
	SHAPE_EXPONENT,    /* a double that is neither, e.g. 1e5 */
	SHAPE_ZERO_LED,    /* digits with a leading zero: an id, not a number */
	SHAPE_TRUE_FALSE,  /* true, false in three spellings */
	SHAPE_YES_NO,      /* yes, no in three spellings */
	SHAPE_DATE_ISO,    /* 2026-11-20 */
	SHAPE_DATE_DOT,    /* 20.11.2026 */
	SHAPE_DATE_DMY,    /* 20/11/2026, cannot be month first */
	SHAPE_DATE_MDY,    /* 11/20/2026, cannot be day first */
	SHAPE_DATE_EITHER, /* 01/03/2026 */
	SHAPE_STAMP,       /* 2026-11-20T10:42 */
	SHAPE_STAMP_ZONED, /* 2026-11-20T10:42Z */
	SHAPE_STAMP_DOT,   /* 20.11.2026 10:42 */
	SHAPE_TEXT,        /* none of these */
	SHAPE_COUNT_,
};

/* A cell's shape; before and behind are the digits around the point of a number. */
struct contract_shape_of {
	enum contract_shape shape;
	unsigned before, behind;
};

/* contract_shape - the shape of n > 0 bytes with CSV_PAD_BYTES readable bytes behind. */
struct contract_shape_of contract_shape(const char *p, size_t n);

/* A type (with format) a column may be given, and the shapes it takes. */
struct contract_candidate {
	enum csv_type type;
	const char *name;   /* for people: "date (dd/mm/yyyy)" */
	const char *format; /* NULL = ISO */
	uint32_t takes;     /* bits 1 << shape */
	bool yes_no;        /* boolean by the words yes and no */
};

/* contract_candidates - from the narrowest to text, the order in which they are preferred; static.
 */
const struct contract_candidate *contract_candidates(size_t *out_n);

#endif
