/* SPDX-License-Identifier: Apache-2.0 */
/* lex - tokens of an expression. */
#define LEX_HERE /* the function itself */
#include "expr/lex.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A message cut in the middle of a character loses that character. */
static void trim_utf8(char *s)
{
	size_t n = strlen(s);

	while (n > 0 && !text_is_utf8(s, n))
		s[--n] = '\0';
}

int lex_fault(struct expr_fault *f, size_t pos, size_t len, const char *hint, const char *fmt, ...)
{
	va_list ap;

	f->pos = pos;
	f->len = len;
	va_start(ap, fmt);
	(void)vsnprintf(f->message, sizeof(f->message), fmt, ap);
	va_end(ap);
	(void)snprintf(f->hint, sizeof(f->hint), "%s", hint != NULL ? hint : "");
	trim_utf8(f->message);
	trim_utf8(f->hint);
	return -1;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Bytes of other alphabets belong to words, so that a column needs no quotes in Persian. */
static bool is_word_start(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	       (unsigned char)c >= 0x80;
}

static char at(const struct lex *l, size_t i)
{
	return i < l->n ? l->s[i] : '\0';
}

static int take(struct lex *l, struct lex_token *out, enum lex_kind kind, size_t end)
{
	out->kind = kind;
	out->len = end - l->at;
	out->text = arena_dup_n(l->a, l->s + l->at, out->len);
	l->at = end;
	return 0;
}

static int word(struct lex *l, struct lex_token *out)
{
	size_t end = l->at;

	while (end < l->n && (is_word_start(l->s[end]) || is_digit(l->s[end])))
		end++;
	return take(l, out, LEX_WORD, end);
}

/* Index of the closing quote of the text that starts at l->at, or l->n. */
static size_t closing(const struct lex *l, char quote)
{
	size_t i = l->at + 1;

	for (; i < l->n; i++) {
		if (l->s[i] != quote)
			continue;
		if (at(l, i + 1) != quote)
			break;
		i++;
	}
	return i;
}

/* Quoted text with the quote doubled inside; the token's text has neither. */
static int quoted(struct lex *l, struct lex_token *out, char quote)
{
	const size_t end = closing(l, quote);

	if (end >= l->n)
		return lex_fault(l->fault, l->at, l->n - l->at, NULL, "this %s has no closing %c",
		    quote == '\'' ? "text" : "name", quote);
	if (quote == '"' && end == l->at + 1)
		return lex_fault(
		    l->fault, l->at, 2, "texts stand in single quotes: \'\'", "an empty name");
	char *text = arena_dup_n(l->a, l->s + l->at + 1, end - l->at - 1);
	size_t n = 0;

	for (size_t i = l->at + 1; i < end; i++) {
		text[n++] = l->s[i];
		if (l->s[i] == quote)
			i++;
	}
	text[n] = '\0';
	out->kind = quote == '\'' ? LEX_STRING : LEX_QUOTED;
	out->len = end + 1 - l->at;
	out->text = text;
	l->at = end + 1;
	return 0;
}

static size_t digits(const struct lex *l, size_t i)
{
	while (is_digit(at(l, i)))
		i++;
	return i;
}

static int number(struct lex *l, struct lex_token *out)
{
	enum lex_kind kind = LEX_INTEGER;
	size_t end = digits(l, l->at);

	if (at(l, end) == '.') {
		kind = LEX_DECIMAL;
		end = digits(l, end + 1);
	}
	if (at(l, end) == 'e' || at(l, end) == 'E') {
		size_t exp = end + 1;

		if (at(l, exp) == '+' || at(l, exp) == '-')
			exp++;
		if (is_digit(at(l, exp))) {
			kind = LEX_DOUBLE;
			end = digits(l, exp);
		}
	}
	if (is_word_start(at(l, end)) || at(l, end) == '.')
		return lex_fault(l->fault, l->at, end + 1 - l->at,
		    "quote a column whose name starts with a digit: \"1st\"", "not a number");
	return take(l, out, kind, end);
}

static const struct {
	const char *text;
	enum lex_kind kind;
	enum expr_op op;
} signs[] = {
	/* longer ones first */
	{ "<=", LEX_OP, EXPR_OP_LE },
	{ ">=", LEX_OP, EXPR_OP_GE },
	{ "<>", LEX_OP, EXPR_OP_NE },
	{ "!=", LEX_OP, EXPR_OP_NE },
	{ "||", LEX_OP, EXPR_OP_CONCAT },
	{ "=", LEX_OP, EXPR_OP_EQ },
	{ "<", LEX_OP, EXPR_OP_LT },
	{ ">", LEX_OP, EXPR_OP_GT },
	{ "+", LEX_OP, EXPR_OP_ADD },
	{ "-", LEX_OP, EXPR_OP_SUB },
	{ "*", LEX_OP, EXPR_OP_MUL },
	{ "/", LEX_OP, EXPR_OP_DIV },
	{ "%", LEX_OP, EXPR_OP_MOD },
	{ "(", LEX_OPEN, EXPR_OP_NONE },
	{ ")", LEX_CLOSE, EXPR_OP_NONE },
	{ ",", LEX_COMMA, EXPR_OP_NONE },
};

/* Signs of other languages, with what to write here. */
static const struct {
	const char *text;
	const char *hint;
} foreign[] = {
	{ "==", "write =" },
	{ "&&", "write and" },
	{ "--", "there are no comments; put a blank between two minus signs" },
	{ "/*", "there are no comments" },
	{ "!", "write not" },
	{ "|", "write or, or || to join texts" },
	{ "&", "write and" },
	{ "`", "columns are bare or in double quotes" },
	{ ";", "one expression, without a semicolon" },
	{ "[", "lists stand in round brackets: in (1, 2)" },
	{ ".", "columns are named without their dataset" },
	{ "$", "there are no parameters" },
};

static bool starts(const struct lex *l, const char *text)
{
	const size_t n = strlen(text);

	return l->n - l->at >= n && memcmp(l->s + l->at, text, n) == 0;
}

static int sign(struct lex *l, struct lex_token *out)
{
	const bool doubled = starts(l, "==") || starts(l, "--") || starts(l, "/*");

	for (size_t i = 0; !doubled && i < ARRAY_SIZE(signs); i++) {
		if (!starts(l, signs[i].text))
			continue;
		out->kind = signs[i].kind;
		out->op = signs[i].op;
		out->len = strlen(signs[i].text);
		l->at += out->len;
		return 0;
	}
	for (size_t i = 0; i < ARRAY_SIZE(foreign); i++) {
		if (starts(l, foreign[i].text))
			return lex_fault(l->fault, l->at, strlen(foreign[i].text), foreign[i].hint,
			    "unknown sign `%s`", foreign[i].text);
	}
	return lex_fault(l->fault, l->at, 1, NULL, "unknown sign");
}

int lex_next(struct lex *l, struct lex_token *out)
{
	while (l->at < l->n && is_blank(l->s[l->at]))
		l->at++;
	*out = (struct lex_token){ .kind = LEX_END, .pos = l->at };
	if (l->at >= l->n)
		return 0;
	const char c = l->s[l->at];

	if (is_word_start(c))
		return word(l, out);
	if (is_digit(c) || (c == '.' && is_digit(at(l, l->at + 1))))
		return number(l, out);
	if (c == '\'' || c == '"')
		return quoted(l, out, c);
	return sign(l, out);
}
