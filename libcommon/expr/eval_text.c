/* SPDX-License-Identifier: Apache-2.0 */
/* eval_text - functions of texts; characters are code points. */
#include <string.h>
#include <utf8proc.h>

#include "expr/eval_call.h"

/* A character's bytes may grow to four. */
static int map_case(struct expr_eval *ev, const struct expr_value *x,
    utf8proc_int32_t (*map)(utf8proc_int32_t), struct expr_value *out)
{
	char *p = eval_text(ev, 4 * x->text.n);
	if (p == NULL)
		return -1;
	size_t to = 0;
	for (size_t at = 0; at < x->text.n;) {
		utf8proc_int32_t c;
		const utf8proc_ssize_t n =
		    utf8proc_iterate((const utf8proc_uint8_t *)x->text.p + at,
			(utf8proc_ssize_t)(x->text.n - at), &c);
		if (n <= 0)
			return eval_fail(ev, "the text is not UTF-8");
		at += (size_t)n;
		to += (size_t)utf8proc_encode_char(map(c), (utf8proc_uint8_t *)p + to);
	}
	out->text.p = p;
	out->text.n = to;
	return 0;
}

static int run_lower(struct expr_eval *ev, const struct expr *e, const struct expr_value *args,
    struct expr_value *out)
{
	(void)e;
	return map_case(ev, &args[0], utf8proc_tolower, out);
}

static int run_upper(struct expr_eval *ev, const struct expr *e, const struct expr_value *args,
    struct expr_value *out)
{
	(void)e;
	return map_case(ev, &args[0], utf8proc_toupper, out);
}

static int run_trim(struct expr_eval *ev, const struct expr *e, const struct expr_value *args,
    struct expr_value *out)
{
	(void)ev;
	(void)e;
	const char *p = args[0].text.p;
	size_t n = args[0].text.n;
	while (n > 0 && p[n - 1] == ' ')
		n--;
	while (n > 0 && *p == ' ') {
		p++;
		n--;
	}
	out->text.p = p;
	out->text.n = n;
	return 0;
}

static bool starts_character(char c)
{
	return ((uint8_t)c & 0xC0) != 0x80;
}

static int64_t count_characters(const struct expr_value *x)
{
	int64_t n = 0;
	for (size_t i = 0; i < x->text.n; i++)
		n += starts_character(x->text.p[i]);
	return n;
}

static int run_length(struct expr_eval *ev, const struct expr *e, const struct expr_value *args,
    struct expr_value *out)
{
	(void)ev;
	(void)e;
	out->i = count_characters(&args[0]);
	return 0;
}

/* Byte at which character number `index` (from 0) starts; the end when there are fewer. */
static size_t byte_of(const struct expr_value *x, int64_t index)
{
	for (size_t i = 0; i < x->text.n; i++) {
		if (starts_character(x->text.p[i]) && index-- == 0)
			return i;
	}
	return x->text.n;
}

static int64_t clamp(int64_t v, int64_t low, int64_t high)
{
	return v < low ? low : v > high ? high : v;
}

/* start counts from 1, a negative one from the end; 0 is the place before the first character and
 * uses up one of the length. A negative length reaches back. As DuckDB has it. */
static int run_substr(struct expr_eval *ev, const struct expr *e, const struct expr_value *args,
    struct expr_value *out)
{
	(void)ev;
	const int64_t all = count_characters(&args[0]);
	const int64_t far = INT64_C(1) << 40; /* beyond any text, far from overflow */
	const int64_t start = clamp(args[1].i, -far, far);
	int64_t length = e->n_args > 2 ? clamp(args[2].i, -far, far) : far;
	int64_t from = start > 0 ? start - 1 : start < 0 ? all + start : 0;
	if (start == 0)
		length = length > 0 ? length - 1 : 0;
	const int64_t other = clamp(from + length, 0, all);
	from = clamp(from, 0, all);
	const size_t low = byte_of(&args[0], from < other ? from : other);
	const size_t high = byte_of(&args[0], from < other ? other : from);
	out->text.p = args[0].text.p + low;
	out->text.n = high - low;
	return 0;
}

