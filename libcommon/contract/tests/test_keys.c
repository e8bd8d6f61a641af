/* SPDX-License-Identifier: Apache-2.0 */
/* test_keys - violations of keys against a plain list, at small and large budgets, with threads and
 * with a disk that fails. */
#include "contract/keys.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
size_t __sanitizer_get_current_allocated_bytes(void);
#endif

#include "base/mem.h"

enum {
	SMALL = CONTRACT_KEYS_MIN_BYTES,
	LARGE = 64 << 20,
	KEYS = 3,
};

static const enum contract_key_kind kinds[KEYS] = {
	CONTRACT_KEY_UNIQUE,
	CONTRACT_KEY_FOREIGN,
	CONTRACT_KEY_UNIQUE,
};

static char dir[] = "/tmp/test_keys-XXXXXX";

/* --- the n-th outside call fails: these stand before libc's --- */

static struct {
	int calls, fail_at; /* 0: none fails */
	int code;           /* errno of the failure */
	bool piecewise;     /* reads and writes stop half-way and are interrupted */
	bool no_tmpfile;
	size_t memory; /* most bytes in use at a call */
} fault;

static size_t memory_now(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	return __sanitizer_get_current_allocated_bytes();
#else
	const struct mallinfo2 m = mallinfo2();
	return m.uordblks + m.hblkhd;
#endif
}

static bool fails(void)
{
	const int call = __atomic_add_fetch(&fault.calls, 1, __ATOMIC_RELAXED);
	if (fault.fail_at == 0) {
		const size_t now = memory_now();
		if (now > fault.memory)
			fault.memory = now;
		return false;
	}
	if (call != fault.fail_at)
		return false;
	errno = fault.code;
	return true;
}

static bool is_interrupted(size_t *n)
{
	static unsigned turn;
	if (!fault.piecewise)
		return false;
	*n = *n / 2 + 1;
	errno = EINTR;
	return ++turn % 3 == 0;
}

ssize_t pwrite(int fd, const void *p, size_t n, off_t at)
{
	return fails() || is_interrupted(&n) ? -1 : syscall(SYS_pwrite64, fd, p, n, at);
}

ssize_t pread(int fd, void *p, size_t n, off_t at)
{
	return fails() || is_interrupted(&n) ? -1 : syscall(SYS_pread64, fd, p, n, at);
}

