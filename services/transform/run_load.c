/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run_load - one claimed load task.
 *
 * What counts is the ledger: before anything is started, and again when the children end without a
 * result, it is asked whether this run's load is committed. Then outcome and derived runs are
 * recorded in one transaction; a daemon that dies before it leaves them to the next attempt, which
 * finds the ledger.
 */
#include "run_load.h"

#include "load_plan.h"
#include "load_view.h"
#include "store.h"
#include "transform.h"

#include <errno.h>
#include <ftw.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ENGINE, LOADER, N_CHILDREN };

/* --- scratch --- */

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	(void)remove(path);
	return 0;
}

static void remove_tree(const char *dir)
{
	(void)nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

/* An empty directory of this attempt alone. */
static int make_scratch(const struct worker_task *t, const char **out, struct err *err)
{
	const char *root = transform_conf()->scratch_dir;
	const char *dir =
	    arena_printf(t->arena, "%s/%s-%lld", root, t->task_id, (long long)t->epoch);

	remove_tree(dir);
	if (mkdir(root, 0700) != 0 && errno != EEXIST)
		return err_set_errno(err, ERR_UNAVAILABLE, errno, "make %s", root);
	if (mkdir(dir, 0700) != 0)
		return err_set_errno(err, ERR_UNAVAILABLE, errno, "make %s", dir);
	*out = dir;
	return 0;
}

/* --- outcome --- */

/* What the transaction of the outcome writes besides. */
struct follow_up {
	struct db_result *runs; /* new derived runs */
};

static int start_derived(struct db *db, void *arg, struct err *err)
{
	struct follow_up *f = arg;

	db_result_free(&f->runs); /* of a transaction that did not commit */
	return store_start_derived(db, &f->runs, err);
}

static int record_done(struct worker_task *t, const cJSON *output, struct err *err)
{
	struct follow_up f = { 0 };
	const int rc = worker_record(t, "done", output, NULL, start_derived, &f, err);

	if (rc == 0 && worker_recorded(t))
		load_view_ring(f.runs);
	db_result_free(&f.runs);
	return rc;
}

static cJSON *output_of(
    const struct worker_task *t, const struct load_plan *p, int64_t no, int64_t rows)
{
	cJSON *output = js_object(t->arena);

	js_add_i64(output, "load_no", no);
	js_add_i64(output, "rows", rows);
	if (p != NULL && p->contract_version > 0)
		js_add_i64(output, "contract_version", p->contract_version);
	if (p != NULL && p->pipeline_name != NULL) {
		js_add_str(output, "pipeline", p->pipeline_name);
		js_add_i64(output, "pipeline_version", p->pipeline_version);
	}
	return output;
}

/* Is this run's load in the ledger? 1 it was recorded, 0 it is not there, -1 failed. */
static int record_from_ledger(struct worker_task *t, const struct load_plan *p, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;

	if (store_load_of_run(t->db, t->run_id, &r, err) != 0)
		return -1;
	if (db_rows(r) == 0)
		return 0;
	cJSON *output = output_of(t, p, db_i64(r, 0, "no"), db_i64(r, 0, "rows"));

	js_add_raw(output, "account", db_text(r, 0, "account"));
	worker_log(
	    t, "info", "load #%s was committed before, found in the ledger", db_text(r, 0, "no"));
	return record_done(t, output, err) == 0 ? 1 : -1;
}

/* Rows through each step of a pipeline, in the output and in the run's log. */
static void add_steps(struct worker_task *t, const struct load_plan *p, const cJSON *result,
    int64_t loaded, cJSON *output)
{
	const cJSON *counts = cJSON_GetObjectItemCaseSensitive(result, "counts");
	const size_t n = p->pipeline->n_steps;
	int64_t *numbers = arena_alloc(t->arena, n * sizeof(*numbers));
	const cJSON *step;

	if (cJSON_GetArraySize(counts) != (int)n)
		return;
	for (size_t i = 0; i < n; i++)
		numbers[i] = (int64_t)cJSON_GetArrayItem(counts, (int)i)->valuedouble;
	cJSON *steps = pipeline_account(p->pipeline, numbers, loaded, t->arena);

	cJSON_ArrayForEach(step, steps)
	{
		worker_log(t, "info", "step %s (%s): %lld rows in, %lld out", js_str(step, "step"),
		    js_str(step, "type"), (long long)js_i64(step, "in", -1),
		    (long long)js_i64(step, "out", -1));
	}
	cJSON_AddItemReferenceToObject(output, "steps", steps);
}

static int record_result(
    struct worker_task *t, const struct load_plan *p, const struct task_report *r, struct err *err)
{
	const cJSON *loader = r->result[LOADER];
	const cJSON *account = cJSON_GetObjectItemCaseSensitive(loader, "account");
	const int64_t rows = js_i64(loader, "rows", 0);
	cJSON *output = output_of(t, p, js_i64(loader, "load_no", p->no), rows);

	cJSON_AddItemToObject(output, "account", cJSON_Duplicate(account, true));
	if (p->pipeline_name != NULL)
		add_steps(t, p, r->result[ENGINE], rows, output);
	worker_log(t, "info", "load #%lld of %s: %lld rows committed", (long long)p->no, p->dataset,
	    (long long)rows);
	return record_done(t, output, err);
}

static int conclude(
    struct worker_task *t, const struct load_plan *p, const struct task_report *r, struct err *err)
{
	if (r->ended == TASK_RESULT)
		return record_result(t, p, r, err);
	if (r->ended == TASK_LOST)
		return worker_settle(t, r, err);
	const int found = record_from_ledger(t, p, err);

	if (found != 0)
		return found > 0 ? 0 : -1;
	return worker_settle(t, r, err);
}

/* --- the task --- */

static int spawn(struct worker_task *t, const struct load_plan *p, const char *scratch,
    struct task_report *out, struct err *err)
{
	const char *loader = load_plan_loader(p, t);
	const char *engine = NULL;

	if (load_plan_engine(p, t, scratch, &engine, err) != 0)
		return -1;
	const struct child_spec specs[N_CHILDREN] = {
		[ENGINE] = child_spec_of(transform_conf()->task_path, "engine", engine),
		[LOADER] = child_spec_of(transform_conf()->task_path, "loader", loader),
	};

	worker_stage(t, "load", 0);
	return worker_spawn(t, specs, N_CHILDREN, transform_conf()->grace_ms, out, err);
}

int run_load(struct worker_task *t, struct err *err)
{
	const char *scratch = NULL;
	struct task_report report;
	struct load_plan plan;
	const int found = record_from_ledger(t, NULL, err);

	if (found != 0)
		return found > 0 ? 0 : -1;
	if (load_plan_make(t, &plan, err) != 0 || make_scratch(t, &scratch, err) != 0)
		return -1;
	const int rc = spawn(t, &plan, scratch, &report, err);

	remove_tree(scratch);
	return rc != 0 ? -1 : conclude(t, &plan, &report, err);
}
