/* SPDX-License-Identifier: Apache-2.0 */
/* csv_mend - refused rows as CSV again. */
#include "csv/csv_mend.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "csv/csv_encoding.h"
#include "csv/csv_raw.h"

static const char *const ours[] = { "_reject", "_line", "_column", "_rule", "_message" };

/* Bytes of a name and the comma or line end behind it, 0 = another text. */
static size_t name_bytes(const char *p, size_t n, const char *name, bool last)
{
	const size_t quote = n > 0 && p[0] == '"';
	const size_t bytes = strlen(name) + 2 * quote;
	if (n < bytes || memcmp(p + quote, name, strlen(name)) != 0 ||
	    (quote > 0 && p[bytes - 1] != '"'))
		return 0;
	if (n == bytes)
		return last ? bytes : 0;
	const bool ends = p[bytes] == ',' || (last && (p[bytes] == '\n' || p[bytes] == '\r'));
	return ends ? bytes + 1 : 0;
}

bool csv_mend_returned(const uint8_t *p, size_t n)
{
	static const char mark[] = "\xef\xbb\xbf";
	const size_t skip = n >= 3 && memcmp(p, mark, 3) == 0 ? 3 : 0;
	const char *at = (const char *)p + skip;
	const char *end = (const char *)p + n;
	for (size_t i = 0; i < ARRAY_SIZE(ours); i++) {
		const size_t bytes =
		    name_bytes(at, (size_t)(end - at), ours[i], i + 1 == ARRAY_SIZE(ours));
		if (bytes == 0)
			return false;
		at += bytes;
	}
	return true;
}

struct csv_given csv_mend_given(const struct csv_given *said)
{
	return (struct csv_given){
		.dialect = { .delimiter = ",", .quote = '"', .header_rows = 1 },
		.set = CSV_SET_DELIMITER | CSV_SET_QUOTE | CSV_SET_ESCAPE | CSV_SET_COMMENT |
		       CSV_SET_SKIP_SPACE | CSV_SET_PREAMBLE | CSV_SET_HEADER | CSV_SET_FOOTER |
		       CSV_SET_TABLES,
		.names = said->names,
	};
}

size_t csv_mend_columns(const char *const *header, size_t n)
{
	for (size_t i = 0; i < ARRAY_SIZE(ours); i++) {
		if (i >= n || strcmp(header[i], ours[i]) != 0)
			return 0;
	}
	return ARRAY_SIZE(ours);
}

void csv_mend_cell(struct buf *out, const char *p, size_t n)
{
	bool plain = true;
	for (size_t i = 0; i < n && plain; i++)
		plain = p[i] != ',' && p[i] != '"' && p[i] != '\n' && p[i] != '\r';
	if (plain) {
		buf_add(out, p, n);
		return;
	}
	buf_addc(out, '"');
	for (size_t i = 0; i < n; i++) {
		if (p[i] == '"')
			buf_addc(out, '"');
		buf_addc(out, p[i]);
	}
	buf_addc(out, '"');
}

void csv_mend_header(struct buf *out, const char *const *header, size_t n)
{
	for (size_t i = 0; i < ARRAY_SIZE(ours); i++) {
		buf_adds(out, i == 0 ? "" : ",");
		buf_adds(out, ours[i]);
	}
	for (size_t i = csv_mend_columns(header, n); i < n; i++) {
		buf_addc(out, ',');
		csv_mend_cell(out, header[i], strlen(header[i]));
	}
	buf_addc(out, '\n');
}

static void add_cell(struct buf *out, const uint8_t *p, size_t n)
{
	char small[1024];
	char *text = 3 * n <= sizeof(small) ? small : mem_alloc(3 * n);
	buf_addc(out, ',');
	csv_mend_cell(out, text, csv_encoding_mend(p, n, text));
	if (text != small)
		free(text);
}

static void add_read_cell(
    struct buf *out, const uint8_t *p, const struct csv_cell *cell, const struct csv_dialect *d)
{
	const size_t bytes = cell->n & ~CSV_CELL_DOUBLED;
	if ((cell->n & CSV_CELL_DOUBLED) == 0) {
		add_cell(out, p + cell->at, bytes);
		return;
	}
	char *plain = mem_alloc(bytes);
	add_cell(out, (const uint8_t *)plain, csv_row_unquote(p + cell->at, bytes, d, plain));
	free(plain);
}

static void add_cut_cells(
    struct buf *out, const struct span *raw, const struct csv_dialect *d, size_t skip)
{
	const size_t width = strlen(d->delimiter);
	size_t start = 0;
	for (;;) {
		const size_t left = raw->n - start;
		const uint8_t *hit =
		    width == 0 ? NULL : memmem(raw->p + start, left, d->delimiter, width);
		const size_t end = hit == NULL ? raw->n : (size_t)(hit - raw->p);
		if (skip == 0)
			add_cell(out, raw->p + start, end - start);
		skip -= skip > 0;
		if (hit == NULL)
			return;
		start = end + width;
	}
}

/* skip: cells in front that are ours, not the file's. */
static void add_cells(struct buf *out, const struct csv_reject *r, const struct csv_dialect *d,
    size_t columns, size_t skip)
{
	struct csv_cell *cells = NULL;
	const size_t n = r->raw_cut ? 0 : csv_raw_cells(r->raw, d, columns, &cells);
	if (n == 0)
		add_cut_cells(out, &r->raw, d, skip);
	for (size_t i = skip; i < n; i++)
		add_read_cell(out, r->raw.p, &cells[i], d);
	free(cells);
}

void csv_mend_row(struct buf *out, const struct csv_reject *r, const struct csv_dialect *d,
    const char *const *header, size_t n)
{
	char line[32];
	const int digits = snprintf(line, sizeof(line), ",%lld,", (long long)r->line);
	buf_add(out, line, (size_t)digits);
	if (r->file_column >= 0)
		csv_mend_cell(out, header[r->file_column], strlen(header[r->file_column]));
	buf_addc(out, ',');
	buf_adds(out, r->rule);
	buf_addc(out, ',');
	csv_mend_cell(out, r->message, strlen(r->message));
	add_cells(out, r, d, n, csv_mend_columns(header, n));
	buf_addc(out, '\n');
}
