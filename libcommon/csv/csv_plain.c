/* SPDX-License-Identifier: Apache-2.0 */
/* csv_plain - strip what stands around a number, undo its locale. */
#include "csv/csv_plain.h"

struct reader {
	const struct csv_column *c;
	const char *p;
	size_t at, end;
	struct csv_plain *out;
	char decimal;
	size_t in_group; /* digits since the last group sign */
	bool grouped;    /* one was seen */
};

static bool is_digit(char c)
{
	return (unsigned char)(c - '0') < 10;
}

static bool is_letter(char c)
{
	const char lower = (char)(c | 32);
	return lower >= 'a' && lower <= 'z';
}

/* Bytes of s when the text at p begins with it. */
static size_t begins(const char *p, size_t n, const char *s)
{
	const size_t length = strlen(s);
	return n >= length && memcmp(p, s, length) == 0 ? length : 0;
}

static size_t take_minus(const char *p, size_t n)
{
	return n > 0 && p[0] == '-' ? 1 : begins(p, n, "\xe2\x88\x92");
}

static size_t take_group(char group, const char *p, size_t n)
{
	static const char *const blanks[] = { "\xc2\xa0", "\xe2\x80\xaf", "\xe2\x80\x89" };
	size_t used = 0;
	if (group == '\0' || n == 0)
		return 0;
	if (p[0] == group)
		return 1;
	if (group == '\'')
		return begins(p, n, "\xe2\x80\x99");
	for (size_t i = 0; group == ' ' && used == 0 && i < ARRAY_SIZE(blanks); i++)
		used = begins(p, n, blanks[i]);
	return used;
}

static bool put(struct reader *r, char c)
{
	if (r->out->n == CSV_PLAIN_BYTES)
		return false;
	r->out->from[r->out->n] = (uint16_t)(r->at < UINT16_MAX ? r->at : UINT16_MAX);
	r->out->text[r->out->n++] = c;
	return true;
}

/* What stands before the first digit: at most one sign, which is kept. */
static const char *take_lead(struct reader *r, size_t first)
{
	bool sign = false;
	while (r->at < first) {
		const size_t minus = take_minus(r->p + r->at, first - r->at);
		const bool plus = r->p[r->at] == '+';
		if (r->p[r->at] == '(')
			return "parentheses are not read as a minus";
		if ((minus > 0 || plus) && sign)
			return "a second sign";
		if ((minus > 0 || plus) && r->at > 0 && is_letter(r->p[r->at - 1]))
			return "a sign behind a letter";
		if (minus > 0 || plus) {
			sign = true;
			if (!put(r, minus > 0 ? '-' : '+'))
				return "it is too long";
		}
		r->at += minus > 0 ? minus : 1;
	}
	return NULL;
}

static const char *check_tail(struct reader *r, size_t n)
{
	for (size_t i = r->end; i < n; i++) {
		r->at = i;
		if (r->p[i] == '+' || take_minus(r->p + i, n - i) > 0)
			return "a sign behind the number";
		if (r->p[i] == '(' || r->p[i] == ')')
			return "parentheses are not read as a minus";
	}
	return NULL;
}

/* Narrows the cell to its digits, with a decimal sign right before them. */
static const char *strip(struct reader *r, size_t n)
{
	size_t first = 0;
	size_t last = n;
	while (first < n && !is_digit(r->p[first]))
		first++;
	if (first == n)
		return NULL;
	while (!is_digit(r->p[last - 1]))
		last--;
	if (first > 0 && r->p[first - 1] == r->decimal &&
	    (first == 1 || !is_letter(r->p[first - 2])))
		first--;
	r->end = last;
	const char *why = check_tail(r, n);
	if (why != NULL)
		return why;
	r->at = 0;
	return take_lead(r, first);
}

static const char *end_of_group(const struct reader *r)
{
	return r->grouped && r->in_group != 3 ? "a group has not three digits" : NULL;
}

static const char *take_group_sign(struct reader *r, size_t used)
{
	if (r->grouped ? r->in_group != 3 : r->in_group < 1 || r->in_group > 3)
		return "a group has not three digits";
	r->grouped = true;
	r->in_group = 0;
	r->at += used;
	return NULL;
}

/* Behind the decimal sign or an exponent nothing is grouped any more. */
static const char *copy_rest(struct reader *r)
{
	for (; r->at < r->end; r->at++) {
		const char c = r->p[r->at];
		if (c == r->decimal || (c == '.' && r->decimal != '.'))
			return "a second decimal sign";
		if (take_group(r->c->group_char, r->p + r->at, r->end - r->at) > 0)
			return "a group sign behind the decimal sign";
		if (!put(r, c))
			return "it is too long";
	}
	return NULL;
}

static const char *copy_number(struct reader *r)
{
	while (r->at < r->end) {
		const char c = r->p[r->at];
		const size_t group = take_group(r->c->group_char, r->p + r->at, r->end - r->at);
		const char *why = NULL;
		if (group > 0) {
			why = take_group_sign(r, group);
			if (why != NULL)
				return why;
			continue;
		}
		const bool over = c == r->decimal || (c | 32) == 'e';
		if (c == '.' && r->decimal != '.')
			return "a point is not the decimal sign of this column";
		if (over && end_of_group(r) != NULL)
			return end_of_group(r);
		if (!put(r, c == r->decimal ? '.' : c))
			return "it is too long";
		r->in_group += is_digit(c) ? 1 : 0;
		r->grouped = r->grouped && is_digit(c); /* csv_number refuses the rest */
		r->at++;
		if (over)
			return copy_rest(r);
	}
	return end_of_group(r);
}

const char *csv_plain_number(
    const struct csv_column *c, const char *p, size_t n, struct csv_plain *out, size_t *out_at)
{
	struct reader r = { .c = c,
		.p = p,
		.end = n,
		.out = out,
		.decimal = c->decimal_char == '\0' ? '.' : c->decimal_char };
	out->n = 0;
	const char *why = c->not_bare ? strip(&r, n) : NULL;
	if (why == NULL)
		why = copy_number(&r);
	*out_at = r.at;
	out->from[out->n] = (uint16_t)(r.at < UINT16_MAX ? r.at : UINT16_MAX);
	memset(out->text + out->n, 0, CSV_PAD_BYTES);
	return why;
}

static bool is_sign(char c)
{
	return c == '\0' || ((unsigned char)c >= 32 && (unsigned char)c < 127 && !is_digit(c) &&
				!is_letter(c) && c != '-' && c != '+');
}

int csv_plain_check(const struct csv_column *c, struct err *err)
{
	const char decimal = c->decimal_char == '\0' ? '.' : c->decimal_char;
	if (!is_sign(c->decimal_char) || c->decimal_char == ' ')
		return err_set(err, ERR_INPUT, "\"%c\" cannot be a decimal sign", c->decimal_char);
	if (!is_sign(c->group_char))
		return err_set(err, ERR_INPUT, "\"%c\" cannot stand between groups", c->group_char);
	if (decimal == c->group_char)
		return err_set(err, ERR_INPUT,
		    "\"%c\" cannot be the decimal sign and stand between groups", decimal);
	return 0;
}
