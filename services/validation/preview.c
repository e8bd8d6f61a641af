/* SPDX-License-Identifier: Apache-2.0 */
/* preview - POST /api/datasets/{dataset}/contract/preview. */
#include "preview.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "api/task_report.h"
#include "base/die.h"
#include "base/mem.h"
#include "base/uuid.h"
#include "kit/svc.h"
#include "references.h"
#include "staged.h"
#include "store.h"
#include "validation.h"
#include "validation_routes.h"

enum {
	PREVIEW_MAGIC = 0x70726576,
	PREVIEW_WALL_MS = 120000,
	PREVIEW_MEMORY_BYTES = 512 << 20,
	PREVIEW_ARENA_BYTES = 64 << 20,
	GRACE_MS = 500,
	SCRATCH_MODE = 0700,
	STACK_BYTES = 1 << 20,
};

/* Of the request until the stream is open, then of thread and loop together. */
struct preview {
	uint32_t magic;
	struct arena *a;
	struct http_req *req; /* NULL once the stream is gone; loop only */
	atomic_bool stop;     /* the stream is gone, or the service ends */
	struct store_preview what;
	const char *domain; /* name */
	const char *dir;    /* scratch */
	const char *input;  /* the object */
	struct task_report report;
	bool ended; /* the thread is through; loop only */
};

static atomic_int running;
static atomic_bool closing;

int preview_busy(void)
{
	return atomic_load(&running);
}

void preview_stop(void)
{
	atomic_store(&closing, true);
}

static bool should_stop(void *arg)
{
	const struct preview *v = arg;
	return atomic_load(&v->stop) || atomic_load(&closing);
}

/* An event on its way to the loop; data is one line of JSON. */
struct event {
	struct preview *v;
	bool last;
	size_t n;
	char text[];
};

static void free_preview(struct preview *v)
{
	v->magic = 0;
	arena_free(&v->a);
	free(v);
}

static void on_loop(void *arg)
{
	struct event *e = arg;
	struct preview *v = e->v;
	ASSERT(v->magic == PREVIEW_MAGIC);
	const bool last = e->last;
	if (v->req != NULL)
		http_sse_send(v->req, e->text, e->n);
	free(e);
	if (!last)
		return;
	v->ended = true;
	if (v->req != NULL)
		http_sse_close(v->req); /* on_close frees */
	else
		free_preview(v);
}

static void send(struct preview *v, const char *event, const char *data, bool last)
{
	const size_t room = strlen(event) + strlen(data) + sizeof("event: \ndata: \n\n");
	struct event *e = mem_alloc(sizeof(*e) + room);
	e->v = v;
	e->last = last;
	e->n = (size_t)snprintf(e->text, room, "event: %s\ndata: %s\n\n", event, data);
	svc_on_loop(svc_self(), on_loop, e);
}

/* The client went away, or we closed: on the loop. */
static void on_close(void *arg)
{
	struct preview *v = arg;
	ASSERT(v->magic == PREVIEW_MAGIC);
	atomic_store(&v->stop, true);
	v->req = NULL;
	if (v->ended)
		free_preview(v);
}

static void on_line(void *arg, int i, const char *line, size_t n)
{
	struct preview *v = arg;
	char text[160];
	if (task_report_line(&v->report, i, line, n) != TASK_LINE_PROGRESS)
		return;
	(void)snprintf(text, sizeof(text), "{\"bytes\":%lld,\"bytes_total\":%lld,\"rows\":%lld}",
	    (long long)v->report.bytes, (long long)v->what.bytes, (long long)v->report.rows);
	send(v, "progress", text, false);
}

static int export(struct preview *v, struct db *db, const char *doc, const char *stem, cJSON *spec,
    const char *name, struct err *err)
{
	const struct references_to to = {
		.domain = v->domain,
		.scratch = v->dir,
		.stem = stem,
		.stop = should_stop,
		.arg = v,
	};
	cJSON *list = NULL;
	if (doc == NULL)
		return 0;
	if (references_export(db, &to, doc, v->a, &list, err) != 0)
		return -1;
	cJSON_AddItemReferenceToObject(spec, name, list);
	return 0;
}

static int make_spec(struct preview *v, const char **out, struct err *err)
{
	struct arena *a = v->a;
	cJSON *spec = js_object(a);
	struct db *db = db_new(svc_db_conf(svc_self()));
	js_add_str(spec, "task", "preview");
	js_add_str(spec, "input", v->input);
	js_add_i64(spec, "input_bytes", v->what.bytes);
	js_add_str(spec, "scratch", v->dir);
	js_add_raw(spec, "published", v->what.published);
	js_add_raw(spec, "draft", v->what.draft);
	js_add_raw(spec, "budget_pct", v->what.budget_pct);
	js_add_i64(spec, "memory_bytes", PREVIEW_MEMORY_BYTES);
	js_add_i64(spec, "wall_ms", PREVIEW_WALL_MS);
	int rc = export(v, db, v->what.published, "old", spec, "published_references", err);
	if (rc == 0)
		rc = export(v, db, v->what.draft, "new", spec, "draft_references", err);
	db_free(&db);
	*out = js_print(a, spec);
	return rc;
}

