/* SPDX-License-Identifier: Apache-2.0 */
/* show - tables of a check for the screen. */
#include "show.h"

#include <stdlib.h>
#include <string.h>

#include "csv/csv_raw.h"

enum { INDENT = 4, RULES_SHOWN = 20 };

static void put_part(
    const struct cli_term *t, const char *sign, int64_t n, const char *what, enum cli_tint tint)
{
	char count[32];
	(void)fprintf(t->to, "%s%s%s %s%s", sign, cli_tint(t, n > 0 ? tint : CLI_PLAIN),
	    cli_grouped(n, count), what, cli_tint(t, CLI_PLAIN));
}

static void show_counts(
    const struct cli_term *t, const struct contract_tally *tally, const struct csv_schema *schema)
{
	size_t n;
	struct contract_count *counts = contract_tally_list(tally, &n);
	char count[32];
	for (size_t i = 0; i < n && i < RULES_SHOWN; i++) {
		const int c = counts[i].file_column;
		const char *column = c < 0 ? "-" : schema->header[c];
		(void)fprintf(
		    t->to, "%9s  %-16s  ", cli_grouped(counts[i].count, count), counts[i].rule);
		(void)cli_show(t, column, strlen(column), 40);
		(void)fputc('\n', t->to);
	}
	if (n > RULES_SHOWN)
		(void)fprintf(t->to, "%9s  and %zu more rules and columns\n", "", n - RULES_SHOWN);
	free(counts);
}

void cli_show_books(
    const struct cli_term *t, const struct contract_tally *tally, const struct csv_schema *schema)
{
	const struct contract_account *a = &tally->account;
	put_part(t, "", a->read, "in", CLI_BOLD);
	put_part(t, " = ", a->good, "good", CLI_OK);
	if (a->repaired > 0)
		put_part(t, " + ", a->repaired, "repaired", CLI_WARN);
	put_part(t, " + ", a->rejected, "rejected", CLI_BAD);
	(void)fputc('\n', t->to);
	if (a->rejected > 0)
		show_counts(t, tally, schema);
}

/* Where the bad cell stands in the row as it is shown; n 0 = nowhere. */
static struct span find_cell(const struct cli_shown *s, const struct csv_dialect *d, size_t columns)
{
	const struct span raw = { (const uint8_t *)s->raw, s->raw_n };
	struct csv_cell cell;
	if (s->file_column < 0 || !s->raw_whole ||
	    !csv_raw_cell(raw, d, columns, (size_t)s->file_column, &cell))
		return (struct span){ 0 };
	return (struct span){ raw.p + cell.at, cell.n & ~CSV_CELL_DOUBLED };
}

/* Bytes at the end of p that take at most so many columns. */
static size_t tail_bytes(const char *p, size_t n, int columns)
{
	size_t at = n > (size_t)columns * 4 ? n - (size_t)columns * 4 : 0;
	while (at < n && (((uint8_t)p[at] & 0xC0) == 0x80 || cli_columns(p + at, n - at) > columns))
		at++;
	return n - at;
}

/* The row with its cell in the middle of what fits, and marks under the cell. */
static void show_row(const struct cli_term *t, const struct cli_shown *s, struct span cell)
{
	const int width = t->width - INDENT - 1;
	const char *p = (const char *)cell.p;
	const size_t before = cell.p == NULL ? 0 : (size_t)(p - s->raw);
	const int marked = cell.n == 0 ? 1 : cli_columns(p, cell.n < 400 ? cell.n : 400);
	const int cell_width = marked < width / 2 ? marked : width / 2;
	const size_t lead = tail_bytes(s->raw, before, width / 3);
	(void)fprintf(t->to, "%*s", INDENT, "");
	if (cell.p == NULL) {
		(void)cli_show(t, s->raw, s->raw_n, width);
		(void)fputc('\n', t->to);
		return;
	}
	int used = 0;
	if (lead < before)
		used += cli_show(t, "\xe2\x80\xa6", 3, 2);
	used += cli_show(t, s->raw + before - lead, lead, width);
	(void)fputs(cli_tint(t, CLI_BAD), t->to);
	const int shown = cli_show(t, p, cell.n, cell_width);
	(void)fputs(cli_tint(t, CLI_PLAIN), t->to);
	const char *rest = p + cell.n;
	(void)cli_show(t, rest, s->raw_n - (size_t)(rest - s->raw), width - used - shown);
	(void)fprintf(t->to, "\n%*s%s", INDENT + used, "", cli_tint(t, CLI_BAD));
	for (int i = 0; i < (shown > 0 ? shown : 1); i++)
		(void)fputc('^', t->to);
	(void)fprintf(t->to, "%s\n", cli_tint(t, CLI_PLAIN));
}

/* The message behind "name: ", or NULL when it does not begin so. */
static const char *behind_name(const char *message, const char *name)
{
	const size_t n = strlen(name);
	return strncmp(message, name, n) == 0 && strncmp(message + n, ": ", 2) == 0
		   ? message + n + 2
		   : NULL;
}

/* Messages about a cell begin with the name of its field, or of its column: what stands above the
 * column in the file is said, once. */
static const char *message_of(const struct cli_shown *s, const struct csv_schema *schema)
{
	const char *rest = behind_name(s->message, schema->header[s->file_column]);
	for (size_t i = 0; i < schema->n_columns && rest == NULL; i++) {
		if (schema->columns[i].file_column == s->file_column)
			rest = behind_name(s->message, schema->columns[i].name);
	}
	return rest == NULL ? s->message : rest;
}

static void show_one(
    const struct cli_term *t, const struct cli_shown *s, const struct csv_schema *schema)
{
	char line[32];
	const char *message = s->message;
	(void)fprintf(t->to, "%sline %s%s  %s  ", cli_tint(t, CLI_BOLD), cli_grouped(s->line, line),
	    cli_tint(t, CLI_PLAIN), s->rule);
	if (s->file_column >= 0) {
		const char *name = schema->header[s->file_column];
		(void)cli_show(t, name, strlen(name), 40);
		(void)fputs(": ", t->to);
		message = message_of(s, schema);
	}
	(void)cli_show(t, message, strlen(message), 400);
	(void)fputc('\n', t->to);
}

void cli_show_rejects(const struct cli_term *t, const struct cli_showcase *s,
    const struct csv_schema *schema, int64_t all)
{
	char shown[32];
	char count[32];
	if (s->n == 0)
		return;
	(void)fputc('\n', t->to);
	for (size_t i = 0; i < s->n; i++) {
		show_one(t, &s->list[i], schema);
		show_row(t, &s->list[i], find_cell(&s->list[i], &s->dialect, schema->file_columns));
	}
	if (all > (int64_t)s->n)
		(void)fprintf(t->to,
		    "%sthe first %s of %s refused rows; --rejects FILE writes all%s\n",
		    cli_tint(t, CLI_DIM), cli_grouped((int64_t)s->n, shown),
		    cli_grouped(all, count), cli_tint(t, CLI_PLAIN));
}
