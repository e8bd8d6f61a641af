/* SPDX-License-Identifier: Apache-2.0 */
/* store - all SQL of the gateway. */
#include "store.h"

#include <inttypes.h>
#include <stdio.h>

/* Decimal text of a number, for a parameter. */
struct number {
	char text[24];
};

static struct number number(int64_t v)
{
	struct number n;
	snprintf(n.text, sizeof(n.text), "%" PRId64, v);
	return n;
}

static const char SQL_SESSION_FIND[] =
    "select s.id, s.user_id, u.name, u.display_name, u.is_administrator,"
    " (extract(epoch from s.expires_at) * 1000)::bigint as expires_at_ms,"
    " s.last_seen_at < clock_timestamp() - interval '1 minute' as stale,"
    " coalesce((select jsonb_object_agg(d.domain, d.roles) from (select domain,"
    "  jsonb_agg(role order by role) as roles from auth.domain_roles where user_id = u.id"
    "  group by domain) d), '{}') as domains"
    " from auth.sessions s join auth.users u on u.id = s.user_id"
    " where s.token_hash = $1::bytea and s.expires_at > clock_timestamp()"
    " and s.last_seen_at > clock_timestamp() - $2::bigint * interval '1 ms'"
    " and u.disabled_at is null";

static const char SQL_SESSION_SEEN[] =
    "update auth.sessions set last_seen_at = clock_timestamp() where token_hash = $1::bytea";

int store_session_find(struct db *db, const char *hash, int64_t idle_ms, struct arena *a,
    struct session_row *out, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;
	if (db_query(db, SQL_SESSION_FIND, &r, err, hash, number(idle_ms).text) != 0)
		return -1;
	if (db_rows(r) == 0)
		return 0;
	if (db_bool(r, 0, "stale") && db_query(db, SQL_SESSION_SEEN, NULL, err, hash) != 0)
		return -1;
	*out = (struct session_row){
		.id = arena_dup(a, db_text(r, 0, "id")),
		.user_id = arena_dup(a, db_text(r, 0, "user_id")),
		.user_name = arena_dup(a, db_text(r, 0, "name")),
		.display_name = arena_dup(a, db_text(r, 0, "display_name")),
		.domains = arena_dup(a, db_text(r, 0, "domains")),
		.is_admin = db_bool(r, 0, "is_administrator"),
		.expires_at_ms = db_i64(r, 0, "expires_at_ms"),
	};
	return 1;
}

static const char SQL_SESSION_PUT[] =
    "insert into auth.sessions (token_hash, id, user_id, expires_at, address, user_agent)"
    " values ($1::bytea, $2, $3, clock_timestamp() + $4::bigint * interval '1 ms', $5, $6)";

static const char SQL_SESSION_CROWD[] =
    "delete from auth.sessions where token_hash in (select token_hash from auth.sessions"
    " where user_id = $1 order by created_at desc offset 50)";

int store_session_put(struct db *db, const struct store_new_session *s, struct err *err)
{
	if (db_query(db, SQL_SESSION_PUT, NULL, err, s->hash, s->id, s->user_id,
		number(s->life_ms).text, s->address, s->user_agent) != 0)
		return -1;
	return db_query(db, SQL_SESSION_CROWD, NULL, err, s->user_id);
}

int store_session_delete(struct db *db, const char *hash, struct err *err)
{
	return db_query(
	    db, "delete from auth.sessions where token_hash = $1::bytea", NULL, err, hash);
}

static const char SQL_USER_FIND[] =
    "select id, name, password_hash from auth.users"
    " where name = $1 and password_hash is not null and disabled_at is null";

int store_user_find(
    struct db *db, const char *name, struct arena *a, struct store_user *out, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;
	if (db_query(db, SQL_USER_FIND, &r, err, name) != 0)
		return -1;
	if (db_rows(r) == 0)
		return 0;
	*out = (struct store_user){
		.id = arena_dup(a, db_text(r, 0, "id")),
		.name = arena_dup(a, db_text(r, 0, "name")),
		.password_hash = arena_dup(a, db_text(r, 0, "password_hash")),
	};
	return 1;
}

