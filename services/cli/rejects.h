/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rejects - the refused rows, three times: all of them as CSV to be mended, the first for the
 * screen, the first for the report.
 */
#ifndef CLI_REJECTS_H
#define CLI_REJECTS_H

#include <cjson/cJSON.h>
#include <stdatomic.h>

#include "contract/run.h"
#include "lines.h"

/* A refused row as it is shown. */
struct cli_shown {
	int64_t row, line;
	int file_column;
	const char *rule;
	char message[CSV_MESSAGE_BYTES];
	char *raw; /* owned */
	size_t raw_n;
	bool raw_whole;
};

/* The first of them. */
struct cli_showcase {
	struct cli_shown *list; /* n of them; owned */
	size_t n, most;
	struct csv_dialect dialect; /* of the file */
	atomic_bool full;
};

enum { CLI_REJECTS_LISTED = 1000, CLI_REJECTS_LIST_BYTES = 64 << 20 };

/* The first CLI_REJECTS_LISTED as JSON. */
struct cli_reject_list {
	struct buf rows; /* objects of contract/refused.h, commas between them */
	int64_t n;
	atomic_bool full;
};

/* cli_rejects_header - the header line of --rejects, for a file with these n columns. Errors as
 * cli_lines_header. */
int cli_rejects_header(
    struct cli_lines *l, const char *const *names, size_t n, struct err *err) MUST_CHECK;

/* cli_rejects_sink, cli_showcase_sink - where contract_run brings the rows; borrowed. */
struct contract_sink cli_rejects_sink(struct cli_lines *l);
struct contract_sink cli_showcase_sink(struct cli_showcase *s);
struct contract_sink cli_reject_list_sink(struct cli_reject_list *l);

/* cli_reject_list_add - to a report: "rejects": {"count": of `rejected` rows, "left_out": how many
 * of them are not listed, "rows": [...]}. ERR_TOO_LARGE. */
int cli_reject_list_add(
    const struct cli_reject_list *l, int64_t rejected, cJSON *report, struct err *err) MUST_CHECK;

/* cli_showcase_done - accepts a zeroed one. */
void cli_showcase_done(struct cli_showcase *s);

#endif
