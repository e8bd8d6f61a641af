/* SPDX-License-Identifier: Apache-2.0 */
/* auth-gateway - who is it, may they, and a note of what they did. */
#include "api/permissions.h"
#include "auth_gateway_migrations.h" /* generated from migrations/ */
#include "auth_gateway_routes.h"     /* generated from api.yaml */
#include "gateway.h"

static struct gateway_conf conf;

static const struct conf_key keys[] = {
	CONF_STR(struct gateway_conf, keys_dir, "MILLRACE_AUTH_GATEWAY_KEYS_DIR", "/run/secrets",
	    "directory with <service>.key (64 hex digits) of every service"),
	CONF_SECRET(struct gateway_conf, admin_password,
	    "MILLRACE_AUTH_GATEWAY_ADMIN_PASSWORD_FILE", "",
	    "password of the first administrator, used while there are no users"),
	CONF_MS(struct gateway_conf, session_ms, "MILLRACE_AUTH_GATEWAY_SESSION", "480min", "1s",
	    "10080min", "longest life of a session"),
	CONF_MS(struct gateway_conf, idle_ms, "MILLRACE_AUTH_GATEWAY_IDLE", "120min", "1s",
	    "10080min", "longest life of a session without a request"),
	CONF_INT(struct gateway_conf, session_rate, "MILLRACE_AUTH_GATEWAY_SESSION_RATE", "500",
	    "0", "1000000",
	    "requests a second for each session, twice as many at once; 0 = no limit"),
	CONF_INT(struct gateway_conf, cache_sessions, "MILLRACE_AUTH_GATEWAY_CACHE", "10000", "1",
	    "1000000", "sessions kept in memory, each for at most a second"),
	CONF_BOOL(struct gateway_conf, cookie_secure, "MILLRACE_AUTH_GATEWAY_COOKIE_SECURE",
	    "false", "mark the cookie Secure on plain HTTP too"),
	CONF_END,
};

static const struct svc_spec spec = {
	.name = "auth-gateway",
	.env = "AUTH_GATEWAY",
	.schema = "auth",
	.conf_keys = keys,
	.conf = &conf,
	.routes = auth_gateway_routes,
	.permissions = permission_grants,
	.migrations = auth_gateway_migrations,
	.needs = SVC_DB | SVC_RING,
	.pool_threads = 1,
	.other_connections = 1,
	.open = gateway_open,
	.close = gateway_close,
};

int main(int argc, char **argv)
{
	gateway()->conf = &conf;
	return svc_main(&spec, argc, argv);
}
