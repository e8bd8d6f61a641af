/* SPDX-License-Identifier: Apache-2.0 */
/* loader - one load from the first connection to the result line. */
#include "loader.h"

#include <string.h>
#include <time.h>

#include "base/clock.h"

enum { FENCE_TRIES = 8, END_WAIT_MS = 10000, END_POLL_MS = 50, LOCK_TIMEOUT_MS = 10000 };

static const char SQL_FENCE_LOCK_TIMEOUT[] = "set lock_timeout = '1s'";
static const char SQL_LOCK_TIMEOUT[] = "set lock_timeout = '10s'";
static const char SQL_ROLE[] = "set local role millrace_gold_owner";
static const char SQL_START[] = "select _millrace.start_v1($1, $2, $3, $4) as loaded";
static const char SQL_END_SESSIONS[] = "select _millrace.end_sessions_v1($1, $2) as waiting";
static const char SQL_DROP_TEMPS[] = "select _millrace.drop_temps_v1($1, $2)";
static const char SQL_FENCE[] = "select _millrace.fence($1, $2)";
static const char SQL_PREPARE[] =
    "select p->>'relation' as relation, p->>'fill' as fill, p->>'generation' as generation"
    " from _millrace.prepare_v1($1, $2, $3, $4, $5, $6, $7, $8, $9) as p";
static const char SQL_LOADED[] = "select no, rows, state, account from _millrace.loads"
				 " where domain = $1 and dataset = $2 and no = $3";

int loader_transact(struct db *db, struct err *err)
{
	if (db_begin(db, err) != 0)
		return -1;
	return db_query(db, SQL_ROLE, NULL, err);
}

/* Every member the SQL needs; the supervisor wrote them, so a missing one is a bug of ours. */
static int read_spec(struct loader *l, struct err *err)
{
	const struct {
		const char *name;
		const char **out;
	} texts[] = {
		{ "domain", &l->domain },
		{ "dataset", &l->dataset },
		{ "mode", &l->mode },
		{ "task_id", &l->task_id },
		{ "run_id", &l->run_id },
	};
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		*texts[i].out = js_str(l->spec, texts[i].name);
		if (*texts[i].out == NULL)
			return err_set(
			    err, ERR_INTERNAL, "the specification has no %s", texts[i].name);
	}
	l->no = js_i64(l->spec, "no", -1);
	l->epoch = arena_printf(l->a, "%lld", (long long)js_i64(l->spec, "epoch", -1));
	l->target = arena_printf(l->a, "%s.%s", l->domain, l->dataset);
	l->has_row = js_bool(l->spec, "has_row", false);
	l->is_replace = strcmp(l->mode, "replace") == 0;
	if (!l->is_replace && strcmp(l->mode, "append") != 0)
		return err_set(err, ERR_INTERNAL, "mode %s is not known", l->mode);
	if (l->no < 0 || js_i64(l->spec, "epoch", -1) < 0)
		return err_set(err, ERR_INTERNAL, "the specification has no number or epoch");
	const cJSON *columns = cJSON_GetObjectItemCaseSensitive(l->spec, "columns");
	return columns_parse(columns, l->a, &l->columns, err);
}

static void open_handles(struct loader *l)
{
	l->conf = (struct db_conf){
		.conninfo = js_str(l->spec, "conninfo"),
		.user = js_str(l->spec, "user"),
		.password = js_str(l->spec, "password"),
		.application = js_str(l->spec, "application_name"),
		.lock_timeout_ms = LOCK_TIMEOUT_MS,
	};
	l->streams = l->is_replace && js_i64(l->spec, "streams", LOADER_STREAMS_MAX) > 1 ? 2 : 1;
	for (int i = 0; i < l->streams; i++)
		l->db[i] = db_new(&l->conf);
}

static void sleep_ms(int64_t ms)
{
	const struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };
	nanosleep(&t, NULL);
}

/* End backends of epochs below `below` and wait until they are gone. */
static int end_sessions(struct loader *l, const char *below, struct err *err)
{
	const int64_t deadline = clock_mono_ms() + END_WAIT_MS;

	for (;;) {
		scoped(struct db_result *, db_result_free) r = NULL;
		if (db_query(l->db[0], SQL_END_SESSIONS, &r, err, l->target, below) != 0)
			return -1;
		if (db_i64(r, 0, "waiting") == 0)
			return 0;
		if (clock_mono_ms() > deadline)
			return err_set(
			    err, ERR_BUSY, "an older loader of %s does not end", l->target);
		sleep_ms(END_POLL_MS);
	}
}

static int fence_once(struct loader *l, bool *out_loaded, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;

	if (db_query(l->db[0], SQL_START, &r, err, l->target, l->epoch, l->task_id, l->run_id) != 0)
		return -1;
	*out_loaded = db_bool(r, 0, "loaded");
	return 0;
}

