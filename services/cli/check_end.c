/* SPDX-License-Identifier: Apache-2.0 */
/* check_end - the report, and the verdict in words. */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "kit/json.h"
#include "report_input.h"
#include "show.h"

/* Lines behind the data that were read over. */
static void add_rest(cJSON *report, const struct csv_split_rest *rest)
{
	cJSON *o = cJSON_AddObjectToObject(report, "rest");
	js_add_i64(o, "lines", rest->lines);
	js_add_i64(o, "line", rest->lines > 0 ? rest->line : 0);
}

/* Parquet is written, so its columns have names. */
static bool has_parquet(const struct check *k)
{
	return k->to_parquet && k->parquet.columns != NULL;
}

/* Columns that Parquet knows by another name. */
static void add_renamed(const struct check *k, cJSON *report)
{
	const struct csv_schema *schema = &k->match.schema;
	cJSON *list = cJSON_AddArrayToObject(report, "renamed_columns");
	for (size_t c = 0; has_parquet(k) && c < schema->n_columns; c++) {
		const char *name = cli_parquet_renamed(&k->parquet, c);
		if (name == NULL)
			continue;
		cJSON *o = cJSON_CreateObject();
		cJSON_AddItemToArray(list, o);
		js_add_str(o, "column", schema->columns[c].name);
		js_add_str(o, "written", name);
	}
}

static void say_renamed(const struct check *k, const struct cli_term *t)
{
	for (size_t c = 0; has_parquet(k) && c < k->match.schema.n_columns; c++) {
		const char *name = cli_parquet_renamed(&k->parquet, c);
		if (name == NULL)
			continue;
		(void)fputs(cli_tint(t, CLI_DIM), t->to);
		cli_show_all(t, k->match.schema.columns[c].name);
		(void)fputs(" is written to Parquet as ", t->to);
		cli_show_all(t, name);
		(void)fprintf(
		    t->to, ": names there differ in more than case%s\n", cli_tint(t, CLI_PLAIN));
	}
}

/* NULL = failed. */
static cJSON *make_report(struct check *k, struct err *err)
{
	const bool usable = k->verdict != CONTRACT_UNUSABLE;
	const struct contract_outcome o = {
		.verdict = k->verdict,
		.contract = k->has_contract ? &k->contract : NULL,
		.match = usable ? &k->match : NULL,
		.tally = usable ? &k->result.tally : NULL,
		.notes = usable ? &k->result.notes : NULL,
		.sniffed = k->split == NULL ? NULL : csv_split_sniffed(k->split),
		.rest = k->split == NULL ? NULL : csv_split_rest(k->split),
		.budget_pct = k->budget_pct,
		.fault = usable ? NULL : &k->fault,
	};
	cJSON *report = contract_report(&o, k->a);
	if (usable &&
	    cli_reject_list_add(&k->listed, k->result.tally.account.rejected, report, err) != 0)
		return NULL;
	cJSON *file = cJSON_CreateObject();
	js_add_str(file, "name", k->input.path);
	js_add_i64(file, "bytes", atomic_load(&k->input.done));
	cJSON_AddItemToObject(report, "file", file);
	add_renamed(k, report);
	if (k->split != NULL)
		add_rest(report, csv_split_rest(k->split));
	if (k->split != NULL)
		cli_report_input(report, csv_split_found(k->split));
	if (k->result.profile != NULL)
		cJSON_AddItemReferenceToObject(
		    report, "profile", contract_profile_json(k->result.profile, k->a));
	return report;
}

int check_write_report(struct check *k, struct err *err)
{
	struct cli_output *const outputs[] = { &k->report, &k->print };
	const char *text = NULL;
	for (size_t i = 0; i < ARRAY_SIZE(outputs); i++) {
		if (outputs[i]->path == NULL)
			continue;
		cJSON *report = text == NULL ? make_report(k, err) : NULL;
		if (text == NULL && report == NULL)
			return -1;
		if (text == NULL)
			text = js_print(k->a, report);
		if (cli_output_write(outputs[i], text, strlen(text), err) != 0 ||
		    cli_output_write(outputs[i], "\n", 1, err) != 0)
			return -1;
	}
	return 0;
}