static const char SQL_FIRST_ADMIN[] =
    "with made as (insert into auth.users (id, name, display_name, password_hash, is_administrator)"
    " select $1::uuid, 'admin', 'Administrator', $2, true"
    " where not exists (select from auth.users) returning id)"
    " insert into auth.domain_roles (user_id, domain, role, granted_by)"
    " select id, 'default', 'data_manager', 'first start' from made returning user_id";

static int first_admin(
    struct db *db, const char *id, const char *password_hash, int *out_made, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;
	if (db_query(db, "lock table auth.users in share row exclusive mode", NULL, err) != 0 ||
	    db_query(db, SQL_FIRST_ADMIN, &r, err, id, password_hash) != 0)
		return -1;
	*out_made = db_rows(r) > 0;
	return db_commit(db, err);
}

int store_first_admin(struct db *db, const char *id, const char *password_hash, struct err *err)
{
	int made = 0;
	if (db_begin(db, err) != 0)
		return -1;
	const int result = first_admin(db, id, password_hash, &made, err);
	if (result != 0)
		db_rollback(db);
	return result != 0 ? -1 : made;
}

int store_has_users(struct db *db, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;
	if (db_query(db, "select exists (select from auth.users) as any", &r, err) != 0)
		return -1;
	return db_bool(r, 0, "any");
}

enum { THROTTLE_CAP_S = 60 };

static const char SQL_THROTTLE_TAKE[] =
    "select auth.throttle_take($1, $2, $3::int, $4::int, $5::int) as wait_s";

int store_throttle_take(
    struct db *db, const struct store_try *t, int64_t *out_wait_s, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;
	if (db_query(db, SQL_THROTTLE_TAKE, &r, err, t->account, t->address,
		number(t->free_account).text, number(t->free_address).text,
		number(THROTTLE_CAP_S).text) != 0)
		return -1;
	*out_wait_s = db_i64(r, 0, "wait_s");
	return 0;
}

int store_throttle_forgive(struct db *db, const char *account, const char *address, struct err *err)
{
	return db_query(db, "select auth.throttle_forgive($1, $2)", NULL, err, account, address);
}

int store_audit_put(struct db *db, const struct store_audit *row, struct err *err)
{
	return db_query(db, "select auth.audit_v1($1::uuid, $2, $3, $4, $5, $6, $7, $8::jsonb)",
	    NULL, err, row->actor, row->actor_name, row->action, row->object, row->result,
	    row->request_id, row->address, row->detail);
}

static const char SQL_AUDIT_LIST[] =
    "select id, to_char(at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"') as at, actor,"
    " actor_name, action, object, result, request_id, address, detail"
    " from auth.audit where ($1::bigint is null or id < $1::bigint)"
    " and ($2::text is null or actor_name = $2) and ($3::text is null or action = $3)"
    " order by id desc limit $4::bigint";

int store_audit_list(struct db *db, const char *before, const char *actor, const char *action,
    int64_t limit, struct db_result **out, struct err *err)
{
	return db_query(db, SQL_AUDIT_LIST, out, err, before, actor, action, number(limit).text);
}

static const char SQL_REFUSALS_ADD[] =
    "insert into auth.refusals (address, minute, count)"
    " values ($1, date_trunc('minute', clock_timestamp()), $2::bigint)"
    " on conflict (minute, address) do update set count = auth.refusals.count + excluded.count";

int store_refusals_add(struct db *db, const char *address, int64_t count, struct err *err)
{
	return db_query(db, SQL_REFUSALS_ADD, NULL, err, address, number(count).text);
}

static const char SQL_SWEEP_SESSIONS[] =
    "delete from auth.sessions where expires_at < clock_timestamp()"
    " or last_seen_at < clock_timestamp() - $1::bigint * interval '1 ms'";

int store_sweep(struct db *db, int64_t idle_ms, struct err *err)
{
	if (db_query(db, SQL_SWEEP_SESSIONS, NULL, err, number(idle_ms).text) != 0)
		return -1;
	if (db_query(db,
		"delete from auth.throttles where last_at < clock_timestamp() - interval '1 day'",
		NULL, err) != 0)
		return -1;
	return db_query(db,
	    "delete from auth.refusals where minute < clock_timestamp() - interval '90 days'", NULL,
	    err);
}
