/* SPDX-License-Identifier: Apache-2.0 */
/* store - rows of uploads: make, read, write, list. Finishing and sweeping are in store_finish.c.
 */
#include "store.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "store_row.h"
#include "upload.h"

static const char *num(char *out, int64_t v)
{
	snprintf(out, STORE_NUM_BYTES, "%lld", (long long)v);
	return out;
}

void store_read(const struct db_result *r, int row, struct arena *a, struct upload *out)
{
	*out = (struct upload){
		.id = arena_dup(a, db_text(r, row, "id")),
		.domain = arena_dup(a, db_text(r, row, "domain")),
		.dataset = arena_dup(a, db_text(r, row, "dataset")),
		.filename = arena_dup(a, db_text(r, row, "filename")),
		.origin = arena_dup(a, db_text(r, row, "origin")),
		.length = db_text(r, row, "length") != NULL ? db_i64(r, row, "length") : -1,
		.bytes = db_i64(r, row, "bytes"),
		.sha_state = arena_dup(a, db_text(r, row, "sha_state")),
		.sha256 = arena_dup(a, db_text(r, row, "sha256")),
		.state = arena_dup(a, db_text(r, row, "state")),
		.again = db_bool(r, row, "again"),
		.is_leased = db_bool(r, row, "is_leased"),
		.twin_id = arena_dup(a, db_text(r, row, "twin_id")),
		.twin_run_id = arena_dup(a, db_text(r, row, "twin_run_id")),
		.twin_no = db_i64(r, row, "twin_no"),
		.reason = arena_dup(a, db_text(r, row, "reason")),
		.epoch = db_i64(r, row, "epoch"),
		.run_id = arena_dup(a, db_text(r, row, "run_id")),
		.run_no = db_i64(r, row, "run_no"),
		.user_id = arena_dup(a, db_text(r, row, "user_id")),
		.created_by = arena_dup(a, db_text(r, row, "created_by")),
		.idempotency_key = arena_dup(a, db_text(r, row, "idempotency_key")),
		.created_at = arena_dup(a, db_text(r, row, "created_at")),
		.expires_at = arena_dup(a, db_text(r, row, "expires_at")),
		.expires_http = arena_dup(a, db_text(r, row, "expires_http")),
		.cursor = arena_dup(a, db_text(r, row, "cursor")),
	};
}

void store_read_all(const struct db_result *r, struct arena *a, struct upload **out, size_t *out_n)
{
	size_t n = (size_t)db_rows(r);
	struct upload *rows = arena_alloc(a, (n + 1) * sizeof(*rows));

	for (size_t i = 0; i < n; i++)
		store_read(r, (int)i, a, &rows[i]);
	*out = rows;
	*out_n = n;
}

#define SQL_HAS_DATASET "select catalog.dataset_v1($1, $2) ->> 'kind' as kind"

int store_has_dataset(struct db *db, const char *domain, const char *dataset, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;
	const char *kind;

	if (db_query(db, SQL_HAS_DATASET, &r, err, domain, dataset) != 0)
		return -1;
	kind = db_text(r, 0, "kind");
	if (kind == NULL)
		return 0;
	if (strcmp(kind, "upload") != 0)
		return err_set_code(err, ERR_CONFLICT, "dataset.derived",
		    "dataset %s is filled by a pipeline and takes no files", dataset);
	return 1;
}

#define SQL_CREATE                                                                                 \
	"insert into upload.uploads as u (id, domain, dataset, filename, origin, length, again, "  \
	"idempotency_key, user_id, created_by, epoch, lease_until, expires_at) "                   \
	"values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, "                                   \
	"case when $11::bigint > 0 then clock_timestamp() + $12::bigint * interval '1 ms' end, "   \
	"clock_timestamp() + $13::bigint * interval '1 ms') on conflict do nothing returning id"

#define SQL_FIND_EQUAL                                                                             \
	STORE_SELECT "where u.id = $1 or (u.user_id = $2 and u.idempotency_key = $3) "             \
		     "order by u.id = $1 desc limit 1"

