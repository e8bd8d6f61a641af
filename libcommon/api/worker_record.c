/* SPDX-License-Identifier: Apache-2.0 */
/* worker_record - run the children of a task and record how it ended, once, whatever the network
 * does. */
#include "api/worker_priv.h"
#include "base/die.h"
#include "kit/backoff.h"
#include "kit/metrics.h"

#include <stdio.h>
#include <string.h>

enum { RECORD_FIRST_MS = 100, RECORD_CAP_MS = 1000, NUMBER_BYTES = 24 };

static const char SQL_FINISH[] =
    "select jobs.finish_task_v1($1::uuid, $2::bigint, $3, $4::jsonb, $5::jsonb)";
static const char SQL_FINISHED[] = "select jobs.finished_task_v1($1::uuid, $2::bigint) as finished";
static const char SQL_RELEASE[] = "select jobs.release_task_v1($1::uuid, $2::bigint)";
static const char SQL_BIND[] = "select jobs.bind_run_v1($1::uuid, $2, $3::jsonb) as value";

/* What worker_record was asked to write. */
struct record {
	const char *outcome, *output, *reason; /* JSON text; reason may be NULL */
	worker_fill_fn fill;
	void *arg;
	size_t log_n; /* bytes of log lines in the open transaction */
	bool unsure;  /* the last COMMIT may have happened */
	bool doubted; /* some COMMIT may have happened */
};

static bool is_lost(const struct err *err)
{
	return err->kind == ERR_CONFLICT && strcmp(err->code, "task.lost") == 0;
}

static void format_epoch(const struct worker_task *t, char *out)
{
	snprintf(out, NUMBER_BYTES, "%lld", (long long)t->epoch);
}

static int write_record(struct worker_task *t, struct record *w, struct err *err)
{
	char epoch[NUMBER_BYTES];

	format_epoch(t, epoch);
	if (worker_write_log(t->slot, t->db, &w->log_n, err) != 0)
		return -1;
	if (db_query(t->db, SQL_FINISH, NULL, err, t->task_id, epoch, w->outcome, w->output,
		w->reason) != 0)
		return -1;
	return w->fill ? w->fill(t->db, w->arg, err) : 0;
}

static int try_record(struct worker_task *t, struct record *w, struct err *err)
{
	if (db_begin(t->db, err) != 0)
		return -1;
	if (write_record(t, w, err) != 0) {
		db_rollback(t->db);
		return -1;
	}
	return db_commit(t->db, err);
}

/* After an unknown COMMIT: 1 it happened, 0 it did not, -1 nobody can say yet. */
static int ask_finished(struct worker_task *t, struct err *err)
{
	char epoch[NUMBER_BYTES];
	scoped(struct db_result *, db_result_free) r = NULL;

	format_epoch(t, epoch);
	if (db_query(t->db, SQL_FINISHED, &r, err, t->task_id, epoch) != 0)
		return -1;
	return db_bool(r, 0, "finished") ? 1 : 0;
}

static void set_recording(struct worker_slot *s, bool recording)
{
	pthread_mutex_lock(&s->lock);
	s->recording = recording;
	pthread_mutex_unlock(&s->lock);
}

/* What is recorded is not lost, whatever a renewal in between was told. */
static void mark_recorded(struct worker_slot *s)
{
	pthread_mutex_lock(&s->lock);
	s->held = false;
	if (s->stop == WORKER_LOST)
		s->stop = WORKER_GO;
	pthread_mutex_unlock(&s->lock);
}

static void mark_lost(struct worker_task *t)
{
	pthread_mutex_lock(&t->slot->lock);
	t->slot->stop = WORKER_LOST;
	pthread_mutex_unlock(&t->slot->lock);
	log_warn(&t->log, "task lost, nothing recorded", LOG_I("epoch", t->epoch));
}

static bool lease_is_over(const struct worker_task *t)
{
	pthread_mutex_lock(&t->slot->lock);
	const bool over = t->slot->stop == WORKER_LOST;
	pthread_mutex_unlock(&t->slot->lock);
	return over;
}

static void count_outcome(const struct worker_task *t, const char *outcome)
{
	char labels[96];

	snprintf(labels, sizeof(labels), "kind=\"%s\",outcome=\"%s\"", t->slot->worker->spec.kind,
	    outcome);
	metrics_add(
	    metrics_counter("millrace_tasks_ended_total", labels, "Tasks ended, by outcome"), 1);
}

/* One try: 1 recorded, 0 lost, -1 err; sets w->unsure when the COMMIT may have happened. */
static int record_once(struct worker_task *t, struct record *w, struct err *err)
{
	if (w->unsure) {
		const int finished = ask_finished(t, err);
		if (finished != 0)
			return finished;
		w->unsure = false;
	}
	if (try_record(t, w, err) == 0)
		return 1;
	if (is_lost(err)) { /* perhaps to ourselves: a COMMIT that came through after we asked */
		w->unsure = w->doubted;
		return w->doubted ? ask_finished(t, err) : 0;
	}
	w->unsure = err->kind == ERR_UNCERTAIN;
	w->doubted = w->doubted || w->unsure;
	return -1;
}

static void took_record(struct worker_task *t, const struct record *w)
{
	mark_recorded(t->slot);
	worker_drop_log(t->slot, w->log_n);
	count_outcome(t, w->outcome);
}

