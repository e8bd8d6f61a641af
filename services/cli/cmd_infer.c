/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_infer - `millrace infer`: a contract draft from all rows. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "cli.h"
#include "contract/run.h"
#include "input.h"
#include "kit/json.h"
#include "progress.h"
#include "sample.h"
#include "show.h"
#include "term.h"

struct infer {
	const struct cli_args *args;
	struct arena *a;
	struct cli_input input;
	struct csv_split *split;
	struct cli_progress progress;
	struct contract_run_result result;
};

static void on_progress(void *arg, const struct contract_run_progress *p)
{
	struct infer *i = arg;
	cli_progress_tell(&i->progress, p->rejects);
}

static int read_rows(struct infer *i, struct err *err)
{
	struct cli_sampling sampling = { .given = &i->args->given, .all = i->args->sniff_all };
	size_t n;
	if (cli_sample_open(&sampling, &i->input, &i->split, err) != 0)
		return -1;
	const char *const *header = csv_split_header(i->split, &n);
	struct contract_infer *text = contract_infer_new(header, n);
	const struct contract_run_params run = {
		.split = i->split,
		.schema = contract_infer_schema(text),
		.threads = i->args->threads,
		.infer = header,
		.progress = on_progress,
		.progress_arg = i,
		.stop = &cli_stop,
	};
	const int rc = contract_run(&run, &i->result, err);
	contract_infer_free(&text);
	return rc;
}

static const char *text_of(const cJSON *v, struct arena *a)
{
	if (cJSON_IsString(v))
		return v->valuestring;
	return v == NULL || cJSON_IsNull(v) ? "" : js_print(a, v);
}

/* How numbers are written where it is not the plain way: " 1.234,56"; else "". */
static const char *notation_of(const cJSON *field, bool whole, struct arena *a)
{
	const char *point = js_str(field, "decimalChar");
	const char *group = js_str(field, "groupChar");
	if (point == NULL && group == NULL)
		return "";
	if (whole)
		return arena_printf(a, " 1%s234", group == NULL ? "" : group);
	return arena_printf(
	    a, " 1%s234%s56", group == NULL ? "" : group, point == NULL ? "." : point);
}

/* "decimal(12,2) 1.234,56", "date %d. %B %Y (de)", "integer". */
static const char *type_of(const cJSON *field, struct arena *a)
{
	const cJSON *ours = cJSON_GetObjectItemCaseSensitive(field, "millrace");
	const char *type = js_str(ours, "type");
	const char *format = js_str(field, "format");
	const char *locale = js_str(ours, "locale");
	const char *plain = text_of(cJSON_GetObjectItemCaseSensitive(field, "type"), a);
	if (type == NULL)
		type = plain;
	if (strcmp(type, "decimal") == 0)
		type = arena_printf(a, "decimal(%lld,%lld)",
		    (long long)js_i64(ours, "precision", 38), (long long)js_i64(ours, "scale", 9));
	if (format != NULL)
		type = arena_printf(a, "%s %s", type, format);
	if (locale != NULL)
		type = arena_printf(a, "%s (%s)", type, locale);
	return arena_printf(a, "%s%s", type, notation_of(field, strcmp(plain, "integer") == 0, a));
}

static const char *text_of_first(const cJSON *column, const char *list)
{
	return js_str(
	    cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(column, list), 0), "text");
}

/* What a person should know of a column: that it can be read two ways, that cells would be
 * refused, or what killed the first type that fell. */
static const char *why_so(const cJSON *evidence, const char *name)
{
	const cJSON *c;
	cJSON_ArrayForEach(c, cJSON_GetObjectItemCaseSensitive(evidence, "columns"))
	{
		if (js_str(c, "name") == NULL || strcmp(js_str(c, "name"), name) != 0)
			continue;
		const char *ambiguous = js_str(c, "ambiguous");
		const char *refused = text_of_first(c, "would_be_rejected");
		const char *fell = text_of_first(c, "fell");
		if (ambiguous != NULL)
			return ambiguous;
		return refused != NULL ? refused : fell == NULL ? "" : fell;
	}
	return "";
}

