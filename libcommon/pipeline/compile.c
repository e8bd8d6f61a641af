/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compile - a checked pipeline as one DuckDB SELECT. Names are quoted, values are printed by expr;
 * the rest is ours.
 */
#include "pipeline/pipeline.h"

#include "base/die.h"

#include <string.h>

struct compile {
	const struct pipeline *p;
	bool keep_row; /* `_row` passes through */
	struct buf *out;
};

static size_t number_of(const struct compile *c, const struct pipeline_step *step)
{
	return (size_t)(step - c->p->steps) + 1;
}

/* Columns as `"a", "b"`, with `_row` before them when it passes. */
static void names(struct compile *c, const struct pipeline_step *step)
{
	const char *comma = "";

	if (c->keep_row) {
		buf_adds(c->out, "\"_row\"");
		comma = ", ";
	}
	for (size_t i = 0; i < step->n_columns; i++) {
		buf_adds(c->out, comma);
		expr_print_name(step->columns[i].name, c->out);
		comma = ", ";
	}
}

/* Files of an older contract version may hold a narrower type: each column is cast to the newest.
 */
static void source(struct compile *c, const struct pipeline_step *step)
{
	const char *comma = "";

	buf_adds(c->out, "SELECT ");
	if (c->keep_row) {
		buf_adds(c->out, "\"_row\"");
		comma = ", ";
	}
	for (size_t i = 0; i < step->n_columns; i++) {
		buf_printf(c->out, "%sCAST(", comma);
		expr_print_name(step->columns[i].name, c->out);
		buf_adds(c->out, " AS ");
		expr_print_type(step->columns[i].type, EXPR_DUCKDB, c->out);
		buf_adds(c->out, ") AS ");
		expr_print_name(step->columns[i].name, c->out);
		comma = ", ";
	}
	buf_adds(c->out, " FROM ");
	expr_print_name(step->dataset, c->out);
}

static void filter(struct compile *c, const struct pipeline_step *step)
{
	buf_printf(c->out, "SELECT * FROM \"_%zu\" WHERE ", number_of(c, step->from));
	expr_print(step->where, EXPR_DUCKDB, c->out);
}

static void outputs(
    struct compile *c, const struct pipeline_output *list, size_t n, const char **comma)
{
	for (size_t i = 0; i < n; i++) {
		buf_adds(c->out, *comma);
		expr_print(list[i].expr, EXPR_DUCKDB, c->out);
		buf_adds(c->out, " AS ");
		expr_print_name(list[i].name, c->out);
		*comma = ", ";
	}
}

static void aggregate(struct compile *c, const struct pipeline_step *step)
{
	const char *comma = "";

	buf_adds(c->out, "SELECT ");
	outputs(c, step->groups, step->n_groups, &comma);
	outputs(c, step->measures, step->n_measures, &comma);
	buf_printf(c->out, " FROM \"_%zu\"", number_of(c, step->from));
	for (size_t i = 0; i < step->n_groups; i++)
		buf_printf(c->out, "%s%zu", i == 0 ? " GROUP BY " : ", ", i + 1);
}

/* The steps a step stands on, deepest first, then itself. */
static void common_tables(struct compile *c, const struct pipeline_step *step)
{
	if (step->from != NULL)
		common_tables(c, step->from);
	buf_printf(
	    c->out, "%s\"_%zu\" AS (", step->from == NULL ? "WITH " : ", ", number_of(c, step));
	if (step->type == PIPELINE_SOURCE)
		source(c, step);
	else if (step->type == PIPELINE_FILTER)
		filter(c, step);
	else
		aggregate(c, step);
	buf_addc(c->out, ')');
}

static const struct pipeline_step *last_aggregate(const struct pipeline *p)
{
	for (const struct pipeline_step *s = p->target; s != NULL; s = s->from) {
		if (s->type == PIPELINE_AGGREGATE)
			return s;
	}
	return NULL;
}

/* row_number() in the order of the groups: the same rows get the same numbers in every run. */
static void numbering(struct compile *c)
{
	const struct pipeline_step *agg = last_aggregate(c->p);

	buf_adds(c->out, "row_number() OVER (");
	for (size_t i = 0; agg != NULL && i < agg->n_groups; i++) {
		buf_adds(c->out, i == 0 ? "ORDER BY " : ", ");
		expr_print_name(agg->groups[i].name, c->out);
		buf_adds(c->out, " NULLS LAST");
	}
	buf_adds(c->out, ") AS \"_row\", ");
}

void pipeline_compile(const struct pipeline *p, enum pipeline_rows rows, struct buf *out)
{
	struct compile c = { .p = p, .keep_row = rows == PIPELINE_KEEP_ROW, .out = out };

	ASSERT(p->n_problems == 0 && p->target != NULL);
	ASSERT(!c.keep_row || pipeline_keeps_rows(p));
	common_tables(&c, p->target->from);
	buf_adds(out, " SELECT ");
	if (!c.keep_row)
		numbering(&c);
	names(&c, p->target);
	buf_printf(out, " FROM \"_%zu\"", number_of(&c, p->target->from));
}

bool pipeline_compile_count(const struct pipeline *p, size_t i, struct buf *out)
{
	struct compile c = { .p = p, .out = out };

	ASSERT(p->n_problems == 0 && p->target != NULL && i < p->n_steps);
	if (&p->steps[i] == p->target || &p->steps[i] == p->target->from)
		return false;
	common_tables(&c, &p->steps[i]);
	buf_printf(out, " SELECT count(*) FROM \"_%zu\"", i + 1);
	return true;
}
