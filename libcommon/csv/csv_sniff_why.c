/* SPDX-License-Identifier: Apache-2.0 */
/* csv_sniff_why - one sentence for each decision. */
#include "csv/csv_sniff_why.h"

#include <stdio.h>

/* A close runner-up: its score is within this share of the winner's. */
#define CLOSE 0.1

enum { NAME_BYTES = 64, COUNT_BYTES = 64, NUMBER_BYTES = 32 };

/* 1204 -> "1,204". */
static const char *grouped(size_t n, char out[NUMBER_BYTES])
{
	char digits[NUMBER_BYTES];
	const int len = snprintf(digits, sizeof(digits), "%zu", n);
	size_t to = 0;
	for (int i = 0; i < len && to + 2 < NUMBER_BYTES; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			out[to++] = ',';
		out[to++] = digits[i];
	}
	out[to] = '\0';
	return out;
}

static const char *quote_word(char quote)
{
	return quote == '"' ? "double quotes" : quote == '\'' ? "single quotes" : "no quotes";
}

/* What tells a reading from the other: its delimiter, or else its quotes. */
static void name(
    const struct csv_sniff_reading *r, const struct csv_sniff_reading *other, char out[NAME_BYTES])
{
	char word[CSV_DIALECT_WORD_BYTES];
	if (strcmp(r->delimiter, other->delimiter) != 0) {
		if (r->delimiter[0] == '\0')
			(void)snprintf(out, NAME_BYTES, "a single column");
		else if (r->delimiter[1] == '\0')
			(void)snprintf(out, NAME_BYTES, "%s", csv_dialect_word(r->delimiter, word));
		else
			(void)snprintf(out, NAME_BYTES, "\"%s\"", r->delimiter);
	} else if (r->quote != other->quote) {
		(void)snprintf(out, NAME_BYTES, "%s", quote_word(r->quote));
	} else {
		(void)snprintf(
		    out, NAME_BYTES, "%s", r->escape == '\0' ? "doubled quotes" : "escaped quotes");
	}
}

static const char *rows_of(const struct csv_sniff_reading *r, char out[COUNT_BYTES])
{
	char regular[NUMBER_BYTES];
	char rows[NUMBER_BYTES];
	(void)snprintf(out, COUNT_BYTES, "%s of %s row%s", grouped(r->regular_rows, regular),
	    grouped(r->rows, rows), r->rows == 1 ? "" : "s");
	return out;
}

static double share(const struct csv_sniff_reading *r)
{
	return r->rows == 0 ? 0 : (double)r->regular_rows / (double)r->rows;
}

void csv_why_runner_up(struct csv_sniff_result *r)
{
	const struct csv_sniff_reading *a = &r->chosen;
	const struct csv_sniff_reading *b = &r->runner_up;
	char won[NAME_BYTES];
	char lost[NAME_BYTES];
	char a_rows[COUNT_BYTES];
	char b_rows[COUNT_BYTES];
	if (b->rows == 0)
		return;
	name(a, b, won);
	name(b, a, lost);
	(void)rows_of(a, a_rows);
	(void)rows_of(b, b_rows);
	if (b->bad_rows > a->bad_rows)
		(void)snprintf(r->why, sizeof(r->why),
		    "with %s quotes go wrong in %zu row%s; with %s in %zu", lost, b->bad_rows,
		    b->bad_rows == 1 ? "" : "s", won, a->bad_rows);
	else if (share(b) < share(a) - 0.01)
		(void)snprintf(r->why, sizeof(r->why),
		    "with %s only %s have the same number of cells (%zu); with %s %s have %zu",
		    lost, b_rows, b->columns, won, a_rows, a->columns);
	else if (b->columns < 2 && a->columns >= 2)
		(void)snprintf(r->why, sizeof(r->why),
		    "%s makes %zu columns of %s; as %s they would be one text each", won,
		    a->columns, a_rows, lost);
	else if (b->typed_pct < a->typed_pct - 3)
		(void)snprintf(r->why, sizeof(r->why),
		    "with %s only %.0f %% of the cells look like whole values, with %s %.0f %%",
		    lost, b->typed_pct, won, a->typed_pct);
	else if (b->rows < a->rows && share(b) <= share(a))
		(void)snprintf(r->why, sizeof(r->why), "with %s only %s make a table, with %s %s",
		    lost, b_rows, won, a_rows);
	else if (a->columns < 2)
		(void)snprintf(r->why, sizeof(r->why),
		    "every line is a value as it stands; %s would cut it in %zu", lost, b->columns);
	else if (b->columns < a->columns)
		(void)snprintf(r->why, sizeof(r->why),
		    "both read the rows evenly, but %s makes %zu columns of them, %s only %zu", won,
		    a->columns, lost, b->columns);
	else
		(void)snprintf(r->why, sizeof(r->why),
		    "both read the rows evenly; %s is the more usual reading, and its cells look "
		    "more "
		    "like values than those of %s",
		    won, lost);
}

