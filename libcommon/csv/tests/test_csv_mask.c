/* SPDX-License-Identifier: Apache-2.0 */
/* test_csv_mask - every level gives the masks a loop over bytes gives. */
#include "csv/csv_mask.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/text.h"

enum { WORDS = 8, BYTES = WORDS * CSV_MASK_WORD, ROUNDS = 400 };

static const struct csv_dialect dialects[] = {
	{ .delimiter = ",", .quote = '"' },
	{ .delimiter = "\t", .quote = '\'', .escape = '\\', .comment = "#" },
	{ .delimiter = "||", .quote = '"', .comment = "//" },
	{ .delimiter = ", ", .quote = '"', .line_end = CSV_LINE_MIXED },
	{ .delimiter = "", .quote = '\0', .line_end = CSV_LINE_CR },
	{ .delimiter = "aba", .quote = '"', .escape = '"', .line_end = CSV_LINE_MIXED },
};

static bool is_line(const struct csv_dialect *d, const uint8_t *p)
{
	if (d->line_end == CSV_LINE_CR)
		return *p == '\r';
	return *p == '\n' || (d->line_end == CSV_LINE_MIXED && *p == '\r' && p[1] != '\n');
}

static bool is_odd(const struct csv_dialect *d, uint8_t c)
{
	if (d->escape != '\0' && d->escape != d->quote && c == (uint8_t)d->escape)
		return true;
	return d->comment[0] != '\0' && c == (uint8_t)d->comment[0];
}

/* The masks by definition. */
static struct csv_mask by_bytes(const struct csv_dialect *d, const uint8_t *p)
{
	struct csv_mask m = { 0 };
	const size_t n = strlen(d->delimiter);
	bool odd_quotes = false;
	for (unsigned i = 0; i < CSV_MASK_WORD; i++) {
		const uint64_t bit = UINT64_C(1) << i;
		const bool quote = d->quote != '\0' && p[i] == (uint8_t)d->quote;
		odd_quotes = odd_quotes != quote;
		m.delimiter |= n > 0 && memcmp(p + i, d->delimiter, n) == 0 ? bit : 0;
		m.quote |= quote ? bit : 0;
		m.parity |= odd_quotes ? bit : 0;
		m.line |= is_line(d, p + i) ? bit : 0;
		m.odd |= is_odd(d, p[i]) ? bit : 0;
	}
	return m;
}

static void fill(uint8_t *p, size_t n, int kind)
{
	static const char few[] = "\"\"',,|| ab\t\n\r\\#/x\0";
	for (size_t i = 0; i < n; i++) {
		if (kind == 0)
			p[i] = (uint8_t)few[(size_t)random() % (sizeof(few) - 1)];
		else if (kind == 1)
			p[i] = (uint8_t)random();
		else
			p[i] = (uint8_t)(1 + random() % 127);
	}
}

static unsigned seen_by_bytes(const uint8_t *p)
{
	unsigned seen = 0;
	for (size_t i = 0; i < BYTES; i++)
		seen |= (p[i] > 127 ? CSV_MASK_HIGH : 0U) | (p[i] == 0 ? CSV_MASK_NUL : 0U);
	return seen;
}

static void test_levels_agree(void **state)
{
	(void)state;
	uint8_t p[BYTES + CSV_PAD_BYTES];
	struct csv_mask got[WORDS];
	unsigned levels = 0;
	srandom(20261120);
	for (int level = 0; level < CSV_MASK_LEVELS_; level++) {
		const struct csv_mask_ops *ops = csv_mask_level((enum csv_mask_level)level);
		levels += ops != NULL;
		for (int round = 0; ops != NULL && round < ROUNDS; round++) {
			const struct csv_dialect *d =
			    &dialects[(size_t)round % ARRAY_SIZE(dialects)];
			const struct csv_mask_want want = csv_mask_want_of(d);
			fill(p, sizeof(p), round % 3);
			const unsigned seen = ops->mask(&want, p, WORDS, got);
			assert_int_equal(seen, seen_by_bytes(p));
			for (size_t w = 0; w < WORDS; w++) {
				const struct csv_mask m = by_bytes(d, p + w * CSV_MASK_WORD);
				assert_memory_equal(&got[w], &m, sizeof(m));
			}
		}
	}
	assert_true(levels >= 1);
}

