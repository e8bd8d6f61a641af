/* SPDX-License-Identifier: Apache-2.0 */
/* load_plan - what a load task has to do. */
#include "load_plan.h"

#include "dataset_env.h"
#include "store.h"
#include "transform.h"

#include <string.h>
#include <unistd.h>

static int parse(const char *text, struct arena *a, cJSON **out, struct err *err)
{
	if (js_parse(text, strlen(text), a, out, err) == 0)
		return 0;
	return err_set(err, ERR_INTERNAL, "a stored document is no JSON");
}

/* --- silver --- */

/* "a.parquet" is in the domain's silver directory; a path stands for itself. */
static const char *silver_path(const struct worker_task *t, const char *name)
{
	if (name[0] == '/')
		return name;
	return arena_printf(t->arena, "%s/%s/%s", transform_conf()->silver_dir, t->domain, name);
}

/* An entry of a silver list: a path, or an object that names one. */
static const char *silver_name(const cJSON *item)
{
	if (cJSON_IsString(item))
		return item->valuestring;
	return js_str(item, "path") != NULL ? js_str(item, "path") : js_str(item, "file");
}

/* Append the files of a silver list to files; each must be there. */
static int add_files(const struct worker_task *t, const cJSON *list, cJSON *files, struct err *err)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, list)
	{
		const char *name = silver_name(item);

		if (name == NULL)
			return err_set(err, ERR_INTERNAL, "an entry of a silver list has no path");
		const char *path = silver_path(t, name);

		if (access(path, R_OK) != 0)
			return err_set_code(err, ERR_INPUT, "silver.gone",
			    "checked rows are no longer there: %s", strrchr(path, '/') + 1);
		cJSON_AddItemToArray(files, cJSON_CreateString(path));
	}
	return 0;
}

/* --- datasets --- */

/* The target's dataset document. */
static int read_dataset(struct worker_task *t, const char *name, cJSON **out, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;

	if (store_dataset(t->db, t->domain, name, &r, err) != 0)
		return -1;
	const char *text = db_text(r, 0, "dataset");

	if (text == NULL)
		return err_set_code(
		    err, ERR_INPUT, "dataset.unknown", "there is no dataset %s any more", name);
	return parse(text, t->arena, out, err);
}

static int contract_columns(struct worker_task *t, const char *dataset, int64_t version,
    struct expr_column **out, size_t *out_n, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;
	cJSON *doc = NULL;

	if (store_contract(t->db, t->domain, dataset, version, &r, err) != 0)
		return -1;
	const char *text = db_text(r, 0, "contract");

	if (text == NULL)
		return err_set_code(err, ERR_INPUT, "contract.unknown",
		    "%s has no contract version %lld", dataset, (long long)version);
	if (parse(text, t->arena, &doc, err) != 0)
		return -1;
	return pipeline_columns_of_contract(doc, t->arena, out, out_n, err);
}

/* Silver of one upload straight into its dataset: identity, `_row` kept. */
static int plan_identity(struct worker_task *t, struct load_plan *p, struct err *err)
{
	struct expr_column *columns = NULL;
	size_t n = 0;

	if (contract_columns(t, p->dataset, p->contract_version, &columns, &n, err) != 0)
		return -1;
	p->sources = arena_alloc(t->arena, sizeof(*p->sources));
	p->sources[0] = (struct load_source){
		.name = p->dataset,
		.columns = columns,
		.n_columns = n,
		.files = p->silver,
	};
	p->n_sources = 1;
	p->rows = PIPELINE_KEEP_ROW;
	p->pipeline =
	    pipeline_identity(p->dataset, strcmp(p->mode, "replace") == 0, columns, n, t->arena);
	return 0;
}

/* --- arrival --- */

static int64_t rows_checked(const cJSON *validate)
{
	const cJSON *account = cJSON_GetObjectItemCaseSensitive(validate, "account");

	if (!cJSON_IsObject(account))
		return -1;
	return js_i64(account, "good", 0) + js_i64(account, "repaired", 0);
}

static cJSON *file_of(const struct worker_task *t)
{
	const cJSON *object = cJSON_GetObjectItemCaseSensitive(t->spec, "object");

	if (!cJSON_IsObject(object))
		return NULL;
	cJSON *file = js_object(t->arena);

	js_add_str(file, "name", js_str(object, "filename"));
	js_add_i64(file, "bytes", js_i64(object, "bytes", 0));
	js_add_str(file, "sha256", js_str(object, "sha256"));
	return file;
}

static int plan_arrival(struct worker_task *t, struct load_plan *p, struct err *err)
{
	const cJSON *validate = cJSON_GetObjectItemCaseSensitive(t->input, "validate");
	cJSON *dataset = NULL;

	p->contract_version = js_i64(validate, "contract_version", 0);
	if (read_dataset(t, t->target, &dataset, err) != 0)
		return -1;
	p->mode = js_str(dataset, "mode");
	p->file = file_of(t);
	p->received = rows_checked(validate);
	if (add_files(t, cJSON_GetObjectItemCaseSensitive(validate, "silver"), p->silver, err) != 0)
		return -1;
	return plan_identity(t, p, err);
}

/* --- redo --- */

static int plan_redo(struct worker_task *t, struct load_plan *p, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;
	cJSON *silver = NULL;

	p->no = js_i64(t->spec, "load_no", 0);
	if (store_load(t->db, t->domain, t->target, p->no, &r, err) != 0)
		return -1;
	if (db_rows(r) == 0)
		return err_set_code(err, ERR_INPUT, "load.unknown", "%s has no load #%lld",
		    t->target, (long long)p->no);
	p->mode = arena_dup(t->arena, db_text(r, 0, "mode"));
	p->contract_version = db_i64(r, 0, "contract_version");
	p->received = db_i64(r, 0, "rows");
	if (db_text(r, 0, "file") != NULL &&
	    parse(db_text(r, 0, "file"), t->arena, &p->file, err) != 0)
		return -1;
	if (parse(db_text(r, 0, "silver"), t->arena, &silver, err) != 0 ||
	    add_files(t, silver, p->silver, err) != 0)
		return -1;
	return plan_identity(t, p, err);
}

