/* SPDX-License-Identifier: Apache-2.0 */
/* check - the graph of a pipeline: inputs, one target, columns and expressions along the way. */
#include "pipeline/problem.h"

#include "base/near.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

enum { UNSEEN, WALKING, WALKED };

struct check {
	struct pipeline *p;
	const struct pipeline_env *env;
	struct err *err;
};

static struct pipeline_step *find_step(struct pipeline *p, const char *id)
{
	for (size_t i = 0; i < p->n_steps; i++) {
		if (strcmp(p->steps[i].id, id) == 0)
			return &p->steps[i];
	}
	return NULL;
}

static void check_ids(struct pipeline *p)
{
	for (size_t i = 0; i < p->n_steps; i++) {
		struct pipeline_step *step = &p->steps[i];

		if (step->id[0] != '\0' && find_step(p, step->id) != step)
			problem_add(
			    p, step, "id", NULL, "another step is called `%.64s` too", step->id);
	}
}

static void unknown_input(struct pipeline *p, struct pipeline_step *step)
{
	struct near near;

	near_init(&near, step->input);
	for (size_t i = 0; i < p->n_steps; i++) {
		if (&p->steps[i] != step)
			near_try(&near, p->steps[i].id);
	}
	problem_add(p, step, "input",
	    near.best == NULL ? NULL : arena_printf(p->arena, "did you mean `%s`?", near.best),
	    "there is no step `%.64s`", step->input);
}

static void link_inputs(struct pipeline *p)
{
	for (size_t i = 0; i < p->n_steps; i++) {
		struct pipeline_step *step = &p->steps[i];

		if (step->input == NULL)
			continue;
		step->from = find_step(p, step->input);
		if (step->from == NULL)
			unknown_input(p, step);
		else if (step->from->type == PIPELINE_TARGET)
			problem_add(p, step, "input", NULL, "nothing comes out of a target");
		else
			step->from->read = true;
	}
}

static void check_target(struct pipeline *p)
{
	bool unknown = false;

	for (size_t i = 0; i < p->n_steps; i++) {
		struct pipeline_step *step = &p->steps[i];

		unknown = unknown || step->type == PIPELINE_UNKNOWN;
		if (step->type == PIPELINE_TARGET && p->target != NULL)
			problem_add(p, step, NULL, NULL, "a pipeline has one target, `%.64s` is it",
			    p->target->id);
		else if (step->type == PIPELINE_TARGET)
			p->target = step;
		else if (step->type != PIPELINE_UNKNOWN && !step->read)
			problem_add(p, step, NULL, "take it out, or let a step read it",
			    "nothing reads this step");
	}
	if (p->n_steps > 0 && p->target == NULL && !unknown)
		problem_add(p, NULL, "steps", NULL, "a pipeline needs a target");
}

static void add_source(struct pipeline *p, const char *dataset)
{
	for (size_t i = 0; i < p->n_sources; i++) {
		if (strcmp(p->sources[i], dataset) == 0)
			return;
	}
	p->sources[p->n_sources++] = dataset;
}

static int check_source(struct check *c, struct pipeline_step *step)
{
	const char *why = NULL;

	if (step->dataset == NULL)
		return 0;
	const int rc = c->env->columns(c->env->arg, step->dataset, c->p->arena, &step->columns,
	    &step->n_columns, &why, c->err);

	if (rc < 0)
		return -1;
	if (rc == 0) {
		problem_add(c->p, step, "dataset", NULL, "%s",
		    why != NULL
			? why
			: arena_printf(c->p->arena, "there is no dataset `%s`", step->dataset));
		return 0;
	}
	add_source(c->p, step->dataset);
	step->resolved = true;
	return 0;
}

static bool check_expr(struct check *c, struct pipeline_step *step, const char *field,
    bool aggregates, struct expr *e, struct expr_type *out_type)
{
	const struct expr_scope scope = {
		.columns = step->from->columns,
		.n = step->from->n_columns,
		.aggregates = aggregates,
	};
	struct expr_fault fault;

	if (expr_check(e, &scope, c->p->arena, &fault) != 0) {
		problem_add_fault(c->p, step, field, &fault);
		return false;
	}
	*out_type = expr_type_of(e);
	return true;
}

static void pass_columns(struct pipeline_step *step)
{
	step->columns = step->from->columns;
	step->n_columns = step->from->n_columns;
	step->resolved = true;
}