/* The older row must be what this request asks for, and its maker's. */
static int check_equal(const struct upload *have, const struct upload_new *n, struct err *err)
{
	if (strcmp(have->user_id, n->user_id) == 0 && strcmp(have->domain, n->domain) == 0 &&
	    strcmp(have->dataset, n->dataset) == 0 && strcmp(have->filename, n->filename) == 0 &&
	    strcmp(have->origin, n->origin) == 0 &&
	    (have->length == n->length || strcmp(n->origin, "put") == 0))
		return 0;
	return err_set_code(err, ERR_CONFLICT, "idempotency.mismatch",
	    "this key or id was used for another upload");
}

static int find_equal(
    struct db *db, struct arena *a, const struct upload_new *n, struct upload *out, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;
	struct upload have;

	if (db_query(db, SQL_FIND_EQUAL, &r, err, n->id, n->user_id, n->idempotency_key) != 0)
		return -1;
	if (db_rows(r) == 0)
		return err_set(err, ERR_CONFLICT, "upload %s was made and is gone", n->id);
	store_read(r, 0, a, &have);
	if (check_equal(&have, n, err) != 0)
		return -1;
	*out = have;
	return 0;
}

int store_create(struct db *db, struct arena *a, const struct upload_new *n, struct upload *out,
    bool *out_made, struct err *err)
{
	const struct upload_conf *c = upload_service()->conf;
	scoped(struct db_result *, db_result_free) r = NULL;
	char length[STORE_NUM_BYTES], epoch[STORE_NUM_BYTES], lease[STORE_NUM_BYTES],
	    keep[STORE_NUM_BYTES];

	if (db_query(db, SQL_CREATE, &r, err, n->id, n->domain, n->dataset, n->filename, n->origin,
		n->length >= 0 ? num(length, n->length) : NULL, n->again ? "t" : "f",
		n->idempotency_key, n->user_id, n->created_by, num(epoch, n->epoch),
		num(lease, c->lease_ms), num(keep, c->keep_ms)) != 0)
		return -1;
	*out_made = db_rows(r) > 0;
	if (*out_made)
		return store_get(db, a, n->id, NULL, out, err);
	return find_equal(db, a, n, out, err);
}

#define SQL_GET                                                                                    \
	STORE_SELECT "where u.id = $1 and ($2::text[] is null or u.domain = any ($2::text[]))"

int store_get(struct db *db, struct arena *a, const char *id, const char *domains,
    struct upload *out, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;

	if (!uuid_is_valid(id))
		return err_set_code(
		    err, ERR_NOT_FOUND, "upload.unknown", "there is no such upload");
	if (db_query(db, SQL_GET, &r, err, id, domains) != 0)
		return -1;
	if (db_rows(r) == 0)
		return err_set_code(
		    err, ERR_NOT_FOUND, "upload.unknown", "there is no upload %s", id);
	store_read(r, 0, a, out);
	return 0;
}

#define SQL_LIST                                                                                   \
	STORE_SELECT "where u.domain = any ($1::text[]) and ($2::text is null or u.state = $2) "   \
		     "and ($3::text is null or (u.domain = $3 and u.dataset = $4)) "               \
		     "and ($5::timestamptz is null or (u.created_at, u.id) < ($5, $6::uuid)) "     \
		     "order by u.created_at desc, u.id desc limit $7::bigint"

int store_list(struct db *db, struct arena *a, const struct upload_page *p, struct upload **out,
    size_t *out_n, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;
	char limit[STORE_NUM_BYTES];

	if (db_query(db, SQL_LIST, &r, err, p->domains, p->state, p->domain, p->dataset,
		p->after_at, p->after_id, num(limit, p->limit + 1)) != 0)
		return -1;
	store_read_all(r, a, out, out_n);
	return 0;
}

#define SQL_CLAIM                                                                                  \
	"update upload.uploads set epoch = epoch + 1, writer = $3, updated_at = "                  \
	"clock_timestamp(), "                                                                      \
	"lease_until = clock_timestamp() + $4::bigint * interval '1 ms' "                          \
	"where id = $1 and state = 'open' and origin = 'tus' and bytes = $2::bigint "              \
	"and expires_at > clock_timestamp() returning epoch"

int store_claim(struct db *db, const char *id, int64_t bytes, int64_t *out_epoch, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;
	char at[STORE_NUM_BYTES], lease[STORE_NUM_BYTES];

	if (db_query(db, SQL_CLAIM, &r, err, id, num(at, bytes), svc_instance(svc_self()),
		num(lease, upload_service()->conf->lease_ms)) != 0)
		return -1;
	if (db_rows(r) > 0)
		*out_epoch = db_i64(r, 0, "epoch");
	return db_rows(r);
}

