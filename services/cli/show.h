/* SPDX-License-Identifier: Apache-2.0 */
/* show - what `millrace check` prints for people: books, counts by rule, the first refused rows;
 * and what `infer` says beside its draft. */
#ifndef CLI_SHOW_H
#define CLI_SHOW_H

#include <cjson/cJSON.h>

#include "contract/match.h"
#include "contract/notes.h"
#include "contract/tally.h"
#include "csv/csv_split.h"
#include "rejects.h"
#include "term.h"

/* cli_show_books - "5,000,000 in = 4,998,911 good + 1,089 rejected", then a line for each rule and
 * column. */
void cli_show_books(
    const struct cli_term *t, const struct contract_tally *tally, const struct csv_schema *schema);

/* cli_show_rejects - the refused rows of the showcase, the bad cell of each marked. */
void cli_show_rejects(const struct cli_term *t, const struct cli_showcase *s,
    const struct csv_schema *schema, int64_t all);

/* cli_show_notes - what was done to rows that were kept: repairs, normalised cells. Nothing when
 * there is nothing. */
void cli_show_notes(
    const struct cli_term *t, const struct contract_notes *n, const struct csv_schema *schema);

/* cli_show_returned - that the file is one of refused rows that comes back; nothing when not. */
void cli_show_returned(const struct cli_term *t, const struct csv_split *split);

/* cli_show_unread - lines that are no data: preamble, footer, another table behind the first. To be
 * asked when all rows were read; nothing when there are none. */
void cli_show_unread(const struct cli_term *t, const struct csv_split *split);

/* cli_show_profile - a line for each column; p as contract_profile_json has it. */
void cli_show_profile(const struct cli_term *t, const cJSON *p);

#endif
