/* SPDX-License-Identifier: Apache-2.0 */
/* table_view - tables and their columns as the API shows them. */
#ifndef TRANSFORM_TABLE_VIEW_H
#define TRANSFORM_TABLE_VIEW_H

#include "request.h"

#include "expr/expr.h"

/* table_view - row i of store_tables as the API shows it; new, add it to a tree. */
cJSON *table_view(const struct db_result *r, int i) MUST_CHECK;

/*
 * table_view_columns - the columns document of a head as names and types.
 *
 * Errors  ERR_INTERNAL  the stored document is not ours
 */
int table_view_columns(const char *json, struct arena *a, struct expr_column **out, size_t *out_n,
    struct err *err) MUST_CHECK;

#endif
