/* SPDX-License-Identifier: Apache-2.0 */
/* finish - object, sidecar, transaction, ring; each safe to do again. */
#include "finish.h"

#include "base/text.h"
#include "base/uuid.h"
#include "upload.h"
#include "view.h"

enum { COMMIT_TRIES = 3 };

static const char *key_of(struct arena *a, const struct upload *u)
{
	return arena_printf(a, "%s/%s", u->domain, u->id);
}

/* Enough to make the row again when the database is older than the object (failure-model B3). */
static const char *sidecar_of(struct arena *a, const struct upload *u)
{
	cJSON *doc = js_object(a);

	js_add_str(doc, "upload_id", u->id);
	js_add_str(doc, "domain", u->domain);
	js_add_str(doc, "dataset", u->dataset);
	js_add_str(doc, "filename", u->filename);
	js_add_str(doc, "origin", u->origin);
	js_add_str(doc, "sha256", u->sha256);
	js_add_str(doc, "user_id", u->user_id);
	js_add_str(doc, "created_by", u->created_by);
	js_add_str(doc, "created_at", u->created_at);
	js_add_str(doc, "idempotency_key", u->idempotency_key);
	js_add_i64(doc, "bytes", u->bytes);
	return js_print(a, doc);
}

int finish_read_sidecar(struct arena *a, const char *json, struct upload *out, struct err *err)
{
	cJSON *doc = NULL;
	struct upload u = { 0 };

	if (js_parse(json, strlen(json), a, &doc, err) != 0)
		return -1;
	u.id = js_str(doc, "upload_id");
	u.domain = js_str(doc, "domain");
	u.dataset = js_str(doc, "dataset");
	u.filename = js_str(doc, "filename");
	u.origin = js_str(doc, "origin");
	u.sha256 = js_str(doc, "sha256");
	u.user_id = js_str(doc, "user_id");
	u.created_by = js_str(doc, "created_by");
	u.bytes = u.length = js_i64(doc, "bytes", -1);
	if (!uuid_is_valid(u.id) || u.domain == NULL || u.dataset == NULL || u.filename == NULL ||
	    u.origin == NULL || u.sha256 == NULL || !uuid_is_valid(u.user_id) ||
	    u.created_by == NULL || u.bytes < 0)
		return err_set(err, ERR_INPUT, "sidecar misses members");
	*out = u;
	return 0;
}

cJSON *finish_twin(struct arena *a, const struct upload *u)
{
	cJSON *extra = js_object(a);

	js_add_str(extra, "upload_id", u->id);
	cJSON_AddItemToObject(extra, "duplicate_of", view_twin(u));
	return extra;
}

/* The bytes are kept and wait for a person. */
static int wait_for_person(struct db *db, struct arena *a, const struct upload *u, const char *twin,
    struct upload *out, struct err *err)
{
	int rc = store_wait(db, u, twin, err);

	if (rc < 0 || store_get(db, a, u->id, NULL, out, err) != 0)
		return -1;
	return err_set_code(err, ERR_CONFLICT, "upload.duplicate",
	    "the same bytes were loaded into %s before as #%lld", u->dataset,
	    (long long)out->twin_no);
}

/* The transaction's outcome when its COMMIT was not answered: the row says it. */
static int run_transaction(
    struct db *db, struct arena *a, const struct upload *u, const char **twin, struct err *err)
{
	int rc = -1;

	for (int i = 0; i < COMMIT_TRIES; i++) {
		struct upload now;

		rc = store_finish(db, a, u, twin, err);
		if (rc >= 0 || (err->kind != ERR_UNCERTAIN && err->kind != ERR_UNAVAILABLE))
			return rc;
		if (store_get(db, a, u->id, NULL, &now, err) != 0)
			return -1;
		if (strcmp(now.state, "finished") == 0)
			return 1;
	}
	return rc;
}

static int make_object(struct arena *a, const struct upload *u, struct err *err)
{
	struct objects *o = upload_service()->objects;
	const char *key = key_of(a, u);

	return object_commit(o, u->id, key, err) != 0 ||
		       object_sidecar(o, key, sidecar_of(a, u), err) != 0
		   ? -1
		   : 0;
}

static void ring(const struct upload *u)
{
	struct ring_msg m = { .stage = "upload", .bytes = u->bytes, .bytes_total = u->bytes };

	snprintf(m.run_id, sizeof(m.run_id), "%s", u->run_id);
	svc_ring_put(svc_self(), RING_RUNS, &m);
}

static int finish(
    struct db *db, struct arena *a, const struct upload *u, struct upload *out, struct err *err)
{
	const char *twin = "";
	int rc;

	if (!u->again && store_find_twin(db, a, u, &twin, err) != 0)
		return -1;
	if (twin[0] != '\0')
		return wait_for_person(db, a, u, twin, out, err);
	if (make_object(a, u, err) != 0)
		return -1;
	rc = run_transaction(db, a, u, &twin, err);
	if (rc == 0 && twin[0] != '\0')
		return wait_for_person(db, a, u, twin, out, err);
	if (rc < 0 || store_get(db, a, u->id, NULL, out, err) != 0)
		return -1;
	if (strcmp(out->state, "finished") != 0)
		return err_set_code(
		    err, ERR_BUSY, "upload.locked", "somebody else finishes this upload");
	ring(out);
	return 0;
}

int finish_whole(
    struct db *db, struct arena *a, const struct upload *u, struct upload *out, struct err *err)
{
	struct err other;

	if (finish(db, a, u, out, err) == 0)
		return 0;
	if (strcmp(err->code, "upload.duplicate") == 0)
		return -1;
	if (err->kind == ERR_NOT_FOUND) {
		/* Neither part nor object is there: nothing can bring the bytes back. */
		if (store_fail(db, u->id, u->epoch, err, &other) < 0)
			log_warn(NULL, "lost upload not stored", LOG_S("upload", u->id),
			    LOG_S("why", other.msg));
		return err_set_code(
		    err, ERR_INTERNAL, "upload.lost", "the bytes of upload %s are gone", u->id);
	}
	store_release(db, u->id, u->epoch);
	return err_wrap(err, "finish upload %s", u->id);
}
