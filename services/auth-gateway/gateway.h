/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gateway - what the parts of auth-gateway share: settings and the state made at start.
 *
 * uri, route_match   which operation a request is
 * secret, session, cache   who asks
 * check_request      the decision, for nginx's auth_request
 * sign_in, sign_out, session_get, audit_list   the operations people see
 * password, first_admin   the built-in user store
 * refusals, revoked  counting strangers, hearing of revocations
 * store              all SQL
 */
#ifndef AUTH_GATEWAY_GATEWAY_H
#define AUTH_GATEWAY_GATEWAY_H

#include "cache.h"
#include "kit/svc.h"
#include "kit/token.h"

struct refusals;
struct revoked;

struct gateway_conf {
	const char *keys_dir;       /* <service>.key of every service, 64 hex digits */
	const char *admin_password; /* of the first administrator; "" none */
	int64_t session_ms;         /* longest life of a session */
	int64_t idle_ms;            /* longest life of a session without a request */
	int64_t session_rate;       /* requests a second for each session; 0 no limit */
	int64_t cache_sessions;     /* most sessions kept in memory */
	bool cookie_secure;         /* Secure also when the request says plain HTTP */
};

struct gateway {
	const struct gateway_conf *conf;
	struct svc *svc;
	struct cache *cache;
	struct pool *passwords; /* one thread: yescrypt takes 15 ms and 17 MB each */
	struct refusals *refusals;
	struct revoked *revoked;
	uint8_t keys[GATEWAY_SERVICE_COUNT_][TOKEN_KEY_BYTES]; /* of the internal tokens */
};

/* gateway - the one gateway of this process; filled by gateway_open. */
struct gateway *gateway(void);

/*
 * gateway_open - svc's open hook: keys, password queue, first administrator, followers.
 *
 * Errors  ERR_INPUT        a key file is missing or no key
 *         ERR_UNAVAILABLE  the database is away
 */
int gateway_open(struct svc *svc, struct err *err) MUST_CHECK;

/* gateway_close - svc's close hook, the reverse. */
void gateway_close(struct svc *svc);

/* gateway_address - the client's address as nginx said, for audit and throttles; never NULL. */
const char *gateway_address(const struct http_req *req);

#endif
