/* SPDX-License-Identifier: Apache-2.0 */
/*
 * loader_maintain - drop what nobody can need any more: tables of loads that died, generations that
 * are out of sight for longer than the grace. A partition goes by DETACH CONCURRENTLY, which waits
 * for the readers of old snapshots and blocks nobody; broken off, it is finished the next time.
 */
#include <string.h>

#include "kit/db.h"
#include "task.h"

enum { GRACE_DEFAULT_S = 7 * 24 * 3600, DETACH_TIMEOUT_MS = 60000 };

static const char SQL_ROLE[] = "set role millrace_gold_owner";
static const char SQL_TEMPS[] = "select _millrace.drop_dead_temps_v1() as n";
static const char SQL_CLAIM[] = "select generation, relation, partition, detached, "
				"_millrace.detach_is_pending(partition) as pending"
				" from _millrace.claim_old_generations_v1($1::interval)";
static const char SQL_DROPPED[] = "select _millrace.dropped_v1($1)";

static int drop_one(
    struct db *db, const struct db_result *r, int i, struct arena *a, struct err *err)
{
	if (!db_bool(r, i, "detached")) {
		const char *sql =
		    arena_printf(a, "alter table _gold.%s detach partition _gold.%s %s",
			db_quote_ident(a, db_text(r, i, "relation")),
			db_quote_ident(a, db_text(r, i, "partition")),
			db_bool(r, i, "pending") ? "finalize" : "concurrently");
		if (db_query(db, sql, NULL, err) != 0)
			return -1;
	}
	return db_query(db, SQL_DROPPED, NULL, err, db_text(r, i, "generation"));
}

static int maintain(struct db *db, int64_t grace_s, struct task *t, struct err *err)
{
	scoped(struct db_result *, db_result_free) temps = NULL;
	scoped(struct db_result *, db_result_free) old = NULL;
	const char *grace = arena_printf(task_arena(t), "%lld seconds", (long long)grace_s);
	int dropped = 0;

	if (db_query(db, SQL_TEMPS, &temps, err) != 0) /* as ourselves: sees our sessions' states */
		return -1;
	if (db_query(db, SQL_ROLE, NULL, err) != 0 ||
	    db_query(db, SQL_CLAIM, &old, err, grace) != 0)
		return -1;
	for (int i = 0; i < db_rows(old); i++) {
		if (drop_one(db, old, i, task_arena(t), err) == 0)
			dropped++;
		else if (err->kind != ERR_TIMEOUT && err->kind != ERR_BUSY)
			return -1;
	}
	cJSON *result = js_object(task_arena(t));
	js_add_i64(result, "temps", db_i64(temps, 0, "n"));
	js_add_i64(result, "generations", dropped);
	js_add_i64(result, "waiting", db_rows(old) - dropped);
	task_result(t, result);
	return 0;
}

int loader_maintain_run(const cJSON *spec, struct task *t, struct err *err)
{
	const struct db_conf c = {
		.conninfo = js_str(spec, "conninfo"),
		.user = js_str(spec, "user"),
		.password = js_str(spec, "password"),
		.application = js_str(spec, "application_name"),
		.statement_timeout_ms = DETACH_TIMEOUT_MS,
	};
	struct db *db = db_new(&c);
	const int rc = maintain(db, js_i64(spec, "grace_s", GRACE_DEFAULT_S), t, err);

	db_free(&db);
	return rc;
}
