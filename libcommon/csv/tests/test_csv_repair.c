/* SPDX-License-Identifier: Apache-2.0 */
/* test_csv_repair - rows with a wrong number of cells, and normalised cells. */
#include "csv/csv_repair.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "csv_table.h"

struct repair_case {
	const char *name, *types, *text, *want;
};

static const struct repair_case cases[] = {
	{ "good rows stay", "it", "a,b\n1,x\n", "[1][x]\n" },
	{ "missing cells at the end", "itt", "a,b,c\n1,x\n2,y,z\n",
	    "+1 2 -1 repair.pad 1,x -> 1,x,\n[1][x][~]\n[2][y][z]\n" },
	{ "half of the cells are enough", "itii", "a,b,c,d\n1,x\n",
	    "+1 2 -1 repair.pad 1,x -> 1,x,,\n[1][x][~][~]\n" },
	{ "less than half are not", "itii", "a,b,c,d\n1\n", "!1 2 8 1 -1 row.cells\n" },
	{ "empty surplus", "it", "a,b\n1,x,,\n", "+1 2 -1 repair.surplus 1,x,, -> 1,x\n[1][x]\n" },
	{ "quoted empty surplus", "it", "a,b\n1,x,\"\"\n",
	    "+1 2 -1 repair.surplus 1,x,\"\" -> 1,x\n[1][x]\n" },
	{ "one way to join", "iti", "a,b,c\n1,x, y,2\n",
	    "+1 2 1 repair.join 1,x, y,2 -> 1,\"x, y\",2\n[1][x, y][2]\n" },
	{ "joining three", "iti", "a,b,c\n1,x,y,z,2\n",
	    "+1 2 1 repair.join 1,x,y,z,2 -> 1,\"x,y,z\",2\n[1][x,y,z][2]\n" },
	{ "two ways to join are none", "itt", "a,b,c\n1,x,y,z\n", "!1 2 6 7 -1 row.cells\n" },
	{ "the typed cell between tells which", "itit", "a,b,c,d\n1,x,y,2,z\n3,x,4,y,z\n",
	    "+1 2 1 repair.join 1,x,y,2,z -> 1,\"x,y\",2,z\n[1][x,y][2][z]\n"
	    "+2 3 3 repair.join 3,x,4,y,z -> 3,x,4,\"y,z\"\n[3][x][4][y,z]\n" },
	{ "quoted cells are not joined", "iti", "a,b,c\n1,\"x\",y,2\n", "!1 2 6 9 -1 row.cells\n" },
	{ "numbers are not joined", "iii", "a,b,c\n1,2,3,4\n", "!1 2 6 7 -1 row.cells\n" },
	{ "two cells in one", "itt", "a,b,c\n1;x,y\n",
	    "+1 2 0 repair.split 1;x,y -> 1,x,y\n[1][x][y]\n" },
	{ "two cuts are none", "iti", "a,b,c\nx;1|2,3\n", "!1 2 6 7 0 type.integer\n" },
	{ "a row that fits when padded is not cut", "itt", "a,b,c\n1,x;y\n",
	    "+1 2 -1 repair.pad 1,x;y -> 1,x;y,\n[1][x;y][~]\n" },
	{ "a padded row may fall for its types", "iti", "a,b,c\nx,y\n",
	    "!1 2 6 3 0 type.integer\n" },
	{ "torn quotes are not repaired", "itt", "a,b,c\n1,\"x\n2,y,z\n",
	    "!1 2 6 4 -1 row.quote\n[2][y][z]\n" },
	{ "doubled quotes survive", "itt", "a,b,c\n1,\"x\"\"y\"\n",
	    "+1 2 -1 repair.pad 1,\"x\"\"y\" -> 1,\"x\"\"y\",\n[1][x\"y][~]\n" },
	{ "the last row without line end", "itt", "a,b,c\n1,x",
	    "+1 2 -1 repair.pad 1,x -> 1,x,\n[1][x][~]\n" },
	{ "decimals and dates decide too", "dta", "a,b,c\n1.50,x,y,2026-01-02\n",
	    "+1 2 1 repair.join 1.50,x,y,2026-01-02 -> 1.50,\"x,y\",2026-01-02\n"
	    "[150][x,y][20455]\n" },
};

