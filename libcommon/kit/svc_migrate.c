/* SPDX-License-Identifier: Apache-2.0 */
/* svc_migrate - `--migrate`: bring a schema up to date, one transaction for each migration. */
#include <stdio.h>

#include "base/clock.h"
#include "base/die.h"
#include "kit/backoff.h"
#include "kit/svc_priv.h"

#include <poll.h>

enum { ARENA_BYTES = 65536, STATEMENT_TIMEOUT_MS = 600000, CONNECT_DEADLINE_MS = 60000 };

/* One migration of any service at a time: they create roles' default privileges and share catalogs.
 */
static const char SQL_LOCK[] = "select pg_advisory_xact_lock(hashtext('millrace migrations'))";

struct migration_run {
	struct db *db;
	struct arena *arena;
	const char *schema;
	const char *table; /* quoted schema and name of schema_migrations */
};

static int become_owner(const struct migration_run *run, struct err *err)
{
	const char *role = arena_printf(run->arena, "millrace_%s_owner", run->schema);
	const char *sql =
	    arena_printf(run->arena, "set local role %s; set local search_path = %s, pg_temp",
		db_quote_ident(run->arena, role), db_quote_ident(run->arena, run->schema));
	if (db_query(run->db, SQL_LOCK, NULL, err) != 0 || db_script(run->db, sql, err) != 0)
		return err_wrap(err, "become %s", role);
	sql = arena_printf(run->arena,
	    "create table if not exists %s (name text primary key, "
	    "applied_at timestamptz not null default clock_timestamp())",
	    run->table);
	return db_query(run->db, sql, NULL, err);
}

/* 1 applied, 0 was there before, -1 failed; the caller ends the transaction. */
static int apply(const struct migration_run *run, const struct svc_migration *m, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;
	const char *sql = arena_printf(run->arena, "select 1 from %s where name = $1", run->table);

	if (become_owner(run, err) != 0 || db_query(run->db, sql, &r, err, m->name) != 0)
		return -1;
	if (db_rows(r) > 0)
		return 0;
	if (db_script(run->db, m->sql, err) != 0)
		return -1;
	sql = arena_printf(run->arena, "insert into %s (name) values ($1)", run->table);
	return db_query(run->db, sql, NULL, err, m->name) != 0 ? -1 : 1;
}

static int apply_one(
    const struct migration_run *run, const struct svc_migration *m, struct err *err)
{
	if (db_begin(run->db, err) != 0)
		return -1;
	const int applied = apply(run, m, err);
	if (applied < 0 || db_commit(run->db, err) != 0) {
		db_rollback(run->db);
		return err_wrap(err, "migration %s", m->name);
	}
	if (applied > 0)
		log_info(NULL, "migrated", LOG_S("schema", run->schema), LOG_S("name", m->name));
	return 0;
}

static int connect_within(struct db *db, int64_t deadline_ms, struct err *err)
{
	const int64_t until = clock_mono_ms() + deadline_ms;
	struct backoff b = { .first_ms = 50, .cap_ms = 1000 };
	while (db_connect(db, err) != 0) {
		if (clock_mono_ms() >= until)
			return -1;
		(void)poll(NULL, 0, (int)backoff_next_ms(&b));
	}
	return 0;
}

static int migrate(const struct migration_run *run, const struct svc_spec *spec, struct err *err)
{
	if (connect_within(run->db, CONNECT_DEADLINE_MS, err) != 0)
		return -1;
	for (const struct svc_migration *m = spec->migrations; m->name != NULL; m++) {
		if (apply_one(run, m, err) != 0)
			return -1;
	}
	return 0;
}

int svc_migrate_run(struct svc *svc)
{
	const struct svc_spec *spec = svc->spec;
	if (spec->migrations == NULL)
		return 0;
	char application[64];
	(void)snprintf(application, sizeof(application), "%s migrate", spec->name);
	const struct db_conf conf = {
		.conninfo = svc->conf.db,
		.user = "millrace_migrate",
		.password = svc->conf.migrate_password,
		.application = application,
		.statement_timeout_ms = STATEMENT_TIMEOUT_MS,
		.lock_timeout_ms = STATEMENT_TIMEOUT_MS,
	};
	struct migration_run run = { .db = db_new(&conf), .schema = spec->schema };
	run.arena = arena_new(ARENA_BYTES);
	run.table = arena_printf(
	    run.arena, "%s.schema_migrations", db_quote_ident(run.arena, spec->schema));

	struct err err = { 0 };
	const int rc = migrate(&run, spec, &err);
	if (rc != 0)
		log_error(NULL, "migration failed", LOG_S("schema", spec->schema),
		    LOG_S("kind", err_kind_name(err.kind)), LOG_S("reason", err.msg));
	db_free(&run.db);
	arena_free(&run.arena);
	return rc == 0 ? 0 : DIE_DEPENDENCY;
}
