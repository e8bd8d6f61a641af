/* SPDX-License-Identifier: Apache-2.0 */
/* test_profile - figures against plain counting; the same profile however the rows are split. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "contract/profile.h"
#include "kit/json.h"
#include "profile_table.h"

enum { ROWS = 30000, TEXT_BYTES = 64, PARTS = 5 };

/* Every row to one of several profiles, in batches of any size, merged in any order. */
static const char *split_json(const struct profile_table *t, struct arena *a)
{
	struct contract_profile *parts[PARTS];
	struct csv_batch *b = csv_batch_new(&t->schema);
	uint32_t rows[CSV_BATCH_ROWS];
	for (int i = 0; i < PARTS; i++)
		parts[i] = contract_profile_new(&t->schema);
	const size_t start = profile_table_random() % t->rows;
	for (size_t at = 0; at < t->rows;) {
		const size_t want = 1 + profile_table_random() % b->cap;
		size_t n = 0;
		for (; n < want && at < t->rows; n++)
			rows[n] = (uint32_t)((start + at++) % t->rows);
		/* One of them gets most rows, so that their samples are of different levels. */
		profile_table_feed(
		    parts[profile_table_random() % 3 != 0 ? PARTS - 1
							  : profile_table_random() % PARTS],
		    t, b, rows, n);
	}
	for (int left = PARTS; left > 1; left--) {
		const size_t from = 1 + profile_table_random() % (uint64_t)(left - 1);
		contract_profile_merge(parts[0], parts[from]);
		contract_profile_free(&parts[from]);
		parts[from] = parts[left - 1];
	}
	const char *text = js_print(a, contract_profile_json(parts[0], a));
	csv_batch_free(&b);
	contract_profile_free(&parts[0]);
	return text;
}

static void fill_text(struct profile_table *t, size_t column, size_t row, const char *text)
{
	char *at = t->texts + (row * 2 + (column & 1)) * (TEXT_BYTES + CSV_PAD_BYTES);
	const size_t n = strlen(text);
	memcpy(at, text, n);
	const struct csv_text v = csv_text_make(at, n);
	profile_table_put(t, column, row, &v);
}

static void fill_row(struct profile_table *t, size_t row)
{
	static const char *const words[] = { "open", "closed", "zurückgestellt", "Straße 12" };
	char text[TEXT_BYTES];
	const int64_t any = (int64_t)profile_table_random() % 1000003;
	const __int128 wide = (__int128)any * INT64_MAX * 1000003;
	const double real = any % 7 == 0 ? -0.0 : (double)any / 7 * (any % 3 == 0 ? 1e20 : 1);
	const int32_t day = (int32_t)(any % 20000);
	const int64_t stamp = any * 1000000 * 3600;
	const int64_t clock = (any < 0 ? -any : any) * 1000;
	const uint8_t truth = any % 3 == 0;
	const struct csv_duration duration = { (int32_t)(any % 3), (int32_t)(any % 91), any % 5 };
	const int64_t few = any % 40;
	(void)snprintf(text, sizeof(text), "customer-%lld-%0*d", (long long)any,
	    (int)(any % 2 == 0 ? 1 : 40), 7);
	profile_table_put(t, 0, row, &any);
	profile_table_put(t, 1, row, &few);
	profile_table_put(t, 2, row, &any);
	profile_table_put(t, 3, row, &wide);
	profile_table_put(t, 4, row, &real);
	profile_table_put(t, 5, row, &truth);
	profile_table_put(t, 6, row, &day);
	profile_table_put(t, 7, row, &stamp);
	profile_table_put(t, 8, row, &clock);
	profile_table_put(t, 9, row, &duration);
	profile_table_put(t, 10, row, &wide);
	fill_text(t, 11, row, words[profile_table_random() % ARRAY_SIZE(words)]);
	fill_text(t, 12, row, text);
	for (size_t c = 0; c < t->schema.n_columns; c++)
		t->null[c][row] = c > 0 && profile_table_random() % 11 == 0;
}