#define SQL_RECLAIM_PUT                                                                            \
	"update upload.uploads set epoch = epoch + 1, writer = $2, updated_at = "                  \
	"clock_timestamp(), "                                                                      \
	"lease_until = clock_timestamp() + $3::bigint * interval '1 ms', bytes = 0, sha_state = "  \
	"null, "                                                                                   \
	"sha256 = null, state = 'open', reason = null, duplicate_of = null, length = $5::bigint, " \
	"expires_at = clock_timestamp() + $4::bigint * interval '1 ms' "                           \
	"where id = $1 and origin = 'put' and duplicate_of is null and (state in ('failed', "      \
	"'expired') "                                                                              \
	"or (state = 'open' and lease_until < clock_timestamp())) returning epoch"

int store_reclaim_put(struct db *db, const char *id, int64_t length, struct err *err)
{
	const struct upload_conf *c = upload_service()->conf;
	scoped(struct db_result *, db_result_free) r = NULL;
	char lease[STORE_NUM_BYTES], keep[STORE_NUM_BYTES], text[STORE_NUM_BYTES];

	if (db_query(db, SQL_RECLAIM_PUT, &r, err, id, svc_instance(svc_self()),
		num(lease, c->lease_ms), num(keep, c->keep_ms),
		length >= 0 ? num(text, length) : NULL) != 0)
		return -1;
	return db_rows(r);
}

#define SQL_CHECKPOINT                                                                             \
	"update upload.uploads set bytes = $3::bigint, sha_state = $4, updated_at = "              \
	"clock_timestamp(), "                                                                      \
	"lease_until = case when $5::bigint > 0 then clock_timestamp() + $5::bigint * interval "   \
	"'1 ms' end, "                                                                             \
	"expires_at = clock_timestamp() + $6::bigint * interval '1 ms' "                           \
	"where id = $1 and epoch = $2::bigint and state = 'open' returning 1"

int store_checkpoint(struct db *db, const char *id, int64_t epoch, int64_t bytes,
    const char *sha_state, int64_t lease_ms, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;
	char e[STORE_NUM_BYTES], at[STORE_NUM_BYTES], lease[STORE_NUM_BYTES], keep[STORE_NUM_BYTES];

	if (db_query(db, SQL_CHECKPOINT, &r, err, id, num(e, epoch), num(at, bytes), sha_state,
		num(lease, lease_ms), num(keep, upload_service()->conf->keep_ms)) != 0)
		return -1;
	return db_rows(r);
}

#define SQL_WHOLE                                                                                  \
	"update upload.uploads set bytes = $3::bigint, length = $3::bigint, sha256 = $4, "         \
	"sha_state = null, "                                                                       \
	"state = 'finishing', updated_at = clock_timestamp(), "                                    \
	"lease_until = clock_timestamp() + $5::bigint * interval '1 ms' "                          \
	"where id = $1 and epoch = $2::bigint and state = 'open' "                                 \
	"and coalesce(length, $3::bigint) = $3::bigint returning 1"

int store_whole(struct db *db, const char *id, int64_t epoch, int64_t bytes, const char *sha256,
    struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;
	char e[STORE_NUM_BYTES], at[STORE_NUM_BYTES], lease[STORE_NUM_BYTES];

	if (db_query(db, SQL_WHOLE, &r, err, id, num(e, epoch), num(at, bytes), sha256,
		num(lease, upload_service()->conf->lease_ms)) != 0)
		return -1;
	return db_rows(r);
}

#define SQL_GO_ON                                                                                  \
	"update upload.uploads set state = 'finishing', again = true, epoch = epoch + 1, "         \
	"updated_at = clock_timestamp(), lease_until = clock_timestamp() + $2::bigint * interval " \
	"'1 ms' "                                                                                  \
	"where id = $1 and state = 'open' and duplicate_of is not null and bytes = length "        \
	"and expires_at > clock_timestamp() returning epoch"

int store_go_on(struct db *db, const char *id, int64_t *out_epoch, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;
	char lease[STORE_NUM_BYTES];

	if (db_query(db, SQL_GO_ON, &r, err, id, num(lease, upload_service()->conf->lease_ms)) != 0)
		return -1;
	if (db_rows(r) > 0)
		*out_epoch = db_i64(r, 0, "epoch");
	return db_rows(r);
}
