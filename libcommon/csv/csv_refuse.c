/* SPDX-License-Identifier: Apache-2.0 */
/* csv_refuse - first bytes and first words of what people send instead of CSV. */
#include "csv/csv_refuse.h"

#include <ctype.h>
#include <strings.h>

/* NUL bytes are counted here; one in so many bytes is damage, which costs its row alone. */
enum { FRONT_BYTES = 64 << 10, NUL_RARE = 1000 };

/* First bytes of other kinds of files. */
struct magic {
	const char *bytes;
	uint16_t n;
	uint16_t at; /* where they stand */
	const char *what;
};

#define MAGIC(bytes, what)                                                                         \
	{                                                                                          \
		bytes, sizeof(bytes) - 1, 0, what                                                  \
	}
#define MAGIC_AT(at, bytes, what)                                                                  \
	{                                                                                          \
		bytes, sizeof(bytes) - 1, at, what                                                 \
	}

static const struct magic magics[] = {
	MAGIC("PK\x03\x04", "a ZIP archive (an Excel workbook is one)"),
	MAGIC("PK\x05\x06", "an empty ZIP archive"),
	MAGIC("BZh91AY&SY", "a bzip2 archive; unpack it first"),
	MAGIC("\xfd"
	      "7zXZ",
	    "an xz archive; unpack it first"),
	MAGIC("\x04\x22\x4d\x18", "an lz4 archive; unpack it first"),
	MAGIC("\xff\x06\x00\x00sNaPpY", "a snappy archive; unpack it first"),
	MAGIC("7z\xbc\xaf\x27\x1c", "a 7z archive; unpack it first"),
	MAGIC("Rar!\x1a\x07", "a RAR archive; unpack it first"),
	MAGIC("MSCF\x00", "a cabinet archive; unpack it first"),
	MAGIC_AT(257, "ustar", "a tar archive; unpack it first"),
	MAGIC("\xd0\xcf\x11\xe0", "an old Office document (.xls, .doc)"),
	MAGIC("{\\rtf", "an RTF document"),
	MAGIC("%PDF-", "a PDF document"),
	MAGIC("%!PS", "a PostScript document"),
	MAGIC("\x89PNG", "a PNG picture"),
	MAGIC("\xff\xd8\xff", "a JPEG picture"),
	MAGIC("GIF87a", "a GIF picture"),
	MAGIC("GIF89a", "a GIF picture"),
	MAGIC("II*\x00", "a TIFF picture"),
	MAGIC("MM\x00*", "a TIFF picture"),
	MAGIC("ID3\x03", "an MP3 recording"),
	MAGIC("ID3\x04", "an MP3 recording"),
	MAGIC("PAR1\x15", "a Parquet file"),
	MAGIC("Obj\x01", "an Avro file"),
	MAGIC("ARROW1\x00", "an Arrow file"),
	MAGIC("\x89HDF", "an HDF5 file"),
	MAGIC("PGDMP\x01", "a PostgreSQL dump (pg_dump -Fc)"),
	MAGIC("\x7f"
	      "ELF",
	    "a program"),
	MAGIC("MZ\x90", "a program"),
	MAGIC("\xca\xfe\xba\xbe", "a program"),
	MAGIC("SQLite format 3", "an SQLite database"),
	MAGIC_AT(4, "Standard ACE DB", "an Access database"),
	MAGIC_AT(4, "Standard Jet DB", "an Access database"),
	MAGIC("ttcf\x00", "a font"),
};

int csv_refuse_magic(const uint8_t *p, size_t n, struct err *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(magics); i++) {
		const struct magic *m = &magics[i];
		if (n >= (size_t)m->at + m->n && memcmp(p + m->at, m->bytes, m->n) == 0)
			return err_set_code(err, ERR_INPUT, "file.binary",
			    "byte %u: this is not CSV but %s", m->at + 1U, m->what);
	}
	return 0;
}

/* First words of texts that are no tables; letters of any case. */
static const struct {
	const char *words, *what;
} openings[] = {
	{ "<!doctype html", "an HTML page; open it and export the table as CSV" },
	{ "<html", "an HTML page; open it and export the table as CSV" },
	{ "<head>", "an HTML page; open it and export the table as CSV" },
	{ "<table", "an HTML table; open it and export the table as CSV" },
	{ "<?xml", "an XML document" },
	{ "<?php", "a PHP program" },
	{ "<soap", "an XML document" },
	{ "#!/", "a script" },
	{ "-----BEGIN ", "a key or certificate" },
	{ "-- PostgreSQL database dump", "an SQL dump" },
	{ "-- MySQL dump", "an SQL dump" },
	{ "-- MariaDB dump", "an SQL dump" },
	{ "--\n-- PostgreSQL database dump", "an SQL dump" },
	{ "CREATE TABLE ", "an SQL script" },
	{ "INSERT INTO ", "an SQL script" },
	{ "MIME-Version: ", "a mail" },
	{ "Received: from ", "a mail" },
	{ "BEGIN:VCARD", "a set of address cards (vCard)" },
	{ "BEGIN:VCALENDAR", "a calendar (iCalendar)" },
	{ "version https://git-lfs.github.com/spec", "a Git LFS pointer; fetch the file itself" },
};

