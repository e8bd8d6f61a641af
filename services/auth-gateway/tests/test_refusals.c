/* SPDX-License-Identifier: Apache-2.0 */
/* test_refusals - counted, bounded, kept when the database is away. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "refusals.h"

static void bounded_but_complete(void **state)
{
	struct refusals *r = refusals_new(3);
	(void)state;
	for (int i = 0; i < 100; i++) {
		char address[32];
		snprintf(address, sizeof(address), "10.0.0.%d", i);
		refusals_count(r, address);
	}
	assert_int_equal(refusals_total(r), 100);
	refusals_free(&r);
	assert_null(r);
}

static void kept_when_the_database_is_away(void **state)
{
	static const struct db_conf away = {
		.conninfo = "host=127.0.0.1 port=1 dbname=x",
		.user = "x",
		.application = "test",
		.connect_timeout_ms = 1000,
	};
	struct refusals *r = refusals_new(10);
	struct db *db = db_new(&away);
	struct err err;
	(void)state;
	refusals_count(r, "10.0.0.1");
	refusals_count(r, "10.0.0.1");
	refusals_count(r, "10.0.0.2");
	assert_int_equal(refusals_flush(r, db, &err), -1);
	assert_int_equal(err.kind, ERR_UNAVAILABLE);
	assert_int_equal(refusals_total(r), 3);
	db_free(&db);
	refusals_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bounded_but_complete),
		cmocka_unit_test(kept_when_the_database_is_away),
	};
	return cmocka_run_group_tests_name("refusals", tests, NULL, NULL);
}
