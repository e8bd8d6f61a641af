/* SPDX-License-Identifier: Apache-2.0 */
/* csv_explain - plain words for refused cells. */
#include "csv/csv_explain.h"

#include <stdio.h>

#include "csv/csv_encoding.h"
#include "csv/csv_number.h"
#include "csv/csv_time.h"

enum { SHOWN_BYTES = CSV_QUOTED_BYTES + 16, WHY_BYTES = 128 };

const char *csv_explain_quote(const char *p, size_t n, char *out)
{
	char mended[3 * CSV_QUOTED_BYTES];
	const bool cut = n > CSV_QUOTED_BYTES;
	size_t take = cut ? csv_encoding_cut(p, CSV_QUOTED_BYTES) : n;
	size_t used = csv_encoding_utf8(CSV_UTF8, (const uint8_t *)p, take, mended);
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

/* Characters, not bytes, up to a byte of the cell, counted from 1. */
static size_t character_of(const char *p, size_t at)
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

static void foreign_byte(const char *p, size_t n, size_t at, char *why)
{
	char shown[SHOWN_BYTES];
	size_t end = at + 1;
	while (end < n && ((uint8_t)p[end] & 0xC0) == 0x80)
		end++;
	const char *what = csv_explain_quote(p + at, end - at, shown);
	if (p[at] == ' ')
		what = "a blank";
	(void)snprintf(why, WHY_BYTES, ": found %s at character %zu", what, character_of(p, at));
}

static void why_not_integer(const char *p, size_t n, char *why)
{
	const size_t at = first_foreign(p, n, "");
	if (at < n)
		foreign_byte(p, n, at, why);
	else if (n > 18)
		(void)snprintf(why, WHY_BYTES, ": it is outside -2^63 to 2^63-1");
	else
		(void)snprintf(why, WHY_BYTES, ": it has no digits");
}

static void why_not_decimal(const struct csv_column *c, const char *p, size_t n, char *why)
{
	size_t before;
	size_t behind;
	const size_t at = first_foreign(p, n, ".");
	if (at < n) {
		foreign_byte(p, n, at, why);
		return;
	}
	if (!csv_number_shape(p, n, &before, &behind)) {
		(void)snprintf(why, WHY_BYTES, ": it has no digits");
		return;
	}
	if (behind > c->scale)
		(void)snprintf(why, WHY_BYTES,
		    ": %zu digits behind the point, at most %u are allowed", behind,
		    (unsigned)c->scale);
	else
		(void)snprintf(why, WHY_BYTES,
		    ": %zu digits before the point, at most %u are allowed", before,
		    (unsigned)(c->precision - c->scale));
}

static void why_not_double(const char *p, size_t n, char *why)
{
	const size_t at = first_foreign(p, n, ".eE+-");
	if (at < n)
		foreign_byte(p, n, at, why);
}

static bool looks_like_date(const char *p, size_t n)
{
	static const char shape[] = "dddd-dd-dd";
	for (size_t i = 0; i < sizeof(shape) - 1; i++) {
		if (i >= n || (shape[i] == 'd' ? p[i] < '0' || p[i] > '9' : p[i] != shape[i]))
			return false;
	}
	return true;
}

static void why_not_time(const struct csv_column *c, const char *p, size_t n, char *why)
{
	int32_t days;
	int64_t us;
	if (c->format != NULL)
		(void)snprintf(why, WHY_BYTES, ": expected the format %.60s", c->format);
	else if (looks_like_date(p, n) && !csv_time_date(p, 10, &days))
		(void)snprintf(why, WHY_BYTES, ": there is no such day");
	else if (c->type == CSV_DATE)
		(void)snprintf(why, WHY_BYTES, ": expected YYYY-MM-DD");
	else if (csv_time_stamp(p, n, c->type != CSV_TIMESTAMPTZ, &us))
		(void)snprintf(why, WHY_BYTES,
		    c->type == CSV_TIMESTAMPTZ ? ": it has no offset such as Z or +01:00"
					       : ": it has an offset, the column has none");
	else
		(void)snprintf(why, WHY_BYTES, ": expected YYYY-MM-DD HH:MM:SS%s",
		    c->type == CSV_TIMESTAMPTZ ? " and an offset" : "");
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

void csv_explain(const struct csv_column *c, const char *p, size_t n, char *out)
{
	char shown[SHOWN_BYTES];
	char why[WHY_BYTES] = "";
	if (c->type == CSV_INTEGER)
		why_not_integer(p, n, why);
	else if (c->type == CSV_DECIMAL)
		why_not_decimal(c, p, n, why);
	else if (c->type == CSV_DOUBLE)
		why_not_double(p, n, why);
	else if (c->type == CSV_DATE || c->type == CSV_TIMESTAMP || c->type == CSV_TIMESTAMPTZ)
		why_not_time(c, p, n, why);
	const size_t name = strlen(c->name);
	const size_t name_n =
	    name > CSV_QUOTED_BYTES ? csv_encoding_cut(c->name, CSV_QUOTED_BYTES) : name;
	const int wrote = snprintf(out, CSV_MESSAGE_BYTES, "%.*s: %s is not %s%s", (int)name_n,
	    c->name, csv_explain_quote(p, n, shown), with_article(c->type), why);
	if (wrote >= CSV_MESSAGE_BYTES)
		out[csv_encoding_cut(out, CSV_MESSAGE_BYTES - 1)] = '\0';
}
