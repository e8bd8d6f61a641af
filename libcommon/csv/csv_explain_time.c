/* SPDX-License-Identifier: Apache-2.0 */
/* csv_explain_time - what stopped the reading of a time, in words. */
#include "csv/csv_explain_time.h"

#include <stdio.h>

#include "csv/csv_time.h"
#include "csv/csv_zone.h"

enum { WHY_BYTES = CSV_EXPLAIN_WHY_BYTES };

static const char *directive_word(char d)
{
	static const struct {
		char d;
		const char *word;
	} words[] = { { 'Y', "a year of four digits" }, { 'y', "a year of two digits" },
		{ 'm', "a month" }, { 'b', "the name of a month" }, { 'B', "the name of a month" },
		{ 'h', "the name of a month" }, { 'a', "a weekday" }, { 'A', "a weekday" },
		{ 'd', "a day" }, { 'e', "a day" }, { 'j', "the day of the year" },
		{ 'H', "an hour" }, { 'I', "an hour" }, { 'p', "AM or PM" }, { 'M', "minutes" },
		{ 'S', "seconds" }, { 'f', "digits of a second" },
		{ 'z', "an offset such as Z or +01:00" }, { '%', "`%`" } };
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (words[i].d == d)
			return words[i].word;
	}
	return "something else";
}

static const char *iso_notation(enum csv_type type)
{
	switch ((int)type) {
	case CSV_DATE:
		return "YYYY-MM-DD";
	case CSV_TIME:
		return "HH:MM:SS";
	case CSV_TIMESTAMP:
		return "YYYY-MM-DD HH:MM:SS";
	default:
		return "YYYY-MM-DD HH:MM:SS and an offset";
	}
}

static void expected(
    const struct csv_column *c, const char *p, const struct csv_time_stop *stop, char *why)
{
	char literal[] = "`?`";
	if (c->format == NULL) {
		(void)snprintf(why, WHY_BYTES, ": expected %s", iso_notation(c->type));
		return;
	}
	literal[1] = stop->expected;
	(void)snprintf(why, WHY_BYTES, ": expected the format %.60s, %s at character %zu",
	    c->format,
	    !stop->literal                              ? directive_word(stop->expected)
	    : stop->expected == ' '                     ? "a blank"
	    : (unsigned char)(stop->expected - 33) < 94 ? literal
							: "something else",
	    csv_explain_character(p, stop->at));
}

void csv_explain_time(const struct csv_column *c, const char *p, size_t n, char *why)
{
	struct csv_time_stop stop;
	int64_t us;
	switch (csv_time_column(p, n, c, &us, &stop)) {
	case CSV_TIME_GOOD:
		break;
	case CSV_TIME_EXPECTED:
		expected(c, p, &stop, why);
		break;
	case CSV_TIME_MORE:
		(void)snprintf(why, WHY_BYTES,
		    ": text behind its end, at character %zu, expected %.60s",
		    csv_explain_character(p, stop.at),
		    c->format == NULL ? iso_notation(c->type) : c->format);
		break;
	case CSV_TIME_NO_DAY:
		(void)snprintf(why, WHY_BYTES, ": there is no such day");
		break;
	case CSV_TIME_NO_CLOCK:
		(void)snprintf(why, WHY_BYTES, ": there is no such time of day");
		break;
	case CSV_TIME_NO_OFFSET:
		(void)snprintf(why, WHY_BYTES,
		    ": it has no offset such as Z or +01:00, and the column has no zone");
		break;
	case CSV_TIME_HAS_OFFSET:
		(void)snprintf(why, WHY_BYTES,
		    ": it has an offset, the column has none (millrace.type timestamptz reads it)");
		break;
	case CSV_TIME_GAP:
		(void)snprintf(why, WHY_BYTES, ": clocks in %.40s were put forward over this time",
		    csv_zone_name(c->zone));
		break;
	case CSV_TIME_RANGE:
		(void)snprintf(why, WHY_BYTES, ": it is finer than a microsecond");
		break;
	}
}
