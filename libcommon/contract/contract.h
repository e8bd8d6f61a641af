/* SPDX-License-Identifier: Apache-2.0 */
/*
 * contract - the schema and rules of a dataset, read from its document.
 *
 * The document is a Frictionless Table Schema (v1; descriptors of real projects load unchanged), or
 * a data resource or package that holds one; what is ours stands under "millrace":
 *
 *	{"fields": [{"name": "amount", "type": "number",
 *	    "constraints": {"required": true, "minimum": 0},
 *	    "millrace": {"type": "decimal", "precision": 12, "scale": 2, "aliases": ["EUR"]}}],
 *	 "missingValues": ["", "n/a"],
 *	 "primaryKey": "order_id",
 *	 "millrace": {"budget_pct": 1, "extra_columns": "reject", "dialect": {"delimiter": ";"},
 *	    "rules": [{"name": "ends", "expr": "end_date >= start_date",
 *	        "message": "ends before it starts"}]}}
 *
 * Types: string (formats email, uri, binary, uuid), integer, number (decimal 38,9; millrace.type
 * decimal with precision and scale, or double), boolean (trueValues, falseValues), date, time and
 * datetime (ISO or a %-format; millrace.type timestamptz for values with an offset or of
 * millrace.zone), year, yearmonth, duration, object, array, geojson, geopoint, any. Numbers know
 * decimalChar, groupChar and bareNumber. Constraints: required, unique, enum, minimum, maximum,
 * minLength, maxLength, pattern. Keys: primaryKey, foreignKeys. Fields are found by name, or by
 * position where fieldsMatch is "exact".
 *
 * What changes the meaning and cannot be honoured is a fault, so that nothing is promised and not
 * checked; descriptive members (title, rdfType ...) are let pass.
 *
 * A contract lives in the arena it was parsed into and is read-only: threads may share it.
 */
#ifndef CONTRACT_CONTRACT_H
#define CONTRACT_CONTRACT_H

#include <cjson/cJSON.h>

#include "base/arena.h"
#include "contract/keys.h"
#include "csv/csv.h"

struct contract_pattern; /* pattern.h */
struct expr;             /* expr/expr.h */

enum {
	CONTRACT_MAX_FIELDS = 1590, /* PostgreSQL's 1,600 less our own columns */
	CONTRACT_NAME_BYTES = 63,   /* PostgreSQL's limit of a name */
	CONTRACT_MAX_ENUM = 10000,
	CONTRACT_MAX_ALIASES = 32,
	CONTRACT_MAX_WORDS = 64, /* missingValues, trueValues, falseValues */
	CONTRACT_WORD_BYTES = 255,
	CONTRACT_MAX_FAULTS = 50, /* more are counted, not listed */
	CONTRACT_MAX_KEY_FIELDS = 16,
	CONTRACT_MAX_RULES = 100,     /* rules over rows */
	CONTRACT_MESSAGE_BYTES = 120, /* message of a rule over rows */
	CONTRACT_RESOURCE_BYTES = 1024,
	CONTRACT_BUDGET_AFTER_ROWS = 1000,
	CONTRACT_DECIMAL_PRECISION = 38,
	CONTRACT_DECIMAL_SCALE = 9,
};

#define CONTRACT_BUDGET_PCT 1.0

/* A bound or an allowed value, in the form of its column. */
struct contract_value {
	union {
		__int128 number; /* integer, decimal (scaled), date, time, timestamps, uuid */
		double real;
		struct csv_text text; /* bytes in the arena */
	};
	const char *shown; /* as the document has it, for messages; arena */
};

/* What a text must be besides text. */
enum contract_form {
	CONTRACT_FORM_ANY,
	CONTRACT_FORM_EMAIL,
	CONTRACT_FORM_URI,
	CONTRACT_FORM_BINARY,    /* base64 */
	CONTRACT_FORM_YEARMONTH, /* 2026-11 */
	CONTRACT_FORM_GEOPOINT,  /* "lon, lat" */
	/* of JSON */
	CONTRACT_FORM_GEOPOINT_ARRAY,  /* [lon, lat] */
	CONTRACT_FORM_GEOPOINT_OBJECT, /* {"lon": .., "lat": ..} */
	CONTRACT_FORM_GEOJSON,
	CONTRACT_FORM_TOPOJSON,
};

