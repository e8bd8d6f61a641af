/* SPDX-License-Identifier: Apache-2.0 */
/* sniff_make - tables as programs export them. */
#include "sniff_make.h"

#include <stdio.h>
#include <string.h>

#include "base/macros.h"

enum column {
	COLUMN_ID,
	COLUMN_INTEGER,
	COLUMN_DECIMAL,
	COLUMN_COMMA, /* decimals with a comma */
	COLUMN_DATE,
	COLUMN_DAY, /* 20.11.2026 */
	COLUMN_STAMP,
	COLUMN_BOOLEAN,
	COLUMN_MAIL,
	COLUMN_CODE,
	COLUMN_NAME,
	COLUMN_PROSE,
	COLUMN_COUNT_,
};

static uint64_t next(uint64_t *s)
{
	*s += UINT64_C(0x9E3779B97F4A7C15);
	uint64_t z = *s;
	z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
	return z ^ (z >> 31);
}

static size_t below(uint64_t *s, size_t n)
{
	return (size_t)(next(s) % n);
}

static bool chance(uint64_t *s, size_t pct)
{
	return below(s, 100) < pct;
}

#define PICK(s, list) (list)[below(s, ARRAY_SIZE(list))]

static const char *const given_names[] = { "Anna", "Bert", "Chloe", "J\xc3\xbcrgen", "Mary Jane",
	"Ole", "Siobhan", "Zo\xc3\xab", "Tom", "Ines" };
static const char *const family_names[] = { "M\xc3\xbcller", "O'Brien", "Smith", "d'Arc", "Nowak",
	"van Dyk", "Li", "Garc\303\255a", "Schmidt-Rot", "Brown" };
static const char *const towns[] = { "Berlin", "New York", "L'Aquila", "Sao Paulo", "Gdansk",
	"Bad Homburg", "York", "Wien", "Oslo", "Nice" };
static const char *const words[] = { "the", "order", "was", "late", "again", "please", "call",
	"back", "box", "blue", "with", "two", "ends", "it's", "don't", "ok" };
static const char *const headers[] = { "id", "qty", "price", "amount", "day", "booked",
	"created_at", "active", "email", "code", "name", "note" };

static void prose(uint64_t *s, const struct csv_dialect *d, char *out)
{
	size_t n = 0;
	const size_t count = 2 + below(s, 7);
	for (size_t i = 0; i < count && n < MAKE_CELL_BYTES - 40; i++) {
		const char *mark = i + 1 == count ? "" : chance(s, 20) ? ", " : " ";
		if (d->quote != '\0' && chance(s, 4))
			mark = chance(s, 70) ? "; " : chance(s, 50) ? "\n" : " | ";
		const bool quoted = d->quote != '\0' && chance(s, 4);
		n += (size_t)snprintf(out + n, MAKE_CELL_BYTES - n, quoted ? "\"%s\"%s" : "%s%s",
		    PICK(s, words), mark);
	}
}

