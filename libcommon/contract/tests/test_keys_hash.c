/* SPDX-License-Identifier: Apache-2.0 */
/* test_keys_hash - which typed values are the same key. */
#include "contract/keys_hash.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "base/mem.h"

enum { MAX_COLUMNS = 4 };

/* A batch of a few rows whose values a test sets. */
static struct {
	struct csv_column columns[MAX_COLUMNS];
	struct csv_schema schema;
	struct csv_batch *batch;
	struct contract_key_columns key;
} t;

static void batch_make(const struct csv_column *columns, size_t n, size_t rows)
{
	memcpy(t.columns, columns, n * sizeof(*columns));
	t.schema = (struct csv_schema){ .columns = t.columns, .n_columns = n, .file_columns = n };
	t.batch = csv_batch_new(&t.schema);
	t.batch->rows = rows;
	t.key.n = n;
	for (size_t c = 0; c < n; c++) {
		t.key.column[c] = c;
		memset(t.batch->columns[c].valid, 0xff, 8);
	}
	for (size_t r = 0; r < rows; r++)
		t.batch->row[r] = (int64_t)r + 1;
}

static void set(size_t column, size_t row, const void *value)
{
	const size_t n = csv_value_bytes(&t.columns[column]);
	memcpy((char *)t.batch->columns[column].data + row * n, value, n);
}

static void set_null(size_t column, size_t row)
{
	t.batch->columns[column].valid[0] &= ~(UINT64_C(1) << row);
	t.batch->columns[column].nulls++;
}

static bool same(const struct contract_key_value *x, const struct contract_key_value *y)
{
	return x->hi == y->hi && x->lo == y->lo;
}

/* The key of one value in a column. */
static struct contract_key_value key_of(struct csv_column column, const void *value)
{
	struct contract_key_value out;
	batch_make(&column, 1, 1);
	set(0, 0, value);
	assert_int_equal(contract_keys_hash(&t.key, t.batch, &out), 1);
	csv_batch_free(&t.batch);
	return out;
}

static void check(struct csv_column a, const void *x, struct csv_column b, const void *y, bool want)
{
	const struct contract_key_value i = key_of(a, x);
	const struct contract_key_value j = key_of(b, y);
	assert_int_equal(same(&i, &j), want);
}

static struct csv_column column(enum csv_type type)
{
	return (struct csv_column){ .name = "c", .type = type };
}

static struct csv_column decimal(uint8_t precision, uint8_t scale)
{
	return (struct csv_column){
		.name = "c", .type = CSV_DECIMAL, .precision = precision, .scale = scale
	};
}

static void test_numbers(void **state)
{
	(void)state;
	const int64_t five = 5;
	const int64_t five_00 = 500;
	const int64_t five_05 = 505;
	const int64_t minus = -500;
	const int64_t zero = 0;
	const __int128 wide = (__int128)5 * 1000000000;
	const __int128 huge = (__int128)INT64_MAX * 1000;
	check(column(CSV_INTEGER), &five, decimal(12, 2), &five_00, true);
	check(column(CSV_INTEGER), &five, decimal(38, 9), &wide, true);
	check(decimal(12, 2), &five_00, decimal(38, 9), &wide, true);
	check(decimal(12, 1), &five_00, decimal(12, 2), &five_00, false);
	check(decimal(12, 2), &five_00, decimal(12, 2), &five_05, false);
	check(decimal(12, 2), &five_00, decimal(12, 2), &minus, false);
	check(decimal(12, 4), &zero, column(CSV_INTEGER), &zero, true);
	check(decimal(38, 0), &huge, decimal(38, 9), &huge, false);
	assert_true(contract_keys_comparable(CSV_INTEGER, CSV_DECIMAL));
	assert_false(contract_keys_comparable(CSV_INTEGER, CSV_DOUBLE));
	assert_false(contract_keys_comparable(CSV_TEXT, CSV_INTEGER));
	assert_true(contract_keys_comparable(CSV_DATE, CSV_DATE));
}

static void test_doubles(void **state)
{
	(void)state;
	const double zero = 0.0;
	const double minus = -0.0;
	const double nan_a = nan("1");
	const double nan_b = -nan("2");
	const double x = 0.1;
	const double y = nextafter(x, 1);
	const struct csv_column c = column(CSV_DOUBLE);
	check(c, &zero, c, &minus, true);
	check(c, &nan_a, c, &nan_b, true);
	check(c, &x, c, &x, true);
	check(c, &x, c, &y, false);
}

