/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sign_in - name and password for a session. Runs on the password queue: one yescrypt at a time.
 *
 * A name nobody has costs the same work and gets the same answer as a wrong password. Each try is
 * counted before the password is looked at, per account and per address; the session that came with
 * the request ends (a new secret at each sign-in).
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "auth_gateway_routes.h"
#include "base/uuid.h"
#include "gateway.h"
#include "password.h"
#include "refusals.h"
#include "revoked.h"
#include "session_doc.h"
#include "store.h"

enum {
	FREE_TRIES_ACCOUNT = 5,
	FREE_TRIES_ADDRESS = 20,
	NAME_MAX_BYTES = 128,
	AGENT_MAX_BYTES = 200
};

/* One try; strings in the request's arena. */
struct attempt {
	const char *name;     /* in lower case */
	const char *password; /* as typed */
	const char *address;  /* client */
};

static int read_attempt(struct http_req *req, struct attempt *out, struct err *err)
{
	static const char *const names[] = { "name", "password", NULL };
	cJSON *body;
	const char *name;
	if (http_body_json(req, &body, err) != 0 || js_only(body, names, err) != 0 ||
	    js_need_str(body, "name", 1, NAME_MAX_BYTES, &name, err) != 0 ||
	    js_need_str(body, "password", 1, PASSWORD_MAX_BYTES, &out->password, err) != 0)
		return -1;
	char *lower = arena_dup(http_arena(req), name);
	for (char *p = lower; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	out->name = lower;
	out->address = gateway_address(req);
	return 0;
}

/* A form of another site cannot send JSON without asking first; a browser also says where it
 * stands. */
static int check_origin(struct http_req *req, struct err *err)
{
	const char *type = http_header(req, "Content-Type");
	const char *site = http_header(req, "Sec-Fetch-Site");
	if (type == NULL || strncasecmp(type, "application/json", strlen("application/json")) != 0)
		return err_set_code(
		    err, ERR_INPUT, "http.media_type", "the body must be application/json");
	if (site != NULL && strcmp(site, "cross-site") == 0)
		return err_set_code(err, ERR_DENIED, "auth.csrf", "sign-in from another site");
	return 0;
}

static int throttle(struct http_req *req, const struct attempt *t, struct err *err)
{
	const struct store_try try = {
		.account = t->name,
		.address = t->address,
		.free_account = FREE_TRIES_ACCOUNT,
		.free_address = FREE_TRIES_ADDRESS,
	};
	int64_t wait_s = 0;
	if (store_throttle_take(http_db(req), &try, &wait_s, err) != 0)
		return -1;
	if (wait_s == 0)
		return 0;
	http_set_header(req, "Retry-After", arena_printf(http_arena(req), "%d", (int)wait_s));
	return err_set_code(
	    err, ERR_BUSY, "auth.throttled", "too many tries, again in %d s", (int)wait_s);
}

static int audit_sign_in(
    struct http_req *req, const struct store_user *user, const char *result, struct err *err)
{
	const struct store_audit row = {
		.actor = user->id,
		.actor_name = user->name,
		.action = "signIn",
		.object = "",
		.result = result,
		.request_id = http_id(req),
		.address = gateway_address(req),
	};
	return store_audit_put(http_db(req), &row, err);
}

/* The person the password belongs to; anything else is one and the same refusal. */
static int identify(
    struct http_req *req, const struct attempt *t, struct store_user *out, struct err *err)
{
	const int found = store_user_find(http_db(req), t->name, http_arena(req), out, err);
	if (found < 0)
		return -1;
	if (password_is(t->password, found ? out->password_hash : NULL))
		return 0;
	refusals_count(gateway()->refusals, t->address);
	if (found && audit_sign_in(req, out, "refused", err) != 0)
		return -1;
	return err_set_code(err, ERR_AUTH, "auth.failed", "name or password is wrong");
}

/* The session that came along ends; its secret is never used again. */
static int end_old(struct http_req *req, struct err *err)
{
	char secret[SECRET_BYTES];
	char hex[SECRET_HEX_BYTES];
	uint8_t hash[SECRET_HASH_BYTES];
	if (!secret_of_cookie(http_header(req, "Cookie"), secret))
		return 0;
	secret_hash(secret, hash);
	secret_bytea(hash, hex);
	if (store_session_delete(http_db(req), hex, err) != 0)
		return -1;
	revoked_tell(gateway()->svc, gateway()->cache, hash);
	return 0;
}

static int put_session(
    struct http_req *req, const struct store_user *user, const char *secret, struct err *err)
{
	const char *agent = http_header(req, "User-Agent");
	char id[UUID_TEXT_BYTES];
	char hex[SECRET_HEX_BYTES];
	uint8_t hash[SECRET_HASH_BYTES];
	uuid_make(id);
	secret_hash(secret, hash);
	secret_bytea(hash, hex);
	const struct store_new_session s = {
		.hash = hex,
		.id = id,
		.user_id = user->id,
		.life_ms = gateway()->conf->session_ms,
		.address = gateway_address(req),
		.user_agent = agent == NULL ? ""
					    : arena_dup_n(http_arena(req), agent,
						  strnlen(agent, AGENT_MAX_BYTES)),
	};
	return store_session_put(http_db(req), &s, err);
}

/* All that a sign-in writes, in one transaction. */
static int open_session(struct http_req *req, const struct attempt *t,
    const struct store_user *user, const char *secret, struct err *err)
{
	struct db *db = http_db(req);
	if (db_begin(db, err) != 0)
		return -1;
	if (end_old(req, err) != 0 || put_session(req, user, secret, err) != 0 ||
	    store_throttle_forgive(db, t->name, t->address, err) != 0 ||
	    audit_sign_in(req, user, "signed_in", err) != 0) {
		db_rollback(db);
		return -1;
	}
	return db_commit(db, err);
}

static int sign_in_on_queue(struct http_req *req, struct err *err)
{
	struct attempt t;
	struct store_user user;
	char secret[SECRET_BYTES];
	if (check_origin(req, err) != 0 || read_attempt(req, &t, err) != 0 ||
	    throttle(req, &t, err) != 0 || identify(req, &t, &user, err) != 0)
		return -1;
	secret_make(secret);
	if (open_session(req, &t, &user, secret, err) != 0)
		return -1;
	session_doc_set_cookie(req, secret, gateway()->conf->session_ms / 1000);
	return session_doc_reply(req, secret, err);
}

int sign_in(struct http_req *req, struct err *err)
{
	return http_to_pool_of(req, gateway()->passwords, sign_in_on_queue, err);
}