struct contract_field {
	const char *name; /* of the table's column, unique without regard to case */
	/* How cells are read: everything but `name` and `file_column` is filled in. */
	struct csv_column column;
	const char *const *aliases; /* NULL-ended other headers; never NULL */
	enum contract_form form;
	bool required;
	int64_t min_length, max_length;         /* characters, or items of JSON; -1 = none */
	const struct contract_pattern *pattern; /* NULL = none */
	const struct contract_value *minimum, *maximum; /* NULL = none */
	const struct contract_value *allowed;           /* sorted; NULL = any */
	size_t n_allowed;
};

/* A unique, primary or foreign key. */
struct contract_key {
	enum contract_key_kind kind;
	const char *rule;     /* static id: unique, primary_key or foreign_key */
	const size_t *fields; /* indexes, n_fields of them; arena */
	size_t n_fields;
	const char *resource;          /* foreign: a file or dataset, "" = this one; else NULL */
	const char *const *references; /* foreign: the fields there, n_fields of them; arena */
};

/* A rule over the values of one row; a row for which it is false is refused. */
struct contract_row_rule {
	const char *name;
	const char *message;     /* "" = the expression itself is shown */
	const char *text;        /* as the document has it */
	const struct expr *expr; /* prepared for expr_eval; its scope is `scope_fields` */
};

struct contract {
	const struct contract_field *fields;
	size_t n_fields;
	const char *const *missing; /* NULL-ended; never NULL */
	const struct contract_key *keys;
	size_t n_keys;
	const struct contract_row_rule *rules;
	size_t n_rules;
	const size_t *scope_fields; /* field of each column rules may name */
	double budget_pct;          /* 0..100, negative = the document does not say */
	int64_t budget_after_rows;
	bool by_position;         /* the first field is the first column, whatever its header */
	bool ignore_extra;        /* columns the contract does not know are passed over */
	bool null_missing;        /* an optional column the file lacks is null, not a fault */
	bool repair;              /* bad rows are repaired where the rules say how */
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

/* A document in a file, and the files beside it. Borrowed for the call. */
struct contract_source {
	const cJSON *doc;
	const char *resource; /* of a package: the one of this name; NULL = that of `file` */
	const char *file; /* that is to be read: the resource with its name as its path, else with
			   * its name without .gz or .zst; or NULL */
	/* The JSON of a file, by its path below the document; it lives as long as the contract.
	 * NULL: nothing stands beside the document, which names datasets. */
	int (*read)(void *arg, const char *path, cJSON **out, struct err *err);
	void *arg; /* borrowed */
};

/* contract_is_reserved - does a name, in any case, belong to columns that stand beside the data:
 * ours in silver and gold, or those that PostgreSQL gives every table? */
bool contract_is_reserved(const char *name);

/*
 * contract_parse - document to contract, telling all faults at once.
 *
 * doc         a schema, a resource with a "schema", or a package with one resource; borrowed for
 *             the call. Names of files in it are refused: contract_parse_from follows them
 * a           everything is placed there
 * out_faults  filled on failure; may be NULL
 *
 * Errors  ERR_INPUT  code "contract.invalid"; the message is the first fault
 */
int contract_parse(const cJSON *doc, struct arena *a, struct contract *out,
    struct contract_faults *out_faults, struct err *err) MUST_CHECK;

/*
 * contract_parse_from - the same for a document with files beside it: packages of any number of
 * resources, a resource's schema in a file, foreign keys that name resources of the package (their
 * `resource` is then that one's path). Paths stay below the document.
 *
 * Errors  ERR_INPUT  code "contract.invalid"; the message is the first fault
 */
int contract_parse_from(const struct contract_source *source, struct arena *a, struct contract *out,
    struct contract_faults *out_faults, struct err *err) MUST_CHECK;

#endif
