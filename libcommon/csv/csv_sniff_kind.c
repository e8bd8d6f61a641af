/* SPDX-License-Identifier: Apache-2.0 */
/* csv_sniff_kind - cells at a glance. */
#include "csv/csv_sniff_kind.h"

#include <strings.h>

enum { LOOK_BYTES = 200 };

/* What a cell is made of. */
struct made_of {
	const char *p; /* blanks at both ends taken off */
	size_t n;
	size_t digits, letters, blanks, others;
	bool led;
	bool cut;      /* longer than what is looked at */
	bool tab, bar; /* characters that mostly separate: tab; | and ; */
	bool control;  /* other control characters */
	bool comma;    /* a comma with neither a blank nor the end behind it */
	bool listed;   /* a comma with a blank behind it */
	bool quote;    /* a double quote anywhere */
};

static bool is_digit(char c)
{
	return (unsigned char)(c - '0') < 10;
}

static bool is_letter(char c)
{
	return (unsigned char)((c | 0x20) - 'a') < 26 || (c & 0x80) != 0;
}

/* Four counts in one word, a byte for each: LOOK_BYTES is less than 256. */
enum { DIGIT = 1, LETTER = 1 << 8, BLANK = 1 << 16 };

/* Of each byte the count it adds to; the rest counts as nothing. */
static const uint32_t counts_as[256] = {
	['0' ... '9'] = DIGIT,
	['a' ... 'z'] = LETTER,
	['A' ... 'Z'] = LETTER,
	[0x80 ... 0xFF] = LETTER,
	[' '] = BLANK,
};

/* A character that is neither digit nor letter nor blank. */
static void note_other(struct made_of *m, size_t i)
{
	const char c = m->p[i];
	m->tab = m->tab || c == '\t';
	m->bar = m->bar || c == '|' || c == ';';
	m->quote = m->quote || c == '"';
	m->control = m->control || ((unsigned char)c < ' ' && c != '\t' && c != '\n' && c != '\r');
	if (c == ',' && i + 1 < m->n)
		*(m->p[i + 1] == ' ' ? &m->listed : &m->comma) = true;
}

static void count_bytes(struct made_of *m, size_t look)
{
	const uint8_t *const p = (const uint8_t *)m->p;
	uint32_t counts = 0;
	for (size_t i = 0; i < look; i++) {
		const uint32_t count = counts_as[p[i]];
		counts += count;
		if (count == 0)
			note_other(m, i);
	}
	m->digits = counts & 0xFF;
	m->letters = counts >> 8 & 0xFF;
	m->blanks = counts >> 16 & 0xFF;
	m->others = look - m->digits - m->letters - m->blanks;
}

static struct made_of make_up(const uint8_t *cell, size_t n)
{
	struct made_of m = { .p = (const char *)cell, .n = n };
	m.led = n > 0 && m.p[0] == ' ';
	while (m.n > 0 && m.p[0] == ' ') {
		m.p++;
		m.n--;
	}
	while (m.n > 0 && m.p[m.n - 1] == ' ')
		m.n--;
	m.cut = m.n > LOOK_BYTES;
	const size_t look = m.cut ? LOOK_BYTES : m.n;
	count_bytes(&m, look);
	return m;
}

static bool is_one_of(const struct made_of *m, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (strlen(words[i]) == m->n && strncasecmp(words[i], m->p, m->n) == 0)
			return true;
	}
	return false;
}

static bool is_null_word(const struct made_of *m)
{
	static const char *const words[] = { "null", "na", "n/a", "nan", "none", "nil", "\\n", "-",
		"--", "?", "#n/a", "k.a.", "..." };
	return m->n <= 4 && is_one_of(m, words, ARRAY_SIZE(words));
}

static bool is_boolean(const struct made_of *m)
{
	static const char *const words[] = { "true", "false", "yes", "no", "ja", "nein", "oui",
		"non", "wahr", "falsch" };
	return m->others == 0 && m->n >= 2 && m->n <= 6 && is_one_of(m, words, ARRAY_SIZE(words));
}

/* Digits from at on; moves at. */
static size_t digits_at(const struct made_of *m, size_t *at)
{
	const size_t from = *at;
	while (*at < m->n && is_digit(m->p[*at]))
		(*at)++;
	return *at - from;
}

