/* SPDX-License-Identifier: Apache-2.0 */
/* job-orchestrator - runs and their tasks: made, rung for, swept, told of. */
#include "api/permissions.h"
#include "job_orchestrator_migrations.h" /* generated from migrations/ */
#include "job_orchestrator_routes.h"     /* generated from api.yaml */
#include "orchestrator.h"

static struct orchestrator_conf conf;

static const struct conf_key keys[] = {
	CONF_MS(struct orchestrator_conf, sweep_ms, "MILLRACE_SWEEP", "3s", "100ms", "60s",
	    "between two looks at lapsed leases and ended pauses"),
	CONF_MS(struct orchestrator_conf, cancel_ms, "MILLRACE_JOB_ORCHESTRATOR_CANCEL", "10s",
	    "100ms", "300s", "a worker that has not stopped by then is cut off"),
	CONF_MS(struct orchestrator_conf, stream_ms, "MILLRACE_JOB_ORCHESTRATOR_STREAM", "60s",
	    "1s", "60s",
	    "an event stream ends then and comes back through the gateway, which looks at its "
	    "session"),
	CONF_END,
};

static const char *const needs_functions[] = { "jobs.sweep_v1", "jobs.live_runs",
	"transform.pipeline_for_run_v1", "auth.audit_v1", NULL };

static const struct svc_spec spec = {
	.name = "job-orchestrator",
	.env = "JOB_ORCHESTRATOR",
	.schema = "jobs",
	.conf_keys = keys,
	.conf = &conf,
	.routes = job_orchestrator_routes,
	.permissions = permission_grants,
	.migrations = job_orchestrator_migrations,
	.needs_functions = needs_functions,
	.needs = SVC_DB | SVC_RING,
	.pool_threads = 2,
	.other_connections = 1,
	.open = orchestrator_open,
	.close = orchestrator_close,
};

int main(int argc, char **argv)
{
	orchestrator()->conf = &conf;
	return svc_main(&spec, argc, argv);
}
