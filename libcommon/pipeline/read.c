/* SPDX-License-Identifier: Apache-2.0 */
/* read - a pipeline document to steps: members, names, modes; graph and columns are check.c's. */
#include "pipeline/problem.h"

#include "base/near.h"
#include "base/text.h"

#include <string.h>

enum { DESCRIPTION_MAX_BYTES = 2000 };

static const char *const doc_members[] = { "name", "description", "steps", NULL };
static const char *const source_members[] = { "id", "type", "dataset", NULL };
static const char *const filter_members[] = { "id", "type", "input", "where", NULL };
static const char *const aggregate_members[] = {
	"id",
	"type",
	"input",
	"group_by",
	"measures",
	NULL,
};
static const char *const target_members[] = { "id", "type", "input", "dataset", "mode", NULL };
static const char *const output_members[] = { "name", "expr", NULL };

static const struct {
	const char *name;
	const char *const *members;
} types[] = {
	[PIPELINE_UNKNOWN] = { "", NULL },
	[PIPELINE_SOURCE] = { "source", source_members },
	[PIPELINE_FILTER] = { "filter", filter_members },
	[PIPELINE_AGGREGATE] = { "aggregate", aggregate_members },
	[PIPELINE_TARGET] = { "target", target_members },
};

static const char *near_hint(struct pipeline *p, const struct near *near)
{
	return near->best == NULL ? NULL : arena_printf(p->arena, "did you mean `%s`?", near->best);
}

static void only(struct pipeline *p, struct pipeline_step *step, const char *field,
    const cJSON *obj, const char *const *members)
{
	const cJSON *m;

	cJSON_ArrayForEach(m, obj)
	{
		struct near near;
		bool known = false;

		near_init(&near, m->string);
		for (size_t i = 0; members[i] != NULL; i++) {
			known = known || strcmp(members[i], m->string) == 0;
			near_try(&near, members[i]);
		}
		if (!known)
			problem_add(p, step, field, near_hint(p, &near), "unknown member `%.64s`",
			    m->string);
	}
}

/* A string member that must be there; NULL and a problem when it is not. */
static const char *need_text(struct pipeline *p, struct pipeline_step *step, const char *field)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(step->doc, field);

	if (cJSON_IsString(v) && v->valuestring[0] != '\0')
		return v->valuestring;
	if (v == NULL || cJSON_IsNull(v) || cJSON_IsString(v))
		problem_add(p, step, field, NULL, "`%s` is missing", field);
	else
		problem_add(p, step, field, NULL, "`%s` is not a text", field);
	return NULL;
}

static const char *need_name(struct pipeline *p, struct pipeline_step *step, const char *field)
{
	const char *v = need_text(p, step, field);

	if (v == NULL || text_is_name(v))
		return v;
	problem_add(p, step, field, "a to z, 0 to 9 and _, at most 48, a letter first",
	    "`%.64s` is not a name", v);
	return NULL;
}

static const char *need_input(struct pipeline *p, struct pipeline_step *step)
{
	return need_name(p, step, "input");
}

static void read_source(struct pipeline *p, struct pipeline_step *step)
{
	step->dataset = need_name(p, step, "dataset");
}

static struct expr *read_expr(
    struct pipeline *p, struct pipeline_step *step, const char *field, const char *text)
{
	struct expr_fault fault;
	struct expr *e = NULL;

	p->expr_bytes += strlen(text);
	if (p->expr_bytes > PIPELINE_MAX_EXPR_BYTES) {
		problem_add(p, step, field, NULL,
		    "the expressions together are longer than %d bytes", PIPELINE_MAX_EXPR_BYTES);
		return NULL;
	}
	if (expr_parse(text, strlen(text), p->arena, &e, &fault) == 0)
		return e;
	problem_add_fault(p, step, field, &fault);
	return NULL;
}

static void read_filter(struct pipeline *p, struct pipeline_step *step)
{
	step->input = need_input(p, step);
	step->where_text = need_text(p, step, "where");
	if (step->where_text != NULL)
		step->where = read_expr(p, step, "where", step->where_text);
}

static bool has_control(const char *s)
{
	for (; *s != '\0'; s++) {
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return true;
	}
	return false;
}

