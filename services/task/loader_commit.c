/* SPDX-License-Identifier: Apache-2.0 */
/* loader_commit - the one moment that counts: publish, fence, COMMIT, and what if nobody answers.
 */
#include <signal.h>
#include <string.h>
#include <time.h>

#include "kit/backoff.h"
#include "loader.h"

enum { ASK_TRIES = 12, ASK_FIRST_MS = 100, ASK_CAP_MS = 3000 };

static const char SQL_ATTACH[] = "select _millrace.attach_v1($1, $2, $3, $4, $5, $6, $7, $8)";
static const char SQL_PUBLISH[] = "select _millrace.publish_v1($1) as state";
static const char SQL_FENCE[] = "select _millrace.fence($1, $2)";
static const char SQL_END_SESSIONS[] = "select _millrace.end_sessions_v1($1, $2) as waiting";
static const char SQL_START[] = "select _millrace.start_v1($1, $2, $3, $4) as loaded";
static const char SQL_STATE[] = "select state from _millrace.loads"
				" where domain = $1 and dataset = $2 and no = $3";

static void copy_member(cJSON *to, const cJSON *from, const char *name)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(from, name);

	if (item != NULL)
		cJSON_AddItemToObject(to, name, cJSON_Duplicate(item, true));
}

/* The document publish_v1 writes the ledger row from. */
static const char *describe_load(struct loader *l)
{
	static const char *const as_given[] = { "domain", "dataset", "run_id", "task_id", "mode",
		"silver", "file", "contract_version", "pipeline", "pipeline_version", "by",
		"columns" };
	cJSON *doc = js_object(l->a);

	for (size_t i = 0; i < ARRAY_SIZE(as_given); i++)
		copy_member(doc, l->spec, as_given[i]);
	js_add_i64(doc, "no", l->no);
	js_add_i64(doc, "epoch", js_i64(l->spec, "epoch", 0));
	js_add_i64(doc, "rows", l->rows);
	js_add_str(doc, "relation", l->relation);
	js_add_str(doc, "generation", l->generation);
	cJSON *account = cJSON_AddObjectToObject(doc, "account");
	js_add_i64(account, "received", l->rows);
	js_add_i64(account, "inserted", l->rows);
	js_add_i64(account, "updated", 0);
	js_add_i64(account, "unchanged", 0);
	js_add_i64(account, "deduplicated", 0);
	js_add_i64(account, "refused", 0);
	return js_print(l->a, doc);
}

/* Did the run get into the ledger? The fence waits for a COMMIT that is still under way. */
static int ask_ledger(struct loader *l, bool *out_loaded, struct err *err)
{
	const char *above = arena_printf(l->a, "%lld", (long long)js_i64(l->spec, "epoch", 0) + 1);
	scoped(struct db_result *, db_result_free) r = NULL;

	if (db_query(l->db[0], SQL_END_SESSIONS, NULL, err, l->target, above) != 0 ||
	    db_query(l->db[0], SQL_START, &r, err, l->target, l->epoch, l->task_id, l->run_id) != 0)
		return -1;
	*out_loaded = db_bool(r, 0, "loaded");
	return 0;
}

static bool is_lost(const struct err *err)
{
	return err->kind == ERR_CONFLICT && strcmp(err->code, "load.lost") == 0;
}

/* The answer to COMMIT was lost: ask until the ledger answers. */
static int settle(struct loader *l, struct err *err)
{
	struct backoff wait = { .first_ms = ASK_FIRST_MS, .cap_ms = ASK_CAP_MS };

	for (int i = 0; i < ASK_TRIES; i++) {
		bool loaded = false;
		if (ask_ledger(l, &loaded, err) == 0) {
			if (loaded)
				return 0;
			return err_set_code(err, ERR_UNAVAILABLE, "load.not_committed",
			    "the connection broke before the load was committed");
		}
		if (is_lost(err))
			return -1; /* the newer epoch finds the ledger row, if there is one */
		const int64_t ms = backoff_next_ms(&wait);
		const struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };
		nanosleep(&t, NULL);
	}
	err->kind = ERR_UNCERTAIN;
	return err_wrap(err, "nobody answers whether the load was committed");
}

static int read_state(struct loader *l, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;
	const char *no = arena_printf(l->a, "%lld", (long long)l->no);

	if (db_query(l->db[0], SQL_STATE, &r, err, l->domain, l->dataset, no) != 0)
		return -1;
	l->state = db_rows(r) == 0 ? "live" : arena_dup(l->a, db_text(r, 0, "state"));
	return 0;
}

/* The generation becomes a partition that no head shows; see attach_v1 for why not with the flip.
 */
static int attach(struct loader *l, struct err *err)
{
	struct db *db = l->db[0];
	const char *no = arena_printf(l->a, "%lld", (long long)l->no);

	if (loader_transact(db, err) != 0 ||
	    db_query(db, SQL_ATTACH, NULL, err, l->domain, l->dataset, no, l->relation, l->fill,
		l->generation, l->task_id, l->epoch) != 0 ||
	    db_query(db, SQL_FENCE, NULL, err, l->target, l->epoch) != 0)
		return -1;
	if (db_commit(db, err) == 0)
		return 0;
	if (err->kind == ERR_UNCERTAIN)
		err->kind =
		    ERR_UNAVAILABLE; /* nobody sees the partition: the next try makes another */
	return -1;
}

static int publish(struct loader *l, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;

	if (l->is_replace && (attach(l, err) != 0 || loader_transact(l->db[0], err) != 0))
		return err_wrap(err, "attach");
	if (db_query(l->db[0], SQL_PUBLISH, &r, err, describe_load(l)) != 0)
		return err_wrap(err, "publish");
	l->state = arena_dup(l->a, db_text(r, 0, "state"));
	return db_query(l->db[0], SQL_FENCE, NULL, err, l->target, l->epoch);
}

int loader_commit(struct loader *l, struct err *err)
{
	sigset_t term;
	int rc = 0;

	if (publish(l, err) != 0)
		return -1;
	sigemptyset(&term); /* from here a polite end would only make the outcome unknown */
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, NULL);
	task_committing(l->t);
	if (db_commit(l->db[0], err) != 0) {
		rc = err->kind == ERR_UNCERTAIN ? settle(l, err) : -1;
		if (rc == 0)
			rc = read_state(l, err);
	}
	return rc;
}
