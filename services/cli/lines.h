/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lines - an output of numbered lines: what --rejects and --repairs write.
 *
 * A line's number is known in the turn of its block only, the rest of it is rendered by any thread
 * before. So a line is rendered without its number, which is put in front when it is delivered.
 *
 *	const size_t at = cli_lines_begin(out);
 *	buf_adds(out, ",what stands behind the number\n");
 *	cli_lines_end(out, at);
 */
#ifndef CLI_LINES_H
#define CLI_LINES_H

#include "base/buf.h"
#include "output.h"

enum { CLI_LINES_HEADER_BYTES = 8 << 20 };

struct cli_lines {
	struct cli_output out;
	int64_t n; /* written so far: the number in the first column */
};

/* cli_lines_header - the first line, as it stands in a buffer. Errors as buf_check and
 * cli_output_write: ERR_TOO_LARGE, ERR_UNAVAILABLE, ERR_NO_SPACE. */
int cli_lines_header(struct cli_lines *l, const struct buf *header, struct err *err) MUST_CHECK;

/* cli_lines_begin - begin a line in the buffer of a block; returns what cli_lines_end wants. */
size_t cli_lines_begin(struct buf *out);

/* cli_lines_end - the line is complete, its LF included. */
void cli_lines_end(struct buf *out, size_t at);

/* cli_lines_deliver - `deliver` of a sink whose arg is a struct cli_lines. Errors as
 * cli_output_write: ERR_UNAVAILABLE, ERR_NO_SPACE. */
int cli_lines_deliver(void *arg, const struct buf *rendered, struct err *err) MUST_CHECK;

#endif
