/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv_time - exact parsers of date, time and timestamp cells, years 0001 to 9999, Gregorian
 * calendar.
 *
 * ISO 8601: YYYY-MM-DD; then T or a blank and HH:MM, HH:MM:SS or HH:MM:SS.f with 1 to 6 digits (and
 * any number of zeros more); then nothing or Z (timestamp: the time as it is in UTC, which is how
 * Table Schema v1 writes a datetime) or Z, +HH:MM, +HHMM, +HH (timestamptz; - as well). No leap
 * second, no 24:00. Other notations are declared: csv_pattern.h. A local time of a zone that came
 * twice means the first one; one that was left out is refused (csv_zone.h). p must have
 * CSV_PAD_BYTES readable bytes behind; out is written only on success. Any thread.
 */
#ifndef CSV_CSV_TIME_H
#define CSV_CSV_TIME_H

#include "csv/csv.h"
#include "csv/csv_swar.h"

#define CSV_TIME_US_PER_S   INT64_C(1000000)
#define CSV_TIME_US_PER_DAY INT64_C(86400000000)

/* A point in time as it is written. */
struct csv_time_written {
	unsigned year, month, day, hour, minute, second, us;
	int offset_s;    /* east of UTC */
	bool has_offset; /* one was written */
};

/* What kept a cell from being a time. */
enum csv_time_fault {
	CSV_TIME_GOOD,
	CSV_TIME_EXPECTED,   /* something else stands at `at` than the notation wants there */
	CSV_TIME_MORE,       /* text behind the end of the notation, at `at` */
	CSV_TIME_NO_DAY,     /* 31 April, 29 February of a common year, year 0 */
	CSV_TIME_NO_CLOCK,   /* hour 24, minute 60, second 60 */
	CSV_TIME_NO_OFFSET,  /* an offset is wanted and none is written */
	CSV_TIME_HAS_OFFSET, /* none is wanted and one other than Z is written */
	CSV_TIME_GAP,        /* clocks of the zone were put forward over this time */
	CSV_TIME_RANGE,      /* more than six digits of a second, or outside years 1 to 9999 */
};

struct csv_time_stop {
	enum csv_time_fault fault;
	size_t at;     /* byte of the cell, CSV_TIME_EXPECTED and CSV_TIME_MORE */
	char expected; /* directive of csv_pattern.h that could not be read, or the character */
	bool literal;  /* expected is a character */
};

/* Days before each month and of each month: [leap year][month], month 0 and 13..15 have none. */
extern const struct csv_time_month {
	uint16_t before;
	uint8_t days;
} csv_time_months[2][16];

/* csv_time_pairs - the two-digit numbers of eight characters; `shape` has '0' for a digit, else the
 * character that must stand there. Wrong ones set bits of *bad. Bytes 0, 2, 3, 6 of the result hold
 * the numbers that begin there. */
static inline uint64_t csv_time_pairs(const char *p, uint64_t shape, uint64_t more, uint64_t *bad)
{
	const uint64_t v = csv_swar_load(p) ^ shape;
	*bad |= ((v + more) | v) & CSV_SWAR_HIGH;
	return v * 10 + (v >> 8);
}

/* csv_time_day - days since 1970-01-01 of YYYY-MM-DD at p; wrong ones set bits of *bad. */
static inline int32_t csv_time_day(const char *p, uint64_t *bad)
{
	/* "0000-00-" and "00-00-00": digits may be up to 9, all else must be equal. */
	const uint64_t head =
	    csv_time_pairs(p, UINT64_C(0x2D30302D30303030), UINT64_C(0x7F76767F76767676), bad);
	const uint64_t tail =
	    csv_time_pairs(p + 2, UINT64_C(0x30302D30302D3030), UINT64_C(0x76767F76767F7676), bad);
	const uint32_t century = (uint32_t)head & 0xFF;
	const uint32_t year = (uint32_t)tail & 0xFF;
	const uint32_t month = (uint32_t)(tail >> 24) & 0xFF;
	const uint32_t day = (uint32_t)(tail >> 48) & 0xFF;
	const uint32_t leap = (year & 3) == 0 && (year != 0 || (century & 3) == 0);
	const struct csv_time_month *m = &csv_time_months[leap][month & 15];
	*bad |= (uint64_t)(month > 12) | (uint64_t)(day - 1 >= m->days) |
		(uint64_t)((century | year) == 0);
	const uint32_t years = century * 36524 + ((century + 3) >> 2) + year * 365 +
			       ((year + 3) >> 2) - (year > 0 && (century & 3) != 0);
	return (int32_t)(years + m->before + day) - 719529;
}

/* csv_time_clock - seconds of HH:MM:SS at p; wrong ones set bits of *bad. */
static inline int32_t csv_time_clock(const char *p, uint64_t *bad)
{
	const uint64_t v =
	    csv_time_pairs(p, UINT64_C(0x30303A30303A3030), UINT64_C(0x76767F76767F7676), bad);
	const uint32_t hour = (uint32_t)v & 0xFF;
	const uint32_t minute = (uint32_t)(v >> 24) & 0xFF;
	const uint32_t second = (uint32_t)(v >> 48) & 0xFF;
	*bad |= (uint64_t)(hour > 23) | (uint64_t)(minute > 59) | (uint64_t)(second > 59);
	return (int32_t)(hour * 3600 + minute * 60 + second);
}

