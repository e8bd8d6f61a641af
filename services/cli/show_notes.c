/* SPDX-License-Identifier: Apache-2.0 */
/* show_notes - warnings and the profile of a check for the screen. */
#include <string.h>

#include "kit/json.h"
#include "show.h"

enum { NAME_COLUMNS = 24, TYPE_COLUMNS = 11, VALUE_COLUMNS = 24 };

static void show_repairs(const struct cli_term *t, const struct contract_notes *n)
{
	char count[32];
	for (size_t i = 0; i < CONTRACT_NOTES_RULES; i++) {
		if (n->repairs[i] > 0)
			(void)fprintf(t->to, "%9s  %-16s  repaired\n",
			    cli_grouped(n->repairs[i], count), contract_notes_rule(i));
	}
}

static void show_changes(
    const struct cli_term *t, const struct contract_notes *n, const struct csv_schema *schema)
{
	char count[32];
	for (size_t c = 0; c < n->n_columns; c++) {
		const struct csv_changes *k = &n->changes[c];
		const char *name = schema->columns[c].name;
		if (k->n == 0)
			continue;
		(void)fprintf(
		    t->to, "%9s  %-16s  ", cli_grouped((int64_t)k->n, count), "normalised");
		(void)cli_show(t, name, strlen(name), 40);
		if (k->n_first > 0) {
			(void)fputs("  \"", t->to);
			(void)cli_show(t, k->first[0].before, strlen(k->first[0].before), 24);
			(void)fputs("\" to \"", t->to);
			(void)cli_show(t, k->first[0].after, strlen(k->first[0].after), 24);
			(void)fputs("\"", t->to);
		}
		(void)fputc('\n', t->to);
	}
}

void cli_show_notes(
    const struct cli_term *t, const struct contract_notes *n, const struct csv_schema *schema)
{
	show_repairs(t, n);
	show_changes(t, n, schema);
}

void cli_show_returned(const struct cli_term *t, const struct csv_split *split)
{
	if (csv_split_sniffed(split)->returned)
		(void)fprintf(t->to,
		    "%sa rejects file of Millrace's: read in the dialect it was written in, its "
		    "first five columns left out%s\n",
		    cli_tint(t, CLI_DIM), cli_tint(t, CLI_PLAIN));
}

static void show_tables(const struct cli_term *t, const struct csv_rest_tables *tables)
{
	const size_t kept = tables->n < CSV_REST_TABLES ? tables->n : CSV_REST_TABLES;
	char number[32];
	for (size_t i = 0; i < kept; i++) {
		const struct csv_sniff_table *k = &tables->at[i];
		(void)fprintf(t->to,
		    "%sanother table of %zu column%s begins on line %s; it was not read%s\n",
		    cli_tint(t, CLI_WARN), k->columns, k->columns == 1 ? "" : "s",
		    cli_grouped(k->line, number), cli_tint(t, CLI_PLAIN));
	}
	if (tables->n > kept)
		(void)fprintf(t->to, "%sand %s more%s\n", cli_tint(t, CLI_WARN),
		    cli_grouped((int64_t)(tables->n - kept), number), cli_tint(t, CLI_PLAIN));
}

void cli_show_unread(const struct cli_term *t, const struct csv_split *split)
{
	const struct csv_dialect *d = &csv_split_sniffed(split)->dialect;
	const struct csv_split_rest *rest = csv_split_rest(split);
	char line[32];
	if (d->preamble_lines > 0)
		(void)fprintf(t->to, "%s%u line%s of preamble before the %s: not read as data%s\n",
		    cli_tint(t, CLI_DIM), d->preamble_lines, d->preamble_lines == 1 ? "" : "s",
		    d->header_rows > 0 ? "header" : "rows", cli_tint(t, CLI_PLAIN));
	if (rest->other_table)
		show_tables(t, &rest->tables);
	else if (rest->lines > 0)
		(void)fprintf(t->to,
		    "%s%lld line%s of footer from line %s on: not read as data%s\n",
		    cli_tint(t, CLI_DIM), (long long)rest->lines, rest->lines == 1 ? "" : "s",
		    cli_grouped(rest->line, line), cli_tint(t, CLI_PLAIN));
}

static void cell(const struct cli_term *t, const char *text, int columns)
{
	const int used = text == NULL ? 0 : cli_show(t, text, strlen(text), columns);
	(void)fprintf(t->to, "%*s  ", columns - used, "");
}

static const char *value_of(const cJSON *column, const char *name)
{
	return js_str(cJSON_GetObjectItemCaseSensitive(column, name), "value");
}

static void show_column(const struct cli_term *t, const cJSON *column)
{
	char count[32];
	const double values = (double)js_i64(column, "values", 0);
	const double nulls = (double)js_i64(column, "nulls", 0);
	const cJSON *distinct = cJSON_GetObjectItemCaseSensitive(column, "distinct");
	const cJSON *length = cJSON_GetObjectItemCaseSensitive(column, "length");
	cell(t, js_str(column, "name"), NAME_COLUMNS);
	cell(t, js_str(column, "type"), TYPE_COLUMNS);
	(void)fprintf(t->to, "%5.1f %%  %1s%12s  ",
	    nulls + values > 0 ? nulls * 100 / (nulls + values) : 0,
	    js_bool(distinct, "exact", true) ? "" : "~",
	    cli_grouped(js_i64(distinct, "count", 0), count));
	cell(t, value_of(column, "min"), VALUE_COLUMNS);
	cell(t, value_of(column, "max"), VALUE_COLUMNS);
	if (value_of(column, "mean") != NULL)
		(void)fprintf(t->to, "mean %s", value_of(column, "mean"));
	else if (length != NULL)
		(void)fprintf(t->to, "%lld to %lld characters", (long long)js_i64(length, "min", 0),
		    (long long)js_i64(length, "max", 0));
	(void)fputc('\n', t->to);
}

void cli_show_profile(const struct cli_term *t, const cJSON *p)
{
	const cJSON *column;
	(void)fprintf(t->to, "\n%s%-*s  %-*s    null  %13s  %-*s  %-*s%s\n", cli_tint(t, CLI_DIM),
	    NAME_COLUMNS, "column", TYPE_COLUMNS, "type", "distinct", VALUE_COLUMNS, "min",
	    VALUE_COLUMNS, "max", cli_tint(t, CLI_PLAIN));
	cJSON_ArrayForEach(column, cJSON_GetObjectItemCaseSensitive(p, "columns"))
	    show_column(t, column);
}
