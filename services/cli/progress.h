/* SPDX-License-Identifier: Apache-2.0 */
/*
 * progress - how far it is, on stderr: one line that is redrawn on a terminal, else a line every
 * ten seconds.
 *
 *	check  62 %  355 MB of 573 MB  1.1 GB/s  312 rejected  0.2 s left
 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "base/macros.h"
#include "input.h"

struct cli_progress {
	const char *verb;              /* "check" */
	const struct cli_input *input; /* borrowed */
	bool on, terminal;
	bool drawn; /* the line is on the screen */
	int64_t start_ms, last_ms;
};

/* cli_progress_start - on = false says nothing. */
void cli_progress_start(
    struct cli_progress *p, const char *verb, const struct cli_input *input, bool on);

/* cli_progress_tell - draw when it is time; cheap otherwise. */
void cli_progress_tell(struct cli_progress *p, int64_t rejects);

/* cli_progress_end - take the line off the screen. */
void cli_progress_end(struct cli_progress *p);

#endif
