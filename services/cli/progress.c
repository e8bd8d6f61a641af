/* SPDX-License-Identifier: Apache-2.0 */
/* progress - rate and time left. */
#include "progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "term.h"

enum { REDRAW_MS = 200, LINE_MS = 10000 };

static int64_t now_ms(void)
{
	struct timespec t;
	(void)clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void cli_progress_start(
    struct cli_progress *p, const char *verb, const struct cli_input *input, bool on)
{
	const bool terminal = isatty(STDERR_FILENO) == 1;
	const int64_t now = now_ms();
	*p = (struct cli_progress){ verb, input, on, terminal, false, now, now };
}

static void draw(const struct cli_progress *p, int64_t now, int64_t rejects)
{
	char done[16];
	char all[16];
	char rate[16];
	char count[32];
	const int64_t bytes = atomic_load(&p->input->done);
	const int64_t total = p->input->bytes;
	const double seconds = (double)(now - p->start_ms) / 1000.0;
	const double per_s = seconds > 0 ? (double)bytes / seconds : 0;
	(void)fprintf(stderr, "%s%s", p->terminal ? "\r" : "", p->verb);
	if (total > 0)
		(void)fprintf(stderr, "  %lld %%  %s of %s", (long long)(bytes * 100 / total),
		    cli_bytes((double)bytes, done), cli_bytes((double)total, all));
	else
		(void)fprintf(stderr, "  %s", cli_bytes((double)bytes, done));
	(void)fprintf(
	    stderr, "  %s/s  %s rejected", cli_bytes(per_s, rate), cli_grouped(rejects, count));
	if (total > bytes && per_s > 0)
		(void)fprintf(stderr, "  %.1f s left", (double)(total - bytes) / per_s);
	(void)fputs(p->terminal ? "\033[K" : "\n", stderr);
	(void)fflush(stderr);
}

void cli_progress_tell(struct cli_progress *p, int64_t rejects)
{
	if (!p->on)
		return;
	const int64_t now = now_ms();
	if (now - p->last_ms < (p->terminal ? REDRAW_MS : LINE_MS))
		return;
	p->last_ms = now;
	p->drawn = p->terminal;
	draw(p, now, rejects);
}

void cli_progress_end(struct cli_progress *p)
{
	if (p->drawn)
		(void)fputs("\r\033[K", stderr);
	p->drawn = false;
}
