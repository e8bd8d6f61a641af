/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inspect - POST /api/inspect: what is this file, by its first 4 MiB?
 *
 * The body goes to a file, a task process of its own judges it (no byte of it is parsed here), and
 * its columns are held against the published contracts of the caller's domains. What is behind the
 * first INSPECT_BYTES is read and thrown away. Nothing is kept.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/task_report.h"
#include "base/uuid.h"
#include "kit/svc.h"
#include "staged.h"
#include "store.h"
#include "validation.h"
#include "validation_routes.h"

enum {
	INSPECT_BYTES = 4 << 20,
	INSPECT_AT_ONCE = 4, /* bodies on their way or being judged */
	INSPECT_WALL_MS = 10000,
	INSPECT_MEMORY_BYTES = 256 << 20,
	GRACE_MS = 200,
	SCRATCH_MODE = 0700,
};

struct inspect {
	char *dir; /* in the request's arena */
	int fd;
	int64_t kept, sent;
	bool front_only; /* the file goes on behind the body */
};

static atomic_int running;

/* Whatever happens, what begin took is given back once. */
static void give_back(struct inspect *i)
{
	if (i->fd >= 0)
		(void)close(i->fd);
	i->fd = -1;
	(void)staged_remove_tree(i->dir);
	atomic_fetch_sub(&running, 1);
}

/* Does the file go on behind the body? By ?whole=. */
static int read_whole(struct http_req *req, bool *out_front_only, struct err *err)
{
	const char *whole = http_query(req, "whole");
	if (whole != NULL && strcmp(whole, "true") != 0 && strcmp(whole, "false") != 0)
		return err_set_code(err, ERR_INPUT, "field.invalid", "whole: true or false");
	*out_front_only = whole != NULL && strcmp(whole, "false") == 0;
	return 0;
}

static int begin(struct http_req *req, struct err *err)
{
	struct arena *a = http_arena(req);
	char id[UUID_TEXT_BYTES];
	struct inspect *i = arena_alloc(a, sizeof(*i));
	if (read_whole(req, &i->front_only, err) != 0)
		return -1;
	if (atomic_fetch_add(&running, 1) >= INSPECT_AT_ONCE) {
		atomic_fetch_sub(&running, 1);
		return err_set_code(
		    err, ERR_BUSY, "inspect.busy", "other files are being looked at");
	}
	uuid_make(id);
	/* The tidier knows names of this form, should we not come to remove it. */
	i->dir = arena_printf(a, "%s/%s-0", validation_conf()->scratch_dir, id);
	i->fd = -1;
	if (mkdir(i->dir, SCRATCH_MODE) == 0)
		i->fd = open(arena_printf(a, "%s/front", i->dir),
		    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (i->fd < 0) {
		err_set_errno(err, ERR_INTERNAL, errno, "make %s", i->dir);
		give_back(i);
		return -1;
	}
	http_set_state(req, i);
	return 0;
}

static int data(struct http_req *req, const uint8_t *p, size_t n, struct err *err)
{
	struct inspect *i = http_state(req);
	size_t keep = (size_t)(INSPECT_BYTES - i->kept);
	if (keep > n)
		keep = n;
	i->sent += (int64_t)n;
	if (keep == 0)
		return 0;
	if (write(i->fd, p, keep) != (ssize_t)keep)
		return err_set_errno(err, ERR_NO_SPACE, errno, "write the front of the file");
	i->kept += (int64_t)keep;
	return 0;
}

static const char *spec_of(struct http_req *req, const struct inspect *i)
{
	const bool cut = i->sent > i->kept || i->front_only;
	struct arena *a = http_arena(req);
	cJSON *spec = js_object(a);
	js_add_str(spec, "task", "inspect");
	js_add_str(spec, "input", arena_printf(a, "%s/front", i->dir));
	js_add_i64(spec, "input_bytes", i->kept);
	(void)cJSON_AddBoolToObject(spec, "whole", !cut);
	js_add_str(spec, "scratch", i->dir);
	js_add_i64(spec, "memory_bytes", INSPECT_MEMORY_BYTES);
	js_add_i64(spec, "wall_ms", INSPECT_WALL_MS);
	return js_print(a, spec);
}

static void on_line(void *arg, int i, const char *line, size_t n)
{
	(void)task_report_line(arg, i, line, n);
}

static int judge(struct http_req *req, const struct inspect *i, cJSON **out, struct err *err)
{
	struct task_report report;
	struct child_end ended;
	const char *spec = spec_of(req, i);
	const struct child_spec child = child_spec_of(validation_conf()->task_path, "engine", spec);
	task_report_init(&report, http_arena(req), 1);
	if (child_run(svc_self(), &child, 1, http_log(req), on_line, NULL, &report, GRACE_MS,
		&ended, err) != 0)
		return -1;
	task_report_judge(&report, &ended, false);
	if (report.ended != TASK_RESULT)
		return err_set_code(err, ERR_INPUT, "inspect.failed",
		    "the file cannot be looked at: %s", js_str(report.reason, "text"));
	*out = report.result[0];
	return 0;
}

/* Headers of the file as a text[] literal. */
static const char *headers_of(struct arena *a, const cJSON *columns)
{
	const cJSON *column;
	const char **names =
	    arena_alloc(a, ((size_t)cJSON_GetArraySize(columns) + 1) * sizeof(*names));
	size_t n = 0;
	cJSON_ArrayForEach(column, columns)
	{
		const char *header = js_str(column, "header");
		if (header != NULL)
			names[n++] = header;
	}
	return db_array(a, names, n);
}

/* The dataset whose contract knows most of the columns; null when none knows half of them. */
static int add_dataset(struct http_req *req, cJSON *doc, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;
	const cJSON *columns = cJSON_GetObjectItemCaseSensitive(doc, "columns");
	if (cJSON_IsArray(columns) && store_matching_datasets(http_db(req), http_domains(req),
					  headers_of(http_arena(req), columns), &r, err) != 0)
		return -1;
	cJSON *others = cJSON_CreateArray();
	js_add_raw(doc, "dataset", r != NULL && db_rows(r) > 0 ? db_text(r, 0, "doc") : NULL);
	for (int i = 1; r != NULL && i < db_rows(r); i++)
		cJSON_AddItemToArray(others, cJSON_CreateRaw(db_text(r, i, "doc")));
	cJSON_AddItemToObject(doc, "other_datasets", others);
	return 0;
}

static int end(struct http_req *req, struct err *err)
{
	struct inspect *i = http_state(req);
	cJSON *doc = NULL;
	int rc = judge(req, i, &doc, err);
	give_back(i);
	if (rc == 0)
		rc = add_dataset(req, doc, err);
	if (rc != 0)
		return -1;
	cJSON_DeleteItemFromObjectCaseSensitive(doc, "t");
	js_add_i64(doc, "bytes", i->kept);
	http_reply_json(req, 200, doc);
	return 0;
}

static void aborted(struct http_req *req)
{
	give_back(http_state(req));
}

const struct http_stream_ops inspect_file = {
	.begin = begin,
	.data = data,
	.end = end,
	.abort = aborted,
};