static void make_table(struct profile_table *t, size_t rows)
{
	*t = (struct profile_table){ .rows = rows };
	t->texts = mem_array(rows * 2 + 2, TEXT_BYTES + CSV_PAD_BYTES);
	profile_table_column(t, CSV_INTEGER, 0, 0);
	profile_table_column(t, CSV_INTEGER, 0, 0);
	profile_table_column(t, CSV_DECIMAL, 18, 2);
	profile_table_column(t, CSV_DECIMAL, 38, 2);
	profile_table_column(t, CSV_DOUBLE, 0, 0);
	profile_table_column(t, CSV_BOOLEAN, 0, 0);
	profile_table_column(t, CSV_DATE, 0, 0);
	profile_table_column(t, CSV_TIMESTAMP, 0, 0);
	profile_table_column(t, CSV_TIME, 0, 0);
	profile_table_column(t, CSV_DURATION, 0, 0);
	profile_table_column(t, CSV_UUID, 0, 0);
	profile_table_column(t, CSV_TEXT, 0, 0);
	profile_table_column(t, CSV_TEXT, 0, 0);
	for (size_t row = 0; row < rows; row++)
		fill_row(t, row);
}

static void test_any_split_gives_the_same(void **state)
{
	(void)state;
	static const size_t sizes[] = { 1, 300, 600, 5000, 8192, 8193, ROWS };
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct profile_table t;
		make_table(&t, sizes[i]);
		for (int round = 0; round < 3; round++) {
			struct arena *a = arena_new(64 << 20);
			assert_string_equal(profile_table_json(&t, a), split_json(&t, a));
			arena_free(&a);
		}
		profile_table_done(&t);
	}
}

/* Rows first..last - 1 of a table, into p. */
static void feed_part(
    struct contract_profile *p, const struct profile_table *t, uint32_t first, uint32_t last)
{
	struct csv_batch *b = csv_batch_new(&t->schema);
	uint32_t rows[CSV_BATCH_ROWS];
	while (first < last) {
		size_t n = 0;
		while (n < b->cap && first < last)
			rows[n++] = first++;
		profile_table_feed(p, t, b, rows, n);
	}
	csv_batch_free(&b);
}

static struct contract_profile *part_of(
    const struct profile_table *t, uint32_t first, uint32_t last)
{
	struct contract_profile *p = contract_profile_new(&t->schema);
	feed_part(p, t, first, last);
	return p;
}

/* A full sample and a handful of rows: the bar of the full one counts, whichever comes first. */
static void test_unequal_parts(void **state)
{
	(void)state;
	enum { ALL = CONTRACT_PROFILE_SAMPLE_ROWS + 100, FEW = 50 };
	struct profile_table t;
	struct arena *a = arena_new(64 << 20);
	make_table(&t, ALL);
	const char *whole = profile_table_json(&t, a);
	for (int round = 0; round < 2; round++) {
		struct contract_profile *few = part_of(&t, 0, FEW);
		struct contract_profile *many = part_of(&t, FEW, ALL);
		struct contract_profile *sum = round == 0 ? few : many;
		contract_profile_merge(sum, round == 0 ? many : few);
		assert_string_equal(js_print(a, contract_profile_json(sum, a)), whole);
		contract_profile_free(&few);
		contract_profile_free(&many);
	}
	profile_table_done(&t);
	arena_free(&a);
}

/* Profiles that begin where others are, at every stage of the others, give what new ones give. */
static void test_after(void **state)
{
	(void)state;
	enum { ALL = 4 * CONTRACT_PROFILE_SAMPLE_ROWS };
	static const uint32_t firsts[] = { 1, 100, 3000, ALL / 2, ALL - 1 };
	struct profile_table t;
	struct arena *a = arena_new(64 << 20);
	make_table(&t, ALL);
	const char *whole = profile_table_json(&t, a);
	for (size_t i = 0; i < ARRAY_SIZE(firsts); i++) {
		const uint32_t half = firsts[i] + (ALL - firsts[i]) / 2;
		struct contract_profile *sum = part_of(&t, 0, firsts[i]);
		struct contract_profile *one = contract_profile_after(sum);
		struct contract_profile *two = contract_profile_after(sum);
		feed_part(one, &t, firsts[i], half);
		feed_part(two, &t, half, ALL);
		contract_profile_merge(sum, one);
		contract_profile_merge(sum, two);
		assert_string_equal(js_print(a, contract_profile_json(sum, a)), whole);
		contract_profile_free(&sum);
		contract_profile_free(&one);
		contract_profile_free(&two);
	}
	profile_table_done(&t);
	arena_free(&a);
}