/* Digits in groups of three behind the first, with one kind of separator; moves at. */
static bool groups_at(const struct made_of *m, size_t *at)
{
	const size_t first = digits_at(m, at);
	if (first == 0 || first > 3 || *at + 3 >= m->n || strchr(",.' ", m->p[*at]) == NULL)
		return first > 0;
	const char mark = m->p[*at];
	size_t probe = *at;
	while (probe < m->n && m->p[probe] == mark) {
		size_t behind = probe + 1;
		if (digits_at(m, &behind) != 3)
			break;
		probe = behind;
	}
	/* One group alone may be decimals as well: both are numbers. */
	*at = probe;
	return true;
}

/* A number at `at`; moves at behind it. */
static bool number_at(const struct made_of *m, size_t *at)
{
	size_t i = *at;
	if (i < m->n && (m->p[i] == '-' || m->p[i] == '+'))
		i++;
	const bool whole = groups_at(m, &i);
	bool part = false;
	if (i < m->n && (m->p[i] == '.' || m->p[i] == ',')) {
		size_t behind = i + 1;
		part = digits_at(m, &behind) > 0;
		if (part || (whole && m->p[i] == '.'))
			i = behind;
	}
	if (!whole && !part)
		return false;
	if (i + 1 < m->n && (m->p[i] | 0x20) == 'e') {
		size_t power = i + 1 + (m->p[i + 1] == '-' || m->p[i + 1] == '+');
		if (digits_at(m, &power) > 0)
			i = power;
	}
	*at = i;
	return true;
}

/* Month names of a few languages, by their first three letters. */
static bool month_at(const struct made_of *m, size_t *at)
{
	static const char months[] = "janfebmaraprmayjunjulaugsepoctnovdecmaiokzdezmäravrmaijui"
				     "aougenmagluglagosetottdicene";
	char three[3];
	if (*at + 3 > m->n)
		return false;
	for (size_t i = 0; i < 3; i++) {
		if (!is_letter(m->p[*at + i]))
			return false;
		three[i] = (char)(m->p[*at + i] | 0x20);
	}
	for (size_t i = 0; i + 3 <= sizeof(months) - 1; i++) {
		if (memcmp(months + i, three, 3) != 0)
			continue;
		while (*at < m->n && is_letter(m->p[*at]))
			(*at)++;
		return true;
	}
	return false;
}

/* H:MM, HH:MM:SS.f with am, pm, Z or an offset; moves at. */
static bool time_at(const struct made_of *m, size_t *at)
{
	size_t i = *at;
	const size_t hours = digits_at(m, &i);
	if (hours == 0 || hours > 2 || i >= m->n || m->p[i] != ':')
		return false;
	i++;
	if (digits_at(m, &i) != 2)
		return false;
	if (i < m->n && m->p[i] == ':') {
		i++;
		if (digits_at(m, &i) != 2)
			return false;
		if (i + 1 < m->n && (m->p[i] == '.' || m->p[i] == ',') && is_digit(m->p[i + 1])) {
			i++;
			(void)digits_at(m, &i);
		}
	}
	*at = i;
	return true;
}

/* What may stand behind a time: nothing, Z, am, pm, +01:00, UTC. */
static bool ends_time(const struct made_of *m, size_t at)
{
	while (at < m->n && m->p[at] == ' ')
		at++;
	if (at < m->n && (m->p[at] == '+' || m->p[at] == '-')) {
		at++;
		while (at < m->n && (is_digit(m->p[at]) || m->p[at] == ':'))
			at++;
		return at == m->n;
	}
	if (at == m->n)
		return true;
	return m->n - at <= 4 && is_letter(m->p[at]) && !is_digit(m->p[m->n - 1]);
}

