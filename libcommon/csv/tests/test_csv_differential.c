/* SPDX-License-Identifier: Apache-2.0 */
/* test_csv_differential - files written and read by Python's csv module, read again by us. */
#include "csv_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"

/*
 * Prints cases: a line "file_bytes want_bytes block", then the file, then the rows as fixture_scan
 * shows them. Cells hold delimiters, quotes and line ends, at most one line end a row (two whole
 * lines inside a cell would be taken for swallowed rows, see csv_row.h).
 */
static const char script[] =
    "import csv, io, random, sys\n"
    "r = random.Random(int(sys.argv[1]))\n"
    "pieces = ['a', 'bc', ' ', '\"', '\"\"', ',', ';', '\\t', '|', '0', '\\u00e4', '\\u20ac', "
    "\"'\"]\n"
    "out = sys.stdout.buffer\n"
    "for case in range(int(sys.argv[2])):\n"
    "    delimiter = r.choice(',;\\t|')\n"
    "    width = r.randint(2, 7)\n"
    "    end = r.choice(['\\n', '\\r\\n'])\n"
    "    quoting = r.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC])\n"
    "    rows = [['h%d' % i for i in range(width)]]\n"
    "    for _ in range(r.randint(0, 30)):\n"
    "        row = [''.join(r.choices(pieces, k=r.randint(0, 6))) for _ in range(width)]\n"
    "        if r.random() < 0.2:\n"
    "            row[r.randrange(width)] += r.choice(['\\n', '\\r\\n', 'x\\ny'])\n"
    "        rows.append(row)\n"
    "    text = io.StringIO(newline='')\n"
    "    csv.writer(text, delimiter=delimiter, lineterminator=end, "
    "quoting=quoting).writerows(rows)\n"
    "    text = text.getvalue()\n"
    "    if r.random() < 0.3:\n"
    "        text = text[:-len(end)]\n"
    "    again = list(csv.reader(io.StringIO(text, newline=''), delimiter=delimiter))\n"
    "    assert again == rows, (again, rows)\n"
    "    want = ''.join(''.join('[%s]' % (c or '~') for c in row) + '\\n' for row in again[1:])\n"
    "    data, want = text.encode(), want.encode()\n"
    "    if r.random() < 0.1:\n"
    "        data = b'\\xef\\xbb\\xbf' + data\n"
    "    out.write(b'%d %d %d\\n' % (len(data), len(want), r.choice([1, 5, 64, 4096])))\n"
    "    out.write(data + want)\n";

static char *take(FILE *in, size_t n)
{
	char *p = mem_alloc(n + 1);
	assert_int_equal(fread(p, 1, n, in), n);
	return p;
}

static void test_python_writes_we_read(void **state)
{
	(void)state;
	const char *cases = getenv("CSV_DIFFERENTIAL_CASES");
	char command[sizeof(script) + 128];
	(void)snprintf(command, sizeof(command),
	    "/usr/bin/python3 - 20261120 %.8s <<'END'\n%sEND\n", cases == NULL ? "600" : cases,
	    script);
	FILE *in = popen(command, "r");
	assert_non_null(in);
	size_t file_n;
	size_t want_n;
	size_t block;
	size_t seen = 0;
	struct buf out;
	buf_init(&out, 8 << 20);
	while (fscanf(in, "%zu %zu %zu", &file_n, &want_n, &block) == 3 && getc(in) == '\n') {
		char *file = take(in, file_n);
		char *want = take(in, want_n);
		buf_reset(&out);
		(void)fixture_scan(file, file_n, NULL, block, 0, &out);
		if (strcmp(out.data, want) != 0)
			fail_msg("case %zu\n%s\ngot\n%s\nwant\n%s", seen, file, out.data, want);
		free(file);
		free(want);
		seen++;
	}
	assert_int_equal(pclose(in), 0);
	assert_true(seen >= 100);
	buf_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_python_writes_we_read) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
