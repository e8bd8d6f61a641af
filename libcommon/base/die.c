/* SPDX-License-Identifier: Apache-2.0 */
/* die - the two ways a process ends itself: a boot fault and a programming error. */
#include "base/die.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"

void die(int exit_code, const char *fmt, ...)
{
	char text[512];
	va_list ap;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	log_error(NULL, "cannot start", LOG_S("reason", text), LOG_I("exit", exit_code));
	exit(exit_code);
}

void bug_at(const char *file, int line, const char *fmt, ...)
{
	char text[512];
	va_list ap;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	log_error(NULL, "bug", LOG_S("what", text), LOG_S("file", file), LOG_I("line", line));
	abort();
}
