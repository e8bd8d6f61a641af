/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run - read a whole file with any number of threads; what comes out is in the order of the file.
 *
 * A worker takes the next block from the splitter under a lock (the only sequential part), scans
 * and checks it, lets every sink render what it wants of each batch into a buffer of the block, and
 * waits for the block's turn to have the buffers delivered and its books added. So account, counts,
 * profile, rejects and outputs are the same at any number of threads, and so is the first failure.
 *
 *	const struct contract_sink sinks[] = { { .arg = &out, .render = ..., .deliver = ... } };
 *	const struct contract_run_params p = { .split = split, .schema = &match.schema,
 *	    .contract = &contract, .threads = 2, .sinks = sinks, .n_sinks = 1 };
 *	contract_run(&p, &result, err);
 *	contract_run_done(&result);
 *
 * Memory: for each thread one block, one batch, and what its sinks render of one block; over
 * CONTRACT_RUN_EARLY_BYTES of that are delivered before the block is through. All blocks in work
 * together have no more bytes than half an aim (csv_split_aim) above one for each thread: where
 *rows are longer than that, fewer threads work at a time.
 */
#ifndef CONTRACT_RUN_H
#define CONTRACT_RUN_H

#include <stdatomic.h>

#include "base/buf.h"
#include "contract/check.h"
#include "contract/infer.h"
#include "contract/notes.h"
#include "contract/profile.h"
#include "contract/tally.h"
#include "csv/csv_scan.h"
#include "csv/csv_split.h"

enum {
	CONTRACT_RUN_THREADS = 64,          /* most threads */
	CONTRACT_RUN_SINKS = 5,             /* most sinks */
	CONTRACT_RUN_EARLY_BYTES = 4 << 20, /* rendered by a sink of one block */
};

/* A settled batch as a sink sees it. Borrowed for the call. */
struct contract_run_view {
	const struct csv_batch *batch; /* good rows in the columns, the others in rejects */
	const struct csv_block *block; /* the bytes the rows stand in */
	const struct csv_schema *schema;
};

/* Somebody who takes rows. Both functions may be NULL. */
struct contract_sink {
	void *arg; /* borrowed */
	/* Any thread, several at a time: append what is wanted of a batch to the block's buffer. */
	int (*render)(
	    void *arg, const struct contract_run_view *view, struct buf *out, struct err *err);
	/* One thread at a time, in the order of blocks: the buffer of a block, maybe empty; a full
	 * one comes in several, each with whole batches in it. */
	int (*deliver)(void *arg, const struct buf *rendered, struct err *err);
};

struct contract_run_worker;

/*
 * Somebody who pulls the batches of a block instead of having them read for him (DuckDB, which
 * calls for rows in the middle of a statement). All functions run on the worker's thread.
 */
struct contract_run_driver {
	void *arg; /* borrowed */
	/* A worker begins: out_state is the driver's own for it. */
	int (*open)(void *arg, struct contract_run_worker *w, void **out_state, struct err *err);
	/* A block: calls contract_run_next until it returns 0. What it appends to the buffer is
	 * delivered to the last sink in the block's turn. */
	int (*block)(void *state, struct contract_run_worker *w, struct buf *out, struct err *err);
	/* The worker ends; also after a failed open, with what it left in out_state. */
	void (*close)(void *state);
};

/* How far it is, told after every block. */
struct contract_run_progress {
	uint64_t bytes;    /* of the stream, in blocks that are done */
	uint64_t position; /* of the file, likewise: csv_block.position */
	int64_t rows, rejects;
};

struct contract_run_params {
	struct csv_split *split;            /* opened; read to its end */
	const struct csv_schema *schema;    /* of a match, or all text */
	const struct contract *contract;    /* NULL = the rows' shape and their types alone */
	unsigned threads;                   /* 1..CONTRACT_RUN_THREADS */
	bool profile;                       /* of the good rows */
	struct contract_keys *collect;      /* pass 1: the good rows' keys go there; or NULL */
	const struct contract_keys *refuse; /* pass 2: finished; rows that break one are refused */
	const char *const *infer; /* header of the file: infer from the good rows; or NULL */
	const struct contract_sink *sinks;
	size_t n_sinks;                           /* at most CONTRACT_RUN_SINKS */
	const struct contract_run_driver *driver; /* NULL = nobody pulls */
	/* One thread at a time, after every block; NULL = nobody asks. */
	void (*progress)(void *arg, const struct contract_run_progress *p);
	void *progress_arg;
	const atomic_bool *stop; /* set by anybody: end soon, with ERR_BUSY; NULL = never */
};

/* Zeroed, then contract_run_done. */
struct contract_run_result {
	struct contract_tally tally;
	struct contract_notes notes;
	struct contract_profile *profile; /* when asked for */
	struct contract_infer *infer;     /* when asked for */
};

/*
 * contract_run - the whole file.
 *
 * out  zeroed; filled as far as the run came, also on failure
 *
 * Errors  ERR_BUSY  code "run.stopped": stop was set
 *         others    as csv_split_next and the sinks set them
 */
int contract_run(const struct contract_run_params *p, struct contract_run_result *out,
    struct err *err) MUST_CHECK;

/*
 * contract_run_next - the next batch of the driver's block, judged, settled, booked and shown to
 * the sinks; its good rows are in contract_run_batch, maybe none.
 *
 * Returns 1 a batch, 0 the block's end, -1 failed.
 * Errors  as contract_check_refuse, contract_check_collect and the sinks set them; the driver
 *         returns it from `block`
 */
int contract_run_next(struct contract_run_worker *w, struct err *err) MUST_CHECK;

/* contract_run_batch - the worker's batch; its memory may be set before contract_run_next. */
struct csv_batch *contract_run_batch(struct contract_run_worker *w);

/* contract_run_done - give back what a run left; accepts a zeroed one. */
void contract_run_done(struct contract_run_result *r);

#endif
