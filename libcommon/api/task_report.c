/* SPDX-License-Identifier: Apache-2.0 */
/* task_report - report lines of millrace-task, and what they and the exit say together. */
#include "api/task_report.h"
#include "base/die.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { TEXT_BYTES = 512, LINE_ARENA_BYTES = 8 << 20 };

/* Code of an error that only says the other child went away first. */
static const char peer_code[] = "task.peer";

void task_report_init(struct task_report *r, struct arena *a, int n)
{
	ASSERT(n >= 1 && n <= CHILD_MAX);
	memset(r, 0, sizeof(*r));
	r->arena = a;
	r->n = n;
}

static enum task_line take_progress(struct task_report *r, const cJSON *line)
{
	r->bytes = js_i64(line, "bytes", r->bytes);
	r->rows = js_i64(line, "rows", r->rows);
	r->rejects = js_i64(line, "rejects", r->rejects);
	return TASK_LINE_PROGRESS;
}

/* The first error is the cause; one that only tells of the peer's end gives way to any other. */
static enum task_line take_error(struct task_report *r, int i, cJSON *line)
{
	const char *had = r->error ? js_str(r->error, "code") : NULL;

	if (!r->error || (had && strcmp(had, peer_code) == 0)) {
		r->error = line;
		r->error_child = i;
	}
	return TASK_LINE_END;
}

/* Only what ends a task is kept: an hour of progress lines would fill the task's arena. */
static enum task_line take_kept(struct task_report *r, int i, const char *line, size_t n)
{
	struct err ignored = { 0 };
	cJSON *doc = NULL;

	if (js_parse(line, n, r->arena, &doc, &ignored) != 0)
		return TASK_LINE_OTHER;
	if (strcmp(js_str(doc, "t"), "error") == 0)
		return take_error(r, i, doc);
	if (r->result[i])
		return TASK_LINE_OTHER;
	r->result[i] = doc;
	return TASK_LINE_END;
}

static enum task_line take_line(
    struct task_report *r, int i, const char *line, size_t n, struct arena *scratch)
{
	struct err ignored = { 0 };
	cJSON *doc = NULL;
	const char *t = NULL;

	if (js_parse(line, n, scratch, &doc, &ignored) != 0 || !(t = js_str(doc, "t")))
		return TASK_LINE_OTHER;
	if (strcmp(t, "progress") == 0)
		return take_progress(r, doc);
	if (strcmp(t, "error") == 0 || strcmp(t, "result") == 0)
		return take_kept(r, i, line, n);
	if (strcmp(t, "committing") != 0)
		return TASK_LINE_OTHER;
	r->committing = true;
	return TASK_LINE_COMMITTING;
}

enum task_line task_report_line(struct task_report *r, int i, const char *line, size_t n)
{
	ASSERT(i >= 0 && i < r->n);
	struct arena *scratch = arena_new(LINE_ARENA_BYTES);
	const enum task_line seen = take_line(r, i, line, n, scratch);

	arena_free(&scratch);
	return seen;
}

cJSON *task_report_reason(struct arena *a, const char *code, const char *fmt, ...)
{
	char text[TEXT_BYTES];
	cJSON *reason = js_object(a);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	js_add_str(reason, "code", code);
	cJSON_AddObjectToObject(reason, "params");
	js_add_str(reason, "text", text);
	return reason;
}

static const struct {
	const char *kind;
	enum task_ended ended;
} error_kinds[] = {
	{ "input", TASK_FAILED },
	{ "no_space", TASK_RETRY },
	{ "unavailable", TASK_RETRY },
	{ "uncertain", TASK_RETRY },
	{ "busy", TASK_RETRY },
	{ "lost", TASK_LOST },
};

/* The wall clock does the same to the next attempt; a statement out of time may not. */
static bool is_wall_clock(const cJSON *error)
{
	const char *code = js_str(error, "code");

	return code && strcmp(code, "task.timeout") == 0;
}

static enum task_ended ended_of(const cJSON *error)
{
	const char *kind = js_str(error, "kind");

	if (is_wall_clock(error))
		return TASK_FAILED;
	for (size_t i = 0; kind && i < ARRAY_SIZE(error_kinds); i++)
		if (strcmp(error_kinds[i].kind, kind) == 0)
			return error_kinds[i].ended;
	return TASK_CRASHED;
}

static void judge_error(struct task_report *r)
{
	const char *code = js_str(r->error, "code"), *text = js_str(r->error, "text");

	r->ended = ended_of(r->error);
	r->reason = task_report_reason(
	    r->arena, code && code[0] ? code : "task.error", "%s", text ? text : "no text");
}

static bool has_crashed(const struct task_report *r, const struct child_end *end, int i)
{
	return end->signal || end->exit_code != 0 || !r->result[i];
}

/* How likely a child is the cause: one that was told to stop least, one that exits in silence (its
 * peer went away) less than one that was ended by a signal of its own. */
static int rank_of(const struct task_report *r, const struct child_end *end, int i)
{
	if (!has_crashed(r, end, i))
		return 0;
	if (end->signal == SIGTERM)
		return 1;
	if (!end->signal)
		return 2;
	return end->signal == SIGKILL ? 3 : 4;
}

static int find_culprit(const struct task_report *r, const struct child_end *ends)
{
	int found = 0;

	for (int i = 1; i < r->n; i++)
		if (rank_of(r, &ends[i], i) > rank_of(r, &ends[found], found))
			found = i;
	return found;
}

static void judge_crash(struct task_report *r, const struct child_end *ends)
{
	const int i = find_culprit(r, ends);
	const char *who = r->n == 2 && i == 1 ? "loader" : "engine";

	r->ended = TASK_CRASHED;
	if (ends[i].signal)
		r->reason = task_report_reason(r->arena, "task.signal",
		    "the %s was ended by signal %d (%s)", who, ends[i].signal,
		    strsignal(ends[i].signal));
	else
		r->reason = task_report_reason(r->arena, "task.exit",
		    "the %s ended with exit code %d and without a result", who, ends[i].exit_code);
	cJSON *params = cJSON_GetObjectItem(r->reason, "params");
	js_add_str(params, "process", who);
	js_add_i64(params, "signal", ends[i].signal);
	js_add_i64(params, "exit_code", ends[i].exit_code);
}

void task_report_judge(struct task_report *r, const struct child_end *ends, bool stopped)
{
	bool whole = true;

	for (int i = 0; i < r->n; i++)
		whole = whole && !has_crashed(r, &ends[i], i);
	r->reason = NULL;
	if (whole)
		r->ended = TASK_RESULT;
	else if (stopped)
		r->ended = TASK_STOPPED;
	else if (r->error)
		judge_error(r);
	else
		judge_crash(r, ends);
}