/* The profile of one column, its values given. */
static cJSON *column_of(const struct csv_column *c, const void *values, size_t n, struct arena *a)
{
	struct profile_table t = { .rows = n };
	cJSON *json = NULL;
	struct err err = { 0 };
	profile_table_column(&t, c->type, c->precision, c->scale);
	memcpy(t.values[0], values, n * csv_value_bytes(c));
	const char *text = profile_table_json(&t, a);
	profile_table_done(&t);
	assert_int_equal(js_parse(text, strlen(text), a, &json, &err), 0);
	return cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(json, "columns"), 0);
}

/* Member by path "a.b.c" or "a.0". */
static const cJSON *at_path(const cJSON *v, const char *path)
{
	char name[32];
	while (*path != '\0' && v != NULL) {
		const size_t n = strcspn(path, ".");
		memcpy(name, path, n);
		name[n] = '\0';
		v = cJSON_IsArray(v) ? cJSON_GetArrayItem(v, (int)strtol(name, NULL, 10))
				     : cJSON_GetObjectItemCaseSensitive(v, name);
		path += n + (path[n] == '.' ? 1 : 0);
	}
	return v;
}

static void want(const cJSON *v, const char *path, const char *text)
{
	const cJSON *member = at_path(v, path);
	if (!cJSON_IsString(member) || strcmp(member->valuestring, text) != 0)
		fail_msg("%s: %s, want %s", path,
		    cJSON_IsString(member) ? member->valuestring : "nothing", text);
}

static void want_number(const cJSON *v, const char *path, double number)
{
	const cJSON *member = at_path(v, path);
	assert_true(cJSON_IsNumber(member));
	if (member->valuedouble != number)
		fail_msg("%s: %g, want %g", path, member->valuedouble, number);
}

static void test_whole_figures(void **state)
{
	(void)state;
	struct arena *a = arena_new(64 << 20);
	const int64_t edge[] = { INT64_MAX, INT64_MAX, INT64_MIN, -1, 7, 7 };
	const struct csv_column integer = { .type = CSV_INTEGER };
	const struct csv_column money = { .type = CSV_DECIMAL, .precision = 18, .scale = 2 };
	const struct csv_column wide = { .type = CSV_DECIMAL, .precision = 38, .scale = 0 };
	cJSON *c = column_of(&integer, edge, ARRAY_SIZE(edge), a);
	want(c, "min.value", "-9223372036854775808");
	want(c, "max.value", "9223372036854775807");
	/* (2^63 - 1) * 2 - 2^63 + 13 over 6 */
	want(c, "mean.value", "1537228672809129303.166667");
	want_number(c, "distinct.count", 4);
	want(c, "top.values.0.value", "7");
	want_number(c, "top.values.0.count", 2);
	want(c, "top.values.1.value", "9223372036854775807");
	want(c, "quantiles.p50.value", "7");
	c = column_of(&money, edge + 3, 3, a);
	want(c, "min.value", "-0.01");
	want(c, "mean.value", "0.04333333");
	__int128 most = 1;
	for (int i = 0; i < 38; i++)
		most *= 10;
	const __int128 big[] = { most - 1, most - 1, most - 2, most - 1 };
	c = column_of(&wide, big, 4, a);
	want(c, "mean.value", "99999999999999999999999999999999999998.75");
	const __int128 small[] = { -(most - 1), -(most - 1), -(most - 2) };
	c = column_of(&wide, small, 3, a);
	want(c, "mean.value", "-99999999999999999999999999999999999998.666667");
	want(c, "min.value", "-99999999999999999999999999999999999999");
	arena_free(&a);
}

