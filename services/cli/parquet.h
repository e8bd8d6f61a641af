/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parquet - the good rows as one Parquet file, in their order, by as many threads as check.
 *
 * Every block becomes a Parquet file without a name (DuckDB's COPY pulls the typed columns, nothing
 * is parsed twice); in the block's turn it is joined to those before (parquet_join.h). Columns are
 * the contract's fields; without a contract all are text. A duration becomes a struct of months,
 * days and microseconds, since Parquet's intervals have whole milliseconds and no sign.
 */
#ifndef CLI_PARQUET_H
#define CLI_PARQUET_H

#include <pthread.h>

#include "base/arena.h"
#include "contract/run.h"
#include "engine/engine.h"
#include "parquet_join.h"

enum {
	CLI_PARQUET_PARTS = 32,               /* of a file of middle size: threads end together */
	CLI_PARQUET_PART_SLACK = 64 << 10,    /* so that no last sliver makes one more */
	CLI_PARQUET_PART_MIN_BYTES = 8 << 20, /* of the file for a part */
	CLI_PARQUET_PART_MAX_BYTES = 32 << 20,
	CLI_PARQUET_MEMORY_BYTES = 256 << 20, /* of DuckDB for each thread */
};

struct cli_parquet {
	struct cli_output *out; /* borrowed */
	struct parquet_join join;
	struct engine *engine;
	const struct csv_schema *schema; /* borrowed */
	struct engine_column *columns;   /* as DuckDB has them; owned */
	struct arena *a;                 /* their names */
	struct buf select;               /* SQL of them */
	_Atomic unsigned workers;        /* so far: each names its source */
	pthread_t loader;                /* loads DuckDB while the file is looked at */
	unsigned threads;
	bool loading;          /* loader runs or is to be joined */
	bool loaded;           /* it is through, and the engine is there */
	struct err loader_err; /* else: why not */
	bool begun, any;       /* any: a part was joined */
};

/* cli_is_parquet - does a path ask for Parquet: end in .parquet, in any case of letters? */
bool cli_is_parquet(const char *path);

/* cli_parquet_part_bytes - of a file with this many bytes (-1 = not known), for each part. */
size_t cli_parquet_part_bytes(int64_t bytes);

/*
 * cli_parquet_load - begin to load DuckDB, on a thread of its own: that takes as long as looking at
 * the file does. What fails is told by cli_parquet_open.
 */
void cli_parquet_load(struct cli_parquet *p, unsigned threads);

/*
 * cli_parquet_open - wait for DuckDB and begin the file.
 *
 * p            after cli_parquet_load
 * out, schema  borrowed until cli_parquet_close
 *
 * Errors  ERR_UNAVAILABLE  code "duckdb.absent"; others as engine_open, cli_output_write
 */
int cli_parquet_open(struct cli_parquet *p, struct cli_output *out, const struct csv_schema *schema,
    struct err *err) MUST_CHECK;

/* cli_parquet_renamed - the name of column c in the file where it is not the schema's: DuckDB takes
 * no two names that differ in case alone; else NULL. After cli_parquet_open. */
const char *cli_parquet_renamed(const struct cli_parquet *p, size_t c);

/* cli_parquet_driver, cli_parquet_sink - for contract_run; the sink is its last one. */
struct contract_run_driver cli_parquet_driver(struct cli_parquet *p);
struct contract_sink cli_parquet_sink(struct cli_parquet *p);

/* cli_parquet_end - the footer. Errors as engine_exec, parquet_join_end: ERR_UNAVAILABLE,
 * ERR_NO_SPACE, ERR_INTERNAL. */
int cli_parquet_end(struct cli_parquet *p, struct err *err) MUST_CHECK;

/* cli_parquet_close - accepts a zeroed one. */
void cli_parquet_close(struct cli_parquet *p);

#endif
