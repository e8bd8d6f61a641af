/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_rows_filter - any filter text is taken or refused; what is taken becomes SQL with its
 * parameters. */
#include "rows_query.h"

#include "base/die.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct expr_column columns[] = {
		{ "i", { .kind = EXPR_T_INTEGER } },
		{ "d", { .kind = EXPR_T_DECIMAL } },
		{ "f", { .kind = EXPR_T_DOUBLE } },
		{ "b", { .kind = EXPR_T_BOOLEAN } },
		{ "y", { .kind = EXPR_T_DATE } },
		{ "t", { .kind = EXPR_T_TIMESTAMPTZ } },
		{ "x:;\"", { .kind = EXPR_T_TEXT } },
		{ "_load", { .kind = EXPR_T_INTEGER } },
	};
	struct rows_query q = { .domain = "d",
		.table = "t",
		.columns = columns,
		.n_columns = ARRAY_SIZE(columns) - 1,
		.limit = 1 };
	struct arena *a = arena_new(16 << 20);
	const char *text = arena_dup_n(a, data, size);
	struct rows_sql sql;
	struct err err = { 0 };

	if (rows_query_parse_filter(&q, text, a, &err) == 0) {
		rows_query_page(&q, a, &sql);
		ASSERT(sql.n <= ROWS_MAX_FILTERS);
	}
	(void)!rows_query_parse_sort(&q, text, &err);
	arena_free(&a);
	return 0;
}
