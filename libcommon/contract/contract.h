/* SPDX-License-Identifier: Apache-2.0 */
/*
 * contract - the schema and rules of a dataset, read from its document.
 *
 * The document is a Frictionless Table Schema; what is ours stands under "millrace":
 *
 *	{"fields": [{"name": "amount", "type": "number",
 *	    "constraints": {"required": true, "minimum": 0},
 *	    "millrace": {"type": "decimal", "precision": 12, "scale": 2, "aliases": ["EUR"]}}],
 *	 "missingValues": ["", "n/a"],
 *	 "millrace": {"budget_pct": 1, "extra_columns": "reject", "dialect": {"delimiter": ";"}}}
 *
 * Types: integer; number (decimal 38,9; millrace.type decimal with precision and scale, or
 * double); boolean (trueValues, falseValues); date and datetime (ISO or a %-format;
 * millrace.type timestamptz for values with an offset); string. Constraints: required, enum,
 * minimum, maximum. What changes the meaning and is not known (another type or constraint,
 * primaryKey, decimalChar ...) is a fault, so that nothing is promised and not checked;
 * descriptive members are let pass.
 *
 * A contract lives in the arena it was parsed into and is read-only: threads may share it.
 */
#ifndef CONTRACT_CONTRACT_H
#define CONTRACT_CONTRACT_H

#include <cjson/cJSON.h>

#include "base/arena.h"
#include "csv/csv_split.h"

enum {
	CONTRACT_MAX_FIELDS = 1590, /* PostgreSQL's 1,600 less our own columns */
	CONTRACT_NAME_BYTES = 63,   /* PostgreSQL's limit of a name */
	CONTRACT_MAX_ENUM = 10000,
	CONTRACT_MAX_ALIASES = 32,
	CONTRACT_MAX_WORDS = 64, /* missingValues, trueValues, falseValues */
	CONTRACT_WORD_BYTES = 255,
	CONTRACT_MAX_FAULTS = 50, /* more are counted, not listed */
	CONTRACT_BUDGET_AFTER_ROWS = 1000,
	CONTRACT_DECIMAL_PRECISION = 38,
	CONTRACT_DECIMAL_SCALE = 9,
};

#define CONTRACT_BUDGET_PCT 1.0

/* A bound or an allowed value, in the form of its column. */
struct contract_value {
	union {
		__int128 number; /* integer, decimal (scaled), date, timestamps */
		double real;
		struct csv_text text; /* bytes in the arena */
	};
	const char *shown; /* as the document has it, for messages; arena */
};

struct contract_field {
	const char *name; /* of the table's column, unique without regard to case */
	enum csv_type type;
	uint8_t precision, scale;           /* CSV_DECIMAL */
	const char *format;                 /* NULL = ISO */
	const char *const *yes, *const *no; /* CSV_BOOLEAN; NULL = the defaults */
	const char *const *aliases;         /* NULL-ended other headers; never NULL */
	bool required;
	const struct contract_value *minimum, *maximum; /* NULL = none */
	const struct contract_value *allowed;           /* sorted; NULL = any */
	size_t n_allowed;
};

struct contract {
	const struct contract_field *fields;
	size_t n_fields;
	const char *const *missing; /* NULL-ended; never NULL */
	double budget_pct;          /* 0..100, negative = the document does not say */
	int64_t budget_after_rows;
	bool ignore_extra;        /* columns the contract does not know are passed over */
	bool null_missing;        /* an optional column the file lacks is null, not a fault */
	struct csv_given dialect; /* what is set is not guessed */
};

/* One fault of a document. */
struct contract_fault {
	const char *path;    /* "fields[3].constraints.minimum"; arena */
	const char *message; /* lower case, no period; arena */
};

struct contract_faults {
	struct contract_fault list[CONTRACT_MAX_FAULTS];
	size_t n; /* found; at most CONTRACT_MAX_FAULTS are listed */
};

/* contract_is_reserved - does a name, in any case, belong to columns that stand beside the data:
 * ours in silver and gold, or those that PostgreSQL gives every table? */
bool contract_is_reserved(const char *name);

/*
 * contract_parse - document to contract, telling all faults at once.
 *
 * doc         borrowed for the call
 * a           everything is placed there
 * out_faults  filled on failure; may be NULL
 *
 * Errors  ERR_INPUT  code "contract.invalid"; the message is the first fault
 */
int contract_parse(const cJSON *doc, struct arena *a, struct contract *out,
    struct contract_faults *out_faults, struct err *err) MUST_CHECK;

#endif
