/* SPDX-License-Identifier: Apache-2.0 */
/* test_db - kit/db against a libpq made of symbols here: every outside call fails once. */
#include "kit/db.h"

#include <libpq-fe.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct pg_result {
	ExecStatusType status;
	const char *sqlstate, *message, *detail, *tag;
};

/* What the fake server does. */
static struct {
	int calls;    /* outside calls so far */
	int fail_at;  /* the call that loses the connection; 0 = none */
	int open;     /* connections open now */
	int results;  /* results not cleared */
	int executed; /* statements that reached the server */
	bool lost;    /* the open connection is dead */
	int farewell; /* reads left before the end of file of a closed connection; 0 = open */
	struct pg_result next; /* answer of the next good statement */
} fake;

static struct pg_result results[32];
static int used_results;
static char one_connection;

static bool fails(void)
{
	if (++fake.calls == fake.fail_at)
		fake.lost = true;
	return fake.lost;
}

PGconn *PQconnectdbParams(const char *const *k, const char *const *v, int expand)
{
	bool interval = false;

	(void)expand;
	for (int i = 0; k[i]; i++)
		interval |= strcmp(k[i], "options") == 0 &&
			    strstr(v[i], "client_connection_check_interval=1000") != NULL;
	assert_true(interval);
	fake.open++;
	fake.lost = false;
	fails();
	return (PGconn *)(void *)&one_connection;
}

ConnStatusType PQstatus(const PGconn *c)
{
	(void)c;
	return fake.lost ? CONNECTION_BAD : CONNECTION_OK;
}

void PQfinish(PGconn *c)
{
	(void)c;
	fake.open--;
}

int PQsocket(const PGconn *c)
{
	(void)c;
	return fake.farewell ? 1000000
			     : -1; /* no such descriptor is "readable" to poll, -1 never */
}

int PQconsumeInput(PGconn *c)
{
	(void)c;
	if (fake.farewell-- <= 1)
		fake.lost = true;
	return !fake.lost;
}

char *PQerrorMessage(const PGconn *c)
{
	static char text[] = "server closed the connection unexpectedly\n\tmore";

	(void)c;
	return text;
}

PQnoticeReceiver PQsetNoticeReceiver(PGconn *c, PQnoticeReceiver fn, void *arg)
{
	(void)c;
	(void)fn;
	(void)arg;
	return NULL;
}

static PGresult *answer(void)
{
	if (fails())
		return NULL;
	struct pg_result *r = &results[used_results++ % 32];
	*r = fake.next;
	fake.next = (struct pg_result){ .status = PGRES_COMMAND_OK, .tag = "COMMIT" };
	fake.results++;
	fake.executed++;
	return r;
}

PGresult *PQexec(PGconn *c, const char *sql)
{
	(void)c;
	(void)sql;
	return answer();
}

PGresult *PQexecParams(PGconn *c, const char *sql, int n, const Oid *types,
    const char *const *values, const int *lengths, const int *formats, int format)
{
	(void)c;
	(void)types;
	(void)lengths;
	(void)formats;
	(void)format;
	if (strstr(sql, "$3")) {
		assert_int_equal(n, 3);
		assert_string_equal(values[0], "a");
		assert_null(values[1]);
		assert_string_equal(values[2], "c");
	}
	return answer();
}

void PQclear(PGresult *r)
{
	if (r)
		fake.results--;
}

ExecStatusType PQresultStatus(const PGresult *r)
{
	return r ? r->status : PGRES_FATAL_ERROR;
}

char *PQcmdStatus(PGresult *r)
{
	static char text[32];

	snprintf(text, sizeof(text), "%s", r->tag);
	return text;
}

char *PQresultErrorField(const PGresult *r, int field)
{
	static char text[128][128];
	const char *s = field == PG_DIAG_SQLSTATE          ? r->sqlstate
			: field == PG_DIAG_MESSAGE_PRIMARY ? r->message
							   : r->detail;
	char *out = text[field];

	if (!s)
		return NULL;
	snprintf(out, sizeof(text[0]), "%s", s);
	return out;
}

