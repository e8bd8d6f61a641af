/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reject_shapes - refused cells counted by rule, column and shape (reject_cell.h): what a person
 * mends in one go. Counts hold no cell.
 *
 * At most REJECT_SHAPES_MAX lines are counted apart; cells of further shapes are counted together
 * under no shape. The order of adding decides which these are, so add in file order.
 */
#ifndef TASK_REJECT_SHAPES_H
#define TASK_REJECT_SHAPES_H

#include <cjson/cJSON.h>

#include "base/arena.h"

enum { REJECT_SHAPES_MAX = 5000, REJECT_SHAPES_LISTED = 500 };

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
 */
void reject_shapes_add(
    struct reject_shapes *s, const char *rule, const char *column, const char *shape);

/* reject_shapes_list - [{rule, column, shape, count}], most frequent first, at most
 * REJECT_SHAPES_LISTED; in the arena. */
cJSON *reject_shapes_list(const struct reject_shapes *s, struct arena *a) MUST_CHECK;

#endif
