/* SPDX-License-Identifier: Apache-2.0 */
/* test_copy_encode - golden bytes of each type (taken from COPY TO ... BINARY of PostgreSQL 15). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "copy_encode.h"

static const struct engine_column names[] = { { .name = "a" }, { .name = "b" }, { .name = "c" } };

/* One row of one value as hex, or NULL with err set. */
static const char *encode(
    enum engine_type type, int precision, int scale, void *data, struct err *err)
{
	static char hex[4096];
	struct engine_vector v = {
		.data = data, .type = type, .precision = precision, .scale = scale
	};
	const struct engine_chunk chunk = { .rows = 1, .capacity = 1, .n_columns = 1, .v = &v };
	struct copy_buf b = { 0 };
	const char *out = NULL;

	if (copy_encode_rows(&chunk, names, 0, 1, &b, err) == 1) {
		text_hex(b.p, b.n, hex);
		out = hex;
	}
	copy_buf_done(&b);
	return out;
}

static void check(const char *want, enum engine_type type, void *data)
{
	struct err err;
	assert_string_equal(encode(type, 0, 0, data, &err), want);
}

static void test_plain_types(void **state)
{
	int64_t i64 = -2;
	int32_t i32 = 7;
	double f64 = 1.5;
	bool yes = true;
	int32_t day = 10958; /* 2000-01-02 */
	int64_t us = INT64_C(946684800000001);
	(void)state;

	check("000100000008fffffffffffffffe", ENGINE_I64, &i64);
	check("0001000000080000000000000007", ENGINE_I32, &i32);
	check("0001000000083ff8000000000000", ENGINE_F64, &f64);
	check("00010000000101", ENGINE_BOOL, &yes);
	check("00010000000400000001", ENGINE_DATE, &day);
	check("0001000000080000000000000001", ENGINE_TIMESTAMP, &us);
	check("0001000000080000000000000001", ENGINE_TIMESTAMPTZ, &us);
}

static void test_times_durations_and_uuids(void **state)
{
	int64_t noon = INT64_C(43200000001);
	struct engine_interval d = { .months = 14, .days = -3, .us = -1 };
	unsigned __int128 uuid =
	    (((unsigned __int128)0x0123abcdef456789 << 64) | 0xfedcba9876543210) ^ ENGINE_UUID_FLIP;
	(void)state;

	check("0001000000080000000a0eebb001", ENGINE_TIME, &noon);
	check("000100000010fffffffffffffffffffffffd0000000e", ENGINE_INTERVAL, &d);
	check("0001000000100123abcdef456789fedcba9876543210", ENGINE_UUID, &uuid);
}

static void test_json_has_its_version(void **state)
{
	struct engine_text texts[1];
	struct engine_vector v = { .data = texts, .type = ENGINE_TEXT };
	const struct engine_column column = { .name = "a", .type = ENGINE_JSON };
	const struct engine_chunk chunk = { .rows = 1, .capacity = 1, .n_columns = 1, .v = &v };
	struct copy_buf b = { 0 };
	struct err err;
	char hex[64];
	(void)state;

	engine_text_set(texts, "[1]", 3);
	assert_int_equal(copy_encode_rows(&chunk, &column, 0, 1, &b, &err), 1);
	text_hex(b.p, b.n, hex);
	assert_string_equal(hex, "000100000004015b315d");
	copy_buf_done(&b);
}

static void test_text_short_long_and_empty(void **state)
{
	struct engine_text t;
	(void)state;

	engine_text_set(&t, "", 0);
	check("000100000000", ENGINE_TEXT, &t);
	engine_text_set(&t, "twelve bytes", 12);
	check("00010000000c7477656c7665206279746573", ENGINE_TEXT, &t);
	engine_text_set(&t, "thirteen byte", 13);
	check("00010000000d746869727465656e2062797465", ENGINE_TEXT, &t);
}

