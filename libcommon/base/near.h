/* SPDX-License-Identifier: Apache-2.0 */
/* near - which known name did somebody mean? Edit distance with transpositions, case is half a
 * slip. */
#ifndef BASE_NEAR_H
#define BASE_NEAR_H

#include "base/macros.h"

struct near {
	const char *word; /* what was written; borrowed */
	const char *best; /* nearest name so far, or NULL; borrowed */
	unsigned cost;    /* its distance; only meaningful with best */
};

/* near_init - start looking for a word of at most 63 bytes (longer ones match nothing). */
void near_init(struct near *n, const char *word);

/* near_try - offer one known name; kept when it is nearer than all before and near enough at all.
 */
void near_try(struct near *n, const char *name);

#endif
