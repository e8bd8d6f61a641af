/* SPDX-License-Identifier: Apache-2.0 */
/* csv_sniff - dialect and encoding from the front of a file. */
#include "csv/csv_sniff.h"

#include <stdio.h>

#include "base/text.h"
#include "csv/csv_encoding.h"
#include "csv/csv_refuse.h"
#include "csv/csv_row.h"

enum { SNIFF_ROWS = 1000 };

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

/* Until bytes come through csv_input: UTF-16 has to be refused here. */
static int refuse_utf16(const uint8_t *p, size_t n, struct err *err)
{
	const bool mark =
	    n >= 2 && (memcmp(p, "\xff\xfe", 2) == 0 || memcmp(p, "\xfe\xff", 2) == 0);
	if (mark)
		return err_set_code(err, ERR_INPUT, "file.encoding",
		    "byte 1: this is UTF-16 text; save it as UTF-8, not CSV");
	const uint8_t *nul = memchr(p, 0, n);
	if (nul != NULL && looks_utf16(p, n))
		return err_set_code(err, ERR_INPUT, "file.encoding",
		    "byte %zu: a NUL byte; this looks like UTF-16 text, save it as UTF-8",
		    (size_t)(nul - p) + 1);
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
	struct csv_sniff_reading r = { .delimiter = { delimiter }, .quote = '"' };
	struct csv_row row;
	for (size_t at = 0; at < n && r.rows < SNIFF_ROWS;) {
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
		} else if (out->runner_up.rows == 0 || reads_better(&next, &out->runner_up)) {
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
	if (csv_refuse_magic(p, n, err) != 0 || refuse_utf16(p, n, err) != 0 ||
	    csv_refuse_text(p, n, err) != 0 || refuse_line_ends(p, n, err) != 0)
		return -1;
	r.dialect.bom_bytes = n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	p += r.dialect.bom_bytes;
	n -= r.dialect.bom_bytes;
	r.given = given->set;
	r.whole = eof;
	if ((given->set & CSV_SET_ENCODING) != 0)
		(void)csv_encoding_find(given->dialect.encoding, &r.dialect.coding);
	else if (r.dialect.bom_bytes == 0)
		r.dialect.coding = find_encoding(p, n, eof);
	(void)snprintf(r.dialect.encoding, sizeof(r.dialect.encoding), "%s",
	    csv_encoding_name(r.dialect.coding));
	r.dialect.quote = '"';
	r.dialect.crlf = most_lines_crlf(p, n);
	if ((given->set & CSV_SET_DELIMITER) != 0)
		r.chosen = read_with(p, n, eof, given->dialect.delimiter[0]);
	else
		find_delimiter(p, n, eof, &r);
	r.dialect.delimiter[0] = r.chosen.delimiter[0];
	r.dialect.header_rows = 1;
	if (r.chosen.rows == 0 && eof)
		return err_set_code(err, ERR_INPUT, "file.empty",
		    "the file has no header row: it holds nothing but line ends");
	*out = r;
	return 0;
}

int csv_sniff_samples(const struct csv_sample *samples, size_t n, const struct csv_given *given,
    struct csv_sniff_result *out, struct err *err)
{
	return csv_sniff(samples[0].p, samples[0].n, n == 1 && samples[0].end, given, out, err);
}
