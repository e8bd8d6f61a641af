/* SPDX-License-Identifier: Apache-2.0 */
/* csv_explain_time - why a cell is not a date, a time or a timestamp. */
#ifndef CSV_CSV_EXPLAIN_TIME_H
#define CSV_CSV_EXPLAIN_TIME_H

#include "csv/csv_explain.h"

/* csv_explain_time - e.g. ": there is no such day"; why has CSV_EXPLAIN_WHY_BYTES. */
void csv_explain_time(const struct csv_column *c, const char *p, size_t n, char *why);

#endif
