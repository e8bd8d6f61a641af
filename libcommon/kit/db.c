/* SPDX-License-Identifier: Apache-2.0 */
/* db - one blocking PostgreSQL connection: open, statements, transactions. */
#include "kit/db.h"
#include "base/buf.h"
#include "base/die.h"
#include "base/mem.h"
#include "kit/db_result.h"

#include <libpq-fe.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	DB_PARAMS_MAX = 20,
	DB_APPLICATION_BYTES = 64, /* PostgreSQL's NAMEDATALEN */
	DB_OPTIONS_BYTES = 320,
	DB_NUMBER_BYTES = 24,
	DB_STATEMENT_TIMEOUT_MS = 30000,
	DB_LOCK_TIMEOUT_MS = 10000,
	DB_CONNECT_TIMEOUT_MS = 5000,
	DB_DEAD_PEER_MS = 10000, /* unacknowledged bytes for so long: the peer is gone */
	DB_IDLE_IN_TRANSACTION_MS = 60000,
};

struct db {
	struct db_conf conf;                    /* strings borrowed, but application */
	char application[DB_APPLICATION_BYTES]; /* copy */
	PGconn *conn;                           /* NULL while closed */
	bool in_transaction;                    /* between db_begin and commit or rollback */
};

static int64_t or_default(int64_t value, int64_t dflt)
{
	return value > 0 ? value : dflt;
}

struct db *db_new(const struct db_conf *c)
{
	struct db *db = mem_alloc(sizeof(*db));

	db->conf = *c;
	snprintf(
	    db->application, sizeof(db->application), "%s", c->application ? c->application : "");
	db->conf.application = db->application;
	return db;
}

void db_close(struct db *db)
{
	if (db->conn)
		PQfinish(db->conn);
	db->conn = NULL;
}

void db_free(struct db **db)
{
	if (!*db)
		return;
	db_close(*db);
	free(*db);
	*db = NULL;
}

PGconn *db_handle(const struct db *db)
{
	return db->conn;
}

/* Notices of our own functions are no news for anybody. */
static void ignore_notice(void *arg, const PGresult *res)
{
	(void)arg;
	(void)res;
}

/* Settings of a session travel in the start packet: no second round trip, none forgotten. */
static void format_options(const struct db *db, char *out)
{
	snprintf(out, DB_OPTIONS_BYTES,
	    "-c client_connection_check_interval=1000 -c statement_timeout=%lld -c "
	    "lock_timeout=%lld "
	    "-c idle_in_transaction_session_timeout=%d -c TimeZone=UTC -c IntervalStyle=iso_8601 "
	    "-c "
	    "client_min_messages=warning",
	    (long long)or_default(db->conf.statement_timeout_ms, DB_STATEMENT_TIMEOUT_MS),
	    (long long)or_default(db->conf.lock_timeout_ms, DB_LOCK_TIMEOUT_MS),
	    DB_IDLE_IN_TRANSACTION_MS);
}

static PGconn *open_connection(const struct db *db)
{
	char options[DB_OPTIONS_BYTES], wait_s[DB_NUMBER_BYTES], dead_ms[DB_NUMBER_BYTES];
	const char *keys[] = { "dbname", "user", "password", "application_name", "connect_timeout",
		"tcp_user_timeout", "keepalives_idle", "keepalives_interval", "keepalives_count",
		"options", "client_encoding", NULL };
	const char *values[] = { db->conf.conninfo, db->conf.user, db->conf.password,
		db->application, wait_s, dead_ms, "10", "5", "3", options, "UTF8", NULL };
	const int64_t wait_ms = or_default(db->conf.connect_timeout_ms, DB_CONNECT_TIMEOUT_MS);

	format_options(db, options);
	snprintf(wait_s, sizeof(wait_s), "%lld", (long long)((wait_ms + 999) / 1000));
	snprintf(dead_ms, sizeof(dead_ms), "%d", DB_DEAD_PEER_MS);
	return PQconnectdbParams(keys, values, 1);
}

/* The server may have closed an idle connection: its farewell and the end of file wait to be read.
 */
static bool is_alive(PGconn *conn)
{
	struct pollfd p = { .fd = PQsocket(conn), .events = POLLIN };

	while (PQstatus(conn) == CONNECTION_OK) {
		if (poll(&p, 1, 0) <= 0)
			return true;
		if (PQconsumeInput(conn) != 1)
			return false;
	}
	return false;
}