/*
 * An older loader may hold the fence's row while it commits, or for ever when it was stopped there:
 * its backend is ended first, then the fence is tried with a short lock timeout, then ended ones
 * are awaited.
 */
int loader_start(struct loader *l, bool *out_loaded, struct err *err)
{
	if (db_query(l->db[0], SQL_FENCE_LOCK_TIMEOUT, NULL, err) != 0)
		return -1;
	for (int i = 1;; i++) {
		if (end_sessions(l, l->epoch, err) != 0)
			return -1;
		if (fence_once(l, out_loaded, err) == 0)
			break;
		if (err->kind != ERR_BUSY || i == FENCE_TRIES)
			return -1;
	}
	if (end_sessions(l, l->epoch, err) != 0)
		return -1;
	return db_query(l->db[0], SQL_LOCK_TIMEOUT, NULL, err);
}

/* The tables in shape, in a fenced transaction of its own: an ALTER must not wait behind a COPY. */
static int prepare(struct loader *l, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;
	struct db *db = l->db[0];
	const char *no = arena_printf(l->a, "%lld", (long long)l->no);
	const char *columns = js_print(l->a, cJSON_GetObjectItemCaseSensitive(l->spec, "columns"));
	const int64_t version =
	    js_i64(l->spec, "contract_version", js_i64(l->spec, "pipeline_version", 0));
	const int64_t received = js_i64(l->spec, "account_received", -1);
	const char *rows = received < 0 ? NULL : arena_printf(l->a, "%lld", (long long)received);

	if (loader_transact(db, err) != 0 ||
	    db_query(db, SQL_DROP_TEMPS, NULL, err, l->target, l->epoch) != 0 ||
	    db_query(db, SQL_PREPARE, &r, err, l->domain, l->dataset, l->mode, no, columns,
		arena_printf(l->a, "%lld", (long long)version), l->task_id, l->epoch, rows) != 0)
		return -1;
	l->relation = arena_dup(l->a, db_text(r, 0, "relation"));
	l->fill = arena_dup(l->a, db_text(r, 0, "fill"));
	l->generation = arena_dup(l->a, db_text(r, 0, "generation"));
	if (db_query(db, SQL_FENCE, NULL, err, l->target, l->epoch) != 0)
		return -1;
	if (db_commit(db, err) != 0) {
		if (err->kind == ERR_UNCERTAIN)
			err->kind =
			    ERR_UNAVAILABLE; /* tables without rows: the next try looks again */
		return -1;
	}
	return 0;
}

/* received = inserted + updated + unchanged + deduplicated + refused, whole or not at all. */
static int check_account(const struct loader *l, struct err *err)
{
	const int64_t received = js_i64(l->spec, "account_received", l->rows);

	if (received == l->rows)
		return 0;
	return err_set_code(err, ERR_INTERNAL, "load.account",
	    "%lld rows were checked, %lld came to be loaded", (long long)received,
	    (long long)l->rows);
}

static void report(struct loader *l, int64_t rows, const char *state, bool already)
{
	cJSON *result = js_object(l->a);
	cJSON *account = cJSON_AddObjectToObject(result, "account");

	js_add_i64(account, "received", rows);
	js_add_i64(account, "inserted", rows);
	js_add_i64(account, "updated", 0);
	js_add_i64(account, "unchanged", 0);
	js_add_i64(account, "deduplicated", 0);
	js_add_i64(account, "refused", 0);
	js_add_i64(result, "load_no", l->no);
	js_add_i64(result, "rows", rows);
	js_add_str(result, "state", state);
	cJSON_AddBoolToObject(result, "already", already);
	task_result(l->t, result);
}

/* The run was committed before: tell what stands in the ledger. */
static int report_loaded(struct loader *l, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;
	const char *no = arena_printf(l->a, "%lld", (long long)l->no);

	if (db_query(l->db[0], SQL_LOADED, &r, err, l->domain, l->dataset, no) != 0)
		return -1;
	if (db_rows(r) == 0)
		return err_set(err, ERR_INTERNAL, "the ledger has the run but not load #%s", no);
	report(l, db_i64(r, 0, "rows"), db_text(r, 0, "state"), true);
	return 0;
}

static int load(struct loader *l, struct err *err)
{
	bool loaded = false;

	if (loader_start(l, &loaded, err) != 0)
		return -1;
	if (loaded)
		return report_loaded(l, err);
	if (prepare(l, err) != 0)
		return err_wrap(err, "prepare the table");
	if (loader_copy(l, err) != 0 || check_account(l, err) != 0 || loader_commit(l, err) != 0)
		return -1;
	report(l, l->rows, l->state, false);
	return 0;
}

int loader_run(const cJSON *spec, struct task *t, struct err *err)
{
	struct loader l = { .t = t, .a = task_arena(t), .spec = spec };

	if (read_spec(&l, err) != 0)
		return -1;
	open_handles(&l);
	const int rc = load(&l, err);
	for (int i = 0; i < l.streams; i++)
		db_free(&l.db[i]);
	return rc;
}