static int run_task(struct preview *v, struct err *err)
{
	struct child_end ended;
	const char *spec = NULL;
	if (make_spec(v, &spec, err) != 0)
		return -1;
	const struct child_spec child = child_spec_of(validation_conf()->task_path, "engine", spec);
	task_report_init(&v->report, v->a, 1);
	if (child_run(
		svc_self(), &child, 1, NULL, on_line, should_stop, v, GRACE_MS, &ended, err) != 0)
		return -1;
	task_report_judge(&v->report, &ended, should_stop(v));
	if (v->report.ended == TASK_RESULT)
		return 0;
	return err_set_code(err, ERR_INPUT, "preview.failed", "%s",
	    v->report.reason == NULL ? "it was stopped" : js_str(v->report.reason, "text"));
}

static const char *result_text(struct preview *v)
{
	cJSON *doc = v->report.result[0];
	cJSON_DeleteItemFromObjectCaseSensitive(doc, "t");
	js_add_str(doc, "run_id", v->what.run_id);
	js_add_i64(doc, "no", v->what.no);
	cJSON *file = cJSON_AddObjectToObject(doc, "file");
	js_add_str(file, "name", v->what.filename);
	js_add_i64(file, "bytes", v->what.bytes);
	return js_print(v->a, doc);
}

static const char *problem_text(struct preview *v, const struct err *err)
{
	cJSON *doc = js_object(v->a);
	const bool hidden = err->kind == ERR_INTERNAL;
	js_add_str(doc, "code", err->code[0] == '\0' ? "server.error" : err->code);
	js_add_str(doc, "text", hidden ? "something went wrong here" : err->msg);
	if (hidden)
		log_error(NULL, "preview failed", LOG_S("reason", err->msg));
	return js_print(v->a, doc);
}

static void *work(void *arg)
{
	struct preview *v = arg;
	struct err err = { 0 };
	const bool good = run_task(v, &err) == 0;
	(void)staged_remove_tree(v->dir);
	atomic_fetch_sub(&running, 1);
	send(v, good ? "result" : "problem", good ? result_text(v) : problem_text(v, &err), true);
	return NULL;
}

static int start(struct preview *v, struct err *err)
{
	pthread_attr_t attr;
	pthread_t thread;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	const int rc = pthread_create(&thread, &attr, work, v);
	pthread_attr_destroy(&attr);
	return rc == 0 ? 0 : err_set_errno(err, ERR_BUSY, rc, "start a preview");
}

/* Keys are ours, but a row is no reason to leave the object directory. */
static int find_object(struct preview *v, struct err *err)
{
	const char *key = v->what.key;
	if (key == NULL)
		return err_set_code(err, ERR_NOT_FOUND, "preview.no_object",
		    "no file came for this dataset yet, so there is nothing to try the draft on");
	if (key[0] == '/' || key[0] == '\0' || strstr(key, "..") != NULL)
		return err_set_code(err, ERR_INPUT, "object.invalid", "the run names no object");
	v->input = arena_printf(v->a, "%s/%s", validation_conf()->object_dir, key);
	return 0;
}

static int make_scratch(struct preview *v, struct err *err)
{
	char id[UUID_TEXT_BYTES];
	uuid_make(id);
	/* The tidier knows names of this form, should we not come to remove it. */
	v->dir = arena_printf(v->a, "%s/%s-0", validation_conf()->scratch_dir, id);
	if (mkdir(v->dir, SCRATCH_MODE) != 0)
		return err_set_errno(err, ERR_INTERNAL, errno, "make %s", v->dir);
	return 0;
}

static int prepare(struct http_req *req, struct preview *v, struct err *err)
{
	struct ref ref;
	int64_t if_match;
	if (validation_dataset(req, "contract.write", &ref, err) != 0 ||
	    validation_if_match(req, &if_match, err) != 0 ||
	    store_preview_get(http_db(req), &ref, if_match, v->a, &v->what, err) != 0 ||
	    find_object(v, err) != 0)
		return -1;
	v->domain = arena_dup(v->a, ref.domain);
	return make_scratch(v, err);
}

/* Room for one more? What takes it gives it back. */
static bool enter(void)
{
	if (atomic_fetch_add(&running, 1) < PREVIEW_AT_ONCE && !atomic_load(&closing))
		return true;
	atomic_fetch_sub(&running, 1);
	return false;
}

/* From here on the stream answers; this thread must not touch the request again. */
static void answer(struct http_req *req, struct preview *v)
{
	struct err err = { 0 };
	http_sse_open(req, on_close, v);
	if (start(v, &err) == 0)
		return;
	(void)staged_remove_tree(v->dir);
	atomic_fetch_sub(&running, 1);
	send(v, "problem", problem_text(v, &err), true);
}

int preview_contract(struct http_req *req, struct err *err)
{
	struct preview *v;
	if (!enter())
		return err_set_code(
		    err, ERR_BUSY, "preview.busy", "other drafts are being tried on their files");
	v = mem_alloc(sizeof(*v));
	v->magic = PREVIEW_MAGIC;
	v->a = arena_new(PREVIEW_ARENA_BYTES);
	v->req = req;
	if (prepare(req, v, err) == 0) {
		answer(req, v);
		return 0;
	}
	atomic_fetch_sub(&running, 1);
	free_preview(v);
	return -1;
}
