/* SPDX-License-Identifier: Apache-2.0 */
/* test_conf - every type, every bound, every fault; secrets come from files. */
#include "kit/conf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct settings {
	const char *dir;
	const char *secret;
	int64_t slots;
	int64_t bytes;
	int64_t wait_ms;
	bool flag;
};

static const struct conf_key keys[] = {
	CONF_STR(struct settings, dir, "TST_DIR", NULL, "a directory"),
	CONF_SECRET(struct settings, secret, "TST_SECRET_FILE", "", "a secret"),
	CONF_INT(struct settings, slots, "TST_SLOTS", "2", "1", "16", "tasks at once"),
	CONF_BYTES(struct settings, bytes, "TST_BYTES", "64GiB", "1KiB", "1TiB", "largest"),
	CONF_MS(struct settings, wait_ms, "TST_WAIT", "250ms", "0", "10min", "how long"),
	CONF_BOOL(struct settings, flag, "TST_FLAG", "false", "on or off"),
	CONF_END,
};

static struct buf faults;
static char secret_path[] = "/tmp/millrace-test-XXXXXX";

static int setup(void **state)
{
	(void)state;
	for (const struct conf_key *k = keys; k->type != CONF_T_END; k++)
		unsetenv(k->env);
	setenv("TST_DIR", "/data", 1);
	buf_init(&faults, 4096);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	unsetenv("TST_SLOT");
	buf_done(&faults);
	return 0;
}

static void takes_defaults(void **state)
{
	(void)state;
	struct settings s = { 0 };
	assert_int_equal(conf_load(keys, &s, &faults), 0);
	assert_string_equal(s.dir, "/data");
	assert_null(s.secret);
	assert_int_equal(s.slots, 2);
	assert_true(s.bytes == (int64_t)64 << 30);
	assert_int_equal(s.wait_ms, 250);
	assert_false(s.flag);
	free((void *)(uintptr_t)s.dir);
}

static void reads_what_is_set(void **state)
{
	(void)state;
	struct settings s = { 0 };
	setenv("TST_SLOTS", "16", 1);
	setenv("TST_BYTES", "1KiB", 1);
	setenv("TST_WAIT", "5", 1);
	setenv("TST_FLAG", "true", 1);
	assert_int_equal(conf_load(keys, &s, &faults), 0);
	assert_int_equal(s.slots, 16);
	assert_int_equal(s.bytes, 1024);
	assert_int_equal(s.wait_ms, 5000);
	assert_true(s.flag);
	free((void *)(uintptr_t)s.dir);
}

static void reports_every_fault(void **state)
{
	(void)state;
	struct settings s = { 0 };
	unsetenv("TST_DIR");
	setenv("TST_SLOTS", "17", 1);
	setenv("TST_BYTES", "big", 1);
	setenv("TST_WAIT", "11min", 1);
	setenv("TST_FLAG", "yes", 1);
	setenv("TST_SECRET_FILE", "/nonexistent/secret", 1);
	assert_int_equal(conf_load(keys, &s, &faults), 6);
	static const char *const lines[] = { "TST_DIR: is required\n",
		"TST_SLOTS: must be between 1 and 16\n", "TST_BYTES: must be a size",
		"TST_WAIT: must be between 0 and 10min\n", "TST_FLAG: must be true or false\n",
		"TST_SECRET_FILE: the file cannot be opened\n" };
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		assert_non_null(strstr(faults.data, lines[i]));
}

static int load_secret(const char *content, size_t n, struct settings *s)
{
	FILE *f = fopen(secret_path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(content, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
	setenv("TST_SECRET_FILE", secret_path, 1);
	return conf_load(keys, s, &faults);
}

static void reads_secrets_from_files(void **state)
{
	(void)state;
	struct settings s = { 0 };
	const int fd = mkstemp(secret_path);
	assert_true(fd >= 0);
	(void)close(fd);
	assert_int_equal(load_secret("pa ss\n", 6, &s), 0);
	assert_string_equal(s.secret, "pa ss");
	free((void *)(uintptr_t)s.secret);
	free((void *)(uintptr_t)s.dir);
	struct settings none = { 0 };
	assert_int_equal(load_secret("\n", 1, &none), 1);
	free((void *)(uintptr_t)none.dir);
	assert_int_equal(load_secret("a\0b", 3, &none), 1);
	free((void *)(uintptr_t)none.dir);
	assert_null(none.secret);
	assert_null(strstr(faults.data, "pa ss"));
	(void)unlink(secret_path);
}

static void finds_misspelt_names(void **state)
{
	(void)state;
	const struct conf_key *const tables[] = { keys, NULL };
	assert_int_equal(conf_check_unknown("TST_", tables, &faults), 0);
	setenv("TST_SLOT", "1", 1);
	assert_int_equal(conf_check_unknown("TST_", tables, &faults), 1);
	assert_string_equal(faults.data, "TST_SLOT: no such setting\n");
}

static void prints_a_table(void **state)
{
	(void)state;
	const struct conf_key *const tables[] = { keys, NULL };
	conf_print_help(tables, &faults);
	assert_non_null(strstr(faults.data, "| `TST_DIR` | required | text | a directory |\n"));
	assert_non_null(strstr(faults.data, "| `TST_SECRET_FILE` | none | file | a secret |\n"));
	assert_non_null(strstr(faults.data, "| `TST_SLOTS` | `2` | 1 .. 16 | tasks at once |\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(takes_defaults, setup, teardown),
		cmocka_unit_test_setup_teardown(reads_what_is_set, setup, teardown),
		cmocka_unit_test_setup_teardown(reports_every_fault, setup, teardown),
		cmocka_unit_test_setup_teardown(reads_secrets_from_files, setup, teardown),
		cmocka_unit_test_setup_teardown(finds_misspelt_names, setup, teardown),
		cmocka_unit_test_setup_teardown(prints_a_table, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
