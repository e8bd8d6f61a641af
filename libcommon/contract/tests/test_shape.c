/* SPDX-License-Identifier: Apache-2.0 */
/* test_shape - one shape for every cell, the fast way and the thorough one alike; a candidate that
 * takes a shape reads its cells. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "contract/infer_candidate.h"
#include "contract/shape_fast.h"
#include "csv/csv_plain.h"

struct shape_case {
	const char *cell;
	int shape;
	unsigned before, behind;
};

#define DATED SHAPE_DATED_AS

static const struct shape_case cases[] = {
	{ "0", SHAPE_INT, 1, 0 },
	{ "-12345678", SHAPE_INT, 8, 0 },
	{ "+7", SHAPE_INT, 1, 0 },
	{ "+1234567", SHAPE_PLUS_LED, 7, 0 },
	{ "9223372036854775807", SHAPE_INT, 19, 0 },
	{ "9223372036854775808", SHAPE_BIG, 19, 0 },
	{ "00", SHAPE_ZERO_LED, 2, 0 },
	{ "-01", SHAPE_ZERO_LED, 2, 0 },
	{ "00.5", SHAPE_ZERO_LED, 2, 1 },
	{ "0.5", SHAPE_DECIMAL, 1, 1 },
	{ ".5", SHAPE_DECIMAL, 0, 1 },
	{ "5.", SHAPE_DECIMAL, 1, 0 },
	{ "1.234", SHAPE_POINT3, 1, 3 },
	{ "0.234", SHAPE_DECIMAL, 1, 3 },
	{ "1234.567", SHAPE_DECIMAL, 4, 3 },
	{ "12345678901234567890123456789012345678.9", SHAPE_EXPONENT, 38, 1 },
	{ "1e5", SHAPE_EXPONENT, 0, 0 },
	{ "1,5", SHAPE_COMMA, 1, 1 },
	{ ",5", SHAPE_COMMA, 0, 1 },
	{ "-0,123", SHAPE_COMMA, 1, 3 },
	{ "01,5", SHAPE_ZERO_LED, 2, 1 },
	{ "1,234", SHAPE_COMMA3, 1, 3 },
	{ "-1,234,567", SHAPE_GROUP_COMMA, 7, 0 },
	{ "1,234.5", SHAPE_GROUP_COMMA_POINT, 4, 1 },
	{ "1.234.567", SHAPE_GROUP_POINT, 7, 0 },
	{ "1.234,50", SHAPE_GROUP_POINT_COMMA, 4, 2 },
	{ "1 234", SHAPE_GROUP_SPACE, 4, 0 },
	{ "1 234,5", SHAPE_GROUP_SPACE_COMMA, 4, 1 },
	{ "1'234.5", SHAPE_GROUP_QUOTE_POINT, 4, 1 },
	{ "1\xE2\x80\x99"
	  "234",
	    SHAPE_GROUP_QUOTE, 4, 0 },
	{ "1,2,3", SHAPE_TEXT, 0, 0 },
	{ "1,234,56", SHAPE_TEXT, 0, 0 },
	{ "0,123,456", SHAPE_TEXT, 0, 0 },
	{ "1..2", SHAPE_TEXT, 0, 0 },
	{ "5,", SHAPE_TEXT, 0, 0 },
	{ "-", SHAPE_NULL + 18, 0, 0 },
	{ "--", SHAPE_NULL + 19, 0, 0 },
	{ "\\N", SHAPE_NULL + 3, 0, 0 },
	{ "NULL", SHAPE_NULL, 0, 0 },
	{ "NULLS", SHAPE_TEXT, 0, 0 },
	{ "true", SHAPE_TRUE, 0, 0 },
	{ "FALSE", SHAPE_FALSE, 0, 0 },
	{ "tRUE", SHAPE_TEXT, 0, 0 },
	{ "No", SHAPE_FALSE + 2, 0, 0 },
	{ "2026-11-20", SHAPE_DATE_ISO, 0, 0 },
	{ "2026-02-29", SHAPE_TEXT, 0, 0 },
	{ "2024-02-29", SHAPE_DATE_ISO, 0, 0 },
	{ "2026-11-20T10:42", SHAPE_STAMP, 0, 0 },
	{ "2026-11-20 10:42:01+02", SHAPE_STAMP_ZONED, 0, 0 },
	{ "20.11.2026", DATED(SHAPE_DMY_POINT, SHAPE_CLOCK_NONE), 0, 0 },
	{ "20.11.26", DATED(SHAPE_DMY_POINT_2, SHAPE_CLOCK_NONE), 0, 0 },
	{ "11.20.2026", SHAPE_TEXT, 0, 0 },
	{ "20/11/2026 10:42", DATED(SHAPE_DMY_SLASH, SHAPE_CLOCK_HM), 0, 0 },
	{ "11/20/2026 10:42:01", DATED(SHAPE_MDY_SLASH, SHAPE_CLOCK_HMS), 0, 0 },
	{ "1/3/2026 10:42:01.5", DATED(SHAPE_EITHER_SLASH, SHAPE_CLOCK_HMSF), 0, 0 },
	{ "1-3-2026", DATED(SHAPE_EITHER_DASH, SHAPE_CLOCK_NONE), 0, 0 },
	{ "1-3-26", SHAPE_TEXT, 0, 0 },
	{ "2026/1/3", DATED(SHAPE_YMD_SLASH, SHAPE_CLOCK_NONE), 0, 0 },
	{ "20 Nov 2026 9:05 PM", DATED(SHAPE_D_MON_Y, SHAPE_CLOCK_HM_PM), 0, 0 },
	{ "20 Nov. 2026", DATED(SHAPE_D_MON_Y, SHAPE_CLOCK_NONE), 0, 0 },
	{ "20-NOV-26", DATED(SHAPE_D_MON_2_DASH, SHAPE_CLOCK_NONE), 0, 0 },
	{ "20. november 2026", DATED(SHAPE_D_POINT_MON, SHAPE_CLOCK_NONE), 0, 0 },
	{ "20. Dezember 2026", DATED(SHAPE_D_POINT_OTHER, SHAPE_CLOCK_NONE), 0, 0 },
	{ "November 20, 2026", DATED(SHAPE_MON_D_Y, SHAPE_CLOCK_NONE), 0, 0 },
	{ "31 Nov 2026", SHAPE_TEXT, 0, 0 },
	{ "12 Main 1999", SHAPE_TEXT, 0, 0 },
	{ "10:42", SHAPE_TIME_HM, 0, 0 },
	{ "9:42:01", SHAPE_TIME_H_MS, 0, 0 },
	{ "09:42:01.123456", SHAPE_TIME_HMSF, 0, 0 },
	{ "12:00 am", SHAPE_TIME_HM_PM, 0, 0 },
	{ "13:00 pm", SHAPE_TEXT, 0, 0 },
	{ "10:60", SHAPE_TEXT, 0, 0 },
	{ "P1Y2M3DT4H5M6.5S", SHAPE_DURATION, 0, 0 },
	{ "PT", SHAPE_TEXT, 0, 0 },
	{ "0190b7c2-1111-7abc-8def-0123456789ab", SHAPE_UUID, 0, 0 },
	{ "a190b7c2-1111-7abc-8def-0123456789ab", SHAPE_UUID, 0, 0 },
	{ "0190b7c2-1111-7abc-8def-0123456789ag", SHAPE_TEXT, 0, 0 },
	{ "{\"a\": [1, 2]}", SHAPE_JSON_OBJECT, 0, 0 },
	{ "[]", SHAPE_JSON_ARRAY, 0, 0 },
	{ "{a}", SHAPE_TEXT, 0, 0 },
	{ "Größe", SHAPE_TEXT, 0, 0 },
	{ "€ 5", SHAPE_TEXT, 0, 0 },
	{ " 5", SHAPE_TEXT, 0, 0 },
};

static struct contract_shape_of shape_of(const char *cell, size_t n)
{
	struct contract_shaper s = { 0 };
	char padded[256 + CSV_PAD_BYTES] = { 0 };
	memset(padded, '7', sizeof(padded)); /* what stands behind a cell does not count */
	memcpy(padded, cell, n);
	return contract_shape(&s, padded, n);
}

