/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session - what the gateway knows of one session for at most a second: a person, what they may do,
 * the CSRF token, and the internal tokens made from it.
 *
 * Immutable after session_new but for the tokens, which session_token makes once each. Counted
 * references: the cache holds one, each request that decides by it another.
 */
#ifndef AUTH_GATEWAY_SESSION_H
#define AUTH_GATEWAY_SESSION_H

#include "base/arena.h"
#include "gateway_routes.h"
#include "secret.h"

struct session;

/* What store.c reads of a session; strings borrowed. */
struct session_row {
	const char *id;           /* UUID of the session */
	const char *user_id;      /* UUID */
	const char *user_name;    /* sign-in name */
	const char *display_name; /* for people */
	const char *domains;      /* {"default": ["data_manager"]} */
	bool is_admin;            /* System Administrator */
	int64_t expires_at_ms;    /* wall clock */
};

/*
 * session_new - new session from its row; one reference, the caller's.
 *
 * secret  the cookie; only the CSRF token derived from it is kept; borrowed
 * row     strings are copied
 *
 * Errors  ERR_INTERNAL  the stored roles are no JSON object
 */
int session_new(const char *secret, const struct session_row *row, struct session **out,
    struct err *err) MUST_CHECK;

/* session_ref - one more reference; any thread. */
struct session *session_ref(struct session *s);

/* session_unref - give a reference back, the last one frees; sets *s to NULL; accepts NULL inside.
 */
void session_unref(struct session **s);

/* session_holds - may this person do it in at least one domain? Always true for PERMISSION_SESSION.
 */
bool session_holds(const struct session *s, enum permission permission);

/* The row a session was made from; valid as long as the reference. */
const struct session_row *session_who(const struct session *s);

/* session_csrf - its CSRF token. */
const char *session_csrf(const struct session *s);

/*
 * session_token - the internal token for one service, made on first use; any thread.
 *
 * key    that service's key, TOKEN_KEY_BYTES
 * now_s  wall clock
 *
 * Returns the token, valid as long as the reference. A session lives a second or two in the cache,
 * so its tokens are never near the end of their 60 s.
 */
const char *session_token(
    struct session *s, enum gateway_service service, const uint8_t *key, int64_t now_s);

#endif
