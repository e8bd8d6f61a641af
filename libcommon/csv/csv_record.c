/* SPDX-License-Identifier: Apache-2.0 */
/* csv_record - records of any dialect, byte by byte. */
#include "csv/csv_record.h"

struct csv_reader csv_reader_of(const struct csv_row_window *w)
{
	const struct csv_dialect *d = w->dialect;
	struct csv_reader r = {
		.p = w->p,
		.n = w->n,
		.eof = w->eof,
		.delimiter = d->delimiter,
		.delimiter_n = strlen(d->delimiter),
		.comment = d->comment,
		.comment_n = strlen(d->comment),
		.quote = d->quote == '\0' ? -1 : (uint8_t)d->quote,
		.escape = d->escape == '\0' || d->escape == d->quote ? -1 : (uint8_t)d->escape,
		.line_end = d->line_end,
		.skip_space = d->skip_space,
		.columns = w->columns,
	};
	if (!r.eof && r.n > 0 && r.p[r.n - 1] == '\r' && r.line_end != CSV_LINE_CR)
		r.n--;
	return r;
}

static size_t find(const struct csv_reader *r, size_t at, int c, size_t limit)
{
	const uint8_t *hit = at < limit ? memchr(r->p + at, c, limit - at) : NULL;
	return hit == NULL ? limit : (size_t)(hit - r->p);
}

size_t csv_reader_stop(const struct csv_reader *r, size_t at, size_t limit)
{
	if (r->line_end != CSV_LINE_MIXED)
		return find(r, at, r->line_end == CSV_LINE_CR ? '\r' : '\n', limit);
	while (at < limit && r->p[at] != '\n' && r->p[at] != '\r')
		at++;
	return at;
}

size_t csv_reader_after(const struct csv_reader *r, size_t stop, size_t limit)
{
	const bool pair = r->line_end == CSV_LINE_MIXED && r->p[stop] == '\r' && stop + 1 < limit &&
			  r->p[stop + 1] == '\n';
	return stop + (pair ? 2 : 1);
}

size_t csv_reader_text(const struct csv_reader *r, size_t at, size_t stop)
{
	const bool cr = r->line_end == CSV_LINE_LF && stop > at && r->p[stop - 1] == '\r';
	return cr ? stop - 1 : stop;
}

size_t csv_reader_open(const struct csv_reader *r, size_t at, size_t limit)
{
	while (r->skip_space && at < limit && (r->p[at] == ' ' || r->p[at] == '\t') &&
	       !csv_reader_is_delimiter(r, at, limit))
		at++;
	return at;
}

/* The next quote, or escape character, that may end the cell. */
static size_t next_mark(const struct csv_reader *r, size_t at, size_t limit)
{
	if (r->escape < 0)
		return find(r, at, r->quote, limit);
	while (at < limit && r->p[at] != r->quote && r->p[at] != r->escape)
		at++;
	return at;
}

size_t csv_reader_close(const struct csv_reader *r, size_t open, size_t limit)
{
	size_t at = open + 1;
	while (at < limit) {
		at = next_mark(r, at, limit);
		if (at >= limit)
			return limit + 1;
		const int after = at + 1 < limit ? r->p[at + 1] : -2;
		if (r->p[at] == r->escape)
			at += after == r->quote || after == r->escape ? 2 : 1;
		else if (after == r->quote)
			at += 2;
		else
			return at + 1;
	}
	return limit + 1;
}

size_t csv_reader_plain(const struct csv_reader *r, size_t at, size_t limit)
{
	const int first = r->delimiter_n == 0 ? -1 : (uint8_t)r->delimiter[0];
	const int lf = r->line_end == CSV_LINE_CR ? -1 : '\n';
	const int cr = r->line_end == CSV_LINE_LF ? -1 : '\r';
	for (; at < limit; at++) {
		const int c = r->p[at];
		if (c == lf || c == cr || (c == first && csv_reader_is_delimiter(r, at, limit)))
			break;
	}
	return at;
}