static void test_null_is_not_empty(void **state)
{
	struct engine_text texts[2];
	uint64_t validity = 2; /* row 0 is NULL */
	struct engine_vector v = { .data = texts, .type = ENGINE_TEXT, .validity = &validity };
	const struct engine_chunk chunk = { .rows = 2, .capacity = 2, .n_columns = 1, .v = &v };
	struct copy_buf b = { 0 };
	struct err err;
	char hex[64];
	(void)state;

	engine_text_set(&texts[1], "", 0);
	assert_int_equal(copy_encode_rows(&chunk, names, 0, 1000, &b, &err), 2);
	text_hex(b.p, b.n, hex);
	assert_string_equal(hex, "0001ffffffff000100000000");
	copy_buf_done(&b);
}

/* Golden fields: length, ndigits, weight, sign, dscale, digits. */
static const struct {
	const char *name;
	const char *digits; /* of the unscaled value */
	int scale;
	const char *hex;
} numerics[] = {
	{ "zero", "0", 0, "000000080000000000000000" },
	{ "zero with scale", "0", 2, "000000080000000000000002" },
	{ "one", "1", 0, "0000000a00010000000000000001" },
	{ "minus one", "-1", 0, "0000000a00010000400000000001" },
	{ "ten thousand", "10000", 0, "0000000a00010001000000000001" },
	{ "12.34", "1234", 2, "0000000c0002000000000002000c0d48" },
	{ "0.05", "5", 2, "0000000a0001ffff0000000201f4" },
	{ "0.0001", "1", 4, "0000000a0001ffff000000040001" },
	{ "0.00001", "1", 5, "0000000a0001fffe0000000503e8" },
	{ "123456.7", "1234567", 1, "0000000e0003000100000001000c0d801b58" },
	{ "int64 max", "9223372036854775807", 0, "000000120005000400000000039a0d2c0170156516af" },
	{ "int64 max, scale 1", "9223372036854775807", 1,
	    "000000140006000400000001005c092107f421631d9c1b58" },
	{ "38 nines", "99999999999999999999999999999999999999", 0,
	    "0000001c000a000900000000"
	    "0063270f270f270f270f270f270f270f270f270f" },
	{ "38 nines below the point", "99999999999999999999999999999999999999", 38,
	    "0000001c000affff00000026270f270f270f270f270f270f270f270f270f26ac" },
	{ "minus 38 nines, scale 9", "-99999999999999999999999999999999999999", 9,
	    "0000001e000b0007400000090009270f270f270f270f270f270f270f270f270f2328" },
};

static __int128 parse(const char *digits)
{
	const bool negative = *digits == '-';
	__int128 v = 0;

	for (digits += negative; *digits != '\0'; digits++)
		v = v * 10 + (*digits - '0');
	return negative ? -v : v;
}

/* Back from a field to the unscaled value, the slow way. */
static __int128 decode(const uint8_t *p, int *out_scale)
{
	const int n = p[4] << 8 | p[5];
	const int weight = (int16_t)(p[6] << 8 | p[7]);
	const bool negative = (p[8] << 8 | p[9]) == 0x4000;
	const int scale = p[10] << 8 | p[11];
	unsigned __int128 v = 0;
	int decimals = 0; /* digits of v behind the point */

	for (int i = 0; i < n; i++) {
		const unsigned group = (unsigned)(p[12 + 2 * i] << 8 | p[13 + 2 * i]);
		for (int d = 3; d >= 0; d--) {
			static const unsigned pow10[] = { 1, 10, 100, 1000 };
			const int place = (weight - i) * 4 + d; /* power of ten of this digit */
			if (place < -scale) {
				assert_int_equal(group / pow10[d] % 10, 0);
				continue;
			}
			v = v * 10 + group / pow10[d] % 10;
			decimals = -place;
		}
	}
	for (; decimals < scale && v != 0; decimals++)
		v *= 10;
	*out_scale = scale;
	return negative ? -(__int128)v : (__int128)v;
}

