/* SPDX-License-Identifier: Apache-2.0 */
/* csv_sniff_light - the small part of the samples that every candidate reads: the front, pieces
 * spread evenly, the end, and the places where a quote, an escape or a lone CR stands first. */
#ifndef CSV_CSV_SNIFF_LIGHT_H
#define CSV_CSV_SNIFF_LIGHT_H

#include "csv/csv_sniff.h"
#include "csv/csv_sniff_view.h"

enum {
	CSV_LIGHT_ALL = 192 << 10, /* samples up to this size are read whole */
	CSV_LIGHT_FRONT = 96 << 10,
	CSV_LIGHT_PIECE = 6 << 10,
	CSV_LIGHT_PIECES = 8,     /* spread evenly */
	CSV_LIGHT_LONG = 2 << 20, /* the front grows up to this to hold two whole lines */
};

/* csv_light_init - choose and copy; csv_light_done gives the copy back. lines: of the front that
 * are left out. */
void csv_light_init(
    struct csv_light *l, const struct csv_sample *samples, size_t n, uint32_t lines);
void csv_light_done(struct csv_light *l);

#endif
