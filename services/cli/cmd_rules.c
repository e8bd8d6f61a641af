/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_rules - `millrace rules`: why rows are refused, and how they are mended. */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "cli.h"
#include "contract/rules.h"
#include "kit/json.h"
#include "term.h"

static void show_one(const struct cli_term *t, const struct contract_rule *r)
{
	(void)fprintf(t->to, "%s%s%s\n\n%s\n%s%s\n", cli_tint(t, CLI_BOLD), r->id,
	    cli_tint(t, CLI_PLAIN), r->meaning,
	    text_is_prefix(r->id, "repair.") ? "" : "Mend it: ", r->hint);
	if (r->note != NULL)
		(void)fprintf(t->to, "\n%s\n", r->note);
	if (r->example == NULL)
		return;
	(void)fputs("\n", t->to);
	for (const char *line = r->example; *line != '\0';) {
		const size_t n = strcspn(line, "\n");
		(void)fputs("    ", t->to);
		(void)cli_show(t, line, n, 400);
		(void)fputc('\n', t->to);
		line += n + (line[n] == '\n');
	}
	(void)fprintf(t->to, "\nline %d: %s\n", r->line, r->message);
}

static void add_json(cJSON *to, const struct contract_rule *r)
{
	js_add_str(to, "id", r->id);
	js_add_str(to, "meaning", r->meaning);
	js_add_str(to, "hint", r->hint);
	js_add_str(to, "example", r->example);
	js_add_str(to, "message", r->message);
	js_add_str(to, "note", r->note);
}

/* The two tables a person asks about: why rows are refused, and how they are repaired. */
static const struct contract_rule *(*const tables[])(
    size_t *out_n) = { contract_rules, contract_repairs };

/* NULL when there is none. */
static const struct contract_rule *find(const char *id)
{
	for (size_t k = 0; k < ARRAY_SIZE(tables); k++) {
		size_t n;
		const struct contract_rule *list = tables[k](&n);
		for (size_t i = 0; i < n; i++) {
			if (strcmp(list[i].id, id) == 0)
				return &list[i];
		}
	}
	return NULL;
}

static void list_all(void)
{
	for (size_t k = 0; k < ARRAY_SIZE(tables); k++) {
		size_t n;
		const struct contract_rule *list = tables[k](&n);
		for (size_t i = 0; i < n; i++)
			(void)printf("%-18s %s%s%s\n", list[i].id, list[i].meaning,
			    k > 0 ? " " : "", k > 0 ? list[i].hint : "");
	}
}

static void add_table(cJSON *to, const struct contract_rule *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		cJSON *item = cJSON_CreateObject();
		cJSON_AddItemToArray(to, item);
		add_json(item, &list[i]);
	}
}

static int print_json(const struct contract_rule *one)
{
	struct arena *a = arena_new(CLI_ARENA_BYTES);
	cJSON *v = one == NULL ? js_array(a) : js_object(a);
	for (size_t k = 0; one == NULL && k < ARRAY_SIZE(tables); k++) {
		size_t n;
		const struct contract_rule *list = tables[k](&n);
		add_table(v, list, n);
	}
	if (one != NULL)
		add_json(v, one);
	(void)puts(js_print(a, v));
	arena_free(&a);
	return CLI_GOOD;
}

/* The rule whose name is most like the word, of either table. */
static int complain_unknown(const char *word)
{
	const char *near = NULL;
	for (size_t k = 0; k < ARRAY_SIZE(tables) && near == NULL; k++) {
		size_t n;
		const struct contract_rule *list = tables[k](&n);
		near = cli_near(word, &list[0].id, n, sizeof(list[0]));
	}
	if (near != NULL)
		cli_complain("%s: no such rule; did you mean %s?", word, near);
	else
		cli_complain("%s: no such rule; millrace rules lists them", word);
	return CLI_USAGE;
}

int cli_rules(const struct cli_args *args)
{
	const struct contract_rule *one = args->file == NULL ? NULL : find(args->file);
	const struct cli_term t = cli_term_of(stdout, args->color);
	if (args->file != NULL && one == NULL)
		return complain_unknown(args->file);
	if (args->json)
		return print_json(one);
	if (one != NULL)
		show_one(&t, one);
	else
		list_all();
	return CLI_GOOD;
}
