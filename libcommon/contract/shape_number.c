/* SPDX-License-Identifier: Apache-2.0 */
/* shape_number - numbers with a point, a comma or grouped digits. */
#include <string.h>

#include "contract/shape_priv.h"
#include "csv/csv_number.h"

enum {
	MOST_RUNS = 20,   /* of digits between separators */
	MOST_DIGITS = 99, /* that are counted */
	GROUP_DIGITS = 3,
	PHONE_DIGITS = 7,
};

/* Digits parted by separators, as they come. */
struct runs {
	const char *first;     /* digit of the cell */
	size_t n;              /* runs */
	size_t len[MOST_RUNS]; /* digits of each */
	char by[MOST_RUNS];    /* by[i] stands behind run i */
};

/* A separator and its bytes; blanks that do not break or are thin count as blanks, the typographic
 * apostrophe as one, as csv_plain has it. */
static size_t take_separator(const char *p, size_t n, char *out)
{
	static const struct {
		const char *bytes;
		char is;
	} others[] = { { "\xC2\xA0", ' ' }, { "\xE2\x80\xAF", ' ' }, { "\xE2\x80\x89", ' ' },
		{ "\xE2\x80\x99", '\'' } };
	*out = p[0];
	if (p[0] == '.' || p[0] == ',' || p[0] == ' ' || p[0] == '\'')
		return 1;
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		const size_t used = strlen(others[i].bytes);
		*out = others[i].is;
		if (n >= used && memcmp(p, others[i].bytes, used) == 0)
			return used;
	}
	return 0;
}

static bool take_runs(const char *p, size_t n, struct runs *r)
{
	size_t at = 0;
	r->first = p;
	for (r->n = 0; r->n < MOST_RUNS; r->n++) {
		const size_t start = at;
		while (at < n && shape_is_digit(p[at]))
			at++;
		r->len[r->n] = at - start;
		if (at == n) {
			r->n++;
			return true;
		}
		const size_t used = take_separator(p + at, n - at, &r->by[r->n]);
		if (used == 0)
			return false;
		at += used;
	}
	return false;
}

/* Are the first n runs groups, parted by one and the same character? */
static bool are_groups(const struct runs *r, size_t n)
{
	if (r->len[0] < 1 || r->len[0] > GROUP_DIGITS || r->first[0] == '0')
		return false;
	for (size_t i = 1; i < n; i++) {
		if (r->len[i] != GROUP_DIGITS || r->by[i - 1] != r->by[0])
			return false;
	}
	return true;
}

static int group_shape(char by)
{
	return by == ','   ? SHAPE_GROUP_COMMA
	       : by == '.' ? SHAPE_GROUP_POINT
	       : by == ' ' ? SHAPE_GROUP_SPACE
			   : SHAPE_GROUP_QUOTE;
}

/* Groups of one character and a decimal character behind them; -1: nobody writes so. */
static int mixed_shape(char by, char decimal)
{
	if (by == ',' && decimal == '.')
		return SHAPE_GROUP_COMMA_POINT;
	if (by == '.' && decimal == ',')
		return SHAPE_GROUP_POINT_COMMA;
	if (by == ' ' && decimal == ',')
		return SHAPE_GROUP_SPACE_COMMA;
	if (by == ' ' && decimal == '.')
		return SHAPE_GROUP_SPACE_POINT;
	return by == '\'' && decimal == '.' ? SHAPE_GROUP_QUOTE_POINT : -1;
}

/* One comma and no other separator. */
static int comma_shape(const struct runs *r)
{
	if (r->len[1] == 0)
		return -1;
	if (r->len[0] > 1 && r->first[0] == '0')
		return SHAPE_ZERO_LED;
	return are_groups(r, 2) ? SHAPE_COMMA3 : SHAPE_COMMA;
}

static uint8_t count_digits(const struct runs *r, size_t from, size_t to)
{
	size_t sum = 0;
	for (size_t i = from; i < to; i++)
		sum += r->len[i];
	return (uint8_t)(sum < MOST_DIGITS ? sum : MOST_DIGITS);
}

/* Numbers with other separators than one point. */
static bool locale_shape(const char *p, size_t n, struct contract_shape_of *out)
{
	struct runs r;
	int shape = -1;
	if (!take_runs(p, n, &r) || r.n < 2)
		return false;
	const char last = r.by[r.n - 2];
	size_t whole = r.n; /* runs before the decimal character */
	if (r.n == 2 && last == ',') {
		shape = comma_shape(&r);
		whole = 1;
	} else if (are_groups(&r, r.n)) {
		shape = group_shape(r.by[0]);
	} else if (r.n > 2 && r.len[r.n - 1] > 0 && last != r.by[0] && are_groups(&r, r.n - 1)) {
		shape = mixed_shape(r.by[0], last);
		whole = r.n - 1;
	}
	if (shape < 0)
		return false;
	out->shape = (uint8_t)shape;
	out->before = count_digits(&r, 0, whole);
	out->behind = count_digits(&r, whole, r.n);
	return true;
}

/* Plain notation: digits with at most one point. */
static uint8_t plain_shape(const char *p, size_t n, size_t before, size_t behind)
{
	const bool sign = p[0] == '-' || p[0] == '+';
	const char *digits = p + (sign ? 1 : 0);
	const bool point = n - (sign ? 1 : 0) > before + behind;
	int64_t whole;
	if (before > 1 && digits[0] == '0')
		return SHAPE_ZERO_LED;
	if (p[0] == '+' && !point && before >= PHONE_DIGITS)
		return SHAPE_PLUS_LED;
	if (before + behind > CSV_DECIMAL_MAX)
		return point ? SHAPE_EXPONENT : SHAPE_LONG;
	if (point)
		return behind == GROUP_DIGITS && before >= 1 && before <= GROUP_DIGITS &&
			       digits[0] != '0'
			   ? SHAPE_POINT3
			   : SHAPE_DECIMAL;
	return csv_number_integer(p, n, &whole) ? SHAPE_INT : SHAPE_BIG;
}

bool shape_number(const char *p, size_t n, struct contract_shape_of *out)
{
	size_t before;
	size_t behind;
	double real;
	if (csv_number_shape(p, n, &before, &behind)) {
		out->shape = plain_shape(p, n, before, behind);
		out->before = (uint8_t)(before < MOST_DIGITS ? before : MOST_DIGITS);
		out->behind = (uint8_t)(behind < MOST_DIGITS ? behind : MOST_DIGITS);
		return true;
	}
	const size_t sign = p[0] == '-' || p[0] == '+' ? 1 : 0;
	if (n > sign && locale_shape(p + sign, n - sign, out))
		return true;
	out->shape = SHAPE_EXPONENT;
	return shape_is_digit(p[n - 1]) && csv_number_double(p, n, &real);
}