static void test_shapes(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct shape_case *c = &cases[i];
		const struct contract_shape_of got = shape_of(c->cell, strlen(c->cell));
		if (got.shape != c->shape)
			fail_msg("%s: shape %d, want %d", c->cell, got.shape, c->shape);
		if (c->shape != SHAPE_TEXT && c->shape < SHAPE_UUID && c->shape != SHAPE_EXPONENT)
			if (got.before != c->before || got.behind != c->behind)
				fail_msg("%s: %u and %u digits", c->cell, got.before, got.behind);
	}
}

static uint64_t seed = 3;

static uint32_t next_random(uint32_t below)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(seed >> 33) % below;
}

/* A cell of the table with a character or two changed, or any characters at all. */
static size_t any_cell(char *out)
{
	static const char alphabet[] = "0123456789012345.,-+: /TZeE'PMDa{}";
	size_t n = 0;
	if (next_random(3) == 0) {
		n = 1 + next_random(24);
		for (size_t i = 0; i < n; i++)
			out[i] = alphabet[next_random(sizeof(alphabet) - 1)];
		return n;
	}
	const char *cell = cases[next_random(ARRAY_SIZE(cases))].cell;
	n = strlen(cell);
	memcpy(out, cell, n);
	for (uint32_t i = next_random(3); i > 0; i--)
		out[next_random((uint32_t)n)] = alphabet[next_random(sizeof(alphabet) - 1)];
	return n;
}

