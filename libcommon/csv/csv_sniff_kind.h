/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv_sniff_kind - what does a cell look like? A quick look for the sniffer, which has to tell
 * cells from pieces of cells; the exact parsers decide later what is what.
 */
#ifndef CSV_CSV_SNIFF_KIND_H
#define CSV_CSV_SNIFF_KIND_H

#include "csv/csv.h"

enum csv_kind {
	CSV_KIND_EMPTY,   /* no byte, blanks, or a word for null */
	CSV_KIND_NUMBER,  /* with point or comma, groups, exponent */
	CSV_KIND_DATE,    /* digits or month names, with or without a time */
	CSV_KIND_TIME,    /* 10:42, 10:42:07.5 */
	CSV_KIND_BOOLEAN, /* true, false, yes, no, ja, nein */
	CSV_KIND_UUID,
	CSV_KIND_ADDRESS, /* mail, URL, IPv4 */
	CSV_KIND_AMOUNT,  /* a number with a currency, percent or unit */
	CSV_KIND_CODE,    /* letters and digits without a blank: AB-123, a path, a phone number */
	CSV_KIND_WORD,    /* letters and blanks: a name, a header */
	CSV_KIND_TEXT,    /* prose */
	CSV_KIND_JSON,
	CSV_KIND_ODD, /* looks like a piece of something else */
	CSV_KIND_COUNT_,
};

/* How the cell stood in its row; bits. */
enum csv_cell_mark {
	CSV_CELL_QUOTED = 1 << 0,
	CSV_CELL_TWICE = 1 << 1,   /* holds doubled quotes */
	CSV_CELL_ESCAPES = 1 << 2, /* holds escaped characters */
	CSV_CELL_LINES = 1 << 3,   /* holds line ends */
};

struct csv_look {
	uint8_t kind; /* enum csv_kind */
	uint8_t good; /* 0..100: how much it looks like a cell of its own */
	bool led;     /* a blank stands in front */
};

/* csv_look_at - n bytes of a cell, quotes taken off; marks: bits of enum csv_cell_mark. */
struct csv_look csv_look_at(const uint8_t *p, size_t n, unsigned marks);

/* csv_kind_is_strict - a kind that a header's name seldom has. */
static inline bool csv_kind_is_strict(unsigned kind)
{
	return kind >= CSV_KIND_NUMBER && kind <= CSV_KIND_AMOUNT;
}

#endif
