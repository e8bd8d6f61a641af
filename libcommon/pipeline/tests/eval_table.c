/* SPDX-License-Identifier: Apache-2.0 */
/* eval_table - one drawing of cells, two ways to read them. */
#include "eval_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "csv/csv_scan.h"
#include "eval_random.h"

enum { POOL = 12 };

/* Cells of each column; NULL stands for null and ends a pool that is shorter. */
struct column {
	const char *name;
	enum csv_type type;
	uint8_t precision, scale;
	const char *sql;
	const char *pool[POOL];
};

static const struct column table[EVAL_COLUMNS] = {
	{ "i", CSV_INTEGER, 0, 0, "BIGINT",
	    { "0", "1", "-1", "7", "-7", "42", "1000000", "9223372036854775807",
		"-9223372036854775808" } },
	{ "j", CSV_INTEGER, 0, 0, "BIGINT", { "0", "2", "-3", "5", "12", "-400" } },
	{ "amount", CSV_DECIMAL, 18, 2, "DECIMAL(18,2)",
	    { "0", "1.25", "-1.25", "2.50", "-2.5", "0.01", "9999999999999999.99", "1234.56" } },
	{ "fine", CSV_DECIMAL, 38, 10, "DECIMAL(38,10)",
	    { "0", "0.0000000001", "-0.5", "3.5", "1234567890123456789012345678.0123456789" } },
	{ "rate", CSV_DOUBLE, 0, 0, "DOUBLE",
	    { "0", "1.5", "-2.5", "0.1", "1e300", "-1e-300", "123456.789", "3" } },
	{ "paid", CSV_BOOLEAN, 0, 0, "BOOLEAN", { "true", "false" } },
	{ "day", CSV_DATE, 0, 0, "DATE",
	    { "2024-02-29", "1970-01-01", "0100-03-01", "9999-12-31", "2026-11-20",
		"2023-01-31" } },
	{ "at", CSV_TIMESTAMP, 0, 0, "TIMESTAMP",
	    { "2024-02-29 23:59:59.999999", "1969-12-31 23:59:59", "2026-11-20 10:42:07.5",
		"0100-01-01 00:00:00", "9999-12-31 23:59:59" } },
	{ "word", CSV_TEXT, 0, 0, "VARCHAR",
	    { "", " a ", "abc", "ABC",
		"\xc3\x9cn\xc3\xaf"
		"code \xc3\x9f and more",
		"a,b", "aaaa", "\xe2\x82\xac 5", "0123456789abcdef" } },
	{ "opens", CSV_TIME, 0, 0, "TIME", { "00:00:00", "08:30:00", "23:59:59.999999" } },
	{ "shuts", CSV_TIME, 0, 0, "TIME", { "08:30:00", "17:00:00" } },
	{ "lasts", CSV_DURATION, 0, 0, "INTERVAL", { "P1M", "P30D", "PT720H", "P29D", "PT1S" } },
	{ "took", CSV_DURATION, 0, 0, "INTERVAL", { "P1Y", "P360D", "P30D", "PT1M" } },
	{ "ticket", CSV_UUID, 0, 0, "UUID",
	    { "00000000-0000-0000-0000-000000000001", "7fffffff-0000-0000-0000-000000000000",
		"80000000-0000-0000-0000-000000000000" } },
	{ "other", CSV_UUID, 0, 0, "UUID",
	    { "80000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff" } },
};

static const char *cells[EVAL_ROWS][EVAL_COLUMNS];
static struct csv_column columns[EVAL_COLUMNS];
static struct csv_schema schema = {
	.columns = columns, .n_columns = EVAL_COLUMNS, .file_columns = EVAL_COLUMNS
};
static struct csv_batch *batch;
static struct csv_block block;
static struct csv_scan *scan;

static void fill_cells(void)
{
	for (size_t r = 0; r < EVAL_ROWS; r++) {
		for (size_t c = 0; c < EVAL_COLUMNS; c++) {
			size_t n = 0;
			while (n < POOL && table[c].pool[n] != NULL)
				n++;
			cells[r][c] =
			    random_pick(8) == 0 ? NULL : table[c].pool[random_pick((unsigned)n)];
		}
	}
}

