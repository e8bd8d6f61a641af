/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv_mend - a refused row in the layout in which it can be mended and sent back.
 *
 * A line is _reject,_line,_column,_rule,_message and then the file's own cells as they stood:
 * UTF-8, comma, LF, quotes only where needed. A row whose quotes cannot be read, or of which
 * only the front is left, is cut at its delimiters, its quotes kept as text. Cells keep what the
 * file has: nothing is escaped for spreadsheets here.
 *
 * What comes back begins with the same five names, and is read in the dialect above, whatever a
 * contract or a person says of the file the rows came from: csv_input and csv_sniff look for them.
 * Line ends and the encoding may have changed under an editor and are found as in any file.
 */
#ifndef CSV_CSV_MEND_H
#define CSV_CSV_MEND_H

#include "base/buf.h"
#include "csv/csv.h"
#include "csv/csv_dialect.h"

/*
 * csv_mend_returned - does a text begin with our five names? Each may be quoted, a byte order mark
 * of UTF-8 may stand before.
 */
bool csv_mend_returned(const uint8_t *p, size_t n);

/* csv_mend_given - what is set of a file that csv_mend_returned knows; nothing but the names is
 * left of what was `said`. */
struct csv_given csv_mend_given(const struct csv_given *said);

/*
 * csv_mend_columns - how many columns of a header are ours: 5 when the file is one of refused rows
 * that comes back, else 0. They are not the file's, and are left out where it is written again.
 */
size_t csv_mend_columns(const char *const *header, size_t n);

/* csv_mend_cell - append n bytes of UTF-8 as one cell, quoted when it holds a comma, a quote or a
 * line end. */
void csv_mend_cell(struct buf *out, const char *p, size_t n);

/* csv_mend_header - append the header line, its LF included. */
void csv_mend_header(struct buf *out, const char *const *header, size_t n);

/*
 * csv_mend_row - append ",line,column,rule,message" and the row's cells, LF included. What stands
 * before the first comma, the number of the reject, is the caller's.
 *
 * r        its raw bytes are read as far as they are there
 * d        dialect of the file
 * header   names of the file's columns, n of them
 */
void csv_mend_row(struct buf *out, const struct csv_reject *r, const struct csv_dialect *d,
    const char *const *header, size_t n);

#endif