static void value(uint64_t *s, const struct csv_dialect *d, enum column kind, size_t row, char *out)
{
	const unsigned a = (unsigned)below(s, 100000);
	const unsigned b = (unsigned)below(s, 100);
	switch (kind) {
	case COLUMN_ID:
		(void)snprintf(out, MAKE_CELL_BYTES, "%zu", 1000 + row);
		return;
	case COLUMN_INTEGER:
		(void)snprintf(out, MAKE_CELL_BYTES, "%u", a % 500);
		return;
	case COLUMN_DECIMAL:
		(void)snprintf(
		    out, MAKE_CELL_BYTES, "%s%u.%02u", a % 9 == 0 ? "-" : "", a % 3000, b);
		return;
	case COLUMN_COMMA:
		(void)snprintf(out, MAKE_CELL_BYTES, "%u,%02u", a % 3000, b);
		return;
	case COLUMN_DATE:
		(void)snprintf(
		    out, MAKE_CELL_BYTES, "20%02u-%02u-%02u", a % 30, b % 12 + 1, a % 28 + 1);
		return;
	case COLUMN_DAY:
		(void)snprintf(
		    out, MAKE_CELL_BYTES, "%02u.%02u.20%02u", a % 28 + 1, b % 12 + 1, a % 30);
		return;
	case COLUMN_STAMP:
		(void)snprintf(out, MAKE_CELL_BYTES, "2026-%02u-%02u %02u:%02u:%02u", b % 12 + 1,
		    a % 28 + 1, a % 24, b % 60, a % 60);
		return;
	case COLUMN_BOOLEAN:
		(void)snprintf(out, MAKE_CELL_BYTES, "%s", a % 2 == 0 ? "true" : "false");
		return;
	case COLUMN_MAIL:
		(void)snprintf(out, MAKE_CELL_BYTES, "user%u@mail%u.example", a % 900, b % 5);
		return;
	case COLUMN_CODE:
		(void)snprintf(out, MAKE_CELL_BYTES, "%c%c-%04u", 'A' + (int)(a % 26),
		    'A' + (int)(b % 26), a % 10000);
		return;
	case COLUMN_NAME:
		if (a % 3 == 0)
			(void)snprintf(out, MAKE_CELL_BYTES, "%s", PICK(s, towns));
		else
			(void)snprintf(out, MAKE_CELL_BYTES, "%s%s%s", PICK(s, given_names),
			    a % 11 == 0 && d->quote != '\0' ? ", " : " ", PICK(s, family_names));
		return;
	case COLUMN_PROSE:
	case COLUMN_COUNT_:
		prose(s, d, out);
		return;
	}
}

/* Without quotes a cell cannot hold what separates. */
static void make_plain(const struct csv_dialect *d, char *cell)
{
	if (d->quote != '\0' || d->delimiter[0] == '\0')
		return;
	for (char *c = cell; *c != '\0'; c++) {
		if (strchr(d->delimiter, *c) != NULL)
			*c = d->delimiter[0] == '_' ? '-' : '_';
	}
}

static void make_dialect(uint64_t *s, struct csv_dialect *d)
{
	static const char *const delimiters[] = { ",", ",", ",", ",", ";", ";", ";", "\t", "\t",
		"|", "|", "||", "^", "~", "\x1f", ":", "\xc2\xa7", "|~|", " " };
	*d = (struct csv_dialect){ .quote = '"', .header_rows = 1 };
	(void)snprintf(d->delimiter, sizeof(d->delimiter), "%s", PICK(s, delimiters));
	const size_t q = below(s, 100);
	if (q < 8)
		d->quote = '\'';
	else if (q < 16)
		d->quote = '\0';
	if (d->quote != '\0' && chance(s, 12))
		d->escape = '\\';
	const size_t end = below(s, 100);
	d->line_end = end < 90 ? CSV_LINE_LF : CSV_LINE_CR;
	d->crlf = end < 35;
	d->skip_space = d->delimiter[0] != ' ' && d->delimiter[0] != '\t' && chance(s, 6);
	if (chance(s, 7))
		memcpy(d->comment, "#", 2);
	d->header_rows = chance(s, 12) ? 0 : 1;
}

static void make_table(uint64_t *s, struct made_file *f)
{
	enum column kinds[MAKE_COLUMNS];
	bool sparse[MAKE_COLUMNS];
	const struct csv_dialect *d = &f->dialect;
	f->columns = 2 + below(s, MAKE_COLUMNS - 1);
	f->rows = d->header_rows + 3 + below(s, MAKE_ROWS - 8);
	for (size_t c = 0; c < f->columns; c++) {
		kinds[c] =
		    c == 0 && chance(s, 50) ? COLUMN_ID : (enum column)below(s, COLUMN_COUNT_);
		sparse[c] = chance(s, 20);
	}
	for (size_t r = 0; r < f->rows; r++) {
		for (size_t c = 0; c < f->columns; c++) {
			char *cell = f->cells[r][c];
			cell[0] = '\0';
			if (r < d->header_rows && c > 0 && chance(s, 30))
				(void)snprintf(
				    cell, MAKE_CELL_BYTES, "%s_%zu", headers[kinds[c]], c);
			else if (r < d->header_rows)
				(void)snprintf(cell, MAKE_CELL_BYTES, "%s", headers[kinds[c]]);
			else if (c == 0 || !sparse[c] || !chance(s, 40))
				value(s, d, kinds[c], r, cell);
			make_plain(d, cell);
		}
	}
}

