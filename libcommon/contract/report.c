/* SPDX-License-Identifier: Apache-2.0 */
/* report - a check's outcome as JSON. */
#include "contract/report.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "contract/report_dialect.h"
#include "kit/json.h"

const char *contract_verdict_name(enum contract_verdict v)
{
	static const char *const names[] = { "good", "over_budget", "unusable", "draft" };
	return names[v];
}

/* 1204 -> "1,204". */
static const char *grouped(int64_t n, struct arena *a)
{
	const char *digits = arena_printf(a, "%lld", (long long)n);
	const size_t len = strlen(digits);
	char *out = arena_alloc(a, len + len / 3 + 1);
	size_t to = 0;
	for (size_t i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			out[to++] = ',';
		out[to++] = digits[i];
	}
	return out;
}

static void add_account(cJSON *report, const struct contract_tally *t)
{
	const struct contract_account none = { 0 };
	const struct contract_account *a = t == NULL ? &none : &t->account;
	cJSON *o = cJSON_AddObjectToObject(report, "account");
	js_add_i64(o, "read", a->read);
	js_add_i64(o, "good", a->good);
	js_add_i64(o, "repaired", a->repaired);
	js_add_i64(o, "rejected", a->rejected);
}

static void add_rules(cJSON *report, const struct contract_outcome *o)
{
	cJSON *list = cJSON_AddArrayToObject(report, "rules");
	size_t n = 0;
	if (o->tally == NULL || o->match == NULL)
		return;
	struct contract_count *counts = contract_tally_list(o->tally, &n);
	for (size_t i = 0; i < n && i < CONTRACT_REPORT_RULES; i++) {
		cJSON *line = cJSON_CreateObject();
		cJSON_AddItemToArray(list, line);
		js_add_str(line, "rule", counts[i].rule);
		const int column = counts[i].file_column;
		js_add_str(line, "column", column < 0 ? NULL : o->match->schema.header[column]);
		js_add_i64(line, "count", counts[i].count);
	}
	free(counts);
}

static void add_columns(cJSON *report, const struct contract *c)
{
	cJSON *list = cJSON_AddArrayToObject(report, "columns");
	for (size_t i = 0; c != NULL && i < c->n_fields; i++) {
		const struct contract_field *f = &c->fields[i];
		cJSON *column = cJSON_CreateObject();
		cJSON_AddItemToArray(list, column);
		js_add_str(column, "name", f->name);
		js_add_str(column, "type", csv_type_name(f->column.type));
		if (f->column.type != CSV_DECIMAL)
			continue;
		js_add_i64(column, "precision", f->column.precision);
		js_add_i64(column, "scale", f->column.scale);
	}
}

static void add_names(cJSON *report, const char *name, const char *const *names)
{
	cJSON *list = cJSON_AddArrayToObject(report, name);
	for (; names != NULL && *names != NULL; names++)
		cJSON_AddItemToArray(list, cJSON_CreateString(*names));
}

static cJSON *make_reason(cJSON *report, const char *code, const char *text)
{
	cJSON *reason = cJSON_AddObjectToObject(report, "reason");
	js_add_str(reason, "code", code);
	cJSON *params = cJSON_AddObjectToObject(reason, "params");
	js_add_str(reason, "text", text);
	return params;
}

static void add_reason(cJSON *report, const struct contract_outcome *o, struct arena *a)
{
	if (o->verdict == CONTRACT_UNUSABLE && o->fault != NULL) {
		(void)make_reason(report, o->fault->code, o->fault->msg);
		return;
	}
	if (o->verdict != CONTRACT_OVER_BUDGET || o->tally == NULL) {
		(void)cJSON_AddNullToObject(report, "reason");
		return;
	}
	const struct contract_account *t = &o->tally->account;
	const double pct = t->read == 0 ? 0 : (double)t->rejected * 100.0 / (double)t->read;
	const char *text =
	    arena_printf(a, "%s of %s rows rejected (%.1f %%), this dataset allows %g %%",
		grouped(t->rejected, a), grouped(t->read, a), pct, o->budget_pct);
	cJSON *params = make_reason(report, "check.over_budget", text);
	js_add_i64(params, "rejected", t->rejected);
	js_add_i64(params, "read", t->read);
	(void)cJSON_AddNumberToObject(params, "budget_pct", o->budget_pct);
}

cJSON *contract_report(const struct contract_outcome *o, struct arena *a)
{
	cJSON *report = js_object(a);
	js_add_str(report, "verdict", contract_verdict_name(o->verdict));
	add_account(report, o->tally);
	add_rules(report, o);
	add_columns(report, o->contract);
	if (o->notes != NULL && o->match != NULL)
		contract_notes_report(o->notes, &o->match->schema, report);
	cJSON *dialect = contract_report_dialect(o->sniffed);
	if (o->sniffed != NULL && o->rest != NULL && o->rest->whole)
		contract_report_tables(dialect, &o->rest->tables);
	cJSON_AddItemToObject(report, "dialect", dialect);
	(void)cJSON_AddNumberToObject(report, "budget_pct", o->budget_pct);
	add_names(report, "ignored_columns", o->match == NULL ? NULL : o->match->ignored);
	add_names(report, "absent_columns", o->match == NULL ? NULL : o->match->absent);
	add_reason(report, o, a);
	return report;
}