static void test_fast_is_thorough(void **state)
{
	(void)state;
	static const uint8_t leads[] = { SHAPE_INT, SHAPE_DECIMAL, SHAPE_POINT3, SHAPE_DATE_ISO,
		SHAPE_STAMP, SHAPE_STAMP_ZONED, SHAPE_UUID, SHAPE_TEXT };
	char cell[256 + CSV_PAD_BYTES];
	int known = 0;
	for (int round = 0; round < 300000; round++) {
		memset(cell, "7.-x"[round % 4], sizeof(cell));
		const size_t n = any_cell(cell);
		const struct contract_shape_of want_shape = shape_of(cell, n);
		const uint8_t lead = leads[next_random(ARRAY_SIZE(leads))];
		unsigned before = 0;
		unsigned behind = 0;
		const int shape = shape_fast(lead, cell, n, &before, &behind);
		if (shape < 0)
			continue;
		known++;
		if (shape != want_shape.shape)
			fail_msg("%.*s: %d, thorough %d", (int)n, cell, shape, want_shape.shape);
		assert_int_equal(before, want_shape.before);
		assert_int_equal(behind, want_shape.behind);
	}
	assert_true(known > 5000);
}

/* The column a candidate stands for. */
static struct csv_column column_of(const struct infer_candidate *k, const char *language)
{
	return (struct csv_column){
		.type = k->type,
		.precision = CSV_DECIMAL_MAX,
		.scale = CSV_DECIMAL_MAX / 2,
		.format = k->format[0] == '\0' ? NULL : k->format,
		.locale = language,
		.decimal_char = k->decimal_char,
		.group_char = k->group_char,
	};
}

static bool reads_number(const struct csv_column *c, const char *p, size_t n)
{
	struct csv_plain plain;
	size_t at;
	__int128 wide;
	double real;
	int64_t whole;
	if (csv_plain_is_needed(c)) {
		if (csv_plain_number(c, p, n, &plain, &at) != NULL)
			return false;
		p = plain.text;
		n = plain.n;
	}
	if (c->type == CSV_DECIMAL)
		return n > 19 || csv_number_decimal(p, n, c->precision, c->scale, &wide);
	return c->type == CSV_DOUBLE ? csv_number_double(p, n, &real)
				     : csv_number_integer(p, n, &whole);
}

static bool reads(const struct csv_column *c, const char *p, size_t n)
{
	int64_t us;
	struct csv_time_stop stop;
	switch (c->type) {
	case CSV_INTEGER:
	case CSV_DECIMAL:
	case CSV_DOUBLE:
		return reads_number(c, p, n);
	case CSV_DATE:
	case CSV_TIME:
	case CSV_TIMESTAMP:
	case CSV_TIMESTAMPTZ:
		return csv_time_column(p, n, c, &us, &stop) == CSV_TIME_GOOD;
	case CSV_TEXT:
	case CSV_BOOLEAN:
	case CSV_UUID:
	case CSV_JSON:
	case CSV_DURATION:
	case CSV_TYPE_COUNT_:
		break;
	}
	return true; /* their shapes are their parsers' word */
}

/* Whatever a candidate takes, a column declared so must read. */
static void test_candidates_read_what_they_take(void **state)
{
	(void)state;
	size_t n_candidates;
	const struct infer_candidate *k = infer_candidates(&n_candidates);
	char cell[256 + CSV_PAD_BYTES];
	for (int round = 0; round < 100000; round++) {
		memset(cell, '7', sizeof(cell));
		const size_t n = any_cell(cell);
		const struct contract_shape_of s = shape_of(cell, n);
		for (size_t i = 0; i + 1 < n_candidates; i++) {
			const bool named = s.languages != 0;
			const char *language =
			    named ? shape_languages[__builtin_ctz(s.languages)] : NULL;
			const struct csv_column c = column_of(&k[i], language);
			if (infer_takes(&k[i], s.shape) && !reads(&c, cell, n))
				fail_msg("%.*s is not read as %s", (int)n, cell, k[i].name);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shapes),
		cmocka_unit_test(test_fast_is_thorough),
		cmocka_unit_test(test_candidates_read_what_they_take),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
