/* SPDX-License-Identifier: Apache-2.0 */
/* infer_candidate - the types a column may be given, each with the shapes of cells it takes. */
#ifndef CONTRACT_INFER_CANDIDATE_H
#define CONTRACT_INFER_CANDIDATE_H

#include "contract/shape.h"

enum { INFER_NO_PAIR = -1, INFER_NO_DATE = -1, INFER_FORMAT_BYTES = 32, INFER_NAME_BYTES = 64 };

struct infer_candidate {
	enum csv_type type;
	char name[INFER_NAME_BYTES];     /* for people: "date (DD/MM/YYYY)" */
	char format[INFER_FORMAT_BYTES]; /* "" = ISO */
	char decimal_char, group_char;   /* numbers: '\0' = a point; none */
	int pair;                        /* booleans: of shape_words; else INFER_NO_PAIR */
	int date, clock;                 /* shape_date and shape_clock; else INFER_NO_DATE, 0 */
	bool other;                      /* month names of another language than English */
	bool strict;                     /* falls with the first misfit */
	uint64_t takes[(SHAPE_COUNT_ + 63) / 64]; /* bits of shapes */
};

/* infer_candidates - from the narrowest to text, the order in which they are preferred; static. */
const struct infer_candidate *infer_candidates(size_t *out_n);

/* infer_takes - does the candidate take cells of this shape? */
static inline bool infer_takes(const struct infer_candidate *k, unsigned shape)
{
	return (k->takes[shape / 64] >> (shape % 64) & 1) != 0;
}

/* infer_is_number - integer, decimal or double? */
static inline bool infer_is_number(const struct infer_candidate *k)
{
	return k->type == CSV_INTEGER || k->type == CSV_DECIMAL || k->type == CSV_DOUBLE;
}

/* infer_is_grouped - a shape whose separators part groups of digits, whatever the locale. */
static inline bool infer_is_grouped(unsigned shape)
{
	return shape >= SHAPE_GROUP_COMMA && shape <= SHAPE_GROUP_QUOTE_POINT;
}

#endif
