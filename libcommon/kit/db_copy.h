/* SPDX-License-Identifier: Apache-2.0 */
/*
 * db_copy - COPY on a connection of kit/db: FROM STDIN for the loader, TO STDOUT for what is more
 * than a result should hold. Between db_copy_start and db_copy_end no other statement may run; to
 * give up, db_free the connection: the server rolls back.
 */
#ifndef KIT_DB_COPY_H
#define KIT_DB_COPY_H

#include "kit/db.h"

/* db_copy_start - run a COPY ... FROM STDIN statement. Errors as db_query. */
int db_copy_start(struct db *db, const char *sql, struct err *err) MUST_CHECK;

/*
 * db_copy_put - send n bytes of the stream; they need not end where a row ends. Blocks while the
 * server is behind.
 *
 * Errors  ERR_UNAVAILABLE  the connection is gone; what the server refuses is told by db_copy_end
 */
int db_copy_put(struct db *db, const void *p, size_t n, struct err *err) MUST_CHECK;

/*
 * db_copy_end - end the stream.
 *
 * out_rows  rows the server took, written only on success
 *
 * Errors  as db_query, and ERR_INPUT (code load.refused) for a value the table cannot take
 */
int db_copy_end(struct db *db, int64_t *out_rows, struct err *err) MUST_CHECK;

/* Some bytes of a COPY TO STDOUT; they need not end where a row ends. -1 ends it, with err filled.
 */
typedef int (*db_copy_fn)(void *arg, const void *p, size_t n, struct err *err);

/*
 * db_copy_out - run a COPY ... TO STDOUT statement and hand its bytes over, as they come.
 *
 * take  called on this thread; when it fails the connection is closed, because the server would go
 *       on sending
 *
 * Errors  as db_query, and those of take
 */
int db_copy_out(
    struct db *db, const char *sql, db_copy_fn take, void *arg, struct err *err) MUST_CHECK;

/* db_backend_pid - process id of the server's side; 0 while closed. */
int db_backend_pid(const struct db *db);

#endif
