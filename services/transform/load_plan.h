/* SPDX-License-Identifier: Apache-2.0 */
/*
 * load_plan - what a load task has to do: which rows by which SQL into which table.
 *
 * arrival  the silver its check made, all columns of the contract it was checked with
 * pipeline the published version the run is bound to, over the silver of its sources' live loads
 * redo     the silver the ledger kept of an undone load, with the contract of then
 *
 * The specifications of engine and loader are written from it (load_plan_engine, load_plan_loader).
 */
#ifndef TRANSFORM_LOAD_PLAN_H
#define TRANSFORM_LOAD_PLAN_H

#include "api/worker.h"
#include "pipeline/pipeline.h"

/* One input of the SQL. */
struct load_source {
	const char *name;                  /* the view's name */
	const struct expr_column *columns; /* of the contract now */
	size_t n_columns;
	cJSON *files; /* paths in order of their loads; arena */
	bool fill;    /* some files are older than the contract: absent columns are null */
};

struct load_plan {
	struct pipeline *pipeline;   /* checked, without problems */
	enum pipeline_rows rows;     /* how `_row` is made */
	const char *dataset, *mode;  /* target */
	int64_t no;                  /* of the load: the run's, or the redone one's */
	struct load_source *sources; /* arena */
	size_t n_sources;
	cJSON *silver;            /* paths for the ledger: what a redo reads; [] for derived ones */
	cJSON *file;              /* {name, bytes, sha256} or NULL */
	int64_t contract_version; /* 0 none */
	const char *pipeline_name; /* NULL none */
	int64_t pipeline_version;
	int64_t received; /* rows that have to arrive, -1 unknown */
};

/*
 * load_plan_make - find out what to do, and bind the run to the versions it uses.
 *
 * out  in t's arena
 *
 * Errors  ERR_INPUT  it can never be done; the code and sentence are the run's reason:
 *                    "dataset.unknown", "contract.unknown", "pipeline.unknown", "pipeline.invalid",
 *                    "silver.gone", "load.unknown"
 *         others     as db_query
 */
int load_plan_make(struct worker_task *t, struct load_plan *out, struct err *err) MUST_CHECK;

/*
 * load_plan_engine - the engine's specification; arena.
 *
 * Errors  ERR_INPUT  code "pipeline.too_large": its SQL is beyond LIMIT_TASK_SPEC_BYTES
 */
int load_plan_engine(const struct load_plan *p, const struct worker_task *t, const char *scratch,
    const char **out, struct err *err) MUST_CHECK;

/* load_plan_loader - the loader's specification; arena. Holds the loader's password: never logged.
 */
const char *load_plan_loader(const struct load_plan *p, const struct worker_task *t);

#endif
