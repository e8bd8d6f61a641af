/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_eval - whatever expression is let pass has a value, or a reason why not, for every row. */
#include "base/die.h"
#include "csv/csv_batch.h"
#include "expr/eval.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { COLUMNS = 6, ROWS = 4 };

static const struct csv_column columns[COLUMNS] = {
	{ .name = "a", .type = CSV_INTEGER },
	{ .name = "b", .type = CSV_DECIMAL, .precision = 18, .scale = 2 },
	{ .name = "c", .type = CSV_TEXT },
	{ .name = "d", .type = CSV_DATE },
	{ .name = "t", .type = CSV_TIMESTAMPTZ },
	{ .name = "f", .type = CSV_DOUBLE },
};
static const struct csv_schema schema = { .columns = columns, .n_columns = COLUMNS };

/* Small, large, negative, null. */
static struct csv_batch *make_batch(void)
{
	static const int64_t whole[ROWS] = { 7, INT64_MAX, INT64_MIN, 0 };
	static const int32_t days[ROWS] = { 0, 2932896, -719162, 0 };
	static const double doubles[ROWS] = { 1.5, 1e308, -0.0, 0 };
	static const char text[CSV_PAD_BYTES + 32] = "\xc3\xa4 text that is quite long";
	struct csv_batch *b = csv_batch_new(&schema);
	b->rows = ROWS;
	for (size_t c = 0; c < COLUMNS; c++)
		b->columns[c].valid[0] = 7;
	for (size_t r = 0; r < ROWS; r++) {
		((int64_t *)b->columns[0].data)[r] = whole[r];
		((int64_t *)b->columns[1].data)[r] = whole[r] / 10;
		((struct csv_text *)b->columns[2].data)[r] = csv_text_make(text, r * 12);
		((int32_t *)b->columns[3].data)[r] = days[r];
		((int64_t *)b->columns[4].data)[r] = days[r] * INT64_C(86400000000);
		((double *)b->columns[5].data)[r] = doubles[r];
	}
	return b;
}

static void run(const struct expr *e)
{
	static const size_t identity[COLUMNS] = { 0, 1, 2, 3, 4, 5 };
	struct csv_batch *b = make_batch();
	struct expr_eval *ev = expr_eval_new(e, identity);
	size_t sum = 0;
	expr_eval_batch(ev, b);
	for (size_t r = 0; r < ROWS; r++) {
		struct expr_value v;
		if (expr_eval_row(ev, r, &v) != 0)
			ASSERT(expr_eval_why(ev)[0] != '\0');
		else if (!v.is_null && expr_type_of(e).kind == EXPR_T_TEXT)
			for (size_t i = 0; i < v.text.n; i++)
				sum += (uint8_t)v.text.p[i]; /* every byte can be read */
	}
	ASSERT(sum < SIZE_MAX);
	expr_eval_free(&ev);
	csv_batch_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct expr_column names[COLUMNS];
	struct expr_fault fault;
	struct expr *e;
	struct arena *a = arena_new(64 << 20);
	for (size_t c = 0; c < COLUMNS; c++) {
		names[c].name = columns[c].name;
		expr_eval_type(&columns[c], &names[c].type);
	}
	const struct expr_scope scope = { .columns = names, .n = COLUMNS };
	if (expr_parse((const char *)data, size, a, &e, &fault) == 0 &&
	    expr_check(e, &scope, a, &fault) == 0 && expr_eval_prepare(e, a, &fault) == 0)
		run(e);
	arena_free(&a);
	return 0;
}
