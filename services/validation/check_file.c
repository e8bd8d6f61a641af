/* SPDX-License-Identifier: Apache-2.0 */
/* check_file - the `validate` task: one engine process checks one file against one contract. */
#include "check_file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/die.h"
#include "check_result.h"
#include "references.h"
#include "staged.h"
#include "store_report.h"
#include "validation.h"

enum { GRACE_MS = 2000, SCRATCH_MODE = 0700, BUDGET_AFTER_ROWS = 1000 };

/* One check from claim to outcome; all memory is the task's. */
struct check {
	struct worker_task *task;
	struct store_checked dataset;
	const char *version;  /* contract the run is bound to, NULL = none yet */
	const char *contract; /* its document, NULL = none yet */
	const char *scratch;  /* directory of this attempt */
	cJSON *references;    /* [{key, file}] of foreign keys */
	struct check_result result;
	struct staged staged;
	cJSON *silver;       /* [{path, rows, bytes}] under final names */
	cJSON *reject_files; /* {csv, parquet, repairs}: of what there is; NULL = of nothing */
	bool publishes;      /* the inferred draft becomes version 1 */
};

static const char *number(struct arena *a, int64_t n)
{
	return arena_printf(a, "%" PRId64, n);
}

/* The version is bound at the first attempt: a retry checks against the same, whatever is
 * published. */
static int bind_contract(struct check *c, struct err *err)
{
	struct worker_task *t = c->task;
	const cJSON *bound = cJSON_GetObjectItemCaseSensitive(t->bound, "contract_version");
	if (bound == NULL && c->dataset.version != NULL) {
		cJSON *value = js_object(t->arena);
		cJSON *made = NULL;
		js_add_raw(value, "v", c->dataset.version);
		if (worker_bind(
			t, "contract_version", cJSON_GetObjectItem(value, "v"), &made, err) != 0)
			return -1;
		bound = made;
	}
	if (bound == NULL)
		return 0;
	c->version = js_print(t->arena, bound);
	return store_contract_doc(t->db, c->dataset.id, c->version, t->arena, &c->contract, err);
}

static int make_scratch(struct check *c, struct err *err)
{
	const struct validation_conf *conf = validation_conf();
	c->scratch = arena_printf(
	    c->task->arena, "%s/%s-%" PRId64, conf->scratch_dir, c->task->task_id, c->task->epoch);
	(void)staged_remove_tree(c->scratch);
	if (mkdir(c->scratch, SCRATCH_MODE) != 0)
		return err_set_errno(err, ERR_INTERNAL, errno, "make %s", c->scratch);
	return 0;
}

/* Keys are ours, but a row is no reason to leave the object directory. */
static int object_path(
    const struct check *c, const cJSON *object, const char **out, struct err *err)
{
	const char *key = js_str(object, "key");
	if (key == NULL || key[0] == '/' || key[0] == '\0' || strstr(key, "..") != NULL)
		return err_set_code(err, ERR_INPUT, "object.invalid", "the run names no object");
	*out = arena_printf(c->task->arena, "%s/%s", validation_conf()->object_dir, key);
	return 0;
}

static int engine_spec(const struct check *c, const char **out, struct err *err)
{
	struct arena *a = c->task->arena;
	const struct validation_conf *conf = validation_conf();
	const cJSON *object = cJSON_GetObjectItemCaseSensitive(c->task->spec, "object");
	const char *path;
	if (object_path(c, object, &path, err) != 0)
		return -1;
	cJSON *spec = js_object(a);
	js_add_str(spec, "task", "validate");
	js_add_str(spec, "input", path);
	js_add_i64(spec, "input_bytes", js_i64(object, "bytes", 0));
	js_add_str(spec, "sha256", js_str(object, "sha256"));
	js_add_str(spec, "scratch", c->scratch);
	js_add_raw(spec, "contract", c->contract);
	if (c->references != NULL)
		cJSON_AddItemReferenceToObject(spec, "references", c->references);
	js_add_str(spec, "dataset", c->task->target);
	js_add_raw(spec, "budget_pct", c->dataset.budget_pct);
	js_add_i64(spec, "budget_after_rows", BUDGET_AFTER_ROWS);
	cJSON_AddBoolToObject(spec, "auto_publish", c->contract == NULL && c->dataset.auto_publish);
	js_add_i64(spec, "threads", conf->threads);
	js_add_i64(spec, "memory_bytes", conf->memory_bytes);
	js_add_i64(spec, "wall_ms", conf->wall_ms);
	*out = js_print(a, spec);
	return 0;
}