/* Words for null that were found, if any. */
static void show_nulls(const struct cli_term *t, const cJSON *evidence)
{
	const char *before = "\ntaken as null: ";
	const cJSON *word;
	cJSON_ArrayForEach(word, cJSON_GetObjectItemCaseSensitive(evidence, "null_words"))
	{
		if (!js_bool(word, "null", false))
			continue;
		(void)fprintf(t->to, "%s%s", before, js_str(word, "word"));
		before = ", ";
	}
}

static void show_field(
    const struct cli_term *t, const cJSON *field, const cJSON *evidence, struct arena *a)
{
	const cJSON *rules = cJSON_GetObjectItemCaseSensitive(field, "constraints");
	const char *name = text_of(cJSON_GetObjectItemCaseSensitive(field, "name"), a);
	const char *type = type_of(field, a);
	const char *why = why_so(evidence, name);
	const int used = cli_show(t, name, strlen(name), 28);
	(void)fprintf(t->to, "%*s  %-22s %-9s", 28 - used, "", type,
	    js_bool(rules, "required", false) ? "required" : "");
	(void)fputs(cli_tint(t, CLI_DIM), t->to);
	(void)cli_show(t, why, strlen(why), t->width > 90 ? t->width - 64 : 26);
	(void)fprintf(t->to, "%s\n", cli_tint(t, CLI_PLAIN));
}

static void show(const struct infer *i, const cJSON *draft)
{
	const struct cli_term t = cli_term_of(stdout, i->args->color);
	const cJSON *doc = cJSON_GetObjectItemCaseSensitive(draft, "doc");
	const cJSON *evidence = cJSON_GetObjectItemCaseSensitive(draft, "evidence");
	const struct contract_account *books = &i->result.tally.account;
	const cJSON *field;
	char count[32];
	char rejected[32];
	cJSON_ArrayForEach(field, cJSON_GetObjectItemCaseSensitive(doc, "fields"))
	    show_field(&t, field, evidence, i->a);
	show_nulls(&t, evidence);
	(void)fprintf(t.to, "\nfrom %s rows", cli_grouped(books->good, count));
	if (books->rejected > 0)
		(void)fprintf(t.to, "; %s more do not have the shape of the others",
		    cli_grouped(books->rejected, rejected));
	(void)fputc('\n', t.to);
	cli_show_unread(&t, i->split);
	(void)fprintf(t.to, "%smillrace infer FILE --json prints the contract%s\n",
	    cli_tint(&t, CLI_DIM), cli_tint(&t, CLI_PLAIN));
}

static void print(const struct infer *i)
{
	const struct contract_infer_how how = {
		.sniffed = csv_split_sniffed(i->split),
		.row_rejects = i->result.tally.account.rejected,
	};
	cJSON *draft = contract_infer_draft(i->result.infer, &how, i->a);
	if (i->args->json) {
		(void)fputs(js_print(i->a, draft), stdout);
		(void)fputc('\n', stdout);
	} else {
		show(i, draft);
	}
	const size_t columns = contract_infer_schema(i->result.infer)->n_columns;
	if (columns > CONTRACT_MAX_FIELDS)
		cli_complain(
		    "the file has %zu columns, a contract takes at most %d: check will not "
		    "take this draft",
		    columns, CONTRACT_MAX_FIELDS);
}

int cli_infer(const struct cli_args *args)
{
	struct infer i = { .args = args, .a = arena_new(CLI_ARENA_BYTES) };
	struct err err = { 0 };
	int rc = cli_input_open(&i.input, args->file, args->sniff_all, &err);
	if (rc == 0) {
		cli_progress_start(&i.progress, "infer", &i.input, !args->quiet);
		rc = read_rows(&i, &err);
		cli_progress_end(&i.progress);
	}
	if (rc == 0)
		print(&i);
	else if (!atomic_load(&cli_stop))
		cli_complain_err(&err);
	contract_run_done(&i.result);
	csv_split_close(&i.split);
	cli_input_close(&i.input);
	arena_free(&i.a);
	if (rc == 0)
		return CLI_GOOD;
	return atomic_load(&cli_stop) ? CLI_STOPPED : CLI_FAILED;
}