static bool is_close(const struct csv_sniff_result *r)
{
	return r->runner_up.rows > 0 && r->runner_up.score > r->chosen.score * (1 - CLOSE);
}

static double clamp(double v)
{
	return v < 0 ? 0 : v > 1 ? 1 : v;
}

/* How far ahead, how regular, how many rows. */
static double confidence(const struct csv_sniff_result *r)
{
	const double lead = r->chosen.score <= 0 || r->runner_up.rows == 0
				? (r->chosen.score > 0 ? 1 : 0)
				: (r->chosen.score - r->runner_up.score) / r->chosen.score;
	const double rows = r->chosen.rows >= 8 ? 1 : 0.7 + 0.3 * (double)r->chosen.rows / 8;
	return clamp((0.5 + 0.5 * clamp(lead / 0.25)) * share(&r->chosen) * rows);
}

void csv_why_doubt(struct csv_sniff_result *r, const struct csv_sniff_names *names, bool numbers)
{
	char word[NAME_BYTES];
	r->confidence = confidence(r);
	const uint32_t cells = CSV_SET_DELIMITER | CSV_SET_QUOTE;
	r->ambiguous = (is_close(r) || numbers) && (r->given & cells) != cells;
	if (r->ambiguous && numbers) {
		(void)snprintf(r->doubt, sizeof(r->doubt),
		    "every row could also be one number with a decimal comma; if so, set the "
		    "delimiter to "
		    "none");
	} else if (r->ambiguous) {
		name(&r->runner_up, &r->chosen, word);
		(void)snprintf(r->doubt, sizeof(r->doubt),
		    "%s would fit nearly as well (%zu column%s); please look at the first rows",
		    word, r->runner_up.columns, r->runner_up.columns == 1 ? "" : "s");
	} else if (r->chosen.rows > 0 && share(&r->chosen) < 0.9) {
		char rows[COUNT_BYTES];
		(void)snprintf(r->doubt, sizeof(r->doubt),
		    "only %s have %zu cells: is this the right reading?", rows_of(&r->chosen, rows),
		    r->chosen.columns);
	} else if (r->maybe_line > 0) {
		(void)snprintf(r->doubt, sizeof(r->doubt),
		    "line %lld, behind a blank one, looks like the header of another table of as "
		    "many "
		    "columns; if it is, set tables to first",
		    (long long)r->maybe_line);
	} else if ((r->given & CSV_SET_HEADER) == 0 && !names->sure && r->dialect.header_rows > 0 &&
		   r->chosen.rows > 1) {
		(void)snprintf(r->doubt, sizeof(r->doubt),
		    "no column tells names from values: the first row was taken for the header");
	} else if (r->n_tables > 0) {
		(void)snprintf(r->doubt, sizeof(r->doubt),
		    "another table of %zu columns begins on line %lld; only the first is read",
		    r->tables[0].columns, (long long)r->tables[0].line);
	}
}
