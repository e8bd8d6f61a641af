/* SPDX-License-Identifier: Apache-2.0 */
/* csv_json - one pass without recursion; a bit for each open bracket. */
#include "csv/csv_json.h"

#include "csv/csv_swar.h"

struct reader {
	const char *p, *end;
	uint64_t objects[CSV_JSON_DEPTH / 64]; /* bit d: bracket d is an object's */
	size_t depth;
	const char *why;
};

static bool refuse(struct reader *r, const char *why)
{
	r->why = why;
	return false;
}

static void skip_blanks(struct reader *r)
{
	while (r->p < r->end && (*r->p == ' ' || *r->p == '\t' || *r->p == '\n' || *r->p == '\r'))
		r->p++;
}

static bool is_digit(const struct reader *r)
{
	return r->p < r->end && (unsigned char)(*r->p - '0') < 10;
}

/* Four hex digits. */
static bool take_hex(struct reader *r, unsigned *out)
{
	unsigned v = 0;
	for (int i = 0; i < 4; i++, r->p++) {
		const unsigned c = r->p < r->end ? (unsigned char)*r->p : 0;
		const unsigned lower = c | 32;
		if (c - '0' < 10)
			v = v << 4 | (c - '0');
		else if (lower - 'a' < 6)
			v = v << 4 | (lower - 'a' + 10);
		else
			return refuse(r, "\\u needs four hex digits");
	}
	*out = v;
	return true;
}

static bool take_unicode(struct reader *r)
{
	unsigned first;
	unsigned second = 0;
	if (!take_hex(r, &first))
		return false;
	if (first == 0)
		return refuse(r, "\\u0000 cannot be stored");
	if (first < 0xD800 || first > 0xDFFF)
		return true;
	if (first > 0xDBFF || r->end - r->p < 6 || r->p[0] != '\\' || r->p[1] != 'u')
		return refuse(r, "half a surrogate pair");
	r->p += 2;
	if (!take_hex(r, &second))
		return false;
	return (second >= 0xDC00 && second <= 0xDFFF) || refuse(r, "half a surrogate pair");
}

static bool take_escape(struct reader *r)
{
	r->p++;
	if (r->p == r->end)
		return refuse(r, "the text is not closed");
	const char c = *r->p;
	if (c == '\0' || strchr("\"\\/bfnrtu", c) == NULL)
		return refuse(r, "no such escape");
	r->p++;
	return c != 'u' || take_unicode(r);
}

/* Over characters of a text that are no quote, no backslash and no control character. */
static void skip_plain(struct reader *r)
{
	while (r->end - r->p >= 8) {
		const uint64_t v = csv_swar_load(r->p);
		const uint64_t stop = csv_swar_zeros(v ^ UINT64_C(0x2222222222222222)) |
				      csv_swar_zeros(v ^ UINT64_C(0x5C5C5C5C5C5C5C5C)) |
				      csv_swar_zeros(v & UINT64_C(0xE0E0E0E0E0E0E0E0));
		if (stop != 0) {
			r->p += __builtin_ctzll(stop) / 8;
			return;
		}
		r->p += 8;
	}
}

/* r->p stands at the quote. */
static bool take_string(struct reader *r)
{
	r->p++;
	for (skip_plain(r); r->p < r->end && *r->p != '"'; skip_plain(r)) {
		if ((unsigned char)*r->p < 32)
			return refuse(r, "a control character inside a text must be escaped");
		if (*r->p != '\\')
			r->p++;
		else if (!take_escape(r))
			return false;
	}
	if (r->p == r->end)
		return refuse(r, "the text is not closed");
	r->p++;
	return true;
}

static bool take_exponent(struct reader *r)
{
	unsigned value = 0;
	r->p++;
	if (r->p < r->end && (*r->p == '+' || *r->p == '-'))
		r->p++;
	if (!is_digit(r))
		return refuse(r, "an exponent has no digits");
	for (; is_digit(r); r->p++)
		value = value > CSV_JSON_EXPONENT ? value : value * 10 + (unsigned)(*r->p - '0');
	return value <= CSV_JSON_EXPONENT || refuse(r, "the number is too large to be stored");
}