static size_t skip_blank(const uint8_t *p, size_t n, size_t at)
{
	while (at < n && (p[at] == ' ' || p[at] == '\t' || p[at] == '\n' || p[at] == '\r'))
		at++;
	return at;
}

static int refuse(struct err *err, size_t at, const char *what)
{
	return err_set_code(
	    err, ERR_INPUT, "file.binary", "byte %zu: this is not CSV but %s", at + 1, what);
}

/* Behind an opening brace: a member's name and a colon, or nothing. */
static bool is_json_object(const uint8_t *p, size_t n, size_t at)
{
	at = skip_blank(p, n, at + 1);
	if (at < n && p[at] == '}')
		return true;
	if (at >= n || p[at] != '"')
		return false;
	for (at++; at < n && p[at] != '"' && p[at] != '\n'; at++)
		at += p[at] == '\\';
	at = skip_blank(p, n, at + 1);
	return at < n && p[at] == ':';
}

/* A table in which JSON cells stand without quotes may begin like this, too, but only when its
 * first line goes on behind the closing bracket. */
static bool line_goes_on(const uint8_t *p, size_t n, size_t at)
{
	const uint8_t *end = memchr(p + at, '\n', n - at);
	size_t last = end == NULL ? n : (size_t)(end - p);
	while (last > at && (p[last - 1] == '\r' || p[last - 1] == ' '))
		last--;
	if (last == at || end == NULL)
		return false;
	return strchr("{}[],:\"", p[last - 1]) == NULL;
}

static int refuse_json(const uint8_t *p, size_t n, size_t at, struct err *err)
{
	if (p[at] == '{' && is_json_object(p, n, at) && !line_goes_on(p, n, at)) {
		const uint8_t *lf = memchr(p + at, '\n', n - at);
		const size_t next = lf == NULL ? n : skip_blank(p, n, (size_t)(lf - p));
		if (next < n && p[next] == '{')
			return refuse(err, at,
			    "JSON lines; convert them to a table with one column a member");
		return refuse(err, at, "JSON; convert it to a table with one column a member");
	}
	if (p[at] != '[')
		return 0;
	const size_t inner = skip_blank(p, n, at + 1);
	if (inner < n && p[inner] == '{' && is_json_object(p, n, inner) && !line_goes_on(p, n, at))
		return refuse(err, at, "JSON; convert it to a table with one column a member");
	return 0;
}

static int refuse_openings(const uint8_t *p, size_t n, struct err *err)
{
	const size_t at = skip_blank(p, n, 0);
	for (size_t i = 0; i < ARRAY_SIZE(openings); i++) {
		const size_t len = strlen(openings[i].words);
		if (n - at >= len && strncasecmp((const char *)p + at, openings[i].words, len) == 0)
			return refuse(err, at, openings[i].what);
	}
	return at < n ? refuse_json(p, n, at, err) : 0;
}

/* A control character that may separate: the ASCII separators, ^A and what old systems took. */
static bool may_separate(uint8_t c)
{
	return (c >= 1 && c <= 8) || c == 0x0b || c == 0x14 || (c >= 0x1c && c <= 0x1f);
}

static int refuse_control(const uint8_t *p, size_t n, struct err *err)
{
	size_t counts[32] = { 0 };
	size_t control = 0;
	size_t most = 0;
	size_t first = 0;
	for (size_t i = 0; i < n; i++) {
		if (p[i] >= 32 || p[i] == '\t' || p[i] == '\n' || p[i] == '\r' || p[i] == '\f')
			continue;
		first = control++ == 0 ? i : first;
		counts[p[i]]++;
	}
	for (uint8_t c = 0; c < 32; c++)
		most = may_separate(c) && counts[c] > most ? counts[c] : most;
	if ((control - most) * 10 > n || (control * 10 > n && most * 10 < control * 9))
		return err_set_code(err, ERR_INPUT, "file.binary",
		    "byte %zu: control characters all over; this is binary data, not CSV",
		    first + 1);
	return 0;
}

/* A NUL byte in the first line, or more than a few: whatever a single one further below spoils is
 * its row. */
static int refuse_nul(const uint8_t *p, size_t n, struct err *err)
{
	size_t nuls = 0;
	const uint8_t *first = memchr(p, 0, n);
	if (first == NULL)
		return 0;
	for (size_t i = 0; i < n; i++)
		nuls += p[i] == 0;
	const size_t at = (size_t)(first - p);
	const bool below = memchr(p, '\n', at) != NULL || memchr(p, '\r', at) != NULL;
	if (below && nuls <= 1 + n / NUL_RARE)
		return 0;
	return err_set_code(err, ERR_INPUT, "file.binary",
	    "byte %zu: a NUL byte; this is binary data, not CSV", at + 1);
}

int csv_refuse_text(const uint8_t *p, size_t n, struct err *err)
{
	if (refuse_nul(p, n < FRONT_BYTES ? n : FRONT_BYTES, err) != 0)
		return -1;
	if (refuse_openings(p, n, err) != 0)
		return -1;
	return refuse_control(p, n, err);
}
