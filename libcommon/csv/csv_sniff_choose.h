/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv_sniff_choose - all plausible dialects, the best first.
 *
 * Three rounds, each with fewer candidates and more bytes: delimiters on 24 KiB; quotes, escapes,
 * blanks and comments for the best delimiters on the whole light sample; regular rows of the best
 * few over all samples.
 */
#ifndef CSV_CSV_SNIFF_CHOOSE_H
#define CSV_CSV_SNIFF_CHOOSE_H

#include "csv/csv_sniff.h"
#include "csv/csv_sniff_view.h"

enum {
	CSV_CHOICES = 8,             /* that are kept */
	CSV_CHOICES_DELIMITERS = 4,  /* that reach the second round */
	CSV_CHOICES_VARIED = 5,      /* whose blanks and comments are looked at */
	CSV_CHOICES_COUNTED = 3,     /* that reach the third */
	CSV_CHOICE_BYTES = 24 << 10, /* of the first round */
};

/* A dialect that was tried. */
struct csv_choice {
	struct csv_dialect dialect;
	double prior, score;
	uint64_t hash; /* equal: reads equal cells */
	struct csv_sniff_reading reading;
};

struct csv_choices {
	struct csv_choice at[CSV_CHOICES]; /* best score first, no two with equal cells */
	size_t n;
};

/* What they are judged by; borrowed. */
struct csv_evidence {
	const struct csv_sample *samples;
	size_t n_samples;
	const struct csv_light *light;
	const struct csv_given *given;
};

/* csv_choices_find - try them; v is room to work in. At least one is returned. */
void csv_choices_find(const struct csv_evidence *e, struct csv_view *v, struct csv_choices *out);

#endif
