/* SPDX-License-Identifier: Apache-2.0 */
/* csv_zone_rule - the rule at the end of a TZif file for the years to come, e.g.
 * "CET-1CEST,M3.5.0,M10.5.0/3" (POSIX TZ with RFC 8536's wider hours). */
#ifndef CSV_CSV_ZONE_RULE_H
#define CSV_CSV_ZONE_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"

/* One day of every year. */
struct csv_zone_day {
	char kind; /* 'M' weekday of a month, 'J' 1..365 without 29 February, 'N' 0..365 */
	int month, week, day; /* M: 1..12, 1..5 (5 = last), 0 = Sunday; else day alone */
	int32_t time_s;       /* local seconds after its midnight, may be negative */
};

struct csv_zone_rule {
	int32_t standard_s, summer_s; /* offsets east of UTC */
	bool has_summer;
	struct csv_zone_day start, end; /* of summer time */
};

/* csv_zone_rule_parse - false when the text is no rule. */
bool csv_zone_rule_parse(const char *text, struct csv_zone_rule *out) MUST_CHECK;

/* csv_zone_rule_day - seconds since 1970-01-01 of that local time in a year, no offset taken off.
 */
int64_t csv_zone_rule_day(const struct csv_zone_day *d, int year);

#endif
