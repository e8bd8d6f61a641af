/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_request - nginx asks about each request (auth_request): which operation is it, who asks,
 * may they? A known session is answered on the loop without a round trip; one that must be read, or
 * an operation that leaves an audit row, goes to the pool.
 *
 * nginx turns any answer but 2xx, 401 and 403 into 500, so other refusals are a 403 that carries
 * the real status in X-Millrace-Refusal; stack/nginx maps it.
 */
#include <stdio.h>
#include <string.h>

#include "auth_gateway_routes.h"
#include "base/clock.h"
#include "gateway.h"
#include "kit/metrics.h"
#include "refusals.h"
#include "route_match.h"
#include "store.h"
#include "uri.h"

/* One request being decided on; in the request's arena. */
struct check {
	const char *method;                /* as the client sent it */
	const char *object;                /* path in normal form, for the audit */
	const struct gateway_route *route; /* NULL when unknown */
	enum route_verdict verdict;
	char secret[SECRET_BYTES];       /* "" without a cookie */
	uint8_t hash[SECRET_HASH_BYTES]; /* of the secret */
	struct session *session;         /* who asks; a reference, NULL not known (yet) */
	struct cache_hint hint;          /* what the cache said with it */
};

enum refusal {
	REFUSE_NONE,
	REFUSE_URI,
	REFUSE_SIGNED_OUT,
	REFUSE_DENIED,
	REFUSE_CSRF,
	REFUSE_UNKNOWN,
	REFUSE_METHOD,
	REFUSE_RATE,
	REFUSE_AWAY,
	REFUSE_COUNT_
};

/* What nginx is told; reason is the key of its map, and the result in the audit. */
static const struct {
	int status;
	const char *reason;
} refusals[REFUSE_COUNT_] = {
	[REFUSE_NONE] = { 204, "let_through" },
	[REFUSE_URI] = { 403, "400" },
	[REFUSE_SIGNED_OUT] = { 401, "401" },
	[REFUSE_DENIED] = { 403, "403" },
	[REFUSE_CSRF] = { 403, "csrf" },
	[REFUSE_UNKNOWN] = { 403, "404" },
	[REFUSE_METHOD] = { 403, "405" },
	[REFUSE_RATE] = { 403, "429" },
	[REFUSE_AWAY] = { 403, "503" },
};

/* One series for each verdict, found once. */
static void count(enum refusal why)
{
	static struct metric *_Atomic series[REFUSE_COUNT_];
	char labels[64];
	if (series[why] == NULL) {
		snprintf(labels, sizeof(labels), "verdict=\"%s\"", refusals[why].reason);
		series[why] = metrics_counter(
		    "millrace_gateway_decisions_total", labels, "requests judged, by verdict");
	}
	metrics_add(series[why], 1);
}

static void refuse(struct http_req *req, enum refusal why)
{
	count(why);
	if (why == REFUSE_SIGNED_OUT || why == REFUSE_URI)
		refusals_count(gateway()->refusals, gateway_address(req));
	http_set_header(req, "X-Millrace-Refusal", refusals[why].reason);
	http_reply_empty(req, refusals[why].status);
}

static void let_through(struct http_req *req, const struct check *c)
{
	count(REFUSE_NONE);
	if (c->session != NULL)
		http_set_header(req, "X-Millrace-Token",
		    session_token(c->session, c->route->service, gateway()->keys[c->route->service],
			clock_now_ms() / 1000));
	http_reply_empty(req, 204);
}

/* The rules, in order: the operation exists, the person may, the request is the person's own. */
static enum refusal judge(const struct http_req *req, const struct check *c)
{
	if (c->hint.too_often)
		return REFUSE_RATE;
	if (c->verdict == ROUTE_OTHER_METHOD)
		return REFUSE_METHOD;
	if (c->verdict == ROUTE_UNKNOWN)
		return REFUSE_UNKNOWN;
	if (!session_holds(c->session, c->route->permission))
		return REFUSE_DENIED;
	if (!route_is_safe(c->method) &&
	    !secret_csrf_is(session_csrf(c->session), http_header(req, "X-CSRF-Token")))
		return REFUSE_CSRF;
	return REFUSE_NONE;
}

/* Does this decision leave a row? Changes do, and refusals of a known person but for their pace. */
static bool is_audited(const struct check *c, enum refusal why)
{
	if (why == REFUSE_NONE)
		return c->route->audit;
	return why == REFUSE_DENIED || why == REFUSE_CSRF;
}

static int audit(struct http_req *req, const struct check *c, enum refusal why, struct err *err)
{
	const struct session_row *who = session_who(c->session);
	const struct store_audit row = {
		.actor = who->user_id,
		.actor_name = who->user_name,
		.action = c->route->operation,
		.object = c->object,
		.result = why == REFUSE_NONE   ? "let_through"
			  : why == REFUSE_CSRF ? "refused_csrf"
					       : "refused",
		.request_id = http_id(req),
		.address = gateway_address(req),
	};
	return store_audit_put(http_db(req), &row, err);
}

