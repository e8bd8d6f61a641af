/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clean - the good rows as CSV: UTF-8, comma, LF, quotes where they are needed.
 *
 * Every column of the file, the cells as they stood (the same contract passes them again); what the
 * contract normalised and what was repaired is written as it was judged. A cell that begins with
 * the file's comment mark, or with blanks where these are skipped, is quoted, so that nothing is
 * lost on people who set the same again.
 */
#ifndef CLI_CLEAN_H
#define CLI_CLEAN_H

#include "contract/run.h"
#include "output.h"

struct cli_clean {
	struct cli_output out;
	bool quote_all;
};

/* cli_clean_open - ERR_UNAVAILABLE, ERR_NO_SPACE as cli_output_open. */
int cli_clean_open(
    struct cli_clean *c, const char *path, bool quote_all, struct err *err) MUST_CHECK;

/* cli_clean_header - the header as it stands in the file, which is of that dialect. Errors as
 * cli_output_write. */
int cli_clean_header(struct cli_clean *c, const struct csv_dialect *from, const char *const *names,
    size_t n, struct err *err) MUST_CHECK;

/* cli_clean_sink - where contract_run brings the rows; c is borrowed. */
struct contract_sink cli_clean_sink(struct cli_clean *c);

#endif
