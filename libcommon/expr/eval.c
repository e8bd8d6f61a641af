/* SPDX-License-Identifier: Apache-2.0 */
/* eval - the nodes of a tree, one row at a time. */
#include "expr/eval.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/die.h"
#include "base/mem.h"
#include "csv/csv_time.h"
#include "expr/eval_call.h"
#include "expr/function.h"
#include "expr/lex.h"

enum { PAGE_BYTES = 16 << 10, ARGS_MAX = FUNCTION_MAX_ARGS };

static int eval(struct expr_eval *ev, const struct expr *e, struct expr_value *out);

int eval_fail(struct expr_eval *ev, const char *why)
{
	(void)snprintf(ev->why, sizeof(ev->why), "%s", why);
	return -1;
}

char *eval_text(struct expr_eval *ev, size_t n)
{
	struct eval_page *page = ev->pages;
	ev->text_bytes += n;
	if (ev->text_bytes > EXPR_EVAL_TEXT_BYTES) {
		(void)eval_fail(ev, "the text gets longer than 64 MiB");
		return NULL;
	}
	if (page == NULL || page->alloc - page->n < n) {
		const size_t alloc = n > PAGE_BYTES ? n : PAGE_BYTES;
		page = mem_resize(NULL, sizeof(*page) + alloc);
		*page = (struct eval_page){ .next = ev->pages, .alloc = alloc };
		ev->pages = page;
	}
	char *p = page->bytes + page->n;
	page->n += n;
	return p;
}

/* The texts of the last row die; one page is kept. */
static void forget_texts(struct expr_eval *ev)
{
	while (ev->pages != NULL && ev->pages->next != NULL) {
		struct eval_page *next = ev->pages->next;
		free(ev->pages);
		ev->pages = next;
	}
	if (ev->pages != NULL)
		ev->pages->n = 0;
	ev->text_bytes = 0;
}

static int eval_literal(struct expr_eval *ev, const struct expr *e, struct expr_value *out)
{
	(void)ev;
	*out = *e->value;
	return 0;
}

static int64_t read_i64(const void *p)
{
	int64_t v;
	memcpy(&v, p, sizeof(v));
	return v;
}

/* Durations compare as PostgreSQL and DuckDB compare them: a month is 30 days, a day 24 hours. The
 * highest bit of a UUID is turned over, as it is no sign. */
static __int128 comparable(enum csv_type type, const void *p)
{
	struct csv_duration duration;
	unsigned __int128 uuid;
	if (type == CSV_UUID) {
		memcpy(&uuid, p, sizeof(uuid));
		return (__int128)(uuid ^ ((unsigned __int128)1 << 127));
	}
	memcpy(&duration, p, sizeof(duration));
	const __int128 days = (__int128)duration.months * 30 + duration.days;
	return days * CSV_TIME_US_PER_DAY + duration.us;
}

/* A cell of the batch; narrow decimals are 64 bits wide there. */
static int eval_column(struct expr_eval *ev, const struct expr *e, struct expr_value *out)
{
	const size_t c = ev->columns[e->column];
	const struct csv_column *column = &ev->b->schema->columns[c];
	const size_t size = csv_value_bytes(column);
	const char *at = (const char *)ev->b->columns[c].data + ev->slot * size;
	*out = (struct expr_value){ .is_null = csv_batch_is_null(ev->b, c, ev->slot) };
	if (out->is_null)
		return 0;
	if (csv_type_is_text(column->type)) {
		const struct csv_text *text = (const void *)at;
		out->text.p = csv_text_p(text);
		out->text.n = csv_text_n(text);
	} else if (column->type == CSV_DECIMAL && size == sizeof(__int128)) {
		memcpy(&out->d, at, sizeof(out->d));
	} else if (column->type == CSV_DECIMAL) {
		out->d = read_i64(at);
	} else if (column->type == CSV_UUID || column->type == CSV_DURATION) {
		out->d = comparable(column->type, at);
	} else if (column->type == CSV_BOOLEAN) {
		out->b = *at != 0;
	} else if (column->type == CSV_DATE) {
		int32_t days;
		memcpy(&days, at, sizeof(days));
		out->i = days;
	} else {
		out->i = read_i64(at); /* doubles too: the same eight bytes */
	}
	return 0;
}