static const char *output_name(
    struct pipeline *p, struct pipeline_step *step, const char *field, const cJSON *item)
{
	const char *name = js_str(item, "name");

	if (name == NULL || name[0] == '\0')
		problem_add(p, step, field, NULL, "`name` is missing");
	else if (strlen(name) > 63 || has_control(name))
		problem_add(p, step, field, NULL, "a column name has 1 to 63 bytes");
	else if (name[0] == '_')
		problem_add(p, step, field, NULL, "names that start with _ are ours");
	else
		return name;
	return NULL;
}

static void read_output(struct pipeline *p, struct pipeline_step *step, const char *field,
    const cJSON *item, struct pipeline_output *out)
{
	const char *text = js_str(item, "expr");
	const char *expr_field = arena_printf(p->arena, "%s.expr", field);

	if (!cJSON_IsObject(item)) {
		problem_add(
		    p, step, field, "write {\"name\": ..., \"expr\": ...}", "not an object");
		return;
	}
	only(p, step, field, item, output_members);
	out->name = output_name(p, step, arena_printf(p->arena, "%s.name", field), item);
	if (text == NULL)
		problem_add(p, step, expr_field, NULL, "`expr` is missing");
	else
		out->expr = read_expr(p, step, expr_field, text);
}

static size_t read_outputs(struct pipeline *p, struct pipeline_step *step, const char *member,
    struct pipeline_output **out)
{
	const cJSON *list = cJSON_GetObjectItemCaseSensitive(step->doc, member);
	const cJSON *item;
	size_t n = 0;

	if (list == NULL)
		return 0;
	if (!cJSON_IsArray(list)) {
		problem_add(p, step, member, NULL, "`%s` is not a list", member);
		return 0;
	}
	if (cJSON_GetArraySize(list) > PIPELINE_MAX_OUTPUTS) {
		problem_add(p, step, member, NULL, "more than %d columns", PIPELINE_MAX_OUTPUTS);
		return 0;
	}
	*out = arena_alloc(p->arena, (size_t)cJSON_GetArraySize(list) * sizeof(**out) + 1);
	cJSON_ArrayForEach(item, list)
	{
		read_output(
		    p, step, arena_printf(p->arena, "%s[%zu]", member, n), item, &(*out)[n]);
		n++;
	}
	return n;
}

static void read_aggregate(struct pipeline *p, struct pipeline_step *step)
{
	step->input = need_input(p, step);
	step->n_groups = read_outputs(p, step, "group_by", &step->groups);
	step->n_measures = read_outputs(p, step, "measures", &step->measures);
	if (step->n_groups + step->n_measures == 0 && !step->bad)
		problem_add(
		    p, step, NULL, NULL, "neither group_by nor measures: nothing comes out");
}

static void read_target(struct pipeline *p, struct pipeline_step *step)
{
	step->input = need_input(p, step);
	step->dataset = need_name(p, step, "dataset");
	const char *mode = need_text(p, step, "mode");

	if (mode == NULL)
		return;
	step->replace = strcmp(mode, "replace") == 0;
	if (!step->replace && strcmp(mode, "append") != 0)
		problem_add(p, step, "mode", "append or replace", "unknown mode `%.64s`", mode);
}

static enum pipeline_step_type type_of(struct pipeline *p, struct pipeline_step *step)
{
	const char *word = need_text(p, step, "type");
	struct near near;

	if (word == NULL)
		return PIPELINE_UNKNOWN;
	near_init(&near, word);
	for (size_t i = PIPELINE_SOURCE; i < ARRAY_SIZE(types); i++) {
		if (strcmp(types[i].name, word) == 0)
			return (enum pipeline_step_type)i;
		near_try(&near, types[i].name);
	}
	const char *hint = near_hint(p, &near);

	problem_add(p, step, "type", hint != NULL ? hint : "source, filter, aggregate or target",
	    "unknown step `%.64s`", word);
	return PIPELINE_UNKNOWN;
}