static bool is_stopping(void *arg)
{
	const struct check *c = arg;
	return worker_stopping(c->task) != WORKER_GO;
}

/* What foreign keys point to is read now: the rows that stand in gold when the check begins. */
static int export_references(struct check *c, struct err *err)
{
	struct worker_task *t = c->task;
	const struct references_to to = {
		.domain = t->domain,
		.scratch = c->scratch,
		.stem = "reference",
		.stop = is_stopping,
		.arg = c,
	};
	if (c->contract == NULL)
		return 0;
	return references_export(t->db, &to, c->contract, t->arena, &c->references, err);
}

static int run_engine(struct check *c, struct task_report *report, struct err *err)
{
	struct worker_task *t = c->task;
	const cJSON *object = cJSON_GetObjectItemCaseSensitive(t->spec, "object");
	const char *spec;
	if (engine_spec(c, &spec, err) != 0)
		return -1;
	const struct child_spec child = child_spec_of(validation_conf()->task_path, "engine", spec);
	worker_stage(t, "check", js_i64(object, "bytes", 0));
	return worker_spawn(t, &child, 1, GRACE_MS, report, err);
}

static int stage_silver(struct check *c, struct err *err)
{
	const cJSON *file;
	int64_t i = 0;
	cJSON_ArrayForEach(file, c->result.silver)
	{
		const char *name = js_str(file, "file");
		const char *suffix = arena_printf(c->task->arena, "-%" PRId64 ".parquet", i++);
		const char *path;
		if (staged_file(&c->staged, name != NULL ? name : "", suffix, &path, err) != 0)
			return -1;
		cJSON *one = cJSON_CreateObject();
		js_add_str(one, "path", path);
		js_add_i64(one, "rows", js_i64(file, "rows", 0));
		js_add_i64(one, "bytes", js_i64(file, "bytes", 0));
		cJSON_AddItemToArray(c->silver, one);
	}
	return 0;
}

static int stage_kept(
    struct check *c, const char *key, const char *name, const char *suffix, struct err *err)
{
	const char *path;
	if (staged_file(&c->staged, name, suffix, &path, err) != 0)
		return -1;
	if (c->reject_files == NULL)
		c->reject_files = js_object(c->task->arena);
	js_add_str(c->reject_files, key, path);
	return 0;
}

static int stage_rejects(struct check *c, struct err *err)
{
	if (c->result.rejected > 0 &&
	    (stage_kept(c, "csv", "rejects.csv", ".rejects.csv", err) != 0 ||
		stage_kept(c, "parquet", "rejects.parquet", ".rejects.parquet", err) != 0))
		return -1;
	return c->result.repaired > 0 ? stage_kept(c, "repairs", "repairs.csv", ".repairs.csv", err)
				      : 0;
}

/* Only a good file's rows are kept; what was refused or repaired is kept whatever the verdict. */
static int stage(struct check *c, struct err *err)
{
	struct arena *a = c->task->arena;
	staged_init(&c->staged, a, c->scratch,
	    arena_printf(a, "%s/%s", validation_conf()->silver_dir, c->task->domain),
	    arena_printf(a, "%s-%" PRId64, c->task->run_id, c->task->epoch));
	c->silver = js_array(a);
	if (c->result.verdict == CHECK_DRAFT)
		return 0;
	if (c->result.verdict == CHECK_GOOD && stage_silver(c, err) != 0)
		return -1;
	if (stage_rejects(c, err) != 0)
		return -1;
	return staged_sync(&c->staged, err);
}

