/* SPDX-License-Identifier: Apache-2.0 */
/* db_result - internal to kit/db: what libpq answered, as rows or as an error of ours. */
#ifndef KIT_DB_RESULT_H
#define KIT_DB_RESULT_H

#include <libpq-fe.h>

#include "kit/db.h"

/* db_result_take - wrap a good result; res is taken. Owner: caller, db_result_free. */
struct db_result *db_result_take(PGresult *res) MUST_CHECK;

/* db_error_of_result - fill err from a failed statement; res may be NULL (out of memory or no
 * answer). */
void db_error_of_result(const PGresult *res, PGconn *conn, struct err *err);

/* db_error_of_connection - fill err (ERR_UNAVAILABLE) with libpq's first line behind what. */
void db_error_of_connection(const PGconn *conn, const char *what, struct err *err);

/* db_handle - libpq's connection of a handle, NULL while closed; for db_copy. */
PGconn *db_handle(const struct db *db);

/* db_close - close the connection; the next statement opens another one. */
void db_close(struct db *db);

#endif