static void test_real_figures(void **state)
{
	(void)state;
	struct arena *a = arena_new(64 << 20);
	const struct csv_column real = { .type = CSV_DOUBLE };
	const double lost[] = { 1e308, 1, 1e308, -1e308, 5e-324, -1e308, 2 };
	cJSON *c = column_of(&real, lost, 4 + 3, a);
	want(c, "mean.value", "0.42857142857142855");
	want(c, "max.value", "1e+308");
	const double odd[] = { 1.5, (double)INFINITY, -0.0, (double)NAN, 0.0, -1.25 };
	c = column_of(&real, odd, ARRAY_SIZE(odd), a);
	want_number(c, "not_finite", 2);
	want_number(c, "distinct.count", 5);
	want(c, "mean.value", "0.0625");
	want(c, "min.value", "-1.25");
	want_number(c, "histogram.of", 4);
	const double tiny[] = { 5e-324, 5e-324, 5e-324 };
	c = column_of(&real, tiny, 3, a);
	want(c, "mean.value", "4.94065645841247e-324");
	const double minus[] = { -3.5, -1e-300, 0.5 };
	c = column_of(&real, minus, 3, a);
	want(c, "mean.value", "-1");
	arena_free(&a);
}

static void test_text_figures(void **state)
{
	(void)state;
	static const char padded[4][CSV_PAD_BYTES * 2] = { "größe", "a",
		"a text of more than forty-four bytes, cut in ähnlich", "Ω" };
	struct csv_text v[4];
	for (size_t i = 0; i < 4; i++)
		v[i] = csv_text_make(padded[i], strlen(padded[i]));
	struct arena *a = arena_new(64 << 20);
	const struct csv_column text = { .type = CSV_TEXT };
	cJSON *c = column_of(&text, v, 4, a);
	want_number(c, "length.min", 1);
	want_number(c, "length.max", 52);
	want(c, "min.value", "a");
	want(c, "max.value", "Ω");
	assert_null(at_path(c, "mean"));
	want(c, "top.values.1.value", "a text of more than forty-four bytes, cut in…");
	arena_free(&a);
}

static void test_other_figures(void **state)
{
	(void)state;
	struct arena *a = arena_new(64 << 20);
	const struct csv_column duration = { .type = CSV_DURATION };
	const struct csv_column uuid = { .type = CSV_UUID };
	const struct csv_column truth = { .type = CSV_BOOLEAN };
	const struct csv_duration d[] = { { 1, 0, 0 }, { 0, 31, 0 }, { 0, 0, -1500000 } };
	cJSON *c = column_of(&duration, d, 3, a);
	want(c, "min.value", "-PT1.5S");
	want(c, "max.value", "P31D");
	const unsigned __int128 u[] = { ((unsigned __int128)0x0123456789ABCDEF << 64) | 42,
		~(unsigned __int128)0 };
	c = column_of(&uuid, u, 2, a);
	want(c, "min.value", "01234567-89ab-cdef-0000-00000000002a");
	want(c, "max.value", "ffffffff-ffff-ffff-ffff-ffffffffffff");
	const uint8_t b[] = { 1, 0, 1, 1 };
	c = column_of(&truth, b, 4, a);
	want(c, "top.values.0.value", "true");
	want_number(c, "top.values.0.count", 3);
	want_number(c, "distinct.count", 2);
	arena_free(&a);
}

struct bins_case {
	const char *name;
	enum csv_type type;
	int64_t least, most;
	const char *first, *second, *last;
	int n;
};

static const struct bins_case bins_cases[] = {
	{ "one value", CSV_INTEGER, 5, 5, "5", "6", "6", 1 },
	{ "ones", CSV_INTEGER, -3, 10, "-3", "-2", "11", 14 },
	{ "fives", CSV_INTEGER, 1, 99, "0", "5", "100", 20 },
	{ "all of 64 bits", CSV_INTEGER, INT64_MIN, INT64_MAX, "-10000000000000000000",
	    "-9000000000000000000", "10000000000000000000", 20 },
	{ "money", CSV_DECIMAL, -50, 1000, "-1.00", "0.00", "11.00", 12 },
	{ "days", CSV_DATE, 0, 6, "1970-01-01", "1970-01-02", "1970-01-08", 7 },
	{ "weeks begin on Mondays", CSV_DATE, 20000, 20100, "2024-09-30", "2024-10-07",
	    "2025-01-13", 15 },
	{ "months", CSV_DATE, 20000, 20400, "2024-10-01", "2024-11-01", "2025-12-01", 14 },
	{ "years", CSV_DATE, 0, 6000, "1970-01-01", "1971-01-01", "1987-01-01", 17 },
	{ "all years", CSV_DATE, -719162, 2932896, "0001-01-01", "0500-01-01", "9999-12-31", 20 },
	{ "seconds", CSV_TIMESTAMP, 0, 15000000, "1970-01-01T00:00:00", "1970-01-01T00:00:01",
	    "1970-01-01T00:00:16", 16 },
	{ "hours", CSV_TIMESTAMP, -1, INT64_C(3600000000) * 11, "1969-12-31T23:00:00",
	    "1970-01-01T00:00:00", "1970-01-01T12:00:00", 13 },
	{ "the day", CSV_TIME, 0, INT64_C(86399999999), "00:00:00", "02:00:00", "24:00:00", 12 },
};

