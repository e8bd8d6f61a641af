/* SPDX-License-Identifier: Apache-2.0 */
/* csv_dialect - what a person may set about a file, and the words for it. */
#include "csv/csv_dialect.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "csv/csv_decode.h"
#include "csv/csv_encoding.h"

/* Characters that have a name, for people and for the command line. */
static const struct {
	const char *word, *chars;
} words[] = {
	{ "comma", "," },
	{ "semicolon", ";" },
	{ "tab", "\t" },
	{ "pipe", "|" },
	{ "space", " " },
	{ "colon", ":" },
	{ "double", "\"" },
	{ "single", "'" },
	{ "backslash", "\\" },
	{ "hash", "#" },
	{ "none", "" },
};

static const char *chars_of(const char *value)
{
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strcmp(words[i].word, value) == 0)
			return words[i].chars;
	}
	return strcmp(value, "\\t") == 0 ? "\t" : value;
}

static int invalid(struct err *err, const char *key, const char *what)
{
	return err_set_code(err, ERR_INPUT, "dialect.invalid", "%s: must be %s", key, what);
}

/* Characters that may stand where `max` bytes are meant; a line end may not. */
static int set_chars(char *out, size_t max, const char *key, const char *value, struct err *err)
{
	const char *chars = chars_of(value);
	const size_t n = strlen(chars);
	if (value[0] == '\0' || n > max || strpbrk(chars, "\r\n") != NULL ||
	    !text_is_utf8(chars, n)) {
		char what[80];
		(void)snprintf(what, sizeof(what),
		    "a word such as comma or tab, or 1 to %zu bytes without a line end", max);
		return invalid(err, key, what);
	}
	memcpy(out, chars, n + 1);
	return 0;
}

static int set_char(char *out, const char *key, const char *value, struct err *err)
{
	const char *chars = chars_of(value);
	if (value[0] == '\0' || strlen(chars) > 1 || chars[0] == '\n' || chars[0] == '\r' ||
	    (uint8_t)chars[0] > 127)
		return invalid(err, key, "none or one ASCII character");
	*out = chars[0];
	return 0;
}

static int set_number(
    uint32_t *out, uint32_t max, const char *key, const char *value, struct err *err)
{
	char *end;
	errno = 0;
	const unsigned long n = strtoul(value, &end, 10);
	if (!isdigit((unsigned char)value[0]) || *end != '\0' || errno != 0 || n > max) {
		char what[48];
		(void)snprintf(what, sizeof(what), "a number from 0 to %u", (unsigned)max);
		return invalid(err, key, what);
	}
	*out = (uint32_t)n;
	return 0;
}

static int set_bool(bool *out, const char *key, const char *value, struct err *err)
{
	if (strcmp(value, "true") != 0 && strcmp(value, "false") != 0)
		return invalid(err, key, "true or false");
	*out = value[0] == 't';
	return 0;
}

static int set_line_end(struct csv_dialect *d, const char *key, const char *value, struct err *err)
{
	d->crlf = strcmp(value, "crlf") == 0;
	if (strcmp(value, "lf") == 0 || d->crlf)
		d->line_end = CSV_LINE_LF;
	else if (strcmp(value, "cr") == 0)
		d->line_end = CSV_LINE_CR;
	else if (strcmp(value, "mixed") == 0)
		d->line_end = CSV_LINE_MIXED;
	else
		return invalid(err, key, "lf, crlf, cr or mixed");
	return 0;
}

static int set_tables(struct csv_dialect *d, const char *key, const char *value, struct err *err)
{
	d->first_table = d->blank_ends = strcmp(value, "first") == 0;
	if (!d->first_table && strcmp(value, "all") != 0)
		return invalid(err, key, "first or all");
	return 0;
}

static int unknown_encoding(const char *key, const char *value, struct err *err)
{
	const char *near = csv_encoding_near(value);
	return err_set_code(err, ERR_INPUT, "dialect.invalid",
	    near != NULL ? "%s: there is no %s; did you mean %s?"
			 : "%s: there is no %s; there are utf-8, utf-16, windows-1252, latin1, "
			   "shift_jis and all that `iconv -l` lists",
	    key, value, near);
}

