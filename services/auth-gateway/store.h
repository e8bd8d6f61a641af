/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store - all SQL of the gateway, as named functions over one connection.
 *
 * Hashes are given as PostgreSQL's text form of bytea (secret_bytea). Every function that returns
 * int answers 0 or -1 with err as kit/db.h says; finders answer 1 found, 0 none.
 */
#ifndef AUTH_GATEWAY_STORE_H
#define AUTH_GATEWAY_STORE_H

#include "kit/db.h"
#include "session.h"

struct store_user {
	const char *id;            /* UUID */
	const char *name;          /* sign-in name */
	const char *password_hash; /* crypt(5) */
};

struct store_audit {
	const char *actor;      /* UUID or NULL */
	const char *actor_name; /* never NULL */
	const char *action;     /* operationId or event */
	const char *object;     /* what it was done to */
	const char *result;     /* "let_through", "refused", ... */
	const char *request_id; /* X-Request-Id */
	const char *address;    /* client */
	const char *detail;     /* JSON object or NULL */
};

struct store_new_session {
	const char *hash;       /* bytea text */
	const char *id;         /* UUID */
	const char *user_id;    /* UUID */
	int64_t life_ms;        /* absolute */
	const char *address;    /* client */
	const char *user_agent; /* cut by the caller */
};

/* A sign-in about to be looked at. */
struct store_try {
	const char *account; /* name in lower case, known or not */
	const char *address; /* client */
	int free_account;    /* failures of the account before the first wait */
	int free_address;    /* failures of the address before the first wait */
};

/*
 * store_session_find - a live session of an enabled person; notes the visit at most once a minute.
 *
 * idle_ms  a session without a visit for longer is dead
 * out      strings in the arena; written only when 1 is returned
 *
 * Errors  as kit/db.h
 */
int store_session_find(struct db *db, const char *hash, int64_t idle_ms, struct arena *a,
    struct session_row *out, struct err *err) MUST_CHECK;

/*
 * store_session_put - a new session; the oldest beyond 50 of the same person go.
 *
 * Errors  as kit/db.h
 */
int store_session_put(struct db *db, const struct store_new_session *s, struct err *err) MUST_CHECK;

/*
 * store_session_delete - end a session; none is fine.
 *
 * Errors  as kit/db.h
 */
int store_session_delete(struct db *db, const char *hash, struct err *err) MUST_CHECK;

/*
 * store_user_find - an enabled person with a password, by sign-in name.
 *
 * Errors  as kit/db.h
 */
int store_user_find(struct db *db, const char *name, struct arena *a, struct store_user *out,
    struct err *err) MUST_CHECK;

/*
 * store_first_admin - make `admin`, System Administrator and data_manager of `default`, when there
 * is nobody at all; safe when two gateways start at once.
 *
 * Returns 1 made, 0 somebody was there, -1 failed.
 * Errors  as kit/db.h
 */
int store_first_admin(
    struct db *db, const char *id, const char *password_hash, struct err *err) MUST_CHECK;

/*
 * store_has_users - 1 when there is somebody, 0 when nobody.
 *
 * Errors  as kit/db.h
 */
int store_has_users(struct db *db, struct err *err) MUST_CHECK;

/*
 * store_throttle_take - count one try of a name from an address.
 *
 * out_wait_s  seconds to wait before a try is looked at, 0 = go on
 *
 * Errors  as kit/db.h
 */
int store_throttle_take(
    struct db *db, const struct store_try *t, int64_t *out_wait_s, struct err *err) MUST_CHECK;

/*
 * store_throttle_forgive - the try was right.
 *
 * Errors  as kit/db.h
 */
int store_throttle_forgive(
    struct db *db, const char *account, const char *address, struct err *err) MUST_CHECK;

/*
 * store_audit_put - one row of the trail.
 *
 * Errors  as kit/db.h
 */
int store_audit_put(struct db *db, const struct store_audit *row, struct err *err) MUST_CHECK;

/*
 * store_audit_list - newest first.
 *
 * before, actor, action  NULL = any; before is an id
 *
 * Errors  as kit/db.h
 */
int store_audit_list(struct db *db, const char *before, const char *actor, const char *action,
    int64_t limit, struct db_result **out, struct err *err) MUST_CHECK;

/*
 * store_refusals_add - add to the count of an address in the current minute.
 *
 * Errors  as kit/db.h
 */
int store_refusals_add(
    struct db *db, const char *address, int64_t count, struct err *err) MUST_CHECK;

/*
 * store_sweep - delete what is over: expired sessions, forgotten throttles, counts older than 90
 * days.
 *
 * Errors  as kit/db.h
 */
int store_sweep(struct db *db, int64_t idle_ms, struct err *err) MUST_CHECK;

#endif
