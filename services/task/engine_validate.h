/* SPDX-License-Identifier: Apache-2.0 */
/*
 * engine_validate - the validate task: one bronze file to silver, rejects and a report.
 *
 * Parts: engine_validate.c runs it; _input.c reads the object and hashes what it reads; _keys.c is
 * the first of two passes over a file whose contract has keys; _range.c turns byte ranges into
 * Parquet files, one worker thread each; _spool.c keeps refused rows per range, _rejects.c writes
 * the reject files in the end; _repairs.c does both for repaired rows; _draft.c infers a contract.
 *
 * The file is cut into ranges of whole rows whose size depends on the file alone. A worker takes
 * the next range under the lock (that reads, hashes and cuts it), then scans it and writes
 * silver-N.parquet without the lock. Ranges are booked in file order, so that account, rejects and
 * verdict are the same at any number of threads; a budget that is spent on a prefix of the ranges
 * ends the run there.
 *
 * This header is for these files only.
 */
#ifndef TASK_ENGINE_VALIDATE_H
#define TASK_ENGINE_VALIDATE_H

#include <openssl/sha.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#include "contract/check.h"
#include "contract/notes.h"
#include "contract/profile.h"
#include "contract/report.h"
#include "csv/csv_scan.h"
#include "engine/engine.h"
#include "task.h"

enum {
	VALIDATE_RANGE_MIN_BYTES = 4 << 20,
	VALIDATE_RANGES = 16,                  /* aim for a file between the bounds of a range */
	VALIDATE_TAIL = 8,                     /* of the file, its last eighth, */
	VALIDATE_TAIL_RANGES = 4,              /* a range is this much smaller */
	VALIDATE_RANGE_SLACK_BYTES = 64 << 10, /* so that no last sliver makes one more file */
	VALIDATE_READ_BYTES = 512 << 10, /* one read(2): what is hashed is still in the cache */
	VALIDATE_JSONL_ROWS = 1000,      /* first rejects that travel to PostgreSQL, */
	VALIDATE_JSONL_EACH = 20,        /* and so many of each rule and column, */
	VALIDATE_JSONL_MAX = 2000,       /* but not more in all; and some of each listed shape */
	VALIDATE_JSONL_BYTES = 12 << 20, /* of all of them; the supervisor reads 16 MiB */
	VALIDATE_THREADS_MAX = 16,
	VALIDATE_MEMORY_BYTES = 512 << 20, /* of DuckDB when the specification does not say */
	VALIDATE_KEYS_BYTES = 64 << 20, /* of keys, before they spill into the scratch directory */
};

/* What the specification asks for; strings live in the document. */
struct validate_spec {
	const char *input, *sha256, *scratch;
	int64_t input_bytes;
	const cJSON *contract; /* NULL = infer */
	bool auto_publish;
	double budget_pct;
	int64_t budget_after_rows;
	int threads;
	int64_t memory_bytes;
	const cJSON *references; /* [{"key": index in the contract, "file": CSV}] of foreign keys */
};

/* The object being read. */
struct validate_input {
	int fd;
	int64_t bytes;  /* read so far */
	SHA256_CTX sha; /* of them */
};

/* Refused or repaired rows of one range, in row order; the file is made when the first comes. */
struct validate_spool {
	FILE *file; /* NULL = none, or closed again */
	int64_t rows;
};

/* One byte range of the file. */
struct validate_range {
	struct contract_tally tally;
	struct contract_notes notes;      /* until it is booked */
	struct contract_profile *profile; /* of its good rows, until it is booked */
	struct validate_spool rejects, repairs;
	int64_t silver_bytes;
	bool done;
};

struct validate {
	struct task *task;
	struct arena *a; /* main thread */
	struct validate_spec spec;
	struct validate_input input;
	struct csv_split *split;
	struct contract contract;
	struct contract_match match;
	double budget_pct;
	struct engine *engine;
	struct contract_keys *keys; /* finished; NULL = the contract has none */
	pthread_mutex_t lock;       /* guards what follows, split and input while workers run */
	struct validate_range *ranges;
	size_t n_ranges, ranges_alloc;
	size_t booked; /* ranges in order that are in the totals */
	struct contract_tally total;
	struct contract_notes notes;      /* of the booked ranges: repairs, normalised cells */
	struct contract_profile *profile; /* of the booked ranges; NULL before the first */
	cJSON *shapes;                    /* of refused cells, for the report; NULL = none */
	cJSON *ambiguous; /* columns a draft could read in two ways; NULL = no draft was made */
	bool stop;        /* take no more ranges */
	bool spent;       /* the budget: ranges from booked on do not count */
	struct err err;   /* first failure of a worker; kind ERR_NONE = none */
	/* For progress. Two passes read the file twice, and all counts of rows and bytes are over
	 * both; rejects are those of the last. */
	int passes, pass; /* of them; the one at work, from 0 */
	int64_t pass_cut; /* bytes_cut of those before; 0 = none */
	_Atomic int64_t bytes_done, rows_done, rejects_done;
	_Atomic int64_t bytes_cut, bytes_taken; /* of the stream in blocks; of the file for them */
};