static void read_step(struct pipeline *p, struct pipeline_step *step, const cJSON *doc)
{
	static void (*const readers[])(struct pipeline *, struct pipeline_step *) = {
		[PIPELINE_SOURCE] = read_source,
		[PIPELINE_FILTER] = read_filter,
		[PIPELINE_AGGREGATE] = read_aggregate,
		[PIPELINE_TARGET] = read_target,
	};

	step->id = "";
	step->doc = doc;
	if (!cJSON_IsObject(doc)) {
		problem_add(p, step, NULL, NULL, "a step is an object");
		return;
	}
	const char *id = js_str(doc, "id");

	step->id = id != NULL ? id : "";
	(void)need_name(p, step, "id");
	step->type = type_of(p, step);
	if (step->type == PIPELINE_UNKNOWN)
		return;
	only(p, step, NULL, doc, types[step->type].members);
	readers[step->type](p, step);
}

static void read_steps(struct pipeline *p, const cJSON *steps)
{
	const cJSON *item;

	if (!cJSON_IsArray(steps) || cJSON_GetArraySize(steps) == 0) {
		problem_add(p, NULL, "steps", NULL, "a pipeline needs a list of steps");
		return;
	}
	if (cJSON_GetArraySize(steps) > PIPELINE_MAX_STEPS) {
		problem_add(p, NULL, "steps", NULL, "more than %d steps", PIPELINE_MAX_STEPS);
		return;
	}
	p->steps = arena_alloc(p->arena, (size_t)cJSON_GetArraySize(steps) * sizeof(*p->steps));
	cJSON_ArrayForEach(item, steps) read_step(p, &p->steps[p->n_steps++], item);
}

static void read_document(struct pipeline *p, const cJSON *doc)
{
	const cJSON *description = cJSON_GetObjectItemCaseSensitive(doc, "description");

	if (!cJSON_IsObject(doc)) {
		problem_add(p, NULL, NULL, NULL, "a pipeline is an object");
		return;
	}
	only(p, NULL, NULL, doc, doc_members);
	p->name = js_str(doc, "name");
	if (cJSON_HasObjectItem(doc, "name") && (p->name == NULL || !text_is_name(p->name)))
		problem_add(p, NULL, "name", NULL, "not a name");
	if (cJSON_IsString(description) &&
	    strlen(description->valuestring) <= DESCRIPTION_MAX_BYTES)
		p->description = description->valuestring;
	else if (description != NULL)
		problem_add(p, NULL, "description", NULL, "not a text of at most %d bytes",
		    DESCRIPTION_MAX_BYTES);
	read_steps(p, cJSON_GetObjectItemCaseSensitive(doc, "steps"));
}

int pipeline_read(const cJSON *doc, const struct pipeline_env *env, struct arena *a,
    struct pipeline **out, struct err *err)
{
	struct pipeline *p = arena_alloc(a, sizeof(*p));

	p->arena = a;
	p->description = "";
	p->problems = arena_alloc(a, PIPELINE_MAX_PROBLEMS * sizeof(*p->problems));
	read_document(p, doc);
	if (pipeline_check(p, env, err) != 0)
		return -1;
	*out = p;
	return 0;
}

struct pipeline *pipeline_identity(
    const char *dataset, bool replace, const struct expr_column *columns, size_t n, struct arena *a)
{
	struct pipeline *p = arena_alloc(a, sizeof(*p));
	struct pipeline_step *steps = arena_alloc(a, 2 * sizeof(*steps));

	steps[0] = (struct pipeline_step){ .type = PIPELINE_SOURCE, .id = "source" };
	steps[1] =
	    (struct pipeline_step){ .type = PIPELINE_TARGET, .id = "target", .input = "source" };
	steps[1].from = &steps[0];
	steps[1].replace = replace;
	for (size_t i = 0; i < 2; i++) {
		steps[i].dataset = arena_dup(a, dataset);
		steps[i].columns = arena_alloc(a, (n + 1) * sizeof(*columns));
		memcpy(steps[i].columns, columns, n * sizeof(*columns));
		steps[i].n_columns = n;
		steps[i].resolved = true;
	}
	p->arena = a;
	p->description = "";
	p->steps = steps;
	p->n_steps = 2;
	p->target = &steps[1];
	p->sources = arena_alloc(a, sizeof(*p->sources));
	p->sources[0] = steps[0].dataset;
	p->n_sources = 1;
	return p;
}
