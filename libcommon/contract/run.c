/* SPDX-License-Identifier: Apache-2.0 */
/* run - blocks to workers, their results back into the file's order. */
#include "contract/run.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/crew.h"
#include "base/die.h"
#include "base/mem.h"

/* Most bytes a sink may render of one block. */
#define RENDER_BYTES ((size_t)1 << 30)

/* What all workers share. */
struct run {
	const struct contract_run_params *p;
	size_t held_most;     /* of held_bytes, one block more included */
	pthread_mutex_t take; /* guards split and what follows */
	pthread_cond_t given_back;
	uint64_t taken;       /* blocks handed out, the end and failures counted too */
	size_t held_bytes;    /* of blocks taken and not yet given back */
	bool ended;           /* no more blocks */
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t turned;
	uint64_t turn; /* number of the block that is delivered next */
	bool failed;   /* err is set; nobody delivers any more */
	struct err err;
	struct contract_run_progress progress;
	struct contract_run_result *result;
};

/* One thread's tools. */
struct contract_run_worker {
	struct run *run;
	struct csv_block block;
	uint64_t number;   /* of the block */
	size_t held_bytes; /* likewise, until it is given back */
	struct csv_scan *scan;
	struct csv_batch *batch;
	struct contract_checker *checker; /* NULL = nothing to check */
	struct contract_tally tally;      /* of the block */
	struct contract_notes notes;      /* the same */
	struct contract_profile *profile;
	struct contract_infer *infer;
	struct buf rendered[CONTRACT_RUN_SINKS];
	void *state; /* the driver's */
	struct err err;
};

static int open_worker(struct contract_run_worker *w)
{
	const struct contract_run_params *p = w->run->p;
	w->scan = csv_scan_new(p->schema);
	w->batch = csv_batch_new(p->schema);
	contract_tally_init(&w->tally, p->schema->file_columns);
	contract_notes_init(&w->notes, p->schema->n_columns);
	if (p->contract != NULL)
		w->checker = contract_checker_new(p->contract);
	if (p->profile)
		w->profile = contract_profile_new(p->schema);
	if (p->infer != NULL)
		w->infer = contract_infer_new(p->infer, p->schema->file_columns);
	for (size_t i = 0; i < p->n_sinks; i++)
		buf_init(&w->rendered[i], RENDER_BYTES);
	return p->driver == NULL ? 0 : p->driver->open(p->driver->arg, w, &w->state, &w->err);
}

static void close_worker(struct contract_run_worker *w)
{
	const struct contract_run_driver *driver = w->run->p->driver;
	if (driver != NULL)
		driver->close(w->state);
	for (size_t i = 0; i < w->run->p->n_sinks; i++)
		buf_done(&w->rendered[i]);
	contract_profile_free(&w->profile);
	contract_infer_free(&w->infer);
	contract_tally_done(&w->tally);
	contract_notes_done(&w->notes);
	contract_checker_free(&w->checker);
	csv_batch_free(&w->batch);
	csv_scan_free(&w->scan);
	csv_block_done(&w->block);
}

static bool is_stopped(const struct run *run)
{
	return run->p->stop != NULL && atomic_load(run->p->stop);
}

/* Rows much longer than a block's aim would make memory grow with the threads: some of them wait,
 * and keep no memory for the next such block. */
static void trim(struct contract_run_worker *w)
{
	const size_t aim = csv_split_aim(w->run->p->split);
	if (w->block.alloc > 2 * aim)
		csv_block_done(&w->block);
	for (size_t i = 0; i < w->run->p->n_sinks; i++) {
		if (w->rendered[i].alloc <= 2 * aim)
			continue;
		buf_done(&w->rendered[i]);
		buf_init(&w->rendered[i], RENDER_BYTES);
	}
}

/* The block is delivered, or nobody wants it any more: then none after it either. */
static void give_back(struct contract_run_worker *w, bool last)
{
	struct run *run = w->run;
	pthread_mutex_lock(&run->take);
	run->held_bytes -= w->held_bytes;
	run->ended = run->ended || last;
	pthread_cond_broadcast(&run->given_back);
	pthread_mutex_unlock(&run->take);
	w->held_bytes = 0;
	trim(w);
}

/* The next block, when not too much is in work. Returns 1 one, 0 the end, -1 failed; a failure
 * takes a number as a block does, so that what stands before it is delivered. */