static const char *line_end(const struct csv_dialect *d)
{
	return d->line_end == CSV_LINE_CR ? "\r" : d->crlf ? "\r\n" : "\n";
}

static void write_cell(const struct csv_dialect *d, const char *cell, bool quote, struct buf *out)
{
	const bool must = strstr(cell, d->delimiter) != NULL || strpbrk(cell, "\r\n\"'") != NULL ||
			  cell[0] == '#';
	if (d->quote == '\0' || (!quote && !must)) {
		buf_adds(out, cell);
		return;
	}
	buf_addc(out, d->quote);
	for (const char *c = cell; *c != '\0'; c++) {
		if (*c == d->quote || (d->escape != '\0' && *c == d->escape))
			buf_addc(out, d->escape != '\0' ? d->escape : d->quote);
		buf_addc(out, *c);
	}
	buf_addc(out, d->quote);
}

static void write_preamble(uint64_t *s, struct made_file *f)
{
	static const char *const titles[] = { "Report of November 2026", "Monthly sales",
		"Kontoauszug", "Exported by Warehouse 4.2" };
	const char *end = line_end(&f->dialect);
	buf_printf(&f->text, "%s%s", PICK(s, titles), end);
	f->dialect.preamble_lines = 1;
	if (chance(s, 60)) {
		buf_printf(&f->text, "Created%s20.11.2026%s", f->dialect.delimiter, end);
		f->dialect.preamble_lines++;
	}
	if (chance(s, 60)) {
		buf_adds(&f->text, end);
		f->dialect.preamble_lines++;
	}
}

static void write_rows(uint64_t *s, struct made_file *f)
{
	const struct csv_dialect *d = &f->dialect;
	const size_t policy = below(s, 3); /* minimal, all, words only */
	for (size_t r = 0; r < f->rows; r++) {
		if (d->comment[0] != '\0' && (r == 0 || chance(s, 5)))
			buf_printf(&f->text, "# a remark%s%s", chance(s, 50) ? ", in words" : "",
			    line_end(d));
		for (size_t c = 0; c < f->columns; c++) {
			const char *cell = f->cells[r][c];
			const bool word = strpbrk(cell, "abcdefghijklmnopqrstuvwxyz") != NULL;
			if (c > 0)
				buf_adds(&f->text, d->delimiter);
			if (c > 0 && d->skip_space)
				buf_addc(&f->text, ' ');
			write_cell(d, cell, policy == 1 || (policy == 2 && word), &f->text);
		}
		buf_adds(&f->text, line_end(d));
	}
}

void make_file(uint64_t seed, struct made_file *f)
{
	uint64_t s = seed * UINT64_C(0x2545F4914F6CDD1D) + 1;
	memset(f, 0, sizeof(*f));
	buf_init(&f->text, 1 << 20);
	make_dialect(&s, &f->dialect);
	make_table(&s, f);
	if (f->dialect.header_rows > 0 && f->dialect.comment[0] == '\0' && f->columns > 2 &&
	    chance(&s, 12))
		write_preamble(&s, f);
	write_rows(&s, f);
	if (f->columns > 2 && chance(&s, 6)) {
		buf_printf(&f->text, "-- %zu rows --%s", f->rows, line_end(&f->dialect));
		f->footer = 1;
	}
}