static int eval_not(struct expr_eval *ev, const struct expr *e, struct expr_value *out)
{
	if (eval(ev, e->args[0], out) != 0)
		return -1;
	out->b = !out->b;
	return 0;
}

static int eval_negate_node(struct expr_eval *ev, const struct expr *e, struct expr_value *out)
{
	struct expr_value x;
	if (eval(ev, e->args[0], &x) != 0)
		return -1;
	*out = x;
	return x.is_null ? 0 : eval_negate(ev, e, &x, out);
}

/* and, or: one side may decide alone, whatever the other is. */
static int eval_logic(struct expr_eval *ev, const struct expr *e, struct expr_value *out)
{
	const bool decides = e->op == EXPR_OP_OR;
	struct expr_value y;
	if (eval(ev, e->args[0], out) != 0)
		return -1;
	if (!out->is_null && out->b == decides)
		return 0;
	if (eval(ev, e->args[1], &y) != 0)
		return -1;
	if (!y.is_null && y.b == decides)
		*out = y;
	else
		*out = (struct expr_value){ .is_null = out->is_null || y.is_null, .b = !decides };
	return 0;
}

static bool holds(enum expr_op op, int order)
{
	switch (op) {
	case EXPR_OP_EQ:
		return order == 0;
	case EXPR_OP_NE:
		return order != 0;
	case EXPR_OP_LT:
		return order < 0;
	case EXPR_OP_LE:
		return order <= 0;
	case EXPR_OP_GT:
		return order > 0;
	case EXPR_OP_GE:
	case EXPR_OP_NONE:
	case EXPR_OP_OR:
	case EXPR_OP_AND:
	case EXPR_OP_CONCAT:
	case EXPR_OP_ADD:
	case EXPR_OP_SUB:
	case EXPR_OP_MUL:
	case EXPR_OP_DIV:
	case EXPR_OP_MOD:
		break;
	}
	return order >= 0;
}

static int join(struct expr_eval *ev, const struct expr_value *x, const struct expr_value *y,
    struct expr_value *out)
{
	char *p = eval_text(ev, x->text.n + y->text.n);
	if (p == NULL)
		return -1;
	memcpy(p, x->text.p, x->text.n);
	memcpy(p + x->text.n, y->text.p, y->text.n);
	out->text.n = x->text.n + y->text.n;
	out->text.p = p;
	return 0;
}

static int eval_binary(struct expr_eval *ev, const struct expr *e, struct expr_value *out)
{
	struct expr_value x;
	struct expr_value y;
	if (e->op == EXPR_OP_OR || e->op == EXPR_OP_AND)
		return eval_logic(ev, e, out);
	if (eval(ev, e->args[0], &x) != 0 || eval(ev, e->args[1], &y) != 0)
		return -1;
	*out = (struct expr_value){ .is_null = x.is_null || y.is_null };
	if (out->is_null)
		return 0;
	if (e->op == EXPR_OP_CONCAT)
		return join(ev, &x, &y, out);
	if (e->op > EXPR_OP_CONCAT)
		return eval_arithmetic(ev, e, &x, &y, out);
	out->b = holds(e->op, eval_compare(e->args[0]->type, &x, &y));
	return 0;
}

static int eval_is_null(struct expr_eval *ev, const struct expr *e, struct expr_value *out)
{
	struct expr_value x;
	if (eval(ev, e->args[0], &x) != 0)
		return -1;
	*out = (struct expr_value){ .b = x.is_null != e->negated };
	return 0;
}

/* Equal to one: true; else null when any side is null. */
static int eval_in(struct expr_eval *ev, const struct expr *e, struct expr_value *out)
{
	struct expr_value x;
	struct expr_value y;
	bool unknown = false;
	bool found = false;
	if (eval(ev, e->args[0], &x) != 0)
		return -1;
	for (size_t i = 1; i < e->n_args && !x.is_null && !found; i++) {
		if (eval(ev, e->args[i], &y) != 0)
			return -1;
		unknown = unknown || y.is_null;
		found = !y.is_null && eval_compare(e->args[0]->type, &x, &y) == 0;
	}
	*out = (struct expr_value){ .is_null = x.is_null || (unknown && !found) };
	out->b = found != e->negated;
	return 0;
}

