/* SPDX-License-Identifier: Apache-2.0 */
/* shape - one look at a cell, and which types take it. */
#include "contract/shape.h"

#include "csv/csv_number.h"
#include "csv/csv_time.h"

#define TAKES(shape) (UINT32_C(1) << (shape))

static const struct contract_candidate candidates[] = {
	{ CSV_INTEGER, "integer", NULL, TAKES(SHAPE_INT), false },
	{ CSV_DECIMAL, "decimal", NULL, TAKES(SHAPE_INT) | TAKES(SHAPE_BIG) | TAKES(SHAPE_DECIMAL),
	    false },
	{ CSV_DOUBLE, "double", NULL,
	    TAKES(SHAPE_INT) | TAKES(SHAPE_BIG) | TAKES(SHAPE_DECIMAL) | TAKES(SHAPE_EXPONENT),
	    false },
	{ CSV_BOOLEAN, "boolean (true, false)", NULL, TAKES(SHAPE_TRUE_FALSE), false },
	{ CSV_BOOLEAN, "boolean (yes, no)", NULL, TAKES(SHAPE_YES_NO), true },
	{ CSV_DATE, "date (YYYY-MM-DD)", NULL, TAKES(SHAPE_DATE_ISO), false },
	{ CSV_DATE, "date (DD.MM.YYYY)", "%d.%m.%Y", TAKES(SHAPE_DATE_DOT), false },
	{ CSV_DATE, "date (DD/MM/YYYY)", "%d/%m/%Y",
	    TAKES(SHAPE_DATE_DMY) | TAKES(SHAPE_DATE_EITHER), false },
	{ CSV_DATE, "date (MM/DD/YYYY)", "%m/%d/%Y",
	    TAKES(SHAPE_DATE_MDY) | TAKES(SHAPE_DATE_EITHER), false },
	{ CSV_TIMESTAMP, "timestamp", NULL, TAKES(SHAPE_STAMP), false },
	{ CSV_TIMESTAMPTZ, "timestamp with offset", NULL, TAKES(SHAPE_STAMP_ZONED), false },
	{ CSV_TIMESTAMP, "timestamp (DD.MM.YYYY HH:MM)", "%d.%m.%Y %H:%M", TAKES(SHAPE_STAMP_DOT),
	    false },
	{ CSV_TEXT, "text", NULL, UINT32_MAX, false },
};

const struct contract_candidate *contract_candidates(size_t *out_n)
{
	*out_n = ARRAY_SIZE(candidates);
	return candidates;
}

static bool is_digit(char c)
{
	return (unsigned char)(c - '0') < 10;
}

/* Numbers: a leading zero before another digit is the sign of an id. */
static bool number_shape(const char *p, size_t n, struct contract_shape_of *out)
{
	size_t before;
	size_t behind;
	int64_t whole;
	double real;
	const char *digits = p + (p[0] == '-' || p[0] == '+' ? 1 : 0);
	const size_t n_digits = n - (size_t)(digits - p);
	if (!csv_number_shape(p, n, &before, &behind)) {
		out->shape = SHAPE_EXPONENT;
		return is_digit(p[n - 1]) && csv_number_double(p, n, &real);
	}
	out->before = (unsigned)(before < 100 ? before : 100);
	out->behind = (unsigned)(behind < 100 ? behind : 100);
	if (n_digits > 1 && digits[0] == '0' && is_digit(digits[1]))
		out->shape = SHAPE_ZERO_LED;
	else if (before + behind > CSV_DECIMAL_MAX)
		out->shape = SHAPE_EXPONENT;
	else if (memchr(p, '.', n) != NULL)
		out->shape = SHAPE_DECIMAL;
	else
		out->shape = csv_number_integer(p, n, &whole) ? SHAPE_INT : SHAPE_BIG;
	return true;
}

static bool slash_shape(const char *p, size_t n, enum contract_shape *out)
{
	int64_t us;
	const bool dmy = csv_time_pattern(p, n, "%d/%m/%Y", false, &us);
	const bool mdy = csv_time_pattern(p, n, "%m/%d/%Y", false, &us);
	*out = dmy && mdy ? SHAPE_DATE_EITHER : dmy ? SHAPE_DATE_DMY : SHAPE_DATE_MDY;
	return dmy || mdy;
}

static bool time_shape(const char *p, size_t n, enum contract_shape *out)
{
	int32_t days;
	int64_t us;
	if (n < 8 || n > 40)
		return false;
	if (csv_time_date(p, n, &days))
		*out = SHAPE_DATE_ISO;
	else if (csv_time_stamp(p, n, false, &us))
		*out = SHAPE_STAMP;
	else if (csv_time_stamp(p, n, true, &us))
		*out = SHAPE_STAMP_ZONED;
	else if (csv_time_pattern(p, n, "%d.%m.%Y", false, &us))
		*out = SHAPE_DATE_DOT;
	else if (csv_time_pattern(p, n, "%d.%m.%Y %H:%M", false, &us))
		*out = SHAPE_STAMP_DOT;
	else
		return slash_shape(p, n, out);
	return true;
}

static bool word_shape(const char *p, size_t n, enum contract_shape *out)
{
	static const struct {
		const char *word;
		enum contract_shape shape;
	} words[] = {
		{ "true", SHAPE_TRUE_FALSE },
		{ "True", SHAPE_TRUE_FALSE },
		{ "TRUE", SHAPE_TRUE_FALSE },
		{ "false", SHAPE_TRUE_FALSE },
		{ "False", SHAPE_TRUE_FALSE },
		{ "FALSE", SHAPE_TRUE_FALSE },
		{ "yes", SHAPE_YES_NO },
		{ "Yes", SHAPE_YES_NO },
		{ "YES", SHAPE_YES_NO },
		{ "no", SHAPE_YES_NO },
		{ "No", SHAPE_YES_NO },
		{ "NO", SHAPE_YES_NO },
	};
	for (size_t i = 0; n <= 5 && i < ARRAY_SIZE(words); i++) {
		if (strlen(words[i].word) == n && memcmp(words[i].word, p, n) == 0) {
			*out = words[i].shape;
			return true;
		}
	}
	return false;
}

struct contract_shape_of contract_shape(const char *p, size_t n)
{
	struct contract_shape_of s = { .shape = SHAPE_TEXT };
	const char c = p[0];
	if (!is_digit(c) && c != '-' && c != '+' && c != '.') {
		if (!word_shape(p, n, &s.shape))
			s.shape = SHAPE_TEXT;
		return s;
	}
	if (number_shape(p, n, &s) || time_shape(p, n, &s.shape))
		return s;
	return (struct contract_shape_of){ .shape = SHAPE_TEXT };
}
