/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reject_shapes - refused cells counted by rule, column and shape (reject_cell.h): what a person
 * mends in one go. Counts hold no cell.
 *
 * At most REJECT_SHAPES_MAX lines are counted apart; cells of further shapes are counted together
 * under no shape. The order of adding decides which these are, so add in file order.
 *
 * Some cells of every listed shape are to be shown. Which shapes are listed is known in the end
 * only, so the places of the first cells that were not shown otherwise are kept.
 */
#ifndef TASK_REJECT_SHAPES_H
#define TASK_REJECT_SHAPES_H

#include <cjson/cJSON.h>

#include "base/arena.h"

enum {
	REJECT_SHAPES_MAX = 5000,
	REJECT_SHAPES_LISTED = 500,
	REJECT_SHAPES_SHOWN = 5, /* cells of a listed shape, when there are as many */
};

/* Where a refused row can be read again; the caller's business. */
struct reject_place {
	int64_t seq;  /* of the reject */
	size_t range; /* whose spool it is in */
	int64_t at;   /* byte of the spool */
};

struct reject_shapes;

/* reject_shapes_new - nothing counted yet; reject_shapes_free. */
struct reject_shapes *reject_shapes_new(void) MUST_CHECK;

/* reject_shapes_free - *s becomes NULL; accepts NULL inside. */
void reject_shapes_free(struct reject_shapes **s);

/*
 * reject_shapes_add - count one refused cell.
 *
 * rule    static id
 * column  name, NULL = the row as a whole; borrowed until the list is made
 * shape   NUL-terminated, NULL = not known; copied
 * hidden  where it is, NULL = it is shown already; copied
 */
void reject_shapes_add(struct reject_shapes *s, const char *rule, const char *column,
    const char *shape, const struct reject_place *hidden);

/* reject_shapes_list - [{rule, column, shape, count}], most frequent first, at most
 * REJECT_SHAPES_LISTED; in the arena. */
cJSON *reject_shapes_list(const struct reject_shapes *s, struct arena *a) MUST_CHECK;

/* reject_shapes_hidden - places of cells to show so that each listed shape that is known has
 * REJECT_SHAPES_SHOWN, or all of its cells; in the order of seq, in the arena. */
struct reject_place *reject_shapes_hidden(
    const struct reject_shapes *s, struct arena *a, size_t *out_n) MUST_CHECK;

#endif