static void check_filter(struct check *c, struct pipeline_step *step)
{
	struct expr_type type;

	pass_columns(step);
	if (step->where == NULL || !check_expr(c, step, "where", false, step->where, &type))
		return;
	if (type.kind != EXPR_T_BOOLEAN) {
		struct expr_fault fault = { .len = strlen(step->where_text) };

		(void)snprintf(fault.message, sizeof(fault.message),
		    "a condition is needed here, this is %s", expr_type_name(type.kind));
		problem_add_fault(c->p, step, "where", &fault);
	}
}

static bool name_taken(const struct pipeline_step *step, const char *name)
{
	for (size_t i = 0; i < step->n_columns; i++) {
		if (strcmp(step->columns[i].name, name) == 0)
			return true;
	}
	return false;
}

static void check_output(struct check *c, struct pipeline_step *step, const char *list, size_t i,
    const struct pipeline_output *out)
{
	const bool aggregates = strcmp(list, "measures") == 0;
	const char *field = arena_printf(c->p->arena, "%s[%zu].expr", list, i);
	struct expr_type type;

	if (out->expr == NULL || !check_expr(c, step, field, aggregates, out->expr, &type))
		return;
	if (type.kind == EXPR_T_NULL) {
		problem_add(c->p, step, field, NULL, "it is always null: a column needs a type");
		return;
	}
	if (out->name == NULL)
		return;
	if (name_taken(step, out->name))
		problem_add(c->p, step, arena_printf(c->p->arena, "%s[%zu].name", list, i), NULL,
		    "another column is called `%s` too", out->name);
	else
		step->columns[step->n_columns++] = (struct expr_column){ out->name, type };
}

static void check_aggregate(struct check *c, struct pipeline_step *step)
{
	const size_t most = step->n_groups + step->n_measures;

	step->columns = arena_alloc(c->p->arena, (most + 1) * sizeof(*step->columns));
	for (size_t i = 0; i < step->n_groups; i++)
		check_output(c, step, "group_by", i, &step->groups[i]);
	for (size_t i = 0; i < step->n_measures; i++)
		check_output(c, step, "measures", i, &step->measures[i]);
	step->resolved = !step->bad && step->n_columns == most;
}

static void check_columns_of_target(struct check *c, struct pipeline_step *step)
{
	pass_columns(step);
	if (step->n_columns == 0)
		problem_add(c->p, step, NULL, NULL, "no column comes in");
	for (size_t i = 0; step->dataset != NULL && i < c->p->n_sources; i++) {
		if (strcmp(c->p->sources[i], step->dataset) == 0)
			problem_add(c->p, step, "dataset", NULL,
			    "`%s` is a source of this pipeline", step->dataset);
	}
}

/* Columns of a step, after those of what it reads. A ring of steps is a problem of one of them. */
static int walk(struct check *c, struct pipeline_step *step)
{
	if (step->mark == WALKED)
		return 0;
	if (step->mark == WALKING) {
		problem_add(c->p, step, "input", NULL, "the steps run in a ring");
		return 0;
	}
	step->mark = WALKING;
	if (step->from != NULL && walk(c, step->from) != 0)
		return -1;
	step->mark = WALKED;
	if (step->type == PIPELINE_SOURCE)
		return check_source(c, step);
	if (step->from == NULL || !step->from->resolved)
		return 0;
	if (step->type == PIPELINE_FILTER)
		check_filter(c, step);
	else if (step->type == PIPELINE_AGGREGATE)
		check_aggregate(c, step);
	else if (step->type == PIPELINE_TARGET)
		check_columns_of_target(c, step);
	return 0;
}

int pipeline_check(struct pipeline *p, const struct pipeline_env *env, struct err *err)
{
	struct check c = { .p = p, .env = env, .err = err };

	p->sources = arena_alloc(p->arena, (p->n_steps + 1) * sizeof(*p->sources));
	check_ids(p);
	link_inputs(p);
	check_target(p);
	for (size_t i = 0; i < p->n_steps; i++) {
		if (walk(&c, &p->steps[i]) != 0)
			return -1;
	}
	return 0;
}

bool pipeline_keeps_rows(const struct pipeline *p)
{
	for (const struct pipeline_step *s = p->target; s != NULL; s = s->from) {
		if (s->type == PIPELINE_AGGREGATE)
			return false;
	}
	return true;
}
