/* SPDX-License-Identifier: Apache-2.0 */
/* db_copy - send and take COPY streams. */
#include "kit/db_copy.h"
#include "base/die.h"
#include "base/text.h"
#include "kit/db_result.h"

#include <limits.h>
#include <sys/socket.h>

enum { SEND_BUFFER_BYTES = 4 << 20 };

/*
 * The kernel wakes who waits to write to a local socket when three quarters of it are free. Of the
 * usual 208 KiB the server has then read all before the writer gets its turn, and waits: a load of
 * 3,000,000 rows took 6 % longer (tests/bench/run load). TCP sizes its buffers itself.
 */
static void widen_socket(PGconn *conn)
{
	struct sockaddr_storage at = { 0 };
	socklen_t n = sizeof(at);
	const int bytes = SEND_BUFFER_BYTES;
	if (getsockname(PQsocket(conn), (struct sockaddr *)&at, &n) == 0 && at.ss_family == AF_UNIX)
		(void)setsockopt(PQsocket(conn), SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
}

int db_copy_start(struct db *db, const char *sql, struct err *err)
{
	if (db_connect(db, err) != 0)
		return -1;
	PGconn *conn = db_handle(db);
	PGresult *res = PQexec(conn, sql);
	const bool started = PQresultStatus(res) == PGRES_COPY_IN;

	if (!started)
		db_error_of_result(res, conn, err);
	PQclear(res);
	if (started)
		widen_socket(conn);
	return started ? 0 : -1;
}

int db_copy_put(struct db *db, const void *p, size_t n, struct err *err)
{
	PGconn *conn = db_handle(db);

	ASSERT(conn && n <= INT_MAX);
	if (PQputCopyData(conn, p, (int)n) == 1)
		return 0;
	db_error_of_connection(conn, "send rows", err);
	return -1;
}

/* A value the table cannot take (class 22, 23) is the data's fault; its place is in the context. */
static void explain(const PGresult *res, PGconn *conn, struct err *err)
{
	const char *state = res ? PQresultErrorField(res, PG_DIAG_SQLSTATE) : NULL;
	const char *text = res ? PQresultErrorField(res, PG_DIAG_MESSAGE_PRIMARY) : NULL;
	const char *where = res ? PQresultErrorField(res, PG_DIAG_CONTEXT) : NULL;

	if (state && text && (text_is_prefix(state, "22") || text_is_prefix(state, "23")))
		err_set_code(err, ERR_INPUT, "load.refused", "the table refuses a row: %s%s%s",
		    text, where ? ", " : "", where ? where : "");
	else
		db_error_of_result(res, conn, err);
}

/* Read the answer to a COPY and what follows it, so that the next statement may run. */
static int read_answer(PGconn *conn, int64_t *out_rows, struct err *err)
{
	int rc = -1;
	PGresult *res = PQgetResult(conn);

	if (PQresultStatus(res) != PGRES_COMMAND_OK)
		explain(res, conn, err);
	else if (text_parse_i64(PQcmdTuples(res), out_rows) != 0)
		err_set(err, ERR_INTERNAL, "the server did not say how many rows it took");
	else
		rc = 0;
	PQclear(res);
	while ((res = PQgetResult(conn)) != NULL)
		PQclear(res);
	return rc;
}

int db_copy_end(struct db *db, int64_t *out_rows, struct err *err)
{
	PGconn *conn = db_handle(db);

	ASSERT(conn);
	if (PQputCopyEnd(conn, NULL) != 1) {
		db_error_of_connection(conn, "end of rows", err);
		return -1;
	}
	return read_answer(conn, out_rows, err);
}

/* Reads to the end of the stream. Returns 0 at its end, -1 with err filled. */
static int take_all(PGconn *conn, db_copy_fn take, void *arg, struct err *err)
{
	char *p;
	int n;

	while ((n = PQgetCopyData(conn, &p, 0)) > 0) {
		const int rc = take(arg, p, (size_t)n, err);
		PQfreemem(p);
		if (rc != 0)
			return -1;
	}
	if (n == -1)
		return 0;
	db_error_of_connection(conn, "take rows", err);
	return -1;
}

int db_copy_out(struct db *db, const char *sql, db_copy_fn take, void *arg, struct err *err)
{
	int64_t rows;

	if (db_connect(db, err) != 0)
		return -1;
	PGconn *conn = db_handle(db);
	PGresult *res = PQexec(conn, sql);
	const bool started = PQresultStatus(res) == PGRES_COPY_OUT;
	if (!started)
		db_error_of_result(res, conn, err);
	PQclear(res);
	if (!started)
		return -1;
	if (take_all(conn, take, arg, err) != 0) {
		db_close(db);
		return -1;
	}
	return read_answer(conn, &rows, err);
}

int db_backend_pid(const struct db *db)
{
	PGconn *conn = db_handle(db);

	return conn ? PQbackendPID(conn) : 0;
}