/* A character of 1 to 4 bytes, well-formed. */
static size_t put_character(uint8_t *p)
{
	const uint32_t least[] = { 1, 0x80, 0x800, 0x10000 };
	const uint32_t most[] = { 0x7F, 0x7FF, 0xFFFF, 0x10FFFF };
	const size_t n = (size_t)random() % 4 + 1;
	uint32_t c = least[n - 1] + (uint32_t)random() % (most[n - 1] - least[n - 1] + 1);
	if (c >= 0xD800 && c < 0xE000)
		c -= 0x1000;
	static const uint8_t lead[] = { 0, 0xC0, 0xE0, 0xF0 };
	for (size_t i = n; i-- > 1; c >>= 6)
		p[i] = (uint8_t)(0x80 | (c & 0x3F));
	p[0] = (uint8_t)(lead[n - 1] | c);
	return n;
}

static void put_text(uint8_t *p)
{
	size_t at = 0;
	memset(p, 'x', BYTES + CSV_PAD_BYTES);
	while (at + 4 < BYTES) {
		if (random() % 8 == 0)
			at += (size_t)random() % 150; /* whole words of ASCII as well */
		if (at + 4 < BYTES)
			at += put_character(p + at);
	}
}

static void test_bad_utf8_is_suspected(void **state)
{
	(void)state;
	uint8_t p[BYTES + CSV_PAD_BYTES];
	size_t broken = 0;
	srandom(7);
	for (int round = 0; round < ROUNDS * 10; round++) {
		put_text(p);
		assert_true(text_is_utf8(p, BYTES));
		const struct csv_mask_ops *best = csv_mask_level(CSV_MASK_AVX2);
		if (best != NULL)
			assert_int_equal(best->suspect(p, WORDS), 0);
		const size_t hit = (size_t)random() % BYTES;
		p[hit] ^= (uint8_t)(1 << random() % 8);
		if (text_is_utf8(p, BYTES))
			continue;
		broken++;
		for (int level = 0; level < CSV_MASK_LEVELS_; level++) {
			const struct csv_mask_ops *ops = csv_mask_level((enum csv_mask_level)level);
			if (ops != NULL)
				assert_true(ops->suspect(p, WORDS) != 0);
		}
	}
	assert_true(broken > ROUNDS);
}

/* Each wrong pair and triple the tables know, at every place of a word's end. */
static void test_hard_cases_of_utf8(void **state)
{
	(void)state;
	static const char *const bad[] = { "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80",
		"\xED\xBF\xBF", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF",
		"\x80", "\xC2", "\xE1\x80", "\xF1\x80\x80", "\xC2\x80\x80" };
	static const char *const good[] = { "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF",
		"\xEE\x80\x80", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF", "\xEF\xBF\xBF" };
	const struct csv_mask_ops *ops = csv_mask_level(CSV_MASK_AVX2);
	uint8_t p[BYTES + CSV_PAD_BYTES];
	for (size_t at = 0; ops != NULL && at < 3 * CSV_MASK_WORD; at++) {
		for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
			memset(p, 'x', sizeof(p));
			memcpy(p + at, bad[i], strlen(bad[i]));
			const uint64_t words = UINT64_C(1) << at / CSV_MASK_WORD;
			assert_true((ops->suspect(p, WORDS) & words) != 0);
		}
		for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
			memset(p, 'x', sizeof(p));
			memcpy(p + at, good[i], strlen(good[i]));
			assert_int_equal(ops->suspect(p, WORDS), 0);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_levels_agree),
		cmocka_unit_test(test_bad_utf8_is_suspected),
		cmocka_unit_test(test_hard_cases_of_utf8),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