/* Exit codes of a file that was read. */
static int code_of(const struct check *k)
{
	if (k->args->fail_on == CLI_FAIL_NEVER)
		return CLI_GOOD;
	if (k->verdict == CONTRACT_OVER_BUDGET)
		return CLI_FAILED;
	const bool bad = k->result.tally.account.rejected > 0;
	return bad && k->args->fail_on == CLI_FAIL_ANY ? CLI_REJECTED : CLI_GOOD;
}

static void say_over_budget(const struct check *k, const struct cli_term *t)
{
	const struct contract_account *a = &k->result.tally.account;
	const double pct = a->read == 0 ? 0 : (double)a->rejected * 100.0 / (double)a->read;
	(void)fprintf(t->to,
	    "over the error budget: %.4g %% of the rows are rejected, %g %% may be\n", pct,
	    k->budget_pct);
	if (k->clean.out.path == NULL || k->clean.out.published)
		return;
	cli_show_all(t, k->clean.out.path);
	(void)fputs(" was not written\n", t->to);
}

/* --repairs was asked for, and the contract, which could say so, does not let rows be repaired. */
static void say_no_repairs(const struct check *k, const struct cli_term *t)
{
	(void)fputs(cli_tint(t, CLI_DIM), t->to);
	cli_show_all(t, k->repairs.out.path);
	(void)fprintf(t->to,
	    " holds its header alone: the contract has no \"bad_rows\": \"repair\", and "
	    "--bad-rows repair is not given%s\n",
	    cli_tint(t, CLI_PLAIN));
}

/* One line where only errors are wanted. */
static void say_briefly(const struct check *k)
{
	char rejected[32];
	char read[32];
	const struct contract_account *a = &k->result.tally.account;
	cli_complain("%s: %s of %s rows rejected%s", cli_input_name(&k->input),
	    cli_grouped(a->rejected, rejected), cli_grouped(a->read, read),
	    k->verdict == CONTRACT_OVER_BUDGET ? ", over the error budget" : "");
}

static bool uses_stdout(const struct check *k)
{
	const struct cli_output *const outputs[] = { &k->clean.out, &k->rejects.out,
		&k->repairs.out, &k->report };
	for (size_t i = 0; i < ARRAY_SIZE(outputs); i++) {
		if (outputs[i]->path != NULL && strcmp(outputs[i]->path, "-") == 0)
			return true;
	}
	return false;
}

int check_say(struct check *k)
{
	if (k->verdict == CONTRACT_UNUSABLE) {
		(void)err_wrap(&k->fault, "%s", cli_input_name(&k->input));
		cli_complain_err(&k->fault);
		return CLI_FAILED;
	}
	const int code = code_of(k);
	if (k->args->quiet) {
		if (code != CLI_GOOD)
			say_briefly(k);
		return code;
	}
	if (k->args->json)
		return code;
	const struct cli_term t = cli_term_of(uses_stdout(k) ? stderr : stdout, k->args->color);
	cli_show_books(&t, &k->result.tally, &k->match.schema);
	cli_show_notes(&t, &k->result.notes, &k->match.schema);
	if (k->repairs.out.path != NULL && !k->repair)
		say_no_repairs(k, &t);
	say_renamed(k, &t);
	cli_show_returned(&t, k->split);
	cli_show_unread(&t, k->split);
	if (k->verdict == CONTRACT_OVER_BUDGET)
		say_over_budget(k, &t);
	cli_show_rejects(&t, &k->showcase, &k->match.schema, k->result.tally.account.rejected);
	if (k->result.profile != NULL)
		cli_show_profile(&t, contract_profile_json(k->result.profile, k->a));
	return code;
}
