/* SPDX-License-Identifier: Apache-2.0 */
/* test_csv_cells - columns of every type through a scan: quoted, null, refused. */
#include "csv_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void check(const char *types, const char *file, const char *want)
{
	struct buf out;
	for (size_t block = 0; block < 4; block++) {
		buf_init(&out, 1 << 20);
		(void)fixture_scan(file, strlen(file), types, block * 40, 0, &out);
		assert_string_equal(out.data, want);
		buf_done(&out);
	}
}

static void test_times_durations_and_uuids(void **state)
{
	(void)state;
	check("cru",
	    "a,b,c\n"
	    "10:00,P1DT2H,0123abcd-ef45-6789-fedc-ba9876543210\n"
	    ",,\n"
	    "\"23:59:59.5\",\"-P1M\",\"FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF\"\n"
	    "24:00,,\n"
	    ",1D,\n"
	    ",,0123abcd-ef45-6789-fedc-ba987654321\n"
	    "00:00,PT0S,00000000-0000-0000-0000-000000000000\n",
	    "[36000000000][P1DT2H][0123abcd-ef45-6789-fedc-ba9876543210]\n"
	    "[~][~][~]\n"
	    "[86399500000][-P1M][ffffffff-ffff-ffff-ffff-ffffffffffff]\n"
	    "!4 5 118 7 0 type.time\n"
	    "!5 6 126 4 1 type.duration\n"
	    "!6 7 131 37 2 type.uuid\n"
	    "[0][PT0S][00000000-0000-0000-0000-000000000000]\n");
}

static void test_json_is_checked_unquoted(void **state)
{
	(void)state;
	check("ij",
	    "a,b\n"
	    "1,\"{\"\"a\"\": [1, \"\"x\"\"]}\"\n"
	    "2,[]\n"
	    "3,\n"
	    "4,{}x\n"
	    "5,\"[1,\n2]\"\n"
	    "6,\"{\"\"a\"\":1\"\n",
	    "[1][{\"a\": [1, \"x\"]}]\n"
	    "[2][[]]\n"
	    "[3][~]\n"
	    "!4 5 36 5 1 type.json\n"
	    "[5][[1,\n2]]\n"
	    "!6 8 53 12 1 type.json\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_times_durations_and_uuids),
		cmocka_unit_test(test_json_is_checked_unquoted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