/* Three parts with the same separator, a year among them; or a month's name; moves at. */
static bool date_at(const struct made_of *m, size_t *at)
{
	size_t i = *at;
	const size_t first = digits_at(m, &i);
	if (i >= m->n || (first == 0 && !is_letter(m->p[i])) || first > 4 || first == 3)
		return false;
	if (first == 0) { /* Jan 5, 2026 */
		if (!month_at(m, &i) || i >= m->n)
			return false;
		i += m->p[i] == '.';
		i += i < m->n && m->p[i] == ' ';
		const size_t day = digits_at(m, &i);
		i += i < m->n && m->p[i] == ',';
		i += i < m->n && m->p[i] == ' ';
		const size_t year = digits_at(m, &i);
		*at = i;
		return (day == 1 || day == 2) && (year == 4 || year == 2);
	}
	const char mark = m->p[i];
	if (strchr("-/. ", mark) == NULL)
		return false;
	i++;
	i += mark == '.' && i < m->n && m->p[i] == ' ';
	const size_t second = digits_at(m, &i);
	if (second > 2 || (second == 0 && !month_at(m, &i)))
		return false;
	if (second > 0 && mark == ' ')
		return false;
	if (i >= m->n || (m->p[i] != mark && second > 0))
		return false;
	i += m->p[i] == mark || m->p[i] == '-' || m->p[i] == ' ';
	const size_t third = digits_at(m, &i);
	*at = i;
	return first == 4 ? third == 1 || third == 2 : third == 4 || third == 2;
}

static bool is_date(const struct made_of *m)
{
	size_t at = 0;
	if (m->digits < 3 || m->n < 6 || m->n > 40 || !date_at(m, &at))
		return false;
	if (at == m->n)
		return true;
	at += m->p[at] == ',' && at + 1 < m->n;
	if (m->p[at] != ' ' && m->p[at] != 'T' && m->p[at] != 't' && m->p[at] != '-')
		return false;
	at++;
	return time_at(m, &at) && ends_time(m, at);
}

static bool is_time(const struct made_of *m)
{
	size_t at = 0;
	return m->digits >= 3 && m->n <= 24 && time_at(m, &at) && ends_time(m, at);
}

static bool is_number(const struct made_of *m)
{
	size_t at = 0;
	return m->digits > 0 && m->n <= 60 && number_at(m, &at) && at == m->n;
}

static bool is_sign(const char *p)
{
	return *p == '$' || *p == '%' || *p == '(' || *p == ')' || (*p & 0x80) != 0;
}

/* A number with something short before or behind it: 12,50 EUR, $5, 3 %, (12). */
static bool is_amount(const struct made_of *m)
{
	size_t at = 0;
	size_t word = 0;
	if (m->digits == 0 || m->n > 32)
		return false;
	while (at < m->n && (is_sign(m->p + at) || is_letter(m->p[at])) && at < 4)
		at++;
	const bool before = at > 0;
	at += at > 0 && at < m->n && m->p[at] == ' ';
	if (!number_at(m, &at))
		return false;
	const bool apart = at < m->n && m->p[at] == ' ';
	at += apart;
	for (; at < m->n; at++, word++) {
		if (!is_sign(m->p + at) && !is_letter(m->p[at]) &&
		    strchr("/^23*", m->p[at]) == NULL)
			return false;
	}
	const bool signs = m->letters == 0 || apart || is_sign(m->p) || is_sign(m->p + m->n - 1);
	return word <= 5 && (before ? word <= 1 : word > 0) && signs;
}

static bool is_uuid(const struct made_of *m)
{
	if (m->n != 36 || m->others != 4 || m->blanks != 0)
		return false;
	return m->p[8] == '-' && m->p[13] == '-' && m->p[18] == '-' && m->p[23] == '-';
}

/* One sign with a name in front and a domain behind, of the characters mail programs let pass. */
static bool is_mail(const struct made_of *m)
{
	size_t signs = 0;
	bool dot = false;
	for (size_t i = 0; i < m->n; i++) {
		const char c = m->p[i];
		signs += c == '@';
		dot = dot || (signs > 0 && c == '.');
		if ((c & 0x80) != 0 ||
		    (!is_digit(c) && !is_letter(c) && strchr("@._%+-", c) == NULL))
			return false;
	}
	return signs == 1 && dot && m->p[0] != '@';
}

