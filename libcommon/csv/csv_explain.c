/* SPDX-License-Identifier: Apache-2.0 */
/* csv_explain - plain words for refused cells. */
#include "csv/csv_explain.h"

#include <math.h>
#include <stdio.h>

#include "csv/csv_duration.h"
#include "csv/csv_encoding.h"
#include "csv/csv_explain_time.h"
#include "csv/csv_json.h"
#include "csv/csv_number.h"
#include "csv/csv_plain.h"

enum { SHOWN_BYTES = CSV_QUOTED_BYTES + 16, WHY_BYTES = CSV_EXPLAIN_WHY_BYTES };

const char *csv_explain_quote(const char *p, size_t n, char *out)
{
	char mended[3 * CSV_QUOTED_BYTES];
	const bool cut = n > CSV_QUOTED_BYTES;
	size_t take = cut ? csv_encoding_cut(p, CSV_QUOTED_BYTES) : n;
	size_t used = csv_encoding_mend((const uint8_t *)p, take, mended);
	if (used > CSV_QUOTED_BYTES)
		used = csv_encoding_cut(mended, CSV_QUOTED_BYTES);
	for (size_t i = 0; i < used; i++) {
		if ((uint8_t)mended[i] < 32 || mended[i] == 127)
			mended[i] =
			    mended[i] == '\n' || mended[i] == '\r' || mended[i] == '\t' ? ' ' : '?';
	}
	(void)snprintf(out, SHOWN_BYTES, "`%.*s%s`", (int)used, mended, cut ? "\xe2\x80\xa6" : "");
	return out;
}

size_t csv_explain_character(const char *p, size_t at)
{
	size_t characters = 1;
	for (size_t i = 0; i < at; i++)
		characters += ((uint8_t)p[i] & 0xC0) != 0x80;
	return characters;
}

/* First byte that does not belong to a number; n when all do. */
static size_t first_foreign(const char *p, size_t n, const char *more)
{
	size_t i = n > 0 && (p[0] == '-' || p[0] == '+') ? 1 : 0;
	bool point = false;
	for (; i < n; i++) {
		if (p[i] >= '0' && p[i] <= '9')
			continue;
		if (p[i] == '\0' || strchr(more, p[i]) == NULL || (p[i] == '.' && point))
			return i;
		point = point || p[i] == '.';
	}
	return n;
}

/* What stands at a byte of the cell, in words. */
static void found_at(const char *p, size_t n, size_t at, char *why)
{
	char shown[SHOWN_BYTES];
	size_t end = at + 1;
	while (end < n && ((uint8_t)p[end] & 0xC0) == 0x80)
		end++;
	const char *what = csv_explain_quote(p + at, end - at, shown);
	if (p[at] == ' ')
		what = "a blank";
	(void)snprintf(
	    why, WHY_BYTES, ": found %s at character %zu", what, csv_explain_character(p, at));
}

/* Words about a place of the cell, its end included. */
static void said_at(const char *words, const char *p, size_t at, char *why)
{
	(void)snprintf(
	    why, WHY_BYTES, ": %s, at character %zu", words, csv_explain_character(p, at));
}

static void why_not_integer(size_t n, char *why)
{
	if (n > 18)
		(void)snprintf(why, WHY_BYTES,
		    ": it is outside -2^63 to 2^63-1; decimal(38,0) holds larger ones");
	else
		(void)snprintf(why, WHY_BYTES, ": it has no digits");
}

/* NaN, an infinity or an exponent: numbers that a double holds and this decimal does not. */
static bool why_only_double(const struct csv_column *c, const char *p, size_t n, char *why)
{
	double v;
	if (!csv_number_any_double(p, n, &v))
		return false;
	if (!isfinite(v))
		(void)snprintf(why, WHY_BYTES, ": millrace.type double reads it");
	else
		(void)snprintf(why, WHY_BYTES,
		    ": it does not fit decimal(%u,%u); millrace.type double reads it", c->precision,
		    c->scale);
	return true;
}

/* Digits that count: without zeros at the outer ends. */
static void why_not_decimal(const struct csv_column *c, const char *p, size_t n, char *why)
{
	size_t before;
	size_t behind;
	if (!csv_number_shape(p, n, &before, &behind)) {
		(void)snprintf(why, WHY_BYTES, ": it has no digits");
		return;
	}
	const char *digits = p + (p[0] == '-' || p[0] == '+' ? 1 : 0);
	const char *end = p + n;
	while (before > 0 && *digits == '0') {
		digits++;
		before--;
	}
	while (behind > 0 && end[-1] == '0') {
		end--;
		behind--;
	}
	const unsigned most = behind > c->scale ? c->scale : c->precision - (unsigned)c->scale;
	(void)snprintf(why, WHY_BYTES, ": %zu digits %s the point, at most %u are allowed (%s)",
	    behind > c->scale ? behind : before, behind > c->scale ? "behind" : "before", most,
	    behind > c->scale ? "millrace.scale" : "millrace.precision less scale");
}

/* The notation is that of a double, but it is none. */
static void why_not_double(const char *p, size_t n, char *why)
{
	size_t before;
	size_t behind;
	const bool exponent = memchr(p, 'e', n) != NULL || memchr(p, 'E', n) != NULL;
	const bool plain = csv_number_shape(p, n, &before, &behind);
	const char last = n == 0 ? '\0' : p[n - 1];
	if (plain || (exponent && last >= '0' && last <= '9'))
		(void)snprintf(why, WHY_BYTES, ": it is larger than 1.8e308, or not a number");
	else if (exponent)
		(void)snprintf(why, WHY_BYTES, ": its exponent has no digits");
	else
		(void)snprintf(why, WHY_BYTES, ": it has no digits");
}

