/* SPDX-License-Identifier: Apache-2.0 */
/* store_finish - rows from whole to finished, and what the sweeper does to rows nobody holds. */
#include <stdio.h>
#include <string.h>

#include "kit/json.h"
#include "store_row.h"
#include "upload.h"

static const char *num(char *out, int64_t v)
{
	snprintf(out, STORE_NUM_BYTES, "%lld", (long long)v);
	return out;
}

/* --- equal bytes --- */

/* What was loaded before the dataset was made went into another one of its name, now deleted. */
#define SQL_FIND_TWIN                                                                              \
	"select u.id from upload.uploads u, lateral jobs.run_of_upload_v1(u.id) r "                \
	"where u.domain = $1 and u.dataset = $2 and u.sha256 = $3 and u.state = 'finished' "       \
	"and u.id <> $4 and r.state not in ('failed', 'cancelled') "                               \
	"and u.finished_at >= coalesce((catalog.dataset_v1($1, $2) ->> "                           \
	"'created_at')::timestamptz, '-infinity') "                                                \
	"order by u.finished_at desc limit 1"

int store_find_twin(
    struct db *db, struct arena *a, const struct upload *u, const char **out_id, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;

	if (db_query(db, SQL_FIND_TWIN, &r, err, u->domain, u->dataset, u->sha256, u->id) != 0)
		return -1;
	*out_id = db_rows(r) > 0 ? arena_dup(a, db_text(r, 0, "id")) : "";
	return 0;
}

#define SQL_WAIT                                                                                   \
	"update upload.uploads u set state = 'open', duplicate_of = d.id, lease_until = null, "    \
	"updated_at = clock_timestamp(), "                                                         \
	"expires_at = clock_timestamp() + $4::bigint * interval '1 ms', "                          \
	"reason = jsonb_build_object('code', 'upload.duplicate', "                                 \
	"'params', jsonb_build_object('no', d.run_no, 'by', d.created_by), 'text', "               \
	"format('the same bytes were loaded before as #%s by %s', d.run_no, d.created_by)) "       \
	"from upload.uploads d where u.id = $1 and u.epoch = $2::bigint and u.state = "            \
	"'finishing' "                                                                             \
	"and d.id = $3 returning 1"

int store_wait(struct db *db, const struct upload *u, const char *twin_id, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;
	char epoch[STORE_NUM_BYTES], keep[STORE_NUM_BYTES];

	if (db_query(db, SQL_WAIT, &r, err, u->id, num(epoch, u->epoch), twin_id,
		num(keep, upload_service()->conf->keep_ms)) != 0)
		return -1;
	return db_rows(r);
}

/* --- the one transaction --- */

/* Equal bytes for one dataset finish one after the other, so that the second sees the first. */
#define SQL_LOCK_EQUAL "select pg_advisory_xact_lock(hashtextextended($1, 4711))"

#define SQL_CREATE_RUN                                                                             \
	"select run_id, no from jobs.create_run_v1($1, $2, $3, $4, 'arrival', 'upload', "          \
	"$5::jsonb, $6)"

#define SQL_FINISH                                                                                 \
	"update upload.uploads set state = 'finished', run_id = $3, run_no = $4::bigint, "         \
	"finished_at = clock_timestamp(), updated_at = clock_timestamp(), expires_at = null, "     \
	"lease_until = null, duplicate_of = null, reason = null "                                  \
	"where id = $1 and epoch = $2::bigint and state = 'finishing' returning 1"

static const char *run_spec(struct arena *a, const struct upload *u)
{
	cJSON *spec = js_object(a), *object = cJSON_CreateObject();

	js_add_str(spec, "dataset", u->dataset);
	cJSON_AddItemToObject(spec, "object", object);
	js_add_str(object, "key", arena_printf(a, "%s/%s", u->domain, u->id));
	js_add_i64(object, "bytes", u->bytes);
	js_add_str(object, "sha256", u->sha256);
	js_add_str(object, "filename", u->filename);
	return js_print(a, spec);
}

static int make_run(struct db *db, struct arena *a, const struct upload *u, struct err *err)
{
	scoped(struct db_result *, db_result_free) run = NULL;
	scoped(struct db_result *, db_result_free) done = NULL;
	char id[UUID_TEXT_BYTES], epoch[STORE_NUM_BYTES];

	uuid_make(id);
	if (db_query(db, SQL_CREATE_RUN, &run, err, id, u->id, u->domain, u->dataset,
		run_spec(a, u), u->created_by) != 0 ||
	    db_query(db, SQL_FINISH, &done, err, u->id, num(epoch, u->epoch),
		db_text(run, 0, "run_id"), db_text(run, 0, "no")) != 0)
		return -1;
	return db_rows(done);
}

int store_finish(
    struct db *db, struct arena *a, const struct upload *u, const char **twin, struct err *err)
{
	const char *equal = arena_printf(a, "%s.%s %s", u->domain, u->dataset, u->sha256);
	int rc = -1;

	*twin = "";
	if (db_begin(db, err) != 0)
		return -1;
	if (db_query(db, SQL_LOCK_EQUAL, NULL, err, equal) == 0 &&
	    (u->again || store_find_twin(db, a, u, twin, err) == 0))
		rc = (*twin)[0] != '\0' ? 0 : make_run(db, a, u, err);
	if (rc != 1) {
		db_rollback(db);
		return rc;
	}
	return db_commit(db, err) == 0 ? 1 : -1;
}

#define SQL_RELEASE                                                                                \
	"update upload.uploads set lease_until = clock_timestamp() "                               \
	"where id = $1 and epoch = $2::bigint and state = 'finishing'"