/* --- pipeline --- */

/* The version the run was started with; bound, so that each attempt takes the same. */
static int bind_version(struct worker_task *t, struct load_plan *p, struct err *err)
{
	cJSON *holder = js_object(t->arena);
	cJSON *bound = NULL;

	js_add_i64(holder, "version", js_i64(t->spec, "pipeline_version", 0));
	if (worker_bind(t, "pipeline_version", holder->child, &bound, err) != 0)
		return -1;
	p->pipeline_version = cJSON_IsNumber(bound) ? (int64_t)bound->valuedouble : 0;
	return 0;
}

static int read_pipeline(struct worker_task *t, struct load_plan *p, struct err *err)
{
	const struct dataset_env env = { .db = t->db, .domain = t->domain };
	scoped(struct db_result *, db_result_free) r = NULL;
	cJSON *doc = NULL;

	if (store_version(t->db, t->domain, p->pipeline_name, p->pipeline_version, &r, err) != 0)
		return -1;
	if (db_rows(r) == 0)
		return err_set_code(err, ERR_INPUT, "pipeline.unknown",
		    "pipeline %s has no version %lld", p->pipeline_name,
		    (long long)p->pipeline_version);
	if (parse(db_text(r, 0, "doc"), t->arena, &doc, err) != 0 ||
	    dataset_env_read(&env, doc, t->arena, &p->pipeline, err) != 0)
		return -1;
	if (p->pipeline->n_problems == 0)
		return 0;
	const struct pipeline_problem *first = &p->pipeline->problems[0];

	return err_set_code(err, ERR_INPUT, "pipeline.invalid",
	    "pipeline %s fits no longer: step %s: %s", p->pipeline_name,
	    first->step != NULL ? first->step : "-", first->message);
}

static const struct pipeline_step *source_step(const struct pipeline *p, const char *dataset)
{
	for (size_t i = 0; i < p->n_steps; i++) {
		if (p->steps[i].type == PIPELINE_SOURCE &&
		    strcmp(p->steps[i].dataset, dataset) == 0)
			return &p->steps[i];
	}
	return NULL;
}

/* Silver of the source's live loads, in their order. */
static int plan_source(struct worker_task *t, const struct pipeline *pipeline, const char *dataset,
    struct load_source *out, struct err *err)
{
	const struct pipeline_step *step = source_step(pipeline, dataset);
	scoped(struct db_result *, db_result_free) r = NULL;
	cJSON *doc = NULL;

	*out = (struct load_source){
		.name = dataset,
		.columns = step->columns,
		.n_columns = step->n_columns,
		.files = js_array(t->arena),
	};
	if (read_dataset(t, dataset, &doc, err) != 0 ||
	    store_live_silver(t->db, t->domain, dataset, &r, err) != 0)
		return -1;
	for (int i = 0; i < db_rows(r); i++) {
		cJSON *silver = NULL;

		if (parse(db_text(r, i, "silver"), t->arena, &silver, err) != 0)
			return -1;
		if (cJSON_GetArraySize(silver) == 0 && db_i64(r, i, "rows") > 0)
			return err_set_code(err, ERR_INPUT, "silver.gone",
			    "the checked rows of %s #%s are no longer kept", dataset,
			    db_text(r, i, "no"));
		if (add_files(t, silver, out->files, err) != 0)
			return -1;
		out->fill = out->fill ||
			    db_i64(r, i, "contract_version") != js_i64(doc, "contract_version", 0);
	}
	return 0;
}

static int plan_pipeline(struct worker_task *t, struct load_plan *p, struct err *err)
{
	p->pipeline_name = js_str(t->spec, "pipeline");
	if (p->pipeline_name == NULL)
		return err_set(err, ERR_INTERNAL, "a pipeline run without a pipeline");
	if (bind_version(t, p, err) != 0 || read_pipeline(t, p, err) != 0)
		return -1;
	const struct pipeline *pipeline = p->pipeline;

	if (strcmp(pipeline->target->dataset, t->target) != 0)
		return err_set_code(err, ERR_INPUT, "pipeline.invalid",
		    "pipeline %s writes %s now, not %s", p->pipeline_name,
		    pipeline->target->dataset, t->target);
	p->mode = pipeline->target->replace ? "replace" : "append";
	p->rows = PIPELINE_NUMBER_ROWS;
	p->sources = arena_alloc(t->arena, pipeline->n_sources * sizeof(*p->sources));
	for (; p->n_sources < pipeline->n_sources; p->n_sources++) {
		if (plan_source(t, pipeline, pipeline->sources[p->n_sources],
			&p->sources[p->n_sources], err) != 0)
			return -1;
	}
	return 0;
}

int load_plan_make(struct worker_task *t, struct load_plan *out, struct err *err)
{
	struct load_plan p = {
		.dataset = t->target,
		.no = t->no,
		.silver = js_array(t->arena),
		.received = -1,
	};
	int rc;

	if (strcmp(t->run_kind, "arrival") == 0)
		rc = plan_arrival(t, &p, err);
	else if (strcmp(t->run_kind, "redo") == 0)
		rc = plan_redo(t, &p, err);
	else
		rc = plan_pipeline(t, &p, err);
	if (rc != 0)
		return -1;
	*out = p;
	return 0;
}
