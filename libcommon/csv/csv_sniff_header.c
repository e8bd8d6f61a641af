/* SPDX-License-Identifier: Apache-2.0 */
/* csv_sniff_header - names against data. */
#include "csv/csv_sniff_header.h"

#include <ctype.h>
#include <stdio.h>
#include <strings.h>

#include "csv/csv_sniff_cut.h"

/* What one row's cells say. */
struct votes {
	size_t other, same; /* columns of a strict kind: the cell is of another, of the same */
	size_t units;       /* cells that look like units */
	size_t filled, cells;
	size_t texts;  /* columns that are not strict */
	size_t recurs; /* of those: the value stands further below as well */
	double text;   /* what they say in all: above 0 for a header */
};

static const char *const known[] = { "id", "name", "date", "datum", "time", "city", "ort", "email",
	"e-mail", "price", "preis", "type", "typ", "status", "country", "land", "address", "title",
	"description", "beschreibung", "text", "comment", "value", "wert", "code", "key", "betrag",
	"amount", "first name", "last name", "vorname", "nachname", "category", "kategorie", "url",
	"phone", "telefon", "notes", "label", "group", "gender", "sex", "state", "region", "note" };

static const char *const units[] = { "m", "km", "cm", "mm", "kg", "g", "mg", "t", "s", "ms", "h",
	"min", "sec", "days", "eur", "usd", "gbp", "chf", "%", "°c", "°f", "c", "k", "pa", "hpa",
	"bar", "v", "a", "w", "kw", "kwh", "hz", "khz", "mhz", "m/s", "km/h", "m2", "m3", "l", "ml",
	"deg", "-", "n", "j", "stk", "pcs", "string", "int", "integer", "float", "double", "text",
	"date", "number", "ppm", "db", "lux", "mol", "m²", "m³", "µg/m³", "mm/h" };

static bool is_word_of(const uint8_t *p, size_t n, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strlen(list[i]) == n && strncasecmp((const char *)p, list[i], n) == 0)
			return true;
	}
	return false;
}

static bool is_unit(const uint8_t *p, size_t n)
{
	if (n >= 2 && n <= 16 && (p[0] == '[' || p[0] == '(') &&
	    (p[n - 1] == ']' || p[n - 1] == ')'))
		return true;
	return is_word_of(p, n, units, ARRAY_SIZE(units));
}

/* lower_case, camelCase, UPPER_CASE: how programs name columns. */
static bool is_identifier(const uint8_t *p, size_t n)
{
	bool mark = false;
	if (n < 2 || n > 64 || !isalpha(p[0]))
		return false;
	for (size_t i = 1; i < n; i++) {
		if (!isalnum(p[i]) && p[i] != '_')
			return false;
		mark = mark || p[i] == '_' || (isupper(p[i]) && islower(p[i - 1]));
	}
	return mark;
}

static bool has_digit(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (isdigit(p[i]))
			return true;
	}
	return false;
}

/* Does the cell's value stand in the column as well? */
static bool recurs(const struct csv_view *v, size_t c)
{
	const uint32_t bit = csv_view_value(v->light->p + v->cells[c].at, v->cells[c].n);
	return v->columns[c].filled < 100 && (v->columns[c].seen[bit / 64] >> (bit % 64) & 1) != 0;
}

/* What the top cell of a column of text says. */
static double text_vote(const struct csv_view *v, size_t c, const struct csv_look *look)
{
	const struct csv_view_column *column = &v->columns[c];
	const uint8_t *p = v->light->p + v->cells[c].at;
	const size_t n = v->cells[c].n;
	if (look->kind == CSV_KIND_EMPTY)
		return -0.1;
	if (csv_kind_is_strict(look->kind) || look->kind == CSV_KIND_JSON)
		return -0.6;
	if (column->filled == 0)
		return 0.1;
	double vote = 0;
	/* In a few rows a name may stand by chance. */
	if (recurs(v, c))
		vote -= column->filled < 8 ? 0.4 : 1;
	if (is_word_of(p, n, known, ARRAY_SIZE(known)))
		vote += 1;
	if (is_identifier(p, n))
		vote += 0.4;
	if (column->filled >= 3 && column->longest - column->shortest <= 1 &&
	    (n > column->longest + 1 || n + 1 < column->shortest))
		vote += 0.4;
	if (column->kinds[CSV_KIND_CODE] * 10 >= column->filled * 9 && !has_digit(p, n))
		vote += 0.5;
	if (look->kind == CSV_KIND_TEXT && n > 40)
		vote -= 0.4;
	return vote;
}

static struct votes ask(struct csv_view *v, const struct csv_view_row *row)
{
	struct votes votes = { 0 };
	const size_t n = csv_view_cells(v, row);
	for (size_t c = 0; c < n && c < csv_view_columns(v); c++) {
		const struct csv_look look = csv_view_look(v, c);
		const struct csv_view_column *column = &v->columns[c];
		votes.cells++;
		votes.filled += look.kind != CSV_KIND_EMPTY;
		votes.units += is_unit(v->light->p + v->cells[c].at, v->cells[c].n);
		if (!column->strict) {
			votes.texts++;
			votes.recurs += recurs(v, c);
			votes.text += text_vote(v, c, &look);
			continue;
		}
		if (look.kind == CSV_KIND_EMPTY)
			continue;
		if (csv_kind_is_strict(look.kind))
			votes.same++;
		else
			votes.other++;
	}
	return votes;
}