static int setup(void **state)
{
	static const struct db_conf conf = {
		.conninfo = "host=x", .user = "u", .application = "test"
	};

	memset(&fake, 0, sizeof(fake));
	fake.next = (struct pg_result){ .status = PGRES_COMMAND_OK, .tag = "COMMIT" };
	*state = db_new(&conf);
	return 0;
}

static int teardown(void **state)
{
	struct db *db = *state;

	db_free(&db);
	assert_int_equal(fake.open, 0);
	assert_int_equal(fake.results, 0);
	return 0;
}

static void test_parameters_are_counted_and_null_is_null(void **state)
{
	struct err err = { 0 };

	assert_int_equal(db_query(*state, "select f($1, $3, $2)", NULL, &err, "a", NULL, "c"), 0);
	assert_int_equal(fake.executed, 1);
}

static void test_sqlstate_becomes_a_kind(void **state)
{
	static const struct {
		const char *sqlstate, *code;
		enum err_kind kind;
	} cases[] = {
		{ "MR400", "x.y", ERR_INPUT },
		{ "MR401", "x.y", ERR_AUTH },
		{ "MR403", "x.y", ERR_DENIED },
		{ "MR404", "x.y", ERR_NOT_FOUND },
		{ "MR409", "x.y", ERR_CONFLICT },
		{ "MR413", "x.y", ERR_TOO_LARGE },
		{ "MR429", "x.y", ERR_BUSY },
		{ "MR503", "x.y", ERR_UNAVAILABLE },
		{ "MR507", "x.y", ERR_NO_SPACE },
		{ "23505", "", ERR_CONFLICT },
		{ "57014", "", ERR_TIMEOUT },
		{ "57P01", "", ERR_UNAVAILABLE },
		{ "08006", "", ERR_UNAVAILABLE },
		{ "53300", "", ERR_BUSY },
		{ "53100", "", ERR_NO_SPACE },
		{ "40001", "", ERR_BUSY },
		{ "40P01", "", ERR_BUSY },
		{ "55P03", "", ERR_BUSY },
		{ "42601", "", ERR_INTERNAL },
		{ "22P02", "", ERR_INTERNAL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct err err = { 0 };
		fake.next = (struct pg_result){ .status = PGRES_FATAL_ERROR,
			.sqlstate = cases[i].sqlstate,
			.message = "it says why",
			.detail = "x.y" };
		assert_int_equal(db_query(*state, "select 1", NULL, &err), -1);
		assert_int_equal(err.kind, cases[i].kind);
		assert_string_equal(err.code, cases[i].code);
		assert_non_null(strstr(err.msg, "it says why"));
	}
}

static void test_connection_closed_while_idle_is_opened_again(void **state)
{
	struct err err = { 0 };

	assert_int_equal(db_query(*state, "select 1", NULL, &err), 0);
	fake.farewell = 2; /* the server's last words, then the end of file */
	assert_int_equal(db_query(*state, "select 1", NULL, &err), 0);
	assert_int_equal(fake.executed, 2);
	assert_int_equal(fake.open, 1);
}

static void test_lost_commit_is_uncertain(void **state)
{
	struct db *db = *state;
	struct err err = { 0 };

	assert_int_equal(db_begin(db, &err), 0);
	fake.fail_at = fake.calls + 1;
	assert_int_equal(db_commit(db, &err), -1);
	assert_int_equal(err.kind, ERR_UNCERTAIN);
	assert_int_equal(fake.open, 0);
	assert_int_equal(db_begin(db, &err), 0); /* the next one opens again */
	assert_int_equal(db_commit(db, &err), 0);
}

static void test_server_leaving_at_commit_is_uncertain(void **state)
{
	struct db *db = *state;
	struct err err = { 0 };

	assert_int_equal(db_begin(db, &err), 0);
	fake.next = (struct pg_result){ .status = PGRES_FATAL_ERROR,
		.sqlstate = "57P01",
		.message = "terminating connection" };
	assert_int_equal(db_commit(db, &err), -1);
	assert_true(err.kind == ERR_UNAVAILABLE); /* refused by a live session: nothing happened */
	db_rollback(db);
}

static void test_nothing_reconnects_inside_a_transaction(void **state)
{
	struct db *db = *state;
	struct err err = { 0 };

	assert_int_equal(db_begin(db, &err), 0);
	fake.fail_at = fake.calls + 1;
	assert_int_equal(db_query(db, "insert", NULL, &err), -1);
	assert_int_equal(err.kind, ERR_UNAVAILABLE);
	const int executed = fake.executed;
	assert_int_equal(db_query(db, "insert", NULL, &err), -1);
	assert_int_equal(err.kind, ERR_UNAVAILABLE);
	assert_int_equal(db_commit(db, &err), -1);
	assert_int_equal(err.kind, ERR_UNAVAILABLE); /* never sent: certain */
	assert_int_equal(fake.executed, executed);
	db_rollback(db);
	assert_int_equal(db_query(db, "insert", NULL, &err), 0);
}

static void test_statement_lost_outside_a_transaction_is_uncertain(void **state)
{
	struct db *db = *state;
	struct err err = { 0 };

	assert_int_equal(db_connect(db, &err), 0);
	fake.fail_at = fake.calls + 1;
	assert_int_equal(db_query(db, "select change()", NULL, &err), -1);
	assert_int_equal(err.kind, ERR_UNCERTAIN);
}

static void test_commit_of_a_failed_transaction_is_an_error(void **state)
{
	struct db *db = *state;
	struct err err = { 0 };

	assert_int_equal(db_begin(db, &err), 0);
	fake.next = (struct pg_result){ .status = PGRES_COMMAND_OK, .tag = "ROLLBACK" };
	assert_int_equal(db_commit(db, &err), -1);
	assert_int_equal(err.kind, ERR_INTERNAL);
}

static int transfer(struct db *db, struct err *err)
{
	if (db_begin(db, err) != 0)
		return -1;
	if (db_query(db, "insert", NULL, err) != 0 || db_query(db, "update", NULL, err) != 0) {
		db_rollback(db);
		return -1;
	}
	return db_commit(db, err);
}

static void test_every_call_may_fail_once(void **state)
{
	(void)state;
	for (int n = 1; n <= 6; n++) {
		struct err err = { 0 };
		struct db *db = NULL;

		setup((void **)&db);
		fake.fail_at = n;
		const int rc = transfer(db, &err);
		assert_int_equal(
		    rc, n == 6 ? 0 : -1); /* connect begin insert update commit; none */
		if (n == 6) {
			teardown((void **)&db);
			continue;
		}
		assert_true(err_is_transient(&err));
		assert_int_equal(err.kind == ERR_UNCERTAIN, n == 5);
		assert_int_equal(fake.results, 0);
		fake.fail_at = 0;
		assert_int_equal(transfer(db, &err), 0);
		teardown((void **)&db);
	}
}

static void test_quoting(void **state)
{
	static const char *const items[] = { "a", "b\"c", "d\\e", "", "f,g" };
	struct arena *a = arena_new(1 << 16);

	(void)state;
	assert_string_equal(db_quote_ident(a, "we\"ird"), "\"we\"\"ird\"");
	assert_string_equal(db_quote_text(a, "it's"), "'it''s'");
	assert_string_equal(db_array(a, items, 5), "{\"a\",\"b\\\"c\",\"d\\\\e\",\"\",\"f,g\"}");
	assert_string_equal(db_array(a, items, 0), "{}");
	arena_free(&a);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_parameters_are_counted_and_null_is_null),
		T(test_sqlstate_becomes_a_kind),
		T(test_connection_closed_while_idle_is_opened_again),
		T(test_lost_commit_is_uncertain),
		T(test_server_leaving_at_commit_is_uncertain),
		T(test_nothing_reconnects_inside_a_transaction),
		T(test_statement_lost_outside_a_transaction_is_uncertain),
		T(test_commit_of_a_failed_transaction_is_an_error),
		T(test_every_call_may_fail_once),
		T(test_quoting),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
