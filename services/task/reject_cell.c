/* SPDX-License-Identifier: Apache-2.0 */
/* reject_cell - the bad cell of a refused row. */
#include "reject_cell.h"

#include <string.h>

#include "csv/csv_raw.h"

enum { DIGITS_SHOWN = 4, ELLIPSIS_BYTES = 3 };

static const char ellipsis[] = "\xe2\x80\xa6";

bool reject_cell_find(const struct csv_reject *r, const struct csv_dialect *d, size_t columns,
    struct reject_cell *out)
{
	struct csv_cell cell;
	if (r->file_column < 0 || r->raw_cut ||
	    !csv_raw_cell(r->raw, d, columns, (size_t)r->file_column, &cell))
		return false;
	*out = (struct reject_cell){ cell.at, cell.n & ~CSV_CELL_DOUBLED };
	return true;
}

/* What one byte of a shape stands for. */
enum class { DIGIT, LETTER, BLANK, OTHER };

/* Characters beyond ASCII are letters: of those that stand in tables nearly all are. */
static enum class class_of(unsigned char c) {
	if (c >= '0' && c <= '9') return DIGIT;
	if (c >= 0x80 || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')) return LETTER;
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' ? BLANK : OTHER;
}

/* The shape of `run` bytes of one class that begin with c; returns its length, at most 5. */
static size_t shape_of_run(enum class class, char c, size_t run, char *out)
{
	switch (class) {
	case DIGIT:
		if (run > DIGITS_SHOWN) {
			memcpy(out, "9+", 2);
			return 2;
		}
		memset(out, '9', run);
		return run;
	case LETTER:
		*out = 'a';
		return 1;
	case BLANK:
		*out = ' ';
		return 1;
	case OTHER:
		break;
	}
	*out = (unsigned char)c < ' ' || c == 0x7f ? '?' : c;
	return 1;
}

size_t reject_cell_shape(const char *p, size_t n, char *out)
{
	size_t used = 0;
	for (size_t i = 0; i < n;) {
		const enum class class = class_of((unsigned char)p[i]);
		char part[DIGITS_SHOWN + 1];
		size_t run = 1;
		while (
		    class != OTHER && i + run < n && class_of((unsigned char)p[i + run]) == class)
			run++;
		const size_t m = shape_of_run(class, p[i], run, part);
		if (used + m + ELLIPSIS_BYTES >= REJECT_SHAPE_BYTES) {
			memcpy(out + used, ellipsis, ELLIPSIS_BYTES);
			used += ELLIPSIS_BYTES;
			break;
		}
		memcpy(out + used, part, m);
		used += m;
		i += run;
	}
	out[used] = '\0';
	return used;
}

size_t reject_cell_chars(const char *p, size_t n)
{
	size_t chars = 0;
	for (size_t i = 0; i < n; i++)
		chars += ((unsigned char)p[i] & 0xc0) != 0x80;
	return chars;
}