static void test_bins_are_round(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bins_cases); i++) {
		const struct bins_case *b = &bins_cases[i];
		struct arena *a = arena_new(64 << 20);
		const struct csv_column c = { .type = b->type, .precision = 18, .scale = 2 };
		const int64_t whole[] = { b->least, b->most };
		const int32_t days[] = { (int32_t)b->least, (int32_t)b->most };
		cJSON *got = column_of(
		    &c, b->type == CSV_DATE ? (const void *)days : (const void *)whole, 2, a);
		print_message("%s\n", b->name);
		assert_int_equal(cJSON_GetArraySize(at_path(got, "histogram.counts")), b->n);
		want(got, "histogram.edges.value.0", b->first);
		want(got, "histogram.edges.value.1", b->second);
		want(got, arena_printf(a, "histogram.edges.value.%d", b->n), b->last);
		arena_free(&a);
	}
}

static void test_real_bins(void **state)
{
	(void)state;
	struct arena *a = arena_new(64 << 20);
	const struct csv_column real = { .type = CSV_DOUBLE };
	const double v[] = { 0.1, 0.3, 0.7, 0.95, 1.0 };
	cJSON *c = column_of(&real, v, 5, a);
	want(c, "histogram.edges.value.0", "0.1");
	want(c, "histogram.edges.value.2", "0.2");
	want_number(c, "histogram.counts.0", 1);
	want_number(c, "histogram.counts.4", 1);
	const double wild[] = { -1.7e308, 1.7e308 };
	c = column_of(&real, wild, 2, a);
	want_number(c, "histogram.counts.0", 2);
	arena_free(&a);
}

/* A value of every second row and one of every fourth: the sample sees both. */
static void test_top_of_a_sample(void **state)
{
	(void)state;
	enum { MANY = 100000 };
	int64_t *v = mem_array(MANY, sizeof(*v));
	for (int i = 0; i < MANY; i++)
		v[i] = i % 2 == 0 ? 11 : i % 4 == 1 ? 22 : 1000 + i;
	struct arena *a = arena_new(64 << 20);
	const struct csv_column integer = { .type = CSV_INTEGER };
	cJSON *c = column_of(&integer, v, MANY, a);
	want(c, "top.values.0.value", "11");
	want(c, "top.values.1.value", "22");
	assert_int_equal(cJSON_GetArraySize(at_path(c, "top.values")), 2);
	assert_true(cJSON_IsFalse(at_path(c, "top.exact")));
	const double of = at_path(c, "top.of")->valuedouble;
	const double error = at_path(c, "top.error_pct")->valuedouble;
	assert_true(of > 4096 && of <= 8192);
	assert_true(error < 1);
	const double pct = at_path(c, "top.values.0.count")->valuedouble * 100 / of;
	assert_true(fabs(pct - 50) < 4 * error);
	assert_true(cJSON_IsFalse(at_path(c, "distinct.exact")));
	assert_true(fabs(at_path(c, "distinct.count")->valuedouble / 25002 - 1) < 0.05);
	want(c, "max.value", "100999");
	free(v);
	arena_free(&a);
}

static int compare_whole(const void *x, const void *y)
{
	const int64_t a = *(const int64_t *)x;
	const int64_t b = *(const int64_t *)y;
	return (a > b) - (a < b);
}