int open(const char *path, int flags, ...)
{
	va_list ap;
	va_start(ap, flags);
	const mode_t mode = va_arg(ap, mode_t);
	va_end(ap);
	if (fault.no_tmpfile && (flags & O_TMPFILE) == O_TMPFILE) {
		errno = EOPNOTSUPP;
		return -1;
	}
	return fails() ? -1 : (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

/* --- the plain way --- */

/* Values of row i + 1 for each key; 0 is null. References of key 1 are the multiples of 3. */
struct rows {
	uint64_t *value[KEYS];
	size_t n;
	uint64_t values; /* values are 1 .. values */
};

static uint64_t random_state = 20261120;

static uint64_t random_next(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

static void rows_make(struct rows *r, size_t n, uint64_t values)
{
	r->n = n;
	r->values = values;
	for (size_t k = 0; k < KEYS; k++) {
		r->value[k] = mem_array(n, sizeof(uint64_t));
		for (size_t i = 0; i < n; i++)
			r->value[k][i] = random_next() % (k == 2 ? values / 50 + 2 : values + 1);
	}
}

static void rows_free(struct rows *r)
{
	for (size_t k = 0; k < KEYS; k++)
		free(r->value[k]);
}

static struct contract_key_value value_of(uint64_t value, int64_t row)
{
	return (struct contract_key_value){ value * UINT64_C(0x9e3779b97f4a7c15), value % 7, row };
}

/* What must come out, in order. */
static size_t expect(const struct rows *r, struct contract_violation **out)
{
	size_t n = 0;
	int64_t *holder[KEYS];
	*out = mem_array(r->n * KEYS + 1, sizeof(**out));
	for (size_t k = 0; k < KEYS; k++)
		holder[k] = mem_array(r->values + 2, sizeof(int64_t));
	for (size_t i = 0; i < r->n; i++) {
		const int64_t row = (int64_t)i + 1;
		for (uint32_t k = 0; k < KEYS; k++) {
			const uint64_t v = r->value[k][i];
			if (v == 0)
				continue;
			if (k == 1 ? v % 3 != 0 : holder[k][v] != 0)
				(*out)[n++] = (struct contract_violation){ row,
					k == 1 ? 0 : holder[k][v], k };
			else
				holder[k][v] = row;
		}
	}
	for (size_t k = 0; k < KEYS; k++)
		free(holder[k]);
	return n;
}

/* --- our way --- */

struct part {
	struct contract_keys *keys;
	const struct rows *rows;
	size_t number, parts;
	int rc;
	struct err err;
};

/* Every parts-th stretch of rows, last first. */
static void *add_part(void *arg)
{
	enum { STRETCH = 777 };
	struct part *p = arg;
	struct contract_key_value v[STRETCH];
	const size_t stretches = (p->rows->n + STRETCH - 1) / STRETCH;
	for (size_t s = stretches; s-- > 0 && p->rc == 0;) {
		if (s % p->parts != p->number)
			continue;
		for (uint32_t k = 0; k < KEYS && p->rc == 0; k++) {
			size_t n = 0;
			for (size_t i = s * STRETCH; i < (s + 1) * STRETCH && i < p->rows->n; i++)
				if (p->rows->value[k][i] != 0)
					v[n++] = value_of(p->rows->value[k][i], (int64_t)i + 1);
			p->rc = contract_keys_add(p->keys, k, v, n, &p->err);
		}
	}
	return NULL;
}

static int add_references(struct contract_keys *k, const struct rows *r, struct err *err)
{
	for (uint64_t v = 3; v <= r->values; v += 3) {
		const struct contract_key_value twice[2] = { value_of(v, 5), value_of(v, 0) };
		if (contract_keys_reference(k, 1, twice, 2, err) != 0)
			return -1;
	}
	return 0;
}

static int judge(struct contract_keys *k, const struct rows *r, size_t threads, struct err *err)
{
	struct part parts[4];
	pthread_t ids[4];
	int rc = add_references(k, r, err);
	for (size_t i = 0; i < threads; i++) {
		parts[i] = (struct part){ .keys = k, .rows = r, .number = i, .parts = threads };
		assert_int_equal(pthread_create(&ids[i], NULL, add_part, &parts[i]), 0);
	}
	for (size_t i = 0; i < threads; i++) {
		assert_int_equal(pthread_join(ids[i], NULL), 0);
		if (rc == 0 && parts[i].rc != 0) {
			*err = parts[i].err;
			rc = -1;
		}
	}
	return rc == 0 ? contract_keys_finish(k, err) : rc;
}

static struct contract_keys *keys_new(size_t memory_bytes)
{
	const struct contract_keys_conf conf = { dir, memory_bytes, kinds, KEYS };
	return contract_keys_new(&conf);
}

/* Is the list, read from `at` in steps of cap, the expected one? -1 when the disk fails. */
static int compare(const struct contract_keys *k, const struct contract_violation *want, size_t n,
    size_t cap, struct err *err)
{
	struct contract_violation got[300];
	size_t n_got;
	assert_int_equal(contract_keys_total(k), n);
	for (size_t at = 0; at < n; at += n_got) {
		if (contract_keys_read(k, at, got, cap, &n_got, err) != 0)
			return -1;
		assert_true(n_got == cap || at + n_got == n);
		for (size_t i = 0; i < n_got; i++) {
			assert_int_equal(got[i].row, want[at + i].row);
			assert_int_equal(got[i].key, want[at + i].key);
			assert_int_equal(got[i].other, want[at + i].other);
		}
	}
	return 0;
}

static void test_same_for_any_budget_and_threads(void **state)
{
	(void)state;
	static const uint64_t values[] = { 1, 40, 3000, 60000, 1 << 20 };
	static const size_t budgets[] = { SMALL, 300000, LARGE };
	for (size_t c = 0; c < ARRAY_SIZE(values); c++) {
		struct rows r;
		struct contract_violation *want;
		struct err err = { 0 };
		rows_make(&r, 12000 + (size_t)(random_next() % 3000), values[c]);
		const size_t n = expect(&r, &want);
		for (size_t threads = 1; threads <= 4; threads++) {
			for (size_t b = 0; b < ARRAY_SIZE(budgets); b++) {
				struct contract_keys *k = keys_new(budgets[b]);
				assert_int_equal(judge(k, &r, threads, &err), 0);
				assert_int_equal(compare(k, want, n, 300 - b, &err), 0);
				assert_int_equal(
				    contract_keys_spilled_bytes(k) == 0, budgets[b] == LARGE);
				contract_keys_free(&k);
			}
		}
		free(want);
		rows_free(&r);
	}
}

static void test_seek(void **state)
{
	(void)state;
	for (int large = 0; large < 2; large++) {
		struct rows r;
		struct contract_violation *want;
		struct err err;
		uint64_t at;
		uint64_t counts[KEYS] = { 0 };
		rows_make(&r, 9000, 100);
		const size_t n = expect(&r, &want);
		struct contract_keys *k = keys_new(large ? LARGE : SMALL);
		assert_int_equal(judge(k, &r, 1, &err), 0);
		size_t i = 0;
		for (int64_t row = 0; row <= 9001; row++) {
			while (i < n && want[i].row < row)
				counts[want[i++].key]++;
			assert_int_equal(contract_keys_seek(k, row, &at, &err), 0);
			assert_int_equal(at, i);
		}
		assert_int_equal(i, n);
		for (uint32_t key = 0; key < KEYS; key++)
			assert_int_equal(contract_keys_count(k, key), counts[key]);
		contract_keys_free(&k);
		free(want);
		rows_free(&r);
	}
}

/* All rows alike: every row but one breaks key 0, every row key 1; the violations spill too. */
static void test_memory_is_fixed(void **state)
{
	(void)state;
	enum { ROWS = 150000, STEP = 1000, BESIDES = 8 << 10 };
	const size_t budgets[] = { SMALL, 1 << 20 };
	for (size_t b = 0; b < ARRAY_SIZE(budgets); b++) {
		struct err err;
		struct contract_key_value v[STEP];
		const size_t before = memory_now();
		fault.memory = 0;
		struct contract_keys *k = keys_new(budgets[b]);
		for (int64_t row = 1; row < ROWS; row += STEP) {
			for (size_t i = 0; i < STEP; i++)
				v[i] = (struct contract_key_value){ 17, 4, row + (int64_t)i };
			assert_int_equal(contract_keys_add(k, 0, v, STEP, &err), 0);
			assert_int_equal(contract_keys_add(k, 1, v, STEP, &err), 0);
		}
		assert_int_equal(contract_keys_finish(k, &err), 0);
		assert_int_equal(contract_keys_total(k), 2 * ROWS - 1);
		assert_true(fault.memory > before);
		if (fault.memory - before > budgets[b] + BESIDES)
			fail_msg("%zu bytes for %zu", fault.memory - before, budgets[b]);
		contract_keys_free(&k);
	}
}

/* What rows outside the file hold is taken; a row that refers to its own file finds itself. */
static void test_references(void **state)
{
	(void)state;
	struct err err;
	struct contract_violation got[4];
	size_t n;
	const struct contract_key_value a[] = { { 1, 1, 1 }, { 2, 2, 2 }, { 1, 1, 3 } };
	struct contract_keys *k = keys_new(0);
	assert_int_equal(contract_keys_reference(k, 0, &a[1], 1, &err), 0);
	assert_int_equal(contract_keys_add(k, 0, a, 3, &err), 0);
	assert_int_equal(contract_keys_add(k, 1, a, 3, &err), 0);
	assert_int_equal(contract_keys_reference(k, 1, a, 1, &err), 0);
	assert_int_equal(contract_keys_finish(k, &err), 0);
	assert_int_equal(contract_keys_read(k, 0, got, 4, &n, &err), 0);
	assert_int_equal(n, 3);
	static const struct contract_violation want[] = { { 2, 0, 0 }, { 2, 0, 1 }, { 3, 1, 0 } };
	assert_int_equal(compare(k, want, 3, 2, &err), 0);
	contract_keys_free(&k);
}

static void test_nothing_added(void **state)
{
	(void)state;
	struct err err;
	uint64_t at = 9;
	size_t n = 9;
	struct contract_violation got[1];
	struct contract_keys *k = keys_new(SMALL);
	assert_int_equal(contract_keys_finish(k, &err), 0);
	assert_int_equal(contract_keys_total(k), 0);
	assert_int_equal(contract_keys_seek(k, 1, &at, &err), 0);
	assert_int_equal(at, 0);
	assert_int_equal(contract_keys_read(k, 0, got, 1, &n, &err), 0);
	assert_int_equal(n, 0);
	contract_keys_free(&k);
	contract_keys_free(&k);
}

static size_t files_in_dir(void)
{
	size_t n = 0;
	DIR *d = opendir(dir);
	assert_non_null(d);
	for (const struct dirent *e; (e = readdir(d)) != NULL;)
		n += e->d_name[0] != '.';
	(void)closedir(d);
	return n;
}

/* Half-way through, nothing with a name is there that a kill could leave behind. */
static void test_no_file_is_left(void **state)
{
	(void)state;
	for (int named = 0; named < 2; named++) {
		struct rows r;
		struct err err;
		fault.no_tmpfile = named == 1;
		rows_make(&r, 20000, 5);
		struct contract_keys *k = keys_new(SMALL);
		assert_int_equal(judge(k, &r, 1, &err), 0);
		assert_true(contract_keys_spilled_bytes(k) > 0);
		assert_int_equal(files_in_dir(), 0);
		contract_keys_free(&k);
		fault.no_tmpfile = false;
		rows_free(&r);
	}
}

static void test_short_reads_and_writes(void **state)
{
	(void)state;
	struct rows r;
	struct contract_violation *want;
	struct err err;
	rows_make(&r, 20000, 500);
	const size_t n = expect(&r, &want);
	struct contract_keys *k = keys_new(SMALL);
	fault.piecewise = true;
	assert_int_equal(judge(k, &r, 1, &err), 0);
	assert_int_equal(compare(k, want, n, 100, &err), 0);
	fault.piecewise = false;
	contract_keys_free(&k);
	free(want);
	rows_free(&r);
}

/* One whole way with the n-th call failing; true when none was left to fail. */
static bool whole_way(
    const struct rows *r, const struct contract_violation *want, size_t n, size_t threads)
{
	struct err err = { 0 };
	uint64_t at;
	struct contract_keys *k = keys_new(SMALL);
	int rc = judge(k, r, threads, &err);
	if (rc == 0)
		rc = compare(k, want, n, 300, &err);
	if (rc == 0)
		rc = contract_keys_seek(k, 77, &at, &err);
	if (rc != 0) {
		assert_int_equal(err.kind, fault.code == ENOSPC ? ERR_NO_SPACE : ERR_UNAVAILABLE);
		assert_non_null(strstr(err.msg, "spill file"));
	}
	contract_keys_free(&k);
	return rc == 0;
}

static void test_every_call_fails_once(void **state)
{
	(void)state;
	struct rows r;
	struct contract_violation *want;
	rows_make(&r, 3000, 20);
	const size_t n = expect(&r, &want);
	for (size_t threads = 1; threads <= 3; threads += 2) {
		int at = 1;
		for (;; at++) {
			fault.calls = 0;
			fault.fail_at = at;
			fault.code = at % 2 == 0 ? ENOSPC : EIO;
			if (whole_way(&r, want, n, threads))
				break;
		}
		assert_true(at > 40);
		assert_true(fault.calls < at);
	}
	fault.fail_at = 0;
	free(want);
	rows_free(&r);
}

/* After the first failure nothing else is tried. */
static void test_failure_stays(void **state)
{
	(void)state;
	struct rows r;
	struct err err = { 0 };
	rows_make(&r, 20000, 5);
	struct contract_keys *k = keys_new(SMALL);
	fault.calls = 0;
	fault.fail_at = 3;
	fault.code = ENOSPC;
	assert_int_equal(judge(k, &r, 1, &err), -1);
	const int calls = fault.calls;
	err_clear(&err);
	assert_int_equal(contract_keys_finish(k, &err), -1);
	assert_int_equal(err.kind, ERR_NO_SPACE);
	assert_int_equal(fault.calls, calls);
	fault.fail_at = 0;
	contract_keys_free(&k);
	rows_free(&r);
}

static void test_no_directory(void **state)
{
	(void)state;
	struct rows r;
	struct err err = { 0 };
	const struct contract_keys_conf conf = { "/nonexistent", SMALL, kinds, KEYS };
	rows_make(&r, 20000, 5);
	struct contract_keys *k = contract_keys_new(&conf);
	assert_int_equal(judge(k, &r, 2, &err), -1);
	assert_int_equal(err.kind, ERR_UNAVAILABLE);
	contract_keys_free(&k);
	rows_free(&r);
}

static int set_up(void **state)
{
	(void)state;
	return mkdtemp(dir) == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
	(void)state;
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_for_any_budget_and_threads),
		cmocka_unit_test(test_seek),
		cmocka_unit_test(test_memory_is_fixed),
		cmocka_unit_test(test_references),
		cmocka_unit_test(test_nothing_added),
		cmocka_unit_test(test_no_file_is_left),
		cmocka_unit_test(test_short_reads_and_writes),
		cmocka_unit_test(test_every_call_fails_once),
		cmocka_unit_test(test_failure_stays),
		cmocka_unit_test(test_no_directory),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