static void why_not_number(const struct csv_column *c, const char *cell, size_t cell_n, char *why)
{
	struct csv_plain plain;
	const char *p = cell;
	size_t n = cell_n;
	size_t at;
	const bool rewritten = csv_plain_is_needed(c);
	if (rewritten) {
		const char *words = csv_plain_number(c, cell, cell_n, &plain, &at);
		if (words != NULL) {
			said_at(words, cell, at < cell_n ? at : cell_n, why);
			return;
		}
		p = plain.text;
		n = plain.n;
	}
	at = first_foreign(p, n,
	    c->type == CSV_INTEGER   ? ""
	    : c->type == CSV_DECIMAL ? "."
				     : ".eE+-");
	if (at < n && c->type == CSV_DECIMAL && why_only_double(c, p, n, why))
		return;
	if (at < n)
		found_at(cell, cell_n, rewritten ? plain.from[at] : at, why);
	else if (c->type == CSV_INTEGER)
		why_not_integer(n, why);
	else if (c->type == CSV_DECIMAL)
		why_not_decimal(c, p, n, why);
	else
		why_not_double(p, n, why);
}

static void add_word(char *out, const char *word, bool first)
{
	const size_t n = strlen(out);
	(void)snprintf(out + n, WHY_BYTES - n, "%s`%.20s`", first ? "" : ", ", word);
}

/* The words a boolean column declares, the first few of them. */
static void why_not_boolean(const struct csv_column *c, char *why)
{
	enum { MOST = 4 };
	if (c->yes == NULL && c->no == NULL)
		return;
	(void)snprintf(why, WHY_BYTES, ": expected ");
	size_t shown = 0;
	for (size_t i = 0; c->yes != NULL && c->yes[i] != NULL && i < MOST; i++)
		add_word(why, c->yes[i], shown++ == 0);
	for (size_t i = 0; c->no != NULL && c->no[i] != NULL && i < MOST; i++)
		add_word(why, c->no[i], shown++ == 0);
}

static void why_not_uuid(const char *p, size_t n, char *why)
{
	for (size_t i = 0; i < n && i < 36; i++) {
		const bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
		const char lower = (char)(p[i] | 32);
		const bool hex = (p[i] >= '0' && p[i] <= '9') || (lower >= 'a' && lower <= 'f');
		if (hyphen ? p[i] != '-' : !hex) {
			found_at(p, n, i, why);
			return;
		}
	}
	(void)snprintf(why, WHY_BYTES, ": it has %zu characters, a UUID has 36",
	    n == 0 ? 0 : csv_explain_character(p, n) - 1);
}

static const char *with_article(enum csv_type type)
{
	switch (type) {
	case CSV_INTEGER:
		return "an integer";
	case CSV_DECIMAL:
		return "a decimal";
	case CSV_DOUBLE:
		return "a number";
	case CSV_BOOLEAN:
		return "true or false";
	case CSV_DATE:
		return "a date";
	case CSV_TIMESTAMP:
		return "a timestamp";
	case CSV_TIMESTAMPTZ:
		return "a timestamp with offset";
	case CSV_TIME:
		return "a time of day";
	case CSV_DURATION:
		return "a duration";
	case CSV_UUID:
		return "a UUID";
	case CSV_JSON:
		return "JSON";
	case CSV_TEXT:
	case CSV_TYPE_COUNT_:
		break;
	}
	return "text";
}

static void explain_why(const struct csv_column *c, const char *p, size_t n, char *why)
{
	size_t at = 0;
	switch (c->type) {
	case CSV_INTEGER:
	case CSV_DECIMAL:
	case CSV_DOUBLE:
		why_not_number(c, p, n, why);
		break;
	case CSV_BOOLEAN:
		why_not_boolean(c, why);
		break;
	case CSV_DATE:
	case CSV_TIME:
	case CSV_TIMESTAMP:
	case CSV_TIMESTAMPTZ:
		csv_explain_time(c, p, n, why);
		break;
	case CSV_DURATION: {
		const char *words = csv_duration_why(p, n, &at);
		said_at(words, p, at, why);
		break;
	}
	case CSV_UUID:
		why_not_uuid(p, n, why);
		break;
	case CSV_JSON: {
		const char *words = csv_json_why(p, n, c->format, &at);
		said_at(words, p, at, why);
		break;
	}
	case CSV_TEXT:
	case CSV_TYPE_COUNT_:
		break;
	}
}

void csv_explain(const struct csv_column *c, const char *p, size_t n, char *out)
{
	char shown[SHOWN_BYTES];
	char why[WHY_BYTES] = "";
	explain_why(c, p, n, why);
	const size_t name = strlen(c->name);
	const size_t name_n =
	    name > CSV_QUOTED_BYTES ? csv_encoding_cut(c->name, CSV_QUOTED_BYTES) : name;
	const int wrote = snprintf(out, CSV_MESSAGE_BYTES, "%.*s: %s is not %s%s", (int)name_n,
	    c->name, csv_explain_quote(p, n, shown), with_article(c->type), why);
	if (wrote >= CSV_MESSAGE_BYTES)
		out[csv_encoding_cut(out, CSV_MESSAGE_BYTES - 1)] = '\0';
}
