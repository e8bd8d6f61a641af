/* SPDX-License-Identifier: Apache-2.0 */
/* validation - what datasets there are, what their rows must look like, and which rows did not. */
#include "api/permissions.h"
#include "check_file.h"
#include "preview.h"
#include "tidy.h"
#include "validation.h"
#include "validation_migrations.h" /* generated from migrations/ */
#include "validation_routes.h"     /* generated from api.yaml */

static struct worker *worker;

static const struct conf_key keys[] = {
	CONF_STR(struct validation_conf, object_dir, "MILLRACE_OBJECT_DIR",
	    "/var/lib/millrace/objects", "directory of uploaded objects"),
	CONF_STR(struct validation_conf, silver_dir, "MILLRACE_SILVER_DIR",
	    "/var/lib/millrace/silver", "directory of checked rows and reject files"),
	CONF_STR(struct validation_conf, scratch_dir, "MILLRACE_SCRATCH_DIR",
	    "/var/lib/millrace/scratch",
	    "directory where tasks work; best on the file system of the checked rows"),
	CONF_STR(struct validation_conf, task_path, "MILLRACE_TASK_PATH",
	    "/usr/lib/millrace/millrace-task", "program that reads the files"),
	CONF_INT(struct validation_conf, slots, "MILLRACE_VALIDATION_SLOTS", "1", "1", "16",
	    "files checked at once"),
	CONF_MS(struct validation_conf, lease_ms, "MILLRACE_LEASE", "15s", "500ms", "10min",
	    "how long a task stays ours without a sign of life"),
	CONF_MS(struct validation_conf, renew_ms, "MILLRACE_RENEW", "5s", "100ms", "3min",
	    "how often a lease is renewed; at most a third of it"),
	CONF_MS(struct validation_conf, sweep_ms, "MILLRACE_SWEEP", "3s", "100ms", "10min",
	    "how often an idle worker looks by itself"),
	CONF_INT(struct validation_conf, threads, "MILLRACE_VALIDATION_THREADS", "2", "1", "64",
	    "threads for one file"),
	CONF_BYTES(struct validation_conf, memory_bytes, "MILLRACE_VALIDATION_MEMORY", "1GiB",
	    "128MiB", "1TiB", "memory for one file"),
	CONF_MS(struct validation_conf, wall_ms, "MILLRACE_VALIDATION_WALL", "4h", "1s", "168h",
	    "longest check of one file"),
	CONF_INT(struct validation_conf, reject_days, "MILLRACE_VALIDATION_REJECT_DAYS", "30", "0",
	    "3650", "days that files of rejects and repairs are kept"),
	CONF_MS(struct validation_conf, orphan_grace_ms, "MILLRACE_VALIDATION_ORPHAN_GRACE", "1h",
	    "1s", "168h", "age at which a file that no report names is removed"),
	CONF_MS(struct validation_conf, tidy_ms, "MILLRACE_VALIDATION_TIDY", "1min", "500ms", "24h",
	    "how often the disk is looked over"),
	CONF_END,
};

static int on_open(struct svc *svc, struct err *err)
{
	const struct validation_conf *conf = validation_conf();
	const struct worker_spec spec = {
		.kind = "validate",
		.stream = RING_VALIDATE,
		.slots = (int)conf->slots,
		.lease_ms = conf->lease_ms,
		.renew_ms = conf->renew_ms,
		.sweep_ms = conf->sweep_ms,
		.run = check_file_run,
	};
	if (worker_start(svc, &spec, &worker, err) != 0)
		return -1;
	return tidy_start(svc, err);
}

static int on_connections(void)
{
	return worker_connections((int)validation_conf()->slots) + PREVIEW_AT_ONCE;
}

static int on_busy(struct svc *svc)
{
	(void)svc;
	return worker_busy(worker) + preview_busy();
}

static void on_drain(struct svc *svc)
{
	(void)svc;
	worker_drain(worker);
	preview_stop();
}

static void on_close(struct svc *svc)
{
	(void)svc;
	tidy_stop();
	worker_free(&worker);
}

static const char *const needs[] = {
	"jobs.claim_task_v1",
	"jobs.finish_task_v1",
	"jobs.start_waiting_v1",
	"jobs.is_alive_v1",
	"jobs.last_object_v1",
	"jobs.last_run_v1",
	"_millrace.is_live_v1",
	"_millrace.forget_v1",
	"_millrace.key_values_v1",
	"auth.first_manager_v1",
	NULL,
};

static const struct svc_spec spec = {
	.name = "validation",
	.env = "VALIDATION",
	.schema = "catalog",
	.conf_keys = keys,
	.conf = &validation_settings,
	.routes = validation_routes,
	.permissions = permission_grants,
	.migrations = validation_migrations,
	.needs_functions = needs,
	.needs = SVC_DB | SVC_RING,
	.connections = on_connections,
	.open = on_open,
	.busy = on_busy,
	.drain = on_drain,
	.close = on_close,
};

int main(int argc, char **argv)
{
	return svc_main(&spec, argc, argv);
}