static void test_numeric_round_trip(void **state)
{
	static const char *const values[] = { "0", "1", "-1", "9999", "10000", "99999999",
		"100000000", "123456789012345678", "-9223372036854775808", "9223372036854775808",
		"170141183460469231731687303715884105", "99999999999999999999999999999999999999",
		"-99999999999999999999999999999999999999",
		"10000000000000000000000000000000000000" };
	uint8_t out[64];
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(values); i++) {
		for (int scale = 0; scale <= 38; scale++) {
			int got_scale = -1;
			const size_t n = copy_encode_numeric(parse(values[i]), scale, out);
			assert_true(n <= 48);
			assert_int_equal(out[3] + 4, n);
			assert_true(decode(out, &got_scale) == parse(values[i]));
			assert_int_equal(got_scale, scale);
			const int groups = out[4] << 8 | out[5];
			if (groups > 0) { /* canonical: no zero group at either end */
				assert_true((out[12] | out[13]) != 0);
				assert_true((out[n - 1] | out[n - 2]) != 0);
			}
		}
	}
}

static void test_numeric_golden(void **state)
{
	uint8_t out[64];
	char hex[160];
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(numerics); i++) {
		print_message("  %s\n", numerics[i].name);
		const size_t n =
		    copy_encode_numeric(parse(numerics[i].digits), numerics[i].scale, out);
		text_hex(out, n, hex);
		assert_string_equal(hex, numerics[i].hex);
	}
}

static void test_decimal_widths(void **state)
{
	int16_t d4 = 1234;
	int32_t d9 = 1234;
	int64_t d18 = 1234;
	__int128 d38 = 1234;
	struct err err;
	char first[64];
	(void)state;

	snprintf(first, sizeof(first), "%s", encode(ENGINE_DECIMAL, 4, 2, &d4, &err));
	assert_string_equal(first, "00010000000c0002000000000002000c0d48");
	assert_string_equal(encode(ENGINE_DECIMAL, 9, 2, &d9, &err), first);
	assert_string_equal(encode(ENGINE_DECIMAL, 18, 2, &d18, &err), first);
	assert_string_equal(encode(ENGINE_DECIMAL, 38, 2, &d38, &err), first);
}

static void test_what_postgresql_cannot_hold_is_refused(void **state)
{
	int32_t days[] = { INT32_MAX, -INT32_MAX, INT32_MIN, -2440589, 2145031949 };
	int64_t times[] = { INT64_MAX, -INT64_MAX, INT64_MIN, INT64_C(-210866803200000001),
		INT64_C(9223371331200000000) };
	struct err err = { 0 };
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(days); i++) {
		assert_null(encode(ENGINE_DATE, 0, 0, &days[i], &err));
		assert_int_equal(err.kind, ERR_INPUT);
		assert_string_equal(err.code, "load.range");
	}
	for (size_t i = 0; i < ARRAY_SIZE(times); i++)
		assert_null(encode(ENGINE_TIMESTAMP, 0, 0, &times[i], &err));
	int32_t first_day = -2440588; /* 4713-11-24 BC */
	assert_string_equal(encode(ENGINE_DATE, 0, 0, &first_day, &err), "000100000004ffda97a7");
}

static void test_stops_at_the_size_and_goes_on(void **state)
{
	int64_t data[100] = { 0 };
	struct engine_vector v = { .data = data, .type = ENGINE_I64 };
	const struct engine_chunk chunk = { .rows = 100, .capacity = 100, .n_columns = 1, .v = &v };
	struct copy_buf b = { 0 };
	struct err err;
	(void)state;

	assert_int_equal(copy_encode_rows(&chunk, names, 0, 14 * 10, &b, &err), 10);
	assert_int_equal(b.n, 140);
	assert_int_equal(copy_encode_rows(&chunk, names, 10, 1 << 20, &b, &err), 90);
	assert_int_equal(b.n, 1400);
	copy_buf_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain_types),
		cmocka_unit_test(test_times_durations_and_uuids),
		cmocka_unit_test(test_json_has_its_version),
		cmocka_unit_test(test_text_short_long_and_empty),
		cmocka_unit_test(test_null_is_not_empty),
		cmocka_unit_test(test_numeric_golden),
		cmocka_unit_test(test_numeric_round_trip),
		cmocka_unit_test(test_decimal_widths),
		cmocka_unit_test(test_what_postgresql_cannot_hold_is_refused),
		cmocka_unit_test(test_stops_at_the_size_and_goes_on),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
