/* SPDX-License-Identifier: Apache-2.0 */
/* term - what text on a terminal needs: colours, width, numbers for people. */
#ifndef CLI_TERM_H
#define CLI_TERM_H

#include <stdio.h>

#include "base/macros.h"

/* Where text goes, and what may be used there. */
struct cli_term {
	FILE *to;
	bool color;
	bool terminal; /* lines are cut to width */
	int width;     /* columns; a wide one where it is not a terminal */
};

enum cli_tint { CLI_PLAIN, CLI_BAD, CLI_OK, CLI_WARN, CLI_DIM, CLI_BOLD };

/* cli_term_of - of stdout or stderr; color = colours may be used on a terminal. */
struct cli_term cli_term_of(FILE *to, bool color);

/* cli_tint - begin a colour, or end it with CLI_PLAIN; "" where there are none; static memory. */
const char *cli_tint(const struct cli_term *t, enum cli_tint tint);

/* cli_grouped - 1204 as "1,204"; out has 32 bytes; returns it. */
const char *cli_grouped(int64_t n, char *out);

/* cli_bytes - 573123456 as "573 MB"; out has 16 bytes; returns it. */
const char *cli_bytes(double n, char *out);

/*
 * cli_show - print text of a file in at most `columns` columns: control characters as their picture
 * (LF as the return sign), broken UTF-8 as U+FFFD, the end cut with an ellipsis.
 *
 * Returns the columns used.
 */
int cli_show(const struct cli_term *t, const char *p, size_t n, int columns);

/* cli_show_all - the same for a text of any length, which is not cut. */
void cli_show_all(const struct cli_term *t, const char *text);

/* cli_printable - what cli_show_all prints; new, the caller frees it. */
char *cli_printable(const char *text);

/* cli_columns - columns cli_show needs for all of it. */
int cli_columns(const char *p, size_t n);

#endif
