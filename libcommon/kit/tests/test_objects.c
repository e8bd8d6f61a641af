/* SPDX-License-Identifier: Apache-2.0 */
/* test_objects - the directory back end: write, lock, cut, commit again and again, walk, a full
 * disk. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "kit/objects.h"

#define ID  "01890000-0000-7000-8000-000000000001"
#define ID2 "01890000-0000-7000-8000-000000000002"
#define KEY "default/" ID

static struct {
	char root[64];
	char path[256];
	struct objects *o;
	struct err err;
	int walked;
	char last[OBJECT_KEY_BYTES];
} t;

/* --- the n-th outside call fails: these stand before libc's --- */

static struct {
	int calls, fail_at; /* 0: none fails */
} fault;

static bool fails(void)
{
	if (fault.fail_at == 0 || ++fault.calls != fault.fail_at)
		return false;
	errno = EIO;
	return true;
}

int fsync(int fd)
{
	return fails() ? -1 : (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd)
{
	return fails() ? -1 : (int)syscall(SYS_fdatasync, fd);
}

int renameat(int from_fd, const char *from, int to_fd, const char *to)
{
	return fails() ? -1 : (int)syscall(SYS_renameat, from_fd, from, to_fd, to);
}

ssize_t pwrite(int fd, const void *p, size_t n, off_t at_byte)
{
	return fails() ? -1 : syscall(SYS_pwrite64, fd, p, n, at_byte);
}

int mkdirat(int fd, const char *path, mode_t mode)
{
	return fails() ? -1 : (int)syscall(SYS_mkdirat, fd, path, mode);
}

static const char *at(const char *name)
{
	snprintf(t.path, sizeof(t.path), "%s/%s", t.root, name);
	return t.path;
}

static int set_up(void **state)
{
	(void)state;
	memset(&t, 0, sizeof(t));
	snprintf(t.root, sizeof(t.root), "/tmp/test_objects_XXXXXX");
	if (mkdtemp(t.root) == NULL)
		return -1;
	return objects_open_dir(t.root, &t.o, &t.err);
}

static int tear_down(void **state)
{
	char cmd[128];

	(void)state;
	objects_free(&t.o);
	snprintf(cmd, sizeof(cmd), "rm -rf %s", t.root);
	return system(cmd);
}

static struct object_part *begin(const char *id, int64_t offset)
{
	struct object_part *p = NULL;

	assert_int_equal(part_open(t.o, id, offset, 0, &p, &t.err), 0);
	return p;
}

static void check_file(const char *name, const char *want)
{
	char have[256] = "";
	int fd = open(at(name), O_RDONLY);

	assert_true(fd >= 0);
	assert_int_equal(read(fd, have, sizeof(have) - 1), strlen(want));
	close(fd);
	assert_string_equal(have, want);
}

static void test_write_and_commit(void **state)
{
	struct object_part *p = begin(ID, 0);
	char json[100];

	(void)state;
	assert_int_equal(part_write(p, "hello ", 6, &t.err), 0);
	assert_int_equal(part_write(p, "world", 5, &t.err), 0);
	assert_int_equal(p->offset, 11);
	assert_int_equal(part_sync(p, &t.err), 0);
	part_close(&p);
	assert_null(p);
	for (int i = 0; i < 3; i++) { /* again is fine: a crash may have come after any step */
		assert_int_equal(object_commit(t.o, ID, KEY, &t.err), 0);
		assert_int_equal(object_sidecar(t.o, KEY, "{\"a\":1}", &t.err), 0);
	}
	check_file(KEY, "hello world");
	assert_int_equal(object_read_sidecar(t.o, KEY, json, sizeof(json), &t.err), 1);
	assert_string_equal(json, "{\"a\":1}");
	assert_int_equal(object_read_sidecar(t.o, KEY, json, 7, &t.err), -1);
	assert_int_equal(object_read_sidecar(t.o, "default/" ID2, json, sizeof(json), &t.err), 0);
	assert_int_equal(object_remove(t.o, KEY, &t.err), 0);
	assert_int_equal(object_remove(t.o, KEY, &t.err), 0);
	assert_int_not_equal(access(at(KEY), F_OK), 0);
	assert_int_equal(object_commit(t.o, ID, KEY, &t.err), -1);
	assert_int_equal(t.err.kind, ERR_NOT_FOUND);
}

/* What is beyond the offset we vouched for is cut; what is missing before it is an error. */
static void test_resume(void **state)
{
	struct object_part *p = begin(ID, 0);

	(void)state;
	assert_int_equal(part_write(p, "0123456789", 10, &t.err), 0);
	part_close(&p);
	p = begin(ID, 4);
	assert_int_equal(part_write(p, "ab", 2, &t.err), 0);
	part_close(&p);
	check_file(".uploads/" ID ".part", "0123ab");
	assert_int_equal(part_open(t.o, ID, 7, 0, &p, &t.err), -1);
	assert_string_equal(t.err.code, "upload.lost");
	assert_int_equal(part_open(t.o, ID2, 1, 0, &p, &t.err), -1);
	assert_string_equal(t.err.code, "upload.lost");
	assert_int_equal(part_remove(t.o, ID, &t.err), 0);
	assert_int_equal(part_remove(t.o, ID, &t.err), 0);
}

static void test_lock(void **state)
{
	struct object_part *p = begin(ID, 0), *q = NULL;
	int64_t begin_ms = clock_mono_ms();

	(void)state;
	assert_int_equal(part_open(t.o, ID, 0, 60, &q, &t.err), -1);
	assert_string_equal(t.err.code, "upload.locked");
	assert_true(clock_mono_ms() - begin_ms >= 60);
	part_close(&p);
	q = begin(ID, 0);
	part_close(&q);
}

static int on_walk(void *arg, const char *name, int64_t changed_at_ms, struct err *err)
{
	(void)err;
	assert_ptr_equal(arg, &t);
	assert_true(llabs(clock_now_ms() - changed_at_ms) < 60000);
	snprintf(t.last, sizeof(t.last), "%s", name);
	t.walked++;
	return 0;
}

static void test_walk(void **state)
{
	struct object_part *p = begin(ID, 0), *q = begin(ID2, 0);

	(void)state;
	part_close(&p);
	part_close(&q);
	close(open(at(".uploads/junk.part"), O_CREAT | O_WRONLY, 0600));
	assert_int_equal(object_commit(t.o, ID, KEY, &t.err), 0);
	assert_int_equal(object_sidecar(t.o, KEY, "{}", &t.err), 0);
	assert_int_equal(objects_walk_parts(t.o, on_walk, &t, &t.err), 0);
	assert_int_equal(t.walked, 1);
	assert_string_equal(t.last, ID2);
	assert_int_equal(objects_walk(t.o, on_walk, &t, &t.err), 0);
	assert_int_equal(t.walked, 2);
	assert_string_equal(t.last, KEY);
}

/* Names from elsewhere never reach the file system. */
static void test_bad_keys(void **state)
{
	static const char *const keys[] = { "../" ID, "default/../x", "default/" ID "x",
		"Default/" ID, ID, "", "default", "a/b/" ID };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		assert_int_equal(object_commit(t.o, ID, keys[i], &t.err), -1);
		assert_int_equal(object_sidecar(t.o, keys[i], "{}", &t.err), -1);
		assert_int_equal(object_remove(t.o, keys[i], &t.err), -1);
	}
}