void store_release(struct db *db, const char *id, int64_t epoch)
{
	char e[STORE_NUM_BYTES];
	struct err err;

	if (db_query(db, SQL_RELEASE, NULL, &err, id, num(e, epoch)) != 0)
		log_debug(NULL, "lease stays until it lapses", LOG_S("upload", id),
		    LOG_S("why", err.msg));
}

#define SQL_FAIL                                                                                   \
	"update upload.uploads set state = 'failed', lease_until = null, expires_at = null, "      \
	"updated_at = clock_timestamp(), "                                                         \
	"reason = jsonb_build_object('code', $3::text, 'params', '{}'::jsonb, 'text', $4::text) "  \
	"where id = $1 and epoch = $2::bigint and state in ('open', 'finishing') returning 1"

int store_fail(struct db *db, const char *id, int64_t epoch, const struct err *why, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;
	char e[STORE_NUM_BYTES];

	if (db_query(db, SQL_FAIL, &r, err, id, num(e, epoch),
		why->code[0] != '\0' ? why->code : "upload.failed", why->msg) != 0)
		return -1;
	return db_rows(r);
}

/* --- sweeps --- */

#define SQL_TAKE_UNFINISHED                                                                        \
	"with t as (select id from upload.uploads where state = 'finishing' "                      \
	"and lease_until < clock_timestamp() order by lease_until limit $1::bigint for update "    \
	"skip locked), "                                                                           \
	"n as (update upload.uploads u set epoch = u.epoch + 1, "                                  \
	"lease_until = clock_timestamp() + $2::bigint * interval '1 ms' from t where u.id = t.id " \
	"returning u.*) "                                                                          \
	"select " STORE_COLUMNS "from n u left join upload.uploads d on d.id = u.duplicate_of"

int store_take_unfinished(
    struct db *db, struct arena *a, struct upload **out, size_t *out_n, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;
	char batch[STORE_NUM_BYTES], lease[STORE_NUM_BYTES];

	if (db_query(db, SQL_TAKE_UNFINISHED, &r, err, num(batch, UPLOAD_SWEEP_BATCH),
		num(lease, upload_service()->conf->lease_ms)) != 0)
		return -1;
	store_read_all(r, a, out, out_n);
	return 0;
}

#define SQL_EXPIRE                                                                                 \
	"with t as (select id, expires_at < clock_timestamp() as is_old from upload.uploads "      \
	"where state = 'open' and coalesce(lease_until, '-infinity') < clock_timestamp() "         \
	"and (expires_at < clock_timestamp() or (origin = 'put' and duplicate_of is null)) "       \
	"order by lease_until limit $1::bigint for update skip locked), "                          \
	"n as (update upload.uploads u set epoch = u.epoch + 1, lease_until = null, expires_at = " \
	"null, "                                                                                   \
	"duplicate_of = null, updated_at = clock_timestamp(), "                                    \
	"state = case when t.is_old then 'expired' else 'failed' end, "                            \
	"reason = case when t.is_old then jsonb_build_object('code', 'upload.expired', 'params', " \
	"'{}'::jsonb, 'text', 'no byte came for too long') else jsonb_build_object('code', "       \
	"'upload.aborted', 'params', '{}'::jsonb, 'text', 'the request broke off') end "           \
	"from t where u.id = t.id returning u.*) "                                                 \
	"select " STORE_COLUMNS "from n u left join upload.uploads d on d.id = u.duplicate_of"

int store_expire(
    struct db *db, struct arena *a, struct upload **out, size_t *out_n, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;
	char batch[STORE_NUM_BYTES];

	if (db_query(db, SQL_EXPIRE, &r, err, num(batch, UPLOAD_SWEEP_BATCH)) != 0)
		return -1;
	store_read_all(r, a, out, out_n);
	return 0;
}

/* A waiting duplicate may have become an object before its twin was seen. */
#define SQL_UNWANTED                                                                               \
	"select x.id from unnest($1::uuid[]) as x(id) where not exists (select 1 from "            \
	"upload.uploads u "                                                                        \
	"where u.id = x.id and (u.state in ('open', 'finishing') or ($2 and u.state = "            \
	"'finished')))"

int store_unwanted(struct db *db, struct arena *a, const char *const *ids, size_t n, bool objects,
    const char *const **out, size_t *out_n, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;
	const char **found;

	if (db_query(db, SQL_UNWANTED, &r, err, db_array(a, ids, n), objects ? "t" : "f") != 0)
		return -1;
	*out_n = (size_t)db_rows(r);
	found = arena_alloc(a, (*out_n + 1) * sizeof(*found));
	for (size_t i = 0; i < *out_n; i++)
		found[i] = arena_dup(a, db_text(r, (int)i, "id"));
	*out = found;
	return 0;
}

#define SQL_ADOPT                                                                                  \
	"insert into upload.uploads (id, domain, dataset, filename, origin, length, bytes, "       \
	"sha256, state, "                                                                          \
	"epoch, lease_until, user_id, created_by) values ($1, $2, $3, $4, $5, $6::bigint, "        \
	"$6::bigint, $7, "                                                                         \
	"'finishing', 1, clock_timestamp(), $8, $9) on conflict do nothing returning 1"

int store_adopt(struct db *db, const struct upload *u, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;
	char bytes[STORE_NUM_BYTES];

	if (db_query(db, SQL_ADOPT, &r, err, u->id, u->domain, u->dataset, u->filename, u->origin,
		num(bytes, u->bytes), u->sha256, u->user_id, u->created_by) != 0)
		return -1;
	return db_rows(r);
}
