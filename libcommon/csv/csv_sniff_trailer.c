/* SPDX-License-Identifier: Apache-2.0 */
/* csv_sniff_trailer - one number, one word for rows, and little words. */
#include "csv/csv_sniff_trailer.h"

#include <ctype.h>
#include <strings.h>

enum { TRAILER_BYTES = 80, TRAILER_DIGITS = 15 };

/* What the words of a line were so far. */
struct tokens {
	uint64_t number;
	size_t numbers, names, others;
	bool plural;     /* the name stands for several rows */
	bool name_first; /* it stands before the number */
};

static const char *const many[] = { "rows", "records", "lines", "entries", "zeilen",
	"datens\xc3\xa4tze", "eintr\xc3\xa4ge", "lignes", "enregistrements", "filas", "registros",
	"righe", "rijen" };
static const char *const one[] = { "row", "record", "line", "entry", "zeile", "datensatz",
	"eintrag", "ligne", "enregistrement", "fila", "registro", "riga", "rij" };
static const char *const others[] = { "total", "number", "count", "of", "in", "set", "s",
	"selected", "affected", "returned", "exported", "written", "fetched", "found", "retrieved",
	"anzahl", "gesamt", "insgesamt", "exportiert", "nombre", "de" };

static bool is_one_of(const uint8_t *p, size_t n, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strlen(words[i]) == n && strncasecmp(words[i], (const char *)p, n) == 0)
			return true;
	}
	return false;
}

/* Digits, maybe in groups: 1204, 1,204, 1.204, 1'204. Returns its bytes, 0 for another token. */
static size_t take_number(struct tokens *t, const uint8_t *p, size_t n)
{
	size_t at = 0;
	size_t digits = 0;
	uint64_t number = 0;
	for (; at < n; at++) {
		const bool mark = at > 0 && at + 1 < n && memchr(",.'", p[at], 3) != NULL;
		if (mark && isdigit(p[at - 1]) && isdigit(p[at + 1]))
			continue;
		if (!isdigit(p[at]) || ++digits > TRAILER_DIGITS)
			break;
		number = number * 10 + (uint64_t)(p[at] - '0');
	}
	if (at == 0 || (at < n && (isalnum(p[at]) || p[at] >= 0x80)))
		return 0;
	t->number = number;
	t->numbers++;
	return at;
}

/* A word of the lists. Returns its bytes, 0 for another. */
static size_t take_word(struct tokens *t, const uint8_t *p, size_t n)
{
	size_t at = 0;
	while (at < n && (isalpha(p[at]) || p[at] >= 0x80))
		at++;
	if (at == 0 || (at < n && isdigit(p[at])))
		return 0;
	if (is_one_of(p, at, others, ARRAY_SIZE(others))) {
		t->others++;
		return at;
	}
	const bool plural = is_one_of(p, at, many, ARRAY_SIZE(many));
	if (!plural && !is_one_of(p, at, one, ARRAY_SIZE(one)))
		return 0;
	t->names++;
	t->plural = plural;
	t->name_first = t->numbers == 0;
	return at;
}

static bool is_frame(uint8_t c)
{
	return c != '\0' && strchr("-=*#<>[]()", c) != NULL;
}

/* What may stand between two words and at the ends. */
static bool is_between(uint8_t c)
{
	return is_frame(c) || (c != '\0' && strchr(" \t:._", c) != NULL);
}

bool csv_trailer_read(const uint8_t *p, size_t n, struct csv_trailer *out)
{
	struct tokens t = { 0 };
	while (n > 0 && (p[n - 1] == ' ' || p[n - 1] == '\t'))
		n--;
	for (; n > 0 && (p[0] == ' ' || p[0] == '\t'); n--)
		p++;
	if (n == 0 || n > TRAILER_BYTES)
		return false;
	for (size_t at = 0; at < n;) {
		size_t used = is_between(p[at]) ? 1 : 0;
		if (used == 0)
			used = take_number(&t, p + at, n - at);
		if (used == 0)
			used = take_word(&t, p + at, n - at);
		if (used == 0)
			return false;
		at += used;
	}
	if (t.numbers != 1 || t.names != 1 || (t.name_first && !t.plural && t.others == 0))
		return false;
	*out = (struct csv_trailer){ t.number, is_frame(p[0]) && is_frame(p[n - 1]) };
	return true;
}