/*
 * validate_input_open - open the object, hash nothing yet.
 *
 * Errors  ERR_INTERNAL  it cannot be opened
 */
int validate_input_open(struct validate_input *in, const char *path, struct err *err) MUST_CHECK;

/* validate_input_close - close it; accepts one that never opened (fd -1). */
void validate_input_close(struct validate_input *in);

/* validate_input_read - a csv_read_fn; arg is the input. ERR_INTERNAL. */
ssize_t validate_input_read(void *arg, void *p, size_t n, struct err *err);

/*
 * validate_input_check - read the rest and compare length and SHA-256 with what was uploaded.
 *
 * sha256  64 hex digits, NULL = not known
 * bytes   expected length, negative = not known
 *
 * Errors  ERR_INPUT  code "object.corrupt"
 */
int validate_input_check(
    struct validate_input *in, const char *sha256, int64_t bytes, struct err *err) MUST_CHECK;

/* validate_range_bytes - what the next range is to hold, VALIDATE_RANGE_MIN_BYTES to
 * CSV_BLOCK_MAX_BYTES; under the lock once workers run. */
size_t validate_range_bytes(const struct validate *v);

/*
 * validate_ranges_run - scan and write all ranges with v->spec.threads threads; books totals.
 *
 * Errors  the first failure of a worker: ERR_NO_SPACE, ERR_INTERNAL, those of engine_exec
 */
int validate_ranges_run(struct validate *v, struct err *err) MUST_CHECK;

/*
 * validate_keys_run - pass 1 of a contract with keys: collect them, load what foreign keys point
 * to, leave v->keys finished. Reads v->split to its end.
 *
 * Errors  ERR_INPUT     code "reference.missing": the values a foreign key points to were not given
 *         others        of the input, of contract_keys_add
 */
int validate_keys_run(struct validate *v, struct err *err) MUST_CHECK;

/* validate_took - note under the lock that the splitter cut a block, for progress. */
void validate_took(struct validate *v, const struct csv_block *block);

/* validate_fail - keep the first failure of a worker and stop the others. Any thread. */
void validate_fail(struct validate *v, const struct err *err);

/* validate_spool_add - keep the rejects of a settled batch; number names the file. ERR_NO_SPACE. */
int validate_spool_add(struct validate *v, struct validate_spool *s, size_t number,
    const struct csv_batch *b, const struct csv_dialect *d, struct err *err) MUST_CHECK;

/* validate_spool_done - close and remove it. */
void validate_spool_done(const struct validate *v, struct validate_spool *s, size_t number);

/*
 * validate_rejects_write - rejects.csv, rejects.jsonl and rejects.parquet from the booked ranges.
 *
 * out_stored  rows in rejects.jsonl
 *
 * Errors  ERR_NO_SPACE, ERR_INTERNAL
 */
int validate_rejects_write(struct validate *v, int64_t *out_stored, struct err *err) MUST_CHECK;

/* validate_repairs_add - keep the repaired rows of a settled batch; number names the file.
 * ERR_NO_SPACE. */
int validate_repairs_add(struct validate *v, struct validate_spool *s, size_t number,
    const struct csv_batch *b, struct err *err) MUST_CHECK;

/* validate_repairs_end - the range has no more of them: close the file. ERR_NO_SPACE. */
int validate_repairs_end(struct validate_spool *s, struct err *err) MUST_CHECK;

/* validate_repairs_done - remove the file. */
void validate_repairs_done(const struct validate *v, struct validate_spool *s, size_t number);

/*
 * validate_repairs_write - repairs.csv from the booked ranges: CONTRACT_NOTES_CSV, then a line for
 * each row in the order of the file.
 *
 * Errors  ERR_NO_SPACE, ERR_INTERNAL
 */
int validate_repairs_write(const struct validate *v, struct err *err) MUST_CHECK;

/*
 * validate_draft_write - infer a contract from the whole file and write draft.json.
 *
 * out_doc   the contract document, in the arena
 * out_account  rows read; none is good or rejected, for nothing judged them
 *
 * v->ambiguous lists the columns that can be read in two ways.
 *
 * Errors  those of csv_split_open and the input
 */
int validate_draft_write(struct validate *v, cJSON **out_doc, struct contract_account *out_account,
    struct err *err) MUST_CHECK;

/* validate_write_file - write a whole file into the scratch directory. ERR_NO_SPACE, ERR_INTERNAL.
 */
int validate_write_file(
    const struct validate *v, const char *name, const char *text, struct err *err) MUST_CHECK;

/* validate_progress - tell the totals so far. Any thread. */
void validate_progress(struct validate *v);

#endif