static int record(struct worker_task *t, struct record *w, struct err *err)
{
	struct backoff pause = { .first_ms = RECORD_FIRST_MS, .cap_ms = RECORD_CAP_MS };

	for (;;) {
		const int rc = record_once(t, w, err);
		if (rc == 1) {
			took_record(t, w);
			return 0;
		}
		if (rc == 0 || (lease_is_over(t) && !w->unsure)) {
			mark_lost(t);
			return 0;
		}
		if (!err_is_transient(err))
			return -1;
		if (lease_is_over(t))
			return err_wrap(err, "record %s past the lease", w->outcome);
		log_warn(&t->log, "outcome not recorded yet", LOG_S("outcome", w->outcome),
		    LOG_S("reason", err->msg));
		worker_pause(t->slot->worker, backoff_next_ms(&pause), true);
	}
}

int worker_record(struct worker_task *t, const char *outcome, const cJSON *output,
    const cJSON *reason, worker_fill_fn fill, void *arg, struct err *err)
{
	ASSERT(t->magic == WORKER_TASK_MAGIC);
	struct record w = {
		.outcome = outcome,
		.output = output ? js_print(t->arena, output) : "{}",
		.reason = reason ? js_print(t->arena, reason) : NULL,
		.fill = fill,
		.arg = arg,
	};

	ASSERT(!worker_is_recorded(t->slot));
	set_recording(t->slot, true);
	const int rc = record(t, &w, err);
	set_recording(t->slot, false);
	return rc;
}

int worker_release(struct worker_task *t, struct err *err)
{
	char epoch[NUMBER_BYTES];

	format_epoch(t, epoch);
	if (worker_flush_log(t->slot, t->db, err) != 0 ||
	    db_query(t->db, SQL_RELEASE, NULL, err, t->task_id, epoch) != 0)
		return is_lost(err) ? 0 : -1;
	mark_recorded(t->slot);
	count_outcome(t, "released");
	return 0;
}

int worker_settle(struct worker_task *t, const struct task_report *r, struct err *err)
{
	static const char *const outcomes[] = {
		[TASK_FAILED] = "failed", [TASK_RETRY] = "retry", [TASK_CRASHED] = "crashed"
	};

	ASSERT(r->ended != TASK_RESULT);
	if (r->ended == TASK_LOST)
		mark_lost(t);
	if (r->ended == TASK_LOST || r->ended == TASK_STOPPED)
		return 0; /* the loop knows why it was stopped */
	return worker_record(t, outcomes[r->ended], NULL, r->reason, NULL, NULL, err);
}

int worker_bind(
    struct worker_task *t, const char *key, const cJSON *value, cJSON **out, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;

	if (db_query(t->db, SQL_BIND, &r, err, t->run_id, key, js_print(t->arena, value)) != 0)
		return err_wrap(err, "bind %s", key);
	const char *text = db_text(r, 0, "value");
	return js_parse(text, strlen(text), t->arena, out, err);
}

/* What the callbacks of child_run share. */
struct spawn {
	uint32_t magic;
	struct worker_task *task;
	struct task_report *report;
};

/* From here to the child's end a cancel comes too late; the bar shows its last stage. */
static void set_committing(struct worker_slot *s, bool committing)
{
	pthread_mutex_lock(&s->lock);
	s->committing = committing;
	if (committing)
		snprintf(s->progress.stage, sizeof(s->progress.stage), "commit");
	s->told_mono_ms = 0;
	pthread_mutex_unlock(&s->lock);
}

static void on_report(void *arg, int i, const char *line, size_t n)
{
	struct spawn *s = arg;

	ASSERT(s->magic == WORKER_TASK_MAGIC);
	const enum task_line seen = task_report_line(s->report, i, line, n);
	if (seen == TASK_LINE_PROGRESS) {
		worker_progress(s->task, s->report->bytes, s->report->rows, s->report->rejects);
	} else if (seen == TASK_LINE_COMMITTING) {
		set_committing(s->task->slot, true);
		worker_progress(s->task, s->report->bytes, s->report->rows, s->report->rejects);
	}
}

static void on_log(void *arg, int i, const char *line, size_t n)
{
	const struct spawn *s = arg;

	(void)i;
	(void)n;
	ASSERT(s->magic == WORKER_TASK_MAGIC);
	worker_log(s->task, "info", "%s", line);
}

static bool should_stop(void *arg)
{
	const struct spawn *s = arg;

	ASSERT(s->magic == WORKER_TASK_MAGIC);
	return worker_stopping(s->task) != WORKER_GO;
}

int worker_spawn(struct worker_task *t, const struct child_spec *specs, int n, int64_t grace_ms,
    struct task_report *out, struct err *err)
{
	struct child_spec mine[CHILD_MAX];
	struct child_end ends[CHILD_MAX] = { { 0 } };
	struct spawn s = { .magic = WORKER_TASK_MAGIC, .task = t, .report = out };

	ASSERT(n >= 1 && n <= CHILD_MAX);
	for (int i = 0; i < n; i++) {
		mine[i] = specs[i];
		mine[i].on_log = on_log;
	}
	task_report_init(out, t->arena, n);
	if (child_run(t->svc, mine, n, &t->log, on_report, should_stop, &s, grace_ms, ends, err) !=
	    0)
		return err_wrap(err, "start a task process");
	const bool stopped = worker_stopping(t) != WORKER_GO;
	set_committing(t->slot, false);
	task_report_judge(out, ends, stopped);
	return 0;
}
