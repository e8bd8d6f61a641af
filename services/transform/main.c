/* SPDX-License-Identifier: Apache-2.0 */
/* transform - pipelines, tables and loads; and the worker that puts checked rows into gold. */
#include "api/permissions.h"
#include "transform.h"
#include "transform_migrations.h" /* generated from migrations/ */
#include "transform_routes.h"     /* generated from api.yaml */

static const struct conf_key keys[] = {
	CONF_STR(struct transform_conf, silver_dir, "MILLRACE_SILVER_DIR",
	    "/var/lib/millrace/silver", "directory of checked rows (Parquet)"),
	CONF_STR(struct transform_conf, scratch_dir, "MILLRACE_SCRATCH_DIR",
	    "/var/lib/millrace/scratch", "directory for the working files of tasks"),
	CONF_STR(struct transform_conf, task_path, "MILLRACE_TASK_PATH",
	    "/usr/lib/millrace/millrace-task", "the millrace-task program"),
	CONF_STR(struct transform_conf, loader_user, "MILLRACE_TRANSFORM_LOADER_USER",
	    "millrace_loader", "database role of the loader process"),
	CONF_SECRET(struct transform_conf, loader_password,
	    "MILLRACE_TRANSFORM_LOADER_PASSWORD_FILE", "", "password of that role"),
	CONF_INT(struct transform_conf, slots, "MILLRACE_TRANSFORM_SLOTS", "1", "1", "16",
	    "loads at once"),
	CONF_MS(struct transform_conf, lease_ms, "MILLRACE_LEASE", "15s", "1s", "10min",
	    "how long a claimed task is ours without a renewal"),
	CONF_MS(struct transform_conf, renew_ms, "MILLRACE_RENEW", "5s", "100ms", "3min",
	    "how often a claimed task is renewed"),
	CONF_MS(struct transform_conf, sweep_ms, "MILLRACE_SWEEP", "3s", "100ms", "1min",
	    "how often tasks are looked for without a ring"),
	CONF_MS(struct transform_conf, grace_ms, "MILLRACE_TRANSFORM_GRACE", "2s", "0s", "1min",
	    "between SIGTERM and SIGKILL of a task process"),
	CONF_BYTES(struct transform_conf, engine_memory, "MILLRACE_TRANSFORM_MEMORY", "512MiB",
	    "64MiB", "1TiB", "memory of one engine before it spills"),
	CONF_INT(struct transform_conf, engine_threads, "MILLRACE_TRANSFORM_THREADS", "2", "1",
	    "64", "threads of one engine"),
	CONF_MS(struct transform_conf, wall_ms, "MILLRACE_TRANSFORM_WALL", "60min", "1s", "1440min",
	    "longest time of one attempt"),
	CONF_MS(struct transform_conf, rows_timeout_ms, "MILLRACE_TRANSFORM_ROWS_TIMEOUT", "10s",
	    "100ms", "5min", "statement timeout of a page of rows"),
	CONF_MS(struct transform_conf, maintain_ms, "MILLRACE_TRANSFORM_MAINTAIN", "10min", "1s",
	    "1440min", "how often old generations are looked for"),
	CONF_MS(struct transform_conf, keep_ms, "MILLRACE_TRANSFORM_KEEP", "10080min", "0s",
	    "525600min", "how long a replaced generation is kept for undo"),
	CONF_END,
};

static const char *const needs[] = {
	"jobs.claim_task_v1",
	"jobs.create_run_v1",
	"jobs.redo_run_v1",
	"jobs.last_run_v1",
	"catalog.dataset_v1",
	"catalog.contract_v1",
	"catalog.create_derived_v1",
	"auth.audit_v1",
	NULL,
};

int main(int argc, char **argv)
{
	const struct svc_spec spec = {
		.name = "transform",
		.env = "TRANSFORM",
		.schema = "transform",
		.conf_keys = keys,
		.conf = transform_conf(),
		.routes = transform_routes,
		.permissions = permission_grants,
		.migrations = transform_migrations,
		.needs_functions = needs,
		.needs = SVC_DB | SVC_RING,
		.pool_threads = 2,
		.other_connections = 4, /* slot, renewer, and two of a loader */
		.open = transform_open,
		.busy = transform_busy,
		.drain = transform_drain,
		.close = transform_close,
	};

	return svc_main(&spec, argc, argv);
}