static void test_texts(void **state)
{
	(void)state;
	char bytes[300];
	const struct csv_column c = column(CSV_TEXT);
	memset(bytes, 'x', sizeof(bytes));
	for (size_t n = 0; n < 200; n++) {
		const struct csv_text a = csv_text_make(bytes, n);
		const struct csv_text b = csv_text_make(bytes + 9, n);
		const struct csv_text longer = csv_text_make(bytes, n + 1);
		check(c, &a, c, &b, true);
		check(c, &a, c, &longer, false);
	}
	const struct csv_text lower = csv_text_make("abc\0                ", 3);
	const struct csv_text upper = csv_text_make("ABC\0                ", 3);
	const struct csv_text nul = csv_text_make("abc\0                ", 4);
	check(c, &lower, c, &upper, false);
	check(c, &lower, c, &nul, false);
	check(c, &lower, column(CSV_JSON), &lower, true);
}

static void test_times(void **state)
{
	(void)state;
	const struct csv_duration month = { 1, 0, 0 };
	const struct csv_duration days = { 0, 30, 0 };
	const struct csv_duration hours = { 0, 29, INT64_C(24) * 3600 * 1000000 };
	const struct csv_duration less = { 0, 29, INT64_C(24) * 3600 * 1000000 - 1 };
	const struct csv_column d = column(CSV_DURATION);
	check(d, &month, d, &days, true);
	check(d, &month, d, &hours, true);
	check(d, &month, d, &less, false);
	const int64_t us = 1234567890;
	const int64_t other = 1234567891;
	check(column(CSV_TIMESTAMP), &us, column(CSV_TIMESTAMP), &us, true);
	check(column(CSV_TIMESTAMP), &us, column(CSV_TIMESTAMP), &other, false);
	check(column(CSV_TIMESTAMP), &us, column(CSV_TIMESTAMPTZ), &us, false);
	const int32_t day = 20000;
	check(column(CSV_DATE), &day, column(CSV_DATE), &day, true);
	const unsigned __int128 uuid = (unsigned __int128)1 << 127;
	const unsigned __int128 second = uuid + 1;
	check(column(CSV_UUID), &uuid, column(CSV_UUID), &uuid, true);
	check(column(CSV_UUID), &uuid, column(CSV_UUID), &second, false);
}

/* ("ab", "c") is not ("a", "bc"), and a part that is null takes the row out. */
static void test_parts_and_nulls(void **state)
{
	(void)state;
	static const char *const cells[][2] = {
		{ "ab\0                 ", "c\0                 " },
		{ "a\0                  ", "bc\0                " },
		{ "ab\0                 ", "c\0                 " },
		{ "\0                   ", "abc\0               " },
		{ "ab\0                 ", "c\0                 " },
	};
	const struct csv_column columns[] = { column(CSV_TEXT), column(CSV_TEXT) };
	struct contract_key_value got[ARRAY_SIZE(cells)];
	batch_make(columns, 2, ARRAY_SIZE(cells));
	for (size_t r = 0; r < ARRAY_SIZE(cells); r++) {
		for (size_t c = 0; c < 2; c++) {
			const struct csv_text v = csv_text_make(cells[r][c], strlen(cells[r][c]));
			set(c, r, &v);
		}
	}
	set_null(1, 4);
	t.batch->row[3] = CONTRACT_KEYS_MAX_ROW;
	assert_int_equal(contract_keys_hash(&t.key, t.batch, got), 4);
	assert_true(same(&got[0], &got[2]));
	assert_false(same(&got[0], &got[1]));
	assert_false(same(&got[0], &got[3]));
	assert_int_equal(got[2].row, 3);
	assert_int_equal(got[3].row, CONTRACT_KEYS_MAX_ROW);
	csv_batch_free(&t.batch);
}

/* The widest key there can be, each part at its longest. */
static void test_most_parts(void **state)
{
	(void)state;
	char bytes[2][200];
	const struct csv_column c = column(CSV_TEXT);
	struct contract_key_value got[2];
	memset(bytes, 'y', sizeof(bytes));
	batch_make(&c, 1, 2);
	t.key.n = CONTRACT_KEY_PARTS;
	memset(t.key.column, 0, sizeof(t.key.column));
	for (size_t n = 62; n < 67; n++) {
		const struct csv_text a = csv_text_make(bytes[0], n);
		const struct csv_text b = csv_text_make(bytes[1], n);
		set(0, 0, &a);
		set(0, 1, &b);
		assert_int_equal(contract_keys_hash(&t.key, t.batch, got), 2);
		assert_true(same(&got[0], &got[1]));
	}
	csv_batch_free(&t.batch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_doubles),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_parts_and_nulls),
		cmocka_unit_test(test_most_parts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