/* Years as names: 2019, 2020, 2021 above columns of other numbers. */
static bool are_years(struct csv_view *v, const struct csv_view_row *row)
{
	size_t years = 0;
	long before = 0;
	const size_t n = csv_view_cells(v, row);
	for (size_t c = 0; c < n && c < csv_view_columns(v); c++) {
		const uint8_t *p = v->light->p + v->cells[c].at;
		long year = 0;
		if (v->cells[c].n != 4 || !v->columns[c].strict)
			continue;
		for (size_t i = 0; i < 4; i++)
			year = isdigit(p[i]) ? year * 10 + (p[i] - '0') : 10000;
		if (year < 1800 || year > 2200 ||
		    (before > 0 && year - before != 1 && before - year != 1))
			return false;
		if (v->columns[c].shortest == 4 && v->columns[c].longest == 4)
			return false;
		before = year;
		years++;
	}
	return years >= 2;
}

/* The n-th row of the table that has its width; NULL when there is none. */
static const struct csv_view_row *row_of(const struct csv_view *v, size_t n)
{
	for (size_t i = v->from; i < v->to; i++) {
		if (v->rows[i].bad || (v->rows[i].cells != v->width && i != v->from))
			continue;
		if (n-- == 0)
			return &v->rows[i];
	}
	return NULL;
}

/* Does the row below a header still belong to it? */
static bool goes_on(const struct votes *next)
{
	if (next->same > 0 || next->other == 0)
		return false;
	return next->other >= 2 || (next->units > 0 && next->units * 2 >= next->filled);
}

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

static void say(const struct csv_view *v, struct csv_sniff_names *out)
{
	const size_t strict = out->for_it + out->against;
	if (v->regular + (v->rows[v->from].cells != v->width) < 2) {
		(void)snprintf(out->why, sizeof(out->why),
		    out->rows > 0 ? "the only row holds words, so it is the header"
				  : "the only row holds values, so it is data");
		return;
	}
	if (!out->sure) {
		(void)snprintf(out->why, sizeof(out->why),
		    out->rows > 0
			? "all columns hold text; the first row does not look like the rows "
			  "below, or nothing speaks against names"
			: "all columns hold text, and the first row looks like the rows below");
		return;
	}
	if (out->rows == 0)
		(void)snprintf(out->why, sizeof(out->why),
		    "in %zu of %zu column%s of numbers, dates and the like the first row has a "
		    "value like the rows below",
		    out->against, strict, plural(strict));
	else
		(void)snprintf(out->why, sizeof(out->why),
		    "in %zu of %zu column%s of numbers, dates and the like the first %s a name",
		    out->for_it, strict, plural(strict), out->rows > 1 ? "rows have" : "row has");
}

/* A single row, or columns that are all text. */
static bool soft_header(const struct csv_view *v, const struct votes *first)
{
	if (v->regular < 2 && v->rows[v->from].cells == v->width)
		return v->rows[v->from].strict == 0;
	if (first->texts >= 2 && first->recurs * 4 >= first->texts * 3)
		return false;
	return first->text > -0.5 * (double)first->texts;
}

/* A first row whose quotes are wrong. As names it is refused when the header is read. */
static bool is_torn(struct csv_view *v, struct csv_sniff_names *out)
{
	if (v->from >= v->n_rows || !csv_cut_fits(v, &v->rows[v->from]))
		return false;
	out->rows = csv_cut_is_data(v, &v->rows[v->from]) ? 0 : 1;
	out->sure = true;
	(void)snprintf(out->why, sizeof(out->why),
	    "a quote in the first row is not closed properly; %s",
	    out->rows > 0 ? "it has the width of the rows below and does not look like them"
			  : "but for that it looks like the rows below");
	return true;
}

void csv_sniff_header(struct csv_view *v, struct csv_sniff_names *out)
{
	*out = (struct csv_sniff_names){ 0 };
	if (is_torn(v, out))
		return;
	const struct csv_view_row *row = row_of(v, 0);
	if (row == NULL)
		return;
	const struct votes first = ask(v, row);
	out->for_it = first.other;
	out->against = first.same;
	const bool years = first.same > 0 && are_years(v, row);
	if (years) {
		out->for_it += first.same;
		out->against = 0;
	}
	out->sure = out->for_it != out->against && v->regular >= 2;
	const bool is_header = out->sure ? out->for_it > out->against : soft_header(v, &first);
	out->rows = is_header ? 1 : 0;
	while (is_header && out->sure && !years && out->rows < CSV_SNIFF_HEADER_ROWS &&
	       out->rows < v->headers) {
		const struct csv_view_row *next = row_of(v, out->rows);
		if (next == NULL)
			break;
		const struct votes votes = ask(v, next);
		if (!goes_on(&votes))
			break;
		out->rows++;
	}
	say(v, out);
}
