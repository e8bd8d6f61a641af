/* SPDX-License-Identifier: Apache-2.0 */
/* csv_sniff - dialect and encoding from the front of a file. */
#include "csv/csv_sniff.h"

#include <stdio.h>

#include "base/text.h"
#include "csv/csv_encoding.h"
#include "csv/csv_row.h"

/* First bytes of what people send instead of CSV. */
struct magic {
	const char *bytes;
	size_t n;
	const char *what;
	const char *code;
};

#define MAGIC(bytes, what)                                                                         \
	{                                                                                          \
		bytes, sizeof(bytes) - 1, what, "file.binary"                                      \
	}
#define OTHER_TEXT(bytes, what)                                                                    \
	{                                                                                          \
		bytes, sizeof(bytes) - 1, what, "file.encoding"                                    \
	}

static const struct magic magics[] = {
	MAGIC("PK\x03\x04", "a ZIP archive (an Excel workbook is one)"),
	MAGIC("PK\x05\x06", "an empty ZIP archive"),
	MAGIC("\x1f\x8b", "a gzip archive"),
	MAGIC("BZh91AY&SY", "a bzip2 archive"),
	MAGIC("\xfd"
	      "7zXZ",
	    "an xz archive"),
	MAGIC("\x28\xb5\x2f\xfd", "a zstd archive"),
	MAGIC("7z\xbc\xaf\x27\x1c", "a 7z archive"),
	MAGIC("Rar!\x1a\x07", "a RAR archive"),
	MAGIC("\xd0\xcf\x11\xe0", "an old Office document (.xls, .doc)"),
	MAGIC("%PDF", "a PDF document"),
	MAGIC("\x89PNG", "a PNG picture"),
	MAGIC("\xff\xd8\xff", "a JPEG picture"),
	MAGIC("GIF89a", "a GIF picture"),
	MAGIC("PAR1\x15", "a Parquet file"),
	MAGIC("Obj\x01", "an Avro file"),
	MAGIC("\x7f"
	      "ELF",
	    "a program"),
	MAGIC("SQLite format 3", "an SQLite database"),
	MAGIC("<!DOCTYPE", "an HTML page"),
	MAGIC("<!doctype", "an HTML page"),
	MAGIC("<html", "an HTML page"),
	MAGIC("<?xml", "an XML document"),
	OTHER_TEXT("\xff\xfe\x00\x00", "UTF-32 text; save it as UTF-8"),
	OTHER_TEXT("\xff\xfe", "UTF-16 text; save it as UTF-8"),
	OTHER_TEXT("\xfe\xff", "UTF-16 text; save it as UTF-8"),
	OTHER_TEXT("\x00\x00\xfe\xff", "UTF-32 text; save it as UTF-8"),
};

static int refuse_magic(const uint8_t *p, size_t n, struct err *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(magics); i++) {
		const struct magic *m = &magics[i];
		if (n >= m->n && memcmp(p, m->bytes, m->n) == 0)
			return err_set_code(
			    err, ERR_INPUT, m->code, "byte 1: this is %s, not CSV", m->what);
	}
	return 0;
}

/* UTF-16 without a BOM shows as a NUL in every other byte. */
static bool looks_utf16(const uint8_t *p, size_t n)
{
	size_t even = 0;
	size_t odd = 0;
	const size_t look = n < 512 ? n : 512;
	for (size_t i = 0; i < look; i++) {
		if (p[i] == 0)
			(*(i % 2 == 0 ? &even : &odd))++;
	}
	return look >= 8 && (even + odd) * 3 > look && (even == 0 || odd == 0);
}

static int refuse_binary(const uint8_t *p, size_t n, struct err *err)
{
	const uint8_t *nul = memchr(p, 0, n);
	if (nul != NULL && looks_utf16(p, n))
		return err_set_code(err, ERR_INPUT, "file.encoding",
		    "byte %zu: a NUL byte; this looks like UTF-16 text, save it as UTF-8",
		    (size_t)(nul - p) + 1);
	if (nul != NULL)
		return err_set_code(err, ERR_INPUT, "file.binary",
		    "byte %zu: a NUL byte; this is binary data, not CSV", (size_t)(nul - p) + 1);
	size_t control = 0;
	size_t first = 0;
	for (size_t i = 0; i < n; i++) {
		if (p[i] >= 32 || p[i] == '\t' || p[i] == '\n' || p[i] == '\r' || p[i] == '\f')
			continue;
		first = control++ == 0 ? i : first;
	}
	if (control * 10 > n)
		return err_set_code(err, ERR_INPUT, "file.binary",
		    "byte %zu: control characters all over; this is binary data, not CSV",
		    first + 1);
	return 0;
}

static int refuse_line_ends(const uint8_t *p, size_t n, struct err *err)
{
	const uint8_t *cr = memchr(p, '\r', n);
	if (cr == NULL || memchr(p, '\n', n) != NULL || cr + 1 == p + n)
		return 0;
	return err_set_code(err, ERR_INPUT, "file.line_ends",
	    "byte %zu: lines end with CR alone (old Macintosh); save the file with LF or CR LF",
	    (size_t)(cr - p) + 1);
}

static bool has_high_byte(const uint8_t *p, size_t n)
{
	uint8_t seen = 0;
	for (size_t i = 0; i < n; i++)
		seen |= p[i];
	return (seen & 0x80) != 0;
}