static void check(const struct table_spec *spec, const char *name, const char *want)
{
	struct buf out;
	struct table_count count;
	buf_init(&out, 1 << 20);
	(void)table_read(spec, &out, &count);
	if (strcmp(out.data, want) != 0)
		fail_msg("%s\ngot:\n%s\nwant:\n%s", name, out.data, want);
	buf_done(&out);
}

static void test_repairs(void **state)
{
	(void)state;
	static const size_t blocks[] = { 4096, 1, 16 };
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		for (size_t k = 0; k < ARRAY_SIZE(blocks); k++) {
			const struct table_spec spec = {
				.text = cases[i].text,
				.n = strlen(cases[i].text),
				.types = cases[i].types,
				.dialect = { .delimiter = ",", .quote = '"', .header_rows = 1 },
				.repair = true,
				.block_bytes = blocks[k],
			};
			check(&spec, cases[i].name, cases[i].want);
		}
	}
}

static void test_not_asked_not_repaired(void **state)
{
	(void)state;
	const char *text = "a,b,c\n1,x\n1,x,y,\n";
	const struct table_spec spec = { .text = text,
		.n = strlen(text),
		.dialect = { .delimiter = ",", .quote = '"', .header_rows = 1 } };
	check(&spec, "reject", "!1 2 6 3 -1 row.cells\n!2 3 10 6 -1 row.cells\n");
}

struct normal_case {
	unsigned flags;
	const char *cell, *want;
};

static const struct normal_case normals[] = {
	{ CSV_TRIM, " \t x y \xC2\xA0", "x y" },
	{ CSV_TRIM, "x", "x" },
	{ CSV_TRIM, "  ", "~" },
	{ CSV_LOWER, "\xC3\x84rger STRASSE", "\xC3\xA4rger strasse" },
	{ CSV_UPPER,
	    "stra\xC3\x9F"
	    "e \xC3\xA4",
	    "STRA\xC3\x9F"
	    "E \xC3\x84" },
	{ CSV_NFC, "a\xCC\x88", "\xC3\xA4" },
	{ CSV_TRIM | CSV_LOWER | CSV_NFC, " A\xCC\x88 ", "\xC3\xA4" },
	{ CSV_TRIM | CSV_UPPER, "abcdefghijklmnopq ", "ABCDEFGHIJKLMNOPQ" },
};

static void test_normal_cells(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(normals); i++) {
		const struct normal_case *k = &normals[i];
		char text[128];
		char want[256];
		const bool changed = strcmp(k->cell, k->want) != 0;
		(void)snprintf(text, sizeof(text), "a\n%s\n", k->cell);
		(void)snprintf(want, sizeof(want), "[%s]\n", k->want);
		if (changed)
			(void)snprintf(want + strlen(want), sizeof(want) - strlen(want),
			    "*1 0 %s -> %s\n", k->cell, k->want[0] == '~' ? "" : k->want);
		const struct table_spec spec = { .text = text,
			.n = strlen(text),
			.normal = k->flags,
			.dialect = { .delimiter = ",", .quote = '"', .header_rows = 1 } };
		check(&spec, k->cell, want);
	}
}

/* Changes in rows that are refused are not told. */
static void test_changes_of_kept_rows(void **state)
{
	(void)state;
	const char *text = "a,b\nX,1\nY,z\nq,2\nZ,3\n";
	struct table_spec spec = { .text = text,
		.n = strlen(text),
		.types = "ti",
		.normal = CSV_LOWER,
		.dialect = { .delimiter = ",", .quote = '"', .header_rows = 1 } };
	check(&spec, "changes",
	    "[x][1]\n!2 3 8 3 1 type.integer\n[q][2]\n[z][3]\n*1 0 X -> x\n*4 0 Z -> z\n");
	struct table_count count;
	struct buf out;
	buf_init(&out, 1 << 16);
	assert_int_equal(table_read(&spec, &out, &count), 0);
	assert_int_equal(count.changed, 2);
	buf_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_repairs),
		cmocka_unit_test(test_not_asked_not_repaired),
		cmocka_unit_test(test_normal_cells),
		cmocka_unit_test(test_changes_of_kept_rows),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
