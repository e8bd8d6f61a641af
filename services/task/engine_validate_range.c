/* SPDX-License-Identifier: Apache-2.0 */
/* engine_validate_range - byte ranges to Parquet, a worker thread and a connection each. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crew.h"
#include "base/die.h"
#include "base/mem.h"
#include "columns.h"
#include "engine/engine_csv.h"
#include "engine_validate.h"

enum {
	OWN_COLUMNS = 2, /* _row, _offset */
	SILVER_SQL_BYTES = 16 << 20,
};

/* LZ4 costs a tenth less than snappy; dictionaries of columns with many values cost more than
 * they save (docs/decisions/0021-silver-ranges.md). */
#define SILVER_OPTIONS "FORMAT parquet, COMPRESSION lz4, DICTIONARY_SIZE_LIMIT 4096"

/* One thread's tools. DuckDB calls fill back on the thread that runs the COPY. */
struct worker {
	struct validate *v;
	char source[40]; /* SQL name of its table function */
	struct engine_conn *con;
	struct engine_column *columns;
	struct csv_block block;
	struct csv_scan *scan;
	struct csv_batch *batch;
	struct contract_checker *checker;
	struct contract_tally tally;      /* of the range at hand */
	struct contract_notes notes;      /* likewise */
	struct contract_profile *profile; /* likewise */
	struct validate_spool rejects, repairs;
	size_t number;   /* of the range */
	size_t position; /* of the block told to progress */
	struct err err;
};

/* Values are written straight into DuckDB's vectors. */
static void place(struct worker *w, struct engine_chunk *chunk)
{
	struct csv_batch *b = w->batch;
	b->row = chunk->v[0].data;
	b->offset = chunk->v[1].data;
	engine_csv_place(b, chunk, OWN_COLUMNS);
}

static void tell(struct worker *w)
{
	struct validate *v = w->v;
	const size_t at = csv_scan_position(w->scan);
	atomic_fetch_add(&v->bytes_done, (int64_t)(at - w->position));
	atomic_fetch_add(&v->rows_done, (int64_t)(w->batch->rows + w->batch->n_rejects));
	atomic_fetch_add(&v->rejects_done, (int64_t)w->batch->n_rejects);
	w->position = at;
	validate_progress(v);
}

static int fill(void *arg, struct engine_chunk *chunk, struct err *err)
{
	struct worker *w = arg;
	struct csv_batch *b = w->batch;
	chunk->rows = 0;
	ASSERT(b->cap <= chunk->capacity);
	place(w, chunk);
	while (chunk->rows == 0 && csv_scan_next(w->scan, b)) {
		contract_check(w->checker, b);
		if (w->v->keys != NULL &&
		    contract_check_refuse(w->checker, w->v->keys, b, err) != 0)
			return -1;
		csv_batch_settle(b);
		contract_tally_batch(&w->tally, b);
		contract_notes_batch(&w->notes, b);
		contract_profile_batch(w->profile, b);
		if (b->n_rejects > 0 && validate_spool_add(w->v, &w->rejects, w->number, b,
					    &w->block.dialect, err) != 0)
			return -1;
		if (b->n_repairs > 0 &&
		    validate_repairs_add(w->v, &w->repairs, w->number, b, err) != 0)
			return -1;
		tell(w);
		chunk->rows = b->rows;
	}
	engine_csv_hand_over(b, chunk, OWN_COLUMNS);
	return 0;
}

static int open_worker(struct worker *w, struct err *err)
{
	const struct csv_schema *schema = &w->v->match.schema;
	if (engine_connect(w->v->engine, &w->con, err) != 0)
		return -1;
	w->columns = mem_array(schema->n_columns + OWN_COLUMNS, sizeof(*w->columns));
	w->columns[0] = (struct engine_column){ .name = "_row", .type = ENGINE_I64 };
	w->columns[1] = (struct engine_column){ .name = "_offset", .type = ENGINE_I64 };
	for (size_t c = 0; c < schema->n_columns; c++)
		w->columns[OWN_COLUMNS + c] = engine_csv_column(&schema->columns[c]);
	w->scan = csv_scan_new(schema);
	w->batch = csv_batch_new(schema);
	w->checker = contract_checker_new(&w->v->contract);
	const struct engine_source source = {
		.name = w->source,
		.columns = w->columns,
		.n_columns = schema->n_columns + OWN_COLUMNS,
		.fill = fill,
		.arg = w,
	};
	return engine_source_add(w->con, &source, err);
}