static bool is_address(const struct made_of *m)
{
	if (m->blanks > 0 || m->n < 5 || m->cut || m->comma || m->listed || m->tab || m->bar ||
	    m->quote)
		return false;
	if (m->n > 8 && (strncmp(m->p, "http://", 7) == 0 || strncmp(m->p, "https://", 8) == 0 ||
			    strncmp(m->p, "www.", 4) == 0))
		return memchr(m->p, '^', m->n) == NULL;
	if (is_mail(m))
		return true;
	size_t dots = 0;
	for (size_t i = 0; i < m->n && m->n <= 15; i++)
		dots += m->p[i] == '.';
	return m->letters == 0 && m->others == 3 && dots == 3 && m->digits >= 4;
}

static bool is_json(const struct made_of *m)
{
	return m->n >= 2 && ((m->p[0] == '{' && m->p[m->n - 1] == '}') ||
				(m->p[0] == '[' && m->p[m->n - 1] == ']'));
}

static enum csv_kind find_kind(const struct made_of *m)
{
	if (m->n == 0 || is_null_word(m))
		return CSV_KIND_EMPTY;
	if (is_number(m))
		return CSV_KIND_NUMBER;
	if (is_date(m))
		return CSV_KIND_DATE;
	if (is_time(m))
		return CSV_KIND_TIME;
	if (is_boolean(m))
		return CSV_KIND_BOOLEAN;
	if (is_uuid(m))
		return CSV_KIND_UUID;
	if (is_address(m))
		return CSV_KIND_ADDRESS;
	if (is_amount(m))
		return CSV_KIND_AMOUNT;
	if (is_json(m))
		return CSV_KIND_JSON;
	if (m->others == 0 && m->digits == 0)
		return CSV_KIND_WORD;
	if (m->blanks == 0 && m->digits > 0 && !m->tab && !m->bar && !m->comma && !m->quote)
		return CSV_KIND_CODE;
	return m->letters + m->digits == 0 ? CSV_KIND_ODD : CSV_KIND_TEXT;
}

/* Quotes and brackets that only one end of the cell has: it was torn out of something. */
static bool is_torn(const struct made_of *m)
{
	const char a = m->p[0];
	const char z = m->p[m->n - 1];
	if (m->cut || m->n == 0)
		return false;
	if ((a == '"') != (z == '"') || (m->n == 1 && a == '"'))
		return true;
	if (m->n > 1 && a == '\'' && z != a && is_digit(m->p[1]))
		return true;
	if (m->n > 2 && z == '\'' && a != z && is_digit(m->p[m->n - 2]))
		return true;
	return (a == '{' && z != '}') || (a == '[' && z != ']') || (z == '}' && a != '{') ||
	       (z == ']' && memchr(m->p, '[', m->n) == NULL) ||
	       (a == '(' && memchr(m->p, ')', m->n) == NULL) ||
	       (z == ')' && memchr(m->p, '(', m->n) == NULL);
}

static uint8_t plain_good(const struct made_of *m, enum csv_kind kind)
{
	const char a = m->p[0];
	const char z = m->p[m->n - 1];
	if (csv_kind_is_strict(kind))
		return m->led ? 97 : 100;
	if (is_torn(m))
		return a == '"' || z == '"' ? 10 : 30;
	if (m->n > 1 && a == z && (a == '"' || a == '\''))
		return a == '"' ? 20 : 45;
	if (kind == CSV_KIND_JSON)
		return 85;
	if (m->tab || m->control)
		return 25;
	if (m->bar)
		return 40;
	if (m->comma)
		return 50;
	if (kind == CSV_KIND_ODD)
		return 60;
	if (m->listed || kind == CSV_KIND_TEXT)
		return m->led ? 80 : 85;
	return m->led ? 90 : 95;
}

struct csv_look csv_look_at(const uint8_t *p, size_t n, unsigned marks)
{
	const struct made_of m = make_up(p, n);
	const enum csv_kind kind = find_kind(&m);
	struct csv_look look = { .kind = (uint8_t)kind, .led = m.led };
	if (kind == CSV_KIND_EMPTY)
		look.good = (marks & CSV_CELL_QUOTED) != 0 ? 80 : 70;
	else if ((marks & CSV_CELL_QUOTED) != 0)
		look.good = (marks & CSV_CELL_LINES) != 0 ? 88 : 98;
	else
		look.good = plain_good(&m, kind);
	return look;
}
