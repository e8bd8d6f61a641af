/* SPDX-License-Identifier: Apache-2.0 */
/* store_gold - SQL on tables and the ledger of loads, and on the runs that follow from them. */
#include "store.h"

#include "store_sql.h"

/* clang-format off */
#define TABLE_COLUMNS \
	"select h.domain, h.dataset, h.mode, h.relation, h.generation, h.columns," \
	" coalesce(s.rows, 0) as row_count, l.no, " STORE_RFC3339("l.at") " as at, l.by" \
	" from _gold.heads h" \
	" left join lateral (select sum(rows) as rows from _millrace.loads where domain = h.domain" \
	" and dataset = h.dataset and state = 'live' and relation = h.relation) s on true" \
	" left join lateral (select no, at, by from _millrace.loads where domain = h.domain" \
	" and dataset = h.dataset and state = 'live' order by no desc limit 1) l on true "
/* clang-format on */

static const char SQL_TABLES[] = TABLE_COLUMNS
    "where h.domain = any($1::text[]) and ($2::text is null or (h.domain, h.dataset) > ($2, $3))"
    " order by h.domain, h.dataset limit $4";

static const char SQL_TABLE[] = TABLE_COLUMNS "where h.domain = $1 and h.dataset = $2";

/* The load a page stands in may have no row left: those behind it have to hold a whole page. */
static const char SQL_NEXT_LOADS[] =
    "select min(no) as first, max(no) as last from ("
    " select no, sum(case when nth > 1 then rows else 0 end)"
    " over (order by no rows between unbounded preceding and 1 preceding) as before from ("
    " select no, rows, row_number() over (order by no) as nth from _millrace.loads"
    " where domain = $1 and dataset = $2 and state = 'live' and no >= $3::bigint) a) b"
    " where coalesce(before, 0) < $4::bigint";

static const char SQL_LOAD_ROWS[] =
    "select coalesce(sum(l.rows), 0) as rows from _millrace.loads l"
    " join _gold.heads h using (domain, dataset)"
    " where l.domain = $1 and l.dataset = $2 and l.no = $3::bigint and l.state = 'live'"
    " and l.relation = h.relation";

/* clang-format off */
#define LOAD_COLUMNS \
	"select l.domain, l.dataset, l.no, l.run_id, l.state, l.mode, l.rows, l.account, " \
	STORE_RFC3339("l.at") " as at, l.at::text as at_exact, l.by, l.file, l.contract_version," \
	" l.pipeline, l.pipeline_version, " STORE_RFC3339("l.undone_at") " as undone_at, l.undone_by," \
	" l.undo_refusal, l.redo_refusal, to_json(l.silver) as silver," \
	" (select coalesce(sum(t.rows), 0) from _millrace.loads t" \
	" join _gold.heads h using (domain, dataset) where t.domain = l.domain" \
	" and t.dataset = l.dataset and t.state = 'live' and t.relation = h.relation) as table_rows" \
	" from _millrace.load_states l "
/* clang-format on */

static const char SQL_LOADS[] = LOAD_COLUMNS
    "where l.domain = any($1::text[]) and ($2::text is null or (l.domain = $2 and l.dataset = $3))"
    " and ($4::timestamptz is null or (l.at, l.domain, l.dataset, l.no) < ($4, $5, $6, $7::bigint))"
    " order by l.at desc, l.domain desc, l.dataset desc, l.no desc limit $8";

static const char SQL_LOAD[] =
    LOAD_COLUMNS "where l.domain = $1 and l.dataset = $2 and l.no = $3::bigint";

static const char SQL_LOAD_OF_RUN[] =
    "select l.no, a.rows, l.account from _millrace.acts a"
    " join _millrace.loads l using (domain, dataset, no) where a.run_id = $1";

static const char SQL_LIVE_SILVER[] =
    "select no, to_json(silver) as silver, contract_version, rows from _millrace.loads"
    " where domain = $1 and dataset = $2 and state = 'live' order by no";