/* A quoted cell at `at`; on success at moves behind its closing quote. */
static bool read_quoted(
    const struct csv_reader *r, size_t *at, size_t end, bool end_is_eof, struct csv_record *out)
{
	const size_t open = *at;
	const size_t cap = open + 3 + CSV_MAX_FIELD_BYTES;
	const size_t limit = cap < end ? cap : end;
	const size_t close = csv_reader_close(r, open, limit);
	const bool at_window_end = limit == end && !end_is_eof;
	out->fault = open;
	if (close > limit || (close == limit && at_window_end)) {
		out->reading = at_window_end ? CSV_READ_MORE : CSV_READ_OPEN;
		return false;
	}
	if (close - open - 2 > CSV_MAX_FIELD_BYTES) {
		out->reading = CSV_READ_OPEN;
		return false;
	}
	out->multi = out->multi || csv_reader_stop(r, open, close) < close;
	*at = close;
	return true;
}

/* Does a line end, or the file's end, stand at `at`? A CR before the end of the file counts. */
static bool ends_line(const struct csv_reader *r, size_t at, size_t end, bool eof)
{
	if (at == end)
		return true;
	const uint8_t c = r->p[at];
	if (r->line_end != CSV_LINE_LF)
		return c == '\r' || (c == '\n' && r->line_end == CSV_LINE_MIXED);
	if (c != '\r')
		return c == '\n';
	return at + 1 == end ? eof : r->p[at + 1] == '\n';
}

/* The end of a record whose last cell ends at `at`. */
static void close_record(
    const struct csv_reader *r, size_t start, size_t at, size_t end, struct csv_record *out)
{
	size_t stop = at;
	if (r->line_end == CSV_LINE_LF && at < end && r->p[at] == '\r')
		stop++; /* CR LF behind a closing quote, or a CR that ends the file */
	out->end = stop == at ? csv_reader_text(r, start, at) : at;
	out->next = stop < end ? csv_reader_after(r, stop, end) : end;
}

/* Does the window end in the middle of a delimiter or a CR LF that begins at `at`? */
static bool is_cut(const struct csv_reader *r, size_t at, size_t end)
{
	const size_t left = end - at;
	return (left == 1 && r->p[at] == '\r') ||
	       (left < r->delimiter_n && memcmp(r->p + at, r->delimiter, left) == 0);
}

void csv_reader_record(
    const struct csv_reader *r, size_t at, size_t end, bool eof, struct csv_record *out)
{
	const size_t start = at;
	*out = (struct csv_record){ .reading = CSV_READ_CLOSED };
	for (;;) {
		at = csv_reader_open(r, at, end);
		if (at < end && r->p[at] == r->quote) {
			if (!read_quoted(r, &at, end, eof, out))
				return;
			if (!csv_reader_is_delimiter(r, at, end) && !ends_line(r, at, end, eof)) {
				out->reading = !eof && is_cut(r, at, end) ? CSV_READ_MORE
									  : CSV_READ_TEXT_AFTER;
				out->fault = at;
				return;
			}
		} else {
			const size_t from = at;
			at = csv_reader_plain(r, at, end);
			out->stray =
			    out->stray || (r->quote >= 0 && find(r, from, r->quote, at) < at);
		}
		out->cells++;
		if (!csv_reader_is_delimiter(r, at, end))
			break;
		at += r->delimiter_n;
	}
	if (at == end && !eof) {
		out->reading = CSV_READ_MORE;
		out->fault = at;
		return;
	}
	close_record(r, start, at, end, out);
}

static bool is_comment(const struct csv_reader *r, size_t at, size_t end)
{
	return r->comment_n > 0 && end - at >= r->comment_n &&
	       memcmp(r->p + at, r->comment, r->comment_n) == 0;
}

size_t csv_reader_skip(const struct csv_reader *r, size_t at, size_t end, bool eof)
{
	const uint8_t c = r->p[at];
	if (is_comment(r, at, end)) {
		const size_t stop = csv_reader_stop(r, at, end);
		if (stop < end)
			return csv_reader_after(r, stop, end) - at;
		return eof ? end - at : 0;
	}
	if (c != '\n' && c != '\r')
		return 0;
	if (r->line_end == CSV_LINE_LF && c == '\r') {
		if (at + 1 == end)
			return eof ? 1 : 0;
		return r->p[at + 1] == '\n' ? 2 : 0;
	}
	if (r->line_end == CSV_LINE_CR && c == '\n')
		return 0;
	return csv_reader_after(r, at, end) - at;
}
