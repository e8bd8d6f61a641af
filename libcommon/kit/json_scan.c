/* SPDX-License-Identifier: Apache-2.0 */
/* json_scan - the grammar and the limits of JSON, checked before cJSON sees a byte. */
#include "kit/json_scan.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

struct scan {
	const uint8_t *start;
	const uint8_t *p; /* next byte */
	const uint8_t *end;
	size_t values; /* left */
	size_t depth;  /* left */
	struct err *err;
};

static int invalid(const struct scan *s, const char *what)
{
	return err_set_code(s->err, ERR_INPUT, "json.invalid", "not JSON at byte %zu: %s",
	    (size_t)(s->p - s->start), what);
}

static void skip_space(struct scan *s)
{
	while (s->p < s->end && (*s->p == ' ' || *s->p == '\t' || *s->p == '\n' || *s->p == '\r'))
		s->p++;
}

static bool take(struct scan *s, char c)
{
	if (s->p == s->end || *s->p != (uint8_t)c)
		return false;
	s->p++;
	return true;
}

static size_t digits(struct scan *s)
{
	const uint8_t *from = s->p;
	while (s->p < s->end && *s->p >= '0' && *s->p <= '9')
		s->p++;
	return (size_t)(s->p - from);
}

static int scan_number(struct scan *s)
{
	(void)take(s, '-');
	if (!take(s, '0') && digits(s) == 0)
		return invalid(s, "a value was expected");
	if (s->p < s->end && *s->p >= '0' && *s->p <= '9')
		return invalid(s, "leading zero");
	if (take(s, '.') && digits(s) == 0)
		return invalid(s, "digits are missing behind the point");
	if (take(s, 'e') || take(s, 'E')) {
		if (!take(s, '+'))
			(void)take(s, '-');
		if (digits(s) == 0)
			return invalid(s, "digits are missing in the exponent");
	}
	return 0;
}

static int read_hex4(struct scan *s, unsigned *out)
{
	char hex[5] = { 0 };
	uint8_t raw[2];
	if (s->end - s->p < 4)
		return invalid(s, "four hex digits were expected");
	memcpy(hex, s->p, 4);
	if (text_unhex(hex, raw, sizeof(raw)) != 0)
		return invalid(s, "four hex digits were expected");
	s->p += 4;
	*out = (unsigned)raw[0] << 8 | raw[1];
	return 0;
}

static int scan_unicode(struct scan *s)
{
	unsigned high;
	unsigned low;
	if (read_hex4(s, &high) != 0)
		return -1;
	if (high == 0)
		return invalid(s, "NUL in a string");
	if (high < 0xd800 || high > 0xdfff)
		return 0;
	if (high > 0xdbff || !take(s, '\\') || !take(s, 'u'))
		return invalid(s, "half of a surrogate pair");
	if (read_hex4(s, &low) != 0)
		return -1;
	return low >= 0xdc00 && low <= 0xdfff ? 0 : invalid(s, "half of a surrogate pair");
}

static int scan_escape(struct scan *s)
{
	if (s->p == s->end)
		return invalid(s, "the string does not end");
	const uint8_t c = *s->p++;
	if (c == 'u')
		return scan_unicode(s);
	if (c == '\0' || strchr("\"\\/bfnrt", c) == NULL)
		return invalid(s, "unknown escape");
	return 0;
}

static int scan_string(struct scan *s)
{
	if (!take(s, '"'))
		return invalid(s, "a string was expected");
	while (s->p < s->end && *s->p != '"') {
		if (take(s, '\\')) {
			if (scan_escape(s) != 0)
				return -1;
			continue;
		}
		if (*s->p < 0x20)
			return invalid(s, "control character in a string");
		const size_t len = text_utf8_char(s->p, (size_t)(s->end - s->p));
		if (len == 0)
			return invalid(s, "not UTF-8");
		s->p += len;
	}
	return take(s, '"') ? 0 : invalid(s, "the string does not end");
}

static int scan_word(struct scan *s)
{
	static const char *const words[] = { "true", "false", "null" };
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		const size_t n = strlen(words[i]);
		if ((size_t)(s->end - s->p) >= n && memcmp(s->p, words[i], n) == 0) {
			s->p += n;
			return 0;
		}
	}
	return scan_number(s);
}

static int scan_value(struct scan *s);

static int scan_member(struct scan *s)
{
	skip_space(s);
	if (scan_string(s) != 0)
		return -1;
	skip_space(s);
	return take(s, ':') ? scan_value(s) : invalid(s, "':' was expected");
}

/* An array or object, its opening bracket taken. Recursion is bounded by depth. */
static int scan_items(struct scan *s, char close, int (*item)(struct scan *s))
{
	if (s->depth == 0)
		return err_set_code(
		    s->err, ERR_TOO_LARGE, "json.too_large", "JSON nested too deep");
	s->depth--;
	skip_space(s);
	bool done = take(s, close);
	while (!done) {
		if (item(s) != 0)
			return -1;
		skip_space(s);
		done = take(s, close);
		if (!done && !take(s, ','))
			return invalid(s, "',' or a closing bracket was expected");
	}
	s->depth++;
	return 0;
}

static int scan_value(struct scan *s)
{
	if (s->values == 0)
		return err_set_code(
		    s->err, ERR_TOO_LARGE, "json.too_large", "too many JSON values");
	s->values--;
	skip_space(s);
	if (s->p < s->end && *s->p == '"')
		return scan_string(s);
	if (take(s, '{'))
		return scan_items(s, '}', scan_member);
	if (take(s, '['))
		return scan_items(s, ']', scan_value);
	return scan_word(s);
}

int js_scan_check(const void *p, size_t n, size_t max_values, size_t max_depth, struct err *err)
{
	struct scan s = {
		.start = p, .p = p, .values = max_values, .depth = max_depth, .err = err
	};
	if (n == 0)
		return err_set_code(err, ERR_INPUT, "json.invalid", "not JSON: empty");
	s.end = s.start + n;
	if (scan_value(&s) != 0)
		return -1;
	skip_space(&s);
	return s.p == s.end ? 0 : invalid(&s, "something follows the value");
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int check_object(const cJSON *obj, struct arena *a, struct err *err)
{
	const cJSON *v;
	size_t n = 0;
	cJSON_ArrayForEach(v, obj) n++;
	if (n < 2)
		return 0;
	void *p;
	if (arena_try(a, n * sizeof(char *), &p, err) != 0)
		return -1;
	const char **names = p;
	n = 0;
	cJSON_ArrayForEach(v, obj) names[n++] = v->string;
	qsort(names, n, sizeof(*names), by_name);
	for (size_t i = 1; i < n; i++) {
		if (strcmp(names[i - 1], names[i]) == 0)
			return err_set_code(
			    err, ERR_INPUT, "json.invalid", "member %.60s stands twice", names[i]);
	}
	return 0;
}

int js_scan_duplicates(const cJSON *tree, struct arena *a, struct err *err)
{
	if (cJSON_IsObject(tree) && check_object(tree, a, err) != 0)
		return -1;
	const cJSON *v;
	cJSON_ArrayForEach(v, tree)
	{
		if ((cJSON_IsObject(v) || cJSON_IsArray(v)) && js_scan_duplicates(v, a, err) != 0)
			return -1;
	}
	return 0;
}
