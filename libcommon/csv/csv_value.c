/* SPDX-License-Identifier: Apache-2.0 */
/* csv_value - one switch over the types, and what a column may declare. */
#include "csv/csv_value.h"

#include "csv/csv_duration.h"
#include "csv/csv_json.h"
#include "csv/csv_number.h"
#include "csv/csv_pattern.h"
#include "csv/csv_plain.h"
#include "csv/csv_time.h"
#include "csv/csv_uuid.h"
#include "csv/csv_zone.h"

static const char *const default_yes[] = { "true", "True", "TRUE", "1", NULL };
static const char *const default_no[] = { "false", "False", "FALSE", "0", NULL };

static bool is_word(const char *const *words, const char *p, size_t n)
{
	for (; *words != NULL; words++) {
		if (strncmp(*words, p, n) == 0 && (*words)[n] == '\0')
			return true;
	}
	return false;
}

bool csv_value_boolean(
    const char *p, size_t n, const char *const *yes, const char *const *no, uint8_t *out)
{
	if (n == 0 || memchr(p, '\0', n) != NULL)
		return false;
	if (is_word(yes == NULL ? default_yes : yes, p, n))
		*out = 1;
	else if (is_word(no == NULL ? default_no : no, p, n))
		*out = 0;
	else
		return false;
	return true;
}

static bool parse_decimal(const struct csv_column *c, const char *p, size_t n, void *out)
{
	if (c->precision <= CSV_DECIMAL_NARROW)
		return csv_number_decimal64(p, n, c->precision, c->scale, out);
	return csv_number_decimal(p, n, c->precision, c->scale, out);
}

static bool parse_number(const struct csv_column *c, const char *p, size_t n, void *out)
{
	struct csv_plain plain;
	size_t at;
	if (csv_plain_is_needed(c)) {
		if (csv_plain_number(c, p, n, &plain, &at) != NULL)
			return false;
		p = plain.text;
		n = plain.n;
	}
	if (c->type == CSV_INTEGER)
		return csv_number_integer(p, n, out);
	return c->type == CSV_DOUBLE ? csv_number_double(p, n, out) : parse_decimal(c, p, n, out);
}

/* A local time in its zone, without the detour over its parts. */
static bool parse_local(const struct csv_zone *zone, const char *p, size_t n, int64_t *out)
{
	int64_t us;
	int64_t utc_s;
	if (!csv_time_stamp(p, n, false, &us))
		return false;
	const int64_t part = (us % CSV_TIME_US_PER_S + CSV_TIME_US_PER_S) % CSV_TIME_US_PER_S;
	if (csv_zone_utc(zone, (us - part) / CSV_TIME_US_PER_S, &utc_s) == CSV_ZONE_GAP)
		return false;
	*out = utc_s * CSV_TIME_US_PER_S + part;
	return true;
}

static bool parse_time(const struct csv_column *c, const char *p, size_t n, void *out)
{
	struct csv_time_stop stop;
	int64_t us;
	if (c->format == NULL && c->type == CSV_DATE)
		return csv_time_date(p, n, out);
	if (c->format == NULL && c->type == CSV_TIME)
		return csv_time_of_day(p, n, out);
	if (c->format == NULL && c->type == CSV_TIMESTAMP)
		return csv_time_naive(p, n, out);
	if (c->format == NULL)
		return (c->zone != NULL && parse_local(c->zone, p, n, out)) ||
		       csv_time_stamp(p, n, true, out);
	if (csv_time_column(p, n, c, &us, &stop) != CSV_TIME_GOOD)
		return false;
	if (c->type == CSV_DATE)
		*(int32_t *)out = (int32_t)(us / CSV_TIME_US_PER_DAY);
	else
		*(int64_t *)out = us;
	return true;
}

bool csv_value_parse(const struct csv_column *c, const char *p, size_t n, void *out)
{
	switch (c->type) {
	case CSV_INTEGER:
	case CSV_DECIMAL:
	case CSV_DOUBLE:
		return parse_number(c, p, n, out);
	case CSV_BOOLEAN:
		return csv_value_boolean(p, n, c->yes, c->no, out);
	case CSV_DATE:
	case CSV_TIME:
	case CSV_TIMESTAMP:
	case CSV_TIMESTAMPTZ:
		return parse_time(c, p, n, out);
	case CSV_DURATION:
		return csv_duration_parse(p, n, out);
	case CSV_UUID:
		return csv_uuid_parse(p, n, out);
	case CSV_JSON:
		if (!csv_json_check(p, n, c->format))
			return false;
		break;
	case CSV_TEXT:
	case CSV_TYPE_COUNT_:
		break;
	}
	*(struct csv_text *)out = csv_text_make(p, n);
	return true;
}

static bool is_time(enum csv_type type)
{
	return type == CSV_DATE || type == CSV_TIME || type == CSV_TIMESTAMP ||
	       type == CSV_TIMESTAMPTZ;
}

static bool is_number(enum csv_type type)
{
	return type == CSV_INTEGER || type == CSV_DECIMAL || type == CSV_DOUBLE;
}

int csv_value_check_column(const struct csv_column *c, struct err *err)
{
	const char *name = csv_type_name(c->type);
	const bool kind = c->format != NULL &&
			  (strcmp(c->format, "object") == 0 || strcmp(c->format, "array") == 0);
	if (c->format != NULL && !is_time(c->type) && !(c->type == CSV_JSON && kind))
		return err_set(err, ERR_INPUT, "type %s has no format \"%.60s\"", name, c->format);
	if (c->zone != NULL && c->type != CSV_TIMESTAMPTZ)
		return err_set(err, ERR_INPUT, "type %s has no zone", name);
	if (csv_plain_is_needed(c) && !is_number(c->type))
		return err_set(err, ERR_INPUT, "type %s has no decimal or group character", name);
	if ((c->normal & CSV_LOWER) != 0 && (c->normal & CSV_UPPER) != 0)
		return err_set(err, ERR_INPUT, "lower and upper case exclude each other");
	if (is_number(c->type))
		return csv_plain_check(c, err);
	return is_time(c->type) ? csv_pattern_check(c, err) : 0;
}
