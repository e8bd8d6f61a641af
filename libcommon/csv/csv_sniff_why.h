/* SPDX-License-Identifier: Apache-2.0 */
/* csv_sniff_why - the sniffer's reasons in plain words, and how sure it is. */
#ifndef CSV_CSV_SNIFF_WHY_H
#define CSV_CSV_SNIFF_WHY_H

#include "csv/csv_sniff.h"
#include "csv/csv_sniff_header.h"

/* csv_why_runner_up - fill r->why from the two readings. */
void csv_why_runner_up(struct csv_sniff_result *r);

/* csv_why_doubt - fill confidence, ambiguous and doubt; names: of the header, numbers: every row
 * could be one number with a decimal comma. */
void csv_why_doubt(struct csv_sniff_result *r, const struct csv_sniff_names *names, bool numbers);

#endif
