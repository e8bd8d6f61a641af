/* SPDX-License-Identifier: Apache-2.0 */
/* log - one JSON object a line on stderr: ts, lvl, svc, ver, inst, then inherited fields, msg,
 * keys. */
#include "base/log.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"

/* A line of at most PIPE_BUF bytes goes into a writable pipe whole and without blocking (pipe(7)).
 */
enum { LINE_MAX_BYTES = 4096, LINE_TAIL_BYTES = 64, VALUE_MAX_BYTES = 1024 };

static const char *svc_name = "";
static const char *svc_version = "";
static char instance[LOG_ID_BYTES];
static _Atomic enum log_level max_level = LOG_INFO;
static _Atomic int64_t dropped; /* lines lost since the last one that got through */
static pthread_mutex_t capture_lock = PTHREAD_MUTEX_INITIALIZER;
static struct buf *capture; /* guarded by capture_lock */

void log_open(const char *svc, const char *ver, const char *inst)
{
	svc_name = svc;
	svc_version = ver;
	(void)snprintf(instance, sizeof(instance), "%s", inst);
}

void log_set_level(enum log_level level)
{
	atomic_store(&max_level, level);
}

static void add_text(struct buf *b, const char *key, const char *text)
{
	if (b->n > 1)
		buf_addc(b, ',');
	buf_add_json_string(b, key, strlen(key));
	buf_addc(b, ':');
	if (text == NULL)
		buf_adds(b, "null");
	else
		buf_add_json_string(b, text, strnlen(text, VALUE_MAX_BYTES));
}

static void add_known(struct buf *b, const char *key, const char *text)
{
	if (text[0] != '\0')
		add_text(b, key, text);
}

static void add_number(struct buf *b, const char *key, int64_t number)
{
	buf_addc(b, ',');
	buf_add_json_string(b, key, strlen(key));
	buf_printf(b, ":%lld", (long long)number);
}

static void add_head(struct buf *b, enum log_level level, const struct logctx *ctx, const char *msg)
{
	static const char *const names[] = { "error", "warn", "info", "debug" };
	char ts[CLOCK_RFC3339_BYTES];
	clock_format(clock_now_ms(), ts);
	buf_addc(b, '{');
	add_text(b, "ts", ts);
	add_text(b, "lvl", names[level]);
	add_known(b, "svc", svc_name);
	add_known(b, "ver", svc_version);
	add_known(b, "inst", instance);
	if (ctx != NULL) {
		add_known(b, "req", ctx->req);
		add_known(b, "run", ctx->run);
		add_known(b, "task", ctx->task);
	}
	add_text(b, "msg", msg);
}

/* Adds the fields that fit; the first one that does not ends the line with a mark. */
static void add_fields(struct buf *b, const struct log_field *fields)
{
	for (const struct log_field *f = fields; f->key != NULL; f++) {
		const size_t before = b->n;
		if (f->is_text)
			add_text(b, f->key, f->text);
		else
			add_number(b, f->key, f->number);
		if (!b->overflow && b->n <= LINE_MAX_BYTES - LINE_TAIL_BYTES)
			continue;
		b->n = before;
		b->data[before] = '\0';
		b->overflow = false;
		buf_adds(b, ",\"cut\":true");
		return;
	}
}

static bool captured(const struct buf *line)
{
	pthread_mutex_lock(&capture_lock);
	struct buf *to = capture;
	if (to != NULL)
		buf_add(to, line->data, line->n);
	pthread_mutex_unlock(&capture_lock);
	return to != NULL;
}

static void put_line(const struct buf *line, int64_t lost)
{
	struct pollfd p = { .fd = STDERR_FILENO, .events = POLLOUT };
	const bool writable = poll(&p, 1, 0) == 1 && (p.revents & POLLOUT) != 0;
	if (!writable || write(STDERR_FILENO, line->data, line->n) < 0)
		atomic_fetch_add(&dropped, lost + 1);
}

void log_write(
    enum log_level level, const struct logctx *ctx, const char *msg, const struct log_field *fields)
{
	if (level > atomic_load(&max_level))
		return;
	struct buf line;
	buf_init(&line, LINE_MAX_BYTES);
	add_head(&line, level, ctx, msg);
	add_fields(&line, fields);
	const int64_t lost = atomic_exchange(&dropped, 0);
	if (lost > 0)
		add_number(&line, "dropped", lost);
	buf_adds(&line, "}\n");
	if (!captured(&line))
		put_line(&line, lost);
	buf_done(&line);
}

void log_capture_for_test(struct buf *b)
{
	pthread_mutex_lock(&capture_lock);
	capture = b;
	pthread_mutex_unlock(&capture_lock);
}