static int take_block(struct contract_run_worker *w)
{
	struct run *run = w->run;
	const size_t aim = csv_split_aim(run->p->split);
	int rc = 0;
	pthread_mutex_lock(&run->take);
	while (!run->ended && run->held_bytes > 0 && run->held_bytes + aim > run->held_most)
		pthread_cond_wait(&run->given_back, &run->take);
	if (!run->ended) {
		w->number = run->taken;
		rc = is_stopped(run) ? err_set_code(&w->err, ERR_BUSY, "run.stopped", "stopped")
				     : csv_split_next(run->p->split, &w->block, &w->err);
		run->taken += rc != 0;
		run->ended = rc != 1;
		w->held_bytes = rc == 1 ? w->block.n : 0;
		run->held_bytes += w->held_bytes;
	}
	pthread_mutex_unlock(&run->take);
	return rc;
}

static int render_batch(struct contract_run_worker *w, struct err *err)
{
	const struct contract_run_params *p = w->run->p;
	const struct contract_run_view view = { w->batch, &w->block, p->schema };
	for (size_t i = 0; i < p->n_sinks; i++) {
		const struct contract_sink *s = &p->sinks[i];
		if (s->render != NULL && (s->render(s->arg, &view, &w->rendered[i], err) != 0 ||
					     buf_check(&w->rendered[i], err) != 0))
			return -1;
	}
	return 0;
}

/* Waits until all blocks before this one are delivered. False when one of them failed. */
static bool wait_for_turn(struct contract_run_worker *w)
{
	struct run *run = w->run;
	pthread_mutex_lock(&run->lock);
	while (run->turn != w->number && !run->failed)
		pthread_cond_wait(&run->turned, &run->lock);
	const bool mine = !run->failed;
	pthread_mutex_unlock(&run->lock);
	return mine;
}

static int deliver_to(struct contract_run_worker *w, size_t i, struct err *err)
{
	const struct contract_sink *s = &w->run->p->sinks[i];
	if (s->deliver != NULL && s->deliver(s->arg, &w->rendered[i], err) != 0)
		return -1;
	buf_reset(&w->rendered[i]);
	return 0;
}

/* What a sink has too much of goes out as soon as it is the block's turn, which stays. A driver's
 * own sink renders nothing and waits for the whole block. */
static int deliver_early(struct contract_run_worker *w, struct err *err)
{
	const struct contract_run_params *p = w->run->p;
	for (size_t i = 0; i < p->n_sinks; i++) {
		if (p->sinks[i].render == NULL || w->rendered[i].n <= CONTRACT_RUN_EARLY_BYTES)
			continue;
		if (!wait_for_turn(w))
			return err_set_code(err, ERR_BUSY, "run.stopped", "another thread failed");
		if (deliver_to(w, i, err) != 0)
			return -1;
	}
	return 0;
}

/* Faults beyond the types; then the rows part into good ones and rejects. */
static int judge_batch(struct contract_run_worker *w, struct err *err)
{
	const struct contract_run_params *p = w->run->p;
	if (w->checker != NULL)
		contract_check(w->checker, w->batch);
	if (p->refuse != NULL && contract_check_refuse(w->checker, p->refuse, w->batch, err) != 0)
		return -1;
	csv_batch_settle(w->batch);
	if (p->collect != NULL &&
	    contract_check_collect(w->checker, p->collect, w->batch, err) != 0)
		return -1;
	return 0;
}

int contract_run_next(struct contract_run_worker *w, struct err *err)
{
	if (!csv_scan_next(w->scan, w->batch))
		return 0;
	if (judge_batch(w, err) != 0)
		return -1;
	contract_tally_batch(&w->tally, w->batch);
	contract_notes_batch(&w->notes, w->batch);
	if (w->profile != NULL)
		contract_profile_batch(w->profile, w->batch);
	if (w->infer != NULL)
		contract_infer_batch(w->infer, w->batch);
	return render_batch(w, err) == 0 && deliver_early(w, err) == 0 ? 1 : -1;
}

struct csv_batch *contract_run_batch(struct contract_run_worker *w)
{
	return w->batch;
}

static int read_block(struct contract_run_worker *w)
{
	const struct contract_run_params *p = w->run->p;
	int rc;
	csv_scan_begin(w->scan, &w->block);
	if (p->driver != NULL)
		return p->driver->block(w->state, w, &w->rendered[p->n_sinks - 1], &w->err);
	do {
		rc = contract_run_next(w, &w->err);
	} while (rc == 1);
	return rc;
}