/* A change is let through only when its audit row stands; a refusal stays a refusal without. */
static void conclude(struct http_req *req, const struct check *c, enum refusal why)
{
	struct err err = { 0 };
	if (is_audited(c, why) && audit(req, c, why, &err) != 0) {
		log_error(http_log(req), "no audit row", LOG_S("err", err.msg));
		why = why == REFUSE_NONE ? REFUSE_AWAY : why;
	}
	if (why != REFUSE_NONE)
		refuse(req, why);
	else
		let_through(req, c);
}

/* Read a session and keep it; 1 found, 0 none. */
static int load_session(struct db *db, const char *secret, const uint8_t *hash, struct arena *a,
    struct session **out, struct err *err)
{
	struct gateway *g = gateway();
	const int64_t stamp = cache_stamp(g->cache);
	const int64_t read_at_ms = clock_mono_ms();
	struct session_row row;
	char hex[SECRET_HEX_BYTES];
	secret_bytea(hash, hex);
	const int found = store_session_find(db, hex, g->conf->idle_ms, a, &row, err);
	if (found <= 0)
		return found;
	if (session_new(secret, &row, out, err) != 0)
		return -1;
	cache_put(g->cache, hash, *out, stamp, read_at_ms);
	return 1;
}

/* On the pool: the session has to be read, or an audit row written. */
static int check_on_pool(struct http_req *req, struct err *err)
{
	struct check *c = http_state(req);
	int found = 1;
	if (c->session == NULL)
		found = load_session(
		    http_db(req), c->secret, c->hash, http_arena(req), &c->session, err);
	if (found < 0) {
		log_error(http_log(req), "session not read", LOG_S("err", err->msg));
		refuse(req, REFUSE_AWAY);
	} else if (found == 0) {
		refuse(req, REFUSE_SIGNED_OUT);
	} else {
		conclude(req, c, judge(req, c));
	}
	return 0;
}

struct refresh {
	char secret[SECRET_BYTES];
	uint8_t hash[SECRET_HASH_BYTES];
};

static void refresh_job(struct db *db, void *arg)
{
	struct refresh *r = arg;
	struct arena *a = arena_new(64 << 10);
	struct session *s = NULL;
	struct err err = { 0 };
	const int found = load_session(db, r->secret, r->hash, a, &s, &err);
	if (found == 0)
		cache_drop(gateway()->cache, r->hash);
	session_unref(&s);
	arena_free(&a);
	explicit_bzero(r, sizeof(*r));
	free(r);
}

/* Read a busy session again before its second is over; when the pool is full it is read on demand.
 */
static void refresh(const struct check *c)
{
	struct err err = { 0 };
	struct refresh *r = malloc(sizeof(*r));
	if (r == NULL)
		return;
	memcpy(r->secret, c->secret, sizeof(r->secret));
	memcpy(r->hash, c->hash, sizeof(r->hash));
	if (pool_run(svc_pool(gateway()->svc), refresh_job, r, &err) != 0)
		free(r);
}

/* What is asked and with which cookie; false when the address is in no form we take. */
static bool check_read(struct http_req *req, struct check *c)
{
	const char *uri = http_header(req, "X-Original-URI");
	size_t path_n;
	c->method = http_header(req, "X-Original-Method");
	if (secret_of_cookie(http_header(req, "Cookie"), c->secret))
		secret_hash(c->secret, c->hash);
	if (uri == NULL || c->method == NULL || uri_path(uri, &path_n) != 0)
		return false;
	c->object = arena_dup_n(http_arena(req), uri, path_n);
	c->verdict = route_match(gateway_routes, c->method, uri, path_n, &c->route);
	return true;
}

static bool is_public(const struct check *c)
{
	return c->verdict == ROUTE_FOUND && c->route->permission == PERMISSION_PUBLIC;
}

/* Deferred on the request's arena: gives the reference back whatever became of the request. */
static void unref_session(void *arg)
{
	session_unref(arg);
}

static int to_pool(struct http_req *req, struct check *c, struct err *err)
{
	http_set_state(req, c);
	if (http_to_pool(req, check_on_pool, err) != 0)
		refuse(req, REFUSE_AWAY);
	return 0;
}

int check_request(struct http_req *req, struct err *err)
{
	struct check *c = arena_alloc(http_arena(req), sizeof(*c));
	if (!check_read(req, c)) {
		refuse(req, REFUSE_URI);
		return 0;
	}
	if (is_public(c)) {
		let_through(req, c);
		return 0;
	}
	if (c->secret[0] == '\0') {
		refuse(req, REFUSE_SIGNED_OUT);
		return 0;
	}
	c->session = cache_find(gateway()->cache, c->hash, &c->hint);
	arena_defer(http_arena(req), unref_session, &c->session);
	if (c->session == NULL)
		return to_pool(req, c, err);
	const enum refusal why = judge(req, c);
	if (is_audited(c, why))
		return to_pool(req, c, err);
	if (c->hint.refresh)
		refresh(c);
	conclude(req, c, why);
	return 0;
}