static bool take_number(struct reader *r)
{
	r->p += *r->p == '-' ? 1 : 0;
	const char *start = r->p;
	if (!is_digit(r))
		return refuse(r, "a number needs a digit here");
	const bool zero = *r->p == '0';
	while (is_digit(r))
		r->p++;
	if (zero && r->p - start > 1)
		return refuse(r, "a number must not begin with 0");
	if (r->p < r->end && *r->p == '.') {
		r->p++;
		if (!is_digit(r))
			return refuse(r, "a number needs a digit behind its point");
		while (is_digit(r))
			r->p++;
	}
	if (r->p - start > CSV_JSON_DIGITS)
		return refuse(r, "the number is too long to be stored");
	return r->p == r->end || (*r->p | 32) != 'e' || take_exponent(r);
}

static bool take_word(struct reader *r)
{
	static const char *const words[] = { "true", "false", "null" };
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		const size_t n = strlen(words[i]);
		if ((size_t)(r->end - r->p) >= n && memcmp(r->p, words[i], n) == 0) {
			r->p += n;
			return true;
		}
	}
	return refuse(r, "a value is missing here");
}

static bool in_object(const struct reader *r)
{
	const size_t d = r->depth - 1;
	return (r->objects[d / 64] >> (d % 64) & 1) != 0;
}

static bool open_bracket(struct reader *r, bool object)
{
	if (r->depth == CSV_JSON_DEPTH)
		return refuse(r, "nested deeper than 128 levels");
	const uint64_t bit = UINT64_C(1) << (r->depth % 64);
	uint64_t *word = &r->objects[r->depth / 64];
	*word = object ? *word | bit : *word & ~bit;
	r->depth++;
	r->p++;
	return true;
}

/* A member's name and colon. */
static bool take_key(struct reader *r)
{
	skip_blanks(r);
	if (r->p == r->end || *r->p != '"')
		return refuse(r, "a name in double quotes is missing here");
	if (!take_string(r))
		return false;
	skip_blanks(r);
	if (r->p == r->end || *r->p != ':')
		return refuse(r, "a colon is missing here");
	r->p++;
	return true;
}

/* A value that is no array or object, or the opening of one; *opened tells which. */
static bool take_value(struct reader *r, bool *opened)
{
	skip_blanks(r);
	*opened = false;
	if (r->p == r->end)
		return refuse(r, "a value is missing here");
	const char c = *r->p;
	if (c == '"')
		return take_string(r);
	if (c == '-' || is_digit(r))
		return take_number(r);
	if (c != '{' && c != '[')
		return take_word(r);
	*opened = true;
	return open_bracket(r, c == '{');
}

/* Behind a value: closes what ends here; false with why NULL when the whole value is over. */
static bool close_brackets(struct reader *r)
{
	while (r->depth > 0) {
		skip_blanks(r);
		const bool object = in_object(r);
		if (r->p == r->end)
			return refuse(r, object ? "`}` is missing" : "`]` is missing");
		if (*r->p == ',') {
			r->p++;
			return !object || take_key(r);
		}
		if (*r->p != (object ? '}' : ']'))
			return refuse(r, object ? "a comma or `}` is missing here"
						: "a comma or `]` is missing here");
		r->p++;
		r->depth--;
	}
	return false;
}

/* Behind an opening bracket: true when it is closed at once. */
static bool is_empty(struct reader *r)
{
	skip_blanks(r);
	if (r->p == r->end || *r->p != (in_object(r) ? '}' : ']'))
		return false;
	r->p++;
	r->depth--;
	return true;
}

static bool take_all(struct reader *r)
{
	bool opened;
	do {
		if (!take_value(r, &opened))
			return false;
		while (opened && !is_empty(r)) {
			if ((in_object(r) && !take_key(r)) || !take_value(r, &opened))
				return false;
		}
	} while (close_brackets(r));
	if (r->why != NULL)
		return false;
	skip_blanks(r);
	return r->p == r->end || refuse(r, "text behind the end of the value");
}

static bool is_wanted(struct reader *r, const char *want)
{
	const char first = want == NULL ? '\0' : want[0] == 'o' ? '{' : '[';
	skip_blanks(r);
	if (first == '\0' || (r->p < r->end && *r->p == first))
		return true;
	return refuse(r, first == '{' ? "an object is wanted here" : "an array is wanted here");
}

bool csv_json_check(const char *p, size_t n, const char *want)
{
	struct reader r = { .p = p, .end = p + n };
	return is_wanted(&r, want) && take_all(&r);
}

const char *csv_json_why(const char *p, size_t n, const char *want, size_t *out_at)
{
	struct reader r = { .p = p, .end = p + n };
	if (is_wanted(&r, want))
		(void)!take_all(&r);
	*out_at = (size_t)(r.p - p);
	return r.why == NULL ? "" : r.why;
}
