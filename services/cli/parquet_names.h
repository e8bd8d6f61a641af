/* SPDX-License-Identifier: Apache-2.0 */
/* parquet_names - names of columns that DuckDB can tell apart: it does not look at the case of
 * letters of ASCII. */
#ifndef CLI_PARQUET_NAMES_H
#define CLI_PARQUET_NAMES_H

#include "base/arena.h"
#include "csv/csv.h"

/* cli_parquet_names - a name for each column: its own, or name_2, name_3 ... when one before is the
 * same but for case. In the arena; the schema's own names are borrowed. */
const char *const *cli_parquet_names(const struct csv_schema *schema, struct arena *a);

#endif