/* Adds a block to the books; the worker's own are empty again. */
static void book(struct contract_run_worker *w)
{
	struct run *run = w->run;
	contract_tally_add(&run->result->tally, &w->tally);
	contract_notes_add(&run->result->notes, &w->notes);
	contract_tally_done(&w->tally);
	contract_tally_init(&w->tally, run->p->schema->file_columns);
	run->progress.bytes = w->block.offset + w->block.n;
	run->progress.position = w->block.position;
	run->progress.rows = run->result->tally.account.read;
	run->progress.rejects = run->result->tally.account.rejected;
	if (run->p->progress != NULL)
		run->p->progress(run->p->progress_arg, &run->progress);
}

static int deliver(struct contract_run_worker *w)
{
	const struct contract_run_params *p = w->run->p;
	for (size_t i = 0; i < p->n_sinks; i++) {
		if (deliver_to(w, i, &w->err) != 0)
			return -1;
	}
	book(w);
	return 0;
}

static void pass_turn(struct contract_run_worker *w, int rc)
{
	struct run *run = w->run;
	pthread_mutex_lock(&run->lock);
	run->turn++;
	if (rc != 0) {
		run->failed = true;
		run->err = w->err;
	}
	pthread_cond_broadcast(&run->turned);
	pthread_mutex_unlock(&run->lock);
}

/* A worker that cannot begin fails the run, whatever the others do. */
static void fail_early(struct contract_run_worker *w)
{
	struct run *run = w->run;
	pthread_mutex_lock(&run->lock);
	if (!run->failed)
		run->err = w->err;
	run->failed = true;
	pthread_cond_broadcast(&run->turned);
	pthread_mutex_unlock(&run->lock);
}

/* All blocks this worker can get. */
static void *work(void *arg)
{
	struct contract_run_worker *w = arg;
	int rc;
	if (open_worker(w) != 0) {
		fail_early(w);
		return NULL;
	}
	while ((rc = take_block(w)) != 0) {
		if (rc == 1)
			rc = read_block(w);
		const bool mine = wait_for_turn(w);
		if (mine && rc == 0)
			rc = deliver(w);
		if (mine)
			pass_turn(w, rc);
		const bool last = !mine || rc != 0;
		give_back(w, last);
		if (last)
			break;
	}
	return NULL;
}

/* What does not depend on the order of blocks is added in the end. */
static void collect(struct run *run, struct contract_run_worker *w)
{
	struct contract_run_result *r = run->result;
	if (r->profile == NULL) {
		r->profile = w->profile;
		w->profile = NULL;
	} else if (w->profile != NULL) {
		contract_profile_merge(r->profile, w->profile);
	}
	if (r->infer == NULL) {
		r->infer = w->infer;
		w->infer = NULL;
	} else if (w->infer != NULL) {
		contract_infer_merge(r->infer, w->infer);
	}
}

int contract_run(
    const struct contract_run_params *p, struct contract_run_result *out, struct err *err)
{
	const size_t aim = csv_split_aim(p->split);
	struct run run = { .p = p, .result = out, .held_most = p->threads * aim + aim / 2 };
	ASSERT(p->threads >= 1 && p->threads <= CONTRACT_RUN_THREADS);
	ASSERT(p->n_sinks <= CONTRACT_RUN_SINKS);
	struct contract_run_worker *workers = mem_array(p->threads, sizeof(*workers));
	contract_tally_init(&out->tally, p->schema->file_columns);
	contract_notes_init(&out->notes, p->schema->n_columns);
	(void)pthread_mutex_init(&run.take, NULL);
	(void)pthread_mutex_init(&run.lock, NULL);
	(void)pthread_cond_init(&run.turned, NULL);
	(void)pthread_cond_init(&run.given_back, NULL);
	for (unsigned i = 0; i < p->threads; i++)
		workers[i].run = &run;
	crew_run(workers, p->threads, sizeof(workers[0]), work);
	for (unsigned i = 0; i < p->threads; i++) {
		collect(&run, &workers[i]);
		close_worker(&workers[i]);
	}
	free(workers);
	(void)pthread_mutex_destroy(&run.take);
	(void)pthread_mutex_destroy(&run.lock);
	(void)pthread_cond_destroy(&run.turned);
	(void)pthread_cond_destroy(&run.given_back);
	if (run.failed) {
		*err = run.err;
		return -1;
	}
	ASSERT(contract_tally_balances(&out->tally));
	return 0;
}

void contract_run_done(struct contract_run_result *r)
{
	contract_tally_done(&r->tally);
	contract_notes_done(&r->notes);
	contract_profile_free(&r->profile);
	contract_infer_free(&r->infer);
}
