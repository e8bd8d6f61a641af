/* SPDX-License-Identifier: Apache-2.0 */
/*
 * input - the file a command reads: a path, or "-" for standard input, as often as it is needed.
 *
 * A pipe can be read once; who needs it twice says so at the start, and what is read the first time
 * is kept in a file without a name in TMPDIR.
 */
#ifndef CLI_INPUT_H
#define CLI_INPUT_H

#include <stdatomic.h>
#include <sys/types.h>

#include "base/err.h"

struct cli_input {
	const char *path;     /* as it was named; "-" = standard input; borrowed */
	int fd;               /* -1 = closed */
	int spool;            /* what came from a pipe so far; -1 = not kept */
	bool is_pipe;         /* cannot be read again by itself */
	int64_t bytes;        /* of the whole file, -1 = not known (a pipe) */
	_Atomic int64_t done; /* bytes read of this pass */
};

/*
 * cli_input_open - open it.
 *
 * twice  it will be rewound once
 *
 * Errors  ERR_INPUT  it is not there, may not be read, or is a directory; says which
 *         ERR_NO_SPACE, ERR_UNAVAILABLE  the spool cannot be made
 */
int cli_input_open(struct cli_input *in, const char *path, bool twice, struct err *err) MUST_CHECK;

/* cli_input_close - accepts one that never opened (zeroed, or fd -1). */
void cli_input_close(struct cli_input *in);

/*
 * cli_input_read - a csv_read_fn; arg is the input.
 *
 * Errors  ERR_UNAVAILABLE  the disk failed, or the spool's
 *         ERR_BUSY         code "run.stopped": a signal came
 */
ssize_t cli_input_read(void *arg, void *p, size_t n, struct err *err);

/* cli_input_rewind - from the start again. ERR_UNAVAILABLE. */
int cli_input_rewind(struct cli_input *in, struct err *err) MUST_CHECK;

/* cli_input_name - for people: the path, or "standard input". */
const char *cli_input_name(const struct cli_input *in);

#endif
