/* SPDX-License-Identifier: Apache-2.0 */
/*
 * loader_maintain - give the tables of large loads their index, and drop what nobody can need any
 * more: tables of loads that died, generations that are out of sight for longer than the grace. A
 * partition goes by DETACH CONCURRENTLY, which waits for the readers of old snapshots and blocks
 * nobody; broken off, it is finished the next time.
 */
#include <string.h>

#include "kit/db.h"
#include "task.h"

enum { GRACE_DEFAULT_S = 7 * 24 * 3600, DETACH_TIMEOUT_MS = 60000 };

/* What was done, for the result line. */
struct done {
	int64_t temps, parts;
	int indexes, generations, waiting;
};

static const char SQL_ROLE[] = "set role millrace_gold_owner";
static const char SQL_TEMPS[] = "select _millrace.drop_dead_temps_v1() as n";
static const char SQL_PARTS[] = "select _millrace.drop_empty_parts_v1($1::interval) as n";
static const char SQL_BARE[] = "select name from _millrace.bare_tables_v1()";
static const char SQL_LONG[] = "set statement_timeout = '1h'"; /* 0.15 us a row */
static const char SQL_SHORT[] = "set statement_timeout = '60s'";
static const char SQL_INDEX[] = "select _millrace.index_v1($1) as made";
static const char SQL_CLAIM[] = "select generation, relation, partition, detached, "
				"_millrace.detach_is_pending(partition) as pending"
				" from _millrace.claim_old_generations_v1($1::interval)";
static const char SQL_DROPPED[] = "select _millrace.dropped_v1($1)";

/* Somebody holds what we want: the next time will do. */
static bool is_in_use(const struct err *err)
{
	return err->kind == ERR_TIMEOUT || err->kind == ERR_BUSY;
}

static int index_bare_tables(struct db *db, struct done *done, struct err *err)
{
	scoped(struct db_result *, db_result_free) bare = NULL;

	if (db_query(db, SQL_BARE, &bare, err) != 0 || db_query(db, SQL_LONG, NULL, err) != 0)
		return -1;
	for (int i = 0; i < db_rows(bare); i++) {
		scoped(struct db_result *, db_result_free) r = NULL;
		if (db_query(db, SQL_INDEX, &r, err, db_text(bare, i, "name")) == 0)
			done->indexes += db_bool(r, 0, "made");
		else if (is_in_use(err))
			done->waiting++;
		else
			return -1;
	}
	return db_query(db, SQL_SHORT, NULL, err);
}

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

static int drop_generations(
    struct db *db, const char *grace, struct arena *a, struct done *done, struct err *err)
{
	scoped(struct db_result *, db_result_free) old = NULL;

	if (db_query(db, SQL_CLAIM, &old, err, grace) != 0)
		return -1;
	for (int i = 0; i < db_rows(old); i++) {
		if (drop_one(db, old, i, a, err) == 0)
			done->generations++;
		else if (is_in_use(err))
			done->waiting++;
		else
			return -1;
	}
	return 0;
}

/* As ourselves, who may see the states of our sessions. */
static int drop_leftovers(struct db *db, const char *grace, struct done *done, struct err *err)
{
	scoped(struct db_result *, db_result_free) temps = NULL;
	scoped(struct db_result *, db_result_free) parts = NULL;

	if (db_query(db, SQL_TEMPS, &temps, err) != 0 ||
	    db_query(db, SQL_PARTS, &parts, err, grace) != 0)
		return -1;
	done->temps = db_i64(temps, 0, "n");
	done->parts = db_i64(parts, 0, "n");
	return 0;
}

static int maintain(struct db *db, int64_t grace_s, struct task *t, struct err *err)
{
	const char *grace = arena_printf(task_arena(t), "%lld seconds", (long long)grace_s);
	struct done done = { 0 };

	if (drop_leftovers(db, grace, &done, err) != 0 || db_query(db, SQL_ROLE, NULL, err) != 0 ||
	    index_bare_tables(db, &done, err) != 0 ||
	    drop_generations(db, grace, task_arena(t), &done, err) != 0)
		return -1;
	cJSON *result = js_object(task_arena(t));
	js_add_i64(result, "temps", done.temps);
	js_add_i64(result, "parts", done.parts);
	js_add_i64(result, "indexes", done.indexes);
	js_add_i64(result, "generations", done.generations);
	js_add_i64(result, "waiting", done.waiting);
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