static const char SQL_UNDO[] = "select _millrace.undo_v1($1, $2, $3, $4)";
static const char SQL_REDO[] =
    "select (_millrace.redo_v1($1, $2, $3, $4)->>'done')::boolean as done";

static const char SQL_REDO_RUN[] =
    "select run_id, created from jobs.redo_run_v1(coalesce(md5($6::text)::uuid, $1::uuid),"
    " $2, $3, $4::bigint, $5)";

static const char SQL_HAS_BARE[] = "select exists (select from _millrace.bare_tables_v1()) as has";

static const char SQL_START_DERIVED[] = "select transform.start_derived() as run_id";

int store_tables(struct db *db, const char *domains, const char *after_domain,
    const char *after_name, int64_t limit, struct db_result **out, struct err *err)
{
	struct store_number n = { 0 };

	return db_query(db, SQL_TABLES, out, err, domains, after_domain, after_name,
	    store_number_text(&n, limit));
}

int store_table(
    struct db *db, const char *domain, const char *dataset, struct db_result **out, struct err *err)
{
	return db_query(db, SQL_TABLE, out, err, domain, dataset);
}

int store_next_loads(struct db *db, const char *domain, const char *dataset, int64_t no,
    int64_t rows, struct db_result **out, struct err *err)
{
	struct store_number n = { 0 };
	struct store_number r = { 0 };

	return db_query(db, SQL_NEXT_LOADS, out, err, domain, dataset, store_number_text(&n, no),
	    store_number_text(&r, rows));
}

int store_load_rows(struct db *db, const char *domain, const char *dataset, const char *no,
    struct db_result **out, struct err *err)
{
	return db_query(db, SQL_LOAD_ROWS, out, err, domain, dataset, no);
}

int store_loads(
    struct db *db, const struct store_loads_page *page, struct db_result **out, struct err *err)
{
	struct store_number n = { 0 };

	return db_query(db, SQL_LOADS, out, err, page->domains, page->domain, page->dataset,
	    page->after[0], page->after[1], page->after[2], page->after[3],
	    store_number_text(&n, page->limit));
}

int store_load(struct db *db, const char *domain, const char *dataset, int64_t no,
    struct db_result **out, struct err *err)
{
	struct store_number n = { 0 };

	return db_query(db, SQL_LOAD, out, err, domain, dataset, store_number_text(&n, no));
}

int store_load_of_run(struct db *db, const char *run_id, struct db_result **out, struct err *err)
{
	return db_query(db, SQL_LOAD_OF_RUN, out, err, run_id);
}

int store_live_silver(
    struct db *db, const char *domain, const char *dataset, struct db_result **out, struct err *err)
{
	return db_query(db, SQL_LIVE_SILVER, out, err, domain, dataset);
}

int store_undo(struct db *db, const char *domain, const char *dataset, int64_t no, const char *by,
    struct err *err)
{
	struct store_number n = { 0 };

	return db_query(db, SQL_UNDO, NULL, err, domain, dataset, store_number_text(&n, no), by);
}

int store_redo(struct db *db, const char *domain, const char *dataset, int64_t no, const char *by,
    struct db_result **out, struct err *err)
{
	struct store_number n = { 0 };

	return db_query(db, SQL_REDO, out, err, domain, dataset, store_number_text(&n, no), by);
}

int store_redo_run(
    struct db *db, const struct store_redo_run *run, struct db_result **out, struct err *err)
{
	struct store_number n = { 0 };

	return db_query(db, SQL_REDO_RUN, out, err, run->run_id, run->domain, run->dataset,
	    store_number_text(&n, run->no), run->by, run->key);
}

int store_start_derived(struct db *db, struct db_result **out, struct err *err)
{
	return db_query(db, SQL_START_DERIVED, out, err);
}

int store_has_bare_tables(struct db *db, bool *out_has, struct err *err)
{
	scoped(struct db_result *, db_result_free) r = NULL;

	if (db_query(db, SQL_HAS_BARE, &r, err) != 0)
		return -1;
	*out_has = db_bool(r, 0, "has");
	return 0;
}