/* The disk ends in the middle of a write (here: the file size limit): the part keeps its old end.
 */
static void test_full_disk(void **state)
{
	struct rlimit old, small;
	struct object_part *p = begin(ID, 0);
	struct stat st;
	char bytes[3000] = "";

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	small = (struct rlimit){ .rlim_cur = 4096, .rlim_max = old.rlim_max };
	setrlimit(RLIMIT_FSIZE, &small);
	assert_int_equal(part_write(p, bytes, sizeof(bytes), &t.err), 0);
	assert_int_equal(part_write(p, bytes, sizeof(bytes), &t.err), -1);
	setrlimit(RLIMIT_FSIZE, &old);
	assert_int_equal(p->offset, 3000);
	assert_int_equal(stat(at(".uploads/" ID ".part"), &st), 0);
	assert_int_equal(st.st_size, 3000);
	assert_int_equal(part_write(p, bytes, sizeof(bytes), &t.err), 0);
	part_close(&p);
}

/* An upload from first byte to sidecar; false where a step failed. */
static bool whole_way(void)
{
	struct object_part *p = NULL;
	bool ok = part_open(t.o, ID, 0, 0, &p, &t.err) == 0 &&
		  part_write(p, "abc", 3, &t.err) == 0 && part_sync(p, &t.err) == 0;

	part_close(&p);
	return ok && object_commit(t.o, ID, KEY, &t.err) == 0 &&
	       object_sidecar(t.o, KEY, "{}", &t.err) == 0;
}

/* Whatever call fails, the error is set, and the same steps again lead to the same end. */
static void test_each_call_fails(void **state)
{
	int n = 1;

	(void)state;
	for (;; n++) {
		bool ok;

		memset(&t.err, 0, sizeof(t.err));
		fault.calls = 0;
		fault.fail_at = n;
		ok = whole_way();
		fault.fail_at = 0;
		if (ok)
			break;
		assert_int_equal(t.err.kind, ERR_UNAVAILABLE);
		assert_true(whole_way());
		check_file(KEY, "abc");
		check_file(KEY ".json", "{}");
		assert_int_equal(object_remove(t.o, KEY, &t.err), 0);
	}
	assert_true(n > 8);
}

static void test_space(void **state)
{
	int64_t n = 0;

	(void)state;
	assert_int_equal(objects_space(t.o, &n, &t.err), 0);
	assert_true(n > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_write_and_commit, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_resume, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_lock, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_walk, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_bad_keys, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_full_disk, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_each_call_fails, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_space, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
