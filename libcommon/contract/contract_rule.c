/* SPDX-License-Identifier: Apache-2.0 */
/* contract_rule - rules over the values of a row: parsed, checked and made ready once. */
#include <stdio.h>
#include <string.h>

#include "contract/contract_read.h"
#include "expr/eval.h"

/* The columns rules may name: all that have a name. */
static struct expr_scope make_scope(struct contract_reader *r, struct contract *c)
{
	struct expr_column *columns = arena_alloc(r->a, c->n_fields * sizeof(*columns));
	size_t *fields = arena_alloc(r->a, c->n_fields * sizeof(*fields));
	struct expr_scope scope = { .columns = columns };
	for (size_t i = 0; i < c->n_fields; i++) {
		struct expr_column *column = &columns[scope.n];
		column->name = c->fields[i].name;
		if (column->name == NULL)
			continue;
		expr_eval_type(&c->fields[i].column, &column->type);
		fields[scope.n++] = i;
	}
	c->scope_fields = fields;
	return scope;
}

static const char *place_of(struct contract_reader *r, const struct expr_fault *fault)
{
	return arena_printf(r->a, "character %zu: %s%s%s", fault->pos + 1, fault->message,
	    fault->hint[0] != '\0' ? "; " : "", fault->hint);
}

static void read_rule(struct contract_reader *r, const cJSON *v, const struct expr_scope *scope,
    struct contract_row_rule *out)
{
	struct expr_fault fault;
	struct expr *e = NULL;
	const char *text = read_str(r, v, "expr");
	const char *name = read_str(r, v, "name");
	const char *message = read_str(r, v, "message");
	if (name == NULL || name[0] == '\0' || strlen(name) > CONTRACT_NAME_BYTES)
		read_fault(r, "name", "must be a name of 1 to %d bytes", CONTRACT_NAME_BYTES);
	if (message != NULL && strlen(message) > CONTRACT_MESSAGE_BYTES)
		read_fault(r, "message", "is longer than %d bytes", CONTRACT_MESSAGE_BYTES);
	if (text == NULL) {
		read_fault(r, "expr", "must be an expression over the fields");
		return;
	}
	text = arena_dup(r->a, text); /* names and texts of the tree live there */
	if (expr_parse(text, strlen(text), r->a, &e, &fault) != 0 ||
	    expr_check(e, scope, r->a, &fault) != 0 || expr_eval_prepare(e, r->a, &fault) != 0) {
		read_fault(r, "expr", "%s", place_of(r, &fault));
		return;
	}
	if (expr_type_of(e).kind != EXPR_T_BOOLEAN)
		read_fault(r, "expr", "must be a condition, this is %s",
		    expr_type_name(expr_type_of(e).kind));
	*out = (struct contract_row_rule){ .text = text, .expr = e };
	out->name = name == NULL ? "" : arena_dup(r->a, name);
	out->message = message == NULL ? "" : arena_dup(r->a, message);
}

void contract_read_rules(struct contract_reader *r, const cJSON *ours, struct contract *c)
{
	const cJSON *list = read_member(r, ours, "millrace.rules", cJSON_Array, "an array");
	const int n = cJSON_GetArraySize(list);
	const cJSON *v;
	if (n > CONTRACT_MAX_RULES) {
		read_fault(r, "millrace.rules", "has %d rules, at most %d are allowed", n,
		    CONTRACT_MAX_RULES);
		return;
	}
	if (n == 0)
		return;
	const struct expr_scope scope = make_scope(r, c);
	struct contract_row_rule *rules = arena_alloc(r->a, (size_t)n * sizeof(*rules));
	cJSON_ArrayForEach(v, list)
	{
		r->at = arena_printf(r->a, "millrace.rules[%zu]", c->n_rules);
		read_rule(r, v, &scope, &rules[c->n_rules++]);
	}
	c->rules = rules;
	r->at = "";
}
