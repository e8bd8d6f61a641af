/* SPDX-License-Identifier: Apache-2.0 */
/* test_staged - files come to their final names whole and synced, or not at all. */
#include "staged.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "tidy.h"

static char root[] = "/tmp/millrace-staged-XXXXXX";
static char scratch[64];
static char final_dir[64];

/* The n-th call of fsync or rename from now on fails with this errno; 0 = none. */
static int fail_at;
static int fail_with;
static int calls;

static bool fails(void)
{
	calls++;
	if (fail_at == 0 || calls != fail_at)
		return false;
	errno = fail_with;
	return true;
}

/* In the place of libc's: the linker takes the program's own first. */
int fsync(int fd)
{
	return fails() ? -1 : (int)syscall(SYS_fsync, fd);
}

int rename(const char *from, const char *to)
{
	return fails() ? -1 : (int)syscall(SYS_rename, from, to);
}

static void put(const char *name, const char *text)
{
	char path[128];
	(void)snprintf(path, sizeof(path), "%s/%s", scratch, name);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static bool exists(const char *path)
{
	return access(path, F_OK) == 0;
}

static int setup(void **state)
{
	*state = arena_new(1 << 20);
	memcpy(root + sizeof(root) - 7, "XXXXXX", 6);
	if (mkdtemp(root) == NULL)
		return -1;
	(void)snprintf(scratch, sizeof(scratch), "%s/scratch", root);
	(void)snprintf(final_dir, sizeof(final_dir), "%s/default", root);
	fail_at = 0;
	calls = 0;
	return mkdir(scratch, 0700);
}

static int teardown(void **state)
{
	struct arena *a = *state;
	arena_free(&a);
	(void)staged_remove_tree(scratch);
	(void)staged_remove_tree(final_dir);
	return rmdir(root);
}

static void gives_final_names(void **state)
{
	struct staged s;
	struct err err = { 0 };
	const char *path = NULL;
	put("silver-0.parquet", "rows");
	staged_init(&s, *state, scratch, final_dir, "run-7");
	assert_int_equal(staged_file(&s, "silver-0.parquet", "-0.parquet", &path, &err), 0);
	assert_int_equal(staged_sync(&s, &err), 0);
	assert_non_null(strstr(path, "/default/run-7-0.parquet"));
	assert_true(exists(path));
	staged_undo(&s);
	assert_false(exists(path));
	staged_undo(&s);
}

static void refuses_names_that_leave(void **state)
{
	static const char *const names[] = { "", "../x", "/etc/passwd", ".hidden", "a/b", "a b" };
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct staged s;
		struct err err = { 0 };
		const char *path = NULL;
		staged_init(&s, *state, scratch, final_dir, "run-7");
		assert_int_equal(staged_file(&s, names[i], "-0.parquet", &path, &err), -1);
		assert_int_equal(err.kind, ERR_INTERNAL);
		assert_null(path);
	}
}

static void follows_no_link(void **state)
{
	struct staged s;
	struct err err = { 0 };
	const char *path = NULL;
	char link[128];
	(void)snprintf(link, sizeof(link), "%s/silver-0.parquet", scratch);
	assert_int_equal(symlink("/etc/passwd", link), 0);
	staged_init(&s, *state, scratch, final_dir, "run-7");
	assert_int_equal(staged_file(&s, "silver-0.parquet", "-0.parquet", &path, &err), -1);
}

static void copies_to_another_file_system(void **state)
{
	struct staged s;
	struct err err = { 0 };
	const char *path = NULL;
	struct stat st;
	put("silver-0.parquet", "some rows");
	staged_init(&s, *state, scratch, final_dir, "run-7");
	fail_at = 2; /* the rename */
	fail_with = EXDEV;
	assert_int_equal(staged_file(&s, "silver-0.parquet", "-0.parquet", &path, &err), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 9);
}

/* Whatever fails: an error, no file under a final name, no .part. */
static void fault_leaves_nothing_behind(void **state)
{
	int n = 1;
	for (;; n++) {
		struct staged s;
		struct err err = { 0 };
		const char *path = NULL;
		put("silver-0.parquet", "rows");
		staged_init(&s, *state, scratch, final_dir, "run-7");
		calls = 0;
		fail_at = n;
		fail_with = ENOSPC;
		const int rc =
		    staged_file(&s, "silver-0.parquet", "-0.parquet", &path, &err) != 0 ||
			    staged_sync(&s, &err) != 0
			? -1
			: 0;
		if (rc == 0)
			break;
		assert_int_equal(err.kind, ERR_NO_SPACE);
		staged_undo(&s);
		char final[128];
		(void)snprintf(final, sizeof(final), "%s/run-7-0.parquet", final_dir);
		assert_false(exists(final));
	}
	assert_int_equal(n, 5); /* sync, rename, sync, sync of the parent */
}

static void knows_our_names(void **state)
{
	(void)state;
	char id[37];
	char number[24];
	assert_true(tidy_name("0190a000-0000-7000-8000-000000000001-17-0.parquet", id, number));
	assert_string_equal(id, "0190a000-0000-7000-8000-000000000001");
	assert_string_equal(number, "17");
	assert_true(tidy_name("0190a000-0000-7000-8000-000000000001-17", id, number));
	static const char *const others[] = { "", "x", "0190a000-0000-7000-8000-000000000001",
		"0190a000-0000-7000-8000-000000000001-", "0190a000-0000-7000-8000-000000000001-x",
		"0190a000-0000-7000-8000-000000000001.17",
		"0190A000-0000-7000-8000-000000000001-17",
		"0190a000-0000-7000-8000-000000000001-1234567890123456789" };
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		assert_false(tidy_name(others[i], id, number));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(gives_final_names, setup, teardown),
		cmocka_unit_test_setup_teardown(refuses_names_that_leave, setup, teardown),
		cmocka_unit_test_setup_teardown(follows_no_link, setup, teardown),
		cmocka_unit_test_setup_teardown(copies_to_another_file_system, setup, teardown),
		cmocka_unit_test_setup_teardown(fault_leaves_nothing_behind, setup, teardown),
		cmocka_unit_test(knows_our_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