static void close_worker(struct worker *w)
{
	engine_disconnect(&w->con);
	csv_batch_free(&w->batch);
	contract_checker_free(&w->checker);
	contract_profile_free(&w->profile);
	csv_scan_free(&w->scan);
	csv_block_done(&w->block);
	free(w->columns);
}

/* The size of a range depends on the file and the place in it, so that results do not depend on the
 * machine. The last ones are small: a thread that finds none left does not wait long for the
 * others. */
size_t validate_range_bytes(const struct validate *v)
{
	const int64_t left = v->spec.input_bytes + v->pass_cut - atomic_load(&v->bytes_cut);
	int64_t aim = v->spec.input_bytes / VALIDATE_RANGES + VALIDATE_RANGE_SLACK_BYTES;
	if (left > 0 && left <= v->spec.input_bytes / VALIDATE_TAIL)
		aim /= VALIDATE_TAIL_RANGES;
	if (aim < VALIDATE_RANGE_MIN_BYTES)
		return VALIDATE_RANGE_MIN_BYTES;
	return aim < CSV_BLOCK_MAX_BYTES ? (size_t)aim : CSV_BLOCK_MAX_BYTES;
}

/* A slot for the next range, and a profile that knows what those booked so far have settled; under
 * the lock. */
static void new_range(struct validate *v, struct worker *w)
{
	if (v->n_ranges == v->ranges_alloc) {
		v->ranges_alloc = v->ranges_alloc == 0 ? 32 : v->ranges_alloc * 2;
		v->ranges = mem_resize(v->ranges, v->ranges_alloc * sizeof(*v->ranges));
	}
	w->number = v->n_ranges;
	v->ranges[v->n_ranges++] = (struct validate_range){ .done = false };
	w->profile = v->profile == NULL ? contract_profile_new(&v->match.schema)
					: contract_profile_after(v->profile);
}

/* Returns 1 with the next range in w->block, 0 when there is none, -1. */
static int take_range(struct worker *w)
{
	struct validate *v = w->v;
	int rc = 0;
	pthread_mutex_lock(&v->lock);
	if (!v->stop) {
		csv_split_set_aim(v->split, validate_range_bytes(v));
		rc = csv_split_next(v->split, &w->block, &w->err);
	}
	if (rc == 1) {
		validate_took(v, &w->block);
		new_range(v, w);
	}
	pthread_mutex_unlock(&v->lock);
	return rc;
}

static void book_profile(struct validate *v, struct validate_range *r)
{
	if (v->profile == NULL) {
		v->profile = r->profile;
		r->profile = NULL;
		return;
	}
	contract_profile_merge(v->profile, r->profile);
	contract_profile_free(&r->profile);
}

/* Adds finished ranges to the totals, in file order, and judges the budget after each; under the
 * lock. */
static void book(struct validate *v)
{
	while (v->booked < v->n_ranges && v->ranges[v->booked].done && !v->spent) {
		contract_tally_add(&v->total, &v->ranges[v->booked].tally);
		contract_notes_add(&v->notes, &v->ranges[v->booked].notes);
		book_profile(v, &v->ranges[v->booked]);
		v->booked++;
		v->spent = contract_budget_spent(
		    &v->total.account, v->budget_pct, v->spec.budget_after_rows, false);
		v->stop = v->stop || v->spent;
	}
}