static const char *print_or_null(struct arena *a, const cJSON *v)
{
	return v != NULL ? js_print(a, v) : NULL;
}

/* fill of worker_record: everything here stands or falls with the outcome. */
static int put_report(struct db *db, void *arg, struct err *err)
{
	struct check *c = arg;
	struct arena *a = c->task->arena;
	const struct check_result *r = &c->result;
	const struct store_report report = {
		.run_id = c->task->run_id,
		.task_id = c->task->task_id,
		.epoch = number(a, c->task->epoch),
		.dataset_id = c->dataset.id,
		.no = number(a, c->task->no),
		.contract_version = c->publishes ? "1" : c->version,
		.verdict = r->verdict_name,
		.account = r->account != NULL ? js_print(a, r->account) : "{}",
		.rules = r->rules != NULL ? js_print(a, r->rules) : "[]",
		.dialect = print_or_null(a, r->dialect),
		.reason = print_or_null(a, r->reason),
		.detail = r->detail,
		.silver = js_print(a, c->silver),
		.reject_files = print_or_null(a, c->reject_files),
		.rejects_total = number(a, r->rejected),
		.rejects = r->rejects,
	};
	if (c->publishes) {
		if (store_auto_publish(db, c->dataset.id, c->task->run_id, r->draft,
			c->task->created_by, err) != 0)
			return -1;
	} else if (c->contract == NULL && r->draft != NULL) {
		if (store_draft_infer(
			db, c->dataset.id, r->draft, r->evidence, c->task->created_by, err) != 0)
			return -1;
	}
	return store_report_put(db, &report, err);
}

/* What the load task gets as input.validate. */
static cJSON *output(const struct check *c)
{
	cJSON *out = js_object(c->task->arena);
	cJSON_AddItemToObject(out, "account",
	    c->result.account != NULL ? cJSON_Duplicate(c->result.account, true)
				      : cJSON_CreateObject());
	if (c->publishes || c->version != NULL)
		js_add_raw(out, "contract_version", c->publishes ? "1" : c->version);
	if (c->result.verdict != CHECK_GOOD)
		return out;
	cJSON_AddItemToObject(out, "columns", cJSON_Duplicate(c->result.columns, true));
	cJSON_AddItemToObject(out, "silver", cJSON_Duplicate(c->silver, true));
	cJSON_AddBoolToObject(out, "has_row", true);
	return out;
}

static const cJSON *reason_of(const struct check *c)
{
	struct arena *a = c->task->arena;
	if (c->contract == NULL && !c->publishes && c->result.verdict != CHECK_UNUSABLE)
		return task_report_reason(a, "contract.needed",
		    "%s has no published contract yet: review the draft", c->task->target);
	if (c->result.verdict == CHECK_GOOD)
		return NULL;
	if (c->result.reason != NULL)
		return c->result.reason;
	return c->result.verdict == CHECK_OVER_BUDGET
		   ? task_report_reason(a, "check.over_budget", "too many rows were refused")
		   : task_report_reason(a, "check.unusable", "the file cannot be read");
}

static const char *outcome_of(const struct check *c)
{
	if (c->result.verdict == CHECK_UNUSABLE)
		return "failed";
	if (c->contract == NULL && !c->publishes)
		return "needs_person";
	return c->result.verdict == CHECK_GOOD ? "done" : "failed";
}

/* The contract came while we inferred one: the task is tried again, with it. */
static int try_again(struct check *c, const struct err *why, struct err *err)
{
	const cJSON *reason = task_report_reason(c->task->arena, why->code, "%s", why->msg);
	return worker_record(c->task, "retry", NULL, reason, NULL, NULL, err);
}

