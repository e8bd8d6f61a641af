/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pipeline - a graph of steps from datasets to one target, read from JSON, checked, made into SQL.
 *
 * Reading never stops at the first mistake: every problem is kept with its step, field and place,
 *so that an editor shows all of them; only a pipeline without problems may be compiled. The check
 *that an editor sees is the one that compiles. The document's form is
 *docs/api/pipeline.schema.json.
 *
 * What is compiled is one SELECT of the target's columns, `_row` first, over views named like the
 *source datasets (silver: `_row`, `_offset`, the contract's columns). Steps become common table
 *expressions
 * `_1`, `_2`, ..., which no dataset can be called. Rows of an arrival keep their `_row`
 *(PIPELINE_KEEP_ROW) through row-preserving steps; those of a derived dataset are numbered anew, in
 *the order of the last aggregate's groups, so that (load, `_row`) is a key of every table.
 *
 *	if (pipeline_read(doc, &env, a, &p, err) != 0) ...	(env.columns gives a dataset's
 *columns) if (p->n_problems == 0) pipeline_compile(p, PIPELINE_NUMBER_ROWS, &sql);
 *
 * Pure but for the callback; everything lives in the arena. Any thread.
 */
#ifndef PIPELINE_PIPELINE_H
#define PIPELINE_PIPELINE_H

#include "expr/expr.h"
#include "kit/json.h"

enum {
	PIPELINE_MAX_STEPS = 200,
	PIPELINE_MAX_OUTPUTS = 400,         /* group_by and measures of one step */
	PIPELINE_MAX_EXPR_BYTES = 64 << 10, /* all expressions of a document together */
	PIPELINE_MAX_PROBLEMS = 200,        /* further ones are not kept */
};

enum pipeline_step_type {
	PIPELINE_UNKNOWN, /* the document says something else; a problem tells */
	PIPELINE_SOURCE,
	PIPELINE_FILTER,
	PIPELINE_AGGREGATE,
	PIPELINE_TARGET,
};

/* How rows get their `_row`. */
enum pipeline_rows { PIPELINE_KEEP_ROW, PIPELINE_NUMBER_ROWS };

/* One column a step makes: "name": expr. */
struct pipeline_output {
	const char *name;
	struct expr *expr; /* NULL when it does not parse or check */
};

struct pipeline_step {
	enum pipeline_step_type type;
	const char *id;                 /* "" when missing */
	const char *input;              /* id of the step before; NULL for a source */
	struct pipeline_step *from;     /* resolved input, NULL while unknown */
	const char *dataset;            /* source, target; NULL when missing */
	bool replace;                   /* target: mode replace, else append */
	struct expr *where;             /* filter; NULL when wrong */
	const char *where_text;         /* filter: source text, for its place in problems */
	struct pipeline_output *groups; /* aggregate */
	size_t n_groups;
	struct pipeline_output *measures; /* aggregate */
	size_t n_measures;
	struct expr_column *columns; /* what comes out */
	size_t n_columns;
	bool resolved;    /* columns are known */
	bool bad;         /* has a problem of its own: what reads it stays silent */
	bool read;        /* some step reads it */
	int mark;         /* internal: state of the walk along inputs */
	const cJSON *doc; /* borrowed */
};

/* One thing that is wrong. */
struct pipeline_problem {
	const char *step;  /* id, NULL for the document */
	const char *field; /* "where", "measures[1].expr", NULL for the whole step */
	int64_t position;  /* byte in the expression, -1 none */
	int64_t length;    /* bytes meant, -1 none */
	const char *message;
	const char *hint; /* NULL = none */
};

struct pipeline {
	const char *name;        /* of the document, NULL absent */
	const char *description; /* "" absent */
	struct pipeline_step *steps;
	size_t n_steps;
	struct pipeline_step *target; /* NULL when there is none */
	const char **sources;         /* names of source datasets, each once, by first use */
	size_t n_sources;
	struct pipeline_problem *problems;
	size_t n_problems;
	size_t expr_bytes;   /* of all expressions read so far */
	struct arena *arena; /* where all of it lives */
};

/* What the checker asks its caller. */
struct pipeline_env {
	/*
	 * Columns of a dataset a source step may read. Returns 1 found, 0 there is none: *out_why
	 * may say why not in words (arena), -1 err.
	 */
	int (*columns)(void *arg, const char *dataset, struct arena *a, struct expr_column **out,
	    size_t *out_n, const char **out_why, struct err *err);
	void *arg;
};

/*
 * pipeline_read - a document to a checked pipeline; what is wrong with it is in out->problems.
 *
 * doc  the document; borrowed as long as the pipeline
 * env  borrowed during the call
 * a    everything is placed here; room of a few times the document
 * out  written only on success
 *
 * Returns 0 (also with problems), or -1 when env->columns failed.
 * Errors  those of env->columns
 */
int pipeline_read(const cJSON *doc, const struct pipeline_env *env, struct arena *a,
    struct pipeline **out, struct err *err) MUST_CHECK;

/* pipeline_identity - the pipeline of an upload without one: source to target, all columns. */
struct pipeline *pipeline_identity(const char *dataset, bool replace,
    const struct expr_column *columns, size_t n, struct arena *a);

/* pipeline_keeps_rows - no step merges rows: `_row` may go through (PIPELINE_KEEP_ROW). */
bool pipeline_keeps_rows(const struct pipeline *p);

/* pipeline_compile - append the SELECT of a pipeline without problems. KEEP_ROW needs
 * pipeline_keeps_rows. */
void pipeline_compile(const struct pipeline *p, enum pipeline_rows rows, struct buf *out);

/*
 * pipeline_compile_count - append a SELECT of one number: how many rows leave step i.
 *
 * Returns false for the target and the step it reads: that is what was loaded.
 */
bool pipeline_compile_count(const struct pipeline *p, size_t i, struct buf *out);

/* pipeline_account - rows in and out of each step: [{"step","type","in","out","dropped"?}], with
 * in = out + dropped for a filter. counts: one a step, those without a SELECT are not read, -1 =
 * nobody counted: null. Arena. */
cJSON *pipeline_account(
    const struct pipeline *p, const int64_t *counts, int64_t loaded, struct arena *a);

/* pipeline_problems_json - [{step, field, position, length, message, hint}]. Arena. */
cJSON *pipeline_problems_json(const struct pipeline *p, struct arena *a);

/* pipeline_columns_json - [{name, type, precision?, scale?}]. Arena. */
cJSON *pipeline_columns_json(const struct expr_column *columns, size_t n, struct arena *a);

/*
 * pipeline_columns_of_contract - columns of a contract document (Frictionless fields with our
 * millrace member).
 *
 * Errors  ERR_INTERNAL  the document is not one we could have published
 */
int pipeline_columns_of_contract(const cJSON *contract, struct arena *a, struct expr_column **out,
    size_t *out_n, struct err *err) MUST_CHECK;

/* pipeline_contract_of_columns - fields of a derived dataset's contract: the inverse. Arena. */
cJSON *pipeline_contract_of_columns(const struct expr_column *columns, size_t n, struct arena *a);

#endif
