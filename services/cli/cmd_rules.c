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

/* A rule or a repair by its id; NULL when there is none. */
static const struct contract_rule *find(const char *id)
{
	const struct contract_rule *(*const lists[])(
	    size_t *) = { contract_rules, contract_repairs };
	for (size_t k = 0; k < ARRAY_SIZE(lists); k++) {
		size_t n;
		const struct contract_rule *list = lists[k](&n);
		for (size_t i = 0; i < n; i++) {
			if (strcmp(list[i].id, id) == 0)
				return &list[i];
		}
	}
	return NULL;
}

static void list_all(void)
{
	size_t n;
	const struct contract_rule *list = contract_rules(&n);
	for (size_t i = 0; i < n; i++)
		(void)printf("%-18s %s\n", list[i].id, list[i].meaning);
	list = contract_repairs(&n);
	for (size_t i = 0; i < n; i++)
		(void)printf("%-18s %s %s\n", list[i].id, list[i].meaning, list[i].hint);
}

static int print_json(const struct contract_rule *list, size_t n, const struct contract_rule *one)
{
	struct arena *a = arena_new(CLI_ARENA_BYTES);
	cJSON *v = one == NULL ? js_array(a) : js_object(a);
	for (size_t i = 0; one == NULL && i < n; i++) {
		cJSON *item = cJSON_CreateObject();
		cJSON_AddItemToArray(v, item);
		add_json(item, &list[i]);
	}
	if (one != NULL)
		add_json(v, one);
	(void)puts(js_print(a, v));
	arena_free(&a);
	return CLI_GOOD;
}

int cli_rules(const struct cli_args *args)
{
	size_t n;
	const struct contract_rule *list = contract_rules(&n);
	const struct contract_rule *one = args->file == NULL ? NULL : find(args->file);
	const struct cli_term t = cli_term_of(stdout, args->color);
	if (args->file != NULL && one == NULL) {
		const char *near = cli_near(args->file, &list[0].id, n, sizeof(list[0]));
		if (near != NULL)
			cli_complain("%s: no such rule; did you mean %s?", args->file, near);
		else
			cli_complain("%s: no such rule; millrace rules lists them", args->file);
		return CLI_USAGE;
	}
	if (args->json)
		return print_json(list, n, one);
	if (one != NULL) {
		show_one(&t, one);
		return CLI_GOOD;
	}
	list_all();
	return CLI_GOOD;
}