static const char *count(struct worker_task *t, const char *before, int64_t n, const char *after)
{
	return n == 0 ? "" : arena_printf(t->arena, "%s%" PRId64 "%s", before, n, after);
}

/* Of a draft no row is good or rejected: it judges none. */
static void log_account(struct worker_task *t, const struct check_result *r)
{
	const int64_t read = js_i64(r->account, "read", 0);
	if (r->verdict == CHECK_DRAFT) {
		worker_log(t, "info",
		    "%" PRId64 " rows read to infer a contract, none is judged yet%s", read,
		    count(t, "; ", r->unread, " of them cannot be cut into the columns"));
		return;
	}
	worker_log(t, "info", "%" PRId64 " rows read: %" PRId64 " good%s, %" PRId64 " rejected",
	    read, js_i64(r->account, "good", 0),
	    count(t, ", ", js_i64(r->account, "repaired", 0), " repaired"), r->rejected);
}

/* What the run page's log says of the check: the account, each broken rule, the verdict's reason.
 */
static void log_result(struct worker_task *t, const struct check_result *r)
{
	const cJSON *rule;
	log_account(t, r);
	cJSON_ArrayForEach(rule, r->rules)
	{
		const char *column = js_str(rule, "column");
		worker_log(t, "warn", "%lld rejected by %s%s%s",
		    (long long)js_i64(rule, "count", 0), js_str(rule, "rule"),
		    column != NULL ? " in " : "", column != NULL ? column : "");
	}
	const char *why = js_str(r->reason, "text");
	if (why != NULL)
		worker_log(t, r->verdict == CHECK_DRAFT ? "info" : "error", "%s", why);
}

static int settle(struct check *c, struct err *err)
{
	c->publishes = c->contract == NULL && c->dataset.auto_publish &&
		       c->result.verdict == CHECK_GOOD && c->result.draft != NULL;
	if (stage(c, err) != 0) {
		staged_undo(&c->staged);
		return -1;
	}
	if (worker_record(c->task, outcome_of(c), output(c), reason_of(c), put_report, c, err) ==
	    0) {
		if (!worker_recorded(c->task))
			staged_undo(&c->staged);
		return 0;
	}
	if (err->kind == ERR_UNCERTAIN || err->kind == ERR_UNAVAILABLE)
		return -1; /* perhaps recorded: the tidier decides about the files */
	staged_undo(&c->staged);
	if (strcmp(err->code, "contract.published") != 0)
		return -1;
	const struct err why = *err;
	return try_again(c, &why, err);
}

static int check(struct check *c, struct err *err)
{
	struct worker_task *t = c->task;
	struct task_report report;
	if (store_checked_get(t->db, t->domain, t->target, t->arena, &c->dataset, err) != 0 ||
	    bind_contract(c, err) != 0 || make_scratch(c, err) != 0 ||
	    export_references(c, err) != 0 || run_engine(c, &report, err) != 0)
		return -1;
	if (report.ended != TASK_RESULT)
		return worker_settle(t, &report, err);
	if (check_result_read(report.result[0], c->scratch, t->arena, &c->result, err) != 0)
		return -1;
	log_result(t, &c->result);
	return settle(c, err);
}

/* A dataset or contract that is gone will not come back: the run fails and says so. */
static int fail_for_good(struct check *c, struct err *err)
{
	const cJSON *reason = task_report_reason(c->task->arena, err->code, "%s", err->msg);
	return worker_record(c->task, "failed", NULL, reason, NULL, NULL, err);
}

int check_file_run(struct worker_task *t, struct err *err)
{
	struct check *c = arena_alloc(t->arena, sizeof(*c));
	c->task = t;
	int rc = check(c, err);
	if (rc != 0 && err->kind == ERR_NOT_FOUND)
		rc = fail_for_good(c, err);
	if (c->scratch != NULL)
		(void)staged_remove_tree(c->scratch);
	return rc;
}