/* DuckDB has words of its own for durations. */
static const char *sql_cell(const char *cell)
{
	static const char *const words[][2] = { { "P1M", "1 month" }, { "P30D", "30 days" },
		{ "PT720H", "720 hours" }, { "P29D", "29 days" }, { "PT1S", "1 second" },
		{ "P1Y", "1 year" }, { "P360D", "360 days" }, { "PT1M", "1 minute" } };
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strcmp(words[i][0], cell) == 0)
			return words[i][1];
	}
	return cell;
}

void eval_table_sql(struct buf *out)
{
	buf_adds(out, "CREATE TABLE t AS SELECT * FROM (VALUES ");
	for (size_t r = 0; r < EVAL_ROWS; r++) {
		buf_printf(out, "%s(%zu", r > 0 ? ", " : "", r);
		for (size_t c = 0; c < EVAL_COLUMNS; c++) {
			if (cells[r][c] == NULL)
				buf_printf(out, ", CAST(NULL AS %s)", table[c].sql);
			else
				buf_printf(
				    out, ", CAST('%s' AS %s)", sql_cell(cells[r][c]), table[c].sql);
		}
		buf_adds(out, ")");
	}
	buf_adds(out, ") v(row_no");
	for (size_t c = 0; c < EVAL_COLUMNS; c++)
		buf_printf(out, ", \"%s\"", table[c].name);
	buf_adds(out, ")");
}

struct feed {
	struct buf text;
	size_t at;
};

static ssize_t read_feed(void *arg, void *p, size_t n, struct err *err)
{
	struct feed *f = arg;
	const size_t left = f->text.n - f->at;
	(void)err;
	n = n < left ? n : left;
	memcpy(p, f->text.data + f->at, n);
	f->at += n;
	return (ssize_t)n;
}

static void print_cells(struct buf *out)
{
	for (size_t c = 0; c < EVAL_COLUMNS; c++)
		buf_printf(out, "%s%s", c > 0 ? "," : "", table[c].name);
	for (size_t r = 0; r < EVAL_ROWS; r++) {
		for (size_t c = 0; c < EVAL_COLUMNS; c++)
			buf_printf(out, "%s\"%s\"", c > 0 ? "," : "\n",
			    cells[r][c] == NULL ? "\\N" : cells[r][c]);
	}
	buf_addc(out, '\n');
}

static void make_schema(void)
{
	static const char *const missing[] = { "\\N", NULL };
	for (size_t c = 0; c < EVAL_COLUMNS; c++) {
		columns[c] = (struct csv_column){ .name = table[c].name,
			.type = table[c].type,
			.file_column = (int)c,
			.precision = table[c].precision,
			.scale = table[c].scale };
	}
	schema.missing = missing;
}

const struct csv_batch *eval_table_open(void)
{
	struct feed feed = { .at = 0 };
	struct err err = { 0 };
	struct csv_split *split = NULL;
	struct csv_split_params params = { .read = read_feed, .arg = &feed };
	fill_cells();
	make_schema();
	buf_init(&feed.text, 1 << 20);
	print_cells(&feed.text);
	assert_int_equal(csv_given_set(&params.given, "delimiter", "comma", &err), 0);
	assert_int_equal(csv_given_set(&params.given, "header", "1", &err), 0);
	assert_int_equal(csv_split_open(&params, &split, &err), 0);
	assert_int_equal(csv_split_next(split, &block, &err), 1);
	scan = csv_scan_new(&schema);
	batch = csv_batch_new(&schema);
	csv_scan_begin(scan, &block);
	assert_true(csv_scan_next(scan, batch));
	csv_batch_settle(batch);
	assert_int_equal(batch->rows, EVAL_ROWS);
	csv_split_close(&split);
	buf_done(&feed.text);
	return batch;
}

void eval_table_close(void)
{
	csv_batch_free(&batch);
	csv_scan_free(&scan);
	csv_block_done(&block);
}

const char *eval_table_cell(size_t row, size_t column)
{
	return cells[row][column];
}