/* csv_time_date - ISO date; out in days since 1970-01-01. */
MUST_CHECK static inline bool csv_time_date(const char *p, size_t n, int32_t *out)
{
	uint64_t bad = n ^ 10;
	const int32_t days = csv_time_day(p, &bad);
	if (bad != 0)
		return false;
	*out = days;
	return true;
}

/* csv_time_any_stamp - the thorough way behind csv_time_stamp; same contract. */
bool csv_time_any_stamp(const char *p, size_t n, bool zoned, int64_t *out) MUST_CHECK;

/* csv_time_stamp - ISO timestamp in us since 1970-01-01; zoned: an offset is required and taken
 * off, else none may stand there. */
MUST_CHECK static inline bool csv_time_stamp(const char *p, size_t n, bool zoned, int64_t *out)
{
	uint64_t bad = (uint64_t)(zoned || n != 19) | (uint64_t)(p[10] != 'T' && p[10] != ' ');
	const int64_t days = csv_time_day(p, &bad);
	const int64_t seconds = csv_time_clock(p + 11, &bad);
	if (bad != 0)
		return csv_time_any_stamp(p, n, zoned, out);
	*out = (days * 86400 + seconds) * CSV_TIME_US_PER_S;
	return true;
}

/* csv_time_utc - ISO timestamp with Z behind it; out in us since 1970-01-01 in UTC. */
bool csv_time_utc(const char *p, size_t n, int64_t *out) MUST_CHECK;

/* csv_time_naive - a cell of a timestamp column: without offset, or with Z. */
MUST_CHECK static inline bool csv_time_naive(const char *p, size_t n, int64_t *out)
{
	return csv_time_stamp(p, n, false, out) || csv_time_utc(p, n, out);
}

/* csv_time_format_between - is the format ISO to the second? Then the byte it wants between day and
 * clock: 'T' or ' ', for a date alone '-'; 0 for any other format, for NULL too. */
char csv_time_format_between(const char *format) MUST_CHECK;

/* csv_time_stamp_between - YYYY-MM-DD, one certain byte, HH:MM:SS; false says nothing about it. */
MUST_CHECK static inline bool csv_time_stamp_between(
    const char *p, size_t n, char between, int64_t *out)
{
	uint64_t bad = (uint64_t)(n != 19) | (uint64_t)(p[10] != between);
	const int64_t days = csv_time_day(p, &bad);
	const int64_t seconds = csv_time_clock(p + 11, &bad);
	if (bad != 0)
		return false;
	*out = (days * 86400 + seconds) * CSV_TIME_US_PER_S;
	return true;
}

/*
 * csv_time_column - a cell of a column of type date, time, timestamp or timestamptz, by its format,
 * locale and zone (NULL: ISO).
 *
 * out_us  us since 1970-01-01 00:00 (UTC for timestamptz, midnight for a date); time: of the day
 *
 * Returns CSV_TIME_GOOD or what is wrong, the same in *out_stop.
 */
enum csv_time_fault csv_time_column(const char *p, size_t n, const struct csv_column *c,
    int64_t *out_us, struct csv_time_stop *out_stop) MUST_CHECK;

/*
 * csv_time_pattern - a cell in a checked format, English, without a zone.
 *
 * zoned   the format has %z and the offset is taken off
 * out_us  us since 1970-01-01; a pattern without a time gives midnight
 */
bool csv_time_pattern(
    const char *p, size_t n, const char *format, bool zoned, int64_t *out_us) MUST_CHECK;

/*
 * csv_time_check_format - is this a usable format for a type (csv_pattern.h), English, without a
 * zone?
 *
 * Errors  ERR_INPUT  says what is wrong
 */
int csv_time_check_format(const char *format, enum csv_type type, struct err *err) MUST_CHECK;

/* csv_time_of_day - HH:MM, HH:MM:SS or HH:MM:SS.f; out in us of the day. */
bool csv_time_of_day(const char *p, size_t n, int64_t *out) MUST_CHECK;

/* csv_time_exists - are the parts a day of the calendar, and a time of the day? */
bool csv_time_day_exists(const struct csv_time_written *w) MUST_CHECK;
bool csv_time_clock_exists(const struct csv_time_written *w) MUST_CHECK;

/* csv_time_us - us since 1970-01-01 of parts that exist, the offset taken off. */
int64_t csv_time_us(const struct csv_time_written *w);

/* csv_time_fraction, csv_time_offset - take .f digits (behind the point) or an offset at p; the
 * bytes taken, 0 when there are none that can be read. */
size_t csv_time_fraction(const char *p, size_t n, unsigned *out_us);
size_t csv_time_offset(const char *p, size_t n, struct csv_time_written *w);

/* csv_time_days - days since 1970-01-01 of a date that exists (the caller checked). */
int32_t csv_time_days(int year, unsigned month, unsigned day);

/* csv_time_civil - the day of days since 1970-01-01; the inverse of csv_time_days. */
void csv_time_civil(int32_t days, int *out_year, unsigned *out_month, unsigned *out_day);

/* csv_time_format_date - "YYYY-MM-DD" and NUL; out at least 16 bytes. */
void csv_time_format_date(int32_t days, char *out);

/* csv_time_format_stamp - "YYYY-MM-DDTHH:MM:SS[.ffffff][Z]" and NUL; out at least 40 bytes. */
void csv_time_format_stamp(int64_t us, bool zoned, char *out);

/* csv_time_format_clock - "HH:MM:SS[.ffffff]" and NUL for us of a day; out at least 24 bytes. */
void csv_time_format_clock(int64_t us, char *out);

#endif
