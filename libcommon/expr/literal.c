/* SPDX-License-Identifier: Apache-2.0 */
/* literal - values written out: numbers, dates and times. */
#include "expr/literal.h"

#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Digits that count of a decimal written out, leading zeros left aside. */
static size_t count_digits(const char *text)
{
	size_t n = 0;

	while (*text == '0')
		text++;
	for (; *text != '\0'; text++)
		n += *text != '.';
	return n;
}

int literal_number(const struct lex_token *t, struct expr_type *out, struct expr_fault *fault)
{
	struct expr_type type = { .kind = EXPR_T_INTEGER };
	int64_t unused;

	if (t->kind == LEX_DOUBLE) {
		type.kind = EXPR_T_DOUBLE;
		if (!isfinite(strtod(t->text, NULL)))
			return lex_fault(
			    fault, t->pos, t->len, NULL, "a number beyond the range of double");
	} else if (t->kind == LEX_DECIMAL || text_parse_i64(t->text, &unused) != 0) {
		const char *point = strchr(t->text, '.');

		type.kind = EXPR_T_DECIMAL;
		type.scale = point != NULL ? (int)strlen(point + 1) : 0;
		if (count_digits(t->text) > EXPR_MAX_SCALE || type.scale > EXPR_MAX_SCALE)
			return lex_fault(fault, t->pos, t->len, "write it with an exponent: 1e40",
			    "a number of more than 38 digits");
	}
	*out = type;
	return 0;
}

static int digits_of(const char *s, size_t n, int *out)
{
	int v = 0;

	for (size_t i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return -1;
		v = v * 10 + (s[i] - '0');
	}
	*out = v;
	return 0;
}

/* YYYY-MM-DD of a day that exists. */
static bool is_date(const char *s)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int y;
	int m;
	int d;

	if (digits_of(s, 4, &y) != 0 || s[4] != '-' || digits_of(s + 5, 2, &m) != 0 ||
	    s[7] != '-' || digits_of(s + 8, 2, &d) != 0 || y < 1 || m < 1 || m > 12 || d < 1)
		return false;
	const bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;

	return d <= days[m - 1] + (m == 2 && leap ? 1 : 0);
}

/* HH:MM with optional :SS and .f{1,6}; out_rest points behind it. */
static bool is_time(const char *s, const char **out_rest)
{
	int v;

	if (digits_of(s, 2, &v) != 0 || v > 23 || s[2] != ':' || digits_of(s + 3, 2, &v) != 0 ||
	    v > 59)
		return false;
	s += 5;
	if (s[0] == ':') {
		if (digits_of(s + 1, 2, &v) != 0 || v > 59)
			return false;
		s += 3;
		if (s[0] == '.') {
			const size_t n = strspn(s + 1, "0123456789");

			if (n < 1 || n > 6)
				return false;
			s += n + 1;
		}
	}
	*out_rest = s;
	return true;
}

/* Z or +HH:MM. */
static bool is_zone(const char *s)
{
	int v;

	if (strcmp(s, "Z") == 0)
		return true;
	return (s[0] == '+' || s[0] == '-') && digits_of(s + 1, 2, &v) == 0 && v <= 15 &&
	       s[3] == ':' && digits_of(s + 4, 2, &v) == 0 && v <= 59 && s[6] == '\0';
}

/* Bring a checked text to YYYY-MM-DD HH:MM:SS[.f][zone]. */
static const char *canonical(const char *s, struct arena *a)
{
	const char *rest = s + 16; /* behind HH:MM */
	const size_t seconds = strcspn(rest, "Z+-");
	const char *zone = rest + seconds;

	return arena_printf(a, "%.10s %.5s%s%.*s%s", s, s + 11, seconds == 0 ? ":00" : "",
	    (int)seconds, rest, strcmp(zone, "Z") == 0 ? "+00:00" : zone);
}

static bool is_timestamp(const char *s, bool zoned)
{
	const char *rest;

	if (strlen(s) < 16 || !is_date(s) || (s[10] != ' ' && s[10] != 'T') ||
	    !is_time(s + 11, &rest))
		return false;
	return zoned ? is_zone(rest) : *rest == '\0';
}

int literal_temporal(const char *word, struct lex_token *t, struct arena *a, struct expr_type *out,
    struct expr_fault *fault)
{
	static const char *const examples[] = {
		[EXPR_T_DATE] = "date '2026-01-31'",
		[EXPR_T_TIMESTAMP] = "timestamp '2026-01-31 10:42:07'",
		[EXPR_T_TIMESTAMPTZ] = "timestamptz '2026-01-31 10:42:07Z'",
	};
	struct expr_type type = { .kind = EXPR_T_TIMESTAMPTZ };
	bool good;

	if (strcasecmp(word, "date") == 0)
		type.kind = EXPR_T_DATE;
	else if (strcasecmp(word, "timestamp") == 0)
		type.kind = EXPR_T_TIMESTAMP;
	if (type.kind == EXPR_T_DATE)
		good = strlen(t->text) == 10 && is_date(t->text);
	else
		good = is_timestamp(t->text, type.kind == EXPR_T_TIMESTAMPTZ);
	if (!good)
		return lex_fault(fault, t->pos, t->len, examples[type.kind], "not a %s",
		    expr_type_name(type.kind));
	if (type.kind != EXPR_T_DATE)
		t->text = canonical(t->text, a);
	*out = type;
	return 0;
}
