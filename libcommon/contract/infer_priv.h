/* SPDX-License-Identifier: Apache-2.0 */
/* infer_priv - what was seen of a file's columns, and what is made of it. */
#ifndef CONTRACT_INFER_PRIV_H
#define CONTRACT_INFER_PRIV_H

#include "contract/infer.h"
#include "contract/infer_candidate.h"
#include "contract/profile_distinct.h"
#include "csv/csv_explain.h"

enum {
	INFER_VALUE_BYTES = CSV_QUOTED_BYTES + 16,
	INFER_KEPT_VALUES = 256,  /* distinct cells counted exactly; more are estimated */
	INFER_KEPT_LEAST = 32,    /* however many columns there are */
	INFER_KEPT_ALL = 1 << 14, /* the same over all columns */
	INFER_SPACED = 1 << 8, /* of a slot's tag: a cell with blanks around; below it the shape */
	INFER_NUMBERS = SHAPE_UUID, /* shapes below it have digits */
};

/* A cell kept as evidence. */
struct infer_cell {
	int64_t row, line;
	char value[INFER_VALUE_BYTES]; /* in backquotes */
};

/* The first cells of one shape by their rows; every shape that was seen has one. */
struct infer_first {
	uint8_t shape;
	struct infer_cell cells[CONTRACT_INFER_SHOWN];
	unsigned n;
};

struct infer_column {
	int64_t nulls; /* empty cells */
	int64_t count[SHAPE_COUNT_];
	int64_t limit[SHAPE_COUNT_];    /* cells of rows from here on are not kept */
	uint8_t first_of[SHAPE_COUNT_]; /* 1 + index of firsts, 0 = none yet */
	struct infer_first *firsts;     /* owned */
	uint8_t n_firsts;
	uint8_t lead;                  /* shape of the last cell */
	uint16_t languages;            /* that have all month names seen */
	uint8_t before[INFER_NUMBERS]; /* most digits before the point */
	uint8_t fewest[INFER_NUMBERS]; /* least digits before it */
	uint8_t behind[INFER_NUMBERS]; /* most digits behind it */
	int64_t spaced;                /* cells that are no text once the blanks around are gone */
	int64_t spaced_limit;          /* of their rows, as limit */
	struct infer_first spaced_first;
	struct profile_distinct distinct; /* of cells that are not empty; struct profile_text */
};

struct contract_infer {
	struct csv_schema schema;
	const char *const *header;  /* of the schema's columns; borrowed */
	struct csv_column *columns; /* of the schema; owned */
	struct infer_column *seen;  /* owned */
	struct contract_shaper shaper;
	int64_t rows;
	uint64_t hashes[CSV_BATCH_ROWS]; /* of the column at hand */
};

/* What a column is to be. */
struct infer_choice {
	const struct infer_candidate *k;
	int64_t values;        /* that are not null */
	int64_t nulls;         /* empty cells and words for null */
	int64_t fits;          /* values the candidate takes */
	const char *ambiguous; /* what can be read two ways, and what was done; NULL */
	const char *language;  /* of month names; NULL = English or none */
};

struct infer_verdict {
	struct infer_choice *columns;          /* arena */
	bool null_words[SHAPE_NULL_WORDS];     /* taken as null */
	const char *why_not[SHAPE_NULL_WORDS]; /* for words that occur and are not; arena */
};

/* infer_choose - the verdict on all columns, in the arena. */
void infer_choose(const struct contract_infer *i, const char *const *names, bool unattended,
    struct arena *a, struct infer_verdict *out);

/* infer_taken - cells of a column that a candidate takes. */
int64_t infer_taken(const struct infer_column *c, const struct infer_candidate *k);

/* infer_digits - most digits before and behind the point, as the candidate reads its cells. */
void infer_digits(const struct infer_column *c, const struct infer_candidate *k,
    unsigned *out_before, unsigned *out_behind);

/* infer_add_field - the chosen field to the document. */
void infer_add_field(cJSON *fields, const struct contract_infer *i, size_t column, const char *name,
    const struct infer_choice *choice, bool unattended);

/* infer_add_evidence - why a column was chosen as it was. */
void infer_add_evidence(cJSON *columns, const struct contract_infer *i, size_t column,
    const char *name, const struct infer_choice *choice, const struct infer_verdict *v);

/* infer_add_nulls - words for null that were seen, taken as such or not. */
void infer_add_nulls(cJSON *evidence, const struct contract_infer *i, const char *const *names,
    const struct infer_verdict *v);

/* infer_enum - the kept values of a column with few distinct texts, most frequent first; 0 = not
 * few, or they do not repeat. strong: good enough for a constraint. out: CONTRACT_ENUM_SHOWN. */
size_t infer_enum(const struct infer_column *c, const struct profile_slot **out, bool *out_strong);

#endif