/* Files that fit the sample: every figure by plain counting. */
static void test_small_files_are_exact(void **state)
{
	(void)state;
	static const size_t sizes[] = { 2, 100, 2000, 8192 };
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		const size_t n = sizes[i];
		struct arena *a = arena_new(64 << 20);
		int64_t *v = mem_array(n, sizeof(*v));
		for (size_t k = 0; k < n; k++)
			v[k] = (int64_t)(profile_table_random() % (n * 3)) - (int64_t)n;
		const struct csv_column integer = { .type = CSV_INTEGER };
		const cJSON *c = column_of(&integer, v, n, a);
		qsort(v, n, sizeof(*v), compare_whole);
		double distinct = 1;
		for (size_t k = 1; k < n; k++)
			distinct += v[k] != v[k - 1] ? 1 : 0;
		want_number(c, "distinct.count", distinct);
		assert_true(cJSON_IsTrue(at_path(c, "distinct.exact")));
		assert_true(cJSON_IsTrue(at_path(c, "top.exact")));
		want(c, "quantiles.p25.value", arena_printf(a, "%lld", (long long)v[(n - 1) / 4]));
		want(c, "min.value", arena_printf(a, "%lld", (long long)v[0]));
		double counted = 0;
		const cJSON *bin;
		cJSON_ArrayForEach(bin, at_path(c, "histogram.counts")) counted += bin->valuedouble;
		assert_true(counted == (double)n);
		free(v);
		arena_free(&a);
	}
}

/* The page's door for JSON lets 20,000 values pass. */
static void test_wide_files_say_less(void **state)
{
	(void)state;
	enum { WIDE = 1500, MANY = 50 };
	struct csv_column *columns = mem_array(WIDE, sizeof(*columns));
	for (int c = 0; c < WIDE; c++)
		columns[c] = (struct csv_column){ .name = "c", .type = CSV_INTEGER };
	static const size_t widths[] = { CONTRACT_PROFILE_FULL_COLUMNS,
		CONTRACT_PROFILE_SOME_COLUMNS, CONTRACT_PROFILE_LISTED_COLUMNS, WIDE };
	for (size_t i = 0; i < ARRAY_SIZE(widths); i++) {
		const struct csv_schema schema = {
			.columns = columns, .n_columns = widths[i], .file_columns = widths[i]
		};
		struct arena *a = arena_new(64 << 20);
		struct contract_profile *p = contract_profile_new(&schema);
		struct csv_batch *b = csv_batch_new(&schema);
		for (size_t c = 0; c < widths[i]; c++) {
			memset(b->columns[c].valid, 0xFF, b->cap / 8);
			for (int r = 0; r < MANY; r++)
				((int64_t *)b->columns[c].data)[r] = r * 3;
		}
		for (int r = 0; r < MANY; r++)
			b->row[r] = r + 1;
		b->rows = MANY;
		contract_profile_batch(p, b);
		const char *text = js_print(a, contract_profile_json(p, a));
		cJSON *json = NULL;
		struct err err = { 0 };
		assert_int_equal(js_parse(text, strlen(text), a, &json, &err), 0);
		csv_batch_free(&b);
		contract_profile_free(&p);
		arena_free(&a);
	}
	free(columns);
}

static void test_nothing(void **state)
{
	(void)state;
	struct arena *a = arena_new(64 << 20);
	const struct csv_column integer = { .type = CSV_INTEGER };
	cJSON *c = column_of(&integer, "", 0, a);
	want_number(c, "values", 0);
	want_number(c, "distinct.count", 0);
	assert_null(at_path(c, "min"));
	assert_null(at_path(c, "histogram"));
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_split_gives_the_same),
		cmocka_unit_test(test_unequal_parts),
		cmocka_unit_test(test_after),
		cmocka_unit_test(test_whole_figures),
		cmocka_unit_test(test_real_figures),
		cmocka_unit_test(test_text_figures),
		cmocka_unit_test(test_other_figures),
		cmocka_unit_test(test_bins_are_round),
		cmocka_unit_test(test_real_bins),
		cmocka_unit_test(test_top_of_a_sample),
		cmocka_unit_test(test_small_files_are_exact),
		cmocka_unit_test(test_wide_files_say_less),
		cmocka_unit_test(test_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
