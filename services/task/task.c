/* SPDX-License-Identifier: Apache-2.0 */
/* task - the report pipe: one JSON line for one write(2), from any thread. */
#include "task.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/die.h"
#include "base/mem.h"

enum { TASK_ARENA_BYTES = 256 << 20, TASK_LINE_BYTES = 1 << 20 };

struct task {
	int fd; /* report pipe; borrowed */
	struct arena *arena;
	pthread_mutex_t lock;         /* guards what follows and keeps lines whole */
	int64_t next_mono_ms;         /* progress before this moment is dropped */
	int64_t bytes, rows, rejects; /* told last */
	bool ended;                   /* result or error was sent */
};

struct task *task_new(int report_fd)
{
	struct task *t = mem_alloc(sizeof(*t));

	t->fd = report_fd;
	pthread_mutex_init(&t->lock, NULL);
	t->arena = arena_new(TASK_ARENA_BYTES);
	return t;
}

void task_free(struct task **t)
{
	if (*t == NULL)
		return;
	arena_free(&(*t)->arena);
	pthread_mutex_destroy(&(*t)->lock);
	free(*t);
	*t = NULL;
}

struct arena *task_arena(struct task *t)
{
	return t->arena;
}

/* Write all or give up: a supervisor that is gone cannot be told anything. */
static void send_line(const struct task *t, const char *p, size_t n)
{
	while (n > 0) {
		const ssize_t w = write(t->fd, p, n);
		if (w < 0 && errno == EINTR)
			continue;
		if (w <= 0)
			return;
		p += w;
		n -= (size_t)w;
	}
}

static void raise_to(int64_t *told, int64_t now)
{
	*told = now > *told ? now : *told;
}

void task_progress(struct task *t, int64_t bytes, int64_t rows, int64_t rejects)
{
	char line[160];
	const int64_t now = clock_mono_ms();

	pthread_mutex_lock(&t->lock);
	if (now >= t->next_mono_ms && !t->ended) {
		t->next_mono_ms = now + TASK_PROGRESS_EVERY_MS;
		raise_to(&t->bytes, bytes);
		raise_to(&t->rows, rows);
		raise_to(&t->rejects, rejects);
		const int n = snprintf(line, sizeof(line),
		    "{\"t\":\"progress\",\"bytes\":%lld,\"rows\":%lld,\"rejects\":%lld}\n",
		    (long long)t->bytes, (long long)t->rows, (long long)t->rejects);
		send_line(t, line, (size_t)n);
	}
	pthread_mutex_unlock(&t->lock);
}

void task_committing(struct task *t)
{
	static const char line[] = "{\"t\":\"committing\"}\n";

	pthread_mutex_lock(&t->lock);
	send_line(t, line, sizeof(line) - 1);
	pthread_mutex_unlock(&t->lock);
}

/* Send the last line; a second one would contradict it. */
static void send_end(struct task *t, const char *text)
{
	struct buf line;

	buf_init(&line, TASK_LINE_BYTES);
	buf_adds(&line, text);
	buf_addc(&line, '\n');
	pthread_mutex_lock(&t->lock);
	ASSERT(!t->ended);
	t->ended = true;
	send_line(t, line.data, line.n);
	pthread_mutex_unlock(&t->lock);
	buf_done(&line);
}

void task_result(struct task *t, cJSON *result)
{
	cJSON_AddStringToObject(result, "t", "result");
	const char *text = js_print(t->arena, result);
	ASSERT(strlen(text) < TASK_LINE_BYTES);
	send_end(t, text);
}

static const char *error_word(const struct err *err)
{
	switch (err->kind) {
	case ERR_NO_SPACE:
		return "no_space";
	case ERR_TIMEOUT:
		return "timeout";
	case ERR_INPUT:
		return "input";
	case ERR_UNAVAILABLE:
	case ERR_BUSY:
		return "unavailable";
	case ERR_UNCERTAIN:
		return "uncertain";
	case ERR_CONFLICT:
		return strcmp(err->code, "load.lost") == 0 ? "lost" : "input";
	case ERR_NONE:
	case ERR_AUTH:
	case ERR_DENIED:
	case ERR_NOT_FOUND:
	case ERR_TOO_LARGE:
	case ERR_INTERNAL:
	case ERR_COUNT_:
		break;
	}
	return "internal";
}

void task_error(struct task *t, const struct err *err)
{
	cJSON *line = js_object(t->arena);

	cJSON_AddStringToObject(line, "t", "error");
	cJSON_AddStringToObject(line, "kind", error_word(err));
	cJSON_AddStringToObject(line, "code", err->code[0] != '\0' ? err->code : "task.failed");
	cJSON_AddStringToObject(line, "text", err->msg);
	send_end(t, js_print(t->arena, line));
}
