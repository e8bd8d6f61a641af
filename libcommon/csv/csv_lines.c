/* SPDX-License-Identifier: Apache-2.0 */
/* csv_lines - pairs of offsets, sparse. */
#include "csv/csv_lines.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static uint64_t unit_of(const struct csv_lines *lines)
{
	return lines->unit == 0 ? 1 : lines->unit;
}

/* Index of the last pair at or before a byte of the stream; 0 when all lie behind. */
static size_t last_before(const struct csv_lines *lines, uint64_t stream)
{
	size_t low = 0;
	size_t high = lines->n;
	while (high - low > 1) {
		const size_t mid = low + (high - low) / 2;
		if (lines->at[mid].stream <= stream)
			low = mid;
		else
			high = mid;
	}
	return low;
}

void csv_lines_done(struct csv_lines *lines)
{
	free(lines->at);
	*lines = (struct csv_lines){ 0 };
}

uint64_t csv_lines_file(const struct csv_lines *lines, uint64_t stream)
{
	if (lines->n == 0)
		return stream;
	const struct csv_line *l = &lines->at[last_before(lines, stream)];
	return l->file + (stream - l->stream) * unit_of(lines);
}

uint64_t csv_lines_length(
    const struct csv_lines *lines, uint64_t start, uint64_t next, size_t line_end)
{
	const uint64_t end = csv_lines_file(lines, next) - line_end * unit_of(lines);
	return end - csv_lines_file(lines, start);
}

static void reserve(struct csv_lines *lines, size_t want)
{
	if (lines->at != NULL && lines->alloc >= want)
		return;
	lines->alloc = want < 64 ? 64 : want * 2;
	lines->at = mem_resize(lines->at, lines->alloc * sizeof(*lines->at));
}

void csv_lines_note(struct csv_lines *lines, uint64_t stream, uint64_t file)
{
	struct csv_line from = { 0, 0 };
	if (lines->n > 0)
		from = lines->at[lines->n - 1];
	if (from.file + (stream - from.stream) * unit_of(lines) == file)
		return;
	reserve(lines, lines->n + 1);
	lines->at[lines->n++] = (struct csv_line){ stream, file };
}

void csv_lines_take(struct csv_lines *lines, uint64_t from, uint64_t to, struct csv_lines *out)
{
	out->unit = lines->unit;
	out->n = 0;
	if (lines->n == 0 && unit_of(lines) == 1)
		return;
	const size_t first = last_before(lines, from);
	const size_t last = last_before(lines, to);
	/* Before the first pair both offsets start at 0. */
	const bool lead = lines->n == 0 || lines->at[first].stream > from;
	const size_t count = lines->n == 0 || lines->at[last].stream > to ? 0 : last - first + 1;
	reserve(out, count + lead);
	if (lead)
		out->at[out->n++] = (struct csv_line){ 0, 0 };
	if (count > 0)
		memcpy(out->at + out->n, lines->at + first, count * sizeof(*out->at));
	out->n += count;
	if (last == 0)
		return;
	lines->n -= last;
	memmove(lines->at, lines->at + last, lines->n * sizeof(*lines->at));
}
