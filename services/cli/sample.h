/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sample - open a file for reading rows, its dialect decided by more than its front.
 *
 * Of a file 10 MiB of the front are judged and stretches further in, the last of them at its end
 * (footers); with `all`, everything. A pipe gives only the splitter's own sample, unless `all`:
 * then it is kept in a temporary file first. An archive can only be read from its front.
 */
#ifndef CLI_SAMPLE_H
#define CLI_SAMPLE_H

#include "csv/csv_split.h"
#include "input.h"

enum {
	CLI_SAMPLE_FRONT = 10 << 20, /* bytes of UTF-8 */
	CLI_SAMPLE_BYTES = 32 << 10, /* of the file, each of those further in */
	CLI_SAMPLES = 32,
};

/* How a file is opened, and what was found the first time. */
struct cli_sampling {
	const struct csv_given *given; /* borrowed */
	size_t block_bytes;            /* of csv_split_params */
	bool all;
	bool known; /* found is set: nothing is sniffed again */
	struct csv_sniff_result found;
};

/*
 * cli_sample_open - from the start of the input, which must be there.
 *
 * Errors  as csv_split_open; the input's own
 */
int cli_sample_open(struct cli_sampling *s, struct cli_input *in, struct csv_split **out,
    struct err *err) MUST_CHECK;

#endif