int db_connect(struct db *db, struct err *err)
{
	if (db->conn && is_alive(db->conn))
		return 0;
	if (db->in_transaction)
		return err_set(err, ERR_UNAVAILABLE, "database connection lost in a transaction");
	db_close(db);
	db->conn = open_connection(db);
	if (!db->conn || PQstatus(db->conn) != CONNECTION_OK) {
		err_set(err, ERR_UNAVAILABLE, "cannot connect to the database");
		if (db->conn)
			db_error_of_connection(db->conn, "connect to the database", err);
		db_close(db);
		return -1;
	}
	PQsetNoticeReceiver(db->conn, ignore_notice, NULL);
	return 0;
}

/* What a failed statement means; the connection is closed when it is of no more use. */
static int fail(struct db *db, PGresult *res, bool committing, struct err *err)
{
	const bool lost = PQstatus(db->conn) != CONNECTION_OK;

	db_error_of_result(res, db->conn, err);
	PQclear(res);
	if (!lost)
		return -1;
	err->kind = committing || !db->in_transaction ? ERR_UNCERTAIN : ERR_UNAVAILABLE;
	db_close(db);
	return -1;
}

static bool is_good(const PGresult *res)
{
	const ExecStatusType status = PQresultStatus(res);

	return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

/* Highest $n of a statement. */
static int count_params(const char *sql)
{
	int max = 0;

	for (const char *p = strchr(sql, '$'); p; p = strchr(p + 1, '$')) {
		int n = 0;
		for (const char *d = p + 1; *d >= '0' && *d <= '9' && n <= DB_PARAMS_MAX; d++)
			n = n * 10 + (*d - '0');
		if (n > max)
			max = n;
	}
	return max;
}

int db_query_v(struct db *db, const char *sql, const char *const *params, int n,
    struct db_result **out_r, struct err *err)
{
	ASSERT(n >= 0 && n <= DB_PARAMS_MAX);
	if (db_connect(db, err) != 0)
		return -1;
	PGresult *res = PQexecParams(db->conn, sql, n, NULL, params, NULL, NULL, 0);
	if (!is_good(res))
		return fail(db, res, false, err);
	if (out_r)
		*out_r = db_result_take(res);
	else
		PQclear(res);
	return 0;
}

int db_query(struct db *db, const char *sql, struct db_result **out_r, struct err *err, ...)
{
	const char *params[DB_PARAMS_MAX];
	const int n = count_params(sql);
	va_list ap;

	ASSERT(n <= DB_PARAMS_MAX);
	va_start(ap, err);
	for (int i = 0; i < n; i++)
		params[i] = va_arg(ap, const char *);
	va_end(ap);
	return db_query_v(db, sql, params, n, out_r, err);
}

int db_script(struct db *db, const char *sql, struct err *err)
{
	if (db_connect(db, err) != 0)
		return -1;
	PGresult *res = PQexec(db->conn, sql);
	if (!is_good(res))
		return fail(db, res, false, err);
	PQclear(res);
	return 0;
}

int db_begin(struct db *db, struct err *err)
{
	ASSERT(!db->in_transaction);
	if (db_query_v(db, "begin", NULL, 0, NULL, err) != 0) {
		if (err->kind == ERR_UNCERTAIN)
			err->kind = ERR_UNAVAILABLE; /* nothing was written yet */
		return -1;
	}
	db->in_transaction = true;
	return 0;
}

int db_commit(struct db *db, struct err *err)
{
	ASSERT(db->in_transaction);
	if (!db->conn) {
		db->in_transaction = false;
		return err_set(err, ERR_UNAVAILABLE, "database connection lost in a transaction");
	}
	PGresult *res = PQexec(db->conn, "commit");
	const bool rolled_back = is_good(res) && strcmp(PQcmdStatus(res), "COMMIT") != 0;

	if (!is_good(res)) {
		fail(db, res, true, err);
		db_rollback(db);
		return -1;
	}
	PQclear(res);
	db->in_transaction = false;
	if (rolled_back)
		return err_set(err, ERR_INTERNAL, "commit of a transaction that had failed");
	return 0;
}

void db_rollback(struct db *db)
{
	if (!db->in_transaction)
		return;
	db->in_transaction = false;
	if (!db->conn)
		return;
	PGresult *res = PQexec(db->conn, "rollback");
	if (!is_good(res) || PQstatus(db->conn) != CONNECTION_OK)
		db_close(db);
	PQclear(res);
}