/* Votes by line, so that one broken line does not change the reading of all others. */
static enum csv_encoding find_encoding(const uint8_t *p, size_t n, bool eof)
{
	size_t proper = 0;
	size_t broken = 0;
	for (size_t at = 0; at < n;) {
		const uint8_t *end = memchr(p + at, '\n', n - at);
		if (end == NULL && !eof && at > 0)
			break;
		const size_t line = end == NULL ? n - at : (size_t)(end - p) - at;
		if (has_high_byte(p + at, line))
			(*(text_is_utf8(p + at, line) ? &proper : &broken))++;
		at += line + 1;
	}
	return broken > proper ? CSV_WINDOWS_1252 : CSV_UTF8;
}

static bool most_lines_crlf(const uint8_t *p, size_t n)
{
	size_t lf = 0;
	size_t crlf = 0;
	for (size_t at = 0; at < n; at++) {
		const uint8_t *hit = memchr(p + at, '\n', n - at);
		if (hit == NULL)
			break;
		at = (size_t)(hit - p);
		lf++;
		crlf += at > 0 && p[at - 1] == '\r';
	}
	return crlf * 2 > lf;
}

/* Reads the sample with one delimiter. */
static struct csv_sniff_reading read_with(const uint8_t *p, size_t n, bool eof, char delimiter)
{
	struct csv_row_window w = {
		.p = p, .n = n, .eof = eof, .delimiter = delimiter, .quote = '"'
	};
	struct csv_sniff_reading r = { .delimiter = delimiter };
	struct csv_row row;
	for (size_t at = 0; at < n && r.rows < CSV_SNIFF_ROWS;) {
		const size_t blank = csv_row_blank(&w, at);
		if (blank > 0) {
			at += blank;
			continue;
		}
		csv_row_find(&w, at, &row);
		if (row.kind == CSV_ROW_MORE)
			break;
		r.rows++;
		if (w.columns == 0 && row.kind != CSV_ROW_WHOLE)
			break;
		if (w.columns == 0)
			w.columns = row.cells;
		r.regular_rows += row.kind == CSV_ROW_WHOLE && row.cells == w.columns;
		at = row.next;
	}
	r.columns = w.columns;
	return r;
}

/* Is a the better reading? Regular share first, then columns. */
static bool reads_better(const struct csv_sniff_reading *a, const struct csv_sniff_reading *b)
{
	const bool a_split = a->columns >= 2;
	const bool b_split = b->columns >= 2;
	if (a_split != b_split)
		return a_split;
	/* Where nothing splits, a torn header is the better reading: it gets refused. */
	if (a->columns == 0 || b->columns == 0)
		return a->columns == 0 && a->rows > 0 && b->columns == 1;
	const size_t left = a->regular_rows * b->rows;
	const size_t right = b->regular_rows * a->rows;
	if (left != right)
		return left > right;
	return a->columns > b->columns;
}

static void find_delimiter(const uint8_t *p, size_t n, bool eof, struct csv_sniff_result *out)
{
	static const char candidates[] = { ',', ';', '\t', '|' };
	out->chosen = read_with(p, n, eof, candidates[0]);
	for (size_t i = 1; i < sizeof(candidates); i++) {
		const struct csv_sniff_reading next = read_with(p, n, eof, candidates[i]);
		if (reads_better(&next, &out->chosen)) {
			out->runner_up = out->chosen;
			out->chosen = next;
		} else if (out->runner_up.delimiter == 0 || reads_better(&next, &out->runner_up)) {
			out->runner_up = next;
		}
	}
}

int csv_sniff(const uint8_t *p, size_t n, bool eof, const struct csv_given *given,
    struct csv_sniff_result *out, struct err *err)
{
	struct csv_sniff_result r = { .sample_bytes = n };
	if (n == 0)
		return err_set_code(err, ERR_INPUT, "file.empty", "the file is empty (0 bytes)");
	if (refuse_magic(p, n, err) != 0 || refuse_binary(p, n, err) != 0 ||
	    refuse_line_ends(p, n, err) != 0)
		return -1;
	r.dialect.bom_bytes = n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	p += r.dialect.bom_bytes;
	n -= r.dialect.bom_bytes;
	r.encoding_given = (given->set & CSV_SET_ENCODING) != 0;
	if (r.encoding_given)
		(void)csv_encoding_find(given->dialect.encoding, &r.dialect.coding);
	else if (r.dialect.bom_bytes == 0)
		r.dialect.coding = find_encoding(p, n, eof);
	(void)snprintf(r.dialect.encoding, sizeof(r.dialect.encoding), "%s",
	    csv_encoding_name(r.dialect.coding));
	r.dialect.quote = '"';
	r.dialect.crlf = most_lines_crlf(p, n);
	r.delimiter_given = (given->set & CSV_SET_DELIMITER) != 0;
	if (r.delimiter_given)
		r.chosen = read_with(p, n, eof, given->dialect.delimiter[0]);
	else
		find_delimiter(p, n, eof, &r);
	r.dialect.delimiter[0] = r.chosen.delimiter;
	r.dialect.header_rows = 1;
	if (r.chosen.rows == 0 && eof)
		return err_set_code(err, ERR_INPUT, "file.empty",
		    "the file has no header row: it holds nothing but line ends");
	*out = r;
	return 0;
}

const char *csv_sniff_delimiter_name(char delimiter)
{
	switch (delimiter) {
	case ',':
		return "comma";
	case ';':
		return "semicolon";
	case '\t':
		return "tab";
	case '|':
		return "pipe";
	case '\0':
		return "none";
	default:
		return "other";
	}
}