static const char *find_part(const char *p, size_t n, const struct expr_value *part)
{
	return part->text.n == 0 ? p : memmem(p, n, part->text.p, part->text.n);
}

static size_t count_parts(const struct expr_value *x, const struct expr_value *part)
{
	size_t count = 0;
	const char *end = x->text.p + x->text.n;
	const char *p = x->text.p;
	while ((p = memmem(p, (size_t)(end - p), part->text.p, part->text.n)) != NULL) {
		count++;
		p += part->text.n;
	}
	return count;
}

static int run_replace(struct expr_eval *ev, const struct expr *e, const struct expr_value *args,
    struct expr_value *out)
{
	(void)e;
	*out = args[0];
	const size_t count = args[1].text.n == 0 ? 0 : count_parts(&args[0], &args[1]);
	if (count == 0)
		return 0;
	const size_t n = args[0].text.n - count * args[1].text.n;
	if (args[2].text.n > 0 && count > EXPR_EVAL_TEXT_BYTES / args[2].text.n)
		return eval_fail(ev, "the text gets longer than 64 MiB");
	char *to = eval_text(ev, n + count * args[2].text.n);
	if (to == NULL)
		return -1;
	const char *p = args[0].text.p;
	const char *end = p + args[0].text.n;
	out->text.p = to;
	out->text.n = n + count * args[2].text.n;
	for (const char *hit;
	     (hit = memmem(p, (size_t)(end - p), args[1].text.p, args[1].text.n)) != NULL;) {
		memcpy(to, p, (size_t)(hit - p));
		to += hit - p;
		memcpy(to, args[2].text.p, args[2].text.n);
		to += args[2].text.n;
		p = hit + args[1].text.n;
	}
	memcpy(to, p, (size_t)(end - p));
	return 0;
}

static int run_concat(struct expr_eval *ev, const struct expr *e, const struct expr_value *args,
    struct expr_value *out)
{
	size_t n = 0;
	for (size_t i = 0; i < e->n_args; i++)
		n += args[i].is_null ? 0 : args[i].text.n;
	char *p = eval_text(ev, n);
	if (p == NULL)
		return -1;
	out->text.p = p;
	out->text.n = n;
	for (size_t i = 0; i < e->n_args; i++) {
		if (args[i].is_null)
			continue;
		memcpy(p, args[i].text.p, args[i].text.n);
		p += args[i].text.n;
	}
	return 0;
}

static int run_contains(struct expr_eval *ev, const struct expr *e, const struct expr_value *args,
    struct expr_value *out)
{
	(void)ev;
	(void)e;
	out->b = find_part(args[0].text.p, args[0].text.n, &args[1]) != NULL || args[1].text.n == 0;
	return 0;
}

static int run_starts_with(struct expr_eval *ev, const struct expr *e,
    const struct expr_value *args, struct expr_value *out)
{
	(void)ev;
	(void)e;
	out->b = args[1].text.n <= args[0].text.n &&
		 memcmp(args[0].text.p, args[1].text.p, args[1].text.n) == 0;
	return 0;
}

static int run_ends_with(struct expr_eval *ev, const struct expr *e, const struct expr_value *args,
    struct expr_value *out)
{
	(void)ev;
	(void)e;
	const size_t n = args[1].text.n;
	out->b = n <= args[0].text.n &&
		 memcmp(args[0].text.p + args[0].text.n - n, args[1].text.p, n) == 0;
	return 0;
}

/* The conversion was made by a cast before, but for dates. */
static int run_text(struct expr_eval *ev, const struct expr *e, const struct expr_value *args,
    struct expr_value *out)
{
	(void)ev;
	(void)e;
	*out = args[0];
	return 0;
}

const struct eval_function eval_text_functions[] = {
	{ "lower", run_lower, false },
	{ "upper", run_upper, false },
	{ "trim", run_trim, false },
	{ "length", run_length, false },
	{ "substr", run_substr, false },
	{ "replace", run_replace, false },
	{ "concat", run_concat, true },
	{ "contains", run_contains, false },
	{ "starts_with", run_starts_with, false },
	{ "ends_with", run_ends_with, false },
	{ "text", run_text, false },
	{ NULL, NULL, false },
};