/* value >= low and value <= high, three-valued. */
static int eval_between(struct expr_eval *ev, const struct expr *e, struct expr_value *out)
{
	struct expr_value v[3];
	const struct expr_type type = e->args[0]->type;
	for (size_t i = 0; i < 3; i++) {
		if (eval(ev, e->args[i], &v[i]) != 0)
			return -1;
	}
	const bool low_known = !v[0].is_null && !v[1].is_null;
	const bool high_known = !v[0].is_null && !v[2].is_null;
	const bool below = low_known && eval_compare(type, &v[0], &v[1]) < 0;
	const bool above = high_known && eval_compare(type, &v[0], &v[2]) > 0;
	const bool outside = below || above;
	*out = (struct expr_value){ .is_null = !outside && !(low_known && high_known) };
	out->b = outside == e->negated;
	return 0;
}

static int eval_case(struct expr_eval *ev, const struct expr *e, struct expr_value *out)
{
	const size_t pairs = e->n_args / 2;
	struct expr_value when;
	for (size_t i = 0; i < pairs; i++) {
		if (eval(ev, e->args[i * 2], &when) != 0)
			return -1;
		if (!when.is_null && when.b)
			return eval(ev, e->args[i * 2 + 1], out);
	}
	if (e->has_else)
		return eval(ev, e->args[e->n_args - 1], out);
	*out = (struct expr_value){ .is_null = true };
	return 0;
}

static int eval_call(struct expr_eval *ev, const struct expr *e, struct expr_value *out)
{
	struct expr_value args[ARGS_MAX];
	bool any_null = false;
	for (size_t i = 0; i < e->n_args; i++) {
		if (eval(ev, e->args[i], &args[i]) != 0)
			return -1;
		any_null = any_null || args[i].is_null;
	}
	*out = (struct expr_value){ .is_null = any_null && !e->call->takes_nulls };
	return out->is_null ? 0 : e->call->run(ev, e, args, out);
}

static int eval_cast_node(struct expr_eval *ev, const struct expr *e, struct expr_value *out)
{
	struct expr_value x;
	if (eval(ev, e->args[0], &x) != 0)
		return -1;
	*out = x;
	return x.is_null ? 0 : eval_cast(ev, e->args[0]->type, e->type, &x, out);
}

static int (*const evals[])(struct expr_eval *ev, const struct expr *e, struct expr_value *out) = {
	[EXPR_LITERAL] = eval_literal,
	[EXPR_COLUMN] = eval_column,
	[EXPR_NOT] = eval_not,
	[EXPR_NEGATE] = eval_negate_node,
	[EXPR_BINARY] = eval_binary,
	[EXPR_IS_NULL] = eval_is_null,
	[EXPR_IN] = eval_in,
	[EXPR_BETWEEN] = eval_between,
	[EXPR_CASE] = eval_case,
	[EXPR_CALL] = eval_call,
	[EXPR_CAST] = eval_cast_node,
};

static int eval(struct expr_eval *ev, const struct expr *e, struct expr_value *out)
{
	return evals[e->node](ev, e, out);
}

struct expr_eval *expr_eval_new(const struct expr *e, const size_t *columns)
{
	struct expr_eval *ev = mem_alloc(sizeof(*ev));
	ev->e = e;
	ev->columns = columns;
	return ev;
}

void expr_eval_free(struct expr_eval **ev)
{
	if (*ev == NULL)
		return;
	forget_texts(*ev);
	free((*ev)->pages);
	free(*ev);
	*ev = NULL;
}

void expr_eval_batch(struct expr_eval *ev, const struct csv_batch *b)
{
	ev->b = b;
}

int expr_eval_row(struct expr_eval *ev, size_t slot, struct expr_value *out)
{
	forget_texts(ev);
	ev->slot = slot;
	return eval(ev, ev->e, out);
}

const char *expr_eval_why(const struct expr_eval *ev)
{
	return ev->why;
}
