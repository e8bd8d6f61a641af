/* SPDX-License-Identifier: Apache-2.0 */
/* store_row - reading rows of upload.uploads; for the store's own files. */
#ifndef UPLOAD_STORE_ROW_H
#define UPLOAD_STORE_ROW_H

#include "store.h"

#include "base/uuid.h"

enum { STORE_NUM_BYTES = 24 };

#define STORE_TIME(c) "to_char(" c " at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"

/* Columns of struct upload; rows are u, their twins d. */
#define STORE_COLUMNS                                                                              \
	"u.id, u.domain, u.dataset, u.filename, u.origin, u.length, u.bytes, u.sha_state, "        \
	"u.sha256, "                                                                               \
	"u.state, u.again, u.lease_until > clock_timestamp() as is_leased, d.id as twin_id, "      \
	"d.run_id as twin_run_id, d.run_no as twin_no, u.reason, u.epoch, u.run_id, u.run_no, "    \
	"u.user_id, u.created_by, u.idempotency_key, " STORE_TIME(                                 \
	    "u.created_at") " as created_at, " STORE_TIME("u.expires_at") " as expires_at, "       \
									  "to_char(u.expires_at "  \
									  "at time zone 'UTC', "   \
									  "'Dy, DD Mon YYYY "      \
									  "HH24:MI:SS \"GMT\"') "  \
									  "as expires_http, "      \
									  "to_char(u.created_at "  \
									  "at time zone 'UTC', "   \
									  "'YYYY-MM-DD\"T\"HH24:"  \
									  "MI:SS.US\"Z\"') || "    \
									  "'_' || u.id as cursor "

#define STORE_FROM   "from upload.uploads u left join upload.uploads d on d.id = u.duplicate_of "
#define STORE_SELECT "select " STORE_COLUMNS STORE_FROM

/* store_read - one row of STORE_COLUMNS. */
void store_read(const struct db_result *r, int row, struct arena *a, struct upload *out);

/* store_read_all - all rows, in the arena. */
void store_read_all(const struct db_result *r, struct arena *a, struct upload **out, size_t *out_n);

#endif
