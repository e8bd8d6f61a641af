/* SPDX-License-Identifier: Apache-2.0 */
/* pipeline_fixture - the dataset all tests of this directory read: online_sales. */
#ifndef PIPELINE_FIXTURE_H
#define PIPELINE_FIXTURE_H

#include "pipeline/pipeline.h"

/* fixture_read - text of a document to a pipeline over online_sales; NULL when the JSON is broken
 * or the dataset callback fails (dataset "broken"). */
struct pipeline *fixture_read(const char *text, size_t n, struct arena *a);

/* Columns of online_sales. */
extern const struct expr_column fixture_columns[];
extern const size_t fixture_n_columns;

/* The retail example's sales_summary. */
extern const char fixture_summary[];

#endif
