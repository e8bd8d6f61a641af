/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_sniff - `millrace sniff`: how a file is written. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "cli.h"
#include "contract/report_dialect.h"
#include "input.h"
#include "kit/json.h"
#include "report_input.h"
#include "sample.h"
#include "term.h"

enum { LABEL = 12, COLUMNS_SHOWN = 40 };

struct sniff {
	const struct cli_args *args;
	struct arena *a;
	struct cli_input input;
	struct csv_split *split;
};

static void print_json(const struct sniff *s)
{
	size_t n;
	const char *const *names = csv_split_header(s->split, &n);
	cJSON *v = js_object(s->a);
	cJSON_AddItemToObject(v, "dialect", contract_report_dialect(csv_split_sniffed(s->split)));
	cli_report_input(v, csv_split_found(s->split));
	cJSON *columns = cJSON_AddArrayToObject(v, "columns");
	for (size_t i = 0; i < n; i++)
		cJSON_AddItemToArray(columns, cJSON_CreateString(names[i]));
	(void)puts(js_print(s->a, v));
}

static void label(const struct cli_term *t, const char *word)
{
	(void)fprintf(t->to, "%s%-*s%s", cli_tint(t, CLI_DIM), LABEL, word, cli_tint(t, CLI_PLAIN));
}

static void show_text(const struct cli_term *t, const char *word, const char *text)
{
	if (text[0] == '\0')
		return;
	label(t, word);
	cli_show_all(t, text);
	(void)fputc('\n', t->to);
}

static void show_chars(const struct cli_term *t, const char *word, char c)
{
	char room[CSV_DIALECT_WORD_BYTES];
	const char chars[2] = { c, '\0' };
	show_text(t, word, csv_dialect_word(chars, room));
}

static void show_dialect(const struct cli_term *t, const struct csv_sniff_result *r)
{
	char room[CSV_DIALECT_WORD_BYTES];
	const struct csv_dialect *d = &r->dialect;
	label(t, "delimiter");
	cli_show_all(t, csv_dialect_word(d->delimiter, room));
	(void)fputs(d->skip_space ? ", blanks behind it skipped\n" : "\n", t->to);
	show_chars(t, "quote", d->quote);
	if (d->escape != '\0')
		show_chars(t, "escape", d->escape);
	if (d->comment[0] != '\0')
		show_text(t, "comment", d->comment);
	show_text(t, "line ends", csv_line_end_word(d));
	label(t, "header");
	if (d->header_rows == 0)
		(void)fputs("none", t->to);
	else
		(void)fprintf(t->to, "%u row%s", d->header_rows, d->header_rows == 1 ? "" : "s");
	if (d->preamble_lines > 0)
		(void)fprintf(t->to, " behind %u line%s of preamble", d->preamble_lines,
		    d->preamble_lines == 1 ? "" : "s");
	if (d->footer_rows > 0)
		(void)fprintf(
		    t->to, ", %u footer row%s", d->footer_rows, d->footer_rows == 1 ? "" : "s");
	(void)fputc('\n', t->to);
}

static void show_evidence(const struct cli_term *t, const struct csv_sniff_result *r)
{
	const struct csv_sniff_reading *c = &r->chosen;
	label(t, "evidence");
	(void)fprintf(t->to, "%zu of %zu row%s %s %zu column%s, %.0f %% of the cells have a type\n",
	    c->regular_rows, c->rows, c->rows == 1 ? "" : "s", c->rows == 1 ? "has" : "have",
	    c->columns, c->columns == 1 ? "" : "s", c->typed_pct);
	show_text(t, "", r->why_header);
	show_text(t, "runner-up", r->why);
	for (size_t i = 0; i < r->n_tables && i < CSV_SNIFF_TABLES; i++) {
		label(t, "table");
		(void)fprintf(t->to, "another one of %zu column%s begins on line %lld\n",
		    r->tables[i].columns, r->tables[i].columns == 1 ? "" : "s",
		    (long long)r->tables[i].line);
	}
	if (r->doubt[0] == '\0')
		return;
	(void)fputs(cli_tint(t, CLI_WARN), t->to);
	show_text(t, "doubt", r->doubt);
	(void)fputs(cli_tint(t, CLI_PLAIN), t->to);
}

static void show_input(const struct cli_term *t, const struct csv_input_found *f)
{
	label(t, "encoding");
	(void)fprintf(t->to, "%s (%s)\n", f->encoding, f->why);
	if (f->compression != CSV_PLAIN)
		show_text(t, "archive", csv_compression_name(f->compression));
}

static void show(const struct sniff *s)
{
	size_t n;
	const struct cli_term t = cli_term_of(stdout, s->args->color);
	const char *const *names = csv_split_header(s->split, &n);
	show_dialect(&t, csv_split_sniffed(s->split));
	show_input(&t, csv_split_found(s->split));
	label(&t, "columns");
	(void)fprintf(t.to, "%zu:", n);
	for (size_t i = 0; i < n && i < COLUMNS_SHOWN; i++) {
		(void)fputs(i == 0 ? " " : ", ", t.to);
		(void)cli_show(&t, names[i], strlen(names[i]), 60);
	}
	(void)fputs(n > COLUMNS_SHOWN ? " ...\n" : "\n", t.to);
	show_evidence(&t, csv_split_sniffed(s->split));
}

int cli_sniff(const struct cli_args *args)
{
	struct sniff s = { .args = args, .a = arena_new(CLI_ARENA_BYTES) };
	struct err err = { 0 };
	int rc = cli_input_open(&s.input, args->file, args->sniff_all, &err);
	struct cli_sampling sampling = { .given = &args->given, .all = args->sniff_all };
	if (rc == 0)
		rc = cli_sample_open(&sampling, &s.input, &s.split, &err);
	if (rc != 0 && !atomic_load(&cli_stop))
		cli_complain_err(&err);
	else if (rc == 0 && args->json)
		print_json(&s);
	else if (rc == 0)
		show(&s);
	csv_split_close(&s.split);
	cli_input_close(&s.input);
	arena_free(&s.a);
	if (rc == 0)
		return CLI_GOOD;
	return atomic_load(&cli_stop) ? CLI_STOPPED : CLI_FAILED;
}