static void finish_range(struct worker *w, int64_t silver_bytes)
{
	struct validate *v = w->v;
	pthread_mutex_lock(&v->lock);
	struct validate_range *r = &v->ranges[w->number];
	r->tally = w->tally;
	r->notes = w->notes;
	w->notes = (struct contract_notes){ 0 };
	r->profile = w->profile;
	w->profile = NULL;
	r->rejects = w->rejects;
	r->repairs = w->repairs;
	r->silver_bytes = silver_bytes;
	r->done = true;
	book(v);
	pthread_mutex_unlock(&v->lock);
}

/* What silver keeps in another way than the batch: "" or " REPLACE (...)"; arena. */
static const char *silver_replace(const struct csv_schema *schema, struct arena *a)
{
	struct buf list;
	buf_init(&list, SILVER_SQL_BYTES / 4);
	for (size_t c = 0; c < schema->n_columns; c++) {
		if (schema->columns[c].type != CSV_DURATION)
			continue;
		const char *name = engine_quote_ident(a, schema->columns[c].name);
		buf_printf(&list, "%s%s", list.n == 0 ? " REPLACE (" : ", ",
		    column_duration_to_silver(name, a));
	}
	if (list.n > 0)
		buf_addc(&list, ')');
	const char *out = list.n == 0 ? "" : arena_dup(a, list.data);
	buf_done(&list);
	return out;
}

/* The supervisor syncs every file before it takes it: let the disk begin while others are written.
 * A hint, so nothing is made of a failure. */
static void hasten(const char *path)
{
	const int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	(void)sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
	(void)close(fd);
}

static int write_range(struct worker *w)
{
	char path[4096];
	struct stat st;
	const struct validate *v = w->v;
	if (snprintf(path, sizeof(path), "%s/silver-%zu.parquet", v->spec.scratch, w->number) >=
	    (int)sizeof(path))
		return err_set(&w->err, ERR_INTERNAL, "the scratch path is too long");
	struct arena *a = arena_new(SILVER_SQL_BYTES);
	contract_tally_init(&w->tally, v->match.schema.file_columns);
	contract_notes_init(&w->notes, v->match.schema.n_columns);
	w->rejects = w->repairs = (struct validate_spool){ 0 };
	w->position = 0;
	csv_scan_begin(w->scan, &w->block);
	int rc =
	    engine_exec(w->con, &w->err, "COPY (SELECT *%s FROM %s()) TO %s (" SILVER_OPTIONS ")",
		silver_replace(&v->match.schema, a), w->source, engine_quote_text(a, path));
	arena_free(&a);
	const bool there = stat(path, &st) == 0;
	if (rc == 0 && !there)
		rc = err_set(
		    &w->err, ERR_INTERNAL, "the engine wrote no file for range %zu", w->number);
	if (rc == 0)
		rc = validate_repairs_end(&w->repairs, &w->err);
	finish_range(w, rc == 0 ? (int64_t)st.st_size : 0);
	if (rc == 0)
		hasten(path);
	return rc;
}

static void *work(void *arg)
{
	struct worker *w = arg;
	int rc = open_worker(w, &w->err);
	while (rc == 0 && (rc = take_range(w)) == 1)
		rc = write_range(w);
	if (rc != 0)
		validate_fail(w->v, &w->err);
	close_worker(w);
	return NULL;
}

int validate_ranges_run(struct validate *v, struct err *err)
{
	struct worker *workers = mem_array((size_t)v->spec.threads, sizeof(*workers));
	contract_tally_init(&v->total, v->match.schema.file_columns);
	contract_notes_init(&v->notes, v->match.schema.n_columns);
	for (int i = 0; i < v->spec.threads; i++) {
		workers[i].v = v;
		(void)snprintf(workers[i].source, sizeof(workers[i].source), "millrace_rows_%d", i);
	}
	crew_run(workers, (size_t)v->spec.threads, sizeof(workers[0]), work);
	free(workers);
	if (v->err.kind != ERR_NONE) {
		*err = v->err;
		return -1;
	}
	ASSERT(v->spent || v->booked == v->n_ranges);
	ASSERT(contract_tally_balances(&v->total));
	return 0;
}
