/* SPDX-License-Identifier: Apache-2.0 */
/* test_csv_raw - one row by itself: its cells, or none where they cannot be told apart. */
#include "csv/csv_raw.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"

struct raw_case {
	const char *text;
	size_t cells;     /* of csv_raw_cells, in a file of two columns */
	const char *want; /* of column 1; NULL = cannot be told */
};

static const struct raw_case cases[] = {
	{ "1,x", 2, "x" },
	{ "1,\"x,y\"", 2, "x,y" },
	{ "1,\"two\nlines\"", 2, "two\nlines" },
	{ "1,", 2, "" },
	{ "1,\"\"", 2, "" },
	{ "1,\"x\"\"\"", 2, "x\"\"" },
	{ "1", 1, NULL },
	{ "1,x,y", 3, NULL },
	{ "1,\"torn", 0, NULL },
	{ "1,\"x\"y", 0, NULL },
	{ "1,x\n2,y", 0, NULL },
	{ "", 0, NULL },
};

static void judge(const struct raw_case *k, const struct csv_dialect *d)
{
	const size_t n = strlen(k->text);
	uint8_t *p = mem_alloc(n + CSV_PAD_BYTES);
	memcpy(p, k->text, n);
	const struct span raw = { p, n };
	struct csv_cell *cells = NULL;
	struct csv_cell one = { 0 };
	assert_int_equal(csv_raw_cells(raw, d, 2, &cells), k->cells);
	assert_int_equal(cells == NULL, k->cells == 0);
	if (csv_raw_cell(raw, d, 2, 1, &one) != (k->want != NULL))
		fail_msg("%s: is there a cell?", k->text);
	if (k->want != NULL) {
		const size_t bytes = one.n & ~CSV_CELL_DOUBLED;
		assert_int_equal(bytes, strlen(k->want));
		assert_memory_equal(p + one.at, k->want, bytes);
		assert_int_equal(
		    one.n & CSV_CELL_DOUBLED, strchr(k->want, '"') == NULL ? 0 : CSV_CELL_DOUBLED);
	}
	assert_false(csv_raw_cell(raw, d, 2, 2, &one));
	free(cells);
	free(p);
}

static void test_rows(void **state)
{
	(void)state;
	const struct csv_dialect d = { .delimiter = ",", .quote = '"' };
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		judge(&cases[i], &d);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_rows) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
