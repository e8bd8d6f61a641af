/* SPDX-License-Identifier: Apache-2.0 */
/*
 * db - blocking PostgreSQL for request and worker threads: one struct db is one connection.
 *
 * Statements are constants with $1..$n, values are text (NULL = SQL NULL), results are text. A
 *broken connection is opened again before the next statement, never in the middle of a transaction.
 *SQLSTATE becomes an error kind: our functions raise class MR (MR400 INPUT, MR401, MR403, MR404,
 *MR409, MR413, MR429 BUSY, MR503, MR507) with the problem code in DETAIL; 08/57P/53/40 are
 *UNAVAILABLE or BUSY; 23505 CONFLICT; 57014 TIMEOUT; the rest INTERNAL. A connection lost during
 *COMMIT is UNCERTAIN.
 *
 *	scoped(struct db_result *, db_result_free) r = NULL;
 *	if (db_query(db, SQL_GET_UPLOAD, &r, err, id) != 0)
 *		return -1;
 *	if (db_rows(r) == 0)
 *		return err_set(err, ERR_NOT_FOUND, "upload %s", id);
 *	size = db_i64(r, 0, "length");
 *
 * Every session is set up with client_connection_check_interval=1s, statement_timeout,
 *lock_timeout, idle_in_transaction_session_timeout, tcp_user_timeout, TimeZone UTC and an
 *application_name (design.md 2.3). One thread at a time. The name is db_ because libpq owns pg_.
 */
#ifndef KIT_DB_H
#define KIT_DB_H

#include "base/arena.h"

struct db;
struct db_result;

struct db_conf {
	const char *conninfo;    /* libpq keywords without user and password; borrowed for ever */
	const char *user;        /* role; borrowed for ever */
	const char *password;    /* NULL = none (peer, trust); borrowed for ever */
	const char *application; /* application_name; copied */
	int64_t statement_timeout_ms; /* 0 = 30000 */
	int64_t lock_timeout_ms;      /* 0 = 10000 */
	int64_t connect_timeout_ms;   /* 0 = 5000 */
};

/* db_new - a handle; connects lazily. Strings of c are borrowed for the handle's life. */
struct db *db_new(const struct db_conf *c) MUST_CHECK;

/* db_free - close and free; sets *db to NULL; accepts NULL inside. */
void db_free(struct db **db);

/*
 * db_connect - make sure there is a live connection (opens or re-opens one).
 *
 * Errors  ERR_UNAVAILABLE  refused, timed out, starting up; retry with backoff
 */
int db_connect(struct db *db, struct err *err) MUST_CHECK;

/*
 * db_query - run one statement. Text parameters follow err, as many as sql has $n, each const char
 * * (NULL = SQL NULL); the count is taken from sql by its highest $n (at most 20).
 *
 * out_r   rows, owned by the caller (db_result_free); NULL when rows are not wanted
 *
 * Errors  as in the head of this file; inside a transaction the transaction is then failed
 * Cost    one round trip
 */
int db_query(
    struct db *db, const char *sql, struct db_result **out_r, struct err *err, ...) MUST_CHECK;

/* db_query_v - db_query with the parameters in an array of n. */
int db_query_v(struct db *db, const char *sql, const char *const *params, int n,
    struct db_result **out_r, struct err *err) MUST_CHECK;

/*
 * db_script - run several statements separated by semicolons, no parameters, no rows: migrations.
 *
 * Errors  as in the head of this file; the first failing statement ends it
 */
int db_script(struct db *db, const char *sql, struct err *err) MUST_CHECK;

/* db_begin - BEGIN; reconnects first when needed. Errors as db_query. */
int db_begin(struct db *db, struct err *err) MUST_CHECK;

/*
 * db_commit - COMMIT.
 *
 * Errors  ERR_UNCERTAIN  the connection died before the answer: read the row or ledger by its id
 */
int db_commit(struct db *db, struct err *err) MUST_CHECK;

/* db_rollback - ROLLBACK if a transaction is open; never fails (a broken connection is closed). */
void db_rollback(struct db *db);

/* db_result_free - for scoped(struct db_result *, db_result_free); accepts NULL inside. */
void db_result_free(struct db_result **r);

/* db_rows - count of rows. */
int db_rows(const struct db_result *r);

/* db_text - cell as text, or NULL for SQL NULL; valid as long as r. An unknown column is a bug. */
const char *db_text(const struct db_result *r, int row, const char *column);

/* db_i64 - cell as a number; SQL NULL is 0. A cell that is no whole number is a bug. */
int64_t db_i64(const struct db_result *r, int row, const char *column);

/* db_bool - cell is 't'; SQL NULL is false. */
bool db_bool(const struct db_result *r, int row, const char *column);

/* db_columns, db_column_name, db_cell - for results whose columns are not known when we write. */
int db_columns(const struct db_result *r);
const char *db_column_name(const struct db_result *r, int column);
const char *db_cell(const struct db_result *r, int row, int column);

/* db_quote_ident - "name" with quotes doubled, in the arena; for identifiers that come from data.
 */
const char *db_quote_ident(struct arena *a, const char *name);

/* db_quote_text - 'text' as an SQL literal (standard_conforming_strings), in the arena. */
const char *db_quote_text(struct arena *a, const char *text);

/* db_array - text array literal {"a","b"} of n strings for a $n::text[] parameter, in the arena. */
const char *db_array(struct arena *a, const char *const *items, size_t n);

#endif
