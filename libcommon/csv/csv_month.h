/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv_month - names of months in the languages whose files are met most.
 *
 * Whole and short names, also in the form that stands beside a day (Polish, Czech, Finnish); upper
 * and lower case are the same for Latin letters.
 */
#ifndef CSV_CSV_MONTH_H
#define CSV_CSV_MONTH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/macros.h"

struct csv_month_names;

/*
 * csv_month_find - the names of a locale.
 *
 * locale  "de", "de_AT", "de-CH.UTF-8": the language decides; NULL = English
 *
 * Returns static memory, NULL when we do not know the language.
 */
const struct csv_month_names *csv_month_find(const char *locale);

/* csv_month_locales - the languages we know, "cs, da, de ..."; static. */
const char *csv_month_locales(void);

/* csv_month_take - the longest month name that p begins with; the bytes taken, 0 = none. */
size_t csv_month_take(
    const struct csv_month_names *names, const char *p, size_t n, unsigned *out_month) MUST_CHECK;

#endif
