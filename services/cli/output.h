/* SPDX-License-Identifier: Apache-2.0 */
/*
 * output - a file that appears whole or not at all.
 *
 * What is written goes to a file without a name in the target's directory; cli_output_finish gives
 * it the name in one step once it is on the disk. Until then a crash, a signal or a full disk
 * leaves nothing behind and what was there before stays. Where the file system has no nameless
 * files the temporary one is called .NAME.XXXXXX and removed. Pipes, devices and "-" are written
 * directly: there is no name to give.
 *
 *	cli_output_open(&out, "clean.csv", err);
 *	cli_output_write(&out, p, n, err);
 *	cli_output_finish(&list, 1, err);
 *	cli_output_close(&out);            (at any time: what is not published is gone)
 */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include "base/err.h"

enum { CLI_OUTPUT_BYTES = 64 << 10 };

struct cli_output {
	const char *path; /* as it was named; borrowed; NULL = never opened */
	char *target;     /* the file behind links; NULL = written directly; owned */
	char *temporary;  /* its name while it has one; NULL = none; owned */
	int fd;           /* -1 = closed */
	size_t n;         /* bytes waiting in room */
	char *room;       /* CLI_OUTPUT_BYTES; owned */
	bool published;
};

/*
 * cli_output_open - make the temporary file, or open what is written directly.
 *
 * path  borrowed until cli_output_close; "-" = standard output
 *
 * Errors  ERR_UNAVAILABLE  no such directory, no right to write there; ERR_NO_SPACE
 */
int cli_output_open(struct cli_output *o, const char *path, struct err *err) MUST_CHECK;

/*
 * cli_output_write - n bytes more.
 *
 * Errors  ERR_NO_SPACE, ERR_UNAVAILABLE (code "output.closed": the reader of the pipe is gone)
 */
int cli_output_write(struct cli_output *o, const void *p, size_t n, struct err *err) MUST_CHECK;

/* cli_output_hasten - let the disk begin with what was written, so that cli_output_finish has less
 * to wait for. */
void cli_output_hasten(const struct cli_output *o);

/*
 * cli_output_finish - n outputs to the disk, then each its name.
 *
 * All are on the disk before the first gets its name, so that what fails for want of space leaves
 * every one as it was. The disk begins with all before one is waited for, and each directory is
 * synced once: a wait costs milliseconds, whatever the file's size.
 *
 * Errors  ERR_NO_SPACE, ERR_UNAVAILABLE
 */
int cli_output_finish(struct cli_output *const *outputs, size_t n, struct err *err) MUST_CHECK;

/* cli_output_close - accepts a zeroed one; what was not published disappears. */
void cli_output_close(struct cli_output *o);

/* cli_output_spool - a file without a name in TMPDIR. ERR_UNAVAILABLE. */
int cli_output_spool(int *out_fd, struct err *err) MUST_CHECK;

/* cli_output_all - write all n bytes; name is for the message. ERR_NO_SPACE, ERR_UNAVAILABLE
 * ("output.closed"). */
int cli_output_all(int fd, const char *name, const void *p, size_t n, struct err *err) MUST_CHECK;

#endif
