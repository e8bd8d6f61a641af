/* SPDX-License-Identifier: Apache-2.0 */
/* main - millrace-task engine|loader: read the specification, shut ourselves in, run one step. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "base/die.h"
#include "base/log.h"
#include "base/mem.h"
#include "csv/csv_zone.h"
#include "sandbox.h"
#include "task.h"

/* memory_limit bounds DuckDB's buffers; libraries, stacks, arenas of malloc and the scanner's
 * blocks come on top, most of it address space that is never touched. */
#define ADDRESS_EXTRA_BYTES  (INT64_C(3) << 30)
#define MEMORY_DEFAULT_BYTES (INT64_C(512) << 20)

typedef int (*step_fn)(const cJSON *spec, struct task *t, struct err *err);

/* What can be asked of each role. */
static const struct step {
	const char *role;
	const char *task;
	step_fn run;
} steps[] = {
	{ "engine", "validate", engine_validate_run },
	{ "engine", "inspect", engine_inspect_run },
	{ "engine", "preview", engine_preview_run },
	{ "engine", "load", engine_load_run },
	{ "loader", "load", loader_run },
	{ "loader", "maintain", loader_maintain_run },
};

/* The whole of fd 0, at most TASK_SPEC_MAX_BYTES. */
static int read_spec(struct buf *b, struct err *err)
{
	char block[1 << 16];

	for (;;) {
		const ssize_t n = read(TASK_FD_SPEC, block, sizeof(block));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set_errno(err, ERR_INTERNAL, errno, "read the specification");
		if (n == 0)
			return buf_check(b, err);
		buf_add(b, block, (size_t)n);
	}
}

/* What decoding and local times read: modules of iconv, and the zones of tzdata. */
static const char *const libraries[] = {
	CSV_ZONE_DIR,
	"/usr/lib/x86_64-linux-gnu/gconv",
	"/usr/lib/aarch64-linux-gnu/gconv",
	"/usr/lib/locale",
	"/etc/localtime",
};

static size_t count_sources(const cJSON *spec)
{
	const cJSON *source;
	size_t n = 0;

	cJSON_ArrayForEach(source, cJSON_GetObjectItemCaseSensitive(spec, "sources")) n +=
	    (size_t)cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(source, "files"));
	return n;
}

static int list_sources(const cJSON *spec, const char **paths, size_t *n, struct err *err)
{
	const cJSON *source;
	const cJSON *file;

	cJSON_ArrayForEach(source, cJSON_GetObjectItemCaseSensitive(spec, "sources"))
	{
		cJSON_ArrayForEach(file, cJSON_GetObjectItemCaseSensitive(source, "files"))
		{
			if (!cJSON_IsString(file) || file->valuestring[0] != '/')
				return err_set(
				    err, ERR_INTERNAL, "a source file is no absolute path");
			paths[(*n)++] = file->valuestring;
		}
	}
	return 0;
}

/* The files a specification names: "input" of validate, "sources"[]."files"[] of load, and what
 * libraries read; NULL-ended. */
static int list_inputs(const cJSON *spec, struct arena *a, const char *const **out, struct err *err)
{
	const size_t room = count_sources(spec) + ARRAY_SIZE(libraries) + 2;
	const char **paths = arena_alloc(a, room * sizeof(*paths));
	size_t n = 0;

	if (js_str(spec, "input") != NULL)
		paths[n++] = js_str(spec, "input");
	if (list_sources(spec, paths, &n, err) != 0)
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(libraries); i++) {
		if (access(libraries[i], R_OK) == 0)
			paths[n++] = libraries[i];
	}
	*out = paths;
	return 0;
}

/* Bytes; 0, no bound, under ThreadSanitizer: its shadow alone takes terabytes. */
static int64_t most_addresses(const cJSON *spec)
{
#ifdef __SANITIZE_THREAD__
	(void)spec;
	return 0;
#else
	return js_i64(spec, "memory_bytes", MEMORY_DEFAULT_BYTES) + ADDRESS_EXTRA_BYTES;
#endif
}

static int shut_in(const cJSON *spec, struct task *t, struct err *err)
{
	const char *scratch = js_str(spec, "scratch");
	const int64_t wall_ms = js_i64(spec, "wall_ms", 0);
	struct sandbox_state state = { 0 };
	struct sandbox_conf c = {
		.scratch = scratch,
		.wall_ms = wall_ms,
		.cpu_s = wall_ms / 1000 * (get_nprocs() + 1),
		.address_bytes = most_addresses(spec),
		.report_fd = TASK_FD_REPORT,
	};

	if (scratch == NULL || scratch[0] != '/')
		return err_set(err, ERR_INTERNAL, "the specification names no scratch directory");
	if (list_inputs(spec, task_arena(t), &c.read_paths, err) != 0 ||
	    sandbox_enter(&c, &state, err) != 0)
		return -1;
	log_debug(NULL, "shut in", LOG_I("landlock_abi", state.landlock_abi));
	return 0;
}

static int run_step(const char *role, const cJSON *spec, struct task *t, struct err *err)
{
	const char *name = js_str(spec, "task");

	for (size_t i = 0; name != NULL && i < ARRAY_SIZE(steps); i++) {
		if (strcmp(steps[i].role, role) == 0 && strcmp(steps[i].task, name) == 0)
			return steps[i].run(spec, t, err);
	}
	return err_set(err, ERR_INTERNAL, "%s knows no task %s", role, name == NULL ? "?" : name);
}

static int run(const char *role, struct task *t, struct err *err)
{
	struct buf text;
	cJSON *spec = NULL;

	buf_init(&text, TASK_SPEC_MAX_BYTES);
	int rc = read_spec(&text, err);
	if (rc == 0)
		rc = js_parse(text.data, text.n, task_arena(t), &spec, err);
	buf_done(&text);
	if (rc != 0) {
		err->kind = ERR_INTERNAL; /* our supervisor wrote it */
		return err_wrap(err, "specification");
	}
	rc = strcmp(role, "engine") == 0 ? shut_in(spec, t, err) : sandbox_light(err);
	return rc == 0 ? run_step(role, spec, t, err) : -1;
}

int main(int argc, char **argv)
{
	struct err err = { 0 };

	if (argc != 2 || (strcmp(argv[1], "engine") != 0 && strcmp(argv[1], "loader") != 0))
		die(DIE_USAGE, "usage: millrace-task engine|loader, specification on stdin");
	log_open("task", MILLRACE_VERSION, argv[1]);
	signal(SIGPIPE, SIG_IGN);
	struct task *t = task_new(TASK_FD_REPORT);
	const int rc = run(argv[1], t, &err);
	if (rc != 0 && strcmp(err.code, TASK_CODE_PEER) != 0)
		task_error(t, &err);
	if (rc != 0)
		log_error(NULL, "task failed", LOG_S("kind", err_kind_name(err.kind)),
		    LOG_S("code", err.code), LOG_S("reason", err.msg));
	task_free(&t);
	return rc == 0 ? 0 : TASK_EXIT_INTERNAL;
}
