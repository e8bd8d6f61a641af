/* SPDX-License-Identifier: Apache-2.0 */
/* test_tus - Upload-Metadata and names, good and bad. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>
#include <string.h>

#include "tus.h"

#define UUID "01890000-0000-7000-8000-000000000001"

static const struct {
	const char *name;
	const char *text;
	const char *filename; /* NULL: refused */
	const char *dataset;
	const char *id;
	bool again;
} cases[] = {
	{ "two pairs", "filename YS5jc3Y=,dataset b3Jk", "a.csv", "ord", NULL, false },
	{ "blank behind the comma", "filename YS5jc3Y=, dataset b3Jk", "a.csv", "ord", NULL,
	    false },
	{ "other order", "dataset b3Jk,filename YS5jc3Y=", "a.csv", "ord", NULL, false },
	{ "no padding", "filename YS5jc3Y,dataset b3Jk", "a.csv", "ord", NULL, false },
	{ "unknown keys", "filetype dGV4dA==,filename YS5jc3Y=,empty,dataset b3Jk,relativePath ",
	    "a.csv", "ord", NULL, false },
	{ "again", "filename YS5jc3Y=,dataset b3Jk,again dHJ1ZQ==", "a.csv", "ord", NULL, true },
	{ "not again", "filename YS5jc3Y=,dataset b3Jk,again ZmFsc2U=", "a.csv", "ord", NULL,
	    false },
	{ "id",
	    "filename YS5jc3Y=,dataset b3Jk,upload_id "
	    "MDE4OTAwMDAtMDAwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAx",
	    "a.csv", "ord", UUID, false },
	{ "UTF-8", "filename w6kuY3N2,dataset b3Jk", "\xc3\xa9.csv", "ord", NULL, false },
	{ "absent", NULL, NULL, NULL, NULL, false },
	{ "empty", "", NULL, NULL, NULL, false },
	{ "no dataset", "filename YS5jc3Y=", NULL, NULL, NULL, false },
	{ "no filename", "dataset b3Jk", NULL, NULL, NULL, false },
	{ "empty filename", "filename,dataset b3Jk", NULL, NULL, NULL, false },
	{ "filename twice", "filename YS5jc3Y=,filename YS5jc3Y=,dataset b3Jk", NULL, NULL, NULL,
	    false },
	{ "again twice", "filename YS5jc3Y=,dataset b3Jk,again dHJ1ZQ==,again dHJ1ZQ==", NULL, NULL,
	    NULL, false },
	{ "again maybe", "filename YS5jc3Y=,dataset b3Jk,again bWF5YmU=", NULL, NULL, NULL, false },
	{ "bad base64", "filename YS5jc3Y!,dataset b3Jk", NULL, NULL, NULL, false },
	{ "two blanks", "filename  YS5jc3Y=,dataset b3Jk", NULL, NULL, NULL, false },
	{ "NUL inside", "filename YQBi,dataset b3Jk", NULL, NULL, NULL, false },
	{ "newline inside", "filename YQpi,dataset b3Jk", NULL, NULL, NULL, false },
	{ "not UTF-8", "filename /w==,dataset b3Jk", NULL, NULL, NULL, false },
	{ "bad id", "filename YS5jc3Y=,dataset b3Jk,upload_id eA==", NULL, NULL, NULL, false },
	{ "empty key", "filename YS5jc3Y=,,dataset b3Jk", NULL, NULL, NULL, false },
	{ "key is a prefix", "file YS5jc3Y=,dataset b3Jk", NULL, NULL, NULL, false },
};

static void test_metadata(void **state)
{
	struct arena *a = arena_new(1 << 20);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct tus_metadata m = { .filename = "untouched" };
		struct err err = { 0 };
		int rc = tus_parse_metadata(a, cases[i].text, &m, &err);

		if ((rc == 0) != (cases[i].filename != NULL))
			fail_msg("%s: %d %s", cases[i].name, rc, err.msg);
		if (rc != 0) {
			assert_string_equal(err.code, "field.invalid");
			assert_string_equal(m.filename, "untouched");
			continue;
		}
		assert_string_equal(m.filename, cases[i].filename);
		assert_string_equal(m.dataset, cases[i].dataset);
		assert_int_equal(m.again, cases[i].again);
		if (cases[i].id != NULL)
			assert_string_equal(m.upload_id, cases[i].id);
		else
			assert_null(m.upload_id);
	}
	arena_free(&a);
}

static void test_metadata_size(void **state)
{
	struct arena *a = arena_new(1 << 20);
	struct tus_metadata m;
	struct err err;
	char big[5000];

	(void)state;
	memset(big, 'a', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	assert_int_equal(tus_parse_metadata(a, big, &m, &err), -1);
	assert_int_equal(err.kind, ERR_TOO_LARGE);
	arena_free(&a);
}

static void test_datasets(void **state)
{
	static const char *const bad[] = { "", ".", "a.", ".a", "a.b.c", "A", "a b", "1a", "a-b",
		"a..b" };
	struct arena *a = arena_new(1 << 20);
	const char *domain, *name;

	(void)state;
	assert_true(tus_split_dataset(a, "orders", &domain, &name));
	assert_string_equal(domain, "default");
	assert_string_equal(name, "orders");
	assert_true(tus_split_dataset(a, "sales.leads_2", &domain, &name));
	assert_string_equal(domain, "sales");
	assert_string_equal(name, "leads_2");
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_false(tus_split_dataset(a, bad[i], &domain, &name));
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_metadata),
		cmocka_unit_test(test_metadata_size),
		cmocka_unit_test(test_datasets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
