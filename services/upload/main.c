/* SPDX-License-Identifier: Apache-2.0 */
/* upload - take files over tus, keep them as objects, ask for one run each. */
#include "api/permissions.h"
#include "upload.h"
#include "upload_migrations.h" /* generated from migrations/ */
#include "upload_routes.h"     /* generated from api.yaml */

static struct upload_conf conf;

static const struct conf_key keys[] = {
	CONF_STR(struct upload_conf, object_dir, "MILLRACE_OBJECT_DIR", "/var/lib/millrace/objects",
	    "directory of bronze objects, shared by all replicas"),
	CONF_BYTES(struct upload_conf, max_bytes, "MILLRACE_UPLOAD_MAX_BYTES", "64GiB", "1KiB",
	    "1TiB", "largest upload"),
	CONF_BYTES(struct upload_conf, min_free_bytes, "MILLRACE_UPLOAD_MIN_FREE", "1GiB", "0",
	    "1TiB", "free space no upload may use up; less is answered with 507"),
	CONF_MS(struct upload_conf, keep_ms, "MILLRACE_UPLOAD_KEEP", "24h", "1s", "720h",
	    "an upload without a new byte for so long expires"),
	CONF_MS(struct upload_conf, lease_ms, "MILLRACE_LEASE", "15s", "500ms", "10min",
	    "a writer silent for so long is taken for dead"),
	CONF_MS(struct upload_conf, renew_ms, "MILLRACE_UPLOAD_RENEW", "2s", "100ms", "1min",
	    "how often a writer stores how far it is; a writer taken over from notices within "
	    "this"),
	CONF_MS(struct upload_conf, sweep_ms, "MILLRACE_SWEEP", "3s", "100ms", "10min",
	    "how often unfinished and abandoned uploads are looked for"),
	CONF_MS(struct upload_conf, orphan_ms, "MILLRACE_UPLOAD_ORPHAN_GRACE", "1h", "1s", "720h",
	    "files without a row are left alone for so long, then adopted or removed"),
	CONF_END,
};

static const char *const needs_functions[] = {
	"catalog.dataset_v1",
	"jobs.create_run_v1",
	"jobs.run_of_upload_v1",
	NULL,
};

static const struct svc_spec spec = {
	.name = "upload",
	.env = "UPLOAD",
	.schema = "upload",
	.conf_keys = keys,
	.conf = &conf,
	.routes = upload_routes,
	.permissions = permission_grants,
	.migrations = upload_migrations,
	.needs_functions = needs_functions,
	.needs = SVC_DB | SVC_RING,
	.pool_threads = 2,
	.other_connections = 1,
	.open = upload_open,
	.ready = upload_ready,
	.close = upload_close,
};

int main(int argc, char **argv)
{
	upload_service()->conf = &conf;
	return svc_main(&spec, argc, argv);
}
