/* SPDX-License-Identifier: Apache-2.0 */
/* load_spec - a plan as the specifications of engine and loader. */
#include "load_plan.h"
#include "transform.h"

#include <string.h>

enum { COUNTS_MAX_BYTES = 512 << 10 };

static cJSON *columns_of(const struct load_plan *p, struct arena *a)
{
	const struct pipeline_step *target = p->pipeline->target;

	return pipeline_columns_json(target->columns, target->n_columns, a);
}

static int sql_of(const struct load_plan *p, struct arena *a, const char **out, struct err *err)
{
	struct buf b;
	int rc = 0;

	buf_init(&b, LIMIT_TASK_SPEC_BYTES / 2);
	pipeline_compile(p->pipeline, p->rows, &b);
	if (b.overflow)
		rc = err_set_code(err, ERR_INPUT, "pipeline.too_large",
		    "the pipeline's SQL is longer than %d bytes", LIMIT_TASK_SPEC_BYTES / 2);
	else
		*out = arena_dup(a, b.data);
	buf_done(&b);
	return rc;
}

/* One SELECT a step, "" where what was loaded says it, or where all of them grow too long: a count
 * repeats the SQL of every step before it. */
static void add_counts(cJSON *spec, const struct load_plan *p)
{
	cJSON *counts = cJSON_AddArrayToObject(spec, "counts");
	size_t bytes = 0;
	struct buf b;

	buf_init(&b, COUNTS_MAX_BYTES);
	for (size_t i = 0; i < p->pipeline->n_steps; i++) {
		buf_reset(&b);
		(void)pipeline_compile_count(p->pipeline, i, &b);
		bytes += b.n;
		cJSON_AddItemToArray(counts,
		    cJSON_CreateString(b.overflow || bytes > COUNTS_MAX_BYTES ? "" : b.data));
	}
	buf_done(&b);
}

static void add_sources(cJSON *spec, const struct load_plan *p, struct arena *a)
{
	cJSON *list = cJSON_AddArrayToObject(spec, "sources");

	for (size_t i = 0; i < p->n_sources; i++) {
		const struct load_source *s = &p->sources[i];
		cJSON *source = cJSON_CreateObject();

		js_add_str(source, "name", s->name);
		cJSON_AddItemReferenceToObject(source, "files", s->files);
		cJSON_AddItemReferenceToObject(
		    source, "columns", pipeline_columns_json(s->columns, s->n_columns, a));
		cJSON_AddBoolToObject(source, "fill", s->fill);
		cJSON_AddItemToArray(list, source);
	}
}

/* One COPY stream is bound by PostgreSQL: a second thread that only decodes takes cores from it. */
static int64_t threads_of(const struct load_plan *p)
{
	const bool is_copy = p->pipeline_name == NULL && strcmp(p->mode, "append") == 0;

	return is_copy ? 1 : transform_conf()->engine_threads;
}

int load_plan_engine(const struct load_plan *p, const struct worker_task *t, const char *scratch,
    const char **out, struct err *err)
{
	const struct transform_conf *conf = transform_conf();
	cJSON *spec = js_object(t->arena);
	const char *sql = NULL;

	if (sql_of(p, t->arena, &sql, err) != 0)
		return -1;
	js_add_str(spec, "task", "load");
	js_add_str(spec, "sql", sql);
	add_sources(spec, p, t->arena);
	if (p->pipeline_name != NULL)
		add_counts(spec, p);
	cJSON_AddItemReferenceToObject(spec, "columns", columns_of(p, t->arena));
	cJSON_AddBoolToObject(spec, "has_row", true);
	js_add_str(spec, "scratch", scratch);
	js_add_i64(spec, "memory_bytes", conf->engine_memory);
	js_add_i64(spec, "threads", threads_of(p));
	js_add_i64(spec, "wall_ms", conf->wall_ms);
	*out = js_print(t->arena, spec);
	return 0;
}

static void add_connection(cJSON *spec, const struct worker_task *t)
{
	const struct transform_conf *conf = transform_conf();

	js_add_str(spec, "conninfo", svc_db_conf(t->svc)->conninfo);
	js_add_str(spec, "user", conf->loader_user);
	js_add_str(spec, "password", conf->loader_password);
	js_add_str(spec, "application_name",
	    arena_printf(t->arena, "loader %s %lld", t->task_id, (long long)t->epoch));
}

const char *load_plan_loader(const struct load_plan *p, const struct worker_task *t)
{
	cJSON *spec = js_object(t->arena);

	js_add_str(spec, "task", "load");
	add_connection(spec, t);
	js_add_str(spec, "domain", t->domain);
	js_add_str(spec, "dataset", p->dataset);
	js_add_str(spec, "mode", p->mode);
	js_add_i64(spec, "no", p->no);
	js_add_str(spec, "run_id", t->run_id);
	js_add_str(spec, "task_id", t->task_id);
	js_add_i64(spec, "epoch", t->epoch);
	cJSON_AddItemReferenceToObject(spec, "columns", columns_of(p, t->arena));
	cJSON_AddBoolToObject(spec, "has_row", true);
	cJSON_AddItemReferenceToObject(spec, "silver", p->silver);
	js_add_str(spec, "by", t->created_by);
	if (p->file != NULL)
		cJSON_AddItemReferenceToObject(spec, "file", p->file);
	if (p->contract_version > 0)
		js_add_i64(spec, "contract_version", p->contract_version);
	if (p->pipeline_name != NULL) {
		js_add_str(spec, "pipeline", p->pipeline_name);
		js_add_i64(spec, "pipeline_version", p->pipeline_version);
	}
	if (p->received >= 0)
		js_add_i64(spec, "account_received", p->received);
	js_add_i64(spec, "wall_ms", transform_conf()->wall_ms);
	return js_print(t->arena, spec);
}