/* Letters, digits and what names of encodings are made of. */
static int set_encoding(struct csv_dialect *d, const char *key, const char *value, struct err *err)
{
	const size_t n = strlen(value);
	if (n == 0 || n > CSV_ENCODING_BYTES)
		return invalid(err, key, "the name of an encoding, such as utf-8 or windows-1252");
	for (size_t i = 0; i <= n; i++) {
		const char c = (char)tolower((unsigned char)value[i]);
		if (i < n && !isalnum((unsigned char)c) && strchr("-_:.", c) == NULL)
			return invalid(
			    err, key, "the name of an encoding, such as utf-8 or windows-1252");
		d->encoding[i] = c;
	}
	return csv_decoder_knows(d->encoding) ? 0 : unknown_encoding(key, value, err);
}

/* The part a key names; 0 = no such key. */
static enum csv_part part_of(const char *key)
{
	static const char *const keys[] = { "delimiter", "quote", "escape", "comment", "line_end",
		"skip_space", "preamble", "header", "footer", "tables", "encoding" };
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		if (strcmp(keys[i], key) == 0)
			return (enum csv_part)(1U << i);
	}
	return (enum csv_part)0;
}

static int set_part(
    struct csv_dialect *d, enum csv_part part, const char *key, const char *value, struct err *err)
{
	switch (part) {
	case CSV_SET_DELIMITER:
		return set_chars(d->delimiter, CSV_DELIMITER_BYTES, key, value, err);
	case CSV_SET_QUOTE:
		return set_char(&d->quote, key, value, err);
	case CSV_SET_ESCAPE:
		return set_char(&d->escape, key, value, err);
	case CSV_SET_COMMENT:
		return set_chars(d->comment, CSV_COMMENT_BYTES, key, value, err);
	case CSV_SET_LINE_END:
		return set_line_end(d, key, value, err);
	case CSV_SET_SKIP_SPACE:
		return set_bool(&d->skip_space, key, value, err);
	case CSV_SET_PREAMBLE:
		return set_number(&d->preamble_lines, CSV_PREAMBLE_LINES, key, value, err);
	case CSV_SET_HEADER:
		return set_number(&d->header_rows, CSV_HEADER_ROWS, key, value, err);
	case CSV_SET_FOOTER:
		return set_number(&d->footer_rows, CSV_FOOTER_ROWS, key, value, err);
	case CSV_SET_TABLES:
		return set_tables(d, key, value, err);
	case CSV_SET_ENCODING:
		return set_encoding(d, key, value, err);
	}
	return err_set_code(err, ERR_INPUT, "dialect.invalid",
	    "%s: no such part; there are delimiter, quote, escape, comment, line_end, skip_space, "
	    "preamble, header, footer, tables and encoding",
	    key);
}

int csv_given_set(struct csv_given *g, const char *key, const char *value, struct err *err)
{
	struct csv_dialect d = g->dialect;
	const enum csv_part part = part_of(key);
	if (set_part(&d, part, key, value, err) != 0)
		return -1;
	g->dialect = d;
	g->set |= (uint32_t)part;
	return 0;
}

int csv_given_check(const struct csv_given *g, struct err *err)
{
	const struct csv_dialect *d = &g->dialect;
	const char quote = (g->set & CSV_SET_QUOTE) != 0 ? d->quote : '"';
	if (d->delimiter[0] != '\0' && quote != '\0' && strchr(d->delimiter, quote) != NULL)
		return invalid(err, "delimiter", "without the quote in it");
	if (d->delimiter[0] != '\0' && d->escape != '\0' && strchr(d->delimiter, d->escape) != NULL)
		return invalid(err, "delimiter", "without the escape character in it");
	if (d->escape != '\0' && d->escape == quote)
		return invalid(err, "escape", "other than the quote; a doubled quote needs none");
	if (d->comment[0] != '\0' &&
	    (d->comment[0] == quote || strncmp(d->comment, d->delimiter, strlen(d->comment)) == 0))
		return invalid(err, "comment", "other than the quote and the delimiter");
	return 0;
}

const char *csv_dialect_word(const char *chars, char *out)
{
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strcmp(words[i].chars, chars) == 0)
			chars = words[i].word;
	}
	(void)snprintf(out, CSV_DIALECT_WORD_BYTES, "%s", chars);
	return out;
}

const char *csv_line_end_word(const struct csv_dialect *d)
{
	if (d->line_end == CSV_LINE_CR)
		return "CR";
	if (d->line_end == CSV_LINE_MIXED)
		return "mixed";
	return d->crlf ? "CR LF" : "LF";
}
